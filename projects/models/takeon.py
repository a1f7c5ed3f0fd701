"""Taking on a project that already runs: proposed by one person, confirmed by another."""

from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core import guards
from core.machines import Machine, State, transition
from core.models import User
from core.money import MinorUnitsField
from core.refusals import Refused, requires
from core.steps import perform
from core.waits import Wait, turn
from projects import permissions
from projects.models import plan
from projects.models.baseline import freeze_first
from projects.models.tier import tier_for


class TakeOnQuerySet(models.QuerySet):
    """Proposals to take on a project, and who sees them: who sees the project."""

    def visible_to(self, user: Any) -> "TakeOnQuerySet":
        projects: Any = apps.get_model("projects.Project")
        return self.select_related("project").filter(
            project__in=projects.objects.visible_to(user).order_by()
        )


OPENING = ("approved", "reserved", "committed", "released", "held", "spent")
"""The accounts that a taken-on project's ledger opens with."""


@requires(
    _("Cost, currency and risk of the project must be known, so that its tier is."),
    who=_("manager"),
)
def figures_known(take_on: Any) -> list[str]:
    try:
        tier_for(take_on.project.cost, take_on.project.currency, take_on.project.risk)
    except Refused as refused:
        return list(refused.reasons)
    return []


@requires(_("The project has passed a gate or used its ledger since this was proposed."))
def not_gated_yet(take_on: Any) -> bool:
    project = take_on.project
    return project.stage in ("draft", "triaged", "business_case") and not project.postings.exists()


@guards.kept
class TakeOn(Machine):
    """The real stage, original baseline and opening balances of a project that already runs.

    Amounts are in minor units of the project's currency. `approved` … `spent` are the balances
    that its ledger opens with, each backed by the source document.
    """

    class Stage(models.TextChoices):
        ALPHA = "alpha", _("alpha")
        BETA = "beta", _("beta")
        LIVE = "live", _("live")

    class States(models.TextChoices):
        PROPOSED = "proposed", _("proposed")
        CONFIRMED = "confirmed", _("confirmed")
        WITHDRAWN = "withdrawn", pgettext_lazy("proposal", "withdrawn")

    project = models.ForeignKey("projects.Project", models.PROTECT, related_name="take_ons")
    stage = models.CharField(_("stage it is really in"), max_length=20, choices=Stage.choices)
    cost = MinorUnitsField(_("original whole-life cost"))
    starts_on = models.DateField(_("original start"))
    ends_on = models.DateField(_("original end"))
    approved = MinorUnitsField(_("approved, not yet reserved"), default=0)
    reserved = MinorUnitsField(_("reserved"), default=0)
    committed = MinorUnitsField(_("committed"), default=0)
    released = MinorUnitsField(_("released, not yet spent"), default=0)
    held = MinorUnitsField(_("held back"), default=0)
    spent = MinorUnitsField(_("spent"), default=0)
    as_of = models.DateField(_("balances as of"))
    source = models.CharField(_("source of the balances"), max_length=250)
    document = models.ForeignKey(
        "core.Document", models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("source document"),
    )  # fmt: skip
    proposed_by = models.ForeignKey("core.User", models.PROTECT, related_name="+")
    state = State(States, default=States.PROPOSED)

    objects = TakeOnQuerySet.as_manager()
    step_related = ("project", "document")

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("taking on of a running project")
        verbose_name_plural = _("takings on of running projects")
        constraints = [
            models.UniqueConstraint(
                fields=["project"], condition=models.Q(state__in=["proposed", "confirmed"]),
                name="projects_takeon_once",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    cost__gte=0, approved__gte=0, reserved__gte=0, committed__gte=0,
                    released__gte=0, held__gte=0, spent__gte=0,
                    ends_on__gte=models.F("starts_on"),
                ),
                name="projects_takeon_sane",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.project.ref} → {self.get_stage_display()}"

    @property
    def dossier(self) -> Any:
        return self.project.dossier

    def get_absolute_url(self) -> str:
        return reverse("projects:takeon_detail", kwargs={"pk": self.pk})

    def turns(self) -> Iterable[Wait]:
        if self.state == self.States.PROPOSED:
            yield turn("confirm", "role:secretariat", not_for=self.proposed_by_id)
            yield turn("confirm", "role:authoriser", not_for=self.proposed_by_id)

    @transition(state, source=States.PROPOSED, target=States.CONFIRMED,
                permission=permissions.confirms_take_on, conditions=[figures_known, not_gated_yet],
                custom={"label": _("Confirm the taking on"), "offered": True,
                        "danger": True})  # fmt: skip
    def confirm(self, *, by: User, because: str) -> None:
        """Set stage, first baseline and opening balances; marked declared, not gated, for ever."""
        why = because or str(self)
        project = self.project
        project.declared_not_gated = True
        project.tier = tier_for(project.cost, project.currency, project.risk)
        project.save()
        freeze_first(project, self.cost, self.starts_on, self.ends_on, by=by, because=why)
        opening = {account: getattr(self, account) for account in OPENING}
        plan.open_books(project, opening, by=by, because=why, effective_on=self.as_of)
        self.project = perform(project, f"open_{self.stage}", by=by, because=why)

    @transition(state, source=States.PROPOSED, target=States.WITHDRAWN,
                permission=permissions.withdraws_take_on,
                custom={"label": _("Withdraw the proposal"), "offered": True})  # fmt: skip
    def withdraw(self, *, by: User, because: str) -> None:
        """Nothing is taken on."""
