"""Pages of tax rates and payment terms: read by anybody, entered by administrators."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from core.steps import allow
from core.views import FormPage
from vendors import permissions_invoices as who
from vendors import rating
from vendors.forms_invoices import PaymentTermForm, TaxRuleForm
from vendors.models import PaymentTerm, TaxRule


class RatesView(LoginRequiredMixin, TemplateView):
    """All versions of taxes and terms, the newest first."""

    template_name = "vendors/rates.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            rules=TaxRule.objects.all(), terms=PaymentTerm.objects.all(),
            edits=who.edits_rates(None, self.request.user), **kwargs,
        )  # fmt: skip


class RateFormPage(FormPage):
    """A form for one new version, for administrators."""

    template_name = "vendors/rate_form.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.user.is_authenticated:
            allow(who.edits_rates, None, request.user)
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(title=self.heading(), **kwargs)

    def heading(self) -> str:
        """What the page is for."""
        return ""

    def done(self) -> HttpResponse:
        """Say that it is entered, and show all versions."""
        messages.success(self.request, _("The new version is entered."))
        return redirect("vendors:rates")


class TaxRuleCreateView(RateFormPage):
    """Enter a new version of a tax."""

    form_class = TaxRuleForm

    def heading(self) -> str:
        return _("Enter a tax rate")

    def act(self, form: TaxRuleForm) -> HttpResponse:
        rating.enter_tax(form.cleaned_data, by=self.request.user)
        return self.done()


class PaymentTermCreateView(RateFormPage):
    """Enter a new version of days to pay and late interest."""

    form_class = PaymentTermForm

    def heading(self) -> str:
        return _("Enter a payment term")

    def act(self, form: PaymentTermForm) -> HttpResponse:
        rating.enter_term(form.cleaned_data, by=self.request.user)
        return self.done()
