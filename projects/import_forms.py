"""Forms of the import: the file with its mapping, and a row in quarantine with all its columns."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from core.refusals import Refused
from projects.importing import mapping as mappings
from projects.importing import reading
from projects.importing.faults import Fault
from projects.importing.mapping import Column, Mapping
from projects.importing.rows import form_shown
from projects.importing.tables import norm

OWN = "own"
TABLES = (".csv", ".tsv", ".txt", ".xlsx", ".xls")
"""Endings that may hold a table; the reader says what is wrong with an old .xls."""
OWN_LIMIT = 200_000

DELIVERED = (
    gettext_noop("Generic template"),
    gettext_noop("UK Government Major Projects Portfolio"),
    gettext_noop("US federal IT Dashboard: projects"),
)
"""The names of the mappings that come with Compuerta, as their files say them."""


class ImportForm(forms.Form):
    """A file to import, and how it is to be read."""

    mapping = forms.ChoiceField(
        label=gettext_lazy("What kind of file is it?"), widget=forms.RadioSelect
    )
    own = forms.FileField(
        label=gettext_lazy("Your own mapping"), required=False,
        help_text=gettext_lazy("A JSON file; only when you chose “own mapping” above."),
    )  # fmt: skip
    file = forms.FileField(
        label=gettext_lazy("The file with the projects"),
        help_text=gettext_lazy("CSV or XLSX, without formulas. Nothing is imported yet."),
        error_messages={"empty": gettext_lazy("The file is empty. Choose the file with the rows.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(known.code, _(known.label)) for known in mappings.known()]
        self.fields["mapping"].choices = [*choices, (OWN, _("Own mapping"))]  # type: ignore[attr-defined]

    def clean_file(self) -> Any:
        """A table by its name and size; what it holds is looked at in the background."""
        file = self.cleaned_data["file"]
        if not file.name.lower().endswith(TABLES):
            raise forms.ValidationError(
                _("“%(name)s” is no CSV or XLSX file. Save the table as one of them."),
                params={"name": file.name},
            )
        try:
            reading.refuse_size(file.size)
        except Refused as refused:
            raise forms.ValidationError(list(refused.reasons)) from refused
        return file

    def clean(self) -> dict[str, Any]:
        """The mapping itself stands in `chosen`."""
        data = super().clean() or {}
        if data.get("mapping") == OWN:
            self._read_own(data)
        elif data.get("mapping"):
            data["chosen"] = mappings.find(data["mapping"])
        return data

    def _read_own(self, data: dict[str, Any]) -> None:
        own = data.get("own")
        if not own:
            if "own" not in self.errors:
                self.add_error("own", _("Choose the JSON file with your mapping."))
            return
        try:
            text = own.read(OWN_LIMIT + 1).decode("utf-8-sig")
            data["chosen"] = mappings.parse(text)
        except UnicodeDecodeError:
            self.add_error("own", _("The mapping is not in UTF-8. Save it as JSON in UTF-8."))
        except Refused as refused:
            for reason in refused.reasons:
                self.add_error("own", reason)


class QuarantinedRowForm(forms.Form):
    """All columns of a kept row, those that the mapping reads first."""

    def __init__(self, *args: Any, mapping: Mapping, header: list[str], cells: list[str],
                 **kwargs: Any) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        self.header, self.read = header, _names(mapping)
        padded = [*cells, *[""] * len(header)][: len(header)]
        for place, (name, cell) in enumerate(zip(header, padded, strict=True)):
            field = _field(name or _("(no name)"), cell, self.read.get(norm(name)))
            field.required = norm(name) == norm(mapping.key.header)
            self.fields[f"c{place}"] = field

    @property
    def cells(self) -> list[str]:
        """What was typed, in the order of the header."""
        return [self.cleaned_data.get(f"c{place}", "") for place in range(len(self.header))]

    @property
    def read_fields(self) -> list[Any]:
        """The fields of columns that the mapping reads."""
        return [self[f"c{n}"] for n, name in enumerate(self.header) if norm(name) in self.read]

    @property
    def other_fields(self) -> list[Any]:
        """The fields of columns that are kept and not read."""
        return [self[f"c{n}"] for n, name in enumerate(self.header) if norm(name) not in self.read]

    def add_faults(self, faults: list[Fault]) -> None:
        """Put each fault beside its column."""
        places = {norm(name): f"c{place}" for place, name in reversed(list(enumerate(self.header)))}
        for fault in faults:
            self.add_error(places.get(norm(fault.column)), fault.sentence)


def _names(mapping: Mapping) -> dict[str, Column]:
    return {norm(column.header): column for column in mapping.columns}


def _field(label: str, cell: str, column: Column | None) -> forms.CharField:
    long = len(cell) > 80 or "\n" in cell  # noqa: PLR2004  what fits in one line
    return forms.CharField(
        label=label, initial=cell, required=False, strip=False, help_text=_hint(column),
        widget=forms.Textarea(attrs={"rows": 4}) if long else forms.TextInput,
    )  # fmt: skip


def _hint(column: Column | None) -> str:
    if column is None:
        return ""
    if column.dates:
        forms_shown = ", ".join(dict.fromkeys(form_shown(form) for form in column.dates))
        return _("A date of the form %(forms)s.") % {"forms": forms_shown}
    units = {"millions": _("In millions."), "thousands": _("In thousands."),
             "minor": _("In minor units, such as cents.")}  # fmt: skip
    return units.get(column.unit, "")
