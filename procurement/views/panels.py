"""The panel of a competition: who sits on it, and who is named."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from core.views import FormPage
from procurement import panels
from procurement import permissions_competitions as who
from procurement.forms_competitions import SeatForm, UnseatForm
from procurement.models import PanelMember
from procurement.models.conditions_drafting import panel_seated, seat_conflicts
from procurement.views.competitions import OfCompetition, address


class PanelView(OfCompetition, FormPage):
    """Who sits on the panel, what speaks against them, and a form to name one more."""

    may = staticmethod(who.acts_as_officer)
    template_name = "procurement/panel.html"
    form_class = SeatForm

    def get_initial(self) -> dict[str, Any]:
        chaired = self.competition.panel.filter(role="chair").exists()
        return {"role": "member" if chaired else "chair"}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        row = self.competition
        seats = [
            (seat, seat_conflicts(row, seat.user)) for seat in row.panel.select_related("user")
        ]
        left = PanelMember.ever.filter(competition=row).exclude(left_at=None)
        return super().get_context_data(
            seats=seats, lacks=panel_seated(row), left=left.select_related("user"),
            changes=row.state in panels.SEATABLE, **kwargs,
        )  # fmt: skip

    def act(self, form: SeatForm) -> HttpResponse:
        said = form.cleaned_data
        panels.seat(self.competition, said["person"], said["role"], by=self.request.user,
                    expertise=said["expertise"], because=said["because"])  # fmt: skip
        messages.success(self.request, _("%(person)s has a seat on the panel.") % said)
        return redirect(address("panel", self.competition))


class PanelLeaveView(OfCompetition, FormPage):
    """Free a seat on the panel."""

    may = staticmethod(who.acts_as_officer)
    template_name = "procurement/panel_leave.html"
    form_class = UnseatForm

    @cached_property
    def seat(self) -> PanelMember:
        return get_object_or_404(self.competition.panel.select_related("user"),
                                 pk=self.kwargs["pk"])  # fmt: skip

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(seat=self.seat, **kwargs)

    def act(self, form: UnseatForm) -> HttpResponse:
        panels.unseat(self.seat, by=self.request.user, because=form.cleaned_data["because"])
        messages.success(self.request, _("The seat is free."))
        return redirect(address("panel", self.competition))
