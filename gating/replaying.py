"""Keeping past assessments: each once, what changed renewed, the run in the history."""

import hashlib
import json
import re
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_noop

from core import history
from core.history import canonical
from core.models import Dossier, Institution, User
from core.steps import create, perform
from gating.models.past import PastAssessment, PastPoint
from gating.models.standard import Criterion, Standard
from gating.past_reading import Past, tally

INSTITUTION = ("GDS-UK", "Government Digital Service (GB)", "GB", "Europe/London")
LONGEST = 500
LINK = re.compile(r"^\[([^\]]+)\]\(.*$")
"""A link in Markdown, perhaps cut off: its text is the name; the whole stands in `raw`."""
CODE = "uk-digital-by-default"
TITLES = Path(__file__).parent / "standards_data" / "history"
SOURCE = "https://www.gov.uk/service-manual/service-assessments"
BECAUSE = gettext_noop("Version of the past: it is known from assessments, and no gate asks it.")


@transaction.atomic
def keep(found: list[Past], *, by: User, sources: dict[str, str]) -> dict[str, int]:
    """Keep assessments that are new or changed; says how many were new, changed and the same.

    `sources` are the names of the files with their SHA-256, for the history.
    """
    institution = _institution()
    dossier = history.lock(_dossier(f"past-assessments/{institution.code}", "past_assessments"))
    known = {row.code: row for row in PastAssessment.objects.filter(institution=institution)}
    versions: dict[int | None, Any] = {None: (None, {})}
    counts = {"new": 0, "changed": 0, "same": 0}
    last: PastAssessment | None = None
    for past in found:
        row, digest = known.get(past.code), _digest(past)
        if row is not None and row.content_hash == digest:
            counts["same"] += 1
            continue
        if past.asked not in versions:
            versions[past.asked] = _version(past.asked or 0, by)
        counts["new" if row is None else "changed"] += 1
        row = row or PastAssessment(institution=institution, dossier=dossier, code=past.code)
        last = _save(row, past, digest, *versions[past.asked])
    if last is not None:
        history.record("gating.pastassessment.replay", last, by=by,
                       details={**counts, "result": tally(found), "sources": sources})  # fmt: skip
    return counts


def _institution() -> Institution:
    code, name, country, zone = INSTITUTION
    return Institution.objects.get_or_create(
        code=code, defaults={"name": name, "country": country, "zone": zone}
    )[0]


def _dossier(ref: str, kind: str) -> Dossier:
    return history.standing_dossier(kind, ref)


def _digest(past: Past) -> str:
    rows = sorted((point.number, point.raw) for point in past.points)
    return hashlib.sha256(canonical([past.raw, rows]).encode()).hexdigest()


def _save(
    row: PastAssessment, past: Past, digest: str, standard: Standard | None,
    criteria: dict[str, Criterion],
) -> PastAssessment:  # fmt: skip
    row.standard, row.raw, row.content_hash = standard, past.raw, digest
    for name, value in _columns(past).items():
        setattr(row, name, value)
    row.save()
    row.results.all().delete()
    PastPoint.objects.bulk_create(
        PastPoint(assessment=row, number=point.number, position=place, raw=point.raw[:200],
                  met=point.met, criterion=criteria.get(point.number))
        for place, point in enumerate(sorted(past.points, key=_by_number), 1)
    )  # fmt: skip
    return row


def _columns(past: Past) -> dict[str, Any]:
    """What the columns of a row say of an assessment, within their lengths."""
    raw, url = past.raw, past.raw.get("source_url", "").strip()
    good = url.startswith(("https://", "http://")) and len(url) <= LONGEST
    return {
        "service": (raw["service"].strip() or raw.get("title", "").strip() or past.code)[:300],
        "department": LINK.sub(r"\1", raw.get("department", "").strip())[:200],
        "stage": (raw.get("stage", "").strip() or raw.get("stage_raw", "").strip())[:60],
        "source_url": url if good else "", "day": past.day, "again_on": past.again_on,
        "reassessed": past.reassessed, "final": past.final, "points": len(past.points),
        "unmet": past.unmet, "doubts": past.doubts, "unclear": bool(past.doubts),
    }  # fmt: skip


def _by_number(point: Any) -> tuple[int, str]:
    return (int(point.number) if point.number.isdigit() else 99_999, point.number)


def _version(points: int, by: User) -> tuple[Standard, dict[str, Criterion]]:
    """The version of the standard with so many points, made if it is new; retired, for no gate."""
    version = f"{points} points"
    standard = Standard.objects.filter(code=CODE, version=version).first()
    if standard is None:
        standard = _make(points, version, by)
    return standard, {row.code: row for row in standard.criteria.all()}


def _make(points: int, version: str, by: User) -> Standard:
    dossier = _dossier(f"standard/{CODE}", "standard")
    titles = _titles(points)
    facts = {"language": "en", "successor": "uk-service-standard"}
    text = canonical([version, titles])
    standard = create(
        Standard(
            dossier=dossier, code=CODE, version=version, source_url=SOURCE, facts=facts,
            title="UK Digital by Default Service Standard", verified="partial",
            publisher="UK Government Digital Service",
            attribution="Open Government Licence v3.0; attribute the Government Digital Service.",
            wording="Titles, where given, are our own paraphrases, not the publisher's text.",
            notes="Known from published assessments; its later version is the Service Standard "
                  "(14 points).",
            content_hash=hashlib.sha256(text.encode()).hexdigest(),
        ),
        by=by,
    )  # fmt: skip
    Criterion.objects.bulk_create(
        Criterion(standard=standard, position=place, code=str(place), title=said["title"],
                  verified=False, facts=said)
        for place, said in enumerate(titles, 1)
    )  # fmt: skip
    standard = perform(standard, "publish", by=by, because=BECAUSE)
    return perform(standard, "retire", by=by, because=BECAUSE)


def _titles(points: int) -> list[dict[str, str]]:
    file = TITLES / f"{CODE}-{points}.json"
    if file.exists():
        return list(json.loads(file.read_text("utf-8")))
    return [{"title": f"Point {place}", "title_es": f"Punto {place}"}
            for place in range(1, points + 1)]  # fmt: skip
