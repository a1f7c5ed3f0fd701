"""Rows of historical orders, kept as they came: taken in, to be matched by a person, or faulty."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core import guards
from core.machines import Machine, State, transition
from core.models import User
from core.refusals import requires
from vendors import permissions_frameworks as who
from vendors.models.framework import Framework
from vendors.models.match import Match


@requires(_("Choose the vendor of this order first."))
def vendor_chosen(row: Any) -> bool:
    return row.vendor_id is not None


@requires(_("The row still has faults."))
def without_faults(row: Any) -> list[str]:
    return list(row.faults)


class HistoricalRowQuerySet(models.QuerySet):
    """Rows of historical orders, which only oversight sees."""

    def visible_to(self, user: Any) -> "HistoricalRowQuerySet":
        rows = self.select_related("framework__institution", "framework__dossier", "vendor")
        return rows if who.oversees(user) else rows.none()


@guards.kept
class HistoricalRow(Machine):
    """One row of a file of historical orders, by its key within a framework.

    `cells` is the row by column as it stood in the file last; `digest` recognises it when it comes
    again. `vendor` is whom its name means: found by the name, or as a person decides (`match`).
    """

    class States(models.TextChoices):
        QUARANTINED = "quarantined", pgettext_lazy("row", "in quarantine")
        TO_MATCH = "to_match", pgettext_lazy("row", "vendor to be matched")
        LOADED = "loaded", pgettext_lazy("row", "taken in as an order")
        DISMISSED = "dismissed", pgettext_lazy("row", "dismissed")

    framework = models.ForeignKey(Framework, models.PROTECT, related_name="historical_rows")
    key = models.CharField(_("number of the request"), max_length=80)
    number = models.PositiveIntegerField(_("row of the file"))
    lot_number = models.PositiveSmallIntegerField(_("lot"), null=True)
    cells = models.JSONField(default=dict)
    digest = models.CharField(max_length=64)
    faults = models.JSONField(default=list)
    vendor_name = models.CharField(_("vendor as written"), max_length=250, blank=True)
    vendor = models.ForeignKey(
        "vendors.Vendor", models.PROTECT, null=True, related_name="+", verbose_name=_("vendor")
    )
    match = models.ForeignKey(
        Match, models.PROTECT, null=True, related_name="historical_rows",
        verbose_name=_("possible match"),
    )  # fmt: skip
    order = models.OneToOneField(
        "vendors.Order", models.PROTECT, null=True, related_name="historical_row",
        verbose_name=_("order"),
    )  # fmt: skip
    state = State(States, default=States.QUARANTINED)

    objects = HistoricalRowQuerySet.as_manager()
    step_related = ("framework__institution", "framework__dossier", "vendor")

    class Meta:
        ordering = ["framework", "pk"]
        verbose_name = _("historical order as it came")
        verbose_name_plural = _("historical orders as they came")
        constraints = [
            models.UniqueConstraint(fields=["framework", "key"], name="vendors_historical_key"),
            models.CheckConstraint(
                condition=~Q(state="loaded") | Q(order__isnull=False, vendor__isnull=False),
                name="vendors_historical_loaded_has_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.framework.ref} · {self.key}"

    @property
    def dossier(self) -> Any:
        return self.framework.dossier

    def title_for_people(self) -> str:
        return f"{self} · {self.vendor_name}"

    def get_absolute_url(self) -> str:
        return reverse("vendors:historicalrow_detail", kwargs={"pk": self.pk})

    @transition(state, source=[States.QUARANTINED, States.TO_MATCH, States.DISMISSED],
                target=States.LOADED, permission=who.takes_in_orders,
                conditions=[vendor_chosen, without_faults],
                custom={"label": _("Take the order in"), "offered": False})  # fmt: skip
    def take_in(self, *, by: User, because: str) -> None:
        """The row is an order of the framework."""

    @transition(state, source=[States.QUARANTINED, States.LOADED, States.DISMISSED],
                target=States.TO_MATCH, permission=who.takes_in_orders,
                custom={"label": _("Ask which vendor is meant"), "offered": False})  # fmt: skip
    def queue(self, *, by: User, because: str) -> None:
        """Its vendor's name is nobody's: a person says who is meant."""

    @transition(state, source=[States.TO_MATCH, States.LOADED, States.DISMISSED],
                target=States.QUARANTINED, permission=who.takes_in_orders,
                custom={"label": _("Put the row into quarantine"), "offered": False})  # fmt: skip
    def quarantine(self, *, by: User, because: str) -> None:
        """The row contradicts itself or cannot be read; nothing was changed by it."""

    @transition(state, source=[States.TO_MATCH, States.QUARANTINED], target=States.DISMISSED,
                permission=who.loads_orders,
                custom={"label": _("Dismiss this row"), "offered": True, "reason": True,
                        "danger": True,
                        "note": _("The row never becomes an order, unless a later file brings it "
                                  "changed.")})  # fmt: skip
    def dismiss(self, *, by: User, because: str) -> None:
        """Somebody decided, with a reason, that the row is no order."""

    @transition(state, source=States.TO_MATCH, target=States.DISMISSED,
                permission=who.by_clock,
                custom={"label": _("Dismiss it with the name"), "offered": False})  # fmt: skip
    def dismiss_with_match(self, *, by: User, because: str) -> None:
        """A person found that the name is nothing to register."""
