"""Addenda: a new version, its differences, more time where it is material."""

import pytest

from core import clock
from core.refusals import Refused
from core.steps import Denied, perform
from procurement import addenda, content, hooks
from procurement.models import FeedEntry
from projects import earmarks
from tests.factories import competitions

pytestmark = pytest.mark.django_db


@pytest.fixture
def row(cast):
    return competitions.published(cast)


def drafted(cast, row, material=True, **said):
    made = addenda.begin(row, by=cast.officer)
    made = addenda.edit(made, said or {"outcomes": "Nueve de cada diez actas."}, by=cast.officer)
    return addenda.explain(made, "Se precisa el resultado.", material, by=cast.officer)


def test_a_material_addendum_makes_a_version_gives_time_and_asks_for_confirmation(
    cast, row, monkeypatch
):
    told = []
    monkeypatch.setitem(
        hooks._effects, "after_material_addendum",
        [lambda competition, **_said: told.append(competition.ref)],
    )  # fmt: skip
    made = drafted(cast, row)
    assert made.findings == ["requirements"]
    made = perform(made, "publish", by=cast.officer2)
    after = competitions.fresh(row)
    assert (after.version, made.version, after.outcomes) == (2, 2, "Nueve de cada diez actas.")
    place = row.institution
    before = row.closes_at.astimezone(clock.zone(place))
    least = clock.working_days_after(before.date(), 5, place)
    local = after.closes_at.astimezone(clock.zone(place))
    assert (local.date(), local.time()) == (least, before.time())
    assert made.closes_after == after.closes_at
    assert after.questions_until > row.questions_until
    assert told == [row.ref]
    assert [part.name for part in addenda.changes(made)] == [
        "outcomes", "questions_until", "closes_at",
    ]  # fmt: skip
    assert after.frozen_hash != row.frozen_hash
    assert after.rules_hash == row.rules_hash
    assert FeedEntry.objects.latest("number").details["material"] is True


def test_one_that_is_not_material_changes_no_date_and_asks_nobody(cast, row, monkeypatch):
    told = []
    monkeypatch.setitem(hooks._effects, "after_material_addendum",
                        [lambda competition, **_said: told.append(1)])  # fmt: skip
    made = drafted(cast, row, False, background="Las personas hacen fila.")
    assert made.findings == []
    perform(made, "publish", by=cast.officer2)
    after = competitions.fresh(row)
    assert (after.closes_at, after.version, told) == (row.closes_at, 2, [])


def test_the_detector_asks_and_wants_an_answer(cast, row):
    made = drafted(cast, row, False)
    with pytest.raises(Refused, match="looks material"):
        perform(made, "publish", by=cast.officer2)
    addenda.explain(made, "Errata.", False, "Solo corrige una cifra.", by=cast.officer)
    assert perform(made, "publish", by=cast.officer2).state == "published"


def test_what_speaks_against_an_addendum(cast, row):
    made = addenda.begin(row, by=cast.officer)
    with pytest.raises(Refused) as no:
        perform(made, "publish", by=cast.officer2)
    assert set(no.value.reasons) == {
        "The addendum changes nothing.", "Say what changes, and why.",
        "Say whether the change is material.",
    }  # fmt: skip
    said = content.read(row)
    said["criteria"][0]["weight"] = "50"
    made = addenda.edit(made, {"criteria": said["criteria"]}, by=cast.officer)
    addenda.explain(made, "Pesos", True, by=cast.officer)
    with pytest.raises(Refused, match="exactly 100"):
        perform(made, "publish", by=cast.officer2)


def test_changed_weights_are_frozen_anew(cast, row):
    said = content.read(row)["criteria"]
    said[0]["weight"], said[1]["weight"] = "2", "4"
    made = drafted(cast, row, True, criteria=[*said[:-1]], price_weight="36")
    assert made.findings == ["weights", "criteria"]
    perform(made, "publish", by=cast.officer2)
    after = competitions.fresh(row)
    assert after.rules_hash != row.rules_hash
    assert after.criteria.count() == 17
    assert type(after.criteria.first()).ever.filter(competition=row).count() == 18


def test_two_officers_and_one_draft_at_a_time(cast, row):
    made = drafted(cast, row)
    with pytest.raises(Denied, match="second officer"):
        perform(made, "publish", by=cast.officer)
    with pytest.raises(Denied):
        addenda.edit(made, {}, by=cast.officer2)
    with pytest.raises(Refused, match="drafted already"):
        addenda.begin(row, by=cast.officer2)
    perform(made, "discard", by=cast.officer2)
    assert addenda.begin(row, by=cast.officer2).number == 2


def test_a_deadline_is_never_brought_forward(cast, row):
    made = addenda.begin(row, by=cast.officer)
    earlier = content.stamp(row.closes_at - (row.closes_at - row.questions_until) / 2)
    with pytest.raises(Refused, match="brought forward"):
        addenda.edit(made, {"closes_at": earlier}, by=cast.officer)


def test_nothing_changes_after_the_deadline(cast, row):
    made = drafted(cast, row)
    with competitions.after_deadline(row):
        with pytest.raises(Refused, match="no longer taken"):
            perform(made, "publish", by=cast.officer2)
        perform(made, "discard", by=cast.officer2)
        with pytest.raises(Refused, match="no longer taken"):
            addenda.begin(row, by=cast.officer)


def test_stipends_are_set_aside_as_they_change(cast, row):
    perform(drafted(cast, row, True, stipend=50_000_00, stipend_cap=4), "publish", by=cast.officer2)
    assert earmarks.of(row).remaining == 200_000_00
    after = competitions.fresh(row)
    perform(drafted(cast, after, True, stipend=60_000_00), "publish", by=cast.officer2)
    assert earmarks.of(row).remaining == 240_000_00
    after = competitions.fresh(row)
    perform(drafted(cast, after, True, stipend=0, stipend_cap=0), "publish", by=cast.officer2)
    assert earmarks.of(row).remaining == 0
    after = competitions.fresh(row)
    made = drafted(cast, after, True, estimate=5_000_000_00)
    with pytest.raises(Refused, match="committed and released"):
        perform(made, "publish", by=cast.officer2)
