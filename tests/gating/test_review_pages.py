"""The pages of a review: who gets what, and always with as many queries."""

import pytest
from django.urls import reverse

from gating.models import Gate, Standard
from tests.factories import reviews

pytestmark = pytest.mark.django_db

EVERYBODY = ("manager", "owner", "secretariat", "lead", "assessor1", "chair", "auditor", "editor",
             "preparer", "admin")  # fmt: skip


def get(client, person, name, query="", **kwargs):
    client.force_login(person)
    return client.get(reverse(f"gating:{name}", kwargs=kwargs) + query)


@pytest.mark.parametrize("where", reviews.ROAD)
def test_the_page_of_a_review_opens_for_everybody_it_concerns(client, cast, where):
    review = reviews.at(cast, where, tier="large" if where in reviews.ROAD[:9] else "small")
    for name in ("manager", "owner", "secretariat", "auditor", "preparer"):
        assert get(client, getattr(cast, name), "review_detail", pk=review.pk).status_code == 200
    assert get(client, cast.stranger, "review_detail", pk=review.pk).status_code == 404


def test_pages_of_standards_and_gates(client, cast):
    review = reviews.at(cast, "planned")
    standard = Standard.objects.get(code="test-standard")
    for person in (cast.editor, cast.stranger):
        for name, kwargs in (
            ("standard_list", {}), ("standard_detail", {"pk": standard.pk}), ("gate_list", {}),
            ("gate_detail", {"code": "G1"}), ("review_list", {}),
        ):  # fmt: skip
            assert get(client, person, name, **kwargs).status_code == 200
    row = Gate.objects.get(code="G1").standards.get()
    assert get(client, cast.editor, "gate_drop", code="G1", pk=row.pk).status_code == 200
    assert get(client, cast.manager, "gate_drop", code="G1", pk=row.pk).status_code == 403
    assert review.items.count() == 3
