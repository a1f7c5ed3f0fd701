"""The criteria of a review, as they stood when it was opened, and exemptions from them."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core import guards
from core.machines import Machine, State, transition
from core.waits import turn
from gating import checklists, permissions
from gating.models.assessment import Rating


@guards.kept
class ReviewItem(models.Model):
    """A criterion in a review: its evidence, whether it is exempt, and the lead's rating of it."""

    review = models.ForeignKey("gating.GateReview", models.PROTECT, related_name="items")
    criterion = models.ForeignKey("gating.Criterion", models.PROTECT, related_name="items")
    position = models.PositiveSmallIntegerField(_("position"))
    mandatory = models.BooleanField(_("mandatory"), default=True)
    non_waivable = models.BooleanField(_("never waived"), default=False)
    exempt = models.BooleanField(_("exempt"), default=False)
    return_reason = models.TextField(_("why it was returned"), blank=True)
    evidence = models.ManyToManyField(
        "gating.Evidence", through="gating.ItemEvidence", related_name="items"
    )
    rating = models.CharField(_("rating"), max_length=16, choices=Rating.Value.choices, blank=True)
    rating_reason = models.TextField(_("reasons"), blank=True)
    action = models.TextField(_("action"), blank=True)
    action_due = models.DateField(_("action due"), null=True, blank=True)

    class Meta:
        ordering = ["review", "position"]
        verbose_name = _("criterion of a review")
        verbose_name_plural = _("criteria of reviews")
        constraints = [
            models.UniqueConstraint(fields=["review", "criterion"], name="gating_reviewitem_once")
        ]

    def __str__(self) -> str:
        return f"{self.review_id}/{self.position}"


class ExemptionQuerySet(models.QuerySet):
    """Exemptions, and who sees them: who sees the review."""

    def visible_to(self, user: Any) -> "ExemptionQuerySet":
        reviews: Any = ReviewItem._meta.get_field("review").related_model
        return self.filter(
            item__review__in=reviews.objects.visible_to(user).order_by().values("pk")
        )


@guards.kept
class Exemption(Machine):
    """The manager asks that a criterion which plainly does not apply needs no evidence."""

    class States(models.TextChoices):
        ASKED = "asked", _("asked for")
        APPROVED = "approved", pgettext_lazy("exemption", "approved")
        REFUSED = "refused", _("refused")
        WITHDRAWN = "withdrawn", pgettext_lazy("exemption", "withdrawn")

    step_related = ("item", "item__review", "item__review__project",
                    "item__review__project__dossier", "item__criterion")  # fmt: skip

    item = models.ForeignKey(ReviewItem, models.PROTECT, related_name="exemptions")
    reason = models.TextField(_("why it does not apply"))
    asked_by = models.ForeignKey("core.User", models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(_("asked for"))
    answer = models.TextField(_("answer"), blank=True)
    state = State(States, default=States.ASKED)

    objects = ExemptionQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        verbose_name = _("exemption")
        verbose_name_plural = _("exemptions")
        constraints = [
            models.UniqueConstraint(
                fields=["item"], condition=Q(state__in=["asked", "approved"]),
                name="gating_exemption_one_open",
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.item.review.ref} · {self.item.criterion.code}"

    @property
    def review(self) -> Any:
        return self.item.review

    @property
    def dossier(self) -> Any:
        return self.item.review.project.dossier

    def get_absolute_url(self) -> str:
        review = reverse("gating:review_detail", kwargs={"pk": self.item.review_id})
        return f"{review}#item-{self.item_id}"

    def turns(self) -> list[Any]:
        return [turn("grant", "role:secretariat")] if self.state == self.States.ASKED else []

    @transition(state, source=States.ASKED, target=States.APPROVED,
                permission=permissions.leads_or_secretariat,
                conditions=[checklists.may_be_exempt],
                custom={"label": _("Approve the exemption"), "offered": True, "reason": True,
                        "note": _("Only for a criterion that plainly does not apply.")}
    )  # fmt: skip
    def grant(self, *, by: Any, because: str) -> None:
        """The criterion plainly does not apply: it needs no evidence in this review."""
        self.answer = because
        self.item.exempt = True
        self.item.save(update_fields=["exempt"])

    @transition(state, source=States.ASKED, target=States.REFUSED,
                permission=permissions.leads_or_secretariat,
                custom={"label": _("Refuse the exemption"), "offered": True,
                        "reason": True})  # fmt: skip
    def refuse(self, *, by: Any, because: str) -> None:
        """The criterion applies."""
        self.answer = because

    @transition(state, source=States.ASKED, target=States.WITHDRAWN,
                permission=permissions.manages,
                custom={"label": _("Withdraw the request"), "offered": True})  # fmt: skip
    def withdraw(self, *, by: Any, because: str) -> None:
        """The manager asks no longer."""
