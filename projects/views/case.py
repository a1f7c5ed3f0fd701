"""Pages of team, benefits and business case."""

from typing import Any

from django.contrib import messages
from django.forms import formset_factory
from django.http import HttpResponse, HttpResponseRedirect
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from projects import cases, entries, permissions, wordings
from projects.forms import BenefitForm, TeamRoleForm
from projects.forms_case import (
    MOST_OPTIONS,
    CaseForm,
    OptionForm,
    horizon,
    written,
)
from projects.views.pages import FormsetPage, ProjectPage

Rows = list[dict[str, Any]]


class ReadOrEdit(FormsetPage):
    """Anybody who sees the project reads; its editors write, until it is closed to them."""

    def closed(self) -> list[str]:
        """Why nothing may be edited now, a sentence each."""
        return []

    def may_edit(self) -> bool:
        user, over = self.request.user, not entries.editable(self.project)
        return permissions.edits(self.project, user) and not over and not self.closed()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), "writes": self.may_edit(),
                "closed": self.closed()}  # fmt: skip

    def saved(self, text: str, rows: int) -> HttpResponse:
        """Say that it is saved, and go back to the project, or on with one more row."""
        messages.success(self.request, text)
        if self.request.POST.get("act") == "more":
            return HttpResponseRedirect(self.go_on_with(rows + 2))
        return HttpResponseRedirect(self.request.path)


class TeamView(ReadOrEdit):
    """Who fills which role of the team."""

    template_name = "projects/project_team.html"
    formset_class = formset_factory(TeamRoleForm, extra=2, max_num=60)

    def written(self) -> Rows:
        team = self.project.team.select_related("person")
        return [{"role": one.role, "person": one.person, "name": one.name} for one in team]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        gaps = [gap for gap in self.project.lacks() if gap.page == "projects:project_team"]
        return {**super().get_context_data(**kwargs), "lacks": gaps,
                "team": self.project.team.select_related("person")}  # fmt: skip

    def act(self, form: Any) -> HttpResponse:
        rows = [row for row in form.cleaned_data if row.get("role")]
        cases.save_team(self.project, rows, by=self.request.user)
        return self.saved(_("The team is saved."), len(rows))


class BenefitsView(ReadOrEdit):
    """What gets better: financial and social."""

    template_name = "projects/project_benefits.html"
    formset_class = formset_factory(BenefitForm, extra=2, max_num=60)

    def closed(self) -> list[str]:
        return cases.benefits_closed(self.project)

    def written(self) -> Rows:
        rows = self.project.benefits.select_related("owner")
        return [{name: getattr(row, name) for name in cases.BENEFIT} for row in rows]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs),
                "benefits": self.project.benefits.select_related("owner")}  # fmt: skip

    def act(self, form: Any) -> HttpResponse:
        rows = [row for row in form.cleaned_data if row.get("title")]
        cases.save_benefits(self.project, rows, by=self.request.user)
        return self.saved(_("The benefits are saved."), len(rows))


class CaseView(ProjectPage):
    """The business case: five texts, options by year, what each is worth."""

    template_name = "projects/project_case.html"

    def get_form(self, form_class: Any = None) -> CaseForm:
        case = cases.case_of(self.project)
        if "template" in self.request.GET:
            case = wordings.begin(case, get_language() or "es")
        return CaseForm(self.request.POST or None, case=case)

    def option_rows(self) -> Any:
        """The options as a formset over the years of the horizon."""
        case = cases.case_of(self.project)
        saved = list(case.options.prefetch_related("years")) if case.pk else []
        rows = [written(option, self.project.currency) for option in saved]
        years = horizon(case, saved, self._years_wanted())
        wanted = max(self.rows_wanted(0, MOST_OPTIONS), len(rows), 2 if not rows else 0)
        factory = formset_factory(OptionForm, extra=wanted - len(rows), max_num=MOST_OPTIONS)
        return factory(
            self.request.POST or None, initial=rows, prefix="options",
            form_kwargs={"currency": self.project.currency or "MXN", "years": years},
        )  # fmt: skip

    def _years_wanted(self) -> int:
        asked = self.request.GET.get("years", "") or self.request.POST.get("years", "")
        return int(asked) if asked.isdigit() else 5

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found = super().get_context_data(**kwargs)
        case, closed = cases.case_of(self.project), cases.case_closed(self.project)
        options = kwargs.get("options") or self.option_rows()
        years = options.form_kwargs["years"]
        return {
            **found, "case": case, "options": options, "closed": closed,
            "years": len(years), "more_years": len(years) + 5, "forms": [options],
            "appraised": cases.appraised(case),
            "writes": found["edits"] and bool(entries.editable(self.project)) and not closed,
        }  # fmt: skip

    def post(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        form, options = self.get_form(), self.option_rows()
        if not all([form.is_valid(), options.is_valid()]):
            return self._again(form, options)
        self.chosen = options
        return self.form_valid(form)

    def form_invalid(self, form: Any) -> HttpResponse:
        return self._again(form, self.chosen)

    def _again(self, form: Any, options: Any) -> HttpResponse:
        return self.render_to_response(
            self.get_context_data(form=form, options=options), status=422
        )

    def act(self, form: Any) -> HttpResponse:
        rows = [row.values() for row in self.chosen.forms if row.cleaned_data]
        cases.save_case(self.project, form.values(), rows, by=self.request.user)
        messages.success(self.request, _("The business case is saved."))
        return HttpResponseRedirect(self._next(len([row for row in rows if row["title"]])))

    def _next(self, rows: int) -> str:
        act, years = self.request.POST.get("act"), self._years_wanted()
        if act == "option":
            return f"{self.request.path}?more={rows + 1}&years={years}#more"
        if act == "years":
            return f"{self.request.path}?years={years + 5}#more"
        return self.request.path
