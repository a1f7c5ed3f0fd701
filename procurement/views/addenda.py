"""Pages of addenda: drafted part by part, compared, explained, published by a second officer."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from core import clock
from core.steps import allow
from core.views import FormPage, TransitionView
from procurement import addenda, content, material
from procurement import permissions_competitions as who
from procurement.forms_competitions import ExplainForm
from procurement.forms_part_rows import TITLES
from procurement.models import Addendum, AddendumState, Competition
from procurement.views.competitions import RELATED, OfCompetition, events_of
from procurement.views.drafts import PartPage

WORDS = {True: "yes", False: "no", None: ""}


class AddendumBeginView(OfCompetition, FormPage):
    """Begin an addendum; where one is drafted already, go on with it."""

    may = staticmethod(who.acts_as_officer)
    template_name = "procurement/addendum_begin.html"
    form_class = forms.Form

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        drafted = self.competition.addenda.filter(state=AddendumState.DRAFTED).first()
        if drafted is not None:
            return redirect(drafted.get_absolute_url())
        return super().get(request, *args, **kwargs)

    def act(self, form: Any) -> HttpResponse:
        made = addenda.begin(self.competition, by=self.request.user)
        return redirect(made.get_absolute_url())


class OfAddendum:
    """A page about one addendum of a competition that this person sees from inside."""

    request: Any
    kwargs: dict[str, Any]

    @cached_property
    def addendum(self) -> Addendum:
        related = [f"competition__{name}" for name in RELATED]
        rows = Addendum.objects.select_related("drafted_by", "published_by", *related)
        found = get_object_or_404(rows, pk=self.kwargs["pk"])
        seen = Competition.objects.visible_to(self.request.user)
        if not seen.filter(pk=found.competition_id).exists():
            raise Http404
        return found

    @property
    def competition(self) -> Competition:
        return self.addendum.competition

    @property
    def writes(self) -> bool:
        """Whether this person drafts it, and it is a draft."""
        drafted = self.addendum.state == AddendumState.DRAFTED
        return drafted and who.drafts_addendum(self.addendum, self.request.user)


class AddendumDetailView(OfAddendum, FormPage):
    """An addendum: what it changes side by side, what the detector found, what comes next.

    Whoever sees it from outside only is led to its public page.
    """

    template_name = "procurement/addendum_detail.html"
    form_class = ExplainForm

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().get(request, *args, **kwargs)
        except Http404:
            rows = Addendum.objects.filter(state=AddendumState.PUBLISHED)
            found = rows.select_related("competition").filter(pk=self.kwargs["pk"]).first()
            if found is None:
                raise
            return redirect(f"{found.competition.get_public_url()}addenda/{found.number}/")

    def get_initial(self) -> dict[str, Any]:
        row = self.addendum
        return {"summary": row.summary, "material": WORDS[row.material], "answered": row.answered}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        row = self.addendum
        takes = row.competition.takes_bids(clock.now())
        changes = [] if row.state == AddendumState.DISCARDED else addenda.changes(row)
        return super().get_context_data(
            addendum=row, competition=row.competition, changes=changes, takes=takes,
            findings=material.sentences(row.findings), writes=self.writes,
            parts=list(TITLES.items()), events=events_of(row), **kwargs,
        )  # fmt: skip

    def act(self, form: ExplainForm) -> HttpResponse:
        said = form.cleaned_data
        addenda.explain(self.addendum, said["summary"], said["material"], said["answered"],
                        by=self.request.user)  # fmt: skip
        messages.success(self.request, _("Saved. A second officer publishes the addendum."))
        return redirect(self.addendum.get_absolute_url())


class AddendumPartView(OfAddendum, PartPage):
    """The officer who drafts an addendum edits one part of it."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.user.is_authenticated:
            allow(who.drafts_addendum, self.addendum, request.user)
            if self.addendum.state != AddendumState.DRAFTED:
                messages.warning(request, _("This has moved on since you opened the page."))
                return redirect(self.addendum.get_absolute_url())
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def edited(self) -> content.Content:
        return dict(self.addendum.content)

    def save(self, said: content.Content) -> None:
        addenda.edit(self.addendum, said, by=self.request.user)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(competition=self.competition, addendum=self.addendum,
                                        **kwargs)  # fmt: skip

    def get_success_url(self) -> str:
        return self.addendum.get_absolute_url()


class AddendumStepView(TransitionView):
    """Confirm a step of an addendum."""

    model = Addendum
