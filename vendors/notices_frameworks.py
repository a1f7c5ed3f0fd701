"""Who is told of frameworks, applications, assessments, memberships, and few vendors."""

from typing import Any

from django.db.models import Q

from core.models import User
from core.notices import notify
from projects.notices import holders
from vendors.models.company import SeatRole, VendorSeat, VendorState, managers

WRITE = (SeatRole.MANAGER, SeatRole.BIDDER)


def of_vendors(**which: Any) -> list[User]:
    """The people who apply and bid for the vendors that fit."""
    seats = VendorSeat.objects.open().filter(role__in=WRITE, **which)
    return list(User.objects.filter(is_active=True, pk__in=seats.values("user")))


def of_company(membership: Any) -> list[User]:
    """The people who apply and bid for the vendor of a membership."""
    return of_vendors(vendor=membership.vendor)


@notify("vendors.framework.publish", "emails/framework_open.txt")
@notify("vendors.framework.reopen", "emails/framework_open.txt")
def tell_vendors_of_a_window(framework: Any) -> list[User]:
    """Vendors that may take new business learn that they can apply, and until when."""
    inside = framework.memberships().filter(state__in=("active", "suspended")).values("vendor")
    seats = VendorSeat.objects.open().filter(role__in=WRITE, vendor__state=VendorState.ACTIVE)
    lots = framework.lots.count()
    if lots == 1:  # a member of the only lot has nothing to apply for
        seats = seats.exclude(vendor__in=inside)
    return list(User.objects.filter(is_active=True, pk__in=seats.values("user")))


@notify("vendors.framework.close_window", "emails/framework_closed.txt")
def tell_officers_of_the_end_of_a_window(framework: Any) -> list[User | None]:
    """Who drafted it, and the officers, name assessors now."""
    return [framework.drafted_by, *holders("procurement_officer")]


@notify("vendors.framework.announce", "emails/framework_announced.txt")
def tell_applicants_of_the_decisions(framework: Any) -> list[User]:
    """Everybody who applied learns until when the standstill lasts."""
    decided = Q(state="admitted", standstill_until=framework.standstill_until)
    rows = framework.memberships().filter(decided | Q(state="rejected"))
    return of_vendors(vendor__in=rows.values("vendor"))


@notify("vendors.framework.activate", "emails/framework_active.txt")
def tell_admitted_vendors_to_sign(framework: Any) -> list[User]:
    """Managers of admitted vendors sign the terms now."""
    rows = framework.memberships().filter(state="admitted").select_related("vendor")
    return [person for row in rows for person in managers(row.vendor)]


@notify("vendors.framework.write_terms", "emails/framework_terms.txt")
def tell_members_of_newer_terms(framework: Any) -> list[User]:
    """Managers of members in force sign the newer version."""
    rows = framework.memberships().filter(state__in=("active", "suspended"))
    return [person for row in rows.select_related("vendor") for person in managers(row.vendor)]


@notify("vendors.framework.confirm_thin", "emails/framework_few.txt")
def tell_oversight_of_few_vendors(framework: Any) -> list[User | None]:
    """The secretariat and auditors learn that a lot is used with few vendors, and why."""
    return [*holders("secretariat", "auditor")]


@notify("vendors.membership.submit", "emails/application_received.txt")
def tell_that_it_came(membership: Any) -> list[User | None]:
    """The vendor has it in writing; the officer who drafted the framework knows."""
    return [*of_company(membership), membership.framework.drafted_by]


@notify("vendors.membership.remind", "emails/application_window_closes.txt")
def remind_before_the_window_closes(membership: Any) -> list[User]:
    """Who drafts an application is told before the window closes."""
    return of_company(membership)


@notify("vendors.membership.admit", "emails/application_decided.txt")
@notify("vendors.membership.reject", "emails/application_decided.txt")
@notify("vendors.membership.fall", "emails/application_decided.txt")
def tell_the_applicant(membership: Any) -> list[User]:
    """The vendor learns the decision and its reasons."""
    return of_company(membership)


@notify("vendors.membership.sign", "emails/membership_signed.txt")
def ask_the_officer_to_countersign(membership: Any) -> list[User | None]:
    """Officers sign for the institution."""
    return [membership.framework.drafted_by, *holders("procurement_officer")]


@notify("vendors.membership.countersign", "emails/membership_moved.txt")
@notify("vendors.membership.send_back", "emails/membership_moved.txt")
@notify("vendors.membership.suspend", "emails/membership_moved.txt")
@notify("vendors.membership.resume", "emails/membership_moved.txt")
@notify("vendors.membership.remove", "emails/membership_moved.txt")
@notify("vendors.membership.end", "emails/membership_moved.txt")
@notify("vendors.membership.expire", "emails/membership_moved.txt")
def tell_the_member(membership: Any) -> list[User]:
    """The vendor learns what became of its membership, and why."""
    return of_company(membership)


@notify("vendors.applicationevidence.remind", "emails/evidence_of_member_expires.txt")
def remind_before_a_document_expires(evidence: Any) -> list[User]:
    """The vendor renews the document in time."""
    return of_company(evidence.membership)


@notify("vendors.assessment.create", "emails/application_to_assess.txt")
def ask_the_assessor(assessment: Any) -> list[User | None]:
    """Whoever was named declares whether there is a conflict of interest."""
    return [assessment.assessor]


@notify("vendors.assessment.recuse", "emails/application_assessor_left.txt")
def tell_who_named_them(assessment: Any) -> list[User | None]:
    """Whoever named the assessor names another."""
    return [assessment.named_by]
