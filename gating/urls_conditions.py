"""Addresses of conditions and of what is asked about them."""

from django.urls import path

from core.views import TransitionView
from gating.models import Condition, Extension
from gating.views import burning, conditions

urlpatterns = [
    path("conditions/", conditions.ConditionListView.as_view(), name="condition_list"),
    path("conditions/burn-down/", burning.BurnDownView.as_view(), name="condition_burning"),
    path("projects/<slug:ref>/conditions/burn-down/", burning.BurnDownView.as_view(),
         name="project_burning"),
    path("conditions/<int:pk>/", conditions.ConditionDetailView.as_view(),
         name="condition_detail"),
    path("conditions/<int:pk>/answer/", conditions.ConditionAnswerView.as_view(),
         name="condition_answer"),
    path("conditions/<int:pk>/more-time/", conditions.MoreTimeView.as_view(), name="more_time"),
    path("conditions/<int:pk>/verifier/", conditions.VerifierView.as_view(),
         name="condition_verifier"),
    path("conditions/<int:pk>/document/", conditions.ConditionDocumentView.as_view(),
         name="condition_document"),
    path("conditions/<int:pk>/do/<slug:step>/", TransitionView.as_view(model=Condition),
         name="condition_step"),
    path("extensions/<int:pk>/do/<slug:step>/", TransitionView.as_view(model=Extension),
         name="extension_step"),
]  # fmt: skip
