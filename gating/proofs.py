"""What makes a piece of evidence whole, and the hash by which its content is known."""

import hashlib
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.history import canonical
from core.refusals import requires
from vendors.sprint_facts import facts

NEEDED = {
    "document": ("document",),
    "link": ("url",),
    "data_set": ("document",),
    "recording": ("document", "url"),
    "commit": ("url", "commit"),
    "metric": ("metric_name", "metric_value", "metric_unit", "metric_on"),
    "attestation": ("statement", "signed_by_id"),
    "accepted_sprint": ("sprint_id",),
}
"""What each kind of evidence needs; a recording needs one of the two."""


@requires(gettext_lazy("The evidence says what its kind needs."))
def content_complete(evidence: Any) -> list[str]:
    """Every sentence that speaks against handing this version in."""
    empty = [name for name in NEEDED[evidence.kind] if getattr(evidence, name) in (None, "")]
    if evidence.kind == "recording" and len(empty) < len(NEEDED["recording"]):
        empty = []
    found = [_missing(name) for name in empty]
    if evidence.kind == "link" and not (evidence.document_id or evidence.snapshot_text):
        found.append(_("Add a snapshot of the page, as a file or as text: pages change."))
    if evidence.kind == "accepted_sprint" and evidence.sprint_id and not _of_project(evidence):
        found.append(_("Choose a sprint of this project that was accepted."))
    return found


def _of_project(evidence: Any) -> bool:
    """Whether its sprint was accepted, and in an order of its own project."""
    sprint = evidence.sprint
    return bool(sprint.accepted and sprint.order.project_id == evidence.project_id)


def _missing(name: str) -> str:
    return {
        "document": _("Add the file."),
        "url": _("Say at which address it is."),
        "commit": _("Name the commit with all its 40 characters."),
        "metric_name": _("Say what was measured."),
        "metric_value": _("Give the measured value."),
        "metric_unit": _("Give the unit of the measured value."),
        "metric_on": _("Say on which day it was measured."),
        "statement": _("Write the statement."),
        "signed_by_id": _("Name who signs the statement."),
        "sprint_id": _("Choose a sprint of this project that was accepted."),
    }[name]


def content_of(evidence: Any) -> dict[str, Any]:
    """What a version says, files by their SHA-256: the same content gives the same hash."""
    document = evidence.document
    of_kind = {"sprint": facts(evidence.sprint)} if evidence.kind == "accepted_sprint" else {}
    return of_kind | {
        "kind": evidence.kind, "title": evidence.title, "note": evidence.note,
        "document": document.blob.sha256 if document else "", "url": evidence.url,
        "snapshot": evidence.snapshot_text, "commit": evidence.commit,
        "metric": [evidence.metric_name, _number(evidence.metric_value), evidence.metric_unit,
                   str(evidence.metric_on or "")],
        "statement": evidence.statement, "signed_by": evidence.signed_by_id,
        "valid_until": str(evidence.valid_until or ""),
    }  # fmt: skip


def _number(value: Any) -> str:
    return "" if value is None else format(value.normalize(), "f")


def content_hash(evidence: Any) -> str:
    """SHA-256 over the canonical JSON of what a version says, in hex."""
    return hashlib.sha256(canonical(content_of(evidence)).encode()).hexdigest()
