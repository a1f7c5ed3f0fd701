"""Addresses of forecast reports, closing and reviews of benefits."""

from django.urls import path

from projects.views import closing, reports

of_one = [
    path("reports/", reports.ProjectReportsView.as_view(), name="project_reports"),
    path("closing/", closing.ClosingView.as_view(), name="closing"),
    path("closing/benefits/", closing.FollowView.as_view(), name="closing_follow"),
    path("closing/report/", closing.ClosureEditView.as_view(), name="closure_edit"),
]

urlpatterns = [
    path("reports/", reports.ReportListView.as_view(), name="report_list"),
    path("reports/rules/", reports.ReportingRulesView.as_view(), name="reporting_rules"),
    path("reports/<int:pk>/", reports.ReportDetailView.as_view(), name="report_detail"),
    path("reports/<int:pk>/edit/", reports.ReportEditView.as_view(), name="report_edit"),
    path("reports/<int:pk>/lights/<slug:kind>/", reports.LightSetView.as_view(), name="light_set"),
    path("reports/<int:pk>/do/<slug:step>/", reports.ReportStepView.as_view(), name="report_step"),
    path(
        "closures/<int:pk>/do/<slug:step>/", closing.ClosureStepView.as_view(), name="closure_step"
    ),
    path("benefits/", closing.PublishedReviewsView.as_view(), name="published_reviews"),
    path("benefits/<int:pk>/", closing.BenefitsReviewView.as_view(), name="benefits_review"),
    path(
        "benefits/<int:pk>/edit/", closing.BenefitsReviewEditView.as_view(),
        name="benefits_review_edit",
    ),
    path("benefits/<int:pk>/follower/", closing.FollowerNameView.as_view(), name="follower_name"),
    path(
        "benefits/<int:pk>/do/<slug:step>/", closing.BenefitsReviewStepView.as_view(),
        name="benefits_review_step",
    ),
]  # fmt: skip
