"""What stands on a page beside a project's step."""

from typing import Any

from django import template
from django.urls import reverse
from django.utils.translation import gettext as _

from core.money import show
from core.permissions import exports_cases
from core.refusals import Refused
from projects import permissions
from projects.models import ChangeRequest
from projects.models.change_guards import RUNNING
from projects.models.tailoring import GOING_ON
from projects.models.tier import discovery_cap, tier_for

register = template.Library()


@register.simple_tag
def triage_facts(project: Any) -> list[tuple[str, Any]]:
    """What is looked at before triage: cost, risk, tier, allowance, owner, duplicates."""
    try:
        tier = tier_for(project.cost, project.currency, project.risk)
        allowance = show(discovery_cap(tier, project.currency), project.currency)
    except Refused:
        tier, allowance = None, None
    search = project.searches.first()
    return [
        (_("Whole-life cost"), show(project.cost, project.currency)),
        (_("Risk"), project.get_risk_display() or None),
        (_("Tier that follows"), tier),
        (_("Discovery allowance at most"), allowance),
        (_("Owner"), project.owner),
        (_("Projects found alike"), search.hits.count() if search else None),
    ]


def _asked_for(project: Any, user: Any) -> list[tuple[str, str]]:
    """What its people may ask for: a change, or less proof."""
    row, found = ChangeRequest(project=project), []
    if project.stage in RUNNING and permissions.drafts_changes(row, user):
        found.append((_("Ask for a change"), "projects:change_create"))
    if project.stage in GOING_ON and permissions.proposes_tailoring(row, user):
        found.append((_("Ask for less proof"), "projects:tailoring_create"))
    return found


@register.simple_tag(takes_context=True)
def project_acts(context: Any, project: Any) -> list[tuple[str, str]]:
    """What this person may do with a project besides its steps: label and address of each."""
    user, found = context["request"].user, []
    going_on = project.stage not in ("closed", "stopped", "withdrawn")
    if going_on and not project.owner_accepted_at and permissions.owns(project, user):
        found.append((_("Answer for this project"), "projects:project_accept"))
    if project.stage == "draft" and permissions.searches(project, user):
        found.append((_("Search for duplicates"), "projects:project_duplicates"))
    early = project.stage in ("draft", "triaged", "business_case")
    if early and permissions.proposes_take_on(project, user):
        found.append((_("Take on as running"), "projects:takeon_create"))
    found += _asked_for(project, user)
    if going_on and permissions.places_hold(project, user):
        found.append((_("Put on hold"), "projects:hold_create"))
    if permissions.audits(project, user):
        found.append((_("Record a finding"), "projects:finding_create"))
    found.append((_("Correspondence"), "projects:letter_list"))
    if exports_cases(project.dossier, user):
        found.append((_("Export the case"), "oversight:dossier_export"))
    links = [(label, reverse(name, args=[project.ref])) for label, name in found]
    if early or project.declared_not_gated:
        take_ons = project.take_ons.exclude(state="withdrawn")
        links += [(_("Taking on a running project"), row.get_absolute_url()) for row in take_ons]
    return links
