"""Competitions as tests need them, brought to their state through the real rules."""

from datetime import datetime, timedelta

from django.db import transaction

from core import clock, history
from core.steps import create, perform
from procurement import content, drafting, panels
from procurement.models import Competition, PanelMember
from tests.factories import custody, frameworks, money, people
from tests.stock import stocked
from vendors.models import Framework, LabourCategory, Lot, Membership

TEXTS = {
    "background": "Las personas hacen fila durante horas para obtener un acta.",
    "users_and_needs": "Madres y padres necesitan el acta en casa, a cualquier hora.",
    "outcomes": "Ocho de cada diez actas se obtienen sin acudir a una oficina.",
    "order_terms": "Se paga por sprint aceptado.",
}
ESTIMATE = 600_000_00
PANEL = ("chair", "member1", "member2")


@stocked
def officer2(cast):
    """The second officer: publishes and finishes what the first (`cast.officer`) began."""
    if not hasattr(cast, "officer2"):
        cast.officer2 = people.person("officer2")
        money.grant(cast.officer2, "procurement_officer")
    return cast.officer2


@stocked
def project(cast, amount: int = 2_000_000_00, **fields):
    """A project of a small tier in alpha (the server may hold the key), this much committed."""
    fields.setdefault("tier", money.tier("small"))
    return money.committed(cast, amount, **fields).project


CATEGORIES = {"product_manager": 1_000_00, "designer": 900_00, "developer": 950_00}
"""The categories of labour that the templates' baskets name, with their maximum rates."""


@stocked
@transaction.atomic
def lot(cast, members: int = 3, currency: str = "MXN"):
    """A lot with so many members, all in force (as if taken over); made once (`cast.lot`)."""
    if not hasattr(cast, "lot"):
        ref, today = Framework.next_ref(), clock.today()
        framework = Framework(
            ref=ref, dossier=history.open_dossier("framework", ref), title="Equipos ágiles",
            institution=people.institution(), currency=currency, drafted_by=cast.officer,
            closes_on=today - timedelta(days=300), ends_on=today + timedelta(days=1000),
            opened_on=today - timedelta(days=400), activated_on=today - timedelta(days=200),
            state="active",
        )  # fmt: skip
        framework = create(framework, by=cast.officer)
        cast.lot = Lot.objects.create(framework=framework, number=1, title="Pila completa",
                                      ceiling=50_000_000_00, least_vendors=1)  # fmt: skip
        for code, rate in CATEGORIES.items():
            LabourCategory.objects.create(lot=cast.lot, code=code, name=code, max_rate=rate)
        for number in range(members):
            member(cast, f"Empresa {number + 1}")
    return cast.lot


@stocked
def member(cast, name: str, state: str = "active", **fields):
    """One more vendor in that lot, with one manager."""
    company = frameworks.company(cast, name, **fields)
    now = clock.now()
    create(
        Membership(lot=lot(cast), vendor=company, begun_by=cast.officer, begun_at=now,
                   saved_at=now, active_since=clock.today(), state=state),
        by=cast.officer,
    )  # fmt: skip
    return company


@stocked
def vendors(cast) -> list:
    """The members of that lot, in the order in which they were made."""
    rows = lot(cast).memberships.order_by("pk").select_related("vendor")
    return [row.vendor for row in rows]


@stocked
def bidder(cast, number: int = 0):
    """Who manages one of these vendors."""
    return frameworks.manager_of(vendors(cast)[number])


def dates(row, questions: int = 8, bids: int = 20) -> dict[str, str | None]:
    """Deadlines so many working days from today, at noon where the institution is."""
    place = row.institution
    today = clock.today(place)

    def noon(days: int) -> str | None:
        day = clock.working_days_after(today, days, place)
        return content.stamp(datetime(day.year, day.month, day.day, 12, tzinfo=clock.zone(place)))

    return {"questions_until": noon(questions), "closes_at": noon(bids)}


@stocked
def draft(cast, template: str = "18f-full-stack", *, on=None, within=None,
          title: str = "Acta en línea", **said) -> Competition:  # fmt: skip
    """A complete draft by `cast.officer`; `said` are parts of its content that differ."""
    officer2(cast)
    row = drafting.begin(template, on or project(cast), within or lot(cast), title, by=cast.officer)
    whole = {**TEXTS, "estimate": ESTIMATE, **dates(row), **said}
    return drafting.edit(row, whole, by=cast.officer)


@stocked
def with_panel(cast, row: Competition, seats=PANEL) -> Competition:
    """The same with a panel of the cast: the first of them its chair."""
    for place, name in enumerate(seats):
        role = PanelMember.Role.MEMBER if place else PanelMember.Role.CHAIR
        panels.seat(row, getattr(cast, name), role, by=cast.officer)
    return fresh(row)


@stocked
def in_review(cast, template: str = "18f-full-stack", **values) -> Competition:
    """A draft with its panel that a second officer is asked to look at."""
    row = with_panel(cast, draft(cast, template, **values))
    return perform(row, "submit_for_review", by=cast.officer)


@stocked
def published(cast, template: str = "18f-full-stack", **values) -> Competition:
    """Published now by `cast.officer2`; bids are taken for 20 working days."""
    row = custody.ready(cast, in_review(cast, template, **values))
    return perform(row, "publish", by=cast.officer2)


def after_deadline(row: Competition):
    """`with after_deadline(row):` the clock stands a second after the deadline."""
    return clock.move(to=row.closes_at + timedelta(seconds=1))


def fresh(row):
    return type(row)._default_manager.get(pk=row.pk)
