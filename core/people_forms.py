"""Forms for people, roles, institutions, absences and handovers."""

import re
from typing import Any
from zoneinfo import available_timezones

from allauth.mfa.webauthn.forms import AddWebAuthnForm, EditWebAuthnForm
from babel import Locale
from django import forms
from django.utils.translation import gettext_lazy as _

from core import clock
from core.models import Institution, Role, User
from core.models.people import LENDABLE


def day(label: Any, **options: Any) -> forms.DateField:
    """A day typed as 2026-01-31 or picked by the browser."""
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, widget=widget, **options)


def active_people() -> Any:
    """Everybody who can be chosen: active, and no technical account."""
    return User.objects.filter(is_active=True).exclude(email=clock.CLOCK_EMAIL)


class PersonForm(forms.ModelForm):
    """A person as an administrator enters them."""

    class Meta:
        model = User
        fields = ["name", "email", "institution", "superior", "language", "is_active"]
        help_texts = {
            "email": _("They sign in with it, and set their own password by “Forgotten password”."),
            "is_active": _(
                "Nobody is deleted: who leaves is made inactive and keeps their history."
            ),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["superior"].queryset = active_people()

    def clean_email(self) -> str:
        """The address in small letters; refused when it is somebody's already."""
        email = str(self.cleaned_data["email"]).strip().lower()
        if User.objects.filter(email=email).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(_("Somebody with this address is entered already."))
        return email


class GrantForm(forms.Form):
    """A role for a period."""

    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)
    institution = forms.ModelChoiceField(
        Institution.objects.all(), label=_("Institution"), required=False
    )
    starts = day(_("First day"))
    ends = day(_("Last day"), required=False, help_text=_("Empty: until it is ended."))


class EndGrantForm(forms.Form):
    """Why a role ends."""

    because = forms.CharField(label=_("Reason"), max_length=1000)


class InstitutionForm(forms.ModelForm):
    """A ministry or agency."""

    class Meta:
        model = Institution
        fields = ["code", "name", "country", "zone", "parent"]

    def clean_code(self) -> str:
        code = str(self.cleaned_data["code"]).strip()
        if not re.fullmatch(r"[\w.-]+", code):
            raise forms.ValidationError(_("Write a code of letters, digits, dots and hyphens."))
        return code

    def clean_country(self) -> str:
        country = str(self.cleaned_data["country"]).upper()
        if country not in Locale("en").territories or not country.isalpha():
            raise forms.ValidationError(_("Write a country by its two letters, such as MX."))
        return country

    def clean_zone(self) -> str:
        zone = str(self.cleaned_data["zone"])
        if zone not in available_timezones():
            raise forms.ValidationError(_("Write a time zone such as America/Mexico_City."))
        return zone


class LoanForm(forms.Form):
    """Who stands in for whom, in which role, on which days."""

    lender = forms.ModelChoiceField(User.objects.none(), label=_("Who is absent"))
    borrower = forms.ModelChoiceField(User.objects.none(), label=_("Who stands in"))
    role = forms.ChoiceField(label=_("Role"), choices=LENDABLE)
    starts = day(_("First day"))
    ends = day(_("Last day"))
    because = forms.CharField(
        label=_("Reason"), max_length=1000, help_text=_("For example: annual leave, illness.")
    )

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["lender"].queryset = active_people()
        self.fields["lender"].initial = by.pk
        self.fields["borrower"].queryset = active_people()


class HandOverForm(forms.Form):
    """Who takes over the work of somebody who leaves."""

    successor = forms.ModelChoiceField(User.objects.none(), label=_("Successor"))
    because = forms.CharField(label=_("Reason"), max_length=1000)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["successor"].queryset = active_people()


class PeopleFileForm(forms.Form):
    """A CSV file of people and roles."""

    file = forms.FileField(
        label=_("CSV file"),
        help_text=_("Columns: email, name, institution, language, superior, role, starts, ends. "
                    "The first two are needed."),
    )  # fmt: skip


class NewKeyForm(AddWebAuthnForm):
    """A passkey to be added, its fields named in the reader's language."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Name of the key")
        self.fields["passwordless"].label = _("Sign in with it alone, without a password")


class KeyForm(EditWebAuthnForm):
    """A passkey to be renamed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Name of the key")
