"""What was published, word for word: every version of a competition, frozen with its hash."""

import json
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from core import guards
from core.models.history import AppendOnly


@guards.append_only
class CompetitionVersion(AppendOnly):
    """One version: `content` is canonical JSON, `sha256` its hash, `rules_sha256` that of criteria,
    scale, formula, weights and tie chain alone."""

    competition = models.ForeignKey(
        "procurement.Competition", models.PROTECT, related_name="versions"
    )
    number = models.PositiveSmallIntegerField(_("version"))
    content = models.TextField(_("content"))
    sha256 = models.CharField(_("hash"), max_length=64)
    rules_sha256 = models.CharField(_("hash of the rules"), max_length=64)
    at = models.DateTimeField(_("published"))
    by = models.ForeignKey("core.User", models.PROTECT, related_name="+")

    class Meta:
        ordering = ["number"]
        verbose_name = _("version of a competition")
        verbose_name_plural = _("versions of competitions")
        constraints = [
            models.UniqueConstraint(
                fields=["competition", "number"], name="procurement_version_number"
            )
        ]

    def __str__(self) -> str:
        return f"{self.competition.ref} v{self.number}"

    @property
    def dossier(self) -> Any:
        return self.competition.dossier

    @property
    def told(self) -> dict[str, Any]:
        """The content as data."""
        return dict(json.loads(self.content))


@guards.append_only
class FeedEntry(AppendOnly):
    """One change that the public is told of. `number` follows the order of the commits: whoever
    has read up to one never misses an entry with a smaller one."""

    number = models.PositiveBigIntegerField(_("place in the feed"), unique=True)
    competition = models.ForeignKey("procurement.Competition", models.PROTECT, related_name="feed")
    kind = models.CharField(_("what happened"), max_length=30)
    at = models.DateTimeField(_("when"))
    version = models.PositiveSmallIntegerField(_("version"))
    details = models.JSONField(_("details"), default=dict)

    class Meta:
        ordering = ["number"]
        verbose_name = _("entry of the feed")
        verbose_name_plural = _("entries of the feed")

    def __str__(self) -> str:
        return f"{self.number} {self.competition.ref} {self.kind}"

    @property
    def dossier(self) -> Any:
        return self.competition.dossier
