"""Assessment of an application by one of two people, each alone, with what they declared."""

from collections.abc import Iterable
from typing import Any

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core import guards
from core.machines import Machine, State, transition
from core.models import User
from core.waits import Wait, turn
from vendors import permissions_frameworks as who
from vendors.models import membership_conditions as only_if
from vendors.models.framework import Requirement
from vendors.models.membership import Membership


class ApplicationAssessmentQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> "ApplicationAssessmentQuerySet":
        """The assessor's own; oversight's, all."""
        rows = self.select_related("membership__lot__framework__institution",
                                   "membership__vendor", "assessor")  # fmt: skip
        return rows if who.oversees(user) else rows.filter(assessor=user)


@guards.kept
class Assessment(Machine):
    """What one assessor finds in one application, unseen by the other until both concluded."""

    class States(models.TextChoices):
        NAMED = "named", pgettext_lazy("assessment", "named")
        DECLARED = "declared", pgettext_lazy("assessment", "no conflict declared")
        CONCLUDED = "concluded", pgettext_lazy("assessment", "concluded")
        RECUSED = "recused", pgettext_lazy("assessment", "stepped back")

    membership = models.ForeignKey(Membership, models.PROTECT, related_name="assessments")
    assessor = models.ForeignKey(
        "core.User", models.PROTECT, related_name="+", verbose_name=_("assessor")
    )
    named_by = models.ForeignKey("core.User", models.PROTECT, related_name="+")
    conflict = models.TextField(_("conflict of interest"), blank=True)
    state = State(States, default=States.NAMED)

    objects = ApplicationAssessmentQuerySet.as_manager()
    step_related = ("membership__lot__framework__institution", "membership__vendor",
                    "membership__lot__framework__dossier", "assessor")  # fmt: skip

    class Meta:
        ordering = ["pk"]
        verbose_name = _("assessment of an application")
        verbose_name_plural = _("assessments of applications")
        constraints = [
            models.UniqueConstraint(
                fields=["membership", "assessor"], name="vendors_assessment_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.membership} · {self.assessor}"

    def title_for_people(self) -> str:
        return str(self.membership)

    @property
    def dossier(self) -> Any:
        return self.membership.dossier

    def get_absolute_url(self) -> str:
        return reverse("vendors:assessment_detail", kwargs={"pk": self.pk})

    def turns(self) -> Iterable[Wait]:
        if self.state == self.States.NAMED:
            yield turn("declare", f"user:{self.assessor_id}")
        elif self.state == self.States.DECLARED:
            yield turn("conclude", f"user:{self.assessor_id}")

    @transition(state, source=States.NAMED, target=States.DECLARED, permission=who.assesses,
                custom={"label": _("Declare that I have no conflict of interest"),
                        "offered": True,
                        "note": _("You read the application from then on.")})  # fmt: skip
    def declare(self, *, by: User, because: str) -> None:
        """The assessor has no conflict of interest with this vendor, and may read on."""

    @transition(state, source=[States.NAMED, States.DECLARED], target=States.RECUSED,
                permission=who.assesses,
                custom={"label": _("Step back for a conflict of interest"), "offered": True,
                        "reason": True, "danger": True})  # fmt: skip
    def recuse(self, *, by: User, because: str) -> None:
        """The assessor has a conflict of interest: somebody else is named."""
        self.conflict = because

    @transition(state, source=States.DECLARED, target=States.CONCLUDED,
                permission=who.assesses,
                conditions=[only_if.under_assessment, only_if.all_marked],
                custom={"label": _("Conclude the assessment"), "offered": True,
                        "note": _("It can no longer be changed.")})  # fmt: skip
    def conclude(self, *, by: User, because: str) -> None:
        """What was found is fixed; with both in, an officer decides."""
        only_if.look_again(self.membership)


@guards.kept
class AssessmentMark(models.Model):
    """What one assessor found about one requirement."""

    class Result(models.TextChoices):
        MET = "met", pgettext_lazy("requirement", "met")
        NOT_MET = "not_met", pgettext_lazy("requirement", "not met")
        NOT_APPLICABLE = "not_applicable", pgettext_lazy("requirement", "does not apply")

    assessment = models.ForeignKey(Assessment, models.PROTECT, related_name="marks")
    requirement = models.ForeignKey(Requirement, models.PROTECT, related_name="marks")
    result = models.CharField(_("finding"), max_length=16, choices=Result.choices)
    note = models.TextField(_("note"), blank=True)

    class Meta:
        ordering = ["requirement"]
        verbose_name = _("finding about a requirement")
        verbose_name_plural = _("findings about requirements")
        constraints = [
            models.UniqueConstraint(fields=["assessment", "requirement"], name="vendors_mark_once")
        ]

    def __str__(self) -> str:
        return f"{self.assessment_id} · {self.requirement_id}"

    @property
    def dossier(self) -> Any:
        return self.assessment.dossier
