"""How far a change may go before whom: limits as data, each version with effect from a day."""

from datetime import date
from fractions import Fraction
from typing import Any

from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from core import guards
from core.models import Dossier
from core.models.history import AppendOnly
from projects.models.tier import TIERS
from projects.routing_changes import Limits

MOST_BP = 100_000
"""No limit lies above 1000 percent, in hundredths of a percent."""


@guards.append_only
class ChangeLimits(AppendOnly):
    """Up to where the manager records a change, and up to where a board decides it by motion.

    Percentages are hundredths of a percent of the baseline's cost; beyond the second pair a change
    is critical. Of several versions for one day the newest counts.
    """

    from_day = models.DateField(_("in effect from"))
    tolerance_bp = models.PositiveIntegerField(
        _("tolerance: cost, hundredths of a percent"), validators=[MaxValueValidator(MOST_BP)]
    )
    tolerance_days = models.PositiveIntegerField(_("tolerance: days"))
    deviation_bp = models.PositiveIntegerField(
        _("deviation: cost, hundredths of a percent"), validators=[MaxValueValidator(MOST_BP)]
    )
    deviation_days = models.PositiveIntegerField(_("deviation: days"))
    because = models.TextField(_("why"), blank=True)
    set_by = models.ForeignKey("core.User", models.PROTECT, related_name="+")
    set_at = models.DateTimeField(_("set"))

    class Meta:
        ordering = ["-from_day", "-pk"]
        verbose_name = _("limits of changes")
        verbose_name_plural = _("limits of changes")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    deviation_bp__gte=models.F("tolerance_bp"),
                    deviation_days__gte=models.F("tolerance_days"),
                ),
                name="projects_changelimits_in_order",
            )
        ]

    def __str__(self) -> str:
        return str(self.from_day)

    @property
    def dossier(self) -> Dossier:
        """The case file of all tiers, thresholds and limits."""
        return Dossier.objects.get(ref=TIERS)

    @property
    def limits(self) -> Limits:
        """The same as the rules of routing take them."""
        return Limits(
            Fraction(self.tolerance_bp, 100), self.tolerance_days,
            Fraction(self.deviation_bp, 100), self.deviation_days,
        )  # fmt: skip


def limits_on(day: date) -> Limits:
    """The limits in effect on a day; the delivered ones before the first version."""
    found = ChangeLimits.objects.filter(from_day__lte=day).first()
    return found.limits if found else Limits()


def as_text(limits: Limits) -> dict[str, Any]:
    """Limits as the route of a change keeps them: percent as text, days as numbers."""
    return {
        "tolerance": [_plain(limits.tolerance_percent), limits.tolerance_days],
        "deviation": [_plain(limits.deviation_percent), limits.deviation_days],
    }


def _plain(percent: Any) -> str:
    whole, part = divmod(round(Fraction(percent) * 100), 100)
    return f"{whole}.{part:02d}" if part else str(whole)
