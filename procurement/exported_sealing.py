"""What of keys and sealed bids never leaves the house, and what only after the opening."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from core.exporting import blank, only, withheld

SEALED = _("Before the opening nobody learns who bids, or how many do.")

withheld("procurement.SealedPage", SEALED)
withheld("procurement.BidSlot", _("Slots are made for every member of a lot, and tell nothing."))
withheld("procurement.KeyShare", _("Marks of shares serve to recognise a custodian's words only."))
withheld("procurement.SittingEntry", _("What custodians enter is forgotten with the sitting."))


def always(_row: Any) -> bool:
    return True


blank("procurement.Custodian", ("parcel",), always,
      _("The words of a share are seen by their custodian alone, once."))  # fmt: skip
blank("procurement.BidPrice", ("envelope",), always,
      _("An envelope is of no use once it is opened, and sealed before."))  # fmt: skip


@only("procurement.BidPrice", _("Prices are sealed until the consensus is agreed."))
def opened_prices(prices: Any) -> Any:
    return prices.filter(opened_at__isnull=False)
