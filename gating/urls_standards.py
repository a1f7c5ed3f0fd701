"""Addresses of the standards editor: the crosswalk, files in and out, drafts and their criteria."""

from django.urls import path

from gating.views import crosswalks
from gating.views import standard_editor as editor

urlpatterns = [
    path("standards/new/", editor.StandardCreateView.as_view(), name="standard_create"),
    path("standards/import/", editor.StandardImportView.as_view(), name="standard_import"),
    path("standards/<int:pk>/version/", editor.StandardVersionView.as_view(),
         name="standard_version"),
    path("standards/<int:pk>/edit/", editor.StandardEditView.as_view(), name="standard_edit"),
    path("standards/<int:pk>/criteria/new/", editor.CriterionCreateView.as_view(),
         name="criterion_create"),
    path("standards/<int:pk>/compare/<int:other>/", editor.StandardCompareView.as_view(),
         name="standard_compare"),
    path("standards/<int:pk>/file.<slug:form>", editor.StandardExportView.as_view(),
         name="standard_export"),
    path("standards/criteria/<int:pk>/edit/", editor.CriterionEditView.as_view(),
         name="criterion_edit"),
    path("standards/criteria/<int:pk>/remove/", editor.CriterionRemoveView.as_view(),
         name="criterion_remove"),
    path("standards/criteria/<int:pk>/move/<slug:way>/", editor.CriterionMoveView.as_view(),
         name="criterion_move"),
    path("standards/crosswalks/", crosswalks.CrosswalkListView.as_view(), name="crosswalk_list"),
    path("standards/crosswalks/open/", crosswalks.CrosswalkOpenView.as_view(),
         name="crosswalk_open"),
    path("standards/crosswalks/<int:pk>/", crosswalks.CrosswalkDetailView.as_view(),
         name="crosswalk_detail"),
    path("standards/equivalences/<int:pk>/end/", crosswalks.EquivalenceEndView.as_view(),
         name="equivalence_end"),
    path("criteria/<int:pk>/reuse/<int:evidence>/", crosswalks.EvidenceReuseView.as_view(),
         name="evidence_reuse"),
]  # fmt: skip
