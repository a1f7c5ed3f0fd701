"""The end of a project: its closure report, and the review of its benefits a year later."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from core import clock, guards
from core.machines import Machine, State, transition
from core.models import User
from core.refusals import requires
from core.steps import create
from core.waits import Wait, turn
from projects import permissions_reports as permissions
from projects.accounts import Account
from projects.models import booking
from projects.models.sealing import sealed_while
from projects.permissions import oversees

ANSWER_DAYS = 20
"""Working days within which the review of the benefits is handed in once it is due."""
OVER = ("closed", "stopped", "withdrawn")
CLOSURE_TEXTS = ("delivered", "lessons", "residual", "documentation")


def _closure_page(closure: Any) -> str:
    return reverse("projects:closure_edit", kwargs={"ref": closure.project.ref})


def _review_page(review: Any) -> str:
    return reverse("projects:benefits_review_edit", kwargs={"pk": review.pk})


@requires(_("Every part of the closure report is written."), who=_("project manager"),
          where=_closure_page)  # fmt: skip
def closure_whole(closure: Any) -> list[str]:
    """A sentence for each part of the closure report that is empty."""
    return [gettext("Still empty: %(part)s.") % {"part": closure._meta.get_field(name).verbose_name}
            for name in CLOSURE_TEXTS if not getattr(closure, name).strip()]  # fmt: skip


@requires(_("The project is being closed."))
def not_closed_yet(closure: Any) -> bool:
    return closure.project.stage not in OVER


@requires(_("Only the closure report of a project that ended otherwise is dropped."))
def ended_otherwise(closure: Any) -> bool:
    return closure.project.stage in OVER


class OfProjectQuerySet(models.QuerySet):
    """Rows of one project each, and who sees them: who sees the project."""

    def visible_to(self, user: Any) -> "OfProjectQuerySet":
        if oversees(user):
            return self
        projects: Any = apps.get_model("projects", "Project")
        return self.filter(project__in=projects.objects.visible_to(user).order_by().values("pk"))


@guards.kept
class ClosureReport(Machine):
    """What a project leaves: what it delivered, what was learned, what is left to be done, where.

    `figures` are the final sums of the ledger in minor units, taken when the owner accepts it.
    """

    class States(models.TextChoices):
        DRAFT = "draft", _("draft")
        HANDED_IN = "handed_in", _("handed in")
        ACCEPTED = "accepted", pgettext_lazy("closure report", "accepted")
        DROPPED = "dropped", pgettext_lazy("report", "no longer needed")

    project = models.OneToOneField("projects.Project", models.PROTECT, related_name="closure")
    state = State(States, default=States.DRAFT)
    delivered = models.TextField(_("what was delivered"), blank=True)
    lessons = models.TextField(_("what was learned"), blank=True)
    residual = models.TextField(_("what is still owed or left to be done, and by whom"), blank=True)
    documentation = models.TextField(
        _("to whom documentation and code were handed over, and where they are"), blank=True
    )
    figures = models.JSONField(_("final costs"), default=dict)
    author = models.ForeignKey("core.User", models.PROTECT, null=True, related_name="+")
    handed_in_at = models.DateTimeField(_("handed in"), null=True)
    accepted_by = models.ForeignKey("core.User", models.PROTECT, null=True, related_name="+")
    accepted_at = models.DateTimeField(_("accepted"), null=True)
    return_reason = models.TextField(_("why it was returned"), blank=True)

    objects = OfProjectQuerySet.as_manager()
    step_related = ("project", "project__dossier", "project__institution")
    step_url_name = "projects:closure_step"
    wait_labels = {"write": _("Closure report written")}

    class Meta:
        verbose_name = _("closure report")
        verbose_name_plural = _("closure reports")

    def __str__(self) -> str:
        return self.project.ref

    @property
    def dossier(self) -> Any:
        return self.project.dossier

    @property
    def writable(self) -> bool:
        """Whether the manager may write on it now."""
        return self.state == self.States.DRAFT and self.project.stage not in OVER

    def title_for_people(self) -> str:
        return f"{self.project.ref} · {self.project.title}"

    def get_absolute_url(self) -> str:
        return reverse("projects:closing", kwargs={"ref": self.project.ref})

    def turns(self) -> Iterable[Wait]:
        project = self.project
        if self.state == self.States.DRAFT and project.manager_id:
            yield turn("hand_in", f"user:{project.manager_id}:manager", url=_closure_page(self))
        elif self.state == self.States.HANDED_IN and project.owner_id:
            yield turn("accept", f"user:{project.owner_id}:owner", not_for=self.author_id)

    @transition("state", source=States.DRAFT, target=States.HANDED_IN,
                permission=permissions.writes_closure,
                conditions=[not_closed_yet, closure_whole],
                custom={"label": _("Hand the closure report to the owner"),
                        "offered": True})  # fmt: skip
    def hand_in(self, *, by: User, because: str) -> None:
        """The manager says that it is complete."""
        self.author, self.handed_in_at, self.return_reason = by, clock.now(), ""

    @transition("state", source=States.HANDED_IN, target=States.DRAFT,
                permission=permissions.wrote_closure,
                custom={"label": _("Take the closure report back"), "offered": True})  # fmt: skip
    def take_back(self, *, by: User, because: str) -> None:
        """Whoever handed it in takes it back; nobody else has acted on it."""

    @transition("state", source=States.HANDED_IN, target=States.DRAFT,
                permission=permissions.accepts_closure,
                custom={"label": _("Give the closure report back"), "offered": True,
                        "reason": True})  # fmt: skip
    def give_back(self, *, by: User, because: str) -> None:
        """The owner wants more."""
        self.return_reason = because

    @transition("state", source=States.HANDED_IN, target=States.ACCEPTED,
                permission=permissions.accepts_closure, conditions=[not_closed_yet],
                custom={"label": _("Accept the closure report"), "offered": True,
                        "note": _("The final sums of the ledger are written into it. You may "
                                  "reopen it until the project is closed.")})  # fmt: skip
    def accept(self, *, by: User, because: str) -> None:
        """The owner accepts it, with the sums of the ledger as they stand."""
        self.accepted_by, self.accepted_at = by, clock.now()
        self.figures = figures(self.project)

    @transition("state", source=States.ACCEPTED, target=States.DRAFT,
                permission=permissions.accepted_closure, conditions=[not_closed_yet],
                custom={"label": _("Reopen the closure report"), "offered": True})  # fmt: skip
    def reopen(self, *, by: User, because: str) -> None:
        """The owner thinks better of it before the project is closed."""
        self.accepted_by = self.accepted_at = None

    @transition("state", source=[States.DRAFT, States.HANDED_IN], target=States.DROPPED,
                permission=permissions.by_clock, conditions=[ended_otherwise],
                custom={"label": _("Drop the closure report"), "offered": False})  # fmt: skip
    def drop(self, *, by: User, because: str) -> None:
        """The project was stopped; nobody needs the draft any more."""


FIGURES = (Account.APPROVED, Account.COMMITTED, Account.RELEASED, Account.HELD, Account.SPENT,
           Account.RECEIVABLE, Account.RECOVERED, Account.WRITTEN_OFF)  # fmt: skip


def figures(project: Any) -> dict[str, int]:
    """What stands on the accounts of a project, in minor units, as a closure report tells it."""
    found = booking.balances(project)
    return {account.value: found[account.value] for account in FIGURES}


def open_closure(project: Any, *, by: User) -> ClosureReport:
    """The closure report of a project; a draft where there is none yet."""
    found = ClosureReport.objects.filter(project=project).first()
    return found or create(ClosureReport(project=project), by=by)


@requires(_("The day of the review has come."))
def review_day_come(review: Any) -> bool:
    return bool(review.due_at <= clock.now())


@requires(_("Every benefit has its actual value, or the reason why it cannot be measured."),
          who=_("who follows the benefits"), where=_review_page)  # fmt: skip
def results_whole(review: Any) -> list[str]:
    """A sentence for each benefit without a value and reason, and for an empty summary."""
    text = gettext("The benefit “%(benefit)s” has neither an actual value nor a reason why not.")
    found = [text % {"benefit": row["title"]} for row in review.results
             if row.get("actual") in (None, "") and not row.get("note")]  # fmt: skip
    if not review.summary.strip():
        found.append(gettext("Sum up what the project brought about."))
    return found


class BenefitsReviewQuerySet(OfProjectQuerySet):
    """Reviews of benefits: who sees the project, and everybody once they are published."""

    def visible_to(self, user: Any) -> "BenefitsReviewQuerySet":
        if oversees(user):
            return self
        projects: Any = apps.get_model("projects", "Project")
        seen = projects.objects.visible_to(user).order_by().values("pk")
        return self.filter(Q(project__in=seen) | Q(state="published"))


@guards.kept
class BenefitsReview(Machine):
    """What a closed project really brought: planned at its closing, written when the day comes.

    `results` holds a row for each benefit with baseline, target and actual value. `named_at_first`
    followed the benefits at the closing; `project.benefits_owner` follows them now.
    """

    class States(models.TextChoices):
        PLANNED = "planned", pgettext_lazy("review", "planned")
        DUE = "due", pgettext_lazy("review", "due")
        DRAFTED = "drafted", pgettext_lazy("benefits review", "handed in")
        CONFIRMED = "confirmed", pgettext_lazy("benefits review", "confirmed")
        PUBLISHED = "published", pgettext_lazy("benefits review", "published")

    project = models.OneToOneField(
        "projects.Project", models.PROTECT, related_name="benefits_review"
    )
    state = State(States, default=States.PLANNED)
    due_on = models.DateField(_("due"))
    answer_by = models.DateField(_("to be handed in by"), null=True)
    named_at_first = models.ForeignKey("core.User", models.PROTECT, null=True, related_name="+")
    results = models.JSONField(_("results"), default=list)
    summary = models.TextField(_("what the project brought about"), blank=True)
    author = models.ForeignKey("core.User", models.PROTECT, null=True, related_name="+")
    handed_in_at = models.DateTimeField(_("handed in"), null=True)
    confirmed_by = models.ForeignKey("core.User", models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField(_("confirmed"), null=True)
    published_at = models.DateTimeField(_("published"), null=True)
    return_reason = models.TextField(_("why it was returned"), blank=True)

    objects = BenefitsReviewQuerySet.as_manager()
    step_related = ("project", "project__dossier", "project__institution",
                    "project__benefits_owner")  # fmt: skip
    step_url_name = "projects:benefits_review_step"
    wait_labels = {
        "remind": _("Reminder of the review of the benefits"),
        "write": _("Review of the benefits written"),
        "name_follower": _("Another person follows the benefits"),
    }

    class Meta:
        ordering = ["-due_on", "-pk"]
        verbose_name = _("review of the benefits")
        verbose_name_plural = _("reviews of the benefits")
        indexes = [models.Index(fields=["state", "due_on"])]

    def __str__(self) -> str:
        return self.project.ref

    @property
    def dossier(self) -> Any:
        return self.project.dossier

    @property
    def due_at(self) -> datetime:
        """0:00 of the day on which it is due, where the institution is."""
        return clock.end_of(self.due_on - timedelta(days=1), self.project.institution)

    @property
    def answer_at(self) -> datetime | None:
        """24:00 of the day by which it is to be handed in."""
        return clock.end_of(self.answer_by, self.project.institution) if self.answer_by else None

    @property
    def follower(self) -> User | None:
        """Who follows the benefits now; nobody when that person has left."""
        person = self.project.benefits_owner
        return person if person is not None and person.is_active else None

    @property
    def taken_over(self) -> bool:
        """Whether somebody else follows the benefits than was named at the closing."""
        return self.follower is not None and self.follower.pk != self.named_at_first_id

    @property
    def writable(self) -> bool:
        """Whether it may be written on now."""
        return self.state == self.States.DUE

    def title_for_people(self) -> str:
        return f"{self.project.ref} · {self.project.title}"

    def get_absolute_url(self) -> str:
        return reverse("projects:benefits_review", kwargs={"pk": self.pk})

    def turns(self) -> Iterable[Wait]:
        if self.state == self.States.DUE:
            follower = self.follower
            audience = f"user:{follower.pk}" if follower else "role:secretariat"
            yield turn("hand_in", audience, self.answer_at, url=_review_page(self))
        elif self.state == self.States.DRAFTED:
            yield turn("confirm", "role:secretariat", not_for=self.author_id)
        elif self.state == self.States.CONFIRMED:
            yield turn("publish", "role:secretariat")

    @transition("state", source=States.PLANNED, target=States.DUE,
                permission=permissions.by_clock, conditions=[review_day_come],
                custom={"label": _("Ask for the review of the benefits"),
                        "offered": False})  # fmt: skip
    def fall_due(self, *, by: User, because: str) -> None:
        """Its day has come: whoever follows the benefits now is asked for what they became."""
        where = self.project.institution
        self.answer_by = clock.working_days_after(self.due_on, ANSWER_DAYS, where)

    @transition("state", source=States.DUE, target=States.DRAFTED,
                permission=permissions.follows_benefits, conditions=[results_whole],
                custom={"label": _("Hand in the review of the benefits"), "offered": True,
                        "note": _("Another person confirms it. You may take it back until "
                                  "then.")})  # fmt: skip
    def hand_in(self, *, by: User, because: str) -> None:
        """Whoever follows the benefits says what they became."""
        self.author, self.handed_in_at, self.return_reason = by, clock.now(), ""

    @transition("state", source=States.DRAFTED, target=States.DUE,
                permission=permissions.wrote_review,
                custom={"label": _("Take the review back"), "offered": True})  # fmt: skip
    def take_back(self, *, by: User, because: str) -> None:
        """Whoever handed it in takes it back; nobody else has acted on it."""

    @transition("state", source=States.DRAFTED, target=States.DUE,
                permission=permissions.confirms_review,
                custom={"label": _("Give the review back"), "offered": True,
                        "reason": True})  # fmt: skip
    def give_back(self, *, by: User, because: str) -> None:
        """The second person does not confirm it as it is."""
        self.return_reason = because

    @transition("state", source=States.DRAFTED, target=States.CONFIRMED,
                permission=permissions.confirms_review, conditions=[results_whole],
                custom={"label": _("Confirm the review of the benefits"), "offered": True,
                        "note": _("What it says never changes again.")})  # fmt: skip
    def confirm(self, *, by: User, because: str) -> None:
        """A second person confirms the figures."""
        self.confirmed_by, self.confirmed_at = by, clock.now()

    @transition("state", source=States.CONFIRMED, target=States.PUBLISHED,
                permission=permissions.publishes_review,
                custom={"label": _("Publish the review of the benefits"), "offered": True,
                        "danger": True,
                        "note": _("Anybody can then read it, without signing in.")})  # fmt: skip
    def publish(self, *, by: User, because: str) -> None:
        """Everybody may read what the project brought about."""
        self.published_at = clock.now()


def plan_review(project: Any, *, by: User, because: str = "") -> BenefitsReview | None:
    """Plan the review of the benefits of a project that closes; none without a date."""
    if project.benefits_review_on is None:
        return None
    rows = [
        {"title": benefit.title, "kind": benefit.kind, "measure": benefit.measure,
         "unit": benefit.unit, "baseline": _text(benefit.baseline),
         "target": _text(benefit.target), "actual": None, "note": ""}
        for benefit in project.benefits.all()
    ]  # fmt: skip
    review = BenefitsReview(
        project=project, due_on=project.benefits_review_on, results=rows,
        named_at_first=project.benefits_owner,
    )  # fmt: skip
    return create(review, by=by, because=because, details={"due": str(review.due_on)})


def _text(figure: Any) -> str | None:
    return None if figure is None else str(figure)


sealed_while(ClosureReport, ("accepted",), (*CLOSURE_TEXTS, "figures"))
sealed_while(BenefitsReview, ("confirmed", "published"), ("results", "summary"))
