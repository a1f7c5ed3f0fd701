"""Amendments: how an order changes after it was signed, each by two people and the vendor."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from core import clock, guards
from core.machines import Machine, State, transition
from core.models import User
from core.money import MinorUnitsField, show
from core.permissions import as_consequence
from core.refusals import Refused, requires
from core.waits import Wait, turn
from projects import earmarks
from vendors import permissions_orders as who
from vendors.models import barred, order_money
from vendors.models import order_conditions as orders
from vendors.models.order import RUNNING, Order, OrderQuerySet
from vendors.models.owed import with_tax

MANY_EXTENSIONS = 3
"""The so-many-th extension is flagged."""
MUCH_MORE = 20
"""Percent of the original value from which growth is flagged (LAASSP, art. 52: at most 20)."""


class AmendmentState(models.TextChoices):
    """Where an amendment stands."""

    PROPOSED = "proposed", pgettext_lazy("amendment", "proposed")
    IN_FORCE = "in_force", pgettext_lazy("amendment", "in force")
    WITHDRAWN = "withdrawn", pgettext_lazy("amendment", "withdrawn")
    REFUSED = "refused", pgettext_lazy("amendment", "refused")


States = AmendmentState


def flags(order: Any, *, growth: int, extensions: int) -> list[str]:
    """Sentences that flag what amendments make of an order: much dearer, often extended.

    `growth` is the sum of all changes in minor units, `extensions` how often it was extended.
    """
    found = []
    if order.original_value and growth * 100 >= order.original_value * MUCH_MORE:
        found.append(gettext("With all its amendments it costs %(percent)s percent more than when "
                             "it was signed.")
                     % {"percent": growth * 100 // order.original_value})  # fmt: skip
    if extensions >= MANY_EXTENSIONS:
        found.append(gettext("It is extended for the %(number)s. time.") % {"number": extensions})
    return found


@requires(_("The order does not run any more."))
def order_runs(amendment: Any) -> bool:
    return amendment.order.state in RUNNING


@requires(_("The vendor's representative has not signed yet."), who=_("vendor"))
def vendor_signed(amendment: Any) -> bool:
    return amendment.vendor_signed_by_id is not None


@requires(_("The vendor has signed already."), quiet=True)
def vendor_not_signed(amendment: Any) -> bool:
    return amendment.vendor_signed_by_id is None


@requires(_("The money or the days of the amendment do not fit."))
def fits(amendment: Any) -> list[str]:
    """Checks as for a new order, for what is added; less never falls below what is owed."""
    order, more = amendment.order, amendment.value_change
    found = list(_days(amendment))
    if more > 0:
        found += [str(reason) for reason in barred.reasons(order.vendor)]
        found += earmarks.missing(order.project, with_tax(order, more))
        found += orders.over_ceiling(order.lot, order.value + more, but=order.pk)
        found += _still_direct(order, more)
    elif more < 0:
        least = order_money.paid(order) + order_money.owed(order)
        if order.value + more < 1 or with_tax(order, order.value + more) < least:
            said = {"least": show(least, order.currency)}
            found.append(gettext("%(least)s of it is paid, accepted or under way; it cannot be "
                                 "less.") % said)  # fmt: skip
    return found


def _days(amendment: Any) -> Iterable[str]:
    order, day = amendment.order, amendment.new_ends_on
    if day is None:
        return
    if day < clock.today(order.institution) or (order.starts_on and day < order.starts_on):
        yield gettext("The new last day is over already, or lies before the first.")
    latest = orders.latest_end(order.lot.framework)
    if latest and day > latest:
        yield gettext("By the terms of the framework an order ends on %(day)s at the latest.") % {
            "day": date_format(latest, "SHORT_DATE_FORMAT")
        }


def _still_direct(order: Any, more: int) -> list[str]:
    """A direct order does not grow over the threshold by amendments either."""
    before, order.value = order.value, order.value + more
    try:
        return orders.may_be_direct(order)
    finally:
        order.value = before


class OrderAmendmentQuerySet(models.QuerySet):
    """Amendments, and who sees them: who sees the order."""

    def visible_to(self, user: Any) -> "OrderAmendmentQuerySet":
        seen: OrderQuerySet = Order.objects.visible_to(user)
        return self.select_related("order__project", "order__vendor").filter(
            order__in=seen.order_by().values("pk")
        )


@guards.kept
class OrderAmendment(Machine):
    """A numbered change of a signed order: of its value (minor units, either way), its last day,
    or what is ordered. The vendor signs it, and a second person confirms it."""

    States = AmendmentState

    order = models.ForeignKey(Order, models.PROTECT, related_name="amendments")
    number = models.PositiveSmallIntegerField(_("number"))
    value_change = MinorUnitsField(_("change of the value"), default=0)
    new_ends_on = models.DateField(_("new last day"), null=True, blank=True)
    text = models.TextField(_("what changes"))
    reason = models.TextField(_("why"))
    proposed_by = models.ForeignKey(
        "core.User", models.PROTECT, related_name="+", verbose_name=_("proposed by")
    )
    vendor_signed_by = models.ForeignKey("core.User", models.PROTECT, null=True, related_name="+")
    confirmed_by = models.ForeignKey(
        "core.User", models.PROTECT, null=True, related_name="+", verbose_name=_("confirmed by")
    )
    in_force_on = models.DateField(_("in force since"), null=True)
    value_before = MinorUnitsField(_("value before"), null=True)
    ends_on_before = models.DateField(_("last day before"), null=True)
    state = State(AmendmentState, default=AmendmentState.PROPOSED)

    objects = OrderAmendmentQuerySet.as_manager()
    step_related = ("order__project__institution", "order__project__dossier", "order__vendor",
                    "order__institution", "order__lot__framework__institution")  # fmt: skip

    class Meta:
        ordering = ["order", "number"]
        verbose_name = _("amendment of an order")
        verbose_name_plural = _("amendments of orders")
        constraints = [
            models.UniqueConstraint(fields=["order", "number"], name="vendors_amendment_number"),
            models.UniqueConstraint(
                fields=["order"], condition=Q(state="proposed"), name="vendors_amendment_one_waits"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order.ref} · A{self.number}"

    @property
    def dossier(self) -> Any:
        return self.order.dossier

    def title_for_people(self) -> str:
        return f"{self} · {self.order.title}"

    def get_absolute_url(self) -> str:
        return reverse("vendors:amendment_detail", kwargs={"pk": self.pk})

    def get_step_url(self, name: str) -> str:
        return reverse("vendors:amendment_step", kwargs={"pk": self.pk, "step": name})

    @property
    def extends(self) -> bool:
        """Whether it gives the order more time."""
        before: date | None = self.ends_on_before or self.order.ends_on
        return self.new_ends_on is not None and (before is None or self.new_ends_on > before)

    def flags(self) -> list[str]:
        """What speaks for a closer look, with this amendment and all that are in force."""
        earlier = self.order.amendments.filter(state=States.IN_FORCE, number__lt=self.number)
        count = sum(row.extends for row in earlier) + int(self.extends)
        growth = sum(row.value_change for row in earlier) + self.value_change
        return flags(self.order, growth=growth, extensions=count if self.extends else 0)

    def turns(self) -> Iterable[Wait]:
        if self.state != States.PROPOSED:
            return
        if self.vendor_signed_by_id is None:
            yield turn("sign_for_vendor", self.order.vendor.audience)
        else:
            owner = f"user:{self.order.project.owner_id}:owner"  # type: ignore[union-attr]
            yield turn("confirm", owner, not_for=self.proposed_by_id)
            if not self.flags():
                yield turn("confirm", "role:procurement_officer", not_for=self.proposed_by_id)

    @transition(state, source=States.PROPOSED, target=States.PROPOSED,
                permission=who.signs_for_vendor, conditions=[vendor_not_signed, order_runs],
                custom={"label": _("Sign the amendment for the vendor"),
                        "offered": True})  # fmt: skip
    def sign_for_vendor(self, *, by: User, because: str) -> None:
        """The vendor agrees to what changes."""
        self.vendor_signed_by = by

    @transition(state, source=States.PROPOSED, target=States.IN_FORCE,
                permission=who.confirms_amendments, conditions=[order_runs, vendor_signed, fits],
                custom={"label": _("Confirm the amendment"), "offered": True,
                        "danger": True})  # fmt: skip
    def confirm(self, *, by: User, because: str) -> None:
        """The second person agrees: the order changes, its money and the ceiling with it."""
        order = Order._base_manager.select_for_update(of=("self",)).get(pk=self.order_id)
        if self.value_change:
            self._hold_lot(order)
            earmarks.resize(order, self._set_aside(order), by=by, because=because or self.reason)
        self.confirmed_by, self.in_force_on = by, clock.today(self.order.institution)
        self.value_before, self.ends_on_before = order.value, order.ends_on
        order.value += self.value_change
        order.against_ceiling = order.value
        order.ends_on = self.new_ends_on or order.ends_on
        order.save(update_fields=["value", "against_ceiling", "ends_on", "folded"])

    def _set_aside(self, order: Order) -> int:
        """What its earmark comes to: as it was, and the change with today's taxes."""
        found = earmarks.of(order)
        more = with_tax(order, abs(self.value_change))
        least = order_money.paid(order) + order_money.owed(order)
        now = (found.amount if found else 0) + (more if self.value_change > 0 else -more)
        return max(now, least)

    def _hold_lot(self, order: Order) -> None:
        """Hold the lot until the transaction ends, and look once more under its ceiling."""
        lots = type(self.order.lot)._base_manager.select_for_update(of=("self",))
        lot = lots.select_related("framework").get(pk=order.lot_id)
        value = order.value + self.value_change
        if self.value_change > 0 and (over := orders.over_ceiling(lot, value, but=order.pk)):
            raise Refused(*over)

    @transition(state, source=States.PROPOSED, target=States.WITHDRAWN,
                permission=who.withdraws_amendments,
                custom={"label": _("Withdraw the amendment"), "offered": True})  # fmt: skip
    def withdraw(self, *, by: User, because: str) -> None:
        """It is not asked for any more."""

    @transition(state, source=States.PROPOSED, target=States.REFUSED,
                permission=who.refuses_amendments,
                custom={"label": _("Refuse the amendment"), "offered": True,
                        "reason": True})  # fmt: skip
    def refuse(self, *, by: User, because: str) -> None:
        """The second person or the vendor does not agree, and says why."""

    @transition(state, source=States.PROPOSED, target=States.WITHDRAWN,
                permission=as_consequence,
                custom={"label": _("Fall with the order"), "offered": False})  # fmt: skip
    def fall(self, *, by: User, because: str) -> None:
        """The order ended before it was confirmed."""
