"""Vendors as tests need them, by the shortest real road."""

from django.db import transaction

from core import clock, history
from core.models import User
from core.steps import create
from tests.stock import stocked
from vendors.models import SeatRole, Vendor, VendorSeat
from vendors.tax_numbers import Standing, read

RFC = "MAB9307148T4"


@stocked
@transaction.atomic
def vendor(cast, name: str = "Sistemas del Norte, S.A. de C.V.", country: str = "MX",
           tax_id: str = "", **fields) -> Vendor:  # fmt: skip
    """A registered vendor, as an import would enter it."""
    found = read(country, tax_id)
    assert found.standing != Standing.INVALID, found.sentence
    ref = Vendor.next_refs()[0]
    fields = {"state": "active", "size": "small", **fields}
    row = Vendor(
        dossier=history.open_dossier("vendor", ref), ref=ref, name=name, country=country,
        tax_id=found.number, tax_standing=found.standing, registered_by=cast.officer,
        registered_at=clock.now(), imported=True, **fields,
    )  # fmt: skip
    return create(row, by=cast.officer)


def representative(
    row: Vendor, local: str = "empresa", role: str = SeatRole.MANAGER, **fields
) -> User:
    """A person who acts for a vendor: without any institution."""
    email = f"{local}@vendor.example"
    user = User.objects.filter(email=email).first() or User.objects.create_user(
        email, None, name=fields.pop("name", local.title()), institution=None, **fields
    )
    VendorSeat.objects.create(
        vendor=row, user=user, role=role, starts_at=clock.now(), given_by=user
    )
    return user
