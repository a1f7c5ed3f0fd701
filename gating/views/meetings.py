"""Pages of meetings: convening, agenda, papers, attendance, minutes."""

from typing import Any

from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from core import clock
from core.views import DetailPage
from gating import meetings
from gating import permissions_boards as permissions
from gating.forms_boards import (
    AgendaForm,
    AttendanceForm,
    ConfirmForm,
    MeetingForm,
    MinutesForm,
)  # fmt: skip
from gating.models import AgendaItem, Board, Meeting
from gating.models.meeting import last_day_for
from gating.views.acting import RowFormPage, told


class MeetingDetailView(DetailPage):
    """One meeting: agenda with papers and motions, who attends, minutes, steps."""

    model = Meeting
    template_name = "gating/meeting_detail.html"
    context_object_name = "meeting"

    def get_queryset(self) -> Any:
        return super().get_queryset().select_related("board__parent", "board__dossier")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        meeting, user = self.object, self.request.user
        office = permissions.convenes(meeting, user)
        open_now = meeting.state == Meeting.States.IN_SESSION
        return super().get_context_data(
            agenda=self._agenda(meeting), office=office, events=told(meeting),
            attendance=meeting.attendance.select_related("user", "seat__user"),
            seats=meeting.board.seats_on(meeting.day), reported=self._reported(meeting),
            plans=office and meeting.state == Meeting.States.SCHEDULED,
            attends=open_now and (office or permissions.chairs(meeting, user)),
            minutes_open=office and meeting.state == Meeting.States.CLOSED, **kwargs,
        )  # fmt: skip

    @staticmethod
    def _agenda(meeting: Meeting) -> list[dict[str, Any]]:
        """The reviews in order, each with its motions; then the motions that have no review."""
        items = meeting.items.select_related(
            "review__project__institution", "review__gate", "review__tier"
        )
        rows = meeting.motions.select_related(
            "project", "review__gate", "review__project", "condition__review__project",
            "condition__review__gate",
        )  # fmt: skip
        motions = list(rows)
        found = [
            {"item": item, "review": item.review,
             "papers_by": last_day_for(meeting.at, item.review),
             "motions": [row for row in motions if row.review_id == item.review_id]}
            for item in items
        ]  # fmt: skip
        listed = {entry["review"].pk for entry in found}
        rest = [row for row in motions if row.review_id not in listed]
        return found + [{"item": None, "review": row.review, "motions": [row]} for row in rest]

    @staticmethod
    def _reported(meeting: Meeting) -> list[Any]:
        """What single deciders report: what was reported here, or would be if it closed now."""
        if meeting.state in Meeting.LIVE:
            return meeting.to_report()
        rows = meeting.reported.select_related(
            "project", "review__gate", "review__project", "board"
        )
        return list(rows.order_by("decided_at"))


class MeetingCreateView(RowFormPage):
    """Convene a board."""

    model = Board
    form_class = MeetingForm
    permission = staticmethod(permissions.convenes)
    related = ("dossier",)
    title = _("Convene a meeting")
    intro = _("Put reviews on its agenda next, and then give notice in time for their papers.")
    submit = _("Convene the meeting")
    done = _("The meeting is scheduled. Put on its agenda what waits.")

    def save(self, form: Any) -> None:
        values = form.values()
        self.made = meetings.schedule(self.row, by=self.request.user, **values)

    def get_success_url(self) -> str:
        return getattr(self, "made", self.row).get_absolute_url()


class MeetingPage(RowFormPage):
    """A form about one meeting."""

    model = Meeting
    permission = staticmethod(permissions.convenes)
    related = ("board__dossier",)


class MeetingEditView(MeetingPage):
    """Move a meeting of which no notice was given."""

    form_class = MeetingForm
    title = _("Move the meeting")
    done = _("The meeting is moved.")

    def get_initial(self) -> dict[str, Any]:
        at = timezone.localtime(self.row.at, clock.zone())
        return {"day": at.date(), "time": at.strftime("%H:%M"), "place": self.row.place}

    def save(self, form: Any) -> None:
        meetings.move(self.row, by=self.request.user, **form.values())


class AgendaView(MeetingPage):
    """Put a review on the agenda."""

    form_class = AgendaForm
    title = _("Put a review on the agenda")
    intro = _("Reviews for this board whose report is written, and which are on no agenda.")
    submit = _("Put on the agenda")
    done = _("It is on the agenda.")

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "candidates": meetings.candidates(self.row)}

    def save(self, form: Any) -> None:
        meetings.put_on_agenda(self.row, form.cleaned_data["review"], by=self.request.user)


class AgendaRemoveView(RowFormPage):
    """Take a review off the agenda."""

    form_class = ConfirmForm
    permission = staticmethod(permissions.convenes)
    title = _("Take it off the agenda")
    submit = _("Take off the agenda")
    done = _("It is off the agenda.")

    @cached_property
    def row(self) -> Any:
        seen = Meeting.objects.visible_to(self.request.user)
        rows = AgendaItem.objects.filter(meeting__in=seen).select_related(
            "meeting__board__dossier", "review__project", "review__gate"
        )
        return get_object_or_404(rows, **self.kwargs)

    @property
    def intro(self) -> str:
        return self.row.review.title_for_people()

    @property
    def trail(self) -> list[tuple[str, str]]:
        return [(self.row.meeting.title_for_people(), self.get_success_url())]

    def get_success_url(self) -> str:
        return self.row.meeting.get_absolute_url()

    def save(self, form: Any) -> None:
        meetings.take_off_agenda(self.row, by=self.request.user)


class AttendanceView(MeetingPage):
    """Record who attends."""

    form_class = AttendanceForm
    permission = staticmethod(permissions.keeps_attendance)
    title = _("Record who attends")
    intro = _("Who is there when a vote is opened may vote. An alternate sits where the holder "
              "is absent or recused.")  # fmt: skip
    done = _("Attendance is recorded.")

    def get_form_kwargs(self) -> dict[str, Any]:
        seats = self.row.board.seats_on(self.row.day)
        return {**super().get_form_kwargs(), "seats": seats}

    def get_initial(self) -> dict[str, Any]:
        return {"present": sorted(self.row.present())}

    def save(self, form: Any) -> None:
        meetings.attend(self.row, form.cleaned_data["present"], by=self.request.user)


class MinutesView(MeetingPage):
    """Complete the minutes."""

    form_class = MinutesForm
    title = _("Complete the minutes")
    done = _("The minutes are saved. The chair approves them.")

    def get_initial(self) -> dict[str, Any]:
        return {"text": self.row.minutes}

    def save(self, form: Any) -> None:
        meetings.minute(self.row, form.cleaned_data["text"], by=self.request.user)
