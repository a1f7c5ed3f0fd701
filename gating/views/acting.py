"""What the pages of boards share: a form about one row that this person sees."""

from typing import Any

from django.contrib import messages
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from core import telling
from core.models import Event
from core.steps import allow
from core.views import FormPage

HISTORY = 50
"""How many events of a row its page shows."""


class RowFormPage(FormPage):
    """A page with one form about one row: what it is called, who may, what it does."""

    model: type[Model]
    permission: Any = None
    title: Any = ""
    intro: Any = ""
    submit: Any = _("Save")
    done: Any = _("Saved.")
    related: tuple[str, ...] = ()
    template_name = "gating/boards_form.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.user.is_authenticated and self.permission is not None:
            allow(self.permission, self.row, request.user)
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def row(self) -> Any:
        """The row of the address, if this person sees it."""
        rows = self.model._default_manager.visible_to(self.request.user)  # type: ignore[attr-defined]
        return get_object_or_404(rows.select_related(*self.related), **self.kwargs)

    @property
    def trail(self) -> list[tuple[str, str]]:
        """Where the page stands: label and address of what is above it."""
        return [(title_of(self.row), self.row.get_absolute_url())]

    def get_success_url(self) -> str:
        return str(self.row.get_absolute_url())

    def act(self, form: Any) -> HttpResponse:
        """Do what the form is for, say so, and go back to the row."""
        self.save(form)
        messages.success(self.request, self.done)
        return HttpResponseRedirect(self.get_success_url())

    def save(self, form: Any) -> None:
        """What the form is for; may raise Refused or Denied."""
        raise NotImplementedError

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            row=self.row, title=self.title, intro=self.intro, submit=self.submit,
            trail=self.trail, cancel_url=self.get_success_url(), **kwargs,
        )  # fmt: skip


def title_of(row: Any) -> str:
    """The row's name as people know it."""
    name = getattr(row, "title_for_people", None)
    return str(name() if name else row)


def told(*rows: Any) -> list[Event]:
    """What happened to these rows, the newest first, in words."""
    found = Event.objects.none()
    for row in rows:
        found |= Event.objects.filter(target_label=row._meta.label_lower, target_id=row.pk)
    return telling.told(found.order_by("-pk").select_related("actor", "on_behalf_of")[:HISTORY])
