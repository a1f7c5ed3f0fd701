"""Addresses of the gates."""

from django.urls import path

from gating import urls_boards, urls_conditions, urls_emergency, urls_seal, urls_standards
from gating.views import assessments, evidence, letters, past, reviews, standards

app_name = "gating"

STANDARDS = [
    path("standards/", standards.StandardListView.as_view(), name="standard_list"),
    path("standards/<int:pk>/", standards.StandardDetailView.as_view(), name="standard_detail"),
    path("standards/<int:pk>/do/<slug:step>/", standards.StandardStepView.as_view(),
         name="standard_step"),
    path("standards/past/", past.PastListView.as_view(), name="past_list"),
    path("standards/past/<int:pk>/", past.PastDetailView.as_view(), name="past_detail"),
    path("gates/", standards.GateListView.as_view(), name="gate_list"),
    path("gates/<slug:code>/", standards.GateDetailView.as_view(), name="gate_detail"),
    path("gates/<slug:code>/drop/<int:pk>/", standards.GateDropView.as_view(), name="gate_drop"),
]  # fmt: skip

REVIEWS = [
    path("reviews/", reviews.ReviewListView.as_view(), name="review_list"),
    path("projects/<slug:ref>/reviews/new/", reviews.ReviewCreateView.as_view(),
         name="review_create"),
    path("reviews/<int:pk>/", reviews.ReviewDetailView.as_view(), name="review_detail"),
    path("reviews/<int:pk>/do/<slug:step>/", reviews.ReviewStepView.as_view(), name="review_step"),
    path("reviews/<int:pk>/letter/", letters.DecisionLetterView.as_view(), name="decision_letter"),
    path("reviews/<int:pk>/rehearse/", reviews.ReviewRehearseView.as_view(),
         name="review_rehearse"),
    path("reviews/<int:pk>/returns/", reviews.ReviewReturnsView.as_view(), name="review_returns"),
    path("reviews/<int:pk>/challenge/", reviews.ReviewChallengeView.as_view(),
         name="review_challenge"),
    path("reviews/<int:pk>/answer/", reviews.ReviewAnswerView.as_view(), name="review_answer"),
    path("reviews/<int:pk>/clarify/", reviews.ReviewClarifyView.as_view(), name="review_clarify"),
    path("criteria/<int:pk>/exemption/", reviews.ExemptionCreateView.as_view(),
         name="exemption_create"),
    path("exemptions/<int:pk>/do/<slug:step>/", reviews.ExemptionStepView.as_view(),
         name="exemption_step"),
]  # fmt: skip

EVIDENCE = [
    path("reviews/<int:pk>/evidence/new/", evidence.EvidenceCreateView.as_view(),
         name="evidence_create"),
    path("reviews/<int:pk>/evidence/<int:evidence>/", evidence.EvidenceAttachView.as_view(),
         name="evidence_attach"),
    path("evidence/<int:pk>/", evidence.EvidenceDetailView.as_view(), name="evidence_detail"),
    path("evidence/<int:pk>/edit/", evidence.EvidenceEditView.as_view(), name="evidence_edit"),
    path("evidence/<int:pk>/renew/", evidence.EvidenceRenewView.as_view(), name="evidence_renew"),
    path("evidence/<int:pk>/file/", evidence.EvidenceFileView.as_view(), name="evidence_file"),
    path("evidence/<int:pk>/redacted/", evidence.EvidenceRedactedView.as_view(),
         name="evidence_redacted"),
    path("evidence/<int:pk>/do/<slug:step>/", evidence.EvidenceStepView.as_view(),
         name="evidence_step"),
]  # fmt: skip

ASSESSMENTS = [
    path("reviews/<int:pk>/invite/", assessments.AssessmentCreateView.as_view(),
         name="assessment_create"),
    path("reviews/<int:pk>/report/", assessments.AssessmentReportView.as_view(),
         name="assessment_report"),
    path("assessments/<int:pk>/sheet/", assessments.AssessmentSheetView.as_view(),
         name="assessment_sheet"),
    path("assessments/<int:pk>/dissent/", assessments.AssessmentDissentView.as_view(),
         name="assessment_dissent"),
    path("assessments/<int:pk>/do/<slug:step>/", assessments.AssessmentStepView.as_view(),
         name="assessment_step"),
]  # fmt: skip

urlpatterns = [
    *urls_standards.urlpatterns, *STANDARDS, *REVIEWS, *EVIDENCE, *ASSESSMENTS,
    *urls_boards.urlpatterns, *urls_conditions.urlpatterns, *urls_emergency.urlpatterns,
    *urls_seal.urlpatterns,
]  # fmt: skip
