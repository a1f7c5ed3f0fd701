"""Addresses of compliance, scores, consensus and ranking."""

from django.urls import URLPattern, path

from procurement.views import evaluation, evaluation_compliance, evaluation_scoring

BASE = "procurement/competitions/<competition:ref>"

urlpatterns: list[URLPattern] = [
    path(f"{BASE}/evaluation/", evaluation.EvaluationView.as_view(), name="evaluation"),
    path(f"{BASE}/evaluation/bids/<slug:alias>/", evaluation.AliasView.as_view(),
         name="bid_alias"),
    path(f"{BASE}/evaluation/<slug:phase>/consensus/",
         evaluation_scoring.ConsensusView.as_view(), name="consensus"),
    path(f"{BASE}/evaluation/chair/", evaluation_compliance.ChairView.as_view(), name="chair"),
    path(f"{BASE}/ranking/", evaluation.RankingView.as_view(), name="ranking"),
    path(f"{BASE}/ranking.json", evaluation.FactsView.as_view(), name="ranking_facts"),
    path("procurement/rounds/<int:pk>/<slug:alias>/", evaluation_scoring.AgreementView.as_view(),
         name="agreement"),
    path("procurement/compliance/<int:pk>/", evaluation_compliance.ComplianceDetailView.as_view(),
         name="compliance_detail"),
    path("procurement/compliance/<int:pk>/do/<slug:step>/",
         evaluation_compliance.ComplianceStepView.as_view(), name="compliance_step"),
    path("procurement/compliance/<int:pk>/cure/", evaluation_compliance.CureView.as_view(),
         name="compliance_cure"),
    path("procurement/compliance/<int:pk>/file/", evaluation_compliance.CureFileView.as_view(),
         name="compliance_file"),
    path("procurement/declarations/<int:pk>/",
         evaluation_compliance.DeclarationDetailView.as_view(), name="declaration_detail"),
    path("procurement/declarations/<int:pk>/do/<slug:step>/",
         evaluation_compliance.DeclarationStepView.as_view(), name="declaration_step"),
    path("procurement/sheets/<int:pk>/", evaluation_scoring.SheetDetailView.as_view(),
         name="sheet_detail"),
    path("procurement/sheets/<int:pk>/do/<slug:step>/",
         evaluation_scoring.SheetStepView.as_view(), name="sheet_step"),
    path("procurement/sheets/<int:pk>/<slug:alias>/", evaluation_scoring.SheetBidView.as_view(),
         name="sheet_bid"),
    path("procurement/bids/<int:pk>/exclude/", evaluation.ExclusionCreateView.as_view(),
         name="exclusion_create"),
    path("procurement/bids/<int:pk>/explanation/", evaluation.ExplanationCreateView.as_view(),
         name="explanation_create"),
    path("procurement/exclusions/<int:pk>/", evaluation.ExclusionDetailView.as_view(),
         name="exclusion_detail"),
    path("procurement/exclusions/<int:pk>/do/<slug:step>/",
         evaluation.ExclusionStepView.as_view(), name="exclusion_step"),
]  # fmt: skip
