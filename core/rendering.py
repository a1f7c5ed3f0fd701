"""How a Django form becomes GOV.UK Frontend markup: classes, hints, errors, descriptions."""

from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.forms.renderers import TemplatesSetting
from django.forms.widgets import DateTimeBaseInput, Input
from django.utils.translation import gettext_lazy as _

INPUT, TEXTAREA, SELECT, FILE, BOX = (
    "govuk-input",
    "govuk-textarea",
    "govuk-select",
    "govuk-file-upload",
    "govuk-checkboxes__input",
)
LOOKS: tuple[tuple[type[forms.Widget], str], ...] = (
    (forms.CheckboxSelectMultiple, ""),
    (forms.RadioSelect, ""),
    (forms.Textarea, TEXTAREA),
    (forms.Select, SELECT),
    (forms.CheckboxInput, BOX),
    (forms.FileInput, FILE),
    (forms.MultiWidget, INPUT),
    (Input, INPUT),
)
WIDTHS = (2, 3, 4, 5, 10, 20, 30)


class GovukBoundField(BoundField):
    """A field of a form as our templates show it: it knows its look, its hint and its place."""

    def __init__(self, form: forms.BaseForm, field: forms.Field, name: str) -> None:
        super().__init__(form, field, name)
        widget = field.widget
        if type(widget) is forms.DateInput:
            widget.format = widget.format or "%Y-%m-%d"
            self.help_text = self.help_text or _("Year, month and day, for example 2026-03-27.")
        if isinstance(widget, forms.NumberInput):
            _type_as_text(field, widget)

    @property
    def kind(self) -> str:
        """Which of our field templates fits: radios, checkboxes, checkbox, group or plain."""
        widget = self.field.widget
        if isinstance(widget, forms.CheckboxSelectMultiple):
            return "checkboxes"
        if isinstance(widget, forms.RadioSelect):
            return "radios"
        if isinstance(widget, forms.CheckboxInput):
            return "checkbox"
        return "group" if self.use_fieldset else "plain"

    @property
    def use_fieldset(self) -> bool:
        """Whether several controls share one legend; a file input is one control."""
        widget = self.field.widget
        return bool(widget.use_fieldset) and not isinstance(widget, forms.FileInput)

    @property
    def focus_id(self) -> str:
        """The id of the control that a link in the error summary moves the focus to."""
        if not self.use_fieldset:
            return str(self.id_for_label or self.auto_id)
        first = next(iter(getattr(self.field.widget, "choices", ())), ("", ""))
        grouped = isinstance(first[1], list | tuple)
        return f"{self.auto_id}_0_0" if grouped else f"{self.auto_id}_0"

    @property
    def prefix(self) -> str:
        """What stands before the input (a currency code), set as `prefix` on the widget."""
        return getattr(self.field.widget, "prefix", "")

    @property
    def suffix(self) -> str:
        """What stands behind the input (a unit), set as `suffix` on the widget."""
        return getattr(self.field.widget, "suffix", "")

    @property
    def optional(self) -> bool:
        """Whether the label says that nobody has to answer; a draft's field may be `awaited`."""
        awaited = getattr(self.field, "awaited", False)
        return not (self.field.required or self.field.disabled or awaited)

    @property
    def aria_describedby(self) -> str | None:
        """The ids of hint, error and affixes, in the order in which they are read out."""
        own = super().aria_describedby
        affixes = [f"{self.auto_id}_{name}" for name in ("prefix", "suffix") if getattr(self, name)]
        return " ".join([*([own] if own else []), *affixes]) if own is not None else None

    def build_widget_attrs(
        self, attrs: dict[str, Any], widget: forms.Widget | None = None
    ) -> dict[str, Any]:
        """The attributes of the control: our classes, and none of the browser's own bubbles."""
        widget = widget or self.field.widget
        attrs = super().build_widget_attrs(attrs, widget)
        attrs.pop("required", None)
        attrs["placeholder"] = False  # it vanishes when one types; hints stay
        classes = _classes(self.field, widget, bool(not widget.is_hidden and self.errors))
        given = f"{widget.attrs.get('class', '')} {attrs.get('class', '')}".split()
        if merged := " ".join(dict.fromkeys([*given, *classes])):
            attrs["class"] = merged
        if isinstance(widget, forms.Textarea) and widget.attrs.get("rows") == "10":
            attrs["rows"] = "5"
        return attrs


class GovukRenderer(TemplatesSetting):
    """Renders every form of the site with our own templates and bound fields."""

    form_template_name = "django/forms/form.html"
    formset_template_name = "django/forms/formset.html"
    field_template_name = "django/forms/field.html"
    bound_field_class = GovukBoundField


def _type_as_text(field: forms.Field, widget: forms.NumberInput) -> None:
    """Numbers are typed as text with a numeric keypad: spinners lose what was typed."""
    widget.input_type = "text"
    whole = isinstance(field, forms.IntegerField) and not isinstance(
        field, forms.DecimalField | forms.FloatField
    )
    widget.attrs = {k: v for k, v in widget.attrs.items() if k not in {"min", "max", "step"}}
    widget.attrs.setdefault("inputmode", "numeric" if whole else "decimal")


def _classes(field: forms.Field, widget: forms.Widget, wrong: bool) -> list[str]:
    """The classes of a control, of its width and of its being wrong."""
    look = next((look for kind, look in LOOKS if isinstance(widget, kind)), "")
    if not look or widget.is_hidden:
        return []
    classes = [look]
    if wrong and look != BOX:
        classes.append(f"{look}--error")
    if look == INPUT and not isinstance(widget, forms.MultiWidget):
        classes += _width(field, widget)
    return classes


def _width(field: forms.Field, widget: forms.Widget) -> list[str]:
    """The narrowest of our widths that shows all that may be typed; long texts take the line."""
    if isinstance(widget, DateTimeBaseInput | forms.NumberInput):
        return ["govuk-input--width-10"]
    limit = getattr(field, "max_length", None)
    fitting = [width for width in WIDTHS if limit and limit <= width]
    return [f"govuk-input--width-{fitting[0]}"] if fitting else []
