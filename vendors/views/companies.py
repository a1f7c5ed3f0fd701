"""Pages of a company's own people: registering step by step, what it declares, people, papers."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView, View

from core import documents
from core.views import FormPage
from vendors import papers, registering, seats
from vendors import permissions_companies as who
from vendors.company_facts import flags_beside
from vendors.forms_companies import (
    CompanyForm,
    ConfirmForm,
    InviteForm,
    PaperForm,
    ProfileForm,
    flags_of,
)
from vendors.models import (
    VendorDocument,
    VendorInvitation,
    VendorSeat,
    VendorState,
)
from vendors.views.acts import ActPage


class CompanyHomeView(TemplateView):
    """The companies that this person acts for; the beginning for who has none yet."""

    template_name = "vendors/company_home.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user: Any = self.request.user
        held = VendorSeat.objects.open().filter(user=user).select_related("vendor")
        return super().get_context_data(
            seats=held, second_factor=registering.has_second_factor(user), **kwargs
        )


class CompanyStartView(FormPage):
    """The first step of a company: its name and number. Nobody sees it before it is sent."""

    form_class = CompanyForm
    template_name = "vendors/company_form.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(step=1, row=None, **kwargs)

    def act(self, form: Any) -> HttpResponse:
        vendor = registering.start(form.cleaned_data, by=self.request.user)  # type: ignore[arg-type]
        return redirect("vendors:company_profile", vendor.ref)


class CompanyPage(ActPage):
    """A page on which a manager of the company acts."""

    permission = staticmethod(who.manages_company)


class CompanyEditView(CompanyPage):
    """Name and number, while the company is being registered."""

    form_class = CompanyForm
    template_name = "vendors/company_form.html"
    title = gettext_lazy("Company")

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.user.is_authenticated and self.row.state != VendorState.REGISTERING:
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def get_initial(self) -> dict[str, Any]:
        return {name: getattr(self.row, name)
                for name in ("name", "legal_name", "country", "tax_id")}  # fmt: skip

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(step=1, **kwargs)

    def act(self, form: Any) -> HttpResponse:
        registering.save_company(self.row, form.cleaned_data, by=self.request.user)  # type: ignore[arg-type]
        return redirect("vendors:company_profile", self.row.ref)


class CompanyProfileView(CompanyPage):
    """What the company declares of itself, and its public page."""

    form_class = ProfileForm
    template_name = "vendors/company_form.html"
    title = gettext_lazy("What the company declares")

    def get_initial(self) -> dict[str, Any]:
        row = self.row
        return flags_of(row) | {"categories": ", ".join(row.categories), "website": row.website,
                                "description": row.description}  # fmt: skip

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        registers = self.row.state == VendorState.REGISTERING
        return super().get_context_data(step=2 if registers else 0, **kwargs)

    def act(self, form: Any) -> HttpResponse:
        registering.describe(self.row, form.cleaned_data, by=self.request.user)  # type: ignore[arg-type]
        if self.row.state == VendorState.REGISTERING:
            return redirect("vendors:company_submit", self.row.ref)
        messages.success(self.request, _("Saved."))
        return HttpResponseRedirect(self.get_success_url())


class CompanySubmitView(CompanyPage):
    """The last step: everything once more, and the registration."""

    form_class = ConfirmForm
    template_name = "vendors/company_submit.html"
    title = gettext_lazy("Check and register")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user: Any = self.request.user
        return super().get_context_data(
            step=3, flags=flags_beside(self.row),
            second_factor=registering.has_second_factor(user),
            open=self.row.state == VendorState.REGISTERING, **kwargs,
        )  # fmt: skip

    def act(self, form: Any) -> HttpResponse:
        vendor = registering.submit(self.row, by=self.request.user)  # type: ignore[arg-type]
        if vendor.state == VendorState.ACTIVE:
            messages.success(self.request, _("The company is registered."))
        else:
            messages.info(self.request, _(
                "A vendor of this number or of a name like it is known. A person compares both, "
                "and you are told."
            ))  # fmt: skip
        return HttpResponseRedirect(vendor.get_absolute_url())


class SeatInviteView(CompanyPage):
    """Ask somebody by e-mail to act for the company."""

    form_class = InviteForm
    title = gettext_lazy("Invite a representative")
    submit = gettext_lazy("Send the invitation")
    done = gettext_lazy("The invitation is on its way.")

    def save(self, form: Any) -> None:
        said = form.cleaned_data
        seats.invite(self.row, said["email"], said["role"], by=self.request.user)  # type: ignore[arg-type]


class SeatEndView(ActPage):
    """End what somebody may do for a company: confirmed first."""

    form_class = ConfirmForm
    model = VendorSeat
    title = gettext_lazy("Remove a representative")
    submit = gettext_lazy("Remove")
    done = gettext_lazy("The representative is removed.")
    template_name = "vendors/seat_end.html"

    @staticmethod
    def permission(seat: VendorSeat, user: Any) -> bool:
        own = seat.user_id == user.pk
        return own or who.manages_company(seat.vendor, user) or who.administers_vendors(seat, user)

    def get_success_url(self) -> str:
        mine = who.reads_vendors(self.request.user) or who.represents(
            self.request.user, self.row.vendor
        )
        return str(self.row.vendor.get_absolute_url()) if mine else reverse("vendors:company_home")

    def save(self, form: Any) -> None:
        seats.end(self.row, by=self.request.user)  # type: ignore[arg-type]


class InvitationEndView(CompanyPage):
    """Take an invitation back."""

    http_method_names = ("post",)  # type: ignore[assignment]
    form_class = ConfirmForm
    model = VendorInvitation
    done = gettext_lazy("The invitation is taken back.")

    @staticmethod
    def permission(invitation: VendorInvitation, user: Any) -> bool:
        return who.manages_company(invitation.vendor, user)

    def get_success_url(self) -> str:
        return str(self.row.vendor.get_absolute_url())

    def save(self, form: Any) -> None:
        seats.take_back(self.row, by=self.request.user)  # type: ignore[arg-type]


class PaperAddView(CompanyPage):
    """Add a document of the company."""

    form_class = PaperForm
    title = gettext_lazy("Add a document")
    submit = gettext_lazy("Add")
    done = gettext_lazy("The document is added.")

    def save(self, form: Any) -> None:
        papers.add(self.row, by=self.request.user, **form.cleaned_data)  # type: ignore[arg-type]


class PaperEndView(InvitationEndView):
    """Show a document no longer."""

    model = VendorDocument  # type: ignore[assignment]
    done = gettext_lazy("The document is taken back; its file stays in the case.")

    def save(self, form: Any) -> None:
        papers.take_back(self.row, by=self.request.user)  # type: ignore[arg-type]


class PaperFileView(View):
    """The file of a document, for whoever sees the company; anybody else gets 404."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        rows = VendorDocument.objects.visible_to(request.user).select_related("document__blob")
        return documents.serve(request, get_object_or_404(rows, pk=pk).document)
