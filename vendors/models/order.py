"""Orders: what is called off from a lot for a project, from the draft to its last payment."""

from collections.abc import Iterable
from typing import Any

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core import clock, guards
from core.machines import Machine, State, transition
from core.models import User
from core.money import MinorUnitsField
from core.refusals import Refused
from core.steps import perform
from core.waits import Wait, turn
from projects import earmarks
from projects.folding import fold
from projects.models import Project, Register
from vendors import permissions_orders as who
from vendors.models import order_conditions as only_if
from vendors.models import order_money

SPRINT_DAYS = 14
"""So many days a sprint lasts at most, where an order says nothing else."""


class OrderState(models.TextChoices):
    """Where an order stands between its draft and its end."""

    DRAFT = "draft", pgettext_lazy("order", "draft")
    FUNDED = "funded", pgettext_lazy("order", "funded, to be signed")
    SIGNED = "signed", pgettext_lazy("order", "signed")
    DELIVERING = "delivering", pgettext_lazy("order", "delivering")
    COMPLETED = "completed", pgettext_lazy("order", "completed")
    TERMINATED = "terminated", pgettext_lazy("order", "terminated")
    WITHDRAWN = "withdrawn", pgettext_lazy("order", "withdrawn")


class OrderKind(models.TextChoices):
    """How an order came about."""

    DIRECT = "direct", _("direct")
    COMPETITION = "competition", _("from a competition")
    HISTORICAL = "historical", _("historical record")


class PriceBasis(models.TextChoices):
    """What is paid for."""

    TIME = "time", _("hours at agreed rates")
    SPRINT = "sprint", _("fixed price for each sprint")


States = OrderState
COUNTED = (States.SIGNED, States.DELIVERING, States.COMPLETED, States.TERMINATED)
"""States of an order that was signed."""
RUNNING = (States.SIGNED, States.DELIVERING)
"""States in which work is ordered and not ended."""


class OrderQuerySet(models.QuerySet):
    """Orders, and who sees them."""

    def visible_to(self, user: Any) -> "OrderQuerySet":
        """Officers and oversight all; others those of projects they see; vendors their own once
        the project's money stands behind them."""
        if who.oversees(user):
            return self
        theirs = Project.objects.visible_to(user).order_by().values("pk")
        own = Q(vendor__in=who.vendors_of(user), shown_to_vendor=True)
        return self.filter(Q(project__in=theirs) | Q(product_owner=user.pk) | own)

    def counted(self) -> "OrderQuerySet":
        """Those that were signed, historical ones included."""
        return self.filter(state__in=COUNTED)

    def for_lists(self) -> "OrderQuerySet":
        """With what a row of a list shows."""
        return self.select_related("vendor", "project", "institution", "lot__framework")


@guards.kept
class Order(Machine):
    """What one vendor is to build for one project. Amounts are minor units of `currency`.

    A historical record has neither project nor membership and asks nothing of either; its case is
    the framework's, every other order's the project's. `against_ceiling` is what it counts against
    the ceiling of its lot: nothing before it is signed, at its end what it came to cost.
    """

    States, Kind, Basis = OrderState, OrderKind, PriceBasis

    ref = models.CharField(_("reference"), max_length=20, unique=True)
    lot = models.ForeignKey(
        "vendors.Lot", models.PROTECT, related_name="orders", verbose_name=_("lot")
    )
    membership = models.ForeignKey(
        "vendors.Membership", models.PROTECT, null=True, related_name="orders"
    )
    vendor = models.ForeignKey(
        "vendors.Vendor", models.PROTECT, related_name="orders", verbose_name=_("vendor")
    )
    project = models.ForeignKey(
        Project, models.PROTECT, null=True, related_name="orders", verbose_name=_("project")
    )
    institution = models.ForeignKey(
        "core.Institution", models.PROTECT, related_name="orders", verbose_name=_("institution")
    )
    title = models.CharField(_("title"), max_length=200)
    description = models.TextField(_("what is ordered"), blank=True)
    kind = models.CharField(_("kind"), max_length=12, choices=OrderKind.choices)
    reason = models.TextField(_("why it is direct"), blank=True)
    competition_ref = models.CharField(_("competition"), max_length=20, blank=True)
    outside_ref = models.CharField(_("number at its source"), max_length=80, blank=True)
    details = models.JSONField(default=dict, blank=True)
    currency = models.CharField(_("currency"), max_length=3)
    value = MinorUnitsField(_("value"))
    original_value = MinorUnitsField(_("value when it was signed"), default=0)
    against_ceiling = MinorUnitsField(_("counts against the ceiling"), default=0)
    price_basis = models.CharField(
        _("price"), max_length=8, choices=PriceBasis.choices, default=PriceBasis.TIME
    )
    sprint_price = MinorUnitsField(_("price of a sprint"), null=True, blank=True)
    sprint_days = models.PositiveSmallIntegerField(_("longest sprint, days"), default=SPRINT_DAYS)
    quality_plan = models.JSONField(_("quality plan"), default=list, blank=True)
    starts_on = models.DateField(_("first day"), null=True, blank=True)
    ends_on = models.DateField(_("last day"), null=True, blank=True)
    original_ends_on = models.DateField(_("last day when it was signed"), null=True)
    product_owner = models.ForeignKey(
        "core.User", models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("product owner"),
    )  # fmt: skip
    officer = models.ForeignKey(
        "core.User", models.PROTECT, null=True, related_name="+",
        verbose_name=_("procurement officer"),
    )  # fmt: skip
    drafted_by = models.ForeignKey("core.User", models.PROTECT, related_name="+")
    drafted_at = models.DateTimeField(_("drafted"))
    funded_by = models.ForeignKey("core.User", models.PROTECT, null=True, related_name="+")
    vendor_signed_by = models.ForeignKey("core.User", models.PROTECT, null=True, related_name="+")
    vendor_signed_at = models.DateTimeField(_("signed by the vendor"), null=True)
    cosigned_by = models.ForeignKey("core.User", models.PROTECT, null=True, related_name="+")
    cosigned_at = models.DateTimeField(_("signed by the owner"), null=True)
    signed_by = models.ForeignKey("core.User", models.PROTECT, null=True, related_name="+")
    signed_on = models.DateField(_("signed on"), null=True)
    ended_on = models.DateField(_("ended on"), null=True)
    shown_to_vendor = models.BooleanField(default=False)
    folded = models.TextField(default="", editable=False)
    state = State(OrderState, default=OrderState.DRAFT)

    objects = OrderQuerySet.as_manager()
    step_related = ("project__institution", "project__dossier", "lot__framework__dossier",
                    "lot__framework__institution", "vendor", "membership__lot__framework",
                    "institution", "officer", "product_owner", "cosigned_by")  # fmt: skip
    wait_labels = {"declare": _("Declare whether you have a conflict of interest"),
                   "complete_draft": _("Complete the draft of the order")}  # fmt: skip

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        indexes = [
            models.Index(fields=["state", "-id"]),
            models.Index(fields=["lot", "against_ceiling"]),
            models.Index(fields=["value", "id"]),
            models.Index(fields=["signed_on", "id"]),
            models.Index(fields=["vendor", "-id"]),
            models.Index(fields=["project", "-id"]),
            models.Index(fields=["institution", "vendor", "signed_on"]),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="historical", project=None, value__gte=0)
                | Q(project__isnull=False, membership__isnull=False, value__gt=0,
                    kind__in=["direct", "competition"]),
                name="vendors_order_whole",
            ),
            models.CheckConstraint(
                condition=Q(against_ceiling__gte=0, against_ceiling__lte=models.F("value")),
                name="vendors_order_against_ceiling",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["draft", "funded", "withdrawn"]) | Q(against_ceiling=0),
                name="vendors_order_counts_from_signature",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=COUNTED) | Q(signed_on__isnull=False),
                name="vendors_order_signed_has_day",
            ),
            models.CheckConstraint(
                condition=Q(starts_on=None) | Q(ends_on=None)
                | Q(ends_on__gte=models.F("starts_on")),
                name="vendors_order_days",
            ),
            models.UniqueConstraint(
                fields=["lot", "outside_ref"], condition=~Q(outside_ref=""),
                name="vendors_order_outside_ref",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.ref} {self.title}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Fold what lists are searched for."""
        vendor = self.vendor.name if self.vendor_id else ""
        self.folded = fold(self.ref, self.title, self.outside_ref, self.competition_ref, vendor)
        super().save(*args, **kwargs)

    @classmethod
    def take_refs(cls, count: int = 1) -> list[str]:
        """The next free references of orders, in order; held until the transaction ends."""
        Register.objects.get_or_create(name="order")
        row = Register.objects.select_for_update().get(name="order")
        first, row.last = row.last + 1, row.last + count
        row.save(update_fields=["last"])
        return [f"O-{number:06d}" for number in range(first, row.last + 1)]

    @property
    def dossier(self) -> Any:
        return self.project.dossier if self.project_id else self.lot.framework.dossier  # type: ignore[union-attr]

    def title_for_people(self) -> str:
        return f"{self.ref} · {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("vendors:order_detail", kwargs={"ref": self.ref})

    def get_step_url(self, name: str) -> str:
        return reverse("vendors:order_step", kwargs={"ref": self.ref, "step": name})

    def beside(self) -> Iterable[Any]:
        """Funded orders that are summed with this one may need the owner's signature by it, or
        no more."""
        if self.kind != OrderKind.DIRECT:
            return []
        rows = Order.objects.filter(vendor=self.vendor_id, kind=OrderKind.DIRECT,
                                    state=States.FUNDED).exclude(pk=self.pk)  # fmt: skip
        return list(rows.select_related(*self.step_related))

    def turns(self) -> Iterable[Wait]:
        if self.kind == OrderKind.HISTORICAL or self.project is None:
            return
        if self.state == States.DRAFT:
            yield self._turn_of_draft()
        elif self.state == States.FUNDED:
            for person in only_if.undeclared(self):
                page = reverse("vendors:order_declare", kwargs={"ref": self.ref})
                yield turn("declare", f"user:{person.pk}", url=page)
            if self.vendor_signed_by_id is None:
                yield turn("sign_for_vendor", self.vendor.audience)
            elif only_if.cosigning_due(self):
                yield turn("cosign", f"user:{self.project.owner_id}:owner")
            elif self.officer_id:
                yield turn("sign", f"user:{self.officer_id}:procurement_officer")

    def _turn_of_draft(self) -> Wait:
        """The officer's while something is missing, then the manager's."""
        if self.officer_id and only_if.complete(self):
            page = reverse("vendors:order_edit", kwargs={"ref": self.ref})
            return turn("complete_draft", f"user:{self.officer_id}:procurement_officer", url=page)
        return turn("fund", f"user:{self.project.manager_id}:manager")  # type: ignore[union-attr]

    @property
    def gross(self) -> int:
        """What it costs with today's taxes, in minor units: so much is set aside for it."""
        return order_money.gross(self)

    @property
    def growth(self) -> int:
        """How much amendments added since it was signed, in minor units; below zero where less."""
        return self.value - self.original_value if self.original_value else 0

    def needs_cosigning(self) -> list[str]:
        """Why the project's owner has to sign too, sentence by sentence."""
        return only_if.needs_cosigning(self)

    @transition(state, source=States.DRAFT, target=States.FUNDED,
                permission=who.funds, conditions=only_if.TO_FUND,
                custom={"label": _("Set the project's money aside for it"), "offered": True,
                        "note": _("The vendor sees the order and may sign it.")})  # fmt: skip
    def fund(self, *, by: User, because: str) -> None:
        """The project's money stands behind it; the vendor is asked to sign."""
        earmarks.put(self.project, self, order_money.gross(self), by=by, because=because,
                     title=self.title_for_people())  # fmt: skip
        self.funded_by, self.shown_to_vendor = by, True

    @transition(state, source=States.FUNDED, target=States.FUNDED,
                permission=who.signs_for_vendor, conditions=[only_if.vendor_not_signed,
                                                             only_if.vendor_may_supply],
                custom={"label": _("Sign the order for the vendor"), "offered": True,
                        "note": _("The institution signs after you; then work may "
                                  "begin.")})  # fmt: skip
    def sign_for_vendor(self, *, by: User, because: str) -> None:
        """The vendor's representative agrees to what is ordered."""
        self.vendor_signed_by, self.vendor_signed_at = by, clock.now()

    @transition(state, source=States.FUNDED, target=States.FUNDED,
                permission=who.cosigns, conditions=[only_if.cosigning_due, only_if.vendor_signed],
                custom={"label": _("Sign beside the officer"), "offered": True})  # fmt: skip
    def cosign(self, *, by: User, because: str) -> None:
        """The next authority agrees: it is more than an officer signs alone."""
        self.cosigned_by, self.cosigned_at = by, clock.now()

    @transition(state, source=States.FUNDED, target=States.DRAFT,
                permission=who.edits_orders,
                custom={"label": _("Take the order back to its draft"), "offered": True,
                        "reason": True,
                        "note": _("The money is free again, and signatures given so far do not "
                                  "count any more.")})  # fmt: skip
    def take_back(self, *, by: User, because: str) -> None:
        """Something has to be corrected before it is signed."""
        earmarks.lift(self, by=by, because=because)
        self.funded_by = self.vendor_signed_by = self.cosigned_by = None
        self.vendor_signed_at = self.cosigned_at = None
        self.shown_to_vendor = False

    @transition(state, source=States.FUNDED, target=States.SIGNED,
                permission=who.signs_orders, conditions=only_if.TO_SIGN,
                custom={"label": _("Sign the order for the institution"), "offered": True,
                        "danger": True})  # fmt: skip
    def sign(self, *, by: User, because: str) -> None:
        """Both sides have signed: it counts against the ceiling of its lot from now on."""
        self._hold_lot()
        self.signed_by, self.signed_on = by, clock.today(self.institution)
        self.original_value, self.original_ends_on = self.value, self.ends_on
        self.against_ceiling = self.value

    def _hold_lot(self) -> None:
        """Hold the lot until the transaction ends, and look once more at what others ordered."""
        self.lot = type(self.lot)._base_manager.select_for_update(of=("self",)).select_related(
            "framework__dossier", "framework__institution").get(pk=self.lot_id)  # fmt: skip
        look_again = (only_if.within_ceiling, only_if.may_be_direct, only_if.cosigned)
        if reasons := [said for ask in look_again for said in ask(self)]:
            raise Refused(*reasons)

    @transition(state, source=States.SIGNED, target=States.DELIVERING,
                permission=who.begins_orders, conditions=[only_if.day_come],
                custom={"label": _("Begin the work"), "offered": True})  # fmt: skip
    def begin(self, *, by: User, because: str) -> None:
        """The vendor works; the first sprint begins it, or a person of the project."""

    @transition(state, source=States.DELIVERING, target=States.COMPLETED,
                permission=who.ends_orders, conditions=[only_if.nothing_runs],
                custom={"label": _("Complete the order"), "offered": True,
                        "note": _("What is neither paid nor owed is free again.")})  # fmt: skip
    def complete(self, *, by: User, because: str) -> None:
        """Everything that was ordered is delivered; what is owed stays set aside."""
        self._end(by, because)

    @transition(state, source=[States.SIGNED, States.DELIVERING], target=States.TERMINATED,
                permission=who.ends_orders,
                custom={"label": _("Terminate the order"), "offered": True, "reason": True,
                        "danger": True,
                        "note": _("What is accepted or under way is still paid.")})  # fmt: skip
    def terminate(self, *, by: User, because: str) -> None:
        """It ends before its time: only what is neither accepted nor under way is free again."""
        for end in order_money.at_its_end:
            end(self, by=by, because=because)
        self._end(by, because)

    def _end(self, by: User, because: str) -> None:
        self.ended_on = clock.today(self.institution)
        self.against_ceiling = order_money.free_rest(self, by=by, because=because)
        for row in self.amendments.filter(state="proposed"):
            perform(row, "fall", by=by, because=because)

    @transition(state, source=[States.DRAFT, States.FUNDED], target=States.WITHDRAWN,
                permission=who.withdraws_orders,
                custom={"label": _("Withdraw the order"), "offered": True, "reason": True,
                        "danger": True})  # fmt: skip
    def withdraw(self, *, by: User, because: str) -> None:
        """It was not signed: nothing is ordered, and the project's money is free again."""
        earmarks.lift(self, by=by, because=because)
