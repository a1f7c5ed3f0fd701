"""The forecast report of a period: its states, and its steps from draft to frozen."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core import clock, guards
from core.machines import Machine, State, transition
from core.models import User
from core.refusals import requires
from core.waits import Wait, turn
from projects import permissions_reports as permissions
from projects.models import forecast, outlook
from projects.models.reporting import ForecastVersion
from projects.permissions import oversees

FREEZE_DAYS = 5
"""Working days after the review until which the reviewer may take it back."""
OPEN = ("draft", "prepared", "returned")
"""States of a report for which the owner does not answer yet."""
OVER = ("closed", "stopped", "withdrawn")


def _edit_page(report: Any) -> str:
    return reverse("projects:report_edit", kwargs={"pk": report.pk})


@requires(_("The project goes on."))
def project_goes_on(report: Any) -> bool:
    return report.project.stage not in OVER


@requires(_("The report is complete."), who=_("project manager"), where=_edit_page)
def content_whole(report: Any) -> list[str]:
    """A sentence for each thing that the draft still lacks."""
    return forecast.lacks(report.version)


@requires(_("The day on which the report was due is over."))
def due_day_over(report: Any) -> bool:
    return bool(report.due_at <= clock.now()) and report.overdue_at is None


@requires(_("The days in which the reviewer may take the review back are over."))
def freeze_day_over(report: Any) -> bool:
    return report.freeze_at is not None and report.freeze_at <= clock.now()


@requires(_("A report is dropped only when its project is over."))
def project_over(report: Any) -> bool:
    return report.project.stage in OVER


@requires(_("The secretariat has set a light since; it returns the report, or reviews it."))
def nobody_acted_since(report: Any) -> bool:
    return not report.light_settings.filter(at__gte=report.certified_at).exists()


class ForecastReportQuerySet(models.QuerySet):
    """Reports, and who sees them: who sees the project."""

    def visible_to(self, user: Any) -> "ForecastReportQuerySet":
        if oversees(user):
            return self
        projects: Any = apps.get_model("projects", "Project")
        return self.filter(project__in=projects.objects.visible_to(user).order_by().values("pk"))

    def uncertified(self) -> "ForecastReportQuerySet":
        """Those for which no owner answers yet."""
        return self.filter(state__in=OPEN)


@guards.kept
class ForecastReport(Machine):
    """What is expected of a project at the end of a period: cost, end, benefits, risks.

    The clock asks for it when the period is over; `due_on` is stored then and no later holiday
    moves it. The manager writes it, the owner certifies it, the secretariat reviews it.
    """

    class States(models.TextChoices):
        DRAFT = "draft", _("draft")
        PREPARED = "prepared", pgettext_lazy("report", "prepared, to be certified")
        CERTIFIED = "certified", pgettext_lazy("report", "certified")
        REVIEWED = "reviewed", pgettext_lazy("report", "reviewed")
        FROZEN = "frozen", pgettext_lazy("report", "frozen")
        RETURNED = "returned", pgettext_lazy("report", "returned")
        DROPPED = "dropped", pgettext_lazy("report", "no longer needed")

    project = models.ForeignKey("projects.Project", models.PROTECT, related_name="forecast_reports")
    period_from = models.DateField(_("period from"))
    period_to = models.DateField(_("period to"))
    due_on = models.DateField(_("due"))
    state = State(States, default=States.DRAFT)
    author = models.ForeignKey("core.User", models.PROTECT, null=True, related_name="+")
    prepared_at = models.DateTimeField(_("prepared"), null=True)
    certified_by = models.ForeignKey("core.User", models.PROTECT, null=True, related_name="+")
    certified_at = models.DateTimeField(_("certified"), null=True)
    reviewed_by = models.ForeignKey("core.User", models.PROTECT, null=True, related_name="+")
    reviewed_at = models.DateTimeField(_("reviewed"), null=True)
    freeze_on = models.DateField(_("frozen after"), null=True)
    return_reason = models.TextField(_("why it was returned"), blank=True)
    overdue_at = models.DateTimeField(_("told as overdue"), null=True)

    objects = ForecastReportQuerySet.as_manager()
    step_related = ("project", "project__dossier", "project__institution", "project__tier")
    step_url_name = "projects:report_step"
    wait_labels = {
        "name_manager": _("Name a manager: a forecast report is due"),
        "remind": _("Reminder of a forecast report"),
        "set_light": _("A light was set"),
        "write": _("Forecast written"),
    }

    class Meta:
        ordering = ["-period_to", "-pk"]
        verbose_name = _("forecast report")
        verbose_name_plural = _("forecast reports")
        constraints = [
            models.UniqueConstraint(
                fields=["project", "period_to"], name="projects_forecastreport_once"
            ),
            models.CheckConstraint(
                condition=Q(period_to__gte=models.F("period_from")),
                name="projects_forecastreport_period",
            ),
        ]
        indexes = [models.Index(fields=["state", "due_on"])]

    def __str__(self) -> str:
        return f"{self.project.ref} · {self.period_from} – {self.period_to}"

    @property
    def dossier(self) -> Any:
        return self.project.dossier

    @property
    def version(self) -> ForecastVersion:
        """The newest version: the draft, or what was certified last."""
        return self.versions.order_by("number").last()  # type: ignore[return-value]

    @property
    def certified_version(self) -> ForecastVersion:
        """The newest version that the owner certified; the draft where there is none yet."""
        sealed = self.versions.filter(sealed_at__isnull=False).order_by("number").last()
        return sealed or self.version

    @property
    def due_at(self) -> datetime:
        """24:00 of the day on which it is due, where the institution is."""
        return clock.end_of(self.due_on, self.project.institution)

    @property
    def freeze_at(self) -> datetime | None:
        """24:00 of the last day on which the reviewer may take the review back."""
        return clock.end_of(self.freeze_on, self.project.institution) if self.freeze_on else None

    @property
    def overdue(self) -> bool:
        """Whether its day is over and the owner has not certified it."""
        return self.state in OPEN and self.due_at <= clock.now()

    @property
    def writable(self) -> bool:
        """Whether the manager may write on it now."""
        return self.state in ("draft", "returned")

    def title_for_people(self) -> str:
        return str(self)

    def get_absolute_url(self) -> str:
        return reverse("projects:report_detail", kwargs={"pk": self.pk})

    def turns(self) -> Iterable[Wait]:
        project = self.project
        if self.state in ("draft", "returned"):
            if project.manager_id:
                yield turn("prepare", f"user:{project.manager_id}:manager", self.due_at,
                           url=_edit_page(self))  # fmt: skip
            elif project.owner_id:
                address = reverse("projects:project_edit", kwargs={"ref": project.ref})
                yield turn("name_manager", f"user:{project.owner_id}:owner", self.due_at,
                           url=address)  # fmt: skip
        elif self.state == self.States.PREPARED and project.owner_id:
            yield turn("certify", f"user:{project.owner_id}:owner", self.due_at,
                       not_for=self.author_id)  # fmt: skip
        elif self.state == self.States.CERTIFIED:
            yield turn("review", "role:secretariat", not_for=self.certified_by_id)

    def write_on(self) -> None:
        """Go on with a new version after one was sealed: what was certified stays as it was."""
        if self.version.sealed_at is not None:
            self.version.copy().save(force_insert=True)

    @transition("state", source=[States.DRAFT, States.RETURNED], target=States.PREPARED,
                permission=permissions.manages_report,
                conditions=[project_goes_on, content_whole],
                custom={"label": _("Hand the report to the owner"), "offered": True,
                        "note": _("The certifying owner is asked to certify it. You may take it "
                                  "back until then.")})  # fmt: skip
    def prepare(self, *, by: User, because: str) -> None:
        """The manager says that the forecast is complete; figures and lights are computed anew."""
        self.author, self.prepared_at = by, clock.now()
        forecast.compute(self, self.version)

    @transition("state", source=States.PREPARED, target=States.DRAFT,
                permission=permissions.wrote_report,
                custom={"label": _("Take the report back"), "offered": True})  # fmt: skip
    def take_back(self, *, by: User, because: str) -> None:
        """Whoever handed it over takes it back; nobody else has acted on it."""

    @transition("state", source=States.PREPARED, target=States.RETURNED,
                permission=permissions.certifies_report,
                custom={"label": _("Give the report back to the manager"), "offered": True,
                        "reason": True})  # fmt: skip
    def give_back(self, *, by: User, because: str) -> None:
        """The owner does not answer for it as it is."""
        self.return_reason = because

    @transition("state", source=States.PREPARED, target=States.CERTIFIED,
                permission=permissions.certifies_report,
                conditions=[project_goes_on, content_whole],
                custom={"label": _("Certify the forecast"), "offered": True,
                        "note": _("You answer for what it says. This version is sealed and never "
                                  "changes again.")})  # fmt: skip
    def certify(self, *, by: User, because: str) -> None:
        """The owner certifies: the version is sealed, and the lights of the project follow."""
        self.certified_by, self.certified_at = by, clock.now()
        forecast.seal(self.version, by=by)
        self.return_reason = ""
        outlook.refresh(self.project, gained=self)

    @transition("state", source=States.CERTIFIED, target=States.PREPARED,
                permission=permissions.certified_report, conditions=[nobody_acted_since],
                custom={"label": _("Take the certification back"), "offered": True})  # fmt: skip
    def take_back_certification(self, *, by: User, because: str) -> None:
        """The owner thinks better of it; what was certified stays as a version."""
        self.write_on()
        outlook.refresh(self.project, lost=self)

    @transition("state", source=States.CERTIFIED, target=States.RETURNED,
                permission=permissions.reviews_report,
                custom={"label": _("Return the report"), "offered": True,
                        "reason": True})  # fmt: skip
    def return_report(self, *, by: User, because: str) -> None:
        """The secretariat does not accept it; the manager writes a new version."""
        self.return_reason = because
        self.write_on()
        outlook.refresh(self.project, lost=self)

    @transition("state", source=States.CERTIFIED, target=States.REVIEWED,
                permission=permissions.reviews_report,
                custom={"label": _("Mark the report as reviewed"), "offered": True,
                        "note": _("You may take it back for five working days; then it is "
                                  "frozen.")})  # fmt: skip
    def review(self, *, by: User, because: str) -> None:
        """The secretariat has read it; after some days it is frozen."""
        where = self.project.institution
        self.reviewed_by, self.reviewed_at = by, clock.now()
        self.freeze_on = clock.working_days_after(clock.today(where), FREEZE_DAYS, where)

    @transition("state", source=States.REVIEWED, target=States.CERTIFIED,
                permission=permissions.reviewed_report,
                custom={"label": _("Take the review back"), "offered": True})  # fmt: skip
    def take_back_review(self, *, by: User, because: str) -> None:
        """The reviewer looks at it again."""
        self.reviewed_by = self.reviewed_at = self.freeze_on = None

    @transition("state", source=States.REVIEWED, target=States.FROZEN,
                permission=permissions.by_clock, conditions=[freeze_day_over],
                custom={"label": _("Freeze the report"), "offered": False})  # fmt: skip
    def freeze(self, *, by: User, because: str) -> None:
        """Nothing moves it any more."""

    @transition("state", source=States.RETURNED, target=States.RETURNED,
                permission=permissions.by_clock, conditions=[due_day_over],
                custom={"label": _("Tell that the report is overdue"), "offered": False}
    )  # fmt: skip
    @transition("state", source=States.PREPARED, target=States.PREPARED,
                permission=permissions.by_clock, conditions=[due_day_over],
                custom={"label": _("Tell that the report is overdue"), "offered": False}
    )  # fmt: skip
    @transition("state", source=States.DRAFT, target=States.DRAFT,
                permission=permissions.by_clock, conditions=[due_day_over],
                custom={"label": _("Tell that the report is overdue"), "offered": False}
    )  # fmt: skip
    def fall_overdue(self, *, by: User, because: str) -> None:
        """Its day is over: whoever answers for the project, and the secretariat, are told once."""
        self.overdue_at = clock.now()

    @transition("state", source=[States.DRAFT, States.PREPARED, States.RETURNED],
                target=States.DROPPED, permission=permissions.by_clock, conditions=[project_over],
                custom={"label": _("Drop the report"), "offered": False})  # fmt: skip
    def drop(self, *, by: User, because: str) -> None:
        """The project is over; nobody needs a forecast any more."""
