"""What the panel agreed: how it talked about scores far apart, and one score a criterion."""

from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils.translation import gettext_lazy as _

from core import guards
from core.models.history import AppendOnly, AppendOnlyQuerySet
from procurement import permissions_evaluation as who
from procurement.models.evaluation_sheet import ScoringRound, plain


class AgreementQuerySet(AppendOnlyQuerySet):
    """What was agreed is read by whoever reads the opened sheets."""

    def readable_by(self, user: Any) -> "AgreementQuerySet":
        """The panel without a conflict, and those who read every evaluation."""
        if who.reads_scores(user):
            return self
        return self.filter(
            round__competition__declarations__member__user=user.pk,
            round__competition__declarations__member__left_at=None,
            round__competition__declarations__state="clear",
        ).distinct()

    def in_force(self) -> dict[tuple[int, int], Any]:
        """The newest row of each bid and criterion, by their keys."""
        rows: Any = self.order_by("pk")
        return {(row.bid_id, row.criterion_id): row for row in rows}


class Agreement(AppendOnly):
    """A word of the chair about one bid and one criterion; a later one takes its place."""

    round = models.ForeignKey(ScoringRound, models.PROTECT)
    bid = models.ForeignKey("procurement.Bid", models.PROTECT)
    criterion = models.ForeignKey("procurement.Criterion", models.PROTECT)
    text = models.TextField(_("reasons"))
    by = models.ForeignKey("core.User", models.PROTECT, related_name="+", verbose_name=_("who"))
    at = models.DateTimeField(_("when"))

    objects = AgreementQuerySet.as_manager()  # type: ignore[assignment,misc]

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.round_id}/{self.bid_id}/{self.criterion_id}"

    @property
    def dossier(self) -> Any:
        return self.round.competition.dossier


@guards.append_only
class Moderation(Agreement):
    """How the panel talked about scores beyond the limit of the spread; before any agreement.

    `spread` is the range then, in percent of the scale; `limit` the one of the competition.
    """

    spread = models.DecimalField(_("spread, percent of the scale"), max_digits=6, decimal_places=2)
    limit = models.DecimalField(_("limit, percent of the scale"), max_digits=5, decimal_places=2)
    sheets = models.PositiveSmallIntegerField(_("sheets that counted"))

    class Meta:
        ordering = ["pk"]
        default_related_name = "moderations"
        verbose_name = _("moderation")
        verbose_name_plural = _("moderations")


@guards.append_only
class Consensus(Agreement):
    """The score that the panel agreed, as its chair records it; `proposed` was the mean then.

    `sheets` is how many counted: when one is left out later, it is agreed anew.
    """

    value = models.DecimalField(_("agreed score"), max_digits=9, decimal_places=3)
    proposed = models.DecimalField(_("mean of the sheets"), max_digits=9, decimal_places=3)
    sheets = models.PositiveSmallIntegerField(_("sheets that counted"))

    class Meta:
        ordering = ["pk"]
        default_related_name = "agreed"
        verbose_name = _("agreed score")
        verbose_name_plural = _("agreed scores")

    @property
    def value_text(self) -> str:
        """The score without zeros that say nothing."""
        return plain(self.value)


@guards.statements
def keep_locked(connection: BaseDatabaseWrapper) -> list[str]:
    """Triggers: once the prices are being opened, nothing is agreed in that round any more."""
    table = "procurement_consensus"
    if table not in connection.introspection.table_names():
        return []
    locked = "(SELECT locked_at FROM procurement_scoringround WHERE id = NEW.round_id) IS NOT NULL"
    return guards.refusal(connection, table, "locked", "INSERT", when=locked,
                          sentence="agreed scores are locked")  # fmt: skip
