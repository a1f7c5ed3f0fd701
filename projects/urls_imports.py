"""Addresses of imports and the quarantine."""

from django.urls import path

from core.views import TransitionView
from projects import import_views as views
from projects.models import ImportRun, QuarantinedRow

urlpatterns = [
    path("", views.ImportListView.as_view(), name="import_list"),
    path("new/", views.ImportCreateView.as_view(), name="import_create"),
    path("template/", views.ImportTemplateView.as_view(), name="import_template"),
    path("quarantine/", views.QuarantineListView.as_view(), name="quarantine_list"),
    path("quarantine/<int:pk>/", views.QuarantineEditView.as_view(), name="quarantine_edit"),
    path(
        "quarantine/<int:pk>/do/<slug:step>/",
        TransitionView.as_view(model=QuarantinedRow),
        name="quarantine_step",
    ),
    path("<str:ref>/", views.ImportDetailView.as_view(), name="import_detail"),
    path("<str:ref>/report/", views.ImportReportView.as_view(), name="import_report"),
    path("<str:ref>/do/<slug:step>/", TransitionView.as_view(model=ImportRun), name="import_step"),
]
