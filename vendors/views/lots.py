"""Pages of lots: one lot with its members, its draft, and the word that few vendors are enough."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.views import DetailPage
from vendors import framing
from vendors import permissions_frameworks as who
from vendors.forms_frameworks import Categories, LotForm, ReasonForm
from vendors.models import FrameworkState, Lot, Membership, Size, VendorSeat
from vendors.models.membership import OVER
from vendors.views.framework_pages import FrameworkPage, RowsPage

MEMBERS_SHOWN = ("admitted", "signed", "active", "suspended")
"""States in which everybody who sees the lot sees that a vendor belongs to it."""


def lot_of(user: Any, ref: str, number: int) -> Lot:
    """The lot of that number in a framework that this person sees; else 404."""
    rows = Lot.objects.visible_to(user)
    return get_object_or_404(rows, framework__ref=ref, number=number)


class LotDetailView(DetailPage):
    """One lot: rates, ceiling, set-asides, members, applications, and whether it may be used."""

    model = Lot
    template_name = "vendors/lot_detail.html"
    context_object_name = "lot"

    def get_object(self, queryset: Any = None) -> Lot:
        return lot_of(self.request.user, self.kwargs["ref"], self.kwargs["number"])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        lot, user = self.object, self.request.user
        members = lot.memberships.filter(state__in=MEMBERS_SHOWN).select_related("vendor")
        mine = Membership.objects.visible_to(user).filter(lot=lot).order_by("pk")
        oversees, count = who.oversees(user), lot.in_force()
        return super().get_context_data(
            framework=lot.framework, categories=lot.categories.all(),
            members=members.order_by("vendor__name", "pk"), in_force=count,
            thin=lot.framework.in_force() and lot.thin(count),
            confirmed=lot.confirmed_for(count) if lot.thin(count) else None,
            reasons=lot.usable_reasons() if lot.framework.in_force() else [],
            applications=mine.exclude(state__in=MEMBERS_SHOWN), sees_all=oversees,
            own=set(mine.values_list("pk", flat=True)),
            sizes=[str(Size(size).label) for size in lot.for_sizes],
            applies=self._applies(lot, user), runs=who.runs_frameworks(lot, user), **kwargs,
        )  # fmt: skip

    def _applies(self, lot: Lot, user: Any) -> bool:
        """Whether this person could begin an application here now."""
        if not lot.framework.takes_applications():
            return False
        seats = VendorSeat.objects.open().filter(user=user, role__in=("manager", "bidder"))
        applied = lot.memberships.exclude(state__in=OVER).values("vendor")
        return bool(seats.exclude(vendor__in=applied).exists())


class LotPage(RowsPage):
    """A lot with the rates of its categories: two forms on one page."""

    rows_class = Categories
    form_class = LotForm
    states = (FrameworkState.DRAFT,)
    submit = gettext_lazy("Save the lot")
    intro = gettext_lazy("Amounts in units of the framework's currency. A category without a code "
                         "is left out.")  # fmt: skip

    @cached_property
    def lot(self) -> Any:
        """The lot that is changed; None for a new one."""
        return None

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"currency": self.framework.currency}

    def rows_options(self) -> dict[str, Any]:
        return {"currency": self.framework.currency}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        kwargs.setdefault("formset", self.rows())
        return super().get_context_data(with_form=True, **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        self.categories = self.rows(self.request.POST)
        if not self.categories.is_valid():
            return self.form_invalid(form)
        return super().form_valid(form)

    def form_invalid(self, form: Any) -> HttpResponse:
        rows = self.rows(self.request.POST)
        rows.is_valid()
        return self.render_to_response(self.get_context_data(form=form, formset=rows), status=422)

    def act(self, form: LotForm) -> HttpResponse:
        lot = framing.put_lot(self.framework, form.cleaned_data, self.filled(self.categories),
                              by=self.request.user, lot=self.lot)  # fmt: skip
        return self.go_on(_("Lot %(number)s is saved.") % {"number": lot.number})


class LotCreateView(LotPage):
    """Add a lot to a draft."""

    title = gettext_lazy("Add a lot")


class LotEditView(LotPage):
    """Change a lot of a draft."""

    title = gettext_lazy("Change the lot")

    @cached_property
    def lot(self) -> Any:
        return get_object_or_404(self.framework.lots, number=self.kwargs["number"])

    def get_initial(self) -> dict[str, Any]:
        return {name: getattr(self.lot, name) for name in framing.LOT_FIELDS}

    def written(self) -> list[dict[str, Any]]:
        return list(self.lot.categories.values("code", "name", "max_rate"))


class ThinLotConfirmView(FrameworkPage):
    """Say, with a reason, that a lot may be used with so few vendors."""

    form_class = ReasonForm
    title = gettext_lazy("Let the lot be used with so few vendors")
    submit = gettext_lazy("Confirm")

    @cached_property
    def row(self) -> Any:
        return lot_of(self.request.user, self.kwargs["ref"], self.kwargs["number"])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        said = {"count": self.row.in_force(), "least": self.row.least_vendors}
        return super().get_context_data(**kwargs) | {
            "intro": _("The lot has %(count)s vendors in force, fewer than the %(least)s that it "
                       "should have. Your word holds until it has fewer still.") % said
        }  # fmt: skip

    def act(self, form: ReasonForm) -> HttpResponse:
        framing.confirm_thin(self.row, by=self.request.user, because=form.cleaned_data["because"])
        return self.go_on(_("The lot may be used. The reason stands in the history."))
