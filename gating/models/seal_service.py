"""The Seal's surroundings: how it is run, which services may apply, how they were assessed."""

from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core import guards
from core.machines import Machine, State, transition
from core.people import holds
from core.waits import turn
from gating import permissions_seal as permissions
from gating import seeing
from gating.models.board import Board, BoardSeat
from gating.models.standard import Standard
from projects.models import Project

DAYS_OF_VALIDITY = 365
MARKS = (60, 45, 30, 15)
"""Days before its end at which the holder of a seal is told (Colombia; domain §5)."""
COUNT = [MinValueValidator(1), MaxValueValidator(3660)]


class SealScheme(models.Model):
    """How a standard is run as a seal: its sub-commission, its validity and its deadlines.

    Days to accept, evaluate, answer and conclude are working days; validity is in days.
    """

    standard_code = models.CharField(_("standard"), max_length=50, unique=True)
    board = models.ForeignKey(
        Board, models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("sub-commission"),
    )  # fmt: skip
    validity_days = models.PositiveSmallIntegerField(
        _("days of validity"), default=DAYS_OF_VALIDITY, validators=COUNT
    )
    accept_days = models.PositiveSmallIntegerField(
        _("working days to accept an invitation"), default=5, validators=COUNT
    )
    evaluation_days = models.PositiveSmallIntegerField(
        _("working days to evaluate"), default=15, validators=COUNT
    )
    answer_days = models.PositiveSmallIntegerField(
        _("working days to answer the feedback"), default=10, validators=COUNT
    )
    final_days = models.PositiveSmallIntegerField(
        _("working days to conclude after the answer"), default=5, validators=COUNT
    )
    dossier = models.OneToOneField("core.Dossier", models.PROTECT, related_name="+")

    class Meta:
        ordering = ["standard_code"]
        verbose_name = _("rules of a seal")
        verbose_name_plural = _("rules of seals")

    def __str__(self) -> str:
        return self.standard_code

    @property
    def standard(self) -> Standard | None:
        """The version that new applications are judged by; None where none is published."""
        return Standard.objects.published().filter(code=self.standard_code).first()

    def get_absolute_url(self) -> str:
        return reverse("gating:sealscheme_edit", kwargs={"pk": self.pk})


class ServiceQuerySet(models.QuerySet):
    """Services, and who sees them behind the sign-in."""

    def visible_to(self, user: Any) -> "ServiceQuerySet":
        """Oversight sees all; others those of their institution, their projects, their work."""
        if holds(user, "secretariat", "auditor"):
            return self
        projects = Project._base_manager.filter(seeing.of_the_project(user, "")).order_by()
        found = Q(lead=user) | Q(project__in=projects.values("pk"))
        found |= seeing.seals_evaluated_by(user, "applications__")
        if user.institution_id:
            found |= Q(institution=user.institution_id)
        if BoardSeat.objects.of(user).exists():
            found |= Q(applications__tabled_at__isnull=False)
        return self.filter(pk__in=self.model._base_manager.filter(found).values("pk"))


@guards.kept
class Service(models.Model):
    """What people use, at one address: of a live project, or registered without a project."""

    dossier = models.ForeignKey("core.Dossier", models.PROTECT, related_name="services")
    ref = models.CharField(_("reference"), max_length=20, unique=True)
    project = models.ForeignKey(
        Project, models.PROTECT, null=True, blank=True, related_name="services",
        verbose_name=_("project"),
    )  # fmt: skip
    institution = models.ForeignKey(
        "core.Institution", models.PROTECT, related_name="services", verbose_name=_("institution")
    )
    name = models.CharField(_("name of the service"), max_length=200)
    address = models.CharField(_("address"), max_length=500)
    address_key = models.CharField(max_length=500, db_index=True)
    description = models.TextField(_("what people do with it"))
    live_since = models.DateField(_("live since"), null=True, blank=True)
    ended_on = models.DateField(_("ended on"), null=True, blank=True)
    lead = models.ForeignKey(
        "core.User", models.PROTECT, related_name="services", verbose_name=_("who answers for it")
    )
    registered_at = models.DateTimeField(_("registered"))

    objects = ServiceQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        verbose_name = _("service")
        verbose_name_plural = _("services")

    def __str__(self) -> str:
        return self.name

    def title_for_people(self) -> str:
        return f"{self.ref} · {self.name}"

    def get_absolute_url(self) -> str:
        return reverse("gating:service_detail", kwargs={"pk": self.pk})

    @property
    def applicant(self) -> str:
        """The audience of turns that wait for the applicant."""
        if self.project is not None and self.project.owner_id:
            return f"user:{self.project.owner_id}:owner"
        return f"user:{self.lead_id}"

    def people(self) -> list[Any]:
        """Who is told of its seal: who answers for it, and its project's manager and owner."""
        found: list[Any] = [self.lead]
        if self.project is not None:
            found += [self.project.owner, self.project.manager]
        return found


class ServiceAssessmentQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> "ServiceAssessmentQuerySet":
        """Whoever sees the service sees how it was assessed."""
        return self.filter(service__in=Service.objects.visible_to(user).order_by().values("pk"))


@guards.kept
class ServiceAssessment(Machine):
    """A green assessment of a service without a project, declared with its document."""

    class States(models.TextChoices):
        DECLARED = "declared", _("declared, to be checked")
        ACCEPTED = "accepted", _("accepted")
        REFUSED = "refused", _("refused")

    step_related = ("service__dossier", "service__institution", "service__project")

    service = models.ForeignKey(Service, models.PROTECT, related_name="assessments")
    standard = models.CharField(_("standard it was assessed by"), max_length=200)
    assessor = models.CharField(_("who assessed it"), max_length=200)
    assessed_on = models.DateField(_("assessed on"))
    valid_until = models.DateField(_("valid until"))
    document = models.ForeignKey(
        "core.Document", models.PROTECT, related_name="+", verbose_name=_("document")
    )
    declared_by = models.ForeignKey("core.User", models.PROTECT, related_name="+")
    declared_at = models.DateTimeField(_("declared"))
    answer = models.TextField(_("answer"), blank=True)
    state = State(States, default=States.DECLARED)

    objects = ServiceAssessmentQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("declared assessment")
        verbose_name_plural = _("declared assessments")
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_until__gte=models.F("assessed_on")),
                name="gating_serviceassessment_dates",
            )
        ]

    def __str__(self) -> str:
        return f"{self.service} · {self.standard}"

    @property
    def dossier(self) -> Any:
        return self.service.dossier

    def title_for_people(self) -> str:
        return f"{self.service.title_for_people()} · {self.standard}"

    def get_absolute_url(self) -> str:
        return f"{self.service.get_absolute_url()}#assessments"

    def turns(self) -> list[Any]:
        waits = self.state == self.States.DECLARED
        return [turn("accept", "role:secretariat")] if waits else []

    @transition(state, source=States.DECLARED, target=States.ACCEPTED,
                permission=permissions.is_secretariat,
                custom={"label": _("Accept the declared assessment"), "offered": True,
                        "note": _("You read the document: it is green as a whole, by the digital "
                                  "service standard, and current.")})  # fmt: skip
    def accept(self, *, by: Any, because: str) -> None:
        """The document says what was declared: green, by the standard, still current."""

    @transition(state, source=States.DECLARED, target=States.REFUSED,
                permission=permissions.is_secretariat,
                custom={"label": _("Refuse the declared assessment"), "offered": True,
                        "reason": True})  # fmt: skip
    def refuse(self, *, by: Any, because: str) -> None:
        """The document does not carry what was declared; another may be."""
        self.answer = because
