"""Pages on which a draft, or an addendum, is edited part by part."""

from typing import Any

from django.contrib import messages
from django.forms import formset_factory
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from core.views import FormPage
from procurement import content, drafting, drafting_hints
from procurement import permissions_competitions as who
from procurement.forms_part_rows import ROWS, TITLES
from procurement.forms_parts import FORMS
from procurement.models import Competition, CompetitionState
from procurement.views.competitions import OfCompetition

MOST = 60


class PartPage(FormPage):
    """One part of a content: a form, or rows of forms. What was typed stays when it is refused."""

    template_name = "procurement/part_form.html"

    @property
    def competition(self) -> Competition:
        """The competition that it is about."""
        raise NotImplementedError

    @property
    def edited(self) -> content.Content:
        """The content that is edited."""
        raise NotImplementedError

    def save(self, said: content.Content) -> None:
        """Keep the parts that were typed; may raise Refused."""
        raise NotImplementedError

    @cached_property
    def part(self) -> str:
        name = str(self.kwargs["part"])
        if name not in TITLES:
            raise Http404
        return name

    def get_form(self, form_class: Any = None) -> Any:
        data = self.request.POST if self.request.method == "POST" else None
        if self.part in FORMS:
            return FORMS[self.part](data, competition=self.competition, content=self.edited)
        row, _read, name = ROWS[self.part]
        written = self.edited[name]
        asked = self.request.GET.get("more", "")
        extra = max(int(asked) if asked.isdigit() else 0, 2)
        factory: Any = formset_factory(row, extra=min(extra, 20), max_num=MOST, absolute_max=MOST)
        return factory(data, initial=written, prefix="rows", auto_id="id_%s")

    def act(self, form: Any) -> HttpResponse:
        if self.part in FORMS:
            said = form.said()
        else:
            said = ROWS[self.part][1]([row.cleaned_data for row in form if row.has_changed()
                                       or row.initial])  # fmt: skip
        self.save(said)
        if self.request.POST.get("act") == "more":
            return redirect(f"{self.request.path}?more=4#more")
        messages.success(self.request, _("Saved: %(part)s") % {"part": TITLES[self.part]})
        return redirect(self.get_success_url())

    def form_invalid(self, form: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found = super().get_context_data(
            title=TITLES[self.part], part=self.part, back=self.get_success_url(), **kwargs
        )
        rows = self.part in ROWS
        return {**found, "formset": found["form"] if rows else None, "rows": rows}


class DraftPartView(OfCompetition, PartPage):
    """The author edits one part of a draft."""

    may = staticmethod(who.authors)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.user.is_authenticated and self.competition.state != CompetitionState.DRAFT:
            messages.warning(request, _("This has moved on since you opened the page."))
            return redirect(self.competition.get_absolute_url())
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def edited(self) -> content.Content:
        return content.read(self.competition)

    def save(self, said: content.Content) -> None:
        row = drafting.edit(self.competition, said, by=self.request.user)
        before = set(drafting_hints.hints(self.edited))
        for hint in drafting_hints.hints(content.read(row)):
            if hint not in before:
                messages.warning(self.request, hint)

    def get_success_url(self) -> str:
        return f"{self.competition.get_absolute_url()}#{self.part}"
