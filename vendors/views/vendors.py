"""Pages of vendors for those who oversee them and for the company itself."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import clock, panels, telling
from core.exports import csv_response, xlsx_response
from core.views import DetailPage, ListPage, TransitionView
from vendors import barring, papers, registering, tables_vendors, verifying
from vendors import permissions_companies as who
from vendors.company_facts import flags_beside
from vendors.filters_companies import VendorFilter
from vendors.forms_companies import CorrectForm, VerifyForm, flags_of
from vendors.models import Match, Vendor, VendorDocument, VendorState
from vendors.views.acts import ActPage

HISTORY = 50


class VendorListView(ListPage):
    """The vendors that this person sees, narrowed and paged; as CSV and XLSX too."""

    model = Vendor
    template_name = "vendors/vendor_list.html"
    context_object_name = "vendors"

    def get_queryset(self) -> Any:
        self.filter = VendorFilter(self.request.GET, super().get_queryset())
        return self.filter.qs

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = {"csv": csv_response, "xlsx": xlsx_response}.get(request.GET.get("format", ""))
        if response is None:
            return super().get(request, *args, **kwargs)
        header = [_("Reference"), _("Name"), _("Country"), _("Tax number"), _("Size"),
                  _("Start-up"), _("Social enterprise"), _("Region"), _("State")]  # fmt: skip
        rows = (
            [row.ref, row.name, row.country, row.tax_id, row.stated("size"), row.stated("start_up"),
             row.stated("social_enterprise"), row.stated("region"), row.get_state_display()]
            for row in self.get_queryset().iterator(2000)
        )  # fmt: skip
        return response("vendors", header, rows)

    def paginate_queryset(self, queryset: Any, page_size: int) -> Any:
        return super().paginate_queryset(queryset.values(*tables_vendors.COLUMNS), page_size)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = self.request.user
        kwargs |= super().get_context_data(**kwargs)
        panel = panels.filters("vendors", self.filter, self.request,
                               lambda: VendorFilter({}, Vendor.objects.none()))  # fmt: skip
        return kwargs | {
            "rows": tables_vendors.lines(kwargs["page_obj"]), "filter_html": panel,
            "officer": who.administers_vendors(None, user),
            "waiting": Match.objects.visible_to(user).waiting().count(),
        }  # fmt: skip


class VendorDetailView(DetailPage):
    """One vendor: what it declares and what is verified, people, documents, bars, history."""

    model = Vendor
    template_name = "vendors/vendor_detail.html"
    context_object_name = "vendor"

    def get_queryset(self) -> Any:
        return super().get_queryset().select_related("dossier", "joined_to", "registered_by")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        vendor, user = self.object, self.request.user
        now, today = clock.now(), clock.today()
        manages = who.manages_company(vendor, user)
        papers_ = VendorDocument.objects.current().filter(vendor=vendor)
        events = vendor.dossier.events.order_by("-number").select_related("actor", "on_behalf_of")
        reads = who.reads_vendors(user)
        barrings = type(vendor).barrings.rel.related_model.objects.visible_to(user)
        return super().get_context_data(
            manages=manages, officer=who.administers_vendors(vendor, user),
            flags=flags_beside(vendor), reasons=barring.reasons(vendor),
            seats=vendor.seats.open().select_related("user"),
            invitations=vendor.invitations.filter(accepted_at=None, withdrawn_at=None,
                                                  expires_at__gt=now),
            papers=[(paper, _stands(paper, today)) for paper in papers_.select_related("document")],
            barrings=barrings.filter(vendor=vendor).select_related("vendor"),
            matches=vendor.matches.all() if reads else [],
            registering=vendor.state == VendorState.REGISTERING,
            second_factor=not manages or registering.has_second_factor(user),
            events=telling.told(events[:HISTORY]) if reads else [], me=user, **kwargs,
        )  # fmt: skip


def _stands(paper: VendorDocument, today: Any) -> tuple[str, str]:
    """How a document stands today: a tone and words."""
    left = paper.days_left(today)
    if left is None:
        return "", ""
    if left < 0:
        return "bad", _("expired")
    return ("waiting", _("expires soon")) if left <= papers.MARKS[0] else ("good", _("valid"))


class VendorStepView(TransitionView):
    """Confirm and take a step of a vendor."""

    model = Vendor


class VendorVerifyView(ActPage):
    """An officer records what is verified, beside what the company declares."""

    form_class = VerifyForm
    permission = staticmethod(who.administers_vendors)
    title = gettext_lazy("Record what is verified")
    intro = gettext_lazy("What the company declares stays as it is; both are shown. What is empty "
                         "is not verified.")  # fmt: skip

    def get_initial(self) -> dict[str, Any]:
        if self.row.verified_on:
            return flags_of(self.row, "verified_") | {
                "ownership": self.row.verified_ownership or []}  # fmt: skip
        return flags_of(self.row)

    def save(self, form: Any) -> None:
        said = dict(form.cleaned_data)
        because = said.pop("because")
        said["ownership"] = said["ownership"] or None
        verifying.verify(self.row, said, by=self.request.user, because=because)  # type: ignore[arg-type]


class VendorCorrectView(ActPage):
    """An officer corrects name, country or number."""

    form_class = CorrectForm
    permission = staticmethod(who.administers_vendors)
    title = gettext_lazy("Correct name or number")

    def get_initial(self) -> dict[str, Any]:
        return {name: getattr(self.row, name)
                for name in ("name", "legal_name", "country", "tax_id")}  # fmt: skip

    def save(self, form: Any) -> None:
        said = dict(form.cleaned_data)
        because = said.pop("because")
        verifying.correct(self.row, said, by=self.request.user, because=because)  # type: ignore[arg-type]
