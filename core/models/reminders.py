"""Which reminders went out: one row for each date and mark, so that none goes out twice."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Reminder(models.Model):
    """A reminder that was sent: of what, of which day, how many days before."""

    source_label = models.CharField(max_length=60)
    source_id = models.BigIntegerField()
    verb = models.CharField(max_length=100)
    due = models.DateField(_("due"))
    mark = models.SmallIntegerField(_("days before"))
    sent_at = models.DateTimeField(_("sent"))

    class Meta:
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")
        constraints = [
            models.UniqueConstraint(
                fields=["source_label", "source_id", "verb", "due", "mark"],
                name="core_reminder_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.source_label} {self.source_id} −{self.mark}"
