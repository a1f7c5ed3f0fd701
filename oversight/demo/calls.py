"""Orders of the demo with their sprints and invoices: one of each state, by the real rules."""

from collections.abc import Generator, Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

from core import clock
from core.steps import perform
from oversight.demo import initiatives as named
from oversight.demo import suppliers
from oversight.demo.company import who
from oversight.demo.frameworks import SERVICES
from oversight.demo.play import fresh, minor
from oversight.demo.timing import Play
from projects.models import Project
from vendors import backlogs, inspecting, invoicing, ordering, quality_plan, sprinting
from vendors.inspecting import Finding
from vendors.models import Invoice, Lot, Membership, Order, Sprint

STORIES = ("Ver el estado del trámite", "Recibir un aviso cuando cambia", "Corregir un dato",
           "Descargar la constancia", "Pedir una cita", "Leer la página con lector de pantalla",
           "Cambiar de idioma", "Autorizar a otra persona")  # fmt: skip
COMMIT = "9f31c0de" * 5


def lot() -> Lot:
    """The lot from which the demo calls off."""
    found: Lot = Lot.objects.get(framework__title=SERVICES, number=1)
    return found


def member(company: suppliers.Company) -> Membership:
    """The membership of a company in that lot."""
    found: Membership = lot().memberships.get(vendor__tax_id=company.tax_id)
    return found


def draft(title: str, project: Project, company: suppliers.Company, value: int) -> Order:
    """A direct order, drafted by the officer."""
    today = clock.today()
    said = {
        "title": title, "description": "Se construye por sprints de dos semanas.",
        "reason": "Por debajo del umbral de adjudicación directa.", "value": minor(value),
        "price_basis": "sprint", "sprint_price": minor(value) // 4, "starts_on": today,
        "ends_on": today + timedelta(days=150), "product_owner": who("product"),
        "quality_plan": quality_plan.template(),
    }  # fmt: skip
    return ordering.draft(project, member(company), said, (), by=who("officer"))


def sign(order: Order) -> Order:
    """Funded by the manager, declared free of conflict, signed by both sides."""
    order = perform(order, "fund", by=who("manager"))
    order = perform(order, "sign_for_vendor", by=order.vendor.seats.get(role="manager").user)
    for local in ("officer", "product", "owner"):
        ordering.declare(order, by=who(local))
    order = fresh(order)
    if order.needs_cosigning():
        order = perform(order, "cosign", by=who("owner"))
    return perform(order, "sign", by=who("officer"))


def _sprint(order: Order, verdict: str = "accept") -> Generator[float, None, Sprint]:
    """One sprint, from its plan to its delivery and, with a verdict, to its end."""
    sprint = perform(_planned(order), "start", by=who("product"))
    yield 13
    sprint = _delivered(sprint)
    if verdict:
        perform(_inspected(sprint, verdict), "confirm", by=who("manager"))
    return fresh(sprint)


def _planned(order: Order) -> Sprint:
    """The next sprint, of two stories."""
    count = order.sprints.count()
    stories = [
        backlogs.add(order, {"title": title, "wish": "Como persona usuaria lo necesito.",
                             "criteria": "Se ve y funciona con teclado.", "points": 3},
                     by=who("product"))
        for title in STORIES[count * 2 : count * 2 + 2]
    ]  # fmt: skip
    first = clock.today(order.institution)
    values = {"goal": f"Entrega {count + 1}", "starts_on": first,
              "ends_on": first + timedelta(days=13), "maximum": order.sprint_price}  # fmt: skip
    return sprinting.plan(order, values, stories, by=who("product"))


def _delivered(sprint: Sprint) -> Sprint:
    person = sprint.order.vendor.seats.get(role="manager").user
    values = {"repository": "https://git.example.org/servicio.git", "commit": COMMIT}
    sprinting.write_delivery(sprint, values, {}, by=person)
    sprinting.add_proof(sprint, "Demostración", url="https://video.example.org/1", by=person)
    return perform(sprint, "deliver", by=person)


def _inspected(sprint: Sprint, verdict: str) -> Sprint:
    """Checks and stories recorded, and the product owner's verdict proposed."""
    for check in sprint.last_delivery().checks.all():
        found = Finding(result="passed", url="https://ci.example.org/7", note="Visto.")
        if check.counted:
            found = Finding(value=Decimal(95 if check.least is not None else 0))
        inspecting.record(check, found, by=who("product"))
    outcome, note = ("refused", "No se lee en voz alta.") if verdict == "reject" else (
        "accepted", "")  # fmt: skip
    for row in fresh(sprint).chosen.all():
        inspecting.judge(row, outcome, note, by=who("product"))
    if verdict == "debt":
        inspecting.owe(fresh(sprint), "Documentar la interfaz", sprint.number + 1,
                       by=who("product"))  # fmt: skip
    inspecting.write_verdict(fresh(sprint), verdict, "Visto en la demostración.",
                             by=who("product"))  # fmt: skip
    return perform(fresh(sprint), "propose", by=who("product"))


def bill(order: Order) -> Invoice:
    """The vendor invoices what was accepted and not invoiced yet."""
    person = order.vendor.seats.get(role="manager").user
    sprints = list(invoicing.payable_sprints(order))
    figures = invoicing.figures(order, sprints)
    said = invoicing.Said(
        supplier_number=f"F-{order.pk}-{order.invoices.count() + 1}", issued_on=clock.today(),
        sprints=sprints, net=figures.net, tax=figures.levied.added,
        withheld=figures.levied.withheld,
    )  # fmt: skip
    return invoicing.submit(order, said, by=person)


def pay(invoice: Invoice, until: str = "pay") -> Invoice:
    """Matched, approved and paid, each by another person."""
    for step, local in (("match", "preparer"), ("approve", "authoriser"), ("pay", "recorder")):
        invoice = perform(invoice, step, by=who(local))
        if step == until:
            break
    return invoice


def _with_money(about: Any, stage: str) -> Iterator[float]:
    """Wait until a project stands in a stage."""
    while not Project.objects.filter(title=about.title, stage=stage).exists():
        yield 10


def orders() -> Play:
    """Orders of the data exchange: one under way with debt and a delivery, others beside it."""
    yield from _with_money(named.INTEROPERA, "beta")
    yield 40
    project = Project.objects.get(title=named.INTEROPERA.title)
    order = sign(draft("Conectores con el registro civil", project, suppliers.NORTE, 560_000))
    yield from _sprint(order)
    pay(bill(fresh(order)))
    yield 2
    yield from _sprint(fresh(order), "debt")
    pay(bill(fresh(order)), until="approve")
    yield 2
    yield from _sprint(fresh(order), "")
    _planned(fresh(order))
    draft("Pruebas con personas usuarias", project, suppliers.TABLERO, 400_000)
    second = draft("Tablero de intercambios", project, suppliers.COOPERATIVE, 380_000)
    perform(second, "fund", by=who("manager"))


def _on(about: Any, title: str, company: suppliers.Company, value: int) -> Order:
    """A further order, signed by both sides."""
    project = Project.objects.get(title=about.title)
    return sign(draft(title, project, company, value))


def contested() -> Play:
    """One invoice disputed, the next one rejected; a third sprint waits for the second person."""
    order = _on(named.PORTAL, "Buscador de trámites", suppliers.COOPERATIVE, 240_000)
    yield from _sprint(order)
    invoice = bill(fresh(order))
    yield 2
    perform(invoice, "dispute", by=who("preparer"),
            because="La factura no trae el número de la orden.")  # fmt: skip
    yield from _sprint(fresh(order))
    invoice = bill(fresh(order))
    perform(invoice, "reject", by=who("preparer"),
            because="Está emitida a nombre de otra institución.")  # fmt: skip
    sprint = yield from _sprint(fresh(order), "")
    _inspected(sprint, "accept")


def refused() -> Play:
    """An invoice is matched; the second sprint was rejected and nothing has followed."""
    order = _on(named.PORTAL, "Trámites sin conexión", suppliers.TABLERO, 200_000)
    yield from _sprint(order)
    pay(bill(fresh(order)), until="match")
    yield 1
    yield from _sprint(fresh(order), "reject")


def reworked() -> Play:
    """An invoice just came in; the second sprint was rejected and is being mended."""
    order = _on(named.PORTAL, "Mapa de oficinas", suppliers.NORTE, 200_000)
    yield from _sprint(order)
    yield 1
    sprint = yield from _sprint(fresh(order), "reject")
    bill(fresh(order))
    perform(sprint, "begin_rework", by=order.vendor.seats.get(role="manager").user)


def finished() -> Play:
    """One sprint was enough: it is paid, the order completed, the rest of the money free."""
    order = _on(named.INTEROPERA, "Pruebas de carga", suppliers.TABLERO, 160_000)
    yield from _sprint(order)
    yield 1
    wrong = bill(fresh(order))
    perform(wrong, "withdraw", by=order.vendor.seats.get(role="manager").user)
    pay(bill(fresh(order)))
    yield 1
    perform(fresh(order), "complete", by=who("officer"))


def inspected() -> Play:
    """Delivered, and the inspection begun."""
    order = _on(named.PORTAL, "Lectura fácil", suppliers.COOPERATIVE, 100_000)
    sprint = yield from _sprint(order, "")
    perform(sprint, "inspect", by=who("product"))
    perform(_planned(fresh(order)), "cancel", by=who("product"),
            because="Primero se termina la revisión.")  # fmt: skip


def under_way() -> Play:
    """Its first sprint runs."""
    order = _on(named.PORTAL, "Avisos por mensaje", suppliers.TABLERO, 100_000)
    yield from _sprint(order)
    # the demo's last day comes first


def ended() -> Play:
    """One order terminated, one withdrawn, one signed whose work has not begun."""
    order = _on(named.PORTAL, "Traducción al maya", suppliers.NORTE, 90_000)
    project = Project.objects.get(title=named.PORTAL.title)
    yield from _sprint(order, "reject")
    yield 2
    perform(fresh(order), "terminate", by=who("officer"),
            because="El INALI entrega las traducciones sin costo.")  # fmt: skip
    yield 4
    unused = draft("Plantillas de correo", project, suppliers.COOPERATIVE, 60_000)
    perform(unused, "withdraw", by=who("officer"), because="Lo resuelve el equipo de casa.")
    sign(draft("Guía para oficinas", project, suppliers.NORTE, 80_000))


PROGRAMME = [
    (110, orders), (555, contested), (570, refused), (571, reworked), (560, finished),
    (590, inspected), (597, under_way), (580, ended),
]  # fmt: skip
