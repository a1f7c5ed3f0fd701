"""The fixed cast of the tests: one person of every role, by the names of the demo."""

from datetime import date
from types import SimpleNamespace

from core.cast import CAST
from core.models import Institution, RoleGrant, User
from tests.stock import stocked

OUTSIDE = ("vendor", "rival")
"""People of companies: they belong to no institution."""
ROLES = {
    "secretariat": "secretariat",
    "preparer": "preparer",
    "authoriser": "authoriser",
    "recorder": "spend_recorder",
    "officer": "procurement_officer",
    "officer2": "procurement_officer",
    "auditor": "auditor",
    "editor": "editor",
    "admin": "administrator",
}


def institution(code: str = "SFP", name: str = "Secretaría de la Función Pública") -> Institution:
    return Institution.objects.get_or_create(code=code, defaults={"name": name})[0]


def person(local: str, name: str = "", **fields) -> User:
    fields.setdefault("institution", institution())
    return User.objects.create_user(f"{local}@demo.example", None, name=name or local, **fields)


@stocked
def cast() -> SimpleNamespace:
    """Everybody of the demo's cast, with their global roles, by what stands before the @.

    The second person of the secretariat holds nothing here: somebody of the house, and no more.
    """
    home = institution()
    people = {}
    for member in CAST:
        place = None if member.local in OUTSIDE else home
        people[member.local] = person(member.local, member.name, institution=place)
    for local, role in ROLES.items():
        RoleGrant.objects.create(user=people[local], role=role, starts=date(2020, 1, 1))
    return SimpleNamespace(**people)
