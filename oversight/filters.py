"""What the portfolio can be narrowed by; the same for the page and its exports."""

from typing import Any

import django_filters
from django import forms
from django.db.models import F, QuerySet
from django.utils.translation import gettext_lazy as _

from core import clock
from core.models import Institution
from projects import reports, search
from projects.models import Project, Stage, Tier
from projects.models.reporting import Light

ORDER = {
    "ref": ("pk",),
    "-ref": ("-pk",),
    "title": ("title", "pk"),
    "-title": ("-title", "-pk"),
    "cost": (F("cost").asc(nulls_last=True), "pk"),
    "-cost": (F("cost").desc(nulls_last=True), "-pk"),
    "changed": ("updated_at", "pk"),
    "-changed": ("-updated_at", "-pk"),
}
REPORTS = [("overdue", _("a forecast report is overdue"))]
HOLD = [("yes", _("on hold")), ("no", _("not on hold"))]


class PortfolioFilter(django_filters.FilterSet):
    """Text without accents, stage, institution, tier, currency, hold, light, reports."""

    q = django_filters.CharFilter(method="matching", label=_("Words of the title, problem or tags"))
    stage = django_filters.ChoiceFilter(choices=Stage.choices, label=_("Stage"))
    institution = django_filters.ModelChoiceFilter(
        queryset=Institution.objects.all(), label=_("Institution")
    )
    tier = django_filters.ModelChoiceFilter(queryset=Tier.objects.all(), label=_("Tier"))
    currency = django_filters.CharFilter(
        lookup_expr="iexact", label=_("Currency"), max_length=3,
        widget=forms.TextInput(attrs={"size": 3, "maxlength": 3}),
    )  # fmt: skip
    hold = django_filters.ChoiceFilter(choices=HOLD, method="held", label=_("Hold"))

    light = django_filters.ChoiceFilter(
        field_name="outlook__overall", choices=Light.choices, label=_("Overall light")
    )
    reports = django_filters.ChoiceFilter(
        choices=REPORTS, method="reporting", label=_("Forecast reports")
    )

    class Meta:
        model = Project
        fields: list[str] = []

    def matching(self, queryset: QuerySet[Project], name: str, value: str) -> QuerySet[Project]:
        return search.matching(queryset, value)

    def held(self, queryset: QuerySet[Project], name: str, value: str) -> QuerySet[Project]:
        held = {"holds__state": "active"}
        return queryset.filter(**held) if value == "yes" else queryset.exclude(**held)

    def reporting(self, queryset: QuerySet[Project], name: str, value: str) -> QuerySet[Project]:
        late = reports.overdue(clock.now()).order_by().values("project")
        return queryset.filter(pk__in=late)

    @property
    def plain(self) -> bool:
        """Whether only columns that the kept totals know are narrowed."""
        chosen = self.form.cleaned_data if self.form.is_valid() else {}
        return not any(chosen.get(name) for name in ("q", "hold", "light", "reports"))


def ordered(queryset: QuerySet[Project], name: str) -> QuerySet[Project]:
    """The order asked for by a column's head; newest first otherwise."""
    return queryset.order_by(*ORDER.get(name, ("-pk",)))


def chosen(filtered: PortfolioFilter) -> dict[str, Any]:
    """The narrowed columns as the kept totals name them."""
    data = filtered.form.cleaned_data if filtered.form.is_valid() else {}
    keys = {"stage": "stage", "institution": "institution_id", "tier": "tier_id",
            "currency": "currency"}  # fmt: skip
    found = {}
    for name, column in keys.items():
        if value := data.get(name):
            found[column] = getattr(value, "pk", value.upper() if name == "currency" else value)
    return found
