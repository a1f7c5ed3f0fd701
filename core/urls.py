"""Addresses of the ground: people, absences, documents, inbox, checkpoints."""

from django.contrib.auth.decorators import login_not_required
from django.urls import include, path
from django.views.generic import TemplateView

from core import people_views
from core.models import Loan
from core.views import TransitionView

app_name = "core"
public = login_not_required

urlpatterns = [
    path("people/", people_views.PersonListView.as_view(), name="people_list"),
    path("people/new/", people_views.PersonFormView.as_view(), name="person_create"),
    path("people/import/", people_views.PeopleImportView.as_view(), name="people_import"),
    path("people/<int:pk>/", people_views.PersonDetailView.as_view(), name="person_detail"),
    path("people/<int:pk>/edit/", people_views.PersonFormView.as_view(), name="person_edit"),
    path("people/<int:pk>/hand-over/", people_views.HandOverView.as_view(), name="hand_over"),
    path("roles/<int:pk>/end/", people_views.GrantEndView.as_view(), name="grant_end"),
    path("institutions/", people_views.InstitutionListView.as_view(), name="institution_list"),
    path("absences/", people_views.LoanListView.as_view(), name="loan_list"),
    path("absences/<int:pk>/do/<slug:step>/", TransitionView.as_view(model=Loan), name="loan_step"),
    path(
        "accessibility/",
        public(TemplateView.as_view(template_name="core/accessibility.html")),
        name="accessibility",
    ),
    path(
        "privacy/",
        public(TemplateView.as_view(template_name="core/privacy.html")),
        name="privacy",
    ),
    path("", include("core.urls_ground")),
]
