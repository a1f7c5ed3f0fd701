"""Who is shown what of an evaluation: names to officers and oversight, aliases to the panel."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from procurement import page_parts
from procurement import permissions_evaluation as who
from procurement.models import Competition


@dataclass(frozen=True)
class Sight:
    """What one person is shown of the evaluation of one competition."""

    member: bool
    """Has, or had, a seat on the panel."""
    clear: bool
    """Sits on the panel and declared no conflict."""
    reads: bool
    """Reads every evaluation, and has no seat on this panel."""

    @property
    def bids(self) -> bool:
        """Whether bids are shown, by alias."""
        return self.clear or self.reads

    @property
    def names(self) -> bool:
        """Whether the bidders' names are shown."""
        return self.reads

    @property
    def anything(self) -> bool:
        return self.member or self.reads


def sight(competition: Competition, user: Any) -> Sight:
    """What this person is shown; a seat on the panel takes the names away, whatever the role."""
    member = who.on_panel(competition, user)
    clear = who.is_clear(competition, user)
    return Sight(member, clear, who.reads_scores(user) and not member)


NAMING = (
    "procurement.bid", "procurement.bidprice", "procurement.bidfile", "procurement.compliancecheck",
    "procurement.exclusion", "procurement.priceexplanation", "procurement.conflictdeclaration",
    "procurement.challenge", "procurement.prototype", "core.document",
)  # fmt: skip
"""Whose acts may be a bidder's own, or tell its name in their reasons."""


def without_names(events: Any, competition: Competition, user: Any) -> Any:
    """The events of a case that this person is shown: none that could tell who is who, but to
    those who are shown names."""
    return events if sight(competition, user).names else events.exclude(target_label__in=NAMING)


@page_parts.act
def ways(competition: Competition, user: Any) -> list[tuple[str, str]]:
    """From the page of a competition to its evaluation, once bids are open."""
    if competition.opened_at is None:
        return []
    seen, where = sight(competition, user), {"ref": competition.ref}
    found = [(_("Evaluation"), reverse("procurement:evaluation", kwargs=where))]
    if seen.bids:
        label = _("Shortlist and ranking, step by step")
        found.append((label, reverse("procurement:ranking", kwargs=where)))
        found.append((_("Prototypes"), reverse("procurement:prototype_list", kwargs=where)))
    return found if seen.anything else []
