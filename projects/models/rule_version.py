"""Numbers of tiers and thresholds: every version kept, each with effect from a day."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from core import clock, guards, history
from core.machines import Machine, State, transition
from core.models import Dossier, User
from core.refusals import requires
from core.waits import Wait
from projects import permissions
from projects.models.tier import TIERS, Tier, TierBand, TierCode


@requires(_("The day from which it counts has come."))
def day_come(version: Any) -> bool:
    return clock.now() >= version.begins_at


class RuleVersionQuerySet(models.QuerySet):
    """Versions of rules, which anybody may read."""

    def visible_to(self, user: Any) -> "RuleVersionQuerySet":
        return self


@guards.kept
class RuleVersion(Machine):
    """What the numbers of a tier, or the thresholds of a currency, are from a day on.

    `key` is a tier's code or a currency's; `values` are the new numbers by name (amounts in minor
    units), `before` those they replaced when they took effect.
    """

    class Kind(models.TextChoices):
        TIER = "tier", _("numbers of a tier")
        BANDS = "bands", _("thresholds of a currency")

    class States(models.TextChoices):
        SCHEDULED = "scheduled", pgettext_lazy("rule", "to come")
        IN_EFFECT = "in_effect", _("in effect since then")
        WITHDRAWN = "withdrawn", pgettext_lazy("rule", "withdrawn")

    kind = models.CharField(_("what it sets"), max_length=8, choices=Kind.choices)
    key = models.CharField(_("of which"), max_length=10)
    values = models.JSONField(default=dict)
    before = models.JSONField(default=dict)
    from_day = models.DateField(_("in effect from"))
    because = models.TextField(_("why"), blank=True)
    set_by = models.ForeignKey("core.User", models.PROTECT, related_name="+")
    set_at = models.DateTimeField(_("set"))
    state = State(States, default=States.SCHEDULED)

    objects = RuleVersionQuerySet.as_manager()

    class Meta:
        ordering = ["-from_day", "-pk"]
        verbose_name = _("version of a rule")
        verbose_name_plural = _("versions of rules")
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "key", "from_day"],
                condition=Q(state="scheduled"),
                name="projects_ruleversion_one_a_day",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.name} · {self.from_day}"

    @property
    def name(self) -> str:
        """The tier in words, or the currency."""
        return str(dict(TierCode.choices).get(self.key, self.key))

    @property
    def dossier(self) -> Any:
        """The case file of all tiers, thresholds and limits."""
        return Dossier.objects.get(ref=TIERS)

    @property
    def begins_at(self) -> datetime:
        """The moment at which its first day begins, in the deployment's zone."""
        return clock.end_of(date.fromordinal(self.from_day.toordinal() - 1))

    def get_absolute_url(self) -> str:
        return "/tiers/#versions"

    def turns(self) -> Iterable[Wait]:
        return ()

    def changed(self) -> list[tuple[str, Any, Any]]:
        """What it changes: name, what it was, what it is."""
        was = self.before or read(self.kind, self.key)
        return [(name, was.get(name), value) for name, value in self.values.items()
                if was.get(name) != value]  # fmt: skip

    @transition(state, source=States.SCHEDULED, target=States.IN_EFFECT,
                permission=permissions.puts_rules_in_effect, conditions=[day_come],
                custom={"label": _("Let it take effect"), "offered": False})  # fmt: skip
    def take_effect(self, *, by: User, because: str) -> None:
        """Its day has come: the numbers count from now on."""
        self.before = read(self.kind, self.key)
        if self.kind == self.Kind.TIER:
            self._apply_tier(by)
        else:
            self._apply_bands(by)

    @transition(state, source=States.SCHEDULED, target=States.WITHDRAWN,
                permission=permissions.edits_tiers,
                custom={"label": _("Withdraw the coming version"), "offered": True,
                        "reason": True})  # fmt: skip
    def withdraw(self, *, by: User, because: str) -> None:
        """It does not take effect."""

    def _apply_tier(self, by: User) -> None:
        tier = Tier.objects.select_for_update().get(code=self.key)
        changed = {name: [was, now] for name, was, now in self.changed()}
        for name, value in self.values.items():
            setattr(tier, name, value)
        tier.save()
        if changed:
            history.record("projects.tier.update", tier, by=by, because=self.because,
                           details={"changed": changed})  # fmt: skip

    def _apply_bands(self, by: User) -> None:
        starts = {"small": 0, "medium": self.values["medium"], "large": self.values["large"]}
        tiers = Tier.objects.in_bulk(TierCode.values, field_name="code")
        for code, start in starts.items():
            TierBand.objects.update_or_create(
                tier=tiers[code], currency=self.key,
                defaults={"from_cost": start, "discovery_cap": self.values[f"cap_{code}"]},
            )  # fmt: skip
        if self.before != self.values:
            history.record(
                "projects.tier.update_thresholds", tiers["small"], by=by, because=self.because,
                details={"currency": self.key, "before": self.before, "after": self.values},
            )  # fmt: skip


NUMBERS = ("decider", "factual_check", "papers_days", "holdback_percent", "sealing",
           "clawback_percent", "disciplines", "team_roles", "merged_gates")  # fmt: skip
"""What of a tier is edited."""


def read(kind: str, key: str) -> dict[str, Any]:
    """The numbers as they stand, by name; empty where there are none yet."""
    if kind == RuleVersion.Kind.TIER:
        tier = Tier.objects.filter(code=key).first()
        return {name: getattr(tier, name) for name in NUMBERS} if tier else {}
    found: dict[str, int] = {}
    for band in TierBand.objects.filter(currency=key).select_related("tier"):
        if band.tier.code != TierCode.SMALL:
            found[band.tier.code] = band.from_cost
        found[f"cap_{band.tier.code}"] = band.discovery_cap
    return found


def label(kind: str, name: str) -> str:
    """What a number is called."""
    if kind == RuleVersion.Kind.TIER:
        column: Any = Tier._meta.get_field(name)
        return str(column.verbose_name)
    return {
        "medium": gettext("Medium from a whole-life cost of"),
        "large": gettext("Large from a whole-life cost of"),
        "cap_small": gettext("Discovery allowance at most, small"),
        "cap_medium": gettext("Discovery allowance at most, medium"),
        "cap_large": gettext("Discovery allowance at most, large"),
    }[name]
