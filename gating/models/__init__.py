from gating.models.assessment import Assessment, Clarification, Rating
from gating.models.board import Board, BoardSeat
from gating.models.condition import Condition
from gating.models.evidence import Evidence, ItemEvidence
from gating.models.gate import Gate, GateRule, GateStandard
from gating.models.items import Exemption, ReviewItem
from gating.models.meeting import AgendaItem, Attendance, Meeting
from gating.models.motion import Motion, MotionCondition
from gating.models.record import Record
from gating.models.review import GateReview
from gating.models.standard import Criterion, Standard
from gating.models.vote import MotionSeat, Recusal, Vote

__all__ = [
    "AgendaItem",
    "Assessment",
    "Attendance",
    "Board",
    "BoardSeat",
    "Clarification",
    "Condition",
    "Criterion",
    "Evidence",
    "Exemption",
    "Gate",
    "GateReview",
    "GateRule",
    "GateStandard",
    "ItemEvidence",
    "Meeting",
    "Motion",
    "MotionCondition",
    "MotionSeat",
    "Rating",
    "Record",
    "Recusal",
    "ReviewItem",
    "Standard",
    "Vote",
]
