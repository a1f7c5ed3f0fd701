"""Assessing applications: two people named, what each finds; off-ramps; newer terms signed."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core import history, turns
from core.models import User
from core.refusals import Refused
from core.steps import allow, create, perform
from vendors import permissions_frameworks as who
from vendors.models import membership_conditions as only_if
from vendors.models.assessment import Assessment, AssessmentMark
from vendors.models.company import VendorSeat
from vendors.models.membership import (
    Membership,
    MembershipState,
    OffRampGround,
    TermsSignature,
)

PENDING = (MembershipState.APPLIED, MembershipState.ASSESSING)


@transaction.atomic
def name_assessors(membership: Membership, people: Iterable[User], *, by: User) -> list[Assessment]:
    """Name people to assess an application, up to two who did not step back.

    They belong to institutions, represent no vendor, and are not the officer who names them.
    """
    row = _held(membership, by, who.runs_frameworks)
    if row.state not in PENDING:
        raise Refused(_("Assessors are named for applications that are to be decided."))
    people = list(dict.fromkeys(people))
    standing = set(row.standing_assessments().values_list("assessor_id", flat=True))
    if len(people) + len(standing) > only_if.ASSESSORS:
        raise Refused(_("Two people assess an application."))
    for person in people:
        if reason := _unfit(row, person, by):
            raise Refused(reason)
    found = [create(Assessment(membership=row, assessor=person, named_by=by), by=by,
                    details={"assessor": person.pk}) for person in people]  # fmt: skip
    turns.refresh(row)
    return found


def _unfit(membership: Membership, person: User, by: User) -> str:
    """Why a person cannot assess an application; nothing when they can."""
    named = {"person": person}
    if person.institution_id is None or not person.is_active:
        return _("%(person)s belongs to no institution.") % named
    if VendorSeat.objects.open().filter(user=person).exists():
        return _("%(person)s represents a vendor.") % named
    if person.pk == by.pk:
        return _("Who names the assessors is none of them.")
    if membership.assessments.filter(assessor=person).exists():
        return _("%(person)s was named for this application already.") % named
    return ""


@transaction.atomic
def mark(assessment: Assessment, marks: dict[int, tuple[str, str]], *, by: User) -> Assessment:
    """Keep what an assessor finds: requirement -> (result, note); an empty result stays open."""
    history.lock(assessment.dossier)
    rows = Assessment._default_manager.select_for_update(of=("self",))
    row = rows.select_related(*Assessment.step_related).get(pk=assessment.pk)
    allow(who.assesses, row, by)
    if row.state != Assessment.States.DECLARED:
        raise Refused(_("Findings are entered after declaring no conflict, and until the "
                        "assessment is concluded."))  # fmt: skip
    wanted = set(row.membership.framework.requirements.values_list("pk", flat=True))
    kept = {found.requirement_id: found for found in row.marks.all()}
    for key, (result, note) in marks.items():
        if key not in wanted or (result and result not in AssessmentMark.Result.values):
            raise Refused(_("This is none of the requirements or findings."))
        found = kept.get(key) or AssessmentMark(assessment=row, requirement_id=key)
        if result:
            found.result, found.note = result, note.strip()
            found.save()
    return row


@transaction.atomic
def off_ramp(membership: Membership, ground: str, *, by: User, because: str) -> Membership:
    """Take a vendor out of a lot for a ground, with a reason; orders that run go on."""
    row = _held(membership, by, who.runs_frameworks)
    grounds = set(OffRampGround.values) - {OffRampGround.FRAMEWORK_ENDED}
    if ground not in grounds or not because.strip():
        raise Refused(_("Choose the ground, and say why."))
    row.ground = ground
    row.save(update_fields=["ground"])
    return perform(row, "remove", by=by, because=because.strip())


@transaction.atomic
def sign_newer(membership: Membership, *, by: User) -> TermsSignature:
    """A manager of a vendor in force signs the newest version of the terms."""
    row = _held(membership, by, who.signs)
    newest = _newer(row)
    if signed_by(row, newest, "vendor"):
        raise Refused(_("The vendor has signed this version already."))
    row.keep_signature("vendor", by)
    history.record("vendors.membership.sign_newer", row, by=by, details={"version": newest.number})
    turns.refresh(row)
    return row.signatures.latest("pk")


@transaction.atomic
def countersign_newer(membership: Membership, *, by: User) -> Membership:
    """The institution signs the newest version too: it holds between both from now on."""
    row = _held(membership, by, who.countersigns)
    newest = _newer(row)
    if not signed_by(row, newest, "vendor"):
        raise Refused(_("The vendor signs first."))
    row.keep_signature("institution", by)
    row.terms = newest
    row.save(update_fields=["terms"])
    history.record("vendors.membership.countersign_newer", row, by=by,
                   details={"version": newest.number})  # fmt: skip
    turns.refresh(row)
    return row


def _newer(row: Membership) -> Any:
    newest = row.framework.newest_terms
    if row.state not in (MembershipState.ACTIVE, MembershipState.SUSPENDED):
        raise Refused(_("Only members in force sign a newer version."))
    if row.newer_terms() is None:
        raise Refused(_("The newest version is signed already."))
    return newest


def signed_by(membership: Membership, terms: Any, side: str) -> bool:
    """Whether a side has signed a version of the terms."""
    return bool(membership.signatures.filter(terms=terms, side=side).exists())


def _held(membership: Membership, by: User, permission: Any) -> Membership:
    history.lock(membership.dossier)
    rows = Membership._default_manager.select_for_update(of=("self",))
    row = rows.select_related(*Membership.step_related).get(pk=membership.pk)
    allow(permission, row, by)
    return row
