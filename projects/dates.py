"""Dates that can be right: what lies outside was mistyped, like the year 0001."""

from datetime import date

from django.utils.translation import gettext as _

EARLIEST, LATEST = date(1950, 1, 1), date(2199, 12, 31)


def nonsense(day: date) -> str:
    """Why a date cannot be right, as a sentence; nothing where it can."""
    if EARLIEST <= day <= LATEST:
        return ""
    return _("The year %(year)04d cannot be right: dates lie between %(first)d and %(last)d.") % {
        "year": day.year, "first": EARLIEST.year, "last": LATEST.year,
    }  # fmt: skip
