"""The sprint: planned, started on money that is there, delivered, inspected, accepted by two."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_fsm import GET_STATE

from core import clock, guards
from core.machines import Machine, State, transition
from core.models import User
from core.money import MinorUnitsField
from core.waits import Wait
from projects.models.sealing import sealed_while
from vendors import permissions_sprints as who
from vendors.models import order_money, owed
from vendors.models import sprint_conditions as when
from vendors.models import sprint_course as course
from vendors.models.sprint_states import INSPECTED, OPEN, SprintState, Verdict

INSPECTION_DAYS = 5
"""Working days after a delivery in which it is inspected and decided."""
States = SprintState


class SprintQuerySet(models.QuerySet):
    """Sprints, and who sees them: who sees the order."""

    def visible_to(self, user: Any) -> "SprintQuerySet":
        orders: Any = apps.get_model("vendors", "Order")
        mine = orders.objects.visible_to(user).order_by().values("pk")
        return self.select_related(*Sprint.step_related).filter(order__in=mine)

    def open(self) -> "SprintQuerySet":
        """Neither accepted nor ended otherwise."""
        return self.filter(state__in=OPEN)

    def accepted(self) -> "SprintQuerySet":
        """Accepted, with or without debt: only these are payable."""
        return self.filter(state__in=INSPECTED)


@guards.kept
class Sprint(Machine):
    """A short stretch of work of an order: its days, its most money, its stories, its outcome.

    `maximum` and `payable` are minor units of the order's currency. `maximum` is the fixed price,
    or the most that its hours may cost; acceptance fixes `payable`, which never exceeds it.
    The delivery is to be decided until 24:00 of `inspect_until`.
    """

    States = SprintState
    Verdict = Verdict

    order = models.ForeignKey("vendors.Order", models.PROTECT, related_name="sprints")
    number = models.PositiveSmallIntegerField(_("number"))
    goal = models.CharField(_("goal"), max_length=250)
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"))
    maximum = MinorUnitsField(_("maximum"))
    started_at = models.DateTimeField(_("started"), null=True)
    delivered_by = models.ForeignKey(
        "core.User", models.PROTECT, null=True, related_name="+", verbose_name=_("delivered by")
    )
    inspect_until = models.DateField(_("to be decided until"), null=True)
    escalated_at = models.DateTimeField(_("passed on to the owner"), null=True)
    verdict = models.CharField(_("proposal"), max_length=8, choices=Verdict.choices, blank=True)
    verdict_note = models.TextField(_("reasons"), blank=True)
    proposed_by = models.ForeignKey(
        "core.User", models.PROTECT, null=True, related_name="+", verbose_name=_("proposed by")
    )
    confirmed_by = models.ForeignKey(
        "core.User", models.PROTECT, null=True, related_name="+", verbose_name=_("confirmed by")
    )
    payable = MinorUnitsField(_("payable"), null=True)
    accepted_on = models.DateField(_("accepted on"), null=True)
    state = State(SprintState, default=SprintState.PLANNED)

    objects = SprintQuerySet.as_manager()
    step_related = ("order__project__institution", "order__project__dossier", "order__institution",
                    "order__vendor")  # fmt: skip
    restating: tuple[User, str] | None = None
    wait_labels = {"conclude": _("See to it that the sprint is inspected and decided")}

    class Meta:
        ordering = ["order", "number"]
        verbose_name = _("sprint")
        verbose_name_plural = _("sprints")
        indexes = [models.Index(fields=["state", "inspect_until"])]
        constraints = [
            models.UniqueConstraint(fields=["order", "number"], name="vendors_sprint_number"),
            models.UniqueConstraint(
                fields=["order"], condition=Q(state="active"), name="vendors_sprint_one_active"
            ),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on"), maximum__gt=0), name="vendors_sprint_sane"
            ),
            models.CheckConstraint(
                condition=Q(payable=None) | Q(payable__gte=0, payable__lte=F("maximum")),
                name="vendors_sprint_payable_within_maximum",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=INSPECTED)
                | Q(payable__isnull=False, accepted_on__isnull=False, confirmed_by__isnull=False)
                & ~Q(confirmed_by=F("proposed_by")) & ~Q(confirmed_by=F("delivered_by")),
                name="vendors_sprint_accepted_by_two",
            ),
        ]  # fmt: skip

    def save(self, *args: Any, **kwargs: Any) -> None:
        """A step that changes what the order owes says so once its state stands."""
        super().save(*args, **kwargs)
        acted, self.restating = self.restating, None
        if acted is not None:
            order_money.restate(self.order, by=acted[0], because=acted[1])

    def __str__(self) -> str:
        return f"{self.order.ref} · S{self.number}"

    @property
    def dossier(self) -> Any:
        return self.order.dossier

    @property
    def currency(self) -> str:
        """The currency of its order."""
        return str(self.order.currency)

    @property
    def binds(self) -> int:
        """What it takes of the order's value: its maximum until acceptance says what is payable."""
        if self.state in (States.CANCELLED, States.TERMINATED):
            return 0
        return self.maximum if self.payable is None else self.payable

    @property
    def earned(self) -> int:
        """What acceptance makes payable for the newest delivery, without tax, in minor units."""
        return course.payable_of(self)

    @property
    def accepted(self) -> bool:
        """Whether it was accepted, with or without debt."""
        return self.state in INSPECTED

    def title_for_people(self) -> str:
        return f"{self} · {self.goal}"

    def get_absolute_url(self) -> str:
        return reverse("vendors:sprint_detail", kwargs={"pk": self.pk})

    @property
    def inspect_ends(self) -> datetime | None:
        """The moment until which the delivery is to be decided."""
        place = self.order.institution
        return clock.end_of(self.inspect_until, place) if self.inspect_until else None

    def last_delivery(self) -> Any:
        """The newest delivery that was handed over, or None."""
        return self.deliveries.exclude(delivered_at=None).order_by("-number").first()

    def turns(self) -> Iterable[Wait]:
        return course.turns_of(self)

    @transition(state, source=States.PLANNED, target=States.ACTIVE, permission=who.runs_sprint,
                conditions=[when.order_runs, when.no_hold, when.stories_chosen, when.days_ahead,
                            when.none_active, when.within_the_order, when.money_released],
                custom={"label": _("Start the sprint"), "offered": True,
                        "note": _("From then on its stories and its money stay as they are.")}
    )  # fmt: skip
    def start(self, *, by: User, because: str) -> None:
        """The vendor works; the first sprint brings the order to its delivery."""
        self.started_at = clock.now()
        course.restate(self, by, because)
        course.begin(self, by=by, because=because)

    @transition(state, source=States.PLANNED, target=States.CANCELLED, permission=who.runs_sprint,
                custom={"label": _("Cancel the sprint"), "offered": True,
                        "reason": True})  # fmt: skip
    def cancel(self, *, by: User, because: str) -> None:
        """It does not take place; its stories go back to the backlog."""
        course.roll_over(self)

    @transition(state, source=[States.ACTIVE, States.REWORK], target=States.DELIVERED,
                permission=who.delivers, conditions=[when.delivery_complete],
                custom={"label": _("Deliver"), "offered": True,
                        "note": _("The delivery is handed over as it is written, and the days of "
                                  "its inspection begin.")})  # fmt: skip
    def deliver(self, *, by: User, because: str) -> None:
        """The delivery is sealed; five working days to decide it, and the day is stored."""
        place = self.order.institution
        self.inspect_until = clock.working_days_after(clock.today(place), INSPECTION_DAYS, place)
        self.delivered_by = by
        course.hand_over(self, by=by)

    @transition(state, source=States.DELIVERED, target=States.INSPECTING, permission=who.inspects,
                custom={"label": _("Begin the inspection"), "offered": True})  # fmt: skip
    def inspect(self, *, by: User, because: str) -> None:
        """Checks and stories are looked at, one by one."""

    @transition(state, source=States.INSPECTING, target=States.PROPOSED, permission=who.proposes,
                conditions=[when.checks_recorded, when.stories_judged, when.verdict_given,
                            when.verdict_fits],
                custom={"label": _("Propose the decision"), "offered": True,
                        "note": _("A second person confirms it for the institution.")}
    )  # fmt: skip
    def propose(self, *, by: User, because: str) -> None:
        """The first of two people says what becomes of it."""
        self.proposed_by = by

    @transition(state, source=States.PROPOSED, target=States.INSPECTING, permission=who.sends_back,
                custom={"label": _("Send back to the inspection"), "offered": True,
                        "reason": True})  # fmt: skip
    def send_back(self, *, by: User, because: str) -> None:
        """The proposal does not stand; it is inspected further."""
        self.proposed_by = None

    @transition(state, source=States.PROPOSED,
                target=GET_STATE(course.decided, states=course.DECISIONS),
                permission=who.confirms,
                conditions=[when.checks_recorded, when.stories_judged, when.verdict_fits],
                custom={"label": _("Confirm the decision"), "offered": True, "danger": True}
    )  # fmt: skip
    def confirm(self, *, by: User, because: str) -> None:
        """The second of two people confirms: what is accepted is payable from now on."""
        self.confirmed_by = by
        course.restate(self, by, because)
        if self.verdict != Verdict.REJECT:
            self.payable = course.payable_of(self)
            self.accepted_on = clock.today(self.order.institution)
            course.finish(self)
            owed.raise_for(self)

    @transition(state, source=States.REJECTED, target=States.REWORK, permission=who.delivers,
                custom={"label": _("Begin the rework"), "offered": True})  # fmt: skip
    def begin_rework(self, *, by: User, because: str) -> None:
        """The vendor mends it, at no further price than its maximum, and delivers again."""

    @transition(state, source=[States.ACTIVE, States.REJECTED, States.REWORK],
                target=States.CANCELLED, permission=who.gives_up,
                conditions=[when.overdue_or_rejected],
                custom={"label": _("Give the sprint up"), "offered": True, "reason": True,
                        "danger": True,
                        "note": _("Nothing is payable for it; its stories go back to the backlog.")}
    )  # fmt: skip
    def give_up(self, *, by: User, because: str) -> None:
        """It was not delivered in its days, or not mended: nothing is payable."""
        course.restate(self, by, because)
        course.roll_over(self)

    @transition(state, source=[States.DELIVERED, States.INSPECTING, States.PROPOSED],
                target=GET_STATE(lambda row, **_acted: row.state,
                                 states=[States.DELIVERED, States.INSPECTING, States.PROPOSED]),
                permission=who.by_clock, conditions=[when.undecided_in_time],
                custom={"label": _("Pass it on to the owner"), "offered": False})  # fmt: skip
    def escalate(self, *, by: User, because: str) -> None:
        """Nobody decided in time: the owner is asked. It is never accepted by itself."""
        self.escalated_at = clock.now()

    @transition(state, source=States.PLANNED, target=States.CANCELLED,
                permission=who.ends_with_order,
                custom={"label": _("Cancel it with its order"), "offered": False})  # fmt: skip
    def cancel_with_order(self, *, by: User, because: str) -> None:
        """The order is terminated: what was only planned does not take place."""
        course.roll_over(self)

    @transition(state, source=[States.REJECTED, States.REWORK], target=States.TERMINATED,
                permission=who.ends_with_order,
                custom={"label": _("End it with its order"), "offered": False})  # fmt: skip
    def terminate(self, *, by: User, because: str) -> None:
        """The order is terminated: what was rejected is not mended any more."""
        course.restate(self, by, because)
        course.roll_over(self)


sealed_while(
    Sprint,
    tuple(state.value for state in INSPECTED),
    ("payable", "maximum", "accepted_on", "delivered_by_id", "proposed_by_id", "confirmed_by_id"),
)
