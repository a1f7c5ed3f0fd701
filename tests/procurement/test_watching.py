"""Prototypes from the opening to the award: examined once, watched daily, decided by a person."""

import io
import re
import shutil
import zipfile
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core import clock, due, outbox
from core.models import Event, Notice
from core.refusals import Denied, Refused
from procurement import hooks, watching
from procurement.models import (
    Bid,
    Competition,
    ConflictDeclaration,
    LaterChange,
    PanelMember,
    Prototype,
)
from tests.factories import prototypes
from tests.procurement import gitting
from tests.procurement.test_prototype_evidence import GOOD

pytestmark = pytest.mark.django_db


@pytest.fixture
def site(tmp_path, settings):
    """A repository served by git itself: `site.folder`, `site.address`, `site.publish()`."""
    root = tmp_path / "served"
    root.mkdir()
    folder = gitting.repository(tmp_path / "good", GOOD)
    with gitting.served(root) as place:
        settings.PROTOTYPE_HOSTS = [place]
        found = type("Site", (), {})()
        found.root, found.folder, found.address = root, folder, f"http://{place}/good.git"
        found.publish = lambda: gitting.bare(folder, root, "good.git")
        found.publish()
        yield found


@pytest.fixture
def bid(cast, site):
    row = prototypes.opened(cast)
    return prototypes.bid(
        cast, row, bundle=gitting.bundle(site.folder), repository=site.address, branch="main",
        commit=gitting.git("rev-parse", "HEAD", at=site.folder), live="",
    )  # fmt: skip


def examined(bid, by) -> Prototype:
    hooks.run("open", bid.competition, by=by, because="")
    outbox.drain()
    return Prototype.objects.get(bid=bid)


def test_the_opening_lets_every_prototype_be_examined_once(cast, bid):
    prototype = examined(bid, cast.officer)
    assert prototype.trouble == []
    assert prototype.examined_at is not None
    assert prototype.facts.get(code="licence").figures == {"spdx": "MIT"}
    watching.examine({"pk": prototype.pk, "round": 1})
    assert prototype.facts.filter(code="licence").count() == 1
    assert Event.objects.filter(verb="procurement.prototype.examine").count() == 1


def test_a_bid_whose_repository_is_gone_is_examined_all_the_same(cast, bid, site):
    shutil.rmtree(site.root / "good.git")
    prototype = examined(bid, cast.officer)
    assert prototype.trouble == ["repository_away"]
    assert prototype.facts_now().exists()


def test_an_officer_lets_it_be_examined_again_and_nobody_else(cast, bid):
    prototype = examined(bid, cast.officer)
    for person in (cast.manager, cast.chair, cast.auditor, cast.admin):
        with pytest.raises(Denied):
            watching.examine_again(prototype, by=person)
    watching.examine_again(prototype, by=cast.officer)
    with pytest.raises(Refused, match="examined already"):
        watching.examine_again(prototype, by=cast.officer)
    outbox.drain()
    prototype.refresh_from_db()
    assert (prototype.round, prototype.facts.filter(code="licence").count()) == (2, 2)
    assert prototype.facts_now().filter(code="licence").count() == 1


def look(days: float):
    with clock.move(timedelta(days=days)):
        due.act()
        outbox.drain()


def test_later_commits_are_flagged_with_their_difference_and_nothing_follows(cast, bid, site):
    prototype = examined(bid, cast.officer)
    look(1.1)
    assert not prototype.later_changes.exists()
    gitting.commit(site.folder, {"app/late.py": "x\n"})
    site.publish()
    look(2.2)
    look(3.3)
    change = prototype.later_changes.get()
    assert (change.kind, change.difference) == ("commits", ["1 0  app/late.py"])
    assert Bid.objects.get(pk=bid.pk).state == "opened"
    assert Notice.objects.filter(person=cast.officer, subject__contains="repositorio").count() == 1


def test_after_an_outage_a_repository_is_looked_at_once(cast, bid):
    prototype = examined(bid, cast.officer)
    before = prototype.looked_at
    look(21)
    prototype.refresh_from_db()
    assert prototype.looked_at > before + timedelta(days=20)
    assert prototype.next_look > before + timedelta(days=21)


def test_a_rewritten_and_a_vanished_repository_are_flagged(cast, bid, site):
    prototype = examined(bid, cast.officer)
    gitting.git("commit", "--quiet", "--amend", "-m", "Other", at=site.folder)
    site.publish()
    look(1.1)
    shutil.rmtree(site.root / "good.git")
    look(2.2)
    look(3.3)
    kinds = list(prototype.later_changes.order_by("pk").values_list("kind", flat=True))
    assert kinds == ["rewritten", "vanished"]


def test_nobody_looks_after_the_award(cast, bid, site):
    prototype = examined(bid, cast.officer)
    Competition.objects.filter(pk=bid.competition_id).update(state="awarded")
    gitting.commit(site.folder, {"later": "x\n"})
    site.publish()
    look(2)
    assert not prototype.later_changes.exists()


def test_a_person_decides_once_with_a_reason(cast, bid, site):
    prototype = examined(bid, cast.officer)
    change = LaterChange.objects.create(prototype=prototype, kind="commits", seen_at=clock.now())
    with pytest.raises(Denied):
        watching.decide(change, "matters", "x", by=cast.secretariat)
    with pytest.raises(Refused, match="Say why"):
        watching.decide(change, "matters", " ", by=cast.officer)
    with pytest.raises(Refused, match="whether"):
        watching.decide(change, "maybe", "x", by=cast.officer)
    watching.decide(change, "no_matter", "Solo un texto.", by=cast.officer)
    with pytest.raises(Refused, match="already"):
        watching.decide(change, "matters", "x", by=cast.officer)


# Pages


def test_the_panel_reads_facts_by_alias_once_it_may_score(cast, bid, client):
    prototype = examined(bid, cast.officer)
    page, listed = (
        prototype.get_absolute_url(),
        f"/procurement/competitions/{bid.competition.ref}/prototypes/",
    )
    client.force_login(cast.member1)
    assert client.get(page).status_code == 404
    Competition.objects.filter(pk=bid.competition_id).update(
        state="technical_individual", prototype={"public_from": "opening"}
    )
    Bid.objects.filter(pk=bid.pk).update(state="compliant")
    assert client.get(page).status_code == 404  # no conflict was declared yet
    seat = PanelMember.objects.get(competition=bid.competition_id, user=cast.member1)
    ConflictDeclaration.objects.create(
        competition=bid.competition, member=seat, asked_at=clock.now(), state="clear"
    )
    answer = client.get(page)
    assert answer.status_code == 200
    text = answer.content.decode()
    assert "Ámbar" in text
    assert "Uno, S.A." not in text
    assert bid.prototype["repository"] not in text
    assert "README.md:5" in text
    assert client.get(listed).status_code == 200


@pytest.mark.parametrize("local", ["stranger", "manager", "member3", "assessor1"])
def test_strangers_find_nothing(cast, bid, client, local):
    prototype = examined(bid, cast.officer)
    client.force_login(getattr(cast, local))
    for path in (prototype.get_absolute_url(), f"/prototypes/{prototype.pk}/copy/"):
        assert client.get(path).status_code == 404
    assert client.post(f"/prototypes/{prototype.pk}/examine/").status_code == 404


def test_an_auditor_reads_and_does_not_act(cast, bid, client):
    prototype = examined(bid, cast.officer)
    client.force_login(cast.auditor)
    text = client.get(prototype.get_absolute_url()).content.decode()
    assert bid.prototype["repository"] in text
    assert client.post(f"/prototypes/{prototype.pk}/examine/").status_code == 403


def test_the_page_says_how_accessible_the_live_page_is(cast, bid, client):
    prototype = examined(bid, cast.officer)
    client.force_login(cast.officer)
    said = {"status": 200, "axe": {"score": 90, "passes": 18, "broken": [["image-alt", 2]]}}
    for live, words in [
        (said, ("90 de 100 según axe", "<code>image-alt</code> (2)")),
        ({"status": 200, "axe": {"score": 100, "passes": 9, "broken": []}}, ("no se incumple",)),
        ({"status": 200, "axe": {}}, ("sin medir",)),
    ]:
        Prototype.objects.filter(pk=prototype.pk).update(live_url="https://a.example", live=live)
        text = client.get(prototype.get_absolute_url()).content.decode()
        assert [word for word in words if word not in text] == []


def test_the_neutral_copy_has_files_and_numbers_for_names(cast, bid, client):
    prototype = examined(bid, cast.officer)
    client.force_login(cast.officer)
    answer = client.get(f"/prototypes/{prototype.pk}/copy/")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as copy:
        assert "app/main.py" in copy.namelist()
        log = copy.read("COMMITS.txt").decode()
    assert "author 1" in log
    assert "ana@" not in log


def test_what_an_officer_typed_stays_when_the_reason_is_missing(cast, bid, client):
    prototype = examined(bid, cast.officer)
    change = LaterChange.objects.create(prototype=prototype, kind="commits", seen_at=clock.now())
    client.force_login(cast.officer)
    path = f"/prototypes/changes/{change.pk}/"
    answer = client.post(path, {"verdict": "matters", "reason": ""})
    assert re.search(r'value="matters"[^>]*checked', answer.content.decode())
    assert client.post(path, {"verdict": "matters", "reason": "Cambió el pago."}).status_code == 302
    assert "Cambió el pago." in client.get(prototype.get_absolute_url()).content.decode()


def test_the_list_asks_as_often_for_many_as_for_few(cast, bid, client):
    examined(bid, cast.officer)
    client.force_login(cast.officer)
    listed = f"/procurement/competitions/{bid.competition.ref}/prototypes/"

    def count() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert client.get(listed).status_code == 200
        return len(asked)

    count()
    few = count()
    for number in range(5):
        row = prototypes.bid(cast, bid.competition, name=f"Otra {number}, S.A.", alias=str(number))
        made = Prototype.objects.create(bid=row)
        LaterChange.objects.create(prototype=made, kind="commits", seen_at=clock.now())
    assert count() == few
