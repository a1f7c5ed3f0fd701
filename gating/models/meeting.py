"""Meetings of boards: their agenda, when its papers were frozen, who attended, the minutes."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.db import models
from django.urls import reverse
from django.utils import formats
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from core import clock, guards
from core.machines import Machine, State, transition
from core.people import holds
from core.refusals import Refused, requires
from core.waits import Wait, turn
from gating import checklists, matters, minutes
from gating import permissions_boards as permissions
from gating.models.agenda import AgendaItem, Paper
from gating.models.board import Board, BoardSeat, competent_board


class MeetingQuerySet(models.QuerySet):
    """Meetings, and who sees them."""

    def visible_to(self, user: Any) -> "MeetingQuerySet":
        """Oversight sees every meeting; a seat's people see those of their board."""
        if holds(user, "secretariat", "auditor"):
            return self
        return self.filter(board__in=BoardSeat.objects.of(user).values("board"))

    def to_come(self) -> "MeetingQuerySet":
        """Meetings that are not over."""
        return self.filter(state__in=Meeting.LIVE)


@requires(_("The meeting lies in the future."))
def lies_ahead(meeting: Any) -> bool:
    return bool(meeting.at > clock.now())


@requires(_("The board has a chair and enough seats for a quorum on the day of the meeting."))
def board_can_meet(meeting: Any) -> list[str]:
    seats = meeting.board.seats_on(meeting.day)
    found = []
    if not any(seat.kind == BoardSeat.Kind.CHAIR for seat in seats):
        found.append(
            gettext("On the day of the meeting the board has no chair. Fill the seat first.")
        )
    if len(seats) < meeting.board.minimum:
        found.append(
            gettext("On that day %(seats)s seats are filled, and %(minimum)s must be present.")
            % {"seats": len(seats), "minimum": meeting.board.minimum}
        )
    return found


@requires(_("Every review on the agenda has its final report, and its papers are out in time."))
def agenda_in_time(meeting: Any) -> list[str]:
    found, now = [], clock.now()
    items = meeting.items.exclude(review=None)
    for item in items.select_related(*(f"review__{name}" for name in REVIEW)):
        review, where = item.review, clock.zone(item.review.project.institution)
        for reason in checklists.facts_settled(review) if review.state != "before_board" else []:
            found.append(f"{review}: {reason}")
        if last_day_for(meeting.at, review) < now.astimezone(where).date():
            found.append(
                gettext("The papers of %(review)s are due %(days)s days before the meeting: "
                     "take it off the agenda, or convene another meeting later.")
                % {"review": review, "days": review.tier.papers_days}
            )  # fmt: skip
    return found


@requires(_("Notice is given in time, or the urgency is recorded with its reason."))
def notice_in_time(meeting: Any) -> list[str]:
    if meeting.urgency or clock.today() <= meeting.notice_by:
        return []
    facts = {"days": meeting.window, "day": formats.date_format(meeting.notice_by)}
    if meeting.written:
        return [gettext("The votes are due too soon: seats have %(days)s days to object. Set a "
                        "later deadline, or record why it is urgent.") % facts]  # fmt: skip
    return [gettext("Notice is due %(days)s days before the meeting, so it was due on %(day)s. "
                    "Move the meeting, or record why it is urgent.") % facts]  # fmt: skip


@requires(_("A meeting begins on its day; votes in writing, once notice is given."))
def day_has_come(meeting: Any) -> bool:
    return bool(meeting.written or clock.today() >= meeting.day)


@requires(_("No motion of this meeting is open for votes."))
def no_open_motion(meeting: Any) -> bool:
    return not meeting.motions.filter(state="open").exists()


@requires(_("Votes in writing are closed by the clock, when their deadline has come."))
def deadline_has_come(meeting: Any) -> bool:
    return bool(not meeting.written or meeting.at <= clock.now())


@requires(_("No motion was tabled for this meeting: take them off first."))
def no_motion_tabled(meeting: Any) -> bool:
    return not meeting.motions.filter(state__in=("tabled", "open")).exists()


@requires(_("The minutes are written."))
def minutes_written(meeting: Any) -> bool:
    return bool(meeting.minutes.strip())


@guards.kept
class Meeting(Machine):
    """A meeting of a board. Its notice freezes agenda and papers and sends them to the seats."""

    class Kind(models.TextChoices):
        MEETING = "meeting", _("meeting")
        WRITTEN = "written", _("written procedure")

    class States(models.TextChoices):
        SCHEDULED = "scheduled", _("scheduled")
        NOTICED = "noticed", _("noticed, papers frozen")
        IN_SESSION = "in_session", _("in session")
        CLOSED = "closed", pgettext_lazy("meeting", "closed")
        MINUTES_APPROVED = "minutes_approved", _("minutes approved")
        CANCELLED = "cancelled", pgettext_lazy("meeting", "cancelled")

    LIVE = (States.SCHEDULED, States.NOTICED, States.IN_SESSION)
    wait_labels = {
        "attend": _("Record who attends"), "minute": _("Complete the minutes"),
        "agenda": _("Change the agenda"), "move": _("Move the meeting"),
        "urge": _("Record the urgency"), "paper": _("Freeze a paper"),
        "take_out": _("Take an item out of the consent items"),
        "draft_motion": _("Put the minutes on the agenda of the next meeting"),
    }  # fmt: skip
    step_related = ("board",)

    board = models.ForeignKey(
        Board, models.PROTECT, related_name="meetings", verbose_name=_("board")
    )
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices, default=Kind.MEETING)
    at = models.DateTimeField(_("begins, or votes in writing are due"))
    place = models.CharField(_("place, or address of the video call"), max_length=250)
    urgency = models.TextField(_("why it is urgent"), blank=True)
    papers_frozen_at = models.DateTimeField(_("papers frozen"), null=True, editable=False)
    closed_at = models.DateTimeField(_("closed"), null=True, editable=False)
    minutes = models.TextField(_("minutes"), blank=True)
    state = State(States, default=States.SCHEDULED)

    objects = MeetingQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name = _("meeting")
        verbose_name_plural = _("meetings")

    def __str__(self) -> str:
        return f"{self.board.code} {self.day.isoformat()}"

    @property
    def dossier(self) -> Any:
        return self.board.dossier

    @property
    def day(self) -> date:
        """The day of the meeting where the deployment is."""
        return self.at.astimezone(clock.zone()).date()

    @property
    def written(self) -> bool:
        """Whether it is no meeting, but votes in writing until a deadline."""
        return self.kind == self.Kind.WRITTEN

    @property
    def window(self) -> int:
        """Days between the notice and the meeting, or the deadline of votes in writing."""
        return self.board.objection_days if self.written else self.board.notice_days

    @property
    def notice_by(self) -> date:
        """The last day on which notice is in time."""
        return self.day - timedelta(days=self.window)

    def title_for_people(self) -> str:
        if self.written:
            told = {"board": self.board.code, "day": self.day.isoformat()}
            return gettext("%(board)s · in writing until %(day)s") % told
        return f"{self.board.code} · {self.day.isoformat()}"

    def get_absolute_url(self) -> str:
        return reverse("gating:meeting_detail", kwargs={"pk": self.pk})

    def present(self) -> set[int] | None:
        """Who attends, as recorded; None where nobody has to: votes are cast in writing."""
        if self.written:
            return None
        return set(self.attendance.values_list("user_id", flat=True))

    def turns(self) -> Iterable[Wait]:
        states, office = self.States, "role:secretariat"
        people = [f"user:{person}" for person in sorted(self.board.chairing())]
        if self.state == states.SCHEDULED:
            due = clock.end_of(self.notice_by)
            return [turn("notice", office, min(due, self.at))]
        if self.state == states.NOTICED:
            return [turn("begin", person, self.at) for person in people]
        if self.state == states.IN_SESSION:
            if self.written:
                return []
            return [turn("attend", office), *(turn("close", person) for person in people)]
        if self.state == states.CLOSED:
            return [turn("minute", office), *matters.turns_of(self)]
        return []

    @transition(state, source=States.SCHEDULED, target=States.NOTICED,
                permission=permissions.convenes,
                conditions=[lies_ahead, board_can_meet, notice_in_time, agenda_in_time],
                custom={"label": _("Give notice and freeze the papers"), "offered": True,
                        "note": _("Agenda and papers go to the seats and change no "
                                  "more.")})  # fmt: skip
    def notice(self, *, by: Any, because: str) -> None:
        """The seats are convened, and agenda and papers are frozen, each with its hash."""
        self.papers_frozen_at = clock.now()
        for item in self.items.select_related("review", "motion"):
            Paper.freeze(self, item.subject, by=by)

    @transition(state, source=[States.SCHEDULED, States.NOTICED], target=States.CANCELLED,
                permission=permissions.convenes, conditions=[no_motion_tabled],
                custom={"label": _("Cancel the meeting"), "offered": True, "reason": True,
                        "danger": True})  # fmt: skip
    def cancel(self, *, by: Any, because: str) -> None:
        """The meeting does not take place; what was on its agenda goes on another's."""

    @transition(state, source=States.NOTICED, target=States.IN_SESSION,
                permission=permissions.begins_or_closes, conditions=[day_has_come],
                custom={"label": _("Begin the meeting"), "offered": True})  # fmt: skip
    def begin(self, *, by: Any, because: str) -> None:
        """The board sits; who attends is recorded, and motions may be opened."""

    @transition(state, source=States.IN_SESSION, target=States.CLOSED,
                permission=permissions.begins_or_closes,
                conditions=[no_open_motion, deadline_has_come],
                custom={"label": _("Close the meeting"), "offered": True,
                        "note": _("The minutes are drafted from the votes.")})  # fmt: skip
    def close(self, *, by: Any, because: str) -> None:
        """The meeting is over: its minutes are drafted, single decisions count as reported."""
        self.closed_at = clock.now()
        for motion in self.to_report():
            motion.reported_to = self
            motion.save(update_fields=["reported_to"])
        self.minutes = minutes.draft(self)

    @transition(state, source=States.CLOSED, target=States.MINUTES_APPROVED,
                permission=permissions.as_consequence, conditions=[minutes_written],
                custom={"label": _("Approve the minutes"), "offered": False})  # fmt: skip
    def approve_minutes(self, *, by: Any, because: str) -> None:
        """A later meeting carried the motion to approve them: they are the board's."""

    def to_report(self) -> list[Any]:
        """What those who decide alone decided, and no meeting of this board has heard of yet."""
        model: Any = self._meta.get_field("motions").related_model
        rows = model.objects.filter(
            board__parent=self.board_id, board__single_decider=True, reported_to=None
        ).exclude(decided_at=None)
        return list(rows.select_related("project", "board", "review").order_by("decided_at"))


REVIEW = ("project__institution", "gate", "tier")
"""What the rules of a meeting ask of a review."""


def last_day_for(at: Any, review: Any) -> date:
    """The last day on which the papers of a review may be frozen for a meeting at that moment."""
    day = at.astimezone(clock.zone(review.project.institution)).date()
    return day - timedelta(days=review.tier.papers_days)


@requires(
    _("The review stands on the agenda of a meeting of its board, with papers frozen in time."),
    who=_("the secretariat"),
)
def papers_in_time(review: Any) -> list[str]:
    """Why a review cannot be tabled yet; somebody who decides alone needs no meeting."""
    try:
        board = review.board or competent_board(review.project, review.last_gate)[0]
    except Refused as refused:
        return list(refused.reasons)
    return paper_faults(review, board)


def paper_faults(review: Any, board: Board) -> list[str]:
    """Why the papers of a review are not before that board in time, as sentences."""
    if board.single_decider:
        return []
    meeting = meeting_for(review, board)
    if meeting is None:
        coming = board.meetings.filter(state="scheduled", at__gt=clock.now()).exists()
        sentence = (
            gettext("It stands on no agenda. Put it on that of a coming meeting of %(board)s.")
            if coming
            else gettext(
                "It stands on no agenda, and no meeting of %(board)s is scheduled: convene one, "
                "and put it on its agenda."
            )
        )
        return [sentence % {"board": board}]
    frozen = meeting.papers_frozen_at
    if frozen is None:
        return [
            gettext("The papers of the meeting %(meeting)s are not frozen yet: give notice first.")
            % {"meeting": meeting}
        ]
    where = clock.zone(review.project.institution)
    if frozen.astimezone(where).date() > last_day_for(meeting.at, review):
        return [
            gettext("Its papers were frozen later than %(days)s days before the meeting.")
            % {"days": review.tier.papers_days}
        ]
    return []


def meeting_for(review: Any, board: Board) -> Meeting | None:
    """The next meeting of that board, not over yet, on whose agenda a review stands."""
    items = AgendaItem.objects.filter(
        review=review, meeting__board=board, meeting__state__in=Meeting.LIVE
    )
    item = items.select_related("meeting__board").order_by("meeting__at").first()
    return item.meeting if item is not None else None


@requires(_("The meeting is convened, and its papers are out in time."), who=_("the secretariat"))
def motion_convened(motion: Any) -> list[str]:
    """Why a motion cannot be tabled yet for want of a meeting; a single decider needs none."""
    if motion.board.single_decider:
        return []
    meeting = motion.meeting
    if meeting is None or meeting.state not in Meeting.LIVE:
        return [gettext("Choose a coming meeting of the board.")]
    if meeting.papers_frozen_at is None:
        return [gettext("Notice of the meeting has not been given yet.")]
    found = paper_faults(motion.review, motion.board) if motion.review is not None else []
    if meeting.written and not meeting.urgency and clock.today() > meeting.notice_by:
        found.append(
            gettext("The seats have %(days)s days to object to a written procedure, and its "
                    "deadline is nearer than that.") % {"days": meeting.window}
        )  # fmt: skip
    return found


def board_to_meet(review: Any) -> Board | None:
    """The board on whose agenda a review is still to be put; None when there is nothing to do."""
    try:
        board = review.board or competent_board(review.project, review.last_gate)[0]
    except Refused:
        return None
    placed = board.single_decider or meeting_for(review, board) is not None
    return None if placed else board
