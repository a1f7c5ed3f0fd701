"""What an application says: an answer to each requirement, and the files that show it."""

from datetime import date
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from core import guards
from core.models.documents import withholds
from vendors.models.assessment import Assessment
from vendors.models.framework import Requirement
from vendors.models.membership import Membership, MembershipState


@guards.kept
class Answer(models.Model):
    """What the vendor answers to one requirement; a draft until the application is handed in."""

    membership = models.ForeignKey(Membership, models.PROTECT, related_name="answers")
    requirement = models.ForeignKey(Requirement, models.PROTECT, related_name="answers")
    text = models.TextField(_("answer"), blank=True)
    reused_from = models.ForeignKey(
        Membership, models.PROTECT, null=True, related_name="+",
        verbose_name=_("taken over from"),
    )  # fmt: skip
    saved_at = models.DateTimeField(_("saved"))

    class Meta:
        ordering = ["requirement"]
        verbose_name = _("answer of an application")
        verbose_name_plural = _("answers of applications")
        constraints = [
            models.UniqueConstraint(
                fields=["membership", "requirement"], name="vendors_answer_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.membership_id} · {self.requirement_id}"

    @property
    def dossier(self) -> Any:
        return self.membership.dossier


class ApplicationEvidenceQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> "ApplicationEvidenceQuerySet":
        """Whoever may read the application; a named assessor once no conflict was declared."""
        seen = Membership.objects.visible_to(user).order_by()
        rows = self.select_related("document__blob", "membership__vendor", "requirement")
        barred = Assessment.objects.filter(assessor=user, state__in=("named", "recused"))
        return rows.filter(membership__in=seen.values("pk")).exclude(
            membership__in=barred.order_by().values("membership")
        )


@guards.kept
class ApplicationEvidence(models.Model):
    """A file that shows what an answer says, valid until its last day (inclusive) or for good."""

    membership = models.ForeignKey(Membership, models.PROTECT, related_name="evidence")
    requirement = models.ForeignKey(Requirement, models.PROTECT, related_name="evidence_given")
    document = models.ForeignKey(
        "core.Document", models.PROTECT, related_name="+", verbose_name=_("document")
    )
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    left_out = models.BooleanField(_("taken out again"), default=False)
    added_by = models.ForeignKey("core.User", models.PROTECT, related_name="+")
    added_at = models.DateTimeField(_("added"))

    objects = ApplicationEvidenceQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        verbose_name = _("evidence of an application")
        verbose_name_plural = _("evidence of applications")
        indexes = [models.Index(fields=["valid_until"])]

    def __str__(self) -> str:
        return str(self.document)

    @property
    def dossier(self) -> Any:
        return self.membership.dossier

    def get_absolute_url(self) -> str:
        return self.membership.get_absolute_url()

    def in_date(self, today: date) -> bool:
        """Whether it counts on a day: not taken out, and its last day not over."""
        return not self.left_out and (self.valid_until is None or self.valid_until >= today)


@withholds
def of_drafts_only() -> models.QuerySet:
    """The files of applications that are not handed in: oversight reads them with the rest."""
    rows = ApplicationEvidence.objects.order_by()
    handed_in = rows.exclude(membership__state=MembershipState.DRAFT)
    drafted = rows.filter(membership__state=MembershipState.DRAFT)
    return drafted.exclude(document__in=handed_in.values("document")).values("document")
