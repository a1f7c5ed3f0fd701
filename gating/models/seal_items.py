"""What an application for the Seal has to show: its requirements, and the evidence for each."""

from datetime import date
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from core import guards
from core.people import holds
from gating import levels
from gating.models.evidence import Evidence


@guards.kept
class SealItem(models.Model):
    """A requirement of an application: a criterion of the standard, or the renewal's innovation."""

    class Result(models.TextChoices):
        MET = levels.MET, pgettext_lazy("requirement", "met")
        NOT_MET = levels.NOT_MET, pgettext_lazy("requirement", "not met")
        NOT_APPLICABLE = levels.NOT_APPLICABLE, _("not applicable")

    INNOVATION = "INNOVATION"

    application = models.ForeignKey("gating.SealApplication", models.PROTECT, related_name="items")
    criterion = models.ForeignKey(
        "gating.Criterion", models.PROTECT, null=True, related_name="seal_items"
    )
    position = models.PositiveSmallIntegerField(_("position"))
    not_applicable = models.TextField(_("why it does not apply"), blank=True)
    result = models.CharField(_("result"), max_length=16, choices=Result.choices, blank=True)

    class Meta:
        ordering = ["application", "position"]
        verbose_name = _("requirement of a seal")
        verbose_name_plural = _("requirements of seals")
        constraints = [
            models.UniqueConstraint(fields=["application", "position"], name="gating_sealitem_once")
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def key(self) -> str:
        """The criterion's code, the same in every application."""
        return self.criterion.code if self.criterion else self.INNOVATION

    @property
    def label(self) -> str:
        """What people read: code and title."""
        return str(self.criterion) if self.criterion else gettext("Innovation")

    @property
    def level(self) -> int | None:
        return self.criterion.level if self.criterion else None

    @property
    def is_fixed(self) -> bool:
        """Whether it can never be “not applicable”."""
        return bool(self.criterion is None or self.criterion.non_waivable)

    def claimed_at(self, level: int) -> bool:
        """Whether an application for a level has to show it."""
        return self.level is None or self.level <= level


class SealProofQuerySet(models.QuerySet):
    """What is shown for requirements, and who reads it."""

    def visible_to(self, user: Any) -> "SealProofQuerySet":
        """Whoever sees the application; an evaluator only after declaring to have no conflict."""
        applications: Any = SealItem._meta.get_field("application").related_model
        seen = applications.objects.visible_to(user).order_by()
        rows = self.filter(item__application__in=seen.values("pk"))
        if holds(user, "secretariat", "auditor"):
            return rows
        undeclared = applications._base_manager.filter(
            evaluations__evaluator=user.pk, evaluations__left_at=None,
            evaluations__accepted_at=None,
        )  # fmt: skip
        return rows.exclude(item__application__in=undeclared.values("pk"))


class SealProof(models.Model):
    """Shown for a requirement: evidence of the project, or a file or address of its own."""

    RELATED = ("evidence__project", "document__blob")

    item = models.ForeignKey(SealItem, models.PROTECT, related_name="proofs")
    evidence = models.ForeignKey(
        Evidence, models.PROTECT, null=True, blank=True, related_name="seal_proofs",
        verbose_name=_("evidence of the project"),
    )  # fmt: skip
    title = models.CharField(_("title"), max_length=200, blank=True)
    note = models.TextField(_("what it shows"), blank=True)
    url = models.URLField(_("address"), max_length=500, blank=True)
    document = models.ForeignKey(
        "core.Document", models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("file"),
    )  # fmt: skip
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    reused = models.BooleanField(_("carried over"), default=False)
    by = models.ForeignKey("core.User", models.PROTECT, related_name="+")
    at = models.DateTimeField(_("shown since"))
    with_answer = models.BooleanField(_("added with the answer"), default=False)

    objects = SealProofQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        verbose_name = _("evidence for a seal")
        verbose_name_plural = _("evidence for seals")
        constraints = [
            models.CheckConstraint(
                condition=~Q(evidence=None) & Q(document=None, url="")
                | Q(evidence=None) & (~Q(document=None) | ~Q(url="")),
                name="gating_sealproof_one_source",
            ),
            models.UniqueConstraint(
                fields=["item", "evidence"], condition=Q(evidence__isnull=False),
                name="gating_sealproof_once",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return str(self.evidence) if self.evidence else self.title

    @property
    def lasts_until(self) -> date | None:
        """Its last day, or None."""
        return self.evidence.valid_until if self.evidence else self.valid_until

    def stands_on(self, day: date) -> bool:
        """Whether it counts on that day."""
        if self.evidence is not None:
            return self.evidence.stands_on(day)
        return self.valid_until is None or self.valid_until >= day

    def again(self, item: SealItem) -> "SealProof":
        """The same for a requirement of a later application, not saved."""
        return SealProof(item=item, evidence=self.evidence, title=self.title, note=self.note,
                         url=self.url, document=self.document,
                         valid_until=self.valid_until)  # fmt: skip

    def facts(self) -> list[str]:
        """What it is, for the hash of the application."""
        if self.evidence is not None:
            return ["evidence", str(self.evidence_id), self.evidence.content_hash]
        digest = self.document.blob.sha256 if self.document else ""
        return ["own", self.title, self.note, self.url, digest, str(self.valid_until or "")]
