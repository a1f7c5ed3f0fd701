"""The cast of the demo with their roles, institutions, boards and standards."""

from datetime import date
from typing import Any

from django.db import transaction

from core import absence, clock, people_rules
from core.cast import CAST, DEMO_DOMAIN, DEMO_PASSWORD
from core.models import Holiday, Institution, RoleGrant, User
from gating import authority, crosswalking, gates, standards
from gating.models import Board, BoardSeat

INSTITUTIONS = [
    ("SFP", "Secretaría de la Función Pública"),
    ("CEDN", "Coordinación de Estrategia Digital Nacional"),
    ("SEGOB", "Secretaría de Gobernación"),
    ("SEP", "Secretaría de Educación Pública"),
    ("SCT", "Secretaría de Comunicaciones y Transportes"),
    ("SEDESOL", "Secretaría de Desarrollo Social"),
]
ROLES = {
    "secretariat": "secretariat", "preparer": "preparer", "authoriser": "authoriser",
    "recorder": "spend_recorder", "officer": "procurement_officer", "auditor": "auditor",
    "editor": "editor", "admin": "administrator", "officer2": "procurement_officer",
    "secretariat2": "secretariat",
}  # fmt: skip
OUTSIDE = ("vendor", "rival")
"""People of companies: they belong to no institution."""
AT_HOME = ("manager", "owner", "product")
LENT = {"assessor1": "SEGOB", "assessor2": "SEP"}
"""Assessors of other institutions: a seal is evaluated by strangers to the service."""
HOLIDAYS = [
    (1, 1, "Año Nuevo"), (2, 5, "Día de la Constitución"), (3, 21, "Natalicio de Benito Juárez"),
    (5, 1, "Día del Trabajo"), (9, 16, "Día de la Independencia"),
    (11, 20, "Día de la Revolución"), (12, 25, "Navidad"),
]  # fmt: skip


def who(local: str) -> User:
    """Somebody of the cast, read afresh: what they hold depends on the day it is."""
    return User.objects.select_related("institution").get(email=f"{local}@{DEMO_DOMAIN}")


def institution(code: str) -> Institution:
    """One of the demo's institutions."""
    return Institution.objects.get(code=code)


@transaction.atomic
def assemble() -> None:
    """Bring everybody in: people with roles, holidays, standards at their gates, seated boards."""
    for code, name in INSTITUTIONS:
        Institution.objects.get_or_create(code=code, defaults={"name": name})
    starts = clock.today()
    for year in range(starts.year, starts.year + 5):
        for month, day, name in HOLIDAYS:
            Holiday.objects.get_or_create(day=date(year, month, day), defaults={"name": name})
    _people(starts)
    for path in standards.files_in([]):
        standards.load_file(path, by=clock.clock_account())
    gates.put_in_place()
    gates.assign_delivered()
    crosswalking.put_in_place()
    authority.put_in_place()
    _seats(starts)


def _people(starts: date) -> None:
    home, oversight = institution("CEDN"), institution("SFP")
    for member in CAST:
        place = home if member.local in AT_HOME else oversight
        place = institution(LENT[member.local]) if member.local in LENT else place
        user = User.objects.create_user(member.email, DEMO_PASSWORD, name=member.name)
        user.institution = None if member.local in OUTSIDE else place
        user.is_staff = member.local == "admin"
        user.save()
    for local, superior in (("product", "manager"), ("manager", "owner"), ("owner", "secretariat")):
        User.objects.filter(email=who(local).email).update(superior=who(superior))
    first = who("admin")
    RoleGrant.objects.create(user=first, role="administrator", starts=starts)
    first.dossier = absence.person_dossier(first)
    for local, role in ROLES.items():
        if local != "admin":
            people_rules.grant(who(local), role, by=who("admin"), starts=starts)


def _seats(starts: date) -> None:
    """The same people sit in council and sub-commission; the chair also decides alone."""
    for code in ("ICT", "COUNCIL"):
        board = Board.objects.get(code=code)
        for local, kind, other in (
            ("chair", "chair", None), ("member1", "member", "alternate"),
            ("member2", "member", None), ("member3", "member", None),
        ):  # fmt: skip
            _seat(board, local, kind, other, starts)
    _seat(Board.objects.get(code="CHAIR"), "chair", "chair", None, starts)


def _seat(board: Any, local: str, kind: str, other: str | None, starts: date) -> None:
    row = BoardSeat(board=board, kind=kind, user=who(local), starts=starts,
                    alternate=who(other) if other else None)  # fmt: skip
    authority.seat(row, by=who("admin"), because="Demo")
