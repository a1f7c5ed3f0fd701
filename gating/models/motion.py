"""Motions: what is put to a board, how it is opened, counted, and what its result brings about."""

from collections.abc import Iterable
from typing import Any

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_fsm import GET_STATE

from core import clock, guards, history, turns
from core.machines import Machine, State, transition
from core.people import holds
from core.steps import perform
from core.waits import Wait, turn
from gating import balloting, excluding, matters, seating
from gating import permissions_boards as permissions
from gating.models.agenda import Paper
from gating.models.board import Board, BoardSeat
from gating.models.condition import Condition
from gating.models.meeting import Meeting, motion_convened
from gating.models.record import Record
from gating.models.vote import MotionSeat
from projects.models import Project


class MotionQuerySet(models.QuerySet):
    """Motions, and who sees them."""

    def visible_to(self, user: Any) -> "MotionQuerySet":
        """Oversight and the board's seats see every motion; the project's people, decided ones."""
        if holds(user, "secretariat", "auditor"):
            return self
        seated = Q(board__in=BoardSeat.objects.of(user).values("board"))
        seen = Project.objects.visible_to(user).order_by().values("pk")
        readable = Q(project__in=seen) | matters.seen_by(user)
        return self.filter(seated | readable & Q(state__in=Motion.OVER))

    def undecided(self) -> "MotionQuerySet":
        return self.filter(state__in=Motion.UNDECIDED)


@guards.kept
class Motion(Machine):
    """A question put to a board: on a review, a condition to be waived, or another matter.

    `matter` and `matter_id` name a row that its room put before the board (`gating.matters`); one
    of a service without a project stands in the case file `case`. `rule` keeps what made the board
    competent and how it counts, `tally` the count at the closing.
    """

    class States(models.TextChoices):
        DRAFTED = "drafted", _("drafted")
        TABLED = "tabled", _("tabled")
        OPEN = "open", _("open for votes")
        CARRIED = "carried", _("carried")
        LOST = "lost", _("lost")
        TIED = "tied", _("tied")
        INQUORATE = "inquorate", _("no quorum")
        PUBLISHED = "published", _("published")
        WITHDRAWN = "withdrawn", pgettext_lazy("motion", "withdrawn")

    class Outcome(models.TextChoices):
        APPROVE = "approve", _("approve")
        APPROVE_WITH_CONDITIONS = "approve_with_conditions", _("approve with conditions")
        DEFER = "defer", _("defer")
        REFUSE = "refuse", _("refuse")
        STOP = "stop", _("stop the project")
        WAIVE = "waive", _("waive a condition")
        GRANT = "grant", _("grant")
        REVOKE = "revoke", _("revoke")
        RESTORE = "restore", _("restore")
        CONFIRM = "confirm", _("confirm")
        EXTEND = "extend", _("extend")
        LOWER_TIER = "lower_tier", _("lower the tier")
        MERGE_GATES = "merge_gates", _("take gates together")
        RESCIND = "rescind", _("rescind a decision")

    UNDECIDED = (States.DRAFTED, States.TABLED, States.OPEN)
    RESULTS = (States.CARRIED, States.LOST, States.TIED, States.INQUORATE)
    OVER = (*RESULTS, States.PUBLISHED)
    REVIEW_OUTCOMES = (
        Outcome.APPROVE, Outcome.APPROVE_WITH_CONDITIONS, Outcome.DEFER, Outcome.REFUSE,
        Outcome.STOP,
    )  # fmt: skip
    APPROVALS = (Outcome.APPROVE, Outcome.APPROVE_WITH_CONDITIONS)
    wait_labels = {
        "vote": _("Vote"), "draft_motion": _("Draft another motion"),
        "refer": _("Put it to the board again, or to the one above"),
        "seats": _("Standing of the seats"), "roll_call": _("Roll call"),
        "recuse": _("Recusal"), "change": _("Change the draft"),
        "condition": _("Change the drafted conditions"), "escalate": _("Escalate"),
        "say": _("Debate"),
    }  # fmt: skip
    step_related = ("project__dossier", "project__institution", "project__tier", "board", "meeting",
                    "review__gate", "review__tier", "review__project__institution")  # fmt: skip

    project = models.ForeignKey(
        "projects.Project", models.PROTECT, null=True, related_name="motions"
    )
    case = models.ForeignKey("core.Dossier", models.PROTECT, null=True, related_name="+")
    review = models.ForeignKey(
        "gating.GateReview", models.PROTECT, null=True, related_name="motions",
        verbose_name=_("review"),
    )  # fmt: skip
    condition = models.ForeignKey(
        Condition, models.PROTECT, null=True, related_name="waivers", verbose_name=_("condition")
    )
    matter = models.CharField(max_length=60, blank=True)
    matter_id = models.BigIntegerField(null=True)
    board = models.ForeignKey(
        Board, models.PROTECT, related_name="motions", verbose_name=_("board")
    )
    meeting = models.ForeignKey(
        Meeting, models.PROTECT, null=True, related_name="motions", verbose_name=_("meeting")
    )
    outcome = models.CharField(_("proposed decision"), max_length=24, choices=Outcome.choices)
    text = models.TextField(_("text of the motion"), blank=True)
    risk_owner = models.ForeignKey(
        "core.User", models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("who bears the risk"),
    )  # fmt: skip
    waived_until = models.DateField(_("waived until"), null=True, blank=True)
    rule = models.JSONField(default=dict)
    tally = models.JSONField(default=dict)
    drafted_by = models.ForeignKey("core.User", models.PROTECT, related_name="+")
    drafted_at = models.DateTimeField(_("drafted"))
    opened_at = models.DateTimeField(_("opened"), null=True)
    decided_at = models.DateTimeField(_("decided"), null=True)
    escalated_at = models.DateTimeField(_("escalated"), null=True)
    follows = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="followers",
        verbose_name=_("takes the place of"),
    )  # fmt: skip
    reported_to = models.ForeignKey(
        Meeting, models.PROTECT, null=True, related_name="reported", verbose_name=_("reported to")
    )
    state = State(States, default=States.DRAFTED)

    objects = MotionQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        verbose_name = _("motion")
        verbose_name_plural = _("motions")
        indexes = [
            models.Index(fields=["state", "decided_at"]),
            models.Index(fields=["matter", "matter_id"]),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["review"], condition=Q(state__in=["drafted", "tabled", "open"]),
                name="gating_motion_one_undecided",
            ),
            models.UniqueConstraint(
                fields=["condition"], condition=Q(state__in=["drafted", "tabled", "open"]),
                name="gating_motion_one_undecided_waiver",
            ),
            models.UniqueConstraint(
                fields=["matter", "matter_id"],
                condition=Q(state__in=["drafted", "tabled", "open"], matter__gt=""),
                name="gating_motion_one_undecided_matter",
            ),
            models.CheckConstraint(
                condition=Q(review=None, matter="", outcome="waive") & ~Q(condition=None)
                | Q(condition=None, matter="") & ~Q(review=None) & ~Q(outcome="waive")
                | Q(condition=None, review=None, matter__gt="", matter_id__isnull=False),
                name="gating_motion_one_subject",
            ),
            models.CheckConstraint(
                condition=~Q(project=None) | ~Q(case=None), name="gating_motion_has_a_case"
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.ref

    @property
    def ref(self) -> str:
        """The reference of what it is about, and its own number: P-000001/G1/1 · M7."""
        about = self.review.ref if self.review else self.dossier.ref
        return f"{about} · M{self.pk}"

    @property
    def dossier(self) -> Any:
        return self.project.dossier if self.project else self.case

    @cached_property
    def matter_row(self) -> Any:
        """The row of another room that it is about, as it stood when first asked for; or None."""
        return matters.of(self).row(self.matter_id) if self.matter and self.matter_id else None

    @property
    def subject(self) -> Any:
        """What it is about: the review, the condition to be waived, or the row of a matter."""
        return self.review or self.condition or self.matter_row

    @property
    def outcomes(self) -> list[tuple[str, Any]]:
        """What may be proposed on its subject: codes and words."""
        allowed: tuple[str, ...] = self.REVIEW_OUTCOMES
        if self.matter:
            allowed = matters.of(self).outcomes
        elif self.condition_id:
            allowed = (self.Outcome.WAIVE,)
        return [choice for choice in self.Outcome.choices if choice[0] in allowed]

    @property
    def result(self) -> str:
        """Carried, lost, tied or inquorate; empty before the closing."""
        return str(self.tally.get("result", ""))

    @property
    def came_to_nothing(self) -> bool:
        """Whether nothing was decided though the board voted, and what it is about waits still."""
        over = self.decided_at is not None and self.result != self.States.CARRIED
        return over and self.still_waits()

    def still_waits(self) -> bool:
        """Whether what it is about is still to be decided, and by no later motion."""
        if self.matter:
            later = matters.motions_of(self.matter_row)
            waits = not matters.of(self).faults(self.matter_row)
        elif self.review is not None:
            later = Motion.objects.filter(review=self.review_id)
            waits = self.review.state == "before_board"
        else:
            return False
        after = later.filter(pk__gt=self.pk).exclude(state=self.States.WITHDRAWN)
        return waits and not after.exists()

    @property
    def about(self) -> str:
        """The title of the project, or of what it is about where there is none."""
        if self.project:
            return str(self.project.title)
        return matters.of(self).title(self.matter_row) if self.matter else str(self.subject)

    def title_for_people(self) -> str:
        return f"{self.ref} · {self.about}"

    def get_absolute_url(self) -> str:
        return reverse("gating:motion_detail", kwargs={"pk": self.pk})

    def turns(self) -> Iterable[Wait]:
        return balloting.turns_of(self, turn)

    # Who takes part

    def excluded(self) -> dict[int, str]:
        """The people who take no part, and why: by their own word, or by separation of duties."""
        return excluding.of(self)

    def sittings(self) -> list[seating.Sitting]:
        """How the seats stand: as recorded once the motion was opened, until then as of now."""
        if self.opened_at is not None:
            return [seat.sitting for seat in self.seats.all()]
        present = None if self.meeting is None else self.meeting.present()
        return seating.sit(self.board.places_on(clock.today()), present, self.excluded())

    def president(self) -> int | None:
        """Who presides over the motion; before attendance is recorded, whoever would."""
        sittings = self.sittings()
        if self.opened_at is None and not any(sitting.user for sitting in sittings):
            places = self.board.places_on(clock.today())
            sittings = seating.sit(places, None, self.excluded())
        return seating.president(sittings)

    # Steps

    @transition(state, source=States.DRAFTED, target=States.TABLED,
                permission=permissions.prepares_motions,
                conditions=[balloting.motion_whole, balloting.awaits_decision,
                            motion_convened],
                custom={"label": _("Table the motion"), "offered": True})  # fmt: skip
    def table(self, *, by: Any, because: str) -> None:
        """The motion stands before the board as it is written; its text joins the papers."""
        if self.meeting is not None:
            Paper.freeze(self.meeting, self, by=by)

    @transition(state, source=States.TABLED, target=States.DRAFTED,
                permission=permissions.prepares_motions,
                custom={"label": _("Take it back to change it"), "offered": True})  # fmt: skip
    def take_back(self, *, by: Any, because: str) -> None:
        """The secretariat changes text, conditions or meeting before votes are open."""

    @transition(state, source=[States.DRAFTED, States.TABLED], target=States.WITHDRAWN,
                permission=permissions.prepares_motions,
                custom={"label": _("Withdraw the motion"), "offered": True, "reason": True,
                        "danger": True})  # fmt: skip
    def withdraw(self, *, by: Any, because: str) -> None:
        """The motion is not put to the vote; another may be drafted."""
        self._free_matter()

    @transition(state, source=[States.DRAFTED, States.TABLED], target=States.WITHDRAWN,
                permission=permissions.hands_up, conditions=[balloting.quorum_out_of_reach],
                custom={"label": _("Hand it to the board above"), "offered": False})  # fmt: skip
    def hand_up(self, *, by: Any, because: str) -> None:
        """Too few seats may decide it, alternates included: the board above does."""
        self._free_matter()

    @transition(state, source=[States.TABLED, States.OPEN], target=States.WITHDRAWN,
                permission=permissions.objects_to_writing,
                custom={"label": _("Object to deciding in writing"), "offered": False}
    )  # fmt: skip
    def object(self, *, by: Any, because: str) -> None:
        """One seat objects to the written procedure: a meeting decides."""
        self._free_matter()

    @transition(state, source=States.TABLED, target=States.OPEN,
                permission=permissions.presides,
                conditions=[balloting.awaits_decision, balloting.meeting_in_session,
                            balloting.before_deadline, balloting.quorum_there],
                custom={"label": _("Open the vote"), "offered": True,
                        "note": _("Who may vote is fixed by who is there now.")})  # fmt: skip
    def open(self, *, by: Any, because: str) -> None:
        """Each seat's standing is fixed as it is now, with the rule by which votes count."""
        excluded, sittings = self.excluded(), self.sittings()
        named = {seat.pk: seat for seat in self.board.seats_on(clock.today())}
        self.opened_at = clock.now()
        self.rule = {**self.rule, **balloting.rule_of(self.board, len(sittings))}
        rows = [
            MotionSeat(motion=self, seat=named[sitting.seat], user_id=sitting.user,
                       chair=sitting.chair, standing=sitting.standing,
                       why=balloting.why_of(named[sitting.seat], sitting, excluded))
            for sitting in sittings
        ]  # fmt: skip
        MotionSeat.objects.bulk_create(rows)
        details = {"rule": self.rule, "seats": balloting.seats_of(rows)}
        history.record("gating.motion.seats", self, by=by, details=details)

    @transition(state, source=States.OPEN, target=GET_STATE(balloting.result_of, states=RESULTS),
                permission=permissions.presides,
                conditions=[balloting.awaits_decision, balloting.after_deadline],
                custom={"label": _("Close the vote and count"), "offered": True, "danger": True,
                        "note": _("Seats that have not voted count as absent; with too few votes "
                                  "there is no quorum and no result.")})  # fmt: skip
    def close(self, *, by: Any, because: str) -> None:
        """The votes are counted and become known; a carried motion takes effect at once."""
        self.tally, self.decided_at = balloting.tally_of(self), clock.now()
        details = {"tally": self.tally, "roll_call": balloting.roll_call(self)}
        history.record("gating.motion.roll_call", self, by=by, details=details)
        self.save(update_fields=["tally", "decided_at"])
        if self.result == self.States.CARRIED:
            self._take_effect(by)
        elif self.result == self.States.LOST and self.matter:
            matters.of(self).lost(self, self.matter_row, by=by)
        self._free_matter()

    @transition(state, source=list(RESULTS), target=States.PUBLISHED,
                permission=permissions.prepares_motions,
                custom={"label": _("Publish the result"), "offered": True})  # fmt: skip
    def publish(self, *, by: Any, because: str) -> None:
        """The result is open to everybody who sees the project."""

    def _free_matter(self) -> None:
        """Whose turn it is on what it is about follows from how that stands now."""
        self.__dict__.pop("matter_row", None)
        if self.matter:
            turns.refresh(self.matter_row)

    def _take_effect(self, by: Any) -> None:
        """What was decided happens, as a consequence: conditions, the review's step, the record."""
        if self.matter:
            matters.of(self).effect(self, self.matter_row, by=by)
            Record.keep(self, by=by)
            return
        if self.condition is not None:
            self.condition.waive_by(self, by=by)
            Record.keep(self, by=by)
            return
        for draft in self.drafts.all():
            Condition.arise(draft, by=by)
        review: Any = perform(self.subject, self.outcome, by=by, because=self.ref)
        self.review = review
        if self.outcome in self.APPROVALS:
            review.enter_force_if_ready(by=by, because=self.ref)
        Record.keep(self, by=by)
