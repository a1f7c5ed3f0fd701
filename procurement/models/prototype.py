"""What was found in a prototype: facts of the bundle, and what its repository did afterwards."""

from datetime import timedelta
from typing import Any

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core import guards
from core.models.history import AppendOnly
from procurement import permissions_prototypes as who

EVERY = timedelta(days=1)
"""How often a repository is looked at between the opening and the award."""


class PrototypeQuerySet(models.QuerySet):
    """Prototypes, and who reads what was found in them."""

    def visible_to(self, user: Any) -> "PrototypeQuerySet":
        """Officers, secretariat and auditors; of the panel who declared no conflict, by alias, once
        it may score."""
        rows = self.select_related("bid__competition__project__institution",
                                   "bid__competition__dossier")  # fmt: skip
        if who.reads_all(user):
            return rows
        declared = "bid__competition__declarations__"
        seats = models.Q(**{f"{declared}state": "clear", f"{declared}member__user": user.pk,
                            f"{declared}member__left_at": None})  # fmt: skip
        return rows.filter(seats, bid__competition__state__in=who.SCORING).exclude(
            bid__state__in=who.NEVER_SCORED
        )


@guards.kept
class Prototype(models.Model):
    """The prototype of an opened bid: what the bid says of it, and what was found.

    `trouble` and `live` are what `prototypes.examining` and `prototypes.live` brought in the newest
    round; `tip` is the newest commit that the repository was seen to show; `next_look` the moment
    of the next look at it.
    """

    bid = models.OneToOneField("procurement.Bid", models.PROTECT, related_name="evidence")
    repository = models.CharField(_("repository"), max_length=400, blank=True)
    branch = models.CharField(_("branch"), max_length=200, blank=True)
    commit = models.CharField(_("commit"), max_length=64, blank=True)
    live_url = models.CharField(_("live page"), max_length=400, blank=True)
    round = models.PositiveSmallIntegerField(_("round"), default=1)
    examined_at = models.DateTimeField(_("examined"), null=True)
    trouble = models.JSONField(_("in the way"), default=list)
    live = models.JSONField(_("answer of the live page"), default=dict)
    tip = models.CharField(_("newest commit seen"), max_length=64, blank=True)
    looked_at = models.DateTimeField(_("last look"), null=True)
    next_look = models.DateTimeField(_("next look"), null=True, db_index=True)

    objects = PrototypeQuerySet.as_manager()

    class Meta:
        ordering = ["bid__alias", "pk"]
        verbose_name = _("prototype")
        verbose_name_plural = _("prototypes")

    def __str__(self) -> str:
        return str(self.bid)

    @property
    def dossier(self) -> Any:
        return self.bid.competition.dossier

    def get_absolute_url(self) -> str:
        return reverse("procurement:prototype_detail", kwargs={"pk": self.pk})

    def facts_now(self) -> Any:
        """The facts of the newest round, in the order in which the panel reads them."""
        return self.facts.filter(round=self.round).order_by("position")


@guards.append_only
class PrototypeFact(AppendOnly):
    """One thing that was looked for in a bundle, with file and line; of one round."""

    prototype = models.ForeignKey(Prototype, models.PROTECT, related_name="facts")
    round = models.PositiveSmallIntegerField()
    position = models.PositiveSmallIntegerField()
    code = models.CharField(_("what"), max_length=30)
    result = models.CharField(_("result"), max_length=10)
    file = models.CharField(_("file"), max_length=500, blank=True)
    line = models.PositiveIntegerField(_("line"), default=0)
    figures = models.JSONField(default=dict)

    class Meta:
        ordering = ["prototype", "round", "position"]
        verbose_name = _("fact of a prototype")
        verbose_name_plural = _("facts of prototypes")
        constraints = [
            models.UniqueConstraint(fields=["prototype", "round", "position"],
                                    name="procurement_fact_position"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.prototype_id} {self.code} {self.result}"

    @property
    def dossier(self) -> Any:
        return self.prototype.dossier


class LaterChangeQuerySet(models.QuerySet):
    """Changes of repositories, and who sees them."""

    def visible_to(self, user: Any) -> "LaterChangeQuerySet":
        prototypes = Prototype.objects.visible_to(user).order_by()
        return self.filter(prototype__in=prototypes.values("pk"))

    def undecided(self) -> "LaterChangeQuerySet":
        return self.filter(verdict="")


@guards.kept
class LaterChange(models.Model):
    """What a repository showed after the deadline: more commits, another history, or nothing.

    Nothing follows by itself: an officer says whether it matters, with the reason.
    """

    class Kind(models.TextChoices):
        COMMITS = "commits", _("later commits")
        REWRITTEN = "rewritten", _("history rewritten: the commit of the bid is gone")
        VANISHED = "vanished", _("repository or branch gone")
        BACK = "back", _("repository back as it was")

    class Verdict(models.TextChoices):
        NO_MATTER = "no_matter", _("does not matter")
        MATTERS = "matters", _("matters: compliance is looked at again")

    prototype = models.ForeignKey(Prototype, models.PROTECT, related_name="later_changes")
    kind = models.CharField(_("what"), max_length=10, choices=Kind.choices)
    before = models.CharField(_("before"), max_length=64, blank=True)
    after = models.CharField(_("after"), max_length=64, blank=True)
    difference = models.JSONField(_("difference"), default=list)
    seen_at = models.DateTimeField(_("seen"))
    verdict = models.CharField(_("decision"), max_length=10, choices=Verdict.choices, blank=True)
    reason = models.TextField(_("reason"), blank=True)
    decided_by = models.ForeignKey("core.User", models.PROTECT, null=True, related_name="+",
                                   verbose_name=_("decided by"))  # fmt: skip
    decided_at = models.DateTimeField(_("decided"), null=True)

    objects = LaterChangeQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("later change of a repository")
        verbose_name_plural = _("later changes of repositories")

    def __str__(self) -> str:
        return f"{self.prototype} · {self.get_kind_display()}"

    @property
    def dossier(self) -> Any:
        return self.prototype.dossier

    def get_absolute_url(self) -> str:
        return self.prototype.get_absolute_url()


__all__ = ["EVERY", "LaterChange", "Prototype", "PrototypeFact"]
