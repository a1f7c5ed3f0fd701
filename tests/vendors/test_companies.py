"""Vendors: who sees them, and what stands in their history."""

import pytest
from django.db import IntegrityError, transaction

from tests.factories import vendors
from vendors.models import Vendor, VendorSeat
from vendors.permissions_companies import represents

pytestmark = pytest.mark.django_db


def test_a_vendor_has_a_reference_a_case_and_a_key(cast):
    row = vendors.vendor(cast, "Sistemas del Norte, S.A. de C.V.", tax_id="MAB-930714-8T4")
    assert (row.ref, row.dossier.ref) == ("V-000001", "V-000001")
    assert (row.key, row.tax_id) == ("sistemasdelnorte", "MAB9307148T4")


def test_the_database_keeps_a_number_once_among_those_registered(cast):
    vendors.vendor(cast, tax_id=vendors.RFC)
    with pytest.raises(IntegrityError), transaction.atomic():
        vendors.vendor(cast, "Otra", tax_id=vendors.RFC)
    vendors.vendor(cast, "Otra", tax_id=vendors.RFC, state="to_match")
    vendors.vendor(cast, "Tercera", tax_id="XAXX010101000")
    vendors.vendor(cast, "Cuarta", tax_id="XAXX010101000")
    assert Vendor.objects.count() == 4


def test_who_represents_a_company_sees_it_and_no_other(cast):
    mine, other = vendors.vendor(cast), vendors.vendor(cast, "Otra")
    person = vendors.representative(mine, role="bidder")
    assert list(Vendor.objects.visible_to(person)) == [mine]
    assert not Vendor.objects.visible_to(cast.stranger).exists()
    assert Vendor.objects.visible_to(cast.officer).count() == 2
    assert represents(person, mine)
    assert represents(person, mine, "bidder", "billing")
    assert not represents(person, mine, "billing")
    assert not represents(person, other)
    VendorSeat.objects.update(ends_at=mine.registered_at)
    assert not represents(person, mine)
