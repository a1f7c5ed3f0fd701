"""Planning a review: its criteria in their versions, and what an earlier attempt hands on."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core import clock, history
from core.models import User
from core.refusals import Refused
from core.steps import allow, create
from gating import crosswalking, effects, permissions
from gating.models.gate import Gate, GateStandard
from gating.models.items import ReviewItem
from gating.models.review import UNDECIDED, GateReview
from projects.models.tailoring import merged


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
    if project.stage == gate.stage:
        review.also = Gate.objects.filter(code=merged(project, gate.code)).first()
    asked = _asked(project, review.gates)
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
    effects.look_again(review)
    return review


def _asked(project: Any, gates: list[Gate]) -> list[GateStandard]:
    """The standards of gates for the project's tier; of two rules for one, the tier's own."""
    rows = GateStandard.objects.filter(gate__in=gates, standard__state="published")
    rows = rows.select_related("standard").order_by("gate__position", "pk")
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
    leaves, there = review.leaves, review.items.count()
    rows: list[ReviewItem] = []
    for asking in asked:
        for criterion in asking.standard.criteria.all():
            if leaves & set(criterion.stages):
                fixed = bool(leaves & set(criterion.non_waivable_at))
                rows.append(
                    ReviewItem(review=review, criterion=criterion, position=there + len(rows) + 1,
                               mandatory=asking.mandatory or fixed, non_waivable=fixed)
                )  # fmt: skip
    ReviewItem.objects.bulk_create(rows)


def add_missing(review: GateReview) -> list[str]:
    """Add the standards that the review's tier asks and it does not have; returns their codes.

    A standard that it has in another version stays as it is.
    """
    there = set(review.items.values_list("criterion__standard__code", flat=True))
    asked = [row for row in _asked(review.project, review.gates)
             if row.standard.code not in there]  # fmt: skip
    if asked:
        _copy_criteria(review, asked)
    return [row.standard.code for row in asked]


def carry_over(review: GateReview, *, by: User) -> int:
    """Show again what stood in earlier reviews for the same or wholly equivalent criteria.

    Submit once: what is not out of date follows by itself, in whatever version or standard the
    criteria ask the same. Returns how many pieces of evidence were carried over.
    """
    today = clock.today(review.project.institution)
    items = list(review.items.select_related("criterion__standard"))
    criteria = [item.criterion for item in items]
    offers = crosswalking.offers_for(criteria, review.project, today, apart_from=review)
    shown = [
        crosswalking.attach(item, offer, by=by)
        for item in items for offer in offers[item.criterion_id] if offer.extent == "whole"
    ]  # fmt: skip
    if shown:
        history.record("gating.gatereview.carry_over", review, by=by,
                       details={"evidence": sorted({link.evidence_id for link in shown})}
        )  # fmt: skip
    return len(shown)
