"""Many rows at once: each its own step and refusal; what is shown before is what happens."""

import pytest
from django.urls import reverse

from core import outbox
from core.models import Event, Notice
from core.steps import perform
from gating import conditions
from gating.models import Condition
from oversight import bulk
from tests.factories import boards, money, reviews

pytestmark = pytest.mark.django_db


@pytest.fixture
def three(cast):
    """Three conditions of one decision; evidence is handed in for the first two."""
    with boards.opened(cast, "approve_with_conditions", ["subsequent"] * 3) as motion:
        boards.carried(cast, motion)
    rows = list(Condition.objects.order_by("number"))
    for row in rows[:2]:
        conditions.answer(row, "Hecho", by=cast.manager)
        perform(row, "submit_evidence", by=cast.manager)
    return rows


def states() -> list[str]:
    return list(Condition.objects.order_by("number").values_list("state", flat=True))


def post(client, name, **data):
    return client.post(reverse("oversight:bulk", args=[name]), data)


def test_rows_are_verified_each_by_itself_and_a_second_click_changes_nothing(three, cast, client):
    client.force_login(cast.lead)
    keys = [row.pk for row in three]
    assert client.get(reverse("oversight:bulk", args=["conditions"])).status_code == 200
    preview = post(client, "conditions", act="verify", row=keys)
    assert len(preview.context["will"]) == 2
    assert len(preview.context["refused"]) == 1
    assert preview.context["refused"][0].reasons
    assert states() == ["evidence_submitted", "evidence_submitted", "open"]
    data = {"act": "verify", "row": keys, "given": "1", "confirmed": "1",
            "once": preview.context["once"]}  # fmt: skip
    done = post(client, "conditions", **data)
    assert states() == ["verified", "verified", "open"]
    assert [row["key"] for row in done.context["refused"]] == keys[2:]
    assert f'value="{keys[2]}" checked'.encode() in done.content
    events = Event.objects.count()
    again = post(client, "conditions", **data)
    assert len(again.context["made"]) == 2
    assert Event.objects.count() == events


def test_a_return_needs_its_reason_and_keeps_what_was_typed(three, cast, client):
    client.force_login(cast.lead)
    data = {"act": "return", "row": [row.pk for row in three]}
    asked = post(client, "conditions", **data)
    assert b'name="because"' in asked.content
    assert post(client, "conditions", **data, given="1", because="").status_code == 422
    preview = post(client, "conditions", **data, given="1", because="Falta la firma")
    assert b"Falta la firma" in preview.content
    post(client, "conditions", **data, given="1", because="Falta la firma", confirmed="1", once="a")
    assert states() == ["returned", "returned", "open"]
    three[0].refresh_from_db()
    assert three[0].return_reason == "Falta la firma"


def test_nothing_chosen_and_unknown_lists_are_told(three, cast, client):
    client.force_login(cast.lead)
    assert post(client, "conditions", act="verify").status_code == 422
    assert post(client, "conditions", act="", row=[three[0].pk]).status_code == 422
    assert post(client, "conditions", act="verify", row=["x"]).status_code == 422
    assert client.get("/bulk/none/").status_code == 404
    client.force_login(cast.stranger)
    assert post(client, "conditions", act="verify", row=[three[0].pk]).status_code == 422


def test_reminders_go_to_whom_it_waits_for_once_a_day(three, cast):
    given = bulk.Given(because="Antes del viernes")
    act = bulk.CONDITIONS.act("remind")
    tried = bulk.tried(act, three[:2], cast.secretariat, given)
    assert [row.reasons for row in tried] == [[], []]
    assert not Event.objects.filter(verb="gating.condition.remind_by_hand").exists()
    bulk.done(act, three[:2], cast.secretariat, given)
    outbox.drain()
    told = Notice.objects.filter(event__verb="gating.condition.remind_by_hand")
    assert [row.person for row in told] == [cast.lead, cast.lead]
    again = bulk.done(act, three[:1], cast.secretariat, given)
    assert "less than a day ago" in again[0].reasons[0]
    assert "Only the secretariat" in bulk.done(act, three[1:2], cast.preparer, given)[0].reasons[0]


def test_another_verifier_another_manager_another_assessor(three, cast):
    given = bulk.Given(because="Licencia", person=cast.assessor2)
    (named,) = bulk.done(bulk.CONDITIONS.act("verifier"), three[2:], cast.secretariat, given)
    three[2].refresh_from_db()
    assert bool(named.reasons) != (three[2].verifier == cast.assessor2)
    project = money.project(cast)
    given = bulk.Given(because="Cambio", person=cast.product)
    (moved,) = bulk.done(bulk.PROJECTS.act("manager"), [project], cast.owner, given)
    project.refresh_from_db()
    assert (moved.reasons, project.manager) == ([], cast.product)
    (refused,) = bulk.done(bulk.PROJECTS.act("manager"), [project], cast.stranger, given)
    assert refused.reasons


def test_an_assessor_is_replaced_or_stays_whole(cast):
    review = reviews.at(cast, "in_assessment", tier="large")
    act = bulk.REVIEWS.act("assessor")
    given = bulk.Given("Enferma", person=cast.assessor2, instead_of=cast.assessor1)
    (made,) = bulk.done(act, [review], cast.secretariat, given)
    assert made.reasons == []
    sheets = dict(review.assessments.values_list("assessor__email", "state"))
    assert sheets[cast.assessor2.email] == "invited"
    wrong = bulk.Given("Enferma", person=review.project.manager, instead_of=cast.assessor2)
    (refused,) = bulk.done(act, [review], cast.secretariat, wrong)
    assert refused.reasons
    assert review.assessments.get(assessor=cast.assessor2).state == "invited"


def test_what_waits_for_oneself_is_done_at_once_too(three, cast, client):
    client.force_login(cast.lead)
    rows = list(bulk.WAITING.visible_to(cast.lead))
    done = bulk.done(bulk.WAITING.act("take"), rows, cast.lead, bulk.Given())
    assert [row.reasons for row in done] == [[], []]
    assert states() == ["verified", "verified", "open"]
    assert client.get(reverse("oversight:bulk", args=["waiting"])).status_code == 200


def test_a_list_costs_the_same_for_any_number_of_rows(three, cast, client,
                                                      django_assert_max_num_queries):  # fmt: skip
    client.force_login(cast.secretariat)
    for name in ("conditions", "reviews", "projects"):
        client.get(reverse("oversight:bulk", args=[name]))
        with django_assert_max_num_queries(14):
            client.get(reverse("oversight:bulk", args=[name]))
