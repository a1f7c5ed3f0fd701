"""What an emergency exception asks: limits, dates, and the guards it does not bypass."""

from typing import Any

from django.apps import apps
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core import clock, money
from core.people import identities
from core.permissions import as_consequence, by_clock
from core.refusals import requires
from projects import setting_aside
from projects.models import drawing

DEFAULT_PERCENT, DEFAULT_DAYS = 20, 30
"""The limits where an administrator has set none for the tier."""
OVER = ("draft", "triaged", "closing", "closed", "stopped", "withdrawn")


class Bypass(models.TextChoices):
    """What an exception may bypass; separation of duties and the ledger's rules are not here."""

    GATE = "gate", _("the gate that has not been exercised")
    HOLD = "hold", _("a hold of the project")
    OWED = "owed", _("a condition or another obligation that fell due")
    ACCOUNTED = "accounted", _("the account of what was released before")


GUARDS = {
    Bypass.HOLD: drawing.no_hold,
    Bypass.OWED: drawing.nothing_owed,
    Bypass.ACCOUNTED: drawing.accounted_before,
}


def limits(project: Any, tranche: Any) -> tuple[int, int]:
    """The largest amount, in minor units, and the most days of an exception now."""
    cap = None
    if project.tier is not None:
        cap = apps.get_model("gating.EmergencyCap").objects.filter(tier=project.tier).first()
    percent, days = (cap.percent, cap.days) if cap else (DEFAULT_PERCENT, DEFAULT_DAYS)
    amount = tranche.amount * percent // 100
    ceiling = cap.ceilings.filter(currency=project.currency).first() if cap else None
    return (min(amount, ceiling.amount) if ceiling else amount), days


def faults(project: Any, amount: int, days: int, bypasses: list[str]) -> list[str]:
    """Why no exception like this is granted now, as sentences."""
    tranche = setting_aside.next_tranche(project)
    if project.stage in OVER or tranche is None or tranche.number == 0:
        return [gettext("There is no tranche of a gate ahead that an exception could draw on.")]
    most, longest = limits(project, tranche)
    found = []
    if amount <= 0 or amount > most:
        found.append(
            gettext("At most %(most)s of the next tranche may be released as an exception.")
            % {"most": money.show(most, project.currency)}
        )
    if not 0 < days <= longest:
        found.append(gettext("At most %(days)s days are granted.") % {"days": longest})
    if tranche.state in setting_aside.UNDER_WAY:
        found.append(gettext("A release of the tranche is under way; take it back first."))
    return found + _unfit(tranche, bypasses)


def _unfit(tranche: Any, bypasses: list[str]) -> list[str]:
    """An exception names what stands in the way, and only that."""
    closed = tranche.state in ("planned", "reserved")
    if closed and Bypass.GATE not in bypasses:
        return [gettext("The gate of the next tranche is not exercised: name it as bypassed.")]
    if not closed and Bypass.GATE in bypasses:
        return [gettext("The gate of the next tranche is exercised: nothing of it is bypassed.")]
    if not bypasses:
        return [gettext("Say what the exception bypasses.")]
    return []


@requires(_("The exception keeps within the limits of its tier."))
def within_caps(exception: Any) -> list[str]:
    return faults(exception.project, exception.amount, exception.days, exception.bypasses)


@requires(_("The gate that it bypasses is still closed."))
def still_needed(exception: Any) -> list[str]:
    tranche = setting_aside.next_tranche(exception.project)
    if tranche is None or tranche.number != exception.tranche_number:
        return [
            gettext("The project has gone on since it was asked for: the next tranche is another.")
        ]
    return []


@requires(_("Its days are not over."))
def days_run(exception: Any) -> bool:
    return exception.ends_at is not None and clock.now() < exception.ends_at


@requires(_("Its days are over."))
def days_over(exception: Any) -> bool:
    return not days_run(exception)


@requires(_("Everything that it does not bypass is in order."))
def other_guards(exception: Any) -> list[str]:
    """The guards of any release that this exception does not name."""
    kept = [guard for code, guard in GUARDS.items() if code not in exception.bypasses]
    found = [str(unmet) for unmet in drawing.unmet(exception, kept)]
    if exception.project.stage in OVER:
        found.append(gettext("The project is over, or not yet under way."))
    return found


@requires(_("Only who granted it first takes the grant back."))
def supported_it(exception: Any, user: Any) -> bool:
    return exception.supported_by_id in identities(user)


@requires(_("An unused exception ends with its days, or when it is no longer needed."))
def ends_unused(exception: Any, user: Any) -> bool:
    return as_consequence(exception, user) or (by_clock(exception, user) and days_over(exception))


__all__ = ["Bypass", "days_over", "days_run", "ends_unused", "faults", "limits",
           "other_guards", "still_needed", "supported_it", "within_caps"]  # fmt: skip
