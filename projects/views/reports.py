"""Pages of forecast reports: of one project, of all, and the rules by which they are asked."""

from collections.abc import Iterator
from typing import Any

import django_filters
from django.contrib import messages
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import clock, money
from core.exports import csv_response, xlsx_response
from core.models import Event
from core.steps import allow
from core.telling import told
from core.views import DetailPage, FormPage, ListPage, TransitionView
from projects import lights, permissions_reports, reports
from projects.forms_reports import ForecastForm, LightForm, RuleForm
from projects.models import outlook
from projects.models.project import Project
from projects.models.report import OPEN, ForecastReport
from projects.models.reporting import ForecastVersion, Kind, Light, LightSetting, ReportingRule


class ReportDetailView(DetailPage):
    """One report: its figures, lights computed and set, versions, and what may be done."""

    model = ForecastReport
    template_name = "projects/report_detail.html"

    def get_object(self, queryset: Any = None) -> ForecastReport:
        rows = self.get_queryset().select_related(
            *ForecastReport.step_related, "author", "certified_by", "reviewed_by"
        )
        return get_object_or_404(rows, pk=self.kwargs["pk"])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        report, user = self.object, self.request.user
        versions = list(report.versions.select_related("sealed_by").order_by("-number"))
        asked = self.request.GET.get("version")
        shown = next((one for one in versions if str(one.number) == asked), versions[0])
        events = Event.objects.filter(target_label=report._meta.label_lower, target_id=report.pk)
        events = events.order_by("-number").select_related("actor", "on_behalf_of")[:50]
        found = reports.lights_of(report, shown)
        return {
            **super().get_context_data(**kwargs), "report": report, "project": report.project,
            "version": shown, "versions": versions, "newest": versions[0], "lights": found,
            "overall": (overall := lights.worst(one.shown for one in found)),
            "overall_label": overall and Light(overall).label, "events": told(events),
            "writes": report.writable and permissions_reports.manages_report(report, user),
            "sets": permissions_reports.sets_light(report, user), "lacks": self._lacks(shown),
        }  # fmt: skip

    def _lacks(self, version: ForecastVersion) -> list[str]:
        return reports.forecast.lacks(version) if self.object.writable else []


class ReportEditView(FormPage):
    """The manager writes the forecast; it may be saved unfinished."""

    form_class = ForecastForm
    template_name = "projects/report_edit.html"

    @cached_property
    def report(self) -> ForecastReport:
        rows = ForecastReport.objects.visible_to(self.request.user)
        return get_object_or_404(
            rows.select_related(*ForecastReport.step_related), pk=self.kwargs["pk"]
        )

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.user.is_authenticated:
            allow(permissions_reports.manages_report, self.report, request.user)
            if not self.report.writable:
                messages.warning(
                    request, _("The report was handed over; take it back to write on it.")
                )
                return HttpResponseRedirect(self.report.get_absolute_url())
        return super().dispatch(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "report": self.report, "version": self.report.version}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), "report": self.report,
                "project": self.report.project, "version": self.report.version}  # fmt: skip

    def act(self, form: Any) -> HttpResponse:
        reports.write(self.report, form.values(), by=self.request.user)
        messages.success(self.request, _("The forecast is saved. Hand it to the owner when it is "
                                         "complete."))  # fmt: skip
        return HttpResponseRedirect(self.report.get_absolute_url())


class LightSetView(FormPage):
    """Set one light beside the computed one."""

    form_class = LightForm
    template_name = "projects/light_set.html"

    @cached_property
    def report(self) -> ForecastReport:
        rows = ForecastReport.objects.visible_to(self.request.user)
        return get_object_or_404(
            rows.select_related(*ForecastReport.step_related), pk=self.kwargs["pk"]
        )

    @cached_property
    def light(self) -> reports.ShownLight:
        found = reports.lights_of(self.report, self.report.version)
        return next(one for one in found if one.kind == self.kwargs["kind"])

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.user.is_authenticated:
            allow(permissions_reports.sets_light, self.report, request.user)
        return super().dispatch(request, *args, **kwargs)

    def get_initial(self) -> dict[str, Any]:
        return {"light": self.light.shown}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), "report": self.report,
                "project": self.report.project, "light": self.light}  # fmt: skip

    def act(self, form: Any) -> HttpResponse:
        reports.set_light(self.report, self.light.kind, form.cleaned_data["light"],
                          by=self.request.user, because=form.cleaned_data["because"])  # fmt: skip
        messages.success(self.request, _("The light is set; the computed one stays beside it."))
        return HttpResponseRedirect(self.report.get_absolute_url())


class ReportStepView(TransitionView):
    """Confirm and take one step of a report, with its figures on the page."""

    model = ForecastReport
    template_name = "projects/report_step.html"


class ProjectReportsView(DetailPage):
    """The reports of one project, the newest first, and when the next one is asked."""

    model = Project
    template_name = "projects/project_reports.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        project = self.object
        kept = getattr(project, "outlook", None)
        rule = reports.rule_for(project, clock.today(project.institution))
        return {
            **super().get_context_data(**kwargs), "outlook": kept, "rule": rule,
            "rows": lines(with_versions(project.forecast_reports.all())),
            "lights": reports.outlook_lights(kept),
        }  # fmt: skip


def with_versions(rows: QuerySet[ForecastReport]) -> QuerySet[ForecastReport]:
    """Reports with what lists show of them, in a constant number of queries."""
    versions = ForecastVersion.objects.order_by("number")
    settings = LightSetting.objects.order_by("pk")
    return rows.select_related("project__institution", "project__manager").prefetch_related(
        Prefetch("versions", versions, to_attr="written"),
        Prefetch("light_settings", settings, to_attr="said"),
    )


def lines(rows: Any) -> list[dict[str, Any]]:
    """Reports as lists show them: the newest version, its variance, the lights that count."""
    found, now = [], clock.now()
    for report in rows:
        version = report.written[-1] if report.written else None
        said = {setting.kind: setting for setting in report.said}
        computed = version.computed if version else {}
        shown = {kind: outlook.shown(computed.get(kind, ""), said.get(kind))
                 for kind in lights.KINDS}  # fmt: skip
        overall = lights.worst(shown.values())
        found.append({"report": report, "version": version, "shown": shown, "overall": overall,
                      "overall_label": dict(Light.choices).get(overall, "–"),
                      "overdue": report.state in OPEN and report.due_at <= now})  # fmt: skip
    return found


class ReportFilter(django_filters.FilterSet):
    """State, institution, overdue."""

    CHOICES = (("yes", gettext_lazy("overdue")), ("no", gettext_lazy("not overdue")))
    state = django_filters.ChoiceFilter(
        choices=ForecastReport.States.choices, label=gettext_lazy("State")
    )
    institution = django_filters.ModelChoiceFilter(
        field_name="project__institution", label=gettext_lazy("Institution"),
        queryset=lambda request: Project._meta.get_field("institution")
        .related_model.objects.all(),  # type: ignore[union-attr]
    )  # fmt: skip
    overdue = django_filters.ChoiceFilter(
        choices=CHOICES, method="late", label=gettext_lazy("Overdue")
    )

    class Meta:
        model = ForecastReport
        fields: list[str] = []

    def late(self, rows: Any, name: str, value: str) -> Any:
        late = reports.overdue(clock.now()).values("pk")
        return rows.filter(pk__in=late) if value == "yes" else rows.exclude(pk__in=late)


class ReportListView(ListPage):
    """All reports that this person may see, the first due first; as CSV and XLSX too."""

    model = ForecastReport
    template_name = "projects/report_list.html"

    def get_queryset(self) -> Any:
        rows = super().get_queryset().order_by("-due_on", "project")
        self.narrowed = ReportFilter(self.request.GET, queryset=rows, request=self.request)
        return with_versions(self.narrowed.qs)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        wanted = request.GET.get("format")
        if wanted in ("csv", "xlsx"):
            respond = csv_response if wanted == "csv" else xlsx_response
            return respond(_("forecast-reports"), header(), cells(self.get_queryset()))
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found = super().get_context_data(**kwargs)
        return {
            **found, "rows": lines(found["object_list"]), "filter": self.narrowed,
            "filtered": bool(self.narrowed.form.changed_data),
            "sets_rules": permissions_reports.sets_reporting(None, self.request.user),
        }  # fmt: skip


def header() -> list[str]:
    """The columns of the exported reports; variance to v0 beside the current one."""
    return [
        _("Reference"), _("Title"), _("Institution"), _("Period from"), _("Period to"), _("Due"),
        _("State"), _("Version"), _("Currency"), _("Forecast cost at completion"), _("Spent"),
        _("Forecast end"), _("Cost, percent against the current baseline"),
        _("Cost, percent against v0"), _("Days against the current baseline"),
        _("Days against v0"), _("Overall light"), *(str(label) for label in Kind.labels),
    ]  # fmt: skip


def cells(rows: Any) -> Iterator[list[Any]]:
    """The exported reports, a row each."""
    words = {"": "", **dict(Light.choices)}
    for line in lines(rows.iterator(500)):
        report, version = line["report"], line["version"]
        project, said = report.project, version.variance if version else {}
        names = ("cost_pct_current", "cost_pct_v0", "days_current", "days_v0")
        yield [
            project.ref, project.title, project.institution, report.period_from.isoformat(),
            report.period_to.isoformat(), report.due_on.isoformat(), report.get_state_display(),
            version and version.number, project.currency,
            version and money.plain(version.cost, project.currency),
            version and money.plain(version.spent, project.currency),
            version and version.ends_on and version.ends_on.isoformat(),
            *(said.get(name) for name in names), words[line["overall"]],
            *(words[line["shown"][kind]] for kind in lights.KINDS),
        ]  # fmt: skip


class ReportingRulesView(FormPage):
    """How often which projects report, from which day; a form for a new rule."""

    form_class = RuleForm
    template_name = "projects/reporting_rules.html"

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "initial": {"starts_on": clock.local_day()}}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = ReportingRule.objects.select_related("institution", "tier", "set_by")
        return {
            **super().get_context_data(**kwargs), "rules": rows[:200],
            "default": ReportingRule(starts_on=clock.local_day()),
            "sets_rules": permissions_reports.sets_reporting(None, self.request.user),
        }  # fmt: skip

    def act(self, form: Any) -> HttpResponse:
        reports.set_rule(form.values(), by=self.request.user)
        messages.success(self.request, _("The rule is set. What was asked before stays as it is."))
        return HttpResponseRedirect(self.request.path)
