"""Two people importing at once: no project twice, no row lost, on either database."""

import csv
import io

import pytest

from core import clock
from core.refusals import Refused
from core.steps import perform
from projects import totals
from projects.importing import mapping, running
from projects.models import ImportRun, Project, QuarantinedRow
from tests.factories.threads import at_once
from tests.projects.test_import_loading import HEADER, line

pytestmark = pytest.mark.django_db(transaction=True)
WORKERS = 4


def test_the_same_file_imported_at_once_gives_each_project_once(cast, monkeypatch):
    monkeypatch.setattr("projects.importing.loading.BATCH", 7)
    content = io.StringIO(newline="")
    rows = [line(str(number)) for number in range(40)] + [line("x", cost="N/A")]
    csv.writer(content).writerows([HEADER, *rows])
    clock.clock_account()
    data, chosen = content.getvalue().encode(), mapping.find("us-it-dashboard")

    def load(_number):
        return running.load_now(io.BytesIO(data), "p.csv", chosen, by=cast.secretariat).counts

    found = at_once(load, WORKERS)
    assert sum(counts["created"] for counts in found) == 40
    assert sum(counts["created"] + counts["unchanged"] for counts in found) == 40 * WORKERS
    assert (Project.objects.count(), QuarantinedRow.objects.count()) == (40, 1)
    assert totals.verify() == []


def test_an_import_confirmed_by_several_people_runs_once(cast):
    run = running.open_run("p.csv", 1, "0" * 64, mapping.find("generic"), cast.secretariat)
    for step in ("read", "show"):
        run = perform(run, step, by=clock.clock_account())

    def confirm(_number):
        try:
            return perform(ImportRun.objects.get(pk=run.pk), "load", by=cast.secretariat).state
        except Refused:
            return "refused"

    assert sorted(at_once(confirm, WORKERS)) == ["loading"] + ["refused"] * (WORKERS - 1)
