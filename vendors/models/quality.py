"""Quality checks of a delivery by the order's plan, and the debt that a sprint leaves behind."""

from decimal import Decimal
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from core import guards


class Result(models.TextChoices):
    """How a check ended."""

    PASSED = "passed", pgettext_lazy("check", "passed")
    FAILED = "failed", pgettext_lazy("check", "failed")
    NOT_APPLICABLE = "not_applicable", _("not applicable")


@guards.kept
class QualityCheck(models.Model):
    """One check of one delivery, as the order's plan asked for it when it was delivered.

    `title` is in English and Spanish. A check with a `unit` is counted: it passes when its `value`
    is at least `least`, or at most `most`.
    """

    delivery = models.ForeignKey("vendors.Delivery", models.PROTECT, related_name="checks")
    code = models.SlugField(_("code"), max_length=40)
    title = models.JSONField(_("what is asked"))
    mandatory = models.BooleanField(_("mandatory"), default=True)
    unit = models.CharField(_("unit"), max_length=20, blank=True)
    least = models.DecimalField(_("at least"), max_digits=9, decimal_places=2, null=True)
    most = models.DecimalField(_("at most"), max_digits=9, decimal_places=2, null=True)
    position = models.PositiveSmallIntegerField()
    result = models.CharField(_("result"), max_length=16, choices=Result.choices, blank=True)
    value = models.DecimalField(
        _("measured value"), max_digits=9, decimal_places=2, null=True, blank=True
    )
    note = models.TextField(_("proof in words"), blank=True)
    url = models.URLField(_("address of the proof"), max_length=500, blank=True)
    document = models.ForeignKey(
        "core.Document", models.PROTECT, null=True, related_name="+",
        verbose_name=_("file of the proof"),
    )  # fmt: skip
    recorded_by = models.ForeignKey("core.User", models.PROTECT, null=True, related_name="+")
    recorded_at = models.DateTimeField(_("recorded"), null=True)

    class Meta:
        ordering = ["position", "pk"]
        verbose_name = _("quality check")
        verbose_name_plural = _("quality checks")
        constraints = [
            models.UniqueConstraint(fields=["delivery", "code"], name="vendors_check_once"),
            models.CheckConstraint(
                condition=Q(result="") | Q(recorded_by__isnull=False, recorded_at__isnull=False),
                name="vendors_check_recorded_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.delivery} · {self.label}"

    @property
    def dossier(self) -> Any:
        return self.delivery.dossier

    @property
    def label(self) -> str:
        """What is asked, in the reader's language."""
        if isinstance(self.title, str):
            return self.title
        language = (get_language() or "en")[:2]
        return str(self.title.get(language) or next(iter(self.title.values()), self.code))

    @property
    def counted(self) -> bool:
        """Whether a number decides it."""
        return self.least is not None or self.most is not None

    def met_by(self, value: Decimal) -> bool:
        """Whether a measured value passes."""
        low = self.least is None or value >= self.least
        return low and (self.most is None or value <= self.most)


class DebtQuerySet(models.QuerySet):
    """Debt, and who sees it: who sees the order."""

    def visible_to(self, user: Any) -> "DebtQuerySet":
        orders: Any = apps.get_model("vendors", "Order")
        mine = orders.objects.visible_to(user).order_by().values("pk")
        return self.filter(sprint__order__in=mine)

    def standing(self) -> "DebtQuerySet":
        """What an accepted sprint left to be done, and is not done yet."""
        return self.filter(sprint__state="accepted_with_debt", removed=False, settled_at=None)


@guards.kept
class Debt(models.Model):
    """Something that an accepted sprint owes: to be settled by the end of sprint `due_number`.

    It is a proposal until its sprint is accepted with debt.
    """

    sprint = models.ForeignKey("vendors.Sprint", models.PROTECT, related_name="debts")
    story = models.ForeignKey("vendors.Story", models.PROTECT, null=True, related_name="debts")
    check_code = models.SlugField(_("check"), max_length=40, blank=True)
    text = models.TextField(_("what is owed"))
    due_number = models.PositiveSmallIntegerField(_("to be settled in sprint"))
    removed = models.BooleanField(_("taken out"), default=False)
    recorded_by = models.ForeignKey("core.User", models.PROTECT, related_name="+")
    settled_in = models.ForeignKey(
        "vendors.Sprint", models.PROTECT, null=True, related_name="debts_settled",
        verbose_name=_("settled in sprint"),
    )  # fmt: skip
    settled_by = models.ForeignKey("core.User", models.PROTECT, null=True, related_name="+")
    settled_at = models.DateTimeField(_("settled"), null=True)

    objects = DebtQuerySet.as_manager()

    class Meta:
        ordering = ["due_number", "pk"]
        verbose_name = _("debt of a sprint")
        verbose_name_plural = _("debts of sprints")
        constraints = [
            models.CheckConstraint(
                condition=Q(settled_at=None)
                | Q(settled_in__isnull=False, settled_by__isnull=False, removed=False),
                name="vendors_debt_settled_somewhere",
            )
        ]

    def __str__(self) -> str:
        return f"{self.sprint} · {self.text[:60]}"

    @property
    def dossier(self) -> Any:
        return self.sprint.dossier
