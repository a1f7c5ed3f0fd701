"""The standards editor's work: drafts, their criteria and their order; what is fixed stays so."""

from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from core import history
from core.models import User
from core.refusals import Refused
from core.steps import allow, create
from gating import permissions
from gating.models.standard import Criterion, Standard
from gating.standard_files import StandardFile, as_json, of_json

TEXTS = ("title", "publisher", "source_url", "attribution", "wording", "notes", "effect_from")
COPIED = ("title", "summary", "stages", "evidence_expected", "non_waivable", "non_waivable_at",
          "topic", "level", "verified", "facts")  # fmt: skip


@transaction.atomic
def draft(found: StandardFile, *, by: User, based_on: Standard | None = None) -> Standard:
    """Keep a standard as a draft. Raises Refused when its version is known already."""
    allow(permissions.edits_standards, None, by)
    ref = f"standard/{found.code}"
    dossier = history.standing_dossier("standard", ref)
    history.lock(dossier)
    if Standard.objects.filter(code=found.code, version=found.version).exists():
        raise Refused(
            _("There is a version “%(version)s” of %(code)s already; give this one another name.")
            % {"version": found.version, "code": found.code}
        )
    standard = create(
        Standard(
            dossier=dossier, code=found.code, version=found.version, title=found.title,
            publisher=found.publisher, source_url=found.source_url, attribution=found.attribution,
            wording=found.wording, notes=found.notes, verified=found.verified, facts=found.facts,
            based_on=based_on, content_hash="",
        ),
        by=by, details={"sha256": found.content_hash},
    )  # fmt: skip
    Criterion.objects.bulk_create(
        Criterion(standard=standard, position=place, code=row.code, title=row.title,
                  summary=row.summary, stages=row.stages, evidence_expected=row.evidence_expected,
                  non_waivable=bool(row.non_waivable_at), non_waivable_at=row.non_waivable_at,
                  topic=row.topic, level=row.level, verified=row.verified, facts=row.facts)
        for place, row in enumerate(found.criteria, 1)
    )  # fmt: skip
    return standard


def new_version(standard: Standard, version: str, *, by: User) -> Standard:
    """A draft with everything of an existing version. Raises Refused when its name is taken."""
    found = of_json({**as_json(standard), "version_or_date": version.strip()})
    return draft(found, by=by, based_on=standard)


def blank(code: str, title: str, version: str, language: str, *, by: User) -> Standard:
    """A new standard without any criterion."""
    found = StandardFile(
        code=code, version=version, title=title, publisher="", source_url="", attribution="",
        wording="", notes="", verified="", facts={"language": language}, criteria=[],
        content_hash="",
    )  # fmt: skip
    return draft(found, by=by)


def _drafted(standard: Standard, by: User) -> Standard:
    """The draft, held until the transaction ends. Raises Denied, or Refused once it is fixed."""
    allow(permissions.edits_standards, standard, by)
    history.lock(standard.dossier)
    found = Standard.objects.select_related("dossier").get(pk=standard.pk)
    if found.state != Standard.States.DRAFT:
        raise Refused(_("This version is fixed. Make a new version of it to change something."))
    return found


@transaction.atomic
def edit(standard: Standard, values: dict[str, Any], *, by: User) -> Standard:
    """Change what a draft says of itself. Raises Refused once it is fixed."""
    found = _drafted(standard, by)
    for name in TEXTS:
        setattr(found, name, values[name])
    if (language := values.get("language")) and found.language != language:
        found.facts = {**found.facts, "language": language}
    found.save()
    history.record("gating.standard.edit", found, by=by)
    return found


@transaction.atomic
def put(
    standard: Standard, values: dict[str, Any], *, by: User, row: Criterion | None = None
) -> Any:
    """Add a criterion to a draft, or change one of it. Raises Refused when its code is taken."""
    found = _drafted(standard, by)
    if found.criteria.filter(code=values["code"]).exclude(pk=row.pk if row else 0).exists():
        raise Refused(
            _("The code “%(code)s” is taken in this standard; choose another.")
            % {"code": values["code"]}
        )
    if row is None:
        last = found.criteria.aggregate(last=Max("position"))["last"] or 0
        row = Criterion(standard=found, position=last + 1)
    facts = {**row.facts, **values.pop("facts")}
    row.facts = {name: value for name, value in facts.items() if value not in ("", None)}
    for name, value in values.items():
        setattr(row, name, value)
    _align(row)
    row.non_waivable = bool(row.non_waivable_at)
    row.save()
    history.record("gating.standard.edit", found, by=by, details={"criterion": row.code})
    return row


def _align(row: Criterion) -> None:
    """Let the further facts say what the columns say, where they say it at all."""
    for name in ("topic", "level"):
        row.facts.pop(name, None)
        if getattr(row, name) not in ("", None):
            row.facts[name] = getattr(row, name)
    row.facts.pop("family", None)
    row.facts.pop("verified", None)
    if not row.verified:
        row.facts["verified"] = False


@transaction.atomic
def remove(row: Criterion, *, by: User) -> None:
    """Take a criterion out of a draft; the numbers after it close up."""
    found = _drafted(row.standard, by)
    row.delete()
    _renumber(list(found.criteria.all()))
    history.record("gating.standard.edit", found, by=by, details={"removed": row.code})


@transaction.atomic
def move(row: Criterion, places: int, *, by: User) -> None:
    """Move a criterion of a draft up or down; at the ends it stays."""
    found = _drafted(row.standard, by)
    rows = list(found.criteria.all())
    here = next(place for place, other in enumerate(rows) if other.pk == row.pk)
    there = min(max(here + places, 0), len(rows) - 1)
    if here == there:
        return
    rows.insert(there, rows.pop(here))
    _renumber(rows)
    history.record("gating.standard.edit", found, by=by,
                   details={"moved": row.code, "to": there + 1})  # fmt: skip


def _renumber(rows: list[Criterion]) -> None:
    for place, row in enumerate(rows, 1):
        row.position = place
    Criterion.objects.bulk_update(rows, ["position"])
