"""What of a project's money is bound by earmarks and what is free: sums, in minor units.

It stands among the models because the end of a project asks it; the rooms above use
`projects.earmarks`.
"""

from typing import Any

from django.db.models import F, Sum
from django.utils.translation import gettext as _

from core import clock, history
from core.models import User
from core.money import show
from projects.accounts import COMMITTED, RELEASED
from projects.models import booking, plan
from projects.models.earmark import Earmark


def bound(project: Any) -> int:
    """What open earmarks bind, net of what was paid of them."""
    rows = Earmark.objects.filter(project=project, closed_at=None)
    return int(rows.aggregate(sum=Sum(F("amount") - F("used")))["sum"] or 0)


def free(project: Any) -> int:
    """What may still be set aside: committed and released, less what open earmarks bind.

    Below zero where money went another way after it was set aside (a holdback, a lapse).
    """
    there = booking.balances(project)
    return there[COMMITTED] + there[RELEASED] - bound(project)


def released_free(project: Any) -> int:
    """What is released and owed to nobody yet: for a sprint that starts, up to its maximum.

    What is owed, for accepted work and for sprints under way, stands on the project as
    obligations with an amount; rooms that start work keep them up to date.
    """
    return booking.balances(project)[RELEASED] - plan.owed(project)


def missing(project: Any, amount: int) -> list[str]:
    """Why so much cannot be set aside: what is missing, and where to ask for it; [] when it can."""
    left = max(free(project), 0)
    if amount <= left:
        return []
    shown = {"amount": show(amount, project.currency), "free": show(left, project.currency),
             "missing": show(amount - left, project.currency)}  # fmt: skip
    coming = project.tranches.filter(state__in=("planned", "reserved"), amount__gt=0)
    following = coming.order_by("number").first()
    if following is None:
        return [_("Of what is committed and released to the project %(free)s is free; %(amount)s "
                  "would be set aside, %(missing)s too much: order less, or ask the project's "
                  "manager for a change of the budget.") % shown]  # fmt: skip
    shown |= {"number": following.number, "gate": following.gate or _("triage")}
    return [_("Of what is committed and released to the project %(free)s is free; %(amount)s would "
              "be set aside. The missing %(missing)s may come with tranche %(number)s, which is "
              "committed at %(gate)s: ask the project's manager.") % shown]  # fmt: skip


def end_all(project: Any, *, by: User, because: str) -> None:
    """Free the earmarks of a project that ends, except what is owed for work done or under way.

    An obligation with an amount, of the same row as the earmark, says how much that is.
    """
    rows = list(Earmark.objects.filter(project=project, closed_at=None))
    owed = {(row.source_label, row.source_id): row.amount
            for row in project.obligations.filter(open=True, amount__gt=0)}  # fmt: skip
    for row in rows:
        keep = owed.get((row.source_label, row.source_id), 0)
        if keep > 0:
            row.amount = min(row.amount, row.used + keep)
        else:
            row.closed_at = clock.now()
        row.save(update_fields=["amount", "closed_at"])
        said = {"source": f"{row.source_label}:{row.source_id}", "amount": row.amount,
                "used": row.used, "open": row.closed_at is None}  # fmt: skip
        history.record("projects.earmark.lift", row, by=by, because=because, details=said)
