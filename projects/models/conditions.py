"""What must be true before a project steps on: each a statement with its sentence."""

from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.machines import causes
from core.refusals import Refused, requires
from projects.folding import fold
from projects.models.tier import tier_for

TAKE_ON = "projects.takeon.confirm"
NEVER_RELEASED = ("released", "held", "spent", "receivable", "recovered", "written_off")


@requires(_("The owner has not yet accepted to answer for this project."), who=_("owner"))
def owner_accepted(project: Any) -> bool:
    return project.owner_id is not None and project.owner_accepted_at is not None


@requires(_("The catalogue entry is not complete."), who=_("manager"))
def entry_complete(project: Any) -> list[str]:
    return project.gaps()


@requires(_("The tier cannot be computed."), who=_("administrator"))
def tier_known(project: Any) -> list[str]:
    if project.cost is None or not project.currency or not project.risk:
        return []  # the entry says so already
    try:
        tier_for(project.cost, project.currency, project.risk)
    except Refused as refused:
        return list(refused.reasons)
    return []


@requires(_("No search for duplicates is on record."), who=_("secretariat"))
def duplicates_answered(project: Any) -> list[str]:
    search = project.searches.first()
    if search is None:
        return [
            gettext("No search for duplicates is on record: search, and answer for what is found.")
        ]
    if search.terms != fold(project.title, project.problem, *project.tags):
        return [
            gettext("Title, problem or tags changed after the search for duplicates: search again.")
        ]
    left = search.hits.filter(answer="").count()
    if left:
        text = gettext("Found projects without an answer in the search for duplicates: %(number)s.")
        return [text % {"number": left}]
    return []


@requires(_("The project is on hold."), who=_("secretariat"))
def no_hold(project: Any) -> list[str]:
    return [gettext("The project is on hold: %(reason)s") % {"reason": hold.reason}
            for hold in project.holds.active()]  # fmt: skip


@requires(_("Only a running project that is taken on skips stages."))
def in_order(project: Any) -> bool:
    return project.stage not in ("draft", "triaged") or TAKE_ON in causes()


@requires(
    _("Name who follows the benefits after closing, and the date of their review."),
    who=_("manager"),
)
def benefits_followed(project: Any) -> bool:
    return project.benefits_owner_id is not None and project.benefits_review_on is not None


@requires(_("Write the closure report."), who=_("manager"))
def closure_reported(project: Any) -> bool:
    return bool(project.closure_report.strip())


@requires(_("Something is still owed or demanded."), who=_("manager"))
def nothing_owed(project: Any) -> list[str]:
    titles = project.obligations.filter(open=True).values_list("title", flat=True)
    return [gettext("Still open: %(title)s.") % {"title": title} for title in titles]


@requires(_("Money is still to be recovered, or released and not accounted for."), who=_("finance"))
def books_can_close(project: Any) -> bool:
    return not _stands(project, ("released", "receivable"))


@requires(_("Money was released, so the project can no longer be withdrawn; a board may stop it."))
def nothing_released(project: Any) -> bool:
    return not _stands(project, NEVER_RELEASED)


def _stands(project: Any, accounts: tuple[str, ...]) -> bool:
    return project.balances.filter(account__in=accounts, amount__gt=0).exists()
