from gating.models.assessment import Assessment, Clarification, Rating
from gating.models.board import Board, BoardSeat
from gating.models.evidence import Evidence, ItemEvidence
from gating.models.gate import Gate, GateRule, GateStandard
from gating.models.items import Exemption, ReviewItem
from gating.models.meeting import AgendaItem, Attendance, Meeting
from gating.models.review import GateReview
from gating.models.standard import Criterion, Standard

__all__ = [
    "AgendaItem",
    "Assessment",
    "Attendance",
    "Board",
    "BoardSeat",
    "Clarification",
    "Criterion",
    "Evidence",
    "Exemption",
    "Gate",
    "GateReview",
    "GateRule",
    "GateStandard",
    "ItemEvidence",
    "Meeting",
    "Rating",
    "ReviewItem",
    "Standard",
]
