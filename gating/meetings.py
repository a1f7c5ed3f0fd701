"""What is done with meetings beside their steps and agenda: convening, attendance, minutes."""

import calendar
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core import clock, history, turns
from core.models import User
from core.refusals import Refused
from core.steps import MOVED_ON, allow, create
from gating import matters
from gating import permissions_boards as permissions
from gating.models import Attendance, Board, Meeting, Motion

SERIES = 24
"""The most meetings convened at once."""
WEEKS = {"weekly": 1, "fortnightly": 2}


@transaction.atomic
def schedule(board: Board, *, by: User, **values: Any) -> Meeting:
    """Convene a board for a moment and a place, or for votes in writing until a moment.

    Raises Refused for somebody who decides alone.
    """
    meeting = Meeting(board=board, **values)
    allow(permissions.convenes, meeting, by)
    if board.single_decider:
        raise Refused(_("Its chair decides alone; there is no meeting to convene."))
    told = {"at": str(meeting.at), "place": meeting.place, "kind": meeting.kind}
    return create(meeting, by=by, details=told)


@transaction.atomic
def schedule_series(
    board: Board, *, by: User, at: datetime, every: str, count: int, **values: Any
) -> list[Meeting]:
    """Convene a board several times: every week, every two, or the same weekday of each month."""
    if not 1 <= count <= SERIES:
        raise Refused(_("Convene between 1 and %(most)s meetings at once.") % {"most": SERIES})
    local = at.astimezone(clock.zone())
    days = [_nth(local.date(), every, number) for number in range(count)]
    moments = [datetime.combine(day, local.time(), clock.zone()) for day in days]
    return [schedule(board, by=by, at=moment, **values) for moment in moments]


def _nth(first: date, every: str, number: int) -> date:
    """The day of the meeting so many after the first."""
    if every in WEEKS:
        return first + timedelta(weeks=WEEKS[every] * number)
    year, month = divmod(first.year * 12 + first.month - 1 + number, 12)
    opening = date(year, month + 1, 1)
    ahead = (first.weekday() - opening.weekday()) % 7
    day = opening + timedelta(days=ahead, weeks=(first.day - 1) // 7)
    last = calendar.monthrange(year, month + 1)[1]
    return (
        day
        if day.month == opening.month
        else date(year, month + 1, last)
        - timedelta(days=(date(year, month + 1, last).weekday() - first.weekday()) % 7)
    )  # a fifth Monday that the month lacks is its last


@transaction.atomic
def move(meeting: Meeting, *, by: User, **values: Any) -> Meeting:
    """Move a meeting of which no notice was given to another moment or place."""
    meeting = hold(meeting, Meeting.States.SCHEDULED)
    allow(permissions.convenes, meeting, by)
    if values.get("at", meeting.at) <= clock.now():
        raise Refused(_("A meeting is moved to a moment that lies ahead: choose another."))
    for name, value in values.items():
        setattr(meeting, name, value)
    meeting.save(update_fields=[*values])
    told = {name: str(value) for name, value in values.items()}
    history.record("gating.meeting.move", meeting, by=by, details=told)
    turns.refresh(meeting)
    return meeting


@transaction.atomic
def urge(meeting: Meeting, reason: str, *, by: User) -> Meeting:
    """Record why a meeting is too urgent for the days of notice; it stands in the minutes."""
    meeting = hold(meeting, Meeting.States.SCHEDULED)
    allow(permissions.convenes, meeting, by)
    if not reason.strip():
        raise Refused(_("Say why it is urgent; it stands in the notice and the minutes."))
    meeting.urgency = reason.strip()
    meeting.save(update_fields=["urgency"])
    history.record("gating.meeting.urge", meeting, by=by, because=meeting.urgency)
    return meeting


@transaction.atomic
def attend(meeting: Meeting, people: Iterable[int], *, by: User) -> None:
    """Record who attends, among those named for the seats; may be corrected until it closes."""
    meeting = hold(meeting, Meeting.States.IN_SESSION)
    allow(permissions.keeps_attendance, meeting, by)
    if meeting.written:
        raise Refused(_("Votes are cast in writing: nobody has to attend."))
    seats = {person: seat for seat in meeting.board.seats_on(meeting.day)
             for person in seat.place.named}  # fmt: skip
    wanted = set(people)
    if strangers := wanted - seats.keys():
        raise Refused(_("%(count)s of the people have no seat on this board.")
                      % {"count": len(strangers)})  # fmt: skip
    if meeting.motions.filter(state="open").exists():
        raise Refused(
            _("A vote is open: who attends is recorded before it, or after it is closed.")
        )
    meeting.attendance.exclude(user__in=wanted).delete()
    known = meeting.present() or set()
    Attendance.objects.bulk_create(
        Attendance(meeting=meeting, seat=seats[person], user_id=person)
        for person in sorted(wanted - known)
    )
    history.record("gating.meeting.attend", meeting, by=by, details={"present": sorted(wanted)})
    tabled = meeting.motions.filter(state="tabled")
    for motion in tabled.select_related(*Motion.step_related):
        turns.refresh(motion)


@transaction.atomic
def minute(meeting: Meeting, text: str, *, by: User) -> Meeting:
    """Complete the drafted minutes, until a motion to approve them is tabled."""
    meeting = hold(meeting, Meeting.States.CLOSED)
    allow(permissions.convenes, meeting, by)
    if matters.motions_of(meeting).undecided().exists():
        raise Refused(_("A motion to approve these minutes is before the board: withdraw it "
                        "first, and they may change again."))  # fmt: skip
    meeting.minutes = text
    meeting.save(update_fields=["minutes"])
    history.record("gating.meeting.minute", meeting, by=by, details={"minutes": text})
    turns.refresh(meeting)
    return meeting


def hold(meeting: Meeting, *states: str) -> Meeting:
    """The meeting as it stands now, its case held; raises Refused when it has moved on."""
    history.lock(meeting.dossier)
    rows = Meeting.objects.select_for_update(of=("self",)).select_related("board__dossier")
    meeting = rows.get(pk=meeting.pk)
    if meeting.state not in states:
        raise Refused(MOVED_ON())
    return meeting
