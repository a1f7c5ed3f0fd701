"""What must be true of an opened bid before it goes on."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from core.refusals import requires
from procurement import hooks


@requires(_("The bid lacks something that it must contain."))
def may_be_compliant(bid: Any) -> list[str]:
    return hooks.against("bid_compliant", bid)


@requires(_("A bid is excluded on a ground of the list only."))
def may_be_excluded(bid: Any) -> list[str]:
    return hooks.against("bid_excludable", bid)


@requires(_("The competition is not at its shortlist."))
def bid_in(bid: Any) -> list[str]:
    return hooks.against("bid_shortlistable", bid)
