"""Stories: what is wished for in an order, in its backlog, in a sprint, done or dropped."""

from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core import guards

MOST_POINTS = 100


class StoryQuerySet(models.QuerySet):
    """Stories, and who sees them: who sees the order."""

    def visible_to(self, user: Any) -> "StoryQuerySet":
        orders: Any = apps.get_model("vendors", "Order")
        return self.filter(order__in=orders.objects.visible_to(user).order_by().values("pk"))

    def open(self) -> "StoryQuerySet":
        """Neither done nor dropped, the most urgent first."""
        return self.filter(done_in=None, dropped_at=None).order_by("position", "pk")

    def backlog(self) -> "StoryQuerySet":
        """Open, and in no sprint."""
        return self.open().filter(sprint=None)


@guards.kept
class Story(models.Model):
    """One thing that somebody will be able to do, and how one sees that it works.

    It is in exactly one place: in the backlog, in the `sprint` that works on it, `done_in` the
    sprint that was accepted with it, or dropped. `points` say how large it is, in no unit.
    """

    order = models.ForeignKey("vendors.Order", models.PROTECT, related_name="stories")
    number = models.PositiveIntegerField(_("number"))
    title = models.CharField(_("title"), max_length=200)
    wish = models.TextField(_("who wants what, and why"), blank=True)
    criteria = models.TextField(_("acceptance criteria"))
    points = models.PositiveSmallIntegerField(_("points"))
    position = models.IntegerField(_("place in the backlog"))
    sprint = models.ForeignKey(
        "vendors.Sprint", models.PROTECT, null=True, related_name="stories",
        verbose_name=_("sprint"),
    )  # fmt: skip
    done_in = models.ForeignKey(
        "vendors.Sprint", models.PROTECT, null=True, related_name="stories_done",
        verbose_name=_("done in sprint"),
    )  # fmt: skip
    dropped_at = models.DateTimeField(_("dropped"), null=True)
    dropped_because = models.TextField(_("why it was dropped"), blank=True)
    added_by = models.ForeignKey("core.User", models.PROTECT, related_name="+")
    added_at = models.DateTimeField(_("added"))

    objects = StoryQuerySet.as_manager()

    class Meta:
        ordering = ["position", "pk"]
        verbose_name = _("story")
        verbose_name_plural = _("stories")
        indexes = [models.Index(fields=["order", "position"])]
        constraints = [
            models.UniqueConstraint(fields=["order", "number"], name="vendors_story_number"),
            models.CheckConstraint(
                condition=Q(points__gte=1, points__lte=MOST_POINTS), name="vendors_story_points"
            ),
            models.CheckConstraint(
                condition=Q(sprint=None, done_in=None)
                | Q(sprint=None, dropped_at=None)
                | Q(done_in=None, dropped_at=None),
                name="vendors_story_in_one_place",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} · {self.title}"

    @property
    def dossier(self) -> Any:
        return self.order.dossier

    def get_absolute_url(self) -> str:
        return reverse("vendors:story_detail", kwargs={"pk": self.pk})


class Outcome(models.TextChoices):
    """What became of a story in a sprint."""

    ACCEPTED = "accepted", _("accepted")
    WITH_DEBT = "with_debt", _("accepted with debt")
    REFUSED = "refused", _("not accepted")


DONE = (Outcome.ACCEPTED, Outcome.WITH_DEBT)
"""Outcomes after which a story is done."""


@guards.kept
class SprintStory(models.Model):
    """A story as it stood when a sprint began, and what became of it there.

    `outcome` is a proposal until the sprint is accepted; a delivery after rework asks it anew.
    """

    sprint = models.ForeignKey("vendors.Sprint", models.PROTECT, related_name="chosen")
    story = models.ForeignKey(Story, models.PROTECT, related_name="tries")
    title = models.CharField(_("title"), max_length=200)
    criteria = models.TextField(_("acceptance criteria"))
    points = models.PositiveSmallIntegerField(_("points"))
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome.choices, blank=True)
    note = models.TextField(_("note"), blank=True)
    rolled_over = models.BooleanField(_("went back to the backlog"), default=False)

    class Meta:
        ordering = ["story__number"]
        verbose_name = _("story of a sprint")
        verbose_name_plural = _("stories of a sprint")
        constraints = [
            models.UniqueConstraint(fields=["sprint", "story"], name="vendors_sprintstory_once")
        ]

    def __str__(self) -> str:
        return f"{self.sprint} · {self.title}"

    @property
    def dossier(self) -> Any:
        return self.sprint.dossier
