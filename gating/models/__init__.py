from gating.models.agenda import AgendaItem, Attendance, Paper
from gating.models.assessment import Assessment, Clarification, Rating
from gating.models.board import Board, BoardSeat
from gating.models.condition import Condition
from gating.models.crosswalk import Crosswalk, Equivalence
from gating.models.debate import Objection, Remark
from gating.models.emergency import EmergencyCap, EmergencyCeiling, EmergencyException
from gating.models.evidence import Evidence, ItemEvidence
from gating.models.extension import Extension
from gating.models.gate import Gate, GateRule, GateStandard
from gating.models.items import Exemption, ReviewItem
from gating.models.meeting import Meeting
from gating.models.motion import Motion
from gating.models.motion_condition import MotionCondition
from gating.models.past import PastAssessment, PastPoint
from gating.models.record import Record
from gating.models.review import GateReview
from gating.models.seal import Seal
from gating.models.seal_application import SealApplication
from gating.models.seal_evaluation import SealEvaluation, SealRating
from gating.models.seal_items import SealItem, SealProof
from gating.models.seal_service import SealScheme, Service, ServiceAssessment
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
    "Crosswalk",
    "EmergencyCap",
    "EmergencyCeiling",
    "EmergencyException",
    "Equivalence",
    "Evidence",
    "Exemption",
    "Extension",
    "Gate",
    "GateReview",
    "GateRule",
    "GateStandard",
    "ItemEvidence",
    "Meeting",
    "Motion",
    "MotionCondition",
    "MotionSeat",
    "Objection",
    "Paper",
    "PastAssessment",
    "PastPoint",
    "Rating",
    "Record",
    "Recusal",
    "Remark",
    "ReviewItem",
    "Seal",
    "SealApplication",
    "SealEvaluation",
    "SealItem",
    "SealProof",
    "SealRating",
    "SealScheme",
    "Service",
    "ServiceAssessment",
    "Standard",
    "Vote",
]
