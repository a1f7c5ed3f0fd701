"""The project: what the catalogue knows of it, the stage it is in, and the steps between stages."""

from collections.abc import Iterable
from typing import Any

from django.db import models
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core import guards
from core.machines import Machine, State, transition
from core.models import User
from core.money import field as money_field
from core.waits import Wait, turn
from projects import permissions
from projects.folding import fold


class Stage(models.TextChoices):
    """Where a project stands; a hold is separate from it."""

    DRAFT = "draft", _("draft")
    TRIAGED = "triaged", _("triaged")
    BUSINESS_CASE = "business_case", _("business case")
    ALPHA = "alpha", _("alpha")
    BETA = "beta", _("beta")
    LIVE = "live", _("live")
    CLOSING = "closing", _("closing")
    CLOSED = "closed", _("closed")
    STOPPED = "stopped", _("stopped")
    WITHDRAWN = "withdrawn", _("withdrawn")


class Risk(models.TextChoices):
    """How much could go wrong; high risk lifts a project by one tier."""

    LOW = "low", _("low")
    MEDIUM = "medium", _("medium")
    HIGH = "high", _("high")


class Register(models.Model):
    """The last number given to a project: the next reference follows it."""

    name = models.CharField(max_length=20, primary_key=True)
    last = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.name} {self.last}"

    @classmethod
    def take(cls, count: int = 1) -> list[str]:
        """The next free project references, in order; held until the transaction ends."""
        cls.objects.get_or_create(name="project")
        row = cls.objects.select_for_update().get(name="project")
        first, row.last = row.last + 1, row.last + count
        row.save(update_fields=["last"])
        return [f"P-{number:06d}" for number in range(first, row.last + 1)]


class ProjectQuerySet(models.QuerySet):
    """Projects, and who sees them."""

    def visible_to(self, user: Any) -> "ProjectQuerySet":
        """What this person may see: all for oversight roles, else what they take part in."""
        if permissions.oversees(user):
            return self
        parts = [self._mine(condition) for condition in self._conditions(user)]
        return self.filter(pk__in=parts[0].union(*parts[1:]))

    def _mine(self, condition: Q) -> QuerySet[Any]:
        return Project._base_manager.filter(condition).order_by().values("pk")

    @staticmethod
    def _conditions(user: Any) -> list[Q]:
        lent = user.standing.lenders
        mine = [
            Q(**{f"{role}__in": {user.pk, *lent.get(role, ())}})
            for role in ("manager", "owner", "product_owner")
        ]
        mine += [Q(registered_by=user.pk), Q(team__person=user.pk), Q(benefits__owner=user.pk)]
        return mine + [condition(user) for condition in permissions.seen_through]


@guards.kept
class Project(Machine):
    """A thing that an institution wants built, from its draft entry to its closing.

    `cost` is the whole-life cost in minor units of `currency`; `risk`, dates and the rest may be
    empty while it is a draft. `folded` is title, problem and tags without accents and case.
    """

    dossier = models.OneToOneField("core.Dossier", models.PROTECT, related_name="project")  # type: ignore[assignment]
    ref = models.CharField(_("reference"), max_length=20, unique=True)
    stage = State(Stage, default=Stage.DRAFT, verbose_name=_("stage"))
    title = models.CharField(_("title"), max_length=250)
    problem = models.TextField(_("problem to be solved"), blank=True)
    users_and_needs = models.TextField(_("users and their needs"), blank=True)
    institution = models.ForeignKey(
        "core.Institution", models.PROTECT, null=True, blank=True, related_name="projects",
        verbose_name=_("institution"),
    )  # fmt: skip
    manager = models.ForeignKey(
        "core.User", models.PROTECT, null=True, blank=True, related_name="managed",
        verbose_name=_("project manager"),
    )  # fmt: skip
    owner = models.ForeignKey(
        "core.User", models.PROTECT, null=True, blank=True, related_name="owned",
        verbose_name=_("certifying owner"),
    )  # fmt: skip
    owner_accepted_at = models.DateTimeField(_("owner accepted"), null=True, editable=False)
    product_owner = models.ForeignKey(
        "core.User", models.PROTECT, null=True, blank=True, related_name="product_owned",
        verbose_name=_("product owner"),
    )  # fmt: skip
    registered_by = models.ForeignKey(
        "core.User", models.PROTECT, null=True, related_name="registered", editable=False
    )
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    cost = money_field(verbose_name=_("whole-life cost"))
    starts_on = models.DateField(_("start"), null=True, blank=True)
    ends_on = models.DateField(_("end"), null=True, blank=True)
    risk = models.CharField(_("risk"), max_length=8, choices=Risk.choices, blank=True)
    novel = models.BooleanField(_("novel or contentious"), default=False)
    tier = models.ForeignKey(
        "projects.Tier", models.PROTECT, null=True, editable=False, related_name="projects",
        verbose_name=_("tier"),
    )  # fmt: skip
    tags = models.JSONField(_("tags"), default=list, blank=True)
    life_event = models.CharField(_("life event"), max_length=60, blank=True)
    shared_components = models.JSONField(_("shared components"), default=list, blank=True)
    open_standards = models.TextField(_("open standards"), blank=True)
    licence = models.CharField(_("licence"), max_length=80, blank=True)
    source_url = models.URLField(_("address of the source code"), max_length=400, blank=True)
    benefits_owner = models.ForeignKey(
        "core.User", models.PROTECT, null=True, blank=True, related_name="benefits_followed",
        verbose_name=_("who follows the benefits after closing"),
    )  # fmt: skip
    benefits_review_on = models.DateField(_("review of the benefits on"), null=True, blank=True)
    closure_report = models.TextField(_("closure report"), blank=True)
    source = models.CharField(_("imported with"), max_length=40, blank=True, editable=False)
    source_key = models.CharField(_("key at its source"), max_length=120, blank=True, editable=False)
    declared_not_gated = models.BooleanField(_("declared, not gated"), default=False)
    invented_budget = models.BooleanField(_("invented budget"), default=False)
    folded = models.TextField(default="", editable=False)
    created_at = models.DateTimeField(_("registered"), auto_now_add=True)
    updated_at = models.DateTimeField(_("last changed"), auto_now=True)

    objects = ProjectQuerySet.as_manager()
    state_field = "stage"
    step_related = ("institution", "tier")

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("project")
        verbose_name_plural = _("projects")
        constraints = [
            models.UniqueConstraint(
                fields=["source", "source_key"], condition=~Q(source=""),
                name="projects_project_source_once",
            ),
            models.CheckConstraint(
                condition=Q(cost=None) | Q(cost__gte=0), name="projects_project_cost_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(starts_on=None) | Q(ends_on=None) | Q(ends_on__gte=models.F("starts_on")),
                name="projects_project_ends_after_start",
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["title"]), models.Index(fields=["cost"])]

    def __str__(self) -> str:
        return f"{self.ref} {self.title}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.folded = fold(self.title, self.problem, *self.tags)
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("oversight:project_detail", kwargs={"ref": self.ref})

    def get_step_url(self, name: str) -> str:
        return reverse("projects:project_step", kwargs={"ref": self.ref, "step": name})

    def holds_active(self) -> QuerySet[Any]:
        """The holds in force, newest first."""
        return self.holds.active()

    def turns(self) -> Iterable[Wait]:
        return ()
