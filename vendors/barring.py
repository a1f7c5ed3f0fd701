"""Suspending and debarring a vendor: proposed, answered; and whether it may take new business."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core import clock, documents, history, turns
from core.models import User
from core.refusals import Refused
from core.steps import allow, create
from vendors import permissions_companies as who
from vendors.models.barred import reasons
from vendors.models.barring import Barring, BarringKind
from vendors.models.company import Vendor

__all__ = ["Proposal", "answer", "propose", "reasons"]


@dataclass(frozen=True)
class Proposal:
    """What is to be imposed on a vendor: `suspension` or `debarment`, until 24:00 of a day."""

    kind: str
    reason: str
    legal_basis: str
    ends_on: date
    file: Any = None


@transaction.atomic
def propose(vendor: Vendor, proposal: Proposal, *, by: User) -> Barring:
    """Propose to suspend or debar a registered vendor.

    Raises Denied for anybody but an officer, Refused without reason, law or a day ahead, or for
    somebody who represents the company.
    """
    history.lock(vendor.dossier)
    allow(who.proposes_barring, vendor, by)
    vendor = Vendor.objects.select_related("dossier").get(pk=vendor.pk)
    reason, law = proposal.reason.strip(), proposal.legal_basis.strip()
    if who.represents(by, vendor) or not vendor.is_standing:
        raise Refused(_("Only a registered vendor is barred, and never by who represents it."))
    if proposal.kind not in BarringKind.values or not reason or not law:
        raise Refused(_("Say what it is, why, and on which law it rests."))
    if proposal.ends_on < clock.today():
        raise Refused(_("Its last day lies ahead."))
    file, ends_on = proposal.file, proposal.ends_on
    row = Barring(
        vendor=vendor, number=vendor.barrings.count() + 1, kind=proposal.kind, reason=reason,
        legal_basis=law, ends_on=ends_on, over_at=clock.end_of(ends_on), proposed_by=by,
        document=documents.store(file, by=by, dossier=vendor.dossier) if file else None,
    )  # fmt: skip
    said = {"kind": row.kind, "ends_on": ends_on.isoformat(), "legal_basis": law}
    return create(row, by=by, because=reason, details=said)


@transaction.atomic
def answer(row: Barring, text: str, file: Any = None, *, by: User) -> Barring:
    """The company answers, until the end of the days that it has; it may complete its answer.

    Raises Denied for anybody but its managers, Refused when the days are over.
    """
    history.lock(row.dossier)
    rows = Barring.objects.select_for_update(of=("self",)).select_related(*Barring.step_related)
    row, now = rows.get(pk=row.pk), clock.now()
    allow(who.manages_company, row.vendor, by)
    if not row.may_answer(now):
        raise Refused(_("The days for an answer are over."))
    if not text.strip():
        raise Refused(_("Write the answer."))
    row.answer, row.answered_by, row.answered_at = text.strip(), by, now
    if file:
        row.answer_document = documents.store(file, by=by, dossier=row.dossier)
    row.save(update_fields=["answer", "answered_by", "answered_at", "answer_document"])
    history.record("vendors.barring.answer", row, by=by, details={"answer": row.answer})
    turns.refresh(row)
    return row
