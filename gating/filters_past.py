"""What past assessments can be narrowed by; the same for the page, its figures and its export."""

from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from gating.models import PastAssessment, Standard

ONLY = [("reassessed", _("reassessed")), ("unclear", _("with something unclear"))]


class PastFilter(django_filters.FilterSet):
    """Words, final result, version of the standard, only reassessed or unclear."""

    q = django_filters.CharFilter(method="matching", label=_("Words of the service or department"))
    final = django_filters.ChoiceFilter(
        choices=PastAssessment.Final.choices, label=_("Final result")
    )
    standard = django_filters.ModelChoiceFilter(
        queryset=Standard.objects.exclude(past_assessments=None).distinct(),
        label=_("Version of the standard"),
    )  # fmt: skip
    only = django_filters.ChoiceFilter(choices=ONLY, method="marked", label=_("Only"))

    class Meta:
        model = PastAssessment
        fields: list[str] = []

    def matching(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        for word in value.split():
            rows = rows.filter(
                Q(service__icontains=word) | Q(department__icontains=word)
                | Q(code__iexact=word)
            )  # fmt: skip
        return rows

    def marked(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return rows.filter(**{value: True})
