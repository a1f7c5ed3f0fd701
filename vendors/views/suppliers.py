"""Vendors for everybody: a list and a profile each, without any data of persons."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.generic import DetailView, ListView

from core import clock
from vendors import naming
from vendors.company_facts import flags_beside
from vendors.models import Barring, Vendor
from vendors.tax_numbers import country_name


@method_decorator(login_not_required, name="dispatch")
class SupplierListView(ListView):
    """Registered vendors by name; a word narrows them."""

    template_name = "vendors/supplier_list.html"
    context_object_name = "vendors"
    paginate_by = 50

    def get_queryset(self) -> Any:
        rows = Vendor.objects.public()
        self.asked = self.request.GET.get("q", "").replace("\0", "")[:200].strip()
        key = naming.key(self.asked)
        return rows.filter(key__contains=key) if key else rows

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(asked=self.asked, **kwargs)


@method_decorator(login_not_required, name="dispatch")
class SupplierDetailView(DetailView):
    """What is public of a vendor: name, country, what it declares and what is verified, bars."""

    template_name = "vendors/supplier_detail.html"
    context_object_name = "vendor"
    slug_field = slug_url_kwarg = "ref"

    def get_queryset(self) -> Any:
        return Vendor.objects.public()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        vendor = self.object
        bars = Barring.objects.in_force(clock.now()).filter(vendor=vendor)
        country = country_name(vendor.country) if vendor.country else _("not said")
        return super().get_context_data(
            flags=flags_beside(vendor), bars=bars, country=country, **kwargs
        )
