"""What pages about one membership share."""

from typing import Any

from django.shortcuts import get_object_or_404
from django.utils.functional import cached_property

from core import clock
from core.views import RowPage
from vendors import permissions_frameworks as who
from vendors.models import Membership


class MembershipPage(RowPage):
    """A page with a form about a membership that this person sees and may go on with."""

    template_name = "vendors/framework_form.html"
    permission: Any = staticmethod(who.applies)
    title: Any = ""
    submit: Any = ""
    intro: Any = ""

    @cached_property
    def row(self) -> Membership:
        return get_object_or_404(Membership.objects.visible_to(self.request.user),
                                 pk=self.kwargs["pk"])  # fmt: skip

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            row=self.row, framework=self.row.framework, title=self.title, submit=self.submit,
            intro=self.intro, **kwargs,
        )  # fmt: skip


def evidence_of(row: Membership) -> Any:
    """The files of an application, each with whether it still counts today."""
    today = clock.today(row.framework.institution)
    files = list(
        row.evidence.filter(left_out=False).select_related("requirement", "document__blob")
    )
    for file in files:
        file.expired = not file.in_date(today)
    return files
