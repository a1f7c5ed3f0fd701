"""A content as people read it: texts, criteria, and facts by groups, for pages of every kind."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.money import show
from procurement import scales
from procurement.content import plain
from procurement.models import Competition, Criterion, DayKind, PriceBasis, Sealing, TaxBasis
from procurement.soundness import NEEDED

Facts = list[tuple[str, Any]]
Rows = list[tuple[str, str, list[str]]]
TEXTS = ("background", "users_and_needs", "outcomes", "constraints")


def shown(said: Mapping[str, Any], competition: Competition) -> dict[str, Any]:
    """Everything that a page shows of a content of a competition, as it is or was."""
    labels = {**NEEDED, "constraints": _("Constraints that are given")}
    return {
        "texts": [(name, labels[name], said[name]) for name in TEXTS if said[name]],
        "criteria": [_criterion(row) for row in said["criteria"]],
        "price_weight": said["price_weight"],
        "total": plain(sum((Decimal(row["weight"]) for row in said["criteria"]),
                           Decimal(said["price_weight"]))),
        "price": rows(price(said, competition)), "scoring": rows(scoring(said)),
        "prototype": rows(prototype(said)), "order": rows(order(said)),
        "contents": said["compliance_items"],
        "quality": said["quality_plan"], "terms": said["order_terms"],
    }  # fmt: skip


def rows(facts: Facts) -> Rows:
    """Facts as a page lays them out: a label, and a text or a list."""
    return [(label, "", value) if isinstance(value, list) else (label, str(value), [])
            for label, value in facts]  # fmt: skip


def _criterion(row: Mapping[str, Any]) -> dict[str, Any]:
    return {**row, "phase_name": Criterion.Phase(row["phase"]).label}


def price(said: Mapping[str, Any], competition: Competition) -> Facts:
    """What the price is made of, and how it is scored; categories of labour by the lot's names."""
    currency, lot = str(said.get("currency") or competition.currency), competition.lot
    found: Facts = [(_("Estimated value"), show(said["estimate"], currency))]
    found.append((_("Price"), PriceBasis(said["price_basis"]).label))
    if said["price_basis"] == PriceBasis.HOURS:
        names = {row.code: row.name for row in lot.categories.all()} if lot else {}
        basket = [f"{names.get(row['category'], row['category'])}: {row['hours']:,}"
                  for row in said["price_basket"]]  # fmt: skip
        found.append((_("Basket of hours"), basket))
    found.append((_("Tax"), TaxBasis(said["tax_basis"]).label))
    weight = said["price_weight"]
    if Decimal(weight):
        formula = _("lowest price ÷ own price × 100, weighed %(weight)s percent; the lowest is "
                    "taken among the bids still in") % {"weight": weight}  # fmt: skip
    else:
        formula = _("the price weighs nothing; it only breaks ties")
    found.append((_("Price score"), formula))
    if said["stipend"]:
        text = ngettext("%(amount)s for each compliant bidder, for %(most)s at most",
                        "%(amount)s for each compliant bidder, for %(most)s at most",
                        said["stipend_cap"])  # fmt: skip
        amount = show(said["stipend"], currency)
        found.append((_("Stipend"), text % {"amount": amount, "most": said["stipend_cap"]}))
    else:
        found.append((_("Stipend"), _("none")))
    return found


def scoring(said: Mapping[str, Any]) -> Facts:
    """The scale, who is shortlisted, and how ties are broken."""
    scale = said["scale"]
    words = [f"{row['label']} = {row['value']}" for row in scale.get("ratings") or []]
    points = _("points from %(low)s to %(high)s") % {"low": scale.get("min"),
                                                     "high": scale.get("max")}  # fmt: skip
    best = ngettext("the best %(count)s by technical score; ties at the cut stay in",
                    "the best %(count)s by technical score; ties at the cut stay in",
                    said["top_n"] or 0)  # fmt: skip
    return [
        (_("Scale of the scores"), words or points),
        (_("Shortlist"), best % {"count": said["top_n"]} if said["top_n"]
         else _("all that reach the minimums")),
        (_("Interviews"), _("yes") if said["interview"] else _("no")),
        (_("How ties are broken"), [str(scales.TIES.get(link, link))
                                    for link in said["tie_chain"]]),
        (_("Scores talked about when they lie further apart than"),
         _("%(percent)s percent of the scale") % {"percent": said["spread_limit"]}),
    ]  # fmt: skip


def prototype(said: Mapping[str, Any]) -> Facts:
    """What is asked of the prototype."""
    rules = said["prototype"]
    early = rules.get("public_from") == "start"
    limit = (rules.get("word_limits") or {}).get("approach")
    found: Facts = [
        (_("Repository"), _("public from the start: who looks may learn names")
         if early else _("public from the opening of the bids on")),
        (_("Branch"), rules.get("branch") or "–"),
        (_("Live page"), _("asked for") if rules.get("live_page") else _("not asked for")),
        (_("Licences that are accepted"), ", ".join(rules.get("licences") or []) or "–"),
    ]  # fmt: skip
    if limit:
        text = ngettext("%(count)s word at most", "%(count)s words at most", limit)
        found.append((_("Approach"), text % {"count": limit}))
    if rules.get("effort_hours"):
        text = ngettext("%(count)s hour at most", "%(count)s hours at most", rules["effort_hours"])
        found.append((_("Effort"), text % {"count": rules["effort_hours"]}))
    return found


def order(said: Mapping[str, Any]) -> Facts:
    """What the order will be, and who keeps the key to the bids."""
    sprints = ngettext("%(count)s sprint", "%(count)s sprints", said["sprints"])
    days = ngettext("of %(count)s day", "of %(count)s days", said["sprint_days"])
    length = f"{sprints % {'count': said['sprints']}} {days % {'count': said['sprint_days']}}"
    wait = f"{said['standstill_days']} · {DayKind(said['standstill_kind']).label}"
    return [
        (_("Foreseen"), length),
        (_("Joint bids"), _("possible") if said["joint_bids"] else _("not possible")),
        (_("Standstill"), wait),
        (_("Key to the bids"), Sealing(said["sealing"]).label),
    ]  # fmt: skip
