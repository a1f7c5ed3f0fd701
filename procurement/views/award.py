"""Pages of the award: what bidders are told, the standstill, sending back, the debrief."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.generic import TemplateView, View

from core import pdf, pdf_signing
from core.notices import absolute
from core.steps import allow, perform
from core.views import FormPage
from procurement import awarding, challenging, debriefing
from procurement import permissions_award as who
from procurement.forms_award import AdvantagesForm, DeliveryForm, SendBackForm
from procurement.models import AwardNotice, Bid, Competition
from procurement.prototypes import wording


class CompetitionPage(LoginRequiredMixin):
    """A page on one competition that readers of bids may see; strangers find nothing."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not request.user.is_authenticated:
            return self.handle_no_permission()
        if not who.reads_bids(request.user):
            raise Http404
        rows = Competition.objects.visible_to(request.user).select_related("lot")
        self.competition = get_object_or_404(rows, ref=kwargs["ref"], opened_at__isnull=False)
        return super().dispatch(request, *args, **kwargs)  # type: ignore[misc]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found: dict[str, Any] = super().get_context_data(  # type: ignore[misc]
            competition=self.competition, **kwargs
        )
        return found

    def back(self) -> HttpResponse:
        return redirect(reverse("procurement:award", kwargs={"ref": self.competition.ref}))


class AwardView(CompetitionPage, TemplateView):
    """How the award stands: advantages, notices, standstill, challenges, the order."""

    template_name = "procurement/award.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        row, user = self.competition, self.request.user
        notices = row.award_notices.select_related("bid__vendor").order_by("-round", "pk")
        return super().get_context_data(
            statement=row.advantage_statements.select_related("by", "bid__vendor").last(),
            notices=notices, order=awarding.order_of(row),
            challenges=row.challenges.select_related("bid__vendor", "competition"),
            may_state=row.state in ("ranked", "approval") and who.states_advantages(row, user),
            may_send_back=row.state == "approval" and who.approves(row, user),
            may_deliver=who.acts_as_officer(row, user), **kwargs,
        )  # fmt: skip


class AdvantagesView(CompetitionPage, FormPage):
    """Write what puts rank 1 first."""

    form_class = AdvantagesForm
    template_name = "procurement/award_form.html"

    def get_initial(self) -> dict[str, Any]:
        said = self.competition.advantage_statements.last()
        return {"text": said.text if said else ""}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        allow(who.states_advantages, self.competition, self.request.user)
        return super().get_context_data(
            title=_("What puts rank 1 first"), button=_("Keep the text"), **kwargs
        )

    def act(self, form: AdvantagesForm) -> HttpResponse:
        awarding.state_advantages(self.competition, form.cleaned_data["text"], by=self.request.user)
        messages.success(self.request, _("The text is kept; bidders read it in their notices."))
        return self.back()


class SendBackView(CompetitionPage, FormPage):
    """Oversight sends the competition back to a step that it names."""

    form_class = SendBackForm
    template_name = "procurement/award_form.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        allow(who.approves, self.competition, self.request.user)
        return super().get_context_data(title=_("Send it back"), button=_("Send it back"), **kwargs)

    def act(self, form: SendBackForm) -> HttpResponse:
        said, by = form.cleaned_data, self.request.user
        row = awarding.name_return(self.competition, said["step"], by=by)
        perform(row, "send_back", by=by, because=said["because"])
        messages.success(self.request, _("The competition went back."))
        return self.back()


class DeliveryView(FormPage):
    """Record that a notice was delivered by other means."""

    form_class = DeliveryForm
    template_name = "procurement/award_form.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not request.user.is_authenticated:
            return self.handle_no_permission()
        rows = AwardNotice.objects.visible_to(request.user)
        self.notice = get_object_or_404(rows, pk=kwargs["pk"])
        allow(who.records_delivery, self.notice, request.user)
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        title = _("Notice to %(vendor)s") % {"vendor": self.notice.bid.vendor}
        return super().get_context_data(
            competition=self.notice.competition, title=title, button=_("Record it"), **kwargs
        )

    def act(self, form: DeliveryForm) -> HttpResponse:
        awarding.record_delivery(self.notice, form.cleaned_data["how"], by=self.request.user)
        messages.success(self.request, _("The delivery is recorded."))
        return redirect(reverse("procurement:award", kwargs={"ref": self.notice.competition.ref}))


# Debrief


def told_to(request: HttpRequest, pk: int) -> tuple[Bid, AwardNotice]:
    """A bid with what its bidder was told last; 404 for strangers, and before there is anything."""
    bid = get_object_or_404(Bid.objects.visible_to(request.user), pk=pk)
    notice = debriefing.latest(bid)
    if notice is None:
        raise Http404
    return bid, notice


class DebriefView(LoginRequiredMixin, TemplateView):
    """A bidder reads why: rank 1 and its advantages, the own scores and their reasons."""

    template_name = "procurement/debrief.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        bid, notice = told_to(self.request, self.kwargs["pk"])
        own = who.lodges_challenge(bid, self.request.user)
        return super().get_context_data(
            bid=bid, notice=notice, facts=notice.facts, competition=notice.competition,
            sentence=debriefing.sentence(notice.facts["own"]["status"]),
            troubles=[wording.TROUBLE.get(code, code) for code in notice.facts["facts"]],
            challenges=bid.challenges.all(),
            may_challenge=own and notice.facts["own"]["rank"] != 1
            and not challenging.too_late(notice.competition), **kwargs,
        )  # fmt: skip


class DebriefPdfView(LoginRequiredMixin, View):
    """The same as a tagged PDF, signed where the organisation's certificate is set."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        bid, notice = told_to(request, pk)
        title = _("Debrief: %(competition)s") % {"competition": notice.competition.title_for_people}
        whole = pdf.build(
            title, debrief_items(notice), language=get_language() or "es",
            footer=f"SHA-256 {notice.digest}", check_url=absolute(notice.get_absolute_url()),
        )  # fmt: skip
        response = HttpResponse(pdf_signing.sign(whole, reason=title),
                                content_type="application/pdf")  # fmt: skip
        name = f"{notice.competition.ref}-debrief-{bid.pk}.pdf"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response


def debrief_items(notice: AwardNotice) -> list[tuple[Any, ...]]:
    """What the PDF says, as `core.pdf` takes it."""
    facts, own = notice.facts, notice.facts["own"]
    rows = [(row["title"], row["weight"], row["score"], row["reason"]) for row in facts["scores"]]
    return [
        ("h1", _("Debrief")),
        ("p", _("To %(vendor)s:") % {"vendor": notice.bid.vendor}),
        ("facts", [
            (_("Competition"), notice.competition.title_for_people),
            (_("On rank 1"), facts["winner"]["name"]),
            (_("Its total"), facts["winner"]["total"]),
            (_("Your place"), own["rank"] or debriefing.sentence(own["status"])),
            (_("Your total"), own["total"] or "–"),
            (_("Behind rank 1 by"), facts["margin"] or "–"),
        ]),
        ("h2", _("What puts rank 1 first")), ("p", facts["advantages"]),
        ("h2", _("Your scores and their reasons")),
        ("table", [_("Criterion"), _("Weight"), _("Score"), _("Reason")], rows),
    ]  # fmt: skip
