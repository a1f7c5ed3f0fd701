"""Exemptions before the board, and their end: what applies is exempt only by motion, for a time."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from core import due
from core.due import Due, falls_due
from core.models import User
from core.steps import blockers, perform, step
from gating import matters
from gating.models.items import Exemption
from gating.models.standard import Standard


@matters.register("gating.exemption")
class ExemptionMatter(matters.Matter):
    """The board competent for the project exempts from a criterion, at a named risk, for a time."""

    outcomes = ("grant",)
    asks_risk = True

    def row(self, pk: int) -> Exemption:
        """The request with its criterion, review and case."""
        return Exemption.objects.select_related(*Exemption.step_related).get(pk=pk)

    def project(self, row: Exemption) -> Any:
        """The project under review."""
        return row.review.project

    def faults(self, row: Exemption) -> list[str]:
        """Why no motion may be put on it; one that is open already may always be closed."""
        grant = step(row, "grant_by_motion")
        if grant is not None:
            return blockers(row, grant)
        if matters.motions_of(row).filter(state="open").exists():
            return []
        return [_("The exemption is not before the board, or is decided.")]

    def excluded(self, row: Exemption) -> dict[int, str]:
        """Who asked for it has no vote on it."""
        return {row.asked_by_id: "conflict"}

    def effect(self, motion: Any, row: Exemption, *, by: User) -> None:
        """The criterion needs no evidence until the day that the motion names."""
        grant = step(row, "grant_by_motion")
        if grant is None or blockers(row, grant):
            return
        row.risk_owner, row.expires = motion.risk_owner, motion.waived_until
        row.save(update_fields=["risk_owner", "expires"])
        perform(row, "grant_by_motion", by=by, because=motion.ref)

    def lost(self, motion: Any, row: Exemption, *, by: User) -> None:
        """The criterion applies."""
        if step(row, "refuse_by_motion"):
            perform(row, "refuse_by_motion", by=by, because=motion.ref)

    def facts(self, row: Exemption) -> dict[str, Any]:
        """What is exempt, of which review, and why it was asked."""
        asked = row.item.criterion
        return {"ref": row.review.ref, "criterion": f"{asked.code} {asked.title}",
                "reason": row.reason}  # fmt: skip

    def told(self, facts: dict[str, Any]) -> list[tuple[str, str]]:
        """The criterion and the reason, in words."""
        return [(_("Criterion"), facts["criterion"]), (_("Reason"), facts["reason"])]


@falls_due
def exemptions_over(now: datetime) -> Iterable[Due]:
    """Exemptions whose last day is over."""
    day = now.date() + timedelta(days=1)  # somewhere it is later; the row's own moment decides
    rows = Exemption.objects.filter(state="approved", expires__lte=day)
    rows = rows.select_related(*Exemption.step_related)
    return due.steps(rows, "expire", at=lambda row: row.expires_at)


@falls_due
def standards_taking_effect(now: datetime) -> Iterable[Due]:
    """Fixed versions of standards whose day has come."""
    return due.steps(
        Standard.objects.filter(state="scheduled"), "take_effect", at=lambda row: row.effect_at
    )
