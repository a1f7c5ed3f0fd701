"""What is wrong with the content of a competition, in sentences; no database here.

Drafts ask before they are published, addenda before they change what was.
"""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from procurement import scales
from procurement.content import moment, plain
from procurement.deadlines import ANSWER_DAYS

WHOLE = Decimal(100)
NEEDED = {
    "title": _("Title"),
    "background": _("The problem to be solved"),
    "users_and_needs": _("Users and their needs"),
    "outcomes": _("Outcomes wanted"),
    "order_terms": _("Terms of the order"),
}
"""Texts without which nobody could bid."""

Content = Mapping[str, Any]


def texts(said: Content) -> list[str]:
    """Texts that are missing."""
    return [gettext("“%(part)s” is empty.") % {"part": label}
            for name, label in NEEDED.items() if not str(said[name]).strip()]  # fmt: skip


def weights(said: Content) -> list[str]:
    """Criteria and price weigh exactly 100 percent together; a weight of 0 is lawful for price."""
    rows = said["criteria"]
    if not rows:
        return [gettext("There is no criterion.")]
    found = [
        gettext("“%(title)s” weighs nothing; drop it or give it a weight.") % row
        for row in rows
        if Decimal(row["weight"]) <= 0
    ]
    total = sum((Decimal(row["weight"]) for row in rows), Decimal(said["price_weight"]))
    if total != WHOLE:
        found.append(
            gettext("Criteria and price weigh %(total)s percent together; it must be exactly 100.")
            % {"total": plain(total)}
        )
    return found


def rules(said: Content) -> list[str]:
    """Scale, minimums, tie chain and interviews fit together."""
    rows = said["criteria"]
    minimums = {row["title"]: _number(row["minimum"]) for row in rows}
    found = scales.faults(said["scale"], minimums) + scales.chain_faults(said["tie_chain"])
    if len({row["code"] for row in rows}) < len(rows):
        found.append(gettext("Two criteria have the same code."))
    if bool(said["interview"]) != any(row["phase"] == "interview" for row in rows):
        found.append(
            gettext("Interviews are foreseen exactly where a criterion is judged by interview.")
        )
    if said["price_formula"] != "lowest":
        found.append(gettext("The formula of the price score is not known."))
    return found


def price(said: Content) -> list[str]:
    """The price can be computed and compared."""
    found = []
    if not said["estimate"]:
        found.append(gettext("The value is not estimated."))
    basket = said["price_basket"]
    if said["price_basis"] == "hours" and not basket:
        found.append(gettext("The basket of hours is empty."))
    if said["price_basis"] == "sprint" and not said["sprints"]:
        found.append(gettext("A price per sprint needs the number of sprints."))
    if bool(said["stipend"]) != bool(said["stipend_cap"]):
        found.append(gettext("A stipend needs its amount and the number of bidders paid at most."))
    return found


def dates(said: Content, answer_days: int = ANSWER_DAYS) -> list[str]:
    """Questions end so long before bids do that each is answered."""
    asked, closes = moment(said["questions_until"]), moment(said["closes_at"])
    if asked is None or closes is None:
        return [gettext("Set until when questions and bids are taken.")]
    if asked <= closes - timedelta(days=answer_days):
        return []
    return [
        ngettext("Questions must end %(days)s day before bids do, so that each is answered.",
                 "Questions must end %(days)s days before bids do, so that each is answered.",
                 answer_days) % {"days": answer_days}
    ]  # fmt: skip


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
