"""Challenges and debriefs: who may lodge, who decides, what follows; pages for each of them."""

import json
import re
import subprocess
import sys
import zipfile

import pytest
from django.core.management import call_command

from core import clock, outbox
from core.machines import Machine
from core.models import Notice, Turn
from core.refusals import Denied, Refused
from core.steps import perform
from procurement import challenging
from procurement.models import Challenge, ScoringRound
from tests.factories import awards, competitions, money

pytestmark = pytest.mark.django_db
STATES = Challenge.States.values
DECIDES = "secretariat2"
TABLE = {
    ("lodged", "admit"): (DECIDES, "admitted"),
    ("lodged", "dismiss"): (DECIDES, "dismissed"),
    ("lodged", "withdraw"): ("bidder", "withdrawn"),
    ("admitted", "dismiss"): (DECIDES, "dismissed"),
    ("admitted", "uphold"): (DECIDES, "upheld"),
    ("admitted", "withdraw"): ("bidder", "withdrawn"),
}


def second(cast):
    """Somebody of the secretariat who approved nothing."""
    if not cast.secretariat2.grants.exists():
        money.grant(cast.secretariat2, "secretariat")
    return cast.secretariat2


def at(cast, state: str) -> Challenge:
    row = awards.challenged(cast, awards.standing_still(cast))
    cast.bidder = awards.bidder(row.bid)
    if state == "withdrawn":
        return perform(row, "withdraw", by=cast.bidder)
    if state in ("admitted", "upheld"):
        row = perform(row, "admit", by=second(cast))
    if state == "upheld":
        row = challenging.name_return(row, "technical_consensus", by=second(cast))
        row = perform(row, "uphold", by=second(cast), because="Un puntaje no tiene motivo.")
    if state == "dismissed":
        row = perform(row, "dismiss", by=second(cast), because="El peso es el publicado.")
    return row


def test_the_table_names_every_step():
    steps = {t.name for t in Challenge._meta.get_field("state").get_all_transitions(Challenge)}
    assert steps == {name for _state, name in TABLE}
    assert issubclass(Challenge, Machine)


@pytest.mark.parametrize("state", STATES)
def test_the_wrong_people_are_refused_in_every_state(cast, state):
    row = at(cast, state)
    assert row.state == state
    second(cast)
    for name in sorted({name for _state, name in TABLE}):
        who, _target = TABLE.get((state, name), ("", ""))
        for local, person in vars(cast).items():
            if local == who or not hasattr(person, "email"):
                continue
            with pytest.raises((Denied, Refused)):
                perform(row, name, by=person, because="x")


@pytest.mark.parametrize(("state", "name"), TABLE)
def test_the_right_person_takes_the_step(cast, state, name):
    row = at(cast, state)
    if name == "uphold":
        with pytest.raises(Refused, match="Name first the step"):
            perform(row, name, by=second(cast), because="x")
        row = challenging.name_return(row, "price_opened", by=second(cast))
    who, target = TABLE[state, name]
    second(cast)
    assert perform(row, name, by=getattr(cast, who), because="x").state == target


# Lodging


def test_only_a_bidder_lodges_and_only_within_the_standstill(cast):
    row = awards.standing_still(cast)
    bid = row.bids.select_related("vendor").get(alias="B")
    for person in (cast.officer, cast.secretariat, cast.stranger,
                   awards.bidder(row.bids.get(alias="A"))):  # fmt: skip
        with pytest.raises(Denied):
            challenging.lodge(bid, "x", by=person)
    with pytest.raises(Refused, match="what is wrong"):
        challenging.lodge(bid, "  ", by=awards.bidder(bid))
    with clock.move(to=row.standstill_ends), pytest.raises(Refused, match="ended at"):
        challenging.lodge(bid, "x", by=awards.bidder(bid))
    challenging.lodge(bid, "x", by=awards.bidder(bid))
    with pytest.raises(Refused, match="earlier challenge"):
        challenging.lodge(bid, "y", by=awards.bidder(bid))


def test_an_open_challenge_keeps_the_award_waiting_and_speaks_to_the_secretariat(cast):
    row = awards.standing_still(cast)
    challenge = awards.challenged(cast, row)
    assert Turn.objects.filter(target_label="procurement.challenge", step="admit").exists()
    with awards.after_standstill(row):
        with pytest.raises(Refused, match="is not decided"):
            perform(row, "award", by=cast.officer)
        perform(challenge, "withdraw", by=awards.bidder(challenge.bid))
        assert perform(row, "award", by=cast.officer).state == "awarded"


def test_who_approved_the_ranking_does_not_decide_on_it(cast):
    challenge = awards.challenged(cast, awards.standing_still(cast))
    with pytest.raises(Denied, match="never who approved"):
        perform(challenge, "admit", by=cast.secretariat)


def test_upheld_it_goes_back_with_new_sheets_beside_the_old(cast):
    row = awards.standing_still(cast)
    rounds = ScoringRound.objects.filter(competition=row).count()
    challenge = perform(awards.challenged(cast, row), "admit", by=second(cast))
    with pytest.raises(Denied):
        challenging.name_return(challenge, "technical_individual", by=cast.officer)
    with pytest.raises(Refused, match="Choose one"):
        challenging.name_return(challenge, "published", by=second(cast))
    challenge = challenging.name_return(challenge, "technical_individual", by=second(cast))
    perform(challenge, "uphold", by=second(cast), because="Un integrante tenía conflicto.")
    row = competitions.fresh(row)
    assert (row.state, row.standstill_ends, row.approver) == ("technical_individual", None, None)
    assert ScoringRound.objects.filter(competition=row).count() == rounds + 1
    assert not row.bids.filter(state__in=["preferred", "ranked"]).exists()
    outbox.drain()
    for bid in row.bids.select_related("vendor"):
        told = Notice.objects.filter(person=awards.bidder(bid), subject__contains="fundada")
        assert told.exists()


# Pages


def test_a_bidder_reads_its_debrief_and_nobody_elses(cast, client):
    row = awards.standing_still(cast)
    mine = row.bids.select_related("vendor").get(alias="B")
    client.force_login(awards.bidder(mine))
    page = client.get(f"/procurement/bids/{mine.pk}/debrief/")
    text = page.content.decode()
    assert page.status_code == 200
    assert awards.WHY in text
    assert "Acordado por el panel." in text
    for other in row.bids.exclude(pk=mine.pk):
        assert client.get(f"/procurement/bids/{other.pk}/debrief/").status_code == 404
        assert client.get(f"/procurement/bids/{other.pk}/debrief.pdf").status_code == 404
        assert client.get(f"/procurement/bids/{other.pk}/challenge/").status_code == 404
    paper = client.get(f"/procurement/bids/{mine.pk}/debrief.pdf")
    assert paper.content.startswith(b"%PDF")


@pytest.mark.parametrize("local", ["stranger", "manager", "member3", "product"])
def test_strangers_find_nothing(cast, client, local):
    challenge = awards.challenged(cast, awards.standing_still(cast))
    row = challenge.competition
    client.force_login(getattr(cast, local))
    for path in (f"/procurement/bids/{challenge.bid_id}/debrief/", f"/challenges/{challenge.pk}/",
                 f"/challenges/{challenge.pk}/do/admit/", f"/challenges/{challenge.pk}/return/",
                 f"/procurement/competitions/{row.ref}/award/",
                 f"/award-notices/{row.award_notices.first().pk}/delivery/"):  # fmt: skip
        assert client.get(path).status_code == 404, path


def test_there_is_no_debrief_before_the_notices(cast, client):
    row = awards.before_oversight(cast)
    bid = row.bids.select_related("vendor").first()
    client.force_login(awards.bidder(bid))
    assert client.get(f"/procurement/bids/{bid.pk}/debrief/").status_code == 404


def test_a_challenge_from_the_page_to_its_decision(cast, client):
    row = awards.standing_still(cast)
    bid = row.bids.select_related("vendor").get(alias="B")
    client.force_login(awards.bidder(bid))
    path = f"/procurement/bids/{bid.pk}/challenge/"
    assert path in client.get(f"/procurement/bids/{bid.pk}/debrief/").content.decode()
    empty = client.post(path, {"grounds": ""})
    assert empty.status_code == 200
    done = client.post(path, {"grounds": "El peso está mal."})
    assert done.status_code == 302
    assert "El peso está mal." in client.get(done["Location"]).content.decode()
    again = client.post(path, {"grounds": "Otra cosa que escribí."})
    assert "Otra cosa que escribí." in again.content.decode()
    challenge = Challenge.objects.get()
    client.force_login(second(cast))
    assert client.post(f"{challenge.get_absolute_url()}do/admit/", {}).status_code == 302
    named = client.post(f"{challenge.get_absolute_url()}return/", {"step": "price_opened"})
    assert named.status_code == 302
    done = client.post(f"{challenge.get_absolute_url()}do/uphold/", {"because": "Tiene razón."})
    assert done.status_code == 302
    assert competitions.fresh(row).state == "price_opened"


def test_the_award_page_says_how_it_stands(cast, client):
    row = awards.standing_still(cast)
    client.force_login(cast.auditor)
    text = client.get(f"/procurement/competitions/{row.ref}/award/").content.decode()
    assert awards.WHY in text
    client.force_login(cast.officer)
    assert client.get(f"/procurement/competitions/{row.ref}/award/advantages/").status_code == 200
    client.force_login(cast.secretariat)
    assert client.get(f"/procurement/competitions/{row.ref}/award/advantages/").status_code == 403


# The file


def test_the_evaluation_file_proves_itself_with_python_alone(cast, tmp_path, capsys):
    row = awards.standing_still(cast)
    target = tmp_path / "file.zip"
    call_command("export_competition", row.ref, output=str(target))
    with zipfile.ZipFile(target) as file:
        file.extractall(tmp_path / "file")
    folder = tmp_path / "file"
    for checker in ("check.py", "ranking/check_ranking.py"):
        done = subprocess.run([sys.executable, "-I", str(folder / checker)], capture_output=True,
                              text=True, cwd=folder, check=False)  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1] == "agree"
    facts = json.loads((folder / "ranking/evaluation.json").read_text())
    facts["bids"][0]["agreed"]["quality"] = "1"
    (folder / "ranking/evaluation.json").write_text(json.dumps(facts))
    done = subprocess.run([sys.executable, "-I", str(folder / "ranking/check_ranking.py")],
                          capture_output=True, text=True, check=False)  # fmt: skip
    assert (done.returncode, done.stdout.splitlines()[-1].split(":")[0]) == (1, "differ")


def test_the_file_is_refused_before_the_opening_and_for_what_is_none(cast, capsys, tmp_path):
    row = competitions.published(cast)
    for ref in (row.ref, "C-999999", row.project.ref):
        with pytest.raises(SystemExit) as end:
            call_command("export_competition", ref, output=str(tmp_path / "x.zip"))
        assert end.value.code == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert re.search("not opened", said.err)
    assert not list(tmp_path.iterdir())
