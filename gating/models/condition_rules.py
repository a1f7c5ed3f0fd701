"""What a condition's steps ask, and which conditions a question means; dates, never marks."""

from datetime import timedelta
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core import clock
from core.people import holds
from core.refusals import requires
from projects.models import Project

BREACH_DAYS = 30
"""Days after its due date at which an overdue condition is breached."""
STANDING_DAYS = 180
"""Days between the checks of a standing condition where the decision names none."""
RUNNING = Q(review__project__stage__in=("draft", "triaged", "business_case", "alpha", "beta",
                                        "live", "closing"))  # fmt: skip
"""Conditions of projects that are not over: only these fall due."""


class ConditionQuerySet(models.QuerySet):
    """Conditions, and who sees them: who sees the project, its owner, its verifier."""

    def visible_to(self, user: Any) -> "ConditionQuerySet":
        if holds(user, "secretariat", "auditor"):
            return self
        seen = Project.objects.visible_to(user).order_by().values("pk")
        return self.filter(Q(owner=user.pk) | Q(verifier=user.pk) | Q(review__project__in=seen))

    def unmet(self) -> "ConditionQuerySet":
        """Neither closed nor waived."""
        return self.filter(met_at=None)

    def lacking(self, day: Any) -> "ConditionQuerySet":
        """Neither closed nor waived on that day, whatever the clock's job has marked by then."""
        return self.filter(Q(met_at=None) | Q(state="waived", waived_until__lt=day))

    def falling_overdue(self, day: Any) -> "ConditionQuerySet":
        """Those due by that day for which nothing was handed in; the guard knows the minute."""
        return self.filter(RUNNING, state__in=("open", "returned"), due__lte=day)

    def falling_into_breach(self, day: Any) -> "ConditionQuerySet":
        """Those overdue for longer than `BREACH_DAYS` on that day."""
        return self.filter(RUNNING, state="overdue", due__lte=day - timedelta(days=BREACH_DAYS))

    def leaving_waiver(self, day: Any) -> "ConditionQuerySet":
        """Those whose waiver ends on that day or ended before."""
        return self.filter(RUNNING, state="waived", waived_until__lte=day)


@requires(_("Say how the condition is met, and attach what shows it."))
def answered(condition: Any) -> bool:
    return bool(condition.response.strip())


@requires(_("Its due date is over."))
def past_due(condition: Any) -> bool:
    return condition.due is not None and clock.now() >= condition.due_at


@requires(_("It has been overdue for thirty days."))
def past_breach(condition: Any) -> bool:
    return past_due(condition) and clock.now() >= condition.due_at + timedelta(days=BREACH_DAYS)


@requires(_("It is no duty of law, security or accessibility, and its waiver has an end."))
def may_be_waived(condition: Any) -> bool:
    return not condition.non_waivable and condition.waived_until is not None


@requires(_("The time for which it was waived is over."))
def waiver_over(condition: Any) -> bool:
    return condition.waived_until is not None and clock.today(condition.where) > (
        condition.waived_until
    )


@requires(_("A standing condition is closed when the project ends; until then its checks are "
            "confirmed."))  # fmt: skip
def may_end(condition: Any) -> bool:
    return condition.kind != "standing" or condition.project.stage not in (
        "draft", "triaged", "business_case", "alpha", "beta", "live",
    )  # fmt: skip


def extended_state(condition: Any, **_acted: Any) -> str:
    """Where more time leads: what was overdue is open again, all else stays where it is."""
    return "open" if condition.state == "overdue" else str(condition.state)
