"""Holds: placed with their cure, asked for by those who want to go on, ended by the clock."""

from contextlib import suppress
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from core import clock, history
from core.models import User
from core.outbox import at_each_tick
from core.refusals import Refused
from core.steps import allow, create, perform
from projects import permissions
from projects.models import plan
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


def blocking(project: Any, cure_gate: str | None = None) -> QuerySet[Hold]:
    """The holds in force that stop a step; those that the gate named would cure do not stop it."""
    active = project.holds.active()
    if cure_gate:
        return active.exclude(cure=Hold.Cure.GATE, gate=cure_gate)
    return active


def cured_by_gate(project: Any, gate: str, *, by: User, because: str = "") -> list[Hold]:
    """End the holds that this gate cures, when it enters force; only inside that step."""
    holds = project.holds.active().filter(cure=Hold.Cure.GATE, gate=gate).order_by("pk")
    return [perform(hold, "cure_by_gate", by=by, because=because) for hold in holds]


@at_each_tick
def expire_urgent() -> None:
    """End the urgent holds whose days are over, each by a step of the clock."""
    due = Hold.objects.active().filter(ends_at__lte=clock.now()).order_by("pk")
    for hold in due.select_related("project__dossier"):
        with suppress(Refused):  # lifted, or confirmed by the board, since we looked
            perform(hold, "expire", by=clock.clock_account())
