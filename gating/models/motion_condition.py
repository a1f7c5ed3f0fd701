"""Conditions as they are drafted with a motion, before it is carried."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from gating.models.condition import Condition
from gating.models.motion import Motion


class MotionCondition(models.Model):
    """A condition as it is drafted with a motion; it arises when the motion is carried."""

    motion = models.ForeignKey(Motion, models.CASCADE, related_name="drafts")
    kind = models.CharField(_("kind"), max_length=10, choices=Condition.Kind.choices)
    text = models.TextField(_("what is demanded"))
    owner = models.ForeignKey(
        "core.User", models.PROTECT, related_name="+", verbose_name=_("owner")
    )
    verifier = models.ForeignKey(
        "core.User", models.PROTECT, related_name="+", verbose_name=_("who verifies it")
    )
    due = models.DateField(_("due"), null=True, blank=True)
    every_days = models.PositiveSmallIntegerField(
        _("days between two checks"), null=True, blank=True
    )
    non_waivable = models.BooleanField(
        _("a duty of law, security or accessibility: never waived"), default=False
    )

    class Meta:
        ordering = ["pk"]
        verbose_name = _("drafted condition")
        verbose_name_plural = _("drafted conditions")

    def __str__(self) -> str:
        return self.text[:80]
