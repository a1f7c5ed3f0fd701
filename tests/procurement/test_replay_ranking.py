"""`manage.py replay_ranking`: a ranking reckoned again from the exported facts alone."""

import json
import zipfile
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from procurement import evaluation_file, scoring_facts
from tests.factories import evaluations

pytestmark = pytest.mark.django_db


def run(what):
    out = StringIO()
    code = 0
    try:
        call_command("replay_ranking", str(what), stdout=out)
    except SystemExit as end:
        code = end.code
    return code, out.getvalue().splitlines()


@pytest.fixture
def facts(cast):
    row = evaluations.ranked(cast, A=90, B=80, C=49)
    return json.loads(json.dumps(evaluation_file.ranking_facts(row)))


def kept(tmp_path, facts):
    path = tmp_path / "facts.json"
    path.write_text(json.dumps(facts, ensure_ascii=False), "utf-8")
    return path


def test_a_competition_its_facts_and_its_file_agree(tmp_path, facts):
    code, lines = run(facts["competition"])
    assert (code, lines[0], lines[-1]) == (0, facts["competition"], "agree")
    assert len(lines) == 5
    path = kept(tmp_path, facts)
    assert run(path) == (0, lines)
    archive = tmp_path / "evaluation.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.write(path, "C-000001/ranking.json")
    assert run(archive) == (0, lines)


def spoil_price(facts):
    facts["bids"][1]["price"] = "1.00"


def spoil_score(facts):
    facts["bids"][1]["agreed"]["quality"] = "100"


def spoil_rank(facts):
    facts["ranking"][0]["rank"], facts["ranking"][1]["rank"] = 2, 1


def spoil_weight(facts):
    facts["criteria"][0]["weight"], facts["price_weight"] = "30", "50"


def spoil_secret(facts):
    facts["draw"]["secret"] = "0" * 64


def spoil_receipts(facts):
    facts["draw"]["receipts"].append("f" * 64)


def spoil_alias(facts):
    one, two = facts["bids"][:2]
    one["receipt"], two["receipt"] = two["receipt"], one["receipt"]


def spoil_all_of_it(facts):
    """Somebody reckons a whole new ranking of changed facts: the history's hash tells."""
    spoil_price(facts)
    facts["ranking"] = scoring_facts.answers(facts)


@pytest.mark.parametrize("spoil", [spoil_price, spoil_score, spoil_rank, spoil_weight,
                                   spoil_secret, spoil_receipts, spoil_alias,
                                   spoil_all_of_it])  # fmt: skip
def test_whatever_was_changed_is_told(tmp_path, facts, spoil):
    spoil(facts)
    code, lines = run(kept(tmp_path, facts))
    assert (code, lines[-1]) == (1, "differ")
    assert any(line.startswith("! ") for line in lines)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": "compuerta-ranking/1"}', "nothing"])
def test_a_file_without_facts_is_refused_with_exit_2(tmp_path, text):
    path = tmp_path / "facts.json"
    path.write_text(text, "utf-8")
    with pytest.raises(CommandError) as refused:
        call_command("replay_ranking", str(path))
    assert refused.value.returncode == 2


def test_what_is_not_there_or_not_ranked_is_said(cast, tmp_path):
    row = evaluations.at_compliance(cast)
    for what in ("C-999999", row.ref, tmp_path / "none.json"):
        with pytest.raises(CommandError) as refused:
            call_command("replay_ranking", str(what))
        assert refused.value.returncode == 2
