"""What must be true before a project steps on: each a statement with its sentence."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.machines import causes, running
from core.refusals import Refused, requires
from projects.folding import fold
from projects.models.tier import tier_for

TAKE_ON = "projects.takeon.confirm"
NEVER_RELEASED = ("released", "held", "spent", "receivable", "recovered", "written_off")


def _closing_page(project: Any) -> str:
    return reverse("projects:closing", kwargs={"ref": project.ref})


def _holds_page(project: Any) -> str:
    return reverse("projects:hold_list", kwargs={"ref": project.ref})


def _money_page(project: Any) -> str:
    return reverse("projects:money", kwargs={"ref": project.ref})


def _follow_page(project: Any) -> str:
    return reverse("projects:closing_follow", kwargs={"ref": project.ref})


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


@requires(_("The project is on hold."), who=_("secretariat"), where=_holds_page)
def no_hold(project: Any) -> list[str]:
    """A gate on the way to the one that cures a hold may be opened under it."""
    found = project.holds.active()
    if gate := _gate_being_opened():
        found = found.exclude(cure="gate", gate__gte=gate)
    return [gettext("The project is on hold: %(reason)s") % {"reason": hold.reason}
            for hold in found]  # fmt: skip


def _gate_being_opened() -> str:
    """The code of the gate whose exercise is under way, or nothing."""
    rows = (row for row in running.get() if row._meta.label_lower == "gating.gatereview")
    return next((row.gate.code for row in rows if getattr(row, "gate", None)), "")


@requires(_("Only a running project that is taken on skips stages."))
def in_order(project: Any) -> bool:
    return project.stage not in ("draft", "triaged") or TAKE_ON in causes()


@requires(
    _("Name who follows the benefits after closing, and the date of their review."),
    who=_("manager"), where=_follow_page,
)  # fmt: skip
def benefits_followed(project: Any) -> bool:
    return project.benefits_owner_id is not None and project.benefits_review_on is not None


@requires(_("The closure report is accepted."), who=_("manager, then owner"), where=_closing_page)
def closure_reported(project: Any) -> list[str]:
    """Who has to act on the closure report, while it is not accepted."""
    closure = getattr(project, "closure", None)
    if closure is None or closure.state == "draft":
        return [gettext("The manager has not handed in the closure report yet.")]
    if closure.state == "handed_in":
        return [gettext("The owner has not accepted the closure report yet.")]
    return []


@requires(_("Something is still owed or demanded."), who=_("manager"), where=_holds_page)
def nothing_owed(project: Any) -> list[str]:
    owed = project.obligations.filter(open=True).exclude(kind="waiver")  # done without, for a time
    titles = owed.values_list("title", flat=True)
    return [gettext("Still open: %(title)s.") % {"title": title} for title in titles]


@requires(_("Money is still to be recovered, or released and not accounted for."),
          who=_("finance"), where=_money_page)  # fmt: skip
def books_can_close(project: Any) -> bool:
    return not _stands(project, ("released", "receivable"))


@requires(_("Money was released, so the project can no longer be withdrawn; a board may stop it."))
def nothing_released(project: Any) -> bool:
    return not _stands(project, NEVER_RELEASED)


def _stands(project: Any, accounts: tuple[str, ...]) -> bool:
    return project.balances.filter(account__in=accounts, amount__gt=0).exists()
