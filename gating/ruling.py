"""Why a board is competent, in words: from the rule stored with a motion or in its record."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils import formats
from django.utils.translation import gettext as _

from core import money


def in_words(rule: Mapping[str, Any]) -> str:
    """The rule as sentences in the reader's language; empty when none is known."""
    return " ".join(part for part in (_why(rule), _since(rule)) if part)


def _why(rule: Mapping[str, Any]) -> str:
    sentences = {
        "novel": _("What is novel or contentious goes to the top board."),
        "band": _("The whole-life cost lies within the authority of this board."),
        "gate": _("The gate names this board for projects of this tier."),
        "no_band": _(
            "No board has authority for this cost and currency, so the top board decides."
        ),
        "above": _("The board beneath it voted without a result."),
        "quorum": _("So many seats of the board beneath it take no part that it has no quorum."),
        "waiver": _("It set the condition, or stands above the board that did."),
        "own_minutes": _("A board approves its own minutes."),
    }
    return sentences.get(str(rule.get("why", "")), "")


def _since(rule: Mapping[str, Any]) -> str:
    """The figures of a band: cost, limit, and since when the limit is in effect."""
    cost, currency, limit = rule.get("cost"), rule.get("currency"), rule.get("up_to")
    if rule.get("why") not in ("band", "gate") or cost is None or not currency:
        return ""
    told = {"cost": money.show(cost, currency)}
    if limit is None:
        return _("Cost: %(cost)s; its authority has no limit.") % told
    told["limit"] = money.show(limit, currency)
    since = str(rule.get("since", ""))
    if not since or since <= "2000-01-01":
        return _("Cost: %(cost)s; it decides up to %(limit)s.") % told
    told["day"] = formats.date_format(date.fromisoformat(since), "SHORT_DATE_FORMAT")
    return _("Cost: %(cost)s; it decides up to %(limit)s, in effect from %(day)s.") % told
