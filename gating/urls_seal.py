"""Addresses of the Seal: behind the sign-in, and the public check and register."""

from django.urls import path, re_path

from core.views import TransitionView
from gating.models import Seal, SealApplication, SealEvaluation, ServiceAssessment
from gating.views import seal_evaluations, seal_public, seal_rules, seals

PUBLIC = [
    path("seal/", seal_public.SealCheckView.as_view(), name="seal_check"),
    path("seal/register/", seal_public.RegisterView.as_view(), name="seal_register"),
    path("seal/register.csv", seal_public.RegisterCsvView.as_view(), name="seal_register_csv"),
    path("seal/register.json", seal_public.RegisterJsonView.as_view(), name="seal_register_json"),
    path("seal/<str:code>/", seal_public.SealPublicView.as_view(), name="seal_public"),
    path("seal/<str:code>/check.json", seal_public.SealJsonView.as_view(), name="seal_json"),
    path("seal/<str:code>/certificate.pdf", seal_public.SealCertificateView.as_view(),
         name="seal_certificate"),
    re_path(r"^seal/(?P<code>[^/]+)/badge\.(?P<kind>svg|png)$",
            seal_public.SealBadgeView.as_view(), name="seal_badge"),
]  # fmt: skip

urlpatterns = [
    *PUBLIC,
    path("services/", seals.ServiceListView.as_view(), name="service_list"),
    path("services/new/", seals.ServiceCreateView.as_view(), name="service_create"),
    path("services/<int:pk>/", seals.ServiceDetailView.as_view(), name="service_detail"),
    path("services/<int:pk>/edit/", seals.ServiceEditView.as_view(), name="service_edit"),
    path("services/<int:pk>/assessments/new/", seals.DeclarationCreateView.as_view(),
         name="serviceassessment_create"),
    path("services/<int:pk>/apply/", seals.ApplicationBeginView.as_view(),
         name="sealapplication_create"),
    path("service-assessments/<int:pk>/file/", seals.DeclarationFileView.as_view(),
         name="serviceassessment_file"),
    path("service-assessments/<int:pk>/do/<slug:step>/",
         TransitionView.as_view(model=ServiceAssessment), name="serviceassessment_step"),
    path("seal-applications/", seals.ApplicationListView.as_view(), name="sealapplication_list"),
    path("seal-applications/<int:pk>/", seals.ApplicationDetailView.as_view(),
         name="sealapplication_detail"),
    path("seal-applications/<int:pk>/edit/", seals.ApplicationEditView.as_view(),
         name="sealapplication_edit"),
    path("seal-applications/<int:pk>/evidence/", seals.ProofCreateView.as_view(),
         name="sealproof_create"),
    path("seal-applications/<int:pk>/answer/", seals.AnswerView.as_view(), name="seal_answer"),
    path("seal-applications/<int:pk>/invite/", seal_evaluations.EvaluationCreateView.as_view(),
         name="sealevaluation_create"),
    path("seal-applications/<int:pk>/do/<slug:step>/",
         TransitionView.as_view(model=SealApplication), name="sealapplication_step"),
    path("seal-evidence/<int:pk>/remove/", seals.ProofRemoveView.as_view(),
         name="sealproof_remove"),
    path("seal-evidence/<int:pk>/file/", seals.ProofFileView.as_view(), name="sealproof_file"),
    path("seal-evaluations/<int:pk>/sheet/", seal_evaluations.EvaluationSheetView.as_view(),
         name="sealevaluation_sheet"),
    path("seal-evaluations/<int:pk>/do/<slug:step>/",
         TransitionView.as_view(model=SealEvaluation), name="sealevaluation_step"),
    path("seals/<int:pk>/", seals.SealDetailView.as_view(), name="seal_detail"),
    path("seals/<int:pk>/do/<slug:step>/", TransitionView.as_view(model=Seal), name="seal_step"),
    path("seal-rules/new/", seal_rules.SchemeCreateView.as_view(), name="sealscheme_create"),
    path("seal-rules/<int:pk>/", seal_rules.SchemeEditView.as_view(), name="sealscheme_edit"),
]  # fmt: skip
