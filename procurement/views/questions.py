"""Questions of vendors: asked on a page of their own, settled by officers."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from core import clock
from core.steps import allow
from core.views import FormPage
from procurement import asking
from procurement import permissions_competitions as who
from procurement.forms_competitions import AnswerForm, QuestionForm
from procurement.models import Competition, Question, QuestionState
from procurement.views.competitions import OfCompetition


class QuestionAskView(FormPage):
    """Whoever acts for a member of the lot asks; the page shows what the person asked already."""

    template_name = "procurement/question_ask.html"
    form_class = QuestionForm

    @cached_property
    def competition(self) -> Competition:
        rows = Competition.objects.public().select_related("project__institution", "dossier")
        return get_object_or_404(rows, ref=self.kwargs["ref"])

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.user.is_authenticated:
            allow(who.asks, self.competition, request.user)
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        now = clock.now()
        mine = self.competition.questions.filter(asked_by=self.request.user.pk)
        return super().get_context_data(
            competition=self.competition, open=self.competition.takes_questions(now), mine=mine,
            **kwargs,
        )  # fmt: skip

    def act(self, form: QuestionForm) -> HttpResponse:
        question = asking.ask(self.competition, form.cleaned_data["text"], by=self.request.user)
        messages.success(
            self.request,
            _("Question %(number)s is with the officers. Question and answer will stand on the "
              "public page.") % {"number": question.number},
        )  # fmt: skip
        return redirect(self.request.path)


class QuestionSettleView(OfCompetition, FormPage):
    """An officer answers a question, or declines it."""

    may = staticmethod(who.acts_as_officer)
    template_name = "procurement/question_settle.html"
    form_class = AnswerForm

    @cached_property
    def question(self) -> Question:
        return get_object_or_404(self.competition.questions, number=self.kwargs["number"])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        waits = self.question.state == QuestionState.ASKED
        return super().get_context_data(question=self.question, waits=waits, **kwargs)

    def act(self, form: AnswerForm) -> HttpResponse:
        said = form.cleaned_data
        asking.settle(self.question, said["text"], decline=said["act"] == "decline",
                      by=self.request.user)  # fmt: skip
        messages.success(self.request, _("It is published, and every member of the lot is told."))
        return redirect(self.competition.get_absolute_url())
