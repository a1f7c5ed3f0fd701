"""Checkpoints: one root a day over all chains, published, provable, and kept outside too."""

import hashlib
import json
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from core import checkpoints, clock, history, merkle, tasks
from core.models import Checkpoint, CheckpointLeaf, Dossier, Event


@pytest.fixture(autouse=True)
def _elsewhere(settings, tmp_path):
    settings.VAR = tmp_path


@pytest.fixture
def cases(cast):
    return [grow(history.open_dossier("project", f"P-{n}"), cast.manager, n) for n in range(1, 4)]


def grow(dossier, by, count=1):
    for _ in range(count):
        by.dossier = dossier
        history.record("core.user.test", by, by=by)
    return Dossier.objects.get(pk=dossier.pk)


def next_day(days=1):
    return clock.move(timedelta(days=days))


# The tree


def plain_root(leaves):
    """RFC 6962, 2.1, word by word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return merkle.node(plain_root(leaves[:split]), plain_root(leaves[split:]))


@given(st.lists(st.binary(max_size=4), max_size=40), st.lists(st.integers(0, 60), max_size=30))
def test_the_tree_is_that_of_the_standard_however_it_came_about(data, places):
    leaves = [merkle.leaf(item.hex()) for item in data]
    tree = merkle.Tree(leaves)
    assert tree.root() == plain_root(leaves).hex()
    for number, place in enumerate(places):
        position, digest = place % (len(leaves) + 1), merkle.leaf(f"new {number}")
        leaves[position : position + 1] = [digest]
        tree.put(position, digest)
        if number % 3 == 0:
            assert tree.root() == plain_root(leaves).hex()
    assert tree.root() == plain_root(leaves).hex()
    for position, digest in enumerate(leaves):
        assert merkle.follow(digest, tree.path(position)) == tree.root()


def test_the_tree_has_the_roots_of_the_standard_s_test_vectors():
    first = merkle.Tree([hashlib.sha256(b"\x00").digest()])
    assert first.root() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert merkle.Tree().root() == nothing


def test_a_tree_takes_no_leaf_that_leaves_a_gap():
    with pytest.raises(IndexError):
        merkle.Tree().put(1, b"")


# Taking


@pytest.mark.django_db
def test_a_day_has_one_checkpoint_over_all_heads(cases):
    taken = checkpoints.take()
    assert checkpoints.take() == taken
    rows = CheckpointLeaf.objects.select_related("dossier").exclude(dossier__ref=checkpoints.ANCHOR)
    leaves = [checkpoints.leaf_of(row) for row in rows]
    assert {(row.count, row.head) for row in rows} == {
        (row.dossier.count, row.dossier.head) for row in rows
    }
    assert taken.root == plain_root(leaves).hex()
    assert (taken.leaves, taken.previous, taken.day) == (3, "", clock.now().date())


@pytest.mark.django_db
def test_later_checkpoints_hold_what_changed_and_keep_places(cases, cast):
    first = checkpoints.take()
    grow(cases[1], cast.owner)
    grow(history.open_dossier("project", "P-4"), cast.owner)
    with next_day():
        second = checkpoints.take()
    changed = second.changed.order_by("position").values_list("position", "dossier__ref")
    assert list(changed) == [(1, "P-2"), (3, checkpoints.ANCHOR), (4, "P-4")]
    assert (second.previous, second.leaves) == (first.root, 5)


@pytest.mark.django_db
def test_a_leaf_ends_with_the_chain_that_anybody_recomputes_without_a_key(cases):
    checkpoints.take()
    for row in CheckpointLeaf.objects.select_related("dossier"):
        end = ""
        for event in row.dossier.events.filter(number__lte=row.count).order_by("number"):
            said = [end, row.dossier.ref, event.number, event.verb, event.target_label,
                    event.target_id, event.actor_id, event.on_behalf_of_id, event.because,
                    event.details, history.stamp(event.at), event.previous, event.mac]  # fmt: skip
            text = json.dumps(said, separators=(",", ":"), ensure_ascii=False)
            end = hashlib.sha256(text.encode()).hexdigest()
        assert row.digest == end
        proof = checkpoints.proof_of(row.head)
        assert proof["leaf"] == f"{row.position}:{row.count}:{row.head}:{end}"
        path = [(step["side"], step["hash"]) for step in proof["path"]]
        assert merkle.follow(merkle.leaf(proof["leaf"]), path) == proof["root"]


@pytest.mark.django_db
def test_the_taking_stands_in_the_history(cases):
    taken = checkpoints.take()
    event = Event.objects.get(verb="core.checkpoint.take")
    assert (event.target_id, event.actor) == (taken.pk, clock.clock_account())
    assert taken.root in event.details


@pytest.mark.django_db
def test_a_checkpoint_is_never_changed(cases):
    taken = checkpoints.take()
    with pytest.raises(TypeError):
        taken.save()
    with pytest.raises(TypeError):
        CheckpointLeaf.objects.all().delete()


@pytest.mark.django_db
def test_it_is_written_outside_the_database_once(
    cases, settings, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        assert tasks.checkpoint() == str(clock.now().date())
    taken = Checkpoint.objects.get()
    (path,) = (settings.VAR / "checkpoints").rglob("*.json")
    assert path.name == f"{taken.day}.json"
    assert json.loads(path.read_text()) == checkpoints.published(taken)
    before = path.stat().st_mtime_ns
    assert checkpoints.write(taken) == path
    assert path.stat().st_mtime_ns == before


@pytest.mark.django_db
def test_the_command_shows_the_day_s_root(cases, capsys):
    call_command("checkpoint")
    taken = Checkpoint.objects.get()
    assert capsys.readouterr().out.startswith(f"{taken.day} {taken.root} cases=3 ")


# Published


@pytest.mark.django_db
def test_anybody_can_rebuild_every_root_from_the_downloads(cases, cast, client):
    checkpoints.take()
    for number in range(1, 4):
        grow(cases[number % 3], cast.owner)
        with next_day(number):
            checkpoints.take()
    tree = merkle.Tree()
    for checkpoint in Checkpoint.objects.order_by("day"):
        response = client.get(reverse("core:checkpoint_file", kwargs={"day": str(checkpoint)}))
        told = response.json()
        for position, digest in told["changed"]:
            tree.put(position, bytes.fromhex(digest))
        assert tree.root() == told["root"]
        text = response.content.decode()
        assert not any(case.ref in text or case.head in text for case in cases)
        assert "attachment" in response["Content-Disposition"]


@pytest.mark.django_db
def test_the_list_is_public_and_costs_the_same_for_many_days(
    cases, client, django_assert_num_queries
):
    with django_assert_num_queries(1):
        assert "c-empty" in client.get(reverse("core:checkpoint_list")).content.decode()
    for day in range(3):
        with next_day(day):
            checkpoints.take()
    with django_assert_num_queries(2):
        page = client.get(reverse("core:checkpoint_list")).content.decode()
    assert all(root in page for root in Checkpoint.objects.values_list("root", flat=True))


@pytest.mark.django_db
@pytest.mark.parametrize("day", ["2020-01-01", "2020-02-31", "nonsense", "20200101"])
def test_a_day_without_a_checkpoint_is_not_found(client, day):
    assert client.get(f"/history/checkpoints/{day}.json").status_code == 404


@pytest.mark.django_db
def test_whoever_holds_a_head_gets_the_proof_that_it_is_under_the_root(cases, cast, client):
    checkpoints.take()
    heads = [case.head for case in cases]
    grow(cases[0], cast.owner)
    with next_day():
        second = checkpoints.take()
    moved = Dossier.objects.get(pk=cases[0].pk).head
    assert checkpoints.seen(cases[0]).head == moved
    assert checkpoints.seen(cases[1]).head == heads[1]
    for head in [*heads, moved]:
        told = client.get(reverse("core:checkpoint_proof", kwargs={"head": head})).json()
        path = [(step["side"], step["hash"]) for step in told["path"]]
        assert head in told["leaf"]
        assert merkle.follow(merkle.leaf(told["leaf"]), path) == told["root"]
        assert told["root"] == Checkpoint.objects.get(day=told["day"]).root
    assert told["root"] == second.root


@pytest.mark.django_db
def test_a_head_that_no_checkpoint_saw_has_no_proof(cases, client):
    address = reverse("core:checkpoint_proof", kwargs={"head": cases[0].head})
    assert client.get(address).status_code == 404
