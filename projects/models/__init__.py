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
from projects.models.hold import Finding, Hold, Obligation
from projects.models.project import Project, Register, Risk, Stage
from projects.models.takeon import TakeOn
from projects.models.tier import AuthorityBand, DiscountRate, Tier, TierBand, TierCode
from projects.models.totals import PortfolioTotal, TotalsDelta

__all__ = [
    "AuthorityBand",
    "Baseline",
    "Benefit",
    "BusinessCase",
    "DiscountRate",
    "DuplicateHit",
    "DuplicationSearch",
    "Finding",
    "Hold",
    "Obligation",
    "Option",
    "OptionYear",
    "PortfolioTotal",
    "Project",
    "Register",
    "Risk",
    "Stage",
    "TakeOn",
    "TeamRole",
    "Tier",
    "TierBand",
    "TierCode",
    "TotalsDelta",
]
