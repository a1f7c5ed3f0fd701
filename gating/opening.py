"""Planning a review: its criteria in their versions, and what an earlier attempt hands on."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core import clock, history
from core.models import User
from core.refusals import Refused
from core.steps import allow, create
from gating import permissions
from gating.models.evidence import STANDING, ItemEvidence
from gating.models.gate import Gate, GateStandard
from gating.models.items import ReviewItem
from gating.models.review import UNDECIDED, GateReview


def fitting(project: Any) -> list[Gate]:
    """The gates that a project may be reviewed at now: the next one, and the one just passed."""
    gates = Gate.objects.all()
    return [gate for gate in gates if project.stage in (gate.stage, gate.opens)]


@transaction.atomic
def open_review(project: Any, gate: Gate, *, by: User, because: str = "") -> GateReview:
    """Plan a review of a project at a gate, with the standards that the gate asks today.

    Raises Denied for anybody but the manager, and Refused with every reason why not.
    """
    history.lock(project.dossier)
    project = type(project)._default_manager.select_related("tier", "dossier").get(pk=project.pk)
    review = GateReview(project=project, gate=gate, planned_by=by)
    allow(permissions.manages, review, by)
    asked = _asked(project, gate)
    if reasons := _objections(project, gate, asked):
        raise Refused(*reasons)
    earlier = project.reviews.filter(gate=gate).order_by("-attempt").first()
    review.tier, review.planned_at = project.tier, clock.now()
    review.attempt = earlier.attempt + 1 if earlier else 1
    review.predecessor = earlier
    versions = {row.standard.code: row.standard.version for row in asked}
    review = create(review, by=by, because=because, details={"standards": versions})
    _copy_criteria(review, asked)
    carry_over(review, by=by)
    return review


def _asked(project: Any, gate: Gate) -> list[GateStandard]:
    """The standards of a gate for the project's tier; of two rules for one, the tier's own."""
    rows = gate.standards.filter(standard__state="published").select_related("standard")
    found = {row.standard_id: row for row in rows if row.tier_id is None}
    found |= {row.standard_id: row for row in rows if row.tier_id == project.tier_id is not None}
    return list(found.values())


def _objections(project: Any, gate: Gate, asked: list[GateStandard]) -> list[str]:
    found = []
    if project.stage not in (gate.stage, gate.opens):
        found.append(
            _("%(gate)s is not the gate of a project in the stage “%(stage)s”.")
            % {"gate": gate.code, "stage": project.get_stage_display()}
        )
    if project.tier_id is None:
        found.append(_("The project has no tier yet: it is triaged first."))
    if not asked:
        found.append(
            _("No published standard is asked at %(gate)s; a standards editor assigns one first.")
            % {"gate": gate.code}
        )
    live = project.reviews.filter(gate=gate, state__in=(*UNDECIDED, "decided", "in_force")).first()
    if live is not None:
        found.append(
            _("There is a review at this gate already: %(review)s.") % {"review": live.ref}
        )
    return found


def _copy_criteria(review: GateReview, asked: list[GateStandard]) -> None:
    """The criteria asked when leaving this stage, in the order of their standards."""
    leaves = set(review.gate.leaves)
    rows: list[ReviewItem] = []
    for asking in asked:
        for criterion in asking.standard.criteria.all():
            if leaves & set(criterion.stages):
                fixed = bool(leaves & set(criterion.non_waivable_at))
                rows.append(
                    ReviewItem(review=review, criterion=criterion, position=len(rows) + 1,
                               mandatory=asking.mandatory or fixed, non_waivable=fixed)
                )  # fmt: skip
    ReviewItem.objects.bulk_create(rows)


def carry_over(review: GateReview, *, by: User) -> int:
    """Show again what stood for the same criteria in earlier reviews and is not out of date.

    Submit once: the newest earlier review of the project that had the criterion counts. Returns
    how many were carried over.
    """
    today = clock.today(review.project.institution)
    items = {item.criterion_id: item for item in review.items.all()}
    earlier = ItemEvidence.objects.filter(
        item__review__project=review.project, item__criterion__in=items,
        evidence__state__in=STANDING,
    ).exclude(item__review=review).select_related("item", "evidence")  # fmt: skip
    known, now = set(), clock.now()
    for link in earlier.order_by("-item__review", "pk"):
        key = (items[link.item.criterion_id].pk, link.evidence_id)
        if key not in known and link.evidence.stands_on(today):
            known.add(key)
            ItemEvidence.objects.create(item_id=key[0], evidence_id=key[1], by=by, at=now,
                                        reused=True)  # fmt: skip
    if known:
        history.record("gating.gatereview.carry_over", review, by=by,
                       details={"evidence": sorted({proof for _item, proof in known})})  # fmt: skip
    return len(known)
