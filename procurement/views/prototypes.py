"""Pages of prototypes: what was found, a neutral copy for the panel, and later changes."""

import tempfile
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.generic import View

from core import documents
from core.views import DetailPage, FormPage, ListPage
from procurement import permissions_prototypes as who
from procurement import watching
from procurement.forms_prototypes import VerdictForm
from procurement.models import Competition, LaterChange, Prototype
from procurement.prototypes import fetching, git, neutral, wording

NAMED = ("ranked", "approval", "standstill", "awarded", "contracted")
"""States of a competition in which the panel may learn addresses, for names no longer matter."""


def shown(prototype: Prototype) -> list[dict[str, Any]]:
    """The facts as people read them."""
    return [
        {"label": wording.LABELS.get(fact.code, fact.code), "fact": fact,
         "sentence": wording.sentence(fact.code, fact.result, fact.figures)}
        for fact in prototype.facts_now()
    ]  # fmt: skip


class PrototypeListView(ListPage):
    """The prototypes of a competition that this person may see, by alias."""

    model = Prototype
    template_name = "procurement/prototype_list.html"
    context_object_name = "prototypes"

    def get_queryset(self) -> Any:
        self.competition = get_object_or_404(Competition, ref=self.kwargs["ref"])
        rows = super().get_queryset().filter(bid__competition=self.competition)
        seen = Competition.objects.visible_to(self.request.user)
        if not seen.filter(pk=self.competition.pk).exists():
            raise Http404
        return rows.prefetch_related("later_changes").order_by("bid__alias", "bid__digest")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found = super().get_context_data(competition=self.competition, **kwargs)
        for row in found["prototypes"]:
            row.troubles = [wording.TROUBLE.get(code, code) for code in row.trouble]
            row.undecided = sum(not change.verdict for change in row.later_changes.all())
        return found


class PrototypeDetailView(DetailPage):
    """One prototype: facts with file and line, what is in the way, what changed later."""

    model = Prototype
    template_name = "procurement/prototype_detail.html"
    context_object_name = "prototype"
    slug_field = "pk"
    slug_url_kwarg = "pk"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        prototype, user = self.object, self.request.user
        competition = prototype.bid.competition
        named = who.reads_all(user) or not competition.blind or competition.state in NAMED
        return super().get_context_data(
            competition=competition, facts=shown(prototype), named=named,
            troubles=[wording.TROUBLE.get(code, code) for code in prototype.trouble],
            live_trouble=wording.LIVE.get(prototype.live.get("trouble")),
            changes=prototype.later_changes.select_related("decided_by"),
            may_examine=who.examines(prototype, user), **kwargs,
        )  # fmt: skip


class PrototypeExamineView(LoginRequiredMixin, View):
    """Examine a prototype anew."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        prototype = get_object_or_404(Prototype.objects.visible_to(request.user), pk=pk)
        if prototype.examined_at is None:
            messages.info(request, _("It is being examined already."))
        else:
            watching.examine_again(prototype, by=request.user)
            messages.success(request, _("It is examined anew; the page shows it when it is done."))
        return redirect(prototype.get_absolute_url())


class NeutralCopyView(LoginRequiredMixin, View):
    """The files of the prototype without names of authors, as a ZIP."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        prototype = get_object_or_404(Prototype.objects.visible_to(request.user), pk=pk)
        document = prototype.bid.bundle
        if document is None or not prototype.facts_now().exists():
            raise Http404
        with git.store() as store, tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "prototype.bundle"
            if not documents.copy(document, path):
                raise Http404
            try:
                fetching.from_bundle(store, path)
                content = neutral.copy(store, prototype.commit)
            except git.GitFailed:
                raise Http404 from None
        response = HttpResponse(content, content_type="application/zip")
        name = f"{prototype.bid.alias or prototype.pk}.zip".replace('"', "")
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        response["X-Content-Type-Options"] = "nosniff"
        return response


class LaterChangeDecideView(FormPage):
    """Say whether a change after the deadline matters."""

    form_class = VerdictForm
    template_name = "procurement/laterchange_decide.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not request.user.is_authenticated:
            return self.handle_no_permission()
        rows = LaterChange.objects.visible_to(request.user)
        rows = rows.select_related("prototype__bid__competition__dossier")
        self.change = get_object_or_404(rows, pk=kwargs["pk"])
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            change=self.change, competition=self.change.prototype.bid.competition, **kwargs
        )

    def act(self, form: VerdictForm) -> HttpResponse:
        watching.decide(self.change, form.cleaned_data["verdict"], form.cleaned_data["reason"],
                        by=self.request.user)  # fmt: skip
        messages.success(self.request, _("The decision is recorded."))
        return redirect(self.change.get_absolute_url())
