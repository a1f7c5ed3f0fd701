"""Closing a project and following its benefits: the checklist, what is written, what falls due."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from core import clock, due, history, reminders, turns
from core.models import Role, RoleGrant, User
from core.refusals import Refused
from core.steps import allow, step
from projects import entries, permissions_reports
from projects.models.closing import (
    CLOSURE_TEXTS,
    OVER,
    BenefitsReview,
    ClosureReport,
    open_closure,
)
from projects.models.conditions import benefits_followed
from projects.models.project import Project, Stage

MARKS: tuple[int, ...] = (30, 7, 1)
"""Days before the review of the benefits at which whoever follows them is reminded."""
LAST_MARKS: tuple[int, ...] = (7, 1)
"""Days before the last day on which the review is to be handed in."""


# The checklist


@dataclass(frozen=True)
class Check:
    """One guard of the closing: its sentences against it, who mends it, where; met when none."""

    label: str
    reasons: list[str]
    who: str
    url: str

    @property
    def met(self) -> bool:
        return not self.reasons


def checklist(project: Project) -> list[Check]:
    """Every guard between a project and its closing, met or not, in the order of the steps."""
    closing = Project(pk=project.pk, stage=Stage.CLOSING)
    declared = step(closing, "close")
    guards: list[tuple[Any, list[str]]] = []
    guards.append((benefits_followed, _guard_reasons(benefits_followed, project)))
    conditions: Any = declared.conditions if declared else ()
    for guard in conditions:
        guards.append((guard.condition, guard.reasons(project)))
    found = []
    for condition, reasons in guards:
        where = getattr(condition, "where", None)
        who = getattr(condition, "who", None)
        found.append(Check(str(LABELS()[condition.__name__]), reasons, str(who or ""),
                           where(project) if where else ""))  # fmt: skip
    return found


def _guard_reasons(condition: Any, project: Project) -> list[str]:
    return [] if condition(project) else [str(condition.reason)]


def LABELS() -> dict[str, str]:  # noqa: N802 — a table that is read in the language of the moment
    """What each guard is called when it is met."""
    return {
        "benefits_followed": _("Somebody follows the benefits, and the day of their review is set"),
        "closure_reported": _("The closure report is accepted by the owner"),
        "nothing_owed": _("Nothing is owed or demanded any more"),
        "books_can_close": _("All money is accounted for, and nothing is to be recovered"),
        "no_hold": _("The project is not on hold"),
    }


# What pages show


def reached(row: dict[str, Any]) -> Decimal | None:
    """How much of the promised improvement was reached, in percent; None where it is not known."""
    figures = [row.get(name) for name in ("baseline", "target", "actual")]
    if any(figure in (None, "") for figure in figures):
        return None
    baseline, target, actual = (Decimal(str(figure)) for figure in figures)
    if baseline == target:
        return Decimal(100) if actual == target else Decimal(0)
    return ((actual - baseline) / (target - baseline) * 100).quantize(Decimal("0.1"))


# What people do


@transaction.atomic
def write_closure(project: Project, values: dict[str, str], *, by: User) -> ClosureReport:
    """Keep the draft of the closure report; raises Denied but for the manager, Refused too late."""
    history.lock(project.dossier)
    draft = ClosureReport(project=project)
    allow(permissions_reports.writes_closure, draft, by)
    if project.stage not in (Stage.LIVE, Stage.CLOSING):
        raise Refused(_("The closure report is written once the project is live."))
    closure = open_closure(project, by=by)
    if not closure.writable:
        raise Refused(_("The closure report was handed in; take it back to write on it."))
    for name in CLOSURE_TEXTS:
        setattr(closure, name, values.get(name, getattr(closure, name)))
    closure.save()
    history.record("projects.closurereport.write", closure, by=by)
    return closure


def follow(project: Project, person: User, day: Any, *, by: User) -> Project:
    """Name who follows the benefits, and the day of their review, which lies ahead.

    Raises Denied for anybody but the entry's editors, Refused for a day that is over.
    """
    if day <= clock.today(project.institution):
        raise Refused(_("The benefits are reviewed on a day to come, a year after closing say."))
    return entries.edit(project, {"benefits_owner": person, "benefits_review_on": day}, by=by)


@transaction.atomic
def write_review(review: BenefitsReview, results: list[dict[str, Any]], summary: str, *,
                 by: User) -> BenefitsReview:  # fmt: skip
    """Keep actual values, as (actual, note) in the order of the results, and the summary.

    Raises Denied for who does not follow the benefits, Refused when it is not open.
    """
    review = _fresh(review)
    allow(permissions_reports.follows_benefits, review, by)
    if not review.writable:
        raise Refused(_("The review of the benefits is not open; it was handed in, or is not due."))
    for row, said in zip(review.results, results, strict=True):
        actual = said.get("actual")
        row["actual"] = None if actual is None else str(actual)
        row["note"] = said.get("note", "")
    review.summary = summary
    review.save()
    history.record("projects.benefitsreview.write", review, by=by)
    return review


@transaction.atomic
def name_follower(review: BenefitsReview, person: User, *, by: User,
                  because: str = "") -> BenefitsReview:  # fmt: skip
    """Let another person follow the benefits; raises Denied but for the secretariat, Refused."""
    review = _fresh(review)
    allow(permissions_reports.names_follower, review, by)
    if review.state not in ("planned", "due"):
        raise Refused(_("The review of the benefits was handed in already."))
    project = Project.objects.get(pk=review.project_id)
    if project.benefits_owner_id == person.pk:
        raise Refused(_("%(person)s follows the benefits already.") % {"person": person})
    before, project.benefits_owner = project.benefits_owner_id, person
    project.save()
    review = _fresh(review)
    history.record("projects.benefitsreview.name_follower", review, by=by, because=because,
                   details={"before": before, "after": person.pk})  # fmt: skip
    turns.refresh(review)
    return review


def _fresh(review: BenefitsReview) -> BenefitsReview:
    history.lock(review.dossier)
    rows = BenefitsReview.objects.select_for_update(of=("self",))
    return rows.select_related(*BenefitsReview.step_related).get(pk=review.pk)


def followers(review: BenefitsReview) -> list[User]:
    """Who is told of a review: who follows the benefits, else the secretariat.

    The secretariat of the project's institution first; where it has none, all of it.
    """
    if review.follower is not None:
        return [review.follower]
    held = RoleGrant.objects.on(clock.today()).filter(role=Role.SECRETARIAT)
    people = [grant.user for grant in held.select_related("user") if grant.user.is_active]
    home = review.project.institution_id
    return [person for person in people if person.institution_id == home] or people


# The clock


@due.falls_due
def reviews_due(now: datetime) -> Iterable[due.Due]:
    """Reviews of benefits whose day has come."""
    rows = BenefitsReview.objects.filter(
        state="planned", due_on__lte=now.astimezone(clock.zone()).date() + timedelta(days=1)
    )
    return due.steps(rows.select_related(*BenefitsReview.step_related), "fall_due",
                     at=lambda review: review.due_at)  # fmt: skip


@due.falls_due
def closures_to_drop(now: datetime) -> Iterable[due.Due]:
    """Drafts of closure reports whose project ended otherwise."""
    rows = ClosureReport.objects.filter(state__in=("draft", "handed_in"), project__stage__in=OVER)
    return due.steps(rows.select_related(*ClosureReport.step_related), "drop",
                     at=lambda closure: closure.project.updated_at)  # fmt: skip


@due.falls_due
def reviews_to_remind(now: datetime) -> Iterable[due.Due]:
    """Whoever follows the benefits is reminded before the day of their review, and once it has
    come before the day by which it is to be handed in."""
    soon = now.astimezone(clock.zone()).date() + timedelta(days=max(MARKS) + 1)
    rows = BenefitsReview.objects.filter(
        Q(state="planned", due_on__lte=soon) | Q(state="due", answer_by__lte=soon)
    )
    for row in rows.select_related(*BenefitsReview.step_related):
        today = clock.today(row.project.institution)
        yield due.Due(now, f"projects.benefitsreview:remind:{row.pk}:{today}", _remind(row, today))


def _remind(review: BenefitsReview, today: date) -> Any:
    day, marks = review.due_on, MARKS
    if review.state == BenefitsReview.States.DUE and review.answer_by is not None:
        day, marks = review.answer_by, LAST_MARKS
    verb = "projects.benefitsreview.remind"
    return lambda: reminders.remind(review, day, marks, verb=verb, today=today)
