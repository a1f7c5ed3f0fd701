"""Who assesses a review, their sealed sheets, and what assessors and manager ask each other."""

from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core import clock, guards, history
from core.machines import Machine, State, transition
from core.models.history import AppendOnly, AppendOnlyQuerySet
from core.people import holds
from core.permissions import as_consequence
from core.refusals import requires
from core.waits import turn
from gating import permissions, rating, seeing

OUT = ["withdrawn", "conflicted", "superseded"]
"""States in which somebody takes no part in the present round."""


class AssessmentQuerySet(models.QuerySet):
    """Assessments, and who sees that they are."""

    def visible_to(self, user: Any) -> "AssessmentQuerySet":
        """Who assesses a review is seen by whoever sees the review."""
        reviews: Any = Assessment._meta.get_field("review").related_model
        return self.filter(review__in=reviews.objects.visible_to(user).order_by().values("pk"))


@requires(_("The review is with its assessors."))
def under_assessment(assessment: Any) -> bool:
    return bool(assessment.review.state == "in_assessment")


@requires(_("Every criterion has a rating, with all that the rating needs."))
def sheet_complete(assessment: Any) -> list[str]:
    return rating.gaps_of_sheet(assessment)


@requires(_("The report of the review is not finished yet."))
def may_be_spared(assessment: Any) -> bool:
    return assessment.review.state in ("planned", "collecting", "prepared", "submitted", "returned",
                                       "deferred", "in_assessment")  # fmt: skip


@guards.kept
class Assessment(Machine):
    """One person's assessment of one review, for one discipline or several; one person leads."""

    class States(models.TextChoices):
        INVITED = "invited", _("invited")
        DECLARED = "declared", _("no conflict declared")
        SEALED = "sealed", _("ratings sealed")
        CONFLICTED = "conflicted", _("has a conflict of interest")
        WITHDRAWN = "withdrawn", pgettext_lazy("review", "withdrawn")
        SUPERSEDED = "superseded", _("of an earlier round")

    step_related = ("review", "review__project", "review__project__dossier", "review__gate")

    review = models.ForeignKey("gating.GateReview", models.PROTECT, related_name="assessments")
    assessor = models.ForeignKey(
        "core.User", models.PROTECT, related_name="assessments", verbose_name=_("assessor")
    )
    disciplines = models.JSONField(_("disciplines"), default=list, blank=True)
    lead = models.BooleanField(_("leads the assessment"), default=False)
    due = models.DateField(_("ratings due"), null=True, blank=True)
    invited_by = models.ForeignKey("core.User", models.PROTECT, related_name="+")
    invited_at = models.DateTimeField(_("invited"))
    declared_at = models.DateTimeField(_("declared"), null=True)
    sealed_at = models.DateTimeField(_("sealed"), null=True)
    sheet_seal = models.CharField(_("seal of the ratings"), max_length=64, blank=True)
    dissent = models.TextField(_("dissent"), blank=True)
    state = State(States, default=States.INVITED)

    objects = AssessmentQuerySet.as_manager()

    class Meta:
        ordering = ["-lead", "pk"]
        verbose_name = _("assessment")
        verbose_name_plural = _("assessments")
        constraints = [
            models.UniqueConstraint(
                fields=["review", "assessor"], condition=~Q(state__in=["withdrawn", "superseded"]),
                name="gating_assessment_once",
            ),
            models.UniqueConstraint(
                fields=["review"],
                condition=Q(lead=True) & ~Q(state__in=OUT),
                name="gating_assessment_one_lead",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.review} · {self.assessor}"

    @property
    def dossier(self) -> Any:
        return self.review.project.dossier

    @property
    def is_admitted(self) -> bool:
        """Whether the assessor has declared no conflict and still assesses."""
        return self.state in seeing.ADMITTED

    @property
    def due_at(self) -> Any:
        """24:00 of the day by which the ratings are due, or None."""
        return clock.end_of(self.due, self.review.project.institution) if self.due else None

    def title_for_people(self) -> str:
        return f"{self.review.ref} · {self.assessor}"

    def get_absolute_url(self) -> str:
        return reverse("gating:review_detail", kwargs={"pk": self.review_id})

    def turns(self) -> list[Any]:
        audience = f"user:{self.assessor_id}"
        if self.state == self.States.INVITED:
            return [turn("declare_clear", audience, self.due_at)]
        return []

    @transition(state, source=States.INVITED, target=States.DECLARED,
                permission=permissions.is_the_assessor,
                custom={"label": _("Declare that I have no conflict of interest"), "offered": True,
                        "note": _("You have no personal, financial or professional interest in "
                                  "this project, its people or its suppliers. Your declaration "
                                  "stands in the history; only then do you see what is not "
                                  "public.")})  # fmt: skip
    def declare_clear(self, *, by: Any, because: str) -> None:
        """The assessor has no conflict, and is admitted to what is not public."""
        self.declared_at = clock.now()

    @transition(state, source=[States.INVITED, States.DECLARED], target=States.CONFLICTED,
                permission=permissions.is_the_assessor,
                custom={"label": _("Declare a conflict of interest"), "offered": True,
                        "reason": True, "danger": True,
                        "note": _("You leave this assessment, and the secretariat invites "
                                  "somebody else.")})  # fmt: skip
    def declare_conflict(self, *, by: Any, because: str) -> None:
        """The assessor has a conflict and takes no part."""
        self.review.leaving(self)

    @transition(state, source=[States.INVITED, States.DECLARED], target=States.WITHDRAWN,
                permission=permissions.is_secretariat, conditions=[may_be_spared],
                custom={"label": _("Withdraw the invitation"), "offered": True,
                        "reason": True})  # fmt: skip
    def dismiss(self, *, by: Any, because: str) -> None:
        """The assessor takes no part after all; no sealed sheet is ever withdrawn."""
        self.review.leaving(self)

    @transition(state, source=States.DECLARED, target=States.SEALED,
                permission=permissions.is_the_assessor,
                conditions=[under_assessment, sheet_complete],
                custom={"label": _("Seal my ratings"), "offered": True, "capacity": "assesses",
                        "danger": True,
                        "note": _("Nobody reads them until every assessor has sealed theirs, "
                                  "and you cannot change them any more.")})  # fmt: skip
    def seal(self, *, by: Any, because: str) -> None:
        """The sheet is closed; all sheets open together once the last one is in."""
        self.sealed_at = clock.now()
        self.sheet_seal = history.seal("sheet", self.pk, rating.sheet_of(self))
        self.review.leaving(self)

    @transition(state, source=[States.INVITED, States.DECLARED, States.SEALED],
                target=States.SUPERSEDED, permission=as_consequence,
                custom={"label": _("End the round"), "offered": False})  # fmt: skip
    def end_round(self, *, by: Any, because: str) -> None:
        """The review was deferred and collects again: it is assessed afresh."""


class RatingQuerySet(models.QuerySet):
    """The one reader of the sheets: nobody reads another's before all of a review are sealed."""

    def readable_by(self, user: Any) -> "RatingQuerySet":
        """One's own ratings always; the others' once every sheet of the review is sealed, for its
        admitted assessors, the secretariat, the auditor and the board that has it before it."""
        open_sheets = Assessment.objects.filter(review=OuterRef("assessment__review"))
        unsealed = open_sheets.filter(state__in=["invited", "declared"])
        opened = self.annotate(unsealed=Exists(unsealed)).filter(
            Q(assessment__assessor=user)
            | Q(assessment__state="superseded", assessment__sealed_at__isnull=False)
            | Q(assessment__state="sealed", unsealed=False)
        )
        if holds(user, "secretariat", "auditor"):
            return opened
        fellow = Exists(open_sheets.filter(assessor=user, state__in=seeing.ADMITTED))
        reviews = Assessment._meta.get_field("review").related_model
        tabled = reviews._base_manager.filter(seeing.tabled_for(user)).order_by().values("pk")
        return opened.filter(
            Q(assessment__assessor=user) | Q(fellow) | Q(assessment__review__in=tabled)
        )


class Rating(models.Model):
    """One assessor's rating of one criterion: a draft until the sheet is sealed."""

    class Value(models.TextChoices):
        GREEN = "green", _("green: met")
        AMBER = "amber", _("amber: met with an action")
        RED = "red", _("red: not met")
        NOT_APPLICABLE = "not_applicable", _("not applicable")
        NOT_ASSESSED = "not_assessed", _("not assessed")

    assessment = models.ForeignKey(Assessment, models.PROTECT, related_name="ratings")
    item = models.ForeignKey("gating.ReviewItem", models.PROTECT, related_name="ratings")
    value = models.CharField(_("rating"), max_length=16, choices=Value.choices)
    note = models.TextField(_("reasons"), blank=True)
    action = models.TextField(_("action"), blank=True)
    action_due = models.DateField(_("action due"), null=True, blank=True)

    objects = RatingQuerySet.as_manager()

    class Meta:
        ordering = ["assessment", "item"]
        verbose_name = _("rating")
        verbose_name_plural = _("ratings")
        constraints = [
            models.UniqueConstraint(fields=["assessment", "item"], name="gating_rating_once")
        ]

    def __str__(self) -> str:
        return f"{self.assessment_id}/{self.item_id}"


@guards.statements
def keep_sealed(connection: BaseDatabaseWrapper) -> list[str]:
    """Triggers: the ratings of a sealed sheet are neither changed nor removed, nor joined."""
    sheet = "(SELECT sealed_at FROM gating_assessment WHERE id = {0}.assessment_id) IS NOT NULL"
    return guards.closed(connection, "gating_rating", sheet, "a sealed sheet is kept as it is")


class ClarificationQuerySet(AppendOnlyQuerySet):
    """What was asked and answered, and who reads it."""

    def visible_to(self, user: Any) -> "ClarificationQuerySet":
        """The two sides, the secretariat, the auditor, and the board once tabled."""
        if holds(user, "secretariat", "auditor"):
            return self
        reviews = Assessment._meta.get_field("review").related_model._base_manager
        read = (
            reviews.filter(seeing.assessed_by(user))
            .order_by()
            .values("pk")
            .union(
                reviews.filter(seeing.tabled_for(user)).order_by().values("pk"),
                reviews.filter(seeing.of_the_project(user)).order_by().values("pk"),
            )
        )
        return self.filter(review__in=read)


@guards.append_only
class Clarification(AppendOnly):
    """A question or an answer between assessors and manager, on the record."""

    review = models.ForeignKey("gating.GateReview", models.PROTECT, related_name="clarifications")
    item = models.ForeignKey(
        "gating.ReviewItem", models.PROTECT, null=True, blank=True, related_name="clarifications",
        verbose_name=_("criterion"),
    )  # fmt: skip
    author = models.ForeignKey("core.User", models.PROTECT, related_name="+")
    from_assessor = models.BooleanField(_("from an assessor"))
    text = models.TextField(_("text"))
    at = models.DateTimeField(_("when"))

    objects = ClarificationQuerySet.as_manager()  # type: ignore[assignment,misc]

    class Meta:
        ordering = ["pk"]
        verbose_name = _("clarification")
        verbose_name_plural = _("clarifications")

    def __str__(self) -> str:
        return self.text[:80]

    @property
    def dossier(self) -> Any:
        return self.review.project.dossier
