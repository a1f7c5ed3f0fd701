"""Pages of memberships: the list, one membership, assessors, terms signed, and the end."""

from typing import Any

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.views import DetailPage, ListPage, TransitionView
from vendors import assessing
from vendors import permissions_frameworks as who
from vendors.filters_frameworks import MembershipFilter
from vendors.forms_memberships import AssessorsForm, BlankForm, OffRampForm
from vendors.models import Membership, MembershipState
from vendors.models.membership_conditions import ASSESSORS
from vendors.views.framework_pages import history_of
from vendors.views.membership_pages import MembershipPage, evidence_of

States = MembershipState


class MembershipListView(ListPage):
    """Memberships and applications that this person sees; vendors their own."""

    model = Membership
    template_name = "vendors/membership_list.html"
    context_object_name = "memberships"

    def get_queryset(self) -> Any:
        self.filter = MembershipFilter(
            self.request.GET, queryset=super().get_queryset().order_by("-pk")
        )
        return self.filter.qs

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(filter=self.filter, **kwargs)


class MembershipDetailView(DetailPage):
    """One membership: what was applied, found, decided and signed, and what comes next."""

    model = Membership
    template_name = "vendors/membership_detail.html"
    context_object_name = "membership"

    def get_object(self, queryset: Any = None) -> Membership:
        return get_object_or_404(self.get_queryset(), pk=self.kwargs["pk"])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        row, user = self.object, self.request.user
        reads = not row.assessments.filter(assessor=user, state__in=("named", "recused")).exists()
        answers = row.answers.select_related("requirement", "reused_from__lot__framework")
        sees = who.oversees(user) and user.pk not in set(
            row.assessments.exclude(state="concluded").values_list("assessor_id", flat=True)
        )
        return super().get_context_data(
            framework=row.framework, lot=row.lot, reads=reads,
            answers=answers.order_by("requirement__number") if reads else [],
            evidence=evidence_of(row) if reads else [], assessments=self._assessments(row, sees),
            sealed=row.concluded() < ASSESSORS, sees=sees, events=history_of(row),
            signatures=row.signatures.select_related("signed_by", "terms"),
            acts=self._acts(row, user), **kwargs,
        )  # fmt: skip

    def _assessments(self, row: Membership, sees: bool) -> list[Any]:
        """Who assesses; what they found only once both concluded."""
        if not sees:
            return []
        rows = row.assessments.select_related("assessor").prefetch_related("marks__requirement")
        return list(rows.order_by("pk"))

    def _acts(self, row: Membership, user: Any) -> list[tuple[str, str]]:
        """What this person may do here by a form: a label and an address each."""
        newest, members = row.framework.newest_terms, (States.ACTIVE, States.SUSPENDED)
        missing = row.standing_assessments().count() < ASSESSORS
        anew = row.state in members and newest is not None and row.terms_id != newest.pk
        by_vendor = anew and assessing.signed_by(row, newest, "vendor")
        pending = row.state in (States.APPLIED, States.ASSESSING)
        inside = row.state in (States.ADMITTED, States.SIGNED, *members)
        named = [
            (row.state == States.DRAFT, who.applies, _("Write the application"), "membership_edit"),
            (pending and missing, who.runs_frameworks, _("Name assessors"), "assessors_name"),
            (inside, who.runs_frameworks, _("Take the vendor out of the lot"), "membership_remove"),
            (anew and not by_vendor, who.signs, _("Sign the newest terms"), "terms_sign"),
            (anew and by_vendor, who.countersigns, _("Countersign the newest terms"),
             "terms_countersign"),
        ]  # fmt: skip
        return [
            (label, reverse(f"vendors:{name}", args=[row.pk]))
            for now, permission, label, name in named
            if now and permission(row, user)
        ]


class MembershipStepView(TransitionView):
    """Confirm a step of a membership."""

    model = Membership


class AssessorsNameView(MembershipPage):
    """Name the people who assess an application."""

    form_class = AssessorsForm
    permission = staticmethod(who.runs_frameworks)
    states = (States.APPLIED, States.ASSESSING)
    title = gettext_lazy("Name assessors")
    submit = gettext_lazy("Name them")
    intro = gettext_lazy("Two people of institutions, who represent no vendor. Each declares first "
                         "that there is no conflict of interest, and neither sees what the other "
                         "finds before both have concluded.")  # fmt: skip

    def get_form_kwargs(self) -> dict[str, Any]:
        missing = ASSESSORS - self.row.standing_assessments().count()
        return super().get_form_kwargs() | {"missing": max(missing, 1)}

    def act(self, form: AssessorsForm) -> Any:
        assessing.name_assessors(self.row, form.people(), by=self.request.user)
        return self.go_on(_("The assessors are named, and told."))


class MembershipRemoveView(MembershipPage):
    """Take a vendor out of a lot, for a ground."""

    form_class = OffRampForm
    permission = staticmethod(who.runs_frameworks)
    states = (States.ADMITTED, States.SIGNED, States.ACTIVE, States.SUSPENDED)
    title = gettext_lazy("Take the vendor out of the lot")
    submit = gettext_lazy("Take it out")
    intro = gettext_lazy("No new order is called off from it. Orders that run go on, and are "
                         "paid.")  # fmt: skip

    def act(self, form: OffRampForm) -> Any:
        assessing.off_ramp(self.row, form.cleaned_data["ground"], by=self.request.user,
                           because=form.cleaned_data["because"])  # fmt: skip
        return self.go_on(_("The vendor is out of the lot."))


class TermsSignView(MembershipPage):
    """A vendor in force signs a newer version of the terms."""

    template_name = "vendors/terms_sign.html"
    form_class = BlankForm
    permission: Any = staticmethod(who.signs)
    states = (States.ACTIVE, States.SUSPENDED)
    title = gettext_lazy("Sign the newest terms")
    submit = gettext_lazy("Sign for the vendor")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(terms=self.row.framework.newest_terms, **kwargs)

    def act(self, form: Any) -> Any:
        assessing.sign_newer(self.row, by=self.request.user)
        return self.go_on(_("Signed. The institution countersigns."))


class TermsCountersignView(TermsSignView):
    """The institution signs a newer version of the terms after the vendor."""

    permission = staticmethod(who.countersigns)
    title = gettext_lazy("Countersign the newest terms")
    submit = gettext_lazy("Sign for the institution")

    def act(self, form: Any) -> Any:
        assessing.countersign_newer(self.row, by=self.request.user)
        return self.go_on(_("Both sides have signed the newest terms."))
