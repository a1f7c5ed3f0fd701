"""Who sees what at the gates, as conditions on rows: said once, used by every queryset."""

from typing import Any

from django.db.models import Q

ADMITTED = ("declared", "sealed")
"""States of an assessment in which its assessor sees what is not public."""
TABLED = ("before_board", "decided", "in_force", "exercised", "superseded", "deferred", "refused",
          "expired", "rescinded")  # fmt: skip
"""States of a review whose papers its board reads."""


def of_the_project(user: Any, prefix: str = "project__") -> Q:
    """The project's own people: manager, owner, product owner, with stand-ins, and the team."""
    lent = user.standing.lenders
    found = Q(**{f"{prefix}team__person": user.pk})
    for role in ("manager", "owner", "product_owner"):
        found |= Q(**{f"{prefix}{role}__in": {user.pk, *lent.get(role, ())}})
    return found


def assessed_by(user: Any, prefix: str = "") -> Q:
    """Reviews that this person assesses, having declared no conflict."""
    return Q(
        **{f"{prefix}assessments__assessor": user.pk, f"{prefix}assessments__state__in": ADMITTED}
    )


def tabled_for(user: Any, prefix: str = "") -> Q:
    """Reviews before a board on which this person has a seat, or is the alternate of one."""
    seated = Q(**{f"{prefix}board__seats__user": user.pk}) | Q(
        **{f"{prefix}board__seats__alternate": user.pk}
    )
    day, seats = user.standing.day, f"{prefix}board__seats__"
    running = Q(**{f"{seats}ends": None}) | Q(**{f"{seats}ends__gte": day})
    return seated & running & Q(**{f"{seats}starts__lte": day, f"{prefix}state__in": TABLED})


def reviewed_projects(user: Any) -> Q:
    """Projects seen through their reviews: by assessors, invited ones too, and by seats."""
    assessed = Q(
        reviews__assessments__assessor=user.pk,
        reviews__assessments__state__in=("invited", "conflicted", *ADMITTED),
    )
    return assessed | tabled_for(user, "reviews__")


def seals_evaluated_by(user: Any, prefix: str = "") -> Q:
    """Applications for a seal that this person is invited to evaluate, and has not left."""
    return Q(**{f"{prefix}evaluations__evaluator": user.pk,
                f"{prefix}evaluations__left_at": None})  # fmt: skip


def shown_for_seals(user: Any) -> Q:
    """Evidence shown in an application for a seal: its admitted evaluators, and, once it is before
    a sub-commission, whoever has a seat in a board."""
    way = "seal_proofs__item__application__"
    found = seals_evaluated_by(user, way) & Q(**{f"{way}evaluations__accepted_at__isnull": False})
    day = user.standing.day
    running = Q(starts__lte=day) & (Q(ends=None) | Q(ends__gte=day))
    seats = (user.seats, user.alternate_seats)
    if any(held.filter(running).exists() for held in seats):
        found |= Q(**{f"{way}tabled_at__isnull": False})
    return found
