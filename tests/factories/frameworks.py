"""Frameworks, lots and memberships as far along as a test needs them, through the real rules."""

from datetime import timedelta

from django.core.files.uploadedfile import SimpleUploadedFile

from core import clock, due, history
from core.steps import create, perform
from tests.factories import people
from tests.factories.money import grant
from tests.stock import stocked
from vendors import applying, assessing, framing
from vendors.models import Framework, Lot, Membership, Vendor, VendorSeat

REQUIREMENTS = [
    {"code": "team", "question": "Who works for the government?", "check_text": "Names and roles",
     "mandatory": True, "evidence": False},
    {"code": "security", "question": "How is data kept safe?", "check_text": "A certificate",
     "mandatory": True, "evidence": True},
    {"code": "open-source", "question": "What did you publish?", "mandatory": False},
]  # fmt: skip
CATEGORIES = [
    {"code": "dev", "name": "Developer", "max_rate": 900_00},
    {"code": "ux", "name": "Designer", "max_rate": 800_00},
]
OPEN_DAYS, YEARS = 20, 1000


def paper(name: str = "certificado.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, f"folio,1\nnombre,{name}\n".encode())


@stocked
def company(cast, name: str = "Norte Digital, S.A.", *, by=None, **fields) -> Vendor:
    """A registered vendor with one manager, who belongs to no institution."""
    local = "".join(sign for sign in name.lower() if sign.isalnum())
    local = f"{local[:40]}{Vendor.objects.count()}"
    person = by or people.person(local, name, institution=None)
    ref = Vendor.next_refs()[0]
    vendor = Vendor(
        dossier=history.open_dossier("vendor", ref), ref=ref, name=name,
        registered_by=person, registered_at=clock.now(),
        **{"state": "active", "country": "MX", **fields},
    )  # fmt: skip
    vendor = create(vendor, by=person)
    seat(vendor, person)
    return vendor


def seat(vendor, person, role: str = "manager") -> VendorSeat:
    return VendorSeat.objects.create(vendor=vendor, user=person, role=role, starts_at=clock.now(),
                                     given_by=person)  # fmt: skip


def manager_of(vendor):
    return vendor.seats.filter(role="manager").first().user


@stocked
def draft(cast, *, lots: int = 1, **values) -> Framework:
    """A draft with everything that vendors need to know."""
    today = clock.today()
    values = {"title": "Equipos ágiles", "institution": people.institution(), "currency": "MXN",
              "closes_on": today + timedelta(days=OPEN_DAYS),
              "ends_on": today + timedelta(days=YEARS), **values}  # fmt: skip
    lot = {key: values.pop(key) for key in framing.LOT_FIELDS if key in values and key != "title"}
    categories = values.pop("categories", CATEGORIES)
    framework = framing.draft(values, by=cast.officer)
    for number in range(lots):
        said = {"title": f"Lote {number + 1}", "ceiling": 10_000_000_00,
                "orders_start_below": 500_000_00, "least_vendors": 1, **lot}  # fmt: skip
        framing.put_lot(framework, said, categories, by=cast.officer)
    framing.put_requirements(framework, REQUIREMENTS, by=cast.officer)
    framing.write_terms(framework, "Las partes acuerdan.", by=cast.officer)
    return framework


@stocked
def opened(cast, **values) -> Framework:
    return perform(draft(cast, **values), "publish", by=cast.officer)


@stocked
def answered(cast, lot: Lot, vendor: Vendor) -> Membership:
    """A drafted application that lacks nothing."""
    by = manager_of(vendor)
    row = applying.begin(lot, vendor, by=by)
    wanted = {found.code: found for found in row.framework.requirements.all()}
    applying.save_answers(row, {found.pk: f"Respuesta {code}" for code, found in wanted.items()},
                          by=by)  # fmt: skip
    for found in wanted.values():
        if found.evidence:
            applying.attach(fresh(row), found, paper(), clock.today() + timedelta(days=400), by=by)
    return fresh(row)


@stocked
def applied(cast, lot: Lot, vendor: Vendor) -> Membership:
    return perform(answered(cast, lot, vendor), "submit", by=manager_of(vendor))


@stocked
def assessed(cast, row: Membership, result: str = "met", second: str = "") -> Membership:
    """Under assessment, both assessors concluded; the window has to be over."""
    named = assessing.name_assessors(row, [cast.assessor1, cast.assessor2], by=cast.officer)
    row = perform(row, "assess", by=cast.officer)
    for found, outcome in zip(named, (result, second or result), strict=True):
        conclude(found, outcome)
    return fresh(row)


def conclude(assessment, result: str = "met"):
    assessment = perform(assessment, "declare", by=assessment.assessor)
    wanted = assessment.membership.framework.requirements.values_list("pk", flat=True)
    assessing.mark(assessment, dict.fromkeys(wanted, (result, "Visto")), by=assessment.assessor)
    return perform(assessment, "conclude", by=assessment.assessor)


@stocked
def admitted(cast, row: Membership) -> Membership:
    return perform(assessed(cast, row), "admit", by=cast.officer, because="Cumple.")


@stocked
def signed(cast, row: Membership) -> Membership:
    return perform(row, "sign", by=manager_of(row.vendor))


@stocked
def active(cast, row: Membership) -> Membership:
    return perform(signed(cast, row), "countersign", by=cast.officer)


@stocked
def in_force(cast, *, members: int = 1, lots: int = 1, **values) -> Framework:
    """A framework in force with so many members in each lot, its dates in the past.

    The clock stands where it stood; orders may be called off today.
    """
    begun = timedelta(days=-(OPEN_DAYS + 40))
    with clock.move(begun):
        framework = opened(cast, lots=lots, **values)
        rows = [applied(cast, lot, company(cast, f"Empresa {framework.pk} {lot.number} {number}"))
                for lot in framework.lots.all() for number in range(members)]  # fmt: skip
    with clock.move(begun + timedelta(days=OPEN_DAYS + 1)):
        due.act()
        for row in rows:
            admitted(cast, fresh(row))
        perform(fresh(framework), "announce", by=cast.officer)
    with clock.move(begun + timedelta(days=OPEN_DAYS + 15)):
        due.act()
        for row in rows:
            active(cast, fresh(row))
    return fresh(framework)


def over(framework: Framework):
    """A clock just after the window for applications."""
    return clock.move(to=framework.window_closes + timedelta(minutes=1))


__all__ = ["grant"]


def fresh(row):
    return type(row)._default_manager.get(pk=row.pk)
