"""Forms of keys, sittings, bids and receipts."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.money import show
from procurement import shares
from procurement.bid_content import DECLARED, TEXT_MAX, Asked
from procurement.forms_evaluation import awaited
from procurement.models.sealing import Part
from projects.fields import PersonField


def text(label: Any, *, rows: int = 4, help_text: Any = "", limit: int = TEXT_MAX) -> Any:
    """A field for a longer text of a draft: nothing is required while one drafts."""
    return forms.CharField(label=label, required=False, max_length=limit, help_text=help_text,
                           strip=False, widget=forms.Textarea(attrs={"rows": rows}))  # fmt: skip


def words(label: Any) -> Any:
    """A field for the words of a share."""
    box = forms.Textarea(attrs={"rows": 4, "autocomplete": "off", "spellcheck": "false",
                                "autocapitalize": "none"})  # fmt: skip
    return forms.CharField(label=label, max_length=1000, widget=box)


class CustodiansForm(forms.Form):
    """Who holds the shares: a person and an office each; rows left empty are left out."""

    def __init__(self, *args: Any, count: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.count = count
        for number in range(1, count + 1):
            said = {"number": number}
            self.fields[f"person_{number}"] = PersonField(
                label=_("Custodian %(number)s") % said, required=False
            )
            self.fields[f"office_{number}"] = forms.CharField(
                label=_("Office of custodian %(number)s") % said, required=False, max_length=120,
                help_text=_("Each from an office of its own."),
            )  # fmt: skip
        for field in self.fields.values():
            awaited(field)

    def named(self) -> list[tuple[Any, str]]:
        """Each person with an office."""
        found = self.cleaned_data
        rows = [(found[f"person_{n}"], found[f"office_{n}"]) for n in range(1, self.count + 1)]
        return [(person, office) for person, office in rows if person is not None]


class SharesForm(forms.Form):
    """The words of the shares that are asked for, one field a part."""

    def __init__(self, *args: Any, parts: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for part in parts:
            label = _("Your share of the key: %(part)s") % {"part": Part(part).label}
            self.fields[part] = words(label)
            self.fields[part].help_text = _("All %(count)s words, in their order.") % {
                "count": shares.WORDS
            }


class BidForm(forms.Form):
    """What is typed into a bid, as it is typed: what is wrong is said on the page that seals it."""

    approach = text(gettext_lazy("Your approach"), rows=12)
    people = text(
        gettext_lazy("Key people"), rows=5, limit=4000,
        help_text=gettext_lazy("One a line: name; part. For example: Ana Pérez; team leader."),
    )  # fmt: skip
    partners = text(
        gettext_lazy("Partners and subcontractors"), rows=3, limit=4000,
        help_text=gettext_lazy("One a line: name; tax number; joint bid or subcontractor; part."),
    )  # fmt: skip
    repository = forms.CharField(
        label=gettext_lazy("Address of the repository"), required=False, max_length=500
    )
    branch = forms.CharField(label=gettext_lazy("Branch"), required=False, max_length=200)
    commit = forms.CharField(
        label=gettext_lazy("Commit"), required=False, max_length=64,
        help_text=gettext_lazy("The whole hash, as “git rev-parse HEAD” says it."),
    )  # fmt: skip
    live = forms.CharField(label=gettext_lazy("Live address"), required=False, max_length=500)
    licence = forms.ChoiceField(label=gettext_lazy("Licence"), required=False)
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, asked: Asked, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asked = asked
        licences = [(code, code) for code in asked.prototype.get("licences") or []]
        self.fields["licence"].choices = [("", "–"), *licences]  # type: ignore[attr-defined]
        if most := asked.words.get("approach"):
            self.fields["approach"].help_text = _("%(count)s words at most.") % {"count": most}
        for code, title in asked.criteria:
            self.fields[f"answer_{code}"] = text(title, rows=3)
        self._add_price(asked)
        for code, sentence in DECLARED.items():
            self.fields[f"declared_{code}"] = forms.BooleanField(label=sentence, required=False)
        self._await(asked)

    def _await(self, asked: Asked) -> None:
        """Without these the bid cannot be sealed, so they are not called optional."""
        rules = asked.prototype
        wanted = ["approach", "people", "rate_", "sprint", "declared_"]
        wanted += ["repository", "branch", "commit"] if rules.get("repository", True) else []
        wanted += ["live"] if rules.get("live_page") else []
        wanted += ["licence"] if rules.get("licences") else []
        for name, field in self.fields.items():
            if name.startswith(tuple(wanted)):
                awaited(field)

    def _add_price(self, asked: Asked) -> None:
        for category, name, hours, most in asked.basket:
            said = {"hours": hours, "most": show(most, asked.currency)}
            hint = (_("%(hours)s hours; the lot allows %(most)s an hour.") if most is not None
                    else _("%(hours)s hours.")) % said  # fmt: skip
            label = _("Rate an hour: %(category)s") % {"category": name}
            self.fields[f"rate_{category}"] = self._amount(asked, label, hint)
        if asked.basis == "sprint":
            hint = _("%(count)s sprints are foreseen.") % {"count": asked.sprints}
            self.fields["sprint"] = self._amount(asked, _("Price per sprint"), hint)

    @staticmethod
    def _amount(asked: Asked, label: str, hint: str) -> forms.CharField:
        field = forms.CharField(label=label, help_text=hint, required=False, max_length=24)
        field.widget.attrs |= {"inputmode": "decimal", "autocomplete": "off"}
        field.widget.prefix = asked.currency  # type: ignore[attr-defined]
        return field

    def section(self, *names: str) -> list[Any]:
        """The fields of a part of the page, by the beginnings of their names."""
        return [self[name] for name in self.fields if name.startswith(names)]

    @property
    def sections(self) -> list[tuple[str, str, list[Any]]]:
        """The parts of the page: anchor, heading, fields."""
        return [
            ("proposal", _("Proposal"), self.section("approach", "answer_")),
            ("people", _("People and declarations"),
             self.section("people", "partners", "declared_")),
            ("prototype", _("Prototype"),
             self.section("repository", "branch", "commit", "live", "licence")),
            ("price", _("Price"), self.section("rate_", "sprint")),
        ]  # fmt: skip

    def typed(self) -> dict[str, str]:
        """Every field as text, a box that is ticked as `on`."""
        found = {name: value for name, value in self.cleaned_data.items() if name != "seen"}
        return {name: ("on" if value is True else "" if value is False else str(value or ""))
                for name, value in found.items()}  # fmt: skip


class FileForm(forms.Form):
    """A file of a bid, or its git bundle."""

    kind = forms.ChoiceField(
        label=gettext_lazy("What it is"), widget=forms.RadioSelect, initial="attachment",
        choices=[("attachment", gettext_lazy("an attachment")),
                 ("bundle", gettext_lazy("the git bundle of the prototype"))],
    )  # fmt: skip
    file = forms.FileField(label=gettext_lazy("File"), max_length=500)


class CopyForm(forms.Form):
    """The vendor's own copy of a bid."""

    copy = forms.FileField(label=gettext_lazy("Your copy of the bid"), max_length=500)


class ManyFiles(forms.ClearableFileInput):
    """Several files at once."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files; none where none is needed."""

    widget = ManyFiles

    def clean(self, data: Any, initial: Any = None) -> Any:
        return [forms.FileField.clean(self, one, initial) for one in data or []]


class DeliverForm(CopyForm):
    """The copy, and the files that were sealed with it."""

    attachments = FilesField(label=gettext_lazy("The files of the bid"), required=False,
                             max_length=500)  # fmt: skip


class SeenForm(forms.Form):
    """What the page was opened on: an act on something else is refused."""

    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)


class LostForm(forms.Form):
    """What happened to the shares of a key."""

    because = forms.CharField(label=gettext_lazy("What happened to the shares"), max_length=4000,
                              widget=forms.Textarea(attrs={"rows": 4}))  # fmt: skip


class ReceiptForm(forms.Form):
    """A receipt to be checked."""

    code = forms.CharField(
        label=gettext_lazy("Code of the receipt"), max_length=400,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
    )  # fmt: skip
