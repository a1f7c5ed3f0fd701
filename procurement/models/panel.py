"""Who scores: the panel of a competition, its chair and its alternates."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core import guards


class SeatedManager(models.Manager):
    """Only those who have a seat now."""

    def get_queryset(self) -> Any:
        return super().get_queryset().filter(left_at=None)


@guards.kept
class PanelMember(models.Model):
    """A seat on the panel: a person's own, never lent. `competition.panel` are those seated now.

    Changed until publication; afterwards only with a reason (`panels.replace`).
    """

    class Role(models.TextChoices):
        CHAIR = "chair", _("chair")
        MEMBER = "member", _("member")
        ALTERNATE = "alternate", _("alternate")

    competition = models.ForeignKey("procurement.Competition", models.PROTECT, related_name="panel")
    user = models.ForeignKey("core.User", models.PROTECT, related_name="panel_seats",
                             verbose_name=_("person"))  # fmt: skip
    role = models.CharField(_("role"), max_length=10, choices=Role.choices, default=Role.MEMBER)
    expertise = models.CharField(_("what this person judges best"), max_length=120, blank=True)
    named_by = models.ForeignKey("core.User", models.PROTECT, related_name="+")
    named_at = models.DateTimeField(_("named"))
    left_at = models.DateTimeField(_("left"), null=True)

    objects = SeatedManager()
    ever = models.Manager()

    class Meta:
        ordering = ["pk"]
        base_manager_name = "ever"
        verbose_name = _("panel member")
        verbose_name_plural = _("panel members")
        constraints = [
            models.UniqueConstraint(fields=["competition", "user"], condition=Q(left_at=None),
                                    name="procurement_panel_once"),
            models.UniqueConstraint(fields=["competition"],
                                    condition=Q(left_at=None, role="chair"),
                                    name="procurement_panel_one_chair"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.competition.ref} · {self.user}"

    @property
    def dossier(self) -> Any:
        return self.competition.dossier
