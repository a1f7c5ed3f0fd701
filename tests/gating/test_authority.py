"""Boards: which is competent, who sits where, how motions and turns follow seats and time."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from core import clock, turns
from core.models import Event
from core.refusals import Denied, Refused
from gating import authority, motions, routing, ruling, seating
from gating.models import Board, BoardSeat, Gate
from gating.models.board import competent_board
from gating.routing import Place
from gating.seating import Place as Seat
from projects.models import Tier
from tests.factories import boards, money, reviews

PLACES = (Place("TOP"), Place("MID", "TOP"), Place("LOW", "MID"), Place("ONE", "LOW", single=True))
BANDS = {"ONE": 100, "LOW": 1000, "MID": 10_000, "TOP": None}


@pytest.mark.parametrize(
    ("cost", "novel", "single", "floor", "found"),
    [
        (100, False, True, "", ("ONE", "band")),
        (101, False, True, "", ("LOW", "band")),
        (100, False, False, "", ("LOW", "band")),
        (1000, False, True, "", ("LOW", "band")),
        (1001, False, True, "", ("MID", "band")),
        (10**12, False, True, "", ("TOP", "band")),
        (0, False, True, "", ("ONE", "band")),
        (1, True, True, "", ("TOP", "novel")),
        (1, False, True, "MID", ("MID", "gate")),
        (5000, False, True, "LOW", ("MID", "band")),
        (5000, False, True, "MID", ("MID", "band")),
        (None, False, True, "", ("TOP", "no_band")),
    ],
)
def test_the_way_to_the_competent_board(cost, novel, single, floor, found):
    way = routing.competent(PLACES, BANDS, cost=cost, novel=novel, single=single, floor=floor)
    assert way == found


def test_without_bands_in_the_currency_the_top_board_decides():
    way = routing.competent(PLACES, {}, cost=1, novel=False, single=True)
    assert way == ("TOP", "no_band")


def test_without_boards_there_is_no_way():
    with pytest.raises(routing.NoBoard):
        routing.competent((), {}, cost=1, novel=False, single=True)


def test_a_circle_in_the_hierarchy_ends():
    assert routing.above((Place("A", "B"), Place("B", "A")), "A") == ["B", "A"]


@given(st.integers(0, 20_000), st.integers(0, 20_000))
def test_a_larger_cost_never_goes_to_a_lower_board(one, two):
    low, high = sorted((one, two))
    ways = [routing.competent(PLACES, BANDS, cost=cost, novel=False, single=True)[0]
            for cost in (low, high)]  # fmt: skip
    heights = [len(routing.above(PLACES, way)) for way in ways]
    assert heights[0] >= heights[1]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("tier", "cost", "novel", "code", "why"),
    [
        ("small", 9_999_999_99, False, "CHAIR", "band"),
        ("small", 10_000_000_00, False, "ICT", "band"),
        ("medium", 5_000_000_00, False, "ICT", "band"),
        ("large", 1_000_000_000_00, False, "ICT", "band"),
        ("large", 1_000_000_000_01, False, "COUNCIL", "band"),
        ("small", 1, True, "COUNCIL", "novel"),
    ],
)
def test_the_delivered_boards_decide_by_cost_and_tier(cast, tier, cost, novel, code, why):
    project = money.project(cast, cost=cost, novel=novel, tier=Tier.objects.get(code=tier))
    board, rule = competent_board(project)
    assert (board.code, rule["why"], rule["board"]) == (code, why, code)
    assert rule["cost"] == cost


@pytest.mark.django_db
def test_a_gate_may_name_a_higher_board_for_a_tier(cast):
    tier = Tier.objects.get(code="medium")
    gate = Gate.objects.get(code="G3")
    gate.rules.filter(tier=tier).update(board=Board.objects.get(code="COUNCIL"))
    project = money.project(cast, cost=20_000_000_00, tier=tier)
    assert competent_board(project, gate)[1]["why"] == "gate"
    assert competent_board(project, Gate.objects.get(code="G2"))[0].code == "ICT"


# Seats


@pytest.mark.parametrize(
    ("present", "recused", "found"),
    [
        ({1, 2, 3}, set(), [(1, "eligible"), (2, "eligible"), (3, "eligible")]),
        ({1, 3}, set(), [(1, "eligible"), (None, "absent"), (3, "eligible")]),
        ({1, 9, 3}, set(), [(1, "eligible"), (9, "eligible"), (3, "eligible")]),
        ({1, 2, 9, 3}, {2}, [(1, "eligible"), (9, "eligible"), (3, "eligible")]),
        ({1, 2, 3}, {2}, [(1, "eligible"), (None, "absent"), (3, "eligible")]),
        ({1, 2, 9, 3}, {2, 9}, [(1, "eligible"), (None, "recused"), (3, "eligible")]),
        ({1, 2, 3}, {3}, [(1, "eligible"), (2, "eligible"), (None, "recused")]),
        (set(), {3}, [(None, "absent"), (None, "absent"), (None, "recused")]),
        (None, {1}, [(None, "recused"), (2, "eligible"), (3, "eligible")]),
    ],
)
def test_who_sits(present, recused, found):
    seats = [Seat(10, 1, chair=True), Seat(20, 2, 9), Seat(30, 3)]
    sittings = seating.sit(seats, present, recused)
    assert [(sitting.user, sitting.standing) for sitting in sittings] == found


def test_the_chair_presides_or_else_the_first_that_is_there():
    seats = [Seat(20, 2), Seat(10, 1, 8, chair=True)]
    assert seating.president(seating.sit(seats, {1, 2}, set())) == 1
    assert seating.president(seating.sit(seats, {8, 2}, set())) == 8
    assert seating.president(seating.sit(seats, {2}, set())) == 2
    assert seating.president(seating.sit(seats, set(), set())) is None


@pytest.mark.django_db
def test_boards_and_seats_are_set_up_by_the_administrator_alone_with_their_history(cast):
    board = Board(code="NEW1", name="New", parent=Board.objects.get(code="COUNCIL"),
                  single_decider=False)  # fmt: skip
    for person in (cast.secretariat, cast.chair, cast.auditor, cast.stranger):
        with pytest.raises(Denied):
            authority.set_up(board, by=person)
    board = authority.set_up(board, by=cast.admin)
    seat = BoardSeat(board=board, kind="chair", user=cast.chair, starts=date(2020, 1, 1))
    authority.seat(seat, by=cast.admin)
    seat.alternate = cast.alternate
    authority.seat(seat, by=cast.admin)
    verbs = list(Event.objects.filter(dossier=board.dossier).values_list("verb", flat=True))
    assert verbs == ["gating.board.create", "gating.boardseat.create", "gating.boardseat.change"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "fields",
    [
        {"kind": "chair", "user": "stranger"},
        {"kind": "member", "user": "member1"},
        {"kind": "member", "user": "alternate"},
        {"kind": "member", "user": "stranger", "alternate": "member2"},
        {"kind": "member", "user": "stranger", "alternate": "stranger"},
        {"kind": "member", "user": "stranger", "ends": date(2019, 1, 1)},
    ],
)
def test_nobody_sits_twice_and_there_is_one_chair(cast, fields):
    board = boards.filled(cast)
    people = {name: getattr(cast, fields[name]) for name in ("user", "alternate") if name in fields}
    seat = BoardSeat(**{"board": board, "starts": date(2021, 1, 1), **fields, **people})
    with pytest.raises(Refused):
        authority.seat(seat, by=cast.admin)


@pytest.mark.django_db
def test_a_seat_follows_another_in_time(cast):
    board = boards.filled(cast)
    chair = board.seats.get(kind="chair")
    chair.ends = clock.today()
    authority.seat(chair, by=cast.admin)
    tomorrow = clock.today() + timedelta(days=1)
    authority.seat(BoardSeat(board=board, kind="chair", user=cast.stranger, starts=tomorrow),
                   by=cast.admin)  # fmt: skip
    assert board.chairing() == {cast.chair.pk}
    with clock.move(timedelta(days=1)):
        assert board.chairing() == {cast.stranger.pk}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "value"), [("quorum", "a half"), ("quorum", "3/2"), ("majority_share", "1/0")]
)
def test_rules_that_are_no_rules_are_refused(cast, name, value):
    board = Board.objects.get(code="ICT")
    setattr(board, name, value)
    with pytest.raises(Refused):
        authority.set_up(board, by=cast.admin)


@pytest.mark.django_db
def test_a_board_does_not_stand_above_itself(cast):
    council = Board.objects.get(code="COUNCIL")
    council.parent = Board.objects.get(code="CHAIR")
    with pytest.raises(Refused):
        authority.set_up(council, by=cast.admin)


@pytest.mark.django_db
def test_what_waits_for_the_chair_follows_the_seat(cast):
    board = boards.filled(cast)
    meeting = boards.noticed(cast, board)

    def waiting():
        people = {"chair": cast.chair, "stranger": cast.stranger}
        return [
            name for name, person in people.items()
            if turns.waiting_for(person).filter(step="begin").exists()
        ]  # fmt: skip

    assert waiting() == ["chair"]
    chair = board.seats.get(kind="chair")
    chair.ends = clock.today()
    authority.seat(chair, by=cast.admin)
    tomorrow = clock.today() + timedelta(days=1)
    authority.seat(BoardSeat(board=board, kind="chair", user=cast.stranger, starts=tomorrow),
                   by=cast.admin)  # fmt: skip
    assert waiting() == ["chair"]
    with clock.move(timedelta(days=1)):
        authority.refresh(authority.boards_changing_today())
    assert waiting() == ["stranger"]
    assert meeting.state == "noticed"


# Without a result


@pytest.mark.django_db
def test_what_a_board_leaves_without_a_result_goes_up_after_thirty_days(cast):
    with boards.opened(cast) as motion:
        boards.closed(cast, motion)
        assert motion.state == "inquorate"
        review = motion.review
        assert [board.code for board, _rule in motions.boards_for(review)] == ["ICT", "COUNCIL"]
        with clock.move(timedelta(days=29)):
            assert not list(motions.due_for_escalation())
        with clock.move(timedelta(days=31)):
            assert [motions.escalate(row) for row in motions.due_for_escalation()] == [True]
            assert not list(motions.due_for_escalation())
            council = boards.filled(cast, "COUNCIL")
            again = motions.draft(review, council, by=cast.secretariat, outcome="approve", text="x")
    review.refresh_from_db()
    assert (again.rule["why"], review.board) == ("above", council)
    assert not turns.waiting_for(cast.secretariat).filter(step="refer").exists()


@pytest.mark.django_db
def test_a_board_that_is_not_competent_gets_no_motion(cast):
    review = boards.tabled_review(cast)
    council = boards.filled(cast, "COUNCIL")
    with pytest.raises(Refused):
        motions.draft(review, council, by=cast.secretariat, outcome="approve", text="x")


# Versions of authority, each from its day


def limit(cast, board, up_to, days=0, currency="MXN", **options):
    values = {"none": False, "because": "Decree 5", "by": cast.admin, **options}
    return authority.set_limit(board, currency, up_to=up_to,
                               starts=clock.today() + timedelta(days=days), **values)  # fmt: skip


def test_a_version_counts_from_its_day_and_leaves_earlier_decisions_what_they_were(cast):
    project = reviews.project(cast, tier="medium")
    board, before = competent_board(project)
    assert (board.code, before["why"]) == ("ICT", "band")
    limit(cast, board, project.cost - 1, days=30)
    assert competent_board(project)[1] == before
    with clock.move(timedelta(days=30)):
        above, rule = competent_board(project)
        assert (above.code, rule["why"]) == ("COUNCIL", "band")
        later = limit(cast, board, project.cost)
        board, rule = competent_board(project)
        assert (board.code, rule["band"], rule["since"]) == ("ICT", later.pk, str(clock.today()))
        assert ruling.in_words(rule) != ruling.in_words(before)
    with pytest.raises(TypeError):
        later.save()


def test_a_later_entry_of_the_same_day_wins_and_authority_can_end(cast):
    project = reviews.project(cast, tier="medium")
    board = Board.objects.get(code="ICT")
    limit(cast, board, 1)
    limit(cast, board, None)
    assert competent_board(project)[0] == board
    limit(cast, board, None, none=True)
    assert competent_board(project)[0].code == "COUNCIL"
    limit(cast, board, None, currency="JPY")
    assert competent_board(project)[0].code == "COUNCIL"


def test_authority_is_set_by_an_administrator_with_a_reason_and_never_for_the_past(cast):
    board = Board.objects.get(code="ICT")
    with pytest.raises(Refused) as refused:
        limit(cast, board, 5, days=-1, because=" ")
    assert len(refused.value.reasons) == 2
    for person in (cast.secretariat, cast.auditor, cast.chair):
        with pytest.raises(Denied):
            limit(cast, board, 5, by=person)
    limit(cast, board, 5)
    event = Event.objects.get(verb="gating.board.authority")
    assert (event.actor, event.because) == (cast.admin, "Decree 5")


def test_the_page_shows_what_counts_what_comes_and_what_was(client, cast):
    url, page = reverse("gating:authority_create", args=["ICT"]), reverse("gating:authority_list")
    tomorrow = (clock.today() + timedelta(days=1)).isoformat()
    good = {"currency": "mxn", "extent": "limited", "up_to": "1,234,567.89", "starts": tomorrow,
            "because": "Decree 5"}  # fmt: skip
    client.force_login(cast.admin)
    assert client.get(url).status_code == 200
    for wrong in ({"up_to": ""}, {"up_to": "1.234"}, {"up_to": "-5"}, {"currency": "XXQ"},
                  {"starts": "2020-01-01"}, {"because": ""}, {"extent": ""}):  # fmt: skip
        done = client.post(url, good | wrong)
        assert done.status_code == 200, wrong
        assert "govuk-error-summary" in done.content.decode()
    assert client.post(url, good).status_code == 302
    for person in ("admin", "manager", "stranger"):
        client.force_login(getattr(cast, person))
        assert "1,234,567.89" in client.get(page).content.decode()
    for person in ("secretariat", "chair", "stranger"):
        client.force_login(getattr(cast, person))
        assert client.post(url, good).status_code in (403, 404)
    with CaptureQueriesContext(connection) as few:
        client.get(page)
    for days in range(2, 12):
        limit(cast, Board.objects.get(code="ICT"), days, days=days)
    with CaptureQueriesContext(connection) as many:
        client.get(page)
    assert len(many) == len(few)
