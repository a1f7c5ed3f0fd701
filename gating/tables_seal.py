"""The Seal's pages as rows: requirements with what speaks for them and how they were rated."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _

from core import clock
from core.notices import absolute
from gating import evaluating, levels, seal_checks
from gating.models import Seal, SealApplication, SealProof, SealRating
from gating.models.seal import Standing


@dataclass
class Row:
    """One requirement: what is shown for it, and the results that this person may read."""

    item: Any
    proofs: list[Any] = field(default_factory=list)
    first: list[Any] = field(default_factory=list)
    last: list[Any] = field(default_factory=list)

    @property
    def changed(self) -> list[Any]:
        """The last results that are not what the same person gave at first."""
        given = {row.evaluation_id: (row.result, row.note) for row in self.first}
        return [row for row in self.last
                if given.get(row.evaluation_id) != (row.result, row.note)]  # fmt: skip


def now() -> datetime:
    """The present moment by the database's clock."""
    return clock.now()


def service_list() -> str:
    return reverse("gating:service_list")


def rows_of(application: SealApplication, user: Any) -> list[Row]:
    """The requirements of an application as this person reads them."""
    proofs, ratings = defaultdict(list), defaultdict(list)
    shown = SealProof.objects.visible_to(user).filter(item__application=application)
    for proof in shown.select_related(*SealProof.RELATED):
        proofs[proof.item_id].append(proof)
    given = SealRating.objects.readable_by(user).filter(item__application=application)
    for rating in given.filter(evaluation__left_at=None).select_related("evaluation__evaluator"):
        ratings[rating.item_id, rating.round].append(rating)
    items = application.items.select_related("criterion__standard")
    return [Row(item, proofs[item.pk], ratings[item.pk, 1], ratings[item.pk, 2]) for item in items]


def page_of(application: SealApplication, user: Any) -> dict[str, Any]:
    """What the page of an application shows."""
    rows = rows_of(application, user)
    evaluations = list(
        application.evaluations.select_related(
            "evaluator__institution", "application__service__institution",
            "application__service__project", "application__standard",
        )
    )  # fmt: skip
    mine = next(
        (row for row in evaluations if row.evaluator_id == user.pk and not row.left_at), None
    )
    declared = mine is None or mine.accepted_at is not None
    steps = levels.ladder(row.item.level for row in rows if row.item.criterion_id)
    return {
        "rows": rows, "evaluations": evaluations, "mine": mine, "declared": declared,
        "rates": mine is not None and evaluating.may_rate(mine), "levels": len(steps),
        "feedback_open": application.answer_due is not None,
        "lacks": application.lacks_evaluators() and application.state in evaluating.INVITABLE,
    }  # fmt: skip


def standing(seal: Seal) -> dict[str, Any]:
    """How a seal stands this moment: its value, its words, its colour."""
    value = seal.standing(clock.now())
    return stands(value)


def stands(value: str) -> dict[str, Any]:
    """A standing as a coloured word."""
    tones = {Standing.VALID: "good", Standing.UNDER_REVIEW: "waiting"}
    found = Standing(value)
    return {"value": str(found), "label": found.label, "tone": tones.get(found, "bad")}


def snippet(seal: Seal, language: str) -> str:
    """What is put on the service's own page: it says nothing that the badge might not say."""
    return str(format_html(
        '<a href="{}"><img src="{}" width="320" height="96" alt="{}"></a>',
        absolute(seal.get_check_url()), seal_checks.badge_url(seal, "svg", language),
        _("Seal of Excellence: check how it stands"),
    ))  # fmt: skip
