"""The standards editor: drafts by hand and by file, versions compared, effect from a date."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from core import clock, due, outbox
from core.models import Notice
from core.refusals import Refused
from core.steps import Denied, perform
from gating import opening, standard_compare, standard_editing
from gating.models import Criterion, Standard
from tests.factories import reviews

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(cast) -> Standard:
    return standard_editing.new_version(reviews.standard(cast), "2", by=cast.editor)


def codes(standard) -> list[str]:
    return [row.code for row in standard.criteria.order_by("position")]


def form(row: Criterion | None = None, **values) -> dict:
    said = {"code": "N-1", "title": "New one", "stages": ["alpha", "live"], "evidence": "a\n b \n",
            "level": "2", "verified": "on", "legal_basis": "Ley 1"}  # fmt: skip
    return {**said, **values}


def test_a_draft_is_edited_and_reordered_and_a_fixed_one_is_not(cast, draft):
    rows = {row.code: row for row in draft.criteria.all()}
    standard_editing.move(rows["T-3"], -1, by=cast.editor)
    standard_editing.move(rows["T-1"], 10_000, by=cast.editor)
    standard_editing.move(rows["T-3"], -1, by=cast.editor)
    assert codes(draft) == ["T-3", "T-2", "T-1"]
    standard_editing.remove(Criterion.objects.get(pk=rows["T-2"].pk), by=cast.editor)
    assert [row.position for row in draft.criteria.order_by("position")] == [1, 2]
    with pytest.raises(Denied):
        standard_editing.move(rows["T-3"], 1, by=cast.secretariat)
    draft = perform(draft, "publish", by=cast.editor)
    first = draft.criteria.first()
    with pytest.raises(Refused, match="This version is fixed"):
        standard_editing.move(first, 1, by=cast.editor)
    with pytest.raises(Refused, match="This version is fixed"):
        standard_editing.remove(first, by=cast.editor)
    assert codes(draft) == ["T-3", "T-1"]


def test_publishing_takes_the_place_of_the_older_version_and_open_reviews_keep_theirs(cast, draft):
    review = reviews.at(cast, "planned")
    published = perform(draft, "publish", by=cast.editor)
    assert Standard.objects.get(version="1").state == "retired"
    assert review.gate.standards.get().standard == published
    assert {item.criterion.standard.version for item in review.items.all()} == {"1"}
    other = opening.open_review(reviews.project(cast, tier="small"), review.gate, by=cast.manager)
    assert {item.criterion.standard.version for item in other.items.all()} == {"2"}


def test_a_version_takes_effect_on_its_day_by_the_clock_once(cast, draft):
    day = clock.today() + timedelta(days=5)
    Standard.objects.filter(pk=draft.pk).update(effect_from=day)
    with pytest.raises(Refused, match="The day on which it takes effect has come"):
        perform(draft, "publish", by=cast.editor)
    perform(draft, "schedule", by=cast.editor)
    due.act()
    assert Standard.objects.get(version="1").state == "published"
    with clock.move(timedelta(days=26)):
        due.act()
        due.act()
        outbox.drain()
    told = Notice.objects.filter(key__endswith="/standard_in_effect.txt")
    assert set(told.values_list("person", flat=True)) == {cast.editor.pk, cast.secretariat.pk}
    assert {row.version: row.state for row in Standard.objects.all()} == {
        "1": "retired", "2": "published",
    }  # fmt: skip


def test_versions_are_compared_word_by_word(cast, draft):
    rows = {row.code: row for row in draft.criteria.all()}
    Criterion.objects.filter(pk=rows["T-1"].pk).update(title="Know all the users")
    rows["T-3"].delete()
    standard_editing.put(draft, {"code": "N", "title": "New", "facts": {}}, by=cast.editor)
    found = standard_compare.compare(Standard.objects.get(version="1"), draft)
    assert [(row.code, row.how) for row in found] == [
        ("T-1", "changed"), ("T-2", "same"), ("N", "added"), ("T-3", "removed"),
    ]  # fmt: skip
    change = found[0].changes[0]
    assert [text.strip() for how, text in change.after if how == "new"] == ["all"]
    assert not [text for how, text in change.before if how == "gone"]
    assert "".join(text for _how, text in change.after) == "Know all the users"


def test_the_pages_of_a_draft(client, cast, draft):
    client.force_login(cast.editor)
    page = client.post(reverse("gating:criterion_create", args=[draft.pk]), form(), follow=True)
    row = draft.criteria.get(code="N-1")
    assert (row.evidence_expected, row.level, row.facts["legal_basis"]) == (["a", "b"], 2, "Ley 1")
    assert "Ley 1" in page.text
    again = client.post(reverse("gating:criterion_create", args=[draft.pk]), form(title="Twice"))
    assert "Twice" in again.text
    assert draft.criteria.count() == 4
    client.post(reverse("gating:criterion_edit", args=[row.pk]), form(title="Better", level=""))
    row.refresh_from_db()
    assert (row.title, row.level, "level" in row.facts) == ("Better", None, False)
    client.post(reverse("gating:criterion_move", args=[row.pk, "up"]))
    assert codes(draft) == ["T-1", "T-2", "N-1", "T-3"]
    client.post(reverse("gating:criterion_remove", args=[row.pk]))
    assert codes(draft) == ["T-1", "T-2", "T-3"]
    said = {"title": "Renamed", "language": "es", "effect_from": "2030-01-01"}
    client.post(reverse("gating:standard_edit", args=[draft.pk]), said)
    draft.refresh_from_db()
    assert (draft.title, draft.language, str(draft.effect_from)) == ("Renamed", "es", "2030-01-01")
    older = Standard.objects.get(version="1")
    assert (
        client.get(reverse("gating:standard_compare", args=[draft.pk, older.pk])).status_code == 200
    )
    client.force_login(cast.manager)
    for name in ("standard_edit", "standard_version", "criterion_create"):
        assert client.get(reverse(f"gating:{name}", args=[draft.pk])).status_code == 403
    assert client.post(reverse("gating:criterion_move", args=[row.pk, "up"])).status_code in (
        403,
        404,
    )


def test_a_new_standard_begins_empty_and_an_older_one_is_copied(client, cast):
    client.force_login(cast.editor)
    said = {"code": "propio", "title": "Propio", "version": "1", "language": "es"}
    page = client.post(reverse("gating:standard_create"), said, follow=True)
    assert page.context["standard"].state == "draft"
    assert client.post(reverse("gating:standard_create"), said).context["form"].errors
    older = reviews.standard(cast)
    client.post(reverse("gating:standard_version", args=[older.pk]), {"version": "2"})
    assert codes(Standard.objects.get(code=older.code, version="2")) == codes(older)


def test_a_file_is_previewed_and_only_then_kept(client, cast):
    client.force_login(cast.editor)
    raw = b"Etapa\tRequisito\tNivel\nE\tUno\t1\nE\t\t2\n"
    address = reverse("gating:standard_import")
    page = client.post(address, {"file": SimpleUploadedFile("mi lista.tsv", raw), "title": "Lista"})
    assert [row.title for row in page.context["found"].criteria] == ["Uno"]
    assert len(page.context["found"].facts["rows_not_used"]) == 1
    assert not Standard.objects.exists()
    kept = {**page.context["typed"], "keep": "1"}
    page = client.post(address, kept, follow=True)
    standard = Standard.objects.get()
    assert (standard.code, standard.title, standard.state) == ("mi-lista", "Lista", "draft")
    assert client.post(address, kept).status_code == 200
    assert Standard.objects.count() == 1
    for content in ("x", "AAAA"):
        assert client.post(address, {"content": content, "name": "x.tsv"}).status_code == 200
    for kind in ("json", "csv"):
        response = client.get(reverse("gating:standard_export", args=[standard.pk, kind]))
        assert response.status_code == 200
    client.force_login(cast.stranger)
    assert client.get(address).status_code == 403
