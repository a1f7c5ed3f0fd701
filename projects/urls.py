"""Addresses of projects."""

from django.urls import include, path

from projects import urls_reports
from projects.views import case, entries, holds, pages, tiers

app_name = "projects"

of_one = [
    *urls_reports.of_one,
    path("edit/", entries.ProjectEditView.as_view(), name="project_edit"),
    path("accept/", entries.OwnershipAcceptView.as_view(), name="project_accept"),
    path("duplicates/", entries.DuplicatesView.as_view(), name="project_duplicates"),
    path("team/", case.TeamView.as_view(), name="project_team"),
    path("benefits/", case.BenefitsView.as_view(), name="project_benefits"),
    path("case/", case.CaseView.as_view(), name="project_case"),
    path("holds/", holds.HoldListView.as_view(), name="hold_list"),
    path("holds/new/", holds.HoldCreateView.as_view(), name="hold_create"),
    path("findings/new/", holds.FindingCreateView.as_view(), name="finding_create"),
    path("take-on/", holds.TakeOnCreateView.as_view(), name="takeon_create"),
    path("do/<slug:step>/", pages.ProjectStepView.as_view(), name="project_step"),
]

urlpatterns = [
    path("projects/new/", entries.ProjectCreateView.as_view(), name="project_create"),
    path("projects/<slug:ref>/", include(of_one)),
    path("findings/<int:pk>/remedied/", holds.FindingRemedyView.as_view(), name="finding_remedy"),
    path("holds/<int:pk>/do/<slug:step>/", holds.HoldStepView.as_view(), name="hold_step"),
    path("take-ons/<int:pk>/", holds.TakeOnDetailView.as_view(), name="takeon_detail"),
    path("take-ons/<int:pk>/document/", holds.TakeOnDocumentView.as_view(), name="takeon_document"),
    path("take-ons/<int:pk>/do/<slug:step>/", holds.TakeOnStepView.as_view(), name="takeon_step"),
    path("tiers/", tiers.TierListView.as_view(), name="tier_list"),
    path("tiers/limits/", tiers.LimitsEditView.as_view(), name="limits_edit"),
    path("tiers/thresholds/", tiers.BandEditView.as_view(), name="band_create"),
    path("tiers/thresholds/<str:currency>/", tiers.BandEditView.as_view(), name="band_edit"),
    path(
        "tiers/versions/<int:pk>/do/<slug:step>/",
        tiers.RuleVersionStepView.as_view(),
        name="ruleversion_step",
    ),
    path("tiers/<slug:code>/", tiers.TierEditView.as_view(), name="tier_edit"),
    path("imports/", include("projects.urls_imports")),
    *urls_reports.urlpatterns,
    path("", include("projects.urls_money")),
    path("", include("projects.urls_claims")),
    path("", include("projects.urls_letters")),
    path("", include("projects.urls_changes")),
]
