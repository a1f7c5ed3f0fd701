"""Addresses: each app brings its own; the upper floors come first."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path
from django.views.i18n import set_language

admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

urlpatterns = [
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("i18n/setlang/", login_not_required(set_language), name="set_language"),
    path("", include("oversight.urls")),
    path("", include("gating.urls")),
    path("", include("procurement.urls")),
    path("", include("vendors.urls")),
    path("", include("projects.urls")),
    path("", include("core.urls")),
]
