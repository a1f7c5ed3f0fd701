"""The companies of the demo's framework agreements, each registered by its own person."""

from typing import Any, NamedTuple

from allauth.mfa.models import Authenticator

from core.cast import DEMO_DOMAIN, DEMO_PASSWORD
from core.models import User
from vendors import registering
from vendors.models import Vendor


class Company(NamedTuple):
    """An invented company: the local part of its person's address, and what it declares."""

    local: str
    person: str
    name: str
    tax_id: str
    size: str
    start_up: bool = False
    social: bool = False
    region: str = "Ciudad de México"


NORTE = Company("vendor", "Valeria Ríos", "Norte Digital, S.A. de C.V.", "NDI150312AB9", "medium")
COOPERATIVE = Company("codigo", "Camilo Ocampo", "Código Común, S.C. de R.L.", "CCO110520K84",
                      "small", social=True, region="Oaxaca")  # fmt: skip
TABLERO = Company("rival", "Víctor Salas", "Tablero Abierto, S.A.P.I. de C.V.", "TAB180903PL0",
                  "micro", start_up=True, region="Jalisco")  # fmt: skip
PACIFICO = Company("pacifico", "Daniel Paz", "Datos del Pacífico, S.A. de C.V.", "DPA090115QW3",
                   "large", region="Sinaloa")  # fmt: skip
INTEGRADORA = Company("integradora", "Silvia Navarro", "Sistemas Integrados Nacionales, S.A.",
                      "SIN200704RT8", "large")  # fmt: skip
OAXACA = Company("taller", "Omar Zárate", "Taller Oaxaqueño de Software, S.A.S.", "OAX190228ZB0",
                 "micro", start_up=True, region="Oaxaca")  # fmt: skip


def person(company: Company) -> User:
    """Whoever acts for a company, read afresh."""
    return User.objects.get(email=f"{company.local}@{DEMO_DOMAIN}")


def _account(company: Company) -> User:
    """The account of its person: of the cast, or made here."""
    email = f"{company.local}@{DEMO_DOMAIN}"
    known = User.objects.filter(email=email).first()
    return known or User.objects.create_user(email, DEMO_PASSWORD, name=company.person)


def enter(company: Company) -> Vendor:
    """The company, registered by its person with a second factor; once."""
    known = Vendor.objects.filter(tax_id=company.tax_id).first()
    if known is not None:
        return known
    by = _account(company)
    Authenticator.objects.create(user=by, type=Authenticator.Type.TOTP, data={"secret": ""})
    vendor = registering.start(
        {"name": company.name, "legal_name": company.name, "country": "MX",
         "tax_id": company.tax_id}, by=by,
    )  # fmt: skip
    said: dict[str, Any] = {
        "size": company.size, "start_up": company.start_up, "region": company.region,
        "social_enterprise": company.social,
        "description": "Empresa inventada de la demostración.",
    }  # fmt: skip
    registering.describe(vendor, said, by=by)
    vendor = registering.submit(vendor, by=by)
    Authenticator.objects.filter(user=by).delete()  # so that the demo signs in by password alone
    return vendor
