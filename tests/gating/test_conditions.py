"""Conditions: shown by the owner, verified by another, closed; waivers; what the clock finds."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction

from core import absence, clock, due, turns
from core.models import Event, Notice
from core.outbox import drain
from core.refusals import Denied, Refused
from core.steps import perform
from gating import conditions, motions
from gating.models import Condition
from tests.factories import boards, reviews

pytestmark = pytest.mark.django_db


@pytest.fixture
def decided(cast):
    """A review approved with a precedent and a subsequent condition."""
    with boards.opened(cast, "approve_with_conditions", ("precedent", "subsequent")) as motion:
        boards.carried(cast, motion)
    return motion


def met(cast, condition):
    """A condition answered, verified and closed."""
    conditions.answer(condition, "It was done.", by=cast.manager)
    perform(condition, "submit_evidence", by=cast.manager)
    perform(condition, "verify", by=cast.lead)
    return perform(condition, "close", by=cast.secretariat)


def test_the_last_precedent_condition_brings_the_decision_into_force(cast, decided):
    precedent = Condition.objects.get(kind="precedent")
    assert met(cast, precedent).state == "closed"
    decided.review.refresh_from_db()
    assert decided.review.state == "in_force"
    assert not decided.project.obligations.filter(source_id=precedent.pk, open=True).exists()


def test_of_two_precedent_conditions_the_first_does_not_suffice(cast):
    with boards.opened(cast, "approve_with_conditions", ("precedent", "precedent")) as motion:
        boards.carried(cast, motion)
    first, second = Condition.objects.all()
    met(cast, first)
    motion.review.refresh_from_db()
    assert motion.review.state == "decided"
    met(cast, second)
    motion.review.refresh_from_db()
    assert motion.review.state == "in_force"


def test_an_answer_may_carry_evidence_of_the_project_and_a_file(cast, decided):
    condition = Condition.objects.get(kind="precedent")
    own = decided.project.evidence.first()
    file = SimpleUploadedFile("proof.txt", b"It was done, see there.")
    found = conditions.answer(condition, "Done.", [own], file, by=cast.manager)
    assert list(found.evidence.all()) == [own]
    assert found.document.name == "proof.txt"
    other = reviews.at(cast, "collecting", of=reviews.project(cast, tier="large")).project
    with pytest.raises(Refused):
        conditions.answer(condition, "Done.", [other.evidence.first()], by=cast.manager)


@pytest.mark.parametrize("person", ["lead", "owner", "secretariat", "chair", "stranger"])
def test_only_the_owner_answers(cast, decided, person):
    with pytest.raises(Denied):
        conditions.answer(Condition.objects.first(), "Done.", by=getattr(cast, person))


def test_the_owner_is_never_the_verifier_not_even_in_the_database(cast, decided):
    condition = Condition.objects.first()
    with pytest.raises(IntegrityError), transaction.atomic():
        Condition.objects.filter(pk=condition.pk).update(verifier=condition.owner)


def test_who_prepared_the_submission_verifies_nothing_in_the_project(cast):
    motion = boards.drafted(cast, boards.tabled_review(cast), "approve_with_conditions")
    boards.condition(cast, motion, "precedent", owner=cast.product, verifier=cast.manager)
    motion = perform(motion, "table", by=cast.secretariat)
    with boards.in_session(cast, motion.meeting):
        boards.carried(cast, perform(motion, "open", by=cast.chair))
    condition = Condition.objects.get()
    conditions.answer(condition, "Done.", by=cast.product)
    perform(condition, "submit_evidence", by=cast.product)
    with pytest.raises(Denied):
        perform(condition, "verify", by=cast.manager)


# The clock


def clocked() -> list[str]:
    """What the clock does with conditions in one tick, in the order of the history."""
    last = Event.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    due.act()
    mine = Event.objects.filter(pk__gt=last, target_label="gating.condition").order_by("pk")
    return [verb.rpartition(".")[2] for verb in mine.values_list("verb", flat=True)]


def test_what_is_not_shown_in_time_is_overdue_and_thirty_days_later_breached(cast, decided):
    subsequent = Condition.objects.get(kind="subsequent")
    with clock.move(to=subsequent.due_at - timedelta(minutes=5)):
        assert clocked() == ["remind"]
        assert not subsequent.is_overdue
    with clock.move(to=subsequent.due_at + timedelta(minutes=5)):
        assert subsequent.is_overdue
        assert clocked() == ["fall_overdue"]
        assert clocked() == []
        subsequent.refresh_from_db()
        assert subsequent.state == "overdue"
        drain()
        assert Notice.objects.filter(person=cast.manager, key__contains="overdue").count() == 1
    with clock.move(to=subsequent.due_at + timedelta(days=31)):
        due.act()
        subsequent.refresh_from_db()
        assert subsequent.state == "breached"
        assert met(cast, subsequent).state == "closed"


def test_after_an_outage_everything_falls_due_once_in_order(cast, decided):
    subsequent = Condition.objects.get(kind="subsequent")
    with clock.move(to=subsequent.due_at + timedelta(days=50)):
        assert clocked() == ["fall_overdue", "breach"]
        assert clocked() == []
    subsequent.refresh_from_db()
    assert subsequent.state == "breached"


def test_evidence_handed_in_on_time_is_not_overdue(cast, decided):
    subsequent = Condition.objects.get(kind="subsequent")
    conditions.answer(subsequent, "Done.", by=cast.manager)
    perform(subsequent, "submit_evidence", by=cast.manager)
    with clock.move(to=subsequent.due_at + timedelta(days=2)):
        assert clocked() == []
        perform(subsequent, "send_back", by=cast.lead, because="Not enough")
        assert clocked() == ["fall_overdue"]


# Waivers


def waiver(cast, condition, board=None, **fields):
    values = {"text": "Not now.", "risk_owner": cast.owner,
              "waived_until": clock.today() + timedelta(days=100), **fields}  # fmt: skip
    board = board or condition.motion.board
    return motions.propose_waiver(condition, board, by=cast.secretariat, **values)


def waived(cast, condition):
    meeting = boards.noticed(cast, condition.motion.board)
    motion = waiver(cast, condition)
    motions.change(motion, meeting=meeting, by=cast.secretariat)
    motion = perform(motion, "table", by=cast.secretariat)
    with boards.in_session(cast, meeting):
        motion = boards.carried(cast, perform(motion, "open", by=cast.chair))
    condition.refresh_from_db()
    return motion


def test_a_waiver_by_the_board_frees_what_the_condition_held_up_until_it_ends(cast, decided):
    precedent = Condition.objects.get(kind="precedent")
    motion = waived(cast, precedent)
    decided.review.refresh_from_db()
    assert (precedent.state, decided.review.state) == ("waived", "in_force")
    assert (precedent.waived_by, precedent.risk_owner) == (motion, cast.owner)
    assert motion.record.review is None
    with clock.move(timedelta(days=102)):
        assert "revive" in clocked()
    precedent.refresh_from_db()
    assert (precedent.state, precedent.met_at) == ("overdue", None)
    assert decided.project.obligations.filter(
        source_id=precedent.pk, blocks="release", open=True
    ).exists()  # fmt: skip


def test_a_duty_of_law_security_or_accessibility_is_never_waived(cast):
    review = boards.tabled_review(cast)
    motion = boards.drafted(cast, review, "approve_with_conditions")
    boards.condition(cast, motion, "precedent", non_waivable=True)
    motion = perform(motion, "table", by=cast.secretariat)
    with boards.in_session(cast, motion.meeting):
        boards.carried(cast, perform(motion, "open", by=cast.chair))
    with pytest.raises(Refused):
        waiver(cast, Condition.objects.get())


def test_a_board_beneath_the_one_that_set_a_condition_does_not_waive_it(cast, decided):
    condition = Condition.objects.get(kind="precedent")
    beneath = boards.filled(cast, "CHAIR", seats=(("chair", "member1", None),))
    with pytest.raises(Refused):
        waiver(cast, condition, beneath)
    above = boards.filled(cast, "COUNCIL")
    assert waiver(cast, condition, above).board == above


# States × steps × people

OFFERED = {
    "open": {"manager": {"submit_evidence"}},
    "returned": {"manager": {"submit_evidence"}},
    "overdue": {"manager": {"submit_evidence"}},
    "breached": {"manager": {"submit_evidence"}},
    "evidence_submitted": {"manager": {"take_back"}, "lead": {"verify", "send_back"}},
    "verified": {"secretariat": {"close"}},
    "closed": {},
    "waived": {},
}
PEOPLE = ("manager", "owner", "lead", "assessor1", "secretariat", "chair", "member1", "auditor",
          "admin", "stranger")  # fmt: skip
STEPS = ("submit_evidence", "take_back", "verify", "confirm_check", "send_back", "close",
         "fall_overdue", "breach", "extend", "waive", "revive")  # fmt: skip


def brought(cast, condition, state):
    if state in ("overdue", "breached"):
        days = {"overdue": 1, "breached": 40}[state]
        with clock.move(to=condition.due_at + timedelta(days=days)):
            due.act()
        return
    if state == "waived":
        waived(cast, condition)
        return
    conditions.answer(condition, "Done.", by=cast.manager)
    road = {"evidence_submitted": [("submit_evidence", cast.manager)],
            "returned": [("submit_evidence", cast.manager), ("send_back", cast.lead)],
            "verified": [("submit_evidence", cast.manager), ("verify", cast.lead)]}  # fmt: skip
    road["closed"] = [*road["verified"], ("close", cast.secretariat)]
    for name, person in road.get(state, []):
        perform(condition, name, by=person, because="Not enough")


@pytest.mark.parametrize("state", OFFERED)
def test_the_table_of_states_steps_and_people(cast, decided, state):
    condition = Condition.objects.get(kind="subsequent")
    brought(cast, condition, state)
    Condition.objects.filter(pk=condition.pk).update(response="Done.")
    condition.refresh_from_db()
    assert condition.state == state
    for person in PEOPLE:
        for name in STEPS:
            wanted = name in OFFERED[state].get(person, set())
            assert taking(condition, name, getattr(cast, person)) == wanted, (person, name)


def taking(condition, name, person) -> bool:
    try:
        with transaction.atomic():
            perform(Condition.objects.get(pk=condition.pk), name, by=person, because="try")
            transaction.set_rollback(True)
    except (Refused, Denied):
        return False
    return True


def test_turns_go_from_the_owner_to_the_verifier_to_the_secretariat(cast, decided):
    condition = Condition.objects.get(kind="precedent")

    def waits(person, name):
        return turns.waiting_for(person).filter(
            target_label="gating.condition", target_id=condition.pk, step=name
        ).exists()  # fmt: skip

    assert waits(cast.manager, "submit_evidence")
    conditions.answer(condition, "Done.", by=cast.manager)
    perform(condition, "submit_evidence", by=cast.manager)
    assert (waits(cast.manager, "submit_evidence"), waits(cast.lead, "verify")) == (False, True)
    perform(condition, "verify", by=cast.lead)
    assert (waits(cast.lead, "verify"), waits(cast.secretariat, "close")) == (False, True)


def test_a_leavers_conditions_pass_to_the_successor_but_never_to_their_own_verifier(cast, decided):
    absence.hand_over(cast.manager, cast.product, by=cast.admin, because="New post")
    assert set(Condition.objects.values_list("owner", flat=True)) == {cast.product.pk}
    assert {row.owner for row in decided.project.obligations.all()} == {cast.product}
    absence.hand_over(cast.lead, cast.product, by=cast.admin, because="New post")
    assert set(Condition.objects.values_list("verifier", flat=True)) == {cast.lead.pk}
    condition = Condition.objects.first()
    conditions.answer(condition, "Done.", by=cast.product)
    assert perform(condition, "submit_evidence", by=cast.product).state == "evidence_submitted"
