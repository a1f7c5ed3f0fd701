"""What the pages of vendors share: a form about one row that this person sees."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from core.models import Event
from core.steps import allow
from core.telling import told
from core.views import FormPage
from vendors.models import Vendor


class ActPage(FormPage):
    """A page with one form about one row: who may, what it is called, what it does."""

    model: Any = Vendor
    permission: Any = None
    title: Any = ""
    intro: Any = ""
    button: Any = _("Save")
    done: Any = _("Saved.")
    template_name = "vendors/act.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.user.is_authenticated:
            allow(self.permission, self.row, request.user)
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def row(self) -> Any:
        """The row of the address, if this person sees it."""
        rows = self.model._default_manager.visible_to(self.request.user)
        related = getattr(self.model, "step_related", ())
        return get_object_or_404(rows.select_related(*related), **self.kwargs)

    def get_success_url(self) -> str:
        return str(self.row.get_absolute_url())

    def act(self, form: Any) -> HttpResponse:
        """Do what the form is for, say so, and go on."""
        self.save(form)
        messages.success(self.request, self.done)
        return HttpResponseRedirect(self.get_success_url())

    def save(self, form: Any) -> None:
        """What the form is for; may raise Refused or Denied."""
        raise NotImplementedError

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            row=self.row, title=self.title, intro=self.intro, button=self.button,
            cancel_url=self.get_success_url(), **kwargs,
        )  # fmt: skip


def events_of(label: str, key: int, most: int = 50) -> list[Event]:
    """The newest events of a row, in words."""
    events = Event.objects.filter(target_label=label, target_id=key).order_by("-number")
    return told(events.select_related("actor", "on_behalf_of")[:most])
