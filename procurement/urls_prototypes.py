"""Addresses of prototypes and what is found in them."""

from django.urls import path

from procurement.views import prototypes

urlpatterns = [
    path("procurement/competitions/<slug:ref>/prototypes/", prototypes.PrototypeListView.as_view(),
         name="prototype_list"),
    path("prototypes/<int:pk>/", prototypes.PrototypeDetailView.as_view(),
         name="prototype_detail"),
    path("prototypes/<int:pk>/examine/", prototypes.PrototypeExamineView.as_view(),
         name="prototype_examine"),
    path("prototypes/<int:pk>/copy/", prototypes.NeutralCopyView.as_view(), name="prototype_copy"),
    path("prototypes/changes/<int:pk>/", prototypes.LaterChangeDecideView.as_view(),
         name="laterchange_decide"),
]  # fmt: skip
