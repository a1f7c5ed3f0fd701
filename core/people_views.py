"""Pages for people, roles, institutions, absences and handovers."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.core import signing
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.generic import ListView, View

from core import absence, clock, people_import, people_rules
from core.models import Event, Institution, Loan, RoleGrant, User
from core.people import holds
from core.people_forms import (
    EndGrantForm,
    GrantForm,
    HandOverForm,
    InstitutionForm,
    LoanForm,
    PeopleFileForm,
    PersonForm,
)
from core.permissions import administers
from core.refusals import Refused
from core.steps import allow
from core.telling import told
from core.views import FormPage


class AdministratorMixin(LoginRequiredMixin):
    """Pages that only an administrator opens; an auditor may read the lists."""

    readers: tuple[str, ...] = ("administrator",)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.user.is_authenticated and not holds(request.user, *self.readers):
            allow(administers, None, request.user)
        return super().dispatch(request, *args, **kwargs)


class PersonListView(AdministratorMixin, ListView):
    """Everybody, with the roles they hold today."""

    readers = ("administrator", "auditor", "secretariat")
    template_name = "core/people_list.html"
    paginate_by = 50

    def get_queryset(self) -> Any:
        people = User.objects.exclude(email=clock.CLOCK_EMAIL).select_related("institution")
        if words := self.request.GET.get("q", "").strip():
            people = people.filter(Q(name__icontains=words) | Q(email__icontains=words))
        return people.prefetch_related("grants")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found = super().get_context_data(**kwargs)
        today = clock.today()
        for person in found["object_list"]:
            person.roles_today = [
                grant.get_role_display() for grant in person.grants.all()
                if grant.starts <= today and (grant.ends is None or grant.ends >= today)
            ]  # fmt: skip
        return {**found, "q": self.request.GET.get("q", ""),
                "administers": holds(self.request.user, "administrator")}  # fmt: skip


class PersonFormView(AdministratorMixin, FormPage):
    """Enter a person or change one."""

    template_name = "core/person_form.html"
    form_class = PersonForm

    def get_form_kwargs(self) -> dict[str, Any]:
        person = get_object_or_404(User, pk=self.kwargs["pk"]) if "pk" in self.kwargs else None
        return {**super().get_form_kwargs(), "instance": person}

    def act(self, form: Any) -> HttpResponse:
        person = people_rules.save_person(form.save(commit=False), by=self.request.user)
        messages.success(self.request, _("%(person)s is saved.") % {"person": person})
        return HttpResponseRedirect(reverse("core:person_detail", args=[person.pk]))


class PersonDetailView(AdministratorMixin, FormPage):
    """One person: roles with their periods, a form for another, and the history."""

    readers = ("administrator", "auditor", "secretariat")
    template_name = "core/person_detail.html"
    form_class = GrantForm

    def get_initial(self) -> dict[str, Any]:
        return {"starts": clock.today()}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        person = get_object_or_404(User.objects.select_related("institution", "superior"),
                                   pk=self.kwargs["pk"])  # fmt: skip
        events = Event.objects.filter(dossier__ref=f"person-{person.pk}")
        return {
            **super().get_context_data(**kwargs), "person": person, "today": clock.today(),
            "grants": person.grants.select_related("institution", "granted_by"),
            "events": told(events.select_related("actor").order_by("-number")[:50]),
            "administers": holds(self.request.user, "administrator"),
        }  # fmt: skip

    def act(self, form: Any) -> HttpResponse:
        allow(administers, None, self.request.user)
        person = get_object_or_404(User, pk=self.kwargs["pk"])
        given = people_rules.grant(person, by=self.request.user, **form.cleaned_data)
        messages.success(self.request, _("Given: %(role)s") % {"role": given.get_role_display()})
        return HttpResponseRedirect(self.request.path)


class GrantEndView(AdministratorMixin, FormPage):
    """End a role, with the reason."""

    template_name = "core/person_act.html"
    form_class = EndGrantForm

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        given = get_object_or_404(RoleGrant.objects.select_related("user"), pk=self.kwargs["pk"])
        title = _("End the role “%(role)s” of %(person)s") % {
            "role": given.get_role_display(), "person": given.user}  # fmt: skip
        return {**super().get_context_data(**kwargs), "title": title, "button": _("End the role"),
                "cancel_url": reverse("core:person_detail", args=[given.user_id])}  # fmt: skip

    def act(self, form: Any) -> HttpResponse:
        given = get_object_or_404(RoleGrant, pk=self.kwargs["pk"])
        people_rules.end_grant(given, by=self.request.user, because=form.cleaned_data["because"])
        messages.success(self.request, _("The role has ended."))
        return HttpResponseRedirect(reverse("core:person_detail", args=[given.user_id]))


class HandOverView(AdministratorMixin, FormPage):
    """Move all of a leaver's work to a successor in one act."""

    template_name = "core/person_act.html"
    form_class = HandOverForm

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        person = get_object_or_404(User, pk=self.kwargs["pk"])
        title = _("Hand over all work of %(person)s") % {"person": person}
        return {**super().get_context_data(**kwargs), "title": title, "button": _("Hand over"),
                "cancel_url": reverse("core:person_detail", args=[person.pk]), "danger": True,
                "note": _("Projects and open tasks pass to the successor at once. Board seats, "
                          "assessments and votes stay: they have alternates.")}  # fmt: skip

    def act(self, form: Any) -> HttpResponse:
        leaver = get_object_or_404(User, pk=self.kwargs["pk"])
        moved = absence.hand_over(
            leaver, form.cleaned_data["successor"], by=self.request.user,
            because=form.cleaned_data["because"],
        )  # fmt: skip
        count = len(moved)
        messages.success(self.request, ngettext("%(n)s case was handed over.",
                         "%(n)s cases were handed over.", count) % {"n": count})  # fmt: skip
        return HttpResponseRedirect(reverse("core:person_detail", args=[leaver.pk]))


class InstitutionListView(AdministratorMixin, FormPage):
    """The institutions, and a form to enter another."""

    readers = ("administrator", "auditor", "secretariat")
    template_name = "core/institution_list.html"
    form_class = InstitutionForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "instance": None}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs),
                "institutions": Institution.objects.select_related("parent"),
                "administers": holds(self.request.user, "administrator")}  # fmt: skip

    def act(self, form: Any) -> HttpResponse:
        allow(administers, None, self.request.user)
        entered = people_rules.enter_institution(form.save(commit=False), by=self.request.user)
        messages.success(self.request, _("%(name)s is entered.") % {"name": entered.name})
        return HttpResponseRedirect(self.request.path)


class LoanListView(FormPage):
    """My absences and stand-ins, and a form for another; an administrator sees everybody's."""

    template_name = "core/loan_list.html"
    form_class = LoanForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "by": self.request.user}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        loans = Loan.objects.visible_to(self.request.user).select_related("lender", "borrower")
        return {**super().get_context_data(**kwargs), "loans": loans[:200]}

    def act(self, form: Any) -> HttpResponse:
        loan = absence.propose(by=self.request.user, **form.cleaned_data)
        if loan.state == Loan.States.ACTIVE:
            messages.success(self.request, _("The stand-in is in force for the days you chose."))
        else:
            names = ", ".join(str(person) for person in absence.second_people(loan))
            messages.success(
                self.request, _("The stand-in waits for a second person: %(names)s.")
                % {"names": names},
            )  # fmt: skip
        return HttpResponseRedirect(self.request.path)


class PeopleImportView(AdministratorMixin, View):
    """People from a CSV file: the preview first, the same text once more to enter it."""

    salt = "core.people_import"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._page(request, {"form": PeopleFileForm()})

    def post(self, request: HttpRequest) -> HttpResponse:
        if "checked" in request.POST:
            return self._load(request)
        form = PeopleFileForm(request.POST, request.FILES)
        if form.is_valid():
            try:
                content = form.cleaned_data["file"].read(people_import.LIMIT + 1)
                lines = people_import.check(people_import.read(content))
            except Refused as refused:
                form.add_error("file", list(refused.reasons))
            else:
                checked = signing.dumps(content.decode("latin-1"), salt=self.salt, compress=True)
                good = sum(not line.problems for line in lines)
                return self._page(request, {"lines": lines, "checked": checked, "good": good})
        return self._page(request, {"form": form}, status=422)

    def _load(self, request: HttpRequest) -> HttpResponse:
        try:
            text = signing.loads(request.POST["checked"], salt=self.salt, max_age=86400)
        except signing.BadSignature:
            messages.error(request, _("The preview is older than a day or damaged; upload again."))
            return redirect("core:people_import")
        lines = people_import.read(text.encode("latin-1"))
        counts = people_import.load(lines, by=request.user, because=_("imported from a file"))
        messages.success(
            request,
            _("Entered: %(people)s people, %(roles)s roles; rows left out: %(left)s.") % counts,
        )
        left = [line for line in lines if line.problems]
        return self._page(request, {"lines": left, "done": True}) if left else redirect(
            "core:people_list")  # fmt: skip

    def _page(
        self, request: HttpRequest, context: dict[str, Any], status: int = 200
    ) -> HttpResponse:
        columns = people_import.COLUMNS
        return render(request, "core/people_import.html", {**context, "columns": columns},
                      status=status)  # fmt: skip
