"""Addresses of emergency exceptions."""

from django.urls import path

from core.views import TransitionView
from gating.models import EmergencyException
from gating.views import emergencies

urlpatterns = [
    path("exceptions/", emergencies.ExceptionListView.as_view(), name="exception_list"),
    path("exceptions/limits/", emergencies.CapListView.as_view(), name="exception_caps"),
    path("exceptions/limits/<slug:code>/", emergencies.CapEditView.as_view(),
         name="exception_cap"),
    path("exceptions/<int:pk>/", emergencies.ExceptionDetailView.as_view(),
         name="exception_detail"),
    path("exceptions/<int:pk>/document/", emergencies.ExceptionDocumentView.as_view(),
         name="exception_document"),
    path("exceptions/<int:pk>/do/<slug:step>/",
         TransitionView.as_view(model=EmergencyException), name="exception_step"),
    path("projects/<slug:ref>/exceptions/new/", emergencies.ExceptionCreateView.as_view(),
         name="exception_create"),
]  # fmt: skip
