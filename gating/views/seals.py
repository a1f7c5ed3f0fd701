"""The Seal for those who apply and who run it: services, applications, what is shown, seals."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import View

from core.documents import serve
from core.people import holds
from core.refusals import Refused
from core.views import DetailPage, FormPage, ListPage, VisibleMixin
from gating import matters, seal_checks, sealing, tables_seal
from gating import permissions_seal as permissions
from gating.forms import TextForm
from gating.forms_seal import (
    ApplicationForm,
    BeginForm,
    DeclarationForm,
    ProofForm,
    ServiceForm,
)
from gating.models import (
    Motion,
    Seal,
    SealApplication,
    SealProof,
    SealScheme,
    Service,
    ServiceAssessment,
)
from gating.views.acting import RowFormPage, told
from projects.models import Project


class ServiceListView(ListPage):
    """Services with their newest application and seal; for the secretariat, all of them."""

    model = Service
    template_name = "gating/service_list.html"

    def get_queryset(self) -> Any:
        rows = super().get_queryset().select_related("institution", "project")
        return rows.prefetch_related("applications__standard", "seals").order_by("name", "pk")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = self.request.user
        return super().get_context_data(
            **kwargs, may_register=bool(user.institution_id), now=tables_seal.now(),
            schemes=SealScheme.objects.all() if permissions.sets_up_seals(None, user) else [],
        )  # fmt: skip


class ServiceCreateView(FormPage):
    """Register a service: of one's institution, or of a project (`?project=REF`)."""

    template_name = "gating/boards_form.html"
    form_class = ServiceForm

    @cached_property
    def project(self) -> Any:
        ref = self.request.GET.get("project", "")
        rows = Project.objects.visible_to(self.request.user).select_related("institution")
        return get_object_or_404(rows, ref=ref) if ref else None

    def get_form_kwargs(self) -> dict[str, Any]:
        initial = {"name": self.project.title} if self.project else {}
        return {**super().get_form_kwargs(), "with_project": bool(self.project), "new": True,
                "initial": initial}  # fmt: skip

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        url = self.project.get_absolute_url() if self.project else tables_seal.service_list()
        return super().get_context_data(
            **kwargs, title=_("Register a service"), submit=_("Register"), cancel_url=url,
            row=self.project,
            intro=_("A service is what people use, at one address. It may then apply for the Seal "
                    "of Excellence."),
        )  # fmt: skip

    def act(self, form: Any) -> HttpResponse:
        service = sealing.register(form.cleaned_data, by=self.request.user, project=self.project)
        messages.success(self.request, _("The service is registered."))
        return HttpResponseRedirect(service.get_absolute_url())


class ServiceDetailView(DetailPage):
    """A service: how it was assessed, its applications and its seals."""

    model = Service
    template_name = "gating/service_detail.html"
    context_object_name = "service"

    def get_queryset(self) -> Any:
        return super().get_queryset().select_related("institution", "project", "lead", "dossier")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        service, user = self.object, self.request.user
        applications = service.applications.filter(
            pk__in=SealApplication.objects.visible_to(user).values("pk")
        )
        return super().get_context_data(
            **kwargs, applications=applications.select_related("standard", "service"),
            seals=service.seals.filter(pk__in=Seal.objects.visible_to(user).values("pk")),
            assessments=service.assessments.select_related("document", "service__institution"),
            prepares=permissions.prepares(service, user),
            reads=permissions.prepares(service, user) or holds(user, "secretariat", "auditor"),
            events=told(service), sees_project=bool(service.project_id) and
            Project.objects.visible_to(user).filter(pk=service.project_id).exists(),
        )  # fmt: skip


class ServiceEditView(RowFormPage):
    """Correct what is said of a service."""

    model = Service
    form_class = ServiceForm
    permission = staticmethod(permissions.prepares)
    related = ("project", "institution", "dossier")
    title = gettext_lazy("Change the service")

    def get_form_kwargs(self) -> dict[str, Any]:
        initial = {name: getattr(self.row, name) for name in sealing.SERVICE_FIELDS}
        return {**super().get_form_kwargs(), "with_project": bool(self.row.project_id),
                "new": False, "initial": initial}  # fmt: skip

    def save(self, form: Any) -> None:
        sealing.change_service(self.row, form.cleaned_data, by=self.request.user)


class DeclarationCreateView(RowFormPage):
    """Declare how a service without a project was assessed."""

    model = Service
    form_class = DeclarationForm
    permission = staticmethod(permissions.prepares)
    related = ("project", "institution", "dossier")
    title = gettext_lazy("Declare the assessment")
    intro = gettext_lazy(
        "Only a service that is green by the digital service standard may apply. The secretariat "
        "reads the document and accepts or refuses it."
    )
    submit = gettext_lazy("Declare it")
    done = gettext_lazy("Declared: the secretariat checks it.")

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "service": self.row}

    def save(self, form: Any) -> None:
        sealing.declare_assessment(self.row, form.cleaned_data, by=self.request.user)


class DeclarationFileView(VisibleMixin, View):
    """The document of a declared assessment: for the applicant, secretariat and auditor."""

    model = ServiceAssessment

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        row = get_object_or_404(self.get_queryset().select_related("document__blob"), pk=pk)
        if not (permissions.prepares(row, request.user)
                or holds(request.user, "secretariat", "auditor")):  # fmt: skip
            raise Http404
        return serve(request, row.document)


class ApplicationBeginView(RowFormPage):
    """Begin an application of a service, or the renewal of its seal."""

    model = Service
    form_class = BeginForm
    permission = staticmethod(permissions.prepares)
    related = ("project", "institution", "dossier")
    title = gettext_lazy("Apply for the Seal")
    submit = gettext_lazy("Begin the application")

    def get_form_kwargs(self) -> dict[str, Any]:
        asked = self.request.GET.get("renews", "")
        initial = {"renews": asked if asked.isdecimal() and len(asked) < 10 else ""}  # noqa: PLR2004
        return {**super().get_form_kwargs(), "service": self.row, "initial": initial}

    def act(self, form: Any) -> HttpResponse:
        found = form.cleaned_data
        application = sealing.begin(
            self.row, found["scheme"], by=self.request.user, renews=found.get("renews")
        )
        messages.success(self.request, _("Drafted. Now show each requirement."))
        return HttpResponseRedirect(application.get_absolute_url())


class ApplicationListView(ListPage):
    """Applications for the Seal that this person sees, by state."""

    model = SealApplication
    template_name = "gating/sealapplication_list.html"

    def get_queryset(self) -> Any:
        rows = super().get_queryset().select_related("service__institution", "standard")
        state = self.request.GET.get("state", "")
        return rows.filter(state=state) if state in SealApplication.States.values else rows

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            **kwargs, states=SealApplication.States.choices, chosen=self.request.GET.get("state"),
        )  # fmt: skip


class ApplicationDetailView(DetailPage):
    """An application: what is shown, who evaluates it, what they found, what was decided."""

    model = SealApplication
    template_name = "gating/sealapplication_detail.html"
    context_object_name = "application"

    def get_queryset(self) -> Any:
        return super().get_queryset().select_related(*SealApplication.step_related, "created_by")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        application, user = self.object, self.request.user
        motions = matters.motions_of(application)
        seen = Motion.objects.visible_to(user).order_by().values("pk")
        return super().get_context_data(
            **kwargs, **tables_seal.page_of(application, user),
            motions=motions.filter(pk__in=seen).select_related("board", "project"),
            prepares=permissions.prepares(application, user), events=told(application),
            office=holds(user, "secretariat"),
            seal=Seal.objects.filter(application=application).first(),
        )  # fmt: skip


class OfApplication(RowFormPage):
    """A form about an application that this person sees."""

    model = SealApplication
    related = SealApplication.step_related
    permission: Any = staticmethod(permissions.prepares)


class ApplicationEditView(OfApplication):
    """The level applied for, what does not apply, a renewal's innovation."""

    form_class = ApplicationForm
    title = gettext_lazy("What is applied for")

    def get_form_kwargs(self) -> dict[str, Any]:
        items = self.row.items_with_proofs()
        return {**super().get_form_kwargs(), "application": self.row, "items": items}

    def save(self, form: Any) -> None:
        sealing.change(self.row, form.values(), by=self.request.user)


class ProofCreateView(OfApplication):
    """Show evidence of the project, or of one's own, for some requirements."""

    form_class = ProofForm
    title = gettext_lazy("Show evidence")
    submit = gettext_lazy("Show it")
    done = gettext_lazy("The evidence is shown.")

    def get_form_kwargs(self) -> dict[str, Any]:
        initial = {"items": self.request.GET.getlist("item")}
        return {**super().get_form_kwargs(), "application": self.row, "initial": initial}

    def save(self, form: Any) -> None:
        found = form.cleaned_data
        sealing.show(self.row, found["items"], by=self.request.user,
                     evidence=found.get("evidence"), values=form.values())  # fmt: skip


class AnswerView(OfApplication):
    """Write the one answer to the feedback; sending it is a step."""

    form_class = TextForm
    title = gettext_lazy("Answer the feedback")
    intro = gettext_lazy(
        "You answer once. Say what was misread, and show further evidence beside it. The "
        "evaluators then conclude."
    )
    submit = gettext_lazy("Save and go on to send it")

    def get_form_kwargs(self) -> dict[str, Any]:
        initial = {"text": self.row.answer}
        return {**super().get_form_kwargs(), "label": gettext_lazy("Your answer"),
                "initial": initial}  # fmt: skip

    def act(self, form: Any) -> HttpResponse:
        sealing.write_answer(self.row, form.cleaned_data["text"], by=self.request.user)
        if permissions.applies(self.row, self.request.user):
            return HttpResponseRedirect(self.row.get_step_url("reply"))
        messages.success(self.request, _("Saved. The owner of the project sends it."))
        return HttpResponseRedirect(self.row.get_absolute_url())


class ProofRemoveView(VisibleMixin, View):
    """Take out what was shown, while the application may change."""

    model = SealProof
    http_method_names = ("post",)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        rows = self.get_queryset().select_related("item__application__service__dossier")
        proof = get_object_or_404(rows, pk=pk)
        application = proof.item.application
        try:
            sealing.hide(proof, by=request.user)
            messages.success(request, _("Taken out."))
        except Refused as refused:
            messages.error(request, str(refused))
        return HttpResponseRedirect(f"{application.get_absolute_url()}#requirements")


class ProofFileView(VisibleMixin, View):
    """The file of what is shown, for whoever may read it."""

    model = SealProof

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        proof = get_object_or_404(self.get_queryset().select_related("document__blob"), pk=pk)
        if proof.document is None:
            raise Http404
        return serve(request, proof.document)


class SealDetailView(DetailPage):
    """A seal behind the sign-in: its steps, its motions, its history, and how to show it."""

    model = Seal
    template_name = "gating/seal_detail.html"
    context_object_name = "seal"

    def get_queryset(self) -> Any:
        return super().get_queryset().select_related(*Seal.step_related)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        seal, user = self.object, self.request.user
        seen = Motion.objects.visible_to(user).order_by().values("pk")
        language = self.request.LANGUAGE_CODE
        return super().get_context_data(
            **kwargs, standing=tables_seal.standing(seal), events=told(seal),
            reads=SealApplication.objects.visible_to(user).filter(pk=seal.application_id).exists(),
            motions=matters.motions_of(seal).filter(pk__in=seen),
            prepares=permissions.prepares(seal, user),
            drafts=seal.state == "under_review" and holds(user, "secretariat"),
            motion_url=matters.url_for(seal), snippet=tables_seal.snippet(seal, language),
            badge=seal_checks.badge_url(seal, "svg", language) if seal.published_at else "",
        )  # fmt: skip
