"""The daily checkpoints: one root over the heads of all chains."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core import guards
from core.models.history import AppendOnly


@guards.append_only
class Checkpoint(AppendOnly):
    """The Merkle root over the heads of all cases on one day, chained to the day before."""

    dossier = models.ForeignKey("core.Dossier", models.PROTECT, related_name="checkpoints")
    day = models.DateField(_("day"), unique=True)
    root = models.CharField(_("root"), max_length=64)
    leaves = models.PositiveIntegerField(_("cases"))
    previous = models.CharField(_("root before it"), max_length=64, blank=True)
    at = models.DateTimeField(_("when"))
    mac = models.CharField(max_length=64)

    class Meta:
        ordering = ["day"]
        verbose_name = _("checkpoint")
        verbose_name_plural = _("checkpoints")

    def __str__(self) -> str:
        return self.day.isoformat()


@guards.append_only
class CheckpointLeaf(AppendOnly):
    """The head of a case in the checkpoint that first saw it so; its place stays with the case.

    `digest` is the end of the case's chain without a key (`core.history.chain`): with it a court
    proves events against a published root without the house's key.
    """

    checkpoint = models.ForeignKey(Checkpoint, models.PROTECT, related_name="changed")
    dossier = models.ForeignKey("core.Dossier", models.PROTECT, related_name="+")
    position = models.PositiveIntegerField()
    count = models.PositiveIntegerField()
    head = models.CharField(max_length=64, db_index=True)
    digest = models.CharField(max_length=64, default="")

    class Meta:
        ordering = ["checkpoint", "position"]
        constraints = [
            models.UniqueConstraint(fields=["checkpoint", "dossier"], name="core_leaf_dossier"),
            models.UniqueConstraint(fields=["checkpoint", "position"], name="core_leaf_position"),
        ]
        indexes = [models.Index(fields=["dossier", "-checkpoint"])]

    def __str__(self) -> str:
        return f"{self.checkpoint_id}/{self.position}"
