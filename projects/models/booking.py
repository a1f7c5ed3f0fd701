"""The one way in which a posting comes to be, and to be undone.

It stands among the models because their steps post; the rooms above use `projects.funding`.
"""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from django.apps import apps
from django.db import transaction
from django.db.models import Q, Sum
from django.db.models.functions import Coalesce
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from core import acts, clock, history, money, turns
from core.machines import causes
from core.models import Turn, User
from core.people import identities, on_behalf_of
from core.refusals import Denied, Refused
from core.steps import perform
from projects import permissions
from projects.accounts import (
    OUTSIDE,
    ROUTES,
    Account,
    Kind,
    Line,
    lines_of,
    mirror,
    misrouted,
)
from projects.models.ledger import Balance, Book, ClosedPeriod, Posting, PostingLine
from projects.models.totals import add


@transaction.atomic
def post(  # noqa: PLR0913 -- what a posting says, each by name
    project: Any, kind: str, amount: int | Iterable[Line], *, by: User, because: str, key: str,
    effective_on: date | None = None, tranche: Any = None, reverses: Posting | None = None,
) -> Posting:  # fmt: skip
    """Post an amount, or lines (from, to, amount), in minor units of the project's currency.

    The same key again returns the posting it made. Raises Denied when neither a step being taken
    nor this person's role permits the kind (`ROUTES`), Refused when the key meant something else,
    a line goes a way that its kind does not have, the day is closed or still to come, or an
    account would fall below zero.
    """
    case = history.lock(project.dossier)
    lender = admit(project, kind, by)
    lines = lines_of(kind, amount)
    known = Posting.objects.filter(project=project, key=key).first()
    if known is not None:
        return _the_same(known, kind, lines, tranche)
    today = clock.today(project.institution)
    day = effective_on or today
    _refuse_ways(project, kind, lines, reverses)
    _refuse_day(kind, day, today)
    _refuse_shortage(project, lines)
    posting = Posting(
        project=project, kind=kind, key=key, effective_on=day, recorded_at=clock.now(), by=by,
        because=str(because), tranche=tranche, reverses=reverses, line_count=len(lines),
        event_number=case.count + 1,
    )  # fmt: skip
    return _write(posting, lines, lender)


UNDONE = {
    "reserve": ("reserved", "unreserve"),
    "commit": ("committed", "uncommit"),
    "release": ("released", "unrelease"),
}
"""Which step back a tranche takes when its posting is reversed, and from which state."""


undoing: list[Callable[[Posting, User, str], object]] = []
"""Upper rooms add what follows when a posting that they caused is reversed (a payment)."""


@transaction.atomic
def reverse(posting: Posting, *, by: User, because: str) -> Posting:
    """Post the mirror of a whole posting, once, by a second person; its tranche steps back with it.

    Raises Refused when it is reversed already, was made by the same person, has no reason, or its
    money has gone on; Denied when neither a step nor this person's role permits a reversal.
    """
    history.lock(posting.project.dossier)
    if reasons := _irreversible(posting, by, because):
        raise Refused(*reasons)
    done = post(
        posting.project, Kind.REVERSAL, mirror(posting.ways()), by=by, because=because,
        key=f"reversal:{posting.number}", tranche=posting.tranche, reverses=posting,
    )  # fmt: skip
    if posting.tranche and posting.kind in UNDONE:
        perform(posting.tranche, UNDONE[posting.kind][1], by=by, because=because)
    entries: Any = apps.get_model("projects", "PreparedEntry")
    if entry := entries.objects.filter(posting=posting).first():
        perform(entry, "undo", by=by, because=because)
    for follow in undoing:
        follow(posting, by, because)
    return done


def _irreversible(posting: Posting, by: User, because: str) -> list[str]:
    reasons = []
    if posting.kind == Kind.REVERSAL:
        reasons.append(_("A reversal is not reversed; make the entry anew."))
    if Posting.objects.filter(reverses=posting).exists():
        reasons.append(_("This entry is reversed already."))
    if posting.by_id in identities(by):
        reasons.append(_("A second person reverses an entry, never who made it."))
    if not because.strip():
        reasons.append(_("A reversal needs a reason."))
    return reasons + _tranche_stands(posting)


def _tranche_stands(posting: Posting) -> list[str]:
    reasons = []
    if posting.tranche and posting.kind in (Kind.LAPSE, Kind.CANCEL):
        reasons.append(_("The end of a tranche is not undone; plan a new one."))
    if posting.key.startswith(permissions.AHEAD):
        reasons.append(_("A continuity allowance is not undone: record its return by a receipt."))
    elif posting.tranche and posting.kind in UNDONE:
        posting.tranche.refresh_from_db()
        if posting.tranche.state != UNDONE[posting.kind][0]:
            reasons.append(
                _("The tranche has gone on since this entry; undo what came after it first.")
            )
    return reasons


def admit(project: Any, kind: str, by: User) -> int | None:
    """Let pass what a step being taken causes, or who may post the kind; returns the lender."""
    route = ROUTES[kind]
    if route.caused_by.intersection(causes()):
        return None
    if route.who is None or not by.is_active:
        raise Denied(_("This entry follows from a decision; nobody makes it by hand."))
    if not route.who(project, by):
        raise Denied(str(route.who.reason))  # type: ignore[attr-defined]
    lender = on_behalf_of(route.who, project, by)
    if route.capacity:
        acts.refuse_if_barred(by, project.dossier, route.capacity)
        acts.remember(by, project.dossier, route.capacity, project, lender)
    return lender


def mac_of(posting: Posting, lines: Iterable[Line]) -> str:
    """The seal of a posting over its columns, its lines and the posting before it."""
    return history.seal(
        "posting", posting.project_id, posting.number, posting.kind, posting.key,
        posting.effective_on.isoformat(), history.stamp(posting.recorded_at), posting.by_id,
        posting.because, posting.reverses_id, posting.tranche_id, posting.line_count,
        posting.event_number, posting.previous, [list(line) for line in lines],
    )  # fmt: skip


def seal_of(book: Book) -> str:
    """The seal over the end of a project's ledger: how many postings, and the newest one's seal."""
    return history.seal("book", book.project_id, book.count, book.head)


def details_of(posting: Posting, lines: Iterable[Line]) -> dict[str, Any]:
    """What the history keeps of a posting: everything needed to find it missing or altered."""
    return {
        "number": posting.number, "kind": posting.kind, "key": posting.key,
        "effective_on": posting.effective_on.isoformat(), "tranche": posting.tranche_id,
        "reverses": posting.reverses_id, "lines": [list(line) for line in lines],
    }  # fmt: skip


def balances(project: Any) -> dict[str, int]:
    """What stands on every account of a project, in minor units; zero where nothing ever moved."""
    rows = Balance.objects.filter(project=project).order_by()
    found = dict(rows.values_list("account", "amount"))
    return {account: found.get(account, 0) for account in Account.values}


def flows(project: Any, *conditions: Q) -> dict[tuple[str, str], int]:
    """What moved between each two accounts so far, in minor units, net of what was reversed.

    `conditions`, on lines, narrow it down (to the postings of some tranches, say).
    """
    found: dict[tuple[str, str], int] = {}
    lines = PostingLine.objects.filter(*conditions, posting__project=project).order_by()
    undone = Q(posting__kind=Kind.REVERSAL)
    rows = lines.values_list("source", "target").annotate(
        there=Coalesce(Sum("amount", filter=~undone), 0),
        back=Coalesce(Sum("amount", filter=undone), 0),
    )
    for source, target, there, back in rows:
        found[source, target] = found.get((source, target), 0) + int(there)
        found[target, source] = found.get((target, source), 0) - int(back)
    return found


def _write(posting: Posting, lines: list[Line], lender: int | None) -> Posting:
    book, _made = Book.objects.get_or_create(project_id=posting.project_id)
    posting.number, posting.previous = book.count + 1, book.head
    posting.mac = mac_of(posting, lines)
    posting.save(force_insert=True)
    PostingLine.objects.bulk_create(
        PostingLine(posting=posting, position=position, source=source, target=target, amount=amount)
        for position, (source, target, amount) in enumerate(lines, start=1)
    )
    event = history.record(
        f"projects.posting.{posting.kind}", posting, by=posting.by, because=posting.because,
        details=details_of(posting, lines), on_behalf_of=lender,
    )  # fmt: skip
    if event.number != posting.event_number:
        raise RuntimeError("The case was not held while its ledger was written.")
    book.count, book.head = posting.number, posting.mac
    book.seal = seal_of(book)
    book.save(update_fields=["count", "head", "seal"])
    add(posting.project, **_changes(lines))
    _retell(posting.project)
    return posting


def _retell(project: Any) -> None:
    """Bring up to date whose turn it is with tranches that wait for their account."""
    for tranche in project.tranches.filter(state__in=("released", "accounted")):
        wanted = {(wait.step, wait.audience) for wait in tranche.turns()}
        kept = Turn.objects.filter(target_label="projects.tranche", target_id=tranche.pk)
        if wanted != set(kept.values_list("step", "audience")):
            turns.refresh(tranche)


def _changes(lines: list[Line]) -> dict[str, int]:
    changes: dict[str, int] = {}
    for source, target, amount in lines:
        changes[source] = changes.get(source, 0) - amount
        changes[target] = changes.get(target, 0) + amount
    changes.pop(OUTSIDE, None)
    return {account: change for account, change in changes.items() if change}


def _the_same(known: Posting, kind: str, lines: list[Line], tranche: Any) -> Posting:
    same = (known.kind, known.ways(), known.tranche_id) == (
        kind, lines, tranche.pk if tranche else None,
    )  # fmt: skip
    if not same:
        raise Refused(
            _("The key %(key)s already stands for entry %(number)s, which says something else.")
            % {"key": known.key, "number": known.number}
        )
    return known


def _refuse_ways(project: Any, kind: str, lines: list[Line], reverses: Posting | None) -> None:
    if not lines:
        raise Refused(_("There is nothing to post: give an amount."))
    if (kind == Kind.REVERSAL) != (reverses is not None):
        raise ValueError("a reversal names what it reverses, and nothing else does")
    if reverses is None and (wrong := misrouted(kind, lines)):
        source, target, amount = wrong[0]
        raise Refused(
            _("A posting “%(kind)s” cannot move %(amount)s from “%(source)s” to “%(target)s”.")
            % {
                "kind": Kind(kind).label, "amount": money.show(amount, project.currency),
                "source": Account(source).label, "target": Account(target).label,
            }
        )  # fmt: skip


def _refuse_day(kind: str, day: date, today: date) -> None:
    if day > today:
        raise Refused(_("An entry cannot take effect on a day still to come."))
    closed = ClosedPeriod.objects.order_by("-until").first()
    if closed is not None and day <= closed.until and kind != Kind.REVERSAL:
        raise Refused(
            _("The books are closed until %(day)s: only a reversal may be dated before that.")
            % {"day": date_format(closed.until, "SHORT_DATE_FORMAT")}
        )


def _refuse_shortage(project: Any, lines: list[Line]) -> None:
    standing = balances(project)
    for source, target, amount in lines:
        if source != OUTSIDE and standing[source] < amount:
            raise Refused(
                _("“%(account)s” holds %(there)s; %(wanted)s cannot be taken from it.")
                % {
                    "account": Account(source).label,
                    "there": money.show(standing[source], project.currency),
                    "wanted": money.show(amount, project.currency),
                }
            )
        standing[source] -= amount
        standing[target] += amount
