"""Minutes of a meeting, drafted from what was recorded: attendance, recusals, votes, decisions.

The debate is not in them. `without` leaves out the parts that somebody takes no part in.
"""

import re
from collections.abc import Collection
from typing import Any

from django.conf import settings
from django.utils import formats, timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core import clock
from gating import balloting

ITEM = re.compile(r"^\d+\. (?P<ref>.+? · M\d+) · ", re.ASCII)
"""The first line of the part of a motion."""


def draft(meeting: Any) -> str:
    """The draft of a meeting's minutes as plain text, in the language of the deployment."""
    with translation.override(settings.LANGUAGE_CODE), timezone.override(clock.zone()):
        parts = [_opening(meeting), _attendance(meeting)]
        motions = meeting.motions.exclude(state="withdrawn", followers=None).select_related(
            "review__gate", "review__project", "condition", "project", "case", "board", "meeting",
            "objection__user",
        )  # fmt: skip
        parts.append(_agenda(meeting))
        parts += [_motion(number, motion) for number, motion in enumerate(motions, start=1)]
        parts.append(_reported(meeting))
        return "\n\n".join(part for part in parts if part)


def without(text: str, refs: Collection[str]) -> str:
    """Minutes as somebody reads them who takes no part in these motions: their parts left out."""
    found, hidden = [], False
    for line in text.splitlines():
        start = ITEM.match(line)
        if start:
            hidden = start["ref"] in refs
            if hidden:
                found += [line, _("You take no part in this motion: this part of the draft is "
                                  "shown to you once the minutes are approved."), ""]  # fmt: skip
        if not hidden:
            found.append(line)
    return "\n".join(found)


def _moment(value: Any) -> str:
    return formats.date_format(timezone.localtime(value), "SHORT_DATETIME_FORMAT")


def _opening(meeting: Any) -> str:
    facts = {"board": str(meeting.board), "moment": _moment(meeting.at), "place": meeting.place}
    if meeting.written:
        parts = [_("Minutes of the votes in writing of %(board)s until %(moment)s.") % facts]
    else:
        parts = [_("Minutes of the meeting of %(board)s of %(moment)s, %(place)s.") % facts]
    if meeting.papers_frozen_at is not None:
        parts.append(_("Notice was given and the papers were frozen on %(moment)s.")
                     % {"moment": _moment(meeting.papers_frozen_at)})  # fmt: skip
    if meeting.urgency:
        parts.append(_("Notice was shorter than %(days)s days for urgency: %(reason)s")
                     % {"days": meeting.window, "reason": meeting.urgency})  # fmt: skip
    return " ".join(parts)


def _attendance(meeting: Any) -> str:
    if meeting.written:
        return _("Votes were cast in writing; a seat that did not vote counts as absent.")
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


def _agenda(meeting: Any) -> str:
    """The items that were decided together, and those that a seat took out."""
    items = meeting.items.filter(consent=True).select_related(
        "taken_out_by", "motion__case", "motion__project", "review__project", "review__gate"
    )
    rows = list(items)
    kept = [row.subject.ref for row in rows if row.taken_out_by is None]
    lines = []
    if kept:
        lines.append(_("Consent items, voted on together: %(refs)s.") % {"refs": "; ".join(kept)})
    lines += [
        _("%(person)s asked to decide %(ref)s by itself.")
        % {"person": row.taken_out_by, "ref": row.subject.ref}
        for row in rows
        if row.taken_out_by is not None
    ]
    return "\n".join(lines)


def _motion(number: int, motion: Any) -> str:
    lines = [f"{number}. {motion.ref} · {motion.about}", motion.text.strip()]
    lines.append(_("Proposed: %(outcome)s.") % {"outcome": motion.get_outcome_display()})
    lines += _recusals(motion)
    objection = getattr(motion, "objection", None)
    if objection is not None:
        told = {"person": objection.user, "reason": objection.reason}
        lines.append(
            _("%(person)s objected to deciding in writing: %(reason)s A meeting decides.") % told
        )
        return "\n".join(line for line in lines if line)
    if not motion.result:
        above = motion.followers.select_related("board").first()
        lines.append(_("It was not voted on.") if above is None else
                     _("No quorum could be reached, alternates included: %(board)s decides.")
                     % {"board": above.board})  # fmt: skip
        return "\n".join(line for line in lines if line)
    lines += [_seat(seat) for seat in _not_voting(motion)]
    lines.append(votes_in_words(motion.tally["case"]["votes"]))
    lines.append(_("Result: %(result)s. %(why)s") % {
        "result": motion.States(motion.result).label, "why": balloting.reason_of(motion),
    })  # fmt: skip
    return "\n".join(line for line in lines if line)


def votes_in_words(votes: dict[str, int]) -> str:
    """A count in words: `3 in favour, 1 against, 1 abstention, 0 recused, 0 absent`."""
    parts = [
        ngettext("%(count)s vote for", "%(count)s votes for", votes["for"])
        % {"count": votes["for"]},
        _("%(count)s against") % {"count": votes["against"]},
        ngettext("%(count)s abstention", "%(count)s abstentions", votes["abstain"])
        % {"count": votes["abstain"]},
        ngettext("%(count)s seat recused", "%(count)s seats recused", votes["recused"])
        % {"count": votes["recused"]},
        ngettext("%(count)s seat absent", "%(count)s seats absent", votes["absent"])
        % {"count": votes["absent"]},
    ]
    return _("Votes: %(parts)s.") % {"parts": ", ".join(parts)}


def _recusals(motion: Any) -> list[str]:
    rows = motion.recusals.select_related("user")
    return [
        _("%(person)s took no part, at their own word: %(reason)s")
        % {"person": row.user, "reason": row.reason}
        for row in rows
    ]


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
    rows = meeting.reported.select_related(
        "project", "case", "review__gate", "review__project", "board"
    )
    lines = [
        f"- {motion.ref} · {motion.about}: "
        f"{motion.get_outcome_display()}, {motion.States(motion.result).label}"
        for motion in rows
    ]
    if not lines:
        return ""
    return "\n".join([_("Reported, decided by one person alone:"), *lines])
