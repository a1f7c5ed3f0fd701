"""Views written once: taking a step, and what lists, details and forms share."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import DetailView, FormView, ListView, View

from core.machines import Machine
from core.refusals import Refused
from core.steps import admit, allow, blockers, perform, step


class VisibleMixin(LoginRequiredMixin):
    """Only rows that this person may see exist for them; the rest is 404."""

    model: Any
    slug_field = "ref"
    slug_url_kwarg = "ref"

    def get_queryset(self) -> QuerySet[Any]:
        return self.model._default_manager.visible_to(self.request.user)  # type: ignore[attr-defined]


class ListPage(VisibleMixin, ListView):
    """A list of what this person may see, paged."""

    paginate_by = 50


class DetailPage(VisibleMixin, DetailView):
    """One row that this person may see."""


class RefusableFormMixin:
    """A form whose act may be refused: the reasons become errors, what was typed stays."""

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            return self.act(form)
        except Refused as refused:
            for reason in refused.reasons:
                form.add_error(None, reason)
            return self.form_invalid(form)  # type: ignore[attr-defined]

    def act(self, form: Any) -> HttpResponse:
        """Do what the form is for; may raise Refused or Denied."""
        return super().form_valid(form)  # type: ignore[misc]


class FormPage(LoginRequiredMixin, RefusableFormMixin, FormView):
    """A page with one form that may be refused with sentences."""


class RowPage(FormPage):
    """A page with one form about one row that this person sees: who may, and in which states."""

    permission: Any = None
    states: tuple[str, ...] = ()
    """The states in which it may be done; all where none is named."""
    moved_on: Any = gettext_lazy("This has moved on since you opened the page.")

    @property
    def subject(self) -> Any:
        """The row that is asked about."""
        return self.row  # type: ignore[attr-defined]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.user.is_authenticated:
            if self.permission is not None:
                allow(self.permission, self.subject, request.user)
            if self.states and self.subject.state not in self.states:
                messages.warning(request, self.moved_on)
                return redirect(self.subject.get_absolute_url())
        return super().dispatch(request, *args, **kwargs)

    def go_on(self, sentence: str, url: str = "") -> HttpResponse:
        """Say that it is done, and go on: to the row where nothing else is said."""
        messages.success(self.request, sentence)
        return redirect(url or self.subject.get_absolute_url())


class RowFormPage(RowPage):
    """The same for a form that only saves: what it is called, what it does, what it says then."""

    model: Any = None
    related: tuple[str, ...] = ()
    title: Any = ""
    intro: Any = ""
    submit: Any = gettext_lazy("Save")
    done: Any = gettext_lazy("Saved.")

    @cached_property
    def row(self) -> Any:
        """The row of the address, if this person sees it."""
        rows = self.model._default_manager.visible_to(self.request.user)
        related = self.related or getattr(self.model, "step_related", ())
        return get_object_or_404(rows.select_related(*related), **self.kwargs)

    def get_success_url(self) -> str:
        return str(self.row.get_absolute_url())

    def act(self, form: Any) -> HttpResponse:
        """Do what the form is for, say so, and go on."""
        self.save(form)
        return self.go_on(self.done, self.get_success_url())

    def save(self, form: Any) -> None:
        """What the form is for; may raise Refused or Denied."""
        raise NotImplementedError

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            row=self.row, title=self.title, intro=self.intro, submit=self.submit,
            cancel_url=self.get_success_url(), **kwargs,
        )  # fmt: skip


class StepForm(forms.Form):
    """The reason for a step, and the state in which its page was opened."""

    because = forms.CharField(
        label=gettext_lazy("Reason"), required=False, max_length=4000, strip=True,
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, reason_needed: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["because"]
        field.required = reason_needed
        field.help_text = (
            _("It stands in the history for good.")
            if reason_needed
            else _("Optional. It stands in the history for good.")
        )


class TransitionView(LoginRequiredMixin, View):
    """Confirm and take one step of one row: every step of every machine goes through here."""

    model: Any = Machine
    template_name = "components/confirm.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not request.user.is_authenticated:
            return self.handle_no_permission()
        key = {"ref": kwargs["ref"]} if "ref" in kwargs else {"pk": kwargs["pk"]}
        rows = self.model._default_manager.select_related(*self.model.step_related)
        self.object = get_object_or_404(rows, **key)
        name = kwargs["step"]
        if name not in self._declared() or not self._seen_by(request.user, name):
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def _seen_by(self, user: Any, name: str) -> bool:
        """Whether the row exists for this person: who may take its step sees it, and many more."""
        transition = step(self.object, name)
        permission: Any = transition.permission if transition else None
        if permission is not None and permission(self.object, user):
            return True
        return bool(self.model.objects.visible_to(user).filter(pk=self.object.pk).exists())

    def get(self, request: HttpRequest, step: str, **kwargs: Any) -> HttpResponse:
        return self._page(request, step, self._form(step, {"seen": self.object.current}))

    def post(self, request: HttpRequest, step: str, **kwargs: Any) -> HttpResponse:
        form = self._form(step, {}, request.POST)
        if not form.is_valid():
            return self._page(request, step, form, status=422)
        try:
            if form.cleaned_data["seen"] not in ("", self.object.current):
                raise Refused(_("This has moved on since you opened the page."))
            done = perform(self.object, step, by=request.user, because=form.cleaned_data["because"])
        except Refused as refused:
            for reason in refused.reasons:
                form.add_error(None, reason)
            return self._page(request, step, form, status=409)
        messages.success(request, self._done(step, done))
        return HttpResponseRedirect(done.get_absolute_url() or "/")

    def _declared(self) -> dict[str, Any]:
        """The steps that are offered by hand at all, by name, in whatever state they start."""
        field = self.model._meta.get_field(self.model.state_field)
        return {
            transition.name: transition
            for transition in field.get_all_transitions(self.model)
            if transition.custom["offered"]
        }

    def _form(self, step_name: str, initial: dict[str, Any], data: Any = None) -> StepForm:
        needed = bool(self._declared()[step_name].custom.get("reason"))
        return StepForm(data, initial=initial, reason_needed=needed)

    def _page(
        self, request: HttpRequest, name: str, form: StepForm, status: int = 200
    ) -> HttpResponse:
        transition = step(self.object, name)
        if transition is None and request.method == "GET":
            form = StepForm({"seen": ""})
            form.is_valid()
            form.add_error(None, _("This has moved on since you opened the page."))
            status = 409
        elif transition is not None:
            admit(transition, self.object, request.user)
        context = {
            "object": self.object, "form": form, "transition": transition or self._declared()[name],
            "possible": transition is not None,
            "blockers": blockers(self.object, transition) if transition and not form.errors else [],
            "cancel_url": self.object.get_absolute_url() or "/",
        }  # fmt: skip
        return render(request, self.template_name, context, status=status)

    def _done(self, name: str, row: Machine) -> str:
        label = self._declared()[name].custom["label"]
        return _("%(step)s: %(row)s") % {"step": label, "row": row.title_for_people()}
