"""Whatever is done in whatever order: paid within the order, spent within the released, once."""

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from core.refusals import Denied, Refused
from core.steps import perform
from projects import earmarks, funding
from projects.ledger_check import verify
from projects.models import Obligation
from tests.factories import invoices, money, orders
from tests.factories.undone import Undone
from vendors import invoicing
from vendors.models import Invoice, InvoiceLine, Order, Sprint
from vendors.models.owed import with_tax

VALUE = 30_000_00
PICK = st.integers(0, 10**6)
STEPS = {"submitted": ["match", "dispute", "reject", "withdraw"],
         "matched": ["approve", "dispute", "reject"], "approved": ["pay", "dispute"],
         "disputed": ["reject", "withdraw"]}  # fmt: skip


class Billing(Undone):
    """One order of one project: sprints are accepted, invoiced, paid, taken back, as it comes."""

    def build_up(self) -> None:
        cast = self.cast
        project = money.project(cast, product_owner=cast.product, tier=money.tier(holdback=0))
        money.planned(cast, project, t1=20_000_00, t2=40_000_00)
        money.drawn(cast, money.exercised(cast, project))
        self.second = money.exercised(cast, project, "G2")
        self.order = invoices.order(cast, project=type(project).objects.get(pk=project.pk),
                                    value=VALUE)  # fmt: skip
        self.project, self.by = self.order.project, invoices.biller(self.order)
        self.numbers, self.amended = 0, 0

    def look_back(self) -> None:
        verify()

    def row(self) -> Order:
        return Order.objects.select_related(*Order.step_related).get(pk=self.order.pk)

    def tried(self, act) -> None:
        """Do it, or be refused with a sentence; a refusal leaves nothing behind."""
        try:
            with transaction.atomic():
                act()
        except (Refused, Denied) as no:
            if not str(no):
                raise

    @rule(payable=st.integers(1, 12_000_00))
    def accept(self, payable):
        invoices.accepted(self.cast, self.row(), payable)

    @rule(pick=PICK, slip=st.sampled_from([0, 0, 0, 0, -1, 1]), tax=st.sampled_from([0, 0, 0, 1]))
    def hand_in(self, pick, slip, tax):
        """Some of all sprints, invoiced or not, with or without a slip of one centavo."""
        row, every = self.row(), list(Sprint.objects.order_by("pk"))
        sprints = [s for n, s in enumerate(every) if pick >> n & 1]
        self.numbers += 1
        figures = invoicing.figures(row, sprints)
        said = invoices.said(row, sprints, supplier_number=f"N {self.numbers}",
                             net=figures.net + slip, tax=figures.levied.added + tax)  # fmt: skip
        if slip or not sprints:
            with pytest.raises(Refused), transaction.atomic():
                invoicing.submit(row, said, by=self.by)
        else:
            self.tried(lambda: invoicing.submit(row, said, by=self.by))

    @precondition(lambda self: Invoice.objects.filter(state="disputed").exists())
    @rule(pick=PICK)
    def correct(self, pick):
        rows = list(Invoice.objects.filter(state="disputed").order_by("pk"))
        invoice = rows[pick % len(rows)]
        sprints = [line.sprint for line in invoice.live_lines()]
        said = invoices.said(self.row(), sprints, supplier_number=invoice.supplier_number)
        self.tried(lambda: invoicing.correct(invoice, said, by=self.by))

    @precondition(lambda self: Invoice.objects.filter(state__in=STEPS).exists())
    @rule(pick=PICK, forward=st.sampled_from([True, True, True, False]))
    def step(self, pick, forward):
        rows = list(Invoice.objects.filter(state__in=STEPS).order_by("pk"))
        invoice = rows[pick % len(rows)]
        names = STEPS[invoice.state]
        name = names[0] if forward else names[pick % len(names)]
        who = {"match": self.cast.preparer, "approve": self.cast.authoriser,
               "pay": self.cast.recorder, "withdraw": self.by}  # fmt: skip
        person = who.get(name, self.cast.preparer)
        self.tried(lambda: perform(invoice, name, by=person, because="x"))

    @precondition(lambda self: Invoice.objects.filter(state="paid").exists())
    @rule(pick=PICK)
    def take_back(self, pick):
        rows = list(Invoice.objects.filter(state="paid").order_by("pk"))
        self.tried(lambda: funding.reverse(rows[pick % len(rows)].posting, by=self.corrector,
                                           because="x"))  # fmt: skip

    @rule()
    def release_the_second_tranche(self):
        self.second.refresh_from_db()
        if self.second.state == "committed":
            self.tried(lambda: money.drawn(self.cast, self.second))

    @precondition(lambda self: self.amended < 2)
    @rule(more=st.integers(1, 3_000_00))
    def amend(self, more):
        self.amended += 1
        self.tried(lambda: orders.amended(self.cast, self.row(), more=more))

    @invariant()
    def what_is_paid_stays_within_order_and_release(self):
        paid = Invoice.objects.filter(state="paid")
        left = funding.balances(self.project)
        assert sum(row.net for row in paid) <= self.row().value
        assert left["spent"] == sum(row.total for row in paid)
        assert left["released"] >= 0
        assert earmarks.of(self.order).used == sum(row.cost for row in paid)

    @invariant()
    def each_sprint_stands_once_and_is_owed_until_it_is_paid(self):
        live = list(InvoiceLine.objects.filter(live=True).values_list("sprint", flat=True))
        assert len(live) == len(set(live))
        paid = set(InvoiceLine.objects.filter(live=True, invoice__state="paid")
                   .values_list("sprint", flat=True))  # fmt: skip
        owed = {row.pk: with_tax(self.order, row.payable)
                for row in Sprint.objects.exclude(pk__in=paid)}  # fmt: skip
        rows = Obligation.objects.filter(open=True, source_label="vendors.sprint")
        assert dict(rows.values_list("source_id", "amount")) == owed

    @invariant()
    def only_dead_invoices_have_dead_lines(self):
        for row in Invoice.objects.prefetch_related("lines"):
            live = [line for line in row.lines.all() if line.live]
            assert bool(live) == (row.state not in ("rejected", "withdrawn"))
            assert not live or sum(line.amount for line in live) == row.net


@pytest.mark.django_db
def test_orders_sprints_invoices_and_the_ledger_hold_together(cast):
    money.grant(cast.admin, "authoriser")
    Billing.cast, Billing.corrector = cast, cast.admin
    run_state_machine_as_test(
        Billing,
        settings=settings(max_examples=8, stateful_step_count=20, deadline=None,
                          suppress_health_check=list(HealthCheck)),
    )  # fmt: skip
