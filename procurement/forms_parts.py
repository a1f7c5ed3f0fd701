"""The parts of a competition's content as forms: the same for a draft and for an addendum."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import clock
from procurement import scales
from procurement.content import Content, moment, plain, stamp
from procurement.forms_evaluation import awaited
from procurement.models import Competition, DayKind, PriceBasis, Sealing, TaxBasis
from procurement.soundness import NEEDED
from projects.fields import AmountField, day, minor, shown

CHAINS = (
    "technical,price,draw", "price,technical,draw", "size,technical,price,draw",
    "technical,size,price,draw", "draw",
)  # fmt: skip
"""Chains that are offered; Mexico's law puts the smaller firm first."""


def lines(label: Any, **options: Any) -> forms.CharField:
    """A text of several lines."""
    options.setdefault("required", False)
    rows = options.pop("rows", 6)
    return forms.CharField(label=label, widget=forms.Textarea(attrs={"rows": rows}),
                           max_length=100_000, **options)  # fmt: skip


def whole(label: Any, most: int = 999, **options: Any) -> forms.IntegerField:
    """A whole number from 0 on."""
    return forms.IntegerField(label=label, min_value=0, max_value=most, **options)


def percent(label: Any, **options: Any) -> forms.DecimalField:
    """A percentage with two places at most."""
    return forms.DecimalField(label=label, min_value=0, max_value=100, decimal_places=2,
                              max_digits=5, **options)  # fmt: skip


class PartForm(forms.Form):
    """One part of a content: filled from it (`fill`), read back as `said`."""

    def __init__(self, *args: Any, competition: Competition, content: Content,
                 **kwargs: Any) -> None:  # fmt: skip
        self.competition, self.content = competition, content
        kwargs["initial"] = {**self.fill(content), **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        for name in [*NEEDED, "estimate"]:
            if name in self.fields:
                awaited(self.fields[name])
        self.prepare()

    def fill(self, content: Content) -> dict[str, Any]:
        """What the fields show before anybody typed."""
        return dict(content)

    def prepare(self) -> None:
        """Add fields that depend on the competition."""

    def said(self) -> Content:
        """The parts of the content as they were typed; of a valid form."""
        return dict(self.cleaned_data)


class TextsForm(PartForm):
    """What is needed, by whom, and how one sees that it is reached."""

    title = forms.CharField(label=gettext_lazy("Title"), max_length=200)
    background = lines(
        gettext_lazy("The problem to be solved"),
        help_text=gettext_lazy("What happens today, to whom, and what it costs them."),
    )
    users_and_needs = lines(
        gettext_lazy("Users and their needs"),
        help_text=gettext_lazy("Who they are, and what they need to be able to do."),
    )
    outcomes = lines(
        gettext_lazy("Outcomes wanted"),
        help_text=gettext_lazy("What is different afterwards, with a number. Not a list of "
                               "features: those are found sprint by sprint."),
    )  # fmt: skip
    constraints = lines(
        gettext_lazy("Constraints that are given"),
        help_text=gettext_lazy("Laws, and systems in place that must be connected to."),
    )


class DatesForm(PartForm):
    """Until when questions and bids are taken, by the clock of the institution's zone."""

    questions_on = day(gettext_lazy("Questions until: day"))
    questions_time = forms.TimeField(
        label=gettext_lazy("Questions until: hour"), input_formats=["%H:%M"],
        widget=forms.TimeInput(format="%H:%M"),
        help_text=gettext_lazy("From 00:00 to 23:59."),
    )  # fmt: skip
    closes_on = day(gettext_lazy("Bids until: day"))
    closes_time = forms.TimeField(
        label=gettext_lazy("Bids until: hour"), input_formats=["%H:%M"],
        widget=forms.TimeInput(format="%H:%M"),
        help_text=gettext_lazy("From 00:00 to 23:59. Choose an hour at which help can be had."),
    )  # fmt: skip

    def fill(self, content: Content) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, key in (("questions", "questions_until"), ("closes", "closes_at")):
            local = self.competition.local(moment(content[key]))
            found[f"{name}_on"] = local.date() if local else None
            found[f"{name}_time"] = local.time() if local else "12:00"
        return found

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        asked, closes = self._at("questions"), self._at("closes")
        if asked and closes and closes <= asked:
            self.add_error("closes_on", _("Bids end after questions do."))
        return found

    def _at(self, name: str) -> datetime | None:
        on, at = self.cleaned_data.get(f"{name}_on"), self.cleaned_data.get(f"{name}_time")
        if on is None or at is None:
            return None
        return datetime.combine(on, at, clock.zone(self.competition.institution))

    def said(self) -> Content:
        return {"questions_until": stamp(self._at("questions")),
                "closes_at": stamp(self._at("closes"))}  # fmt: skip


class PriceForm(PartForm):
    """What the price is made of, what it weighs, and what bidders are paid for bidding."""

    estimate = AmountField(label=gettext_lazy("Estimated value"), required=False)
    price_weight = percent(
        gettext_lazy("Weight of the price, percent"),
        help_text=gettext_lazy("With the criteria exactly 100. 0 is lawful: then the price only "
                               "breaks ties."),
    )  # fmt: skip
    price_basis = forms.ChoiceField(label=gettext_lazy("Price"), choices=PriceBasis.choices,
                                    widget=forms.RadioSelect)  # fmt: skip
    tax_basis = forms.ChoiceField(label=gettext_lazy("Tax"), choices=TaxBasis.choices,
                                  widget=forms.RadioSelect)  # fmt: skip
    stipend = AmountField(
        label=gettext_lazy("Stipend per compliant bidder"), required=False,
        help_text=gettext_lazy("Paid for the work of the prototype. Leave it empty for none."),
    )  # fmt: skip
    stipend_cap = whole(gettext_lazy("Bidders paid at most"), required=False)

    def prepare(self) -> None:
        asked = {row["category"]: row["hours"] for row in self.content["price_basket"]}
        lot = self.competition.lot
        known = {row.code: row.name for row in lot.categories.all()} if lot else {}
        self.categories = {**dict.fromkeys(asked, ""), **known}
        for code, name in self.categories.items():
            label = _("Hours in the basket: %(category)s") % {"category": name or code}
            field = whole(label, 100_000, required=False, initial=asked.get(code))
            self.fields[f"hours_{code}"] = field

    def fill(self, content: Content) -> dict[str, Any]:
        currency = self.competition.currency
        amounts = {name: shown(content[name] or None, currency) for name in ("estimate", "stipend")}
        return {**content, **amounts}

    def clean_estimate(self) -> int | None:
        return minor(self.cleaned_data["estimate"], self.competition.currency)

    def clean_stipend(self) -> int:
        return minor(self.cleaned_data["stipend"], self.competition.currency) or 0

    def said(self) -> Content:
        found = self.cleaned_data
        names = ("estimate", "price_basis", "tax_basis", "stipend")
        basket = [{"category": code, "hours": hours} for code in self.categories
                  if (hours := found.get(f"hours_{code}"))]  # fmt: skip
        return {**{name: found[name] for name in names}, "stipend_cap": found["stipend_cap"] or 0,
                "price_weight": plain(found["price_weight"]), "price_basket": basket}  # fmt: skip


class ScoringForm(PartForm):
    """The scale of the scores, who is shortlisted, and how ties are broken."""

    kind = forms.ChoiceField(
        label=gettext_lazy("Scale of the scores"), widget=forms.RadioSelect,
        choices=[("ratings", gettext_lazy("words, each with its number")),
                 ("points", gettext_lazy("points"))],
    )  # fmt: skip
    low = forms.DecimalField(label=gettext_lazy("Lowest score"), max_digits=9, decimal_places=3)
    high = forms.DecimalField(label=gettext_lazy("Highest score"), max_digits=9, decimal_places=3)
    words = lines(
        gettext_lazy("Words of the scale"), rows=4,
        help_text=gettext_lazy("One a line, the best first, with its number: Exceptional = 100"),
    )  # fmt: skip
    spread_limit = percent(
        gettext_lazy("Spread that the panel must talk about, percent of the scale")
    )
    top_n = forms.IntegerField(
        label=gettext_lazy("Bids shortlisted"), min_value=1, max_value=999, required=False,
        help_text=gettext_lazy("By technical score; ties at the cut stay in. Empty for all."),
    )  # fmt: skip
    chain = forms.ChoiceField(label=gettext_lazy("How ties are broken"), widget=forms.RadioSelect)

    def prepare(self) -> None:
        chains = dict.fromkeys([*CHAINS, ",".join(self.content["tie_chain"])])
        field: Any = self.fields["chain"]
        field.choices = [(chain, ", ".join(str(scales.TIES[link]) for link in chain.split(",")
                          if link in scales.TIES)) for chain in chains if chain]  # fmt: skip

    def fill(self, content: Content) -> dict[str, Any]:
        scale = content["scale"]
        words = [f"{row['label']} = {row['value']}" for row in scale.get("ratings") or []]
        return {**content, "kind": scale.get("kind"), "low": scale.get("min"),
                "high": scale.get("max"), "words": "\n".join(words),
                "chain": ",".join(content["tie_chain"])}  # fmt: skip

    def clean_words(self) -> list[dict[str, str]]:
        found = []
        known = {row["label"]: row["code"] for row in self.content["scale"].get("ratings") or []}
        for number, line in enumerate(self.cleaned_data["words"].splitlines(), start=1):
            if not line.strip():
                continue
            label, _sign, value = line.rpartition("=")
            amount = scales.number(value.strip())
            if not label.strip() or amount is None:
                raise forms.ValidationError(_("Line %(number)s: write a word, then = and its "
                                              "number.") % {"number": number})  # fmt: skip
            word = label.strip()
            found.append({"code": known.get(word) or slugify(word)[:40], "label": word,
                          "value": str(plain(amount))})  # fmt: skip
        return found

    def said(self) -> Content:
        found = self.cleaned_data
        words = found["words"] if found["kind"] == "ratings" else []
        scale = {"kind": found["kind"], "min": plain(found["low"]), "max": plain(found["high"]),
                 "ratings": words}  # fmt: skip
        return {"scale": scale, "spread_limit": plain(found["spread_limit"]),
                "top_n": found["top_n"], "tie_chain": found["chain"].split(",")}  # fmt: skip


class PrototypeForm(PartForm):
    """What is asked of the prototype, and from when its repository is public."""

    branch = forms.CharField(label=gettext_lazy("Branch"), max_length=100)
    live_page = forms.BooleanField(
        label=gettext_lazy("The prototype answers at a public address"), required=False
    )
    public_from = forms.ChoiceField(
        label=gettext_lazy("The repository is public"), widget=forms.RadioSelect,
        choices=[
            ("start", gettext_lazy("from the start, as with 18F: names can be learnt, so the "
                                   "page says “not blind”")),
            ("opening", gettext_lazy("from the opening of the bids on")),
        ],
    )  # fmt: skip
    licences = forms.CharField(
        label=gettext_lazy("Licences that are accepted"),
        max_length=500,
        help_text=gettext_lazy("SPDX identifiers with commas between: Apache-2.0, MIT"),
    )
    words = whole(gettext_lazy("Words of the approach at most"), 100_000, required=False)
    effort_hours = whole(
        gettext_lazy("Ceiling of the effort, hours"), 100_000, required=False,
        help_text=gettext_lazy("So that nobody wins by working most for nothing. Empty for none."),
    )  # fmt: skip

    def fill(self, content: Content) -> dict[str, Any]:
        rules = content["prototype"]
        limits = rules.get("word_limits") or {}
        return {**rules, "licences": ", ".join(rules.get("licences") or []),
                "words": limits.get("approach")}  # fmt: skip

    def said(self) -> Content:
        found, rules = self.cleaned_data, self.content["prototype"]
        limits = {**(rules.get("word_limits") or {})}
        limits.pop("approach", None)
        if found["words"]:
            limits["approach"] = found["words"]
        licences = [name.strip() for name in found["licences"].split(",") if name.strip()]
        names = ("branch", "live_page", "public_from")
        changed = {**{name: found[name] for name in names}, "licences": licences,
                   "word_limits": limits, "effort_hours": found["effort_hours"]}  # fmt: skip
        return {"prototype": {**rules, **changed}}


class OrderForm(PartForm):
    """What the order will say, and how long the standstill lasts."""

    sprints = whole(gettext_lazy("Sprints foreseen"))
    sprint_days = forms.IntegerField(label=gettext_lazy("Days of a sprint"), min_value=1,
                                     max_value=60)  # fmt: skip
    order_terms = lines(gettext_lazy("Terms of the order"))
    joint_bids = forms.BooleanField(label=gettext_lazy("Joint bids are possible"), required=False)
    standstill_days = whole(gettext_lazy("Days of standstill"), 120)
    standstill_kind = forms.ChoiceField(label=gettext_lazy("Days counted as"),
                                        choices=DayKind.choices,
                                        widget=forms.RadioSelect)  # fmt: skip
    sealing = forms.ChoiceField(label=gettext_lazy("Key to the bids"), choices=Sealing.choices,
                                widget=forms.RadioSelect)  # fmt: skip

    def prepare(self) -> None:
        if self.competition.is_public:
            del self.fields["sealing"]


FORMS: dict[str, type[PartForm]] = {
    "texts": TextsForm, "dates": DatesForm, "price": PriceForm, "scoring": ScoringForm,
    "prototype": PrototypeForm, "order": OrderForm,
}  # fmt: skip
"""Parts that are one form."""
