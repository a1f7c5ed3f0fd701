"""Days on which nobody works."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Holiday(models.Model):
    """A public holiday: of one institution, or of all when none is named."""

    day = models.DateField(_("day"))
    name = models.CharField(_("name"), max_length=100)
    institution = models.ForeignKey(
        "core.Institution", models.PROTECT, null=True, blank=True, verbose_name=_("institution")
    )

    class Meta:
        ordering = ["day"]
        verbose_name = _("holiday")
        verbose_name_plural = _("holidays")
        constraints = [
            models.UniqueConstraint(fields=["day", "institution"], name="core_holiday_once"),
            models.UniqueConstraint(
                fields=["day"], condition=models.Q(institution=None), name="core_holiday_of_all"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.name}"
