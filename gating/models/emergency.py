"""Emergency exceptions: money before its gate, capped in amount and days, made regular or overdue.

An exception bypasses a gate and the guards it names; never the separation of duties, and never a
rule of the ledger. One at a time a project, and none while one is overdue.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core import clock, guards
from core.machines import Machine, State, transition
from core.money import MinorUnitsField
from core.people import holds
from core.steps import perform
from core.waits import Wait, turn
from gating import matters
from gating import permissions_emergency as permissions
from gating.models import emergency_rules as rules
from gating.models.board import Board, BoardSeat
from projects import setting_aside
from projects.models import Project


class EmergencyExceptionQuerySet(models.QuerySet):
    """Exceptions, and who sees them: who sees the project, and the seats that may decide."""

    def visible_to(self, user: Any) -> "EmergencyExceptionQuerySet":
        if holds(user, "secretariat", "auditor", "administrator", "preparer", "authoriser"):
            return self
        seen = Project.objects.visible_to(user).order_by().values("pk")
        return self.filter(Q(project__in=seen) | Q(board__in=BoardSeat.objects.of(user).values(
            "board")))  # fmt: skip

    def open_(self) -> "EmergencyExceptionQuerySet":
        """Granted and neither made regular nor without object; the overdue ones among them."""
        return self.filter(state__in=EmergencyException.OPEN)

    def undecided(self) -> "EmergencyExceptionQuerySet":
        return self.filter(state__in=EmergencyException.ASKED)

    def late(self, now: datetime) -> "EmergencyExceptionQuerySet":
        """Money went out and its days are over, whatever the clock's job has marked by now."""
        released = EmergencyException.States.RELEASED
        return self.filter(Q(state="overdue") | Q(state=released, ends_at__lte=now))


@guards.kept
class EmergencyException(Machine):
    """One emergency: what it bypasses, how much of the next tranche, for how many days, why.

    `amount` is in minor units of the project's currency; `ends_at` is 24:00 of the last day, fixed
    when it is granted.
    """

    class States(models.TextChoices):
        REQUESTED = "requested", pgettext_lazy("exception", "asked for")
        SUPPORTED = "supported", pgettext_lazy("exception", "granted by one of two")
        GRANTED = "granted", pgettext_lazy("exception", "granted")
        RELEASE_PREPARED = "release_prepared", _("release prepared")
        RELEASED = "released", pgettext_lazy("exception", "released")
        OVERDUE = "overdue", pgettext_lazy("exception", "overdue")
        REGULARISED = "regularised", pgettext_lazy("exception", "made regular")
        LAPSED = "lapsed", pgettext_lazy("exception", "not used")
        REFUSED = "refused", pgettext_lazy("exception", "refused")
        WITHDRAWN = "withdrawn", pgettext_lazy("exception", "taken back")

    ASKED = (States.REQUESTED, States.SUPPORTED)
    UNUSED = (States.GRANTED, States.RELEASE_PREPARED)
    OUT = (States.RELEASED, States.OVERDUE)
    OPEN = (*UNUSED, *OUT)
    wait_labels = {"draft_motion": _("Put the exception to the board to confirm it"),
                   "remind": _("Reminder: the days of the exception end")}  # fmt: skip
    step_related = ("project__dossier", "project__institution", "project__tier", "board")

    project = models.ForeignKey(
        "projects.Project", models.PROTECT, related_name="exceptions", verbose_name=_("project")
    )
    number = models.PositiveSmallIntegerField(_("number"))
    gate = models.ForeignKey(
        "gating.Gate", models.PROTECT, null=True, related_name="+", verbose_name=_("gate bypassed")
    )
    tranche_number = models.PositiveSmallIntegerField(_("tranche"))
    bypasses = models.JSONField(_("what it bypasses"), default=list)
    amount = MinorUnitsField(_("amount"))
    days = models.PositiveSmallIntegerField(_("days"))
    reason = models.TextField(_("why it cannot wait"))
    document = models.ForeignKey(
        "core.Document", models.PROTECT, null=True, related_name="+",
        verbose_name=_("what shows it"),
    )  # fmt: skip
    board = models.ForeignKey(
        Board, models.PROTECT, related_name="exceptions", verbose_name=_("board of the gate")
    )
    rule = models.JSONField(default=dict)
    asked_by = models.ForeignKey(
        "core.User", models.PROTECT, related_name="+", verbose_name=_("asked by")
    )
    asked_at = models.DateTimeField(_("asked"))
    supported_by = models.ForeignKey(
        "core.User", models.PROTECT, null=True, related_name="+",
        verbose_name=_("first person who granted it"),
    )  # fmt: skip
    granted_by = models.ForeignKey(
        "core.User", models.PROTECT, null=True, related_name="+",
        verbose_name=_("second person who granted it"),
    )  # fmt: skip
    granted_at = models.DateTimeField(_("granted"), null=True)
    ends_at = models.DateTimeField(_("to be made regular by"), null=True)
    prepared_by = models.ForeignKey(
        "core.User", models.PROTECT, null=True, related_name="+", verbose_name=_("prepared by")
    )
    released_at = models.DateTimeField(_("released"), null=True)
    regularised_at = models.DateTimeField(_("made regular"), null=True)
    regularised_how = models.CharField(_("how"), max_length=120, blank=True)
    state = State(States, default=States.REQUESTED)

    objects = EmergencyExceptionQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("emergency exception")
        verbose_name_plural = _("emergency exceptions")
        indexes = [models.Index(fields=["state", "ends_at"]), models.Index(fields=["released_at"])]
        constraints = [
            models.UniqueConstraint(fields=["project", "number"], name="gating_exception_number"),
            models.UniqueConstraint(
                fields=["project"], name="gating_exception_one_at_a_time",
                condition=Q(state__in=["requested", "supported", "granted", "release_prepared",
                                       "released", "overdue"]),
            ),
            models.CheckConstraint(
                condition=Q(amount__gt=0, days__gt=0), name="gating_exception_is_something"
            ),
            models.CheckConstraint(
                condition=Q(granted_by=None) | ~Q(granted_by=models.F("supported_by"))
                & ~Q(granted_by=models.F("asked_by")) & ~Q(supported_by=models.F("asked_by")),
                name="gating_exception_two_others_grant",
            ),
            models.CheckConstraint(
                condition=Q(granted_by=None, ends_at=None)
                | Q(granted_by__isnull=False, ends_at__isnull=False),
                name="gating_exception_granted_until",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.ref

    @property
    def ref(self) -> str:
        """The reference of the project, and the exception's own number: P-000001 · E1."""
        return f"{self.project.ref} · E{self.number}"

    @property
    def dossier(self) -> Any:
        return self.project.dossier

    @property
    def key(self) -> str:
        """By which its postings are known in the ledger of the project."""
        return f"exception:{self.number}"

    @property
    def bypassed(self) -> list[str]:
        """What it bypasses, in words."""
        words = dict(rules.Bypass.choices)
        return [str(words[code]) for code in self.bypasses if code in words]

    @property
    def is_late(self) -> bool:
        """Whether money went out and its days are over, whatever its state says."""
        if self.state not in self.OUT or self.ends_at is None:
            return False
        return self.state == self.States.OVERDUE or clock.now() >= self.ends_at

    @property
    def last_day(self) -> date | None:
        """The day that counts to 24:00, by which it must be made regular."""
        if self.ends_at is None:
            return None
        zone = clock.zone(self.project.institution)
        return (self.ends_at - timedelta(microseconds=1)).astimezone(zone).date()

    def deciders(self) -> set[int]:
        """Who holds a seat today in the board competent for the gate, or in one above it."""
        boards = [self.board, *self.board.ancestors()]
        seats = BoardSeat.objects.on(clock.today()).filter(board__in=boards)
        return set(seats.values_list("user_id", flat=True))

    def title_for_people(self) -> str:
        return f"{self.ref} · {self.project.title}"

    def get_absolute_url(self) -> str:
        return reverse("gating:exception_detail", kwargs={"pk": self.pk})

    def get_step_url(self, name: str) -> str:
        return reverse("gating:exception_step", kwargs={"pk": self.pk, "step": name})

    def turns(self) -> Iterable[Wait]:
        if self.state in self.ASKED:
            step = "support" if self.state == self.States.REQUESTED else "grant"
            project = self.project
            own = {self.asked_by_id, self.supported_by_id, project.manager_id, project.owner_id,
                   project.product_owner_id}  # fmt: skip
            for person in sorted(self.deciders() - own):
                yield turn(step, f"user:{person}", capacity="votes")
        elif self.state == self.States.GRANTED:
            yield turn("prepare_release", "role:preparer", self.ends_at,
                       capacity="prepares_release")  # fmt: skip
        elif self.state == self.States.RELEASE_PREPARED:
            yield turn("authorise_release", "role:authoriser", self.ends_at, capacity="releases",
                       not_for=self.prepared_by_id)  # fmt: skip
        elif self.state in self.OUT:
            yield from (replace(wait, due=self.ends_at) for wait in matters.turns_of(self))

    def make_regular(self, how: str, *, by: Any, because: str) -> None:
        """The gate was exercised, or a board confirmed it: what was not used is given back."""
        self.regularised_how = how
        self.save(update_fields=["regularised_how"])
        perform(self, "regularise" if self.state in self.OUT else "lapse", by=by, because=because)

    def end_request(self, *, by: Any, because: str) -> None:
        """The gate was exercised before anybody granted it: there is nothing left to bypass."""
        perform(self, "drop", by=by, because=because)

    # Two people of rank

    @transition(state, source=States.REQUESTED, target=States.SUPPORTED,
                permission=permissions.decides,
                conditions=[rules.within_caps, rules.still_needed],
                custom={"label": _("Grant it as the first of two"), "offered": True,
                        "capacity": "votes",
                        "note": _("A second person must grant it before money may move.")}
    )  # fmt: skip
    def support(self, *, by: Any, because: str) -> None:
        """The first of two people at or above the gate's authority agrees."""
        self.supported_by = by

    @transition(state, source=States.SUPPORTED, target=States.REQUESTED,
                permission=rules.supported_it,
                custom={"label": _("Take your grant back"), "offered": True})  # fmt: skip
    def take_back_support(self, *, by: Any, because: str) -> None:
        """Nobody else has acted on it: the first person takes the grant back."""
        self.supported_by = None

    @transition(state, source=States.SUPPORTED, target=States.GRANTED,
                permission=permissions.decides_second,
                conditions=[rules.within_caps, rules.still_needed],
                custom={"label": _("Grant it as the second of two"), "offered": True,
                        "danger": True, "capacity": "votes",
                        "note": _("The amount is taken out of the next tranche and committed. Its "
                                  "days begin now.")})  # fmt: skip
    def grant(self, *, by: Any, because: str) -> None:
        """The second person agrees: the amount is set apart, and the days run."""
        self.granted_by, self.granted_at = by, clock.now()
        where = self.project.institution
        last = clock.today(where) + timedelta(days=self.days)
        self.ends_at = clock.end_of(last, where)
        tranche = setting_aside.next_tranche(self.project)
        setting_aside.take(self.project, tranche, self.amount, by=by,
                           because=because or self.reason, key=self.key)  # fmt: skip

    @transition(state, source=[States.REQUESTED, States.SUPPORTED], target=States.REFUSED,
                permission=permissions.decides,
                custom={"label": _("Refuse the exception"), "offered": True, "reason": True,
                        "capacity": "votes"})  # fmt: skip
    def refuse(self, *, by: Any, because: str) -> None:
        """Somebody of rank does not agree: the project goes through its gate."""

    @transition(state, source=[States.REQUESTED, States.SUPPORTED], target=States.WITHDRAWN,
                permission=permissions.asked_it,
                custom={"label": _("Take the request back"), "offered": True})  # fmt: skip
    def withdraw(self, *, by: Any, because: str) -> None:
        """It is not needed after all."""

    # Money, by two people of finance as always

    @transition(state, source=States.GRANTED, target=States.RELEASE_PREPARED,
                permission=permissions.prepares_release,
                conditions=[rules.days_run, rules.other_guards],
                custom={"label": _("Prepare the release"), "offered": True,
                        "capacity": "prepares_release"})  # fmt: skip
    def prepare_release(self, *, by: Any, because: str) -> None:
        """The first of two finance people has checked the exception."""
        self.prepared_by = by

    @transition(state, source=States.RELEASE_PREPARED, target=States.GRANTED,
                permission=permissions.authorises_release,
                custom={"label": _("Return it to the preparer"), "offered": True,
                        "reason": True})  # fmt: skip
    def return_to_preparer(self, *, by: Any, because: str) -> None:
        """The authoriser does not release it as it is, and says why."""
        self.prepared_by = None

    @transition(state, source=States.RELEASE_PREPARED, target=States.RELEASED,
                permission=permissions.authorises_release,
                conditions=[rules.days_run, rules.other_guards],
                custom={"label": _("Authorise the release"), "offered": True, "danger": True,
                        "capacity": "releases"})  # fmt: skip
    def authorise_release(self, *, by: Any, because: str) -> None:
        """The second finance person releases the money; the holdback share stays held."""
        self.released_at = clock.now()
        setting_aside.release(self.project, self.amount, by=by, because=because or self.reason,
                              key=self.key)  # fmt: skip

    # How it ends

    @transition(state, source=[States.REQUESTED, States.SUPPORTED], target=States.LAPSED,
                permission=permissions.as_consequence,
                custom={"label": _("End the request"), "offered": False})  # fmt: skip
    def drop(self, *, by: Any, because: str) -> None:
        """The gate was exercised before it was granted."""

    @transition(state, source=[States.RELEASED, States.OVERDUE], target=States.REGULARISED,
                permission=permissions.as_consequence,
                custom={"label": _("Make the exception regular"), "offered": False})  # fmt: skip
    def regularise(self, *, by: Any, because: str) -> None:
        """The gate was exercised, or a board has confirmed the exception by motion."""
        self.regularised_at = clock.now()

    @transition(state, source=States.RELEASED, target=States.OVERDUE,
                permission=permissions.by_clock, conditions=[rules.days_over],
                custom={"label": _("Mark as overdue"), "offered": False})  # fmt: skip
    def fall_overdue(self, *, by: Any, because: str) -> None:
        """Money went out, and nobody has made it regular in time."""

    @transition(state, source=[States.GRANTED, States.RELEASE_PREPARED], target=States.LAPSED,
                permission=rules.ends_unused,
                custom={"label": _("End the unused exception"), "offered": False})  # fmt: skip
    def lapse(self, *, by: Any, because: str) -> None:
        """No money went out under it: what was set apart is back in its tranche."""
        setting_aside.give_back(self.project, self.tranche_number, self.amount, by=by,
                                because=because or self.reason, key=self.key)  # fmt: skip


class EmergencyCap(models.Model):
    """How large an emergency exception may be in a tier: a share of the next tranche, and days."""

    tier = models.OneToOneField(
        "projects.Tier", models.PROTECT, related_name="emergency_cap", verbose_name=_("tier")
    )
    percent = models.PositiveSmallIntegerField(
        _("at most so many percent of the next tranche"), default=20,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
    )  # fmt: skip
    days = models.PositiveSmallIntegerField(
        _("to be made regular within so many days at most"), default=30,
        validators=[MinValueValidator(1), MaxValueValidator(366)],
    )  # fmt: skip

    class Meta:
        ordering = ["tier__rank"]
        verbose_name = _("limit of emergency exceptions")
        verbose_name_plural = _("limits of emergency exceptions")

    def __str__(self) -> str:
        return f"{self.tier}: {self.percent} %"

    @property
    def dossier(self) -> Any:
        return self.tier.dossier


class EmergencyCeiling(models.Model):
    """The largest amount of an exception in a tier and currency, in minor units."""

    cap = models.ForeignKey(EmergencyCap, models.PROTECT, related_name="ceilings")
    currency = models.CharField(_("currency"), max_length=3)
    amount = MinorUnitsField(_("at most"))

    class Meta:
        ordering = ["cap", "currency"]
        verbose_name = _("largest amount of an emergency exception")
        verbose_name_plural = _("largest amounts of emergency exceptions")
        constraints = [
            models.UniqueConstraint(
                fields=["cap", "currency"], name="gating_emergencyceiling_once"
            ),
            models.CheckConstraint(
                condition=Q(amount__gt=0), name="gating_emergencyceiling_is_something"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.cap.tier} · {self.currency}"


__all__ = ["EmergencyCap", "EmergencyCeiling", "EmergencyException"]
