"""Changing the numbers of proportion: tiers, thresholds, limits; from a day on, on record."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core import clock, due, history
from core.due import Due, falls_due
from core.models import Dossier, User
from core.refusals import Refused
from core.steps import allow, create, perform
from projects import permissions
from projects.models.limits import ChangeLimits
from projects.models.rule_version import RuleVersion, read
from projects.models.tier import TIERS, Tier


def _case() -> Dossier:
    return history.standing_dossier("settings", TIERS)


@transaction.atomic
def save_tier(tier: Tier, values: dict[str, Any], *, by: User, from_day: date | None = None,
              because: str = "") -> RuleVersion | None:  # fmt: skip
    """Change numbers of a tier from a day on (today without one).

    Raises Denied for anybody but an administrator, Refused for a day that is over.
    """
    return _schedule(RuleVersion.Kind.TIER, tier.code, values, from_day=from_day, by=by,
                     because=because)  # fmt: skip


@transaction.atomic
def save_bands(currency: str, values: dict[str, int], *, by: User, from_day: date | None = None,
               because: str = "") -> RuleVersion | None:  # fmt: skip
    """Set the thresholds and allowances of a currency, in its minor units, from a day on.

    `values` has medium, large, cap_small, cap_medium, cap_large; small begins at zero. Projects
    already triaged keep their tier. Raises Denied for anybody but an administrator, Refused for a
    day that is over.
    """
    return _schedule(RuleVersion.Kind.BANDS, currency, values, from_day=from_day, by=by,
                     because=because)  # fmt: skip


def _schedule(kind: str, key: str, values: dict[str, Any], *, from_day: date | None, by: User,
              because: str) -> RuleVersion | None:  # fmt: skip
    allow(permissions.edits_tiers, None, by)
    history.lock(_case())
    today = clock.today()
    day = from_day or today
    _refuse_past(day, today)
    others = RuleVersion.objects.filter(kind=kind, key=key, state="scheduled", from_day=day)
    for other in others:
        perform(other, "withdraw", by=by, because=_("Replaced by another for the same day."))
    if day == today and read(kind, key) == values:
        return None
    version = RuleVersion(kind=kind, key=key, values=values, from_day=day, because=because.strip(),
                          set_by=by, set_at=clock.now())  # fmt: skip
    create(version, by=by, because=because, details={"from": day.isoformat(), "values": values})
    return perform(version, "take_effect", by=by, because=because) if day == today else version


def _refuse_past(day: date, today: date) -> None:
    if day < today:
        raise Refused(_("Rules change from today or a day to come; what was decided stands."))


def bands_of(currency: str) -> dict[str, int]:
    """The thresholds and allowances of a currency in its minor units; empty where none are set."""
    return read(RuleVersion.Kind.BANDS, currency)


@falls_due
def rules_coming(now: datetime) -> Iterable[Due]:
    """A version of a rule takes effect when its first day begins."""
    near = now.astimezone(clock.zone()).date() + timedelta(days=1)
    rows = RuleVersion.objects.filter(state="scheduled", from_day__lte=near)
    return due.steps(rows.order_by("from_day", "pk"), "take_effect", at=lambda row: row.begins_at)


@transaction.atomic
def set_limits(values: dict[str, Any], *, by: User) -> ChangeLimits:
    """Set how far changes go before whom, from a day on: percents, days, `from_day`, `because`.

    Raises Denied for anybody but an administrator, Refused for a day that is over. Changes whose
    impact is assessed already keep their route.
    """
    allow(permissions.edits_tiers, None, by)
    history.lock(_case())
    _refuse_past(values["from_day"], clock.today())
    made = ChangeLimits.objects.create(
        from_day=values["from_day"], because=values["because"].strip(), set_by=by,
        tolerance_bp=_basis_points(values["tolerance_percent"]),
        tolerance_days=values["tolerance_days"],
        deviation_bp=_basis_points(values["deviation_percent"]),
        deviation_days=values["deviation_days"], set_at=clock.now(),
    )  # fmt: skip
    details = {name: str(value) for name, value in values.items() if name != "because"}
    history.record("projects.changelimits.set", made, by=by, because=made.because, details=details)
    return made


def _basis_points(percent: Any) -> int:
    return int(Fraction(percent) * 100)
