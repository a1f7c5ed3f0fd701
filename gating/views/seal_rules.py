"""How seals are run: the rules of each, and which standards are seals; for who keeps standards."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.steps import allow
from core.views import FormPage
from gating import permissions_seal as permissions
from gating import sealing, tables_seal
from gating.forms_seal import NewSchemeForm, SchemeForm
from gating.models import SealScheme
from gating.views.acting import RowFormPage


class SchemeEditView(RowFormPage):
    """How a standard is run as a seal."""

    model = SealScheme
    form_class = SchemeForm
    permission = staticmethod(permissions.sets_up_seals)
    title = gettext_lazy("Rules of the seal")
    intro = gettext_lazy(
        "They hold from now on: seals awarded and deadlines running stay as they are."
    )

    @cached_property
    def row(self) -> Any:
        return get_object_or_404(SealScheme.objects.select_related("dossier"), **self.kwargs)

    @property
    def trail(self) -> list[tuple[str, str]]:
        return [(_("Services"), tables_seal.service_list())]

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "instance": SealScheme.objects.get(pk=self.row.pk)}

    def get_success_url(self) -> str:
        return tables_seal.service_list()

    def save(self, form: Any) -> None:
        sealing.change_scheme(self.row, form.cleaned_data, by=self.request.user)


class SchemeCreateView(FormPage):
    """Run one more published standard as a seal."""

    template_name = "gating/boards_form.html"
    form_class = NewSchemeForm

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.user.is_authenticated:
            allow(permissions.sets_up_seals, None, request.user)
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            **kwargs, title=_("Run a standard as a seal"), submit=_("Add it"),
            cancel_url=tables_seal.service_list(),
        )  # fmt: skip

    def act(self, form: Any) -> HttpResponse:
        scheme = sealing.run_as_seal(form.cleaned_data["standard"], by=self.request.user)
        return HttpResponseRedirect(scheme.get_absolute_url())
