"""People and roles from a CSV file: first a preview, then the same rows once more for good."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from core import clock, people_rules
from core.models import Institution, Role, RoleGrant, User
from core.refusals import Refused

COLUMNS = ["email", "name", "institution", "language", "superior", "role", "starts", "ends"]
NEEDED = ["email", "name"]
LIMIT = 2_000_000  # bytes


@dataclass
class Line:
    """A row of the file: what it says, what it would do, and the sentences against it."""

    number: int
    values: dict[str, str]
    person: str = ""
    role: str = ""
    problems: list[str] = field(default_factory=list)


def read(content: bytes) -> list[Line]:
    """The rows of a file, in the file's order; raises Refused when it cannot be read as a whole."""
    if len(content) > LIMIT:
        raise Refused(_("The file is larger than 2 MB; split it."))
    text = _decoded(content)
    sample = text.split("\n", 1)[0]
    separator = max(",;\t", key=sample.count)
    rows = csv.DictReader(io.StringIO(text), delimiter=separator)
    header = [(name or "").strip().lower() for name in rows.fieldnames or []]
    if missing := [name for name in NEEDED if name not in header]:
        raise Refused(_("The first line must name the columns; missing: %(columns)s.")
                      % {"columns": ", ".join(missing)})  # fmt: skip
    rows.fieldnames = header
    lines = []
    for row in rows:
        values = {name: (row.get(name) or "").strip() for name in COLUMNS}
        if any(values.values()):
            lines.append(Line(rows.line_num, values))
    if not lines:
        raise Refused(_("The file holds a header, but no row below it."))
    return lines


def _decoded(content: bytes) -> str:
    if not content.strip():
        raise Refused(_("The file is empty."))
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Refused(_("The file is no text in UTF-8 or Windows encoding; save it as CSV UTF-8."))


def check(lines: list[Line]) -> list[Line]:
    """Say of each row what it would do, without doing it."""
    known = {user.email: user for user in User.objects.filter(
        email__in={line.values["email"].lower() for line in lines})}  # fmt: skip
    coming = set(known) | {line.values["email"].lower() for line in lines}
    for line in lines:
        _check(line, known, coming)
    return lines


def _check(line: Line, known: dict[str, User], coming: set[str]) -> None:
    values, email = line.values, line.values["email"].lower()
    line.problems = [*_of_person(values), *_of_place(values, coming), *_of_role(values)]
    line.person = "unchanged" if email in known else "new"
    line.role = "given" if values["role"] else ""


def _of_person(values: dict[str, str]) -> Iterator[str]:
    try:
        validate_email(values["email"].lower())
    except ValidationError:
        yield _("“%(value)s” is no e-mail address.") % {"value": values["email"]}
    if not values["name"]:
        yield _("The name is missing.")
    if values["language"] not in ("", "es", "en"):
        yield _("The language is es or en.")


def _of_place(values: dict[str, str], coming: set[str]) -> Iterator[str]:
    if values["institution"] and not _institution(values["institution"]):
        yield _("No institution has the code “%(value)s”.") % {"value": values["institution"]}
    superior = values["superior"].lower()
    if superior and superior not in coming and not User.objects.filter(email=superior).exists():
        yield _("Nobody has the superior's address “%(value)s”.") % {"value": values["superior"]}


def _of_role(values: dict[str, str]) -> Iterator[str]:
    if values["role"] and values["role"] not in Role.values:
        yield _("“%(value)s” is no role; roles are: %(roles)s.") % {
            "value": values["role"], "roles": ", ".join(Role.values)}  # fmt: skip
    for name in ("starts", "ends"):
        if values[name] and _day(values[name]) is None:
            yield _("“%(value)s” is no date; write 2026-01-31.") % {"value": values[name]}


@transaction.atomic
def load(lines: list[Line], *, by: User, because: str) -> dict[str, int]:
    """Enter the rows that nothing speaks against; returns counts of people, roles and rows left."""
    counts = {"people": 0, "roles": 0, "left": 0}
    for line in check(lines):
        if line.problems:
            counts["left"] += 1
            continue
        user = User.objects.filter(email=line.values["email"].lower()).first()
        if user is None:
            user = people_rules.save_person(_person(line.values), by=by, because=because)
            counts["people"] += 1
        if line.values["role"] and _give(user, line, by, because):
            counts["roles"] += 1
    _superiors(lines)
    return counts


def _person(values: dict[str, str]) -> User:
    return User(email=values["email"].lower(), name=values["name"],
                language=values["language"] or "es",
                institution=_institution(values["institution"]))  # fmt: skip


def _give(user: User, line: Line, by: User, because: str) -> RoleGrant | None:
    try:
        return people_rules.grant(
            user, line.values["role"], by=by, because=because,
            starts=_day(line.values["starts"]) or clock.today(), ends=_day(line.values["ends"]),
            institution=_institution(line.values["institution"]),
        )  # fmt: skip
    except Refused as refused:
        line.problems.extend(refused.reasons)
        return None


def _superiors(lines: list[Line]) -> None:
    for line in lines:
        superior = line.values["superior"].lower()
        if superior and not line.problems:
            boss = User.objects.filter(email=superior).first()
            User.objects.filter(email=line.values["email"].lower(), superior=None).exclude(
                pk=boss.pk if boss else None
            ).update(superior=boss)


def _institution(code: str) -> Any:
    return Institution.objects.filter(code__iexact=code).first() if code else None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None
