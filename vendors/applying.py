"""Applying for a lot: begun, saved as it is written, answers and files used again."""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core import clock, documents, history
from core.models import User
from core.refusals import Refused
from core.steps import allow, create
from vendors import permissions_frameworks as who
from vendors.models import membership_conditions as only_if
from vendors.models.application import Answer, ApplicationEvidence
from vendors.models.lot import Lot
from vendors.models.membership import OVER, Membership, MembershipState

LONGEST = 8000
"""So many signs an answer has at most."""


@transaction.atomic
def begin(lot: Lot, vendor: Any, *, by: User) -> Membership:
    """Begin an application, or return the one that is begun already.

    Raises Denied for anybody but who represents the vendor, Refused where nobody applies now, for
    a vendor outside the set-aside, or one that may take no new business.
    """
    history.lock(lot.framework.dossier)
    lot = Lot.objects.select_related("framework__institution", "framework__dossier").get(pk=lot.pk)
    now = clock.now()
    row = Membership(lot=lot, vendor=vendor, begun_by=by, begun_at=now, saved_at=now)
    allow(who.applies, row, by)
    known = Membership.objects.filter(lot=lot, vendor=vendor).exclude(state__in=OVER).first()
    if known is not None:
        return known
    reasons = [*only_if.window_open(row), *only_if.inside_set_aside(row),
               *only_if.not_barred(row)]  # fmt: skip
    if reasons:
        raise Refused(*reasons)
    return create(row, by=by, details={"lot": lot.number, "vendor": str(vendor)})


def drafted(membership: Membership, by: User) -> Membership:
    """The application under its own lock, while it is a draft, for who writes it."""
    rows = Membership._default_manager.select_for_update(of=("self",))
    row = rows.select_related(*Membership.step_related).get(pk=membership.pk)
    allow(who.applies, row, by)
    if row.state != MembershipState.DRAFT:
        raise Refused(_("The application is handed in and no longer changes."))
    return row


@transaction.atomic
def save_answers(membership: Membership, answers: dict[int, str], *, by: User,
                 seen: datetime | None = None) -> Membership:  # fmt: skip
    """Save what is written so far, by requirement; what is not named stays as it is.

    `seen` is when the page was last saved as its writer knows it: when somebody else saved since,
    nothing is overwritten. Raises Refused.
    """
    row = drafted(membership, by)
    if seen is not None and seen != row.saved_at:
        raise Refused(_("Somebody else saved this application meanwhile. Open it again in another "
                        "window, and bring together what both of you wrote."))  # fmt: skip
    wanted = set(row.framework.requirements.values_list("pk", flat=True))
    kept = {answer.requirement_id: answer for answer in row.answers.all()}
    now = clock.now()
    for key, text in answers.items():
        if len(text) > LONGEST:
            raise Refused(_("An answer has at most %(most)s signs.") % {"most": LONGEST})
        answer = kept.get(key) or Answer(membership=row, requirement_id=key)
        if key in wanted and (answer.pk is None or answer.text != text):
            answer.text, answer.saved_at = text, now
            answer.save()
    row.saved_at = now
    row.save(update_fields=["saved_at"])
    return row


def sources(membership: Membership) -> list[Membership]:
    """Earlier applications of the same vendor whose answers may be used again, newest first."""
    rows = Membership._default_manager.filter(vendor=membership.vendor)
    rows = rows.exclude(pk=membership.pk).exclude(answers=None)
    codes = membership.framework.requirements.order_by().values("code")
    rows = rows.filter(answers__requirement__code__in=codes).exclude(answers__text="")
    found = rows.select_related("lot__framework", "vendor").distinct().order_by("-saved_at", "-pk")
    return list(found[:20])


@transaction.atomic
def reuse(membership: Membership, source: Membership, *, by: User) -> int:
    """Take over answers and files that are still valid from an earlier application, by the codes of
    the requirements, where nothing is written yet; how many answers were taken over."""
    row = drafted(membership, by)
    if source.vendor_id != row.vendor_id or source.pk == row.pk:
        raise Refused(_("Only answers of the same vendor's earlier applications are used again."))
    wanted = {found.code: found for found in row.framework.requirements.all()}
    written = {answer.requirement_id: answer for answer in row.answers.all()}
    now, taken = clock.now(), 0
    for answer in source.answers.select_related("requirement").exclude(text=""):
        requirement = wanted.get(answer.requirement.code)
        if requirement is None:
            continue
        mine = written.get(requirement.pk) or Answer(membership=row, requirement=requirement)
        if not mine.text.strip():
            mine.text, mine.reused_from, mine.saved_at = answer.text, source, now
            mine.save()
            taken += 1
    _reuse_files(row, source, wanted, by)
    row.saved_at = now
    row.save(update_fields=["saved_at"])
    return taken


def _reuse_files(row: Membership, source: Membership, wanted: dict[str, Any], by: User) -> None:
    today = clock.today(row.framework.institution)
    given = set(row.evidence.filter(left_out=False).values_list("requirement", "document__blob"))
    for file in source.evidence.select_related("requirement", "document__blob"):
        requirement = wanted.get(file.requirement.code)
        if requirement is None or not file.in_date(today) or file.document.blob.removed:
            continue
        if (requirement.pk, file.document.blob_id) not in given:
            ApplicationEvidence.objects.create(
                membership=row, requirement=requirement, document=file.document,
                valid_until=file.valid_until, added_by=by, added_at=clock.now(),
            )  # fmt: skip


@transaction.atomic
def attach(membership: Membership, requirement: Any, upload: Any, valid_until: date | None, *,
           by: User) -> ApplicationEvidence:  # fmt: skip
    """Add a file to an application, with the last day on which it is valid, or None for good."""
    allow(who.applies, membership, by)
    history.lock(membership.dossier)  # the case first: the file enters its history
    row = drafted(membership, by)
    if requirement.framework_id != row.lot.framework_id:
        raise Refused(_("The requirement belongs to another framework."))
    if valid_until is not None and valid_until < clock.today(row.framework.institution):
        raise Refused(_("The document is no longer valid: its last day is over."))
    document = documents.store(upload, by=by, dossier=row.dossier)
    return ApplicationEvidence.objects.create(
        membership=row, requirement=requirement, document=document, valid_until=valid_until,
        added_by=by, added_at=clock.now(),
    )  # fmt: skip


@transaction.atomic
def leave_out(evidence: ApplicationEvidence, *, by: User) -> None:
    """Take a file out of a drafted application again; the file itself stays in the case."""
    drafted(evidence.membership, by)
    evidence.left_out = True
    evidence.save(update_fields=["left_out"])
