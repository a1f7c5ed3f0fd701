"""More time for a condition: asked by its owner, granted at most twice, never after breach."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from core import clock, guards
from core.machines import Machine, State, transition
from core.people import holds
from core.refusals import requires
from core.waits import Wait, turn
from gating import matters
from gating import permissions_boards as permissions
from gating.models.condition import BREACH_DAYS, Condition

MOST = 2
"""A condition is extended so many times at most (domain, 4)."""


def refusals(condition: Any, until: Any = None) -> list[str]:
    """Why a condition gets no more time, or none until that day: by dates, whatever was marked."""
    found, due = [], condition.due_at
    if condition.met_at is not None:
        found.append(gettext("The condition is closed or waived already."))
    if due is None:
        return [*found, gettext("The condition has no due date that could be extended.")]
    if condition.state == "breached" or clock.now() >= due + timedelta(days=BREACH_DAYS):
        found.append(gettext("It has been overdue for thirty days: no more time is granted."))
    if condition.extensions.filter(state="granted").count() >= MOST:
        found.append(gettext("It was extended twice already; a board may waive it instead."))
    if until is not None and (until <= condition.due or until <= clock.today(condition.where)):
        found.append(gettext("Choose a day to come that lies after the present due date."))
    return found


@requires(_("There is still time to be granted."))
def grantable(extension: Any) -> list[str]:
    return refusals(extension.condition, extension.until)


class ExtensionQuerySet(models.QuerySet):
    """Requests for more time, and who sees them: who sees the condition."""

    def visible_to(self, user: Any) -> "ExtensionQuerySet":
        if holds(user, "secretariat", "auditor"):
            return self
        return self.filter(condition__in=Condition.objects.visible_to(user).values("pk"))


@guards.kept
class Extension(Machine):
    """A request for more time; `granted_as` is 1 or 2 once it is granted, and never more."""

    class States(models.TextChoices):
        ASKED = "asked", _("asked for")
        GRANTED = "granted", pgettext_lazy("extension", "granted")
        REFUSED = "refused", pgettext_lazy("extension", "refused")
        WITHDRAWN = "withdrawn", pgettext_lazy("extension", "taken back")
        LAPSED = "lapsed", pgettext_lazy("extension", "without object")

    step_related = (
        "condition__review__project__dossier", "condition__review__project__institution",
        "condition__review__gate", "condition__motion__board",
    )  # fmt: skip
    wait_labels = {"draft_motion": _("Put the request for more time to the board")}

    condition = models.ForeignKey(
        Condition, models.PROTECT, related_name="extensions", verbose_name=_("condition")
    )
    until = models.DateField(_("new due date"))
    before = models.DateField(_("due date until then"))
    reason = models.TextField(_("why more time is needed"))
    asked_by = models.ForeignKey(
        "core.User", models.PROTECT, related_name="+", verbose_name=_("asked by")
    )
    asked_at = models.DateTimeField(_("asked"))
    decided_at = models.DateTimeField(_("decided"), null=True)
    granted_as = models.PositiveSmallIntegerField(_("number of the extension"), null=True)
    state = State(States, default=States.ASKED)

    objects = ExtensionQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        verbose_name = _("extension")
        verbose_name_plural = _("extensions")
        constraints = [
            models.UniqueConstraint(
                fields=["condition"], condition=Q(state="asked"), name="gating_extension_one_asked"
            ),
            models.UniqueConstraint(
                fields=["condition", "granted_as"], name="gating_extension_number"
            ),
            models.CheckConstraint(
                condition=Q(state="granted", granted_as__in=[1, 2])
                | (~Q(state="granted") & Q(granted_as=None)),
                name="gating_extension_twice_at_most",
            ),
            models.CheckConstraint(
                condition=Q(until__gt=models.F("before")), name="gating_extension_is_later"
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.condition.ref} → {self.until}"

    @property
    def project(self) -> Any:
        return self.condition.review.project

    @property
    def dossier(self) -> Any:
        return self.condition.review.project.dossier

    def title_for_people(self) -> str:
        return f"{self.condition.ref} · {self.reason[:120]}"

    def get_absolute_url(self) -> str:
        return reverse("gating:condition_detail", kwargs={"pk": self.condition_id})

    def turns(self) -> Iterable[Wait]:
        if self.state != self.States.ASKED:
            return
        board, due = self.condition.motion.board, self.condition.due_at
        if board.single_decider:
            for person in sorted(board.chairing()):
                yield turn("grant", f"user:{person}", due, capacity="votes")
        else:
            yield from (replace(wait, due=due) for wait in matters.turns_of(self))

    def _grant(self, by: Any, because: str) -> None:
        self.decided_at = clock.now()
        self.granted_as = self.condition.extensions.filter(state="granted").count() + 1
        self.condition.extend_to(self.until, by=by, because=because or self.reason)

    @transition(state, source=States.ASKED, target=States.GRANTED,
                permission=permissions.grants_time, conditions=[grantable],
                custom={"label": _("Grant more time"), "offered": True,
                        "capacity": "votes"})  # fmt: skip
    def grant(self, *, by: Any, because: str) -> None:
        """The chair who decides alone gives the condition its new due date."""
        self._grant(by, because)

    @transition(state, source=States.ASKED, target=States.REFUSED,
                permission=permissions.grants_time,
                custom={"label": _("Refuse more time"), "offered": True, "reason": True,
                        "capacity": "votes"})  # fmt: skip
    def refuse(self, *, by: Any, because: str) -> None:
        """The due date stays as it is."""
        self.decided_at = clock.now()

    @transition(state, source=States.ASKED, target=States.GRANTED,
                permission=permissions.as_consequence, conditions=[grantable],
                custom={"label": _("Grant more time by motion"), "offered": False})  # fmt: skip
    def grant_by_motion(self, *, by: Any, because: str) -> None:
        """The board gives the condition its new due date."""
        self._grant(by, because)

    @transition(state, source=States.ASKED, target=States.REFUSED,
                permission=permissions.as_consequence,
                custom={"label": _("Refuse more time by motion"), "offered": False})  # fmt: skip
    def refuse_by_motion(self, *, by: Any, because: str) -> None:
        """The board lets the due date stand."""
        self.decided_at = clock.now()

    @transition(state, source=States.ASKED, target=States.WITHDRAWN,
                permission=permissions.asked_for_time,
                custom={"label": _("Take the request back"), "offered": True})  # fmt: skip
    def withdraw(self, *, by: Any, because: str) -> None:
        """The owner keeps to the due date after all."""

    @transition(state, source=States.ASKED, target=States.LAPSED,
                permission=permissions.as_consequence,
                custom={"label": _("End the request"), "offered": False})  # fmt: skip
    def lapse(self, *, by: Any, because: str) -> None:
        """The condition is met, waived or breached: there is nothing left to extend."""
