"""Submit once: what was shown follows wherever the crosswalk says that criteria ask the same."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from core import clock
from core.steps import Denied, Refused, perform
from gating import crosswalking, evidencing, gates, opening, standards
from gating.models import Criterion, Equivalence, Evidence, Gate, ItemEvidence, ReviewItem
from gating.standard_files import parse
from tests.factories import reviews

pytestmark = pytest.mark.django_db
OTHER = [
    {"code": "O-1", "title": "Users first"}, {"code": "O-2", "title": "Open and reusable"},
    {"code": "O-3", "title": "Alone"},
]  # fmt: skip


def other(cast, **extra):
    return reviews.standard(cast, "other-standard", criteria=OTHER, title="Other", **extra)


def criterion(code: str) -> Criterion:
    return Criterion.objects.select_related("standard").filter(code=code).latest("pk")


def declare(cast, one: str, two: str, extent: str = "whole", **values) -> Equivalence:
    return crosswalking.declare(criterion(one), criterion(two), extent=extent, reason="The same",
                                by=cast.editor, **values)  # fmt: skip


def asked_at(cast, code: str, standard) -> Gate:
    gate = Gate.objects.get(code=code)
    gates.assign(gate, standard, mandatory=True, tier=None, by=cast.editor, because="test")
    return gate


def show(cast, review, code: str, **values) -> Evidence:
    proof = {"kind": "metric", "title": "Proof", "metric_name": "n", "metric_value": 1,
             "metric_unit": "%", "metric_on": date(2026, 1, 5), **values}  # fmt: skip
    items = review.items.filter(criterion__code=code)
    return evidencing.add(review.project, proof, items, by=cast.manager, hand_in=True)


def links(review) -> dict[str, list[tuple[bool, bool]]]:
    rows = ItemEvidence.objects.filter(item__review=review).order_by("pk")
    found: dict[str, list[tuple[bool, bool]]] = {}
    for row in rows:
        found.setdefault(row.item.criterion.code, []).append((row.reused, row.partly))
    return found


@pytest.fixture
def first(cast):
    """A collecting review at G1 with the test standard, in a project that may run it again."""
    return perform(reviews.at(cast, "planned"), "begin", by=cast.manager)


def next_review(cast, review):
    """The review of the next gate, which asks the other standard."""
    type(review).objects.filter(pk=review.pk).update(state="exercised")
    project = review.project
    type(project).objects.filter(pk=project.pk).update(stage="alpha")
    project.refresh_from_db()
    return opening.open_review(project, Gate.objects.get(code="G2"), by=cast.manager)


def test_whole_follows_by_itself_part_is_offered_and_expired_is_not(cast, first):
    asked_at(cast, "G2", other(cast))
    declare(cast, "T-1", "O-1")
    declare(cast, "T-3", "O-2", "partly")
    today = clock.today()
    show(cast, first, "T-1", valid_until=today)
    show(cast, first, "T-1", title="Late", valid_until=today)
    Evidence.objects.filter(title="Late").update(valid_until=today - timedelta(days=1))
    show(cast, first, "T-3")
    review = next_review(cast, first)
    assert links(review) == {"O-1": [(True, False)]}
    follows = ItemEvidence.objects.get(item__review=review)
    assert follows.origin == first.items.get(criterion__code="T-1")
    assert follows.equivalence.extent == "whole"
    offers = crosswalking.offered_evidence(criterion("O-2"), review.project, today)
    assert [(row.extent, row.origin.criterion.code) for row in offers] == [("partly", "T-3")]
    tomorrow = today + timedelta(days=1)
    assert crosswalking.offered_evidence(criterion("O-1"), review.project, tomorrow) == []


def test_part_alone_does_not_satisfy_a_criterion(cast, first):
    asked_at(cast, "G2", other(cast))
    declare(cast, "T-1", "O-2", "partly")
    proof = show(cast, first, "T-1")
    review = perform(next_review(cast, first), "begin", by=cast.manager)
    for code in ("O-1", "O-3"):
        show(cast, review, code)
    item = review.items.get(criterion__code="O-2")
    assert crosswalking.show(item, proof, by=cast.manager).partly
    crosswalking.show(item, proof, by=cast.manager)
    assert links(review)["O-2"] == [(True, True)]
    with pytest.raises(Refused, match="O-2 Open and reusable: what is shown speaks for a part"):
        perform(review, "prepare", by=cast.manager)
    values = {name: getattr(proof, name) for name in evidencing.COPIED}
    evidencing.renew(proof, values, by=cast.manager, hand_in=True)
    with pytest.raises(Refused, match="speaks for a part of it only"):
        perform(review, "prepare", by=cast.manager)
    show(cast, review, "O-2", title="The rest")
    assert perform(review, "prepare", by=cast.manager).state == "prepared"


def test_part_goes_one_way_and_whole_both(cast, first):
    asked_at(cast, "G2", other(cast))
    declare(cast, "O-1", "T-1")
    declare(cast, "O-2", "T-3", "partly")
    for code in ("T-1", "T-3"):
        show(cast, first, code)
    today = clock.today()
    found = crosswalking.offers_for([criterion("O-1"), criterion("O-2")], first.project, today)
    assert [[row.extent for row in rows] for rows in found.values()] == [["whole"], []]


def test_a_new_version_keeps_what_says_the_same_and_drops_what_changed(cast, first):
    show(cast, first, "T-1")
    show(cast, first, "T-3")
    changed = [{"code": "T-1", "title": "Know the users"}, {"code": "T-3", "title": "Publish all"}]
    newer = reviews.standard(cast, version="2", criteria=changed)
    today = clock.today()
    found = crosswalking.offers_for(list(newer.criteria.select_related("standard")),
                                    first.project, today)  # fmt: skip
    assert [[row.extent for row in rows] for rows in found.values()] == [["whole"], []]


def test_the_editor_declares_for_a_time_with_a_reason_and_ends_it(cast, first):
    other(cast)
    today = clock.today()
    with pytest.raises(Denied):
        crosswalking.declare(criterion("T-1"), criterion("O-1"), extent="whole", reason="x",
                             by=cast.manager)  # fmt: skip
    with pytest.raises(Refused, match="two different standards"):
        declare(cast, "T-1", "T-3")
    row = declare(cast, "T-1", "O-1", starts=today + timedelta(days=2))
    with pytest.raises(Refused, match="declared equivalent for this time already"):
        declare(cast, "O-1", "T-1", "partly")
    show(cast, first, "T-1")
    held = crosswalking.offered_evidence
    assert held(criterion("O-1"), first.project, today) == []
    assert len(held(criterion("O-1"), first.project, today + timedelta(days=2))) == 1
    crosswalking.end(row, because="Wrong", by=cast.editor)
    assert held(criterion("O-1"), first.project, today + timedelta(days=2)) == []
    with pytest.raises(Refused, match="ended already"):
        crosswalking.end(row, because="Again", by=cast.editor)
    assert declare(cast, "O-1", "T-1", "partly").pk


def test_nothing_is_shown_of_another_project_or_by_strangers(cast, first):
    asked_at(cast, "G2", other(cast))
    declare(cast, "T-1", "O-1", "partly")
    proof = show(cast, first, "T-1")
    review = next_review(cast, first)
    item = review.items.get(criterion__code="O-1")
    with pytest.raises(Denied):
        crosswalking.show(item, proof, by=cast.officer)
    elsewhere = reviews.project(cast, tier="small")
    assert crosswalking.offered_evidence(item.criterion, elsewhere, clock.today()) == []
    Evidence.objects.filter(pk=proof.pk).update(state="rejected")
    with pytest.raises(Refused, match="no longer offered here"):
        crosswalking.show(item, proof, by=cast.manager)


def test_the_pages_offer_declare_and_end(client, cast, first):
    asked_at(cast, "G2", other(cast))
    client.force_login(cast.editor)
    two = {name: Criterion.objects.get(code=code).standard_id
           for name, code in (("first", "T-1"), ("second", "O-1"))}  # fmt: skip
    page = client.post(reverse("gating:crosswalk_open"), two, follow=True)
    walk = page.context["walk"]
    said = {"first": criterion("O-1").pk, "second": criterion("T-1").pk, "way": "partly_back",
            "reason": "Users"}  # fmt: skip
    bad = client.post(walk.get_absolute_url(), {**said, "reason": ""})
    assert "Escriba el motivo" in bad.text or "Write the reason" in bad.text
    client.post(walk.get_absolute_url(), said)
    row = Equivalence.objects.get()
    assert (row.source.code, row.target.code, row.extent) == ("T-1", "O-1", "partly")
    proof = show(cast, first, "T-1")
    review = next_review(cast, first)
    client.force_login(cast.manager)
    item = review.items.get(criterion__code="O-1")
    address = reverse("gating:evidence_reuse", args=[item.pk, proof.pk])
    assert address in client.get(review.get_absolute_url()).text
    client.post(address)
    client.post(address)
    assert links(review) == {"O-1": [(True, True)]}
    assert client.post(walk.get_absolute_url(), said).status_code == 403
    client.force_login(cast.editor)
    client.post(reverse("gating:equivalence_end", args=[row.pk]), {"because": "Over"})
    row.refresh_from_db()
    assert row.ends == clock.today()


def test_the_delivered_crosswalks_name_criteria_that_are_delivered(cast):
    for path in standards.files_in([]):
        standards.load(parse(path.read_bytes()), by=cast.editor)
    made = crosswalking.put_in_place()
    assert made == Equivalence.objects.count() == 41
    assert crosswalking.put_in_place() == 0
    spanish = Criterion.objects.exclude(facts__has_key="title_es")
    assert not spanish.exists()


def test_offers_take_a_fixed_number_of_queries(cast, first, django_assert_max_num_queries):
    asked_at(cast, "G2", other(cast))
    declare(cast, "T-1", "O-1")
    declare(cast, "T-3", "O-2", "partly")
    for number in range(5):
        show(cast, first, "T-1", title=f"P{number}")
    criteria = [item.criterion for item in
                ReviewItem.objects.select_related("criterion__standard")]  # fmt: skip
    today = clock.today()
    with django_assert_max_num_queries(4):
        crosswalking.offers_for(criteria, first.project, today)
