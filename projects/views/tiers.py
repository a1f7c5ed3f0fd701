"""Pages of the rules of proportion: tiers, thresholds, limits of changes, their versions."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from core import clock
from core.money import CURRENCIES
from core.steps import allow
from core.views import FormPage, TransitionView
from projects import permissions, tables_changes, tiering
from projects.fields import shown
from projects.forms_changes import LimitsForm
from projects.forms_tiers import BandForm, TierForm
from projects.models import AuthorityBand, DiscountRate, Tier, TierBand
from projects.models.limits import ChangeLimits, as_text, limits_on
from projects.models.rule_version import RuleVersion

KEPT = 40
"""So many past versions stand on the page; all are in the history."""


class TierListView(LoginRequiredMixin, TemplateView):
    """Tiers, thresholds, limits, authority and rates as they stand: anybody may read the rules."""

    template_name = "projects/tier_list.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        bands: dict[str, list[TierBand]] = {}
        for band in TierBand.objects.select_related("tier").order_by("currency", "tier__rank"):
            bands.setdefault(band.currency, []).append(band)
        versions = RuleVersion.objects.select_related("set_by")[:KEPT]
        return {
            **super().get_context_data(**kwargs), "tiers": Tier.objects.all(), "bands": bands,
            "authority": AuthorityBand.objects.on(clock.local_day()),
            "rates": DiscountRate.objects.all(),
            "edits": permissions.edits_tiers(None, self.request.user),
            "limits": tables_changes.limits_told(as_text(limits_on(clock.local_day()))),
            "limit_versions": ChangeLimits.objects.select_related("set_by")[:KEPT],
            "versions": [(row, tables_changes.version_told(row)) for row in versions],
        }  # fmt: skip


class AdministratorPage(FormPage):
    """A page that only an administrator opens."""

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        if request.user.is_authenticated:
            allow(permissions.edits_tiers, None, request.user)
        return super().dispatch(request, *args, **kwargs)

    def done(self, day: Any) -> HttpResponse:
        """Say from when it counts, and go back to the rules."""
        today = clock.today()
        if day is None or day <= today:
            text = _("Saved; it counts from now on.")
        else:
            day = date_format(day, "SHORT_DATE_FORMAT")
            text = _("Saved; it counts from %(day)s on.") % {"day": day}
        messages.success(self.request, text)
        return HttpResponseRedirect(reverse("projects:tier_list"))


class TierEditView(AdministratorPage):
    """Change the numbers of a tier."""

    template_name = "projects/tier_form.html"
    form_class = TierForm

    def get_form_kwargs(self) -> dict[str, Any]:
        self.tier = get_object_or_404(Tier, code=self.kwargs["code"])
        return {**super().get_form_kwargs(), "instance": self.tier}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), "tier": self.tier}

    def act(self, form: Any) -> HttpResponse:
        day = form.cleaned_data["from_day"]
        tiering.save_tier(self.tier, form.values(), by=self.request.user, from_day=day,
                          because=form.cleaned_data["because"])  # fmt: skip
        return self.done(day)


class BandEditView(AdministratorPage):
    """Set the thresholds of one currency."""

    template_name = "projects/band_form.html"
    form_class = BandForm

    def get_initial(self) -> dict[str, Any]:
        code = self.kwargs.get("currency", "")
        if code and code not in CURRENCIES:
            raise Http404
        found = {name: shown(value, code) for name, value in tiering.bands_of(code).items()}
        return {"currency": code, **found}

    def act(self, form: Any) -> HttpResponse:
        values = dict(form.cleaned_data)
        day, because = values.pop("from_day"), values.pop("because")
        tiering.save_bands(values.pop("currency"), values, by=self.request.user, from_day=day,
                           because=because)  # fmt: skip
        return self.done(day)


class LimitsEditView(AdministratorPage):
    """Set how far changes go before whom."""

    template_name = "projects/limits_form.html"
    form_class = LimitsForm

    def get_initial(self) -> dict[str, Any]:
        found = as_text(limits_on(clock.today()))
        (low, low_days), (high, high_days) = found["tolerance"], found["deviation"]
        return {"tolerance_percent": low, "tolerance_days": low_days, "deviation_percent": high,
                "deviation_days": high_days, "from_day": clock.today()}  # fmt: skip

    def act(self, form: Any) -> HttpResponse:
        tiering.set_limits(form.cleaned_data, by=self.request.user)
        return self.done(form.cleaned_data["from_day"])


class RuleVersionStepView(TransitionView):
    """Withdraw a version that is still to come."""

    model = RuleVersion
