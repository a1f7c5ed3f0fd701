"""Addresses of projects."""

from django.urls import include, path

app_name = "projects"
urlpatterns = [
    path("", include("projects.urls_money")),
]
