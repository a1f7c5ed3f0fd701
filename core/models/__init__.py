from core.models.acts import Act
from core.models.calendar import Holiday
from core.models.checkpoints import Checkpoint, CheckpointLeaf
from core.models.daily import CalendarFeed, MailChoice
from core.models.documents import Blob, Document
from core.models.history import Dossier, Event
from core.models.outbox import Job, Notice
from core.models.people import Institution, Loan, Role, RoleGrant, User
from core.models.reminders import Reminder
from core.models.turns import Turn
from core.models.wording import Wording

__all__ = [
    "Act",
    "Blob",
    "CalendarFeed",
    "Checkpoint",
    "CheckpointLeaf",
    "Document",
    "Dossier",
    "Event",
    "Holiday",
    "Institution",
    "Job",
    "Loan",
    "MailChoice",
    "Notice",
    "Reminder",
    "Role",
    "RoleGrant",
    "Turn",
    "User",
    "Wording",
]
