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
from projects.models.correction import Correction
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
from projects.models.project import Project, Register, Risk, Stage
from projects.models.takeon import TakeOn
from projects.models.tier import AuthorityBand, DiscountRate, Tier, TierBand, TierCode
from projects.models.totals import PortfolioTotal, TotalsDelta
from projects.models.tranche import Tranche, TrancheState

__all__ = [
    "AuthorityBand",
    "Balance",
    "Baseline",
    "Benefit",
    "Book",
    "BusinessCase",
    "ClosedPeriod",
    "Correction",
    "DiscountRate",
    "DuplicateHit",
    "DuplicationSearch",
    "Finding",
    "Hold",
    "ImportBatch",
    "ImportRun",
    "Obligation",
    "Option",
    "OptionYear",
    "PortfolioTotal",
    "Posting",
    "PostingLine",
    "Project",
    "QuarantinedRow",
    "Register",
    "Risk",
    "SpendReport",
    "Stage",
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
