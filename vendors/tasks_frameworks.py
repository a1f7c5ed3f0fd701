"""What frameworks leave to the clock: windows, standstills and ends; reminders before days."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from core import clock, due, reminders
from core.due import Due, falls_due
from vendors import loading_orders
from vendors.models.application import ApplicationEvidence
from vendors.models.framework import STANDING, Framework, FrameworkState
from vendors.models.membership import Membership, MembershipState

EVIDENCE_MARKS = (30, 14, 3)
"""Days before a document expires at which the vendor is reminded."""
WINDOW_MARKS = (7, 1)
"""Days before the window closes at which who drafts an application is reminded."""
EXPIRES, CLOSES = "vendors.applicationevidence.remind", "vendors.membership.remind"


def _near(now: datetime, days: int = 1) -> Any:
    """The day that may be reached somewhere; each row's own moment decides."""
    return now.astimezone(clock.zone()).date() + timedelta(days=days)


def _in(*states: str, **which: object) -> Any:
    return Framework.objects.filter(state__in=states, **which).select_related("institution")


@falls_due
def frameworks_ending(now: datetime) -> Iterable[Due]:
    """A framework expires at 24:00 of its last day, in whatever state it stands by then."""
    rows = _in(*STANDING, ends_on__lt=_near(now))
    return due.steps(rows, "expire", at=lambda row: row.ends_at)


@falls_due
def windows_closing(now: datetime) -> Iterable[Due]:
    """Applications are taken until 24:00 of the window's last day."""
    rows = _in(FrameworkState.OPEN, closes_on__lt=_near(now))
    return due.steps(rows, "close_window", at=lambda row: row.window_closes)


@falls_due
def standstills_over(now: datetime) -> Iterable[Due]:
    """The day after its standstill a framework is in force."""
    rows = _in(FrameworkState.STANDSTILL, standstill_until__lt=_near(now))
    return due.steps(rows, "activate", at=lambda row: row.standstill_ends)


@falls_due
def windows_opening(now: datetime) -> Iterable[Due]:
    """A further window begins at 0:00 of its first day."""
    near = _near(now)
    rows = _in(FrameworkState.ACTIVE, windows__opens_on__lte=near,
               windows__closes_on__gte=near - timedelta(days=2))  # fmt: skip
    return due.steps(rows.distinct(), "reopen", at=_opens_at)


def _opens_at(framework: Framework) -> datetime | None:
    window = framework.window_due()
    return window.opens_at if window else None


@falls_due
def windows_reminded(now: datetime) -> Iterable[Due]:
    """Who drafts an application is told before the window closes, each time once."""
    rows = Membership._default_manager.filter(
        state=MembershipState.DRAFT, lot__framework__state=FrameworkState.OPEN,
        lot__framework__closes_on__lte=_near(now, WINDOW_MARKS[0] + 1),
    )  # fmt: skip
    found = []
    for row in rows.select_related(*Membership.step_related):
        where, last = row.framework.institution, row.framework.closes_on
        mark = reminders.due_mark((last - clock.today(where)).days, WINDOW_MARKS)
        if mark is not None:
            at = clock.end_of(last - timedelta(days=mark + 1), where)
            key = f"{CLOSES}:{row.pk}:{last}:{mark}"
            found.append(Due(at, key, partial(_remind, row, last, WINDOW_MARKS, CLOSES)))
    return found


@falls_due
def evidence_expiring(now: datetime) -> Iterable[Due]:
    """Members are told 30, 14 and 3 days before a document of theirs expires."""
    days = (_near(now, -1), _near(now, EVIDENCE_MARKS[0] + 1))
    rows = ApplicationEvidence.objects.filter(
        left_out=False, valid_until__range=days, membership__state__in=("active", "suspended")
    )
    found = []
    for row in rows.select_related("membership__lot__framework__institution", "document"):
        where = row.membership.framework.institution
        last: Any = row.valid_until
        mark = reminders.due_mark((last - clock.today(where)).days, EVIDENCE_MARKS)
        if mark is not None:
            at = clock.end_of(last - timedelta(days=mark + 1), where)
            key = f"{EXPIRES}:{row.pk}:{last}:{mark}"
            found.append(Due(at, key, partial(_remind, row, last, EVIDENCE_MARKS, EXPIRES)))
    return found


@falls_due
def orders_decided(now: datetime) -> Iterable[Due]:
    """Historical orders are taken in once a person has said which vendor is meant."""
    person = clock.clock_account
    return [
        Due(row.match.decided_at or now, f"vendors.historicalrow:follow:{row.pk}",
            partial(_follow, row, person))
        for row in loading_orders.decided_rows()
        if row.match is not None
    ]  # fmt: skip


def _follow(row: Any, person: Any) -> bool:
    return bool(loading_orders.follow(row, by=person()))


def _remind(row: Any, last: Any, marks: tuple[int, ...], verb: str) -> bool:
    membership = getattr(row, "membership", row)
    today = clock.today(membership.framework.institution)
    return reminders.remind(row, last, marks, verb=verb, today=today)
