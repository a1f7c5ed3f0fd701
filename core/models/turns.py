"""Whose turn it is: kept rows behind "waiting for you"."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Turn(models.Model):
    """A step that waits for somebody: a person (`user:7`), a role (`role:auditor`), a board.

    Kept in the transaction of the step that causes it, so the page over 100,000 projects costs one
    query; `core.turns.expected` recomputes them, and a test holds both against each other.
    """

    dossier = models.ForeignKey("core.Dossier", models.PROTECT, related_name="turns")
    target_label = models.CharField(max_length=60)
    target_id = models.BigIntegerField()
    step = models.CharField(max_length=50)
    audience = models.CharField(max_length=40)
    capacity = models.CharField(max_length=30, blank=True)
    not_for = models.BigIntegerField(null=True)
    title = models.CharField(_("what"), max_length=250)
    url = models.CharField(max_length=250)
    due = models.DateTimeField(_("by when"), null=True)
    order_at = models.DateTimeField()  # `due`, or the end of time: databases sort blanks each way
    since = models.DateTimeField(_("since"))

    class Meta:
        verbose_name = _("turn")
        verbose_name_plural = _("turns")
        constraints = [
            models.UniqueConstraint(
                fields=["target_label", "target_id", "step", "audience"], name="core_turn_once"
            )
        ]
        indexes = [models.Index(fields=["audience", "order_at", "since", "id"])]

    def __str__(self) -> str:
        return f"{self.title} · {self.audience}"
