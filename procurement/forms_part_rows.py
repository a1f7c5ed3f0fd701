"""The parts of a content that are lists: criteria, contents of a bid, quality plan."""

from typing import Any

from django import forms
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from procurement.content import Content, plain
from procurement.forms_parts import lines, percent
from procurement.models import Criterion


class CriterionRow(forms.Form):
    """One criterion; a row without a title is left out."""

    code = forms.SlugField(widget=forms.HiddenInput, required=False, max_length=40)
    title = forms.CharField(label=gettext_lazy("Criterion"), max_length=200, required=False)
    text = lines(gettext_lazy("What is looked at"), rows=3)
    weight = percent(gettext_lazy("Weight, percent"), required=False)
    minimum = forms.DecimalField(
        label=gettext_lazy("Minimum, in units of the scale"), required=False, max_digits=9,
        decimal_places=3, help_text=gettext_lazy("A bid whose agreed score is lower is out."),
    )  # fmt: skip
    phase = forms.ChoiceField(label=gettext_lazy("Judged by"), choices=Criterion.Phase.choices)
    drop = forms.BooleanField(label=gettext_lazy("Leave this criterion out"), required=False)

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if found.get("title") and not found.get("drop") and not found.get("weight"):
            self.add_error("weight", _("Give the criterion a weight above 0."))
        return found


class ItemRow(forms.Form):
    """One thing that a bid must contain; a row without a text is left out."""

    code = forms.SlugField(widget=forms.HiddenInput, required=False, max_length=40)
    text = lines(gettext_lazy("What a bid must contain"), rows=2)
    curable = forms.BooleanField(
        label=gettext_lazy("What is missing may be handed in later"), required=False
    )


class QualityRow(forms.Form):
    """One line of the quality plan; a row without a title is left out."""

    code = forms.SlugField(widget=forms.HiddenInput, required=False, max_length=40)
    title = forms.CharField(label=gettext_lazy("Quality"), max_length=120, required=False)
    measure = forms.CharField(label=gettext_lazy("How it is measured"), max_length=300,
                              required=False)  # fmt: skip
    value = forms.CharField(label=gettext_lazy("Value asked for"), max_length=40, required=False)


def criteria_of(rows: list[dict[str, Any]]) -> Content:
    """The criteria as rows were typed; interviews are foreseen where one is judged by them."""
    found = [
        {"code": row["code"], "title": row["title"].strip(), "text": row["text"].strip(),
         "weight": plain(row["weight"]), "minimum": plain(row["minimum"]), "phase": row["phase"]}
        for row in coded(rows, "title")
    ]  # fmt: skip
    return {"criteria": found, "interview": any(row["phase"] == "interview" for row in found)}


def items_of(rows: list[dict[str, Any]]) -> Content:
    """What a bid must contain, as rows were typed."""
    return {"compliance_items": [
        {"code": row["code"], "text": row["text"].strip(), "curable": row["curable"]}
        for row in coded(rows, "text")
    ]}  # fmt: skip


def quality_of(rows: list[dict[str, Any]]) -> Content:
    """The quality plan as rows were typed."""
    return {"quality_plan": [
        {name: row[name].strip() for name in ("code", "title", "measure", "value")}
        for row in coded(rows, "title")
    ]}  # fmt: skip


def coded(rows: list[dict[str, Any]], name: str) -> list[dict[str, Any]]:
    """The rows that say something and are not dropped, each with a code of its own."""
    found: list[dict[str, Any]] = []
    used: set[str] = set()
    for row in rows:
        if not str(row.get(name, "")).strip() or row.get("drop"):
            continue
        stem = code = row.get("code") or slugify(row[name])[:36] or "x"
        number = 2
        while code in used:
            code, number = f"{stem}-{number}", number + 1
        used.add(code)
        found.append({**row, "code": code})
    return found


ROWS: dict[str, tuple[type[forms.Form], Any, str]] = {
    "criteria": (CriterionRow, criteria_of, "criteria"),
    "contents": (ItemRow, items_of, "compliance_items"),
    "quality": (QualityRow, quality_of, "quality_plan"),
}
"""Parts that are lists: the form of a row, what reads the rows, the part's name in a content."""
TITLES = {
    "texts": gettext_lazy("Needs and outcomes"), "dates": gettext_lazy("Deadlines"),
    "criteria": gettext_lazy("Criteria"), "scoring": gettext_lazy("Scale, shortlist and ties"),
    "price": gettext_lazy("Price and stipend"),
    "prototype": gettext_lazy("Rules of the prototype"),
    "contents": gettext_lazy("What a bid must contain"),
    "order": gettext_lazy("Order and standstill"),
    "quality": gettext_lazy("Quality plan of the order"),
}  # fmt: skip
"""The parts in the order in which they are edited."""
