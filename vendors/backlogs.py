"""Keeping a backlog: stories written, changed, put in order, dropped; no money is involved."""

from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from core import clock, history
from core.models import User
from core.refusals import Refused
from core.steps import allow
from vendors import permissions_sprints as who
from vendors.models.sprint_states import SprintState
from vendors.models.story import MOST_POINTS, Story

FIELDS = ("title", "wish", "criteria", "points")
"""What a form of a story may set."""
OVER = ("completed", "terminated")
"""States of an order in which its backlog stays as it is."""
PLACES = ("top", "up", "down", "end")
"""Where a story may be moved to."""


@transaction.atomic
def add(order: Any, values: dict[str, Any], *, by: User) -> Story:
    """Write a story at the end of an order's backlog.

    Raises Denied for anybody but the product owner, the manager and the vendor; Refused without
    title or criteria, with points out of bounds, or once the order is over.
    """
    order = _held(order, by)
    story = Story(order=order, added_by=by, added_at=clock.now(),
                  **{name: values[name] for name in FIELDS if name in values})  # fmt: skip
    _refuse_incomplete(story)
    last = order.stories.aggregate(number=Max("number"), position=Max("position"))
    story.number, story.position = (last["number"] or 0) + 1, (last["position"] or 0) + 1
    story.save(force_insert=True)
    history.record("vendors.story.create", story, by=by, details=_said(story))
    return story


@transaction.atomic
def change(story: Story, values: dict[str, Any], *, by: User, because: str = "") -> Story:
    """Change a story that no sprint works on; what it said before stands in the history."""
    story = _free(story, by)
    before = _said(story)
    for name in FIELDS:
        if name in values:
            setattr(story, name, values[name])
    _refuse_incomplete(story)
    after = _said(story)
    changed = {name: [before[name], after[name]] for name in FIELDS if before[name] != after[name]}
    if changed:
        story.save(update_fields=list(FIELDS))
        history.record("vendors.story.change", story, by=by, because=because, details=changed)
    return story


@transaction.atomic
def move(story: Story, place: str, *, by: User) -> Story:
    """Put a story of the backlog first, one up, one down, or last."""
    story = _free(story, by)
    rows = list(story.order.stories.backlog())
    if story not in rows or place not in PLACES:
        raise Refused(_("Only stories of the backlog are put in order."))
    at = rows.index(story)
    to = {"top": 0, "up": max(at - 1, 0), "down": at + 1, "end": len(rows)}[place]
    rows.insert(to, rows.pop(at))
    for position, row in enumerate(rows, start=1):
        if row.position != position:
            row.position = position
            row.save(update_fields=["position"])
    details = {"from": str(at + 1), "to": str(rows.index(story) + 1)}
    history.record("vendors.story.move", story, by=by, details=details)
    return rows[rows.index(story)]


@transaction.atomic
def drop(story: Story, *, by: User, because: str) -> Story:
    """Take a story out of the backlog for good reason; it can be put back."""
    story = _free(story, by)
    if not because.strip():
        raise Refused(_("Say why the story is dropped."))
    story.sprint, story.dropped_at, story.dropped_because = None, clock.now(), because.strip()
    story.save(update_fields=["sprint", "dropped_at", "dropped_because"])
    history.record("vendors.story.drop", story, by=by, because=because)
    return story


@transaction.atomic
def restore(story: Story, *, by: User) -> Story:
    """Put a dropped story back at the end of the backlog."""
    _held(story.order, by)
    story = Story.objects.select_for_update(of=("self",)).get(pk=story.pk)
    if story.dropped_at is None:
        raise Refused(_("This has moved on since you opened the page."))
    last = story.order.stories.aggregate(last=Max("position"))["last"] or 0
    story.dropped_at, story.dropped_because, story.position = None, "", last + 1
    story.save(update_fields=["dropped_at", "dropped_because", "position"])
    history.record("vendors.story.restore", story, by=by)
    return story


def changeable(story: Story) -> bool:
    """Whether no sprint works on a story: it is in the backlog, or in a sprint only planned."""
    if story.done_in_id or story.dropped_at:
        return False
    return story.sprint is None or story.sprint.state == SprintState.PLANNED


def _held(order: Any, by: User) -> Any:
    """The order as it stands under the lock of its case, for who keeps its backlog."""
    history.lock(order.dossier)
    rows = type(order)._base_manager.select_related("project", "vendor")
    order = rows.get(pk=order.pk)
    allow(who.keeps_backlog, order, by)
    if order.state in OVER:
        raise Refused(_("The order is over; its backlog stays as it is."))
    return order


def _free(story: Story, by: User) -> Story:
    order = _held(story.order, by)
    rows = Story.objects.select_for_update(of=("self",)).select_related("sprint")
    story = rows.get(pk=story.pk)
    story.order = order
    if not changeable(story):
        raise Refused(
            _("A sprint works on this story, or it is done or dropped: it stays as it is.")
        )
    return story


def _refuse_incomplete(story: Story) -> None:
    reasons = []
    if not (story.title or "").strip():
        reasons.append(_("Give the story a title."))
    if not (story.criteria or "").strip():
        reasons.append(_("Write the acceptance criteria: how one sees that it works."))
    if not 1 <= (story.points or 0) <= MOST_POINTS:
        reasons.append(_("Points lie between 1 and %(most)s.") % {"most": MOST_POINTS})
    if reasons:
        raise Refused(*reasons)


def _said(story: Story) -> dict[str, Any]:
    return {name: getattr(story, name) for name in FIELDS}
