"""What pages about one framework share."""

from typing import Any

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy

from core.models import Event
from core.telling import told
from core.views import RowPage
from vendors import permissions_frameworks as who
from vendors.models import Framework

SHOWN = 100
"""So many events stand on a page; all are in the exported case."""


def history_of(row: Any) -> Any:
    """The newest events about a row, in words."""
    events = Event.objects.filter(target_label=row._meta.label_lower, target_id=row.pk)
    return told(events.order_by("-number").select_related("actor", "on_behalf_of")[:SHOWN])


def list_url() -> str:
    """Where the frameworks are listed."""
    return reverse("vendors:framework_list")


class FrameworkPage(RowPage):
    """A page with a form about a framework that this person sees and runs."""

    template_name = "vendors/framework_form.html"
    permission: Any = staticmethod(who.runs_frameworks)
    moved_on = gettext_lazy("The framework is published: its lots, rates, requirements and dates "
                            "stay as vendors have read them.")  # fmt: skip
    title: Any = ""
    intro: Any = ""
    submit: Any = ""

    @cached_property
    def framework(self) -> Framework:
        rows = Framework.objects.visible_to(self.request.user)
        return get_object_or_404(rows, ref=self.kwargs["ref"])

    @property
    def row(self) -> Any:
        """What the page is about."""
        return self.framework

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            framework=self.framework, row=self.row, title=self.title, intro=self.intro,
            submit=self.submit, **kwargs,
        )  # fmt: skip


class RowsPage(FrameworkPage):
    """A page whose rows are a formset: blank rows are left out, more are asked for by a button."""

    rows_class: Any = None
    template_name = "vendors/framework_rows.html"

    def rows_options(self) -> dict[str, Any]:
        return {}

    def written(self) -> list[dict[str, Any]]:
        """What is saved so far, a dictionary a row."""
        return []

    def rows(self, data: Any = None) -> Any:
        """The formset, with two blank rows after what is written, or as many as are asked for."""
        options = {"prefix": "rows", "auto_id": "id_%s", "form_kwargs": self.rows_options()}
        if data is not None:
            return self.rows_class(data, **options)
        return self.rows_class(initial=self.written(), **options)

    def filled(self, formset: Any) -> list[dict[str, Any]]:
        """The rows in which something was written."""
        return [form.cleaned_data for form in formset if form.cleaned_data]
