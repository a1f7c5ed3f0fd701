"""Documents of a company: added, replaced, taken back; their expiry is reminded of."""

from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core import clock, documents, history
from core.models import User
from core.refusals import Refused
from core.steps import allow
from vendors import permissions_companies as who
from vendors.models.company import Vendor
from vendors.models.company_papers import PaperKind, VendorDocument

MARKS = (30, 14, 3)
"""Days before its last day at which people are reminded of a document."""


@transaction.atomic
def add(vendor: Vendor, kind: str, title: str, file: Any, valid_until: date | None = None, *,
        by: User) -> VendorDocument:  # fmt: skip
    """Add a document of a company; an older one of the same kind and title is replaced by it.

    Raises Denied for anybody but a manager of the company, Refused for a file that is not taken in
    or a day that is over.
    """
    history.lock(vendor.dossier)
    allow(who.manages_company, vendor, by)
    if kind not in PaperKind.values or not title.strip():
        raise Refused(_("Say what the document is."))
    if valid_until is not None and valid_until < clock.today():
        raise Refused(_("That day is over; add a document that is still valid."))
    paper = VendorDocument.objects.create(
        vendor=vendor, kind=kind, title=title.strip(), valid_until=valid_until, added_by=by,
        document=documents.store(file, by=by, dossier=vendor.dossier), added_at=clock.now(),
    )  # fmt: skip
    older = VendorDocument.objects.current().filter(vendor=vendor, kind=kind, title=paper.title)
    older.exclude(pk=paper.pk).update(withdrawn_at=paper.added_at, replaced_by=paper)
    details = {"kind": kind, "title": paper.title, "valid_until": valid_until}
    history.record("vendors.vendordocument.create", paper, by=by, details=details)
    return paper


@transaction.atomic
def take_back(paper: VendorDocument, *, by: User) -> None:
    """Show a document no longer; its file stays in the case. Raises Denied."""
    history.lock(paper.dossier)
    allow(who.manages_company, paper.vendor, by)
    current = VendorDocument.objects.current().filter(pk=paper.pk)
    if current.update(withdrawn_at=clock.now()):
        history.record("vendors.vendordocument.end", paper, by=by)
