"""What of projects leaves the house with a case: the project in any stage, and its ledger read."""

from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import archive_pages
from core.exporting import Contents, described, only, with_drafts
from core.money import show
from projects.accounts import Account, Kind

archive_pages.entitle("projects.OptionYear", gettext_lazy("Years of the options"))
with_drafts("projects.Project")
with_drafts("projects.BenefitsReview")  # whose “drafted” means handed in


@only("projects.ForecastVersion", gettext_lazy("A forecast is the manager's own until the owner "
                                               "certifies it."))  # fmt: skip
def certified_forecasts(rows: Any) -> Any:
    """The versions that an owner answers for."""
    return rows.filter(sealed_at__isnull=False)


described("projects.Tier", "code")
described("projects.Project", "ref", "title")


@archive_pages.part(10)
def entry(found: Contents, names: dict[str, Any]) -> archive_pages.Items:
    """What the project is."""
    facts = [
        item
        for project in found.of("projects.project")
        for item in (
            (_("Title"), project.title), (_("Stage"), project.get_stage_display()),
            (_("Institution"), _name(names, "core.institution", project.institution_id)),
            (_("Project manager"), _name(names, "core.user", project.manager_id)),
            (_("Certifying owner"), _name(names, "core.user", project.owner_id)),
            (_("Whole-life cost"), show(project.cost, project.currency)),
        )
    ]  # fmt: skip
    return [("h2", _("The project")), ("facts", facts)] if facts else []


@archive_pages.part(20)
def ledger(found: Contents, names: dict[str, Any]) -> archive_pages.Items:
    """The postings with their lines, and the balances."""
    lines: dict[int, list[Any]] = {}
    for line in found.of("projects.postingline"):
        lines.setdefault(line.posting_id, []).append(line)
    currency = next((row.currency for row in found.of("projects.project")), "")
    header = [_("No."), _("Effective on"), _("Entry"), _("From"), _("To"), _("Amount"), _("Who")]
    table = [
        [posting.number, date_format(posting.effective_on, "SHORT_DATE_FORMAT"),
         Kind(posting.kind).label, Account(line.source).label, Account(line.target).label,
         show(line.amount, currency), _name(names, "core.user", posting.by_id)]
        for posting in sorted(found.of("projects.posting"), key=lambda row: row.number)
        for line in lines.get(posting.pk, [])
    ]  # fmt: skip
    if not table:
        return []
    balances = [(Account(row.account).label, show(row.amount, currency))
                for row in found.of("projects.balance")]  # fmt: skip
    return [("h2", _("Ledger")), ("table", header, table), ("facts", balances)]


def _name(names: dict[str, Any], label: str, key: Any) -> str:
    return str(names.get(label, {}).get(str(key), {}).get("name", "–"))
