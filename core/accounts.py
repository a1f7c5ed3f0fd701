"""Signing in: nobody signs up; an administrator enters people, an identity provider finds them."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.contrib import messages
from django.http import HttpRequest
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from core.models import User


class AccountAdapter(DefaultAccountAdapter):
    """E-mail and password with a second factor; no sign-up."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False


class SocialAccountAdapter(DefaultSocialAccountAdapter):
    """The institution's own sign-on opens the account that an administrator entered, no other."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Join a first sign-on to the active account of the same, verified address."""
        if sociallogin.is_existing:
            return
        verified = {a.email.lower() for a in sociallogin.email_addresses if a.verified}
        found = User.objects.filter(email__in=verified, is_active=True).first()
        if found is None:
            messages.error(
                request,
                _("No account here has your address. Ask an administrator to enter you first."),
            )
            raise ImmediateHttpResponse(redirect("account_login"))
        sociallogin.connect(request, found)
