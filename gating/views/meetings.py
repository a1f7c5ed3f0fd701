"""Pages of meetings: convening, agenda, papers, attendance, minutes."""

from typing import Any

from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from core import clock
from core.views import DetailPage
from gating import agendas, meetings, minuting, motions
from gating import permissions_boards as permissions
from gating.forms_boards import AttendanceForm, ConfirmForm, MeetingForm, MinutesForm
from gating.forms_meetings import AgendaForm, ConveneForm, UrgencyForm
from gating.models import AgendaItem, Board, Meeting, Motion
from gating.models.meeting import last_day_for, notice_in_time
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
        office, states = permissions.convenes(meeting, user), Meeting.States
        open_now = meeting.state == states.IN_SESSION and not meeting.written
        agenda = self._agenda(meeting)
        return super().get_context_data(
            agenda=agenda, office=office, events=told(meeting),
            attendance=meeting.attendance.select_related("user", "seat__user"),
            seats=meeting.board.seats_on(meeting.day), reported=self._reported(meeting),
            plans=office and meeting.state == states.SCHEDULED,
            attends=open_now and (office or permissions.chairs(meeting, user)),
            minutes_open=office and meeting.state == states.CLOSED,
            minutes_text=minuting.readable(meeting, user), late=notice_in_time(meeting),
            drafted=self._drafted(agenda) if office and meeting.papers_frozen_at else 0,
            seated=agendas.seated(meeting.board, user), **self._together(meeting, user), **kwargs,
        )  # fmt: skip

    @staticmethod
    def _drafted(agenda: list[dict[str, Any]]) -> int:
        """How many motions of this meeting are drafted and not tabled yet."""
        return sum(
            row.state == Motion.States.DRAFTED for entry in agenda for row in entry["motions"]
        )

    @staticmethod
    def _together(meeting: Meeting, user: Any) -> dict[str, Any]:
        """What this person may do with the consent items: open, vote on, close them together."""
        if meeting.state != Meeting.States.IN_SESSION:
            return {}
        rows = agendas.together(meeting)
        tabled = [row for row in rows if row.state == Motion.States.TABLED]
        voting = [row for row in rows if row.state == Motion.States.OPEN]
        return {
            "consent_opens": bool(tabled) and permissions.presides(tabled[0], user),
            "consent_votes": any(motions.votes(row, user) for row in voting),
            "consent_closes": bool(voting) and permissions.presides(voting[0], user)
            and not meeting.written,
            "consent_count": len(tabled or voting),
        }  # fmt: skip

    @staticmethod
    def _agenda(meeting: Meeting) -> list[dict[str, Any]]:
        """The items in order, each with its motions; then the motions that stand for no item."""
        items = meeting.items.select_related(
            "review__project__institution", "review__gate", "review__tier", "taken_out_by"
        )
        rows = meeting.motions.exclude(state=Motion.States.WITHDRAWN).select_related(
            "project", "case", "review__gate", "review__project", "condition__review__project",
            "condition__review__gate",
        )  # fmt: skip
        found, left = [], {row.pk: row for row in rows}
        for item in items:
            mine = [row for row in left.values() if row.pk == item.motion_id
                    or (item.review_id and row.review_id == item.review_id)]  # fmt: skip
            for row in mine:
                left.pop(row.pk)
            by = last_day_for(meeting.at, item.review) if item.review else None
            found.append({"item": item, "review": item.review, "papers_by": by, "motions": mine})
        return found + [{"item": None, "review": row.review, "motions": [row]}
                        for row in left.values()]  # fmt: skip

    @staticmethod
    def _reported(meeting: Meeting) -> list[Any]:
        """What single deciders report: what was reported here, or would be if it closed now."""
        if meeting.state in Meeting.LIVE:
            return meeting.to_report()
        rows = meeting.reported.select_related(
            "project", "case", "review__gate", "review__project", "board"
        )
        return list(rows.order_by("decided_at"))


class MeetingCreateView(RowFormPage):
    """Convene a board."""

    model = Board
    form_class = ConveneForm
    permission = staticmethod(permissions.convenes)
    related = ("dossier",)
    title = _("Convene a meeting")
    intro = _("Put on its agenda next what waits, and then give notice in time.")
    submit = _("Convene the meeting")
    done = _("It is scheduled. Put on its agenda what waits.")

    def save(self, form: Any) -> None:
        values, by = form.values(), self.request.user
        every = form.cleaned_data["every"]
        if every:
            count = form.cleaned_data["count"]
            rows = meetings.schedule_series(self.row, by=by, every=every, count=count, **values)
            self.made = rows[0]
        else:
            self.made = meetings.schedule(self.row, by=by, **values)

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
    """Put on the agenda what waits for the board."""

    form_class = AgendaForm
    title = _("Put on the agenda what waits")
    intro = _("Reviews whose report is written, motions on other matters, and minutes to be "
              "approved, which are on no agenda yet.")  # fmt: skip
    submit = _("Put on the agenda")
    done = _("It is on the agenda.")

    @cached_property
    def waiting(self) -> list[Any]:
        return agendas.waiting(self.row)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "waiting": self.waiting}

    def get_initial(self) -> dict[str, Any]:
        return {"items": [row.key for row in self.waiting],
                "consent": [row.key for row in self.waiting if row.consent]}  # fmt: skip

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found = super().get_context_data(**kwargs)
        if not self.waiting:
            found |= {"form": None, "nothing": _("Nothing waits for this board now.")}
        return found

    def save(self, form: Any) -> None:
        chosen = form.cleaned_data
        agendas.fill(self.row, chosen["items"], chosen["consent"], by=self.request.user)


class UrgencyView(MeetingPage):
    """Record why notice is shorter than the board's days."""

    form_class = UrgencyForm
    title = _("Record the urgency")
    intro = _("Notice may then be given later than the board's days of notice. The reason stands "
              "in the notice and the minutes. The days for the papers of a review "
              "stay.")  # fmt: skip
    done = _("The urgency is recorded. Give notice now.")

    def get_initial(self) -> dict[str, Any]:
        return {"reason": self.row.urgency}

    def save(self, form: Any) -> None:
        meetings.urge(self.row, form.cleaned_data["reason"], by=self.request.user)


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
            "meeting__board__dossier",
            "review__project",
            "review__gate",
            "motion__project",
            "motion__case",
            "motion__board",
        )
        return get_object_or_404(rows, **self.kwargs)

    @property
    def intro(self) -> str:
        return str(self.row.subject.title_for_people())

    @property
    def trail(self) -> list[tuple[str, str]]:
        return [(self.row.meeting.title_for_people(), self.get_success_url())]

    def get_success_url(self) -> str:
        return self.row.meeting.get_absolute_url()

    def save(self, form: Any) -> None:
        agendas.take_off(self.row, by=self.request.user)


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
        return {"present": sorted(self.row.present() or [])}

    def save(self, form: Any) -> None:
        meetings.attend(self.row, form.cleaned_data["present"], by=self.request.user)


class MinutesView(MeetingPage):
    """Complete the minutes."""

    form_class = MinutesForm
    title = _("Complete the minutes")
    done = _("The minutes are saved. The next meeting approves them.")

    def get_initial(self) -> dict[str, Any]:
        return {"text": self.row.minutes}

    def save(self, form: Any) -> None:
        meetings.minute(self.row, form.cleaned_data["text"], by=self.request.user)
