"""Forms of historical orders: the file, and the word to load it."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from core.documents import DocumentField


class OrdersFileForm(forms.Form):
    """A file of orders, and the lot that they belong to where there are several."""

    file = DocumentField(label=gettext_lazy("File with the orders (CSV)"))
    lot: Any = forms.ModelChoiceField(label=gettext_lazy("Lot"), queryset=None, empty_label=None)

    def __init__(self, *args: Any, lots: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["lot"].queryset = lots  # type: ignore[attr-defined]
        if lots.count() < 2:  # noqa: PLR2004  with one lot there is nothing to choose
            del self.fields["lot"]


class LoadForm(forms.Form):
    """The lot that was chosen with the file."""

    lot = forms.CharField(widget=forms.HiddenInput, required=False, max_length=6)
