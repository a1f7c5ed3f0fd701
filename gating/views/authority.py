"""Pages of authority: up to which cost each board decides, today, later, and before."""

from typing import Any

from django.contrib.auth.mixins import LoginRequiredMixin
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView

from core import clock
from gating import authority
from gating import permissions_boards as permissions
from gating.forms_meetings import AuthorityForm
from gating.models import Board
from gating.views.boards import BoardPage
from projects.fields import shown
from projects.models import AuthorityBand


class AuthorityListView(LoginRequiredMixin, TemplateView):
    """The authority of all boards by currency, versions to come and past: anybody may read it."""

    template_name = "gating/authority_list.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        today = clock.today()
        names = {board.code: board for board in Board.objects.select_related("parent")}
        rows = list(AuthorityBand.objects.select_related("set_by"))
        for row in rows:
            row.board = names.get(row.board_code, row.board_code)
        now = {row.pk for row in AuthorityBand.objects.on(today)}
        sets_up = permissions.sets_up_boards(None, self.request.user)
        return super().get_context_data(
            now=[row for row in rows if row.pk in now],
            later=[row for row in rows if row.starts > today],
            past=[row for row in rows if row.pk not in now and row.starts <= today],
            sets_up=sets_up, boards=names.values(), today=today, **kwargs,
        )  # fmt: skip


class AuthorityCreateView(BoardPage):
    """Set up to which whole-life cost a board decides, from a day on."""

    form_class = AuthorityForm
    title = _("Set the authority of the board")
    intro = _("Whole-life cost is compared in its own currency; amounts are never converted. What "
              "is novel or contentious goes to the top board, whatever it costs.")  # fmt: skip
    submit = _("Set the authority")
    done = _("The authority is set.")

    def get_initial(self) -> dict[str, Any]:
        rows = AuthorityBand.objects.on(clock.today())
        mine = [row for row in rows if row.board_code == self.row.code]
        wanted = self.request.GET.get("currency", "")
        found = next((row for row in mine if row.currency == wanted), mine[0] if mine else None)
        if found is None:
            return {"starts": clock.today(), **({"currency": wanted} if wanted else {})}
        extent = "none" if found.none else "limited" if found.up_to is not None else "unlimited"
        return {"starts": clock.today(), "currency": found.currency, "extent": extent,
                "up_to": shown(found.up_to, found.currency)}  # fmt: skip

    def save(self, form: Any) -> None:
        authority.set_limit(self.row, by=self.request.user, **form.values())

    def get_success_url(self) -> str:
        return reverse("gating:authority_list")
