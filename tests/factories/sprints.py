"""Sprints as tests need them, brought to their state through the real rules."""

from datetime import timedelta
from decimal import Decimal

from core import clock
from core.steps import perform
from tests.factories import orders
from tests.stock import stocked
from vendors import backlogs, inspecting, sprinting
from vendors.inspecting import Finding
from vendors.models import Sprint

COMMIT = "4f2a" * 10
MAXIMUM = 10_000_00
STATES = ("planned", "active", "delivered", "inspecting", "proposed", "accepted",
          "accepted_with_debt", "rejected", "rework", "cancelled", "terminated")  # fmt: skip


@stocked
def order(cast, **said):
    """A signed order of 40,000.00 at hours, of a project with 100,000.00 released."""
    return orders.at(cast, "signed", **said)


@stocked
def story(cast, row, title: str = "Ver la fecha de pago", points: int = 3, **said):
    values = {"title": title, "wish": "Como pensionada quiero verla.",
              "criteria": "Se ve el día y el importe.", "points": points, **said}  # fmt: skip
    return backlogs.add(row, values, by=cast.product)


@stocked
def planned(cast, row=None, *, stories: int = 2, start: int = 0, days: int = 14,
            maximum: int = MAXIMUM) -> Sprint:  # fmt: skip
    """A sprint with so many new stories, from so many days ahead."""
    row = row or order(cast)
    made = [story(cast, row, f"Historia {number + 1}") for number in range(stories)]
    first = clock.today(row.institution) + timedelta(days=start)
    values = {"goal": "Consultar la pensión", "starts_on": first, "maximum": maximum,
              "ends_on": first + timedelta(days=days - 1)}  # fmt: skip
    return sprinting.plan(row, values, made, by=cast.product)


@stocked
def active(cast, row=None, **said) -> Sprint:
    return perform(planned(cast, row, **said), "start", by=cast.product)


def rep(sprint):
    return orders.rep(sprint.order)


@stocked
def drafted(cast, sprint: Sprint, hours: str = "10") -> Sprint:
    """With a delivery written: a commit, an address, hours of the first category."""
    category = sprint.order.lot.categories.get(code="dev")
    hourly = {category.pk: Decimal(hours)} if sprint.order.price_basis == "time" else {}
    values = {"repository": "https://git.example.org/portal.git", "commit": COMMIT}
    sprinting.write_delivery(sprint, values, hourly, by=rep(sprint))
    sprinting.add_proof(sprint, "Demostración", url="https://video.example.org/1", by=rep(sprint))
    return sprint


@stocked
def delivered(cast, row=None, sprint: Sprint | None = None, **said) -> Sprint:
    sprint = drafted(cast, sprint or active(cast, row, **said))
    return perform(sprint, "deliver", by=rep(sprint))


@stocked
def checked(cast, sprint: Sprint, **results) -> Sprint:
    """Every check recorded as passed; `coverage="81"` is a number, `research="failed"` a result."""
    for check in sprint.last_delivery().checks.all():
        said = results.get(check.code, "")
        if check.counted:
            number = Decimal(said or ("95" if check.least is not None else "0"))
            found = Finding(value=number)
        else:
            found = Finding(result=said or "passed", url="https://ci.example.org/7", note="Visto.")
        inspecting.record(check, found, by=cast.product)
    return fresh(sprint)


@stocked
def judged(cast, sprint: Sprint, *outcomes: str) -> Sprint:
    """Stories judged in their order; those without an outcome here are accepted."""
    for number, row in enumerate(sprint.chosen.all()):
        outcome = outcomes[number] if number < len(outcomes) else "accepted"
        inspecting.judge(row, outcome, "Falta." if outcome == "refused" else "", by=cast.product)
    return fresh(sprint)


@stocked
def proposed(cast, row=None, verdict: str = "accept", sprint: Sprint | None = None,
             **said) -> Sprint:  # fmt: skip
    sprint = checked(cast, sprint or delivered(cast, row, **said))
    sprint = judged(cast, sprint)
    if verdict == "debt":
        inspecting.owe(sprint, "Documentar la interfaz", sprint.number + 1, by=cast.product)
    inspecting.write_verdict(sprint, verdict, "Visto en la demostración.", by=cast.product)
    return perform(fresh(sprint), "propose", by=cast.product)


@stocked
def accepted(cast, row=None, verdict: str = "accept", **said) -> Sprint:
    return perform(proposed(cast, row, verdict, **said), "confirm", by=cast.manager)


@stocked
def at(cast, state: str, row=None, **said) -> Sprint:
    """A sprint in a state, by its real road."""
    early = {"planned": planned, "active": active, "delivered": delivered, "proposed": proposed}
    if state in early:
        return early[state](cast, row, **said)
    if state == "inspecting":
        return perform(delivered(cast, row, **said), "inspect", by=cast.product)
    if state == "cancelled":
        return perform(planned(cast, row, **said), "cancel", by=cast.product, because="Ya no.")
    if state in ("accepted", "accepted_with_debt"):
        return accepted(cast, row, "debt" if state == "accepted_with_debt" else "accept", **said)
    sprint = accepted(cast, row, "reject", **said)
    if state == "rework":
        return perform(sprint, "begin_rework", by=rep(sprint))
    if state == "terminated":
        perform(sprint.order, "terminate", by=cast.officer, because="No respondió.")
        return fresh(sprint)
    return sprint


def fresh(row):
    return type(row)._default_manager.get(pk=row.pk)
