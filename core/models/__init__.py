from core.models.acts import Act
from core.models.calendar import Holiday
from core.models.checkpoints import Checkpoint, CheckpointLeaf
from core.models.documents import Blob, Document
from core.models.history import Dossier, Event
from core.models.outbox import Job, Notice
from core.models.people import Institution, Loan, Role, RoleGrant, User
from core.models.turns import Turn

__all__ = [
    "Act",
    "Blob",
    "Checkpoint",
    "CheckpointLeaf",
    "Document",
    "Dossier",
    "Event",
    "Holiday",
    "Institution",
    "Job",
    "Loan",
    "Notice",
    "Role",
    "RoleGrant",
    "Turn",
    "User",
]
