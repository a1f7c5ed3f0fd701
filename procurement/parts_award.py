"""What the award adds to the pages of a competition: the way to it, a bidder's own bid and debrief,
and for everybody, once it is awarded, who won.
"""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from procurement import awarding, debriefing, page_parts, prices
from procurement import permissions_award as who
from procurement.models import Bid, Competition, CompetitionState, Draw

States = CompetitionState
ON_THE_WAY = (States.RANKED, States.APPROVAL, States.STANDSTILL, States.AWARDED, States.CONTRACTED)
"""States in which the page of the award has something to say."""
AWARDED = (States.AWARDED, States.CONTRACTED)


@page_parts.act
def inside(competition: Competition, user: Any) -> list[tuple[str, str]]:
    """From the ranking on, the page of the award; oversight may send it back from there."""
    if competition.state not in ON_THE_WAY or not who.reads_bids(user):
        return []
    found = [(_("Award, notices and challenges"), _to("award", competition))]
    if competition.state == States.APPROVAL and who.approves(competition, user):
        found.append((_("Send it back"), _to("award_return", competition)))
    return found


@page_parts.public_act
def own(competition: Competition, user: Any) -> list[tuple[str, str]]:
    """A bidder comes to its own bid as it was opened, and to what it was told of the result."""
    if not user.is_authenticated or competition.opened_at is None:
        return []
    found = []
    rows = Bid.objects.filter(competition=competition, vendor__in=who.seats_of(user))
    for bid in rows.order_by("pk"):
        found.append((_("Your bid, as it was opened"), bid.get_absolute_url()))
        if debriefing.latest(bid) is not None:
            where = reverse("procurement:debrief", kwargs={"pk": bid.pk})
            found.append((_("Your debrief"), where))
    return found


@page_parts.section(10)
@page_parts.section(10, public=True)
def result(competition: Competition, user: Any) -> page_parts.Section | None:
    """Who won, at which price, and the secret of the draw with the hash of all receipts."""
    if competition.state not in AWARDED:
        return None
    won = competition.bids.filter(state=Bid.States.AWARDED)
    bid = won.select_related("vendor", "competition").first()
    context = {
        "bid": bid, "price": prices.total_of(bid) if bid else None,
        "order": awarding.order_of(competition),
        "evaluated": competition.bids.evaluated().count(),
        "draw": Draw.objects.filter(competition=competition).first(),
    }  # fmt: skip
    return page_parts.Section("procurement/_award.html", context)


def _to(name: str, competition: Competition) -> str:
    return reverse(f"procurement:{name}", kwargs={"ref": competition.ref})
