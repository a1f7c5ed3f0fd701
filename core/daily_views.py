"""Pages of how one is told: e-mails, their end from the mail itself, the calendar's address."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.http import parse_etags, quote_etag
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt
from django.views.generic import View

from core import calendars, digest, limits, mailing
from core.models import CalendarFeed, MailChoice, User
from core.notices import absolute
from core.views import FormPage

READS = 120
"""So often a minute one address may read calendars; a program reads once an hour."""


class MailForm(forms.ModelForm):
    """When e-mails come, and in which language."""

    language = forms.ChoiceField(
        label=gettext_lazy("Language of e-mails"),
        choices=[("es", "Español"), ("en", "English")],
        widget=forms.RadioSelect,
    )

    class Meta:
        model = MailChoice
        fields = ["rhythm", "hour", "weekday"]
        widgets = {"rhythm": forms.RadioSelect}
        help_texts = {
            "rhythm": gettext_lazy("What is urgent always comes at once: votes that are open, "
                                   "holds, conditions that fall overdue."),
            "hour": gettext_lazy("In the time zone of your institution."),
            "weekday": gettext_lazy("Only for one e-mail a week."),
        }  # fmt: skip

    def _post_clean(self) -> None:
        """The rule saves; nothing is written here."""


class MailChoiceView(FormPage):
    """When my e-mails come, and the address of my calendar."""

    template_name = "core/mail_choice.html"
    form_class = MailForm

    def get_form_kwargs(self) -> dict[str, Any]:
        user: Any = self.request.user
        choice, initial = mailing.choice_of(user), {"language": user.language}
        return {**super().get_form_kwargs(), "instance": choice, "initial": initial}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user: Any = self.request.user
        secret = self.request.session.pop("calendar", "")
        address = absolute(reverse("core:calendar_file", args=[secret])) if secret else ""
        return super().get_context_data(
            now=digest.described(mailing.choice_of(user)), address=address,
            feed=CalendarFeed.objects.filter(person=user).first(), **kwargs,
        )  # fmt: skip

    def act(self, form: Any) -> HttpResponse:
        user: Any = self.request.user
        digest.choose(user, **form.cleaned_data)
        messages.success(self.request, _("Saved."))
        return HttpResponseRedirect(self.request.path)


class CalendarMakeView(View):
    """Make a new secret address, or withdraw it."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        person: Any = request.user
        if "revoke" in request.POST:
            calendars.revoke(person)
            messages.success(request, _("The address leads nowhere any more."))
        else:
            request.session["calendar"] = calendars.make(person)
        return HttpResponseRedirect(f"{reverse('core:mail_choice')}#calendar")


class CalendarFileView(View):
    """The calendar itself, for whoever holds its secret; cached by that reader alone."""

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        if limits.one_too_many(request, "calendar", READS):
            return HttpResponse(status=429, headers={"Retry-After": "60"})
        person = calendars.reader(token)
        if person is None:
            raise Http404
        text = calendars.calendar(person)
        etag = quote_etag(calendars.hashed(text))
        headers = {"ETag": etag, "Cache-Control": "private, max-age=900",
                   "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex"}  # fmt: skip
        if etag in parse_etags(request.headers.get("If-None-Match", "")):
            return HttpResponse(status=304, headers=headers)
        headers["Content-Disposition"] = 'inline; filename="compuerta.ics"'
        return HttpResponse(text, "text/calendar; charset=utf-8", headers=headers)


@method_decorator(csrf_exempt, name="dispatch")
class DigestStopView(View):
    """No more digests, from the link in the mail: asked once, or at once by the mail program."""

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        return self._page(request, self._person(token), done=False)

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        person = self._person(token)
        digest.stop(person)
        return self._page(request, person, done=True)

    def _person(self, token: str) -> User:
        person = digest.stopper(token)
        if person is None:
            raise Http404
        return person

    def _page(self, request: HttpRequest, person: User, *, done: bool) -> HttpResponse:
        return render(request, "core/digest_stop.html", {"person": person, "done": done})
