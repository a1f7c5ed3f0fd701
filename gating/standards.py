"""Taking standards in: published for good, a new version beside the old one, never over it."""

from dataclasses import dataclass
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext as _

from core import history
from core.models import Dossier, User
from core.refusals import Refused
from core.steps import create, perform
from gating.models.standard import Criterion, Standard
from gating.standard_files import Faulty, StandardFile, parse
from gating.standard_tables import parse_table, why

SHIPPED = Path(__file__).parent / "standards_data"
KINDS = (".json", ".csv", ".tsv")


@dataclass
class Loaded:
    """What became of one file: `loaded`, `unchanged` or `refused`, with the reasons."""

    path: Path
    outcome: str
    standard: Standard | None = None
    reasons: tuple[str, ...] = ()


def files_in(paths: list[Path]) -> list[Path]:
    """The files named, and those of the folders named that may be standards, in order."""
    found: list[Path] = []
    for path in paths or [SHIPPED]:
        inside = [file for file in sorted(path.glob("*")) if file.suffix.lower() in KINDS]
        found += inside if path.is_dir() else [path]
    return found


def read(raw: bytes, name: str, given: dict[str, str] | None = None) -> StandardFile:
    """Read a standard: JSON by its first sign, anything else as a table. Raises Faulty."""
    start = raw[:200].removeprefix(b"\xef\xbb\xbf").lstrip()
    as_text = name.lower().endswith((".csv", ".tsv", ".txt")) and not start.startswith(b"{")
    return parse_table(raw, name, given) if as_text else parse(raw)


def load_file(path: Path, *, by: User, given: dict[str, str] | None = None) -> Loaded:
    """Load one file; a fault is an outcome with its sentences, never an exception."""
    try:
        raw = path.read_bytes()
    except OSError:
        return Loaded(path, "refused", reasons=(_("The file cannot be read."),))
    try:
        found = read(raw, path.name, given)
        standard, new = load(found, by=by)
    except Faulty as fault:
        return Loaded(path, "refused", reasons=tuple(fault.faults))
    except Refused as refused:
        return Loaded(path, "refused", reasons=refused.reasons)
    notes = tuple(why(row) for row in found.facts.get("rows_not_used", ()))
    return Loaded(path, "loaded" if new else "unchanged", standard, notes)


@transaction.atomic
def load(found: StandardFile, *, by: User) -> tuple[Standard, bool]:
    """Publish a version of a standard, and retire the one before it; (standard, whether new).

    Raises Refused when this version is known with another content.
    """
    dossier = history.lock(_dossier(found.code))
    known = Standard.objects.filter(code=found.code, version=found.version).first()
    if known is not None:
        if known.state == Standard.States.DRAFT:
            raise Refused(
                _("There is a draft of version “%(version)s” of %(code)s; publish or discard it, "
                  "or give the file another “version_or_date”.")
                % {"version": found.version, "code": found.code}
            )  # fmt: skip
        if known.content_hash == found.content_hash:
            return known, False
        raise Refused(
            _("Version “%(version)s” of %(code)s is published with another content, and stays as "
              "it is. Give the changed file another “version_or_date”.")
            % {"version": found.version, "code": found.code}
        )  # fmt: skip
    standard = create(_standard(found, dossier), by=by, details={"sha256": found.content_hash})
    Criterion.objects.bulk_create(_criteria(found, standard))
    because = _("Version %(version)s was loaded.") % {"version": found.version}
    return perform(standard, "publish", by=by, because=because), True


def _dossier(code: str) -> Dossier:
    return history.standing_dossier("standard", f"standard/{code}")


def _standard(found: StandardFile, dossier: Dossier) -> Standard:
    return Standard(
        dossier=dossier, code=found.code, version=found.version, title=found.title,
        publisher=found.publisher, source_url=found.source_url, attribution=found.attribution,
        wording=found.wording, notes=found.notes, verified=found.verified,
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
