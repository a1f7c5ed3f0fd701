"""What a review is: its states, what it keeps, and how it is named. Its steps are in `review`."""

from typing import Any

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core import clock
from core.machines import Machine, State
from core.money import field as money_field


class ReviewFacts(Machine):
    """What is kept of one attempt of one project at one gate."""

    class States(models.TextChoices):
        PLANNED = "planned", pgettext_lazy("review", "planned")
        COLLECTING = "collecting", _("collecting evidence")
        PREPARED = "prepared", _("prepared, to be certified")
        SUBMITTED = "submitted", _("submitted")
        IN_ASSESSMENT = "in_assessment", _("in assessment")
        REPORT_DRAFTED = "report_drafted", _("report drafted")
        FACTUAL_CHECK = "factual_check", _("factual check")
        BEFORE_BOARD = "before_board", _("before the board")
        DECIDED = "decided", _("decided")
        IN_FORCE = "in_force", _("in force")
        EXERCISED = "exercised", _("exercised: the gate is open")
        SUPERSEDED = "superseded", _("replaced by a later review")
        RETURNED = "returned", _("returned")
        DEFERRED = "deferred", _("deferred")
        WITHDRAWN = "withdrawn", pgettext_lazy("review", "withdrawn")
        REFUSED = "refused", _("refused")
        EXPIRED = "expired", pgettext_lazy("review", "expired")
        RESCINDED = "rescinded", _("rescinded")

    class Light(models.TextChoices):
        GREEN = "green", _("green")
        AMBER = "amber", _("amber")
        RED = "red", _("red")

    class Outcome(models.TextChoices):
        APPROVE = "approve", pgettext_lazy("review", "approved")
        APPROVE_WITH_CONDITIONS = "approve_with_conditions", _("approved with conditions")
        DEFER = "defer", _("deferred")
        REFUSE = "refuse", _("refused")
        STOP = "stop", _("project stopped")

    class Facts(models.TextChoices):
        ACCEPTED = "accepted", _("accepted by the manager")
        CHALLENGED = "challenged", _("challenged by the manager")
        ANSWERED = "answered", _("challenged, and answered by the lead assessor")
        DEEMED = "deemed", _("deemed accepted: the time was over")

    step_related = ("project", "project__dossier", "project__institution", "gate", "also", "tier")
    wait_labels = {"rate": _("Rate the criteria"), "draft_motion": _("Draft the motion")}

    project = models.ForeignKey("projects.Project", models.PROTECT, related_name="reviews")
    gate = models.ForeignKey("gating.Gate", models.PROTECT, related_name="reviews")
    also = models.ForeignKey(
        "gating.Gate", models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("taken together with"),
    )  # fmt: skip
    tier = models.ForeignKey("projects.Tier", models.PROTECT, related_name="+")
    attempt = models.PositiveSmallIntegerField(_("attempt"), default=1)
    predecessor = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="successors",
        verbose_name=_("earlier attempt"),
    )  # fmt: skip
    state = State(States, default=States.PLANNED)
    planned_by = models.ForeignKey("core.User", models.PROTECT, related_name="+")
    planned_at = models.DateTimeField(_("planned"))

    prepared_by = models.ForeignKey("core.User", models.PROTECT, null=True, related_name="+")
    prepared_at = models.DateTimeField(_("prepared"), null=True)
    certified_by = models.ForeignKey("core.User", models.PROTECT, null=True, related_name="+")
    submitted_at = models.DateTimeField(_("submitted"), null=True)
    bundle = models.TextField(_("what was submitted"), blank=True)
    bundle_hash = models.CharField(_("SHA-256 of what was submitted"), max_length=64, blank=True)
    served_since = models.DateTimeField(_("service clock runs since"), null=True)
    served_seconds = models.PositiveBigIntegerField(_("service time, seconds"), default=0)
    return_reason = models.TextField(_("why it was returned"), blank=True)

    sheets_in_at = models.DateTimeField(_("all ratings sealed"), null=True)
    report = models.TextField(_("report"), blank=True)
    overall = models.CharField(_("overall rating"), max_length=6, choices=Light.choices, blank=True)
    computed = models.CharField(
        _("computed rating"), max_length=6, choices=Light.choices, blank=True
    )
    overall_reason = models.TextField(_("why it is better than computed"), blank=True)
    dissent = models.TextField(_("dissent"), blank=True)
    reported_by = models.ForeignKey("core.User", models.PROTECT, null=True, related_name="+")
    reported_at = models.DateTimeField(_("report drafted"), null=True)
    factual_due = models.DateField(_("factual check ends"), null=True)
    facts = models.CharField(_("factual check"), max_length=12, choices=Facts.choices, blank=True)
    facts_at = models.DateTimeField(_("factual check closed"), null=True)
    challenge = models.TextField(_("what the manager challenges"), blank=True)
    challenge_answer = models.TextField(_("what the lead assessor answers"), blank=True)

    board = models.ForeignKey(
        "gating.Board", models.PROTECT, null=True, blank=True, related_name="reviews",
        verbose_name=_("board"),
    )  # fmt: skip
    tabled_at = models.DateTimeField(_("tabled"), null=True)
    outcome = models.CharField(_("decision"), max_length=24, choices=Outcome.choices, blank=True)
    decided_at = models.DateTimeField(_("decided"), null=True)
    budget = money_field(verbose_name=_("decided budget"))
    record_code = models.CharField(_("code of the decision record"), max_length=26, blank=True)
    valid_until = models.DateField(_("to be exercised by"), null=True)
    in_force_at = models.DateTimeField(_("in force"), null=True)
    exercised_at = models.DateTimeField(_("exercised"), null=True)
    exercised_by = models.ForeignKey("core.User", models.PROTECT, null=True, related_name="+")

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.ref

    @property
    def ref(self) -> str:
        """Project, gate and attempt: P-000001/G1/1."""
        return f"{self.project.ref}/{self.gate.code}/{self.attempt}"

    @property
    def gates(self) -> list[Any]:
        """The gate that it is about, and the one taken together with it by a tailoring."""
        return [self.gate, self.also] if self.also else [self.gate]

    @property
    def last_gate(self) -> Any:
        """The gate whose stage is opened in the end."""
        return self.also or self.gate

    @property
    def leaves(self) -> set[str]:
        """The stages whose criteria are asked."""
        return {stage for gate in self.gates for stage in gate.leaves}

    def disciplines(self) -> list[str]:
        """The disciplines that assess at its gates in its tier, each once."""
        rules = [gate.rules.filter(tier=self.tier_id).first() for gate in self.gates]
        return list(dict.fromkeys(name for rule in rules if rule for name in rule.disciplines))

    @property
    def dossier(self) -> Any:
        return self.project.dossier

    @property
    def collects(self) -> bool:
        """Whether the manager may still change what is shown for which criterion."""
        return self.state in ("planned", "collecting", "returned", "deferred")

    @property
    def factual_ends(self) -> Any:
        """24:00 of the last day of the factual check where the institution is."""
        day = self.factual_due
        return clock.end_of(day, self.project.institution) if day else None

    @property
    def valid_ends(self) -> Any:
        """24:00 of the last day on which the gate may be opened."""
        day = self.valid_until
        return clock.end_of(day, self.project.institution) if day else None

    def title_for_people(self) -> str:
        return f"{self.ref} · {self.project.title}"

    def get_absolute_url(self) -> str:
        return reverse("gating:review_detail", kwargs={"pk": self.pk})

    def get_step_url(self, name: str) -> str:
        return reverse("gating:review_step", kwargs={"pk": self.pk, "step": name})
