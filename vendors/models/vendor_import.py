"""Imported lists of vendors: the file, what it would do, and what became of each row."""

from collections.abc import Iterable
from typing import Any

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core import guards
from core.machines import Machine, State, transition
from core.models import User
from core.waits import Wait, turn
from vendors import permissions_companies as who

COUNTS = ("created", "updated", "unchanged", "to_match", "quarantined")
"""What may become of a row, in the order in which it is told."""


class VendorImportQuerySet(models.QuerySet):
    """Imports, which only oversight sees."""

    def visible_to(self, user: Any) -> Any:
        return self if who.reads_vendors(user) else self.none()


@guards.kept
class VendorImport(Machine):
    """One file of vendors: first what it would do, then what it did.

    `lines` is a list of rows: line in the file, name, outcome, reference of the vendor, sentences
    as code and values (`vendors.outcomes`). `cells` of rows in quarantine are kept with them.
    """

    class States(models.TextChoices):
        PREVIEWED = "previewed", _("waiting for confirmation")
        DONE = "done", _("imported")
        CANCELLED = "cancelled", _("cancelled")

    case = models.ForeignKey("core.Dossier", models.PROTECT, related_name="+")
    name = models.CharField(_("file"), max_length=200)
    sha256 = models.CharField("SHA-256", max_length=64)
    mapping = models.CharField(_("mapping"), max_length=20)
    document = models.ForeignKey(
        "core.Document", models.PROTECT, null=True, related_name="+", verbose_name=_("file kept")
    )
    counts = models.JSONField(default=dict)
    lines = models.JSONField(default=list)
    started_by = models.ForeignKey(
        "core.User", models.PROTECT, related_name="+", verbose_name=_("sent by")
    )
    started_at = models.DateTimeField(_("sent"))
    finished_at = models.DateTimeField(_("finished"), null=True)
    state = State(States, default=States.PREVIEWED)

    objects = VendorImportQuerySet.as_manager()
    step_related = ("case",)

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("import of vendors")
        verbose_name_plural = _("imports of vendors")

    def __str__(self) -> str:
        return self.name

    @property
    def dossier(self) -> Any:
        return self.case

    def get_absolute_url(self) -> str:
        return reverse("vendors:import_detail", kwargs={"pk": self.pk})

    def get_step_url(self, name: str) -> str:
        return reverse("vendors:import_step", kwargs={"pk": self.pk, "step": name})

    def turns(self) -> Iterable[Wait]:
        if self.state == self.States.PREVIEWED:
            yield turn("finish", f"user:{self.started_by_id}")

    @transition(state, source=States.PREVIEWED, target=States.DONE,
                permission=who.imports_vendors,
                custom={"label": _("Import these rows"), "offered": False})  # fmt: skip
    def finish(self, *, by: User, because: str) -> None:
        """The rows are written; `counts` and `lines` say what became of them."""

    @transition(state, source=States.PREVIEWED, target=States.CANCELLED,
                permission=who.imports_vendors,
                custom={"label": _("Cancel the import"), "offered": True})  # fmt: skip
    def cancel(self, *, by: User, because: str) -> None:
        """Nobody wants it; nothing was written."""
