"""What is said about a motion among those who decide it, and who objects to deciding in writing."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from core import guards
from core.models.history import AppendOnly


@guards.append_only
class Remark(AppendOnly):
    """One contribution to the debate on a motion.

    `gating.debating` is the one reader: whoever takes no part in the motion never reads it, nor do
    the project's people. The history keeps only its hash.
    """

    motion = models.ForeignKey("gating.Motion", models.PROTECT, related_name="remarks")
    user = models.ForeignKey("core.User", models.PROTECT, related_name="+")
    text = models.TextField(_("contribution"))
    at = models.DateTimeField(_("when"))

    class Meta:
        ordering = ["pk"]
        verbose_name = _("contribution to a debate")
        verbose_name_plural = _("contributions to debates")

    def __str__(self) -> str:
        return f"{self.motion_id} · {self.user}"


@guards.append_only
class Objection(AppendOnly):
    """A seat objects, with a reason, to deciding a motion in writing: a meeting must decide it."""

    motion = models.OneToOneField("gating.Motion", models.PROTECT, related_name="objection")
    user = models.ForeignKey("core.User", models.PROTECT, related_name="+")
    reason = models.TextField(_("reason"))
    at = models.DateTimeField(_("when"))

    class Meta:
        ordering = ["pk"]
        verbose_name = _("objection to a written procedure")
        verbose_name_plural = _("objections to written procedures")

    def __str__(self) -> str:
        return f"{self.motion_id} · {self.user}"

    @property
    def dossier(self) -> Any:
        return self.motion.dossier
