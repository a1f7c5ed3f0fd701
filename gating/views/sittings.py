"""Pages about meetings as a whole: the calendar, the board pack, consent items, minutes."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.generic import View

from core.views import DetailPage, ListPage, VisibleMixin
from gating import agendas, minuting, packs, records
from gating import permissions_boards as permissions
from gating.forms_boards import ConfirmForm, VoteForm
from gating.models import AgendaItem, Meeting
from gating.views.acting import RowFormPage
from gating.views.meetings import MeetingPage


class MeetingListView(ListPage):
    """The calendar: meetings to come, or those that are over."""

    model = Meeting
    template_name = "gating/meeting_list.html"
    context_object_name = "meetings"

    def get_queryset(self) -> Any:
        rows = super().get_queryset().select_related("board").prefetch_related("items")
        if self.request.GET.get("show") == "past":
            return rows.exclude(state__in=Meeting.LIVE).order_by("-at", "-pk")
        return rows.to_come().order_by("at", "pk")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        past = self.request.GET.get("show") == "past"
        office = permissions.convenes(None, self.request.user)
        return super().get_context_data(past=past, office=office, **kwargs)


class PackView(DetailPage):
    """The board pack as a page: the twin of its PDF."""

    model = Meeting
    template_name = "gating/meeting_pack.html"
    context_object_name = "meeting"

    def get_queryset(self) -> Any:
        return super().get_queryset().select_related("board")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        meeting = self.object
        papers = [
            {"sheet": sheet, "items": records.as_rows(sheet.items)}
            for sheet in packs.sheets(meeting, self.request.user)
        ]
        return super().get_context_data(papers=papers, cover=packs.cover(meeting), **kwargs)


class PdfPage(VisibleMixin, View):
    """A PDF of a meeting that this person sees."""

    model = Meeting
    http_method_names = ("get", "head")
    name = ""

    def make(self, meeting: Any) -> bytes:
        """The document."""
        raise NotImplementedError

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        meeting = get_object_or_404(self.get_queryset().select_related("board"), pk=pk)
        response = HttpResponse(self.make(meeting), content_type="application/pdf")
        name = f"{self.name}-{meeting.board.code}-{meeting.day.isoformat()}.pdf"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        response["Cache-Control"] = "private, no-store"
        return response


class PackPdfView(PdfPage):
    """The board pack as one PDF with bookmarks."""

    name = "carpeta"

    def make(self, meeting: Any) -> bytes:
        return packs.as_pdf(meeting, self.request.user)


class MinutesPdfView(PdfPage):
    """The minutes as a PDF."""

    name = "minuta"

    def make(self, meeting: Any) -> bytes:
        return minuting.as_pdf(meeting, self.request.user)


class TableAllView(MeetingPage):
    """Table every motion drafted for this meeting."""

    form_class = ConfirmForm
    title = _("Table all drafted motions")
    intro = _("Each stands before the board as it is written, and joins the papers.")
    submit = _("Table the motions")
    done = _("The motions are tabled.")

    def save(self, form: Any) -> None:
        agendas.table_all(self.row, by=self.request.user)


class ConsentPage(RowFormPage):
    """A form about the consent items of a meeting; who may is asked motion by motion."""

    model = Meeting
    related = ("board__dossier",)
    form_class: Any = ConfirmForm
    template_name = "gating/consent_form.html"
    state = "open"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = [row for row in agendas.together(self.row) if row.state == self.state]
        return super().get_context_data(motions=rows, meeting=self.row, **kwargs)

    def told(self, rows: list[Any]) -> None:
        """Say on how many motions it was done."""
        text = ngettext("Done for %(count)s motion.", "Done for %(count)s motions.", len(rows))
        messages.success(self.request, text % {"count": len(rows)})

    def act(self, form: Any) -> HttpResponse:
        self.told(self.do(form))
        return HttpResponseRedirect(self.get_success_url())

    def do(self, form: Any) -> list[Any]:
        """What the form is for, on which motions."""
        raise NotImplementedError


class ConsentOpenView(ConsentPage):
    """Open the vote on all consent items."""

    title = _("Open the vote on the consent items")
    intro = _("One vote decides them together. Any seat may still take one out.")
    submit = _("Open the vote")
    state = "tabled"

    def do(self, form: Any) -> list[Any]:
        return agendas.open_together(self.row, by=self.request.user)


class ConsentVoteView(ConsentPage):
    """Cast one vote for all consent items."""

    form_class = VoteForm
    title = _("Vote on the consent items")
    intro = _("Your vote counts for each of them. You may change it until the vote is closed; "
              "until then nobody else sees it.")  # fmt: skip
    submit = _("Cast the vote")

    def do(self, form: Any) -> list[Any]:
        choice = form.cleaned_data["choice"]
        return agendas.cast_together(self.row, choice, by=self.request.user)


class ConsentCloseView(ConsentPage):
    """Close the vote on all consent items and count each."""

    title = _("Close the vote on the consent items")
    intro = _("Each motion is counted by itself. Seats that have not voted count as absent.")
    submit = _("Close the vote and count")

    def do(self, form: Any) -> list[Any]:
        return agendas.close_together(self.row, by=self.request.user)


class TakeOutView(RowFormPage):
    """Ask that a consent item be decided by itself."""

    form_class = ConfirmForm
    title = _("Take it out of the consent items")
    submit = _("Take it out")
    done = _("It is decided by itself.")
    intro = _("It is then debated and voted on by itself. Your name stands in the minutes.")

    @cached_property
    def row(self) -> Any:
        seen = Meeting.objects.visible_to(self.request.user)
        rows = AgendaItem.objects.filter(meeting__in=seen).select_related(
            "meeting__board__dossier", "review__project", "review__gate", "motion__project",
            "motion__case", "motion__board",
        )  # fmt: skip
        return get_object_or_404(rows, **self.kwargs)

    @property
    def trail(self) -> list[tuple[str, str]]:
        return [(self.row.meeting.title_for_people(), self.get_success_url())]

    def get_success_url(self) -> str:
        return str(self.row.meeting.get_absolute_url())

    def save(self, form: Any) -> None:
        agendas.take_out(self.row, by=self.request.user)
