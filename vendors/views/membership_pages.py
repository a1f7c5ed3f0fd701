"""What pages about one membership share."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from core import clock
from core.steps import allow
from core.views import FormPage
from vendors import permissions_frameworks as who
from vendors.models import Membership


class MembershipPage(FormPage):
    """A page with a form about a membership that this person sees and may go on with."""

    template_name = "vendors/framework_form.html"
    permission: Any = staticmethod(who.applies)
    states: tuple[str, ...] = ()
    title: Any = ""
    submit: Any = ""
    intro: Any = ""

    @cached_property
    def row(self) -> Membership:
        return get_object_or_404(Membership.objects.visible_to(self.request.user),
                                 pk=self.kwargs["pk"])  # fmt: skip

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.user.is_authenticated:
            allow(self.permission, self.row, request.user)
            if self.row.state not in self.states:
                messages.warning(request, _("This has moved on since you opened the page."))
                return redirect(self.row.get_absolute_url())
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            row=self.row, framework=self.row.framework, title=self.title, submit=self.submit,
            intro=self.intro, **kwargs,
        )  # fmt: skip

    def done(self, sentence: str, url: str = "") -> HttpResponse:
        """Say that it is done, and go on."""
        messages.success(self.request, sentence)
        return redirect(url or self.row.get_absolute_url())


def evidence_of(row: Membership) -> Any:
    """The files of an application, each with whether it still counts today."""
    today = clock.today(row.framework.institution)
    files = list(
        row.evidence.filter(left_out=False).select_related("requirement", "document__blob")
    )
    for file in files:
        file.expired = not file.in_date(today)
    return files
