"""Questions: asked by members of the lot, settled by an officer, published without a name."""

from django.db import transaction
from django.utils.translation import gettext as _

from core import clock, deadlines, turns
from core.models import User
from core.refusals import Refused
from core.steps import allow, create, perform
from procurement import feeding, moving
from procurement import permissions_competitions as who
from procurement.holding import held
from procurement.models import Competition, Question, QuestionState

LONGEST = 4000


@transaction.atomic
def ask(competition: Competition, text: str, *, by: User) -> Question:
    """Enter a question. The database's clock decides, read under the competition's lock.

    Raises Denied for anybody who does not ask for a member of the lot, Refused when it is too late
    or the question is empty.
    """
    row = held(competition)
    now = clock.now()
    allow(who.asks, row, by)
    if not text.strip() or len(text) > LONGEST:
        raise Refused(_("Write the question, in %(most)s characters at most.") % {"most": LONGEST})
    if not row.takes_questions(now):
        raise Refused(_("Questions were taken until %(moment)s, by the server's clock.")
                      % {"moment": deadlines.told(row.questions_until)})  # fmt: skip
    last = row.questions.order_by("-number").values_list("number", flat=True).first() or 0
    question = Question(competition=row, number=last + 1, text=text.strip(), asked_by=by,
                        asked_at=now)  # fmt: skip
    question = create(question, by=by, details={"number": question.number})
    turns.refresh(row)
    return question


@transaction.atomic
def settle(question: Question, text: str, *, decline: bool, by: User) -> Question:
    """Answer a question, or decline it with a reason; either is published to everybody.

    When it comes too late, the deadline has moved already, and that is stored first. Raises Denied
    for anybody but an officer, Refused for one that is settled, or without a text.
    """
    row = held(question.competition)
    moving.store(row, clock.now())
    question = Question.objects.select_for_update(of=("self",)).select_related(
        *Question.step_related
    ).get(pk=question.pk)  # fmt: skip
    allow(who.answers, question, by)
    if question.state != QuestionState.ASKED:
        raise Refused(_("This has moved on since you opened the page."))
    if not text.strip():
        raise Refused(_("Write the answer, or why there is none."))
    question.answer = text.strip()
    question.save(update_fields=["answer"])
    question = perform(question, "decline" if decline else "publish_answer", by=by)
    feeding.tell(row, "question", number=question.number, state=question.state)
    turns.refresh(row)
    return question
