"""Forms of the catalogue entry, its team, benefits and business case."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.models import Institution
from projects import fields
from projects.catalogue import SHARED_COMPONENTS
from projects.fields import AmountField, minor, person, shown
from projects.models.case import Benefit, DuplicateHit, TeamRole
from projects.models.project import Project, Risk

SECTIONS = (
    (_("What it is"), ("title", "problem", "users_and_needs", "tags", "life_event", "novel")),
    (_("Who answers for it"), ("institution", "manager", "owner", "product_owner")),
    (_("Cost, dates and risk"), ("currency", "cost", "starts_on", "ends_on", "risk")),
    (_("How it is built"), ("shared_components", "open_standards", "licence", "source_url")),
    (_("After closing"), ("benefits_owner", "benefits_review_on")),
)


def _long(label: Any, help_text: Any = "", rows: int = 5) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(
        label=label, required=False, max_length=20000, help_text=help_text, widget=widget
    )


class ProjectForm(forms.Form):
    """The catalogue entry at any completeness: only the title is needed to save a draft."""

    title = forms.CharField(label=_("Title"), max_length=250)
    problem = _long(_("Problem to be solved"), _("What goes wrong today, for whom, and how often."))
    users_and_needs = _long(_("Users and their needs"))
    tags = forms.CharField(
        label=_("Tags"), required=False, max_length=400,
        help_text=_("Words for what joins services up, with commas between them."),
    )  # fmt: skip
    life_event = forms.CharField(
        label=_("Life event"), required=False, max_length=60,
        help_text=_("For example: birth of a child, opening a business."),
    )  # fmt: skip
    novel = forms.BooleanField(
        label=_("Novel or contentious: the highest board decides"), required=False
    )
    institution = forms.ModelChoiceField(
        Institution.objects.all(), label=_("Institution"), required=False
    )
    manager = person(_("Project manager"))
    owner = person(
        _("Certifying owner"),
        help_text=_("Their e-mail address. They must accept, and cannot be the manager."),
    )
    product_owner = person(_("Product owner"))
    currency = forms.CharField(
        label=_("Currency"), required=False, max_length=3,
        help_text=_("Three letters, for example MXN or USD."),
    )  # fmt: skip
    cost = AmountField(
        label=_("Whole-life cost"), required=False,
        help_text=_("From the first idea to the closing, in units of the currency."),
    )  # fmt: skip
    starts_on = fields.day(_("Start"), required=False)
    ends_on = fields.day(_("End"), required=False)
    risk = forms.ChoiceField(
        label=_("Risk"), required=False, choices=Risk.choices,
        widget=forms.RadioSelect(attrs={"class": "govuk-radios--inline"}),
        help_text=_("High risk lifts the project by one tier."),
    )  # fmt: skip
    shared_components = forms.MultipleChoiceField(
        label=_("Shared components used"), required=False, choices=SHARED_COMPONENTS,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    open_standards = _long(_("Open standards followed"), rows=3)
    licence = forms.CharField(
        label=_("Licence of the source code"), required=False, max_length=80,
        help_text=_("For example Apache-2.0 or EUPL-1.2."),
    )  # fmt: skip
    source_url = forms.URLField(
        label=_("Address of the source code"), required=False, max_length=400,
        assume_scheme="https",
    )  # fmt: skip
    benefits_owner = person(_("Who follows the benefits after closing"))
    benefits_review_on = fields.day(_("Review of the benefits on"), required=False)
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, project: Project | None = None, editable: list[str],
                 **kwargs: Any) -> None:  # fmt: skip
        self.project = project
        if project is not None:
            kwargs["initial"] = {**self._written(project), **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        for name in [name for name in self.fields if name not in (*editable, "seen")]:
            del self.fields[name]

    @staticmethod
    def _written(project: Project) -> dict[str, Any]:
        found = {name: getattr(project, name) for _title, names in SECTIONS for name in names}
        found |= {"cost": shown(project.cost, project.currency), "tags": ", ".join(project.tags)}
        return {**found, "seen": project.updated_at.isoformat()}

    def sections(self) -> Iterator[tuple[Any, list[Any]]]:
        """The fields that may be edited now, under their headings."""
        for title, names in SECTIONS:
            if found := [self[name] for name in names if name in self.fields]:
                yield title, found

    def clean_tags(self) -> list[str]:
        words = [word.strip() for word in self.cleaned_data["tags"].split(",")]
        return list(dict.fromkeys(word for word in words if word))

    def clean_currency(self) -> str:
        return fields.currency(self.cleaned_data["currency"])

    def clean_shared_components(self) -> list[str]:
        chosen = self.cleaned_data["shared_components"]
        if "none" in chosen and len(chosen) > 1:
            raise ValidationError(gettext("Choose the components used, or that none is; not both."))
        return list(chosen)

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        self._still_the_same(found)
        self._in_minor_units(found)
        return found

    def _still_the_same(self, found: dict[str, Any]) -> None:
        seen = found.pop("seen", "")
        if self.project is not None and seen and seen != self.project.updated_at.isoformat():
            self.add_error(None, gettext(
                "Somebody changed the entry since you opened the page. Open it again in another "
                "window, compare, and save once more."
            ))  # fmt: skip
            typed: Any = self.data
            typed = typed.copy()
            typed[self.add_prefix("seen")] = self.project.updated_at.isoformat()
            self.data = typed

    def _in_minor_units(self, found: dict[str, Any]) -> None:
        if found.get("cost") is None:
            return
        code = found.get("currency", self.project.currency if self.project else "")
        if not code:
            if "currency" not in self.errors:
                self.add_error("currency", gettext("Choose the currency of the whole-life cost."))
            found.pop("cost")
            return
        try:
            found["cost"] = minor(found["cost"], code)
        except ValidationError as error:
            self.add_error("cost", error)


class TeamRoleForm(forms.Form):
    """One role of the team and who fills it."""

    role = forms.ChoiceField(
        label=_("Role"), choices=[("", "–"), *TeamRole.Role.choices], required=False
    )
    person = person(_("Person with an account"))
    name = forms.CharField(
        label=_("Or the name of somebody without an account"), required=False, max_length=150
    )

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        named = found.get("person") or found.get("name")
        if named and not found.get("role") and not self.errors:
            self.add_error("role", gettext("Choose the role that this person fills."))
        return found


class BenefitForm(forms.Form):
    """One benefit with its measure."""

    kind = forms.ChoiceField(label=_("Kind"), choices=Benefit.Kind.choices, required=False)
    title = forms.CharField(label=_("Benefit"), required=False, max_length=200)
    measure = forms.CharField(label=_("How it is measured"), required=False, max_length=200)
    unit = forms.CharField(label=_("Unit"), required=False, max_length=60)
    baseline = forms.DecimalField(
        label=_("Where it stands now"), required=False, max_digits=20, decimal_places=4
    )
    target = forms.DecimalField(
        label=_("Where it should stand"), required=False, max_digits=20, decimal_places=4
    )
    owner = person(_("Who answers for it"))
    due = fields.day(_("By when"), required=False)

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if not found.get("title") and any(value for name, value in found.items() if name != "kind"):
            self.add_error("title", gettext("Say what the benefit is, or empty the row."))
        return found


class AnswerForm(forms.Form):
    """What is said about a project that was found."""

    answer = forms.ChoiceField(
        label=_("Answer"), choices=DuplicateHit.Answer.choices, widget=forms.RadioSelect
    )
    explanation = forms.CharField(
        label=_("Explanation"), max_length=4000, widget=forms.Textarea(attrs={"rows": 3})
    )


class AcceptForm(forms.Form):
    """The owner's word."""

    because = forms.CharField(
        label=_("Remark"), required=False, max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("It stands in the history for good."),
    )  # fmt: skip
