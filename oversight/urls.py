"""Addresses of the whole portfolio and of a project's page."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from oversight import bulk_views, dossier_views, project_views, views


class ProjectRef(StringConverter):
    """A project's reference, P-000001."""

    regex = "P-[0-9]+"


register_converter(ProjectRef, "project")

app_name = "oversight"

urlpatterns = [
    path("", views.HomeView.as_view(), name="home"),
    path("bulk/<slug:name>/", bulk_views.BulkView.as_view(), name="bulk"),
    path("waiting/", views.WaitingView.as_view(), name="waiting"),
    path("portfolio/", views.PortfolioView.as_view(), name="portfolio"),
    path(
        "projects/<project:ref>/", project_views.ProjectDetailView.as_view(), name="project_detail"
    ),
    path(
        "projects/<project:ref>/draw/", project_views.ProjectDrawView.as_view(), name="project_draw"
    ),
    path(
        "projects/<project:ref>/history/", project_views.ProjectHistoryView.as_view(),
        name="project_history",
    ),
    path(
        "projects/<project:ref>/export/", dossier_views.DossierExportView.as_view(),
        name="dossier_export",
    ),
]  # fmt: skip
