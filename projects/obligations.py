"""What upper rooms owe or demand of a project, written where lower floors can ask for it."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from core import clock
from core.models import User
from projects.models import outlook
from projects.models.hold import Obligation


def raise_(  # noqa: PLR0913 -- what an obligation says, each by name
    project: Any, *, kind: str, source: Any, title: str, blocks: str, due: datetime | None = None,
    owner: User | None = None, amount: int = 0,
) -> Obligation:  # fmt: skip
    """Put an obligation on a project, or renew the one of the same source and effect.

    `blocks` is release, enter_force or close; `source` the row of the upper room behind it;
    `amount` what is owed to others, in minor units, which no end of the project takes back.
    """
    made, _new = Obligation.objects.update_or_create(
        project=project, source_label=source._meta.label_lower, source_id=source.pk, blocks=blocks,
        defaults={"kind": kind, "title": title[:250], "due": due, "owner": owner, "open": True,
                  "discharged_at": None, "amount": amount},
        create_defaults={"kind": kind, "title": title[:250], "due": due, "owner": owner,
                         "raised_at": clock.now(), "amount": amount},
    )  # fmt: skip
    outlook.refresh(project)
    return made


def discharge(source: Any, blocks: str = "") -> int:
    """Mark what a row of an upper room caused as done, all or one effect; returns how many."""
    rows = Obligation.objects.filter(
        source_label=source._meta.label_lower, source_id=source.pk, open=True
    )
    if blocks:
        rows = rows.filter(blocks=blocks)
    projects = {row.project_id: row.project for row in rows.select_related("project")}
    count = rows.update(open=False, discharged_at=clock.now())
    for project in projects.values():
        outlook.refresh(project)
    return count


def open_(project: Any, blocks: str = "") -> QuerySet[Obligation]:
    """What is still owed or demanded, the earliest due first; of one effect, or of any."""
    rows = project.obligations.filter(open=True)
    return rows.filter(blocks=blocks) if blocks else rows
