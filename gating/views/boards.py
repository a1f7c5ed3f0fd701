"""Pages of boards: which there are, how each decides, who sits there, what it has before it."""

from typing import Any

from django.db.models import Prefetch
from django.shortcuts import get_object_or_404
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from core import clock
from core.views import DetailPage, ListPage
from gating import authority, balloting
from gating import permissions_boards as permissions
from gating.forms_boards import BoardForm, SeatForm
from gating.models import Board, BoardSeat, Meeting, Motion
from gating.views.acting import RowFormPage, told
from projects.models import AuthorityBand

RECENT = 10
"""How many meetings and decided motions a board's page shows."""


class BoardListView(ListPage):
    """The boards that this person sees, with their hierarchy and authority."""

    model = Board
    template_name = "gating/board_list.html"
    context_object_name = "boards"

    def get_queryset(self) -> Any:
        seats = BoardSeat.objects.on(clock.today()).select_related("user")
        rows = super().get_queryset().select_related("parent")
        return rows.prefetch_related(Prefetch("seats", seats, to_attr="filled"))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = self.request.user
        return super().get_context_data(sets_up=permissions.sets_up_boards(None, user), **kwargs)


class BoardDetailView(DetailPage):
    """One board: its seats, its rules and authority, meetings, motions, and its history."""

    model = Board
    slug_field = slug_url_kwarg = "code"
    template_name = "gating/board_detail.html"
    context_object_name = "board"

    def get_queryset(self) -> Any:
        return super().get_queryset().select_related("parent", "dossier")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        board, user, today = self.object, self.request.user, clock.today()
        seats = list(board.seats.select_related("user", "alternate"))
        motions = Motion.objects.visible_to(user).filter(board=board)
        motions = motions.select_related("project", "review__gate", "review__project", "condition")
        return super().get_context_data(
            seats=[seat for seat in seats if seat.ends is None or seat.ends >= today],
            former=[seat for seat in seats if seat.ends is not None and seat.ends < today],
            bands=[row for row in AuthorityBand.objects.on(today) if row.board_code == board.code],
            bands_later=AuthorityBand.objects.to_come(today).filter(board_code=board.code),
            meetings=Meeting.objects.visible_to(user).filter(board=board)[:RECENT],
            waiting=motions.undecided(), decided=motions.exclude(decided_at=None)[::-1][:RECENT],
            escalation_days=balloting.ESCALATION_DAYS,
            sets_up=permissions.sets_up_boards(board, user),
            convenes=permissions.convenes(board, user) and not board.single_decider,
            events=told(board, *seats), **kwargs,
        )  # fmt: skip


class BoardCreateView(RowFormPage):
    """Set up a board."""

    form_class = BoardForm
    permission = staticmethod(permissions.sets_up_boards)
    title = _("Set up a board")
    submit = _("Set up the board")
    done = _("The board is set up. Fill its seats now.")
    row = None

    @property
    def trail(self) -> list[tuple[str, str]]:
        return []

    def save(self, form: Any) -> None:
        self.made = authority.set_up(form.save(commit=False), by=self.request.user)

    def get_success_url(self) -> str:
        made = getattr(self, "made", None)
        return made.get_absolute_url() if made else "/boards/"


class BoardPage(RowFormPage):
    """A form about one board."""

    model = Board
    permission = staticmethod(permissions.sets_up_boards)
    related = ("dossier", "parent")


class BoardEditView(BoardPage):
    """Change the rules of a board; motions that were opened keep theirs."""

    form_class = BoardForm
    title = _("Change the rules of the board")
    intro = _("Motions that were opened keep the rule by which they were opened.")
    done = _("The rules are changed.")

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "instance": Board.objects.get(pk=self.row.pk)}

    def save(self, form: Any) -> None:
        authority.set_up(form.save(commit=False), by=self.request.user)


class SeatCreateView(BoardPage):
    """Fill a seat."""

    form_class = SeatForm
    title = _("Fill a seat")
    done = _("The seat is filled.")

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "instance": BoardSeat(board=self.row)}

    def get_initial(self) -> dict[str, Any]:
        return {"starts": clock.today()}

    def save(self, form: Any) -> None:
        authority.seat(form.save(commit=False), by=self.request.user)


class SeatEditView(RowFormPage):
    """Name another alternate, or end a seat."""

    form_class = SeatForm
    permission = staticmethod(permissions.sets_up_boards)
    title = _("Change the seat")
    intro = _("Another holder is another seat: end this one, and fill a new one.")
    done = _("The seat is changed.")

    @cached_property
    def row(self) -> Any:
        boards = Board.objects.visible_to(self.request.user)
        rows = BoardSeat.objects.filter(board__in=boards).select_related("board__dossier", "user")
        return get_object_or_404(rows, **self.kwargs)

    @property
    def trail(self) -> list[tuple[str, str]]:
        return [(str(self.row.board), self.get_success_url())]

    def get_success_url(self) -> str:
        return self.row.board.get_absolute_url()

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "instance": self.row}

    def save(self, form: Any) -> None:
        authority.seat(form.save(commit=False), by=self.request.user)
