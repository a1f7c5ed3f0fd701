"""Pages of sprints: planned, shown with all that belongs to them, delivered."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import View

from core import documents
from core.models import Event
from core.refusals import Refused
from core.steps import allow
from core.telling import told
from core.views import DetailPage, FormPage, RowPage, TransitionView
from vendors import permissions_sprints as who
from vendors import sprinting
from vendors.forms_sprints import DeliveryForm, ProofForm, SprintForm, hours_of
from vendors.models import DeliveryProof, Sprint, SprintState, Story
from vendors.models.sprint_states import INSPECTED
from vendors.views.backlogs import OfOrder

BEING_MADE = (SprintState.ACTIVE, SprintState.REWORK)
OPEN = (SprintState.DELIVERED, SprintState.INSPECTING)


class SprintDetailView(DetailPage):
    """One sprint: stories with their outcome, checks with proof, delivery, deadline, history."""

    model = Sprint
    template_name = "vendors/sprint_detail.html"
    context_object_name = "sprint"

    def get_object(self, queryset: Any = None) -> Sprint:
        rows = self.get_queryset().select_related("delivered_by", "proposed_by", "confirmed_by")
        return get_object_or_404(rows, pk=self.kwargs["pk"])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        sprint, user = self.object, self.request.user
        deliveries = list(
            sprint.deliveries.select_related("delivered_by").prefetch_related(
                "proofs__document__blob",
                "hours__category",
                "checks__document",
                "checks__recorded_by",
            )
        )
        made = [row for row in deliveries if row.delivered_at is not None]
        drafts = [row for row in deliveries if row.delivered_at is None]
        inspects = sprint.state in OPEN and who.inspects(sprint, user)
        debts = sprint.debts.filter(removed=False).select_related("story", "settled_in")
        return super().get_context_data(
            order=sprint.order, project=sprint.order.project,
            board=reverse("vendors:sprint_board", args=[sprint.order.ref]),
            newest=made[-1] if made else None, earlier=made[:-1][::-1],
            draft=drafts[0] if drafts else None, chosen=sprint.chosen.select_related("story"),
            planned=sprint.stories.all() if sprint.state == SprintState.PLANNED else (),
            debts=debts, events=self._events(), inspects=inspects,
            proposes=sprint.state in OPEN and who.proposes(sprint, user),
            delivers=sprint.state in BEING_MADE and who.delivers(sprint, user),
            replans=sprint.state == SprintState.PLANNED and who.runs_sprint(sprint, user),
            accepted=sprint.state in INSPECTED, **kwargs,
        )  # fmt: skip

    def _events(self) -> Any:
        """What happened to the sprint and to what belongs to it, the newest first."""
        sprint = self.object
        rows = {
            "vendors.sprint": [sprint.pk],
            "vendors.delivery": sprint.deliveries.order_by().values("pk"),
            "vendors.debt": sprint.debts.order_by().values("pk"),
            "vendors.sprintstory": sprint.chosen.order_by().values("pk"),
            "vendors.qualitycheck": _checks(sprint),
        }
        events = Event.objects.none()
        for label, keys in rows.items():
            events |= Event.objects.filter(target_label=label, target_id__in=keys)
        events = events.filter(dossier=sprint.dossier).order_by("-number")
        return told(events.select_related("actor", "on_behalf_of")[:100])


def _checks(sprint: Sprint) -> Any:
    return sprint.deliveries.order_by().values("checks")


class SprintStepView(TransitionView):
    """Confirm a step of a sprint, with what it is about."""

    model = Sprint
    template_name = "vendors/sprint_step.html"


class SprintCreateView(OfOrder, FormPage):
    """Plan the next sprint."""

    form_class = SprintForm
    template_name = "vendors/sprint_form.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.user.is_authenticated:
            allow(who.plans_sprints, self.order, request.user)
        return super().dispatch(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        rows = self.order.stories.backlog()
        return super().get_form_kwargs() | {"order": self.order, "stories": rows}

    def get_initial(self) -> dict[str, Any]:
        return {"maximum": sprinting.price_of(self.order)}

    def act(self, form: SprintForm) -> HttpResponse:
        said = dict(form.cleaned_data)
        stories = said.pop("stories")
        sprint = sprinting.plan(self.order, said, stories, by=self.request.user)
        messages.success(self.request, _("Sprint %(number)s is planned.")
                         % {"number": sprint.number})  # fmt: skip
        return redirect(sprint.get_absolute_url())


class SprintPage(RowPage):
    """A page with one form about a sprint that this person sees and may go on with."""

    template_name = "vendors/sprint_act.html"
    permission: Any = staticmethod(who.runs_sprint)

    @cached_property
    def sprint(self) -> Sprint:
        return get_object_or_404(Sprint.objects.visible_to(self.request.user), pk=self.key())

    def key(self) -> Any:
        """The key of the sprint: the address's own."""
        return self.kwargs["pk"]

    @property
    def subject(self) -> Sprint:
        return self.sprint

    def heading(self) -> str:
        """What the page is for."""
        return ""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        order = self.sprint.order
        return super().get_context_data(
            sprint=self.sprint, order=order, title=self.heading(),
            board=reverse("vendors:sprint_board", args=[order.ref]), **kwargs,
        )  # fmt: skip

    def go_on(self, sentence: str, url: str = "") -> HttpResponse:
        """Say that it is done, and go back to the sprint, to one of its parts (`#part`)."""
        return super().go_on(sentence, f"{self.sprint.get_absolute_url()}{url}")


class SprintPlanView(SprintPage):
    """Change a sprint that has not started."""

    form_class = SprintForm
    template_name = "vendors/sprint_form.html"
    states = (SprintState.PLANNED,)

    def get_form_kwargs(self) -> dict[str, Any]:
        mine = self.sprint.stories.all()
        rows = Story.objects.filter(
            pk__in=[*self.sprint.order.stories.backlog().values_list("pk", flat=True),
                    *mine.values_list("pk", flat=True)])  # fmt: skip
        return super().get_form_kwargs() | {"order": self.sprint.order, "stories": rows}

    def get_initial(self) -> dict[str, Any]:
        kept = {name: getattr(self.sprint, name) for name in sprinting.FIELDS}
        return kept | {"stories": list(self.sprint.stories.values_list("pk", flat=True))}

    def act(self, form: SprintForm) -> HttpResponse:
        said = dict(form.cleaned_data)
        stories = said.pop("stories")
        sprinting.replan(self.sprint, said, stories, by=self.request.user)
        return self.go_on(_("The plan of the sprint is changed."))


class DeliveryView(SprintPage):
    """Write what is delivered; the next page hands it over."""

    form_class = DeliveryForm
    permission = staticmethod(who.delivers)
    states = BEING_MADE

    def heading(self) -> str:
        return _("Write the delivery")

    @cached_property
    def before(self) -> Any:
        """The draft, or what was delivered before."""
        return self.sprint.deliveries.order_by("-number").first()

    def get_form_kwargs(self) -> dict[str, Any]:
        by_hours = self.sprint.order.price_basis == "time"
        rates = self.sprint.order.rates.select_related("category") if by_hours else ()
        return super().get_form_kwargs() | {"rates": rates}

    def get_initial(self) -> dict[str, Any]:
        if self.before is None:
            return {"repository": self.sprint.order.project.source_url}
        kept = {name: getattr(self.before, name) for name in sprinting.DELIVERED}
        return kept | hours_of(self.before)

    def act(self, form: DeliveryForm) -> HttpResponse:
        sprinting.write_delivery(self.sprint, form.cleaned_data, form.hours(),
                                 by=self.request.user)  # fmt: skip
        return self.go_on(
            _("The delivery is written. Add its evidence, then deliver."), "#delivery"
        )


class ProofCreateView(SprintPage):
    """Add a file or an address to the draft of a delivery."""

    form_class = ProofForm
    permission = staticmethod(who.delivers)
    states = BEING_MADE

    def heading(self) -> str:
        return _("Add evidence to the delivery")

    def act(self, form: ProofForm) -> HttpResponse:
        said = form.cleaned_data
        sprinting.add_proof(self.sprint, said["title"], said["upload"], said["url"],
                            by=self.request.user)  # fmt: skip
        return self.go_on(_("The evidence is added."), "#delivery")


class OfProof(View):
    """A piece of evidence of a delivery of a sprint that this person sees."""

    def proof(self) -> DeliveryProof:
        sprints = Sprint.objects.visible_to(self.request.user).order_by().values("pk")
        rows = DeliveryProof.objects.filter(delivery__sprint__in=sprints, removed=False)
        related = "delivery__sprint__order__project__dossier", "document__blob"
        proof = get_object_or_404(rows.select_related(*related), pk=self.kwargs["pk"])
        delivery = proof.delivery
        if delivery.delivered_at is None and not who.delivers(delivery.sprint, self.request.user):
            raise Http404  # a draft is the vendor's own
        return proof


class ProofRemoveView(OfProof):
    """Take a piece of evidence out of a draft."""

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        proof = self.proof()
        try:
            sprinting.remove_proof(proof, by=request.user)
        except Refused as refused:
            for reason in refused.reasons:
                messages.warning(request, reason)
        return redirect(f"{proof.delivery.sprint.get_absolute_url()}#delivery")


class ProofFileView(OfProof):
    """The file of a delivery, to whoever sees the sprint."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        proof = self.proof()
        if proof.document is None:
            raise Http404
        return documents.serve(request, proof.document)
