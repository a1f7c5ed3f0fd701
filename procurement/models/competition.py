"""Competitions: who sees them, what phase they are in by the database's clock, whose turn it is."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core import clock, guards
from core.waits import Wait
from procurement import deadlines
from procurement import permissions_competitions as who
from procurement.models.facts import CompetitionFacts, CompetitionState
from procurement.models.steps_award import Award
from procurement.models.steps_drafting import Drafting
from procurement.models.steps_evaluation import Evaluation
from procurement.models.steps_opening import Opening
from procurement.models.waits import turns_of

States = CompetitionState
QUESTIONS, BIDDING = "questions", "bidding"
"""Phases of a published competition: while questions are taken, and after that."""


class CompetitionQuerySet(models.QuerySet):
    """Competitions, and who sees them from inside; the public sees what was published."""

    def visible_to(self, user: Any) -> "CompetitionQuerySet":
        """Officers and oversight see all; the panel and the project's people their own."""
        rows = self.select_related("project__institution", "lot__framework", "dossier")
        if who.oversees(user):
            return rows
        mine = Q(author=user.pk) | Q(publisher=user.pk)
        mine |= Q(pk__in=_seats(user))
        for role in ("manager", "owner", "product_owner"):
            people = {user.pk, *user.standing.lenders.get(role, ())}
            mine |= Q(**{f"project__{role}__in": people})
        return rows.filter(mine)

    def public(self) -> "CompetitionQuerySet":
        """Those that everybody may read."""
        return self.filter(published_at__isnull=False)


def _seats(user: Any) -> Any:
    from_panel: Any = Competition._meta.get_field("panel").related_model
    return from_panel.objects.filter(user=user.pk).order_by().values("competition")


@guards.kept
class Competition(Drafting, Opening, Evaluation, Award):
    """A competition by prototype for an order of a project, in a lot of a framework agreement."""

    States = CompetitionState

    objects = CompetitionQuerySet.as_manager()
    step_related = ("project__institution", "project__tier", "lot__framework", "dossier")
    wait_labels = {
        "answer_questions": _("Answer the questions of vendors"),
        "finish_draft": _("Finish the draft of the competition"),
        "agree_scores": _("Agree the scores of the panel"),
        "score_interviews": _("Score the interviews"),
        "confirm_shares": _("See your shares of the keys once, and confirm them"),
        "enter_share": _("Enter your share of the key"),
    }

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("competition")
        verbose_name_plural = _("competitions")
        indexes = [models.Index(fields=["state", "closes_at"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(price_weight__gte=0, price_weight__lte=100),
                name="procurement_competition_price_weight",
            ),
            models.CheckConstraint(
                condition=Q(published_at=None) | Q(closes_at__isnull=False),
                name="procurement_competition_public_closes",
            ),
        ]

    # The database's clock

    def deadline(self, now: datetime) -> datetime | None:
        """Until when bids are taken, as it stands at this moment: a question that is not settled
        two days before moves it, whether the clock's job has stored that or not."""
        if self.state != States.PUBLISHED or self.closes_at is None:
            return self.closes_at
        days = self.rule("answer_days", deadlines.ANSWER_DAYS)
        if now < self.closes_at - timedelta(days=days):
            return self.closes_at
        settled = self.questions.order_by().values_list("settled_at", flat=True)
        return deadlines.effective(self.closes_at, settled, now, self.later, days)

    def later(self, closes: datetime) -> datetime:
        """The deadline that follows one: as many working days on, at the same hour there."""
        days = self.rule("answer_days", deadlines.ANSWER_DAYS)
        place = self.institution
        local = closes.astimezone(clock.zone(place))
        day = clock.working_days_after(local.date(), max(days, 1), place)
        return local.replace(year=day.year, month=day.month, day=day.day)

    def phase(self, now: datetime) -> str:
        """Its state; of a published one `questions`, `bidding` or `closed` by that moment."""
        if self.state != States.PUBLISHED:
            return str(self.state)
        if not self.takes_bids(now):
            return str(States.CLOSED)
        return QUESTIONS if self.takes_questions(now) else BIDDING

    def takes_bids(self, now: datetime) -> bool:
        """Whether a bid is in time at this moment, read from the clock under the row's lock."""
        closes = self.deadline(now)
        return self.state == States.PUBLISHED and closes is not None and now <= closes

    def takes_questions(self, now: datetime) -> bool:
        """Whether a question is in time at this moment."""
        until = self.questions_until
        return self.state == States.PUBLISHED and until is not None and now <= until

    def turns(self) -> Iterable[Wait]:
        return turns_of(self)

    @property
    def answers_due(self) -> datetime | None:
        """Until when questions must be settled, or the deadline moves."""
        days = self.rule("answer_days", deadlines.ANSWER_DAYS)
        return self.closes_at - timedelta(days=days) if self.closes_at else None


__all__ = ["BIDDING", "QUESTIONS", "Competition", "CompetitionFacts", "CompetitionState"]
