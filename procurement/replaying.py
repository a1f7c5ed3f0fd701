"""Replaying a ranking: reckoned again from the exported facts alone, and held against what is told.

A file is the facts themselves, or an exported evaluation (ZIP) with the facts as
`evaluation.json`.
Nothing else is read: no database, no key.
"""

import json
import re
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from procurement import evaluation_file, scoring_facts
from procurement.models import Competition

REF = re.compile(r"C-[0-9]{1,10}", re.ASCII)
MEMBERS = ("evaluation.json", "ranking.json")
LARGEST = 64 * 1024 * 1024
"""Bytes of facts that are read at most."""


class Unknown(LookupError):
    """There is no such competition or file, or nothing of it to replay; the text says which."""


@dataclass
class Replay:
    """A ranking reckoned again: its rows, and what does not agree with what is told."""

    ref: str
    rows: list[dict[str, Any]] = field(default_factory=list)
    differences: list[str] = field(default_factory=list)

    @property
    def agrees(self) -> bool:
        return not self.differences


def facts_of(what: str) -> dict[str, Any]:
    """The facts of a competition (its reference) or of a file; raises Unknown with a sentence."""
    if REF.fullmatch(what):
        row = Competition.objects.filter(ref=what).first()
        if row is None:
            raise Unknown(_("There is no competition %(ref)s.") % {"ref": what})
        return evaluation_file.ranking_facts(row)
    return read(Path(what))


def read(path: Path) -> dict[str, Any]:
    """The facts in a file; raises Unknown where it is none, or none of ours."""
    said = {"file": path}
    try:
        text = _text(path)
        found = json.loads(text, parse_float=str)
    except (OSError, KeyError, ValueError, RecursionError, zipfile.BadZipFile) as error:
        raise Unknown(_("%(file)s cannot be read as the facts of a ranking.") % said) from error
    if not isinstance(found, dict) or found.get("format") != scoring_facts.FORMAT:
        raise Unknown(_("%(file)s does not hold the facts of a ranking.") % said)
    return found


def _text(path: Path) -> bytes:
    if not zipfile.is_zipfile(path):
        with path.open("rb") as file:
            return file.read(LARGEST)
    with zipfile.ZipFile(path) as archive:
        names = [name for name in archive.namelist() if Path(name).name in MEMBERS]
        with archive.open(names[0] if names else MEMBERS[0]) as file:
            return file.read(LARGEST)


def replay(facts: dict[str, Any]) -> Replay:
    """Reckon a ranking again from its facts; raises Unknown while they tell of none."""
    ref = str(facts.get("competition", ""))
    try:
        if not facts["ranking"]:
            raise Unknown(_("%(ref)s is not ranked yet: there is nothing to replay.")
                          % {"ref": ref})  # fmt: skip
        differences = [
            _("%(what)s: told %(told)s, reckoned again %(found)s")
            % {"what": what, "told": told, "found": found}
            for what, told, found in scoring_facts.differences(facts)
        ]
        return Replay(ref, scoring_facts.answers(facts), differences)
    except (KeyError, TypeError, ValueError, ZeroDivisionError) as error:
        raise Unknown(_("The facts of %(ref)s are not complete: %(what)s.")
                      % {"ref": ref, "what": repr(error)}) from error  # fmt: skip


def lines(found: Replay) -> list[str]:
    """The replay as lines of plain text; the last is `agree` or `differ`."""
    rows = [found.ref]
    for row in sorted(found.rows, key=lambda row: (row["rank"] is None, row["rank"] or 0)):
        figures = " ".join(f"{name}={row[name] or '-'}" for name in scoring_facts.FIGURES)
        reason = f" ({row['reason']})" if row["reason"] else ""
        rows.append(f"{row['rank'] or '-'} · {row['alias']} · {row['status']}{reason} · {figures}")
    rows += [f"! {difference}" for difference in found.differences]
    return [*rows, "agree" if found.agrees else "differ"]
