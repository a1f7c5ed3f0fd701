"""Addresses of change requests and baselines."""

from django.urls import path

from projects.views import changes as views
from projects.views import tailorings

urlpatterns = [
    path("changes/", views.ChangeListView.as_view(), name="change_list"),
    path("changes/<int:pk>/", views.ChangeDetailView.as_view(), name="change_detail"),
    path("changes/<int:pk>/edit/", views.ChangeEditView.as_view(), name="change_edit"),
    path("changes/<int:pk>/do/<slug:step>/", views.ChangeStepView.as_view(), name="change_step"),
    path("projects/<str:ref>/changes/", views.ProjectChangesView.as_view(),
         name="project_changes"),
    path("projects/<str:ref>/changes/new/", views.ChangeCreateView.as_view(),
         name="change_create"),
    path("projects/<str:ref>/changes/foretell/", views.ChangeForetellView.as_view(),
         name="change_foretell"),
    path("projects/<str:ref>/tailoring/", tailorings.TailoringCreateView.as_view(),
         name="tailoring_create"),
    path("tailorings/<int:pk>/", tailorings.TailoringDetailView.as_view(),
         name="tailoring_detail"),
    path("tailorings/<int:pk>/do/<slug:step>/", tailorings.TailoringStepView.as_view(),
         name="tailoring_step"),
]  # fmt: skip
