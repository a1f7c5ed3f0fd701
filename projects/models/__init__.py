from projects.models.authority import AuthorityBand
from projects.models.case import (
    Baseline,
    Benefit,
    BusinessCase,
    DuplicateHit,
    DuplicationSearch,
    Option,
    OptionYear,
    TeamRole,
)
from projects.models.change import ChangeRequest
from projects.models.claim import Claim, ClaimAppeal, ClaimState
from projects.models.closing import BenefitsReview, ClosureReport
from projects.models.correction import Correction
from projects.models.correspondence import Enclosure, Letter
from projects.models.earmark import Earmark
from projects.models.excused import ExcusedDays
from projects.models.hold import Finding, Hold, Obligation
from projects.models.imports import ImportBatch, ImportRun, QuarantinedRow
from projects.models.ledger import (
    Balance,
    Book,
    ClosedPeriod,
    Posting,
    PostingLine,
    SpendReport,
)
from projects.models.ledger_guards import ledger
from projects.models.limits import ChangeLimits
from projects.models.prepared import EntryKind, PreparedEntry
from projects.models.project import Project, Register, Risk, Stage
from projects.models.report import ForecastReport
from projects.models.reporting import ForecastVersion, LightSetting, Outlook, ReportingRule
from projects.models.rule_version import RuleVersion
from projects.models.tailoring import Tailoring
from projects.models.takeon import TakeOn
from projects.models.tier import DiscountRate, Tier, TierBand, TierCode
from projects.models.totals import PortfolioTotal, TotalsDelta
from projects.models.tranche import Tranche, TrancheState

__all__ = [
    "AuthorityBand",
    "Balance",
    "Baseline",
    "Benefit",
    "BenefitsReview",
    "Book",
    "BusinessCase",
    "ChangeLimits",
    "ChangeRequest",
    "Claim",
    "ClaimAppeal",
    "ClaimState",
    "ClosedPeriod",
    "ClosureReport",
    "Correction",
    "DiscountRate",
    "DuplicateHit",
    "DuplicationSearch",
    "Earmark",
    "Enclosure",
    "EntryKind",
    "ExcusedDays",
    "Finding",
    "ForecastReport",
    "ForecastVersion",
    "Hold",
    "ImportBatch",
    "ImportRun",
    "Letter",
    "LightSetting",
    "Obligation",
    "Option",
    "OptionYear",
    "Outlook",
    "PortfolioTotal",
    "Posting",
    "PostingLine",
    "PreparedEntry",
    "Project",
    "QuarantinedRow",
    "Register",
    "ReportingRule",
    "Risk",
    "RuleVersion",
    "SpendReport",
    "Stage",
    "Tailoring",
    "TakeOn",
    "TeamRole",
    "Tier",
    "TierBand",
    "TierCode",
    "TotalsDelta",
    "Tranche",
    "TrancheState",
    "ledger",
]
