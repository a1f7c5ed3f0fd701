"""Invoices: accepted work on its way to being paid, matched, approved and paid by three people."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core import clock, guards
from core.machines import Machine, State, transition
from core.models import Event, User
from core.money import MinorUnitsField, show
from core.permissions import by_clock
from core.waits import Wait, turn
from vendors import interest
from vendors import permissions_invoices as who
from vendors.models import owed, paying
from vendors.models.invoice_guards import (
    adds_up,
    enough_released,
    order_signed,
    sprints_accepted,
    tax_agrees,
    tax_differences,
    tax_differs,
    within_order,
)


class InvoiceState(models.TextChoices):
    """Where an invoice stands between the vendor and the payment."""

    SUBMITTED = "submitted", pgettext_lazy("invoice", "submitted")
    MATCHED = "matched", pgettext_lazy("invoice", "matched")
    APPROVED = "approved", pgettext_lazy("invoice", "approved")
    PAID = "paid", pgettext_lazy("invoice", "paid")
    DISPUTED = "disputed", pgettext_lazy("invoice", "disputed")
    REJECTED = "rejected", pgettext_lazy("invoice", "rejected")
    WITHDRAWN = "withdrawn", pgettext_lazy("invoice", "withdrawn")


States = InvoiceState
UNPAID = (States.SUBMITTED, States.MATCHED, States.APPROVED)
"""States in which finance has it before it and the days to pay run."""
LIVE = (*UNPAID, States.DISPUTED, States.PAID)
"""States in which its lines count: each of its sprints stands on it alone."""
DEAD = (States.REJECTED, States.WITHDRAWN)
"""States that end an invoice without money; its sprints may be invoiced anew."""


class InvoiceQuerySet(models.QuerySet):
    """Invoices, and who sees them: who sees the project, and who bills for the vendor."""

    def visible_to(self, user: Any) -> "InvoiceQuerySet":
        rows = self.select_related(*Invoice.step_related)
        if who.reads_invoices(user):
            return rows
        return rows.filter(
            Q(order__project__in=projects_of(user))
            | Q(order__product_owner=user.pk)
            | Q(vendor__in=vendors_of(user))
        )

    def unpaid(self) -> "InvoiceQuerySet":
        """Before finance, and not paid yet."""
        return self.filter(state__in=UNPAID)

    def overdue(self, day: date) -> "InvoiceQuerySet":
        """Unpaid ones whose last day to pay lies before that day."""
        return self.unpaid().filter(due_on__lt=day)


def projects_of(user: Any) -> Any:
    """The projects that a person sees."""
    projects: Any = apps.get_model("projects", "Project")
    return projects.objects.visible_to(user).order_by()


def vendors_of(user: Any) -> Any:
    """The keys of the vendors that a person represents in money matters."""
    return who.billing_seats(user).values("vendor")


def whoever(label: str, which: Q, *steps: str) -> set[int]:
    """Who took steps of these names, of rows of a model, and for whom they stood in."""
    verbs = [f"{label}.{step}" for step in steps]
    events = Event.objects.filter(which, target_label=label, verb__in=verbs).order_by()
    pairs = events.values_list("actor", "on_behalf_of")
    return {person for pair in pairs for person in pair if person is not None}


@guards.kept
class Invoice(Machine):
    """A vendor's invoice for accepted sprints of one order, in minor units of its currency.

    What the invoice says: `net` (the sum of its sprints), `tax` on top, `withheld` by the payer,
    `interest` on what came late before, and `total = net + tax + interest - withheld`, which is
    what the vendor is paid and what SPEND posts. What the rules say: `tax_due`, `withheld_due` and
    `levied`, as they stood when it came in. It is to be paid until 24:00 of `due_on`.
    """

    States = InvoiceState

    order = models.ForeignKey("vendors.Order", models.PROTECT, related_name="invoices")
    vendor = models.ForeignKey("vendors.Vendor", models.PROTECT, related_name="invoices")
    ref = models.CharField(_("reference"), max_length=30, unique=True)
    number = models.PositiveSmallIntegerField(_("number"))
    supplier_number = models.CharField(_("number of the vendor's invoice"), max_length=40)
    supplier_key = models.CharField(max_length=40, editable=False)
    issued_on = models.DateField(_("issued on"))
    category = models.CharField(_("category of work"), max_length=40)
    currency = models.CharField(_("currency"), max_length=3)
    net = MinorUnitsField(_("net amount"))
    tax = MinorUnitsField(_("tax"), default=0)
    withheld = MinorUnitsField(_("withheld"), default=0)
    interest = MinorUnitsField(_("late interest"), default=0)
    total = MinorUnitsField(_("total to be paid"))
    tax_due = MinorUnitsField(_("tax by the rules"), default=0)
    withheld_due = MinorUnitsField(_("withheld by the rules"), default=0)
    levied = models.JSONField(default=list)
    term = models.ForeignKey("vendors.PaymentTerm", models.PROTECT, null=True, related_name="+")
    received_on = models.DateField(_("received on"))
    due_on = models.DateField(_("to be paid until"))
    document = models.ForeignKey(
        "core.Document", models.PROTECT, null=True, related_name="+",
        verbose_name=_("the vendor's invoice as a file"),
    )  # fmt: skip
    submitted_by = models.ForeignKey("core.User", models.PROTECT, related_name="+")
    matched_by = models.ForeignKey("core.User", models.PROTECT, null=True, related_name="+")
    matched_on = models.DateField(_("matched on"), null=True)
    approved_by = models.ForeignKey("core.User", models.PROTECT, null=True, related_name="+")
    approved_on = models.DateField(_("approved on"), null=True)
    paid_by = models.ForeignKey("core.User", models.PROTECT, null=True, related_name="+")
    paid_on = models.DateField(_("paid on"), null=True)
    posting = models.ForeignKey("projects.Posting", models.PROTECT, null=True, related_name="+")
    state = State(InvoiceState, default=InvoiceState.SUBMITTED)

    objects = InvoiceQuerySet.as_manager()
    step_related = (
        "order__project__institution", "order__project__dossier", "order__institution", "vendor",
        "term",
    )  # fmt: skip
    wait_labels = {"correct": _("Correct the disputed invoice")}

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("invoice")
        verbose_name_plural = _("invoices")
        indexes = [
            models.Index(fields=["state", "due_on"]),
            models.Index(fields=["vendor", "state"]),
            models.Index(fields=["approved_on"]),
            models.Index(fields=["paid_on"]),
        ]
        constraints = [
            models.UniqueConstraint(fields=["order", "number"], name="vendors_invoice_number"),
            models.UniqueConstraint(
                fields=["vendor", "supplier_key"], condition=~Q(state="withdrawn"),
                name="vendors_invoice_once_a_vendor",
            ),
            models.CheckConstraint(
                condition=Q(net__gte=0, tax__gte=0, withheld__gte=0, interest__gte=0, total__gt=0),
                name="vendors_invoice_amounts",
            ),
            models.CheckConstraint(
                condition=Q(total=F("net") + F("tax") + F("interest") - F("withheld")),
                name="vendors_invoice_adds_up",
            ),
            models.CheckConstraint(
                condition=~Q(state="paid")
                | Q(posting__isnull=False, paid_on__isnull=False, approved_by__isnull=False)
                & ~Q(approved_by=F("matched_by")) & ~Q(paid_by=F("approved_by")),
                name="vendors_invoice_paid_by_three_acts",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.ref

    @property
    def dossier(self) -> Any:
        return self.order.dossier

    def title_for_people(self) -> str:
        return f"{self.ref} · {self.vendor} · {show(self.total, self.currency)}"

    def get_absolute_url(self) -> str:
        return reverse("vendors:invoice_detail", kwargs={"ref": self.ref})

    def get_step_url(self, name: str) -> str:
        return reverse("vendors:invoice_step", kwargs={"ref": self.ref, "step": name})

    @property
    def cost(self) -> int:
        """What its work costs, in minor units, what is withheld included: so much was set aside."""
        return self.net + self.tax

    @property
    def due_at(self) -> datetime:
        """The moment at which it becomes overdue: 24:00 of its last day to pay."""
        return clock.end_of(self.due_on, self.order.institution)

    def late_interest(self, day: date) -> int:
        """What is owed for paying it late, were it paid (or as it was paid), in minor units."""
        if self.term is None:
            return 0
        return interest.owed(self.total - self.interest, self.term.terms, self.due_on,
                             self.paid_on or day)  # fmt: skip

    @property
    def tax_sentences(self) -> list[str]:
        """What its taxes say otherwise than the rules, in the reader's language."""
        return tax_differences(self)

    def live_lines(self) -> Any:
        """Its sprints that count."""
        return self.lines.filter(live=True).select_related("sprint__order")

    def live_interest(self) -> Any:
        """The interest that it claims."""
        return self.interest_lines.filter(live=True).select_related("late")

    @property
    def acceptors(self) -> set[int]:
        """Who proposed or confirmed the acceptance of its work, and for whom they stood in."""
        lines = self.lines.order_by()
        pairs = lines.values_list("sprint__proposed_by", "sprint__confirmed_by")
        own = {person for pair in pairs for person in pair if person is not None}
        keys = Q(target_id__in=lines.values("sprint"))
        return own | whoever("vendors.sprint", keys, "propose", "confirm")

    def took(self, step: str) -> set[int]:
        """Who took this step of it last, and for whom they stood in."""
        mine = Event.objects.filter(target_label="vendors.invoice", target_id=self.pk)
        last = mine.filter(verb=f"vendors.invoice.{step}").order_by("-number")[:1]
        pairs = last.values_list("actor", "on_behalf_of")
        return {person for pair in pairs for person in pair if person is not None}

    def turns(self) -> Iterable[Wait]:
        if self.state == States.SUBMITTED:
            yield turn("match", "role:preparer", self.due_at)
        elif self.state == States.MATCHED:
            yield turn("approve", "role:authoriser", self.due_at, not_for=self.matched_by_id)
        elif self.state == States.APPROVED:
            yield turn("pay", "role:spend_recorder", self.due_at, not_for=self.approved_by_id)
        elif self.state == States.DISPUTED:
            yield turn(
                "correct",
                f"vendor:{self.vendor_id}:billing",
                url=reverse("vendors:invoice_correct", kwargs={"ref": self.ref}),
            )

    @transition(state, source=States.SUBMITTED, target=States.MATCHED, permission=who.matches,
                conditions=[order_signed, sprints_accepted, adds_up, tax_agrees, within_order],
                custom={"label": _("Match with order and acceptance"),
                        "offered": True})  # fmt: skip
    def match(self, *, by: User, because: str) -> None:
        """Order, acceptance and invoice say the same: a preparer has compared the three."""
        self.matched_by, self.matched_on = by, clock.today(self.order.institution)

    @transition(state, source=States.MATCHED, target=States.APPROVED, permission=who.approves,
                conditions=[sprints_accepted, adds_up, tax_agrees, within_order],
                custom={"label": _("Approve for payment"), "offered": True})  # fmt: skip
    def approve(self, *, by: User, because: str) -> None:
        """A second person of finance, apart from the work, approves its payment."""
        self.approved_by, self.approved_on = by, clock.today(self.order.institution)

    @transition(state, source=States.APPROVED, target=States.PAID, permission=who.pays,
                conditions=[sprints_accepted, adds_up, within_order, enough_released],
                custom={"label": _("Pay"), "offered": True, "capacity": "records_spending",
                        "note": _("The project's ledger is charged, and the vendor gets a "
                                  "receipt.")})  # fmt: skip
    def pay(self, *, by: User, because: str) -> None:
        """The total is posted as spent, the order's earmark binds that much less, nothing is owed.

        One transaction with this step: after a crash there is neither posting nor payment.
        """
        self.paid_by, self.paid_on = by, clock.today(self.order.institution)
        self.posting = paying.post(self, by=by)

    @transition(state, source=States.PAID, target=States.APPROVED,
                permission=who.follows_reversal,
                custom={"label": _("Take the payment back"), "offered": False})  # fmt: skip
    def unpay(self, *, by: User, because: str) -> None:
        """The entry was reversed (a transfer came back): it is to be paid again."""
        paying.undo(self, by=by, because=because)
        self.paid_by = self.paid_on = self.posting = None

    @transition(state, source=[States.SUBMITTED, States.MATCHED, States.APPROVED],
                target=States.DISPUTED, permission=who.disputes,
                custom={"label": _("Dispute"), "offered": True, "reason": True,
                        "note": _("The vendor reads the reason and sends a corrected "
                                  "invoice.")})  # fmt: skip
    def dispute(self, *, by: User, because: str) -> None:
        """Something does not fit: the vendor reads what, and corrects it."""
        self._begin_again()

    @transition(state, source=States.SUBMITTED, target=States.DISPUTED, permission=by_clock,
                conditions=[tax_differs],
                custom={"label": _("Dispute the taxes"), "offered": False})  # fmt: skip
    def dispute_taxes(self, *, by: User, because: str) -> None:
        """The taxes are not those of the rules: the vendor reads the difference at once."""

    @transition(state, source=States.DISPUTED, target=States.SUBMITTED, permission=who.corrects,
                conditions=[sprints_accepted, adds_up],
                custom={"label": _("Send the corrected invoice"), "offered": False})  # fmt: skip
    def resubmit(self, *, by: User, because: str) -> None:
        """The vendor has corrected it: the days to pay begin with this receipt."""
        self.submitted_by = by

    @transition(state, source=[States.SUBMITTED, States.MATCHED, States.DISPUTED],
                target=States.REJECTED, permission=who.rejects,
                custom={"label": _("Reject"), "offered": True, "reason": True,
                        "danger": True})  # fmt: skip
    def reject(self, *, by: User, because: str) -> None:
        """It is not payable at all; its sprints may be invoiced anew, under another number."""
        self._let_go()

    @transition(state, source=[States.SUBMITTED, States.DISPUTED], target=States.WITHDRAWN,
                permission=who.withdraws,
                custom={"label": _("Withdraw"), "offered": True, "danger": True})  # fmt: skip
    def withdraw(self, *, by: User, because: str) -> None:
        """The vendor takes it back; number and sprints are free again."""
        self._let_go()

    def _begin_again(self) -> None:
        self.matched_by = self.matched_on = self.approved_by = self.approved_on = None

    def _let_go(self) -> None:
        for line in self.live_lines():
            owed.raise_for(line.sprint)  # still owed, by no day
        self.lines.filter(live=True).update(live=False)
        self.interest_lines.filter(live=True).update(live=False)
