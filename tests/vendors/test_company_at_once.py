"""Many at once: one tax number, one name, one list become one vendor; the rest waits."""

import pytest
from allauth.mfa.totp.internal import auth as totp

from core.refusals import Refused
from tests.factories import people, vendors
from tests.factories.threads import at_once
from vendors import deciding, importing_vendors, registering, seats
from vendors.models import Match, Vendor, VendorSeat

pytestmark = pytest.mark.django_db(transaction=True)
THREADS = 8
FILE = (
    b"name,country,tax_id\nAcme Inc,US,04-2103594\nFlexion LLC,US,\nFlexon,US,\n"
    b"Uno,MX,MAB9307148T4\n"
)


def begun(number: int, name: str, tax_id: str) -> Vendor:
    person = people.person(f"p{number}", institution=None)
    totp.TOTP.activate(person, totp.generate_totp_secret())
    return registering.start({"name": name, "country": "MX", "tax_id": tax_id}, by=person)


@pytest.mark.parametrize(
    ("name", "tax_id"), [("Empresa {}", vendors.RFC), ("Empresa Única", "XAXX010101000")]
)
def test_one_of_those_registering_at_once_becomes_active(name, tax_id):
    cast = people.cast()
    rows = [begun(number, name.format(number), tax_id) for number in range(THREADS)]
    done = at_once(lambda n: registering.submit(rows[n], by=rows[n].registered_by))
    assert [str(found) for found in done if isinstance(found, Refused)] == []
    assert sorted(str(row.state) for row in done) == ["active"] + ["to_match"] * (THREADS - 1)
    assert Match.objects.count() == THREADS - 1
    active = Vendor.objects.get(state="active")
    matches = list(Match.objects.all())
    at_once(lambda n: n < len(matches) and deciding.same(matches[n], active, by=cast.officer,
                                                         because="x"))  # fmt: skip
    assert VendorSeat.objects.open().filter(vendor=active).count() == THREADS
    assert Vendor.objects.standing().count() == 1


def test_one_list_read_by_many_at_once_is_taken_in_once():
    cast = people.cast()
    runs = at_once(lambda n: importing_vendors.import_now(FILE, "a.csv", "generic",
                                                          by=cast.officer))  # fmt: skip
    created = sorted(run.counts["created"] for run in runs)
    assert created == [0] * (THREADS - 1) + [3]
    assert {run.counts["to_match"] for run in runs} == {1}
    assert (Vendor.objects.count(), Match.objects.count()) == (3, 1)


def test_one_match_is_decided_once():
    cast = people.cast()
    importing_vendors.import_now(FILE, "a.csv", "generic", by=cast.officer)
    match = Match.objects.get()
    done = at_once(lambda n: deciding.another(match, by=cast.officer, because="x"))
    assert sum(isinstance(found, Refused) for found in done) == THREADS - 1
    assert Vendor.objects.count() == 4


def test_the_last_manager_stays_when_both_leave_at_once():
    row = vendors.vendor(people.cast())
    two = [vendors.representative(row, f"g{number}") for number in range(2)]
    held = list(VendorSeat.objects.filter(vendor=row))
    done = at_once(lambda n: seats.end(held[n % 2], by=two[n % 2]))
    assert sum(not isinstance(found, Refused) for found in done) == 1
    assert VendorSeat.objects.open().count() == 1
