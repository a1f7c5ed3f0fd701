"""The history: append-only, one hash chain a dossier."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from core import guards


class AppendOnlyQuerySet(models.QuerySet):
    """Rows that are only ever added."""

    def update(self, **kwargs: Any) -> int:
        raise TypeError(f"{self.model.__name__} rows are never changed.")

    def delete(self) -> tuple[int, dict[str, int]]:
        raise TypeError(f"{self.model.__name__} rows are never removed.")

    def bulk_update(self, *args: Any, **kwargs: Any) -> int:
        raise TypeError(f"{self.model.__name__} rows are never changed.")


class AppendOnly(models.Model):
    """A row that is only ever added; the database's triggers say the same."""

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError(f"{type(self).__name__} rows are never changed.")
        super().save(*args, **{**kwargs, "force_insert": True})

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        raise TypeError(f"{type(self).__name__} rows are never removed.")


@guards.kept
class Dossier(models.Model):
    """A case file: the lock of its case, and the head of its chain of events.

    `count` and `head` name the newest event; `seal` is an HMAC over both with the key outside the
    database, so that removing the newest events and setting the head back shows.
    """

    ref = models.CharField(_("reference"), max_length=60, unique=True)
    kind = models.CharField(_("kind"), max_length=30)
    opened_at = models.DateTimeField(_("opened"))
    count = models.PositiveIntegerField(default=0)
    head = models.CharField(max_length=64, blank=True)
    seal = models.CharField(max_length=64, blank=True)

    class Meta:
        verbose_name = _("case file")
        verbose_name_plural = _("case files")

    def __str__(self) -> str:
        return self.ref


@guards.append_only
class Event(AppendOnly):
    """One act: who did what to which row, why, when; chained to the event before it."""

    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="events")
    number = models.PositiveIntegerField(_("number"))
    verb = models.CharField(_("act"), max_length=100)
    target_label = models.CharField(max_length=60)
    target_id = models.BigIntegerField()
    actor = models.ForeignKey("core.User", models.PROTECT, related_name="+", verbose_name=_("who"))
    on_behalf_of = models.ForeignKey(
        "core.User", models.PROTECT, null=True, related_name="+", verbose_name=_("standing in for")
    )
    because = models.TextField(_("why"), blank=True)
    details = models.TextField(default="{}")
    at = models.DateTimeField(_("when"))
    previous = models.CharField(max_length=64, blank=True)
    mac = models.CharField(max_length=64)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("event")
        verbose_name_plural = _("events")
        constraints = [
            models.UniqueConstraint(fields=["dossier", "number"], name="core_event_number")
        ]
        indexes = [models.Index(fields=["target_label", "target_id"])]

    def __str__(self) -> str:
        return f"{self.dossier_id}/{self.number} {self.verb}"
