"""Earmarks: money of a project that an order or a competition binds, beside the ledger."""

from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core import guards
from core.money import MinorUnitsField


class EarmarkQuerySet(models.QuerySet):
    """Earmarks, and who sees them: who sees the project."""

    def open(self) -> "EarmarkQuerySet":
        """Those that still bind money."""
        return self.filter(closed_at=None)

    def of(self, source: Any) -> "EarmarkQuerySet":
        """Those of one row of an upper room."""
        return self.filter(source_label=source._meta.label_lower, source_id=source.pk)

    def visible_to(self, user: Any) -> "EarmarkQuerySet":
        projects: Any = apps.get_model("projects", "Project")
        return self.filter(project__in=projects.objects.visible_to(user).order_by())


@guards.kept
class Earmark(models.Model):
    """Money set aside for one row of an upper room, in minor units of the project's currency.

    `used` is what was paid of it: paying lowers what is released and what the earmark still binds
    by the same. While `closed_at` is empty it binds `amount - used`; afterwards nothing.
    """

    project = models.ForeignKey("projects.Project", models.PROTECT, related_name="earmarks")
    source_label = models.CharField(max_length=60)
    source_id = models.BigIntegerField()
    title = models.CharField(_("set aside for"), max_length=250)
    amount = MinorUnitsField(_("set aside"))
    used = MinorUnitsField(_("paid of it"), default=0)
    opened_at = models.DateTimeField(_("set aside since"))
    closed_at = models.DateTimeField(_("freed"), null=True)

    objects = EarmarkQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        verbose_name = _("earmark")
        verbose_name_plural = _("earmarks")
        constraints = [
            models.UniqueConstraint(
                fields=["source_label", "source_id"], name="projects_earmark_once"
            ),
            models.CheckConstraint(
                condition=Q(used__gte=0, amount__gte=F("used")), name="projects_earmark_within"
            ),
        ]
        indexes = [models.Index(fields=["project", "closed_at"])]

    def __str__(self) -> str:
        return self.title

    @property
    def dossier(self) -> Any:
        return self.project.dossier

    @property
    def remaining(self) -> int:
        """What it binds now, in minor units."""
        return 0 if self.closed_at else self.amount - self.used
