"""When bids close, questions considered: no database here."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

ANSWER_DAYS = 2
"""Days before the deadline on which every question is answered, or declined with a reason."""


def effective(
    closes_at: datetime, settled: Iterable[datetime | None], now: datetime,
    later: Callable[[datetime], datetime], days: int = ANSWER_DAYS,
) -> datetime:  # fmt: skip
    """The deadline as it stands at a moment: a question open too late moves it, again and again.

    `settled` is, for each question, when it was answered or declined, or None; `later` gives the
    deadline that follows one. A question settled `days` before the deadline moves nothing.
    """
    moments = list(settled)
    while True:
        limit = closes_at - timedelta(days=days)
        if now < limit or not any(at is None or at > limit for at in moments):
            return closes_at
        following = later(closes_at)
        if following <= closes_at:
            raise ValueError("a deadline moves on only")
        closes_at = following
