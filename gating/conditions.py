"""What is done with conditions beside their steps: the answer, and what the clock finds due."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core import acts, clock, documents, due, history, reminders, turns
from core.due import Due, falls_due
from core.models import Reminder, User
from core.refusals import Refused
from core.steps import MOVED_ON, allow
from gating import permissions_boards as permissions
from gating.models import Condition
from gating.models.condition import BREACH_DAYS
from gating.models.condition_rules import RUNNING


@transaction.atomic
def answer(condition: Condition, response: str, evidence: Iterable[Any] = (), file: Any = None, *,
           by: User) -> Condition:  # fmt: skip
    """Write how a condition is met, with evidence of the project or a file; still a draft.

    Raises Refused when it is not the owner's turn, or the file is not acceptable.
    """
    history.lock(condition.dossier)
    rows = Condition.objects.select_for_update(of=("self",))
    condition = rows.select_related(*Condition.step_related).get(pk=condition.pk)
    allow(permissions.owes, condition, by)
    if condition.state not in Condition.OWED:
        raise Refused(MOVED_ON())
    chosen = list(evidence)
    if any(row.project_id != condition.review.project_id for row in chosen):
        raise Refused(_("Choose evidence of this project."))
    condition.response = response.strip()
    if file:
        condition.document = documents.store(file, by=by, dossier=condition.dossier)
    condition.save(update_fields=["response", "document"])
    condition.evidence.set(chosen)
    details = {"response": condition.response, "evidence": sorted(row.pk for row in chosen),
               "document": condition.document_id}  # fmt: skip
    history.record("gating.condition.answer", condition, by=by, details=details)
    return condition


@transaction.atomic
def name_verifier(condition: Condition, person: User, *, by: User, because: str) -> Condition:
    """Name another verifier, when the first has left, is away or may not verify any more.

    Raises Refused for its owner, for whoever separation of duties excludes in the project, and
    when nothing is left to verify; Denied for anybody but the secretariat.
    """
    history.lock(condition.dossier)
    rows = Condition.objects.select_for_update(of=("self",))
    condition = rows.select_related(*Condition.step_related).get(pk=condition.pk)
    allow(permissions.names_verifiers, condition, by)
    if faults := verifier_faults(condition, person, because):
        raise Refused(*faults)
    before, condition.verifier = condition.verifier_id, person
    condition.save(update_fields=["verifier"])
    details = {"before": before, "after": person.pk}
    history.record("gating.condition.name_verifier", condition, by=by, because=because,
                   details=details)  # fmt: skip
    turns.refresh(condition)
    return condition


def verifier_faults(condition: Condition, person: User, because: str) -> list[str]:
    """Why somebody cannot be named to verify a condition, as sentences."""
    found = []
    if condition.met_at is not None or condition.state == Condition.States.VERIFIED:
        found.append(_("There is nothing left to verify."))
    if person.pk == condition.owner_id:
        found.append(_("The owner of a condition does not verify it: name somebody else."))
    if person.pk == condition.verifier_id:
        found.append(_("This person verifies it already."))
    if not may_verify(condition, person):
        found.append(
            _("%(person)s may not verify here: the account is closed, or separation of duties "
              "excludes it in this project.") % {"person": person}
        )  # fmt: skip
    if not because.strip():
        found.append(_("Say why somebody else verifies; it stands in the history."))
    return found


def may_verify(condition: Condition, person: User) -> bool:
    """Whether somebody is there and not excluded from verifying in this project."""
    project = condition.project
    own = {project.manager_id, project.owner_id}
    barred = person.pk in own or acts.barred(person, condition.dossier, "verifies")
    return person.is_active and not barred


@falls_due
def conditions_due(now: datetime) -> Iterable[Due]:
    """What is overdue at the end of its day, breached thirty days later, or no longer waived."""
    day = _latest_day(now)
    rows = Condition.objects.select_related(*Condition.step_related)
    late = timedelta(days=BREACH_DAYS)
    return [
        *due.steps(rows.falling_overdue(day), "fall_overdue", at=lambda row: row.due_at),
        *due.steps(rows.falling_into_breach(day), "breach", at=lambda row: row.due_at + late),
        *due.steps(rows.leaving_waiver(day), "revive",
                   at=lambda row: clock.end_of(row.waived_until, row.where)),
    ]  # fmt: skip


@falls_due
def conditions_to_remind_of(now: datetime) -> Iterable[Due]:
    """Fourteen days, seven and one before a due date, or the end of a waiver, people are told."""
    day = _latest_day(now) + timedelta(days=max(reminders.MARKS))
    rows = Condition.objects.filter(RUNNING).select_related(*Condition.step_related)
    waiting = ("open", "returned", "evidence_submitted")
    coming = rows.filter(state__in=waiting, due__lte=day, due__gte=day - timedelta(days=20))
    ending = rows.filter(state="waived", waived_until__lte=day)
    yield from _reminders(coming, "remind", "due", now)
    yield from _reminders(ending, "remind_waiver", "waived_until", now)


def _reminders(rows: Any, name: str, field: str, now: datetime) -> Iterable[Due]:
    """The reminder that is due now of each row, unless it went out."""
    verb, sent = f"gating.condition.{name}", {}
    known = Reminder.objects.filter(source_label="gating.condition", verb=verb)
    found = list(rows)
    known = known.filter(source_id__in=[row.pk for row in found])
    for source, day, done in known.order_by("-mark").values_list("source_id", "due", "mark"):
        sent[source, day] = done
    for row in found:
        day, today = getattr(row, field), now.astimezone(clock.zone(row.where)).date()
        mark = reminders.due_mark((day - today).days)
        if mark is None or sent.get((row.pk, day), mark + 1) <= mark:
            continue
        at = clock.end_of(day - timedelta(days=mark + 1), row.where)
        remind = partial(reminders.remind, row, day, verb=verb, today=today)
        yield Due(at, f"{verb}:{row.pk}:{day}:{mark}", remind)


def _latest_day(now: datetime) -> date:
    """The day after ours: somewhere it may be later already; the row's own moment decides."""
    return now.astimezone(clock.zone()).date() + timedelta(days=1)
