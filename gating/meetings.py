"""What is done with meetings beside their steps: convening, agenda, attendance, minutes."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core import history, turns
from core.models import User
from core.refusals import Refused
from core.steps import MOVED_ON, allow, create
from gating import permissions_boards as permissions
from gating.models import AgendaItem, Attendance, Board, GateReview, Meeting
from gating.models.board import Routes

WRITTEN = ("report_drafted", "factual_check", "before_board")
"""States of a review whose report is written, so that it may stand on an agenda."""


@transaction.atomic
def schedule(board: Board, *, by: User, **values: Any) -> Meeting:
    """Convene a board for a moment and a place; raises Refused for somebody who decides alone."""
    meeting = Meeting(board=board, **values)
    allow(permissions.convenes, meeting, by)
    if board.single_decider:
        raise Refused(_("Its chair decides alone; there is no meeting to convene."))
    return create(meeting, by=by, details={"at": str(meeting.at), "place": meeting.place})


@transaction.atomic
def move(meeting: Meeting, *, by: User, **values: Any) -> Meeting:
    """Move a meeting of which no notice was given to another moment or place."""
    meeting = _hold(meeting, Meeting.States.SCHEDULED)
    allow(permissions.convenes, meeting, by)
    for name, value in values.items():
        setattr(meeting, name, value)
    meeting.save(update_fields=[*values])
    told = {name: str(value) for name, value in values.items()}
    history.record("gating.meeting.move", meeting, by=by, details=told)
    turns.refresh(meeting)
    return meeting


def candidates(meeting: Meeting) -> list[GateReview]:
    """The reviews that this meeting could take up: for its board, and on no coming agenda."""
    placed = AgendaItem.objects.filter(meeting__state__in=Meeting.LIVE).values("review")
    rows = GateReview.objects.filter(state__in=WRITTEN).exclude(pk__in=placed).select_related(
        "project__tier", "project__institution", "gate", "tier", "board"
    )  # fmt: skip
    routes = Routes()
    return [row for row in rows.order_by("pk")
            if (row.board or routes.of(row.project, row.gate)[0]) == meeting.board]  # fmt: skip


@transaction.atomic
def put_on_agenda(meeting: Meeting, review: GateReview, *, by: User) -> AgendaItem:
    """Put a review on the agenda of a meeting of its board, before the papers are frozen."""
    meeting = _hold(meeting, Meeting.States.SCHEDULED)
    allow(permissions.convenes, meeting, by)
    if review not in candidates(meeting):
        raise Refused(_("%(review)s is not for this board, or stands on an agenda already.")
                      % {"review": review})  # fmt: skip
    position = meeting.items.count() + 1
    item = AgendaItem.objects.create(meeting=meeting, review=review, position=position)
    details = {"review": review.ref, "position": position}
    history.record("gating.meeting.agenda", meeting, by=by, details=details)
    return item


@transaction.atomic
def take_off_agenda(item: AgendaItem, *, by: User) -> None:
    """Take a review off the agenda of a meeting before the papers are frozen."""
    meeting = _hold(item.meeting, Meeting.States.SCHEDULED)
    allow(permissions.convenes, meeting, by)
    history.record("gating.meeting.agenda", meeting, by=by, details={"off": item.review.ref})
    item.delete()


@transaction.atomic
def attend(meeting: Meeting, people: Iterable[int], *, by: User) -> None:
    """Record who attends, among those named for the seats; may be corrected until it closes."""
    meeting = _hold(meeting, Meeting.States.IN_SESSION)
    allow(permissions.keeps_attendance, meeting, by)
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
    known = meeting.present()
    Attendance.objects.bulk_create(
        Attendance(meeting=meeting, seat=seats[person], user_id=person)
        for person in sorted(wanted - known)
    )
    history.record("gating.meeting.attend", meeting, by=by, details={"present": sorted(wanted)})
    for motion in meeting.motions.filter(state="tabled").select_related(
        "project", "review", "board"
    ):
        turns.refresh(motion)


@transaction.atomic
def minute(meeting: Meeting, text: str, *, by: User) -> Meeting:
    """Complete the drafted minutes, until they are approved."""
    meeting = _hold(meeting, Meeting.States.CLOSED)
    allow(permissions.convenes, meeting, by)
    meeting.minutes = text
    meeting.save(update_fields=["minutes"])
    history.record("gating.meeting.minute", meeting, by=by, details={"minutes": text})
    return meeting


def _hold(meeting: Meeting, *states: str) -> Meeting:
    """The meeting as it stands now, its case held; raises Refused when it has moved on."""
    history.lock(meeting.dossier)
    rows = Meeting.objects.select_for_update(of=("self",)).select_related("board__dossier")
    meeting = rows.get(pk=meeting.pk)
    if meeting.state not in states:
        raise Refused(MOVED_ON())
    return meeting
