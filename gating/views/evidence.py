"""Evidence: added for several criteria at once, renewed, shown, judged, given out."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.functional import cached_property
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.generic import View

from core.documents import serve
from core.models import Document, Event
from core.steps import allow
from core.telling import told
from core.views import DetailPage, FormPage, TransitionView
from gating import evidencing, permissions, wordings
from gating.forms_evidence import FIELDS, AttachForm, EvidenceForm
from gating.models import Evidence, GateReview
from gating.views.reviews import OfReview
from vendors.models import Sprint

RELATED = ("project__institution", "project__dossier", "document__blob", "redacted__blob",
           "signed_by", "added_by", "supersedes")  # fmt: skip


class EvidenceCreateView(OfReview, FormPage):
    """Add evidence to a review: first its kind, then what the kind asks."""

    form_class = EvidenceForm
    may = staticmethod(permissions.adds_evidence)

    @property
    def kind(self) -> str:
        kind = self.request.GET.get("kind", "")
        return kind if kind in FIELDS else ""

    def get_template_names(self) -> list[str]:
        return ["gating/evidence_form.html" if self.kind else "gating/evidence_kind.html"]

    def get_form(self, form_class: Any = None) -> Any:
        return super().get_form(form_class) if self.kind else None

    def post(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        if not self.kind:
            raise Http404
        return super().post(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        items = self.review.items.select_related("criterion")
        initial: dict[str, Any] = {"items": self.request.GET.getlist("item")}
        if "template" in self.request.GET:
            name = "statement" if self.kind == "attestation" else "note"
            language = get_language() or "es"
            initial[name] = wordings.begin_evidence(self.kind, self.review.project, language)
        return {**super().get_form_kwargs(), "kind": self.kind, "project": self.review.project,
                "items": items, "initial": initial}  # fmt: skip

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            **kwargs, kinds=Evidence.Kind.choices, kind=self.kind,
            kind_name=Evidence.Kind(self.kind).label if self.kind else "",
            ticked=self.request.GET.get("item", ""),
        )  # fmt: skip

    def act(self, form: Any) -> HttpResponse:
        found = form.cleaned_data
        evidence = evidencing.add(
            self.review.project, form.values(), found["items"], by=self.request.user,
            hand_in=found["hand_in"],
        )  # fmt: skip
        messages.success(self.request, _("Added: %(evidence)s") % {"evidence": evidence})
        return HttpResponseRedirect(f"{self.review.get_absolute_url()}#criteria")


class OfEvidence:
    """A page about one piece of evidence that this person sees."""

    request: Any
    kwargs: dict[str, Any]

    @cached_property
    def evidence(self) -> Evidence:
        rows = Evidence.objects.visible_to(self.request.user).select_related(*RELATED)
        return get_object_or_404(rows, pk=self.kwargs["pk"])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs, evidence=self.evidence)  # type: ignore[misc]


class EvidenceDetailView(DetailPage):
    """One version of a piece of evidence, its content, its criteria and its history."""

    model = Evidence
    template_name = "gating/evidence_detail.html"
    context_object_name = "evidence"

    def get_queryset(self) -> Any:
        return super().get_queryset().select_related(*RELATED)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        evidence, user = self.object, self.request.user
        reviews = GateReview.objects.visible_to(user)
        links = evidence.links.filter(item__review__in=reviews.order_by().values("pk"))
        events = Event.objects.filter(target_label="gating.evidence", target_id=evidence.pk)
        adds = permissions.adds_evidence(evidence, user)
        shown = sprint_shown(evidence, user) if evidence.sprint_id else {}
        newer = Evidence.objects.visible_to(user).filter(supersedes=evidence).first()
        return super().get_context_data(
            **kwargs, **shown, newer=newer,
            events=told(events.select_related("actor", "on_behalf_of")),
            links=links.select_related("item__criterion__standard", "item__review__gate",
                                       "item__review__project"),
            renews=adds and newer is None and evidence.state not in ("draft", "superseded"),
            edits=adds and evidence.state == "draft",
            attaches=permissions.manages_or_owns(evidence, user),
            keeps=Document.objects.visible_to(user).filter(pk=evidence.document_id).exists(),
        )  # fmt: skip


def sprint_shown(evidence: Any, user: Any) -> dict[str, Any]:
    """What a page shows of the sprint behind a piece of evidence, and whether it may be opened."""
    sprint = Sprint.objects.select_related("order__vendor", "confirmed_by", "proposed_by").get(
        pk=evidence.sprint_id)  # fmt: skip
    delivery: Any = sprint.last_delivery()
    return {
        "sprint": sprint, "delivery": delivery,
        "sprint_checks": delivery.checks.all() if delivery else (),
        "sprint_stories": sprint.chosen.select_related("story"),
        "opens_sprint": Sprint.objects.visible_to(user).filter(pk=sprint.pk).exists(),
    }  # fmt: skip


class ChangeEvidence(OfEvidence, FormPage):
    """A form filled with what a version says."""

    template_name = "gating/evidence_form.html"
    form_class = EvidenceForm

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        allow(permissions.adds_evidence, self.evidence, request.user)
        return super().dispatch(request, *args, **kwargs)

    def get_initial(self) -> dict[str, Any]:
        return {name: getattr(self.evidence, name) for name in evidencing.COPIED}

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "kind": self.evidence.kind,
                "project": self.evidence.project,
                "has_file": self.evidence.document_id is not None}  # fmt: skip

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs, kind_name=self.evidence.get_kind_display())


class EvidenceEditView(ChangeEvidence):
    """Change a draft."""

    def get_form(self, form_class: Any = None) -> Any:
        form = super().get_form(form_class)
        del form.fields["hand_in"]
        return form

    def act(self, form: Any) -> HttpResponse:
        done = evidencing.edit(self.evidence, form.values(), by=self.request.user)
        return HttpResponseRedirect(done.get_absolute_url())


class EvidenceRenewView(ChangeEvidence):
    """Add the next version; the one before it is kept."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs, renewing=True)

    def act(self, form: Any) -> HttpResponse:
        done = evidencing.renew(
            self.evidence, form.values(), by=self.request.user,
            hand_in=form.cleaned_data["hand_in"],
        )  # fmt: skip
        return HttpResponseRedirect(done.get_absolute_url())


class EvidenceAttachView(OfReview, FormPage):
    """Tick the criteria of a review that evidence there is already speaks for."""

    template_name = "gating/evidence_attach.html"
    form_class = AttachForm
    may = staticmethod(permissions.adds_evidence)

    @cached_property
    def evidence(self) -> Evidence:
        rows = Evidence.objects.visible_to(self.request.user).filter(project=self.review.project)
        return get_object_or_404(rows, pk=self.kwargs["evidence"])

    def get_form_kwargs(self) -> dict[str, Any]:
        items = self.review.items.select_related("criterion")
        return {**super().get_form_kwargs(), "items": items}

    def get_initial(self) -> dict[str, Any]:
        links = self.evidence.links.filter(item__review=self.review)
        return {"items": list(links.values_list("item_id", flat=True))}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs, evidence=self.evidence)

    def act(self, form: Any) -> HttpResponse:
        evidencing.show_for(self.evidence, self.review, form.cleaned_data["items"],
                            by=self.request.user)  # fmt: skip
        return HttpResponseRedirect(f"{self.review.get_absolute_url()}#criteria")


class EvidenceFileView(OfEvidence, View):
    """The file of a version, to whoever sees the version."""

    def get(self, request: Any, **kwargs: Any) -> Any:
        if self.evidence.document is None:
            raise Http404
        return serve(request, self.evidence.document)


class EvidenceRedactedView(View):
    """The redacted copy, to whoever sees a review that shows the version."""

    def get(self, request: Any, pk: int) -> Any:
        reviews = GateReview.objects.visible_to(request.user).order_by().values("pk")
        found = Evidence.objects.exclude(redacted=None).exclude(state="draft")
        shown = found.filter(links__item__review__in=reviews).select_related("redacted__blob")
        evidence = shown.filter(pk=pk).first()
        if evidence is None:
            raise Http404
        return serve(request, evidence.redacted)


class EvidenceStepView(TransitionView):
    """Confirm and take a step of a piece of evidence."""

    model = Evidence
