"""Set-asides: which vendors a lot is reserved for, and the sentence for every other. Pure."""

from typing import Any

from django.utils.translation import gettext


def outside(lot: Any, vendor: Any, sizes: dict[str, str]) -> list[str]:
    """Why a vendor may not apply for a reserved lot, one sentence each; none when it may.

    What an officer verified of it counts before what it declares.

    `sizes` gives the names of sizes as people read them.
    """
    found = []
    if lot.for_sizes and vendor.stated("size") not in lot.for_sizes:
        named = ", ".join(str(sizes.get(size, size)) for size in lot.for_sizes)
        found.append(gettext("Lot %(lot)s is reserved for companies of these sizes: %(sizes)s.")
                     % {"lot": lot.number, "sizes": named})  # fmt: skip
    if lot.for_start_ups and not vendor.stated("start_up"):
        found.append(gettext("Lot %(lot)s is reserved for start-ups.") % {"lot": lot.number})
    if lot.for_social and not vendor.stated("social_enterprise"):
        found.append(gettext("Lot %(lot)s is reserved for social enterprises.")
                     % {"lot": lot.number})  # fmt: skip
    return found
