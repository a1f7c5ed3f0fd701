"""Forms of the Seal: services, applications, what is shown, ratings; and the public register's."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from core import clock
from core.documents import DocumentField
from core.models import Institution, User
from gating import addresses, evaluating, levels
from gating.models import Evidence, Seal, SealItem, SealScheme, Standard
from gating.models.board import Board
from gating.models.seal import Standing

SMALL = {"class": "govuk-checkboxes--small"}
DAYS = ("validity_days", "accept_days", "evaluation_days", "answer_days", "final_days")


class ServiceForm(forms.Form):
    """A service that people use: its name, its one address, and since when."""

    name = forms.CharField(label=_("Name of the service"), max_length=200)
    address = forms.CharField(
        label=_("Address"), max_length=500,
        help_text=_("Where people begin to use it, for example https://www.gob.mx/actas."),
    )  # fmt: skip
    description = forms.CharField(
        label=_("What people do with it"), max_length=4000, widget=forms.Textarea(attrs={"rows": 4})
    )
    live_since = forms.DateField(label=_("Live since"), required=False, widget=forms.DateInput)
    ended_on = forms.DateField(
        label=_("Ended on"), required=False, widget=forms.DateInput,
        help_text=_("Only when it is no longer offered. Year, month and day."),
    )  # fmt: skip

    def __init__(self, *args: Any, with_project: bool, new: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if with_project:
            del self.fields["live_since"]
        else:
            self.fields["live_since"].required = True
        if new:
            del self.fields["ended_on"]

    def clean_address(self) -> str:
        address: str = self.cleaned_data["address"].strip()
        if not addresses.normal(address):
            raise forms.ValidationError(
                _("This is no address of a service; write one such as https://www.gob.mx/actas.")
            )
        return address


class DeclarationForm(forms.Form):
    """How a service without a project was assessed, with the document."""

    standard = forms.CharField(label=_("Standard it was assessed by"), max_length=200)
    assessor = forms.CharField(label=_("Who assessed it"), max_length=200)
    assessed_on = forms.DateField(label=_("Assessed on"), widget=forms.DateInput)
    valid_until = forms.DateField(label=_("Valid until"), widget=forms.DateInput)
    file = DocumentField(label=_("The assessment, green as a whole"))

    def __init__(self, *args: Any, service: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = clock.today(service.institution)

    def clean_assessed_on(self) -> Any:
        day = self.cleaned_data["assessed_on"]
        if day > self.today:
            raise forms.ValidationError(_("An assessment lies in the past."))
        return day

    def clean_valid_until(self) -> Any:
        day = self.cleaned_data["valid_until"]
        if day < self.today:
            raise forms.ValidationError(_("That day is over; only a current assessment counts."))
        return day


class BeginForm(forms.Form):
    """By which standard a service applies, and whether it renews a seal."""

    scheme = forms.ModelChoiceField(
        SealScheme.objects.none(), label=_("Seal"), widget=forms.RadioSelect, empty_label=None
    )
    renews = forms.ModelChoiceField(
        Seal.objects.none(), label=_("Seal to be renewed"), required=False,
        empty_label=_("None: this is a first application"),
    )  # fmt: skip

    def __init__(self, *args: Any, service: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        published = {row.code: row for row in Standard.objects.published()}
        rows = SealScheme.objects.filter(standard_code__in=published)
        scheme: Any = self.fields["scheme"]
        renews: Any = self.fields["renews"]
        scheme.queryset = rows
        scheme.label_from_instance = lambda row: str(published[row.standard_code])
        if len(rows) == 1:
            scheme.initial = rows[0]
        seals = service.seals.filter(state__in=("active", "renewal_due"))
        renews.queryset = seals.select_related("service")
        renews.label_from_instance = lambda seal: _("%(code)s, valid until %(day)s") % {
            "code": seal.shown_code,
            "day": date_format(seal.valid_until, "SHORT_DATE_FORMAT"),
        }  # fmt: skip
        chosen = seals.filter(pk=self.initial.get("renews") or None).first()
        if chosen is not None:
            scheme.initial = rows.filter(standard_code=chosen.application.standard.code).first()
        if not seals.exists():
            del self.fields["renews"]


class ApplicationForm(forms.Form):
    """The level applied for, what does not apply, and a renewal's innovation."""

    def __init__(self, *args: Any, application: Any, items: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.items = [item for item in items if not item.is_fixed]
        steps = levels.ladder(item.level for item in items if item.criterion_id)
        self.fields["level_claimed"] = forms.TypedChoiceField(
            label=_("Level applied for"), coerce=int, choices=[(step, step) for step in steps],
            initial=application.level_claimed, widget=forms.RadioSelect,
            help_text=_("You show every requirement up to this level."),
        )  # fmt: skip
        if application.predecessor_id:
            self.fields["innovation"] = forms.CharField(
                label=_("Innovation since the seal was awarded"), required=False, max_length=5000,
                initial=application.innovation, widget=forms.Textarea(attrs={"rows": 4}),
                help_text=_("A renewal shows one new criterion, or an innovation with evidence."),
            )  # fmt: skip
        for item in self.items:
            self.fields[f"not_applicable_{item.pk}"] = forms.CharField(
                label=_("%(requirement)s: why it does not apply") % {"requirement": item.label},
                required=False, max_length=2000, initial=item.not_applicable,
                widget=forms.Textarea(attrs={"rows": 2}),
            )  # fmt: skip

    def values(self) -> dict[str, Any]:
        """What `sealing.change` takes."""
        found = self.cleaned_data
        return {"level_claimed": found["level_claimed"],
                "innovation": found.get("innovation", ""),
                "not_applicable": {item.pk: found[f"not_applicable_{item.pk}"]
                                   for item in self.items}}  # fmt: skip


class RequirementsField(forms.ModelMultipleChoiceField):
    """Requirements of an application, ticked; several at once."""

    widget = forms.CheckboxSelectMultiple(attrs=SMALL)

    def label_from_instance(self, item: SealItem) -> str:
        return item.label


class ProofForm(forms.Form):
    """Evidence of the project, or a file or address, and the requirements it speaks for."""

    evidence = forms.ModelChoiceField(
        Evidence.objects.none(), label=_("Evidence of the project"), required=False,
        empty_label=_("None: the file or address below"),
    )  # fmt: skip
    title = forms.CharField(label=_("Title"), required=False, max_length=200)
    url = forms.URLField(label=_("Address"), required=False, max_length=500, assume_scheme="https")
    file = DocumentField(label=_("File"), required=False)
    note = forms.CharField(label=_("What it shows"), required=False, max_length=5000,
                           widget=forms.Textarea(attrs={"rows": 3}))  # fmt: skip
    valid_until = forms.DateField(label=_("Valid until"), required=False, widget=forms.DateInput)
    items = RequirementsField(
        SealItem.objects.none(), label=_("Requirements it speaks for"),
        error_messages={"required": _("Choose at least one requirement.")},
    )  # fmt: skip

    def __init__(self, *args: Any, application: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        service = application.service
        self.today = clock.today(service.institution)
        self.fields["items"].queryset = application.items.select_related("criterion")  # type: ignore[attr-defined]
        if service.project_id is None:
            del self.fields["evidence"]
        else:
            rows = service.project.evidence.standing_on(self.today).order_by("title", "pk")
            self.fields["evidence"].queryset = rows  # type: ignore[attr-defined]

    def clean_valid_until(self) -> Any:
        day = self.cleaned_data["valid_until"]
        if day is not None and day < self.today:
            raise forms.ValidationError(_("That day is over, so this is no evidence any more."))
        return day

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        own = bool(found.get("file") or found.get("url"))
        if self.errors:
            return found
        if found.get("evidence") and own:
            self.add_error("evidence", _("Choose either evidence of the project, or your own."))
        elif not found.get("evidence"):
            if not own:
                self.add_error("url", _("Give an address, or add a file."))
            if not found.get("title"):
                self.add_error("title", _("Give it a title."))
        return found

    def values(self) -> dict[str, Any]:
        """The fields of evidence of one's own; none where it is the project's."""
        if self.cleaned_data.get("evidence"):
            return {}
        names = ("title", "url", "file", "note", "valid_until")
        return {name: self.cleaned_data[name] for name in names}


class EvaluatorForm(forms.Form):
    """Whom to invite: people of other institutions."""

    person = forms.ModelChoiceField(
        User.objects.none(), label=_("Person"),
        error_messages={"required": _("Choose whom to invite.")},
        help_text=_("Only people of other institutions, strangers to the service."),
    )  # fmt: skip

    def __init__(self, *args: Any, application: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = evaluating.candidates(application)  # type: ignore[attr-defined]
        self.fields["person"].label_from_instance = lambda person: (  # type: ignore[attr-defined]
            f"{person} · {person.institution}"
        )


class SealSheetForm(forms.Form):
    """One evaluator's results, one requirement after the other."""

    def __init__(self, *args: Any, items: list[Any], drafts: dict[int, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.items = items
        for item in items:
            draft = drafts.get(item.pk)
            for name, field in self._fields(item, draft).items():
                self.fields[f"{name}_{item.pk}"] = field

    def _fields(self, item: Any, draft: Any) -> dict[str, forms.Field]:
        choices = [("", _("Choose…")), *SealItem.Result.choices]
        if item.is_fixed:
            choices = [row for row in choices if row[0] != levels.NOT_APPLICABLE]
        found: dict[str, forms.Field] = {
            "result": forms.ChoiceField(label=_("Result"), choices=choices, required=False,
                                        initial=getattr(draft, "result", "")),
            "note": forms.CharField(
                label=_("Reasons"), required=False, max_length=5000,
                initial=getattr(draft, "note", ""), widget=forms.Textarea(attrs={"rows": 2}),
            ),
        }  # fmt: skip
        if proofs := [(str(proof.pk), proof.name) for proof in item.proofs.all()]:
            found["seen"] = forms.MultipleChoiceField(
                label=_("Evidence it rests on"), required=False, choices=proofs,
                initial=[str(pk) for pk in getattr(draft, "seen", [])],
                widget=forms.CheckboxSelectMultiple(attrs=SMALL),
            )  # fmt: skip
        return found

    def rows(self) -> list[dict[str, Any]]:
        """What was typed, a row for each requirement."""
        found = self.cleaned_data
        return [
            {"item": item, "result": found[f"result_{item.pk}"], "note": found[f"note_{item.pk}"],
             "seen": [int(pk) for pk in found.get(f"seen_{item.pk}", ())]}
            for item in self.items
        ]  # fmt: skip

    def groups(self) -> Iterator[tuple[Any, list[Any]]]:
        """Each requirement with its bound fields, for the page."""
        for item in self.items:
            names = [f"{name}_{item.pk}" for name in ("result", "note", "seen")]
            yield item, [self[name] for name in names if name in self.fields]


class SchemeForm(forms.ModelForm):
    """The sub-commission and the deadlines of a seal."""

    class Meta:
        model = SealScheme
        fields = ("board", *DAYS)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["board"].queryset = Board.objects.filter(single_decider=False)  # type: ignore[attr-defined]
        self.fields["board"].empty_label = _("As delivered: the ICT sub-commission")  # type: ignore[attr-defined]


class NewSchemeForm(forms.Form):
    """Which published standard is run as a seal from now on."""

    standard = forms.ModelChoiceField(
        Standard.objects.none(), label=_("Standard"),
        error_messages={"required": _("Choose a standard.")},
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = SealScheme.objects.values("standard_code")
        self.fields["standard"].queryset = Standard.objects.published().exclude(code__in=known)  # type: ignore[attr-defined]


class RegisterForm(forms.Form):
    """What the public register is filtered by."""

    text = forms.CharField(label=_("Service, institution, address or code"), required=False,
                           max_length=200)  # fmt: skip
    institution = forms.ChoiceField(label=_("Institution"), required=False)
    level = forms.ChoiceField(label=_("Level"), required=False)
    status = forms.ChoiceField(
        label=_("How it stands"), required=False, choices=[("", _("All")), *Standing.choices]
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        seals = Seal.objects.public()
        held = Institution.objects.filter(services__seals__in=seals).distinct()
        reached = seals.order_by("level").values_list("level", flat=True).distinct()
        self.fields["institution"].choices = [  # type: ignore[attr-defined]
            ("", _("All")), *held.values_list("code", "name")
        ]  # fmt: skip
        self.fields["level"].choices = [("", _("All")), *((level, level) for level in reached)]  # type: ignore[attr-defined]
