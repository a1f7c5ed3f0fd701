"""What the pages of one project share."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.functional import cached_property

from core.steps import allow
from core.views import FormPage, TransitionView
from projects import permissions
from projects.models.project import Project


class ProjectPage(FormPage):
    """A page of one project: 404 for strangers, 403 with its sentence for who may not act."""

    permission: Any = None

    @cached_property
    def project(self) -> Project:
        rows = Project.objects.visible_to(self.request.user).select_related(
            "dossier", "institution", "manager", "owner", "product_owner", "benefits_owner", "tier"
        )
        return get_object_or_404(rows, ref=self.kwargs["ref"])

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.user.is_authenticated:
            self.admit()
        return super().dispatch(request, *args, **kwargs)

    def admit(self) -> None:
        """Find the project, and let pass who may act here."""
        if self.permission is not None:
            allow(type(self).permission, self.project, self.request.user)  # type: ignore[arg-type]
        elif self.project is None:
            raise AssertionError

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {
            **super().get_context_data(**kwargs), "project": self.project,
            "edits": permissions.edits(self.project, self.request.user),
        }  # fmt: skip

    def get_success_url(self) -> str:
        return self.project.get_absolute_url()

    def rows_wanted(self, default: int, most: int) -> int:
        """How many rows the address asks for (`?more=`), within reason."""
        asked = self.request.GET.get("more", "")
        return max(default, min(int(asked), most)) if asked.isdigit() else default

    def go_on_with(self, more: int) -> str:
        """This page again, with room for more."""
        return f"{self.request.path}?more={more}#more"


class FormsetPage(ProjectPage):
    """A page whose rows are a formset: saved as a draft, and opened again with room for more."""

    formset_class: Any = None
    most = 40

    def get_form(self, form_class: Any = None) -> Any:
        options = {"form_kwargs": self.row_options(), "prefix": "rows", "auto_id": "id_%s"}
        if self.request.method == "POST":
            return self.formset_class(self.request.POST, **options)
        rows = self.written()
        self.formset_class.extra = max(self.rows_wanted(0, self.most) - len(rows), 2)
        return self.formset_class(initial=rows, **options)

    def row_options(self) -> dict[str, Any]:
        return {}

    def written(self) -> list[dict[str, Any]]:
        """What is saved so far, a dictionary a row."""
        raise NotImplementedError

    def form_invalid(self, form: Any) -> HttpResponse:
        context = self.get_context_data(form=form)
        return self.render_to_response(context, status=422)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found = super().get_context_data(**kwargs)
        return {**found, "formset": found["form"]}


class ProjectStepView(TransitionView):
    """Confirm and take one step of a project, with what matters for it on the page."""

    model = Project
    template_name = "projects/project_step.html"
