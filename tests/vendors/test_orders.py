"""Orders: drafts, money, signatures, ends; every no with its sentence."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from core import clock
from core.models import RoleGrant, User
from core.refusals import Denied, Refused
from core.steps import blockers, offered, perform, step
from core.turns import waiting_for
from projects import earmarks, funding
from projects.models import Project
from tests.factories import money, orders, vendors
from tests.factories.projects import Cause, as_if
from vendors import ordering
from vendors.models import Barring, Order, OrderRate, order_money

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _untaxed(db):
    """Figures stay plain: no tax, but where a test enters one."""
    orders.taxed(0)


def said(order, name: str) -> str:
    return " ".join(blockers(order, step(order, name)))


@pytest.mark.parametrize("state", orders.STATES)
def test_each_state_is_reached_with_its_money(cast, state):
    order = orders.at(cast, state)
    assert order.state == state
    assert order.against_ceiling == (orders.VALUE if state in ("signed", "delivering") else 0)
    bound = orders.VALUE if state in ("funded", "signed", "delivering") else 0
    assert earmarks.bound(order.project) == bound


def test_only_officers_draft(cast):
    project, membership = orders.funds(cast), orders.member(cast)
    for local, person in vars(cast).items():
        if local not in ("officer", "officer2"):
            with pytest.raises(Denied):
                ordering.draft(project, membership, orders.values(), by=person)


def test_references_run_on(cast):
    membership = orders.member(cast)
    made = [orders.draft(cast, membership=membership) for _ in range(3)]
    assert [row.ref for row in made] == ["O-000001", "O-000002", "O-000003"]


def test_a_draft_is_changed_until_it_is_funded(cast):
    order = orders.draft(cast)
    rates = [(order.lot.categories.get(code="ux"), 700_00, None)]
    order = ordering.edit(order, {"title": "Otro", "value": 5_00}, rates, by=cast.officer)
    assert (order.title, order.value) == ("Otro", 5_00)
    assert list(order.rates.values_list("category__code", "rate")) == [("ux", 700_00)]
    order = orders.funded(cast, order)
    with pytest.raises(Refused, match="moved on"):
        ordering.edit(order, {"title": "x"}, rates, by=cast.officer)


def test_rates_above_the_maximum_are_refused(cast):
    membership = orders.member(cast)
    dev = membership.lot.categories.get(code="dev")
    with pytest.raises(Refused, match=r"“Developer” costs 1,000.01\sMXN an hour; .* 1,000.00"):
        ordering.draft(orders.funds(cast), membership, orders.values(), [(dev, 1_000_01, None)],
                       by=cast.officer)  # fmt: skip
    other = orders.lot(cast).categories.get(code="dev")
    with pytest.raises(Refused, match="no category of this lot"):
        ordering.draft(orders.funds(cast), membership, orders.values(), [(other, 1_00, None)],
                       by=cast.officer)  # fmt: skip
    order = orders.draft(cast, membership=membership)
    OrderRate.objects.filter(order=order).update(rate=1_000_01)  # the lot's maximum fell since
    assert "Developer" in said(order, "fund")


def test_what_a_draft_lacks_is_named(cast):
    order = orders.draft(cast)
    Order.objects.filter(pk=order.pk).update(
        starts_on=None, product_owner=None, reason="", price_basis="sprint"
    )
    text = said(orders.fresh(order), "fund")
    for words in ("first and the last day", "fixed price of a sprint", "product owner",
                  "without a competition"):  # fmt: skip
        assert words in text


def test_money_that_is_missing_is_named_with_where_to_ask(cast):
    project = orders.funds(cast, 10_000_00)
    order = orders.draft(cast, project=project)
    text = said(order, "fund").replace("\xa0", " ")
    assert "10,000.00 MXN is free; 40,000.00 MXN would be set aside, 30,000.00 MXN too" in text
    with pytest.raises(Refused):
        orders.funded(cast, order)
    assert not earmarks.bound(project)


def test_two_orders_do_not_bind_the_same_money(cast):
    project, membership = orders.funds(cast, 70_000_00), orders.member(cast)
    first = orders.draft(cast, project=project, membership=membership)
    second = orders.draft(cast, project=project, membership=membership)
    orders.funded(cast, first)
    with pytest.raises(Refused, match="10,000.00 MXN too much|committed and released"):
        orders.funded(cast, second)
    perform(orders.fresh(first), "withdraw", by=cast.officer, because="x")
    assert orders.funded(cast, second).state == "funded"


def test_committed_money_bears_an_order_before_it_is_released(cast):
    project = orders.funds(cast, 50_000_00, drawn=False)
    order = orders.signed(cast, orders.draft(cast, project=project))
    assert order.state == "signed"
    assert earmarks.released_free(project) == 0


def test_taxes_are_set_aside_too(cast):
    orders.taxed(160_000)
    order = orders.at(cast, "signed")
    assert earmarks.of(order).amount == 46_400_00
    assert order.against_ceiling == orders.VALUE
    order = orders.amended(cast, order, more=10_000_00)
    assert (earmarks.of(order).amount, order.value) == (58_000_00, 50_000_00)


@pytest.mark.parametrize("state", ["suspended", "removed"])
def test_the_membership_is_in_force(cast, state):
    membership = orders.member(cast)
    order = orders.draft(cast, membership=membership)
    type(membership).objects.filter(pk=membership.pk).update(state=state, ground="non_response")
    assert "is not in force" in said(orders.fresh(order), "fund")
    with pytest.raises(Refused, match="is not in force"):
        orders.draft(cast, membership=orders.fresh(membership))


def test_a_barred_vendor_takes_no_order_and_a_running_one_goes_on(cast):
    order = orders.at(cast, "funded")
    running = orders.at(cast, "signed", membership=order.membership)
    barred(cast, order.vendor)
    with pytest.raises(Refused, match="is debarred"):
        perform(orders.fresh(order), "sign_for_vendor", by=orders.rep(order))
    with pytest.raises(Refused, match="is debarred"):
        orders.draft(cast, membership=order.membership)
    assert perform(running, "begin", by=cast.product).state == "delivering"


def barred(cast, vendor):
    now, last = clock.now(), clock.today() + timedelta(days=300)
    Barring.objects.create(
        vendor=vendor, number=1, kind="debarment", reason="Cohecho", legal_basis="Ley, art. 8",
        state="in_force", starts_at=now, ends_on=last, over_at=clock.end_of(last),
        proposed_by=cast.officer,
    )  # fmt: skip


def test_a_thin_lot_is_not_used(cast):
    row = orders.lot(cast, least_vendors=3)
    with pytest.raises(Refused, match="fewer than the 3"):
        orders.draft(cast, membership=orders.member(cast, row))


def test_currencies_are_never_mixed(cast):
    membership = orders.member(cast, orders.lot(cast, orders.framework(cast, currency="USD")))
    with pytest.raises(Refused, match="two currencies are never added"):
        orders.draft(cast, membership=membership)


@pytest.mark.parametrize(("first", "last", "words"), [
    (-31, 5, "in force since"), (401, 402, "cannot begin later"), (0, 581, "at the latest"),
])  # fmt: skip
def test_days_lie_within_the_framework(cast, first, last, words):
    today = clock.today()
    order = orders.draft(cast, starts_on=today + timedelta(days=first),
                         ends_on=today + timedelta(days=last))  # fmt: skip
    assert words in said(order, "fund")


def test_an_order_may_outlive_its_framework_by_the_terms(cast):
    order = orders.draft(cast, ends_on=clock.today() + timedelta(days=580))
    assert orders.funded(cast, order).state == "funded"


def test_a_project_on_hold_takes_no_order(cast):
    order = orders.draft(cast)
    money.hold(cast, order.project)
    assert "on hold" in said(order, "fund")
    Project.objects.filter(pk=order.project_id).update(stage="closing")
    assert "takes no orders in its stage" in said(orders.fresh(order), "fund")


def test_nothing_is_direct_from_its_threshold_on(cast):
    row = orders.lot(cast, orders_start_below=40_000_00)
    with pytest.raises(Refused, match=r"direct below 40,000.00\sMXN only: hold a competition"):
        orders.draft(cast, membership=orders.member(cast, row))
    assert orders.draft(cast, membership=orders.member(cast, row, "Otra"), value=39_999_99)
    never = orders.lot(cast, orders_start_below=0)
    with pytest.raises(Refused):
        orders.draft(cast, membership=orders.member(cast, never, "Más"), value=1)


def test_the_ceiling_of_the_lot_bears_it(cast):
    row = orders.lot(cast, ceiling=70_000_00)
    membership = orders.member(cast, row)
    orders.at(cast, "signed", membership=membership)
    order = orders.draft(cast, membership=membership)
    text = said(order, "fund").replace("\xa0", " ")
    assert "Of the ceiling of lot 1, 70,000.00 MXN, there is 30,000.00 MXN left" in text


def test_historical_orders_count_against_the_ceiling(cast):
    row = orders.lot(cast, ceiling=45_000_00)
    orders.historical(cast, row)
    order = orders.draft(cast, membership=orders.member(cast, row))
    assert "there is 35,000.00" in said(order, "fund").replace("\xa0", " ")


def test_the_last_place_under_the_ceiling_is_taken_once(cast):
    row = orders.lot(cast, ceiling=50_000_00)
    membership = orders.member(cast, row)
    waiting = [orders.funded(cast, orders.draft(cast, membership=membership)) for _ in range(2)]
    orders.signed(cast, waiting[0])
    with pytest.raises(Refused, match="ceiling of lot"):
        orders.signed(cast, waiting[1])


def test_an_award_makes_an_order_of_any_value_within_its_step(cast):
    membership = orders.member(cast)
    project = orders.funds(cast, 10_000_000_00)
    order = orders.awarded(cast, project=project, membership=membership, value=490_000_00)
    assert (order.kind, order.competition_ref) == ("competition", "C-000001")
    with pytest.raises(Denied, match="award of a competition"):
        ordering.draft_from_award(
            competition_ref="C-1", project=project, membership=membership, value=1, rates=[],
            terms={"title": "x"}, by=cast.officer, because="x",
        )  # fmt: skip


# Signatures


def test_both_sides_sign_and_all_declare(cast):
    order = orders.at(cast, "funded")
    text = said(order, "sign")
    assert "vendor's representative has not signed" in text
    assert "Ofelia Prado has not declared" in text
    assert "Paula Ibarra has not declared" in text
    assert {turn.step for turn in waiting_for(cast.product)} == {"declare"}
    mine = waiting_for(orders.rep(order)).filter(target_label="vendors.order")
    assert [turn.step for turn in mine] == ["sign_for_vendor"]
    order = orders.signed(cast, order)
    assert (order.signed_by, order.signed_on) == (cast.officer, clock.today(order.institution))
    assert (order.original_value, order.original_ends_on) == (order.value, order.ends_on)


def test_the_officer_who_answers_for_it_is_asked_to_sign_while_still_an_officer(cast):
    order = orders.at(cast, "funded")
    assert "sign_for_vendor" in {step.name for step, _no in offered(order, orders.rep(order))}
    order = perform(order, "sign_for_vendor", by=orders.rep(order))
    officer = User.objects.get(pk=cast.officer.pk)
    assert "sign" in {turn.step for turn in waiting_for(officer)}
    assert "sign" not in {turn.step for turn in waiting_for(cast.officer2)}
    assert "sign_for_vendor" not in {step.name for step, _no in offered(order, orders.rep(order))}
    assert "cosign" not in {step.name for step, _no in offered(order, cast.owner)}
    RoleGrant.objects.filter(user=officer).update(ends=clock.today() - timedelta(days=1))
    assert not waiting_for(User.objects.get(pk=officer.pk)).filter(step="sign").exists()


def test_once_others_have_signed_it_waits_for_the_officer_who_answers_for_it(cast):
    order = orders.at(cast, "funded")
    orders.declared(cast, perform(order, "sign_for_vendor", by=orders.rep(order)))
    waits = {local: waiting_for(person).filter(target_label="vendors.order")
             for local, person in vars(cast).items()}  # fmt: skip
    found = {local: [turn.step for turn in turns] for local, turns in waits.items() if turns}
    assert found == {"officer": ["sign"]}


def test_a_conflict_blocks_until_somebody_else_takes_over(cast):
    order = orders.at(cast, "funded")
    order = perform(order, "sign_for_vendor", by=orders.rep(order))
    ordering.declare(order, "My sister owns the company.", by=cast.officer)
    ordering.declare(order, by=cast.product)
    assert "Ofelia Prado declared a conflict" in said(orders.fresh(order), "sign")
    other = cast.officer2
    with pytest.raises(Refused, match="Say why"):
        ordering.hand_over(order, officer=other, by=cast.officer, because=" ")
    order = ordering.hand_over(order, officer=other, by=cast.officer, because="Conflict")
    with pytest.raises(Denied):
        ordering.hand_over(order, officer=cast.manager, by=cast.officer, because="x")
    ordering.declare(order, by=other)
    with pytest.raises(Denied):
        perform(order, "sign", by=cast.officer)
    assert perform(orders.fresh(order), "sign", by=other).state == "signed"


def test_strangers_declare_nothing(cast):
    order = orders.draft(cast)
    with pytest.raises(Denied):
        ordering.declare(order, by=cast.recorder)


def test_above_the_officers_limit_the_owner_signs_too(cast):
    ordering.set_limits({"currency": "MXN", "direct_up_to": 100_000_00, "officer_up_to": 39_999_99,
                         "from_day": clock.today()}, by=cast.admin, because="DOF")  # fmt: skip
    order = orders.at(cast, "funded")
    order = perform(order, "sign_for_vendor", by=orders.rep(order))
    orders.declared(cast, order)
    assert "An officer signs alone up to" in said(orders.fresh(order), "sign")
    with pytest.raises(Denied):
        perform(order, "cosign", by=cast.officer)
    order = perform(order, "cosign", by=cast.owner)
    order = perform(order, "sign", by=cast.officer)
    assert (order.cosigned_by, order.signed_by) == (cast.owner, cast.officer)


def test_within_the_limit_nobody_cosigns(cast):
    order = orders.at(cast, "funded")
    order = perform(order, "sign_for_vendor", by=orders.rep(order))
    with pytest.raises(Refused, match="Nobody has to sign beside"):
        perform(order, "cosign", by=cast.owner)


def test_who_put_the_money_behind_it_does_not_sign(cast):
    money.grant(cast.manager, "procurement_officer")
    order = orders.at(cast, "funded")
    order = ordering.hand_over(order, officer=cast.manager, by=cast.officer, because="x")
    orders.declared(cast, perform(order, "sign_for_vendor", by=orders.rep(order)))
    with pytest.raises(Denied, match="never who put the money"):
        perform(order, "sign", by=cast.manager)


def test_a_funded_order_goes_back_to_its_draft_without_signatures(cast):
    order = orders.at(cast, "funded")
    order = perform(order, "sign_for_vendor", by=orders.rep(order))
    order = perform(order, "take_back", by=cast.officer, because="Error in the title")
    assert (order.state, order.vendor_signed_by, earmarks.bound(order.project)) == (
        "draft",
        None,
        0,
    )
    assert orders.signed(cast, order).state == "signed"


def test_limits_are_set_by_administrators_for_days_to_come(cast):
    said = {"currency": "KWD", "direct_up_to": 1, "officer_up_to": 2, "from_day": clock.today()}
    with pytest.raises(Denied):
        ordering.set_limits(said, by=cast.officer, because="x")
    with pytest.raises(Refused, match="today or later"):
        ordering.set_limits({**said, "from_day": clock.today() - timedelta(days=1)}, by=cast.admin,
                            because="x")  # fmt: skip
    with pytest.raises(Refused, match="Say why"):
        ordering.set_limits(said, by=cast.admin, because="")
    assert ordering.set_limits(said, by=cast.admin, because="DOF").pk


def test_no_direct_orders_in_a_currency_without_threshold(cast):
    membership = orders.member(cast, orders.lot(cast, orders.framework(cast, currency="KWD")))
    project = orders.funds(cast, currency="KWD", tier=money.tier("small", currency="KWD"))
    with pytest.raises(Refused, match="No threshold of direct orders in KWD"):
        orders.draft(cast, project=project, membership=membership)


# Ends


def test_completing_frees_what_is_neither_paid_nor_owed(cast):
    order = orders.at(cast, "delivering")
    paid(cast, order, 15_000_00)
    order = perform(order, "complete", by=cast.officer)
    assert orders.money_of(order).remaining == 0
    assert order.against_ceiling == 15_000_00
    assert earmarks.free(order.project) == 85_000_00


def paid(cast, order, amount: int) -> None:
    with transaction.atomic(), money.during("vendors.invoice.pay"):
        funding.post(order.project, "spend", amount, by=cast.recorder, because="I",
                     key=f"invoice:{order.pk}:{amount}")  # fmt: skip
        earmarks.use(order, amount, by=cast.recorder)


@pytest.fixture
def under_way():
    """What runs, as sprints will say it."""
    found: dict[int, int] = {}

    def ask(order):
        return found.get(order.pk, 0)

    order_money.still_owed.append(ask)
    yield found
    order_money.still_owed.remove(ask)


def test_termination_frees_only_what_is_neither_accepted_nor_running(cast, under_way):
    order = orders.at(cast, "delivering")
    paid(cast, order, 10_000_00)
    under_way[order.pk] = 8_000_00
    order_money.restate(order, by=cast.product)
    order = perform(order, "terminate", by=cast.officer, because="No responde.")
    assert orders.money_of(order).remaining == 8_000_00
    assert order.against_ceiling == 18_000_00
    owed = order.project.obligations.get(open=True)
    assert (owed.kind, owed.blocks, owed.amount) == ("order", "close", 8_000_00)
    paid(cast, order, 8_000_00)
    under_way.clear()
    order_money.restate(order, by=cast.product)
    assert earmarks.of(order).closed_at is not None
    assert not order.project.obligations.filter(open=True).exists()


def test_a_stopped_project_keeps_what_is_under_way(cast, under_way):
    order = orders.at(cast, "delivering")
    under_way[order.pk] = 8_000_00
    order_money.restate(order, by=cast.product)
    as_if(order.project, "stop", cast.chair, cause=Cause("stop"))
    assert earmarks.of(order).remaining == 8_000_00
    assert funding.balances(order.project)["released"] == 8_000_00
    order = perform(orders.fresh(order), "terminate", by=cast.officer, because="Stopped")
    assert order.against_ceiling == 8_000_00


def test_what_runs_cannot_be_completed(cast):
    order = orders.at(cast, "delivering")
    order_money.still_running.append(lambda _order: ["Sprint 1 runs."])
    try:
        with pytest.raises(Refused, match="Sprint 1 runs"):
            perform(order, "complete", by=cast.officer)
    finally:
        order_money.still_running.pop()


def test_work_begins_on_its_day(cast):
    order = orders.at(cast, "signed", starts_on=clock.today() + timedelta(days=3))
    with pytest.raises(Refused, match="The order begins on"):
        perform(order, "begin", by=cast.product)
    with clock.move(timedelta(days=3)):
        assert perform(order, "begin", by=cast.product).state == "delivering"


# Historical records, who sees what, and what the database refuses


def test_historical_orders_ask_nothing_of_projects(cast):
    order = orders.historical(cast, value=5)
    assert (order.project, order.state, order.against_ceiling) == (None, "completed", 5)
    assert order.dossier == order.lot.framework.dossier
    with pytest.raises(Denied):
        ordering.record_historical({"lot": order.lot}, by=cast.manager)
    signed = orders.historical(cast, order.lot, order.vendor, state="signed", outside_ref="RFQ-1")
    ended = perform(signed, "terminate", by=cast.officer, because="x")
    assert ended.against_ceiling == ended.value


def test_who_sees_an_order(cast):
    order = orders.draft(cast)
    rep = orders.rep(order)
    sees = {local for local, person in vars(cast).items()
            if Order.objects.visible_to(person).filter(pk=order.pk).exists()}  # fmt: skip
    assert sees == {"manager", "owner", "product", "secretariat", "preparer", "authoriser",
                    "recorder", "officer", "officer2", "auditor", "admin"}  # fmt: skip
    assert not Order.objects.visible_to(rep).exists()
    orders.funded(cast, order)
    assert Order.objects.visible_to(rep).get() == order
    other = vendors.representative(vendors.vendor(cast, "Ajena"), "ajena")
    assert not Order.objects.visible_to(other).exists()


@pytest.mark.parametrize("wrong", [
    {"against_ceiling": 40_000_01}, {"against_ceiling": -1}, {"value": 0}, {"signed_on": None},
    {"project": None}, {"ends_on": date(2020, 1, 1)},
])  # fmt: skip
def test_the_database_refuses_nonsense(cast, wrong):
    order = orders.at(cast, "signed")
    with pytest.raises(IntegrityError), transaction.atomic():
        Order.objects.filter(pk=order.pk).update(**wrong)


def test_orders_are_never_removed(cast):
    order = orders.draft(cast)
    removal = "DELETE FROM vendors_order WHERE id = %s"
    with pytest.raises(Exception, match="kept as they are"), connection.cursor() as cursor:
        cursor.execute(removal, [order.pk])


def test_an_order_from_an_award_keeps_what_was_bid(cast):
    order = orders.awarded(cast)
    known = [(rate.category, rate.rate, rate.hours) for rate in order.rates.all()]
    said = {name: getattr(order, name) for name in ordering.FIELDS}
    later = said["ends_on"] + timedelta(days=7)
    ordering.edit(order, {**said, "ends_on": later}, known, by=cast.officer)
    for change in ({"value": said["value"] - 1}, {"title": "Otra cosa"}, {"quality_plan": []}):
        if change == {"quality_plan": said["quality_plan"]}:
            continue
        with pytest.raises(Refused, match="What the award fixed"):
            ordering.edit(orders.fresh(order), {**said, **change}, known, by=cast.officer)
    cheaper = [(category, rate - 1, hours) for category, rate, hours in known]
    with pytest.raises(Refused, match="What the award fixed"):
        ordering.edit(orders.fresh(order), said, cheaper, by=cast.officer)
    assert orders.fresh(order).ends_on == later
