"""Acting on a project's money: what people record, ask to correct or close, and what stands."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet, Sum
from django.utils.translation import gettext as _

from core import clock, history
from core.models import Document, User
from core.money import show
from core.refusals import Refused
from core.steps import allow, create
from projects import permissions
from projects.accounts import Account, Books, Kind
from projects.models.binding import bound, free
from projects.models.booking import balances, flows, post, reverse
from projects.models.correction import Correction
from projects.models.ledger import ClosedPeriod, Posting, PostingLine, SpendReport

__all__ = ["Report", "ask_correction", "balances", "close_period", "endings", "flows", "post",
           "postings", "record", "reverse", "statement"]  # fmt: skip

CASE = "LEDGER"
"""The reference of the case file in which the closing of the books is recorded."""


@dataclass(frozen=True)
class Report:
    """What was spent or given back, as reported: its reference, its period, its proof."""

    kind: str
    amount: int
    reference: str
    period_from: date | None = None
    period_to: date | None = None
    document: Document | None = None


@transaction.atomic
def record(project: Any, report: Report, *, by: User, because: str = "") -> Posting:
    """Post spending (`spend`) or a return of money (`return`), in minor units, by its reference.

    The same report again is one posting; raises Refused when its reference stands for another
    amount or the money was not released, Denied for anybody but a spend recorder who released
    nothing in this case.
    """
    reference = " ".join(report.reference.split())
    if not reference:
        raise Refused(_("Name the report or the receipt by its reference."))
    _refuse_other(project, report, reference)
    _refuse_bound(project, report)
    posting = post(
        project, report.kind, report.amount, by=by, because=because or reference,
        key=f"report:{report.kind}:{reference}",
    )  # fmt: skip
    SpendReport.objects.get_or_create(
        posting=posting,
        defaults={"project": project, "kind": report.kind, "reference": reference,
                  "period_from": report.period_from, "period_to": report.period_to,
                  "document": report.document},
    )  # fmt: skip
    return posting


def recorded(project: Any, report: Report) -> SpendReport | None:
    """The report of that kind and reference, if it was recorded before."""
    reference = " ".join(report.reference.split())
    found: SpendReport | None = project.spend_reports.filter(
        kind=report.kind, reference=reference
    ).first()
    return found


def _refuse_other(project: Any, report: Report, reference: str) -> None:
    """One reference is one report: the same again is no harm, another amount is a mistake."""
    known = project.spend_reports.filter(kind=report.kind, reference=reference).first()
    if known is not None and known.posting.total != report.amount:
        raise Refused(
            _("“%(reference)s” was recorded already, with %(amount)s. Give this one a reference "
              "of its own, or ask for a correction of entry %(number)s.")
            % {"reference": reference, "number": known.posting.number,
               "amount": show(known.posting.total, project.currency)}
        )  # fmt: skip


def _refuse_bound(project: Any, report: Report) -> None:
    """What is set aside for orders is paid by their invoices, not by a report or a receipt."""
    history.lock(project.dossier)
    left = max(free(project), 0)
    if report.amount <= left or recorded(project, report) or not bound(project):
        return
    raise Refused(
        _("Of what is committed and released %(bound)s is set aside for orders, and only %(free)s "
          "is free: pay orders by their invoices.")
        % {"bound": show(bound(project), project.currency), "free": show(left, project.currency)}
    )  # fmt: skip


@transaction.atomic
def ask_correction(posting: Posting, *, by: User, because: str) -> Correction:
    """Ask that a posting be reversed; a finance authoriser who did neither confirms it.

    Raises Denied for who has no part in finance, Refused without a reason, or when it is asked for
    or reversed already.
    """
    history.lock(posting.project.dossier)
    allow(permissions.asks_correction, posting.project, by)
    if not because.strip():
        raise Refused(_("A reversal needs a reason."))
    if posting.kind == "reversal":
        raise Refused(_("A reversal is not reversed; make the entry anew."))
    if Posting.objects.filter(reverses=posting).exists():
        raise Refused(_("This entry is reversed already."))
    if posting.corrections.filter(state=Correction.States.ASKED).exists():
        raise Refused(_("A correction of this entry is asked for already."))
    asked = Correction(posting=posting, reason=because.strip(), asked_by=by)
    return create(asked, by=by, because=because, details={"posting": posting.number})


@transaction.atomic
def close_period(until: date, *, by: User, because: str = "") -> ClosedPeriod:
    """Close all books until a day, inclusive, for good: only reversals may be dated in it later.

    Raises Denied for anybody but a finance authoriser, Refused for today, days to come, and days
    that are closed already.
    """
    allow(permissions.authorises, None, by)
    case = history.standing_dossier("ledger", CASE)
    history.lock(case)
    if until >= clock.today():
        raise Refused(_("Books are closed for days that are over."))
    last = ClosedPeriod.objects.order_by("-until").first()
    if last is not None and until <= last.until:
        raise Refused(_("The books are closed until that day already."))
    closed = ClosedPeriod.objects.create(until=until, by=by, at=clock.now(), case=case,
                                         because=because.strip())  # fmt: skip
    history.record("projects.closedperiod.close", closed, by=by, because=because,
                   details={"until": until.isoformat()})  # fmt: skip
    return closed


ENDINGS = (Kind.LAPSE, Kind.CANCEL, Kind.SURRENDER)
OVER = ("closed", "stopped", "withdrawn")


def endings(project: Any) -> list[tuple[str, str, str, int]]:
    """What went where when the project ended: kind, from, to, sum in minor units; [] before."""
    if project.stage not in OVER:
        return []
    lines = PostingLine.objects.filter(
        posting__project=project, posting__kind__in=ENDINGS, posting__reversal=None
    )
    sums = lines.order_by().values_list("posting__kind", "source", "target").annotate(Sum("amount"))
    return [
        (str(Kind(kind).label), str(Account(source).label), str(Account(target).label), total)
        for kind, source, target, total in sorted(sums)
    ]


def postings(project: Any) -> QuerySet[Posting]:
    """The ledger of a project with its lines, the newest entry first."""
    rows = Posting.objects.filter(project=project).order_by("-number")
    return rows.select_related("by", "tranche", "reverses", "reversal").prefetch_related("lines")


def statement(
    project: Any, *, recorded_until: datetime | None = None, effective_until: date | None = None
) -> Iterator[tuple[Posting, dict[str, int]]]:
    """Each posting in order with the balances after it, in minor units of the project's currency.

    As recorded by a moment, it never changes: what is recorded later is not in it.
    """
    rows = Posting.objects.filter(project=project).order_by("number").prefetch_related("lines")
    if recorded_until is not None:
        rows = rows.filter(recorded_at__lte=recorded_until)
    if effective_until is not None:
        rows = rows.filter(effective_on__lte=effective_until)
    books = Books()
    for posting in rows.select_related("by", "tranche", "reverses"):
        books.apply(posting.kind, posting.ways())
        yield posting, {account: books.balances[account] for account in Account.values}
