"""What must be true between the ranking and the contract; asked of the award's own rules."""

from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core import clock, deadlines
from core.refusals import requires
from procurement import hooks


@requires(_("No bid stands on rank 1."), who=_("procurement officer"))
def ranking_stands(competition: Any) -> list[str]:
    return hooks.against("ranking_stands", competition)


@requires(_("Choose first where it goes back to."), quiet=True)
def return_named(competition: Any) -> bool:
    return bool(competition.return_to)


@requires(_("Not every bidder was told."), who=_("procurement officer"))
def everybody_told(competition: Any) -> list[str]:
    return hooks.against("everybody_told", competition)


@requires(_("The standstill is not over."))
def standstill_over(competition: Any) -> list[str]:
    ends = competition.standstill_ends
    if ends is not None and ends <= clock.now():
        return []
    if ends is None:
        return [gettext("The standstill has not begun.")]
    return [gettext("The standstill lasts until %(moment)s.") % {"moment": deadlines.told(ends)}]


@requires(_("A challenge is not decided."), who=_("secretariat"))
def no_open_challenge(competition: Any) -> list[str]:
    return hooks.against("no_open_challenge", competition)


@requires(_("The award cannot become an order."), who=_("procurement officer"))
def order_possible(competition: Any) -> list[str]:
    return hooks.against("order_possible", competition)


@requires(_("The order is signed by both sides: terminate the order instead."))
def no_signed_order(competition: Any) -> bool:
    """An award is undone until its order is signed; afterwards the order itself ends."""
    awarded = "awarded" in (competition.state, competition.suspended_from)
    return not awarded or bool(hooks.against("order_signed", competition))


@requires(_("The order is not signed by both sides."), who=_("vendor and institution"))
def order_signed(competition: Any) -> list[str]:
    return hooks.against("order_signed", competition)
