"""What a sprint waits for: each condition with the sentence that says what is missing."""

import re
from collections.abc import Iterable
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import clock
from core.money import show
from core.refusals import requires
from projects.models import binding
from vendors.models import owed, sprint_money
from vendors.models.quality import Result
from vendors.models.sprint_states import SprintState, Verdict
from vendors.models.story import DONE, Outcome

COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


def _short(day: Any) -> str:
    return str(date_format(day, "SHORT_DATE_FORMAT"))


# Before a sprint starts


@requires(gettext_lazy("The order is signed, and neither completed nor terminated."))
def order_runs(sprint: Any) -> bool:
    return sprint.order.state in ("signed", "delivering")


@requires(
    gettext_lazy("The project is on hold: no new sprint starts. What runs goes on and is paid."),
    who=gettext_lazy("whoever ends the hold"),
)
def no_hold(sprint: Any) -> bool:
    return not sprint.order.project.holds_active().exists()


@requires(gettext_lazy("Choose at least one story for the sprint."))
def stories_chosen(sprint: Any) -> bool:
    return bool(sprint.stories.exists())


@requires(gettext_lazy("The days of the sprint have not come, or are over."))
def days_ahead(sprint: Any) -> list[str]:
    today = clock.today(sprint.order.institution)
    if today < sprint.starts_on:
        return [_("The sprint begins on %(day)s.") % {"day": _short(sprint.starts_on)}]
    if today > sprint.ends_on:
        return [_("The last day of the sprint, %(day)s, is over: plan its days anew.")
                % {"day": _short(sprint.ends_on)}]  # fmt: skip
    return []


@requires(gettext_lazy("Another sprint of the order is running: one at a time."))
def none_active(sprint: Any) -> bool:
    others = type(sprint)._base_manager.filter(order=sprint.order_id, state=SprintState.ACTIVE)
    return not others.exclude(pk=sprint.pk).exists()


@requires(gettext_lazy("All sprints together cost more than the order."))
def within_the_order(sprint: Any) -> list[str]:
    left = sprint.order.value - sprint_money.bound(sprint.order, but=sprint.pk)
    if sprint.maximum <= left:
        return []
    return [_("Of the order's value %(left)s is left, and the sprint may cost %(most)s.")
            % {"left": show(left, sprint.currency),
               "most": show(sprint.maximum, sprint.currency)}]  # fmt: skip


@requires(
    gettext_lazy("The money of the sprint is not released."),
    who=gettext_lazy("the project's manager, then finance"),
)
def money_released(sprint: Any) -> list[str]:
    free = binding.released_free(sprint.order.project)
    most = owed.with_tax(sprint.order, sprint.maximum)
    if most <= free:
        return []
    return [_("With tax the sprint may cost %(most)s, and of what is released to the project "
              "%(free)s is free: the manager asks for the next tranche.")
            % {"most": show(most, sprint.currency),
               "free": show(max(free, 0), sprint.currency)}]  # fmt: skip


# Before a delivery


@requires(gettext_lazy("Write the delivery first: repository, commit or tag, and evidence."))
def delivery_complete(sprint: Any) -> list[str]:
    draft = sprint.deliveries.filter(delivered_at=None).first()
    if draft is None:
        return [_("Write the delivery first: repository, commit or tag, and evidence.")]
    return list(_lacks(draft, sprint.order.price_basis))


def _lacks(draft: Any, basis: str) -> Iterable[str]:
    if not draft.repository:
        yield _("Name the address of the repository.")
    if not (draft.tag or COMMIT.fullmatch(draft.commit)):
        yield _("Name the commit with all its 40 or 64 characters, or a tag.")
    if not draft.proofs.filter(removed=False).exists():
        yield _("Add at least one file or address as evidence of what was delivered.")
    if basis == "time" and not draft.hours.filter(hundredths__gt=0).exists():
        yield _("State the hours of each category of labour.")


# Before a decision


@requires(gettext_lazy("Every check of the quality plan is recorded."))
def checks_recorded(sprint: Any) -> list[str]:
    delivery = sprint.last_delivery()
    missing = [] if delivery is None else delivery.checks.filter(result="")
    return [_("Record the check “%(check)s”.") % {"check": check.label} for check in missing]


@requires(gettext_lazy("Every story of the sprint has its outcome."))
def stories_judged(sprint: Any) -> list[str]:
    missing = sprint.chosen.filter(outcome="")
    return [_("Say what becomes of the story “%(story)s”.") % {"story": row.title}
            for row in missing]  # fmt: skip


@requires(gettext_lazy("Say what you propose: accept, accept with debt, or reject."))
def verdict_given(sprint: Any) -> bool:
    return sprint.verdict in Verdict.values


@requires(gettext_lazy("The proposal fits what was found."))
def verdict_fits(sprint: Any) -> list[str]:
    """Why the proposal cannot stand beside checks, stories and debts as recorded."""
    delivery = sprint.last_delivery()
    failed = list(delivery.checks.filter(result=Result.FAILED, mandatory=True)) if delivery else []
    chosen = list(sprint.chosen.all())
    debts = list(sprint.debts.filter(removed=False))
    if sprint.verdict == Verdict.ACCEPT:
        return list(_against_accepting(failed, chosen, debts))
    if sprint.verdict == Verdict.DEBT:
        return list(_against_debt(sprint, failed, chosen, debts))
    if sprint.verdict == Verdict.REJECT and not sprint.verdict_note.strip():
        return [_("Give the reasons for rejecting the sprint.")]
    return []


def _against_accepting(failed: list[Any], chosen: list[Any], debts: list[Any]) -> Iterable[str]:
    for check in failed:
        yield _("“%(check)s” failed: accept with debt, or reject.") % {"check": check.label}
    if any(row.outcome == Outcome.WITH_DEBT for row in chosen):
        yield _("A story is accepted with debt: so is the sprint, or it is rejected.")
    if debts:
        yield _("Debt is written down: accept with debt, or take it out.")
    if not any(row.outcome in DONE for row in chosen):
        yield _("No story is accepted: reject the sprint.")


def _against_debt(
    sprint: Any, failed: list[Any], chosen: list[Any], debts: list[Any]
) -> Iterable[str]:
    if not debts:
        yield _("Write down what is owed, and until which sprint.")
    named = {debt.check_code for debt in debts}
    for check in failed:
        if check.code not in named:
            yield _("“%(check)s” failed: write down its debt.") % {"check": check.label}
    of_stories = {debt.story_id for debt in debts}
    for row in chosen:
        if row.outcome == Outcome.WITH_DEBT and row.story_id not in of_stories:
            yield _("“%(story)s” is accepted with debt: write it down.") % {"story": row.title}
    if any(debt.due_number <= sprint.number for debt in debts):
        yield _("A debt is due in a later sprint than the one that leaves it.")
    if not any(row.outcome in DONE for row in chosen):
        yield _("No story is accepted: reject the sprint.")


@requires(gettext_lazy("It is not over yet: only a sprint not delivered in its days is given up."))
def overdue_or_rejected(sprint: Any) -> bool:
    if sprint.state != SprintState.ACTIVE:
        return True
    return clock.end_of(sprint.ends_on, sprint.order.institution) <= clock.now()


@requires(gettext_lazy("The days of the inspection are not over, or the owner was asked already."))
def undecided_in_time(sprint: Any) -> bool:
    ends = sprint.inspect_ends
    return sprint.escalated_at is None and ends is not None and ends <= clock.now()
