"""Evidence: what a project shows for criteria, in versions that are never overwritten."""

from datetime import date
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core import clock, guards
from core.machines import Machine, State, transition
from core.people import holds
from core.permissions import as_consequence, by_clock
from core.refusals import requires
from core.steps import perform, step
from core.waits import turn
from gating import permissions, proofs, seeing
from gating.models.assessment import Assessment
from projects.models import Project

STANDING = ("submitted", "resubmitted", "accepted")
"""States in which a version counts, as long as it is not out of date."""


class EvidenceQuerySet(models.QuerySet):
    """Evidence: who sees it, and what counts."""

    def visible_to(self, user: Any) -> "EvidenceQuerySet":
        """The project's people, admitted assessors, the board once tabled, secretariat, auditor;
        what is labelled public, whoever sees the project."""
        if holds(user, "secretariat", "auditor"):
            return self
        links = ItemEvidence.objects.filter(
            seeing.assessed_by(user, "item__review__") | seeing.tabled_for(user, "item__review__")
        )
        shown = Q(pk__in=links.values("evidence")) & ~Q(state=Evidence.States.DRAFT)
        own = Project._base_manager.filter(seeing.of_the_project(user, "")).order_by()
        public = Q(label=Evidence.Label.PUBLIC, state__in=STANDING) & Q(
            project__in=Project.objects.visible_to(user).order_by().values("pk")
        )
        for_seals = Evidence._base_manager.filter(seeing.shown_for_seals(user)).order_by()
        seen = Q(project__in=own.values("pk")) | shown | public | Q(pk__in=for_seals.values("pk"))
        return self.filter(seen)

    def standing_on(self, day: date) -> "EvidenceQuerySet":
        """Evidence that counts on that day: handed in, not questioned, not out of date."""
        return self.filter(state__in=STANDING).filter(Q(valid_until=None) | Q(valid_until__gte=day))


@requires(_("Its valid-until date has not passed."))
def out_of_date(evidence: Any) -> bool:
    return evidence.valid_until is not None and evidence.valid_until < clock.today(
        evidence.project.institution
    )


@guards.kept
class Evidence(Machine):
    """One version of one proof: file, link, data set, recording, commit, figure or statement."""

    class States(models.TextChoices):
        DRAFT = "draft", _("draft")
        SUBMITTED = "submitted", _("handed in")
        QUERIED = "queried", _("questioned")
        RESUBMITTED = "resubmitted", _("handed in again")
        ACCEPTED = "accepted", _("accepted")
        REJECTED = "rejected", _("rejected")
        SUPERSEDED = "superseded", _("replaced by a newer version")
        EXPIRED = "expired", _("out of date")

    class Kind(models.TextChoices):
        DOCUMENT = "document", _("document")
        LINK = "link", _("link with a snapshot")
        DATA_SET = "data_set", _("data set")
        RECORDING = "recording", _("recording of a demonstration")
        COMMIT = "commit", _("commit in a code repository")
        METRIC = "metric", _("measured figure")
        ATTESTATION = "attestation", _("signed statement")
        ACCEPTED_SPRINT = "accepted_sprint", _("accepted sprint of an order")

    class Label(models.TextChoices):
        PUBLIC = "public", _("public")
        INTERNAL = "internal", _("internal")
        CONFIDENTIAL = "confidential", _("confidential")

    step_related = ("project", "project__dossier", "project__institution")

    project = models.ForeignKey("projects.Project", models.PROTECT, related_name="evidence")
    kind = models.CharField(_("kind"), max_length=16, choices=Kind.choices)
    title = models.CharField(_("title"), max_length=200)
    note = models.TextField(_("what it shows"), blank=True)
    document = models.ForeignKey(
        "core.Document", models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("file"),
    )  # fmt: skip
    url = models.URLField(_("address"), max_length=500, blank=True)
    snapshot_text = models.TextField(_("snapshot of the page"), blank=True)
    sprint = models.ForeignKey(
        "vendors.Sprint", models.PROTECT, null=True, blank=True, related_name="evidence",
        verbose_name=_("sprint"),
    )  # fmt: skip
    commit = models.CharField(_("commit"), max_length=40, blank=True)
    metric_name = models.CharField(_("what was measured"), max_length=200, blank=True)
    metric_value = models.DecimalField(
        _("value"), max_digits=20, decimal_places=4, null=True, blank=True
    )
    metric_unit = models.CharField(_("unit"), max_length=60, blank=True)
    metric_on = models.DateField(_("measured on"), null=True, blank=True)
    statement = models.TextField(_("statement"), blank=True)
    signed_by = models.ForeignKey(
        "core.User", models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("signed by"),
    )  # fmt: skip
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    label = models.CharField(
        _("who may read it"), max_length=12, choices=Label.choices, default=Label.INTERNAL
    )
    redacted = models.ForeignKey(
        "core.Document", models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("redacted public copy"),
    )  # fmt: skip
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    supersedes = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="successor",
        verbose_name=_("earlier version"),
    )  # fmt: skip
    added_by = models.ForeignKey("core.User", models.PROTECT, related_name="+")
    added_at = models.DateTimeField(_("added"))
    submitted_at = models.DateTimeField(_("handed in"), null=True)
    content_hash = models.CharField(_("SHA-256 of its content"), max_length=64, blank=True)
    query = models.TextField(_("question"), blank=True)
    state = State(States, default=States.DRAFT)

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")
        indexes = [models.Index(fields=["state", "valid_until"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(version__gte=1), name="gating_evidence_version_counts"
            ),
            models.CheckConstraint(
                condition=Q(supersedes=None) | ~Q(supersedes=F("id")),
                name="gating_evidence_not_itself",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} (v{self.version})"

    @property
    def dossier(self) -> Any:
        return self.project.dossier

    def title_for_people(self) -> str:
        return f"{self.project.ref} · {self.title} (v{self.version})"

    def get_absolute_url(self) -> str:
        return reverse("gating:evidence_detail", kwargs={"pk": self.pk})

    def assessors(self) -> Any:
        """The admitted assessments of the reviews that this version is shown in."""
        reviews = ItemEvidence.objects.filter(evidence=self).values("item__review")
        return Assessment.objects.filter(review__in=reviews, state__in=seeing.ADMITTED)

    def stands_on(self, day: date) -> bool:
        """Whether this version counts on that day (the twin of `standing_on`)."""
        current = self.valid_until is None or self.valid_until >= day
        return self.state in STANDING and current

    def turns(self) -> list[Any]:
        if self.state in (self.States.DRAFT, self.States.QUERIED):
            name = "submit" if self.state == self.States.DRAFT else "resubmit"
            return [turn(name, f"user:{self.project.manager_id}:manager")]
        return []

    @transition(state, source=States.DRAFT, target=States.SUBMITTED,
                permission=permissions.hands_in, conditions=[proofs.content_complete],
                custom={"label": _("Hand in"), "offered": True,
                        "note": _("From then on it changes only by a new version.")})  # fmt: skip
    def submit(self, *, by: Any, because: str) -> None:
        """The version is fixed with the hash of its content; the one before it is replaced."""
        self.submitted_at = clock.now()
        self.content_hash = proofs.content_hash(self)
        if self.supersedes is not None and step(self.supersedes, "supersede"):
            perform(self.supersedes, "supersede", by=by, because=because)

    @transition(state, source=[States.SUBMITTED, States.RESUBMITTED], target=States.QUERIED,
                permission=permissions.questions_evidence,
                custom={"label": _("Ask about it"), "offered": True, "reason": True,
                        "note": _("Until it is answered it does not count as evidence.")}
    )  # fmt: skip
    def raise_query(self, *, by: Any, because: str) -> None:
        """Somebody who judges it asks what is unclear; the manager answers."""
        self.query = because

    @transition(state, source=States.QUERIED, target=States.RESUBMITTED,
                permission=permissions.hands_in,
                custom={"label": _("Answer and hand in again"), "offered": True, "reason": True,
                        "note": _("Write the answer as the reason. If the content has to change, "
                                  "add a new version instead.")})  # fmt: skip
    def resubmit(self, *, by: Any, because: str) -> None:
        """The question is answered; the same version stands again."""

    @transition(state, source=[States.SUBMITTED, States.RESUBMITTED], target=States.ACCEPTED,
                permission=permissions.judges_evidence,
                custom={"label": _("Accept"), "offered": True})  # fmt: skip
    def accept(self, *, by: Any, because: str) -> None:
        """It is what it says it is; whether it is enough is for the ratings."""

    @transition(state, source=[States.SUBMITTED, States.RESUBMITTED, States.QUERIED],
                target=States.REJECTED, permission=permissions.judges_evidence,
                custom={"label": _("Reject"), "offered": True, "reason": True, "danger": True,
                        "note": _("It no longer counts; a new version may replace it.")}
    )  # fmt: skip
    def reject(self, *, by: Any, because: str) -> None:
        """It is not what it says it is."""

    @transition(state, source=[States.SUBMITTED, States.RESUBMITTED, States.QUERIED,
                               States.ACCEPTED, States.REJECTED, States.EXPIRED],
                target=States.SUPERSEDED, permission=as_consequence,
                custom={"label": _("Replace by a newer version"), "offered": False})  # fmt: skip
    def supersede(self, *, by: Any, because: str) -> None:
        """A newer version was handed in; reviews already certified keep this one."""

    @transition(state, source=[States.SUBMITTED, States.RESUBMITTED, States.QUERIED,
                               States.ACCEPTED], target=States.EXPIRED, permission=by_clock,
                conditions=[out_of_date],
                custom={"label": _("Let it expire"), "offered": False})  # fmt: skip
    def expire(self, *, by: Any, because: str) -> None:
        """Its valid-until date is over."""


class ItemEvidence(models.Model):
    """A version of evidence shown for a criterion of a review; what came after the certification
    shows by its date."""

    item = models.ForeignKey("gating.ReviewItem", models.PROTECT, related_name="links")
    evidence = models.ForeignKey(Evidence, models.PROTECT, related_name="links")
    by = models.ForeignKey("core.User", models.PROTECT, related_name="+")
    at = models.DateTimeField(_("shown since"))
    reused = models.BooleanField(_("carried over from an earlier review"), default=False)
    partly = models.BooleanField(_("shows only a part of it"), default=False)
    origin = models.ForeignKey(
        "gating.ReviewItem", models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("shown first for"),
    )  # fmt: skip
    equivalence = models.ForeignKey(
        "gating.Equivalence", models.PROTECT, null=True, blank=True, related_name="links",
        verbose_name=_("by the crosswalk"),
    )  # fmt: skip

    class Meta:
        ordering = ["pk"]
        verbose_name = _("evidence of a criterion")
        verbose_name_plural = _("evidence of criteria")
        constraints = [
            models.UniqueConstraint(fields=["item", "evidence"], name="gating_itemevidence_once")
        ]

    def __str__(self) -> str:
        return f"{self.item} · {self.evidence}"
