"""What remains to be done and told: jobs of record, and the notices in people's inboxes."""

from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Case, Q, When
from django.utils.translation import gettext_lazy as _


class JobQuerySet(models.QuerySet):
    """Jobs by what is to be done with them."""

    def claimable(self, now: datetime) -> "JobQuerySet":
        """Jobs that are due, not done, and in nobody's hands."""
        return self.filter(
            Q(due=None) | Q(due__lte=now),
            Q(lease_until=None) | Q(lease_until__lte=now),
            done_at=None,
        )


class Job(models.Model):
    """Something to be done after a transaction, written within it; done at most once by effect."""

    key = models.CharField(_("key"), max_length=200, unique=True)
    name = models.CharField(_("name"), max_length=60)
    payload = models.TextField(default="{}")
    due = models.DateTimeField(_("not before"), null=True)
    lease_until = models.DateTimeField(_("in work until"), null=True)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    done_at = models.DateTimeField(_("done"), null=True)
    last_error = models.TextField(_("last error"), blank=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        indexes = [models.Index(fields=["id"], condition=Q(done_at=None), name="core_job_open")]

    def __str__(self) -> str:
        return self.key


class NoticeQuerySet(models.QuerySet):
    """Notices by whose they are."""

    def visible_to(self, user: Any) -> "NoticeQuerySet":
        return self.filter(person=user, in_inbox=True)

    def unread(self) -> "NoticeQuerySet":
        return self.filter(read_at=None)

    def unread_first(self) -> "NoticeQuerySet":
        """Unread before read, and the newest first among each."""
        return self.order_by(Case(When(read_at=None, then=0), default=1), "-created_at", "-pk")


class Notice(models.Model):
    """What one person is told once: it lies in their inbox, and an e-mail carries it to them.

    `key` names the occasion (an event and a template, or what the clock found): the database lets
    a person be told of one occasion once. Subject and body are in the person's language.
    `digest` is the key of the digest that carries it, empty while it waits, null where none does.
    """

    person = models.ForeignKey("core.User", models.PROTECT, related_name="notices")
    key = models.CharField(max_length=200)
    event = models.ForeignKey("core.Event", models.PROTECT, null=True, related_name="notices")
    dossier = models.ForeignKey("core.Dossier", models.PROTECT, null=True, related_name="notices")
    subject = models.CharField(_("subject"), max_length=200)
    body = models.TextField(_("text"))
    url = models.CharField(max_length=250, blank=True)
    urgent = models.BooleanField(_("urgent"), default=False)
    in_inbox = models.BooleanField(default=True)
    created_at = models.DateTimeField(_("sent"))
    read_at = models.DateTimeField(_("read"), null=True)
    digest = models.CharField(max_length=80, null=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        constraints = [models.UniqueConstraint(fields=["person", "key"], name="core_notice_once")]
        indexes = [
            models.Index(fields=["person", "-created_at"]),
            models.Index(
                fields=["person"], condition=Q(read_at=None, in_inbox=True), name="core_notice_new"
            ),
            models.Index(fields=["person"], condition=Q(digest=""), name="core_notice_waits"),
            models.Index(fields=["digest"]),
        ]

    def __str__(self) -> str:
        return self.subject
