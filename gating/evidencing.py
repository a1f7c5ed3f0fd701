"""Adding evidence, new versions of it, and saying for which criteria it speaks."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core import clock, documents, history
from core.models import User
from core.refusals import Refused
from core.steps import allow, create, perform
from gating import permissions
from gating.models.evidence import Evidence, ItemEvidence
from gating.models.items import ReviewItem
from gating.models.review import UNDECIDED

COPIED = ("kind", "title", "note", "url", "snapshot_text", "commit", "sprint", "metric_name",
          "metric_value", "metric_unit", "metric_on", "statement", "signed_by", "valid_until",
          "label")  # fmt: skip
"""What a form may set, and what a new version begins with."""


@transaction.atomic
def add(
    project: Any, values: dict[str, Any], items: Iterable[ReviewItem], *, by: User,
    hand_in: bool = False, because: str = "",
) -> Evidence:  # fmt: skip
    """Add evidence for some criteria of a review, as a draft, or handed in at once.

    `values` are fields of the evidence; `file` and `redacted_file` are uploads. Raises Denied for
    anybody but the manager and the owner, Refused with sentences.
    """
    evidence = Evidence(project=project, added_by=by, added_at=clock.now())
    evidence.kind = values.get("kind", "")
    allow(permissions.adds_evidence, evidence, by)
    history.lock(project.dossier)
    _fill(evidence, values, by)
    evidence = create(evidence, by=by, because=because)
    for item in items:
        attach(item, evidence, by=by)
    return perform(evidence, "submit", by=by, because=because) if hand_in else evidence


@transaction.atomic
def edit(evidence: Evidence, values: dict[str, Any], *, by: User) -> Evidence:
    """Change a draft. Raises Refused once it was handed in: then only a new version changes it."""
    history.lock(evidence.project.dossier)
    evidence = Evidence.objects.select_for_update(of=("self",)).get(pk=evidence.pk)
    allow(permissions.adds_evidence, evidence, by)
    if evidence.state != Evidence.States.DRAFT:
        raise Refused(_("This version was handed in and stays as it is; add a new version."))
    _fill(evidence, values, by)
    evidence.save()
    history.record("gating.evidence.edit", evidence, by=by)
    return evidence


@transaction.atomic
def renew(
    earlier: Evidence, values: dict[str, Any], *, by: User, hand_in: bool = False,
    because: str = "",
) -> Evidence:  # fmt: skip
    """Add the next version of a piece of evidence, for the criteria of all undecided reviews.

    The earlier version is kept, and is replaced once this one is handed in.
    """
    history.lock(earlier.project.dossier)
    earlier = Evidence.objects.select_for_update(of=("self",)).get(pk=earlier.pk)
    if earlier.state in (Evidence.States.DRAFT, Evidence.States.SUPERSEDED):
        raise Refused(_("A draft is edited, and only the newest version is renewed."))
    if Evidence.objects.filter(supersedes=earlier).exists():
        raise Refused(_("There is a newer version already."))
    evidence = Evidence(
        project=earlier.project, added_by=by, added_at=clock.now(), kind=earlier.kind,
        document=earlier.document, redacted=earlier.redacted, supersedes=earlier,
        version=earlier.version + 1,
    )  # fmt: skip
    allow(permissions.adds_evidence, evidence, by)
    _fill(evidence, values, by)
    evidence = create(evidence, by=by, because=because, details={"supersedes": earlier.pk})
    now = clock.now()
    for link in earlier.links.filter(item__review__state__in=UNDECIDED):
        ItemEvidence.objects.create(
            item_id=link.item_id, evidence=evidence, by=by, at=now, reused=link.reused,
            partly=link.partly, origin_id=link.origin_id, equivalence_id=link.equivalence_id,
        )  # fmt: skip
    return perform(evidence, "submit", by=by, because=because) if hand_in else evidence


def _fill(evidence: Evidence, values: dict[str, Any], by: User) -> None:
    for name in COPIED:
        if name in values:
            setattr(evidence, name, values[name])
    if evidence.kind == Evidence.Kind.ATTESTATION and evidence.signed_by_id is None:
        evidence.signed_by = by
    dossier = evidence.project.dossier
    if values.get("file"):
        evidence.document = documents.store(values["file"], by=by, dossier=dossier)
    if values.get("redacted_file"):
        evidence.redacted = documents.store(values["redacted_file"], by=by, dossier=dossier)


@transaction.atomic
def attach(item: ReviewItem, evidence: Evidence, *, by: User) -> None:
    """Say that evidence speaks for a criterion. Raises Refused once the review is prepared."""
    review = _collecting(item)
    allow(permissions.adds_evidence, review, by)
    if evidence.project_id != review.project_id:
        raise Refused(_("The evidence belongs to another project."))
    _link, new = ItemEvidence.objects.get_or_create(
        item=item, evidence=evidence, defaults={"by": by, "at": clock.now()}
    )
    if new:
        history.record("gating.evidence.attach", evidence, by=by,
                       details={"review": review.ref, "criterion": item.criterion.code}
        )  # fmt: skip


@transaction.atomic
def show_for(evidence: Evidence, review: Any, items: Iterable[ReviewItem], *, by: User) -> None:
    """Let evidence speak for exactly these criteria of a review."""
    wanted = {item.pk: item for item in items}
    for link in evidence.links.filter(item__review=review).select_related(
        "item__criterion", "item__review__project", "evidence__project"
    ):
        if wanted.pop(link.item_id, None) is None:
            detach(link, by=by)
    for item in wanted.values():
        attach(item, evidence, by=by)


@transaction.atomic
def detach(link: ItemEvidence, *, by: User) -> None:
    """Say that evidence does not speak for a criterion after all."""
    review = _collecting(link.item)
    allow(permissions.adds_evidence, review, by)
    history.record("gating.evidence.detach", link.evidence, by=by,
                   details={"review": review.ref, "criterion": link.item.criterion.code}
    )  # fmt: skip
    link.delete()


def _collecting(item: ReviewItem) -> Any:
    history.lock(item.review.project.dossier)
    review = (
        type(item.review).objects.select_related("project__dossier", "gate").get(pk=item.review_id)
    )
    if not review.collects:
        raise Refused(
            _("The evidence of this review is fixed since it was prepared; take it back first.")
        )
    return review
