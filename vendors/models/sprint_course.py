"""What the steps of a sprint bring about: its stories, its delivery, its money, its turns."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Max, Min

from core import clock
from core.models import User
from core.steps import perform, step
from core.waits import Wait, turn
from vendors import permissions_sprints as who
from vendors import quality_plan
from vendors.models import order_money
from vendors.models.quality import QualityCheck
from vendors.models.sprint_states import UNDECIDED, SprintState, Verdict
from vendors.models.story import DONE, SprintStory

DECISIONS = [SprintState.ACCEPTED, SprintState.ACCEPTED_WITH_DEBT, SprintState.REJECTED]
LEADS_TO = {
    Verdict.ACCEPT: SprintState.ACCEPTED,
    Verdict.DEBT: SprintState.ACCEPTED_WITH_DEBT,
    Verdict.REJECT: SprintState.REJECTED,
}


def decided(sprint: Any, **_acted: Any) -> str:
    """The state to which the proposal leads."""
    return str(LEADS_TO[Verdict(sprint.verdict)])


def payable_of(sprint: Any) -> int:
    """What acceptance makes payable: the fixed price, or hours at their rates up to the maximum."""
    if sprint.order.price_basis != "time":
        return int(sprint.maximum)
    delivery = sprint.last_delivery()
    return min(delivery.amount if delivery else 0, sprint.maximum)


def begin(sprint: Any, *, by: User, because: str) -> None:
    """Keep the chosen stories as they stand; the first sprint brings the order to its delivery."""
    SprintStory.objects.bulk_create(
        SprintStory(sprint=sprint, story=story, title=story.title, criteria=story.criteria,
                    points=story.points)
        for story in sprint.stories.order_by("position", "pk")
    )  # fmt: skip
    if step(sprint.order, "begin"):
        perform(sprint.order, "begin", by=by, because=because or str(sprint))


def hand_over(sprint: Any, *, by: User) -> None:
    """Seal the draft of the delivery, and put the checks of the order's plan beside it."""
    draft = sprint.deliveries.get(delivered_at=None)
    draft.delivered_by, draft.delivered_at = by, clock.now()
    draft.save(update_fields=["delivered_by", "delivered_at"])
    QualityCheck.objects.bulk_create(
        QualityCheck(delivery=draft, code=check["code"], title=check["title"], position=position,
                     mandatory=bool(check.get("mandatory", True)), unit=check.get("unit", ""),
                     least=quality_plan.limit(check, "least"),
                     most=quality_plan.limit(check, "most"))
        for position, check in enumerate(quality_plan.checks_of(sprint.order.quality_plan), 1)
    )  # fmt: skip
    sprint.chosen.update(outcome="", note="")
    sprint.verdict, sprint.verdict_note = "", ""
    sprint.proposed_by = sprint.escalated_at = None


def finish(sprint: Any) -> None:
    """What was accepted is done; the rest goes back to the top of the backlog."""
    for row in sprint.chosen.filter(outcome__in=DONE).select_related("story"):
        row.story.sprint, row.story.done_in = None, sprint
        row.story.save(update_fields=["sprint", "done_in"])
    roll_over(sprint)


def roll_over(sprint: Any) -> None:
    """Put all stories that are still in a sprint back to the top of the backlog, in their order."""
    left = list(sprint.stories.order_by("position", "pk"))
    top = sprint.order.stories.aggregate(top=Min("position"))["top"] or 0
    for place, story in enumerate(left, start=top - len(left)):
        story.sprint, story.position = None, place
        story.save(update_fields=["sprint", "position"])
    sprint.chosen.filter(story__in=left).update(rolled_over=True)


def restate(sprint: Any, by: User, because: str) -> None:
    """Bring what the order owes in line, as soon as the step that changes it is saved."""
    sprint.restating = (by, because or str(sprint))


def end_with_order(order: Any, *, by: User, because: str) -> None:
    """What ends with an order that is terminated: what was planned, and what was rejected.

    What runs or is inspected goes on: it is decided, and paid where it is accepted.
    """
    for sprint in order.sprints.order_by("number"):
        for name in ("cancel_with_order", "terminate"):
            if step(sprint, name):
                perform(sprint, name, by=by, because=because)


order_money.at_its_end.append(end_with_order)


def next_number(order: Any) -> int:
    """The number of the next sprint of an order."""
    return (order.sprints.aggregate(last=Max("number"))["last"] or 0) + 1


def _user(person: int | None, role: str) -> str:
    return f"user:{person or 0}:{role}"


def turns_of(sprint: Any) -> Iterable[Wait]:
    """Whose turn it is: product owner, vendor, the institution, and at last the owner."""
    order, state, ends = sprint.order, sprint.state, sprint.inspect_ends
    product = _user(who.product_owner_of(order), "product_owner")
    place = order.institution
    if state == SprintState.PLANNED:
        yield turn("start", product, clock.end_of(sprint.starts_on, place))
    elif state in (SprintState.ACTIVE, SprintState.REWORK):
        due = clock.end_of(sprint.ends_on, place) if state == SprintState.ACTIVE else None
        yield turn("deliver", f"vendor:{order.vendor_id}:bidder", due)
    elif state == SprintState.REJECTED:
        yield turn("begin_rework", f"vendor:{order.vendor_id}:bidder")
    elif state in UNDECIDED:
        name = {"delivered": "inspect", "inspecting": "propose"}.get(state, "confirm")
        second = _user(order.project.manager_id, "manager")
        audience = second if name == "confirm" else product
        yield turn(name, audience, ends, not_for=sprint.proposed_by_id)
        owner = _user(order.project.owner_id, "owner")
        if sprint.escalated_at is not None:
            yield turn("conclude", owner, ends)
        elif name == "confirm" and sprint.proposed_by_id == order.project.manager_id:
            yield turn("confirm", owner, ends)
