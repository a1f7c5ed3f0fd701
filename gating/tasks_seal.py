"""What the Seal leaves to the clock: notices before an end, the end itself, what falls overdue."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from core import clock, due, reminders
from core.due import Due, falls_due
from gating.models.seal import Seal
from gating.models.seal_application import SealApplication
from gating.models.seal_evaluation import SealEvaluation
from gating.models.seal_service import MARKS

EVALUATION_MARKS = (5, 1)
"""Days before a deadline at which an evaluator is reminded."""


@falls_due
def seals_ending(now: datetime) -> Iterable[Due]:
    """Seals expire at 24:00 of their last day where the institution is."""
    rows = Seal.objects.ending_by(now).select_related(*Seal.step_related)
    return due.steps(rows, "expire", at=lambda seal: seal.expires_at)


@falls_due
def seals_to_be_renewed(now: datetime) -> Iterable[Due]:
    """Sixty days before its end a seal is to be renewed, from 0:00 of that day."""
    near = now + timedelta(days=MARKS[0] + 2)  # a day more somewhere; the row's own moment decides
    rows = Seal.objects.filter(state=Seal.States.ACTIVE, expires_at__gt=now,
                               expires_at__lte=near)  # fmt: skip
    return due.steps(rows.select_related(*Seal.step_related), "fall_due",
                     at=lambda seal: _notice_at(seal, seal.first_mark))  # fmt: skip


@falls_due
def renewal_notices(now: datetime) -> Iterable[Due]:
    """60, 45, 30 and 15 days before the end; after an outage only the notice now due."""
    rows = Seal.objects.filter(state=Seal.States.RENEWAL_DUE, expires_at__gt=now)
    found = []
    for seal in rows.select_related(*Seal.step_related):
        mark = reminders.due_mark(seal.days_left(), MARKS)
        if mark is not None and not seal.is_being_renewed():
            key = f"gating.seal:remind:{seal.pk}:{mark}"
            found.append(Due(_notice_at(seal, mark), key, partial(_remind_seal, seal)))
    return found


def _notice_at(seal: Seal, mark: int) -> datetime:
    """0:00 of the day so many days before the last one, where the institution is."""
    day = seal.valid_until - timedelta(days=mark + 1)
    return clock.end_of(day, seal.service.institution)


def _remind_seal(seal: Seal) -> None:
    where = seal.service.institution
    reminders.remind(seal, seal.valid_until, MARKS, verb="gating.seal.remind",
                     today=clock.today(where))  # fmt: skip


@falls_due
def feedback_unanswered(now: datetime) -> Iterable[Due]:
    """Whoever does not answer the feedback in time is judged without an answer."""
    rows = SealApplication.objects.filter(
        state="feedback", answered_at=None, answer_due__lte=now + timedelta(days=1)
    ).select_related(*SealApplication.step_related)
    return due.steps(rows, "forgo_answer", at=lambda row: row.answer_due_at)


def _waiting(now: datetime, **which: object) -> Iterable[Any]:
    rows = SealEvaluation.objects.filter(
        left_at=None, application__over_at=None, due__isnull=False, **which
    )
    return rows.select_related(*SealEvaluation.step_related)


@falls_due
def evaluations_overdue(now: datetime) -> Iterable[Due]:
    """Invitations and ratings that are late show as overdue; late conclusions count as given."""
    day = now + timedelta(days=1)
    late = {"due__lte": day, "overdue_at": None}
    at = _due_at
    return [
        *due.steps(_waiting(now, state="invited", **late), "overlook", at=at),
        *due.steps(_waiting(now, state="accepted", **late), "fall_overdue", at=at),
        *due.steps(_waiting(now, state="sealed", **late), "let_stand", at=at),
    ]


def _due_at(evaluation: SealEvaluation) -> datetime | None:
    found: datetime | None = evaluation.due_at
    return found


@falls_due
def evaluation_reminders(now: datetime) -> Iterable[Due]:
    """Evaluators are reminded before their day is over, each time once."""
    near = now + timedelta(days=EVALUATION_MARKS[0] + 1)
    found = []
    for row in _waiting(now, state__in=("invited", "accepted", "sealed"), due__lte=near):
        where, last = row.application.service.institution, row.due
        mark = reminders.due_mark((last - clock.today(where)).days, EVALUATION_MARKS)
        if mark is not None:
            at = clock.end_of(last - timedelta(days=mark + 1), where)
            key = f"gating.sealevaluation:remind:{row.pk}:{last}:{mark}"
            found.append(Due(at, key, partial(_remind_evaluator, row)))
    return found


def _remind_evaluator(row: Any) -> None:
    today = clock.today(row.application.service.institution)
    reminders.remind(row, row.due, EVALUATION_MARKS, verb="gating.sealevaluation.remind",
                     today=today)  # fmt: skip
