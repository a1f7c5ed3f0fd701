"""What bidders are told of a ranking: rank 1 with its advantages, and each its own scores."""

from typing import Any

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core import guards
from core.models.history import AppendOnly
from procurement import permissions_award as who


@guards.append_only
class AdvantageStatement(AppendOnly):
    """What puts the bid on rank 1 first, in an officer's words, without trade secrets.

    The newest one on the bid that stands on rank 1 is what every bidder reads.
    """

    competition = models.ForeignKey(
        "procurement.Competition", models.PROTECT, related_name="advantage_statements"
    )
    bid = models.ForeignKey("procurement.Bid", models.PROTECT, related_name="+")
    text = models.TextField(_("relative advantages of rank 1"))
    by = models.ForeignKey("core.User", models.PROTECT, related_name="+", verbose_name=_("who"))
    at = models.DateTimeField(_("when"))

    class Meta:
        ordering = ["pk"]
        verbose_name = _("advantages of rank 1")
        verbose_name_plural = _("advantages of rank 1")

    def __str__(self) -> str:
        return f"{self.competition.ref} · {self.at:%Y-%m-%d}"

    @property
    def dossier(self) -> Any:
        return self.competition.dossier


class AwardNoticeQuerySet(models.QuerySet):
    """Notices to bidders, and who reads them."""

    def visible_to(self, user: Any) -> "AwardNoticeQuerySet":
        rows = self.select_related("competition__project__institution", "competition__dossier",
                                   "bid__vendor", "winner__vendor")  # fmt: skip
        if who.reads_bids(user):
            return rows
        return rows.filter(bid__vendor__in=who.seats_of(user))

    def unsent(self) -> "AwardNoticeQuerySet":
        return self.filter(sent_at=None)


@guards.kept
class AwardNotice(models.Model):
    """What one bidder is told of one ranking. `facts` are frozen when oversight approves it.

    `facts` are described in `debriefing.facts_for`; `digest` is the SHA-256 of their one form. The
    standstill counts from the day after the last notice of a round was sent.
    """

    competition = models.ForeignKey(
        "procurement.Competition", models.PROTECT, related_name="award_notices"
    )
    round = models.PositiveSmallIntegerField(_("round"))
    bid = models.ForeignKey("procurement.Bid", models.PROTECT, related_name="award_notices")
    winner = models.ForeignKey("procurement.Bid", models.PROTECT, related_name="+")
    facts = models.JSONField(_("what is told"))
    digest = models.CharField("SHA-256", max_length=64)
    created_at = models.DateTimeField(_("written"))
    sent_at = models.DateTimeField(_("sent"), null=True)
    delivery = models.CharField(_("how it was delivered"), max_length=300, blank=True)
    trouble = models.CharField(_("what is in the way"), max_length=40, blank=True)

    objects = AwardNoticeQuerySet.as_manager()

    class Meta:
        ordering = ["competition", "round", "pk"]
        verbose_name = _("notice of the ranking")
        verbose_name_plural = _("notices of the ranking")
        constraints = [
            models.UniqueConstraint(
                fields=["competition", "round", "bid"], name="procurement_awardnotice_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.competition.ref} · {self.bid.vendor}"

    @property
    def dossier(self) -> Any:
        return self.competition.dossier

    def get_absolute_url(self) -> str:
        return reverse("procurement:debrief", kwargs={"pk": self.bid_id})
