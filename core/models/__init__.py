from core.models.acts import Act
from core.models.calendar import Holiday
from core.models.history import Dossier, Event
from core.models.people import Institution, Loan, Role, RoleGrant, User
from core.models.turns import Turn

__all__ = [
    "Act",
    "Dossier",
    "Event",
    "Holiday",
    "Institution",
    "Loan",
    "Role",
    "RoleGrant",
    "Turn",
    "User",
]
