"""Asking that days be excused: litigation or force majeure, with evidence."""

from datetime import date
from typing import Any

from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from core import clock, history
from core.machines import Guard
from core.models import Document, User
from core.refusals import Refused
from core.steps import allow, create
from projects import permissions
from projects import permissions_money as who
from projects.models.excused import ExcusedDays, not_excused_twice, not_lapsed
from projects.models.tranche import Tranche

__all__ = ["ask"]


@transaction.atomic
def ask(tranche: Tranche, ground: str, first_day: date, last_day: date, *, reason: str,
        document: Document | None, by: User) -> ExcusedDays:  # fmt: skip
    """The manager asks that days, both included, be given back to a tranche; with its evidence.

    Raises Denied for anybody but the manager, Refused without evidence, for days outside the time
    in which the tranche may be drawn, days excused already, or a tranche past its last day.
    """
    history.lock(tranche.dossier)
    rows = Tranche.objects.select_related("project__institution", "project__dossier")
    tranche = rows.get(pk=tranche.pk)
    allow(who.asks_excuse, tranche, by)
    asked = ExcusedDays(
        tranche=tranche, ground=ground, first_day=first_day, last_day=last_day,
        days=max((last_day - first_day).days + 1, 0), reason=reason.strip(), document=document,
        proposed_by=by,
    )  # fmt: skip
    if reasons := _refusals(asked):
        raise Refused(*reasons)
    said = {"first_day": first_day.isoformat(), "last_day": last_day.isoformat(),
            "days": asked.days}  # fmt: skip
    return create(asked, by=by, because=asked.reason, details=said)


def _refusals(asked: ExcusedDays) -> list[str]:
    reasons = []
    if not asked.reason:
        reasons.append(_("Say what happened."))
    if asked.document_id is None:
        reasons.append(_("Attach the evidence: the court's order, the declaration, the report."))
    if asked.last_day < asked.first_day:
        return [*reasons, _("The last day lies before the first.")]
    if asked.tranche.excused.filter(state=ExcusedDays.States.PROPOSED).exists():
        reasons.append(_("Other days are asked for already and wait for an answer."))
    reasons += Guard(not_lapsed).reasons(asked)
    if reasons:
        return reasons
    return _outside(asked) + Guard(not_excused_twice).reasons(asked)


def _outside(asked: ExcusedDays) -> list[str]:
    """Only days count on which the tranche could have been drawn, had nothing happened."""
    first, last = _committed_on(asked.tranche), asked.tranche.valid_until
    if last is None or (first <= asked.first_day and asked.last_day <= last):
        return []
    form = "SHORT_DATE_FORMAT"
    return [_("The tranche may be drawn from %(first)s to %(last)s: choose days between them.")
            % {"first": date_format(first, form), "last": date_format(last, form)}]  # fmt: skip


def _committed_on(tranche: Any) -> date:
    """The day on which the tranche was last committed, where its institution is."""
    made = tranche.postings.filter(kind="commit").exclude(key__startswith=permissions.AHEAD)
    moment = made.latest("number").recorded_at if made.exists() else clock.now()
    return moment.astimezone(clock.zone(tranche.project.institution)).date()
