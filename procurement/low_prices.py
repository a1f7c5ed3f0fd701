"""Prices that look too low: found by a percentage of the rules, explained before the ranking.

Source: Directive 2014/24/EU, art. 69: a tender that appears abnormally low is explained, and
rejected only where the explanation does not account for it.
"""

from fractions import Fraction
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core import clock, history
from core.models import User
from core.refusals import Refused
from core.steps import allow
from procurement import evaluation_file, hooks, ranking, scoring_facts
from procurement import permissions_evaluation as who
from procurement.models import Bid, Competition, PriceExplanation
from procurement.scoring import RANKED

LEAST = 3
"""So many prices make a mean that says anything."""


def low(competition: Competition) -> list[str]:
    """The aliases whose price lies further below the mean of those still in than the rules allow.

    `rules["low_price_percent"]` percent below; nothing where it is 0.
    """
    percent = competition.rule("low_price_percent")
    facts = evaluation_file.facts(competition)
    if not percent or scoring_facts.gaps(facts):
        return []
    prices = {one.alias: one.entry.price for one in scoring_facts.technical(facts)
              if one.status == RANKED and one.entry.price is not None}  # fmt: skip
    if len(prices) < LEAST:
        return []
    limit = sum(prices.values(), Fraction(0)) / len(prices) * (100 - percent) / 100
    return sorted(alias for alias, price in prices.items() if price < limit)


def to_explain(competition: Competition) -> list[Bid]:
    """The bids whose low price has no explanation that was accepted, once prices are open."""
    if competition.prices_opened_at is None or competition.state != "price_opened":
        return []
    bids = competition.bids.still_in().filter(alias__in=low(competition))
    explained = PriceExplanation.objects.filter(accepted=True).values("bid")
    return list(bids.exclude(pk__in=explained).order_by("alias"))


@transaction.atomic
def explain(bid: Bid, said: dict[str, Any], *, by: User) -> PriceExplanation:
    """Record the bidder's explanation and whether it explains the price: `text`, `accepted`,
    `reason`."""
    history.lock(bid.dossier)
    bid = Bid.objects.select_related(*Bid.step_related).get(pk=bid.pk)
    allow(who.acts_as_officer, bid.competition, by)
    if bid not in to_explain(bid.competition):
        raise Refused(_("The price of this bid is not to be explained now."))
    made = PriceExplanation.objects.create(bid=bid, by=by, at=clock.now(), **said)
    history.record("procurement.priceexplanation.record", made, by=by,
                   details={"accepted": made.accepted})  # fmt: skip
    return made


@hooks.asked("low_prices_explained")
def explained(competition: Competition) -> list[str]:
    """What keeps the ranking back: figures that are missing, prices that nobody explained."""
    if missing := ranking.lacks(competition):
        return missing
    return [
        _("Bid %(alias)s: its price looks too low; record an explanation that accounts for it, or "
          "decide on its exclusion.") % {"alias": bid.alias}
        for bid in to_explain(competition)
    ]  # fmt: skip
