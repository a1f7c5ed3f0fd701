"""Addenda: what changes in a published competition, drafted by one officer, published by another.

`content` is the whole content as it will be (`content.read`), so that it can be compared.
"""

from collections.abc import Iterable
from typing import Any

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core import clock, guards
from core.machines import Machine, State, transition
from core.models import User
from core.refusals import requires
from core.waits import Wait, turn
from procurement import hooks
from procurement import permissions_competitions as who
from procurement.models.waits import OFFICERS


class AddendumState(models.TextChoices):
    """Where an addendum stands."""

    DRAFTED = "drafted", pgettext_lazy("addendum", "drafted")
    PUBLISHED = "published", pgettext_lazy("addendum", "published")
    DISCARDED = "discarded", _("discarded")


@requires(_("Bids are no longer taken, so nothing can be changed any more."))
def competition_open(addendum: Any) -> bool:
    return bool(addendum.competition.takes_bids(clock.now()))


@requires(_("The addendum cannot be published as it is."), who=_("procurement officer"))
def addendum_sound(addendum: Any) -> list[str]:
    return hooks.against("addendum_sound", addendum)


class AddendumQuerySet(models.QuerySet):
    """Addenda, and who sees them from inside: whoever sees the competition so."""

    def visible_to(self, user: Any) -> "AddendumQuerySet":
        competitions: Any = Addendum._meta.get_field("competition").related_model
        seen = competitions.objects.visible_to(user).order_by().values("pk")
        return self.filter(competition__in=seen)


@guards.kept
class Addendum(Machine):
    """A change of a published competition: a new version of it.

    `material` is the officer's word; `findings` are what the detector found and asked about,
    `answered` why it is not material although the detector asked.
    """

    States = AddendumState

    competition = models.ForeignKey(
        "procurement.Competition", models.PROTECT, related_name="addenda"
    )
    number = models.PositiveSmallIntegerField(_("number"))
    base_version = models.PositiveSmallIntegerField(_("version it starts from"))
    summary = models.TextField(_("what changes, and why"), blank=True)
    content = models.JSONField(_("content"), default=dict)
    material = models.BooleanField(_("material"), null=True)
    findings = models.JSONField(_("what the detector found"), default=list)
    answered = models.TextField(_("why it is not material"), blank=True)
    drafted_by = models.ForeignKey("core.User", models.PROTECT, related_name="+",
                                   verbose_name=_("drafted by"))  # fmt: skip
    drafted_at = models.DateTimeField(_("drafted"))
    published_by = models.ForeignKey("core.User", models.PROTECT, null=True, related_name="+",
                                     verbose_name=_("published by"))  # fmt: skip
    published_at = models.DateTimeField(_("published"), null=True)
    closed_before = models.DateTimeField(_("deadline before"), null=True)
    closes_after = models.DateTimeField(_("deadline after"), null=True)
    version = models.PositiveSmallIntegerField(_("version it makes"), null=True)
    state = State(AddendumState, default=AddendumState.DRAFTED)

    objects = AddendumQuerySet.as_manager()
    step_related = ("competition__project__institution", "competition__dossier")
    wait_labels = {"explain": _("Finish the addendum: say what changes, and why")}

    class Meta:
        ordering = ["number"]
        verbose_name = _("addendum")
        verbose_name_plural = _("addenda")
        constraints = [
            models.UniqueConstraint(
                fields=["competition", "number"], name="procurement_addendum_number"
            ),
            models.UniqueConstraint(
                fields=["competition"], condition=Q(state="drafted"),
                name="procurement_addendum_one_draft",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.competition.ref} · A{self.number}"

    @property
    def dossier(self) -> Any:
        return self.competition.dossier

    def title_for_people(self) -> str:
        return f"{self} · {self.competition.title}"

    def get_absolute_url(self) -> str:
        return reverse("procurement:addendum_detail", kwargs={"pk": self.pk})

    def turns(self) -> Iterable[Wait]:
        ended = self.competition.closed_at or self.competition.ended_at
        if self.state != AddendumState.DRAFTED or ended:
            return
        if self.summary:
            yield turn("publish", OFFICERS, not_for=self.drafted_by_id)
        else:
            yield turn("explain", f"user:{self.drafted_by_id}")

    @transition("state", source=AddendumState.DRAFTED, target=AddendumState.PUBLISHED,
                permission=who.publishes_addendum, conditions=[competition_open, addendum_sound],
                custom={"label": _("Publish the addendum"), "offered": True, "danger": True,
                        "note": _("It becomes a new version of the competition, and every member "
                                  "of the lot is told.")})  # fmt: skip
    def publish(self, *, by: User, because: str) -> None:
        """A new version is frozen; a material one extends the deadline and asks every bid to be
        confirmed."""
        self.published_by, self.published_at = by, clock.now()
        hooks.run("addendum", self, by=by, because=because)

    @transition("state", source=AddendumState.DRAFTED, target=AddendumState.DISCARDED,
                permission=who.discards_addendum,
                custom={"label": _("Discard the addendum"), "offered": True})  # fmt: skip
    def discard(self, *, by: User, because: str) -> None:
        """Nothing changes."""
