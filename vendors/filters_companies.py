"""What vendors can be narrowed by: words, state, country, size, flags, region."""

from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from vendors import naming
from vendors.models import Size, Vendor, VendorState

FLAGS = [
    ("start_up", _("start-up")), ("social_enterprise", _("social enterprise")),
    ("verified", _("with something verified")), ("imported", _("from an imported list")),
]  # fmt: skip


class VendorFilter(django_filters.FilterSet):
    """Words of the name, reference or number; state, country, size, flags, region."""

    q = django_filters.CharFilter(method="matching", label=_("Name, reference or tax number"))
    state = django_filters.ChoiceFilter(choices=VendorState.choices, label=_("State"))
    country = django_filters.CharFilter(
        field_name="country", lookup_expr="iexact", label=_("Country, by its two letters"),
        max_length=2,
    )  # fmt: skip
    size = django_filters.ChoiceFilter(choices=Size.choices, method="sized", label=_("Size"))
    flag = django_filters.ChoiceFilter(choices=FLAGS, method="flagged", label=_("Only"))
    region = django_filters.CharFilter(lookup_expr="icontains", label=_("Region"), max_length=120)

    class Meta:
        model = Vendor
        fields: list[str] = []

    def matching(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """The folded name holds the folded words; or reference or number are just that."""
        text = value.replace("\0", "")
        key, bare = naming.key(text), "".join(sign for sign in text.upper() if sign.isalnum())
        found = Q(ref__iexact=text.strip()) | Q(tax_id=bare)
        return rows.filter(found | Q(key__contains=key) if key else found)

    def sized(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return rows.filter(Q(verified_size=value) | Q(verified_size="", size=value))

    def flagged(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        if value == "verified":
            return rows.exclude(verified_on=None)
        if value == "imported":
            return rows.filter(imported=True)
        verified = f"verified_{value}"
        return rows.filter(Q(**{verified: True}) | Q(**{verified: None, value: True}))
