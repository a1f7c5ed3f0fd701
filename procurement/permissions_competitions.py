"""Who may, with competitions: plain functions, each with its sentence.

Officers hold a global role that may be lent. Seats on a panel are a person's own: `user.pk` only.
"""

from typing import Any

from django.utils.translation import gettext_lazy as _

from core.machines import causes
from core.models import Event
from core.people import holds, identities
from core.permissions import as_consequence, by_clock
from core.refusals import requires
from procurement import members

OFFICER = "procurement_officer"
OVERSIGHT = ("secretariat", "auditor", "administrator")
"""Roles that see every competition, from its first draft on."""


def oversees(user: Any) -> bool:
    """Whether this person sees every competition."""
    return holds(user, OFFICER, *OVERSIGHT)


def on_panel(competition: Any, user: Any) -> bool:
    """Whether this person, or one they stand in for, has a seat on the panel."""
    return bool(competition.panel.filter(user__in=identities(user)).exists())


def wrote(row: Any, user: Any) -> bool:
    """Whether this person, or one they stand in for, drafts it or has written in it before it was
    handed over: who wrote does not publish."""
    people = identities(user)
    author = row.author_id if hasattr(row, "author_id") else row.drafted_by_id
    label = row._meta.label_lower
    acts = Event.objects.filter(
        target_label=label, target_id=row.pk, actor__in=people,
        verb__in=(f"{label}.create", f"{label}.edit", f"{label}.explain"),
    )  # fmt: skip
    return author in people or acts.exists()


@requires(_("Only a procurement officer may do this."))
def is_officer(competition: Any, user: Any) -> bool:
    return holds(user, OFFICER)


@requires(_("Only a procurement officer without a seat on the panel may do this."))
def acts_as_officer(competition: Any, user: Any) -> bool:
    return holds(user, OFFICER) and not on_panel(competition, user)


@requires(_("Only who drafted the competition may do this, as a procurement officer."))
def authors(competition: Any, user: Any) -> bool:
    return holds(user, OFFICER) and competition.author_id in identities(user)


@requires(
    _(
        "A procurement officer publishes or gives back, never who drafted the competition or sits "
        "on its panel."
    )
)
def publishes(competition: Any, user: Any) -> bool:
    return acts_as_officer(competition, user) and not wrote(competition, user)


@requires(_("The second of two officers does this: never the first, nobody on the panel."))
def opens_second(competition: Any, user: Any) -> bool:
    first = competition.opening_first_id
    return acts_as_officer(competition, user) and first not in identities(user)


@requires(_("Only the officer who began takes it back."))
def opened_first(competition: Any, user: Any) -> bool:
    return acts_as_officer(competition, user) and competition.opening_first_id == user.pk


@requires(_("The second of two officers does this: never the first, nobody on the panel."))
def opens_price_second(competition: Any, user: Any) -> bool:
    first = competition.price_first_id
    return acts_as_officer(competition, user) and first not in identities(user)


@requires(_("Only the officer who began takes it back."))
def opened_price_first(competition: Any, user: Any) -> bool:
    return acts_as_officer(competition, user) and competition.price_first_id == user.pk


@requires(_("Only the chair of the panel may do this."))
def chairs(competition: Any, user: Any) -> bool:
    return bool(competition.panel.filter(user=user.pk, role="chair").exists())


@requires(
    _(
        "Oversight decides: somebody of the secretariat who neither sits on the panel nor drafted "
        "or published the competition."
    )
)
def approves(competition: Any, user: Any) -> bool:
    own = {competition.author_id, competition.publisher_id} & identities(user)
    return holds(user, "secretariat") and not own and not on_panel(competition, user)


@requires(_("A procurement officer or the secretariat enters what a court or authority ordered."))
def enters_orders(competition: Any, user: Any) -> bool:
    return holds(user, OFFICER, "secretariat") and not on_panel(competition, user)


@requires(
    _(
        "A procurement officer cancels; once the ranking lies before oversight, only somebody of "
        "the secretariat who has had no other part in it."
    )
)
def cancels(competition: Any, user: Any) -> bool:
    suspended = competition.state == "suspended"
    state = competition.suspended_from if suspended else competition.state
    if state in ("approval", "standstill", "awarded"):
        return approves(competition, user)
    return acts_as_officer(competition, user)


@requires(_("This follows from a challenge that was upheld."))
def follows_challenge(competition: Any, user: Any) -> bool:
    return "procurement.challenge.uphold" in causes()


@requires(_("An addendum is published by a second officer, never by who drafted it."))
def publishes_addendum(addendum: Any, user: Any) -> bool:
    return acts_as_officer(addendum.competition, user) and not wrote(addendum, user)


@requires(_("Only the officer who began the addendum changes it."))
def drafts_addendum(addendum: Any, user: Any) -> bool:
    return acts_as_officer(addendum.competition, user) and addendum.drafted_by_id == user.pk


@requires(_("Only a procurement officer without a seat on the panel discards an addendum."))
def discards_addendum(addendum: Any, user: Any) -> bool:
    return acts_as_officer(addendum.competition, user)


@requires(_("Only a procurement officer without a seat on the panel answers questions."))
def answers(question: Any, user: Any) -> bool:
    return acts_as_officer(question.competition, user)


@requires(
    _("Only who manages a member of the lot or bids for it asks, while its membership is in force.")
)
def asks(competition: Any, user: Any) -> bool:
    return bool(user.pk) and members.vendors_of(competition, user).exists()


__all__ = [
    "acts_as_officer", "answers", "approves", "as_consequence", "asks", "authors", "by_clock",
    "cancels", "chairs", "discards_addendum", "drafts_addendum", "enters_orders",
    "follows_challenge", "is_officer", "on_panel", "opened_first",
    "opened_price_first", "opens_price_second", "opens_second", "oversees", "publishes",
    "publishes_addendum", "wrote",
]  # fmt: skip
