"""Framework agreements: state × step × person, what dates decide, and lots with few vendors."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from core import clock, due
from core.models import Event, Turn
from core.outbox import drain
from core.refusals import Denied, Refused
from core.steps import perform
from core.turns import waiting_for
from tests.factories import frameworks as made
from vendors import framing
from vendors.models import Framework, FrameworkState, FrameworkTerms, Lot, Membership

pytestmark = pytest.mark.django_db
fresh = made.fresh

OFFERED = {
    ("draft", "publish"): "open",
    ("assessing", "announce"): "standstill",
    ("open", "terminate"): "terminated",
    ("assessing", "terminate"): "terminated",
    ("standstill", "terminate"): "terminated",
    ("active", "terminate"): "terminated",
}
"""Steps of a procurement officer; nobody else takes any."""
BY_CLOCK = {
    ("open", "close_window"), ("standstill", "activate"), ("active", "reopen"),
    ("open", "expire"), ("assessing", "expire"), ("standstill", "expire"), ("active", "expire"),
}  # fmt: skip


def at(cast, state: str) -> Framework:
    """A framework in a state, by its real road; the clock stays where it is."""
    if state == "draft":
        return made.draft(cast)
    if state == "open":
        return made.opened(cast)
    if state in ("active", "terminated"):
        row = made.in_force(cast, members=0)
        if state == "active":
            return row
        return perform(row, "terminate", by=cast.officer, because="Fin")
    back = {"assessing": 21, "standstill": 22, "expired": 2000}[state]
    with clock.move(timedelta(days=-back)):
        row = made.opened(cast)
    due.act()
    row = fresh(row)
    return perform(row, "announce", by=cast.officer) if state == "standstill" else row


def test_the_table_names_every_step():
    steps = {t.name for t in Framework._meta.get_field("state").get_all_transitions(Framework)}
    assert steps == {name for _state, name in OFFERED} | {name for _state, name in BY_CLOCK}


@pytest.mark.parametrize("state", FrameworkState.values)
def test_every_state_is_reached_and_the_wrong_people_are_refused(cast, state):
    row = at(cast, state)
    assert row.state == state
    for name in sorted({name for _state, name in OFFERED} | {name for _state, name in BY_CLOCK}):
        for local, person in vars(cast).items():
            if local.startswith("officer") and (state, name) in OFFERED:
                continue
            with pytest.raises((Denied, Refused)):
                perform(row, name, by=person, because="x")
    assert fresh(row).state == state


@pytest.mark.parametrize(("state", "name"), OFFERED)
def test_the_officer_takes_the_step(cast, state, name):
    assert (
        perform(at(cast, state), name, by=cast.officer, because="x").state == (OFFERED[state, name])
    )


def test_nothing_is_published_before_vendors_can_know_what_they_apply_for(cast):
    today = clock.today()
    row = framing.draft({"title": "Vacío", "institution": cast.officer.institution},
                        by=cast.officer)  # fmt: skip
    with pytest.raises(Refused) as refused:
        perform(row, "publish", by=cast.officer)
    assert [sentence.split(" ")[0:3] for sentence in refused.value.reasons] == [
        ["Set", "a", "last"], ["Add", "at", "least"], ["Add", "at", "least"],
        ["Write", "the", "terms"],
    ]  # fmt: skip
    framing.change(row, {"closes_on": today, "ends_on": today + timedelta(days=9)},
                   by=cast.officer)  # fmt: skip
    framing.put_lot(row, {"title": "A", "ceiling": 1}, [], by=cast.officer)
    with pytest.raises(Refused, match="Lot 1 has no category"):
        perform(row, "publish", by=cast.officer)


def test_what_is_published_stays_as_it_was_read(cast):
    row = made.opened(cast)
    lot = row.lots.get()
    for act in (
        lambda: framing.change(row, {"title": "Otro"}, by=cast.officer),
        lambda: framing.put_lot(row, {"ceiling": 1}, made.CATEGORIES, by=cast.officer, lot=lot),
        lambda: framing.put_requirements(row, made.REQUIREMENTS, by=cast.officer),
    ):
        with pytest.raises(Refused, match="stay as vendors have read them"):
            act()
    with pytest.raises(Denied, match="Only a procurement officer"):
        framing.draft({"title": "x", "institution": row.institution}, by=cast.secretariat)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [({"title": " "}, "title"), ({"currency": "PESO"}, "no currency"),
     ({"ends_on": clock.date(2030, 1, 1), "closes_on": clock.date(2030, 1, 1)}, "ends after")],
)  # fmt: skip
def test_a_draft_holds_no_nonsense(cast, values, sentence):
    with pytest.raises(Refused, match=sentence):
        framing.change(made.draft(cast), values, by=cast.officer)


def test_lots_and_rates_hold_no_nonsense(cast):
    row = made.draft(cast)
    lot = row.lots.get()
    rates = [{"code": "dev", "name": "Dev", "max_rate": 0}, made.CATEGORIES[1]]
    for values, categories, sentence in (
        ({"ceiling": 0}, made.CATEGORIES, "ceiling above zero"),
        ({}, rates, "above zero"), ({}, made.CATEGORIES[:1], "stays once it is entered"),
        ({}, [*made.CATEGORIES, made.CATEGORIES[0]], "a code of its own"),
    ):  # fmt: skip
        with pytest.raises(Refused, match=sentence), transaction.atomic():
            framing.put_lot(row, values, categories, by=cast.officer, lot=lot)
    with pytest.raises(IntegrityError), transaction.atomic():
        Lot.objects.filter(pk=lot.pk).update(ceiling=0)


def test_requirements_are_reordered_and_added_and_never_lost(cast):
    row = made.draft(cast)
    more = [*reversed(made.REQUIREMENTS), {"code": "price", "question": "How much?"}]
    framing.put_requirements(row, more, by=cast.officer)
    found = list(row.requirements.values_list("number", "code"))
    assert found == [(1, "open-source"), (2, "security"), (3, "team"), (4, "price")]
    with pytest.raises(Refused, match="stays once it is entered"):
        framing.put_requirements(row, more[1:], by=cast.officer)


# What dates decide


def test_the_window_closes_at_24_00_where_the_institution_is(cast):
    row = made.opened(cast)
    with clock.move(to=row.window_closes - timedelta(seconds=5)):
        due.act()
        assert fresh(row).state == "open"
        assert fresh(row).takes_applications()
    with clock.move(to=row.window_closes):
        assert not fresh(row).takes_applications()
        due.act()
        assert fresh(row).state == "assessing"


def test_the_standstill_is_stored_and_the_clock_brings_it_into_force(cast):
    row = at(cast, "standstill")
    today = clock.today(row.institution)
    assert row.standstill_until == today + timedelta(days=10)
    with clock.move(to=row.standstill_ends - timedelta(seconds=5)):
        due.act()
        assert (fresh(row).state, fresh(row).in_force()) == ("standstill", False)
    with clock.move(to=row.standstill_ends):
        due.act()
        found = fresh(row)
        assert (found.state, found.in_force()) == ("active", True)
        assert found.activated_on == clock.today(row.institution)


def test_a_standstill_may_count_working_days(cast):
    with clock.move(timedelta(days=-21)):
        row = made.opened(cast, standstill_days=5, working_days=True)
    due.act()
    row = perform(fresh(row), "announce", by=cast.officer)
    today = clock.today(row.institution)
    assert row.standstill_until == clock.working_days_after(today, 5, row.institution)


def test_its_last_day_counts_whatever_a_job_has_recorded(cast):
    row = made.in_force(cast)
    member = Membership.objects.get()
    with clock.move(to=row.ends_at - timedelta(seconds=5)):
        assert fresh(row).in_force()
        assert not row.lots.get().usable_reasons()
    with clock.move(to=row.ends_at):
        assert fresh(row).state == "active"
        assert not fresh(row).in_force()
        assert row.lots.get().usable_reasons() == ["The framework is not in force."]
        due.act()
        assert (fresh(row).state, fresh(member).state) == ("expired", "expired")
        assert fresh(member).ended_at == row.ends_at


def test_a_terminated_framework_takes_its_members_and_applications_along(cast):
    row = made.in_force(cast)
    lot, today = row.lots.get(), clock.today()
    framing.plan_window(row, today, today + timedelta(days=5), by=cast.officer, because="Más")
    late = made.applied(cast, lot, made.company(cast, "Tarde"))
    begun = made.answered(cast, lot, made.company(cast, "Nunca"))
    perform(fresh(row), "terminate", by=cast.officer, because="Fallo judicial")
    member = Membership.objects.get(vendor__name__startswith="Empresa")
    assert (member.state, member.ground) == ("removed", "framework_ended")
    assert (fresh(late).state, fresh(late).reasons) == ("rejected", "Fallo judicial")
    assert fresh(begun).state == "draft"
    assert fresh(row).ended_at is not None


# Further windows


def test_a_further_window_leaves_members_in_force(cast):
    row, today = made.in_force(cast), clock.today()
    lot, opens = row.lots.get(), today + timedelta(days=3)
    framing.plan_window(row, opens, opens + timedelta(days=10), by=cast.officer, because="Más")
    assert fresh(row).state == "active"
    with clock.move(timedelta(days=3)):
        due.act()
        again = fresh(row)
        assert (again.state, again.closes_on) == ("open", opens + timedelta(days=10))
        assert again.in_force()
        assert not lot.usable_reasons()
        new = made.applied(cast, fresh(lot), made.company(cast, "Nueva"))
    with clock.move(timedelta(days=14)):
        due.act()
        made.admitted(cast, fresh(new))
        perform(fresh(row), "announce", by=cast.officer)
        assert fresh(row).in_force()
    with clock.move(timedelta(days=30)):
        due.act()
        assert fresh(row).state == "active"
        assert fresh(row).activated_on == row.activated_on
        assert made.active(cast, fresh(new)).state == "active"


def test_a_window_that_begins_today_opens_at_once(cast):
    row, today = made.in_force(cast), clock.today()
    framing.plan_window(row, today, today, by=cast.officer, because="Pocos proveedores")
    assert fresh(row).state == "open"
    opened = Event.objects.get(verb="vendors.framework.reopen")
    assert opened.actor == clock.clock_account()


@pytest.mark.parametrize("begins", [0, 10])
def test_an_application_left_in_draft_waits_again_in_a_further_window(cast, begins):
    row = made.opened(cast)
    kept = made.answered(cast, row.lots.get(), made.company(cast, "Sola"))
    waiting = Turn.objects.filter(target_label="vendors.membership", target_id=kept.pk)
    assert waiting.get().due == row.window_closes
    other = made.applied(cast, row.lots.get(), made.company(cast, "Otra"))
    with made.over(row):
        due.act()
        assert not waiting.exists()
        made.admitted(cast, fresh(other))
        perform(fresh(row), "announce", by=cast.officer)
    with clock.move(timedelta(days=80)):
        due.act()
        opens = clock.today() + timedelta(days=begins)
        framing.plan_window(fresh(row), opens, opens, by=cast.officer, because="Más")
    with clock.move(timedelta(days=80 + begins)):
        due.act()
        assert fresh(row).state == "open"
        assert waiting.get().due == fresh(row).window_closes


@pytest.mark.parametrize(
    ("first", "last", "because", "sentence"),
    [(-1, 3, "x", "today or later"), (5, 3, "x", "today or later"), (1, 3, " ", "Say why"),
     (1, 2000, "x", "before the framework does"), (12, 14, "x", "Another window")],
)  # fmt: skip
def test_windows_that_cannot_be_are_refused(cast, first, last, because, sentence):
    row, today = made.in_force(cast, members=0), clock.today()
    days = timedelta
    framing.plan_window(row, today + days(10), today + days(12), by=cast.officer, because="x")
    with pytest.raises(Refused, match=sentence):
        framing.plan_window(row, today + days(first), today + days(last), by=cast.officer,
                            because=because)  # fmt: skip
    with pytest.raises(Refused, match="in force"):
        framing.plan_window(made.opened(cast), today, today, by=cast.officer, because="x")


# Terms


def test_terms_have_versions_that_never_change(cast):
    row = made.in_force(cast, members=0)
    with pytest.raises(Refused, match="Say why"):
        framing.write_terms(row, "Otras", by=cast.officer)
    with pytest.raises(Refused, match="something new"):
        framing.write_terms(row, "Las partes acuerdan.", by=cast.officer, because="x")
    second = framing.write_terms(row, "Otras", by=cast.officer, because="Ley nueva")
    assert (second.number, row.newest_terms) == (2, second)
    with pytest.raises(TypeError):
        second.save()
    with pytest.raises(TypeError):
        FrameworkTerms.objects.update(text="x")


# Few vendors


def test_a_thin_lot_is_not_used_before_an_officer_confirms(cast):
    row = made.in_force(cast, members=2, least_vendors=3)
    lot = row.lots.get()
    assert "Lot 1 has 2 vendors in force, fewer than the 3" in lot.usable_reasons()[0]
    with pytest.raises(Denied):
        framing.confirm_thin(lot, by=cast.manager, because="x")
    with pytest.raises(Refused, match="Say why"):
        framing.confirm_thin(lot, by=cast.officer, because=" ")
    framing.confirm_thin(lot, by=cast.officer, because="Mercado pequeño")
    assert lot.usable_reasons() == []
    member = lot.memberships.first()
    perform(member, "suspend", by=cast.officer, because="Sanción")
    assert "Lot 1 has 1 vendors" in lot.usable_reasons()[0]
    framing.confirm_thin(lot, by=cast.officer, because="Uno basta")
    assert lot.usable_reasons() == []
    perform(lot.memberships.filter(state="active").get(), "suspend", by=cast.officer, because="x")
    assert lot.usable_reasons() == ["No vendor of lot 1 is in force."]
    with pytest.raises(Refused, match="Only a lot that has vendors"):
        framing.confirm_thin(lot, by=cast.officer, because="x")


# Turns and sight


def test_the_officer_sees_what_waits(cast):
    row = at(cast, "assessing")
    waits = waiting_for(cast.officer).filter(target_label="vendors.framework", target_id=row.pk)
    assert [wait.step for wait in waits] == ["announce"]
    perform(row, "announce", by=cast.officer)
    assert not Turn.objects.filter(target_label="vendors.framework", target_id=row.pk).exists()


def test_drafts_are_seen_by_who_runs_or_oversees_frameworks(cast):
    draft, published = made.draft(cast), made.opened(cast)
    for local, person in vars(cast).items():
        seen = set(Framework.objects.visible_to(person))
        whole = local in ("officer", "officer2", "secretariat", "auditor", "admin")
        assert seen == ({draft, published} if whole else {published}), local


def test_events_are_told(cast):
    at(cast, "standstill")
    drain()
