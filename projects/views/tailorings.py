"""Pages of proposals to ask less of a project: a lower tier, or two gates in one review."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from core.models import Event
from core.steps import allow
from core.telling import told
from core.views import DetailPage, TransitionView
from projects import permissions, tailorings
from projects.forms_tiers import TailoringForm
from projects.models import Tailoring
from projects.views.pages import ProjectPage


class TailoringCreateView(ProjectPage):
    """Propose to ask less of a project."""

    template_name = "projects/tailoring_form.html"
    form_class = TailoringForm

    def admit(self) -> None:
        row = Tailoring(project=self.project)
        allow(permissions.proposes_tailoring, row, self.request.user)  # type: ignore[arg-type]

    def act(self, form: TailoringForm) -> HttpResponse:
        row = tailorings.propose(self.project, by=self.request.user, **form.values())  # type: ignore[arg-type]
        messages.success(self.request, _("Proposed. A board decides it by motion."))
        return HttpResponseRedirect(row.get_absolute_url())


class TailoringDetailView(DetailPage):
    """A proposal, and what became of it."""

    model = Tailoring
    template_name = "projects/tailoring_detail.html"

    def get_queryset(self) -> Any:
        return super().get_queryset().select_related("proposed_by", "tier", "project__tier")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        events = Event.objects.filter(
            target_label="projects.tailoring", target_id=self.object.pk
        ).select_related("actor", "on_behalf_of")
        return super().get_context_data(
            events=told(events.order_by("-number")), project=self.object.project, **kwargs
        )


class TailoringStepView(TransitionView):
    """Confirm and take one step of a proposal."""

    model = Tailoring
