"""Motions: who takes part, one vote a seat, secrecy until the closing, the count, what follows."""

import json

import pytest
from django.db import IntegrityError, transaction

from core.models import Act, Event
from core.steps import Denied, Refused, perform
from gating import balloting, counting, motions
from gating.models import Condition, Motion, MotionSeat, Vote
from tests.factories import boards, reviews

pytestmark = pytest.mark.django_db


def test_a_motion_carried_unanimously_approves_the_review_and_brings_it_into_force(cast):
    with boards.opened(cast) as motion:
        boards.carried(cast, motion)
    motion.review.refresh_from_db()
    assert (motion.state, motion.review.state) == ("carried", "in_force")
    assert motion.review.outcome == "approve"
    assert motion.tally["case"]["votes"] == {
        "for": 4, "against": 0, "abstain": 0, "recused": 0, "absent": 0,
    }  # fmt: skip
    assert motion.record.code == motion.review.record_code


@pytest.mark.parametrize(
    ("votes", "rules", "state"),
    [
        ({"chair": "for", "member1": "for", "member2": "against"}, {}, "carried"),
        ({"chair": "against", "member1": "for", "member2": "against"}, {}, "lost"),
        ({"chair": "abstain", "member1": "abstain", "member2": "abstain"}, {}, "lost"),
        ({"chair": "for", "member1": "for"}, {}, "inquorate"),
        ({}, {}, "inquorate"),
        ({"chair": "for", "member1": "for", "member2": "against", "member3": "against"},
         {"casting_vote": ""}, "tied"),
        ({"chair": "for", "member1": "for", "member2": "against", "member3": "against"},
         {"casting_vote": "chair"}, "carried"),
        ({"chair": "against", "member1": "for", "member2": "against", "member3": "for"},
         {"casting_vote": "chair"}, "lost"),
        ({"chair": "abstain", "member1": "for", "member2": "against", "member3": "abstain"},
         {"casting_vote": "chair"}, "tied"),
        ({"chair": "for", "member1": "for", "member2": "against", "member3": "against"},
         {"casting_vote": "against"}, "lost"),
        ({"chair": "for", "member1": "for", "member2": "for", "member3": "abstain"},
         {"majority_of": "eligible", "majority_share": "3/4"}, "lost"),
        ({"chair": "for", "member1": "for", "member2": "for", "member3": "abstain"},
         {"majority_of": "eligible", "majority_share": "3/4", "strict": False}, "carried"),
    ],
)  # fmt: skip
def test_the_votes_lead_to_the_state_that_the_count_says(cast, votes, rules, state):
    with boards.opened(cast, board=boards.filled(cast, **rules)) as motion:
        boards.vote(cast, motion, **votes)
        boards.closed(cast, motion)
    assert motion.state == state
    assert counting.count(**motion.tally["case"])["result"] == state
    motion.review.refresh_from_db()
    assert (motion.review.state == "in_force") == (state == "carried")
    assert motion.review.state in ("in_force", "before_board")
    closing = Event.objects.get(verb="gating.motion.close", target_id=motion.pk)
    assert json.loads(closing.details) == {"from": "open", "to": state}


@pytest.mark.parametrize(
    ("outcome", "review", "stage"),
    [
        ("approve", "in_force", "business_case"),
        ("defer", "deferred", "business_case"),
        ("refuse", "refused", "business_case"),
        ("stop", "refused", "stopped"),
    ],
)
def test_each_outcome_does_what_it_says(cast, outcome, review, stage):
    with boards.opened(cast, outcome) as motion:
        boards.carried(cast, motion)
    motion.review.refresh_from_db()
    motion.project.refresh_from_db()
    assert (motion.review.state, motion.project.stage) == (review, stage)
    assert motion.review.outcome == outcome


def test_conditions_arise_with_the_approval_and_precedent_ones_hold_it_up(cast):
    with boards.opened(cast, "approve_with_conditions", ("precedent", "subsequent")) as motion:
        assert not Condition.objects.exists()
        boards.carried(cast, motion)
    motion.review.refresh_from_db()
    assert motion.review.state == "decided"
    found = list(Condition.objects.values_list("number", "kind", "state"))
    assert found == [(1, "precedent", "open"), (2, "subsequent", "open")]
    owed = set(motion.project.obligations.values_list("source_id", "blocks", "open"))
    first, second = Condition.objects.values_list("pk", flat=True)
    assert owed == {(first, "enter_force", True), (first, "close", True),
                    (second, "release", True), (second, "close", True)}  # fmt: skip


# One vote a seat


def test_a_vote_may_change_until_the_closing_and_each_casting_stands_in_the_history(cast):
    with boards.opened(cast) as motion:
        motions.cast(motion, "for", by=cast.member1)
        motions.cast(motion, "against", by=cast.member1)
        assert [vote.choice for vote in motion.votes.all()] == ["against"]
        assert motions.own_vote(motion, cast.member1) == "against"
        casts = Event.objects.filter(verb="gating.vote.cast").order_by("number")
        assert [event.actor for event in casts] == [cast.member1, cast.member1]
        boards.vote(cast, motion, chair="for", member2="for", member3="for")
        boards.closed(cast, motion)
        with pytest.raises(Refused):
            motions.cast(motion, "for", by=cast.member1)
    assert motion.tally["case"]["votes"]["against"] == 1


def test_the_database_takes_one_vote_a_seat(cast):
    with boards.opened(cast) as motion:
        vote = motions.cast(motion, "for", by=cast.member1)
        with pytest.raises(IntegrityError), transaction.atomic():
            Vote.objects.create(motion=motion, seat=vote.seat, choice="against", salt="x",
                                cast_by=cast.member1, at=vote.at)  # fmt: skip


def test_nobody_reads_a_vote_before_the_closing_and_its_hash_proves_it_after(cast):
    with boards.opened(cast) as motion:
        motions.cast(motion, "against", by=cast.member2)
        told = motions.roll_call(motion)
        assert [entry["choice"] for entry in told] == ["", "", "", ""]
        assert [entry["voted"] for entry in told] == [False, False, True, False]
        texts = " ".join(
            Event.objects.filter(dossier=motion.dossier).values_list("details", flat=True)
        )
        assert "against" not in texts
        boards.vote(cast, motion, chair="for", member1="for", member3="for")
        boards.closed(cast, motion)
    roll = json.loads(Event.objects.get(verb="gating.motion.roll_call").details)["roll_call"]
    sealed = {
        json.loads(event.details)["seat"]: json.loads(event.details)["sealed"]
        for event in Event.objects.filter(verb="gating.vote.cast")
    }
    for row in roll:
        assert sealed[row["seat"]] == balloting.sealed(
            row["salt"], motion.pk, row["seat"], row["choice"]
        )
    assert sorted(row["choice"] for row in roll) == ["against", "for", "for", "for"]


@pytest.mark.parametrize(
    "person",
    ["alternate", "secretariat", "manager", "owner", "lead", "auditor", "stranger", "admin"],
)
def test_nobody_votes_who_does_not_sit_there(cast, person):
    with boards.opened(cast) as motion, pytest.raises(Denied):
        motions.cast(motion, "for", by=getattr(cast, person))


def test_what_is_no_vote_is_refused(cast):
    with boards.opened(cast) as motion, pytest.raises(Refused):
        motions.cast(motion, "maybe", by=cast.member1)


def test_a_voter_may_not_prepare_or_authorise_a_release_of_the_project(cast):
    with boards.opened(cast) as motion:
        motions.cast(motion, "for", by=cast.member1)
    assert Act.objects.filter(user=cast.member1, capacity="votes", dossier=motion.dossier).exists()


# Quorum, recusal, alternates


def standings(motion):
    rows = motion.seats.select_related("seat__user", "user")
    return {row.seat.user.email.split("@")[0]: (row.user and row.user.email.split("@")[0],
            row.standing, row.why) for row in rows}  # fmt: skip


def test_opening_needs_a_quorum_of_eligible_seats(cast):
    review = boards.tabled_review(cast)
    motion = perform(boards.drafted(cast, review), "table", by=cast.secretariat)
    with boards.in_session(cast, motion.meeting, "chair", "member1") as meeting:
        with pytest.raises(Refused) as refused:
            perform(motion, "open", by=cast.chair)
        assert "3" in refused.value.reasons[0]
        assert "2" in refused.value.reasons[0]
        boards.attend(cast, meeting, "chair", "member1", "member2")
        assert perform(motion, "open", by=cast.chair).state == "open"


def test_absent_seats_are_filled_by_their_alternates_and_counted_as_absent_else(cast):
    with boards.opened(cast, present=("chair", "alternate", "member2")) as motion:
        assert standings(motion) == {
            "chair": ("chair", "eligible", ""), "member1": ("alternate", "eligible", ""),
            "member2": ("member2", "eligible", ""), "member3": (None, "absent", ""),
        }  # fmt: skip
        motions.cast(motion, "for", by=cast.alternate)
        with pytest.raises(Denied):
            motions.cast(motion, "against", by=cast.member1)


def test_a_recused_seat_neither_votes_nor_counts(cast):
    review = boards.tabled_review(cast)
    motion = boards.drafted(cast, review)
    motions.recuse(motion, "My brother works there.", by=cast.member2)
    motion = perform(motion, "table", by=cast.secretariat)
    with boards.in_session(cast, motion.meeting):
        motion = perform(motion, "open", by=cast.chair)
        assert standings(motion)["member2"] == (None, "recused", "declared")
        with pytest.raises(Denied):
            motions.cast(motion, "for", by=cast.member2)
        boards.vote(cast, motion, chair="for", member1="for", member3="against")
        motion = perform(motion, "close", by=cast.chair)
    assert (motion.tally["eligible"], motion.tally["case"]["votes"]["recused"]) == (3, 1)
    assert motion.state == "carried"


def test_the_alternate_of_somebody_recused_steps_in(cast):
    review = boards.tabled_review(cast)
    motion = perform(boards.drafted(cast, review), "table", by=cast.secretariat)
    with boards.in_session(cast, motion.meeting, "chair", "member1", "alternate", "member2"):
        motion = perform(motion, "open", by=cast.chair)
        motions.cast(motion, "for", by=cast.member1)
        motions.recuse(motion, "I advised the supplier.", by=cast.member1)
        assert standings(motion)["member1"] == ("alternate", "eligible", "declared")
        assert [vote.choice for vote in motion.votes.all()] == [""]
        with pytest.raises(Denied):
            motions.cast(motion, "for", by=cast.member1)
        boards.vote(cast, motion, alternate="against", chair="for", member2="for")
        motion = perform(motion, "close", by=cast.chair)
    assert motion.tally["case"]["votes"]["against"] == 1


def test_who_prepared_certified_or_assessed_is_recused_by_itself(cast):
    everybody = ["chair", "manager", "owner", "lead", "member1", "product"]
    seats = [("member" if name != "chair" else "chair", name, None) for name in everybody]
    board = boards.filled(cast, seats=seats, quorum="1/3", minimum=2)
    with boards.opened(cast, board=board, present=everybody) as motion:
        found = standings(motion)
        assert {name: (standing, why) for name, (_user, standing, why) in found.items()} == {
            "chair": ("eligible", ""), "manager": ("recused", "submits"),
            "owner": ("recused", "certifies"), "lead": ("recused", "assessed"),
            "member1": ("eligible", ""), "product": ("eligible", ""),
        }  # fmt: skip
        for name in ("manager", "owner", "lead"):
            with pytest.raises(Denied):
                motions.cast(motion, "for", by=getattr(cast, name))


def test_a_recused_chair_does_not_preside(cast):
    review = boards.tabled_review(cast)
    motion = boards.drafted(cast, review)
    motions.recuse(motion, "I used to run this project.", by=cast.chair)
    motion = perform(motion, "table", by=cast.secretariat)
    with boards.in_session(cast, motion.meeting):
        with pytest.raises(Denied):
            perform(motion, "open", by=cast.chair)
        motion = perform(motion, "open", by=cast.member1)
        boards.vote(cast, motion, member1="for", member2="for", member3="for")
        assert perform(motion, "close", by=cast.member1).state == "carried"


def test_a_recusal_needs_a_seat_and_a_reason_and_is_given_once(cast):
    review = boards.tabled_review(cast)
    motion = boards.drafted(cast, review)
    with pytest.raises(Denied):
        motions.recuse(motion, "I know them.", by=cast.stranger)
    with pytest.raises(Refused):
        motions.recuse(motion, "  ", by=cast.member1)
    motions.recuse(motion, "I know them.", by=cast.member1)
    with pytest.raises(Refused):
        motions.recuse(motion, "Again.", by=cast.member1)


# Drafting


def test_one_motion_at_a_time_and_only_on_a_review_before_its_board(cast):
    review = boards.tabled_review(cast)
    motion = boards.drafted(cast, review)
    with pytest.raises(Refused):
        boards.drafted(cast, review)
    perform(motion, "withdraw", by=cast.secretariat, because="Wrong text")
    assert boards.drafted(cast, review).state == "drafted"
    other = reviews.at(cast, "collecting", of=reviews.project(cast, tier="large"))
    with pytest.raises(Refused):
        boards.drafted(cast, other)


@pytest.mark.parametrize(
    ("outcome", "kinds", "text", "fits"),
    [
        ("approve", (), "To approve.", True),
        ("approve", (), "  ", False),
        ("approve", ("precedent",), "To approve.", False),
        ("approve_with_conditions", (), "To approve.", False),
        ("approve_with_conditions", ("precedent", "subsequent", "standing"), "To approve.", True),
        ("refuse", ("precedent",), "To refuse.", False),
    ],
)
def test_a_motion_is_tabled_when_it_is_whole(cast, outcome, kinds, text, fits):
    motion = boards.drafted(cast, boards.tabled_review(cast), outcome, text)
    for kind in kinds:
        boards.condition(cast, motion, kind)
    if fits:
        assert perform(motion, "table", by=cast.secretariat).state == "tabled"
    else:
        with pytest.raises(Refused):
            perform(motion, "table", by=cast.secretariat)


def test_a_drafted_condition_that_cannot_be_is_refused(cast):
    motion = boards.drafted(cast, boards.tabled_review(cast), "approve_with_conditions")
    with pytest.raises(Refused):
        boards.condition(cast, motion, "precedent", verifier=cast.manager)
    with pytest.raises(Refused):
        boards.condition(cast, motion, "subsequent", due=None)
    perform(motion, "withdraw", by=cast.secretariat, because="no")
    with pytest.raises(Refused):
        boards.condition(cast, motion, "precedent")


# States × steps × people

OFFERED = {
    "drafted": {"secretariat": {"table", "withdraw"}},
    "tabled": {"secretariat": {"take_back", "withdraw"}, "chair": {"open"}},
    "open": {"chair": {"close"}},
    "carried": {"secretariat": {"publish"}},
    "lost": {"secretariat": {"publish"}},
    "tied": {"secretariat": {"publish"}},
    "inquorate": {"secretariat": {"publish"}},
    "published": {},
    "withdrawn": {},
}
PEOPLE = ("secretariat", "chair", "member1", "alternate", "manager", "owner", "lead", "preparer",
          "authoriser", "auditor", "admin", "stranger")  # fmt: skip
STEPS = ("table", "take_back", "withdraw", "open", "close", "publish")


VOTES = {
    "lost": {"chair": "against", "member1": "against", "member2": "for"},
    "tied": {"chair": "abstain", "member1": "against", "member2": "for"},
    "inquorate": {},
}


def in_state(cast, motion, state):
    if state == "withdrawn":
        return perform(motion, "withdraw", by=cast.secretariat, because="no")
    if state == "drafted":
        return motion
    motion = perform(motion, "table", by=cast.secretariat)
    if state == "tabled":
        return motion
    motion = perform(motion, "open", by=cast.chair)
    if state in VOTES:
        boards.vote(cast, motion, **VOTES[state])
        return boards.closed(cast, motion)
    if state == "open":
        boards.vote(cast, motion, chair="for", member1="for", member2="for")
        return motion
    motion = boards.carried(cast, motion)
    return motion if state == "carried" else perform(motion, "publish", by=cast.secretariat)


@pytest.mark.parametrize("state", OFFERED)
def test_the_table_of_states_steps_and_people(cast, state):
    motion = boards.drafted(cast, boards.tabled_review(cast))
    with boards.in_session(cast, motion.meeting):
        motion = in_state(cast, motion, state)
        assert motion.state == state
        for person in PEOPLE:
            for name in STEPS:
                taken = taking(motion, name, getattr(cast, person))
                wanted = name in OFFERED[state].get(person, set())
                assert taken == wanted, (state, name, person)


def taking(motion, name, person) -> bool:
    """Whether this person can take the step now; nothing is kept."""
    try:
        with transaction.atomic():
            perform(Motion.objects.get(pk=motion.pk), name, by=person, because="try")
            transaction.set_rollback(True)
    except (Refused, Denied):
        return False
    return True


def test_seats_of_a_motion_hold_one_person_each(cast):
    with boards.opened(cast) as motion:
        seat = motion.seats.first()
        with pytest.raises(IntegrityError), transaction.atomic():
            MotionSeat.objects.create(motion=motion, seat=seat.seat, standing="absent")
