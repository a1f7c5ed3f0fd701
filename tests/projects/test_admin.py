"""The administration pages show projects and change nothing, whoever asks."""

import pytest
from django.contrib import admin
from django.test import RequestFactory
from django.urls import reverse

from projects.models import Project
from tests.factories import projects as make

pytestmark = pytest.mark.django_db


def test_a_superuser_reads_and_changes_nothing(cast, client):
    project = make.complete(cast)
    cast.admin.is_staff = cast.admin.is_superuser = True
    cast.admin.save()
    client.force_login(cast.admin)
    page = reverse("admin:projects_project_change", args=[project.pk])
    assert client.get(page).status_code == 200
    assert client.post(page, {"title": "Mine now"}).status_code == 403
    assert client.get(reverse("admin:projects_project_add")).status_code == 403
    assert (
        client.get(reverse("admin:projects_project_delete", args=[project.pk])).status_code == 403
    )
    assert Project.objects.get().title == project.title


def test_every_registered_model_is_read_only(cast):
    request = RequestFactory().get("/")
    request.user = cast.admin
    for model, page in admin.site._registry.items():
        if model._meta.app_label == "projects":
            assert not page.has_add_permission(request)
            assert not page.has_change_permission(request)
            assert not page.has_delete_permission(request)
