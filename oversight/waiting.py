"""What waits for a person, ready for the page: labels in their language, lateness, the link."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from core import clock, deadlines, turns
from core.machines import wait_label
from core.models import Turn, User

SOON = timedelta(days=3)
MOST = 100


def rows(found: Iterable[Turn]) -> list[SafeString]:
    """The turns of a page as its lines: what waits, of which row, and how near its deadline is."""
    now = clock.now()
    words = _("overdue since"), _("until"), _("since")
    return [_line(turn, now, words) for turn in found]


def _line(turn: Turn, now: datetime, words: tuple[str, str, str]) -> SafeString:
    late, until, since = words
    moment, due = turn.due or turn.since, turn.due is not None
    local = timezone.localtime(moment)
    tone = (
        "c-late" if due and moment < now else "c-soon" if due and moment < now + SOON else "c-soft"
    )
    told = deadlines.told(moment) if due else date_format(local, "SHORT_DATE_FORMAT")
    return format_html(
        '<li class="c-list__item"><div class="c-list__main"><a class="govuk-link c-list__title" '
        'href="{}">{}</a><span class="c-list__more">{}</span></div><span class="c-number {}">{} '
        '<time datetime="{}">{}</time></span></li>',
        turn.url, wait_label(turn.target_label, turn.step), turn.title, tone,
        (late if moment < now else until) if due else since,
        local.isoformat(timespec="minutes"), told,
    )  # fmt: skip


def badge(user: User) -> str:
    """How much waits, for the header: nothing, a number, or 99+."""
    count = turns.count_for(user)
    return "" if not count else _("99+") if count >= MOST else str(count)
