"""Pages of competitions for officers, the panel, the project's people and oversight."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from core import clock
from core.models import Event
from core.steps import allow, blockers, step
from core.telling import told
from core.views import DetailPage, FormPage, ListPage, TransitionView
from procurement import (
    content,
    drafting,
    drafting_hints,
    page_parts,
    seeing_evaluation,
    showing,
)
from procurement import permissions_competitions as who
from procurement.forms_competitions import BeginForm, RerunForm
from procurement.forms_part_rows import TITLES
from procurement.models import Competition, CompetitionState
from projects.models import Project
from vendors.models import Lot

RELATED = ("project__institution", "project__tier", "project__dossier", "lot__framework", "dossier",
           "author", "publisher", "rerun_of", "opening_first", "approver")  # fmt: skip
QUIET = ("procurement.question.create",)
"""Acts that the page does not show: who asked is nobody's to know before the award."""


class CompetitionListView(ListPage):
    """The competitions that a person sees, the newest first."""

    model = Competition
    template_name = "procurement/competition_list.html"
    context_object_name = "competitions"

    def get_queryset(self) -> Any:
        rows = super().get_queryset().select_related("author")
        state = self.request.GET.get("state", "")
        return rows.filter(state=state) if state in CompetitionState.values else rows

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            states=CompetitionState.choices, state=self.request.GET.get("state", ""),
            drafts=who.is_officer(None, self.request.user), **kwargs,
        )  # fmt: skip


class CompetitionDetailView(DetailPage):
    """One competition: its phase, its people, what it says, what comes next.

    Whoever does not see it from inside is led to its public page, if it has one.
    """

    model = Competition
    template_name = "procurement/competition_detail.html"
    context_object_name = "competition"

    def get_queryset(self) -> Any:
        return super().get_queryset().select_related(*RELATED)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().get(request, *args, **kwargs)
        except Http404:
            found = Competition.objects.public().filter(ref=kwargs["ref"]).first()
            if found is None:
                raise
            return redirect(found.get_public_url())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        row, user, now = self.object, self.request.user, clock.now()
        said = content.read(row)
        drafted = row.state == CompetitionState.DRAFT
        events = row.dossier.events.exclude(verb__in=QUIET).order_by("-number")
        events = seeing_evaluation.without_names(events, row, user)
        return super().get_context_data(
            said=showing.shown(said, row), phase=row.phase(now), now=now,
            deadline=row.deadline(now), parts=TITLES.items(),
            edits=drafted and who.authors(row, user),
            hints=drafting_hints.hints(said) if drafted else [],
            panel=row.panel.select_related("user"), questions=row.questions.all(),
            answers=who.acts_as_officer(row, user),
            addenda=row.addenda.select_related("drafted_by"), versions=row.versions.all(),
            acts=[*own_acts(row, user, now), *page_parts.acts(row, user)],
            sections=page_parts.sections(row, user),
            sees_project=Project.objects.visible_to(user).filter(pk=row.project_id).exists(),
            events=told(events.select_related("actor", "on_behalf_of")[:100]), **kwargs,
        )  # fmt: skip


def own_acts(row: Competition, user: Any, now: Any) -> list[tuple[str, str]]:
    """What a person may do with a competition beside its steps."""
    found = []
    if row.is_public:
        found.append((_("Public page"), row.get_public_url()))
    if not who.acts_as_officer(row, user):
        return found
    if row.state in (CompetitionState.DRAFT, CompetitionState.IN_REVIEW):
        found.append((_("What still speaks against publishing"), address("review", row)))
    found.append((_("Panel"), address("panel", row)))
    if row.takes_bids(now):
        found.append((_("Addendum"), address("addendum_begin", row)))
    if row.state in drafting.RERUN_FROM:
        found.append((_("Run it again"), address("rerun", row)))
    return found


def address(name: str, row: Competition) -> str:
    """The address of a page about a competition."""
    return f"{row.get_absolute_url()}{name.replace('_', '/')}/"


class CompetitionStepView(TransitionView):
    """Confirm a step of a competition."""

    model = Competition


class OfCompetition:
    """A page about one competition that this person sees; `may` says who passes."""

    may: Any = None
    request: Any
    kwargs: dict[str, Any]

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        if request.user.is_authenticated and self.may is not None:
            allow(type(self).may, self.competition, request.user)
        return super().dispatch(request, *args, **kwargs)  # type: ignore[misc]

    @cached_property
    def competition(self) -> Competition:
        rows = Competition.objects.visible_to(self.request.user).select_related(*RELATED)
        return get_object_or_404(rows, ref=self.kwargs["ref"])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(competition=self.competition, **kwargs)  # type: ignore[misc]


class CompetitionBeginView(FormPage):
    """Begin a draft from a template."""

    template_name = "procurement/competition_begin.html"
    form_class = BeginForm

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.user.is_authenticated:
            allow(who.is_officer, None, request.user)
        return super().dispatch(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        lots = Lot.objects.visible_to(self.request.user)
        return super().get_form_kwargs() | {"lots": lots.exclude(framework__state="draft")}

    def get_initial(self) -> dict[str, Any]:
        return {"project": self.request.GET.get("project", ""), "template": "18f-full-stack"}

    def act(self, form: BeginForm) -> HttpResponse:
        said = form.cleaned_data
        row = drafting.begin(said["template"], said["project"], said["lot"], said["title"],
                             by=self.request.user)  # fmt: skip
        messages.success(self.request, _("The draft is begun. Go through its parts, then name the "
                                         "panel."))  # fmt: skip
        return redirect(row.get_absolute_url())


class CompetitionRerunView(OfCompetition, FormPage):
    """Begin a draft as a copy of a competition that ended without an award."""

    may = staticmethod(who.is_officer)
    template_name = "procurement/competition_rerun.html"
    form_class = RerunForm

    def act(self, form: RerunForm) -> HttpResponse:
        row = drafting.run_again(self.competition, by=self.request.user,
                                 because=form.cleaned_data["because"])  # fmt: skip
        messages.success(self.request, _("The copy is a draft. Set its dates and its panel."))
        return redirect(row.get_absolute_url())


class CompetitionReviewView(OfCompetition, TemplateView):
    """What still speaks against publishing: every guard, met or not, and warnings."""

    may = staticmethod(who.is_officer)
    template_name = "procurement/competition_review.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        row, said = self.competition, content.read(self.competition)
        guards = drafting.guards_of_publication(row)
        return super().get_context_data(
            guards=guards, open=sum(bool(reasons) for _label, reasons in guards),
            hints=drafting_hints.hints(said), words=drafting_hints.words(said),
            rules_hash=content.digest(content.rules_of(said)),
            blocked=blockers(row, found) if (found := step(row, "publish")) else [], **kwargs,
        )  # fmt: skip


def events_of(row: Any) -> list[Event]:
    """The newest acts on a row of a competition's case, in words."""
    events = Event.objects.filter(target_label=row._meta.label_lower, target_id=row.pk)
    return told(events.select_related("actor", "on_behalf_of").order_by("-number")[:100])
