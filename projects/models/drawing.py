"""What stands between a tranche and its money: every guard of a release, each with its sentence.

A guard returns what is unmet; each names who can mend it, where, and by when, so that the button,
the refusal and the page "why can't I draw?" say the same.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from core import clock, money
from core.refusals import requires
from projects.accounts import (
    ACCOUNTED_PERCENT,
    COMMITTED,
    HELD,
    RELEASED,
    accounted_for,
    enough_accounted,
    released_before,
)
from projects.models.booking import flows

OVER = ("released", "accounted", "settled", "lapsed", "cancelled")
"""States of a tranche after which the next one may be drawn."""


@dataclass(frozen=True)
class Unmet:
    """One thing that is still in the way: what, who can mend it, where, and by when if known."""

    sentence: str
    who: str = ""
    url: str = ""
    due: datetime | None = None

    def __str__(self) -> str:
        return self.sentence


MANAGER = pgettext_lazy("who can mend it", "the project's manager")
OWNER = pgettext_lazy("who can mend it", "the certifying owner")
RECORDER = pgettext_lazy("who can mend it", "the spend recorder")
SECRETARIAT = pgettext_lazy("who can mend it", "the secretariat")


def project_page(tranche: Any) -> str:
    """Where the project stands in full."""
    return str(tranche.project.get_absolute_url())


def money_page(tranche: Any) -> str:
    """Where the project's money stands."""
    return reverse("projects:money", kwargs={"ref": tranche.project.ref})


@requires(gettext_lazy("The gate of this tranche has not been exercised."), who=OWNER,
          where=project_page)  # fmt: skip
def gate_exercised(tranche: Any) -> list[Unmet]:
    if tranche.state not in ("planned", "reserved"):
        return []
    if not tranche.gate:
        said = _("The project has not been triaged, so its discovery allowance is not committed.")
        return [Unmet(said, str(SECRETARIAT), project_page(tranche))]
    said = _("Gate %(gate)s has not been exercised, so tranche %(number)s is not committed.")
    return [Unmet(said % {"gate": tranche.gate, "number": tranche.number}, str(OWNER),
                  project_page(tranche))]  # fmt: skip


@requires(gettext_lazy("The project is on hold."), who=SECRETARIAT, where=project_page)
def no_hold(tranche: Any) -> list[Unmet]:
    return [
        Unmet(
            _("The project is on hold: %(reason)s") % {"reason": hold.reason},
            str(SECRETARIAT), hold.get_absolute_url(), hold.ends_at,
        )
        for hold in tranche.project.holds_active()
    ]  # fmt: skip


@requires(gettext_lazy("Something is owed before money is released."), where=project_page)
def nothing_owed(tranche: Any) -> list[Unmet]:
    """What is owed blocks once its day is over, or at once where it has none."""
    now = Q(due=None) | Q(due__lte=clock.now())
    owed = tranche.project.obligations.filter(now, open=True, blocks="release")
    return [
        Unmet(
            _("Still open: %(title)s.") % {"title": obligation.title},
            str(obligation.owner or ""), project_page(tranche), obligation.due,
        )
        for obligation in owed.select_related("owner")
    ]  # fmt: skip


@requires(gettext_lazy("The tranche is no longer valid."), who=OWNER, where=money_page)
def still_valid(tranche: Any) -> list[Unmet]:
    last = tranche.valid_until
    if last is None or last >= clock.today(tranche.project.institution):
        return []
    day = date_format(last, "SHORT_DATE_FORMAT")
    said = _("Tranche %(number)s was valid until %(day)s.") % {"number": tranche.number, "day": day}
    return [Unmet(said, str(OWNER), money_page(tranche), tranche.valid_to)]


@requires(gettext_lazy("What was released before is not accounted for."), who=RECORDER,
          where=money_page)  # fmt: skip
def accounted_before(tranche: Any) -> list[Unmet]:
    moved = flows(tranche.project)
    if enough_accounted(moved):
        return []
    currency = tranche.project.currency
    said = _("Of %(released)s released before, %(accounted)s is accounted for; at least "
             "%(percent)s percent is needed.") % {
        "released": money.show(released_before(moved), currency),
        "accounted": money.show(accounted_for(moved), currency), "percent": ACCOUNTED_PERCENT,
    }  # fmt: skip
    return [Unmet(said, str(RECORDER), money_page(tranche))]


@requires(gettext_lazy("Tranches are drawn in their order."), who=MANAGER, where=money_page)
def in_order(tranche: Any) -> list[Unmet]:
    earlier = tranche.project.tranches.filter(number__lt=tranche.number).exclude(state__in=OVER)
    return [
        Unmet(_("Tranche %(number)s comes first.") % {"number": number}, str(MANAGER),
              money_page(tranche))
        for number in earlier.order_by("number").values_list("number", flat=True)
    ]  # fmt: skip


@requires(gettext_lazy("The tranche holds no money."), who=MANAGER, where=money_page)
def has_amount(tranche: Any) -> bool:
    return bool(tranche.amount > 0)


GUARDS = (gate_exercised, no_hold, nothing_owed, still_valid, accounted_before, in_order,
          has_amount)  # fmt: skip
"""Every guard of RELEASE (domain, §3), in the order in which they are told."""


def unmet(tranche: Any, guards: Iterable[Any] = GUARDS) -> list[Unmet]:
    """Everything between a tranche and its release, whatever step comes next."""
    found: list[Unmet] = []
    for guard in guards:
        said = guard(tranche)
        if isinstance(said, list):
            found += said
        elif not said:
            found.append(Unmet(str(guard.reason), str(guard.who), guard.where(tranche)))
    return found


def through(tranche: Any) -> dict[tuple[str, str], int]:
    """What moved for this tranche and those before it, and what no tranche is named for."""
    upto = Q(posting__tranche=None) | Q(posting__tranche__number__lte=tranche.number)
    return flows(tranche.project, upto)


@requires(gettext_lazy("Less than 70 percent of what was released up to this tranche is accounted "
                       "for."), who=RECORDER, where=money_page)  # fmt: skip
def mostly_accounted(tranche: Any) -> bool:
    released = released_before(through(tranche))
    return accounted_for(flows(tranche.project)) * 100 >= released * ACCOUNTED_PERCENT


@requires(gettext_lazy("Not everything that was released up to this tranche is spent or given "
                       "back."), who=RECORDER, where=money_page)  # fmt: skip
def all_accounted(tranche: Any) -> bool:
    moved = through(tranche)
    released = moved.get((COMMITTED, RELEASED), 0) + moved.get((HELD, RELEASED), 0)
    return accounted_for(flows(tranche.project)) >= released


@requires(gettext_lazy("Its holdback stands until the next gate is exercised or the closure is "
                       "accepted."), who=OWNER, where=project_page)  # fmt: skip
def holdback_freed(tranche: Any) -> bool:
    if not tranche.project.balances.filter(account=HELD, amount__gt=0).exists():
        return True  # what the end of the project took back names no tranche
    moved = flows(tranche.project, Q(posting__tranche=tranche))
    return sum(amount for (source, _target), amount in moved.items() if source == HELD) >= sum(
        amount for (_source, target), amount in moved.items() if target == HELD
    )


@requires(gettext_lazy("The tranche is still valid."))
def past_validity(tranche: Any) -> bool:
    return len(still_valid(tranche)) > 0
