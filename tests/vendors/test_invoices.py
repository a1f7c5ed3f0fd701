"""Invoices: the machine as a table, its guards, its money to the centavo, its days."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from core import absence, clock
from core.models import Event, Loan, Notice
from core.outbox import drain
from core.refusals import Denied, Refused
from core.steps import perform
from core.turns import waiting_for
from projects import earmarks, funding
from projects.ledger_check import verify
from projects.models import Obligation, Posting
from tests.factories import invoices, money, orders, people, projects, sprints
from vendors import invoicing, rating
from vendors.models import InterestLine, Invoice, InvoiceLine, InvoiceState
from vendors.models.owed import with_tax
from vendors.tasks_invoices import remind_before_due_days

pytestmark = pytest.mark.django_db

STATES = InvoiceState.values
OFFERED = {
    ("submitted", "match"): ({"preparer"}, "matched"),
    ("matched", "approve"): ({"authoriser"}, "approved"),
    ("approved", "pay"): ({"recorder"}, "paid"),  # the authoriser approved it
    ("submitted", "dispute"): ({"preparer", "authoriser"}, "disputed"),
    ("matched", "dispute"): ({"preparer", "authoriser"}, "disputed"),
    ("approved", "dispute"): ({"preparer", "authoriser"}, "disputed"),
    ("submitted", "reject"): ({"preparer", "authoriser"}, "rejected"),
    ("matched", "reject"): ({"preparer", "authoriser"}, "rejected"),
    ("disputed", "reject"): ({"preparer", "authoriser"}, "rejected"),
    ("submitted", "withdraw"): ({"biller", "boss"}, "withdrawn"),
    ("disputed", "withdraw"): ({"biller", "boss"}, "withdrawn"),
}
"""State and step: who takes it, and where it leads."""
CONSEQUENCES = {"dispute_taxes", "resubmit", "unpay"}


def everybody(cast, invoice) -> dict:
    """The cast, who bills for the vendor, who manages it, and another vendor's biller."""
    other = orders.member(cast, name="Sistemas del Sur, S.A.").vendor
    outsider = other.seats.filter(role="billing").get().user
    seats = invoice.vendor.seats
    return {**vars(cast), "biller": seats.get(role="billing").user,
            "boss": seats.get(role="manager").user, "outsider": outsider}  # fmt: skip


def test_the_table_names_every_step():
    steps = {t.name for t in Invoice._meta.get_field("state").get_all_transitions(Invoice)}
    assert steps == {name for _state, name in OFFERED} | CONSEQUENCES


@pytest.mark.parametrize("state", STATES)
def test_only_the_right_people_take_the_steps_of_a_state(cast, state):
    invoice = invoices.at(cast, state)
    assert invoice.state == state
    who = everybody(cast, invoice)
    for name in sorted({name for _state, name in OFFERED} | CONSEQUENCES):
        right, target = OFFERED.get((state, name), (set(), ""))
        if (state, name) == ("disputed", "resubmit"):
            right, target = {"biller", "boss"}, "submitted"
        for local, person in who.items():
            point = transaction.savepoint()
            if local in right:
                assert perform(invoice, name, by=person, because="x").state == target
            else:
                with pytest.raises((Denied, Refused)):
                    perform(invoice, name, by=person, because="x")
            transaction.savepoint_rollback(point)
    assert invoices.fresh(invoice).state == state
    verify()


# Who may: separation of duties


def test_who_accepted_or_confirmed_the_work_neither_matches_nor_approves_nor_pays(cast):
    invoice = invoices.at(cast, "submitted")
    for person in (cast.product, cast.manager):
        for role in ("preparer", "authoriser", "spend_recorder"):
            money.grant(person, role)
    for step in ("match", "approve", "pay"):
        for person in (cast.product, cast.manager):
            with pytest.raises(Denied, match="accepted"):
                perform(invoice, step, by=person)
        right = {"match": cast.preparer, "approve": cast.authoriser, "pay": cast.recorder}[step]
        invoice = perform(invoice, step, by=right)


def test_who_matched_does_not_approve_and_who_approved_does_not_pay(cast):
    invoice = invoices.at(cast, "matched")
    for role in ("authoriser", "spend_recorder"):
        money.grant(cast.preparer, role)
    with pytest.raises(Denied, match="neither who matched it"):
        perform(invoice, "approve", by=cast.preparer)
    invoice = perform(invoice, "approve", by=cast.authoriser)
    with pytest.raises(Denied, match="neither who approved it"):
        perform(invoice, "pay", by=cast.authoriser)
    second = people.person("autoriza2")
    money.grant(second, "authoriser")
    assert perform(invoice, "pay", by=second).state == "paid"


def test_who_was_stood_in_for_counts_as_who_did_it(cast):
    day = clock.today()
    Loan.objects.create(
        lender=cast.preparer, borrower=cast.member1, role="preparer", state="active",
        starts=day, ends=day + timedelta(days=9), proposed_by=cast.preparer,
        dossier_of=absence.person_dossier(cast.preparer),
    )  # fmt: skip
    invoice = perform(invoices.at(cast, "submitted"), "match", by=cast.member1)
    assert invoice.took("match") == {cast.member1.pk, cast.preparer.pk}
    money.grant(cast.preparer, "authoriser")
    with pytest.raises(Denied, match="neither who matched it"):
        perform(invoice, "approve", by=cast.preparer)
    assert perform(invoice, "approve", by=cast.authoriser).state == "approved"


def test_who_released_the_money_does_not_record_its_spending(cast):
    invoice = invoices.at(cast, "matched")
    second = people.person("autoriza2")
    money.grant(second, "authoriser")
    invoice = perform(invoice, "approve", by=second)
    with pytest.raises(Denied, match="you already authorised a release of money"):
        perform(invoice, "pay", by=cast.authoriser)


def test_finance_people_who_represent_the_vendor_keep_out(cast):
    invoice = invoices.at(cast, "submitted")
    seat = invoice.vendor.seats.get(role="billing")
    money.grant(seat.user, "preparer")
    with pytest.raises(Denied, match="represents the vendor"):
        perform(invoice, "match", by=seat.user)


# Handing in


def test_the_second_click_is_the_same_invoice_and_another_of_that_number_is_refused(cast):
    row = invoices.order(cast)
    sprint, more = (invoices.accepted(cast, row) for _n in range(2))
    said = invoices.said(row, [sprint], supplier_number="A-001 ")
    by = invoices.biller(row)
    first = invoicing.submit(row, said, by=by)
    again = invoicing.submit(row, replace(said, supplier_number=" a-0\u200b01"), by=by)
    assert (again, Invoice.objects.count()) == (first, 1)
    other = invoices.said(row, [more], supplier_number="a-001")
    with pytest.raises(Refused, match="Your number A-001 stands on invoice O-000001-1 already"):
        invoicing.submit(row, other, by=by)
    copy = invoices.fresh(first)
    copy.pk, copy.ref, copy.number, copy._state.adding = None, "X", 9, True
    with pytest.raises(IntegrityError), transaction.atomic():
        copy.save(force_insert=True)
    perform(first, "withdraw", by=by)
    assert invoicing.submit(row, other, by=by).supplier_number == "a-001"


def test_a_number_is_one_vendors_in_all_its_projects(cast):
    first = invoices.order(cast)
    member = first.membership
    second = invoices.order(cast, membership=member)
    invoices.submitted(cast, first, supplier_number="F 1")
    with pytest.raises(Refused, match="stands on invoice O-000001-1 already"):
        invoices.submitted(cast, second, supplier_number="F 1")


def test_only_accepted_sprints_of_the_order_each_once_at_what_was_accepted(cast):
    row, other = invoices.order(cast), invoices.order(cast)
    sprint, foreign = invoices.accepted(cast, row), invoices.accepted(cast, other)
    rejected = invoices.accepted(cast, row, state="rejected")
    by = invoices.biller(row)

    def refused(sprints, match: str, **values) -> None:
        with pytest.raises(Refused, match=match):
            invoicing.submit(row, invoices.said(row, sprints, **values), by=by)

    refused([], "Choose the accepted sprints")
    refused([foreign], "belongs to another order")
    refused([rejected], "is not accepted; only accepted sprints are payable")
    refused([sprint], r"the chosen sprints come to 10,000.00", net=invoices.NET - 1)
    refused([sprint], r"the chosen sprints come to 10,000.00", net=invoices.NET + 1)
    refused([sprint], "a day still to come", issued_on=clock.today() + timedelta(days=2))
    refused([sprint], "Give your invoice its number", supplier_number=" \u200b")
    done = invoices.submitted(cast, row, [sprint])
    refused([sprint], r"S\d stands on invoice .* already; it is payable once")
    with pytest.raises(IntegrityError), transaction.atomic():
        InvoiceLine.objects.create(invoice=done, sprint=sprint, amount=1)
    with pytest.raises(Denied, match="Only who represents the vendor"):
        invoicing.submit(row, invoices.said(row, []), by=invoices.biller(other))
    perform(done, "reject", by=cast.preparer, because="Duplicada")
    assert invoices.submitted(cast, row, [sprint]).state == "submitted"


def test_accepted_with_debt_is_payable(cast):
    row = invoices.order(cast)
    invoices.accepted(cast, row, state="accepted_with_debt")
    assert invoices.at(cast, "paid", row).total == invoices.NET + invoices.TAX


def test_no_more_than_the_order_is_worth_until_it_is_amended(cast):
    row = invoices.order(cast, value=25_000_00)
    for _n in range(2):
        invoices.at(cast, "paid", row)
    sprint = invoices.accepted(cast, row, 5_000_01)
    with pytest.raises(Refused, match=r"is worth 25,000.00.MXN .* 0.01.MXN too much"):
        invoices.submitted(cast, row, [sprint])
    row = orders.amended(cast, invoices.fresh(row), more=1_000_00)
    assert invoices.submitted(cast, row, [sprint]).state == "submitted"


def test_historical_orders_are_not_invoiced(cast):
    row = orders.historical(cast)
    biller = orders.vendors.representative(row.vendor, "hist", "billing")
    said = invoicing.Said("H 1", clock.today(), [], 0, 0)
    with pytest.raises(Refused, match="a record of the past"):
        invoicing.submit(row, said, by=biller)


# Taxes


def test_taxes_that_differ_from_the_rules_are_disputed_with_the_difference(cast):
    row = invoices.order(cast)
    invoices.accepted(cast, row)
    invoice = invoices.submitted(cast, row, tax=1_500_00, withheld=1)
    assert invoice.state == "disputed"
    last = Event.objects.filter(target_label="vendors.invoice").latest("pk")
    assert (last.verb, last.actor.is_clock) == ("vendors.invoice.dispute_taxes", True)
    sentence = last.because.replace("\xa0", " ")
    assert "charges 1,500.00 MXN of tax; by the rules of its country it is 1,600.00 MXN" in sentence
    assert "lets 0.01 MXN of tax be withheld; by the rules of its country it is 0.00" in sentence
    by = invoices.biller(row)
    type(by).objects.filter(pk=by.pk).update(language="es")
    drain()
    told = Notice.objects.get(event=last, person=by).body.replace("\xa0", " ")
    assert "La factura cobra 1,500.00 MXN de impuesto" in told  # though it was sent in English
    sprints = [line.sprint for line in invoice.live_lines()]
    wrong = invoices.said(row, sprints, tax=1_599_99, supplier_number="F 1")
    assert invoicing.correct(invoice, wrong, by=by).state == "disputed"
    right = invoices.said(row, sprints, supplier_number="F 1")
    invoice = invoicing.correct(invoice, right, by=by)
    assert (invoice.state, invoice.tax, invoice.total) == ("submitted", 1_600_00, 11_600_00)
    assert perform(invoice, "match", by=cast.preparer).state == "matched"
    with pytest.raises(Refused, match="moved on"):
        invoicing.correct(invoice, right, by=by)


def withhold(cast, ppm: int = 106_667) -> None:
    said = {"country": "MX", "category": "services", "kind": "withheld", "name": "IVA",
            "rate_ppm": ppm, "effective_from": clock.today(), "source": "x"}  # fmt: skip
    rating.enter_tax(said, by=cast.admin)


def test_what_is_withheld_is_not_spent_and_leaves_the_earmark_whole(cast):
    withhold(cast)
    row = invoices.order(cast)
    invoice = invoices.at(cast, "paid", row)
    assert (invoice.withheld, invoice.total) == (1_066_67, 10_533_33)
    assert funding.balances(row.project)["spent"] == 10_533_33
    assert earmarks.of(row).used == 11_600_00


def test_a_later_rate_does_not_touch_what_came_in(cast):
    invoice = invoices.at(cast, "submitted")
    withhold(cast)
    assert perform(invoice, "match", by=cast.preparer).state == "matched"


def test_only_administrators_enter_rates(cast):
    for person in (cast.authoriser, cast.secretariat, cast.officer):
        with pytest.raises(Denied, match="Only an administrator"):
            rating.enter_tax({}, by=person)
        with pytest.raises(Denied, match="Only an administrator"):
            rating.enter_term({}, by=person)


# Paying


def test_a_payment_posts_spending_and_uses_the_earmark_and_nothing_is_owed(cast):
    row = invoices.order(cast)
    before = orders.money_of(row)
    invoice = invoices.at(cast, "approved", row)
    owed = Obligation.objects.get(source_label="vendors.sprint")
    assert (owed.open, owed.amount, owed.blocks) == (True, 11_600_00, "close")
    assert owed.due == invoice.due_at
    invoice = perform(invoice, "pay", by=cast.recorder)
    posting = invoice.posting
    assert (posting.key, posting.kind, posting.total) == (
        "invoice:O-000001-1", "spend", 11_600_00,
    )  # fmt: skip
    assert orders.money_of(row).remaining == before.remaining - 11_600_00
    assert orders.money_of(row).free == before.free
    owed.refresh_from_db()
    assert owed.open is False
    assert invoice.paid_on == clock.today(row.institution)
    verify()


def test_spending_never_passes_what_is_released_and_the_sentence_says_which_tranche(cast):
    project = orders.funds(cast, 100_000_00, drawn=False)
    row = invoices.order(cast, project=project)
    invoice = invoices.at(cast, "approved", row)
    with pytest.raises(Refused, match=r"11,600.00.MXN is missing|missing 11,600.00.MXN comes with "
                                      r"tranche 1: the project's manager asks for"):  # fmt: skip
        perform(invoice, "pay", by=cast.recorder)
    tranche = project.tranches.get()
    guard = next(t for t in Invoice._meta.get_field("state").get_all_transitions(Invoice)
                 if t.name == "pay").conditions[-1]  # fmt: skip
    assert guard.where(invoice) == tranche.get_absolute_url()
    money.drawn(cast, tranche)
    assert perform(invoice, "pay", by=cast.recorder).state == "paid"
    assert funding.balances(project)["spent"] == 11_600_00


def test_without_a_further_tranche_the_sentence_names_a_change_of_the_budget(cast):
    invoice = invoices.at(cast, "approved")
    project = invoice.order.project
    with money.during("projects.project.stop"):
        funding.post(project, "cancel", [("released", "approved", 95_000_00)], by=cast.chair,
                     because="x", key="x")  # fmt: skip
    with pytest.raises(Refused, match="no further tranche is planned"):
        perform(invoice, "pay", by=cast.recorder)


def blocked_by_hold(cast, invoice) -> None:
    money.hold(cast, invoice.order.project)


def blocked_by_suspension(cast, invoice) -> None:
    bar(cast, invoice, "suspended")


def blocked_by_debarment(cast, invoice) -> None:
    bar(cast, invoice, "debarred")


def bar(cast, invoice, state: str) -> None:
    type(invoice.vendor).objects.filter(pk=invoice.vendor_id).update(state=state)


def blocked_by_lapse(cast, invoice) -> None:
    """Framework and membership are over."""
    lot = invoice.order.lot
    type(lot.framework).objects.filter(pk=lot.framework_id).update(
        state="expired", ends_on=clock.today() - timedelta(days=1)
    )
    membership = invoice.order.membership
    type(membership).objects.filter(pk=membership.pk).update(state="expired")


def blocked_by_termination(cast, invoice) -> None:
    perform(invoice.order, "terminate", by=cast.officer, because="No responde.")


def blocked_by_stop(cast, invoice) -> None:
    """The board stops the project: what is owed stays released until it is paid."""
    project = invoice.order.project
    projects.as_if(project, "stop", cast.chair, cause=projects.Cause("stop"))
    assert funding.balances(project)["released"] == 11_600_00


@pytest.mark.parametrize("state", ["submitted", "matched", "approved"])
@pytest.mark.parametrize(
    "block",
    [blocked_by_hold, blocked_by_suspension, blocked_by_debarment, blocked_by_lapse,
     blocked_by_termination, blocked_by_stop],
)  # fmt: skip
def test_nothing_blocks_paying_accepted_work(cast, state, block):
    invoice = invoices.at(cast, state)
    block(cast, invoice)
    for step, person in (("match", cast.preparer), ("approve", cast.authoriser),
                         ("pay", cast.recorder)):  # fmt: skip
        invoice = invoices.fresh(invoice)
        if (invoice.state, step) in (("submitted", "match"), ("matched", "approve"),
                                     ("approved", "pay")):  # fmt: skip
            invoice = perform(invoice, step, by=person)
    assert invoice.state == "paid"
    verify()


def test_a_debarred_vendor_still_invoices_what_was_accepted(cast):
    row = invoices.order(cast)
    invoices.accepted(cast, row)
    type(row.vendor).objects.filter(pk=row.vendor_id).update(state="debarred")
    assert invoices.at(cast, "paid", invoices.fresh(row)).state == "paid"


def test_a_payment_that_came_back_is_paid_again_by_another_entry(cast):
    invoice = invoices.at(cast, "paid")
    row, first = invoice.order, invoice.posting
    money.grant(cast.admin, "authoriser")
    with pytest.raises((Denied, Refused)):
        perform(invoice, "unpay", by=cast.admin, because="x")
    funding.reverse(first, by=cast.admin, because="La CLABE no existe")
    invoice = invoices.fresh(invoice)
    assert (invoice.state, invoice.posting, invoice.paid_on) == ("approved", None, None)
    assert (funding.balances(row.project)["spent"], earmarks.of(row).used) == (0, 0)
    assert Obligation.objects.get(source_label="vendors.sprint").open
    invoice = perform(invoice, "pay", by=cast.recorder)
    assert invoice.posting.key == "invoice:O-000001-1:2"
    assert (funding.balances(row.project)["spent"], earmarks.of(row).used) == (
        11_600_00, 11_600_00,
    )  # fmt: skip
    verify()


BREAK = {
    "sqlite": ["CREATE TRIGGER crash BEFORE UPDATE OF state ON vendors_invoice WHEN NEW.state = "
               "'paid' BEGIN SELECT RAISE(ABORT, 'crash'); END"],
    "postgresql": ["CREATE FUNCTION crash() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF "
                   "NEW.state = 'paid' THEN RAISE EXCEPTION 'crash'; END IF; RETURN NEW; END $$",
                   "CREATE TRIGGER crash BEFORE UPDATE ON vendors_invoice FOR EACH ROW EXECUTE "
                   "FUNCTION crash()"],
}  # fmt: skip


def test_a_crash_between_the_posting_and_the_step_leaves_neither(cast):
    """The database fails at the very write of the step, after posting and earmark were written."""
    invoice = invoices.at(cast, "approved")
    row = invoice.order
    with transaction.atomic():
        with connection.cursor() as cursor:
            for statement in BREAK[connection.vendor]:
                cursor.execute(statement)
        with pytest.raises(Exception, match="crash"), transaction.atomic():
            perform(invoice, "pay", by=cast.recorder)
        assert invoices.fresh(invoice).state == "approved"
        assert not Posting.objects.filter(kind="spend").exists()
        assert (earmarks.of(row).used, funding.balances(row.project)["spent"]) == (0, 0)
        assert Obligation.objects.get(source_label="vendors.sprint").open
        transaction.set_rollback(True)
    verify()


# Days to pay


def term(cast, **values) -> None:
    said = {"country": "MX", "days": 10, "working_days": False, "yearly_ppm": 365_000,
            "day_count": 365, "effective_from": clock.today(), "source": "x", **values}  # fmt: skip
    rating.enter_term(said, by=cast.admin)


def test_the_due_date_follows_from_the_term_of_the_country_on_the_day_of_receipt(cast):
    today = clock.today(people.institution())
    assert invoices.at(cast, "submitted").due_on == today + timedelta(days=30)
    term(cast)
    invoice = invoices.at(cast, "submitted")
    assert invoice.due_on == today + timedelta(days=10)
    term(cast, days=3)
    assert invoices.fresh(invoice).due_on == today + timedelta(days=10)
    invoice = perform(invoice, "dispute", by=cast.preparer, because="x")
    with clock.move(timedelta(days=5)):
        sprints = [line.sprint for line in invoice.live_lines()]
        said = invoices.said(invoice.order, sprints, supplier_number="C 1")
        invoice = invoicing.correct(invoice, said, by=invoices.biller(invoice.order))
    assert invoice.due_on == today + timedelta(days=8)


def test_finance_is_reminded_seven_days_and_one_day_before_once_each(cast):
    invoice = invoices.at(cast, "matched")
    ends = invoice.due_at - timedelta(hours=1)

    def told(days: int) -> int:
        with clock.move(to=ends - timedelta(days=days)):
            for _tick in range(2):
                remind_before_due_days()
        return Event.objects.filter(verb="vendors.invoice.remind").count()

    assert [told(8), told(7), told(4), told(1), told(0)] == [0, 1, 1, 2, 2]
    drain()
    notices = Notice.objects.filter(event__verb="vendors.invoice.remind")
    assert set(notices.values_list("person", flat=True)) == {cast.authoriser.pk}
    with clock.move(to=ends + timedelta(days=2)):
        remind_before_due_days()
    assert Event.objects.filter(verb="vendors.invoice.remind").count() == 2


def test_a_paid_invoice_reminds_nobody(cast):
    invoice = invoices.at(cast, "paid")
    with clock.move(to=invoice.due_at - timedelta(hours=1)):
        remind_before_due_days()
    assert not Event.objects.filter(verb="vendors.invoice.remind").exists()


def test_what_is_due_first_waits_first(cast):
    late = invoices.at(cast, "submitted")
    with clock.move(timedelta(days=31)):
        new = invoices.at(cast, "submitted")
        rows = waiting_for(cast.preparer).filter(target_label="vendors.invoice")
        assert [row.target_id for row in rows] == [late.pk, new.pk]
        assert rows[0].due == late.due_at < clock.now()


def test_whose_turn_it_is(cast):
    def waiting(person) -> list[str]:
        rows = waiting_for(person).filter(target_label="vendors.invoice")
        return list(rows.values_list("step", flat=True))

    row = invoices.order(cast)
    for state, local, step in (("submitted", "preparer", "match"),
                               ("matched", "authoriser", "approve"),
                               ("approved", "recorder", "pay")):  # fmt: skip
        point = transaction.savepoint()
        invoices.at(cast, state, row)
        people_ = {name: waiting(getattr(cast, name))
                   for name in ("preparer", "authoriser", "recorder")}  # fmt: skip
        assert {name: steps for name, steps in people_.items() if steps} == {local: [step]}
        transaction.savepoint_rollback(point)
    invoices.at(cast, "disputed", row)
    assert waiting(invoices.biller(row)) == ["correct"]


# Late interest


def paid_late(cast, days: int):
    """An invoice paid so many days after its day, at 36.5 % a year: 0.1 % a day."""
    term(cast)
    invoice = invoices.at(cast, "approved")
    with clock.move(timedelta(days=10 + days)):
        return perform(invoice, "pay", by=cast.recorder)


def test_late_interest_is_shown_and_never_added_by_itself(cast):
    invoice = paid_late(cast, 3)
    assert invoice.total == 11_600_00
    assert invoice.late_interest(clock.today()) == 34_80
    assert funding.balances(invoice.order.project)["spent"] == 11_600_00
    assert paid_late(cast, 0).late_interest(clock.today()) == 0


def test_late_interest_is_paid_by_a_further_line_once(cast):
    late = paid_late(cast, 3)
    row = late.order
    with clock.move(timedelta(days=14)):
        assert invoicing.unclaimed_interest(row) == [late]
        further = invoices.submitted(cast, row, [], late=[late], net=0, tax=0)
        assert (further.net, further.interest, further.total) == (0, 34_80, 34_80)
        assert invoicing.unclaimed_interest(row) == []
        with pytest.raises(Refused, match="No interest of invoice"):
            invoices.submitted(cast, row, [], late=[late], net=0, tax=0)
        with pytest.raises(IntegrityError), transaction.atomic():
            InterestLine.objects.create(invoice=further, late=late, amount=1)
        for step, person in (("match", cast.preparer), ("approve", cast.authoriser),
                             ("pay", cast.recorder)):  # fmt: skip
            further = perform(further, step, by=person)
    assert funding.balances(row.project)["spent"] == 11_634_80
    assert earmarks.of(row).used == 11_600_00
    verify()


# Telling people


def test_the_vendor_and_finance_are_told_of_each_step(cast):
    invoice = invoices.at(cast, "paid")
    drain()
    biller, boss = (invoice.vendor.seats.get(role=role).user for role in ("billing", "manager"))
    told = {
        (notice.person_id, notice.event.verb.rpartition(".")[2])
        for notice in Notice.objects.filter(event__target_label="vendors.invoice")
    }
    vendor = {(who.pk, step) for who in (biller, boss) for step in ("match", "approve", "pay")}
    finance = {(cast.preparer.pk, "create"), (cast.authoriser.pk, "match"),
               (cast.recorder.pk, "approve")}  # fmt: skip
    assert told == vendor | finance


@pytest.mark.parametrize(("state", "step"), [("disputed", "dispute"), ("rejected", "reject")])
def test_the_vendor_reads_why(cast, state, step):
    invoice = invoices.at(cast, state)
    drain()
    notice = Notice.objects.get(event__verb=f"vendors.invoice.{step}",
                                person=invoices.biller(invoice.order))  # fmt: skip
    assert "Falta el desglose." in notice.body


# The whole road


def test_from_the_first_story_to_the_last_centavo(cast):
    """A sprint planned, started, delivered, inspected, accepted by two, invoiced and paid."""
    sprint = sprints.accepted(cast)
    row = orders.fresh(sprint.order)
    owed = Obligation.objects.get(source_label="vendors.sprint", open=True)
    assert owed.amount == with_tax(row, sprint.payable)
    assert not Obligation.objects.filter(source_label="vendors.order", open=True).exists()
    biller = orders.vendors.representative(row.vendor, "cobra", "billing")
    invoice = invoicing.submit(row, invoices.said(row, [sprint]), by=biller)
    for step, person in (("match", cast.preparer), ("approve", cast.authoriser),
                         ("pay", cast.recorder)):  # fmt: skip
        invoice = perform(invoice, step, by=person)
    assert funding.balances(row.project)["spent"] == invoice.total
    assert earmarks.of(row).used == invoice.total == with_tax(row, sprint.payable)
    assert not Obligation.objects.filter(open=True, amount__gt=0).exists()
    verify()
