"""Standards in the demo: assessments of the past, checklists taken in, and a version to come."""

from datetime import timedelta
from pathlib import Path

from core import clock
from core.steps import perform
from gating import past_reading, replaying, standard_editing, standards
from gating.models import Standard
from oversight.demo.company import who
from oversight.demo.timing import Play

FILES = Path(__file__).parent / "files"
CHECKLISTS = {
    "co-datos-abiertos.tsv": "Sello de Excelencia: lista de verificación de datos abiertos",
    "co-participacion.tsv": "Sello de Excelencia: lista de verificación de participación",
}


def past() -> Play:
    """Published assessments of the United Kingdom, as history."""
    found, _notes = past_reading.read(FILES / "uk-assessments.csv", FILES / "uk-criteria.csv")
    replaying.keep(found, by=clock.clock_account(), sources={"uk-assessments.csv": ""})
    yield 1


def checklists() -> Play:
    """Two Colombian checklists: one published, one a draft for the editor to check."""
    for name, title in CHECKLISTS.items():
        given = {"title": title, "publisher": "Colombia - MinTIC", "version_or_date": "2018",
                 "source_url": "https://github.com/sellodeexcelencia",
                 "licence_note": "MIT"}  # fmt: skip
        found = standards.read((FILES / name).read_bytes(), name, given)
        draft = standard_editing.draft(found, by=who("editor"))
        if name.startswith("co-datos"):
            perform(draft, "publish", by=who("editor"), because="Revisada contra su fuente.")
    yield 1


def to_come() -> Play:
    """The next version of the commissioning checks is fixed, and takes effect in two months."""
    current = Standard.objects.published().get(code="mx-ict-policy-commissioning")
    draft = standard_editing.new_version(current, "Borrador de actualización", by=who("editor"))
    row = draft.criteria.get(code="MXP-06")
    values = {"code": row.code, "title": row.title, "summary": f"{row.summary} They are named in "
              "the technical annex.", "stages": row.stages, "topic": row.topic, "level": row.level,
              "non_waivable_at": row.non_waivable_at, "evidence_expected": row.evidence_expected,
              "verified": row.verified, "facts": {}}  # fmt: skip
    standard_editing.put(draft, values, by=who("editor"), row=row)
    said = {name: getattr(draft, name) for name in standard_editing.TEXTS}
    said["effect_from"] = clock.today() + timedelta(days=60)
    draft = standard_editing.edit(draft, said, by=who("editor"))
    perform(draft, "schedule", by=who("editor"), because="Publicada con sesenta días de aviso.")
    yield 1


PROGRAMME = [(30, past), (590, checklists), (600, to_come)]
