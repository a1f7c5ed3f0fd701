"""Emergency exceptions beside their steps: asked for, made regular, overdue; their limits."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Max, Q
from django.utils.translation import gettext as _

from core import acts, clock, documents, due, history, reminders
from core.due import Due, falls_due
from core.models import Reminder, User
from core.refusals import Refused
from core.steps import allow, create
from gating import effects, matters
from gating import permissions_emergency as permissions
from gating.models import Gate
from gating.models.board import competent_board
from gating.models.emergency import EmergencyCap, EmergencyCeiling, EmergencyException
from gating.models.emergency_rules import DEFAULT_DAYS, DEFAULT_PERCENT, faults
from projects import setting_aside
from projects.models import Tier
from projects.models.tier import TIERS

MARKS = (7, 3, 1)
"""Days before its end at which an exception is recalled."""
REMIND = "gating.emergencyexception.remind"


@transaction.atomic
def ask(project: Any, *, amount: int, days: int, reason: str, bypasses: list[str], by: User,
        file: Any = None) -> EmergencyException:  # fmt: skip
    """Ask to be released an amount, in minor units, of the next tranche before its gate.

    Two people at or above the gate's authority grant it. Raises Denied for anybody but manager and
    owner, Refused beyond the limits of the tier and while another exception is open or overdue.
    """
    history.lock(project.dossier)
    project = type(project)._base_manager.select_related("tier", "institution", "dossier").get(
        pk=project.pk
    )  # fmt: skip
    allow(permissions.asks, project, by)
    wrong = faults(project, amount, days, bypasses)
    if not reason.strip():
        wrong.append(_("Say why it cannot wait for the gate."))
    wrong += _another(project)
    if wrong:
        raise Refused(*wrong)
    exception = _entered(project, amount, days, bypasses)
    exception.reason, exception.asked_by, exception.asked_at = reason.strip(), by, clock.now()
    if file:
        exception.document = documents.store(file, by=by, dossier=project.dossier)
    create(exception, by=by, because=exception.reason,
           details={"amount": amount, "days": days, "bypasses": bypasses,
                    "tranche": exception.tranche_number})  # fmt: skip
    acts.remember(by, project.dossier, "requests_release", exception, None)
    return exception


def _another(project: Any) -> list[str]:
    """One exception at a time; none while one is overdue."""
    known = project.exceptions.filter(
        Q(state__in=EmergencyException.ASKED) | Q(state__in=EmergencyException.OPEN)
    ).first()  # fmt: skip
    if known is None:
        return []
    if known.is_late:
        return [_("%(ref)s is overdue: make it regular before another is asked for.")
                % {"ref": known.ref}]  # fmt: skip
    return [_("%(ref)s is still open: one exception at a time.") % {"ref": known.ref}]


def _entered(project: Any, amount: int, days: int, bypasses: list[str]) -> EmergencyException:
    """The row with its number, the gate of the next tranche and the board of that gate."""
    tranche = setting_aside.next_tranche(project)
    number = tranche.number if tranche else 0
    gate = Gate.objects.filter(code=tranche.gate).first() if tranche else None
    board, rule = competent_board(project, gate)
    last = project.exceptions.aggregate(last=Max("number"))["last"] or 0
    return EmergencyException(
        project=project, number=last + 1, gate=gate, tranche_number=number, amount=amount,
        days=days, bypasses=list(bypasses), board=board, rule=rule,
    )  # fmt: skip


def gate_opened(review: Any, *, by: User, because: str) -> None:
    """The gate that an exception bypassed is exercised: the exception is regular, or not needed.

    Called inside that step, before the tranche is committed.
    """
    rows = EmergencyException.objects.filter(project=review.project, gate=review.gate)
    found = rows.filter(Q(state__in=EmergencyException.OPEN)).select_related(
        *EmergencyException.step_related
    )  # fmt: skip
    for exception in found:
        exception.project = review.project
        exception.make_regular(review.ref, by=by, because=because or review.ref)
    for asked in rows.undecided().select_related(*EmergencyException.step_related):
        asked.end_request(by=by, because=because or review.ref)


@matters.register("gating.emergencyexception")
class ExceptionMatter(matters.Matter):
    """The board competent for the gate, or one above it, confirms what was released before it."""

    outcomes = ("confirm",)

    def row(self, pk: int) -> EmergencyException:
        """The exception with its project and case."""
        rows = EmergencyException.objects.select_related(*EmergencyException.step_related)
        return rows.get(pk=pk)

    def faults(self, row: EmergencyException) -> list[str]:
        """Why no motion may be put on it; one that is open already may always be closed."""
        if row.state in EmergencyException.OUT:
            return []
        if matters.motions_of(row).filter(state="open").exists():
            return []
        return [_("Only an exception under which money went out is confirmed by a board.")]

    def boards(self, row: EmergencyException) -> list[tuple[Any, dict[str, Any]]]:
        """The board of the gate, and those above it."""
        rule = {**row.rule, "why": "exception", "exception": row.ref}
        own = [row.board, *row.board.ancestors()]
        return [(board, {**rule, "board": board.code}) for board in own]

    def excluded(self, row: EmergencyException) -> dict[int, str]:
        """Who asked for it has no vote on it."""
        return {row.asked_by_id: "submits"}

    def effect(self, motion: Any, row: EmergencyException, *, by: User) -> None:
        """The exception is regular, unless the gate has made it so meanwhile."""
        if row.state in EmergencyException.OUT:
            row.make_regular(motion.ref, by=by, because=motion.ref)

    def facts(self, row: EmergencyException) -> dict[str, Any]:
        """What is confirmed: amount, currency, what was bypassed, and why."""
        return {"ref": row.ref, "amount": row.amount, "currency": row.project.currency,
                "bypasses": row.bypasses, "reason": row.reason,
                "gate": row.gate.code if row.gate else ""}  # fmt: skip


# The clock


@falls_due
def exceptions_over(now: datetime) -> Iterable[Due]:
    """At the end of its days an exception is overdue; one that was not used ends."""
    rows = EmergencyException.objects.filter(ends_at__lte=now)
    rows = rows.select_related(*EmergencyException.step_related)
    out, unused = EmergencyException.States.RELEASED, EmergencyException.UNUSED
    return [
        *due.steps(rows.filter(state=out), "fall_overdue", at=lambda row: row.ends_at),
        *due.steps(rows.filter(state__in=unused), "lapse", at=lambda row: row.ends_at),
    ]


@falls_due
def exceptions_to_remind_of(now: datetime) -> Iterable[Due]:
    """Seven days, three and one before an exception ends, its people are told."""
    soon = now + timedelta(days=max(MARKS) + 1)
    rows = EmergencyException.objects.open_().filter(ends_at__gt=now, ends_at__lte=soon)
    found = list(rows.select_related(*EmergencyException.step_related))
    known = Reminder.objects.filter(source_label="gating.emergencyexception", verb=REMIND,
                                    source_id__in=[row.pk for row in found])  # fmt: skip
    sent = dict(known.order_by("-mark").values_list("source_id", "mark"))
    for row in found:
        where = row.project.institution
        zone = clock.zone(where)
        last = row.ends_at.astimezone(zone).date() - timedelta(days=1)
        today = now.astimezone(zone).date()
        mark = reminders.due_mark((last - today).days, MARKS)
        if mark is not None and sent.get(row.pk, mark + 1) > mark:
            at = clock.end_of(last - timedelta(days=mark + 1), where)
            act = partial(reminders.remind, row, last, MARKS, verb=REMIND, today=today)
            yield Due(at, f"{REMIND}:{row.pk}:{mark}", act)


# The limits, kept as data


def caps() -> list[EmergencyCap]:
    """The limits of every tier, the delivered ones where none is set yet (not saved)."""
    known = {cap.tier_id: cap for cap in EmergencyCap.objects.prefetch_related("ceilings")}
    return [known.get(tier.pk) or EmergencyCap(tier=tier, percent=DEFAULT_PERCENT,
                                               days=DEFAULT_DAYS)
            for tier in Tier.objects.order_by("rank")]  # fmt: skip


@transaction.atomic
def set_cap(tier: Tier, *, percent: int, days: int, currency: str = "", amount: int | None = None,
            by: User) -> EmergencyCap:  # fmt: skip
    """Set the limits of a tier from now on; an amount of None takes the currency's ceiling away.

    Exceptions granted already keep what they were granted. Raises Denied for anybody but an
    administrator.
    """
    allow(permissions.sets_caps, tier, by)
    history.lock(history.standing_dossier("settings", TIERS))
    cap, _new = EmergencyCap.objects.get_or_create(tier=tier)
    told: dict[str, Any] = {"percent": [cap.percent, percent], "days": [cap.days, days]}
    cap.percent, cap.days = percent, days
    cap.full_clean()
    cap.save()
    if currency:
        before = cap.ceilings.filter(currency=currency).first()
        told["ceiling"] = [currency, before.amount if before else None, amount]
        if amount:
            EmergencyCeiling.objects.update_or_create(
                cap=cap, currency=currency, defaults={"amount": amount}
            )
        elif before:
            before.delete()
    history.record("gating.emergencycap.update", cap, by=by, details=told)
    return cap


if gate_opened not in effects.opening:
    effects.opening.append(gate_opened)
