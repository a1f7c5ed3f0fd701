"""What lists of frameworks and memberships can be narrowed by."""

from typing import Any

import django_filters
from django.utils.translation import gettext_lazy as _

from core.models import Institution
from vendors.models import Framework, FrameworkState, Membership, MembershipState


class FrameworkFilter(django_filters.FilterSet):
    """Words of the title or the reference, state, institution."""

    q = django_filters.CharFilter(method="matching", label=_("Words of the title, or reference"))
    state = django_filters.ChoiceFilter(choices=FrameworkState.choices, label=_("State"))
    institution = django_filters.ModelChoiceFilter(
        queryset=Institution.objects.all(), label=_("Institution")
    )

    class Meta:
        model = Framework
        fields: list[str] = []

    def matching(self, queryset: Any, name: str, value: str) -> Any:
        for word in value.split()[:6]:
            queryset = queryset.filter(title__icontains=word) | queryset.filter(ref__iexact=word)
        return queryset


class MembershipFilter(django_filters.FilterSet):
    """State, framework, and words of the vendor's name."""

    q = django_filters.CharFilter(
        field_name="vendor__name", lookup_expr="icontains", label=_("Name of the vendor")
    )
    state = django_filters.ChoiceFilter(choices=MembershipState.choices, label=_("State"))
    framework = django_filters.ModelChoiceFilter(
        field_name="lot__framework", label=_("Framework agreement"),
        queryset=Framework.objects.exclude(state="draft").order_by("ref"),
    )  # fmt: skip

    class Meta:
        model = Membership
        fields: list[str] = []
