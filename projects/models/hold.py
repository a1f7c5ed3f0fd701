"""What stands in a project's way: holds, findings, obligations."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core import clock, guards
from core.machines import Machine, State, running, transition
from core.models import User
from core.money import MinorUnitsField
from core.refusals import requires
from core.waits import Wait, turn
from projects import permissions
from projects.models import plan


@guards.kept
class Finding(models.Model):
    """What an auditor found in a project."""

    project = models.ForeignKey("projects.Project", models.PROTECT, related_name="findings")
    text = models.TextField(_("finding"))
    urgent = models.BooleanField(_("places an urgent hold"), default=False)
    by = models.ForeignKey("core.User", models.PROTECT, related_name="+", verbose_name=_("auditor"))
    at = models.DateTimeField(_("when"))
    remedied_at = models.DateTimeField(_("remedied"), null=True)
    remedied_by = models.ForeignKey("core.User", models.PROTECT, null=True, related_name="+")
    remedy = models.TextField(_("how it was remedied"), blank=True)

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("finding")
        verbose_name_plural = _("findings")

    def __str__(self) -> str:
        return self.text[:80]

    @property
    def dossier(self) -> Any:
        return self.project.dossier

    def get_absolute_url(self) -> str:
        """The page where people see it."""
        return reverse("projects:hold_list", kwargs={"ref": self.project.ref})


class HoldQuerySet(models.QuerySet):
    """Holds, and who sees them: who sees the project."""

    def active(self) -> "HoldQuerySet":
        """The holds in force; one whose end is being taken at this moment no longer counts.

        An urgent hold is over at its minute, whether the clock's job has marked it or not.
        """
        steps = [row for row in running.get() if isinstance(row, Hold)]
        ending = [row.pk for row in steps if getattr(row, "taking", "") in Hold.ENDINGS]
        lasts = models.Q(ends_at=None) | models.Q(ends_at__gt=clock.now())
        return self.filter(lasts, state=Hold.States.ACTIVE).exclude(pk__in=ending)

    def running_out(self, now: datetime) -> "HoldQuerySet":
        """The urgent holds whose days are over at that moment and that stand as in force."""
        return self.filter(state=Hold.States.ACTIVE, ends_at__lte=now)

    def visible_to(self, user: Any) -> "HoldQuerySet":
        projects: Any = apps.get_model("projects.Project")
        return self.select_related("project").filter(
            project__in=projects.objects.visible_to(user).order_by()
        )


@requires(_("Only an urgent hold ends by itself, and when its days are over."))
def days_over(hold: Any) -> bool:
    return hold.ends_at is not None and hold.ends_at <= clock.now()


@requires(_("Only an urgent hold whose days are not over is confirmed."))
def days_left(hold: Any) -> bool:
    return hold.ends_at is not None and hold.ends_at > clock.now()


confirming: list[Callable[[Any], Iterable[Wait]]] = []
"""Upper rooms add whose turn it is to confirm an urgent hold (a board, by motion)."""


@guards.kept
class Hold(Machine):
    """Nothing goes on but the cure: a reason, published, and what ends it.

    `cure` says what remedies it: a condition, a change, a gate (named in `gate`) or a finding; a
    hold whose cure is a gate is no blocker for that gate's review.
    """

    class Cure(models.TextChoices):
        CONDITION = "condition", _("a condition is met")
        CHANGE = "change", _("a change is decided")
        GATE = "gate", _("a gate is passed")
        FINDING = "finding", _("an auditor's finding is remedied")

    class States(models.TextChoices):
        ACTIVE = "active", _("in force")
        LIFTED = "lifted", _("lifted")
        EXPIRED = "expired", _("expired")

    project = models.ForeignKey("projects.Project", models.PROTECT, related_name="holds")
    reason = models.TextField(_("reason (it is published)"))
    cure = models.CharField(_("what ends it"), max_length=12, choices=Cure.choices)
    gate = models.CharField(_("gate"), max_length=4, blank=True)
    cure_ref = models.CharField(_("which one"), max_length=80, blank=True)
    finding = models.ForeignKey(Finding, models.PROTECT, null=True, related_name="holds")
    placed_by = models.ForeignKey("core.User", models.PROTECT, related_name="+")
    placed_at = models.DateTimeField(_("placed"))
    urgent = models.BooleanField(_("urgent"), default=False)
    ends_at = models.DateTimeField(_("ends by itself"), null=True)
    state = State(States, default=States.ACTIVE)

    wait_labels = {"draft_motion": _("Put the urgent hold to the board to confirm it")}
    ENDINGS = ("lift", "cure_by_gate", "expire")
    objects = HoldQuerySet.as_manager()
    step_related = ("project",)

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("hold")
        verbose_name_plural = _("holds")
        indexes = [models.Index(fields=["project", "state"])]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(cure="gate", gate__gt="") | ~models.Q(cure="gate"),
                name="projects_hold_gate_named",
            )
        ]

    def __str__(self) -> str:
        return self.reason[:80]

    @property
    def dossier(self) -> Any:
        return self.project.dossier

    def title_for_people(self) -> str:
        return f"{self.project.ref} · {self.reason[:120]}"

    def get_absolute_url(self) -> str:
        return reverse("projects:hold_list", kwargs={"ref": self.project.ref})

    def turns(self) -> Iterable[Wait]:
        if self.state == self.States.ACTIVE:
            lifts = "auditor" if self.cure == self.Cure.FINDING else "secretariat"
            yield turn("lift", f"role:{lifts}", self.ends_at)
            if self.urgent and self.ends_at is not None:
                for waits in confirming:
                    yield from waits(self)

    @transition(state, source=States.ACTIVE, target=States.LIFTED, permission=permissions.lifts,
                custom={"label": _("Lift the hold"), "offered": True, "reason": True})  # fmt: skip
    def lift(self, *, by: User, because: str) -> None:
        """What it asked for is done, or it was without cause: the project goes on."""
        self._end(by, because)

    @transition(state, source=States.ACTIVE, target=States.LIFTED,
                permission=permissions.as_consequence,
                custom={"label": _("Cure the hold"), "offered": False})  # fmt: skip
    def cure_by_gate(self, *, by: User, because: str) -> None:
        """The gate that cures it has entered force, or the condition or change it waited for."""
        self._end(by, because)

    @transition(state, source=States.ACTIVE, target=States.EXPIRED,
                permission=permissions.by_clock, conditions=[days_over],
                custom={"label": _("Let the hold end"), "offered": False})  # fmt: skip
    def expire(self, *, by: User, because: str) -> None:
        """An auditor's urgent hold ends after ten days unless the board confirms it."""
        plan.thaw(self.project, by=by, because=because or str(self))

    @transition(state, source=States.ACTIVE, target=States.ACTIVE,
                permission=permissions.as_consequence, conditions=[days_left],
                custom={"label": _("Confirm the hold"), "offered": False})  # fmt: skip
    def confirm(self, *, by: User, because: str) -> None:
        """The board confirms an urgent hold: it no longer ends by itself."""
        self.ends_at = None

    def _end(self, by: User, because: str) -> None:
        plan.thaw(self.project, by=by, because=because or str(self))
        finding = self.finding
        if finding is not None and finding.remedied_at is None:
            finding.remedied_at = clock.now()
            finding.save(update_fields=["remedied_at"])


@guards.kept
class Obligation(models.Model):
    """What another room owes or demands of a project, kept where lower floors can ask for it.

    `amount`, in minor units of the project's currency, is owed to others for work that they did: it
    stays released when the project ends, until it is paid.
    """

    class Blocks(models.TextChoices):
        RELEASE = "release", _("the release of money")
        ENTER_FORCE = "enter_force", _("the entry into force of a decision")
        CLOSE = "close", _("the closing")

    project = models.ForeignKey("projects.Project", models.PROTECT, related_name="obligations")
    kind = models.CharField(_("kind"), max_length=40)
    source_label = models.CharField(max_length=60)
    source_id = models.BigIntegerField()
    title = models.CharField(_("what is owed"), max_length=250)
    blocks = models.CharField(_("what it blocks"), max_length=12, choices=Blocks.choices)
    amount = MinorUnitsField(_("money owed"), default=0)
    due = models.DateTimeField(_("by when"), null=True)
    owner = models.ForeignKey("core.User", models.PROTECT, null=True, related_name="+")
    open = models.BooleanField(_("open"), default=True)
    raised_at = models.DateTimeField(_("raised"))
    discharged_at = models.DateTimeField(_("discharged"), null=True)

    class Meta:
        ordering = ["due", "pk"]
        verbose_name = _("obligation")
        verbose_name_plural = _("obligations")
        constraints = [
            models.UniqueConstraint(
                fields=["project", "source_label", "source_id", "blocks"],
                name="projects_obligation_once",
            )
        ]
        indexes = [models.Index(fields=["project", "open", "blocks"])]

    def __str__(self) -> str:
        return self.title
