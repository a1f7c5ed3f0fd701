"""What must be true before bids, and later their prices, are opened."""

from typing import Any

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from core import clock, deadlines
from core.refusals import requires
from procurement import hooks


@requires(_("The deadline has not passed."))
def deadline_passed(competition: Any) -> list[str]:
    now = clock.now()
    closes = competition.deadline(now)
    if closes is not None and now > closes:
        return []
    return [gettext("Bids may still be sent, until %(moment)s.")
            % {"moment": deadlines.told(closes)}]  # fmt: skip


@requires(_("Every question must be answered, or declined with a reason."),
          who=_("procurement officer"))  # fmt: skip
def questions_settled(competition: Any) -> list[str]:
    open_ones = competition.questions.filter(settled_at=None).count()
    if not open_ones:
        return []
    return [ngettext("%(number)s question is neither answered nor declined.",
                     "%(number)s questions are neither answered nor declined.", open_ones)
            % {"number": open_ones}]  # fmt: skip


@requires(_("The shares of the technical key were not entered in one sitting."),
          who=_("custodians"))  # fmt: skip
def bids_can_open(competition: Any) -> list[str]:
    return hooks.against("bids_can_open", competition)


@requires(_("The shares of the price key were not entered in one sitting."), who=_("custodians"))
def prices_can_open(competition: Any) -> list[str]:
    return hooks.against("prices_can_open", competition)
