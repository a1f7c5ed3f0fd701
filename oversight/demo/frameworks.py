"""Framework agreements in the demo: one of each state, with members of each state.

The first, F-000001, is that of public data (18F's agile BPA): `import_orders --framework F-000001`.
"""

from datetime import timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from core import clock, people_rules
from core.models import Institution
from core.steps import perform
from oversight.demo import suppliers
from oversight.demo.company import institution, who
from oversight.demo.play import fresh
from oversight.demo.timing import Play
from vendors import applying, assessing, framing
from vendors.models import Framework, Lot, Membership

BPA = "Agile BPA (18F, datos públicos)"
SERVICES = "Servicios ágiles de desarrollo y diseño"
REQUIREMENTS = [
    {"code": "equipo", "question": "¿Quiénes forman el equipo y qué han entregado juntos?",
     "check_text": "Nombres, funciones y un producto en uso.", "mandatory": True},
    {"code": "codigo-abierto", "question": "¿Qué código han publicado? Indique el repositorio.",
     "check_text": "Repositorio público con licencia abierta y pruebas.", "mandatory": True},
    {"code": "seguridad", "question": "¿Cómo protegen los datos personales?",
     "check_text": "Constancia vigente de un tercero.", "mandatory": True, "evidence": True},
    {"code": "accesibilidad", "question": "¿Cómo aseguran que sus servicios sean accesibles?",
     "check_text": "Informe conforme a WCAG 2.2 AA.", "mandatory": False},
]  # fmt: skip
RATES = [
    {"code": "desarrollo", "name": "Desarrollo", "max_rate": 950_00},
    {"code": "diseno", "name": "Diseño e investigación con usuarios", "max_rate": 850_00},
    {"code": "producto", "name": "Gestión de producto", "max_rate": 1_100_00},
]  # fmt: skip
TERMS = """1. La institución pide sprints de dos semanas y paga lo aceptado.
2. El código y los datos son públicos desde el primer día, con licencia abierta.
3. Ninguna orden garantiza otra.
4. Las tarifas no exceden las máximas del lote."""
WINDOW, STANDSTILL = 15, 10
CLOSED = WINDOW + 6
"""Days after which the clock, which looks every five days here, has closed a window."""


def drafted(
    title: str, lots: list[dict[str, Any]], *, years: float = 4, **values: Any
) -> Framework:
    """A draft with its lots, requirements and terms."""
    today, officer = clock.today(), who("officer")
    said = {"title": title, "institution": institution("SFP"), "currency": "MXN",
            "closes_on": today + timedelta(days=WINDOW),
            "ends_on": today + timedelta(days=round(365 * years)),
            "standstill_days": STANDSTILL,
            "legal_basis": "Ley de Adquisiciones, Arrendamientos y Servicios del Sector Público, "
            "contratos marco.", **values}  # fmt: skip
    framework = framing.draft(said, by=officer)
    for lot in lots:
        framing.put_lot(framework, {"least_vendors": 3, **lot}, RATES, by=officer)
    framing.put_requirements(framework, REQUIREMENTS, by=officer)
    framing.write_terms(framework, TERMS, by=officer)
    return framework


def published(*args: Any, **values: Any) -> Framework:
    """A framework open for applications."""
    return perform(drafted(*args, **values), "publish", by=who("officer"))


def lot_of(framework: Framework, number: int) -> Lot:
    """A lot by its number, read afresh."""
    rows = Lot.objects.select_related("framework__institution", "framework__dossier")
    return rows.get(framework=framework, number=number)


def apply(lot: Lot, company: suppliers.Company, *, whole: bool = True) -> Membership:
    """An application, handed in when it is whole."""
    vendor = suppliers.enter(company)
    by = suppliers.person(company)
    row = applying.begin(lot, vendor, by=by)
    wanted = {found.code: found for found in row.framework.requirements.all()}
    applying.save_answers(row, {wanted["equipo"].pk: f"{company.person} y seis personas más."},
                          by=by)  # fmt: skip
    if not whole:
        return row
    said = "Todo está en un repositorio público, con pruebas y licencia MIT."
    rest = {found.pk: said for code, found in wanted.items() if code != "equipo"}
    applying.save_answers(fresh(row), rest, by=by)
    paper = SimpleUploadedFile("constancia.md", f"Constancia de {company.name}\n".encode())
    applying.attach(fresh(row), wanted["seguridad"], paper,
                    clock.today() + timedelta(days=500), by=by)  # fmt: skip
    return perform(fresh(row), "submit", by=by)


def assess(row: Membership, results: tuple[str, str] = ("met", "met")) -> Membership:
    """Two people of other institutions assess an application, each alone."""
    people = [who("assessor1"), who("assessor2")]
    named = assessing.name_assessors(fresh(row), people, by=who("officer"))
    row = perform(fresh(row), "assess", by=who("officer"))
    for assessment, result in zip(named, results, strict=True):
        if result:
            conclude(assessment, result)
    return fresh(row)


def conclude(assessment: Any, result: str) -> None:
    """One assessor declares no conflict, finds, and concludes."""
    by = assessment.assessor
    perform(assessment, "declare", by=by)
    wanted = assessment.membership.framework.requirements.all()
    marks = {found.pk: (result, "Comprobado en el repositorio.") for found in wanted}
    assessing.mark(fresh(assessment), marks, by=by)
    perform(fresh(assessment), "conclude", by=by)


def decide(row: Membership, outcome: str = "admit") -> Membership:
    """The officer decides, with reasons."""
    because = {
        "admit": "Cumple los requisitos obligatorios; lo comprobaron dos personas.",
        "reject": "El repositorio indicado no tiene licencia abierta ni pruebas.",
    }[outcome]
    return perform(fresh(row), outcome, by=who("officer"), because=because)


def announce(framework: Framework) -> None:
    """The decisions are announced; the standstill begins."""
    perform(fresh(framework), "announce", by=who("officer"))


def sign(row: Membership, company: suppliers.Company, *, both: bool = True) -> None:
    """The vendor signs, and the institution too."""
    perform(fresh(row), "sign", by=suppliers.person(company))
    if both:
        perform(fresh(row), "countersign", by=who("officer"))


# Plays


def public_data() -> Play:
    """The framework of public data, in force without members: its orders are history."""
    home = Institution(code="GSA", name="General Services Administration", country="US",
                       zone="America/New_York")  # fmt: skip
    home = people_rules.enter_institution(home, by=who("admin"))
    lots = [{"title": "Servicios ágiles de entrega", "ceiling": 25_000_000_00, "least_vendors": 1,
             "description": "Contratos abiertos de 18F, RFQ 4QTFHS150004."}]  # fmt: skip
    purpose = ("Registro histórico de las órdenes de 18F, tomado de datos públicos. Las órdenes se "
               "cargan de un archivo.")  # fmt: skip
    row = published(BPA, lots, institution=home, currency="USD", years=6, purpose=purpose,
                    legal_basis="RFQ 4QTFHS150004")  # fmt: skip
    yield CLOSED
    announce(row)


def services() -> Play:
    """In force with members of every kind, then open again and assessing newcomers."""
    lots: list[dict[str, Any]] = [
        {"title": "Equipos completos", "ceiling": 120_000_000_00,
         "orders_start_below": 2_500_000_00},
        {"title": "Investigación y diseño", "ceiling": 30_000_000_00,
         "orders_start_below": 1_000_000_00},
        {"title": "Empresas micro y pequeñas", "ceiling": 15_000_000_00,
         "orders_start_below": 1_000_000_00, "least_vendors": 2, "for_sizes": ["micro", "small"]},
    ]  # fmt: skip
    purpose = "Equipos que entregan por sprints, a cualquier institución federal."
    row = published(SERVICES, lots, years=4, purpose=purpose)
    yield 3
    plan = [(1, suppliers.NORTE), (1, suppliers.COOPERATIVE), (1, suppliers.TABLERO),
            (1, suppliers.PACIFICO), (1, suppliers.INTEGRADORA), (2, suppliers.COOPERATIVE),
            (2, suppliers.NORTE), (3, suppliers.TABLERO), (3, suppliers.OAXACA)]  # fmt: skip
    rows = [(apply(lot_of(row, number), company), company) for number, company in plan]
    gone = apply(lot_of(row, 2), suppliers.PACIFICO)
    perform(fresh(gone), "withdraw", by=suppliers.person(suppliers.PACIFICO))
    yield CLOSED
    for membership, company in rows:
        refused = company is suppliers.INTEGRADORA
        assess(membership, ("not_met", "met") if refused else ("met", "met"))
        decide(membership, "reject" if refused else "admit")
    announce(row)
    yield STANDSTILL + 6.5
    yield from members(row, rows)


def members(row: Framework, rows: list[tuple[Membership, suppliers.Company]]) -> Play:
    """Who was admitted signs, but one; then one is suspended, and the framework opens again."""
    unsigned = rows[7][0]  # stays admitted
    for membership, company in rows:
        if company is not suppliers.INTEGRADORA and membership != unsigned:
            sign(membership, company, both=company is not suppliers.OAXACA)
    because = "El mercado de investigación con usuarios es pequeño."
    framing.confirm_thin(lot_of(row, 2), by=who("officer"), because=because)
    yield 200
    perform(fresh(rows[3][0]), "suspend", by=who("officer"),
            because="No entregó la fianza renovada.")  # fmt: skip
    yield 60
    yield from newcomers(row)


def newcomers(row: Framework) -> Play:
    """The framework opens again: one application is assessed, one waits, one was never finished."""
    today = clock.today()
    framing.plan_window(row, today, today + timedelta(days=WINDOW), by=who("officer"),
                        because="Pocos proveedores en el lote 3.")  # fmt: skip
    yield 2
    new = apply(lot_of(row, 3), suppliers.COOPERATIVE)
    apply(lot_of(row, 1), suppliers.OAXACA)
    apply(lot_of(row, 2), suppliers.TABLERO, whole=False)
    yield WINDOW + 5
    assess(new, ("met", ""))


def maintenance() -> Play:
    """A framework that expired, with a member that was taken out and one that expired with it."""
    lots = [{"title": "Mantenimiento", "ceiling": 20_000_000_00, "least_vendors": 1}]
    row = published("Mantenimiento de sistemas", lots, years=0.6)
    yield 3
    rows = [(apply(lot_of(row, 1), company), company)
            for company in (suppliers.INTEGRADORA, suppliers.NORTE)]  # fmt: skip
    yield CLOSED
    for membership, _company in rows:
        assess(membership)
        decide(membership)
    announce(row)
    yield STANDSTILL + 6.5
    for membership, company in rows:
        sign(membership, company)
    yield 60
    assessing.off_ramp(fresh(rows[0][0]), "non_response", by=who("officer"),
                       because="No respondió a tres solicitudes de cotización.")  # fmt: skip


def in_standstill() -> Play:
    """Decisions are announced, and nobody signs yet."""
    lots = [{"title": "Calidad de datos", "ceiling": 18_000_000_00, "least_vendors": 1}]
    row = published("Ciencia y calidad de datos", lots)
    yield 3
    one = apply(lot_of(row, 1), suppliers.PACIFICO)
    yield CLOSED
    assess(one)
    decide(one)
    announce(row)


def cloud() -> Play:
    """Open for applications: one is handed in, one is being written."""
    lots = [{"title": "Infraestructura en la nube", "ceiling": 90_000_000_00},
            {"title": "Acompañamiento a la nube", "ceiling": 12_000_000_00,
             "for_start_ups": True}]  # fmt: skip
    row = published("Servicios de nube pública", lots)
    yield 2
    apply(lot_of(row, 1), suppliers.NORTE)
    apply(lot_of(row, 2), suppliers.TABLERO, whole=False)


def stopped() -> Play:
    """A framework that was terminated before its time."""
    lots = [{"title": "Licencias de escritorio", "ceiling": 60_000_000_00, "least_vendors": 1}]
    row = published("Licencias de oficina", lots)
    yield 9
    perform(fresh(row), "terminate", by=who("officer"),
            because="La Consejería resolvió que las licencias se sustituyen por software "
            "libre.")  # fmt: skip


def begun() -> Play:
    """A draft."""
    lots = [{"title": "Accesibilidad", "ceiling": 8_000_000_00, "for_social": True}]
    drafted("Pruebas de accesibilidad con usuarios", lots)
    yield 1


PROGRAMME = [
    (12, public_data), (30, services), (40, maintenance), (420, stopped), (580, in_standstill),
    (596, cloud), (603, begun),
]  # fmt: skip
