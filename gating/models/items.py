"""The criteria of a review, as they stood when it was opened, and exemptions from them."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core import clock, guards
from core.machines import Machine, State, transition
from core.permissions import as_consequence, by_clock
from core.waits import turn
from gating import checklists, matters, permissions, seeing
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
        "gating.Evidence",
        through="gating.ItemEvidence",
        related_name="items",
        through_fields=("item", "evidence"),
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
    """The manager asks that a criterion needs no evidence: for it plainly does not apply, or for
    a time, at a risk that somebody bears."""

    class Ground(models.TextChoices):
        NOT_APPLICABLE = "not_applicable", _("it plainly does not apply")
        RISK = "risk", _("it applies, and cannot be met yet")

    class States(models.TextChoices):
        ASKED = "asked", _("asked for")
        REFERRED = "referred", pgettext_lazy("exemption", "for the board")
        APPROVED = "approved", pgettext_lazy("exemption", "approved")
        REFUSED = "refused", _("refused")
        WITHDRAWN = "withdrawn", pgettext_lazy("exemption", "withdrawn")
        EXPIRED = "expired", pgettext_lazy("exemption", "expired")

    wait_labels = {"draft_motion": _("Draft the motion")}
    step_related = ("item", "item__review", "item__review__project",
                    "item__review__project__dossier", "item__review__project__institution",
                    "item__criterion", "item__review__gate")  # fmt: skip

    item = models.ForeignKey(ReviewItem, models.PROTECT, related_name="exemptions")
    ground = models.CharField(
        _("ground"), max_length=16, choices=Ground.choices, default=Ground.NOT_APPLICABLE
    )
    reason = models.TextField(_("reasons"))
    asked_by = models.ForeignKey("core.User", models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(_("asked for"))
    answer = models.TextField(_("answer"), blank=True)
    risk_owner = models.ForeignKey(
        "core.User", models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("who bears the risk"),
    )  # fmt: skip
    expires = models.DateField(_("until"), null=True, blank=True)
    state = State(States, default=States.ASKED)

    objects = ExemptionQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        verbose_name = _("exemption")
        verbose_name_plural = _("exemptions")
        constraints = [
            models.UniqueConstraint(
                fields=["item"], condition=Q(state__in=["asked", "referred", "approved"]),
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

    @property
    def expires_at(self) -> Any:
        """24:00 of its last day where the institution is, or never."""
        where = self.item.review.project.institution
        return clock.end_of(self.expires, where) if self.expires else None

    def title_for_people(self) -> str:
        return f"{self.item.review.ref} · {self.item.criterion}"

    def turns(self) -> list[Any]:
        if self.state == self.States.ASKED:
            leads = self.item.review.assessments.filter(lead=True, state__in=seeing.ADMITTED)
            people = [f"user:{pk}" for pk in leads.values_list("assessor", flat=True)]
            return [turn("grant", audience) for audience in people or ["role:secretariat"]]
        return matters.turns_of(self) if self.state == self.States.REFERRED else []

    @transition(state, source=States.ASKED, target=States.APPROVED,
                permission=permissions.decides_exemptions,
                conditions=[checklists.may_be_exempt],
                custom={"label": _("Approve the exemption"), "offered": True, "reason": True,
                        "note": _("Only for a criterion that plainly does not apply.")}
    )  # fmt: skip
    def grant(self, *, by: Any, because: str) -> None:
        """The criterion plainly does not apply: it needs no evidence in this review."""
        self._exempt(because)

    @transition(state, source=States.ASKED, target=States.REFUSED,
                permission=permissions.decides_exemptions,
                custom={"label": _("Refuse the exemption"), "offered": True,
                        "reason": True})  # fmt: skip
    def refuse(self, *, by: Any, because: str) -> None:
        """The criterion applies."""
        self.answer = because

    @transition(state, source=States.ASKED, target=States.REFERRED,
                permission=permissions.decides_exemptions,
                conditions=[checklists.may_be_exempt],
                custom={"label": _("Leave it to the board"), "offered": True, "reason": True,
                        "note": _("It is not plain that the criterion does not apply: the board "
                                  "decides by motion, names who bears the risk, and until when.")}
    )  # fmt: skip
    def refer(self, *, by: Any, because: str) -> None:
        """It is not plain: the board decides."""
        self.ground, self.answer = self.Ground.RISK, because

    @transition(state, source=[States.ASKED, States.REFERRED], target=States.WITHDRAWN,
                permission=permissions.manages,
                custom={"label": _("Withdraw the request"), "offered": True})  # fmt: skip
    def withdraw(self, *, by: Any, because: str) -> None:
        """The manager asks no longer."""

    @transition(state, source=States.REFERRED, target=States.APPROVED, permission=as_consequence,
                conditions=[checklists.may_be_exempt],
                custom={"label": _("Approve by motion"), "offered": False})  # fmt: skip
    def grant_by_motion(self, *, by: Any, because: str) -> None:
        """The board approves it until a day, at a risk that somebody bears."""
        self._exempt(because)

    @transition(state, source=States.REFERRED, target=States.REFUSED, permission=as_consequence,
                custom={"label": _("Refuse by motion"), "offered": False})  # fmt: skip
    def refuse_by_motion(self, *, by: Any, because: str) -> None:
        """The board does not approve it."""
        self.answer = because

    @transition(state, source=States.APPROVED, target=States.EXPIRED, permission=by_clock,
                conditions=[checklists.exemption_over],
                custom={"label": _("Let it expire"), "offered": False})  # fmt: skip
    def expire(self, *, by: Any, because: str) -> None:
        """Its last day is over: the criterion needs evidence again, unless it was certified."""
        if self.item.review.submitted_at is None or self.item.review.collects:
            self.item.exempt = False
            self.item.save(update_fields=["exempt"])

    def _exempt(self, because: str) -> None:
        self.answer = because
        self.item.exempt = True
        self.item.save(update_fields=["exempt"])
