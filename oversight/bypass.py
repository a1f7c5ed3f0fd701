"""The bypass meter: what goes past the gates, at the top of the portfolio.

Every figure is one question on an index, whatever the number of projects; the share of a whole year
of releases is kept for some minutes.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.core.cache import cache
from django.db.models import Count, Q, Sum
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core import clock
from core.money import show
from gating.models import Condition, EmergencyException
from projects.models import Hold, PostingLine

YEAR = timedelta(days=365)
KEPT_SECONDS = 300


@dataclass(frozen=True)
class Figure:
    """One reading of the meter: a count in words, its money, and where its rows are listed."""

    count: int
    text: str
    money: str
    url: str
    alarming: bool = False


def meter() -> list[Figure]:
    """The readings, the overdue exceptions first; empty where nothing goes past a gate."""
    found = [*_exceptions(), _waivers(), _holds()]
    return [figure for figure in found if figure.count]


def _exceptions() -> list[Figure]:
    late = Q(state="overdue") | Q(state="released", ends_at__lte=clock.now())
    rows = EmergencyException.objects.open_().order_by().values("project__currency").annotate(
        late=Count("pk", filter=late), late_money=Sum("amount", filter=late),
        running=Count("pk", filter=~late), money=Sum("amount", filter=~late),
    )  # fmt: skip
    kept = list(rows.order_by("project__currency"))
    url = reverse("gating:exception_list")
    overdue, running = (sum(row[name] for row in kept) for name in ("late", "running"))
    return [
        Figure(overdue, ngettext("%(n)s overdue exception", "%(n)s overdue exceptions", overdue)
               % {"n": overdue}, _money(kept, "late_money"), f"{url}?show=overdue", alarming=True),
        Figure(running, ngettext("%(n)s open exception", "%(n)s open exceptions", running)
               % {"n": running}, _money(kept, "money"), f"{url}?show=open"),
    ]  # fmt: skip


def _money(rows: list[dict[str, Any]], name: str) -> str:
    return " · ".join(show(row[name], row["project__currency"]) for row in rows if row[name])


def _waivers() -> Figure:
    count = Condition.objects.filter(state="waived", waived_until__gte=clock.today()).count()
    text = ngettext("%(n)s waiver in force", "%(n)s waivers in force", count) % {"n": count}
    return Figure(count, text, "", f"{reverse('gating:condition_list')}?show=waived")


def _holds() -> Figure:
    count = Hold.objects.active().filter(urgent=True).count()
    text = ngettext("%(n)s urgent hold", "%(n)s urgent holds", count) % {"n": count}
    return Figure(count, text, "", "/portfolio/?hold=yes")


def share() -> list[str]:
    """Of what was released in twelve months, how much went past a gate, a sentence a currency."""
    kept: list[tuple[str, int, int]] | None = cache.get("bypass-share")
    if kept is None:
        kept = _share()
        cache.set("bypass-share", kept, KEPT_SECONDS)
    return [
        _(
            "In twelve months %(percent)s percent of what was released in %(currency)s went past "
            "a gate."
        )
        % {"percent": f"{early * 100 / every:.1f}", "currency": currency}
        for currency, early, every in kept
    ]


def _share() -> list[tuple[str, int, int]]:
    """Currency, released under exceptions, released in all: in minor units, in twelve months."""
    since = clock.now() - YEAR
    early = EmergencyException.objects.filter(released_at__gte=since).order_by()
    under = dict(early.values_list("project__currency").annotate(Sum("amount")))
    if not under:
        return []
    lines = PostingLine.objects.filter(
        posting__kind="release", posting__recorded_at__gte=since, posting__reversal=None,
        posting__project__currency__in=under,
    ).order_by()  # fmt: skip
    rows = lines.values_list("posting__project__currency").annotate(Sum("amount"))
    return sorted((code, under[code], every) for code, every in rows if every)
