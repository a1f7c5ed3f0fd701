"""Standards as tables: checklists as CSV or TSV in the columns of the Colombian Seal or ours.

Each row is a criterion. A row that cannot be used is kept and named with its line; what is not
known is kept as further facts. Our own export has a column for everything and reads back exactly.
"""

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator
from pathlib import PurePath
from typing import Any

from django.utils.text import slugify
from django.utils.translation import gettext as _

from core.exports import RISKY
from core.refusals import Refused
from gating.past_reading import words
from gating.standard_files import (
    LARGEST,
    STAGES,
    Faulty,
    StandardFile,
    as_json,
    digest,
    of_json,
)
from projects.importing.tables import Line, filled
from projects.importing.texts import SEPARATORS, open_text

COLUMNS = {
    "phase": ("etapa", "stage", "phase", "fase"),
    "requirement": ("requisito", "requirement", "titulo", "title"),
    "criterion": ("criterio", "criterion", "criterios", "criteria", "summary"),
    "evidence": ("evidencia", "evidence", "evidencias"),
    "legal_basis": ("sustento legal o tecnico", "sustento legal", "legal basis", "base legal",
                    "fundamento legal", "legal or technical basis", "sustento"),
    "help": ("ayuda", "help", "orientacion"),
    "level": ("nivel", "level"),
    "profile": ("perfil", "profile"),
    "topic": ("area tematica", "tema", "topic", "theme", "subject area"),
    "question": ("preguntas", "pregunta", "questions", "question"),
    "code": ("codigo", "code", "id", "clave", "numero", "no"),
}  # fmt: skip
SPANISH = {"etapa", "requisito", "criterio", "evidencia", "ayuda", "nivel", "perfil"}
ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5}
TITLE = 300
"""So long a title stays readable; a longer requirement is kept whole beside it."""
OURS = ("standard_id", "standard_title", "standard_version", "standard_publisher",
        "standard_source_url", "standard_licence_note", "standard_wording", "standard_notes",
        "standard_verified", "standard_facts", "code", "title", "summary_in_own_words",
        "applies_to_gates", "evidence_expected", "non_waivable_at_gates", "facts")  # fmt: skip
META = {"standard_id": "id", "standard_title": "title", "standard_version": "version_or_date",
        "standard_publisher": "publisher", "standard_source_url": "source_url",
        "standard_licence_note": "licence_note", "standard_wording": "wording",
        "standard_notes": "notes", "standard_verified": "verified"}  # fmt: skip


def parse_table(raw: bytes, name: str, given: dict[str, str] | None = None) -> StandardFile:
    """Read a checklist; raises Faulty. `given` may name id, title, version_or_date, publisher,
    source_url and licence_note, which a checklist does not say itself; the file's name helps out.

    Rows that are not used stand in the facts, as `rows_not_used`.
    """
    header, lines = _table(raw)
    if {words(cell).replace(" ", "_") for cell in header} >= {"standard_id", "code", "title"}:
        return of_json(_ours(header, lines))
    places = _places(header)
    if lacking := [name for name in ("requirement",) if name not in places]:
        names = ", ".join(COLUMNS[name][0].capitalize() for name in lacking)
        raise Faulty([_("The file lacks these columns: %(names)s.") % {"names": names}])
    rows, unused = _criteria(header, lines, places)
    if not rows:
        raise Faulty([_("No row of the file can be used."), *(why(row) for row in unused)])
    spanish = any(words(cell) in SPANISH for cell in header)
    return _standard(rows, unused, name, given or {}, "es" if spanish else "en")


def _table(raw: bytes) -> tuple[list[str], Iterator[Line]]:
    if len(raw) > LARGEST:
        raise Faulty([_("The file is larger than 5 MB; a standard is not.")])
    if raw.startswith((b"PK", b"\xd0\xcf\x11\xe0")):
        raise Faulty([_("The file is a workbook; save it as CSV or as text with tabs.")])
    known = [name for names in COLUMNS.values() for name in names]
    try:
        # headers are compared without accents by us, so open_text is told them as they stand
        table = open_text(
            io.BytesIO(raw),
            [],
            [*known, *OURS, "Sustento legal o técnico", "Área temática", "Area Tematica", "Código"],
        )
    except Refused as refused:
        raise Faulty(list(refused.reasons)) from refused
    return table.header, table.lines


def _places(header: list[str]) -> dict[str, int]:
    """Which column holds what; of two that fit, the first."""
    found: dict[str, int] = {}
    for place, cell in enumerate(header):
        said = words(cell)
        for name, names in COLUMNS.items():
            if said in names and name not in found:
                found[name] = place
                break
    return found


def _mended(line: Line, width: int) -> list[str]:
    """The cells of a line with a stray quotation mark: taken by the letter, or in one piece."""
    for sign in reversed(SEPARATORS):
        for loosely in (next(csv.reader(line.cells, delimiter=sign), []),
                        line.cells[0].split(sign)):  # fmt: skip
            if len(loosely) == width:
                return loosely
    return line.cells


def _criteria(
    header: list[str], lines: Iterable[Line], places: dict[str, int]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The usable rows as criteria in our JSON form, and the others with line and reason."""
    rows: list[dict[str, Any]] = []
    unused: list[dict[str, Any]] = []
    phases: dict[str, int] = {}
    codes: set[str] = set()
    for line in lines:
        cells = _mended(line, len(header)) if line.broken else line.cells
        if not filled(cells):
            if len(cells) > 1:
                unused.append(_unused(line.number, cells, "empty"))
            continue
        if reason := _objection(header, cells, places):
            sizes = {"n": len(cells), "m": len(header)}
            unused.append(_unused(line.number, cells, reason, **sizes))
            continue
        said = {name: cells[place].strip() for name, place in places.items() if place < len(cells)}
        row = _row(said, _further(header, cells, places), phases, rows)
        if said.get("level") and "level" not in row:
            unused.append(_unused(line.number, cells, "level", text=said["level"]))
            row["level_as_written"] = said["level"]
        if row["code"] in codes:
            unused.append(_unused(line.number, cells, "code_twice", code=row["code"]))
            continue
        codes.add(row["code"])
        rows.append(row)
    return rows, unused


def _unused(number: int, cells: list[str], reason: str, **values: Any) -> dict[str, Any]:
    """A row that is not used: its reason as a name, so that it reads in any language."""
    kept = [cell.replace("\x00", "") for cell in cells]
    return {"line": number, "reason": reason, "values": values, "cells": kept}


def reasons() -> dict[str, str]:
    """Why a row may not be used, in words."""
    return {
        "empty": _("it is empty"),
        "level": _("the level “%(text)s” is no number; the row is used without it"),
        "code_twice": _("the code “%(code)s” stands there twice"),
        "cells": _("it has %(n)s cells, and there are %(m)s columns"),
        "nul": _("it holds a sign that no text has (NUL)"),
        "no_requirement": _("it has no requirement"),
        "long_code": _("its code is longer than 40 signs"),
    }


def why(row: dict[str, Any]) -> str:
    """The sentence that says which row was not used, and why."""
    words_of = reasons().get(str(row.get("reason")), "")
    return _("Line %(line)s: %(why)s.") % {"line": row.get("line"),
                                           "why": words_of % (row.get("values") or {})}  # fmt: skip


def _objection(header: list[str], cells: list[str], places: dict[str, int]) -> str:
    """Why a row is not used, or an empty text."""
    if len(cells) > len(header) and any(cell.strip() for cell in cells[len(header) :]):
        return "cells"
    if any("\x00" in cell for cell in cells):
        return "nul"
    place = places["requirement"]
    if place >= len(cells) or not cells[place].strip():
        return "no_requirement"
    code = places.get("code")
    if code is not None and code < len(cells) and len(cells[code].strip()) > 40:  # noqa: PLR2004
        return "long_code"
    return ""


def _further(header: list[str], cells: list[str], places: dict[str, int]) -> dict[str, str]:
    """What stands in columns that we do not know."""
    read = set(places.values())
    return {
        name: cells[place].strip() for place, name in enumerate(header)
        if place not in read and place < len(cells) and name.strip() and cells[place].strip()
    }  # fmt: skip


def _row(
    said: dict[str, str], further: dict[str, str], phases: dict[str, int], rows: list[Any]
) -> dict[str, Any]:  # fmt: skip
    phase = " ".join(said.get("phase", "").split())
    number = phases.setdefault(phase, len(phases) + 1)
    count = sum(row.get("phase", "") == phase for row in rows) + 1
    whole = " ".join(said["requirement"].split())
    title = whole if len(whole) <= TITLE else whole[: TITLE - 1].rstrip() + "…"
    row: dict[str, Any] = {
        "code": said.get("code") or f"{number}.{count:02}", "title": title,
        "summary_in_own_words": said.get("criterion", ""),
        "evidence_expected": [said["evidence"]] if said.get("evidence") else [],
    }  # fmt: skip
    if whole != title:
        row["requirement"] = said["requirement"]
    if phase:
        row["phase"] = phase
    level = _level(said.get("level", ""))
    if level is not None:
        row["level"] = level
    row |= {name: said[name] for name in ("legal_basis", "help", "profile", "question")
            if said.get(name)}  # fmt: skip
    if said.get("topic"):
        row["topic"] = " ".join(said["topic"].split())
    return row | ({"further": further} if further else {})


def _level(text: str) -> int | None:
    """`1`, `Nivel 1`, `nivel II`, `1.0` as a number; anything else is none."""
    plain = re.fullmatch(r"(?:nivel|level|n)?\s*(\d{1,2}|[iv]{1,3})(?: 0)?", words(text))
    if plain is None:
        return None
    return int(plain[1]) if plain[1].isdigit() else ROMAN.get(plain[1])


def _standard(
    rows: list[dict[str, Any]], unused: list[dict[str, Any]], name: str, given: dict[str, str],
    language: str,
) -> StandardFile:  # fmt: skip
    stem = PurePath(name).stem
    said: dict[str, Any] = {
        "id": given.get("id") or slugify(stem.replace("_", "-"))[:50] or "checklist",
        "title": given.get("title") or " ".join(re.split(r"[\W_]+", stem)).strip().capitalize(),
        "version_or_date": given.get("version_or_date") or "?",
        "publisher": given.get("publisher", ""), "source_url": given.get("source_url", ""),
        "licence_note": given.get("licence_note", ""), "language": language, "criteria": rows,
    }  # fmt: skip
    if unused:
        said["rows_not_used"] = unused
    found = of_json(said)
    if not given.get("version_or_date"):  # named by its content: the same file is the same version
        found.version = f"sha256 {found.content_hash[:12]}"
        found.content_hash = digest(found)
    return found


# Our own export


def table_of(found: Any) -> tuple[tuple[str, ...], list[list[str]]]:
    """Header and rows of a standard for CSV: all of it, so that it reads back exactly."""
    said = as_json(found)
    rows = said.pop("criteria")
    facts = {key: value for key, value in said.items() if key not in META.values()}
    meta = [_cell(said[key]) for key in META.values()]
    return OURS, [
        [_guarded(cell) for cell in [*meta, _json(facts), *_criterion_cells(row)]] for row in rows
    ]


def _criterion_cells(row: dict[str, Any]) -> list[str]:
    row = dict(row)
    own = [row.pop("code"), row.pop("title"), row.pop("summary_in_own_words"),
           " ".join(row.pop("applies_to_gates")), _lines(row.pop("evidence_expected")),
           " ".join(row.pop("non_waivable_at_gates"))]  # fmt: skip
    return [*own, _json(row)]


def _cell(value: Any) -> str:
    return json.dumps(value) if isinstance(value, bool) else str(value)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _lines(texts: list[str]) -> str:
    """Texts one to a line; as JSON where a line break or a blank would be lost."""
    plain = "\n".join(texts)
    return plain if plain.split("\n") == texts and not plain.startswith("[") else _json(texts)


def _guarded(cell: str) -> str:
    return f"'{cell}" if cell.startswith((*RISKY, "'")) else cell


def _ours(header: list[str], lines: Iterable[Line]) -> dict[str, Any]:
    names = [words(cell).replace(" ", "_") for cell in header]
    said: dict[str, Any] = {}
    criteria: list[dict[str, Any]] = []
    for line in lines:
        if not filled(line.cells):
            continue
        if line.broken or len(line.cells) != len(names):
            raise Faulty([_("Line %(line)s of the file is broken.") % {"line": line.number}])
        row = {name: cell.removeprefix("'") for name, cell in zip(names, line.cells, strict=True)}
        meta: dict[str, Any] = {key: row.get(name, "") for name, key in META.items()}
        meta["verified"] = {"true": True, "false": False}.get(meta["verified"], meta["verified"])
        whole = {**meta, **_read_json(row.get("standard_facts", ""), line.number)}
        if said and said != whole:
            raise Faulty(
                [_("Line %(line)s speaks of another standard; one file holds one.")
                 % {"line": line.number}]
            )  # fmt: skip
        said = whole
        criteria.append(_our_criterion(row, line.number))
    return {**said, "criteria": criteria}


def _our_criterion(row: dict[str, str], number: int) -> dict[str, Any]:
    proofs = row.get("evidence_expected", "")
    return {
        "code": row["code"], "title": row["title"],
        "summary_in_own_words": row.get("summary_in_own_words", ""),
        "applies_to_gates": row.get("applies_to_gates", " ".join(STAGES)).split(),
        "evidence_expected": json.loads(proofs) if proofs.startswith("[") else (
            proofs.split("\n") if proofs else []),
        "non_waivable_at_gates": row.get("non_waivable_at_gates", "").split(),
        **_read_json(row.get("facts", ""), number),
    }  # fmt: skip


def _read_json(text: str, number: int) -> dict[str, Any]:
    try:
        found = json.loads(text) if text.strip() else {}
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise Faulty([_("Line %(line)s: its further facts are not JSON.") % {"line": number}])
    return found
