"""Change requests: what changes in cost, time and benefit, who decides it, and what follows."""

from collections.abc import Callable, Iterable
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core import guards
from core.machines import Machine, State, transition
from core.models import User
from core.money import MinorUnitsField
from core.people import on_behalf_of
from core.steps import perform
from core.waits import Wait, turn
from projects import permissions
from projects.models import change_guards as conditions
from projects.models import change_work
from projects.routing_changes import BANDS, CRITICAL, DEVIATION, TOLERANCE


class ChangeState(models.TextChoices):
    """Where a change request stands."""

    DRAFT = "draft", _("draft")
    SUBMITTED = "submitted", _("submitted")
    IMPACT_ASSESSED = "impact_assessed", _("impact assessed")
    APPROVED_DELEGATED = "approved_delegated", _("approved within tolerance")
    BEFORE_BOARD = "before_board", _("before the board")
    APPROVED = "approved", _("approved")
    REJECTED = "rejected", pgettext_lazy("change", "rejected")
    IMPLEMENTED = "implemented", _("implemented")
    WITHDRAWN = "withdrawn", pgettext_lazy("change", "withdrawn")


class Band(models.TextChoices):
    """How far a change goes, and so who decides it."""

    TOLERANCE = TOLERANCE, _("within tolerance")
    DEVIATION = DEVIATION, _("deviation")
    CRITICAL = CRITICAL, _("critical")


class Rule(models.TextChoices):
    """The measure that sent a change where it went."""

    CHANGE = "change", _("this change alone")
    TWELVE_MONTHS = "twelve_months", _("with the small changes of twelve months")
    V0 = "v0", _("all changes against the first baseline")
    BENEFIT = "benefit", _("a benefit is undermined")


class ChangeQuerySet(models.QuerySet):
    """Change requests, and who sees them: who sees the project."""

    def visible_to(self, user: Any) -> "ChangeQuerySet":
        projects: Any = apps.get_model("projects.Project")
        return self.select_related("project__institution", "project__dossier").filter(
            project__in=projects.objects.visible_to(user).order_by()
        )

    def counted(self) -> "ChangeQuerySet":
        """Those that were approved, in the order in which they were: they have a place in it."""
        return self.exclude(place=None).order_by("place")


board_waits: list[Callable[[Any], Iterable[Wait]]] = []
"""Upper rooms say here whose turn it is while a change waits for a board."""
States = ChangeState
UNDECIDED = (States.DRAFT, States.SUBMITTED, States.IMPACT_ASSESSED, States.BEFORE_BOARD)
APPROVED = (States.APPROVED_DELEGATED, States.APPROVED)


@guards.kept
class ChangeRequest(Machine):
    """A change to what was promised: differences of cost (minor units), days and a benefit.

    `route` keeps the three measures, the limits and the day by which it was routed; `place` counts
    the approved changes of the project, in the order in which they were approved.
    """

    States = ChangeState

    project = models.ForeignKey("projects.Project", models.PROTECT, related_name="changes")
    number = models.PositiveIntegerField(_("number"))
    title = models.CharField(_("title"), max_length=200)
    reason = models.TextField(_("why it changes"), blank=True)
    options = models.TextField(_("options considered"), blank=True)
    cost = MinorUnitsField(_("change of the whole-life cost"), default=0)
    cost_measure = models.TextField(_("how the cost was estimated"), blank=True)
    days = models.IntegerField(_("change of the end, days"), default=0)
    days_measure = models.TextField(_("how the time was estimated"), blank=True)
    benefit = models.ForeignKey(
        "projects.Benefit", models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("benefit concerned"),
    )  # fmt: skip
    benefit_target = models.DecimalField(
        _("its new target"), max_digits=20, decimal_places=4, null=True, blank=True
    )
    benefit_measure = models.TextField(_("what it means for the benefits, and how measured"),
                                       blank=True)  # fmt: skip
    undermined = models.BooleanField(_("a benefit is undermined"), default=False)
    tranche = models.PositiveSmallIntegerField(_("tranche that grows"), null=True, blank=True)
    drafted_by = models.ForeignKey("core.User", models.PROTECT, related_name="+")
    drafted_at = models.DateTimeField(_("drafted"))
    submitted_by = models.ForeignKey("core.User", models.PROTECT, null=True, related_name="+")
    submitted_for = models.ForeignKey("core.User", models.PROTECT, null=True, related_name="+")
    return_reason = models.TextField(_("why it was returned"), blank=True)
    band = models.CharField(_("band"), max_length=10, choices=Band.choices, blank=True)
    rule = models.CharField(_("sent there by"), max_length=14, choices=Rule.choices, blank=True)
    route = models.JSONField(default=dict, blank=True)
    gate = models.CharField(_("gate that decides it"), max_length=4, blank=True)
    place = models.PositiveIntegerField(_("order of approval"), null=True)
    decided_on = models.DateField(_("decided on"), null=True)
    baseline = models.ForeignKey(
        "projects.Baseline", models.PROTECT, null=True, related_name="changes",
        verbose_name=_("baseline that it set"),
    )  # fmt: skip
    state = State(ChangeState, default=ChangeState.DRAFT)

    objects = ChangeQuerySet.as_manager()
    step_related = ("project__institution", "project__dossier", "project__tier", "benefit")
    wait_labels = {
        "draft_motion": _("Draft the motion on the change"),
        "plan_review": _("Plan the gate review that decides the change"),
    }

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("change request")
        verbose_name_plural = _("change requests")
        indexes = [models.Index(fields=["project", "state"])]
        constraints = [
            models.UniqueConstraint(fields=["project", "number"], name="projects_change_number"),
            models.UniqueConstraint(
                fields=["project", "place"], condition=~Q(place=None), name="projects_change_place"
            ),
            models.UniqueConstraint(
                fields=["project"], condition=Q(state="before_board"),
                name="projects_change_one_before_board",
            ),
            models.CheckConstraint(
                condition=Q(place=None, decided_on=None)
                | Q(band__in=BANDS) & ~Q(place=None) & ~Q(decided_on=None),
                name="projects_change_counted_whole",
            ),
            models.CheckConstraint(
                condition=Q(baseline=None) | Q(state="implemented", band__in=BANDS[1:]),
                name="projects_change_rebaselines",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.ref

    @property
    def ref(self) -> str:
        """The project's reference and its own number: P-000001/C3."""
        return f"{self.project.ref}/C{self.number}"

    @property
    def dossier(self) -> Any:
        return self.project.dossier

    def title_for_people(self) -> str:
        return f"{self.ref} · {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("projects:change_detail", kwargs={"pk": self.pk})

    def get_step_url(self, name: str) -> str:
        return reverse("projects:change_step", kwargs={"pk": self.pk, "step": name})

    @property
    def submitters(self) -> set[int]:
        """Who submitted it, and whom they stood in for."""
        return {person for person in (self.submitted_by_id, self.submitted_for_id) if person}

    def turns(self) -> Iterable[Wait]:
        manager, owner = self.project.manager_id, self.project.owner_id
        if self.state == States.DRAFT:
            yield turn("submit", f"user:{self.drafted_by_id}")
        elif self.state == States.SUBMITTED and manager:
            yield turn("assess_impact", f"user:{manager}:manager")
        elif self.state == States.IMPACT_ASSESSED:
            name = "approve_delegated" if self.band == TOLERANCE else "refer"
            by_owner = manager is None or manager in self.submitters
            yield turn(name, f"user:{owner}:owner" if by_owner else f"user:{manager}:manager")
        elif self.state == States.BEFORE_BOARD:
            for waits in board_waits:
                yield from waits(self)
        elif self.state in APPROVED and manager:
            yield turn("implement", f"user:{manager}:manager")

    @transition(state, source=States.DRAFT, target=States.SUBMITTED,
                permission=permissions.drafts_changes,
                conditions=[conditions.going_on, conditions.measurable, conditions.whole],
                custom={"label": _("Submit the change"), "offered": True})  # fmt: skip
    def submit(self, *, by: User, because: str) -> None:
        """It is written: its impact is assessed next."""
        self.submitted_by, self.return_reason = by, ""
        self.submitted_for_id = on_behalf_of(permissions.drafts_changes, self, by)

    @transition(state, source=[States.SUBMITTED, States.IMPACT_ASSESSED], target=States.DRAFT,
                permission=permissions.returns_change,
                custom={"label": _("Return it to be changed"), "offered": True,
                        "reason": True})  # fmt: skip
    def return_to_draft(self, *, by: User, because: str) -> None:
        """Its figures or its reasons are not good enough, or whoever wrote it thinks again."""
        self.return_reason, self.band, self.rule, self.route = because, "", "", {}
        self.submitted_by = self.submitted_for = None

    @transition(state, source=[States.SUBMITTED, States.IMPACT_ASSESSED],
                target=States.IMPACT_ASSESSED, permission=permissions.assesses_impact,
                conditions=[conditions.going_on, conditions.measurable, conditions.whole,
                            conditions.feasible],
                custom={"label": _("Assess the impact"), "offered": True,
                        "note": _("The three measures are taken as of today; they say who "
                                  "decides.")})  # fmt: skip
    def assess_impact(self, *, by: User, because: str) -> None:
        """The three measures are taken: they say who decides the change."""
        change_work.route(self)

    @transition(state, source=States.IMPACT_ASSESSED, target=States.APPROVED_DELEGATED,
                permission=permissions.records_change,
                conditions=[conditions.going_on, conditions.none_before_board,
                            conditions.route_stands, conditions.feasible],
                custom={"label": _("Record the change within tolerance"),
                        "offered": True})  # fmt: skip
    def approve_delegated(self, *, by: User, because: str) -> None:
        """It is small enough: the project decides it itself, by a second person."""
        change_work.route(self)
        change_work.count(self)
        change_work.free(self, by=by, because=because)

    @transition(state, source=States.IMPACT_ASSESSED, target=States.BEFORE_BOARD,
                permission=permissions.refers_change,
                conditions=[conditions.going_on, conditions.none_before_board,
                            conditions.route_stands, conditions.feasible],
                custom={"label": _("Put the change before the board"), "offered": True,
                        "danger": True,
                        "note": _("The project is on hold until it is decided.")})  # fmt: skip
    def refer(self, *, by: User, because: str) -> None:
        """The board decides it: a deviation by motion, a critical one by running the gate again."""
        change_work.hold(self, by=by)

    @transition(state, source=States.BEFORE_BOARD, target=States.APPROVED,
                permission=permissions.as_consequence,
                custom={"label": _("Approve the change"), "offered": False})  # fmt: skip
    def approve(self, *, by: User, because: str) -> None:
        """The board's motion, or the gate that was run again, approves it: the hold ends."""
        change_work.count(self)
        change_work.free(self, by=by, because=because)

    @transition(state, source=States.BEFORE_BOARD, target=States.REJECTED,
                permission=permissions.as_consequence,
                custom={"label": _("Reject the change"), "offered": False})  # fmt: skip
    def reject(self, *, by: User, because: str) -> None:
        """It is refused: everything stays as it was; a hold that a gate ends stays in force."""
        self.decided_on = None
        if self.band == DEVIATION:
            change_work.free(self, by=by, because=because)

    @transition(state, source=list(APPROVED), target=States.IMPLEMENTED,
                permission=permissions.manages_change,
                conditions=[conditions.going_on, conditions.earlier_implemented,
                            conditions.feasible],
                custom={"label": _("Implement the change"), "offered": True,
                        "note": _("Whole-life cost, dates and plan move; beyond tolerance a new "
                                  "baseline is set.")})  # fmt: skip
    def implement(self, *, by: User, because: str) -> None:
        """Cost, dates, benefit and plan move; beyond tolerance a new baseline is set."""
        change_work.carry_out(self, by=by, because=because or self.title)

    @transition(state, source=[States.DRAFT, States.SUBMITTED, States.IMPACT_ASSESSED,
                               States.BEFORE_BOARD],
                target=States.WITHDRAWN, permission=permissions.withdraws_change,
                custom={"label": _("Withdraw the change"), "offered": True, "reason": True,
                        "danger": True})  # fmt: skip
    def withdraw(self, *, by: User, because: str) -> None:
        """The project gives it up: everything stays as it was, and its hold ends."""
        change_work.free(self, by=by, because=because)

    @transition(state, source=[*UNDECIDED, *APPROVED], target=States.WITHDRAWN,
                permission=permissions.as_consequence,
                custom={"label": _("End with the project"), "offered": False})  # fmt: skip
    def end(self, *, by: User, because: str) -> None:
        """The project is over: nothing is changed any more."""
        self.place = self.decided_on = None


def end_all(project: Any, *, by: User, because: str) -> None:
    """End every change request of a project that is over."""
    rows = ChangeRequest.objects.filter(project=project, state__in=(*UNDECIDED, *APPROVED))
    for row in rows.order_by("pk"):
        perform(row, "end", by=by, because=because or str(project))
