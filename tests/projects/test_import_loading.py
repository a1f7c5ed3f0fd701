"""Importing a portfolio: counted, exact, repeatable; faulty rows kept, nothing overwritten."""

import csv
import io
import json
from datetime import date
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core import clock, history
from core.models import Dossier, Event, Institution
from core.refusals import Denied, Refused
from core.steps import create, perform
from core.turns import expected
from core.verification import verify
from projects import totals
from projects.importing import correcting, loading, mapping, running
from projects.models import (
    ImportBatch,
    ImportRun,
    Project,
    QuarantinedRow,
    Register,
    Stage,
)

pytestmark = pytest.mark.django_db
HEADER = ["Project ID", "Project Name", "Project Description", "Investment Title", "Agency Code",
          "Agency Name", "Start Date", "Completion Date (B1)", "Lifecycle Cost"]  # fmt: skip
STARTS, ENDS = "2011-01-10T00:00:00Z", "2012-09-30T00:00:00Z"
SHARED = settings.BASE_DIR.parent / "shared" / "data"
FACTS = {
    "us-it-dashboard-projects/projects.csv": (
        "us-it-dashboard",
        "created=557 updated=0 unchanged=0 quarantined=3 incomplete=8 total=23140468146.00 USD",
        "created=0 updated=0 unchanged=557 quarantined=3 incomplete=8 total=23140468146.00 USD",
    ),
    "uk-gmpp-digital/2024-25.csv": (
        "uk-gmpp",
        "created=30 updated=0 unchanged=0 quarantined=0 incomplete=30 total=37675230000.00 GBP",
        "created=0 updated=0 unchanged=30 quarantined=0 incomplete=30 total=37675230000.00 GBP",
    ),
}


def line(key, name="Portal", cost="1.5", starts=STARTS, ends=ENDS):
    return [key, name, "Too slow.", "Services", "5", "Agriculture", starts, ends, cost]


@pytest.fixture
def portfolio(tmp_path):
    """Writes rows to a file and imports it; the answer is the last line, or the exit."""

    def run(*rows, using="us-it-dashboard", header=HEADER, **options):
        path = tmp_path / "portfolio.csv"
        with path.open("w", newline="") as file:
            csv.writer(file).writerows([header, *rows])
        return imported(path, using, **options)

    return run


def imported(path, using, **options):
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command(
            "import_portfolio", str(path), mapping=using, stdout=out, stderr=err, **options
        )
    except SystemExit as end:
        return SimpleNamespace(code=end.code, sentence=err.getvalue().strip(), said=out.getvalue())
    return out.getvalue().strip().splitlines()[-1]


ONE = "created=1 updated=0 unchanged=0 quarantined=0 incomplete=0 total=1500000.00 USD"
SAME = "created=0 updated=0 unchanged=1 quarantined=0 incomplete=0 total=1500000.00 USD"


def test_the_real_portfolios_end_as_their_facts_say():
    """Where the shared data lies beside the repository, the true counts hold, twice."""
    for name, (using, first, second) in FACTS.items():
        path = SHARED / name
        if path.exists():
            assert imported(path, using, dry_run=True) == first
            assert imported(path, using) == first
            assert imported(path, using) == second
            assert imported(path, using, dry_run=True) == second
    assert totals.verify() == []


def test_a_row_becomes_a_draft_with_its_history(portfolio):
    assert portfolio(line("656")) == ONE
    project = Project.objects.get()
    assert (project.stage, project.source, project.source_key) == (
        Stage.DRAFT, "us-it-dashboard", "656")  # fmt: skip
    assert (project.cost, project.currency) == (150000000, "USD")
    assert (project.starts_on, project.ends_on) == (date(2011, 1, 10), date(2012, 9, 30))
    assert (project.institution.code, project.institution.name) == ("US-5", "Agriculture")
    assert project.tags == ["Services"]
    (event,) = Event.objects.filter(dossier=project.dossier)
    run = ImportRun.objects.get()
    assert event.verb == "projects.project.create"
    assert json.loads(event.details) == {
        "import": run.ref, "mapping": "us-it-dashboard", "row": 2, "sha256": run.sha256,
        "to": "draft",
    }  # fmt: skip
    assert Event.objects.filter(verb="core.institution.create").count() == 1
    verify()
    assert totals.verify() == []


def test_a_project_imported_in_bulk_is_the_same_as_one_registered_by_itself(portfolio):
    portfolio(line("656"))
    bulk = Project.objects.get()
    ref = Register.take()[0]
    alone = Project(
        dossier=history.open_dossier("project", ref), ref=ref, title="Portal", problem="Too slow.",
        tags=["Services"], institution=bulk.institution, currency="USD", cost=150000000,
        starts_on=bulk.starts_on, ends_on=bulk.ends_on, registered_by=clock.clock_account(),
    )  # fmt: skip
    create(alone, by=clock.clock_account())
    alone.refresh_from_db()
    own = {"id", "ref", "dossier", "source", "source_key", "source_print", "created_at",
           "updated_at"}  # fmt: skip
    for field in Project._meta.concrete_fields:
        if field.name not in own:
            assert getattr(bulk, field.attname) == getattr(alone, field.attname), field.name
    assert (bulk.dossier.kind, bulk.dossier.count) == (alone.dossier.kind, 1)
    assert expected(bulk) == expected(alone) == []
    verify()


def test_a_second_run_changes_nothing(portfolio):
    portfolio(line("656"))
    before = Event.objects.exclude(dossier__kind="import").count()
    assert portfolio(line("656")) == SAME
    assert Event.objects.exclude(dossier__kind="import").count() == before
    assert Project.objects.count() == 1


def test_what_changed_in_the_file_is_updated_with_before_and_after(portfolio):
    portfolio(line("656"), line("657", cost=""))
    assert portfolio(line("656", cost="2"), line("657", cost="")) == (
        "created=0 updated=1 unchanged=1 quarantined=0 incomplete=1 total=2000000.00 USD"
    )
    event = Event.objects.get(verb="projects.project.update_from_import")
    details = json.loads(event.details)
    assert (details["before"], details["after"]) == ({"cost": 150000000}, {"cost": 200000000})
    assert totals.verify() == []
    verify()


def test_a_dry_run_says_the_same_and_writes_nothing(portfolio, tmp_path):
    report = tmp_path / "report.csv"
    said = portfolio(line("656"), line("657", cost="-1"), dry_run=True, report=str(report))
    assert said == portfolio(line("656"), line("657", cost="-1"), dry_run=True)
    opened = Dossier.objects.filter(kind__in=("project", "import", "institution"))
    assert [rows.count() for rows in (Project.objects, ImportRun.objects, opened)] == [0, 0, 0]
    assert portfolio(line("656"), line("657", cost="-1")) == said
    rows = list(csv.reader(io.StringIO(report.read_text("utf-8-sig"))))
    assert [row[0] for row in rows] == ["row", "2", "3"]
    assert rows[2][2:] == ["in quarantine", "", "Lifecycle Cost", "-1", "The cost -1 is negative."]


def test_a_row_without_dates_or_cost_is_a_draft_with_gaps(portfolio):
    said = portfolio(line("1", cost=""), line("2", starts="", ends=""), line("3"))
    assert said == "created=3 updated=0 unchanged=0 quarantined=0 incomplete=2 total=3000000.00 USD"
    assert Project.objects.get(source_key="1").cost is None


def test_a_row_that_contradicts_itself_is_kept_whole_and_never_stops_the_rest(portfolio):
    bad = line("9", starts=ENDS, ends=STARTS)
    said = portfolio(line("8"), bad, line("10"), line("8", name="Again"))
    assert said == "created=2 updated=0 unchanged=0 quarantined=2 incomplete=0 total=3000000.00 USD"
    first, second = QuarantinedRow.objects.order_by("number")
    assert (first.number, first.key, first.original) == (3, "9", bad)
    assert first.faults[0] == {
        "code": "ends_first", "column": "Completion Date (B1)", "value": "2011-01-10",
        "starts": "2012-09-30", "ends": "2011-01-10",
    }  # fmt: skip
    assert second.faults[0]["code"] == "key_repeated"
    assert Project.objects.get(source_key="8").title == "Portal"


def test_a_faulty_row_that_comes_again_is_kept_once(portfolio):
    for _time in range(2):
        said = portfolio(line("9", cost="N/A"), line("9", cost="N/A"), line("", name="X"))
    assert said == "created=0 updated=0 unchanged=0 quarantined=3 incomplete=0 total=0.00 USD"
    assert QuarantinedRow.objects.count() == 3


def test_a_row_mended_in_the_file_is_imported_and_its_quarantine_closes(portfolio):
    portfolio(line("9", cost="N/A"))
    assert portfolio(line("9")) == ONE
    kept = QuarantinedRow.objects.get()
    assert (kept.state, kept.project) == ("replaced", Project.objects.get())


def test_a_row_that_is_wrong_in_another_way_takes_the_place_of_the_first(portfolio):
    portfolio(line("9", cost="N/A"))
    portfolio(line("9", cost="-2"))
    states = QuarantinedRow.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == ["replaced", "quarantined"]


def test_a_project_whose_row_turned_bad_stays_as_it_is(portfolio):
    portfolio(line("9"))
    assert portfolio(line("9", cost="-2")) == (
        "created=0 updated=0 unchanged=0 quarantined=1 incomplete=0 total=0.00 USD"
    )
    assert Project.objects.get().cost == 150000000


def test_a_project_past_draft_is_not_overwritten_but_reported(portfolio, tmp_path):
    portfolio(line("656"))
    Project.objects.filter(source_key="656").update(stage=Stage.TRIAGED)
    report = tmp_path / "report.csv"
    assert portfolio(line("656", name="Renamed"), report=str(report)) == SAME
    assert Project.objects.get().title == "Portal"
    assert "The project is past draft, so it was left as it is." in report.read_text("utf-8-sig")


def test_what_a_person_completed_is_not_blanked_again(portfolio):
    portfolio(line("656", cost=""))
    project = Project.objects.get()
    project.cost, project.title = 500, "Better title"
    project.save()
    said = portfolio(line("656", cost=""))
    assert said == "created=0 updated=0 unchanged=1 quarantined=0 incomplete=0 total=5.00 USD"
    said = portfolio(line("656", cost="", starts="2011-02-01T00:00:00Z"))
    project.refresh_from_db()
    assert said.startswith("created=0 updated=1 ")
    assert (project.cost, project.title, project.starts_on) == (500, "Better title",
                                                                date(2011, 2, 1))  # fmt: skip


def test_a_corrected_row_becomes_a_project_that_no_later_file_overwrites(portfolio, cast, tmp_path):
    portfolio(line("9", cost="N/A"))
    kept = QuarantinedRow.objects.get()
    cells = kept.original
    with pytest.raises(Refused, match="“N/A” is no amount"):
        correcting.import_corrected(kept, cells, by=cast.secretariat)
    cells[-1] = "3"
    with pytest.raises(Denied):
        correcting.import_corrected(kept, cells, by=cast.auditor)
    project = correcting.import_corrected(kept, cells, by=cast.secretariat)
    kept.refresh_from_db()
    assert (kept.state, kept.project, project.cost) == ("imported", project, 300000000)
    assert kept.original[-1] == "N/A"
    with pytest.raises(Refused, match="moved on"):
        correcting.import_corrected(kept, cells, by=cast.secretariat)
    report = tmp_path / "report.csv"
    for cost in ("N/A", "-7", "4"):
        assert portfolio(line("9", cost=cost), report=str(report)) == (
            "created=0 updated=0 unchanged=1 quarantined=0 incomplete=0 total=3000000.00 USD"
        )
        assert "It was corrected here in quarantine" in report.read_text("utf-8-sig")
    assert (QuarantinedRow.objects.count(), Project.objects.get().cost) == (1, 300000000)
    verify()


def test_a_repeated_key_is_corrected_by_another_key(portfolio, cast):
    portfolio(line("9"), line("9", name="Second"))
    kept = QuarantinedRow.objects.get()
    cells = kept.original
    with pytest.raises(Refused, match="has the key “9”"):
        correcting.import_corrected(kept, cells, by=cast.secretariat)
    cells[0] = "9b"
    correcting.import_corrected(kept, cells, by=cast.secretariat)
    assert portfolio(line("9", cost="2"), line("9", name="Second")) == (
        "created=0 updated=1 unchanged=1 quarantined=0 incomplete=0 total=3500000.00 USD"
    )


def test_a_correction_updates_the_draft_that_has_the_key(portfolio, cast):
    portfolio(line("9"))
    portfolio(line("9", cost="-2"))
    kept = QuarantinedRow.objects.get()
    cells = kept.original
    cells[-1] = "2"
    project = correcting.import_corrected(kept, cells, by=cast.secretariat)
    assert (project.cost, Project.objects.count()) == (200000000, 1)


def test_a_dismissed_row_stays_counted_and_is_not_kept_twice(portfolio, cast):
    portfolio(line("9", cost="N/A"))
    kept = QuarantinedRow.objects.get()
    perform(kept, "dismiss", by=cast.secretariat, because="A test row.")
    said = portfolio(line("9", cost="N/A"))
    assert said == "created=0 updated=0 unchanged=0 quarantined=1 incomplete=0 total=0.00 USD"
    assert QuarantinedRow.objects.count() == 1


def test_characters_that_no_database_keeps_are_kept_out(portfolio):
    said = portfolio(line("a\x00", cost="1\x00"), line("b", name="Bell\x07"))
    assert said.startswith("created=0 updated=0 unchanged=0 quarantined=2 ")
    assert QuarantinedRow.objects.order_by("pk")[0].original[-1] == "1\x00"


def test_a_file_with_a_header_only_is_read(portfolio):
    assert portfolio() == (
        "created=0 updated=0 unchanged=0 quarantined=0 incomplete=0 total=0.00 USD"
    )


GENERIC = ["project_id", "title", "currency", "whole_life_cost", "starts_on", "ends_on",
           "institution_name"]  # fmt: skip


def test_two_currencies_are_totalled_apart(portfolio):
    rows = [["a", "A", "USD", "50", "", "", ""], ["b", "B", "MXN", "100", "", "", ""],
            ["c", "C", "", "", "", "", ""]]  # fmt: skip
    said = portfolio(*rows, using="generic", header=GENERIC)
    assert said.endswith("incomplete=3 total=100.00 MXN 50.00 USD")
    said = portfolio(rows[2], using="generic", header=GENERIC)
    assert said.endswith("incomplete=1 total=0.00 XXX")


def test_an_institution_known_by_name_is_found_and_a_new_one_entered_once(portfolio, cast):
    home = cast.secretariat.institution
    rows = [[f"k{n}", "T", "", "", "", "", name]
            for n, name in enumerate([home.name.upper(), "New body", "New body", ""])]  # fmt: skip
    portfolio(*rows, using="generic", header=GENERIC)
    found = dict(Project.objects.values_list("source_key", "institution__code"))
    assert found == {"k0": home.code, "k1": "NEW-BODY", "k2": "NEW-BODY", "k3": None}
    assert Institution.objects.filter(name="New body").count() == 1


@pytest.mark.parametrize(
    ("options", "beginning"),
    [
        ({"using": "nope"}, "There is no mapping “nope”."),
        ({"by": "nobody@demo.example"}, "There is no active person"),
        ({"by": "auditor@demo.example"}, "Only people of the secretariat import portfolios."),
        ({"header": ["x"] * 9}, "The file lacks these columns: Project ID,"),
        ({"report": "/nowhere/at/all.csv"}, "The report /nowhere/at/all.csv cannot be written"),
    ],
)
def test_what_cannot_be_read_ends_with_2_and_a_sentence(portfolio, cast, options, beginning):
    end = portfolio(line("1"), **options)
    assert (end.code, end.sentence.startswith(beginning)) == (2, True)
    assert Project.objects.count() == 0


def test_a_file_that_is_not_there_ends_with_2(tmp_path):
    end = imported(tmp_path / "none.csv", "generic")
    assert (end.code, "cannot be opened" in end.sentence) == (2, True)


def test_a_person_of_the_secretariat_may_be_named(portfolio, cast):
    assert portfolio(line("1"), by="secretariat@demo.example") == ONE
    assert Project.objects.get().registered_by == cast.secretariat


def test_the_report_cannot_become_a_formula(portfolio, tmp_path):
    report = tmp_path / "report.csv"
    portfolio(line("=1+1"), line("@x", cost="-5"), line("-7"), report=str(report))
    rows = list(csv.reader(io.StringIO(report.read_text("utf-8-sig"))))[1:]
    assert [row[1] for row in rows] == ["'=1+1", "'@x", "-7"]
    assert rows[1][5] == "-5"


def loading_run(rows, using="us-it-dashboard", by=None):
    """A run in the middle of being loaded, with its judged rows."""
    content = io.StringIO(newline="")
    csv.writer(content).writerows([HEADER, *rows])
    by = by or clock.clock_account()
    chosen = mapping.find(using)
    run = running.open_run("p.csv", 1, "0" * 64, chosen, by)
    for step in ("read", "show", "load"):
        run = perform(run, step, by=clock.clock_account())
    table = running.reading.open_table(io.BytesIO(content.getvalue().encode()), "p.csv", chosen)
    return run, chosen, list(running.judged(table, chosen))


def test_a_batch_is_written_once_however_often_it_is_tried():
    run, chosen, rows = loading_run([line("1"), line("2", cost="-1")])
    for _time in range(2):
        loading.load_batch(run, 0, rows, chosen, clock.clock_account())
    assert (Project.objects.count(), QuarantinedRow.objects.count()) == (1, 1)
    assert (ImportBatch.objects.count(), ImportRun.objects.get().progress) == (1, 2)


def test_a_crash_between_batches_is_resumed_without_doubles(monkeypatch):
    monkeypatch.setattr(loading, "BATCH", 2)
    lines = [line(str(number)) for number in range(5)]
    run, chosen, rows = loading_run(lines)
    loading.load_batch(run, 0, rows[:2], chosen, clock.clock_account())
    content = io.StringIO(newline="")
    csv.writer(content).writerows([HEADER, *lines])
    table = running.reading.open_table(io.BytesIO(content.getvalue().encode()), "p.csv", chosen)
    run = running.load(run, table, chosen, clock.clock_account())
    assert (run.state, run.counts["created"], run.total) == ("done", 5, {"USD": 750000000})
    assert Project.objects.count() == 5
    assert running.finish(run).state == "done"


def test_a_batch_of_a_run_that_is_not_being_loaded_writes_nothing():
    run, chosen, rows = loading_run([line("1")])
    running.finish(run)
    loading.load_batch(run, 0, rows, chosen, clock.clock_account())
    assert Project.objects.count() == 0


def test_queries_do_not_grow_with_the_rows(portfolio):
    portfolio(line("0"))
    counts = []
    for start, size in ((100, 5), (200, 50)):
        rows = [line(str(start + n)) for n in range(size)]
        with CaptureQueriesContext(
            connection,
        ) as queries:
            portfolio(*rows)
        counts.append(len([q for q in queries if not q["sql"].startswith("INSERT")]))
    assert counts[0] == counts[1]
