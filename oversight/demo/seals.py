"""The Seal in the demo: one of each state, from a drafted application to a revoked seal."""

import json
from datetime import timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from core import clock
from core.steps import perform
from gating import evaluating, meetings, motions, sealing, standards
from gating.models import Board, Seal, SealApplication, SealScheme, Service, Standard
from gating.standard_files import parse
from oversight.demo import initiatives as named
from oversight.demo.company import who
from oversight.demo.play import end_meeting, fresh, sit, vote
from oversight.demo.timing import Play
from projects.models import Project

MEXICO, BY_LEVELS = "mx-sello-excelencia", "sello-por-niveles-demo"
VOTES = {"chair": "for", "member1": "for", "member2": "for", "member3": "abstain"}
LEVELS = [
    ("N1-1", "Disponible todos los días", 1), ("N1-2", "Seguro y con respaldo", 1),
    ("N2-1", "Se resuelve sin acudir a ventanilla", 2), ("N2-2", "Accesible según WCAG 2.2 AA", 2),
    ("N3-1", "No pide datos que el gobierno ya tiene", 3),
    ("N3-2", "Publica la satisfacción de quienes lo usan", 3),
]  # fmt: skip
"""An invented seal with three levels: the Mexican criteria have none that could be confirmed."""


def by_levels() -> SealScheme:
    """The invented standard, published and run as a seal."""
    known = SealScheme.objects.filter(standard_code=BY_LEVELS).first()
    if known is not None:
        return known
    rows = [{"code": code, "title": title, "level": level, "verified": False}
            for code, title, level in LEVELS]  # fmt: skip
    found = {"id": BY_LEVELS, "title": "Sello por niveles (ejemplo inventado)", "language": "es",
             "version_or_date": "1", "publisher": "Demo", "criteria": rows}  # fmt: skip
    standards.load(parse(json.dumps(found).encode()), by=who("editor"))
    return sealing.add_scheme(BY_LEVELS)


def register(name: str, address: str, text: str) -> Service:
    """A service of an institution without a project, its assessment declared and accepted."""
    today = clock.today()
    values = {"name": name, "address": address, "description": text,
              "live_since": today - timedelta(days=400)}  # fmt: skip
    service = sealing.register(values, by=who("product"))
    declared = declare(service)
    perform(declared, "accept", by=who("secretariat"))
    return service


def declare(service: Service) -> Any:
    """The assessment of a service, with its document."""
    today = clock.today()
    file = SimpleUploadedFile("dictamen.md", f"Dictamen verde: {service.name}\n".encode())
    return sealing.declare_assessment(
        service, {"standard": "Estándar de Servicios Digitales", "assessor": "Ventanilla única",
                  "assessed_on": today, "valid_until": today + timedelta(days=730), "file": file},
        by=who("product"),
    )  # fmt: skip


def apply(service: Service, scheme: SealScheme, *, level: int = 1, by: str = "product") -> Any:
    """An application whose requirements are all shown, or do not apply yet."""
    application = sealing.begin(service, scheme, by=who(by))
    later = {item.pk: "Se acredita en la renovación." for item in application.items.all()
             if item.key in ("MX-09", "MX-10")}  # fmt: skip
    sealing.change(application, {"level_claimed": level, "not_applicable": later}, by=who(by))
    values = {"title": "Tablero público de indicadores", "url": "https://datos.example.org/"}
    items = [item for item in application.items.all() if item.pk not in later]
    sealing.show(application, items, by=who(by), values=values)
    return application


def evaluate(application: SealApplication, *, sheets: int = 2) -> None:
    """Two people of another institution accept; the first so many seal their results."""
    rows = [evaluating.invite(fresh(application), who(local), by=who("secretariat"))
            for local in ("assessor1", "assessor2")]  # fmt: skip
    for row in rows:
        perform(row, "accept", by=row.evaluator)
    perform(fresh(application), "begin_evaluation", by=who("secretariat"))
    for row in rows[:sheets]:
        results: list[dict[str, Any]] = [
            {"item": item, "note": "Comprobado en el servicio.", "seen": [],
             "result": "not_applicable" if item.not_applicable else "met"}
            for item in application.items.all()
        ]  # fmt: skip
        evaluating.rate(fresh(row), results, by=row.evaluator)
        perform(fresh(row), "seal", by=row.evaluator)


def to_evaluated(service: Service, scheme: SealScheme, *, level: int = 1, by: str = "product",
                 owner: str = "product") -> Any:  # fmt: skip
    """From the application to the concluded evaluation; returns the application."""
    application = apply(service, scheme, level=level, by=by)
    perform(fresh(application), "submit", by=who(owner))
    yield 2
    perform(fresh(application), "admit", by=who("secretariat"))
    evaluate(application)
    yield 3
    sealing.write_answer(fresh(application), "De acuerdo; se publica el dato que faltaba.",
                         by=who(by))  # fmt: skip
    perform(fresh(application), "reply", by=who(owner))
    yield 1
    for row in application.evaluations.all():
        perform(row, "conclude", by=row.evaluator)
    return application


def decide(row: Any, outcome: str, text: str) -> Any:
    """The sub-commission's meeting carries a motion on an application or a seal."""
    board = Board.objects.get(code="ICT")
    at = clock.now() + timedelta(days=8)
    meeting = meetings.schedule(board, by=who("secretariat"), at=at, place="Sala 1 y en línea")
    perform(fresh(meeting), "notice", by=who("secretariat"))
    motion = motions.propose(fresh(row), board, by=who("secretariat"), outcome=outcome, text=text,
                             meeting=fresh(meeting))  # fmt: skip
    perform(fresh(motion), "table", by=who("secretariat"))
    yield 8.1
    motion = fresh(motion)
    sit(motion, tuple(VOTES))
    end_meeting(vote(motion, VOTES))


def award(service: Service, scheme: SealScheme, **how: Any) -> Any:
    """The whole road to a published seal, which it returns."""
    application = yield from to_evaluated(service, scheme, **how)
    perform(fresh(application), "table", by=who("secretariat"))
    yield from decide(application, "grant", "Se otorga el Sello de Excelencia.")
    perform(fresh(application), "publish", by=who("secretariat"))
    return Seal.objects.get(application=application)


def mexico() -> SealScheme:
    """The shipped seal of Mexico."""
    return SealScheme.objects.get(standard_code=MEXICO)


def of_a_project() -> Play:
    """The live portal: a seal of level three."""
    project = Project.objects.get(title=named.PORTAL.title)
    if project.stage != "live" or not Standard.objects.published().filter(code=MEXICO).exists():
        return
    values = {"name": project.title, "address": "https://www.gob.example.org/",
              "description": "Trámites y servicios del gobierno en un solo lugar."}  # fmt: skip
    service = sealing.register(values, by=who("manager"), project=project)
    yield from award(service, by_levels(), level=3, by="manager", owner="owner")


def to_be_renewed() -> Play:
    """A seal that ends within sixty days, its holder told twice."""
    service = register("Cita para pasaporte", "https://citas.example.org/pasaporte",
                       "Agendar, cambiar o cancelar una cita.")  # fmt: skip
    yield from award(service, mexico())


def expired() -> Play:
    """A seal that nobody renewed."""
    service = register("Consulta de CURP", "https://curp.example.org",
                       "Consultar e imprimir la clave de población.")  # fmt: skip
    yield from award(service, mexico())


def revoked() -> Play:
    """A seal that was reviewed, and taken back."""
    service = register("Quejas de telefonía", "https://www.quejas.example.org/telefonia/",
                       "Presentar y seguir una queja.")  # fmt: skip
    seal = yield from award(service, mexico())
    yield 60
    perform(fresh(seal), "put_under_review", by=who("auditor"),
            because="El canal digital dejó de responder en plazo.")  # fmt: skip
    yield 6
    yield from decide(seal, "revoke", "Se revoca: tres meses sin respuesta por el canal digital.")


def being_evaluated() -> Play:
    """One evaluator has sealed, the other is at it."""
    service = register("Constancia de no inhabilitación", "https://constancias.example.org",
                       "Pedir la constancia en línea, sin costo.")  # fmt: skip
    application = apply(service, mexico())
    perform(fresh(application), "submit", by=who("product"))
    yield 1
    perform(fresh(application), "admit", by=who("secretariat"))
    evaluate(application, sheets=1)


def begun() -> Play:
    """A drafted application; the secretariat has yet to read the declared assessment."""
    values = {"name": "Registro de voluntarios", "address": "https://voluntarios.example.org",
              "description": "Inscribirse en brigadas de apoyo.",
              "live_since": clock.today() - timedelta(days=90)}  # fmt: skip
    service = sealing.register(values, by=who("product"))
    declare(service)
    apply(service, by_levels(), level=2)
    yield 1


PROGRAMME = [
    (175, expired), (266, to_be_renewed), (380, revoked), (500, of_a_project),
    (598, being_evaluated), (602, begun),
]  # fmt: skip
