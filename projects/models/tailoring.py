"""Decisions to ask less: to lower a project's tier, or to take two gates in one review."""

from collections.abc import Callable, Iterable
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from core import guards, history
from core.machines import Machine, State, transition
from core.models import User
from core.refusals import requires
from core.steps import perform
from core.waits import Wait
from projects import permissions

PAIRS = (("G1", "G2"), ("G2", "G3"), ("G3", "G4"))
"""The gates that may be taken together, where the tier allows it."""
FIRST_STAGES = {
    "G1": ("triaged", "business_case"), "G2": ("triaged", "business_case", "alpha"),
    "G3": ("triaged", "business_case", "alpha", "beta"),
}  # fmt: skip
"""By the first of two gates, the stages in which both still lie ahead."""
GOING_ON = ("triaged", "business_case", "alpha", "beta", "live")

board_waits: list[Callable[[Any], Iterable[Wait]]] = []
"""Upper rooms say here whose turn it is while a proposal waits for a board."""
lowered: list[Callable[..., None]] = []
"""Upper rooms say here what follows once a tier was lowered: `(project, by=, because=)`."""


class TailoringQuerySet(models.QuerySet):
    """Proposals, and who sees them: who sees the project."""

    def visible_to(self, user: Any) -> "TailoringQuerySet":
        projects: Any = apps.get_model("projects.Project")
        return self.select_related("project__institution", "project__dossier").filter(
            project__in=projects.objects.visible_to(user).order_by()
        )


@requires(_("It still fits the project as it stands."))
def still_fits(tailoring: Any) -> list[str]:
    return faults_of(tailoring)


def faults_of(tailoring: Any) -> list[str]:
    """Why a proposal does not fit its project as it stands, as sentences."""
    project = tailoring.project
    if project.stage not in GOING_ON:
        return [gettext("The project is not under way between triage and closing.")]
    if tailoring.kind != Tailoring.Kind.LOWER_TIER:
        return _unmergeable(tailoring)
    target = tailoring.tier
    lower = target is not None and project.tier and target.rank < project.tier.rank
    return [] if lower else [gettext("Choose a tier below the one that the project is in.")]


def _unmergeable(tailoring: Any) -> list[str]:
    project = tailoring.project
    first, second = tailoring.first_gate, tailoring.second_gate
    if (first, second) not in PAIRS:
        return [gettext("Choose two gates that follow each other.")]
    if project.tier is None or [first, second] not in project.tier.merged_gates:
        return [gettext("Gates %(first)s and %(second)s may not be taken together in this tier.")
                % {"first": first, "second": second}]  # fmt: skip
    if project.stage not in FIRST_STAGES[first]:
        return [gettext("Gate %(gate)s is passed already.") % {"gate": first}]
    return []


@guards.kept
class Tailoring(Machine):
    """A proposal to ask less of one project, with its scope and its reason; a board decides it."""

    class Kind(models.TextChoices):
        LOWER_TIER = "lower_tier", _("lower the tier")
        MERGE_GATES = "merge_gates", _("take two gates in one review")

    class States(models.TextChoices):
        PROPOSED = "proposed", _("proposed")
        GRANTED = "granted", _("granted")
        REFUSED = "refused", _("refused")
        WITHDRAWN = "withdrawn", pgettext_lazy("proposal", "withdrawn")

    project = models.ForeignKey("projects.Project", models.PROTECT, related_name="tailorings")
    kind = models.CharField(_("what is asked for"), max_length=12, choices=Kind.choices)
    tier = models.ForeignKey(
        "projects.Tier", models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("tier to fall to"),
    )  # fmt: skip
    first_gate = models.CharField(_("first gate"), max_length=4, blank=True)
    second_gate = models.CharField(_("second gate"), max_length=4, blank=True)
    scope = models.TextField(_("what is left out or taken together"))
    reason = models.TextField(_("why less proof is enough"))
    proposed_by = models.ForeignKey("core.User", models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(_("proposed"))
    state = State(States, default=States.PROPOSED)

    objects = TailoringQuerySet.as_manager()
    step_related = ("project__institution", "project__dossier", "project__tier", "tier")
    wait_labels = {"draft_motion": _("Draft the motion on the tailoring")}

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("tailoring")
        verbose_name_plural = _("tailorings")
        constraints = [
            models.UniqueConstraint(
                fields=["project", "kind"], condition=Q(state="proposed"),
                name="projects_tailoring_one_proposed",
            ),
            models.CheckConstraint(
                condition=Q(kind="lower_tier", first_gate="", second_gate="") & ~Q(tier=None)
                | Q(kind="merge_gates", tier=None, first_gate__gt="", second_gate__gt=""),
                name="projects_tailoring_whole",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.project.ref}/A{self.pk}"

    @property
    def ref(self) -> str:
        """The project's reference and its own number: P-000001/A4."""
        return str(self)

    @property
    def dossier(self) -> Any:
        return self.project.dossier

    @property
    def what(self) -> str:
        """What would be decided, in words."""
        if self.kind == self.Kind.LOWER_TIER:
            return gettext("Lower the tier to %(tier)s") % {"tier": self.tier}
        gates = {"first": self.first_gate, "second": self.second_gate}
        return gettext("Take gates %(first)s and %(second)s in one review") % gates

    def title_for_people(self) -> str:
        return f"{self.project.ref} · {self.what}"

    def get_absolute_url(self) -> str:
        return reverse("projects:tailoring_detail", kwargs={"pk": self.pk})

    def turns(self) -> Iterable[Wait]:
        if self.state == self.States.PROPOSED:
            for waits in board_waits:
                yield from waits(self)

    @transition(state, source=States.PROPOSED, target=States.GRANTED,
                permission=permissions.as_consequence, conditions=[still_fits],
                custom={"label": _("Grant the tailoring"), "offered": False})  # fmt: skip
    def grant(self, *, by: User, because: str) -> None:
        """The board's motion is carried: the tier falls, or the gates are taken together."""
        if self.kind == self.Kind.LOWER_TIER:
            self._lower(by, because)

    @transition(state, source=States.PROPOSED, target=States.REFUSED,
                permission=permissions.as_consequence,
                custom={"label": _("Refuse the tailoring"), "offered": False})  # fmt: skip
    def refuse(self, *, by: User, because: str) -> None:
        """The board asks for the proof that the tier asks for."""

    @transition(state, source=States.PROPOSED, target=States.WITHDRAWN,
                permission=permissions.withdraws_tailoring,
                custom={"label": _("Withdraw the proposal"), "offered": True})  # fmt: skip
    def withdraw(self, *, by: User, because: str) -> None:
        """Nothing is asked for any more."""

    @transition(state, source=States.PROPOSED, target=States.WITHDRAWN,
                permission=permissions.as_consequence,
                custom={"label": _("End with the project"), "offered": False})  # fmt: skip
    def end(self, *, by: User, because: str) -> None:
        """The project is over."""

    def _lower(self, by: User, because: str) -> None:
        rows = type(self.project)._base_manager.select_for_update()
        project = self.project = rows.select_related(None).get(pk=self.project.pk)
        target: Any = self.tier
        before: Any = project.tier
        project.tier = target
        project.save()
        history.record("projects.project.lower_tier", project, by=by, because=because,
                       details={"before": before.code, "after": target.code})  # fmt: skip
        for follows in lowered:
            follows(project, by=by, because=because)


def merged(project: Any, gate: str) -> str:
    """The gate that is taken together with this one by a decision in force, or no text."""
    rows = Tailoring.objects.filter(project=project, kind="merge_gates", state="granted")
    for second in rows.filter(first_gate=gate).values_list("second_gate", flat=True):
        if project.tier and [gate, second] in project.tier.merged_gates:
            return str(second)
    return ""


def end_all(project: Any, *, by: User, because: str) -> None:
    """End the proposals of a project that is over."""
    for row in Tailoring.objects.filter(project=project, state="proposed").order_by("pk"):
        perform(row, "end", by=by, because=because or str(project))
