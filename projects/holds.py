"""Holds: placed with their cure, asked for by those who want to go on, ended by the clock."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.apps import apps
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from core import clock, due, history
from core.due import Due, falls_due
from core.models import User
from core.refusals import Refused
from core.steps import allow, create, perform
from projects import permissions
from projects.models import plan
from projects.models.change import UNDECIDED
from projects.models.hold import Finding, Hold

URGENT_DAYS = 10
"""An auditor's urgent hold ends after so many days unless the board confirms it (domain, 2)."""

OVER = ("closed", "stopped", "withdrawn")


def place(project: Any, *, reason: str, cure: str, by: User, gate: str = "", cure_ref: str = "",
          urgent: bool = False) -> Hold:  # fmt: skip
    """Stop everything but the cure, and freeze the project's undrawn money.

    `cure` is condition, change, gate (then `gate` names it) or finding. An urgent hold ends by
    itself after ten days. Raises Refused without a reason, or for a project that is over.
    Rules call it as a consequence; `place_by_hand` is for people.
    """
    named = gate if cure == Hold.Cure.GATE else ""
    return _put(
        Hold(project=project, reason=reason.strip(), cure=cure, gate=named, cure_ref=cure_ref,
             placed_by=by, urgent=urgent)
    )  # fmt: skip


@transaction.atomic
def _put(hold: Hold) -> Hold:
    project, by = hold.project, hold.placed_by
    history.lock(project.dossier)
    if not hold.reason:
        raise Refused(_("Say why the project is put on hold; the reason is published."))
    if hold.cure == Hold.Cure.GATE and not hold.gate:
        raise Refused(_("Name the gate whose passing ends the hold."))
    if type(project)._base_manager.values_list("stage", flat=True).get(pk=project.pk) in OVER:
        raise Refused(_("The project is over; there is nothing left to hold."))
    hold.placed_at = clock.now()
    hold.ends_at = hold.placed_at + timedelta(days=URGENT_DAYS) if hold.urgent else None
    create(hold, by=by, because=hold.reason, details={"cure": hold.cure, "gate": hold.gate})
    plan.freeze(project, by=by, because=hold.reason)
    return hold


def place_by_hand(project: Any, *, reason: str, cure: str, by: User, gate: str = "",
                  cure_ref: str = "") -> Hold:  # fmt: skip
    """Place a hold as the secretariat or an auditor; raises Denied for anybody else."""
    allow(permissions.places_hold, project, by)
    return place(project, reason=reason, cure=cure, by=by, gate=gate, cure_ref=cure_ref)


@transaction.atomic
def record_finding(project: Any, text: str, *, by: User, urgent: bool = False) -> Finding:
    """Write down what an auditor found; urgent ones put the project on hold for ten days at most.

    Raises Denied for anybody but an auditor, Refused without a text.
    """
    history.lock(project.dossier)
    allow(permissions.audits, project, by)
    if not text.strip():
        raise Refused(_("Write down what was found."))
    finding = Finding.objects.create(
        project=project, text=text.strip(), urgent=urgent, by=by, at=clock.now()
    )
    history.record("projects.finding.record", finding, by=by, details={"urgent": urgent})
    if urgent:
        _put(
            Hold(project=project, reason=finding.text, cure=Hold.Cure.FINDING, placed_by=by,
                 urgent=True, finding=finding, cure_ref=str(finding.pk))
        )  # fmt: skip
    return finding


@transaction.atomic
def remedy(finding: Finding, how: str, *, by: User) -> Finding:
    """Mark a finding as remedied, and lift the hold that waits for it, if any.

    Raises Denied for anybody but an auditor, Refused without a note or when it is done already.
    """
    project = finding.project
    history.lock(project.dossier)
    finding = Finding.objects.select_for_update().get(pk=finding.pk)
    allow(permissions.audits, project, by)
    if finding.remedied_at is not None:
        raise Refused(_("The finding is marked as remedied already."))
    if not how.strip():
        raise Refused(_("Write how the finding was remedied."))
    finding.remedied_at, finding.remedied_by, finding.remedy = clock.now(), by, how.strip()
    finding.save()
    history.record("projects.finding.remedy", finding, by=by, because=how)
    for hold in project.holds.active().filter(finding=finding).order_by("pk"):
        perform(hold, "lift", by=by, because=how)
    return finding


def blocking(project: Any, cure_gate: str | None = None) -> QuerySet[Hold]:
    """The holds in force that stop a step; those that the gate named would cure do not stop it."""
    active = project.holds.active()
    if cure_gate:
        return active.exclude(cure=Hold.Cure.GATE, gate=cure_gate)
    return active


def cures(project: Any) -> list[tuple[str, str]]:
    """What a hold on this project may name as its cure: `condition|REF` or `change|REF`, in words.

    Conditions belong to an upper room, and are known here by what they demand of the project.
    """
    found: dict[tuple[str, int], str] = {}
    for owed in project.obligations.filter(open=True, kind="condition"):
        found[owed.source_label, owed.source_id] = owed.title
    named = []
    for (label, pk), title in found.items():
        row = apps.get_model(label)._default_manager.filter(pk=pk).first()
        if row is not None:
            named.append((f"{Hold.Cure.CONDITION}|{row}", title))
    changes = project.changes.filter(state__in=UNDECIDED)
    return named + [(f"{Hold.Cure.CHANGE}|{row.ref}", row.title_for_people()) for row in changes]


def cured_by_gate(project: Any, gate: str, *, by: User, because: str = "") -> list[Hold]:
    """End the holds that this gate cures, when it enters force; only inside that step."""
    holds = project.holds.active().filter(cure=Hold.Cure.GATE, gate=gate).order_by("pk")
    return [perform(hold, "cure_by_gate", by=by, because=because) for hold in holds]


def cure(project: Any, cure: str, ref: str, *, by: User, because: str = "") -> list[Hold]:
    """End the holds that name this condition or change as their cure; only inside its own step.

    A hold that waits for a change and names none ends with the next that is decided.
    """
    named = [ref, ""] if cure == Hold.Cure.CHANGE else [ref]
    found = project.holds.active().filter(cure=cure, cure_ref__in=named).order_by("pk")
    return [perform(hold, "cure_by_gate", by=by, because=because) for hold in found]


@falls_due
def urgent_holds_over(now: datetime) -> Iterable[Due]:
    """An urgent hold that the board did not confirm ends when its days are over."""
    rows = Hold.objects.running_out(now).select_related("project__dossier")
    return due.steps(rows, "expire", at=lambda hold: hold.ends_at)
