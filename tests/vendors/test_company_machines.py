"""Vendors, suspensions, matches and imports as tables: everything not in them is refused."""

from datetime import timedelta

import pytest

from core import clock, due
from core.machines import machines
from core.models import Notice
from core.outbox import drain
from core.refusals import Denied, Refused
from core.steps import perform, steps
from tests.factories import people, vendors
from vendors import barring, matching, registering
from vendors.barring import Proposal
from vendors.matching import Named
from vendors.models import Barring, Match, Vendor, VendorImport

pytestmark = pytest.mark.django_db

TABLE = {
    "vendors.vendor": {
        "registering": {"enter", "await_match", "withdraw"},
        "to_match": {"admit", "join", "decline"},
        "active": {"suspend", "debar"}, "suspended": {"debar", "reinstate"},
        "debarred": {"reinstate"}, "joined": set(), "withdrawn": set(), "declined": set(),
    },
    "vendors.barring": {
        "proposed": {"open_hearing", "suspend_at_once", "withdraw"},
        "hearing": {"impose", "dismiss"}, "in_force": {"lift", "expire"}, "ended": set(),
        "dismissed": set(), "withdrawn": set(),
    },
    "vendors.match": {
        "waiting": {"join", "separate", "dismiss"}, "same": set(), "other": set(),
        "dismissed": set(),
    },
    "vendors.vendorimport": {"previewed": {"finish", "cancel"}, "done": set(), "cancelled": set()},
}  # fmt: skip


@pytest.mark.parametrize("label", sorted(TABLE))
def test_the_steps_of_each_state(label):
    model = next(row for row in machines() if row._meta.label_lower == label)
    found = {
        state: {step.name for step in steps(model(state=state))} for state in model.States.values
    }
    assert found == TABLE[label]


def everybody(cast, row):
    return {**vars(cast), "manager_there": vendors.representative(row, "gerente"),
            "bidder_there": vendors.representative(row, "licita", "bidder"),
            "other_there": vendors.representative(vendors.vendor(cast, "Ajena"),
                                                  "ajena")}  # fmt: skip


def may(row, step, person) -> bool:
    transition = next(found for found in steps(row) if found.name == step)
    return bool(transition.permission(row, person))


OFFICERS = {"officer", "officer2", "secretariat"}
WHO = {
    ("vendors.vendor", "registering"): {
        "enter": {"manager_there"}, "await_match": {"manager_there"}, "withdraw": {"manager_there"},
    },
    ("vendors.vendor", "to_match"): {"admit": set(), "join": set(), "decline": set()},
    ("vendors.vendor", "active"): {"suspend": set(), "debar": set()},
    ("vendors.vendor", "suspended"): {"debar": set(), "reinstate": set()},
    ("vendors.vendor", "debarred"): {"reinstate": set()},
    ("vendors.barring", "proposed"): {
        "open_hearing": OFFICERS, "suspend_at_once": {"secretariat"},
        "withdraw": {"officer"},
    },
    ("vendors.barring", "hearing"): {"impose": {"secretariat"}, "dismiss": {"secretariat"}},
    ("vendors.barring", "in_force"): {"lift": {"secretariat"}, "expire": {"clock"}},
    ("vendors.match", "waiting"): dict.fromkeys(("join", "separate", "dismiss"), OFFICERS),
    ("vendors.vendorimport", "previewed"): {
        "finish": OFFICERS | {"clock"},
        "cancel": OFFICERS | {"clock"},
    },
}  # fmt: skip


def row_of(cast, label: str, state: str):
    vendor = vendors.vendor(cast)
    if label == "vendors.vendor":
        return vendors.vendor(cast, "Nueva", state=state)
    if label == "vendors.barring":
        row = Barring(vendor=vendor, number=1, kind="suspension", reason="x", legal_basis="x",
                      ends_on=clock.today(), over_at=clock.now() + timedelta(days=1),
                      starts_at=clock.now(), proposed_by=cast.officer, state=state)  # fmt: skip
        row.save()
        return row
    if label == "vendors.match":
        return matching.queue(Named("Otra"), [(vendor.pk, "similar")], by=cast.officer,
                              source="vendors")  # fmt: skip
    return VendorImport.objects.create(case=matching.hold(), name="x", sha256="x", mapping="bpa",
                                       started_by=cast.officer, started_at=clock.now())  # fmt: skip


@pytest.mark.parametrize(("label", "state"), sorted(WHO))
def test_who_takes_which_step(cast, label, state):
    row = row_of(cast, label, state)
    there = row if label == "vendors.vendor" else getattr(row, "vendor", None)
    persons = everybody(cast, there or vendors.vendor(cast, "Tercera"))
    persons["clock"] = clock.clock_account()
    cast.admin.is_superuser = True
    found = {step: {name for name, person in persons.items() if may(row, step, person)}
             for step in WHO[label, state]}  # fmt: skip
    assert found == WHO[label, state]
    for step, allowed in WHO[label, state].items():
        for name, person in persons.items():
            if name not in allowed:
                with pytest.raises(Denied):
                    perform(row, step, by=person, because="x")


# Suspension and debarment


def proposed(cast, row, kind="debarment", days=200):
    proposal = Proposal(kind, "Entregó datos falsos", "Ley, art. 60",
                        clock.today() + timedelta(days=days))  # fmt: skip
    return barring.propose(row, proposal, by=cast.officer)


def test_a_debarment_is_heard_and_blocks_at_once_until_its_day(cast):
    vendor = vendors.vendor(cast)
    manager = vendors.representative(vendor)
    bar = proposed(cast, vendor)
    assert not Barring.objects.visible_to(manager).exists()
    with pytest.raises(Refused, match="suspension begins before"):
        perform(bar, "suspend_at_once", by=cast.secretariat, because="x")
    bar = perform(bar, "open_hearing", by=cast.officer)
    with pytest.raises(Refused, match="The company may answer until"):
        perform(bar, "impose", by=cast.secretariat, because="x")
    with pytest.raises(Denied):
        barring.answer(bar, "No", by=vendors.representative(vendor, "x", "bidder"))
    barring.answer(bar, "No es cierto", by=manager)
    assert barring.reasons(vendor) == []
    bar = perform(bar, "impose", by=cast.secretariat, because="Se probó")
    vendor = Vendor.objects.get(pk=vendor.pk)
    assert vendor.state == "debarred"
    assert [line[:38] for line in barring.reasons(vendor)] == [
        "Sistemas del Norte, S.A. de C.V. is de"
    ]
    with clock.move(to=bar.over_at - timedelta(seconds=5)):
        assert barring.reasons(vendor)
    with clock.move(to=bar.over_at):
        assert barring.reasons(vendor) == []  # by the clock, before any job
        due.act()
        vendor = Vendor.objects.get(pk=vendor.pk)
        assert (vendor.state, Barring.objects.get().state) == ("active", "ended")
    drain()
    told = {(n.person, n.event.verb.rpartition(".")[2]) for n in Notice.objects.select_related(
        "person", "event").filter(event__target_label="vendors.barring")}  # fmt: skip
    assert {(cast.secretariat, "create"), (manager, "open_hearing"), (cast.officer, "answer"),
            (manager, "impose"), (manager, "expire")} <= told  # fmt: skip


def test_without_an_answer_the_days_of_the_hearing_end(cast):
    bar = perform(proposed(cast, vendors.vendor(cast)), "open_hearing", by=cast.officer)
    with clock.move(to=bar.hearing_ends):
        assert perform(bar, "impose", by=cast.secretariat, because="x").state == "in_force"


def test_a_suspension_at_once_is_short_and_heard_afterwards(cast):
    vendor = vendors.vendor(cast)
    manager = vendors.representative(vendor)
    long = proposed(cast, vendor, "suspension", 91)
    with pytest.raises(Refused, match="90 days at most"):
        perform(long, "suspend_at_once", by=cast.secretariat, because="x")
    short = perform(proposed(cast, vendor, "suspension", 90), "suspend_at_once",
                    by=cast.secretariat, because="Peligro")  # fmt: skip
    assert (Vendor.objects.get().state, bool(barring.reasons(vendor))) == ("suspended", True)
    barring.answer(short, "Nos oponemos", by=manager)
    perform(short, "lift", by=cast.secretariat, because="Se aclaró")
    assert (Vendor.objects.get().state, barring.reasons(vendor)) == ("active", [])


def test_a_debarment_over_a_suspension_and_their_ends(cast):
    vendor = vendors.vendor(cast)
    suspended = perform(proposed(cast, vendor, "suspension", 80), "suspend_at_once",
                        by=cast.secretariat, because="x")  # fmt: skip
    bar = perform(proposed(cast, vendor, days=20), "open_hearing", by=cast.officer)
    with clock.move(to=bar.hearing_ends):
        bar = perform(bar, "impose", by=cast.secretariat, because="x")
        assert Vendor.objects.get().state == "debarred"
        perform(bar, "lift", by=cast.secretariat, because="x")
        assert Vendor.objects.get().state == "suspended"
        perform(suspended, "lift", by=cast.secretariat, because="x")
        assert Vendor.objects.get().state == "active"


def test_who_represents_a_company_neither_bars_nor_decides(cast):
    vendor = vendors.vendor(cast)
    vendors.VendorSeat.objects.create(vendor=vendor, user=cast.officer, role="bidder",
                                      starts_at=clock.now(), given_by=cast.officer)  # fmt: skip
    with pytest.raises(Refused, match="never by who represents it"):
        proposed(cast, vendor)
    registering_one = vendors.vendor(cast, "Nueva", state="to_match")
    match = matching.queue(Named("Nueva"), [(vendor.pk, "similar")], by=cast.admin,
                           source="registration", applicant=registering_one)  # fmt: skip
    vendors.VendorSeat.objects.create(vendor=registering_one, user=cast.officer, role="manager",
                                      starts_at=clock.now(), given_by=cast.officer)  # fmt: skip
    with pytest.raises(Denied):
        perform(match, "dismiss", by=cast.officer, because="x")
    done = perform(match, "dismiss", by=cast.secretariat, because="No existe")
    assert (done.applicant.state, Match.objects.get().state) == ("declined", "dismissed")


def test_a_registration_is_given_up(cast):
    person = people.person("nuevo", institution=None)
    row = registering.start({"name": "Uno", "country": "MX", "tax_id": vendors.RFC}, by=person)
    assert perform(row, "withdraw", by=person).state == "withdrawn"
