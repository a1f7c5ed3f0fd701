"""The machines of orders and amendments as tables: state × step × person; the rest is refused."""

import pytest

from core.models import Event, Turn
from core.refusals import Denied, Refused
from core.steps import perform
from core.turns import expected
from tests.factories import orders
from vendors.models import Order, OrderAmendment, OrderState

pytestmark = pytest.mark.django_db

OFFICER, OTHER, REP = "officer", "officer2", "rep"
TABLE = {
    ("draft", "fund"): ({"manager", "owner"}, "funded"),
    ("draft", "withdraw"): ({OFFICER, OTHER, "manager"}, "withdrawn"),
    ("funded", "withdraw"): ({OFFICER, OTHER, "manager"}, "withdrawn"),
    ("funded", "take_back"): ({OFFICER, OTHER}, "draft"),
    ("funded", "sign_for_vendor"): ({REP}, "funded"),
    ("funded", "cosign"): ({"owner"}, "funded"),
    ("funded", "sign"): ({OFFICER}, "signed"),
    ("signed", "begin"): ({OFFICER, OTHER, "manager", "product"}, "delivering"),
    ("signed", "terminate"): ({OFFICER, OTHER}, "terminated"),
    ("delivering", "terminate"): ({OFFICER, OTHER}, "terminated"),
    ("delivering", "complete"): ({OFFICER, OTHER}, "completed"),
}
BLOCKED = {("funded", "cosign"), ("funded", "sign")}
"""Open to these people, but not yet: the value needs no second signature, the vendor's misses."""


def every_step(model) -> set[str]:
    field = model._meta.get_field("state")
    return {transition.name for transition in field.get_all_transitions(model)}


def everybody(cast, order) -> dict:
    return {**vars(cast), REP: orders.rep(order)}


def test_the_table_names_every_step():
    assert every_step(Order) == {name for _state, name in TABLE}


@pytest.mark.parametrize("state", OrderState.values)
def test_nobody_takes_a_step_that_is_not_theirs(cast, state):
    order = orders.at(cast, state)
    for name in sorted(every_step(Order)):
        who, _target = TABLE.get((state, name), (set(), ""))
        for local, person in everybody(cast, order).items():
            if local not in who or (state, name) in BLOCKED:
                with pytest.raises((Denied, Refused)):
                    perform(order, name, by=person, because="x")
    assert orders.fresh(order).state == state


@pytest.mark.parametrize(("state", "name"), sorted(set(TABLE) - BLOCKED))
def test_the_right_person_takes_the_step(cast, state, name):
    who, target = TABLE[state, name]
    order = orders.at(cast, state)
    person = everybody(cast, order)[sorted(who)[0]]
    assert perform(order, name, by=person, because="x").state == target
    assert Event.objects.filter(verb=f"vendors.order.{name}", target_id=order.pk).count() == 1


@pytest.mark.parametrize("state", OrderState.values)
def test_kept_turns_are_those_of_the_row(cast, state):
    order = orders.at(cast, state)
    kept = Turn.objects.filter(target_label="vendors.order", target_id=order.pk)
    assert sorted(kept.values_list("step", "audience")) == sorted(
        (turn.step, turn.audience) for turn in expected(orders.fresh(order))
    )


AMENDMENT = {
    ("proposed", "sign_for_vendor"): ({REP}, "proposed"),
    ("proposed", "confirm"): ({"owner", OTHER}, "in_force"),
    ("proposed", "withdraw"): ({OFFICER, OTHER}, "withdrawn"),
    ("proposed", "refuse"): ({REP, OTHER, "owner"}, "refused"),
}


def amendment_at(cast, state: str) -> OrderAmendment:
    row = orders.proposed(cast, orders.at(cast, "signed"), more=1_000_00)
    if state == "in_force":
        row = perform(row, "sign_for_vendor", by=orders.rep(row))
        return perform(row, "confirm", by=cast.owner)
    step = {"withdrawn": "withdraw", "refused": "refuse"}.get(state)
    by = cast.officer if state == "withdrawn" else cast.owner
    return perform(row, step, by=by, because="x") if step else row


def test_the_table_names_every_step_of_amendments():
    assert every_step(OrderAmendment) == {name for _state, name in AMENDMENT} | {"fall"}


@pytest.mark.parametrize("state", OrderAmendment.States.values)
def test_nobody_takes_a_step_of_an_amendment_that_is_not_theirs(cast, state):
    row = amendment_at(cast, state)
    for name in sorted(every_step(OrderAmendment)):
        who, _target = AMENDMENT.get((state, name), (set(), ""))
        for local, person in everybody(cast, row.order).items():
            if local not in who or name == "confirm":  # the vendor has not signed
                with pytest.raises((Denied, Refused)):
                    perform(row, name, by=person, because="x")
    assert orders.fresh(row).state == state


@pytest.mark.parametrize(("state", "name"), sorted(AMENDMENT))
def test_the_right_person_takes_the_step_of_an_amendment(cast, state, name):
    who, target = AMENDMENT[state, name]
    row = amendment_at(cast, state)
    if name == "confirm":
        row = perform(row, "sign_for_vendor", by=orders.rep(row))
    person = everybody(cast, row.order)[sorted(who)[0]]
    assert perform(row, name, by=person, because="x").state == target
