"""Pages of conditions: which are owed, how each is met, and its answer."""

from typing import Any

from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.generic import View

from core import clock, documents
from core.views import DetailPage, ListPage
from gating import conditions, matters, more_time, motions
from gating import permissions_boards as permissions
from gating.forms_boards import AnswerForm
from gating.forms_conditions import MoreTimeForm, VerifierForm
from gating.models import Condition, Evidence
from gating.models.extension import refusals
from gating.views.acting import RowFormPage, told


class ConditionListView(ListPage):
    """The conditions that this person sees, those owed first, the earliest due first."""

    model = Condition
    template_name = "gating/condition_list.html"
    context_object_name = "conditions"

    def get_queryset(self) -> Any:
        rows = super().get_queryset().select_related(
            "review__project__institution", "review__gate", "owner", "verifier", "risk_owner"
        )  # fmt: skip
        return self._shown(rows).order_by(
            F("met_at").asc(nulls_first=True), F("due").asc(nulls_last=True), "pk"
        )

    def _shown(self, rows: Any) -> Any:
        user = self.request.user
        owed = rows.unmet()
        return {
            "mine": owed.filter(owner=user), "verify": owed.filter(verifier=user),
            "overdue": owed.filter(due__lt=clock.today()),
            "waived": rows.filter(state="waived"), "met": rows.exclude(met_at=None),
            "all": rows,
        }.get(self.request.GET.get("show", ""), owed)  # fmt: skip

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        names = {
            "owed": _("Owed"), "mine": _("I owe"), "verify": _("I verify"),
            "overdue": _("Overdue"), "waived": _("Waivers in force"),
            "met": _("Closed or waived"), "all": _("All"),
        }  # fmt: skip
        chosen = self.request.GET.get("show", "owed")
        return super().get_context_data(shown=names.items(), chosen=chosen, **kwargs)


class ConditionDetailView(DetailPage):
    """One condition: what is demanded, by when, how it is met, and its steps."""

    model = Condition
    template_name = "gating/condition_detail.html"
    context_object_name = "condition"

    def get_queryset(self) -> Any:
        related = (
            "owner", "verifier", "motion__review__gate", "motion__review__project",
            "motion__project", "waived_by__project", "risk_owner", "document__blob",
        )  # fmt: skip
        return super().get_queryset().select_related(*Condition.step_related, *related)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        condition, user = self.object, self.request.user
        evidence = condition.evidence.filter(pk__in=Evidence.objects.visible_to(user).values("pk"))
        office = permissions.closes_conditions(condition, user)
        return super().get_context_data(
            events=told(condition, *condition.extensions.all()), evidence=evidence,
            answers=condition.state in Condition.OWED and permissions.owes(condition, user),
            waives=office and condition.waivable
            and not condition.waivers.undecided().exists(),
            waivers=condition.waivers.select_related("project", "condition__review__gate",
                                                     "condition__review__project"),
            extensions=self._extensions(), **self._about_time(), **kwargs,
        )  # fmt: skip

    def _extensions(self) -> list[Any]:
        """The requests for more time, each with the motions on it."""
        related = ("condition__motion__board", "condition__review__project__dossier",
                   "condition__review__gate", "asked_by")  # fmt: skip
        found = list(self.object.extensions.select_related(*related))
        office = permissions.prepares_motions(None, self.request.user)
        for row in found:
            row.motions = matters.motions_of(row).select_related("project", "board")
            to_board = office and not row.condition.motion.board.single_decider
            waits = matters.turns_of(row) if to_board and row.state == "asked" else []
            row.motion_url = waits[0].url if waits else ""
        return found

    def _about_time(self) -> dict[str, Any]:
        """Whether this person may ask for more time, and who verifies when the one named cannot."""
        condition, user = self.object, self.request.user
        names = permissions.names_verifiers(condition, user) and condition.met_at is None
        asked = condition.extensions.filter(state="asked").exists()
        mine = permissions.owes(condition, user) and condition.met_at is None and not asked
        no_time = refusals(condition) if mine else []
        return {
            "asks_time": mine and not no_time,
            "no_time": no_time,
            "names_verifier": names and condition.state != "verified",
            "verifier_gone": condition.met_at is None
            and not conditions.may_verify(condition, condition.verifier),
        }


class ConditionAnswerView(RowFormPage):
    """Write how a condition is met, with evidence."""

    model = Condition
    form_class = AnswerForm
    permission = staticmethod(permissions.owes)
    related = (*Condition.step_related, "owner", "verifier")
    title = _("Say how the condition is met")
    done = _("Saved. Hand it in when it is whole.")

    @property
    def intro(self) -> str:
        return str(self.row.text)

    def get_form_kwargs(self) -> dict[str, Any]:
        rows = Evidence.objects.visible_to(self.request.user).filter(project=self.row.project)
        rows = rows.exclude(state__in=("rejected", "superseded", "expired"))
        return {**super().get_form_kwargs(), "evidence": rows.order_by("-pk")}

    def get_initial(self) -> dict[str, Any]:
        return {"response": self.row.response, "evidence": self.row.evidence.all()}

    def save(self, form: Any) -> None:
        found = form.cleaned_data
        conditions.answer(self.row, found["response"], found.get("evidence", ()),
                          found.get("file"), by=self.request.user)  # fmt: skip


class MoreTimeView(RowFormPage):
    """Ask for a later due date."""

    model = Condition
    form_class = MoreTimeForm
    permission = staticmethod(permissions.owes)
    related = (*Condition.step_related, "motion__board")
    title = _("Ask for more time")
    intro = _("Whoever set the condition decides: the board by motion, or the chair who decides "
              "alone. Until then the present due date stands.")  # fmt: skip
    submit = _("Ask for more time")
    done = _("Asked. The due date stands until it is decided.")

    def save(self, form: Any) -> None:
        found = form.cleaned_data
        more_time.ask(self.row, found["until"], found["reason"], by=self.request.user)


class VerifierView(RowFormPage):
    """Name another verifier."""

    model = Condition
    form_class = VerifierForm
    permission = staticmethod(permissions.names_verifiers)
    related = (*Condition.step_related, "motion__review", "motion__project", "verifier")
    title = _("Name another verifier")
    done = _("The condition is verified by somebody else from now on.")

    @property
    def intro(self) -> str:
        return gettext("Until now: %(person)s.") % {"person": self.row.verifier}

    def get_form_kwargs(self) -> dict[str, Any]:
        people = motions.verifiers_for(self.row.motion) - {self.row.verifier_id, self.row.owner_id}
        return {**super().get_form_kwargs(), "people": people}

    def save(self, form: Any) -> None:
        found = form.cleaned_data
        conditions.name_verifier(self.row, found["person"], by=self.request.user,
                                 because=found["reason"])  # fmt: skip


class ConditionDocumentView(View):
    """The file with which a condition was answered."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        rows = Condition.objects.visible_to(request.user).select_related("document__blob")
        condition = get_object_or_404(rows, pk=pk)
        if condition.document is None:
            raise Http404
        return documents.serve(request, condition.document)
