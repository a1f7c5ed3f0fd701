"""Doing one thing to many rows: choose, see what would happen to each, confirm, see what did."""

import secrets
from dataclasses import asdict
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import View

from core.people_forms import active_people
from oversight import bulk

KEPT = 5
"""So many results stay in the session, for a second click."""


class GivenForm(forms.Form):
    """What an act needs to be told besides its rows."""

    instead_of = forms.ModelChoiceField(
        active_people(), label=gettext_lazy("Assessor to be replaced"), required=False
    )
    person = forms.ModelChoiceField(active_people(), label=gettext_lazy("Person"), required=False)
    because = forms.CharField(
        label=gettext_lazy("Reason"), max_length=4000, required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip

    def __init__(self, *args: Any, act: bulk.Act | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("instead_of", "person", "because"):
            asked = act is not None and name in act.asks
            if name != "because" and not asked:
                del self.fields[name]
            elif asked:
                self.fields[name].required = True

    def given(self) -> bulk.Given:
        return bulk.Given(**self.cleaned_data)


class BulkView(View):
    """One page for every list: GET chooses, POST previews, and POST with `confirmed` does."""

    def get(self, request: HttpRequest, name: str) -> HttpResponse:
        return self._choose(request, self._rows(name), set())

    def post(self, request: HttpRequest, name: str) -> HttpResponse:
        rows = self._rows(name)
        act = rows.act(request.POST.get("act", ""))
        keys = {int(key) for key in request.POST.getlist("row") if key.isdigit()}
        chosen = list(rows.visible_to(request.user).filter(pk__in=keys)[: bulk.MOST + 1])  # type: ignore[arg-type]
        if error := _not_chosen(act, chosen):
            return self._choose(request, rows, keys, error)
        form = GivenForm(request.POST if "given" in request.POST else None, act=act)
        context = {"rows": rows, "act": act, "keys": sorted(keys), "form": form}
        asks = act is not None and act.asks
        if (asks and not form.is_bound) or (form.is_bound and not form.is_valid()):
            return render(request, "oversight/bulk_given.html",
                          {**context, "chosen": [bulk.title_of(row) for row in chosen]},
                          status=422 if form.is_bound else 200)  # fmt: skip
        given = form.given() if form.is_bound else bulk.Given()
        if "confirmed" in request.POST:
            return self._do(request, {**context, "chosen": chosen, "given": given})
        found = bulk.tried(act, chosen, request.user, given)  # type: ignore[arg-type]
        return render(request, "oversight/bulk_preview.html", {
            **context, "will": [row for row in found if not row.reasons],
            "refused": [row for row in found if row.reasons], "once": secrets.token_urlsafe(12),
        })  # fmt: skip

    def _rows(self, name: str) -> bulk.Rows:
        if name not in bulk.LISTS:
            raise Http404
        return bulk.LISTS[name]

    def _choose(
        self, request: HttpRequest, rows: bulk.Rows, keys: set[int], error: str = ""
    ) -> HttpResponse:
        found = rows.visible_to(request.user)  # type: ignore[arg-type]
        page = Paginator(found, bulk.MOST).get_page(request.GET.get("page"))
        lines = [(row.pk, bulk.title_of(row), bulk.url_of(row), row.pk in keys) for row in page]
        context = {"rows": rows, "page_obj": page, "lines": lines, "error": error,
                   "wanted": request.POST.get("act", ""), "above": reverse(rows.above)}  # fmt: skip
        return render(request, "oversight/bulk_choose.html", context, status=422 if error else 200)

    def _do(self, request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
        """Do it once: a second click of the same preview shows what the first one did."""
        once = f"bulk:{request.POST.get('once', '')}"
        known = dict(request.session.get("bulk", {}))
        if once not in known:
            made = bulk.done(context["act"], context["chosen"], request.user, context["given"])  # type: ignore[arg-type]
            known[once] = [asdict(row) for row in made]
            request.session["bulk"] = dict(list(known.items())[-KEPT:])
        outcomes = known[once]
        return render(request, "oversight/bulk_done.html", {
            **context, "above": reverse(context["rows"].above),
            "made": [row for row in outcomes if not row["reasons"]],
            "refused": [row for row in outcomes if row["reasons"]],
        })  # fmt: skip


def _not_chosen(act: bulk.Act | None, chosen: list[Any]) -> str:
    if act is None:
        return _("Choose what is to be done.")
    if not chosen:
        return _("Choose at least one row that is still open to you.")
    if len(chosen) > bulk.MOST:
        return _("Choose %(most)s rows at most.") % {"most": bulk.MOST}
    return ""
