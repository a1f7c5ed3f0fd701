"""Forms of the evaluation: compliance, cures, scores, agreement, exclusions, low prices."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.documents import DocumentField
from procurement import scales
from procurement.models import Bid, ComplianceItem, Criterion, Ground
from procurement.models.evaluation_sheet import plain

TEXT_MAX = 4000
SMALL = {"class": "govuk-radios--small"}


def awaited(field: Any) -> Any:
    """A field that a draft may leave empty, though an answer is awaited in the end."""
    field.awaited = True
    return field


def longer(label: Any, *, rows: int = 3, required: bool = True, **more: Any) -> forms.CharField:
    """A field for a longer text."""
    return forms.CharField(label=label, required=required, max_length=TEXT_MAX, strip=True,
                           widget=forms.Textarea(attrs={"rows": rows}), **more)  # fmt: skip


def score_field(scale: dict[str, Any], label: Any, *, initial: Any = None) -> forms.Field:
    """A field for a score: the words of the scale where it has them, else a number on it."""
    words = scales.ratings(scale)
    if words and scale.get("kind") == "ratings":
        choices = [(plain(value), f"{name} ({plain(value)})") for value, name in words]
        return forms.TypedChoiceField(
            label=label, required=False, choices=choices, coerce=Decimal, empty_value=None,
            initial=plain(initial), widget=forms.RadioSelect(attrs=SMALL),
        )  # fmt: skip
    low, high = scales.bounds(scale) or (Decimal(0), Decimal(100))
    return forms.DecimalField(
        label=label, required=False, min_value=low, max_value=high, max_digits=9, decimal_places=3,
        initial=plain(initial), widget=forms.TextInput(attrs={"inputmode": "decimal"}),
        help_text=_("From %(low)s to %(high)s; zero is a score.")
        % {"low": plain(low), "high": plain(high)},
    )  # fmt: skip


class ComplianceForm(forms.Form):
    """What an officer finds about each rule."""

    def __init__(self, *args: Any, items: list[ComplianceItem], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.items = items
        for item in items:
            self.fields[f"result_{item.pk}"] = awaited(forms.ChoiceField(
                label=item.title, choices=ComplianceItem.Result.choices, required=False,
                initial=item.result, widget=forms.RadioSelect(attrs=SMALL),
                help_text=_("May be cured.") if item.curable else "",
            ))  # fmt: skip
            self.fields[f"reason_{item.pk}"] = longer(
                _("%(rule)s: reason") % {"rule": item.title}, rows=2, required=False,
                initial=item.reason,
            )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        for item in self.items:
            unmet = found.get(f"result_{item.pk}") == ComplianceItem.Result.UNMET
            if unmet and not found.get(f"reason_{item.pk}"):
                self.add_error(f"reason_{item.pk}", _("Say why the rule is not met."))
        return found

    def rows(self) -> list[dict[str, Any]]:
        """What `complying.write` takes."""
        said = self.cleaned_data
        return [{"item": item, "result": said[f"result_{item.pk}"],
                 "reason": said[f"reason_{item.pk}"]} for item in self.items]  # fmt: skip


class CureForm(forms.Form):
    """What a bidder adds to what was missing."""

    answer = longer(gettext_lazy("What cures it"), rows=6)
    file = DocumentField(label=gettext_lazy("File"), required=False)


class SheetForm(forms.Form):
    """One member's scores of one bid, criterion by criterion."""

    def __init__(self, *args: Any, criteria: list[Criterion], scale: dict[str, Any],
                 drafts: dict[int, Any], **kwargs: Any) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        self.criteria = criteria
        for row in criteria:
            draft = drafts.get(row.pk)
            label = _("%(criterion)s: score") % {"criterion": row.title}
            value = draft.value if draft else None
            self.fields[f"score_{row.pk}"] = awaited(score_field(scale, label, initial=value))
            self.fields[f"comment_{row.pk}"] = longer(
                _("%(criterion)s: comment") % {"criterion": row.title}, rows=2, required=False,
                initial=draft.comment if draft else "",
            )  # fmt: skip

    def groups(self) -> Iterator[tuple[Criterion, list[Any]]]:
        """Each criterion with its fields."""
        for row in self.criteria:
            yield row, [self[f"score_{row.pk}"], self[f"comment_{row.pk}"]]

    def rows(self, bid: Bid) -> list[dict[str, Any]]:
        """What `scoring_alone.save` takes: only what is well formed."""
        said = self.cleaned_data
        return [
            {"bid": bid, "criterion": row, "value": said[f"score_{row.pk}"],
             "comment": said[f"comment_{row.pk}"]}
            for row in self.criteria
            if f"score_{row.pk}" in said and f"comment_{row.pk}" in said
        ]  # fmt: skip


class AgreementForm(forms.Form):
    """The chair's agreed scores of one bid, with reasons; and how the panel talked."""

    def __init__(self, *args: Any, cells: list[Any], scale: dict[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.cells = cells
        low, high = scales.bounds(scale) or (Decimal(0), Decimal(100))
        for cell in cells:
            self._add(cell, low, high)
        for field in self.fields.values():
            awaited(field)

    def _add(self, cell: Any, low: Decimal, high: Decimal) -> None:
        key, said = cell.criterion.pk, {"criterion": cell.criterion.title}
        known = cell.consensus
        if cell.is_outlying:
            talked = cell.moderation
            self.fields[f"moderation_{key}"] = longer(
                _("%(criterion)s: how the panel talked about it") % said, rows=3, required=False,
                initial=talked.text if talked else "",
                help_text=_("The scores lie beyond the limit: record this before the score."),
            )  # fmt: skip
        self.fields[f"value_{key}"] = forms.DecimalField(
            label=_("%(criterion)s: agreed score") % said, required=False, min_value=low,
            max_value=high, max_digits=9, decimal_places=3,
            initial=plain(known.value) if known else "",
            widget=forms.TextInput(attrs={"inputmode": "decimal"}),
            help_text=_("The mean of the sheets is %(mean)s: a proposal, no more.")
            % {"mean": plain(cell.proposal)},
        )  # fmt: skip
        self.fields[f"text_{key}"] = longer(
            _("%(criterion)s: reasons of the agreed score") % said, rows=3, required=False,
            initial=known.text if known else "",
        )  # fmt: skip

    def groups(self) -> Iterator[tuple[Any, list[Any]]]:
        """Each cell with its fields."""
        for cell in self.cells:
            key = cell.criterion.pk
            names = (f"moderation_{key}", f"value_{key}", f"text_{key}")
            yield cell, [self[name] for name in names if name in self.fields]

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        for cell in self.cells:
            key = cell.criterion.pk
            if found.get(f"value_{key}") is not None and not found.get(f"text_{key}"):
                self.add_error(f"text_{key}", _("Give the reasons of the agreed score."))
            if found.get(f"text_{key}") and found.get(f"value_{key}", 0) is None:
                self.add_error(f"value_{key}", _("Give the agreed score; zero is a score."))
        return found

    def moderations(self) -> list[tuple[Any, str]]:
        """What was newly written about scores beyond the limit."""
        found = []
        for cell in self.cells:
            said = self.cleaned_data.get(f"moderation_{cell.criterion.pk}", "")
            known = cell.moderation.text if cell.moderation else ""
            if said and (said != known or cell.unmoderated):
                found.append((cell.criterion, said))
        return found

    def rows(self, bid: Bid) -> list[dict[str, Any]]:
        """What `agreeing.agree` takes: the criteria for which a score is given."""
        said = self.cleaned_data
        return [
            {"bid": bid, "criterion": cell.criterion, "value": said[f"value_{cell.criterion.pk}"],
             "text": said[f"text_{cell.criterion.pk}"]}
            for cell in self.cells if said.get(f"value_{cell.criterion.pk}") is not None
        ]  # fmt: skip


class ExclusionForm(forms.Form):
    """On which ground of the list a bid would be excluded, and why."""

    ground = forms.ChoiceField(label=gettext_lazy("Ground"), choices=Ground.choices,
                               widget=forms.RadioSelect)  # fmt: skip
    reason = longer(gettext_lazy("Reasons"), rows=5,
                  help_text=gettext_lazy("The bidder reads them, and a challenge is held "
                                         "against them."))  # fmt: skip


class ExplanationForm(forms.Form):
    """What a bidder said to a price that looks too low, and whether that explains it."""

    text = longer(gettext_lazy("Explanation of the bidder"), rows=5)
    accepted = forms.TypedChoiceField(
        label=gettext_lazy("Does it explain the price?"), widget=forms.RadioSelect,
        choices=[("yes", gettext_lazy("Yes, it explains it")),
                 ("no", gettext_lazy("No, propose the exclusion then"))],
        coerce=lambda said: said == "yes",
    )  # fmt: skip
    reason = longer(gettext_lazy("Reasons"), rows=3)


class ChairForm(forms.Form):
    """Who chairs the panel from now on."""

    member: Any = forms.ModelChoiceField(label=gettext_lazy("Who chairs from now on"),
                                         queryset=None, empty_label=None,
                                         widget=forms.RadioSelect)  # fmt: skip
    reason = longer(gettext_lazy("Reason"), rows=3)

    def __init__(self, *args: Any, members: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["member"]
        field.queryset = members
        field.label_from_instance = lambda member: str(member.user)
