"""Addresses of money given back: claims, entries of two people, excused days."""

from django.urls import path

from projects.models import ExcusedDays, PreparedEntry
from projects.views import claims, prepared

urlpatterns = [
    path("claims/", claims.ClaimListView.as_view(), name="claim_list"),
    path("claims/<int:pk>/", claims.ClaimDetailView.as_view(), name="claim_detail"),
    path("claims/<int:pk>/notice/", claims.ClaimNoticeView.as_view(), name="claim_notice"),
    path("claims/<int:pk>/answer/", claims.ClaimAnswerView.as_view(), name="claim_answer"),
    path("claims/<int:pk>/entry/", claims.ClaimClawbackView.as_view(), name="claim_clawback"),
    path("claims/<int:pk>/settle/", claims.ClaimSettleView.as_view(), name="claim_settle"),
    path("claims/<int:pk>/appeal/", claims.AppealCreateView.as_view(), name="appeal_create"),
    path("claims/<int:pk>/appeal/end/", claims.AppealEndView.as_view(), name="appeal_end"),
    path("claims/<int:pk>/documents/<slug:part>/", claims.ClaimDocumentView.as_view(),
         name="claim_document"),
    path("claims/<int:pk>/do/<slug:step>/", claims.ClaimStepView.as_view(), name="claim_step"),
    path("projects/<str:ref>/claims/new/", claims.ClaimCreateView.as_view(), name="claim_create"),
    path("appeals/<int:pk>/document/", prepared.AppealDocumentView.as_view(),
         name="appeal_document"),
    path("projects/<str:ref>/money/surrender/", prepared.SurrenderCreateView.as_view(),
         name="surrender_create"),
    path("projects/<str:ref>/money/continuity/", prepared.ContinuityCreateView.as_view(),
         name="continuity_create"),
    path("entries/<int:pk>/", prepared.PreparedEntryDetailView.as_view(),
         name="preparedentry_detail"),
    path("entries/<int:pk>/document/", prepared.EvidenceView.as_view(model=PreparedEntry),
         name="preparedentry_document"),
    path("entries/<int:pk>/do/<slug:step>/", prepared.PreparedEntryStepView.as_view(),
         name="preparedentry_step"),
    path("tranches/<int:pk>/excuse/", prepared.ExcusedDaysCreateView.as_view(),
         name="excuseddays_create"),
    path("excused/<int:pk>/", prepared.ExcusedDaysDetailView.as_view(), name="excuseddays_detail"),
    path("excused/<int:pk>/document/", prepared.EvidenceView.as_view(model=ExcusedDays),
         name="excuseddays_document"),
    path("excused/<int:pk>/do/<slug:step>/", prepared.ExcusedDaysStepView.as_view(),
         name="excuseddays_step"),
]  # fmt: skip
