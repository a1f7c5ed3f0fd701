"""Text templates: what forms and letters begin with; each version counts from its day.

A room declares a text with its placeholders and its wording as delivered; the secretariat writes
newer versions as data. `{project}` and the like are replaced by what they name, once.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from string import Formatter
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core import clock, history
from core.models import Dossier, User, Wording
from core.people import holds
from core.refusals import Denied, Refused

LANGUAGES = ("es", "en")
ANCHOR = "WORDINGS"


@dataclass(frozen=True)
class Text:
    """A text that may be written anew: what it is for, and what its placeholders stand for."""

    code: str
    label: Any
    group: Any
    placeholders: Mapping[str, Any]
    delivered: Mapping[str, Mapping[str, str]]

    @property
    def has_subject(self) -> bool:
        """Whether it is a letter, with a subject."""
        return any(words.get("subject") for words in self.delivered.values())


@dataclass(frozen=True)
class Version:
    """A text as it counts on a day; number 0 is the one delivered."""

    number: int
    subject: str
    body: str
    starts_on: date | None = None


_texts: dict[str, Text] = {}


def declare(file: Path, code: str, label: Any, group: Any, placeholders: Mapping[str, Any]) -> None:
    """Declare a text; `file` holds the wording as delivered, by code and language."""
    delivered = json.loads(file.read_text(encoding="utf-8"))[code]
    for language in LANGUAGES:
        words = delivered[language]
        if wrong := faults(words["body"] + words.get("subject", ""), placeholders):
            raise ValueError(f"{file.name} {code} {language}: {wrong}")
    _texts[code] = Text(code, label, group, placeholders, delivered)


def texts() -> list[Text]:
    """All texts, by what they are for."""
    return list(_texts.values())


def find(code: str) -> Text | None:
    """The text of that code, if it is declared."""
    return _texts.get(code)


def current(code: str, language: str, day: date) -> Version:
    """The version of a text that counts on a day; the one delivered where none was written."""
    rows = Wording.objects.filter(code=code, language=language, starts_on__lte=day)
    found = rows.order_by("-number").first()
    if found is not None:
        return Version(found.number, found.subject, found.body, found.starts_on)
    words = _texts[code].delivered[language]
    return Version(0, words.get("subject", ""), words["body"])


def written(code: str, language: str, values: Mapping[str, Any], *,
            day: date | None = None) -> Version:  # fmt: skip
    """The version that counts now, its placeholders replaced."""
    version = current(code, language, day or clock.today())
    said = {name: str(values.get(name, "")) for name in _texts[code].placeholders}
    return Version(version.number, fill(version.subject, said), fill(version.body, said),
                   version.starts_on)  # fmt: skip


def fill(text: str, values: Mapping[str, str]) -> str:
    """A text with its placeholders replaced; what was put in is not looked at again."""
    pieces = Formatter().parse(text)
    return "".join(
        literal + (values.get(name, "") if name else "") for literal, name, _spec, _way in pieces
    )


def faults(text: str, placeholders: Mapping[str, Any]) -> list[str]:
    """What is wrong with the placeholders of a text, a sentence each."""
    try:
        pieces = list(Formatter().parse(text))
    except ValueError:
        return [_("A brace is open or closed alone. Write {{ and }} for braces themselves.")]
    found = []
    for _literal, name, spec, way in pieces:
        if name is not None and (name not in placeholders or spec or way):
            shown = ", ".join(f"{{{known}}}" for known in placeholders)
            found.append(
                _("“{%(name)s}” stands for nothing here. There are: %(known)s.")
                % {"name": name, "known": shown or "–"}
            )
    return found


@transaction.atomic
def save(text: Text, language: str, *, subject: str, body: str, starts_on: date, note: str,
         by: User) -> Wording:  # fmt: skip
    """Write a newer version of a text, in effect from a day, today or later.

    Raises Denied for anybody but the secretariat, Refused with what is wrong.
    """
    if not holds(by, "secretariat"):
        raise Denied(_("Only the secretariat writes text templates."))
    reasons = faults(subject, text.placeholders) + faults(body, text.placeholders)
    if starts_on < clock.today():
        reasons.append(_("A text takes effect today or later; what was used stays as it was."))
    if not body.strip() or (text.has_subject and not subject.strip()):
        reasons.append(_("Write the text, and for a letter its subject."))
    if reasons:
        raise Refused(*reasons)
    case = history.lock(anchor())
    last = Wording.objects.filter(code=text.code, language=language).order_by("-number").first()
    row = Wording(
        code=text.code, language=language, number=last.number + 1 if last else 1, subject=subject,
        body=body, starts_on=starts_on, note=note, made_by=by, made_at=clock.now(), case=case,
    )  # fmt: skip
    row.save()
    details = {"code": text.code, "language": language, "number": row.number,
               "starts_on": str(starts_on)}  # fmt: skip
    history.record("core.wording.write", row, by=by, because=note, details=details, case=case)
    return row


def anchor() -> Dossier:
    """The case file of all text templates; opened with the first that is written."""
    return history.standing_dossier("wording", ANCHOR)
