"""Tranches: the parts in which a project's budget is planned, committed, released and settled."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core import clock, guards
from core.machines import Machine, State, transition
from core.models import User
from core.money import MinorUnitsField
from core.waits import Wait, turn
from projects import permissions
from projects.accounts import holdback_share, release_lines
from projects.models import continuity
from projects.models.booking import post
from projects.models.drawing import (
    GUARDS,
    all_accounted,
    has_amount,
    holdback_freed,
    mostly_accounted,
    past_validity,
)


class TrancheState(models.TextChoices):
    """Where a tranche stands between its plan and its settlement."""

    PLANNED = "planned", _("planned")
    RESERVED = "reserved", _("reserved")
    COMMITTED = "committed", _("committed")
    RELEASE_REQUESTED = "release_requested", _("release asked for")
    RELEASE_PREPARED = "release_prepared", _("release prepared")
    RELEASED = "released", _("released")
    ACCOUNTED = "accounted", _("accounted for")
    SETTLED = "settled", _("settled")
    FROZEN = "frozen", _("frozen")
    LAPSED = "lapsed", _("lapsed")
    CANCELLED = "cancelled", pgettext_lazy("tranche", "cancelled")


class TrancheQuerySet(models.QuerySet):
    """Tranches, and who sees them: who sees the project."""

    def visible_to(self, user: Any) -> "TrancheQuerySet":
        projects: Any = apps.get_model("projects", "Project")
        return self.select_related("project__institution", "project__dossier").filter(
            project__in=projects.objects.visible_to(user).order_by()
        )

    def lapsing(self, day: Any) -> "TrancheQuerySet":
        """Those whose last valid day lies before that day and whose money was not drawn."""
        return self.filter(state__in=UNDRAWN, valid_until__lt=day)


States = TrancheState
UNDRAWN = (States.RESERVED, States.COMMITTED, States.RELEASE_REQUESTED, States.RELEASE_PREPARED,
           States.FROZEN)  # fmt: skip
ENDED = (States.LAPSED, States.CANCELLED)
VALID_DAYS = 365
"""How long a committed tranche may be drawn when the decision names no day."""


@guards.kept
class Tranche(Machine):
    """A part of the budget: number 0 is the discovery allowance, 1 to 3 come with gates G1 to G3.

    `amount` is in minor units of the project's currency, `holdback_percent` of it stays held at the
    release. The last day on which it may be drawn, `valid_until`, counts to 24:00 of the project's
    institution.
    """

    States = TrancheState

    project = models.ForeignKey("projects.Project", models.PROTECT, related_name="tranches")
    number = models.PositiveSmallIntegerField(_("number"))
    gate = models.CharField(_("gate"), max_length=4, blank=True)
    amount = MinorUnitsField(_("amount"), default=0)
    holdback_percent = models.PositiveSmallIntegerField(_("holdback, percent"), default=0)
    valid_until = models.DateField(_("to be drawn until"), null=True, blank=True)
    requested_by = models.ForeignKey(
        "core.User", models.PROTECT, null=True, related_name="+", verbose_name=_("asked for by")
    )
    prepared_by = models.ForeignKey(
        "core.User", models.PROTECT, null=True, related_name="+", verbose_name=_("prepared by")
    )
    state = State(TrancheState, default=TrancheState.PLANNED)

    objects = TrancheQuerySet.as_manager()
    step_related = ("project__institution", "project__dossier")
    wait_labels = {"record_spending": _("Record what was spent")}

    class Meta:
        ordering = ["project", "number", "pk"]
        verbose_name = _("tranche")
        verbose_name_plural = _("tranches")
        indexes = [models.Index(fields=["state", "valid_until"])]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "number"], condition=~Q(state__in=["lapsed", "cancelled"]),
                name="projects_tranche_once",
            ),
            models.CheckConstraint(
                condition=Q(amount__gte=0, number__lte=3, holdback_percent__lte=100),
                name="projects_tranche_sane",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.project.ref} · T{self.number}"

    @property
    def dossier(self) -> Any:
        return self.project.dossier

    @property
    def valid_to(self) -> datetime | None:
        """The moment at which its validity is over, or None while no day is set."""
        if self.valid_until is None:
            return None
        return clock.end_of(self.valid_until, self.project.institution)

    @property
    def holdback(self) -> int:
        """What stays held at the release, in minor units."""
        return holdback_share(self.amount, self.holdback_percent)

    @property
    def payable(self) -> int:
        """What the release lets be spent at once, in minor units."""
        return self.amount - self.holdback

    @property
    def advanced(self) -> int:
        """What was released ahead of it as a continuity allowance, in minor units."""
        return continuity.advanced(self)

    @property
    def freed(self) -> int:
        """What of its holdback was released since, in minor units."""
        lines = self.postings.filter(kind="holdback_release", reversal=None)
        return int(lines.aggregate(sum=models.Sum("lines__amount"))["sum"] or 0)

    def title_for_people(self) -> str:
        return f"{self} · {self.project.title}"

    def get_absolute_url(self) -> str:
        return reverse("projects:tranche_detail", kwargs={"pk": self.pk})

    def turns(self) -> Iterable[Wait]:
        if self.state == States.COMMITTED and self.project.manager_id:
            manager = f"user:{self.project.manager_id}:manager"
            yield turn("request_release", manager, self.valid_to, capacity="requests_release")
        elif self.state == States.RELEASE_REQUESTED:
            yield turn("prepare_release", "role:preparer", self.valid_to,
                       capacity="prepares_release")  # fmt: skip
        elif self.state == States.RELEASE_PREPARED:
            yield turn("authorise_release", "role:authoriser", self.valid_to, capacity="releases")
        elif self.state == States.RELEASED and mostly_accounted(self):
            yield turn("account", "role:preparer")
        elif self.state == States.ACCOUNTED and all_accounted(self) and holdback_freed(self):
            yield turn("settle", "role:preparer")
        elif self.state == States.RELEASED:
            page = reverse("projects:spending_record", kwargs={"ref": self.project.ref})
            yield turn("record_spending", "role:spend_recorder", url=page,
                       capacity="records_spending")  # fmt: skip

    def _post(self, kind: str, amount: Any, by: User, because: str) -> None:
        """Post for this tranche; the key counts how often, so a reversed entry can be made anew."""
        turn_number = self.postings.filter(kind=kind).count() + 1
        post(
            self.project, kind, amount, by=by, because=because or str(self), tranche=self,
            key=f"tranche:{self.pk}:{kind}:{turn_number}",
        )  # fmt: skip

    def _give_up(self, kind: str, by: User, because: str) -> None:
        place = "reserved" if self.state == States.RESERVED else "committed"
        self._post(kind, [(place, "approved", self.amount - self.advanced)], by, because)

    @transition(state, source=States.PLANNED, target=States.RESERVED,
                permission=permissions.as_consequence, conditions=[has_amount],
                custom={"label": _("Reserve the tranche"), "offered": False})  # fmt: skip
    def reserve(self, *, by: User, because: str) -> None:
        """Its money is set aside from what was approved; from now on its amount stands."""
        self._post("reserve", self.amount, by, because)

    @transition(state, source=States.RESERVED, target=States.COMMITTED,
                permission=permissions.as_consequence,
                custom={"label": _("Commit the tranche"), "offered": False})  # fmt: skip
    def commit(self, *, by: User, because: str) -> None:
        """Its gate is exercised: the money is promised until the tranche's last valid day."""
        if self.valid_until is None:
            day = clock.today(self.project.institution)
            self.valid_until = day + timedelta(days=VALID_DAYS)
        self._post("commit", self.amount - self.advanced, by, because)

    @transition(state, source=States.COMMITTED, target=States.RELEASE_REQUESTED,
                permission=permissions.requests_release, conditions=GUARDS,
                custom={"label": _("Ask for the release"), "offered": True,
                        "capacity": "requests_release"})  # fmt: skip
    def request_release(self, *, by: User, because: str) -> None:
        """The manager asks for the money."""
        self.requested_by = by

    @transition(state, source=States.RELEASE_REQUESTED, target=States.COMMITTED,
                permission=permissions.requests_release,
                custom={"label": _("Take the request back"), "offered": True})  # fmt: skip
    def take_back_request(self, *, by: User, because: str) -> None:
        """Nobody has acted on it yet: the manager withdraws the request."""
        self.requested_by = None

    @transition(state, source=States.RELEASE_REQUESTED, target=States.RELEASE_PREPARED,
                permission=permissions.prepares_release, conditions=GUARDS,
                custom={"label": _("Prepare the release"), "offered": True,
                        "capacity": "prepares_release"})  # fmt: skip
    def prepare_release(self, *, by: User, because: str) -> None:
        """The first of two finance people has checked the request."""
        self.prepared_by = by

    @transition(state, source=States.RELEASE_REQUESTED, target=States.COMMITTED,
                permission=permissions.prepares_release,
                custom={"label": _("Send the request back"), "offered": True,
                        "reason": True})  # fmt: skip
    def send_back(self, *, by: User, because: str) -> None:
        """The preparer returns the request to the manager, with the reason."""
        self.requested_by = None

    @transition(state, source=States.RELEASE_PREPARED, target=States.RELEASED,
                permission=permissions.authorises_release, conditions=GUARDS,
                custom={"label": _("Authorise the release"), "offered": True, "danger": True,
                        "capacity": "releases"})  # fmt: skip
    def authorise_release(self, *, by: User, because: str) -> None:
        """The second finance person releases the money; the holdback share stays held."""
        lines = release_lines(self.amount, self.holdback_percent, self.advanced)
        self._post("release", lines, by, because)

    @transition(state, source=States.RELEASE_PREPARED, target=States.RELEASE_REQUESTED,
                permission=permissions.prepared_release,
                custom={"label": _("Take the preparation back"), "offered": True})  # fmt: skip
    def take_back_preparation(self, *, by: User, because: str) -> None:
        """Nobody has authorised it yet: the preparer takes the preparation back."""
        self.prepared_by = None

    @transition(state, source=States.RELEASE_PREPARED, target=States.RELEASE_REQUESTED,
                permission=permissions.authorises_release,
                custom={"label": _("Return it to the preparer"), "offered": True,
                        "reason": True})  # fmt: skip
    def return_to_preparer(self, *, by: User, because: str) -> None:
        """The authoriser does not release it as it is, and says why."""
        self.prepared_by = None

    @transition(state, source=States.RELEASED, target=States.ACCOUNTED,
                permission=permissions.prepares_release, conditions=[mostly_accounted],
                custom={"label": _("Accept the account"), "offered": True})  # fmt: skip
    def account(self, *, by: User, because: str) -> None:
        """At least 70 percent of what was released is spent or given back."""

    @transition(state, source=States.ACCOUNTED, target=States.SETTLED,
                permission=permissions.prepares_release, conditions=[all_accounted, holdback_freed],
                custom={"label": _("Settle the tranche"), "offered": True})  # fmt: skip
    def settle(self, *, by: User, because: str) -> None:
        """Everything released is spent or given back, its holdback included."""

    @transition(state, target=States.FROZEN, permission=permissions.follows_hold,
                source=[States.COMMITTED, States.RELEASE_REQUESTED, States.RELEASE_PREPARED],
                custom={"label": _("Freeze the tranche"), "offered": False})  # fmt: skip
    def freeze(self, *, by: User, because: str) -> None:
        """A hold is placed: what was asked for must be asked for anew."""
        self.requested_by = self.prepared_by = None

    @transition(state, source=States.FROZEN, target=States.COMMITTED,
                permission=permissions.follows_hold,
                custom={"label": _("Thaw the tranche"), "offered": False})  # fmt: skip
    def thaw(self, *, by: User, because: str) -> None:
        """The last hold has ended: the tranche stands as committed again."""

    @transition(state, target=States.LAPSED, permission=permissions.by_clock,
                source=UNDRAWN, conditions=[past_validity],
                custom={"label": _("Let the tranche lapse"), "offered": False})  # fmt: skip
    def lapse(self, *, by: User, because: str) -> None:
        """It was not drawn in time: its money is free again."""
        self._give_up("lapse", by, because)

    @transition(state, source=States.PLANNED, target=States.CANCELLED,
                permission=permissions.as_consequence,
                custom={"label": _("Drop the planned tranche"), "offered": False})  # fmt: skip
    def drop(self, *, by: User, because: str) -> None:
        """It was only planned; no money is touched."""

    @transition(state, source=UNDRAWN, target=States.CANCELLED,
                permission=permissions.as_consequence,
                custom={"label": _("Cancel the tranche"), "offered": False})  # fmt: skip
    def cancel(self, *, by: User, because: str) -> None:
        """The project ends: money that was not drawn is free again."""
        self._give_up("cancel", by, because)

    @transition(state, source=States.RESERVED, target=States.PLANNED,
                permission=permissions.follows_reversal,
                custom={"label": _("Undo the reservation"), "offered": False})  # fmt: skip
    def unreserve(self, *, by: User, because: str) -> None:
        """Its reservation was reversed by a second person."""

    @transition(state, source=States.COMMITTED, target=States.RESERVED,
                permission=permissions.follows_reversal,
                custom={"label": _("Undo the commitment"), "offered": False})  # fmt: skip
    def uncommit(self, *, by: User, because: str) -> None:
        """Its commitment was reversed by a second person."""
        self.valid_until = None

    @transition(state, source=States.RELEASED, target=States.COMMITTED,
                permission=permissions.follows_reversal,
                custom={"label": _("Undo the release"), "offered": False})  # fmt: skip
    def unrelease(self, *, by: User, because: str) -> None:
        """Its release was reversed by a second person, before any of it was spent."""
        self.requested_by = self.prepared_by = None
