"""Forms for money given back: claims, their hearing, entries of two people, excused days."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.documents import DocumentField
from projects.accounts import APPROVED, RECOVERED, Account
from projects.forms_money import AmountField
from projects.models import ClaimAppeal, EntryKind, ExcusedDays


def note(label: Any, *, required: bool = True, rows: int = 4, help_text: Any = "") -> Any:
    """A field for a longer text."""
    return forms.CharField(label=label, required=required, max_length=4000, help_text=help_text,
                           widget=forms.Textarea(attrs={"rows": rows}))  # fmt: skip


class AmountForm(forms.Form):
    """A form with one amount above zero, in the currency of its project."""

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["amount"] = AmountField(currency=currency, label=_("Amount"))

    def clean_amount(self) -> Any:
        amount = self.cleaned_data["amount"]
        if amount == 0:
            raise forms.ValidationError(_("Enter an amount above zero."))
        return amount


class ClaimForm(AmountForm):
    """What an auditor claims back, from whom, and on which law."""

    finding: Any = forms.ModelChoiceField(
        label=gettext_lazy("Because of which finding"), queryset=None, empty_label=None
    )
    debtor = forms.CharField(label=gettext_lazy("Debtor"), max_length=200)
    debtor_number = forms.CharField(
        label=gettext_lazy("Tax number of the debtor"), max_length=40, required=False
    )
    legal_basis = note(gettext_lazy("Legal basis"), rows=2,
                       help_text=gettext_lazy("The law and the article."))  # fmt: skip

    def __init__(self, *args: Any, findings: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["finding"].queryset = findings  # type: ignore[attr-defined]


class NoticeForm(forms.Form):
    """What the debtor is told."""

    text = note(gettext_lazy("Notice to the debtor"), rows=8, help_text=gettext_lazy(
        "What is claimed, why, on which law, and how the debtor may answer."))  # fmt: skip
    document = DocumentField(label=gettext_lazy("Signed notice"), required=False)


class AnswerForm(forms.Form):
    """What the debtor answered."""

    text = note(gettext_lazy("Answer of the debtor"), rows=8)
    answered_on = forms.DateField(label=gettext_lazy("Answered on"))
    document = DocumentField(label=gettext_lazy("Document"), required=False)


class ClawbackForm(forms.Form):
    """The entry of an upheld claim."""

    reference = forms.CharField(label=gettext_lazy("Reference of the decision"), max_length=120)
    due_on = forms.DateField(label=gettext_lazy("To be paid until"))
    note = note(gettext_lazy("Note"), required=False, rows=3)


class SettleForm(AmountForm):
    """Part of a claim that was paid, or is given up."""

    kind = forms.ChoiceField(
        label=gettext_lazy("What is recorded"), widget=forms.RadioSelect,
        choices=[(EntryKind.RECOVER, EntryKind.RECOVER.label),
                 (EntryKind.WRITE_OFF, EntryKind.WRITE_OFF.label)],
        initial=EntryKind.RECOVER,
    )  # fmt: skip
    reference = forms.CharField(
        label=gettext_lazy("Reference of the receipt or decision"), max_length=120
    )
    authority = forms.CharField(
        label=gettext_lazy("Outside authority"), max_length=200, required=False,
        help_text=gettext_lazy("For a write-off: on whose word the money is given up."),
    )  # fmt: skip
    document = DocumentField(label=gettext_lazy("Document"), required=False)
    note = note(gettext_lazy("Note"), required=False, rows=3)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields(["kind", "amount"])

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        if found.get("kind") == EntryKind.WRITE_OFF:
            if not found.get("authority"):
                self.add_error(
                    "authority", _("Name the outside authority on whose word it is written off.")
                )
            if not found.get("document") and "document" not in self.errors:
                self.add_error("document", _("Attach the decision of that authority."))
        return found


class AppealForm(forms.Form):
    """An appeal that the debtor filed."""

    body = forms.CharField(label=gettext_lazy("Court or authority"), max_length=200)
    reference = forms.CharField(label=gettext_lazy("Number of the appeal"), max_length=120)
    filed_on = forms.DateField(label=gettext_lazy("Filed on"))
    document = DocumentField(label=gettext_lazy("Document"), required=False)


class AppealEndForm(forms.Form):
    """How an appeal ended."""

    outcome = forms.ChoiceField(
        label=gettext_lazy("Outcome"), choices=ClaimAppeal.Outcome.choices,
        widget=forms.RadioSelect,
    )  # fmt: skip
    ended_on = forms.DateField(label=gettext_lazy("Ended on"))


class SurrenderForm(AmountForm):
    """Money that goes back to the treasury."""

    account = forms.ChoiceField(
        label=gettext_lazy("From account"), widget=forms.RadioSelect,
        choices=[(APPROVED, Account.APPROVED.label), (RECOVERED, Account.RECOVERED.label)],
        initial=APPROVED,
    )  # fmt: skip
    reference = forms.CharField(label=gettext_lazy("Reference of its document"), max_length=120)
    document = DocumentField(label=gettext_lazy("Document"), required=False)
    note = note(gettext_lazy("Why"), rows=3)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields(["account", "amount"])


class ContinuityForm(AmountForm):
    """Money ahead of a tranche whose review is undecided."""

    reference = forms.CharField(label=gettext_lazy("Reference of the request"), max_length=120)
    note = note(gettext_lazy("What it keeps going"), rows=3)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields(["amount"])


class ExcuseForm(forms.Form):
    """Days on which a tranche could not be drawn, with their evidence."""

    ground = forms.ChoiceField(
        label=gettext_lazy("Ground"), choices=ExcusedDays.Ground.choices,
        widget=forms.RadioSelect,
    )  # fmt: skip
    first_day = forms.DateField(label=gettext_lazy("First day"))
    last_day = forms.DateField(label=gettext_lazy("Last day"))
    reason = note(gettext_lazy("What happened"))
    document = DocumentField(label=gettext_lazy("Evidence"))

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        first, last = found.get("first_day"), found.get("last_day")
        if first and last and last < first:
            self.add_error("last_day", _("The last day lies before the first."))
        return found
