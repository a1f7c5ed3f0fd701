"""Counting a motion again: it agrees as long as nobody touched a row, and else says which."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.urls import reverse

from core import guards
from gating import motions, recounting
from gating.models import Motion
from tests.factories import boards

pytestmark = pytest.mark.django_db


@pytest.fixture
def motion(cast):
    """Carried three to one; one seat changed its vote, one was replaced by its alternate."""
    with boards.opened(
        cast, present=("chair", "member1", "alternate", "member2", "member3")
    ) as row:
        motions.cast(row, "against", by=cast.chair)
        motions.cast(row, "for", by=cast.member1)
        motions.recuse(row, "A cousin of mine works there.", by=cast.member1)
        boards.vote(cast, row, chair="for", alternate="for", member2="for", member3="against")
        boards.closed(cast, row)
    return row


def run(ref):
    out = StringIO()
    code = 0
    try:
        call_command("replay_motion", ref, stdout=out)
    except SystemExit as done:
        code = done.code
    return code, out.getvalue().splitlines()


def sql(statement, *values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def test_an_untouched_motion_agrees_by_every_name_it_has(motion):
    names = (motion.ref, f"M{motion.pk}", str(motion.pk), f"m{motion.pk}", motion.record.code,
             motion.record.code.lower(), motion.ref.replace(" · ", " "))  # fmt: skip
    for name in names:
        code, lines = run(name)
        assert (code, lines[-1]) == (0, "agree"), (name, lines)
    assert "for=3 against=1 abstain=0 recused=0 absent=0 seats=4" in lines
    assert "eligible=4 present=4 required=3 quorate=true result=carried" in lines


@pytest.mark.parametrize("name", ["M999999", "", "nothing", "P-999999/G1/1 · M{pk}", "M", "M1x"])
def test_an_unknown_motion_ends_with_2_and_nothing_on_stdout(motion, name):
    out = StringIO()
    with pytest.raises(CommandError) as refused:
        call_command("replay_motion", name.format(pk=motion.pk), stdout=out)
    assert (refused.value.returncode, out.getvalue()) == (2, "")


def test_a_motion_whose_vote_is_open_cannot_be_replayed(cast):
    with boards.opened(cast) as motion, pytest.raises(CommandError) as refused:
        call_command("replay_motion", motion.ref)
    assert refused.value.returncode == 2


def change(motion, name, value):
    """Write a JSON column of the motion behind the program's back."""
    sql(f"UPDATE gating_motion SET {name} = %s WHERE id = %s", json.dumps(value), motion.pk)


def tally(motion, **changes):
    change(motion, "tally", {**motion.tally, **changes})


def one(motion, kind):
    return motion.seats.get(seat__kind=kind) if kind == "chair" else (
        motion.seats.filter(seat__kind="member").first())  # fmt: skip


TAMPERING = {
    "a vote": (
        lambda m: sql("UPDATE gating_vote SET choice = 'for' WHERE motion_id = %s "
                      "AND choice = 'against'", m.pk), "hash"),
    "a salt": (
        lambda m: sql("UPDATE gating_vote SET salt = 'x' WHERE motion_id = %s", m.pk), "hash"),
    "whose vote it was": (
        lambda m: sql("UPDATE gating_vote SET cast_by_id = (SELECT MIN(id) FROM core_user) "
                      "WHERE motion_id = %s", m.pk), ", by:"),
    "a seat's standing": (
        lambda m: sql("UPDATE gating_motionseat SET standing = 'absent', user_id = NULL "
                      "WHERE id = %s", one(m, "chair").pk), ", standing:"),
    "a seat's reason": (
        lambda m: sql("UPDATE gating_motionseat SET why = 'project' WHERE id = %s",
                      one(m, "chair").pk), ", why:"),
    "who chairs": (
        lambda m: sql("UPDATE gating_motionseat SET chair = %s WHERE id = %s", False,
                      one(m, "chair").pk), "chair"),
    "the tally": (lambda m: tally(m, present=3), "tally.present"),
    "the result": (lambda m: tally(m, result="lost"), "tally.result"),
    "the case": (
        lambda m: tally(m, case={**m.tally["case"], "seats": 9}), "tally.case.seats"),
    "the minimum": (lambda m: change(m, "rule", {**m.rule, "minimum": 1}), "rule.minimum"),
    "the majority": (
        lambda m: change(m, "rule", {**m.rule, "majority": {**m.rule["majority"],
                                                            "share": "3/4"}}), "rule.majority"),
    "why this board": (lambda m: change(m, "rule", {**m.rule, "why": "novel"}), "rule.why"),
    "the state": (
        lambda m: sql("UPDATE gating_motion SET state = 'lost' WHERE id = %s", m.pk), "state"),
}  # fmt: skip


@pytest.mark.parametrize("what", TAMPERING)
def test_whatever_is_changed_behind_the_programs_back_is_named(motion, what):
    act, named = TAMPERING[what]
    act(motion)
    code, lines = run(motion.ref)
    assert (code, lines[-1]) == (1, "differ")
    assert any(named in line for line in lines if line.startswith("! ")), lines


def test_a_seat_or_a_vote_taken_out_is_missed(motion):
    chair = one(motion, "chair")
    guards.drop()  # as somebody with the database's password could
    for table in ("gating_vote", "gating_motionseat"):
        sql(f"DELETE FROM {table} WHERE motion_id = %s AND seat_id = %s", motion.pk, chair.seat_id)
    lines = run(motion.ref)[1]
    missing = [line for line in lines if "missing" in line or "falta" in line]
    assert len(missing) == 2, lines


def test_a_forged_vote_with_a_fitting_hash_breaks_the_seal_of_its_event(motion):
    vote = motion.votes.get(choice="against")
    sealed = recounting.balloting.sealed(vote.salt, motion.pk, vote.seat_id, "for")
    guards.drop()
    sql("UPDATE gating_vote SET choice = 'for' WHERE id = %s", vote.pk)
    event = recounting.Event.objects.filter(verb="gating.vote.cast", target_id=vote.pk).last()
    details = {**json.loads(event.details), "sealed": sealed}
    sql("UPDATE core_event SET details = %s WHERE id = %s", json.dumps(details), event.pk)
    lines = run(motion.ref)[1]
    assert lines[-1] == "differ"
    assert any(str(event.number) in line for line in lines if line.startswith("! "))


def test_the_page_is_for_oversight_and_seats_and_says_the_same(client, cast, motion):
    url = reverse("gating:motion_replay", args=[motion.pk])
    for person, status in (("auditor", 200), ("chair", 200), ("stranger", 404), ("manager", 404)):
        client.force_login(getattr(cast, person))
        assert client.get(url).status_code == status, person
    client.force_login(cast.auditor)
    assert "c-tag--good" in client.get(url).content.decode()
    tally(Motion.objects.get(pk=motion.pk), result="lost")
    page = client.get(url).content.decode()
    assert "c-tag--bad" in page
    assert "tally.result" in page
