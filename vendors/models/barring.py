"""Suspension and debarment: proposed, heard, in force from a moment to a day, ended."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from core import clock, guards
from core.machines import Machine, State, transition
from core.models import User
from core.refusals import requires
from core.steps import perform
from core.waits import Wait, turn
from vendors import permissions_companies as who
from vendors.models.company import Vendor

HEARING_DAYS = 10
"""Working days that a company has to answer."""
AT_ONCE_DAYS = 90
"""Days that a suspension without a hearing before it lasts at most."""


class BarringState(models.TextChoices):
    """Where a suspension or debarment stands."""

    PROPOSED = "proposed", _("proposed")
    HEARING = "hearing", _("the company is heard")
    IN_FORCE = "in_force", _("in force")
    ENDED = "ended", _("ended")
    DISMISSED = "dismissed", _("dismissed")
    WITHDRAWN = "withdrawn", pgettext_lazy("proposal", "withdrawn")


States = BarringState


class BarringKind(models.TextChoices):
    """How far a company is excluded from new business."""

    SUSPENSION = "suspension", _("suspension")
    DEBARMENT = "debarment", _("debarment")


@requires(_("Only a suspension begins before the company is heard."))
def is_suspension(barring: Any) -> bool:
    return bool(barring.kind == BarringKind.SUSPENSION)


@requires(_("Without a hearing before it a suspension lasts 90 days at most."))
def is_short(barring: Any) -> bool:
    return bool((barring.ends_on - clock.today()).days <= AT_ONCE_DAYS)


@requires(_("The company has not been heard, and the days for an answer are not over."))
def heard(barring: Any) -> list[str]:
    if barring.answered_at is not None or barring.hearing_ends <= clock.now():
        return []
    day = date_format(barring.hearing_until, "SHORT_DATE_FORMAT")
    return [gettext("The company may answer until %(day)s: wait for its answer, or for the end of "
                    "that day.") % {"day": day}]  # fmt: skip


@requires(_("Its last day is over: propose it anew with a later one."))
def ends_ahead(barring: Any) -> bool:
    return bool(barring.over_at > clock.now())


@requires(_("The vendor is not registered, or is debarred already."))
def can_be_barred(barring: Any) -> bool:
    state = barring.vendor.state
    return state == "active" or (state == "suspended" and not barring.is_suspension_kind)


@requires(_("Its last day is not over yet."))
def past_its_day(barring: Any) -> bool:
    return bool(barring.over_at <= clock.now())


class BarringQuerySet(models.QuerySet):
    """Suspensions and debarments."""

    def visible_to(self, user: Any) -> "BarringQuerySet":
        """All for those who read vendors; else those of one's company once it has been told."""
        if who.reads_vendors(user):
            return self
        mine = Vendor.objects.visible_to(user).order_by().values("pk")
        return self.filter(vendor__in=mine).exclude(state__in=[States.PROPOSED, States.WITHDRAWN])

    def in_force(self, now: datetime) -> "BarringQuerySet":
        """Those that bar at a moment, by the clock and whatever a job has recorded."""
        return self.filter(state=States.IN_FORCE, starts_at__lte=now, over_at__gt=now)

    def ending_by(self, now: datetime) -> "BarringQuerySet":
        """Those whose last day is over and not recorded yet."""
        return self.filter(state=States.IN_FORCE, over_at__lte=now)


@guards.kept
class Barring(Machine):
    """A company excluded from new applications, bids and orders; what runs goes on.

    It bars from `starts_at` until `over_at`, 24:00 of `ends_on`. The reason is public once it is in
    force. The company may answer until 24:00 of `hearing_until`.
    """

    States = BarringState

    vendor = models.ForeignKey(Vendor, models.PROTECT, related_name="barrings")
    number = models.PositiveSmallIntegerField(_("number"))
    kind = models.CharField(_("kind"), max_length=10, choices=BarringKind.choices)
    reason = models.TextField(_("reason"))
    legal_basis = models.TextField(_("legal basis"))
    ends_on = models.DateField(_("last day"))
    over_at = models.DateTimeField(_("over"))
    document = models.ForeignKey(
        "core.Document", models.PROTECT, null=True, related_name="+", verbose_name=_("document")
    )
    proposed_by = models.ForeignKey(
        "core.User", models.PROTECT, related_name="+", verbose_name=_("proposed by")
    )
    hearing_until = models.DateField(_("to be answered until"), null=True)
    answer = models.TextField(_("answer of the company"), blank=True)
    answer_document = models.ForeignKey(
        "core.Document", models.PROTECT, null=True, related_name="+"
    )
    answered_by = models.ForeignKey("core.User", models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(_("answered"), null=True)
    starts_at = models.DateTimeField(_("in force since"), null=True)
    ended_at = models.DateTimeField(_("ended"), null=True)
    end_reason = models.TextField(_("why it ended"), blank=True)
    state = State(BarringState, default=BarringState.PROPOSED)

    objects = BarringQuerySet.as_manager()
    step_related = ("vendor__dossier",)
    wait_labels = {"answer": _("Answer")}

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("suspension or debarment")
        verbose_name_plural = _("suspensions and debarments")
        indexes = [models.Index(fields=["state", "over_at"])]
        constraints = [
            models.UniqueConstraint(fields=["vendor", "number"], name="vendors_barring_number"),
            models.CheckConstraint(
                condition=~Q(state="in_force") | Q(starts_at__isnull=False),
                name="vendors_barring_has_start",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.vendor.ref} · {self.get_kind_display()} {self.number}"

    @property
    def dossier(self) -> Any:
        return self.vendor.dossier

    @property
    def is_suspension_kind(self) -> bool:
        """Whether it is a suspension, which a debarment may follow."""
        return self.kind == BarringKind.SUSPENSION

    @property
    def hearing_ends(self) -> datetime:
        """The moment until which the company may answer."""
        return clock.end_of(self.hearing_until)  # type: ignore[arg-type]

    def may_answer(self, now: datetime) -> bool:
        """Whether the company may still answer at a moment: in the hearing, or while it bars."""
        open_states = (States.HEARING, States.IN_FORCE)
        return bool(self.state in open_states and self.hearing_until and now < self.hearing_ends)

    def title_for_people(self) -> str:
        return f"{self} · {self.vendor.name}"

    def get_absolute_url(self) -> str:
        return reverse("vendors:barring_detail", kwargs={"pk": self.pk})

    def turns(self) -> Iterable[Wait]:
        proposer = self.proposed_by_id
        if self.state == States.PROPOSED:
            yield turn("open_hearing", "role:secretariat")
        elif self.state == States.HEARING:
            yield turn("impose", "role:secretariat", self.hearing_ends, not_for=proposer)
            if self.answered_at is None:
                yield turn("answer", self.vendor.audience, self.hearing_ends)

    def _begin(self, by: User, because: str) -> None:
        self.starts_at = clock.now()
        name = "suspend" if self.is_suspension_kind else "debar"
        perform(self.vendor, name, by=by, because=because or self.reason)

    def _end(self, by: User, because: str) -> None:
        """The vendor is as what remains in force has it: suspended, debarred, or free."""
        self.ended_at, self.end_reason = clock.now(), because
        rest = self.vendor.barrings.in_force(self.ended_at).exclude(pk=self.pk)
        kinds = set(rest.values_list("kind", flat=True))
        vendor = type(self.vendor)._default_manager.get(pk=self.vendor_id)
        if vendor.state == "active" or BarringKind.DEBARMENT in kinds:
            return
        if not kinds or vendor.state == "debarred":
            vendor = perform(vendor, "reinstate", by=by, because=because)
        if kinds and vendor.state == "active":
            perform(vendor, "suspend", by=by, because=because)

    @transition(state, source=States.PROPOSED, target=States.HEARING,
                permission=who.proposes_barring, conditions=[ends_ahead],
                custom={"label": _("Tell the company and hear it"), "offered": True,
                        "note": _("The company is told the reason and has ten working days to "
                                  "answer.")})  # fmt: skip
    def open_hearing(self, *, by: User, because: str) -> None:
        """The company is told, and has ten working days to answer; the day is stored."""
        self.hearing_until = clock.working_days_after(clock.today(), HEARING_DAYS)

    @transition(state, source=States.PROPOSED, target=States.IN_FORCE,
                permission=who.imposes_barring,
                conditions=[is_suspension, is_short, ends_ahead, can_be_barred],
                custom={"label": _("Suspend at once and hear afterwards"), "offered": True,
                        "reason": True, "danger": True,
                        "note": _("For danger in delay: it blocks new business at "
                                  "once.")})  # fmt: skip
    def suspend_at_once(self, *, by: User, because: str) -> None:
        """There is danger in delay: the company is heard while it is suspended."""
        self.hearing_until = clock.working_days_after(clock.today(), HEARING_DAYS)
        self._begin(by, because)

    @transition(state, source=States.PROPOSED, target=States.WITHDRAWN,
                permission=who.withdraws_barring,
                custom={"label": _("Withdraw the proposal"), "offered": True,
                        "reason": True})  # fmt: skip
    def withdraw(self, *, by: User, because: str) -> None:
        """Who proposed it does not hold on to it."""

    @transition(state, source=States.HEARING, target=States.IN_FORCE,
                permission=who.imposes_barring, conditions=[heard, ends_ahead, can_be_barred],
                custom={"label": _("Impose it"), "offered": True, "reason": True, "danger": True,
                        "note": _("It blocks new applications, bids and orders at once, and is "
                                  "published with its reason. What runs goes on.")})  # fmt: skip
    def impose(self, *, by: User, because: str) -> None:
        """After the hearing the company takes no new business until the last day is over."""
        self._begin(by, because)

    @transition(state, source=States.HEARING, target=States.DISMISSED,
                permission=who.imposes_barring, conditions=[heard],
                custom={"label": _("Dismiss it"), "offered": True, "reason": True})  # fmt: skip
    def dismiss(self, *, by: User, because: str) -> None:
        """After the hearing nothing is imposed."""

    @transition(state, source=States.IN_FORCE, target=States.ENDED,
                permission=who.imposes_barring,
                custom={"label": _("Lift it before its last day"), "offered": True,
                        "reason": True})  # fmt: skip
    def lift(self, *, by: User, because: str) -> None:
        """It was annulled, or its reason is gone."""
        self._end(by, because)

    @transition(state, source=States.IN_FORCE, target=States.ENDED, permission=who.by_clock,
                conditions=[past_its_day],
                custom={"label": _("Let it end"), "offered": False})  # fmt: skip
    def expire(self, *, by: User, because: str) -> None:
        """Its last day is over."""
        self._end(by, because)
