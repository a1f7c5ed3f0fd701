"""Minutes as each person reads them, and on paper."""

from typing import Any

from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from core import pdf
from core.people import identities
from gating import approving, minutes
from gating.models import Meeting, Motion


def readable(meeting: Meeting, user: Any) -> str:
    """The minutes; of a draft, without the parts on motions in which this person takes no part."""
    if meeting.state == Meeting.States.MINUTES_APPROVED or not meeting.minutes:
        return meeting.minutes
    return without_own(meeting, meeting.minutes, user)


def without_own(meeting: Meeting, text: str, user: Any) -> str:
    """A draft of a meeting's minutes without the parts in which this person takes no part."""
    mine = identities(user)
    rows = meeting.motions.select_related(*Motion.step_related, "condition", "case")
    refs = {motion.ref for motion in rows if mine & motion.excluded().keys()}
    return minutes.without(text, refs) if refs else text


def whole(meeting: Meeting, user: Any) -> bool:
    """Whether this person reads all of the minutes."""
    return readable(meeting, user) == meeting.minutes


def approval(meeting: Meeting) -> Motion | None:
    """The motion of a later meeting that approved the minutes."""
    rows = Motion.objects.filter(matter="gating.meeting", matter_id=meeting.pk)
    return rows.filter(tally__result="carried").select_related("meeting", "board", "case").first()


def as_pdf(meeting: Meeting, user: Any) -> bytes:
    """The minutes as a tagged PDF in the reader's language, marked while they are a draft."""
    language = (get_language() or settings.LANGUAGE_CODE)[:2]
    title = _("Minutes %(meeting)s") % {"meeting": meeting.title_for_people()}
    where = f"{settings.BASE_URL}{meeting.get_absolute_url()}"
    items: list[tuple[Any, ...]] = [("h1", title), ("facts", facts(meeting))]
    items += [("p", part) for part in readable(meeting, user).split("\n\n") if part.strip()]
    return pdf.build(title, items, language=language, check_url=where,
                     footer=f"SHA-256 {approving.minutes_hash(meeting)}")  # fmt: skip


def facts(meeting: Meeting) -> list[tuple[str, str]]:
    """Board, state, and by which motion they were approved."""
    rows = [(_("Board"), str(meeting.board)), (_("State"), state(meeting)),
            ("SHA-256", approving.minutes_hash(meeting))]  # fmt: skip
    found = approval(meeting)
    if found is not None and found.meeting is not None:
        rows.append((_("Approved by the motion"),
                     f"{found.ref} ({found.meeting.title_for_people()})"))  # fmt: skip
    return rows


def state(meeting: Meeting) -> str:
    """Whether the minutes stand, in words."""
    if meeting.state == Meeting.States.MINUTES_APPROVED:
        return _("approved")
    return _("draft, not approved yet")
