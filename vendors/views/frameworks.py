"""Pages of frameworks: the list, one framework, its draft, terms and windows."""

from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.steps import allow
from core.views import DetailPage, FormPage, ListPage, TransitionView
from vendors import framing
from vendors import permissions_frameworks as who
from vendors.filters_frameworks import FrameworkFilter
from vendors.forms_frameworks import FrameworkForm, Requirements, TermsForm, WindowForm
from vendors.models import Framework, FrameworkState, Membership
from vendors.models.membership import MEMBERS
from vendors.views.framework_pages import FrameworkPage, RowsPage, history_of, list_url


class FrameworkListView(ListPage):
    """Frameworks that this person sees, the newest first."""

    model = Framework
    template_name = "vendors/framework_list.html"
    context_object_name = "frameworks"

    def get_queryset(self) -> Any:
        counted = super().get_queryset().annotate(
            lots_count=Count("lots", distinct=True),
            members_count=Count("lots__memberships__vendor", distinct=True,
                                filter=Q(lots__memberships__state__in=MEMBERS)),
        )  # fmt: skip
        self.filter = FrameworkFilter(self.request.GET, queryset=counted.order_by("-pk"))
        return self.filter.qs

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            filter=self.filter, drafts=who.runs_frameworks(None, self.request.user), **kwargs
        )


def lots_of(framework: Framework) -> Any:
    """The lots with how many members each has in force, and how many applications wait."""
    return framework.lots.annotate(
        active_count=Count("memberships", filter=Q(memberships__state="active")),
        members_count=Count("memberships", filter=Q(memberships__state__in=MEMBERS)),
        waiting_count=Count("memberships",
                            filter=Q(memberships__state__in=("applied", "assessing"))),
    ).order_by("number")  # fmt: skip


class FrameworkDetailView(DetailPage):
    """One framework: its lots, requirements, terms, windows, and what comes next."""

    model = Framework
    template_name = "vendors/framework_detail.html"
    context_object_name = "framework"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        row, user = self.object, self.request.user
        lots = list(lots_of(row))
        for lot in lots:
            lot.framework = row
            lot.flagged = row.in_force() and lot.active_count < lot.least_vendors
        runs = who.runs_frameworks(row, user)
        mine = Membership.objects.visible_to(user).filter(lot__framework=row)
        return super().get_context_data(
            lots=lots, terms=row.newest_terms, versions=row.terms.count(), runs=runs,
            requirements=row.requirements.all(), windows=row.windows.all(),
            open_now=row.takes_applications(), events=history_of(row),
            mine=[] if who.oversees(user) else mine.order_by("lot", "pk"),
            sees_all=who.oversees(user), loads=who.loads_orders(row, user), **kwargs,
        )  # fmt: skip


class FrameworkStepView(TransitionView):
    """Confirm a step of a framework."""

    model = Framework


class FrameworkCreateView(FormPage):
    """Begin a framework."""

    form_class = FrameworkForm
    template_name = "vendors/framework_form.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.user.is_authenticated:
            allow(who.runs_frameworks, None, request.user)
        return super().dispatch(request, *args, **kwargs)

    def get_initial(self) -> dict[str, Any]:
        return {"institution": self.request.user.institution_id}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            title=_("Draft a framework agreement"), submit=_("Save the draft"),
            intro=_("Nobody but officers and oversight sees it before you publish it."),
            cancel_url=list_url(), **kwargs,
        )  # fmt: skip

    def act(self, form: FrameworkForm) -> HttpResponse:
        row = framing.draft(form.cleaned_data, by=self.request.user)
        messages.success(self.request, _("The draft is saved. Add its lots, requirements and "
                                         "terms."))  # fmt: skip
        return redirect(row.get_absolute_url())


class FrameworkEditView(FrameworkPage):
    """Correct the draft of a framework."""

    form_class = FrameworkForm
    states = (FrameworkState.DRAFT,)
    title = gettext_lazy("Change the draft")
    submit = gettext_lazy("Save the draft")

    def get_initial(self) -> dict[str, Any]:
        return {name: getattr(self.framework, name) for name in framing.FIELDS}

    def act(self, form: FrameworkForm) -> HttpResponse:
        framing.change(self.framework, form.cleaned_data, by=self.request.user)
        return self.go_on(_("The draft is saved."))


class RequirementsEditView(RowsPage):
    """What applications answer, and what assessors check."""

    rows_class = Requirements
    form_class = FrameworkForm  # only its errors are used: what is refused
    states = (FrameworkState.DRAFT,)
    title = gettext_lazy("Requirements")
    intro = gettext_lazy("Each application answers them all; two people check each answer. A blank "
                         "row is left out.")  # fmt: skip
    submit = gettext_lazy("Save the requirements")

    def written(self) -> list[dict[str, Any]]:
        names = ("code", "question", "check_text", "mandatory", "evidence")
        return list(self.framework.requirements.order_by("number").values(*names))

    def get_form(self, form_class: Any = None) -> Any:
        return self.rows(self.request.POST if self.request.method == "POST" else None)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found = super().get_context_data(**kwargs)
        return {**found, "formset": found["form"]}

    def form_invalid(self, form: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)

    def act(self, form: Any) -> HttpResponse:
        framing.put_requirements(self.framework, self.filled(form), by=self.request.user)
        url = self.request.path if "more" in self.request.POST else ""
        return self.go_on(_("The requirements are saved."), url)


class TermsCreateView(FrameworkPage):
    """Write the next version of the terms."""

    form_class = TermsForm
    title = gettext_lazy("Write the terms")
    submit = gettext_lazy("Save this version")
    intro = gettext_lazy("A version never changes once it is saved. Members in force sign a newer "
                         "one anew.")  # fmt: skip

    def get_initial(self) -> dict[str, Any]:
        newest = self.framework.newest_terms
        return {"text": newest.text if newest else ""}

    def act(self, form: TermsForm) -> HttpResponse:
        said = form.cleaned_data
        terms = framing.write_terms(self.framework, said["text"], by=self.request.user,
                                    because=said["because"])  # fmt: skip
        return self.go_on(_("Version %(number)s of the terms is saved.") % {"number": terms.number})


class TermsDetailView(DetailPage):
    """Every version of the terms, the newest first."""

    model = Framework
    template_name = "vendors/framework_terms.html"
    context_object_name = "framework"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            versions=self.object.terms.select_related("written_by"),
            runs=who.runs_frameworks(self.object, self.request.user), **kwargs,
        )  # fmt: skip


class WindowCreateView(FrameworkPage):
    """Plan a further window for applications."""

    form_class = WindowForm
    title = gettext_lazy("Open the framework again")
    submit = gettext_lazy("Plan the window")
    intro = gettext_lazy("New vendors apply between these days; members and their orders go on. "
                         "The clock opens and closes it.")  # fmt: skip

    def act(self, form: WindowForm) -> HttpResponse:
        said = form.cleaned_data
        framing.plan_window(self.framework, said["opens_on"], said["closes_on"],
                            by=self.request.user, because=said["because"])  # fmt: skip
        return self.go_on(_("The window is planned."))
