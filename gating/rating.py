"""How ratings become one: what a sheet lacks, what is proposed, what the whole comes to.

Source: UK service assessments (green, amber with an action, red means pause and be reassessed).
"""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

GREEN, AMBER, RED = "green", "amber", "red"
NOT_APPLICABLE, NOT_ASSESSED = "not_applicable", "not_assessed"
SEVERITY = {GREEN: 0, AMBER: 1, RED: 2}


def gap(value: str, note: str, action: str, action_due: Any, *, non_waivable: bool) -> str:
    """The sentence that says what a rating lacks, or an empty text."""
    if value == AMBER and not (action and action_due):
        return _("Amber needs an action and the day by which it is done.")
    if value == RED and not note:
        return _("Red needs its reasons.")
    if value == NOT_APPLICABLE and non_waivable:
        return _("This criterion is never waived, so it is never “not applicable”.")
    if value == NOT_APPLICABLE and not note:
        return _("“Not applicable” needs its reasons.")
    return ""


def gaps_of_sheet(assessment: Any) -> list[str]:
    """What speaks against sealing a sheet: criteria without a rating, ratings without reasons."""
    rated = {row.item_id: row for row in assessment.ratings.all()}
    found = []
    for item in assessment.review.items.select_related("criterion"):
        row = rated.get(item.pk)
        lack = _("It has no rating yet.") if row is None else gap(
            row.value, row.note, row.action, row.action_due, non_waivable=item.non_waivable
        )  # fmt: skip
        if lack:
            found.append(f"{item.criterion.code}: {lack}")
    if not found and all(row.value == NOT_ASSESSED for row in rated.values()):
        found.append(
            _("Every criterion is “not assessed”: rate at least those of your discipline.")
        )
    return found


def sheet_of(assessment: Any) -> list[list[str]]:
    """All ratings of a sheet in the order of its criteria, for its seal."""
    return [
        [str(row.item_id), row.value, row.note, row.action, str(row.action_due or "")]
        for row in assessment.ratings.order_by("item")
    ]


def proposed(values: Iterable[str]) -> str:
    """The rating proposed to the lead: the worst that was given.

    Only when nobody rated green, amber or red is it “not applicable”, and without any rating
    “not assessed”.
    """
    given = list(values)
    judged = [value for value in given if value in SEVERITY]
    if judged:
        return max(judged, key=SEVERITY.__getitem__)
    return NOT_APPLICABLE if NOT_APPLICABLE in given else NOT_ASSESSED


def overall(items: Iterable[tuple[str, bool, bool]]) -> tuple[str, bool]:
    """The rating of the whole from (rating, mandatory, non-waivable) of each criterion, and whether
    it is forced.

    Red on a criterion that is never waived forces red; otherwise the worst mandatory rating
    counts, and a red that is not mandatory counts as amber.
    """
    rows = list(items)
    if any(value == RED and fixed for value, _mandatory, fixed in rows):
        return RED, True
    worst = 0
    for value, mandatory, _fixed in rows:
        weight = SEVERITY.get(value, 0)
        worst = max(worst, weight if mandatory else min(weight, SEVERITY[AMBER]))
    return (GREEN, AMBER, RED)[worst], False


def better(value: str, than: str) -> bool:
    """Whether a rating of the whole is better than another."""
    return SEVERITY[value] < SEVERITY[than]
