"""Who evaluates an application for the Seal, and their sealed results."""

from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_fsm import GET_STATE

from core import clock, guards, history
from core.machines import Machine, State, transition
from core.waits import turn
from gating import permissions_seal as permissions
from gating import seal_conditions
from gating.models.seal_application import SealApplication
from gating.models.seal_items import SealItem


class SealEvaluationQuerySet(models.QuerySet):
    """Evaluations, and who sees that they are."""

    def visible_to(self, user: Any) -> "SealEvaluationQuerySet":
        """Whoever sees the application sees who evaluates it."""
        seen = SealApplication.objects.visible_to(user).order_by().values("pk")
        return self.filter(application__in=seen)


def _after_sealing(evaluation: Any, **_acted: Any) -> str:
    """Whose ratings are sealed after the answer has nothing to conclude any more."""
    late = evaluation.application.state == "feedback"
    return str(SealEvaluation.States.FINAL if late else SealEvaluation.States.SEALED)


@guards.kept
class SealEvaluation(Machine):
    """One evaluator of one application: invited, conflict-free, rating alone, then concluding."""

    class States(models.TextChoices):
        INVITED = "invited", _("invited")
        ACCEPTED = "accepted", pgettext_lazy("evaluation", "accepted, no conflict")
        SEALED = "sealed", _("ratings sealed")
        FINAL = "final", _("concluded")
        DECLINED = "declined", _("declined")
        CONFLICTED = "conflicted", _("has a conflict of interest")
        REPLACED = "replaced", _("replaced")

    step_related = ("application__service__dossier", "application__service__institution",
                    "application__service__project", "application__standard",
                    "evaluator")  # fmt: skip
    wait_labels = {"remind": _("Reminder of the deadline"), "rate": _("Draft of the ratings saved")}

    application = models.ForeignKey(
        SealApplication, models.PROTECT, related_name="evaluations", verbose_name=_("application")
    )
    evaluator = models.ForeignKey(
        "core.User", models.PROTECT, related_name="seal_evaluations", verbose_name=_("evaluator")
    )
    invited_by = models.ForeignKey("core.User", models.PROTECT, related_name="+")
    invited_at = models.DateTimeField(_("invited"))
    due = models.DateField(_("due"), null=True)
    overdue_at = models.DateTimeField(_("overdue since"), null=True)
    accepted_at = models.DateTimeField(_("accepted"), null=True)
    sealed_at = models.DateTimeField(_("sealed"), null=True)
    sheet_seal = models.CharField(_("seal of the ratings"), max_length=64, blank=True)
    final_at = models.DateTimeField(_("concluded"), null=True)
    left_at = models.DateTimeField(_("left"), null=True)
    left_because = models.TextField(_("why"), blank=True)
    state = State(States, default=States.INVITED)

    objects = SealEvaluationQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        verbose_name = _("evaluation for the Seal")
        verbose_name_plural = _("evaluations for the Seal")
        constraints = [
            models.UniqueConstraint(
                fields=["application", "evaluator"], condition=Q(left_at=None),
                name="gating_sealevaluation_once",
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.application} · {self.evaluator}"

    @property
    def dossier(self) -> Any:
        return self.application.service.dossier

    @property
    def round(self) -> int:
        """Which ratings it works on: 1 until they are sealed, then 2."""
        return 1 if self.sealed_at is None else 2

    @property
    def due_at(self) -> Any:
        """24:00 of the day by which its next step is due, or None."""
        where = self.application.service.institution
        return clock.end_of(self.due, where) if self.due else None

    def title_for_people(self) -> str:
        return f"{self.application.title_for_people()} · {self.evaluator}"

    def get_absolute_url(self) -> str:
        return self.application.get_absolute_url()

    def get_sheet_url(self) -> str:
        """Where the evaluator rates each requirement."""
        return reverse("gating:sealevaluation_sheet", kwargs={"pk": self.pk})

    def turns(self) -> list[Any]:
        who, application = f"user:{self.evaluator_id}", self.application
        if self.left_at is not None or application.over_at is not None:
            return []
        found = []
        if self.accepted_at is None:
            found = [turn("accept", who, self.due_at)]
        elif self.sealed_at is None and application.started_at is not None:
            found = [turn("seal", who, self.due_at, url=self.get_sheet_url())]
        elif self.sealed_at and self.final_at is None and application.answered_at is not None:
            found = [turn("conclude", who, self.due_at, url=self.get_sheet_url())]
        if self.overdue_at is not None and self.sealed_at is None:
            found.append(turn("replace", "role:secretariat", self.due_at))
        return found

    def _leave(self, because: str, *, by: Any) -> None:
        self.left_at, self.left_because, self.overdue_at = clock.now(), because, None
        self.save(update_fields=["left_at", "left_because", "overdue_at"])
        self.application.follow(by=by)

    # Steps

    @transition(state, source=States.INVITED, target=States.ACCEPTED,
                permission=permissions.is_the_evaluator,
                custom={"label": _("Accept, and declare that I have no conflict of interest"),
                        "offered": True,
                        "note": _("You have no personal, financial or professional interest in "
                                  "this service, its people or its suppliers. Your declaration "
                                  "stands in the history; only then do you see what is not "
                                  "public.")})  # fmt: skip
    def accept(self, *, by: Any, because: str) -> None:
        """The evaluator has no conflict and takes part."""
        self.accepted_at, self.overdue_at = clock.now(), None
        started = self.application.started_at is not None
        days = self.application.scheme.evaluation_days
        self.due = self.application.days_after(days) if started else None
        self.save(update_fields=["accepted_at", "overdue_at", "due"])
        self.application.follow(by=by)

    @transition(state, source=States.INVITED, target=States.DECLINED,
                permission=permissions.is_the_evaluator,
                custom={"label": _("Decline the invitation"), "offered": True,
                        "reason": True})  # fmt: skip
    def decline(self, *, by: Any, because: str) -> None:
        """The evaluator takes no part; the secretariat invites somebody else."""
        self._leave(because, by=by)

    @transition(state, source=[States.INVITED, States.ACCEPTED], target=States.CONFLICTED,
                permission=permissions.is_the_evaluator,
                custom={"label": _("Declare a conflict of interest"), "offered": True,
                        "reason": True, "danger": True})  # fmt: skip
    def declare_conflict(self, *, by: Any, because: str) -> None:
        """The evaluator has a conflict and takes no part."""
        self._leave(because, by=by)

    @transition(state, source=[States.INVITED, States.ACCEPTED], target=States.REPLACED,
                permission=permissions.is_secretariat, conditions=[seal_conditions.replaceable],
                custom={"label": _("Replace the evaluator"), "offered": True, "reason": True,
                        "note": _("Then invite somebody else.")})  # fmt: skip
    def replace(self, *, by: Any, because: str) -> None:
        """The evaluator takes no part after all; no sealed sheet is ever withdrawn."""
        self._leave(because, by=by)

    @transition(state, source=States.INVITED,
                target=GET_STATE(lambda row, **_acted: row.state, states=[States.INVITED]),
                permission=permissions.by_clock, conditions=[seal_conditions.evaluation_overdue],
                custom={"label": _("Mark the invitation overdue"), "offered": False})  # fmt: skip
    def overlook(self, *, by: Any, because: str) -> None:
        """The invitation was not answered in time: the secretariat may invite somebody else."""
        self.overdue_at = self.due_at

    @transition(state, source=States.ACCEPTED,
                target=GET_STATE(lambda row, **_acted: row.state, states=[States.ACCEPTED]),
                permission=permissions.by_clock, conditions=[seal_conditions.evaluation_overdue],
                custom={"label": _("Mark the evaluation overdue"), "offered": False})  # fmt: skip
    def fall_overdue(self, *, by: Any, because: str) -> None:
        """The ratings were not sealed in time: the secretariat may replace the evaluator."""
        self.overdue_at = self.due_at

    @transition(state, source=States.ACCEPTED,
                target=GET_STATE(_after_sealing, states=[States.SEALED, States.FINAL]),
                permission=permissions.is_the_evaluator,
                conditions=[seal_conditions.being_evaluated, seal_conditions.sheet_complete],
                custom={"label": _("Seal my ratings"), "offered": True, "capacity": "assesses",
                        "danger": True,
                        "note": _("Nobody reads them until every evaluator has sealed theirs, "
                                  "and you cannot change them any more.")})  # fmt: skip
    def seal(self, *, by: Any, because: str) -> None:
        """The sheet is closed; all sheets open together once the last one is in."""
        self.sealed_at, self.due, self.overdue_at = clock.now(), None, None
        self.sheet_seal = history.seal("seal-sheet", self.pk, self.sheet(1))
        self.save(update_fields=["sealed_at", "due", "overdue_at", "sheet_seal"])
        if self.application.state == SealApplication.States.FEEDBACK:
            self._finish()
        self.application.follow(by=by)

    @transition(state, source=States.SEALED, target=States.FINAL,
                permission=permissions.is_the_evaluator,
                conditions=[seal_conditions.feedback_answered, seal_conditions.sheet_complete],
                custom={"label": _("Conclude my evaluation"), "offered": True, "danger": True,
                        "note": _("Your ratings, as they are now, decide with those of the other "
                                  "evaluators.")})  # fmt: skip
    def conclude(self, *, by: Any, because: str) -> None:
        """Having read the answer, the evaluator stands by the ratings, or by changed ones."""
        self._finish()
        self.application.follow(by=by)

    @transition(state, source=States.SEALED, target=States.FINAL, permission=permissions.by_clock,
                conditions=[seal_conditions.feedback_answered,
                            seal_conditions.evaluation_overdue],
                custom={"label": _("Let the sealed ratings stand"), "offered": False})  # fmt: skip
    def let_stand(self, *, by: Any, because: str) -> None:
        """The time to conclude is over: the ratings stand as they were sealed."""
        self.ratings.filter(round=2).delete()
        self._finish()
        self.application.follow(by=by)

    def sheet(self, number: int) -> list[list[str]]:
        """The ratings of a round in the order of their requirements, for their seal."""
        rows = self.ratings.filter(round=number).order_by("item")
        return [[str(row.item_id), row.result, row.note, str(row.seen)] for row in rows]

    def _finish(self) -> None:
        """Conclude: requirements that were not rated again stand as they were sealed."""
        again = set(self.ratings.filter(round=2).values_list("item_id", flat=True))
        SealRating.objects.bulk_create(
            SealRating(evaluation=self, item_id=row.item_id, round=2, result=row.result,
                       note=row.note, seen=row.seen)
            for row in self.ratings.filter(round=1) if row.item_id not in again
        )  # fmt: skip
        self.final_at, self.due, self.overdue_at = clock.now(), None, None
        self.save(update_fields=["final_at", "due", "overdue_at"])


class SealRatingQuerySet(models.QuerySet):
    """The one reader of the sheets: nobody reads another's before all are sealed."""

    def readable_by(self, user: Any) -> "SealRatingQuerySet":
        """One's own always; others' first ones once feedback is open, the last once concluded."""
        seen = SealApplication.objects.visible_to(user).order_by().values("pk")
        opened = Q(round=1, evaluation__sealed_at__isnull=False,
                   evaluation__application__answer_due__isnull=False)  # fmt: skip
        ended = Q(round=2, evaluation__application__evaluated_at__isnull=False)
        mine = Q(evaluation__evaluator=user.pk)
        return self.filter(evaluation__application__in=seen).filter(mine | opened | ended)


class SealRating(models.Model):
    """One evaluator's result of one requirement: round 1 before the feedback, 2 after it.

    `seen` names the evidence (`SealProof`) that the result rests on.
    """

    evaluation = models.ForeignKey(SealEvaluation, models.PROTECT, related_name="ratings")
    item = models.ForeignKey(SealItem, models.PROTECT, related_name="ratings")
    round = models.PositiveSmallIntegerField(default=1)
    result = models.CharField(
        _("result"), max_length=16, choices=SealItem.Result.choices, blank=True
    )
    note = models.TextField(_("reasons"), blank=True)
    seen = models.JSONField(_("evidence it rests on"), default=list, blank=True)

    objects = SealRatingQuerySet.as_manager()

    class Meta:
        ordering = ["evaluation", "item", "round"]
        verbose_name = _("rating for the Seal")
        verbose_name_plural = _("ratings for the Seal")
        constraints = [
            models.UniqueConstraint(
                fields=["evaluation", "item", "round"], name="gating_sealrating_once"
            ),
            models.CheckConstraint(condition=Q(round__in=[1, 2]), name="gating_sealrating_round"),
        ]

    def __str__(self) -> str:
        return f"{self.evaluation_id}/{self.item_id}/{self.round}"


@guards.statements
def keep_sealed(connection: BaseDatabaseWrapper) -> list[str]:
    """Triggers: ratings of a round that was closed are neither changed nor removed, nor joined."""
    sheet = (
        "(SELECT CASE WHEN {0}.round = 1 THEN sealed_at ELSE final_at END "
        "FROM gating_sealevaluation WHERE id = {0}.evaluation_id) IS NOT NULL"
    )
    return guards.closed(connection, "gating_sealrating", sheet, "a sealed sheet is kept as it is")
