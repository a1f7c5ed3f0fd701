"""The one runner: who may take which step, why not, and taking it in one transaction."""

from functools import partial
from typing import Any, TypeVar

from django.db import transaction
from django.utils.translation import gettext as _
from django_fsm import GET_STATE, Transition

from core import acts, history, turns
from core.machines import Guard, Machine, running
from core.models import Dossier, Event, User
from core.people import on_behalf_of
from core.refusals import Denied, Refused, requires

__all__ = ["Denied", "Refused", "allow", "blockers", "create", "offered", "perform", "requires",
           "step", "steps", "waiting_for"]  # fmt: skip

Row = TypeVar("Row", bound=Machine)
MOVED_ON = partial(_, "This has moved on since you opened the page.")


def steps(instance: Machine) -> list[Transition]:
    """The steps that leave the state the row is in, in the order they are declared."""
    current = instance.current
    field: Any = instance._meta.get_field(instance.state_field)
    found = [method._django_fsm.transitions.get(current)
             for method in field.transitions[type(instance)].values()]  # fmt: skip
    kept = [transition for transition in found if transition is not None]
    return sorted(
        kept, key=lambda transition: transition.method.__wrapped__.__code__.co_firstlineno
    )


def step(instance: Machine, name: str) -> Transition | None:
    """The step of that name, if it leaves the state the row is in."""
    return next((found for found in steps(instance) if found.name == name), None)


def allow(permission: Any, instance: Any, by: User) -> None:
    """Let pass who may; raises Denied with the permission's own sentence for anybody else."""
    if not by.is_active or not permission(instance, by):
        raise Denied(str(getattr(permission, "reason", "")))


def admit(transition: Transition, instance: Machine, by: User) -> None:
    """Let pass who may take the step, separation of duties included; else raises Denied."""
    allow(transition.permission, instance, by)
    if capacity := transition.custom.get("capacity"):
        acts.refuse_if_barred(by, instance.dossier, capacity)


def permitted(transition: Transition, instance: Machine, user: User) -> bool:
    """Whether this person may take the step: by permission, and by separation of duties."""
    permission: Any = transition.permission
    if not user.is_active or not permission(instance, user):
        return False
    capacity = transition.custom.get("capacity")
    return not (capacity and acts.barred(user, instance.dossier, capacity))


def blockers(instance: Machine, transition: Transition) -> list[str]:
    """The sentences that speak against the step now, whoever takes it."""
    return [reason for guard in transition.conditions for reason in _guard(guard).reasons(instance)]


def _guard(condition: Any) -> Guard:
    return condition if isinstance(condition, Guard) else Guard(condition)


def offered(instance: Machine, user: User) -> list[tuple[Transition, list[str]]]:
    """The steps this person may take, each with the sentences that still speak against it; those
    left out that do not apply to the row at all."""
    return [
        (transition, blockers(instance, transition))
        for transition in steps(instance)
        if transition.custom["offered"] and permitted(transition, instance, user)
        and _applies(instance, transition)
    ]  # fmt: skip


def _applies(instance: Machine, transition: Transition) -> bool:
    return not any(guard.quiet and guard.reasons(instance)
                   for guard in map(_guard, transition.conditions))  # fmt: skip


@transaction.atomic
def perform(instance: Row, name: str, *, by: User, because: str = "") -> Row:
    """Take one step of a state machine, and return the instance as it now stands.

    Raises Refused with every reason when the row has moved on or a condition is not met, Denied
    when the person may not take the step or has acted in this case in a way that excludes it.
    """
    case = history.lock(instance.dossier)  # the case first, then its rows: one order, no deadlock
    rows = type(instance)._default_manager.select_for_update(of=("self",))
    instance = rows.select_related(*instance.step_related).get(pk=instance.pk)
    transition = step(instance, name)
    if transition is None:
        raise Refused(MOVED_ON())
    admit(transition, instance, by)
    lender = on_behalf_of(transition.permission, instance, by)
    capacity = transition.custom.get("capacity")
    if reasons := blockers(instance, transition):
        raise Refused(*reasons)
    event = _take(transition, instance, case, lender, by=by, because=because)
    instance.save()
    if capacity:
        acts.remember(by, case, capacity, instance, lender)
    turns.refresh(instance, event.at)
    return instance


def _take(transition: Transition, instance: Machine, case: Dossier, lender: int | None, *,
          by: User, because: str) -> Event:  # fmt: skip
    """Record the step and run its body, with the row marked as the one whose step is taken."""
    instance.taking = transition.name
    token = running.set((*running.get(), instance))
    try:
        reached = _target(transition, instance, by=by, because=because)
        change = {"from": str(transition.source), "to": reached}
        if capacity := transition.custom.get("capacity"):
            change["capacity"] = capacity
        event = history.record(_verb(instance, transition.name), instance, by=by, because=because,
                               details=change, on_behalf_of=lender, case=case)  # fmt: skip
        getattr(instance, transition.name)(by=by, because=because)
    finally:
        running.reset(token)
    return event


def _target(transition: Transition, instance: Machine, **acted: Any) -> str:
    """The state a step leads to; a target that is worked out (`GET_STATE`) before the body runs."""
    target = transition.target
    return str(target.func(instance, **acted) if isinstance(target, GET_STATE) else target)


@transaction.atomic
def create(
    instance: Row, *, by: User, because: str = "", details: dict[str, Any] | None = None
) -> Row:
    """Save a new row of a state machine and record its first state in the history of its case."""
    instance.save(force_insert=True)
    change = {**(details or {}), "to": instance.current}
    history.record(_verb(instance, "create"), instance, by=by, because=because, details=change)
    turns.refresh(instance)
    return instance


def waiting_for(user: User) -> Any:
    """What waits for this person, the oldest deadline first (a queryset of turns)."""
    return turns.waiting_for(user)


def _verb(instance: Machine, name: str) -> str:
    return f"{instance._meta.label_lower}.{name}"
