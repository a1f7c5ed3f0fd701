"""Separation of duties: what a person did in a case excludes what they may do in it later."""

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from core.models import Act, Dossier, User
from core.people import identities
from core.refusals import Denied

# Fixed in every tier (domain, "Separation of duties, per project"). Pairs; each holds both ways.
PAIRS = (
    ("submits", "certifies"),
    ("submits", "assesses"),
    ("submits", "votes"),
    ("submits", "verifies"),
    ("submits", "prepares_release"),
    ("submits", "releases"),
    ("certifies", "assesses"),
    ("certifies", "votes"),
    ("certifies", "verifies"),
    ("certifies", "prepares_release"),
    ("certifies", "releases"),
    ("requests_release", "prepares_release"),
    ("requests_release", "releases"),
    ("votes", "prepares_release"),
    ("votes", "releases"),
    ("prepares_release", "releases"),
    ("releases", "records_spending"),
)
CAPACITIES = sorted({capacity for pair in PAIRS for capacity in pair})
CONFLICTS = {
    capacity: sorted({b if a == capacity else a for a, b in PAIRS if capacity in (a, b)})
    for capacity in CAPACITIES
}


def barred(user: User, dossier: Dossier, capacity: str) -> bool:
    """Whether this person, or one they stand in for, has acted in a way that excludes this."""
    return Act.objects.filter(
        dossier=dossier, user__in=identities(user), capacity__in=CONFLICTS[capacity]
    ).exists()


def refuse_if_barred(user: User, dossier: Dossier, capacity: str) -> None:
    """Raise Denied with the earlier act's name when separation of duties excludes this person."""
    earlier = Act.objects.filter(
        dossier=dossier, user__in=identities(user), capacity__in=CONFLICTS[capacity]
    ).first()
    if earlier is not None:
        raise Denied(
            _(
                "Separation of duties: in this case you already %(earlier)s, so somebody else "
                "must do this."
            )
            % {"earlier": doing(earlier.capacity)}
        )


def doing(capacity: str) -> str:
    """What a capacity did, as the end of "in this case you already …"."""
    return {
        "submits": _("prepared a submission"),
        "certifies": _("certified a submission"),
        "assesses": _("assessed a submission"),
        "votes": _("voted"),
        "verifies": _("verified a condition"),
        "prepares_release": _("prepared a release of money"),
        "releases": _("authorised a release of money"),
        "requests_release": _("asked for a release of money"),
        "records_spending": _("recorded spending"),
    }[capacity]


def remember(user: User, dossier: Dossier, capacity: str, target: Any, lender: int | None) -> None:
    """Keep that this person, and whoever they stood in for, acted in this capacity."""
    for person in {user.pk, lender or user.pk}:
        Act.objects.get_or_create(
            dossier=dossier, user_id=person, capacity=capacity,
            target_label=target._meta.label_lower, target_id=target.pk,
        )  # fmt: skip


def excluded(user: User) -> Q:
    """The turns that separation of duties closes to this person, as a condition on turns."""
    found = Q(pk__in=[])
    for capacity, others in CONFLICTS.items():
        mine = Act.objects.filter(user__in=identities(user), capacity__in=others)
        found |= Q(capacity=capacity, dossier__in=mine.values("dossier"))
    return found
