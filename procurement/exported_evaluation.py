"""What of an evaluation leaves the house with its case, and what is sealed until its time."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from core.exporting import blank, only


@only("procurement.Score", _("Until every member of the panel has sealed, scores are their own."))
def no_longer_sealed(scores: Any) -> Any:
    return scores.filter(sheet__round__sheets_in_at__isnull=False).exclude(sheet__sealed_at=None)


blank("procurement.Bid", ("alias",),
      lambda bid: bid.competition.state in ("technical_individual", "technical_consensus",
                                            "interview"),
      _("While the panel scores, no file tells which alias is whose."))  # fmt: skip
