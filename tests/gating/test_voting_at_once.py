"""Many people at once, each with a connection of their own: nothing doubled, nothing lost."""

from datetime import date

import pytest

from core.models import Act, Event, User
from core.refusals import Refused
from core.steps import perform
from gating import motions
from gating.models import BoardSeat, Motion, Record
from tests.factories import boards, people
from tests.factories.threads import at_once
from tests.factories.threads import many as threads

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def many(db):
    """An open motion of a board with as many seats as threads, and whoever sits there."""
    cast = people.cast()
    voters = [cast.chair]
    voters += [User.objects.create_user(f"seat{n}@demo.example", None, name=f"Seat {n}")
               for n in range(threads() - 1)]  # fmt: skip
    board = boards.filled(cast, seats=(("chair", "chair", None),))
    for person in voters[1:]:
        BoardSeat.objects.create(board=board, kind="member", user=person, starts=date(2020, 1, 1))
    for number, person in enumerate(voters):
        setattr(cast, f"voter{number}", person)
    present = [f"voter{number}" for number in range(len(voters))]
    with boards.opened(cast, board=board, present=present) as motion:
        yield cast, motion, voters


def test_every_seat_votes_at_once_and_no_vote_is_lost_or_doubled(many):
    cast, motion, voters = many
    choices = ["for", "against", "abstain"]

    def vote(number):
        person = User.objects.get(pk=voters[number].pk)
        return motions.cast(motion, choices[number % 3], by=person)

    at_once(vote, len(voters))
    assert motion.votes.count() == len(voters)
    casts = Event.objects.filter(verb="gating.vote.cast")
    assert casts.count() == len(voters)
    assert Act.objects.filter(capacity="votes").count() == len(voters)
    numbers = list(Event.objects.filter(dossier=motion.dossier).values_list("number", flat=True))
    assert numbers == list(range(1, len(numbers) + 1))
    motion = perform(motion, "close", by=cast.chair)
    tallied = motion.tally["case"]["votes"]
    wanted = {choice: len(range(place, len(voters), 3)) for place, choice in enumerate(choices)}
    assert {choice: tallied[choice] for choice in choices} == wanted


def test_one_seat_pressing_many_times_has_one_vote(many):
    _cast, motion, voters = many
    person = voters[1]

    def vote(number):
        by = User.objects.get(pk=person.pk)
        return motions.cast(motion, "for" if number % 2 else "against", by=by)

    at_once(vote, threads())
    assert motion.votes.count() == 1
    assert Event.objects.filter(verb="gating.vote.cast").count() == threads()
    assert Act.objects.filter(capacity="votes", user=person).count() == 1


def test_votes_against_the_closing_count_or_are_refused_never_both(many):
    cast, motion, voters = many
    for person in voters[: len(voters) // 2 + 1]:
        motions.cast(motion, "for", by=person)
    late = voters[len(voters) // 2 + 1 :]

    def act(number):
        if number == 0:
            return perform(Motion.objects.get(pk=motion.pk), "close",
                           by=User.objects.get(pk=cast.chair.pk))  # fmt: skip
        return motions.cast(motion, "against", by=User.objects.get(pk=late[number - 1].pk))

    results = at_once(act, len(late) + 1)
    motion.refresh_from_db()
    refused = sum(isinstance(result, Refused) for result in results)
    assert motion.tally["case"]["votes"]["against"] == len(late) - refused
    assert motion.votes.count() == len(voters) - refused


def test_of_many_closings_one_takes_effect(many):
    cast, motion, voters = many
    for person in voters:
        motions.cast(motion, "for", by=person)

    def close(_number):
        return perform(Motion.objects.get(pk=motion.pk), "close",
                       by=User.objects.get(pk=cast.chair.pk))  # fmt: skip

    results = at_once(close, threads())
    assert sum(not isinstance(result, Refused) for result in results) == 1
    assert Record.objects.count() == 1
    assert Event.objects.filter(verb="gating.motion.close").count() == 1
