"""Standards in their JSON form: read strictly, each fault a sentence that names the field.

The form is described in `standards_data/README.md`. What we do not know is kept, not judged.
"""

import hashlib
import json
import re
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from core.history import canonical

STAGES = ("business_case", "alpha", "beta", "live")
"""Stages of a project that a criterion may be asked for when they are left."""
LARGEST = 5 * 1024 * 1024
"""No standard is larger than this, in bytes."""
HIGHEST = 32_767
CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,49}")
FIXED_DUTY = re.compile(
    r"\baccessib|\baccesib|\bsecur(?:e|es|ed|ing|ity)\b|\bcybersec|\bcibersegur|\bsegurid|\bsegur[oa]s?\b",
    re.IGNORECASE,
)
"""Words of title or summary that speak of accessibility or security, in English and Spanish."""
OWN = {"id", "title", "publisher", "version_or_date", "source_url", "licence_note", "wording",
       "notes", "verified", "criteria", "duties_named"}  # fmt: skip
OWN_OF_CRITERION = {"code", "title", "summary_in_own_words", "applies_to_gates",
                    "evidence_expected", "non_waivable", "non_waivable_at_gates"}  # fmt: skip


class Faulty(ValueError):
    """A file is not a standard in our form; `faults` says why, a sentence for each field."""

    def __init__(self, faults: list[str]) -> None:
        self.faults = faults
        super().__init__(" ".join(faults))


@dataclass
class CriterionFacts:
    """One criterion as its file states it."""

    code: str
    title: str
    summary: str = ""
    stages: list[str] = field(default_factory=list)
    evidence_expected: list[str] = field(default_factory=list)
    non_waivable_at: list[str] = field(default_factory=list)
    topic: str = ""
    level: int | None = None
    verified: bool = True
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass
class StandardFile:
    """One version of a standard as its file states it; `content_hash` is that of its JSON."""

    code: str
    version: str
    title: str
    publisher: str
    source_url: str
    attribution: str
    wording: str
    notes: str
    verified: str
    facts: dict[str, Any]
    criteria: list[CriterionFacts]
    content_hash: str


def parse(raw: bytes) -> StandardFile:
    """Read a standard; raises Faulty with a sentence for each fault."""
    return of_json(_json(raw))


def of_json(found: dict[str, Any]) -> StandardFile:
    """A standard of what its JSON says; raises Faulty."""
    faults: list[str] = []
    _texts(found, faults)
    criteria = _criteria(found.get("criteria"), faults)
    _mark_fixed_duties(found.get("criteria"), criteria, named=bool(found.get("duties_named")))
    if not faults and "\\u0000" in canonical(found):
        faults.append(_("The file holds a sign that no text has (NUL)."))
    if faults:
        raise Faulty(faults)
    read = StandardFile(
        code=found["id"], version=found["version_or_date"].strip(), title=found["title"].strip(),
        publisher=found.get("publisher") or "", source_url=found.get("source_url") or "",
        attribution=found.get("licence_note") or "", wording=found.get("wording") or "",
        notes=found.get("notes") or "", verified=str(found.get("verified", "")).lower()[:20],
        facts={key: value for key, value in found.items() if key not in OWN},
        criteria=criteria, content_hash="",
    )  # fmt: skip
    read.content_hash = digest(read)
    return read


def digest(found: Any) -> str:
    """SHA-256 of all that a standard says, in hex: the same however it was written down."""
    return hashlib.sha256(canonical(as_json(found)).encode()).hexdigest()


def as_json(found: Any) -> dict[str, Any]:
    """A standard (a file that was read, or a row with `criteria`) in our JSON form, whole.

    Read again, it gives the same standard.
    """
    rows = found.criteria if isinstance(found.criteria, list) else found.criteria.all()
    said = {
        "id": found.code, "title": found.title, "publisher": found.publisher,
        "version_or_date": found.version, "source_url": found.source_url,
        "licence_note": found.attribution, "wording": found.wording, "notes": found.notes,
        "verified": {"true": True, "false": False}.get(found.verified, found.verified),
    }  # fmt: skip
    return {**said, **found.facts, "duties_named": True,
            "criteria": [_criterion_as_json(row) for row in rows]}  # fmt: skip


def _criterion_as_json(row: Any) -> dict[str, Any]:
    said: dict[str, Any] = {
        "code": row.code, "title": row.title, "summary_in_own_words": row.summary,
        "applies_to_gates": list(row.stages), "evidence_expected": list(row.evidence_expected),
        "non_waivable_at_gates": list(row.non_waivable_at), **row.facts,
    }  # fmt: skip
    if row.topic and not (said.get("topic") or said.get("family")):
        said["topic"] = row.topic
    if row.level is not None:
        said.setdefault("level", row.level)
    if not row.verified:
        said["verified"] = False
    return said


def _json(raw: bytes) -> dict[str, Any]:
    if len(raw) > LARGEST:
        raise Faulty([_("The file is larger than 5 MB; a standard is not.")])
    try:
        found = json.loads(raw.decode("utf-8-sig"), parse_constant=_no_number,
                           object_pairs_hook=_once)  # fmt: skip
    except UnicodeDecodeError as error:
        raise Faulty([_("The file is not written in UTF-8; save it as UTF-8.")]) from error
    except RecursionError as error:
        raise Faulty([_("The file is nested too deeply to be a standard.")]) from error
    except json.JSONDecodeError as error:
        where = {"line": error.lineno, "column": error.colno}
        raise Faulty(
            [_("The file is not JSON: see line %(line)s, column %(column)s.") % where]
        ) from error
    if not isinstance(found, dict):
        raise Faulty([_("The file is a list or a value; a standard is an object in braces.")])
    return found


def _no_number(name: str) -> Any:
    raise Faulty([_("“%(name)s” is not a number in JSON.") % {"name": name}])


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise Faulty([_("The field “%(field)s” stands twice in one object.") % {"field": key}])
        found[key] = value
    return found


def _texts(found: dict[str, Any], faults: list[str]) -> None:
    for name, limit in (("id", 50), ("title", 300), ("version_or_date", 200)):
        _text(found, name, name, faults, limit=limit, needed=True)
    for name, limit in (("publisher", 300), ("source_url", 500), ("licence_note", 0),
                        ("wording", 0), ("notes", 0)):  # fmt: skip
        _text(found, name, name, faults, limit=limit)
    code = found.get("id")
    if isinstance(code, str) and code and not CODE.fullmatch(code):
        faults.append(
            _("“id”: write letters, digits, points and hyphens only, at most 50, without spaces.")
        )
    url = found.get("source_url")
    if isinstance(url, str) and url and not re.match(r"https?://\S+$", url):
        faults.append(_("“source_url”: write an address that begins with https:// or http://."))
    if not isinstance(found.get("verified", ""), bool | str):
        faults.append(_('“verified”: write true, false or a word such as "partial".'))


def _text(
    found: dict[str, Any], name: str, label: str, faults: list[str], *, limit: int = 0,
    needed: bool = False,
) -> None:  # fmt: skip
    value = found.get(name)
    if value is None or value == "":
        if needed:
            faults.append(_("“%(field)s” is missing.") % {"field": label})
    elif not isinstance(value, str):
        faults.append(_("“%(field)s” is not a text.") % {"field": label})
    elif "\x00" in value:
        faults.append(_("“%(field)s” holds a sign that no text has (NUL).") % {"field": label})
    elif needed and not value.strip():
        faults.append(_("“%(field)s” is missing.") % {"field": label})
    elif limit and len(value) > limit:
        faults.append(
            _("“%(field)s” is longer than %(limit)s signs.") % {"field": label, "limit": limit}
        )


def _criteria(rows: Any, faults: list[str]) -> list[CriterionFacts]:
    if not isinstance(rows, list) or not rows:
        faults.append(_("“criteria” is missing: list at least one criterion."))
        return []
    found, seen = [], set()
    for place, row in enumerate(rows, 1):
        label = f"criteria[{place}]"
        if not isinstance(row, dict):
            faults.append(_("“%(field)s” is not an object in braces.") % {"field": label})
            continue
        before = len(faults)
        _check_criterion(row, label, faults)
        if len(faults) > before:
            continue
        code = row["code"].strip()
        if code in seen:
            faults.append(
                _("“%(field)s.code”: the code “%(code)s” stands there twice.")
                % {"field": label, "code": code}
            )
        seen.add(code)
        found.append(_criterion(row))
    return found


def _check_criterion(row: dict[str, Any], label: str, faults: list[str]) -> None:
    for name, limit in (("code", 40), ("title", 500)):
        _text(row, name, f"{label}.{name}", faults, limit=limit, needed=True)
    _text(row, "summary_in_own_words", f"{label}.summary_in_own_words", faults)
    _list(row, "evidence_expected", label, faults)
    for name in ("applies_to_gates", "non_waivable_at_gates"):
        if _list(row, name, label, faults):
            _stages(row[name], f"{label}.{name}", faults)
    if not isinstance(row.get("non_waivable", False), bool):
        faults.append(_("“%(field)s.non_waivable”: write true or false.") % {"field": label})


def _list(row: dict[str, Any], name: str, label: str, faults: list[str]) -> bool:
    value = row.get(name)
    if value is None:
        return False
    good = isinstance(value, list) and all(isinstance(part, str) for part in value)
    if not good:
        faults.append(_("“%(field)s” is not a list of texts.") % {"field": f"{label}.{name}"})
    return good


def _stages(names: list[str], label: str, faults: list[str]) -> None:
    for name in names:
        if name not in STAGES:
            faults.append(
                _("“%(field)s”: there is no stage “%(name)s”; known are %(known)s.")
                % {"field": label, "name": name, "known": ", ".join(STAGES)}
            )


def _criterion(row: dict[str, Any]) -> CriterionFacts:
    stages = row.get("applies_to_gates")
    kept = list(STAGES) if stages is None else [stage for stage in STAGES if stage in stages]
    level, topic = row.get("level"), row.get("topic") or row.get("family")
    whole = isinstance(level, int) and not isinstance(level, bool) and 0 <= level <= HIGHEST
    return CriterionFacts(
        code=row["code"].strip(), title=row["title"].strip(),
        summary=row.get("summary_in_own_words") or "", stages=kept,
        evidence_expected=list(row.get("evidence_expected") or []),
        topic=topic[:100] if isinstance(topic, str) else "", level=level if whole else None,
        verified=row.get("verified", True) is True,
        facts={key: value for key, value in row.items() if key not in OWN_OF_CRITERION},
    )  # fmt: skip


def _mark_fixed_duties(rows: Any, criteria: list[CriterionFacts], *, named: bool) -> None:
    """Mark what is never waived: what the file names; where it names nothing, by words."""
    marks = {
        row["code"].strip(): row for row in (rows if isinstance(rows, list) else [])
        if isinstance(row, dict) and isinstance(row.get("code"), str)
        and (row.get("non_waivable") is True or row.get("non_waivable_at_gates"))
    }  # fmt: skip
    for criterion in criteria:
        row = marks.get(criterion.code)
        if row is not None:
            criterion.non_waivable_at = list(row.get("non_waivable_at_gates") or criterion.stages)
        elif (
            not marks and not named and FIXED_DUTY.search(f"{criterion.title} {criterion.summary}")
        ):
            criterion.non_waivable_at = list(criterion.stages)
