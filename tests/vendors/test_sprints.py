"""Sprints: the machine as a table, their money, their deadline, two people, debt."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from core import clock, due
from core.exporting import contents
from core.models import Event, Notice
from core.outbox import drain
from core.refusals import Denied, Refused
from core.steps import perform
from core.turns import waiting_for
from projects import earmarks
from tests.factories import money, orders, sprints, vendors
from vendors import inspecting, sprinting
from vendors.inspecting import Finding
from vendors.models import Debt, Sprint, SprintState, VendorSeat
from vendors.models.delivery import amount_of
from vendors.tasks_sprints import remind_of_inspections

pytestmark = pytest.mark.django_db

OFFICIALS = ("product", "manager")
TABLE = {
    ("planned", "start"): (OFFICIALS, "active"),
    ("planned", "cancel"): (OFFICIALS, "cancelled"),
    ("active", "deliver"): (("rep",), "delivered"),
    ("delivered", "inspect"): (OFFICIALS, "inspecting"),
    ("inspecting", "propose"): (("product",), "proposed"),
    ("proposed", "send_back"): (("product", "manager", "owner"), "inspecting"),
    ("proposed", "confirm"): (("manager", "owner"), "accepted"),
    ("rejected", "begin_rework"): (("rep",), "rework"),
    ("rejected", "give_up"): (("manager", "owner"), "cancelled"),
    ("rework", "deliver"): (("rep",), "delivered"),
    ("rework", "give_up"): (("manager", "owner"), "cancelled"),
}
CONSEQUENCES = {"escalate", "cancel_with_order", "terminate"}
STEPS = {name for _state, name in TABLE} | CONSEQUENCES
PEOPLE = ("product", "manager", "owner", "rep", "other", "officer", "stranger", "auditor",
          "secretariat")  # fmt: skip


def ready(cast, state: str) -> Sprint:
    """A sprint in a state in which only the wrong person stands in the way of its next step."""
    sprint = sprints.at(cast, state)
    if state in ("active", "rework"):
        return sprints.drafted(cast, sprint)
    if state == "inspecting":
        sprint = sprints.judged(cast, sprints.checked(cast, sprint))
        return inspecting.write_verdict(sprint, "accept", by=cast.product)
    return sprint


def somebody(cast, sprint: Sprint, who: str):
    if who == "rep":
        return sprints.rep(sprint)
    if who == "other":
        return vendors.representative(vendors.vendor(cast, "Otra, S.A."), "otra")
    return getattr(cast, who)


def test_the_table_names_every_step_and_state():
    field = Sprint._meta.get_field("state")
    assert {found.name for found in field.get_all_transitions(Sprint)} == STEPS
    assert set(sprints.STATES) == set(SprintState.values)


@pytest.mark.parametrize("state", sprints.STATES)
def test_state_by_step_by_person(cast, state):
    sprint = ready(cast, state)
    assert sprint.state == state
    everybody = {who: somebody(cast, sprint, who) for who in PEOPLE}
    for name in sorted(STEPS):
        allowed, target = TABLE.get((state, name), ((), ""))
        for who, person in everybody.items():
            point = transaction.savepoint()
            if who in allowed:
                assert perform(sprint, name, by=person, because="x").state == target, (name, who)
            else:
                with pytest.raises((Denied, Refused)):
                    perform(sprint, name, by=person, because="x")
            transaction.savepoint_rollback(point)


def test_the_stranger_is_told_why(cast):
    sprint = sprints.planned(cast)
    with pytest.raises(Denied, match="by the product owner or the manager"):
        perform(sprint, "start", by=cast.stranger)


# Before it starts


def test_a_sprint_takes_no_more_days_than_the_order_allows(cast):
    order = sprints.order(cast)
    with pytest.raises(Refused, match="takes at most 14 days, and this one 15"):
        sprints.planned(cast, order, days=15)
    type(order).objects.filter(pk=order.pk).update(sprint_days=21)
    assert sprints.planned(cast, sprints.fresh(order), days=21).number == 1
    with pytest.raises(Refused, match="also those of sprint 1"):
        sprints.planned(cast, order, start=20)


def test_all_sprints_together_cost_no_more_than_the_order(cast):
    order = sprints.order(cast)
    sprints.planned(cast, order, maximum=30_000_00)
    with pytest.raises(Refused, match=r"Of the order's value 10,000.00.MXN is left"):
        sprints.planned(cast, order, start=14, maximum=10_000_01)
    sprints.planned(cast, order, start=14, maximum=10_000_00)


def test_what_hours_did_not_use_is_free_again(cast):
    order = sprints.order(cast)
    sprint = sprints.accepted(cast, order, maximum=40_000_00)
    assert (sprint.payable, sprint.binds) == (9_000_00, 9_000_00)
    assert sprints.planned(cast, order, start=14, maximum=31_000_00).number == 2


def test_a_sprint_starts_on_its_days_with_stories_one_at_a_time(cast):
    order = sprints.order(cast)
    empty = sprints.planned(cast, order, stories=0)
    with pytest.raises(Refused, match="Choose at least one story"):
        perform(empty, "start", by=cast.product)
    later = sprints.planned(cast, order, start=14)
    with pytest.raises(Refused, match="The sprint begins on"):
        perform(later, "start", by=cast.product)
    with clock.move(timedelta(days=29)), pytest.raises(Refused, match="plan its days anew"):
        perform(later, "start", by=cast.product)
    with clock.move(timedelta(days=14)):
        perform(later, "start", by=cast.product)
        third = sprints.planned(cast, order, start=14)
    with clock.move(timedelta(days=28)), pytest.raises(Refused, match="one at a time"):
        perform(third, "start", by=cast.product)


def test_the_first_sprint_brings_the_order_to_its_delivery(cast):
    sprint = sprints.active(cast)
    assert sprints.fresh(sprint.order).state == "delivering"
    verbs = Event.objects.filter(verb__in=["vendors.order.begin", "vendors.sprint.start"])
    assert verbs.count() == 2


def test_only_money_that_is_released_and_free_starts_a_sprint(cast):
    project = orders.funds(cast, drawn=False)
    sprint = sprints.planned(cast, sprints.order(cast, project=project))
    with pytest.raises(Refused, match="the manager asks for the next tranche"):
        perform(sprint, "start", by=cast.product)
    money.drawn(cast, project.tranches.get(number=1))
    assert perform(sprint, "start", by=cast.product).state == "active"


def test_two_orders_do_not_start_on_the_same_money(cast):
    project = orders.funds(cast, 100_000_00)
    member = orders.member(cast)
    first = sprints.order(cast, project=project, membership=member, value=80_000_00)
    sprints.active(cast, first, maximum=80_000_00)
    owed = sum(project.obligations.filter(open=True).values_list("amount", flat=True))
    assert owed >= 80_000_00
    free = earmarks.released_free(project)
    assert free == 100_000_00 - owed


def test_a_hold_stops_only_what_is_new(cast):
    sprint = sprints.delivered(cast)
    order = sprint.order
    later = sprints.planned(cast, order, start=14)
    money.hold(cast, order.project)
    with clock.move(timedelta(days=14)), pytest.raises(Refused, match="no new sprint starts"):
        perform(later, "start", by=cast.product)
    sprint = sprints.proposed(cast, sprint=sprint)
    assert perform(sprint, "confirm", by=cast.manager).state == "accepted"


def test_a_hold_lets_a_running_sprint_be_delivered(cast):
    sprint = sprints.active(cast)
    money.hold(cast, sprint.order.project)
    assert sprints.delivered(cast, sprint=sprint).state == "delivered"


# Delivery


def test_a_delivery_names_code_and_evidence(cast):
    sprint = sprints.active(cast)
    rep = sprints.rep(sprint)
    with pytest.raises(Refused, match="Write the delivery first"):
        perform(sprint, "deliver", by=rep)
    with pytest.raises(Refused, match="40 or 64 characters"):
        sprinting.write_delivery(sprint, {"commit": "HEAD"}, {}, by=rep)
    sprinting.write_delivery(sprint, {"tag": "v1.0"}, {}, by=rep)
    with pytest.raises(Refused) as refused:
        perform(sprint, "deliver", by=rep)
    assert refused.value.reasons == (
        "Name the address of the repository.",
        "Add at least one file or address as evidence of what was delivered.",
        "State the hours of each category of labour.",
    )
    with pytest.raises(Denied, match="Only a representative of the vendor"):
        sprinting.write_delivery(sprint, {"tag": "v1.0"}, {}, by=cast.manager)


@pytest.mark.parametrize("commit", ["A" * 40, "0" * 64])
def test_commits_of_both_lengths_are_taken(cast, commit):
    sprint = sprints.active(cast)
    draft = sprinting.write_delivery(sprint, {"commit": commit}, {}, by=sprints.rep(sprint))
    assert draft.commit == commit.lower()


def test_what_was_delivered_stays(cast):
    sprint = sprints.delivered(cast)
    proof = sprint.last_delivery().proofs.get()
    with pytest.raises(Refused, match="moved on"):
        sprinting.remove_proof(proof, by=sprints.rep(sprint))
    with pytest.raises(Refused, match="moved on"):
        sprinting.write_delivery(sprint, {"tag": "v2"}, {}, by=sprints.rep(sprint))


def test_hours_are_priced_at_the_rates_of_the_order_up_to_the_maximum(cast):
    order = sprints.order(cast)
    sprint = sprints.active(cast, order)
    ux = order.lot.categories.get(code="ux")
    with pytest.raises(Refused, match="categories of the order"):
        sprinting.write_delivery(sprint, {}, {ux.pk: Decimal(1)}, by=sprints.rep(sprint))
    sprints.drafted(cast, sprint, hours="11.12")
    sprint = perform(sprint, "deliver", by=sprints.rep(sprint))
    assert sprint.last_delivery().amount == 10_008_00
    done = perform(sprints.proposed(cast, sprint=sprint), "confirm", by=cast.manager)
    assert done.payable == sprint.maximum == 10_000_00


@pytest.mark.parametrize(
    ("rate", "parts", "amount"),
    [(900_00, 1000, 900_000), (1, 50, 0), (3, 50, 2), (1, 51, 1), (5, 30, 2), (7, 50, 4)],
)
def test_a_line_is_rounded_once_half_to_even(rate, parts, amount):
    assert amount_of(rate, parts) == amount


def test_a_fixed_price_is_what_the_order_says(cast):
    order = sprints.order(cast, price_basis="sprint", sprint_price=8_000_00)
    sprint = sprints.accepted(cast, order, maximum=1_00)
    assert (sprint.maximum, sprint.payable) == (8_000_00, 8_000_00)


# Checks


def test_a_number_decides_a_counted_check(cast):
    sprint = sprints.delivered(cast)
    checks = {check.code: check for check in sprint.last_delivery().checks.all()}
    assert list(checks) == ["tests", "coverage", "accessibility", "deployment", "dependencies",
                            "documentation", "research", "vulnerabilities", "style"]  # fmt: skip

    def found(code: str, **said):
        return inspecting.record(checks[code], Finding(**said), by=cast.product).result

    assert found("coverage", value=Decimal("89.99"), result="passed") == "failed"
    assert found("coverage", value=Decimal(90)) == "passed"
    assert found("accessibility", value=Decimal(1)) == "failed"
    assert found("accessibility", value=Decimal(0)) == "passed"
    assert sprints.fresh(sprint).state == "inspecting"
    with pytest.raises(Refused, match="between 0 and what is possible"):
        found("coverage", value=Decimal(101))
    with pytest.raises(Refused, match="Add the proof"):
        found("research", result="passed", note="Visto")
    with pytest.raises(Refused, match="why the check does not apply"):
        found("research", result="not_applicable")
    with pytest.raises(Refused, match="Choose whether"):
        found("research", url="https://x.org")
    assert found("research", result="not_applicable", note="Sin pantallas.") == "not_applicable"
    with pytest.raises(Denied):
        inspecting.record(checks["style"], Finding(value=Decimal(0)), by=sprints.rep(sprint))


def test_nothing_is_accepted_before_all_is_recorded(cast):
    sprint = sprints.at(cast, "inspecting")
    inspecting.write_verdict(sprint, "accept", by=cast.product)
    with pytest.raises(Refused) as refused:
        perform(sprint, "propose", by=cast.product)
    said = refused.value.reasons
    assert sum("Record the check" in reason for reason in said) == 9
    assert sum("Say what becomes of the story" in reason for reason in said) == 2


@pytest.mark.parametrize(("failed", "verdict", "match"), [
    ("research", "accept", "failed: accept with debt, or reject"),
    ("research", "debt", "Write down what is owed"),
    ("research", "reject", "Give the reasons"),
])  # fmt: skip
def test_a_failed_mandatory_check_forces_debt_or_rejection(cast, failed, verdict, match):
    sprint = sprints.checked(cast, sprints.delivered(cast), **{failed: "failed"})
    sprint = sprints.judged(cast, sprint)
    inspecting.write_verdict(sprint, verdict, by=cast.product)
    with pytest.raises(Refused, match=match):
        perform(sprint, "propose", by=cast.product)


def test_one_that_is_not_mandatory_does_not(cast):
    sprint = sprints.checked(cast, sprints.delivered(cast), style="4")
    sprint = sprints.judged(cast, sprint)
    inspecting.write_verdict(sprint, "accept", by=cast.product)
    assert perform(sprint, "propose", by=cast.product).state == "proposed"


def test_debt_names_its_check_its_story_and_a_later_sprint(cast):
    sprint = sprints.checked(cast, sprints.delivered(cast), research="failed")
    sprint = sprints.judged(cast, sprint, "with_debt")
    inspecting.write_verdict(sprint, "debt", by=cast.product)
    story = sprint.chosen.first().story
    with pytest.raises(Refused, match="due in a later sprint"):
        inspecting.owe(sprint, "x", 1, by=cast.product)
    with pytest.raises(Refused, match="no such check"):
        inspecting.owe(sprint, "x", 2, check="nada", by=cast.product)
    inspecting.owe(sprint, "Registrar", 2, check="research", by=cast.product)
    with pytest.raises(Refused, match="accepted with debt: write it down"):
        perform(sprint, "propose", by=cast.product)
    inspecting.owe(sprint, "Terminar", 2, story=story, by=cast.product)
    extra = inspecting.owe(sprint, "De más", 3, by=cast.product)
    inspecting.take_out(extra, by=cast.product)
    done = perform(perform(sprint, "propose", by=cast.product), "confirm", by=cast.owner)
    assert done.state == "accepted_with_debt"
    standing = Debt.objects.standing()
    assert [debt.text for debt in standing] == ["Registrar", "Terminar"]
    with pytest.raises(Refused, match="by a later sprint of the order that was accepted"):
        inspecting.settle(standing[0], done, by=cast.product)
    with clock.move(timedelta(days=14)):
        later = sprints.accepted(cast, done.order)
        with pytest.raises(Denied):
            inspecting.settle(standing[0], later, by=sprints.rep(later))
        inspecting.settle(standing[0], later, by=cast.product)
    assert [debt.text for debt in Debt.objects.standing()] == ["Terminar"]


# Two people


def test_who_proposed_never_confirms_in_whatever_role(cast):
    sprint = sprints.delivered(cast)
    type(sprint.order).objects.update(product_owner=cast.manager)
    for check in sprint.last_delivery().checks.all():
        said = {"value": Decimal(95 if check.least else 0)} if check.counted else {
            "result": "passed", "url": "https://x.org"}  # fmt: skip
        inspecting.record(check, Finding(**said), by=cast.manager)
    for row in sprint.chosen.all():
        inspecting.judge(row, "accepted", by=cast.manager)
    inspecting.write_verdict(sprint, "accept", by=cast.manager)
    sprint = perform(sprints.fresh(sprint), "propose", by=cast.manager)
    with pytest.raises(Denied, match="never who proposed it"):
        perform(sprint, "confirm", by=cast.manager)
    assert waiting_for(cast.owner).filter(step="confirm").exists()
    assert perform(sprint, "confirm", by=cast.owner).confirmed_by == cast.owner


def test_who_delivered_never_inspects_nor_confirms(cast):
    sprint = sprints.active(cast)
    VendorSeat.objects.create(
        vendor=sprint.order.vendor, user=cast.manager, role="bidder", starts_at=clock.now(),
        given_by=cast.officer,
    )  # fmt: skip
    sprints.drafted(cast, sprint)
    sprint = sprints.proposed(cast, sprint=perform(sprint, "deliver", by=cast.manager))
    with pytest.raises(Denied, match="nor who delivered"):
        perform(sprint, "confirm", by=cast.manager)


def test_the_database_knows_that_two_people_accept(cast):
    sprint = sprints.proposed(cast)
    with pytest.raises(IntegrityError), transaction.atomic():
        Sprint.objects.filter(pk=sprint.pk).update(
            state="accepted", payable=1, accepted_on=clock.today(), confirmed_by=cast.product
        )
    done = perform(sprint, "confirm", by=cast.manager)
    with pytest.raises(Exception, match="stay|kept"), transaction.atomic():
        Sprint.objects.filter(pk=done.pk).update(payable=1)


# The deadline


def waits(person, sprint) -> set[str]:
    rows = waiting_for(person).filter(target_label="vendors.sprint", target_id=sprint.pk)
    return set(rows.values_list("step", flat=True))


def test_the_turn_goes_from_one_to_the_next(cast):
    sprint = sprints.planned(cast)
    rep = sprints.rep(sprint)
    assert (waits(cast.product, sprint), waits(rep, sprint)) == ({"start"}, set())
    sprint = perform(sprint, "start", by=cast.product)
    assert (waits(cast.product, sprint), waits(rep, sprint)) == (set(), {"deliver"})
    sprint = sprints.delivered(cast, sprint=sprint)
    assert (waits(cast.product, sprint), waits(rep, sprint)) == ({"inspect"}, set())
    sprint = sprints.proposed(cast, sprint=sprint, verdict="reject")
    assert (waits(cast.product, sprint), waits(cast.manager, sprint)) == (set(), {"confirm"})
    sprint = perform(sprint, "confirm", by=cast.manager)
    assert (waits(cast.manager, sprint), waits(rep, sprint)) == (set(), {"begin_rework"})


def test_five_working_days_are_stored_and_later_holidays_do_not_move_them(cast):
    sprint = sprints.delivered(cast)
    place = sprint.order.project.institution
    day = clock.working_days_after(clock.today(place), 5, place)
    assert sprint.inspect_until == day
    assert sprint.inspect_ends == clock.end_of(day, place)


@pytest.mark.parametrize("state", ["delivered", "inspecting", "proposed"])
def test_after_its_days_the_owner_is_asked_once_and_nothing_is_accepted(cast, state):
    sprint = sprints.at(cast, state)
    with clock.move(to=sprint.inspect_ends - timedelta(seconds=5)):
        due.act()
        assert sprints.fresh(sprint).escalated_at is None
        assert waits(cast.owner, sprint) == set()
    with clock.move(to=sprint.inspect_ends + timedelta(seconds=1)):
        for _tick in range(2):
            due.act()
        assert waits(cast.owner, sprint) == {"conclude"}
    with clock.move(timedelta(days=400)):
        due.act()
    found = sprints.fresh(sprint)
    assert (found.state, found.payable) == (state, None)
    assert Event.objects.filter(verb="vendors.sprint.escalate").count() == 1
    drain()
    told = Notice.objects.filter(event__verb="vendors.sprint.escalate")
    assert {notice.person for notice in told} == {cast.owner, cast.manager, cast.product}


def test_after_an_outage_all_is_passed_on_in_order(cast):
    first = sprints.delivered(cast)
    with clock.move(timedelta(days=3)):
        second = sprints.delivered(cast, sprints.order(cast, membership=first.order.membership))
    with clock.move(timedelta(days=60)):
        due.act()
    events = Event.objects.filter(verb="vendors.sprint.escalate").order_by("pk")
    assert list(events.values_list("target_id", flat=True)) == [first.pk, second.pk]


def test_then_the_owner_may_propose_and_the_manager_confirms(cast):
    sprint = sprints.judged(cast, sprints.checked(cast, sprints.delivered(cast)))
    with pytest.raises(Denied, match="after the deadline also the owner"):
        inspecting.write_verdict(sprint, "accept", by=cast.owner)
    with clock.move(timedelta(days=20)):
        due.act()
        inspecting.write_verdict(sprint, "accept", by=cast.owner)
        sprint = perform(sprints.fresh(sprint), "propose", by=cast.owner)
        with pytest.raises(Denied):
            perform(sprint, "confirm", by=cast.owner)
        assert perform(sprint, "confirm", by=cast.manager).state == "accepted"
    assert waits(cast.owner, sprint) == set()


def test_a_new_delivery_has_new_days_and_new_checks(cast):
    sprint = sprints.at(cast, "rework")
    before = sprint.last_delivery()
    with clock.move(timedelta(days=30)):
        sprint = sprints.delivered(cast, sprint=sprint)
    assert (sprint.escalated_at, sprint.verdict, sprint.proposed_by) == (None, "", None)
    assert sprint.inspect_until > clock.today() + timedelta(days=30)
    assert sprint.last_delivery().number == before.number + 1
    assert not sprint.last_delivery().checks.exclude(result="").exists()
    assert set(sprint.chosen.values_list("outcome", flat=True)) == {""}
    with pytest.raises(Refused, match="An earlier delivery stays"):
        inspecting.record(before.checks.first(), Finding(value=Decimal(0)), by=cast.product)


def test_inspectors_are_reminded_before_the_last_day(cast):
    sprint = sprints.delivered(cast)
    with clock.move(to=sprint.inspect_ends - timedelta(hours=12)):
        for _tick in range(2):
            remind_of_inspections()
    assert Event.objects.filter(verb="vendors.sprint.remind").count() == 1


# Stories and endings


def test_what_is_not_accepted_rolls_over_to_the_top_of_the_backlog(cast):
    order = sprints.order(cast)
    waiting = sprints.story(cast, order, "Espera")
    sprint = sprints.judged(cast, sprints.checked(cast, sprints.delivered(cast, order)),
                            "accepted", "refused")  # fmt: skip
    inspecting.write_verdict(sprint, "accept", by=cast.product)
    perform(perform(sprints.fresh(sprint), "propose", by=cast.product), "confirm", by=cast.manager)
    backlog = [story.title for story in order.stories.backlog()]
    assert backlog == ["Historia 2", waiting.title]
    assert [story.title for story in order.stories.filter(done_in=sprint)] == ["Historia 1"]
    assert sprint.chosen.get(rolled_over=True).title == "Historia 2"


def test_a_sprint_not_delivered_in_its_days_may_be_given_up(cast):
    sprint = sprints.active(cast)
    with pytest.raises(Refused, match="not over yet"):
        perform(sprint, "give_up", by=cast.manager, because="x")
    with clock.move(timedelta(days=14)):
        done = perform(sprint, "give_up", by=cast.manager, because="No entregó.")
    assert (done.state, done.binds, done.order.stories.backlog().count()) == ("cancelled", 0, 2)
    project = done.order.project
    assert not project.obligations.filter(open=True, amount__gt=0).exists()


def test_with_its_order_ends_what_is_planned_but_not_what_runs(cast):
    order = sprints.order(cast)
    running = sprints.active(cast, order)
    planned = sprints.planned(cast, order, start=14)
    perform(order, "terminate", by=cast.officer, because="No responde.")
    assert (sprints.fresh(planned).state, sprints.fresh(running).state) == ("cancelled", "active")
    sprint = sprints.delivered(cast, sprint=sprints.fresh(running))
    done = perform(sprints.proposed(cast, sprint=sprint), "confirm", by=cast.manager)
    assert (done.state, done.payable) == ("accepted", 9_000_00)


def test_an_order_is_not_completed_over_an_open_sprint(cast):
    sprint = sprints.active(cast)
    with pytest.raises(Refused, match="Sprint 1 is open"):
        perform(sprint.order, "complete", by=cast.officer)


def test_a_case_leaves_the_house_with_its_sprints_but_not_with_drafts(cast):
    sprint = sprints.delivered(cast)
    with clock.move(timedelta(days=14)):
        sprints.drafted(cast, sprints.active(cast, sprint.order))
    found = contents(sprint.dossier)
    assert len(found.of("vendors.sprint")) == 2
    assert [row.number for row in found.of("vendors.delivery")] == [1]
    assert len(found.of("vendors.deliveryhours")) == 1
    assert len(found.of("vendors.qualitycheck")) == 9
