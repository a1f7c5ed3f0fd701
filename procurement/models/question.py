"""Questions of vendors: one record each, published to all without a name."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core import clock, guards
from core.machines import Machine, State, transition
from core.models import User
from core.refusals import requires
from procurement import permissions_competitions as who


class QuestionState(models.TextChoices):
    """Where a question stands."""

    ASKED = "asked", _("asked")
    ANSWERED = "answered", _("answered")
    DECLINED = "declined", _("declined")


@requires(_("Write the answer first."))
def answer_written(question: Any) -> bool:
    return bool(question.answer.strip())


@requires(_("Questions are settled before the bids are opened."))
def still_published(question: Any) -> bool:
    return question.competition.state in ("published", "closed")


@guards.kept
class Question(Machine):
    """What a vendor asks; the public reads text and answer, never who asked."""

    States = QuestionState

    competition = models.ForeignKey(
        "procurement.Competition", models.PROTECT, related_name="questions"
    )
    number = models.PositiveSmallIntegerField(_("number"))
    text = models.TextField(_("question"))
    asked_by = models.ForeignKey("core.User", models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(_("asked"))
    answer = models.TextField(_("answer"), blank=True)
    settled_by = models.ForeignKey("core.User", models.PROTECT, null=True, related_name="+")
    settled_at = models.DateTimeField(_("answered or declined"), null=True)
    state = State(QuestionState, default=QuestionState.ASKED)

    step_related = ("competition__project__institution", "competition__dossier")

    class Meta:
        ordering = ["number"]
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        constraints = [
            models.UniqueConstraint(
                fields=["competition", "number"], name="procurement_question_number"
            ),
            models.CheckConstraint(
                condition=Q(state="asked") ^ Q(settled_at__isnull=False),
                name="procurement_question_settled_at",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.competition.ref} · Q{self.number}"

    @property
    def dossier(self) -> Any:
        return self.competition.dossier

    def get_absolute_url(self) -> str:
        return f"{self.competition.get_absolute_url()}#q{self.number}"

    @transition("state", source=QuestionState.ASKED, target=QuestionState.ANSWERED,
                permission=who.answers, conditions=[still_published, answer_written],
                custom={"label": _("Publish the answer"), "offered": False})  # fmt: skip
    def publish_answer(self, *, by: User, because: str) -> None:
        """The answer is published to everybody."""
        self.settled_by, self.settled_at = by, clock.now()

    @transition("state", source=QuestionState.ASKED, target=QuestionState.DECLINED,
                permission=who.answers, conditions=[still_published, answer_written],
                custom={"label": _("Decline with a reason"), "offered": False})  # fmt: skip
    def decline(self, *, by: User, because: str) -> None:
        """The question is not answered; the reason is published to everybody."""
        self.settled_by, self.settled_at = by, clock.now()
