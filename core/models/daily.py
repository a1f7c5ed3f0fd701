"""How a person is told: when mail comes, and the secret address of their calendar."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class MailChoice(models.Model):
    """When a person's notices come by e-mail; what is urgent comes at once in every rhythm.

    `hour` and `weekday` (0 is Monday) count in the zone of the person's institution. `next_at` is
    the moment of the next digest, empty where there is none.
    """

    class Rhythm(models.TextChoices):
        AT_ONCE = "at_once", _("each message at once")
        DAILY = "daily", _("one e-mail a day")
        WEEKLY = "weekly", _("one e-mail a week")
        URGENT_ONLY = "urgent_only", _("only what is urgent")

    WEEKDAYS = [
        (0, _("Monday")), (1, _("Tuesday")), (2, _("Wednesday")), (3, _("Thursday")),
        (4, _("Friday")), (5, _("Saturday")), (6, _("Sunday")),
    ]  # fmt: skip
    HOURS = [(hour, f"{hour:02}:00") for hour in range(24)]

    person = models.OneToOneField(
        "core.User", models.PROTECT, primary_key=True, related_name="mail_choice"
    )
    rhythm = models.CharField(
        _("rhythm"), max_length=12, choices=Rhythm.choices, default=Rhythm.DAILY
    )
    hour = models.PositiveSmallIntegerField(_("hour"), choices=HOURS, default=8)
    weekday = models.PositiveSmallIntegerField(_("day of the week"), choices=WEEKDAYS, default=0)
    next_at = models.DateTimeField(null=True, db_index=True)

    class Meta:
        verbose_name = _("choice of e-mails")
        verbose_name_plural = _("choices of e-mails")
        constraints = [
            models.CheckConstraint(condition=models.Q(hour__lt=24), name="core_mailchoice_hour"),
            models.CheckConstraint(
                condition=models.Q(weekday__lt=7), name="core_mailchoice_weekday"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.rhythm}"


class CalendarFeed(models.Model):
    """The secret address under which a calendar program reads a person's dates; only its hash."""

    person = models.OneToOneField(
        "core.User", models.PROTECT, primary_key=True, related_name="calendar_feed"
    )
    token_hash = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField(_("made"))

    class Meta:
        verbose_name = _("calendar address")
        verbose_name_plural = _("calendar addresses")

    def __str__(self) -> str:
        return str(self.person_id)
