"""Imports of real portfolios: the run of one file, its batches, and the rows kept in quarantine."""

import json
from collections.abc import Iterable
from typing import Any

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core import clock, guards, outbox
from core.machines import Machine, State, transition
from core.refusals import requires
from core.waits import Wait, turn
from projects import permissions
from projects.models.project import Project, Register

COUNTS = ("created", "updated", "unchanged", "quarantined", "incomplete")


class SecretariatQuerySet(models.QuerySet):
    """Rows of the import, which only oversight sees."""

    def visible_to(self, user: Any) -> Any:
        return self if permissions.sees_imports(user) else self.none()


@guards.kept
class ImportRun(Machine):
    """One file read with one mapping, from its upload to what became of each of its rows.

    `mapping` is the text of the mapping as it was then; `preview` and `counts` are what was found
    before anything was written, and what was written; `total` is minor units by currency.
    """

    class States(models.TextChoices):
        UPLOADED = "uploaded", _("uploaded")
        READING = "reading", _("being read")
        PREVIEWED = "previewed", _("waiting for confirmation")
        LOADING = "loading", _("being imported")
        DONE = "done", _("imported")
        FAILED = "failed", _("failed")
        CANCELLED = "cancelled", _("cancelled")

    dossier = models.OneToOneField("core.Dossier", models.PROTECT, related_name="+")  # type: ignore[assignment]
    ref = models.CharField(_("reference"), max_length=20, unique=True)
    name = models.CharField(_("file"), max_length=200)
    size = models.PositiveBigIntegerField(_("size in bytes"), default=0)
    sha256 = models.CharField("SHA-256", max_length=64)
    document = models.ForeignKey(
        "core.Document", models.PROTECT, null=True, related_name="+", verbose_name=_("file kept")
    )
    source = models.CharField(_("mapping"), max_length=40)
    mapping = models.TextField()
    started_by = models.ForeignKey(
        "core.User", models.PROTECT, related_name="+", verbose_name=_("sent by")
    )
    started_at = models.DateTimeField(_("sent"))
    confirmed_by = models.ForeignKey(
        "core.User", models.PROTECT, null=True, related_name="+", verbose_name=_("confirmed by")
    )
    finished_at = models.DateTimeField(_("finished"), null=True)
    header = models.JSONField(default=list)
    how = models.CharField(_("read as"), max_length=200, blank=True)
    rows = models.PositiveIntegerField(_("rows"), default=0)
    progress = models.PositiveIntegerField(default=0)
    preview = models.JSONField(default=dict)
    counts = models.JSONField(default=dict)
    total = models.JSONField(default=dict)
    alive_at = models.DateTimeField(null=True)  # the last sign of life of who reads or writes it
    failure = models.TextField(_("why it failed"), blank=True)
    state = State(States, default=States.UPLOADED)

    objects = SecretariatQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("import")
        verbose_name_plural = _("imports")

    def __str__(self) -> str:
        return f"{self.ref} {self.name}"

    def get_absolute_url(self) -> str:
        return reverse("projects:import_detail", kwargs={"ref": self.ref})

    def get_step_url(self, name: str) -> str:
        return reverse("projects:import_step", kwargs={"ref": self.ref, "step": name})

    def turns(self) -> Iterable[Wait]:
        if self.state == self.States.PREVIEWED:
            yield turn("load", "role:secretariat")

    @property
    def working(self) -> bool:
        """Whether a worker has the file in hand, so that the page should look again soon."""
        return self.state in (self.States.UPLOADED, self.States.READING, self.States.LOADING)

    @property
    def label(self) -> str:
        """The name of the mapping as it was when the file was read."""
        return str(json.loads(self.mapping)["label"])

    @transition(
        state, source=States.UPLOADED, target=States.READING, permission=permissions.runs_imports,
        custom={"label": _("Read the file"), "offered": False},
    )  # fmt: skip
    def read(self, *, by: Any, because: str) -> None:
        """A worker takes the file in hand; nothing is written yet."""
        self.progress, self.alive_at = 0, clock.now()

    @transition(
        state, source=States.READING, target=States.PREVIEWED, permission=permissions.runs_imports,
        custom={"label": _("Show what was read"), "offered": False},
    )  # fmt: skip
    def show(self, *, by: Any, because: str) -> None:
        """What the file would do is known, and waits for a person's word."""

    @transition(
        state, source=States.PREVIEWED, target=States.LOADING, permission=permissions.imports,
        custom={"label": _("Import these rows"), "offered": True,
                "note": _("Projects are created and updated in the background.")},
    )  # fmt: skip
    def load(self, *, by: Any, because: str) -> None:
        """A person has seen the preview and wants it: a worker writes it, batch by batch."""
        self.confirmed_by, self.progress, self.alive_at = by, 0, clock.now()
        if self.document_id:
            outbox.later(f"import:{self.pk}:load", "projects.import_load", {"run": self.pk})

    @transition(
        state, source=States.LOADING, target=States.DONE, permission=permissions.runs_imports,
        custom={"label": _("Close the import"), "offered": False},
    )  # fmt: skip
    def finish(self, *, by: Any, because: str) -> None:
        """Every batch is written."""

    @transition(
        state, source=[States.UPLOADED, States.READING, States.LOADING], target=States.FAILED,
        permission=permissions.runs_imports,
        custom={"label": _("Give up"), "offered": False},
    )  # fmt: skip
    def fail(self, *, by: Any, because: str) -> None:
        """The file cannot be read; `because` is the sentence that says why."""
        self.failure = because

    @transition(
        state, source=[States.UPLOADED, States.READING, States.PREVIEWED],
        target=States.CANCELLED, permission=permissions.imports,
        custom={"label": _("Cancel the import"), "offered": True,
                "note": _("Nothing has been imported. The file is kept.")},
    )  # fmt: skip
    def cancel(self, *, by: Any, because: str) -> None:
        """Nobody wants it; nothing was written."""

    @classmethod
    def next_ref(cls) -> str:
        """The next free reference of an import; held until the transaction ends."""
        Register.objects.get_or_create(name="import")
        row = Register.objects.select_for_update().get(name="import")
        row.last += 1
        row.save(update_fields=["last"])
        return f"I-{row.last:06d}"

    @property
    def currency(self) -> str:
        """The one currency of the mapping, or nothing when a column names it."""
        return str(json.loads(self.mapping)["currency"].get("fixed", ""))


class ImportBatch(models.Model):
    """What became of some consecutive rows; written in the transaction that wrote them.

    `lines` holds for each row: number, key, outcome, project reference, note and faults.
    """

    run = models.ForeignKey(ImportRun, models.PROTECT, related_name="batches")
    number = models.PositiveIntegerField()
    counts = models.JSONField(default=dict)
    total = models.JSONField(default=dict)
    lines = models.TextField(default="[]")

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["run", "number"], name="projects_importbatch_once")
        ]

    def __str__(self) -> str:
        return f"{self.run_id}/{self.number}"


@requires(_("The corrected row has not become a project yet."))
def became_project(row: "QuarantinedRow") -> bool:
    return row.project_id is not None


@guards.kept
class QuarantinedRow(Machine):
    """A row that contradicts itself, kept whole until somebody corrects it here or in the file.

    `cells` is the row as it stood in the file, `typed` what a person wrote since; both are lists
    of texts in the order of the run's header. `digest` recognises the row when it comes again.
    """

    class States(models.TextChoices):
        QUARANTINED = "quarantined", _("in quarantine")
        IMPORTED = "imported", _("corrected and imported")
        DISMISSED = "dismissed", _("dismissed")
        REPLACED = "replaced", _("replaced by a later file")

    run = models.ForeignKey(
        ImportRun, models.PROTECT, related_name="quarantined", verbose_name=_("import")
    )
    source = models.CharField(_("mapping"), max_length=40)
    key = models.CharField(_("key"), max_length=120, blank=True)
    number = models.PositiveIntegerField(_("row"))
    cells = models.TextField()
    typed = models.TextField(blank=True)
    faults = models.JSONField(default=list)
    digest = models.CharField(max_length=40)
    project = models.ForeignKey(
        Project, models.PROTECT, null=True, related_name="quarantined", verbose_name=_("project")
    )
    state = State(States, default=States.QUARANTINED)

    objects = SecretariatQuerySet.as_manager()
    step_related = ("run__dossier",)

    class Meta:
        ordering = ["run", "number"]
        verbose_name = _("row in quarantine")
        verbose_name_plural = _("rows in quarantine")
        constraints = [
            models.UniqueConstraint(
                fields=["source", "digest"], condition=models.Q(state="quarantined"),
                name="projects_quarantinedrow_once",
            )
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["source", "key"]),
            models.Index(fields=["source", "digest"]),
        ]

    def __str__(self) -> str:
        return f"{self.run.ref}/{self.number} {self.key}".strip()

    @property
    def dossier(self) -> Any:
        return self.run.dossier

    def get_absolute_url(self) -> str:
        return reverse("projects:quarantine_edit", kwargs={"pk": self.pk})

    def get_step_url(self, name: str) -> str:
        return reverse("projects:quarantine_step", kwargs={"pk": self.pk, "step": name})

    @property
    def original(self) -> list[str]:
        """The cells as they stood in the file."""
        return list(json.loads(self.cells))

    @property
    def current_cells(self) -> list[str]:
        """The cells as they were typed last, else as they stood in the file."""
        return list(json.loads(self.typed or self.cells))

    @transition(
        state, source=States.QUARANTINED, target=States.IMPORTED, permission=permissions.imports,
        conditions=[became_project],
        custom={"label": _("Import the corrected row"), "offered": False},
    )  # fmt: skip
    def take_in(self, *, by: Any, because: str) -> None:
        """The row as a person corrected it is a project now; no later file overwrites it."""

    @transition(
        state, source=States.QUARANTINED, target=States.DISMISSED, permission=permissions.imports,
        custom={"label": _("Dismiss this row"), "offered": True, "reason": True,
                "note": _("The row stays here as it is and never becomes a project.")},
    )  # fmt: skip
    def dismiss(self, *, by: Any, because: str) -> None:
        """Somebody decided, with a reason, that the row is no project."""

    @transition(
        state, source=[States.QUARANTINED, States.DISMISSED], target=States.REPLACED,
        permission=permissions.imports,
        custom={"label": _("Replaced by a later file"), "offered": False},
    )  # fmt: skip
    def replace(self, *, by: Any, because: str) -> None:
        """A later file brought the row in another form, which counts from now on."""
