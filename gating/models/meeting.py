"""Meetings of boards: their agenda, when its papers were frozen, who attended, the minutes."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from core import clock, guards
from core.machines import Machine, State, transition
from core.people import holds
from core.refusals import Refused, requires
from core.waits import Wait, turn
from gating import checklists, minutes
from gating import permissions_boards as permissions
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
    for item in meeting.items.select_related(*(f"review__{name}" for name in REVIEW)):
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


@requires(_("A meeting begins on its day."))
def day_has_come(meeting: Any) -> bool:
    return bool(clock.today() >= meeting.day)


@requires(_("No motion of this meeting is open for votes."))
def no_open_motion(meeting: Any) -> bool:
    return not meeting.motions.filter(state="open").exists()


@requires(_("No motion was tabled for this meeting: take them off first."))
def no_motion_tabled(meeting: Any) -> bool:
    return not meeting.motions.filter(state__in=("tabled", "open")).exists()


@requires(_("The minutes are written."))
def minutes_written(meeting: Any) -> bool:
    return bool(meeting.minutes.strip())


@guards.kept
class Meeting(Machine):
    """A meeting of a board. Its notice freezes agenda and papers and sends them to the seats."""

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
    }  # fmt: skip
    step_related = ("board",)

    board = models.ForeignKey(
        Board, models.PROTECT, related_name="meetings", verbose_name=_("board")
    )
    at = models.DateTimeField(_("begins"))
    place = models.CharField(_("place, or address of the video call"), max_length=250)
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

    def title_for_people(self) -> str:
        return f"{self.board.code} · {self.day.isoformat()}"

    def get_absolute_url(self) -> str:
        return reverse("gating:meeting_detail", kwargs={"pk": self.pk})

    def present(self) -> set[int]:
        """Who attends, as recorded."""
        return set(self.attendance.values_list("user_id", flat=True))

    def turns(self) -> Iterable[Wait]:
        states, office = self.States, "role:secretariat"
        if self.state == states.SCHEDULED:
            return [turn("notice", office, self.at - timedelta(days=NOTICE_DAYS))]
        if self.state == states.NOTICED:
            return [turn("begin", f"user:{person}", self.at) for person in self.board.chairing()]
        if self.state == states.IN_SESSION:
            closing = [turn("close", f"user:{person}") for person in self.board.chairing()]
            return [turn("attend", office), *closing]
        if self.state == states.CLOSED:
            people = self.board.chairing()
            approving = [turn("approve_minutes", f"user:{person}") for person in people]
            return [turn("minute", office), *approving]
        return []

    @transition(state, source=States.SCHEDULED, target=States.NOTICED,
                permission=permissions.convenes,
                conditions=[lies_ahead, board_can_meet, agenda_in_time],
                custom={"label": _("Give notice and freeze the papers"), "offered": True,
                        "note": _("Agenda and papers go to the seats and change no "
                                  "more.")})  # fmt: skip
    def notice(self, *, by: Any, because: str) -> None:
        """The seats are convened, and agenda and papers are frozen."""
        self.papers_frozen_at = clock.now()

    @transition(state, source=[States.SCHEDULED, States.NOTICED], target=States.CANCELLED,
                permission=permissions.convenes, conditions=[no_motion_tabled],
                custom={"label": _("Cancel the meeting"), "offered": True, "reason": True,
                        "danger": True})  # fmt: skip
    def cancel(self, *, by: Any, because: str) -> None:
        """The meeting does not take place; what was on its agenda goes on another's."""

    @transition(state, source=States.NOTICED, target=States.IN_SESSION,
                permission=permissions.chairs, conditions=[day_has_come],
                custom={"label": _("Begin the meeting"), "offered": True})  # fmt: skip
    def begin(self, *, by: Any, because: str) -> None:
        """The board sits; who attends is recorded, and motions may be opened."""

    @transition(state, source=States.IN_SESSION, target=States.CLOSED,
                permission=permissions.chairs, conditions=[no_open_motion],
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
                permission=permissions.chairs, conditions=[minutes_written],
                custom={"label": _("Approve the minutes"), "offered": True, "danger": True,
                        "note": _("They stand as they are from then on.")})  # fmt: skip
    def approve_minutes(self, *, by: Any, because: str) -> None:
        """The minutes are the board's."""

    def to_report(self) -> list[Any]:
        """What those who decide alone decided, and no meeting of this board has heard of yet."""
        model: Any = self._meta.get_field("motions").related_model
        rows = model.objects.filter(
            board__parent=self.board_id, board__single_decider=True, reported_to=None
        ).exclude(decided_at=None)
        return list(rows.select_related("project", "board", "review").order_by("decided_at"))


class AgendaItem(models.Model):
    """A review that a meeting will take up, put there before the papers are frozen."""

    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="items")
    review = models.ForeignKey(
        "gating.GateReview", models.PROTECT, related_name="agenda_items", verbose_name=_("review")
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        ordering = ["position", "pk"]
        verbose_name = _("item of the agenda")
        verbose_name_plural = _("items of the agenda")
        constraints = [
            models.UniqueConstraint(fields=["meeting", "review"], name="gating_agendaitem_once")
        ]

    def __str__(self) -> str:
        return f"{self.meeting} · {self.review}"


class Attendance(models.Model):
    """A person named for a seat who attends a meeting."""

    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="attendance")
    seat = models.ForeignKey(BoardSeat, models.PROTECT, related_name="+")
    user = models.ForeignKey("core.User", models.PROTECT, related_name="+")

    class Meta:
        ordering = ["seat", "pk"]
        verbose_name = _("attendance")
        verbose_name_plural = _("attendances")
        constraints = [
            models.UniqueConstraint(fields=["meeting", "user"], name="gating_attendance_once")
        ]

    def __str__(self) -> str:
        return f"{self.meeting} · {self.user}"


REVIEW = ("project__institution", "gate", "tier")
"""What the rules of a meeting ask of a review."""
NOTICE_DAYS = 5
"""Days before a meeting by which its notice is due; a tier may ask for more for its papers."""


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
        board = review.board or competent_board(review.project, review.gate)[0]
    except Refused as refused:
        return list(refused.reasons)
    return paper_faults(review, board)


def paper_faults(review: Any, board: Board) -> list[str]:
    """Why the papers of a review are not before that board in time, as sentences."""
    if board.single_decider:
        return []
    meeting = meeting_for(review, board)
    if meeting is None:
        return [
            gettext("It stands on no agenda. Put it on that of a coming meeting of %(board)s.")
            % {"board": board}
        ]
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
    if motion.review is not None:
        return paper_faults(motion.review, motion.board)
    if meeting.papers_frozen_at is None:
        return [gettext("Notice of the meeting has not been given yet.")]
    return []


def board_to_meet(review: Any) -> Board | None:
    """The board on whose agenda a review is still to be put; None when there is nothing to do."""
    try:
        board = review.board or competent_board(review.project, review.gate)[0]
    except Refused:
        return None
    placed = board.single_decider or meeting_for(review, board) is not None
    return None if placed else board
