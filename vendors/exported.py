"""What of vendors leaves the house with a case: orders with their project, deliveries once made."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from core.exporting import only, owned

WHY = _("A delivery is the vendor's own until it is handed over.")

owned("vendors.Order", "project", "lot")  # a historical record has no project, but a framework


@only("vendors.Delivery", WHY)
def handed_over(deliveries: Any) -> Any:
    return deliveries.exclude(delivered_at=None)


@only("vendors.DeliveryProof", WHY)
@only("vendors.DeliveryHours", WHY)
def of_what_was_handed_over(rows: Any) -> Any:
    return rows.exclude(delivery__delivered_at=None)
