"""Many at once, each on a connection of their own: no overdraft, no second release, no gap."""

import pytest

from core import verification
from core.models import Event, User
from core.refusals import Refused
from core.steps import perform
from projects import funding, totals
from projects.funding import Report
from projects.ledger_check import verify
from projects.models import Posting, Project, Tranche
from tests.factories import money, people
from tests.factories.threads import at_once, done, many

pytestmark = pytest.mark.django_db(transaction=True)


def sound(*projects: Project) -> None:
    """Ledger, history and kept totals fit; the events of each case are numbered without a gap."""
    verify()
    verification.verify()
    assert totals.verify() == []
    for project in projects:
        numbers = list(Event.objects.filter(dossier=project.dossier).order_by("number")
                       .values_list("number", flat=True))  # fmt: skip
        assert numbers == list(range(1, len(numbers) + 1))


@pytest.fixture
def crew(transactional_db):
    return people.cast()


def test_nobody_spends_what_another_has_spent(crew):
    project = money.drawn(crew, money.committed(crew, amount=100_00)).project

    def spend(number: int) -> Posting:
        by = User.objects.get(pk=crew.recorder.pk)
        return funding.record(project, Report("spend", 30_00, f"INF {number}"), by=by)

    results = at_once(spend, many())
    assert len(done(results)) == 3  # of 90.00
    assert funding.balances(project)["released"] == 0
    sound(project)


def test_a_tranche_is_released_once(crew):
    tranche = money.committed(crew, amount=100_00)
    for step, person in (("request_release", crew.manager), ("prepare_release", crew.preparer)):
        tranche = perform(tranche, step, by=person)

    def release(number: int) -> Tranche:
        row = Tranche.objects.get(pk=tranche.pk)
        return perform(row, "authorise_release", by=User.objects.get(pk=crew.authoriser.pk))

    results = at_once(release, many())
    assert len(done(results)) == 1
    assert {str(no) for no in results if isinstance(no, Refused)} == {
        "This has moved on since you opened the page."
    }
    assert Posting.objects.filter(kind="release").count() == 1
    assert Event.objects.filter(verb="projects.tranche.authorise_release").count() == 1
    sound(tranche.project)


def test_one_key_is_one_posting_whoever_is_first(crew):
    project = money.project(crew)

    def approve(number: int) -> Posting:
        with money.during("gating.gatereview.exercise"):
            by = User.objects.get(pk=crew.owner.pk)
            return funding.post(project, "approve", 100, by=by, because="x", key="same")

    results = at_once(approve, many())
    assert len({posting.pk for posting in done(results)}) == 1
    assert len(done(results)) == len(results)
    assert funding.balances(project)["approved"] == 100
    sound(project)


def test_an_entry_is_reversed_once(crew):
    project = money.project(crew)
    with money.during("gating.gatereview.exercise"):
        posting = funding.post(project, "approve", 100, by=crew.owner, because="x", key="k")

    def reverse(number: int) -> Posting:
        row = Posting.objects.get(pk=posting.pk)
        by = User.objects.get(pk=crew.authoriser.pk)
        return funding.reverse(row, by=by, because="error")

    assert len(done(at_once(reverse, many()))) == 1
    assert funding.balances(project)["approved"] == 0
    sound(project)


def test_cases_do_not_disturb_one_another(crew):
    tranches = [money.committed(crew, amount=100_00) for _number in range(20)]

    def draw(number: int) -> Tranche:
        tranche = Tranche.objects.get(pk=tranches[number].pk)
        for step, person in (
            ("request_release", crew.manager), ("prepare_release", crew.preparer),
            ("authorise_release", crew.authoriser),
        ):  # fmt: skip
            tranche = perform(tranche, step, by=User.objects.get(pk=person.pk))
        return tranche

    results = at_once(draw, many())
    assert len(done(results)) == len(results)
    assert Posting.objects.filter(kind="release").count() == len(results)
    sound(*(tranche.project for tranche in tranches))
