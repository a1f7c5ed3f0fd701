"""Signing in: nobody signs up; an administrator enters people, an identity provider finds them."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.contrib import messages
from django.http import HttpRequest
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext_lazy

from core.models import User

RETOLD = (
    gettext_noop("Account Connections"),
    gettext_noop("Are you sure you want to remove this security key?"),
    gettext_noop("Be patient, you are sending too many requests."),
    gettext_noop("Enter Email Verification Code"),
    gettext_noop("Enter Password Reset Code"),
    gettext_noop("If you choose to trust this browser, you will not be asked for a verification "
                 "code the next time you sign in."),
    gettext_noop("Password Reset"),
    gettext_noop("Security Keys"),
    gettext_noop("Two-Factor Authentication"),
    gettext_noop("You are about to create a passkey for your account. As you can add additional "
                 "keys later on, you can use a descriptive name to tell the keys apart."),
    gettext_noop("You cannot generate recovery codes without having two-factor authentication "
                 "enabled."),
    gettext_noop("You have signed out."),
    gettext_noop("Successfully signed in as %(name)s."),
    ngettext_lazy("You have added %(count)s security key.",
                  "You have added %(count)s security keys.", "count"),
    gettext_noop("Your email address is still pending verification."),
    gettext_noop("Your email has been changed from %(from_email)s to %(to_email)s."),
    gettext_noop("Email address %(deleted_email)s has been removed from your account."),
)  # fmt: skip
"""Texts of the sign-in library that our catalogue says otherwise: with usted, as everywhere."""


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
