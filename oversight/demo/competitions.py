"""Competitions of the demo, one in every phase.

Those that wait for somebody's opening are sealed with the server's key; those whose custodians
hold shares were opened within their play, for what is on their paper is stored nowhere.
"""

from core.steps import perform
from oversight.demo import competing, suppliers
from oversight.demo import initiatives as named
from oversight.demo.company import who
from oversight.demo.competing import Road, to
from oversight.demo.play import fresh
from oversight.demo.timing import Play
from procurement import addenda, asking, challenging

BIRTH, PORTAL, INTEROPERA = named.BIRTH.title, named.PORTAL.title, named.INTEROPERA.title
RIVAL_FIRST = (suppliers.TABLERO, suppliers.NORTE, suppliers.COOPERATIVE)


def drafted() -> Play:
    """A draft."""
    yield from to(Road("Aviso de nacimiento a otras instituciones", BIRTH,
                       "Ninguna familia avisa dos veces del nacimiento.", 420_000, days=25),
                  "draft")  # fmt: skip


def in_review() -> Play:
    """The second officer looks at it, and may publish it."""
    yield from to(Road("Acta con lector de pantalla", BIRTH,
                       "Una persona ciega obtiene su acta sin ayuda.", 360_000, days=25),
                  "in_review")  # fmt: skip


def published() -> Play:
    """Bids are taken: two are sealed; an answered question, one open, and an addendum."""
    road = Road("Corrección de datos del acta", BIRTH,
                "Siete de cada diez correcciones terminan en línea.", 540_000, days=14,
                bidders=(suppliers.COOPERATIVE, suppliers.TABLERO))  # fmt: skip
    yield from to(road, "published")
    yield 1
    first = asking.ask(road.now(), "¿Hay un ambiente de pruebas del registro civil?",
                       by=suppliers.person(suppliers.NORTE))  # fmt: skip
    yield 0.2
    asking.settle(first, "Sí: con datos ficticios; la dirección está en la documentación.",
                  decline=False, by=who("officer"))  # fmt: skip
    _addendum(road)
    yield 0.2
    asking.ask(road.now(), "¿El prototipo puede usar los estilos de gob.mx?",
               by=suppliers.person(suppliers.TABLERO))  # fmt: skip


def _addendum(road: Road) -> None:
    """More about the background; not material."""
    made = addenda.begin(road.now(), by=who("officer"))
    text = road.now().background + " Cada año se piden 180,000 correcciones."
    made = addenda.edit(made, {"background": text}, by=who("officer"))
    made = addenda.explain(made, "Se agrega una cifra que se preguntó.", word=False,
                           by=who("officer"))  # fmt: skip
    perform(fresh(made), "publish", by=who("officer2"))


def closed() -> Play:
    """The deadline has passed; two officers may open the bids."""
    yield from to(Road("Cita para el registro civil", BIRTH,
                       "Nadie espera más de quince minutos.", 480_000), "published")  # fmt: skip


def in_compliance() -> Play:
    """Opened; the officers check what every bid contains."""
    road = Road("Verificación de actas por otras oficinas", BIRTH,
                "Una oficina comprueba un acta en un minuto.", 450_000)  # fmt: skip
    yield from to(road, "opened")
    yield 1
    competing.begin_compliance(road)


def scoring() -> Play:
    """One member of the panel has sealed a sheet, the others have not begun."""
    yield from to(Road("Acta para personas en el exterior", BIRTH,
                       "El acta se obtiene desde un consulado el mismo día.", 570_000, sheets=1),
                  "technical_individual")  # fmt: skip


def consensus() -> Play:
    """Every score is agreed; two officers may open the prices."""
    yield from to(Road("Pago del acta por teléfono", BIRTH,
                       "El pago se hace en tres toques.", 510_000),
                  "technical_consensus")  # fmt: skip


def ranked() -> Play:
    """Ranked; the officer writes what puts rank 1 first. Its key was held by five offices."""
    yield from to(Road("Buscador de trámites del portal", PORTAL,
                       "Ocho de cada diez búsquedas llevan al trámite.", 900_000),
                  "ranked")  # fmt: skip


def before_oversight() -> Play:
    """Oversight is asked to approve rank 1."""
    yield from to(Road("Opinión de las personas sobre cada trámite", PORTAL,
                       "Cada trámite muestra cómo lo califican quienes lo usan.", 690_000),
                  "approval")  # fmt: skip


def challenged() -> Play:
    """In its standstill, with a challenge that the secretariat has to decide."""
    road = Road("Acta en lenguas indígenas", BIRTH,
                "El trámite se entiende en diez lenguas.", 420_000, bidders=RIVAL_FIRST,
                said={"standstill_days": 25})  # fmt: skip
    yield from to(road, "standstill")
    yield 6
    person = suppliers.person(suppliers.NORTE)
    second = road.now().bids.get(vendor__tax_id=suppliers.NORTE.tax_id)
    grounds = "La puntuación de accesibilidad no corresponde a las pruebas que entregamos."
    challenging.lodge(second, grounds, by=person)


def awarded() -> Play:
    """Awarded: the order is drafted, and nobody has signed."""
    yield from to(Road("Avisos entre instituciones", INTEROPERA,
                       "Una institución sabe el mismo día que un dato cambió.", 660_000,
                       bidders=RIVAL_FIRST), "awarded")  # fmt: skip


def contracted() -> Play:
    """Its order is signed by both sides. Its key was held by five offices."""
    yield from to(Road("Panel de indicadores del intercambio", INTEROPERA,
                       "Cada institución ve qué datos se le piden.", 750_000),
                  "contracted")  # fmt: skip


def cancelled() -> Play:
    """Cancelled after its publication, with a reason that everybody reads."""
    road = Road("Firma del acta con tarjeta", BIRTH, "La firma se comprueba sin conexión.",
                300_000, bidders=(suppliers.NORTE,))  # fmt: skip
    yield from to(road, "published")
    yield 1
    road.step("cancel", "officer",
              "La tarjeta dejó de emitirse; la firma se resuelve con el certificado.")  # fmt: skip


def unsuccessful() -> Play:
    """No bid came."""
    road = Road("Digitalización de libros antiguos", BIRTH,
                "Los libros de 1930 a 1960 se consultan en línea.", 300_000,
                bidders=())  # fmt: skip
    yield from to(road, "opened")
    yield 1
    road.step("declare_unsuccessful", "officer",
              "Nadie presentó propuesta: el plazo coincidió con otros tres concursos.")  # fmt: skip


PROGRAMME = [
    (430, contracted), (490, cancelled), (500, unsuccessful), (540, awarded),
    (573, before_oversight), (574, ranked), (575, consensus), (576, scoring),
    (577, in_compliance), (578, closed), (582, challenged), (599, published),
    (601, in_review), (603, drafted),
]  # fmt: skip
"""Plays in time; each has come to its phase some days before today, whatever the holidays."""
