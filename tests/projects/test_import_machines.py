"""Imports and kept rows as state machines: whatever is not in the tables is refused."""

import pytest

from core import clock
from core.machines import Machine
from core.refusals import Denied, Refused
from core.steps import perform
from core.turns import waiting_for
from projects.importing import mapping, running
from projects.models import ImportRun, Project, QuarantinedRow
from tests.factories import projects as make

pytestmark = pytest.mark.django_db

RUN = {  # step: states it leaves, state it leads to, who takes it
    "read": ({"uploaded"}, "reading", {"clock"}),
    "show": ({"reading"}, "previewed", {"clock"}),
    "load": ({"previewed"}, "loading", {"secretariat", "clock"}),
    "finish": ({"loading"}, "done", {"clock"}),
    "fail": ({"uploaded", "reading", "loading"}, "failed", {"clock"}),
    "cancel": ({"uploaded", "reading", "previewed"}, "cancelled", {"secretariat", "clock"}),
}
KEPT = {
    "take_in": ({"quarantined"}, "imported", {"secretariat", "clock"}),
    "dismiss": ({"quarantined"}, "dismissed", {"secretariat", "clock"}),
    "replace": ({"quarantined", "dismissed"}, "replaced", {"secretariat", "clock"}),
}


@pytest.fixture
def people(cast):
    return {**vars(cast), "clock": clock.clock_account()}


@pytest.fixture
def run(cast):
    return running.open_run("p.csv", 9, "0" * 64, mapping.find("generic"), cast.secretariat)


@pytest.fixture
def kept(run, cast):
    row = QuarantinedRow(run=run, source="generic", key="k", number=2, cells="[]", digest="d",
                         project=make.draft(cast))  # fmt: skip
    row.save()
    return row


def taken(row: Machine, state: str, step: str, person) -> str | None:
    """The state after a step from a state, or nothing when it was refused."""
    type(row).objects.filter(pk=row.pk).update(state=state)
    try:
        return perform(row, step, by=person, because="So.").current
    except (Refused, Denied):
        assert type(row).objects.get(pk=row.pk).state == state
        return None


@pytest.mark.parametrize(
    ("table", "states", "name"),
    [(RUN, ImportRun.States, "run"), (KEPT, QuarantinedRow.States, "kept")],
)
@pytest.mark.parametrize("local", ["secretariat", "auditor", "admin", "manager", "clock"])
def test_only_what_the_table_says_is_possible(table, states, name, local, people, request):
    row = request.getfixturevalue(name)
    for step, (sources, target, who) in table.items():
        for state in states.values:
            expected = target if state in sources and local in who else None
            assert taken(row, state, step, people[local]) == expected, (step, state)


def test_a_row_is_taken_in_only_when_it_became_a_project(kept, people):
    QuarantinedRow.objects.filter(pk=kept.pk).update(project=None)
    with pytest.raises(Refused, match="has not become a project yet"):
        perform(kept, "take_in", by=people["secretariat"])


def test_a_preview_waits_for_the_secretariat(run, people):
    for step in ("read", "show"):
        run = perform(run, step, by=people["clock"])
    (turn,) = waiting_for(people["secretariat"])
    assert (turn.step, turn.url) == ("load", run.get_absolute_url())
    assert not waiting_for(people["auditor"]).exists()
    perform(run, "cancel", by=people["secretariat"])
    assert not waiting_for(people["secretariat"]).exists()
    assert not Project.objects.exists()
