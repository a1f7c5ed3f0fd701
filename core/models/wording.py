"""Text templates: prefilled texts and letters as data, each version in effect from its day."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from core import guards
from core.models.history import AppendOnly


@guards.append_only
class Wording(AppendOnly):
    """One version of one text in one language; the newest whose first day has come counts.

    `subject` is used by letters only. `made_by` is empty for a text as delivered.
    """

    LANGUAGES = [("es", "Español"), ("en", "English")]

    code = models.CharField(_("text"), max_length=60)
    language = models.CharField(_("language"), max_length=2, choices=LANGUAGES)
    number = models.PositiveIntegerField(_("version"))
    starts_on = models.DateField(_("in effect from"))
    subject = models.CharField(_("subject"), max_length=200, blank=True)
    body = models.TextField(_("text"), blank=True)
    note = models.CharField(_("what changed"), max_length=200, blank=True)
    made_by = models.ForeignKey(
        "core.User", models.PROTECT, null=True, related_name="+", verbose_name=_("who")
    )
    made_at = models.DateTimeField(_("when"))
    case = models.ForeignKey("core.Dossier", models.PROTECT, related_name="+")

    class Meta:
        ordering = ["code", "language", "-number"]
        verbose_name = _("text template")
        verbose_name_plural = _("text templates")
        constraints = [
            models.UniqueConstraint(
                fields=["code", "language", "number"], name="core_wording_version"
            )
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.language} v{self.number}"

    @property
    def dossier(self) -> Any:
        return self.case
