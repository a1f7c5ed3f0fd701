"""A row in quarantine, corrected by a person and imported from there."""

import json

from django.db import transaction
from django.utils.translation import gettext as _

from core.models import User
from core.refusals import Refused
from core.steps import allow, perform
from projects import permissions
from projects.importing import mapping as mappings
from projects.importing.faults import Fault
from projects.importing.institutions import Institutions
from projects.importing.loading import create, hold_imports, update, with_institution
from projects.importing.planning import CREATED, UPDATED, Decision, differs
from projects.importing.rows import Judge, Row
from projects.importing.tables import Line
from projects.importing.workbooks import DATE_FORMS
from projects.models import Project, QuarantinedRow, Stage


def rejudged(row: QuarantinedRow, cells: list[str]) -> Row:
    """A kept row as it would be read with other cells."""
    mapping = mappings.parse(row.run.mapping)
    return Judge(mapping, row.run.header, DATE_FORMS[:1]).judge(Line(row.number, cells))


def keep_typed(row: QuarantinedRow, cells: list[str]) -> None:
    """Remember what a person typed, so that nobody types it twice; the row itself stays whole."""
    text = json.dumps(cells, ensure_ascii=False)
    open_ones = QuarantinedRow.objects.filter(pk=row.pk, state=QuarantinedRow.States.QUARANTINED)
    open_ones.update(typed=text)


@transaction.atomic
def import_corrected(row: QuarantinedRow, cells: list[str], *, by: User) -> Project:
    """Make a project of a kept row as a person corrected it, or update the draft of its key.

    Raises Refused with each sentence that still speaks against it.
    """
    allow(permissions.imports, row, by)
    hold_imports(row.run)
    row = QuarantinedRow.objects.select_related("run__dossier").get(pk=row.pk)
    if row.state != QuarantinedRow.States.QUARANTINED:
        raise Refused(_("This has moved on since you opened the page."))
    found = rejudged(row, cells)
    if found.faults:
        raise Refused(*sentences(found.faults))
    decision = _decide(row, found)
    institutions = Institutions(mappings.parse(row.run.mapping), by, str(row.run))
    if decision.outcome == CREATED:
        create(row.run, [decision], institutions, by)
    else:
        decision.changes = with_institution(decision.changes, institutions)
        update(row.run, [decision] if decision.changes else [], by)
    project = decision.project or Project.objects.get(pk=decision.made[0])  # type: ignore[index]
    row.project, row.typed = project, json.dumps(cells, ensure_ascii=False)
    row.save(update_fields=["project", "typed"])
    perform(row, "take_in", by=by, because=str(row.run))
    return project


def sentences(faults: list[Fault]) -> list[str]:
    """The sentences of some faults, each with its column."""
    return [f"{fault.column}: {fault.sentence}" if fault.column else fault.sentence
            for fault in faults]  # fmt: skip


def _decide(row: QuarantinedRow, found: Row) -> Decision:
    """Whether the corrected row is a new project, or changes the draft that has its key."""
    same = Project.objects.filter(source=row.source, source_key=found.key)
    project = same.select_related("institution", "dossier").first()
    if project is None:
        return Decision(found, CREATED)
    repeats = any(fault["code"] == "key_repeated" for fault in row.faults)
    if repeats or project.stage != Stage.DRAFT or row.key != found.key:
        raise Refused(
            _("%(project)s has the key “%(key)s”. Give the row another key, or dismiss it.")
            % {"project": project.ref, "key": found.key}
        )
    changes = {n: v for n, v in found.values.items() if differs(project, n, v)}
    return Decision(found, UPDATED, project, changes=changes)
