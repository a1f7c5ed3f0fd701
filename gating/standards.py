"""Taking standards in: published for good, a new version beside the old one, never over it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core import history
from core.models import Dossier, User
from core.refusals import Refused
from core.steps import create, perform
from gating.models.gate import GateStandard
from gating.models.standard import Criterion, Standard
from gating.standard_files import Faulty, StandardFile, parse

SHIPPED = Path(__file__).parent / "standards_data"


@dataclass
class Loaded:
    """What became of one file: `loaded`, `unchanged` or `refused`, with the reasons."""

    path: Path
    outcome: str
    standard: Standard | None = None
    reasons: tuple[str, ...] = ()


def files_in(paths: list[Path]) -> list[Path]:
    """The files named, and the JSON files of the folders named, in order."""
    found: list[Path] = []
    for path in paths or [SHIPPED]:
        found += sorted(path.glob("*.json")) if path.is_dir() else [path]
    return found


def load_file(path: Path, *, by: User) -> Loaded:
    """Load one file; a fault is an outcome with its sentences, never an exception."""
    try:
        raw = path.read_bytes()
    except OSError:
        return Loaded(path, "refused", reasons=(_("The file cannot be read."),))
    try:
        found = parse(raw)
        standard, new = load(found, by=by)
    except Faulty as fault:
        return Loaded(path, "refused", reasons=tuple(fault.faults))
    except Refused as refused:
        return Loaded(path, "refused", reasons=refused.reasons)
    return Loaded(path, "loaded" if new else "unchanged", standard)


@transaction.atomic
def load(found: StandardFile, *, by: User) -> tuple[Standard, bool]:
    """Publish a version of a standard, and retire the one before it; (standard, whether new).

    Raises Refused when this version is known with another content.
    """
    dossier = history.lock(_dossier(found.code))
    known = Standard.objects.filter(code=found.code, version=found.version).first()
    if known is not None:
        if known.content_hash == found.content_hash:
            return known, False
        raise Refused(
            _("Version “%(version)s” of %(code)s is published with another content, and stays as "
              "it is. Give the changed file another “version_or_date”.")
            % {"version": found.version, "code": found.code}
        )  # fmt: skip
    before = Standard.objects.published().filter(code=found.code).first()
    standard = create(_standard(found, dossier), by=by, details={"sha256": found.content_hash})
    Criterion.objects.bulk_create(_criteria(found, standard))
    because = _("Version %(version)s was loaded.") % {"version": found.version}
    if before is not None:
        perform(before, "retire", by=by, because=because)
    standard = perform(standard, "publish", by=by, because=because)
    if before is not None:
        _repoint(before, standard, by=by, because=because)
    return standard, True


def _dossier(code: str) -> Dossier:
    ref = f"standard/{code}"
    known = Dossier.objects.filter(ref=ref).first()
    return known or history.open_dossier("standard", ref)


def _standard(found: StandardFile, dossier: Dossier) -> Standard:
    return Standard(
        dossier=dossier, code=found.code, version=found.version, title=found.title,
        publisher=found.publisher, source_url=found.source_url, attribution=found.attribution,
        wording=found.wording, notes=found.notes, verified=found.verified[:20],
        facts=found.facts, content_hash=found.content_hash,
    )  # fmt: skip


def _criteria(found: StandardFile, standard: Standard) -> list[Criterion]:
    return [
        Criterion(
            standard=standard, position=place, code=row.code, title=row.title,
            summary=row.summary, stages=row.stages, evidence_expected=row.evidence_expected,
            non_waivable=bool(row.non_waivable_at), non_waivable_at=row.non_waivable_at,
            topic=row.topic, level=row.level, verified=row.verified, facts=row.facts,
        )
        for place, row in enumerate(found.criteria, 1)
    ]  # fmt: skip


def _repoint(before: Standard, after: Standard, *, by: User, because: str) -> None:
    """Gates that asked the older version ask the newer one; open reviews keep theirs."""
    for row in GateStandard.objects.filter(standard=before).select_related("gate__dossier"):
        row.standard = after
        row.save(update_fields=["standard"])
        details: dict[str, Any] = {"standard": after.code, "from": before.version,
                                   "to": after.version}  # fmt: skip
        history.record("gating.gate.renew_standard", row.gate, by=by, because=because,
                       details=details)  # fmt: skip
