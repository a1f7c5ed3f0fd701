"""The draw, once revealed; and explanations of prices that look too low."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from core import guards
from core.models.history import AppendOnly


@guards.append_only
class Draw(AppendOnly):
    """The secret whose hash was published, revealed after the opening, with the receipts' hash.

    Aliases, orders of lists and the last link of the tie chain follow from both.
    """

    competition = models.OneToOneField(
        "procurement.Competition", models.PROTECT, related_name="draw"
    )
    seed_text = models.CharField(_("secret of the draw"), max_length=64)
    receipts_hash = models.CharField(_("hash of all receipts"), max_length=64)
    revealed_at = models.DateTimeField(_("revealed"))

    class Meta:
        verbose_name = _("draw")
        verbose_name_plural = _("draws")

    def __str__(self) -> str:
        return str(self.competition)

    @property
    def dossier(self) -> Any:
        return self.competition.dossier


@guards.append_only
class PriceExplanation(AppendOnly):
    """What a bidder said to a price that looks too low, and whether it explains it."""

    bid = models.ForeignKey("procurement.Bid", models.PROTECT, related_name="explanations",
                            verbose_name=_("bid"))  # fmt: skip
    text = models.TextField(_("explanation of the bidder"))
    accepted = models.BooleanField(_("it explains the price"))
    reason = models.TextField(_("reasons"))
    by = models.ForeignKey("core.User", models.PROTECT, related_name="+", verbose_name=_("who"))
    at = models.DateTimeField(_("when"))

    class Meta:
        ordering = ["pk"]
        verbose_name = _("explanation of a price")
        verbose_name_plural = _("explanations of prices")

    def __str__(self) -> str:
        return str(self.bid)

    @property
    def dossier(self) -> Any:
        return self.bid.dossier
