"""Minutes of a meeting, drafted from what was recorded: attendance, recusals, votes, decisions."""

from typing import Any

from django.conf import settings
from django.utils import formats, timezone, translation
from django.utils.translation import gettext as _

from core import clock
from gating import balloting


def draft(meeting: Any) -> str:
    """The draft of a meeting's minutes as plain text, in the language of the deployment."""
    with translation.override(settings.LANGUAGE_CODE), timezone.override(clock.zone()):
        parts = [_opening(meeting), _attendance(meeting)]
        motions = meeting.motions.exclude(state="withdrawn").select_related(
            "review__gate", "review__project", "condition", "project", "board", "meeting"
        )
        parts += [_motion(number, motion) for number, motion in enumerate(motions, start=1)]
        parts.append(_reported(meeting))
        return "\n\n".join(part for part in parts if part)


def _moment(value: Any) -> str:
    return formats.date_format(timezone.localtime(value), "SHORT_DATETIME_FORMAT")


def _opening(meeting: Any) -> str:
    head = _("Minutes of the meeting of %(board)s of %(moment)s, %(place)s.") % {
        "board": str(meeting.board), "moment": _moment(meeting.at), "place": meeting.place,
    }  # fmt: skip
    if meeting.papers_frozen_at is None:
        return head
    frozen = _("Notice was given and the papers were frozen on %(moment)s.") % {
        "moment": _moment(meeting.papers_frozen_at)
    }
    return f"{head} {frozen}"


def _attendance(meeting: Any) -> str:
    rows = meeting.attendance.select_related("user", "seat__user").order_by("seat", "pk")
    names = []
    for row in rows:
        if row.user_id == row.seat.user_id:
            names.append(str(row.user))
        else:
            holder = {"person": row.user, "holder": row.seat.user}
            names.append(_("%(person)s (alternate of %(holder)s)") % holder)
    if not names:
        return _("Nobody was recorded as present.")
    return _("Present: %(names)s.") % {"names": "; ".join(names)}


def _motion(number: int, motion: Any) -> str:
    lines = [f"{number}. {motion.ref} · {motion.project.title}", motion.text.strip()]
    lines.append(_("Proposed: %(outcome)s.") % {"outcome": motion.get_outcome_display()})
    if not motion.result:
        lines.append(_("It was not voted on."))
        return "\n".join(lines)
    lines += [_seat(seat) for seat in _not_voting(motion)]
    votes = motion.tally["case"]["votes"]
    lines.append(_("Votes: %(for)s for, %(against)s against, %(abstain)s abstained; "
                   "%(recused)s recused, %(absent)s absent.") % votes)  # fmt: skip
    lines.append(_("Result: %(result)s. %(why)s") % {
        "result": motion.States(motion.result).label, "why": balloting.reason_of(motion),
    })  # fmt: skip
    return "\n".join(line for line in lines if line)


def _not_voting(motion: Any) -> list[Any]:
    rows = motion.seats.select_related("seat__user", "user")
    return [row for row in rows if row.user_id != row.seat.user_id]


def _seat(row: Any) -> str:
    facts = {"holder": row.seat.user, "person": row.user, "why": row.get_why_display()}
    if row.user is not None and row.why:
        return _("%(holder)s took no part (%(why)s); %(person)s sat as alternate.") % facts
    if row.user is not None:
        return _("%(holder)s was absent; %(person)s sat as alternate.") % facts
    if row.why:
        return _("%(holder)s took no part: %(why)s.") % facts
    return _("%(holder)s was absent.") % facts


def _reported(meeting: Any) -> str:
    rows = meeting.reported.select_related("project", "review__gate", "review__project", "board")
    lines = [
        f"- {motion.ref} · {motion.project.title}: "
        f"{motion.get_outcome_display()}, {motion.States(motion.result).label}"
        for motion in rows
    ]
    if not lines:
        return ""
    return "\n".join([_("Reported, decided by one person alone:"), *lines])
