"""What belongs to one motion: who took no part, how each seat stood, and its vote."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from core import guards
from core.models.history import AppendOnly
from gating import seating


class Why(models.TextChoices):
    """Why a person takes no part in a motion."""

    DECLARED = "declared", _("recused at their own word")
    PROJECT = "project", _("manager, owner or product owner of the project")
    ASSESSED = "assessed", _("assesses this review")
    CONFLICT = "conflict", _("declared a conflict of interest in this review")
    SUBMITS = "submits", _("prepared a submission of this project")
    CERTIFIES = "certifies", _("certified a submission of this project")
    RELEASES = "releases", _("released money of this project")
    CONDITION = "condition", _("owns the condition")
    STANDS_IN = "stands_in", _("stands in today for somebody who takes no part")


@guards.append_only
class Recusal(AppendOnly):
    """A person named for a seat says, with a reason, that they take no part in a motion."""

    motion = models.ForeignKey("gating.Motion", models.PROTECT, related_name="recusals")
    user = models.ForeignKey("core.User", models.PROTECT, related_name="+")
    reason = models.TextField(_("reason"))
    at = models.DateTimeField(_("when"))

    class Meta:
        ordering = ["pk"]
        verbose_name = _("recusal")
        verbose_name_plural = _("recusals")
        constraints = [
            models.UniqueConstraint(fields=["motion", "user"], name="gating_recusal_once")
        ]

    def __str__(self) -> str:
        return f"{self.motion_id} · {self.user}"


@guards.kept
class MotionSeat(models.Model):
    """How one seat stood when the motion was voted on: who sat there, or why nobody did."""

    class Standing(models.TextChoices):
        ELIGIBLE = seating.ELIGIBLE, _("present, may vote")
        RECUSED = seating.RECUSED, _("recused")
        ABSENT = seating.ABSENT, _("absent")

    motion = models.ForeignKey("gating.Motion", models.PROTECT, related_name="seats")
    seat = models.ForeignKey("gating.BoardSeat", models.PROTECT, related_name="+")
    chair = models.BooleanField(_("chair"), default=False)
    user = models.ForeignKey(
        "core.User", models.PROTECT, null=True, related_name="+", verbose_name=_("who sits there")
    )
    standing = models.CharField(_("standing"), max_length=10, choices=Standing.choices)
    why = models.CharField(_("why"), max_length=12, choices=Why.choices, blank=True)

    class Meta:
        ordering = ["-chair", "pk"]
        verbose_name = _("seat in a motion")
        verbose_name_plural = _("seats in motions")
        constraints = [
            models.UniqueConstraint(fields=["motion", "seat"], name="gating_motionseat_once"),
            models.UniqueConstraint(fields=["motion", "user"], name="gating_motionseat_one_person"),
        ]

    def __str__(self) -> str:
        return f"{self.motion_id} · {self.seat}"

    @property
    def sitting(self) -> seating.Sitting:
        """The seat as the rules of seating take it."""
        return seating.Sitting(self.seat_id, self.user_id, self.standing, self.chair)


class Choice(models.TextChoices):
    """What a seat may say."""

    FOR = "for", _("for")
    AGAINST = "against", _("against")
    ABSTAIN = "abstain", _("abstention")


@guards.kept
class Vote(models.Model):
    """The vote of one seat: one row a seat, changed by the seat alone and only until the closing.

    Nobody but who cast it reads it before that (`gating.motions.roll_call` is the one reader); the
    history keeps its salted hash at once, and the choice with its salt at the closing. An empty
    choice is a vote taken back by a recusal.
    """

    motion = models.ForeignKey("gating.Motion", models.PROTECT, related_name="votes")
    seat = models.ForeignKey("gating.BoardSeat", models.PROTECT, related_name="+")
    choice = models.CharField(_("vote"), max_length=8, choices=Choice.choices, blank=True)
    salt = models.CharField(max_length=32)
    cast_by = models.ForeignKey("core.User", models.PROTECT, related_name="+")
    at = models.DateTimeField(_("when"))

    class Meta:
        ordering = ["pk"]
        verbose_name = _("vote")
        verbose_name_plural = _("votes")
        constraints = [models.UniqueConstraint(fields=["motion", "seat"], name="gating_vote_once")]

    def __str__(self) -> str:
        return f"{self.motion_id} · {self.seat_id}"

    @property
    def dossier(self) -> Any:
        return self.motion.dossier
