"""Up to which whole-life cost each board may decide: versions, each in effect from its day."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from core import guards
from core.models.history import AppendOnly, AppendOnlyQuerySet
from core.money import MinorUnitsField

ALWAYS = date(2000, 1, 1)
"""The first day of the versions that a database begins with."""


class AuthorityQuerySet(AppendOnlyQuerySet):
    """Versions of boards' authority."""

    def on(self, day: date) -> list["AuthorityBand"]:
        """The version in effect on a day of each board and currency; the last entered wins."""
        ordered = self.filter(starts__lte=day).order_by("currency", "board_code", "starts", "pk")
        rows: list[Any] = list(ordered)
        return list({(row.currency, row.board_code): row for row in rows}.values())

    def to_come(self, day: date) -> "AuthorityQuerySet":
        """Versions that begin after a day."""
        return self.filter(starts__gt=day)


@guards.append_only
class AuthorityBand(AppendOnly):
    """Up to which whole-life cost a board decides in one currency, from a day until the next.

    `up_to` is in minor units of the currency, empty without limit; `none` ends the authority.
    Versions are added, never changed: what an earlier decision was based on stays readable.
    """

    board_code = models.CharField(_("board"), max_length=40)
    currency = models.CharField(_("currency"), max_length=3)
    up_to = MinorUnitsField(_("up to whole-life cost"), null=True, blank=True)
    none = models.BooleanField(_("no authority"), default=False)
    starts = models.DateField(_("in effect from"), default=ALWAYS)
    because = models.TextField(_("reason"), blank=True)
    set_by = models.ForeignKey("core.User", models.PROTECT, null=True, related_name="+")
    set_at = models.DateTimeField(_("entered"), null=True)

    objects = AuthorityQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        ordering = ["currency", "board_code", "-starts", "-pk"]
        verbose_name = _("authority of a board")
        verbose_name_plural = _("authority of boards")
        indexes = [models.Index(fields=["currency", "board_code", "starts"])]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(up_to=None) | models.Q(up_to__gte=0, none=False),
                name="projects_authorityband_whole",
            )
        ]

    def __str__(self) -> str:
        return f"{self.board_code} · {self.currency}"

    def covers(self, cost: int) -> bool:
        """Whether a whole-life cost, in minor units of the band's currency, lies within it."""
        return not self.none and (self.up_to is None or cost <= self.up_to)


def limits(bands: Iterable[Any]) -> dict[str, dict[str, int | None]]:
    """By currency, the largest cost of each board that has authority; None is without limit."""
    found: dict[str, dict[str, int | None]] = {}
    for band in bands:
        if not band.none:
            found.setdefault(band.currency, {})[band.board_code] = band.up_to
    return found
