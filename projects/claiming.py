"""Claiming money back: proposed from a finding, heard, entered, appealed against."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from core import clock, history
from core.models import Document, Event, User
from core.money import show
from core.refusals import Refused
from core.steps import allow, create, perform
from projects import permissions_money as who
from projects.models.claim import Claim, ClaimAppeal, ClaimState, claimable
from projects.models.hold import Finding
from projects.models.project import Project

__all__ = ["Appeal", "answer", "claimable_of", "end_appeal", "propose", "record_appeal",
           "write_notice"]  # fmt: skip


def claimable_of(project: Any) -> tuple[int, int]:
    """What may still be claimed, in minor units, and the tier's percent of what was spent."""
    percent = project.tier.clawback_percent if project.tier else 100
    return claimable(project, percent), percent


@transaction.atomic
def propose(finding: Finding, values: dict[str, Any], *, by: User, because: str = "") -> Claim:
    """Claim money back because of a finding: `debtor`, `legal_basis`, `amount` in minor units.

    Raises Denied for anybody but an auditor, Refused for more than the tier's share of what was
    spent, less what is claimed already, or without debtor and legal basis.
    """
    project = Project._base_manager.select_related("tier", "dossier").get(pk=finding.project_id)
    history.lock(project.dossier)
    allow(who.claims, project, by)
    most, percent = claimable_of(project)
    if not values["debtor"].strip() or not values["legal_basis"].strip():
        raise Refused(_("Name the debtor, and the law on which the claim rests."))
    if not 0 < values["amount"] <= most:
        raise Refused(
            _("At most %(most)s may be claimed: %(percent)s percent of what was spent, less what "
              "is claimed already.")
            % {"most": show(most, project.currency), "percent": percent}
        )  # fmt: skip
    last = project.claims.order_by("-number").values_list("number", flat=True).first() or 0
    claim = Claim(project=project, finding=finding, number=last + 1, percent=percent,
                  proposed_by=by, **values)  # fmt: skip
    said = {"amount": claim.amount, "debtor": claim.debtor, "finding": finding.pk}
    return create(claim, by=by, because=because or finding.text, details=said)


@transaction.atomic
def write_notice(claim: Claim, text: str, document: Document | None = None, *, by: User) -> Claim:
    """Write the notice that the debtor will be sent when the hearing opens.

    Raises Denied for anybody but the secretariat, Refused once it is sent.
    """
    claim = _held(claim, by, (ClaimState.PROPOSED,))
    if not text.strip():
        raise Refused(_("Write what is claimed, why, and how the debtor may answer."))
    claim.notice = text.strip()
    claim.notice_document = document or claim.notice_document
    claim.save(update_fields=["notice", "notice_document"])
    history.record("projects.claim.write_notice", claim, by=by, details={"notice": claim.notice})
    return claim


@transaction.atomic
def answer(claim: Claim, text: str, answered_on: date, document: Document | None = None, *,
           by: User) -> Claim:  # fmt: skip
    """Enter what the debtor answered, and on which day; it may be completed until the decision.

    Raises Denied for anybody but the secretariat, Refused outside the hearing.
    """
    claim = _held(claim, by, (ClaimState.HEARING,))
    if not text.strip():
        raise Refused(_("Enter what the debtor answered."))
    if answered_on > clock.today(claim.project.institution):
        raise Refused(_("The debtor cannot have answered on a day still to come."))
    if answered_on < _heard_since(claim):
        raise Refused(_("The debtor cannot have answered before being notified, on %(day)s.")
                      % {"day": date_format(_heard_since(claim), "SHORT_DATE_FORMAT")})  # fmt: skip
    claim.answer, claim.answered_on = text.strip(), answered_on
    claim.answer_document = document or claim.answer_document
    claim.save(update_fields=["answer", "answered_on", "answer_document"])
    said = {"answer": claim.answer, "answered_on": answered_on.isoformat()}
    history.record("projects.claim.hear", claim, by=by, details=said)
    return claim


def _heard_since(claim: Claim) -> date:
    """The day, where the institution is, on which the debtor was notified."""
    told = Event.objects.filter(target_label=claim._meta.label_lower, target_id=claim.pk,
                                verb="projects.claim.open_hearing")  # fmt: skip
    return told.latest("pk").at.astimezone(clock.zone(claim.project.institution)).date()


@dataclass(frozen=True)
class Appeal:
    """What is known of an appeal when it is filed."""

    body: str
    reference: str
    filed_on: date
    document: Document | None = None


@transaction.atomic
def record_appeal(claim: Claim, appeal: Appeal, *, by: User) -> ClaimAppeal:
    """Enter an appeal: it suspends the last day to pay until it ends.

    Raises Denied for anybody but the secretariat, Refused where nothing is owed, for a second
    appeal beside an open one, or a day to come.
    """
    claim = _held(claim, by, (ClaimState.OWED, ClaimState.OVERDUE))
    if appeal.filed_on > clock.today(claim.project.institution):
        raise Refused(_("An appeal cannot have been filed on a day still to come."))
    if not appeal.body.strip() or not appeal.reference.strip():
        raise Refused(_("Name the court or authority, and the number of the appeal."))
    row = ClaimAppeal.objects.create(
        claim=claim, body=appeal.body.strip(), reference=appeal.reference.strip(),
        filed_on=appeal.filed_on, document=appeal.document, recorded_by=by,
    )  # fmt: skip
    perform(claim, "suspend", by=by, because=f"{row.body}, {row.reference}")
    return row


@transaction.atomic
def end_appeal(appeal: ClaimAppeal, outcome: str, ended_on: date, *, by: User) -> ClaimAppeal:
    """Enter how an appeal ended: the days that it took are added to the last day to pay.

    When the debtor won, the rest is written off on the word of that court, by two people.
    """
    claim = _held(appeal.claim, by, (ClaimState.APPEALED,))
    appeal = ClaimAppeal.objects.select_for_update().get(pk=appeal.pk)
    if outcome not in ClaimAppeal.Outcome.values:
        raise Refused(_("Choose how the appeal ended."))
    if ended_on < appeal.filed_on or ended_on > clock.today(claim.project.institution):
        raise Refused(_("An appeal ends between the day it was filed and today."))
    appeal.outcome, appeal.ended_on = outcome, ended_on
    appeal.days = (ended_on - appeal.filed_on).days
    appeal.save(update_fields=["outcome", "ended_on", "days"])
    perform(claim, "resume", by=by, because=f"{appeal.body}: {appeal.get_outcome_display()}")
    return appeal


def _held(claim: Claim, by: User, states: tuple[str, ...]) -> Claim:
    """The claim as it stands under the lock of its case, for who hears it; in one of the states."""
    history.lock(claim.dossier)
    row = Claim.objects.select_for_update(of=("self",)).select_related(*Claim.step_related)
    claim = row.get(pk=claim.pk)
    allow(who.hears, claim, by)
    if claim.state not in states:
        raise Refused(_("This has moved on since you opened the page."))
    return claim
