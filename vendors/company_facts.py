"""What a company declares beside what is verified, as people read it."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from vendors.models.company import FLAGS, Ownership, Size, Vendor

NAMES = {
    "size": gettext_lazy("Size"), "start_up": gettext_lazy("Start-up"),
    "region": gettext_lazy("Region"), "social_enterprise": gettext_lazy("Social enterprise"),
    "ownership": gettext_lazy("Ownership"),
}  # fmt: skip


def flags_beside(vendor: Vendor) -> list[tuple[Any, str, str]]:
    """Each flag with its name, as declared and as verified; empty where nothing is said."""
    return [
        (NAMES[flag], shown(flag, getattr(vendor, flag)),
         shown(flag, getattr(vendor, f"verified_{flag}")))
        for flag in FLAGS
    ]  # fmt: skip


def shown(flag: str, value: Any) -> str:
    """A flag's value in words; empty where nothing is said."""
    if value is None or value in ("", []):
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if flag == "size":
        return str(Size(value).label)
    if flag == "ownership":
        known = dict(Ownership.choices)
        return ", ".join(str(known.get(word, word)) for word in value)
    return str(value)
