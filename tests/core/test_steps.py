"""The one runner, on the machine of stand-ins: state × step × person."""

import threading
from datetime import date, timedelta

import pytest
from django.db import connection, transaction
from django.urls import reverse

from core import absence, clock, turns
from core.machines import Machine, machines
from core.models import Act, Event, Loan, Turn, User
from core.refusals import Denied, Refused
from core.steps import allow, blockers, create, offered, perform, requires, step, steps

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss(cast):
    cast.manager.superior = cast.owner
    cast.manager.save()
    return cast.owner


def days():
    return clock.today(), clock.today() + timedelta(days=5)


def substitution(cast, by):
    return absence.propose(cast.manager, cast.product, "manager", *days(), by=by, because="ill")


@pytest.mark.parametrize(
    ("state", "name", "who"),
    [
        ("proposed", "confirm", {"admin"}),
        ("proposed", "cancel", {"manager", "product", "admin"}),
        ("proposed", "end", set()),
        ("active", "confirm", set()),
        ("active", "cancel", set()),
        ("active", "end", {"manager", "product", "admin"}),
    ],
)
def test_everything_that_is_not_in_the_table_is_refused(cast, boss, state, name, who):
    allowed = set()
    for local, user in vars(cast).items():
        sid = transaction.savepoint()
        loan = substitution(cast, boss)
        if state == "active":
            loan = perform(loan, "confirm", by=cast.admin)
        try:
            perform(loan, name, by=User.objects.get(pk=user.pk))
            allowed.add(local)
        except (Refused, Denied):
            pass
        transaction.savepoint_rollback(sid)
    # a superior other than the proposer may confirm; here the superior has proposed
    assert allowed == who


def test_a_step_that_is_gone_says_that_it_has_moved_on(cast, boss):
    loan = substitution(cast, boss)
    perform(loan, "confirm", by=cast.admin)
    with pytest.raises(Refused, match="moved on|cambió|avanzó"):
        perform(loan, "confirm", by=cast.admin)


def test_a_step_writes_one_event_with_both_states(cast, boss):
    loan = substitution(cast, boss)
    perform(loan, "confirm", by=cast.admin, because="seen the certificate")
    event = Event.objects.filter(target_label="core.loan", target_id=loan.pk).last()
    assert event.verb == "core.loan.confirm"
    assert event.actor == cast.admin
    assert event.because == "seen the certificate"
    assert '"from":"proposed"' in event.details and '"to":"active"' in event.details


def test_a_body_cannot_be_called_outside_the_runner(cast, boss):
    loan = substitution(cast, boss)
    with pytest.raises(RuntimeError):
        loan.confirm(by=cast.admin, because="")


def test_a_state_cannot_be_assigned_even_after_a_refresh_that_failed(cast, boss):
    loan = substitution(cast, boss)
    ghost = Loan(pk=10**9)
    with pytest.raises(Loan.DoesNotExist):
        ghost.refresh_from_db()
    loan.refresh_from_db()
    with pytest.raises(AttributeError):
        loan.state = "ended"


def test_refreshing_in_threads_never_lifts_the_protection(cast, boss):
    loan = substitution(cast, boss)
    field = Loan._meta.get_field("state")
    seen, stop = set(), threading.Event()

    def watch():
        while not stop.is_set():
            seen.add(field.protected)

    watcher = threading.Thread(target=watch)
    watcher.start()
    for _ in range(200):
        loan.refresh_from_db()
    stop.set()
    watcher.join()
    assert seen == {True}


def test_the_runner_takes_the_row_as_it_is_in_the_database(cast, boss):
    loan = substitution(cast, boss)
    stale = Loan.objects.get(pk=loan.pk)
    perform(loan, "cancel", by=cast.manager)
    with pytest.raises(Refused):
        perform(stale, "confirm", by=cast.admin)


def test_conditions_may_answer_with_sentences():
    @requires("never shown")
    def exact(row):
        return ["first", "second"]

    class Step:
        conditions = [exact]

    assert blockers(None, Step) == ["first", "second"]


def test_an_inactive_person_takes_no_step(cast, boss):
    loan = substitution(cast, boss)
    cast.admin.is_active = False
    with pytest.raises(Denied):
        perform(loan, "confirm", by=cast.admin)


def test_a_superuser_has_no_bypass(cast, boss):
    root = User.objects.create_superuser("root@demo.example", "x", name="root")
    loan = substitution(cast, boss)
    with pytest.raises(Denied):
        perform(loan, "confirm", by=root)
    assert offered(loan, root) == []


def test_a_turn_waits_for_the_second_person_and_goes_when_it_is_taken(cast, boss):
    loan = substitution(cast, boss)
    waiting = turns.waiting_for(User.objects.get(pk=cast.admin.pk))
    assert [(t.step, t.target_id) for t in waiting] == [("confirm", loan.pk)]
    perform(loan, "confirm", by=cast.admin)
    assert not Turn.objects.filter(target_label="core.loan").exists()


def test_the_clock_counts_in_working_days(cast):
    from_friday = date(2026, 3, 27)
    assert clock.working_days_after(from_friday, 1) == date(2026, 3, 30)


def test_somebody_who_stands_in_acts_for_both_names(cast, boss):
    loan = perform(substitution(cast, boss), "confirm", by=cast.admin)
    stand_in = User.objects.get(pk=cast.product.pk)
    assert stand_in.standing.lenders == {"manager": {cast.manager.pk}}
    assert loan.state == "active"


def test_a_role_lent_is_held_only_on_the_stated_days(cast):
    first, last = clock.today(), clock.today() + timedelta(days=2)
    absence.propose(cast.auditor, cast.product, "auditor", first, last, by=cast.auditor)
    assert User.objects.get(pk=cast.product.pk).standing.holders("auditor") == {cast.auditor.pk}
    with clock.move(timedelta(days=4)):
        assert not User.objects.get(pk=cast.product.pk).standing.holders("auditor")


def test_a_role_that_is_not_held_cannot_be_lent(cast):
    with pytest.raises(Refused):
        absence.propose(cast.product, cast.manager, "auditor", *days(), by=cast.product)


def test_nobody_proposes_a_substitute_for_a_stranger(cast):
    with pytest.raises(Denied):
        absence.propose(cast.manager, cast.product, "manager", *days(), by=cast.stranger)


def test_a_person_cannot_be_deleted_in_any_way(cast):
    with pytest.raises(Exception, match="never deleted"):
        cast.manager.delete()
    with pytest.raises(Exception, match="never deleted"):
        User.objects.filter(pk=cast.manager.pk).delete()
    with (
        pytest.raises(Exception, match="kept as they are"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("DELETE FROM core_user WHERE id = %s", [cast.manager.pk])


def test_the_page_of_a_step_takes_it_once_and_the_second_click_is_told(cast, boss, client):
    loan = substitution(cast, boss)
    url = loan.get_step_url("confirm")
    client.force_login(cast.admin)
    assert client.get(url).status_code == 200
    assert client.post(url, {"seen": "proposed"}).status_code == 302
    again = client.post(url, {"seen": "proposed"})
    assert again.status_code == 409
    assert Event.objects.filter(verb="core.loan.confirm").count() == 1


def test_strangers_find_no_page_and_wrong_people_are_told_why(cast, boss, client):
    loan = substitution(cast, boss)
    client.force_login(cast.stranger)
    assert client.get(loan.get_step_url("confirm")).status_code == 404
    client.force_login(cast.manager)
    assert client.post(loan.get_step_url("confirm")).status_code == 403
    client.logout()
    assert client.get(loan.get_step_url("confirm")).url.startswith(reverse("account_login"))


def test_every_machine_of_the_house_is_one_of_ours():
    assert Loan in machines()
    assert all(issubclass(model, Machine) for model in machines())
    assert [found.name for found in steps(Loan())] == ["confirm", "cancel"]
    assert step(Loan(), "end") is None
    assert Act.objects.count() == 0
    with pytest.raises(Denied):
        allow(lambda row, user: False, None, User(is_active=True))
    assert create.__doc__


def test_a_page_of_what_waits_is_a_piece_of_all_that_waits(cast, boss):
    for number in range(7):
        loan = substitution(cast, boss)
        if number % 2:
            perform(loan, "confirm", by=cast.admin)
    for user in vars(cast).values():
        everything = list(turns.waiting_for(user))
        assert turns.page_for(user, 0, 50) == everything
        assert turns.page_for(user, 1, 3) == everything[1:3]
        assert turns.count_for(user) == len(everything)
        assert turns.count_for(User.objects.get(pk=user.pk), 2) == min(2, len(everything))
