"""The ranking of a competition: reckoned from its sheets whenever it is asked for, stored nowhere.

What a competition's steps do to its bids follows from it: who is shortlisted, ranked, out. An
exclusion changes the facts, so everything after it is reckoned anew.
"""

from typing import Any

from django.utils.translation import gettext as _

from core import history
from core.models import User
from core.steps import perform
from procurement import evaluation_file, hooks, scoring_facts
from procurement.models import Bid, Competition
from procurement.scoring import RANKED, Standing

States = Bid.States
BACK = (States.SHORTLISTED, States.RANKED, States.PREFERRED, States.UNSUCCESSFUL)
PRICE = "price"


def still_in(competition: Competition) -> list[str]:
    """The aliases on the shortlist; empty while an agreed score is missing."""
    found = evaluation_file.facts(competition)
    if scoring_facts.unscored(found, scoring_facts.PROTOTYPE):
        return []
    return scoring_facts.still_in(found)


def standings(competition: Competition) -> list[Standing]:
    """Where every bid stands, the best first; raises KeyError while something is missing."""
    found = scoring_facts.standings(evaluation_file.facts(competition))
    return sorted(found, key=lambda one: (one.rank is None, one.rank or 0, one.alias))


def lacks(competition: Competition) -> list[str]:
    """What a ranking still lacks, in sentences; nothing when it can be reckoned."""
    gaps = scoring_facts.gaps(evaluation_file.facts(competition))
    return [_lack(alias, what) for alias, what in gaps]


def _lack(alias: str, what: str) -> str:
    if what == PRICE:
        return _("Bid %(alias)s has no opened price.") % {"alias": alias}
    return _("Bid %(alias)s has no agreed score for “%(criterion)s”.") % {
        "alias": alias, "criterion": what,
    }  # fmt: skip


@hooks.within("begin_interviews", "begin_price_opening")
def shortlist(competition: Competition, *, by: User, because: str) -> None:
    """Those that meet the minimums and are among the best go on."""
    wanted = set(still_in(competition))
    for bid in competition.bids.filter(state=States.COMPLIANT).order_by("pk"):
        if bid.alias in wanted:
            perform(bid, "shortlist", by=by, because=because)


@hooks.asked("bid_shortlistable")
def shortlistable(bid: Bid) -> list[str]:
    """Only the reckoning puts a bid on the shortlist."""
    if bid.alias in still_in(bid.competition):
        return []
    return [_("Bid %(alias)s misses a minimum, or is not among the best.") % {"alias": bid.alias}]


@hooks.within("rank")
def rank(competition: Competition, *, by: User, because: str) -> None:
    """Those with a place are ranked, the others lose; the history keeps the ranking's hash."""
    ranked = {one.alias: one for one in standings(competition) if one.status == RANKED}
    for bid in competition.bids.still_in().order_by("pk"):
        if bid.alias not in ranked:
            perform(bid, "lose", by=by, because=_why_out(competition, bid))
            continue
        if bid.state == States.COMPLIANT:
            bid = perform(bid, "shortlist", by=by)  # noqa: PLW2901
        if bid.state == States.SHORTLISTED:
            perform(bid, "rank", by=by)
    answers = scoring_facts.answers(evaluation_file.facts(competition))
    details = {"ranking_hash": scoring_facts.ranking_hash(answers),
               "ranked": len(ranked)}  # fmt: skip
    history.record(evaluation_file.RANKED_VERB, competition, by=by, because=because,
                   details=details)  # fmt: skip


def _why_out(competition: Competition, bid: Bid) -> str:
    standing = next(one for one in standings(competition) if one.alias == bid.alias)
    if standing.missed:
        codes = ", ".join(standing.missed)
        return _("It is under the minimum of: %(criteria)s.") % {"criteria": codes}
    return _("It is not among the best, who were shortlisted.")


def step_back(competition: Competition, *, by: User, because: str) -> None:
    """Take every bid back to where it is evaluated, the excluded ones left out."""
    for bid in competition.bids.filter(state__in=BACK).order_by("pk"):
        perform(bid, "step_back", by=by, because=because)


@hooks.within("rerank")
def rerank(competition: Competition, *, by: User, because: str) -> None:
    """After an exclusion all others are ranked anew."""
    step_back(competition, by=by, because=because)
    if not lacks(competition):
        rank(competition, by=by, because=because)


@hooks.within("send_back", "go_back")
def back(competition: Competition, *, by: User, because: str) -> None:
    """Back to opened prices, or to the ranking: bids are ranked anew there."""
    if competition.return_to == "price_opened":
        step_back(competition, by=by, because=because)
        shortlist(competition, by=by, because=because)
    if competition.return_to == "ranked":
        rerank(competition, by=by, because=because)


@hooks.within("submit_for_approval")
def prefer(competition: Competition, *, by: User, because: str) -> None:
    """The bid on rank 1 is put to oversight."""
    first = next(one for one in standings(competition) if one.rank == 1)
    bid = competition.bids.get(alias=first.alias)
    if bid.state == States.RANKED:
        perform(bid, "prefer", by=by, because=because)


@hooks.asked("ranking_stands")
def stands(competition: Competition) -> list[str]:
    """What keeps the ranking from standing: something is missing, nobody is left, or the bid that
    is put to oversight is not the one on rank 1."""
    if missing := lacks(competition):
        return missing
    ranked = [one for one in standings(competition) if one.rank]
    if not ranked:
        return [_("No bid is left: end the competition as unsuccessful.")]
    preferred = competition.bids.filter(state=States.PREFERRED).first()
    if preferred is not None and preferred.alias != ranked[0].alias:
        return [_("The bid put forward is not on rank 1 any more.")]
    return []


def bid_of(competition: Competition, place: int) -> Any:
    """The bid on a place of the ranking, or None."""
    for one in standings(competition):
        if one.rank == place:
            return competition.bids.select_related("vendor").get(alias=one.alias)
    return None
