"""Questions of vendors: asked in time, settled in time, or the deadline moves."""

from datetime import timedelta

import pytest

from core import clock, due
from core.models import Event
from core.refusals import Refused
from core.steps import Denied, perform
from procurement import asking
from procurement.models import FeedEntry
from tests.factories import competitions, people

pytestmark = pytest.mark.django_db


@pytest.fixture
def row(cast):
    return competitions.published(cast)


def ask(cast, row, text="¿Puede usarse otra rama?", number=0):
    return asking.ask(row, text, by=competitions.bidder(cast, number))


def test_a_member_asks_and_an_officer_answers_for_everybody_to_read(cast, row):
    question = ask(cast, row)
    assert (question.number, question.state) == (1, "asked")
    question = asking.settle(question, "Sí.", decline=False, by=cast.officer)
    assert (question.state, question.answer) == ("answered", "Sí.")
    assert ask(cast, row, "¿Y otra licencia?", 1).number == 2
    entry = FeedEntry.objects.latest("number")
    assert (entry.kind, entry.details) == ("question", {"number": 1, "state": "answered"})


def test_only_who_acts_for_a_member_asks(cast, row):
    for stranger in (cast.stranger, cast.officer, cast.manager, cast.chair):
        with pytest.raises(Denied, match="membership is in force"):
            asking.ask(row, "¿?", by=stranger)
    outside = competitions.frameworks.company(cast, "Fuera del lote")
    with pytest.raises(Denied):
        asking.ask(row, "¿?", by=competitions.frameworks.manager_of(outside))
    suspended = competitions.member(cast, "Suspendida", state="suspended")
    with pytest.raises(Denied):
        asking.ask(row, "¿?", by=competitions.frameworks.manager_of(suspended))
    billing = people.person("facturas", institution=None)
    competitions.frameworks.seat(competitions.vendors(cast)[0], billing, "billing")
    with pytest.raises(Denied):
        asking.ask(row, "¿?", by=billing)


def test_the_clock_decides_until_when_questions_are_taken(cast, row):
    with clock.move(to=row.questions_until - timedelta(seconds=5)):
        ask(cast, row)
    with clock.move(to=row.questions_until + timedelta(seconds=1)), pytest.raises(Refused) as no:
        ask(cast, row)
    assert "by the server's clock" in str(no.value)


def test_an_empty_question_or_answer_is_refused(cast, row):
    with pytest.raises(Refused):
        ask(cast, row, "  ")
    with pytest.raises(Refused):
        ask(cast, row, "x" * 5000)
    question = ask(cast, row)
    with pytest.raises(Refused):
        asking.settle(question, " ", decline=True, by=cast.officer)
    with pytest.raises(Denied):
        asking.settle(question, "Sí.", decline=False, by=cast.chair)
    asking.settle(question, "No es del caso.", decline=True, by=cast.officer)
    with pytest.raises(Refused, match="moved on"):
        asking.settle(question, "Sí.", decline=False, by=cast.officer)


def test_an_open_question_moves_the_deadline_whether_the_job_ran_or_not(cast, row):
    before = row.closes_at
    question = ask(cast, row)
    with clock.move(to=before - timedelta(days=2) + timedelta(seconds=1)):
        now = clock.now()
        assert row.deadline(now) > before  # nobody has stored it yet
        due.act()
        moved = competitions.fresh(row)
        assert moved.closes_at == row.deadline(now)
        assert (moved.closes_at.astimezone(clock.zone(moved.institution)).hour) == 12
        event = Event.objects.get(verb="procurement.competition.move_deadline")
        assert event.actor.is_clock
        due.act()
        assert Event.objects.filter(verb="procurement.competition.move_deadline").count() == 1
        asking.settle(question, "Sí.", decline=False, by=cast.officer)
    with clock.move(to=before + timedelta(hours=1)):
        assert competitions.fresh(row).takes_bids(clock.now())
        due.act()
        assert competitions.fresh(row).state == "published"
    with clock.move(to=moved.closes_at + timedelta(seconds=1)):
        due.act()
        assert competitions.fresh(row).state == "closed"


def test_a_late_answer_keeps_the_moved_deadline_though_no_job_ran(cast, row):
    before = row.closes_at
    question = ask(cast, row)
    with clock.move(to=before - timedelta(days=1)):
        asking.settle(question, "Sí.", decline=False, by=cast.officer)
        assert competitions.fresh(row).closes_at > before


def test_a_question_settled_in_time_moves_nothing(cast, row):
    asking.settle(ask(cast, row), "Sí.", decline=False, by=cast.officer)
    with clock.move(to=row.closes_at - timedelta(days=1)):
        due.act()
        assert competitions.fresh(row).closes_at == row.closes_at


def test_bids_are_not_opened_while_a_question_is_open(cast, row):
    asking.settle(ask(cast, row), "Sí.", decline=False, by=cast.officer)
    with competitions.after_deadline(row):
        opening = perform(row, "begin_opening", by=cast.officer)
    assert (opening.state, opening.closes_at) == ("opening", row.closes_at)
    assert opening.closed_at is not None
