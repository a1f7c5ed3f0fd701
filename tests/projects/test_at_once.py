"""Many people at the same moment: no reference twice, no total lost, one step for two clicks."""

import pytest

from core.machines import running
from core.refusals import Refused
from core.steps import perform
from projects import entries, totals
from projects.models import Project
from tests.factories import projects as make
from tests.factories.people import cast as everybody
from tests.factories.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)
THREADS = 8


def test_references_and_totals_when_all_register_at_once():
    cast = everybody()
    values = {"currency": "MXN", "cost": 5, "institution": cast.manager.institution}
    made = at_once(lambda n: entries.register({"title": f"No. {n}", **values}, by=cast.manager))
    assert sorted(project.ref for project in made) == [f"P-{n:06d}" for n in range(1, THREADS + 1)]
    assert totals.verify() == []
    at_once(lambda _n: totals.fold())
    assert totals.verify() == []
    assert [row["count"] for row in totals.read()] == [THREADS]


def test_two_clicks_are_one_step():
    cast = everybody()
    project = make.answered(make.complete(cast), cast)
    assert running.get() == ()
    done = at_once(lambda _n: perform(project, "triage", by=cast.secretariat))
    refused = [found for found in done if isinstance(found, Refused)]
    assert len(refused) == THREADS - 1
    assert {str(found) for found in refused} == {
        "This has moved on since you opened the page."
    }  # fmt: skip
    assert Project.objects.get().stage == "triaged"
    assert totals.verify() == []
