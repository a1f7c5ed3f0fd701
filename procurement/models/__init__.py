"""Who should build it? Competitions, prototypes, sealed bids, evaluation, award."""

from procurement.models.addendum import Addendum, AddendumState
from procurement.models.award import AdvantageStatement, AwardNotice
from procurement.models.bid import Bid, BidFile, BidPrice, BidState, LateAttempt
from procurement.models.challenge import Challenge, ChallengeState
from procurement.models.competition import BIDDING, QUESTIONS, Competition
from procurement.models.criterion import Criterion
from procurement.models.evaluation_agreement import Consensus, Moderation
from procurement.models.evaluation_compliance import (
    ComplianceCheck,
    ComplianceItem,
    Exclusion,
    Ground,
)
from procurement.models.evaluation_conflict import ConflictDeclaration
from procurement.models.evaluation_draw import Draw, PriceExplanation
from procurement.models.evaluation_sheet import Score, ScoreSheet, ScoringRound
from procurement.models.facts import (
    BEFORE,
    OVER,
    RETURNS,
    CompetitionState,
    DayKind,
    PriceBasis,
    Sealing,
    TaxBasis,
)
from procurement.models.panel import PanelMember
from procurement.models.prototype import LaterChange, Prototype, PrototypeFact
from procurement.models.question import Question, QuestionState
from procurement.models.sealing import (
    BidSlot,
    CompetitionKey,
    Custodian,
    KeyShare,
    KeyState,
    Part,
    Redelivery,
    SealedPage,
    Sitting,
    SittingEntry,
)
from procurement.models.version import CompetitionVersion, FeedEntry

__all__ = [
    "BEFORE",
    "BIDDING",
    "OVER",
    "QUESTIONS",
    "RETURNS",
    "Addendum",
    "AddendumState",
    "AdvantageStatement",
    "AwardNotice",
    "Bid",
    "BidFile",
    "BidPrice",
    "BidSlot",
    "BidState",
    "Challenge",
    "ChallengeState",
    "Competition",
    "CompetitionKey",
    "CompetitionState",
    "CompetitionVersion",
    "ComplianceCheck",
    "ComplianceItem",
    "ConflictDeclaration",
    "Consensus",
    "Criterion",
    "Custodian",
    "DayKind",
    "Draw",
    "Exclusion",
    "FeedEntry",
    "Ground",
    "KeyShare",
    "KeyState",
    "LateAttempt",
    "LaterChange",
    "Moderation",
    "PanelMember",
    "Part",
    "PriceBasis",
    "PriceExplanation",
    "Prototype",
    "PrototypeFact",
    "Question",
    "QuestionState",
    "Redelivery",
    "Score",
    "ScoreSheet",
    "ScoringRound",
    "SealedPage",
    "Sealing",
    "Sitting",
    "SittingEntry",
    "TaxBasis",
]
