"""Forms of vendors: registration, declarations, people, documents, suspensions, decisions."""

from typing import Any

from babel import Locale
from django import forms
from django.contrib.auth import password_validation
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from core.documents import DocumentField
from vendors import naming
from vendors.models import BarringKind, Ownership, PaperKind, SeatRole, Size
from vendors.tax_numbers import Standing, read

UNSAID = gettext_lazy("not said")
FIRST_COUNTRIES = ("MX", "US", "ES", "CO", "AR", "CL", "PE", "BR")
YES_NO = [("", UNSAID), ("yes", gettext_lazy("yes")), ("no", gettext_lazy("no"))]
MOST_CATEGORIES = 20


def countries() -> list[tuple[str, str]]:
    """Countries by name in the reader's language, those of the region first."""
    found: Any = Locale.parse((get_language() or "es")[:2]).territories
    names: dict[str, str] = dict(found.items())
    codes = [code for code in names if len(code) == 2 and code.isalpha() and code != "ZZ"]  # noqa: PLR2004
    first = [(code, names[code]) for code in FIRST_COUNTRIES]
    rest = sorted((names[code], code) for code in codes if code not in FIRST_COUNTRIES)
    return [("", str(UNSAID)), *first, *((code, name) for name, code in rest)]


class PersonForm(forms.Form):
    """Who registers a company."""

    name = forms.CharField(
        label=gettext_lazy("Your name"), max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )  # fmt: skip
    email = forms.EmailField(
        label=gettext_lazy("Your e-mail address"),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        help_text=gettext_lazy("We send a link there; you sign in with this address later."),
    )  # fmt: skip

    def clean_name(self) -> str:
        name = naming.tidy(self.cleaned_data["name"])
        if not naming.key(name):
            raise forms.ValidationError(_("Write your name in letters."))
        return name


class PasswordForm(forms.Form):
    """The password of a new account, typed twice."""

    password = forms.CharField(
        label=gettext_lazy("Password"), strip=False, max_length=200,
        help_text=gettext_lazy("At least 12 characters."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )  # fmt: skip
    again = forms.CharField(
        label=gettext_lazy("Password once more"), strip=False, max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )  # fmt: skip

    def __init__(self, *args: Any, person: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person = person

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        password, again = found.get("password"), found.get("again")
        if password and again and password != again:
            self.add_error("again", _("The two passwords differ."))
        elif password:
            try:
                password_validation.validate_password(password, self.person)
            except forms.ValidationError as error:
                self.add_error("password", error)
        return found


class NamedPasswordForm(PasswordForm):
    """The same for somebody who was invited: their name as well."""

    name = forms.CharField(
        label=gettext_lazy("Your name"), max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )  # fmt: skip
    field_order = ("name", "password", "again")


class CompanyForm(forms.Form):
    """Name, country and tax number; the number is checked by the country's rule."""

    name = forms.CharField(label=gettext_lazy("Name of the company"), max_length=200)
    legal_name = forms.CharField(
        label=gettext_lazy("Legal name, if it is another"), max_length=250, required=False
    )
    country = forms.ChoiceField(label=gettext_lazy("Country"), initial="MX")
    tax_id = forms.CharField(
        label=gettext_lazy("Tax number"), max_length=60,
        help_text=gettext_lazy("In Mexico the RFC, for example MAB-930714-8T4. Spaces and hyphens "
                               "do not matter."),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["country"].choices = countries()  # type: ignore[attr-defined]

    def clean_name(self) -> str:
        name = naming.tidy(self.cleaned_data["name"])
        if not naming.key(name):
            raise forms.ValidationError(_("Write the name of the company in letters."))
        return name

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        if "country" in found and found.get("tax_id"):
            number = read(found["country"], found["tax_id"])
            if number.standing == Standing.INVALID:
                self.add_error("tax_id", number.sentence)
            elif number.standing == Standing.NONE:
                self.add_error("tax_id", _("Enter the tax number."))
        return found


class CorrectForm(CompanyForm):
    """A correction by an officer, with its reason."""

    because = forms.CharField(label=gettext_lazy("Reason"), max_length=1000)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["tax_id"].required = self.fields["country"].required = False


class FlagsForm(forms.Form):
    """Size, start-up, social enterprise, region and ownership."""

    size = forms.ChoiceField(
        label=gettext_lazy("Size"), choices=[("", UNSAID), *Size.choices], required=False
    )
    start_up = forms.ChoiceField(label=gettext_lazy("Start-up"), choices=YES_NO, required=False)
    social_enterprise = forms.ChoiceField(
        label=gettext_lazy("Social enterprise"), choices=YES_NO, required=False
    )
    region = forms.CharField(
        label=gettext_lazy("Region"), max_length=120, required=False,
        help_text=gettext_lazy("State or province, for example Jalisco."),
    )  # fmt: skip
    ownership = forms.MultipleChoiceField(
        label=gettext_lazy("Ownership"), choices=Ownership.choices, required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip

    def clean_start_up(self) -> bool | None:
        return _truth(self.cleaned_data["start_up"])

    def clean_social_enterprise(self) -> bool | None:
        return _truth(self.cleaned_data["social_enterprise"])


def _truth(value: str) -> bool | None:
    return {"yes": True, "no": False}.get(value)


def flags_of(vendor: Any, prefix: str = "") -> dict[str, Any]:
    """What a vendor declares, or (`verified_`) what is verified of it, as a form shows it."""
    words = {True: "yes", False: "no", None: ""}
    found = {flag: getattr(vendor, f"{prefix}{flag}") for flag in FlagsForm.base_fields}
    return {
        **found, "start_up": words[found["start_up"]],
        "social_enterprise": words[found["social_enterprise"]],
    }  # fmt: skip


class ProfileForm(FlagsForm):
    """What a company declares of itself, and what its public page shows."""

    categories = forms.CharField(
        label=gettext_lazy("What it offers"), max_length=1000, required=False,
        help_text=gettext_lazy("Words parted by commas: web development, accessibility."),
    )  # fmt: skip
    website = forms.URLField(
        label=gettext_lazy("Website"), max_length=300, required=False, assume_scheme="https"
    )
    description = forms.CharField(
        label=gettext_lazy("What the company does"), max_length=2000, required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("It is public: name no person here."),
    )  # fmt: skip

    def clean_categories(self) -> list[str]:
        words = [naming.tidy(word)[:60] for word in self.cleaned_data["categories"].split(",")]
        return list(dict.fromkeys(word for word in words if word))[:MOST_CATEGORIES]


class VerifyForm(FlagsForm):
    """What an officer verified, and on what it rests."""

    because = forms.CharField(
        label=gettext_lazy("On which document or register it rests"), max_length=1000
    )


class InviteForm(forms.Form):
    """Whom a company asks to act for it, and for what."""

    email = forms.EmailField(label=gettext_lazy("E-mail address"))
    role = forms.ChoiceField(
        label=gettext_lazy("Role"), choices=SeatRole.choices, widget=forms.RadioSelect,
        initial=SeatRole.BIDDER,
    )  # fmt: skip


class PaperForm(forms.Form):
    """A document of a company."""

    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=PaperKind.choices)
    title = forms.CharField(
        label=gettext_lazy("What it is"), max_length=200,
        help_text=gettext_lazy("A newer document with the same words replaces the older one."),
    )  # fmt: skip
    file = DocumentField(label=gettext_lazy("File"))
    valid_until = forms.DateField(
        label=gettext_lazy("Valid until"), required=False,
        help_text=gettext_lazy("Empty when it has no end."),
    )  # fmt: skip


class BarringForm(forms.Form):
    """A suspension or debarment as it is proposed."""

    kind = forms.ChoiceField(
        label=gettext_lazy("What is proposed"), choices=BarringKind.choices,
        widget=forms.RadioSelect, initial=BarringKind.SUSPENSION,
    )  # fmt: skip
    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=4000, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("It is published once it is imposed: name no person here."),
    )  # fmt: skip
    legal_basis = forms.CharField(label=gettext_lazy("Legal basis"), max_length=1000)
    ends_on = forms.DateField(label=gettext_lazy("Last day"))
    file = DocumentField(label=gettext_lazy("Document"), required=False)


class BarringAnswerForm(forms.Form):
    """What the company answers."""

    text = forms.CharField(
        label=gettext_lazy("Answer"), max_length=8000, widget=forms.Textarea(attrs={"rows": 8})
    )
    file = DocumentField(label=gettext_lazy("Document"), required=False)


class DecisionForm(forms.Form):
    """Whether a company that waits is one of those known."""

    answer = forms.ChoiceField(label=gettext_lazy("What you found"), widget=forms.RadioSelect)
    because = forms.CharField(label=gettext_lazy("Reason"), max_length=1000)

    def __init__(self, *args: Any, vendors: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = [
            (str(vendor.pk), _("It is %(vendor)s.") % {"vendor": vendor.title_for_people()})
            for vendor in vendors
        ]
        self.fields["answer"].choices = [  # type: ignore[attr-defined]
            *known, ("another", _("It is another company: enter it as a vendor.")),
            ("drop", _("It is nothing to register.")),
        ]  # fmt: skip


class ListForm(forms.Form):
    """A list of vendors to import."""

    file = forms.FileField(label=gettext_lazy("CSV or YAML file"))
    mapping = forms.ChoiceField(
        label=gettext_lazy("How it is read"), widget=forms.RadioSelect, initial="generic",
        choices=[("generic", gettext_lazy("the columns of the template")),
                 ("bpa", gettext_lazy("names of vendors in the United States"))],
    )  # fmt: skip

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if not file.name.lower().endswith((".csv", ".txt", ".yml", ".yaml")):
            raise forms.ValidationError(_("Choose a CSV or YAML file."))
        return file


class ConfirmForm(forms.Form):
    """Nothing to fill in: a press confirms."""
