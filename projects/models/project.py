"""The project: what the catalogue knows of it, the stage it is in, and the steps between stages."""

from collections.abc import Iterable
from typing import Any

from django.db import models
from django.db import transaction as database
from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core import guards
from core.machines import Machine, State, transition
from core.models import User
from core.money import field as money_field
from core.refusals import Refused
from core.waits import Wait, turn
from projects import permissions
from projects.catalogue import Gap, gaps
from projects.folding import fold
from projects.models import closing, endings, plan, totals
from projects.models.case import Benefit, TeamRole
from projects.models.conditions import (
    benefits_followed,
    books_can_close,
    closure_reported,
    duplicates_answered,
    entry_complete,
    in_order,
    no_hold,
    nothing_owed,
    nothing_released,
    owner_accepted,
    tier_known,
)
from projects.models.tier import tier_for

TRIAGE_NOTE = _("The tier is fixed and the discovery allowance is set aside.")
LEAST_ROLES = ("product_manager", "delivery_manager")
"""The roles asked for while the tier is not known yet."""


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


OVER = (Stage.CLOSED, Stage.STOPPED, Stage.WITHDRAWN)
"""The stages in which nothing happens any more."""


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
        found = vars(user.standing).get("projects")
        if found is None:
            sql, params = self._taken_part(user).query.sql_with_params()
            found = user.standing.projects = RawSQL(sql, params)  # noqa: S611  built by the ORM
        return self.filter(pk__in=found)

    @staticmethod
    def _taken_part(user: Any) -> QuerySet[Any]:
        """The keys of the projects a person takes part in: each way an index of its own."""
        lent = user.standing.lenders
        mine = Q(registered_by=user.pk)
        for role in ("manager", "owner", "product_owner"):
            mine |= Q(**{f"{role}__in": {user.pk, *lent.get(role, ())}})
        mine |= Q(benefits_owner=user.pk)
        ways = [mine, *(condition(user) for condition in permissions.seen_through)]
        parts: list[Any] = [
            Project._base_manager.filter(way).order_by().values("pk") for way in ways
        ]
        parts.append(TeamRole.objects.filter(person=user.pk).order_by().values("project_id"))
        parts.append(Benefit.objects.filter(owner=user.pk).order_by().values("project_id"))
        return parts[0].union(*parts[1:])


@guards.kept
class Project(Machine):
    """A thing that an institution wants built, from its draft entry to its closing.

    `cost` is the whole-life cost in minor units of `currency`; `risk`, dates and the rest may be
    empty while it is a draft. `folded` is title, problem and tags without accents and case;
    `source_print` says what the last import brought (`importing.rows.fingerprint`).
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
    source = models.CharField(_("imported with"), max_length=40, blank=True, editable=False)
    source_key = models.CharField(
        _("key at its source"), max_length=120, blank=True, editable=False
    )
    source_print = models.TextField(default="", editable=False)
    declared_not_gated = models.BooleanField(_("declared, not gated"), default=False)
    invented_budget = models.BooleanField(_("invented budget"), default=False)
    folded = models.TextField(default="", editable=False)
    created_at = models.DateTimeField(_("registered"), auto_now_add=True)
    updated_at = models.DateTimeField(_("last changed"), auto_now=True)

    objects = ProjectQuerySet.as_manager()
    state_field = "stage"
    wait_labels = {
        "accept_ownership": _("Accept to answer for the project"),
        "complete_entry": _("Complete the catalogue entry"),
    }
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
                condition=Q(starts_on=None) | Q(ends_on=None)
                | Q(ends_on__gte=models.F("starts_on")),
                name="projects_project_ends_after_start",
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["title"]), models.Index(fields=["cost"])]

    def __str__(self) -> str:
        return f"{self.ref} {self.title}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Fold what is searched, and keep the portfolio's totals in step with the row."""
        self.folded = fold(self.title, self.problem, *self.tags)
        rows, before = Project._base_manager.filter(pk=self.pk), None
        with database.atomic(using=kwargs.get("using")):
            if not self._state.adding:
                before = rows.values_list(*totals.KEYS, "cost").get()
            super().save(*args, **kwargs)
            totals.changed(self, before)

    def get_absolute_url(self) -> str:
        return reverse("oversight:project_detail", kwargs={"ref": self.ref})

    def get_step_url(self, name: str) -> str:
        return reverse("projects:project_step", kwargs={"ref": self.ref, "step": name})

    def title_for_people(self) -> str:
        return f"{self.ref} · {self.title}"

    def holds_active(self) -> QuerySet[Any]:
        """The holds in force, newest first."""
        return self.holds.active()

    @property
    def current_baseline(self) -> Any:
        """The newest baseline, which the project is measured against beside v0; None before G1."""
        return self.baselines.order_by("-number").first()

    def lacks(self) -> list[Gap]:
        """What a complete catalogue entry has and this one does not, and where it is filled."""
        return gaps(self, self._roles_required())

    def gaps(self) -> list[str]:
        """What a complete catalogue entry has and this one does not, a sentence each."""
        return [gap.sentence for gap in self.lacks()]

    def _roles_required(self) -> list[tuple[str, str]]:
        labels = {code: str(label) for code, label in TeamRole.Role.choices}
        try:
            tier = self.tier or tier_for(self.cost, self.currency, self.risk)
        except Refused:
            return [(code, labels[code]) for code in LEAST_ROLES]
        return [(code, labels[code]) for code in tier.team_roles if code in labels]

    def turns(self) -> Iterable[Wait]:
        if self.owner_id and not self.owner_accepted_at and self.stage not in OVER:
            address = reverse("projects:project_accept", kwargs={"ref": self.ref})
            yield turn("accept_ownership", f"user:{self.owner_id}:owner", url=address)
        if self.stage == Stage.DRAFT:
            if self.owner_accepted_at:
                yield turn("triage", "role:secretariat")
            if self.manager_id:
                address = reverse("projects:project_edit", kwargs={"ref": self.ref})
                yield turn("complete_entry", f"user:{self.manager_id}:manager", url=address)
        elif self.stage == Stage.TRIAGED and self.manager_id:
            yield turn("open_business_case", f"user:{self.manager_id}:manager")
        elif self.stage == Stage.CLOSING:
            yield turn("close", "role:secretariat")

    @transition(stage, source=Stage.DRAFT, target=Stage.TRIAGED,
                permission=permissions.administers_catalogue,
                conditions=[owner_accepted, entry_complete, tier_known, duplicates_answered],
                custom={"label": _("Triage"), "offered": True, "note": TRIAGE_NOTE})  # fmt: skip
    def triage(self, *, by: User, because: str) -> None:
        """Fix the tier from cost and risk, and commit the discovery allowance (tranche 0)."""
        self.tier = tier_for(self.cost, self.currency, self.risk)
        plan.open_discovery(self, by=by, because=because)

    @transition(stage, source=Stage.TRIAGED, target=Stage.BUSINESS_CASE,
                permission=permissions.manages, conditions=[entry_complete],
                custom={"label": _("Begin the business case"), "offered": True})  # fmt: skip
    def open_business_case(self, *, by: User, because: str) -> None:
        """The discovery is on its way: the case for the project is made."""

    @transition(stage, source=[Stage.BETA], target=Stage.BETA,
                permission=permissions.opens_stage, conditions=[no_hold],
                custom={"label": _("Confirm the stage"), "offered": False})  # fmt: skip
    @transition(stage, source=[Stage.LIVE], target=Stage.LIVE,
                permission=permissions.opens_stage, conditions=[no_hold],
                custom={"label": _("Confirm the stage"), "offered": False})  # fmt: skip
    @transition(stage, source=[Stage.DRAFT, Stage.TRIAGED, Stage.BUSINESS_CASE, Stage.ALPHA],
                target=Stage.ALPHA, permission=permissions.opens_stage,
                conditions=[in_order, no_hold],
                custom={"label": _("Open alpha"), "offered": False})  # fmt: skip
    def open_alpha(self, *, by: User, because: str) -> None:
        """Gate 1 is open, or was when the project was taken on; later stages are only confirmed."""

    @transition(stage, source=[Stage.LIVE], target=Stage.LIVE,
                permission=permissions.opens_stage, conditions=[no_hold],
                custom={"label": _("Confirm the stage"), "offered": False})  # fmt: skip
    @transition(stage, source=[Stage.DRAFT, Stage.TRIAGED, Stage.BUSINESS_CASE, Stage.ALPHA,
                               Stage.BETA],
                target=Stage.BETA, permission=permissions.opens_stage,
                conditions=[in_order, no_hold],
                custom={"label": _("Open beta"), "offered": False})  # fmt: skip
    def open_beta(self, *, by: User, because: str) -> None:
        """Gate 2 is open, or was when the project was taken on; live is only confirmed."""

    @transition(stage, source=[Stage.DRAFT, Stage.TRIAGED, Stage.BUSINESS_CASE, Stage.ALPHA,
                               Stage.BETA, Stage.LIVE],
                target=Stage.LIVE, permission=permissions.opens_stage,
                conditions=[in_order, no_hold],
                custom={"label": _("Open live"), "offered": False})  # fmt: skip
    def open_live(self, *, by: User, because: str) -> None:
        """Gate 3 is open, or was when the project was taken on."""

    @transition(stage, source=Stage.LIVE, target=Stage.CLOSING,
                permission=permissions.opens_stage, conditions=[benefits_followed, no_hold],
                custom={"label": _("Begin the closing"), "offered": False})  # fmt: skip
    def begin_closing(self, *, by: User, because: str) -> None:
        """Gate 4 is passed: somebody follows the benefits; what the project leaves is written."""
        closing.open_closure(self, by=by)

    @transition(stage, source=Stage.CLOSING, target=Stage.CLOSED,
                permission=permissions.administers_catalogue,
                conditions=[closure_reported, nothing_owed, books_can_close, no_hold],
                custom={"label": _("Close the project"), "offered": True,
                        "danger": True})  # fmt: skip
    def close(self, *, by: User, because: str) -> None:
        """What is left lapses and the last holdback is freed; only what was spent remains."""
        endings.end_all(self, by=by, because=because)
        plan.close_books(self, kind="lapse", by=by, because=because)
        closing.plan_review(self, by=by, because=because)

    @transition(stage, source=[Stage.TRIAGED, Stage.BUSINESS_CASE, Stage.ALPHA, Stage.BETA,
                               Stage.LIVE, Stage.CLOSING],
                target=Stage.STOPPED, permission=permissions.as_consequence,
                custom={"label": _("Stop the project"), "offered": False})  # fmt: skip
    def stop(self, *, by: User, because: str) -> None:
        """A board's motion stops it: money neither spent nor owed returns to the treasury."""
        endings.end_all(self, by=by, because=because)
        plan.close_books(self, kind="cancel", by=by, because=because)

    @transition(stage, source=[Stage.DRAFT, Stage.TRIAGED, Stage.BUSINESS_CASE, Stage.ALPHA,
                               Stage.BETA],
                target=Stage.WITHDRAWN, permission=permissions.withdraws,
                conditions=[nothing_released],
                custom={"label": _("Withdraw the project"), "offered": True, "reason": True,
                        "danger": True})  # fmt: skip
    def withdraw(self, *, by: User, because: str) -> None:
        """Its owner gives it up before any money was released."""
        endings.end_all(self, by=by, because=because)
        plan.close_books(self, kind="cancel", by=by, because=because)
