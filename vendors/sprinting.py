"""Planning sprints and writing deliveries: drafts that the steps of a sprint seal."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from core import documents, history
from core.models import User
from core.refusals import Refused
from core.steps import allow, create
from core.turns import refresh
from vendors import permissions_sprints as who
from vendors.models import sprint_course
from vendors.models.delivery import HUNDREDTHS, Delivery, DeliveryHours, DeliveryProof
from vendors.models.sprint import Sprint
from vendors.models.sprint_conditions import COMMIT, within_the_order
from vendors.models.sprint_states import SprintState
from vendors.models.story import Story

PLANS = ("funded", "signed", "delivering")
"""States of an order in which sprints are planned."""
FIELDS = ("goal", "starts_on", "ends_on", "maximum")
DELIVERED = ("repository", "commit", "tag", "note")


@transaction.atomic
def plan(order: Any, values: dict[str, Any], stories: Iterable[Story], *, by: User) -> Sprint:
    """Plan the next sprint: `goal`, `starts_on`, `ends_on`, `maximum` in minor units, and stories.

    Raises Denied for anybody but product owner and manager; Refused for more days than the order
    allows, days of another sprint, or more money than the order's value leaves.
    """
    order = _order(order, by)
    number = sprint_course.next_number(order)
    sprint = Sprint(order=order, number=number, **{name: values[name] for name in FIELDS})
    sprint.maximum = price_of(order) or sprint.maximum
    _refuse(order, sprint)
    said = {"maximum": sprint.maximum, "days": [str(sprint.starts_on), str(sprint.ends_on)]}
    sprint = create(sprint, by=by, details=said)
    _choose(sprint, stories)
    return sprint


@transaction.atomic
def replan(sprint: Sprint, values: dict[str, Any], stories: Iterable[Story], *,
           by: User) -> Sprint:  # fmt: skip
    """Change a sprint that has not started: its goal, days, money and stories."""
    sprint = held(sprint, who.runs_sprint, by, (SprintState.PLANNED,))
    before = {name: str(getattr(sprint, name)) for name in FIELDS}
    for name in FIELDS:
        setattr(sprint, name, values[name])
    sprint.maximum = price_of(sprint.order) or sprint.maximum
    _refuse(sprint.order, sprint)
    sprint.save(update_fields=list(FIELDS))
    _choose(sprint, stories)
    after = {name: str(getattr(sprint, name)) for name in FIELDS}
    changed: dict[str, Any] = {
        name: [before[name], after[name]] for name in FIELDS if before[name] != after[name]
    }
    changed["stories"] = sorted(sprint.stories.values_list("number", flat=True))
    history.record("vendors.sprint.change", sprint, by=by, details=changed)
    refresh(sprint)
    return sprint


def price_of(order: Any) -> int | None:
    """The fixed price of each sprint of an order, in minor units; None where hours are paid."""
    return order.sprint_price if order.price_basis == "sprint" else None


def held(sprint: Sprint, permission: Any, by: User, states: tuple[str, ...]) -> Sprint:
    """The sprint as it stands under the lock of its case, for who may; in one of the states."""
    history.lock(sprint.dossier)
    rows = Sprint.objects.select_for_update(of=("self",)).select_related(*Sprint.step_related)
    sprint = rows.get(pk=sprint.pk)
    allow(permission, sprint, by)
    if sprint.state not in states:
        raise Refused(_("This has moved on since you opened the page."))
    return sprint


def _order(order: Any, by: User) -> Any:
    history.lock(order.dossier)
    rows = type(order)._base_manager.select_related("project__institution", "vendor")
    order = rows.get(pk=order.pk)
    allow(who.plans_sprints, order, by)
    if order.state not in PLANS:
        raise Refused(_("Sprints are planned once the order is funded, and until it is over."))
    return order


def _refuse(order: Any, sprint: Sprint) -> None:
    """Raise Refused with everything that speaks against a plan."""
    reasons = list(_days(order, sprint))
    if sprint.maximum <= 0:
        reasons.append(_("Say what the sprint may cost: more than nothing."))
    reasons += within_the_order(sprint)
    if reasons:
        raise Refused(*reasons)


def _days(order: Any, sprint: Sprint) -> Iterable[str]:
    first, last = sprint.starts_on, sprint.ends_on
    if last < first:
        yield _("The last day lies before the first.")
        return
    days = (last - first).days + 1
    if days > order.sprint_days:
        yield (_("A sprint of this order takes at most %(most)s days, and this one %(days)s.")
               % {"most": order.sprint_days, "days": days})  # fmt: skip
    others = order.sprints.filter(state__in=(SprintState.PLANNED, SprintState.ACTIVE))
    for other in others.exclude(pk=sprint.pk).filter(starts_on__lte=last, ends_on__gte=first):
        yield (_("Its days are also those of sprint %(number)s, %(first)s to %(last)s.")
               % {"number": other.number, "first": _short(other.starts_on),
                  "last": _short(other.ends_on)})  # fmt: skip


def _short(day: date) -> str:
    return str(date_format(day, "SHORT_DATE_FORMAT"))


def _choose(sprint: Sprint, stories: Iterable[Story]) -> None:
    """Let exactly these stories be in a planned sprint: the others go back to the backlog."""
    wanted = {story.pk for story in stories}
    mine = sprint.order.stories.open()
    for story in mine.filter(sprint=sprint).exclude(pk__in=wanted):
        story.sprint = None
        story.save(update_fields=["sprint"])
    for story in mine.filter(pk__in=wanted, sprint=None):
        story.sprint = sprint
        story.save(update_fields=["sprint"])
    if sprint.stories.filter(pk__in=wanted).count() != len(wanted):
        raise Refused(_("A story is in another sprint, or is not in the backlog any more."))


@transaction.atomic
def write_delivery(sprint: Sprint, values: dict[str, Any], hours: dict[int, Decimal], *,
                   by: User) -> Delivery:  # fmt: skip
    """Write the draft of a delivery: `repository`, `commit` or `tag`, `note`; hours by category.

    Raises Denied for anybody but the vendor; Refused when the sprint is neither running nor being
    mended, for something that is no commit, or hours of a category that the order does not have.
    """
    sprint = held(sprint, who.delivers, by, (SprintState.ACTIVE, SprintState.REWORK))
    commit = str(values.get("commit", "")).strip().lower()
    if commit and not COMMIT.fullmatch(commit):
        raise Refused(_("Name the commit with all its 40 or 64 characters, or a tag."))
    draft = sprint.deliveries.filter(delivered_at=None).first() or _new_draft(sprint, by)
    for name in DELIVERED:
        setattr(draft, name, values.get(name, ""))
    draft.commit, draft.drafted_by = commit, by
    draft.save()
    _state_hours(sprint, draft, hours)
    said = {name: getattr(draft, name) for name in DELIVERED} | {"amount": draft.amount}
    history.record("vendors.delivery.edit", draft, by=by, details=said)
    return draft


def _new_draft(sprint: Sprint, by: User) -> Delivery:
    last = sprint.deliveries.order_by("-number").values_list("number", flat=True).first() or 0
    return Delivery(sprint=sprint, number=last + 1, drafted_by=by)


def _state_hours(sprint: Sprint, draft: Delivery, hours: dict[int, Decimal]) -> None:
    """Keep the hours of each category at the order's rate, in hundredths of an hour."""
    rates = dict(sprint.order.rates.values_list("category", "rate"))
    for category, count in hours.items():
        parts = count * HUNDREDTHS
        if category not in rates or parts < 0 or parts != int(parts):
            raise Refused(_("Hours are stated for categories of the order, to the hundredth."))
        DeliveryHours.objects.update_or_create(
            delivery=draft, category_id=category,
            defaults={"rate": rates[category], "hundredths": int(parts)},
        )  # fmt: skip


@transaction.atomic
def add_proof(sprint: Sprint, title: str, upload: Any = None, url: str = "", *,
              by: User) -> DeliveryProof:  # fmt: skip
    """Add a file or an address to the draft of a delivery."""
    sprint = held(sprint, who.delivers, by, (SprintState.ACTIVE, SprintState.REWORK))
    draft = sprint.deliveries.filter(delivered_at=None).first()
    if draft is None:
        draft = _new_draft(sprint, by)
        draft.save(force_insert=True)
    if not upload and not url:
        raise Refused(_("Add a file, or say at which address it is."))
    document = documents.store(upload, by=by, dossier=sprint.dossier) if upload else None
    name = title.strip() or (document.name if document else url[:200])
    proof = DeliveryProof.objects.create(delivery=draft, title=name, document=document, url=url)
    said = {"title": name, "url": url, "sha256": document.blob.sha256 if document else ""}
    history.record("vendors.deliveryproof.create", proof, by=by, details=said)
    return proof


@transaction.atomic
def remove_proof(proof: DeliveryProof, *, by: User) -> None:
    """Take a file or an address out of a delivery that was not handed over yet."""
    states = (SprintState.ACTIVE, SprintState.REWORK)
    held(proof.delivery.sprint, who.delivers, by, states)
    proof.refresh_from_db()
    if proof.delivery.delivered_at is not None:
        raise Refused(_("What was delivered stays as it is."))
    proof.removed = True
    proof.save(update_fields=["removed"])
    history.record("vendors.deliveryproof.end", proof, by=by, details={"title": proof.title})
