"""What belongs to one meeting: the items of its agenda, who attends, its papers as frozen."""

import hashlib
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core import clock, guards, history
from core.models.history import AppendOnly
from gating import papering
from gating.models.board import BoardSeat


class AgendaItem(models.Model):
    """What a meeting will take up: a review, or a motion on another matter.

    Consent items are voted on together, unless a seat asked to take this one out.
    """

    meeting = models.ForeignKey("gating.Meeting", models.PROTECT, related_name="items")
    review = models.ForeignKey(
        "gating.GateReview", models.PROTECT, null=True, related_name="agenda_items",
        verbose_name=_("review"),
    )  # fmt: skip
    motion = models.ForeignKey(
        "gating.Motion", models.PROTECT, null=True, related_name="agenda_items",
        verbose_name=_("motion"),
    )  # fmt: skip
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    consent = models.BooleanField(_("consent item"), default=False)
    taken_out_by = models.ForeignKey(
        "core.User", models.PROTECT, null=True, related_name="+", verbose_name=_("taken out by")
    )

    class Meta:
        ordering = ["position", "pk"]
        verbose_name = _("item of the agenda")
        verbose_name_plural = _("items of the agenda")
        constraints = [
            models.UniqueConstraint(fields=["meeting", "review"], name="gating_agendaitem_once"),
            models.UniqueConstraint(
                fields=["meeting", "motion"], name="gating_agendaitem_motion_once"
            ),
            models.CheckConstraint(
                condition=Q(review=None) & ~Q(motion=None) | Q(motion=None) & ~Q(review=None),
                name="gating_agendaitem_one_subject",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.meeting} · {self.subject}"

    @property
    def subject(self) -> Any:
        """The review, or the motion."""
        return self.review or self.motion


class Attendance(models.Model):
    """A person named for a seat who attends a meeting."""

    meeting = models.ForeignKey("gating.Meeting", models.PROTECT, related_name="attendance")
    seat = models.ForeignKey(BoardSeat, models.PROTECT, related_name="+")
    user = models.ForeignKey("core.User", models.PROTECT, related_name="+")

    class Meta:
        ordering = ["seat", "pk"]
        verbose_name = _("attendance")
        verbose_name_plural = _("attendances")
        constraints = [
            models.UniqueConstraint(fields=["meeting", "user"], name="gating_attendance_once")
        ]

    def __str__(self) -> str:
        return f"{self.meeting} · {self.user}"


@guards.append_only
class Paper(AppendOnly):
    """One paper of a meeting as it was frozen: canonical JSON, and its SHA-256.

    A motion tabled after the notice is added as a further paper.
    """

    meeting = models.ForeignKey("gating.Meeting", models.PROTECT, related_name="papers")
    review = models.ForeignKey("gating.GateReview", models.PROTECT, null=True, related_name="+")
    motion = models.ForeignKey("gating.Motion", models.PROTECT, null=True, related_name="papers")
    text = models.TextField(_("canonical JSON"))
    sha256 = models.CharField("SHA-256", max_length=64)
    at = models.DateTimeField(_("frozen"))

    class Meta:
        ordering = ["pk"]
        verbose_name = _("paper of a meeting")
        verbose_name_plural = _("papers of meetings")

    def __str__(self) -> str:
        return f"{self.meeting_id} · {self.sha256[:12]}"

    @classmethod
    def freeze(cls, meeting: Any, subject: Any, *, by: Any) -> "Paper":
        """Keep what is to be read about a review or a motion as it says now."""
        is_review = subject._meta.model_name == "gatereview"
        facts = papering.of_review(subject) if is_review else papering.of_motion(subject)
        text = history.canonical(facts)
        digest = hashlib.sha256(text.encode()).hexdigest()
        known = meeting.papers.filter(sha256=digest).first()
        if known is not None:  # tabled as it was frozen with the notice
            return known
        paper = cls(meeting=meeting, text=text, at=clock.now(),
                    review=subject if is_review else subject.review,
                    motion=None if is_review else subject,
                    sha256=digest)  # fmt: skip
        paper.save()
        details = {"about": subject.ref, "sha256": paper.sha256}
        history.record("gating.meeting.paper", meeting, by=by, details=details)
        return paper


__all__ = ["AgendaItem", "Attendance", "Paper"]
