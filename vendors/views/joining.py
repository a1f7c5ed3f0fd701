"""Pages for people who have no account yet: registering a company, accepting an invitation."""

from typing import Any

from allauth.account.utils import perform_login
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic import FormView

from core import limits
from core.models import User
from core.refusals import Refused
from core.views import RefusableFormMixin
from vendors import seats, signing_up
from vendors.forms_companies import ConfirmForm, NamedPasswordForm, PasswordForm, PersonForm
from vendors.models import VendorInvitation
from vendors.signing_up import Asked

MOST = 10
"""Requests for a link a minute and reader."""


public = method_decorator(
    [sensitive_post_parameters("password", "again"), never_cache, login_not_required],
    name="dispatch",
)


class PublicForm(RefusableFormMixin, FormView):
    """A form for people who are not signed in."""

    def signed_in(self, user: User, where: str) -> HttpResponse:
        """Sign a new person in as the sign-in page would, and go on."""
        user.backend = "allauth.account.auth_backends.AuthenticationBackend"  # type: ignore[attr-defined]
        return perform_login(self.request, user, redirect_url=where, email=user.email)

    def sorry(self, template: str, status: int) -> HttpResponse:
        """A page that says why it goes no further."""
        return render(self.request, template, {}, status=status)


@public
class SignupView(PublicForm):
    """The beginning for a company: who registers it. The answer is the same for every address."""

    form_class = PersonForm
    template_name = "vendors/signup.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.user.is_authenticated:
            return redirect("vendors:company_home")
        return super().dispatch(request, *args, **kwargs)

    def act(self, form: Any) -> HttpResponse:
        if limits.one_too_many(self.request, "signing_up", MOST):
            response = self.sorry("vendors/signup_limit.html", 429)
            response["Retry-After"] = str(limits.PERIOD)
            return response
        language = (get_language() or "es")[:2]
        signing_up.ask(form.cleaned_data["name"], form.cleaned_data["email"], language)
        return render(self.request, "vendors/signup_sent.html", {"hours": signing_up.HOURS})


@public
class SignupConfirmView(PublicForm):
    """Where the link of the mail leads: a password, and the account is there."""

    form_class = PasswordForm
    template_name = "vendors/signup_confirm.html"
    asked: Asked

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.user.is_authenticated:
            return redirect("vendors:company_home")
        asked = signing_up.asked_by(kwargs["token"])
        if asked is None:
            return self.sorry("vendors/signup_over.html", 404)
        if signing_up.account_exists(asked.email):
            return self.sorry("vendors/signup_known.html", 409)
        self.asked = asked
        return super().dispatch(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        person = User(name=self.asked.name, email=self.asked.email)
        return super().get_form_kwargs() | {"person": person}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(asked=self.asked, **kwargs)

    def act(self, form: Any) -> HttpResponse:
        user = signing_up.open_account(self.asked, form.cleaned_data["password"])
        return self.signed_in(user, reverse("vendors:company_start"))


@public
class InvitationAnswerView(PublicForm):
    """Where an invitation leads: who has an account signs in and accepts, others make one."""

    template_name = "vendors/invitation.html"
    invitation: VendorInvitation

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        invitation = seats.invited_by(kwargs["token"])
        if invitation is None:
            return self.sorry("vendors/signup_over.html", 404)
        self.invitation = invitation
        return super().dispatch(request, *args, **kwargs)

    @property
    def known(self) -> bool:
        """Whether the address that was invited has an account."""
        return signing_up.account_exists(self.invitation.email)

    def get_form_class(self) -> Any:
        signs_in = self.request.user.is_authenticated or self.known
        return ConfirmForm if signs_in else NamedPasswordForm

    def get_form_kwargs(self) -> dict[str, Any]:
        found = super().get_form_kwargs()
        if self.get_form_class() is NamedPasswordForm:
            found["person"] = User(email=self.invitation.email)
        return found

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = self.request.user
        return super().get_context_data(
            invitation=self.invitation, known=self.known,
            other=user.is_authenticated and user.email != self.invitation.email, **kwargs,
        )  # fmt: skip

    def act(self, form: Any) -> HttpResponse:
        user: Any = self.request.user
        if user.is_authenticated:
            seats.accept(self.invitation, by=user)
            return HttpResponseRedirect(self.invitation.vendor.get_absolute_url())
        if self.known:
            return redirect(f"{reverse('account_login')}?next={self.request.path}")
        said = form.cleaned_data
        asked = Asked(said["name"], self.invitation.email, (get_language() or "es")[:2])
        user = signing_up.open_account(asked, said["password"])
        try:
            seats.accept(self.invitation, by=user)
        except Refused:
            return redirect("account_login")
        return self.signed_in(user, self.invitation.vendor.get_absolute_url())
