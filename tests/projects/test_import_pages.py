"""The pages of the import: sent, read in the background, shown, confirmed, corrected."""

import csv
import io
import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import load_workbook

from core import outbox
from core.models import Event, Job, User
from core.steps import perform
from projects.importing import mapping, running
from projects.models import ImportRun, Project, QuarantinedRow

pytestmark = pytest.mark.django_db
HEADER = "project_id,title,currency,whole_life_cost,starts_on,ends_on,shoe size"
GOOD = "A-1,Portal,MXN,100.50,2026-01-01,2027-01-01,44"
GAPS = "A-2,Without dates,MXN,7,,,"
BAD = "A-3,Backwards,MXN,N/A,2027-01-01,2026-01-01,43"


@pytest.fixture
def as_(client):
    """The browser of a person."""

    def sign_in(user):
        client.force_login(user)
        client.cookies.load({"django_language": "en"})
        return client

    return sign_in


@pytest.fixture(autouse=True)
def _own_media(settings, tmp_path):
    storages = {**settings.STORAGES}
    storages["default"] = {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(tmp_path / "media")},
    }
    settings.STORAGES = storages


def sent(browser, *lines, name="portfolio.csv", **data):
    file = SimpleUploadedFile(name, "\n".join([HEADER, *lines]).encode())
    values = {"mapping": "generic", "file": file, **data}
    return browser.post(reverse("projects:import_create"), values)


def text(response):
    return " ".join(response.content.decode().split())


def previewed(browser, *lines):
    assert sent(browser, *lines).status_code == 302
    outbox.drain()
    return ImportRun.objects.get()


def test_a_file_is_read_in_the_background_shown_and_loaded_once(cast, as_):
    browser = as_(cast.secretariat)
    answer = sent(browser, GOOD, GAPS, BAD)
    run = ImportRun.objects.get()
    assert answer.url == run.get_absolute_url()
    page = text(browser.get(answer.url))
    assert "data-again" in page
    assert '<noscript><meta http-equiv="refresh"' in page
    outbox.drain()
    run.refresh_from_db()
    assert (run.state, Project.objects.count(), QuarantinedRow.objects.count()) == (
        "previewed", 0, 0)  # fmt: skip
    page = text(browser.get(answer.url))
    for words in ("Portal", "107.50 MXN", "shoe size", "no amount", "before it starts on",
                  "The start date is missing.", "data-again"):  # fmt: skip
        assert (words in page) == (words != "data-again"), words
    confirm = browser.post(run.get_step_url("load"), {"seen": "previewed"})
    assert confirm.status_code == 302
    again = browser.post(run.get_step_url("load"), {"seen": "previewed"})
    assert (again.status_code, "moved on" in text(again)) == (409, True)
    outbox.drain()
    run.refresh_from_db()
    assert (run.state, run.confirmed_by) == ("done", cast.secretariat)
    assert run.counts == {"created": 2, "updated": 0, "unchanged": 0, "quarantined": 1,
                          "incomplete": 1}  # fmt: skip
    assert run.total == {"MXN": 10750}
    assert Event.objects.filter(verb="projects.project.create", actor=cast.secretariat).count() == 2
    running.load_in_background(run.pk)
    running.read_in_background(run.pk)
    assert Project.objects.count() == 2


def test_the_report_is_downloaded(cast, as_):
    browser = as_(cast.secretariat)
    run = previewed(browser, GOOD.replace("A-1", "=A1"), BAD)
    perform(run, "load", by=cast.secretariat)
    outbox.drain()
    answer = browser.get(reverse("projects:import_report", args=[run.ref]))
    content = b"".join(answer.streaming_content).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(content)))
    assert [row[:2] for row in rows[1:]] == [["2", "'=A1"], ["3", "A-3"], ["3", "A-3"]]
    assert answer["Content-Disposition"] == f'attachment; filename="{run.ref}.csv"'


@pytest.mark.parametrize(
    ("lines", "data", "sentence"),
    [
        ([GOOD], {"name": "p.xlsx"}, "The file is called .xlsx but is no workbook."),
        ([GOOD + "\udcff"], {}, "The characters of the file cannot be read"),
    ],
)
def test_a_file_that_cannot_be_read_fails_with_its_sentence(cast, as_, lines, data, sentence):
    User.objects.filter(pk=cast.secretariat.pk).update(language="en")
    browser = as_(cast.secretariat)
    content = "\n".join([HEADER + ",ñandú", *lines]).encode(errors="surrogateescape") + b"\x81"
    file = SimpleUploadedFile(data.get("name", "p.csv"), content)
    browser.post(reverse("projects:import_create"), {"mapping": "generic", "file": file})
    outbox.drain()
    run = ImportRun.objects.get()
    assert (run.state, Job.objects.exclude(done_at=None).filter(name="projects.import_read").count()
            ) == ("failed", 1)  # fmt: skip
    assert run.failure.startswith(sentence)
    assert run.failure in text(browser.get(run.get_absolute_url()))


@pytest.mark.parametrize(
    ("data", "field", "sentence"),
    [
        ({"file": ""}, "file", "This field is required."),
        ({"mapping": ""}, "mapping", "This field is required."),
        ({"mapping": "own"}, "own", "Choose the JSON file with your mapping."),
        ({"mapping": "own", "own": SimpleUploadedFile("m.json", b"{}")}, "own", "“code”"),
        ({"mapping": "own", "own": SimpleUploadedFile("m.json", b"\xff")}, "own", "not in UTF-8"),
    ],
)
def test_a_wrong_form_is_shown_again_with_a_sentence(cast, as_, data, field, sentence):
    browser = as_(cast.secretariat)
    answer = sent(browser, GOOD, **data)
    assert answer.status_code in (200, 422)
    assert sentence in str(answer.context["form"].errors[field])
    assert not ImportRun.objects.exists()


def test_a_file_above_the_limit_is_refused_before_it_is_kept(cast, as_, settings):
    settings.IMPORT_MB = 0
    browser = as_(cast.secretariat)
    answer = sent(browser, GOOD)
    assert "at most 0 MB are read" in str(answer.context["form"].errors["file"])
    assert not ImportRun.objects.exists()


def test_a_mapping_of_ones_own_needs_no_code(cast, as_):
    own = {"code": "town", "label": "Town", "key": "project_id", "currency": {"fixed": "MXN"},
           "fields": {"title": "title"}}  # fmt: skip
    browser = as_(cast.secretariat)
    file = SimpleUploadedFile("m.json", json.dumps(own).encode())
    assert sent(browser, GOOD, mapping="own", own=file).status_code == 302
    outbox.drain()
    run = ImportRun.objects.get()
    perform(run, "load", by=cast.secretariat)
    outbox.drain()
    assert Project.objects.get().source == "town"


def test_a_cancelled_import_writes_nothing(cast, as_):
    browser = as_(cast.secretariat)
    run = previewed(browser, GOOD)
    browser.post(run.get_step_url("cancel"), {"seen": "previewed"})
    running.load_in_background(run.pk)
    assert (ImportRun.objects.get().state, Project.objects.count()) == ("cancelled", 0)


@pytest.fixture
def kept(cast, as_):
    run = previewed(as_(cast.secretariat), GOOD, BAD)
    perform(run, "load", by=cast.secretariat)
    outbox.drain()
    return QuarantinedRow.objects.get()


def typed(row, **changes):
    cells = dict(zip(row.run.header, row.original, strict=True)) | changes
    return {f"c{place}": cell for place, cell in enumerate(cells.values())}


def test_a_kept_row_is_corrected_on_its_page(cast, as_, kept):
    browser = as_(cast.secretariat)
    url = kept.get_absolute_url()
    page = text(browser.get(url))
    assert "before it starts on" in page
    assert 'value="Backwards"' in page
    half = typed(kept, whole_life_cost="12", title="Forwards")
    answer = browser.post(url, half)
    assert "before it starts on" in str(answer.context["form"].errors["c5"])
    assert 'value="Forwards"' in text(answer)
    assert 'value="Forwards"' in text(browser.get(url))
    answer = browser.post(url, typed(kept, whole_life_cost="12", ends_on="2028-01-01"))
    assert answer.url == reverse("projects:quarantine_list")
    kept.refresh_from_db()
    assert (kept.state, kept.project.cost, kept.original[3]) == ("imported", 1200, "N/A")


def test_what_was_typed_can_be_kept_for_later(cast, as_, kept):
    browser = as_(cast.secretariat)
    browser.post(kept.get_absolute_url(), {**typed(kept, title="Half done"), "keep": "1"})
    kept.refresh_from_db()
    assert (kept.state, kept.current_cells[1], kept.original[1]) == (
        "quarantined", "Half done", "Backwards")  # fmt: skip


def test_a_row_is_dismissed_with_a_reason(cast, as_, kept):
    browser = as_(cast.secretariat)
    url = kept.get_step_url("dismiss")
    assert browser.post(url, {"seen": "quarantined"}).status_code == 422
    browser.post(url, {"seen": "quarantined", "because": "A test row of the agency."})
    kept.refresh_from_db()
    assert kept.state == "dismissed"
    listed = reverse("projects:quarantine_list")
    assert not browser.get(listed).context["object_list"]
    assert list(browser.get(f"{listed}?state=dismissed").context["object_list"]) == [kept]


def test_who_opens_which_page(cast, as_, kept):
    run = ImportRun.objects.get()
    read = [reverse("projects:import_list"), run.get_absolute_url(),
            reverse("projects:import_report", args=[run.ref]),
            reverse("projects:import_template"), reverse("projects:quarantine_list"),
            kept.get_absolute_url()]  # fmt: skip
    for local, user in vars(cast).items():
        browser = as_(user)
        seen = 200 if local in {"secretariat", "auditor", "admin"} else 404
        assert {browser.get(url).status_code for url in read} == {seen}, local
        create = {"secretariat": 200, "auditor": 403, "admin": 403}.get(local, 404)
        assert browser.get(reverse("projects:import_create")).status_code == create
        if local != "secretariat":
            wrong = browser.post(kept.get_absolute_url(), typed(kept)).status_code
            assert wrong == (403 if seen == 200 else 404)


def test_the_template_has_the_columns_of_the_generic_mapping(cast, as_):
    browser = as_(cast.auditor)
    url = reverse("projects:import_template")
    columns = {column.header for column in mapping.find("generic").columns}
    content = b"".join(browser.get(url).streaming_content).decode("utf-8-sig")
    assert set(content.strip().split(",")) == columns
    book = load_workbook(io.BytesIO(browser.get(f"{url}?format=xlsx").content))
    assert {cell.value for cell in book.active[1]} == columns
