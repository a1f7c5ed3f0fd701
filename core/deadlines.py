"""Deadlines as people read them: a day that ends at 24:00 is that day, not the next at midnight."""

from datetime import datetime, time, timedelta

from django.utils import timezone
from django.utils.formats import date_format


def told(moment: datetime | None) -> str:
    """A moment in the reader's format; the end of a day as that day's 24:00."""
    if moment is None:
        return "–"
    local = timezone.localtime(moment)
    if local.time() == time():
        return f"{date_format(local - timedelta(days=1), 'SHORT_DATE_FORMAT')} 24:00"
    return f"{date_format(local, 'SHORT_DATE_FORMAT')} {local:%H:%M}"
