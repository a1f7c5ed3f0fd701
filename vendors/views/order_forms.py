"""Pages with a form about orders: drafting, changing, declaring, taking over, amending, limits."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import ListView

from core import clock
from core.refusals import Refused
from core.steps import allow
from core.views import FormPage
from projects.views.pages import ProjectPage
from vendors import ordering
from vendors import permissions_orders as who
from vendors.forms_orders import (
    AmendmentForm,
    DeclareForm,
    HandOverForm,
    LimitsForm,
    MemberForm,
    OrderForm,
    initial_of,
)
from vendors.models import Membership, Order, PurchaseLimits
from vendors.models.purchase_limits import DELIVERED
from vendors.views.orders import RELATED


class Foretelling:
    """A form of an order that says, before it is saved, what will speak against it.

    The first sending of something that needs a warning shows it; the same again saves.
    """

    request: HttpRequest

    def warned(self, form: OrderForm, order: Order) -> HttpResponse | None:
        """The page with its warnings, where they were not shown yet; None to go on."""
        against, besides = ordering.foretold(order, form.rates())
        shown = self.request.POST.get("warned") == "yes"
        if self.request.POST.get("act") != "preview" and (shown or not (against or besides)):
            return None
        context = self.get_context_data(form=form, against=against, besides=besides,  # type: ignore[attr-defined]
                                        foretold=True)  # fmt: skip
        return self.render_to_response(context)  # type: ignore[attr-defined,no-any-return]


class OrderCreateView(Foretelling, ProjectPage):
    """An officer calls off an order for a project: first the vendor and lot, then what."""

    template_name = "vendors/order_form.html"
    permission = staticmethod(who.drafts_orders)

    @cached_property
    def members(self) -> Any:
        """The vendors in force in lots of the project's currency."""
        rows = Membership.objects.in_force().filter(lot__framework__currency=self.project.currency)
        rows = rows.filter(lot__framework__activated_on__isnull=False)
        return rows.select_related("vendor", "lot__framework__institution").order_by(
            "lot__framework", "lot__number", "vendor__name"
        )

    @cached_property
    def membership(self) -> Membership | None:
        asked = self.request.GET.get("membership", "")
        if not asked.isdigit():
            return None
        found: Membership = get_object_or_404(self.members, pk=asked)
        return found

    def get_form(self, form_class: Any = None) -> Any:
        if self.membership is None:
            return MemberForm(members=self.members)
        data = self.request.POST if self.request.method == "POST" else None
        first = {"price_basis": "time", "product_owner": self.project.product_owner,
                 "sprint_days": 14}  # fmt: skip
        return OrderForm(data, initial=first, lot=self.membership.lot)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), "membership": self.membership,
                "members": self.members if self.membership is None else []}  # fmt: skip

    def act(self, form: OrderForm) -> HttpResponse:
        project, member, by = self.project, self.membership, self.request.user
        order = ordering.new_order(project, member, form.values(), by=by, kind=Order.Kind.DIRECT)  # type: ignore[arg-type]
        if page := self.warned(form, order):
            return page
        made = ordering.draft(project, member, form.values(), form.rates(), by=by)  # type: ignore[arg-type]
        messages.success(self.request, _("The order is drafted. The project's manager or owner "
                                         "sets its money aside."))  # fmt: skip
        return redirect(made.get_absolute_url())


class OrderPage(FormPage):
    """A page with one form about an order that this person sees and may act on."""

    permission: Any = None
    states: tuple[str, ...] = ()
    title: Any = ""
    template_name = "vendors/order_act.html"

    @cached_property
    def order(self) -> Order:
        rows = Order.objects.visible_to(self.request.user).exclude(project=None)
        found: Order = get_object_or_404(rows.select_related(*RELATED), ref=self.kwargs["ref"])
        return found

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.user.is_authenticated:
            allow(type(self).permission, self.order, request.user)
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        moved = self.order.state not in self.states
        return super().get_context_data(order=self.order, title=self.named(), moved=moved, **kwargs)

    def named(self) -> str:
        """What the page is for."""
        return str(self.title)

    def get_success_url(self) -> str:
        return self.order.get_absolute_url()


class OrderEditView(Foretelling, OrderPage):
    """Change a draft."""

    template_name = "vendors/order_form.html"
    permission = staticmethod(who.edits_orders)
    states = ("draft",)

    def get_form(self, form_class: Any = None) -> OrderForm:
        data = self.request.POST if self.request.method == "POST" else None
        first = initial_of(self.order)
        return OrderForm(data, initial=first, lot=self.order.lot, direct=self.direct)

    @property
    def direct(self) -> bool:
        """Whether all of it is set here; an award fixes all but the days and who accepts."""
        return self.order.kind == Order.Kind.DIRECT

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            project=self.order.project, membership=self.order.membership, fixed=not self.direct,
            **kwargs,
        )  # fmt: skip

    def act(self, form: OrderForm) -> HttpResponse:
        asked = ordering.changed(self.order, form.values())
        if page := self.warned(form, asked):
            return page
        rates = form.rates() if self.direct else None
        ordering.edit(self.order, form.values(), rates, by=self.request.user)  # type: ignore[arg-type]
        messages.success(self.request, _("The draft is changed."))
        return redirect(self.get_success_url())


class DeclareView(OrderPage):
    """Declare a conflict of interest in an order, or that there is none."""

    form_class = DeclareForm
    permission = staticmethod(who.declares)
    states = ordering.OPEN

    def named(self) -> str:
        return _("Declare whether you have a conflict of interest")

    def act(self, form: DeclareForm) -> HttpResponse:
        ordering.declare(self.order, form.cleaned_data["conflict"], by=self.request.user)  # type: ignore[arg-type]
        messages.success(self.request, _("Your declaration is kept."))
        return redirect(self.get_success_url())


class HandOverView(OrderPage):
    """Let another officer or product owner take over."""

    form_class = HandOverForm
    permission = staticmethod(who.edits_orders)
    states = ordering.OPEN

    def named(self) -> str:
        return _("Let somebody else take over")

    def get_initial(self) -> dict[str, Any]:
        return {"officer": self.order.officer, "product_owner": self.order.product_owner}

    def act(self, form: HandOverForm) -> HttpResponse:
        said = dict(form.cleaned_data)
        officer = said["officer"]
        if officer is not None and not who.drafts_orders(self.order, officer):
            raise Refused(_("%(person)s is no procurement officer.") % {"person": officer})
        ordering.hand_over(self.order, by=self.request.user, **said)  # type: ignore[arg-type]
        messages.success(self.request, _("It is handed over."))
        return redirect(self.get_success_url())


class AmendmentCreateView(OrderPage):
    """Propose an amendment of a signed order."""

    form_class = AmendmentForm
    permission = staticmethod(who.proposes_amendments)
    states = ("signed", "delivering")
    template_name = "vendors/amendment_form.html"

    def named(self) -> str:
        return _("Propose an amendment")

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"order": self.order}

    def act(self, form: AmendmentForm) -> HttpResponse:
        row = ordering.propose_amendment(self.order, form.cleaned_data, by=self.request.user)  # type: ignore[arg-type]
        messages.success(self.request, _("The amendment is proposed. The vendor signs it, then a "
                                         "second person confirms it."))  # fmt: skip
        return redirect(row.get_absolute_url())


class LimitsListView(LoginRequiredMixin, ListView):
    """The thresholds of orders in every version; those who oversee orders read them."""

    model = PurchaseLimits
    template_name = "vendors/limits_list.html"
    context_object_name = "versions"
    paginate_by = 50

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.user.is_authenticated:
            allow(who.reads_limits, None, request.user)  # type: ignore[arg-type]
        return super().dispatch(request, *args, **kwargs)

    def get_queryset(self) -> Any:
        return super().get_queryset().select_related("set_by")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        today, known = clock.today(), PurchaseLimits.objects.order_by("currency")
        codes = sorted({*known.values_list("currency", flat=True), *DELIVERED})
        return super().get_context_data(
            now=[PurchaseLimits.objects.on(today, code) for code in codes],
            sets=who.sets_limits(None, self.request.user), **kwargs,
        )  # fmt: skip


class LimitsCreateView(FormPage):
    """An administrator adds a version of the thresholds."""

    form_class = LimitsForm
    template_name = "vendors/limits_form.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.user.is_authenticated:
            allow(who.sets_limits, None, request.user)  # type: ignore[arg-type]
        return super().dispatch(request, *args, **kwargs)

    def act(self, form: LimitsForm) -> HttpResponse:
        said = dict(form.cleaned_data)
        because = said.pop("because")
        ordering.set_limits(said, by=self.request.user, because=because)  # type: ignore[arg-type]
        messages.success(self.request, _("The limits are set."))
        return redirect(reverse("vendors:limits_list"))
