"""Setting money of a project aside for what upper rooms order, and freeing it: beside the ledger.

What is released or committed may be spent by anybody whom the ledger lets; an earmark says for
what it is meant. Everything here holds the project's case, as every posting does.
"""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core import clock, history
from core.models import User
from core.money import show
from core.refusals import Refused
from projects.models import Earmark
from projects.models.binding import bound, free, missing, released_free

__all__ = ["bound", "free", "lift", "missing", "of", "put", "released_free", "resize",
           "use"]  # fmt: skip


def of(source: Any) -> Earmark | None:
    """The earmark of a row of an upper room, freed or not; None where it has none."""
    return Earmark.objects.of(source).first()


@transaction.atomic
def put(project: Any, source: Any, amount: int, *, by: User, because: str = "",
        title: str = "") -> Earmark:  # fmt: skip
    """Set money aside for a row of an upper room, in minor units of the project's currency.

    A freed earmark of the same row is opened again. Raises Refused, with what is missing and where
    to ask, when less is free; ValueError for no amount or a second earmark of the row.
    """
    history.lock(project.dossier)
    found = Earmark.objects.of(source).select_for_update().first()
    if amount <= 0 or (found is not None and found.closed_at is None):
        raise ValueError("an earmark has an amount, and a row has one earmark")
    if reasons := missing(project, amount):
        raise Refused(*reasons)
    row = found or Earmark(project=project, source_label=source._meta.label_lower,
                           source_id=source.pk)  # fmt: skip
    row.title = (title or str(source))[:250]
    row.amount, row.opened_at, row.closed_at = row.used + amount, clock.now(), None
    row.save()
    _record("put", row, by, because)
    return row


@transaction.atomic
def resize(source: Any, amount: int, *, by: User, because: str = "") -> Earmark:
    """Let an open earmark be of another amount, what was paid of it included (an amendment).

    Raises Refused when the increase is not free, or more than the new amount was paid already.
    """
    row = _held(source)
    if reasons := missing(row.project, amount - row.amount):
        raise Refused(*reasons)
    if amount < row.used:
        shown = {"used": show(row.used, row.project.currency)}
        raise Refused(_("%(used)s of it was paid already; it cannot be less.") % shown)
    row.amount = amount
    row.save(update_fields=["amount"])
    _record("resize", row, by, because)
    return row


@transaction.atomic
def use(source: Any, amount: int, *, by: User, because: str = "") -> Earmark:
    """Count a payment, in minor units: it binds that much less. To be called with its posting.

    Works on a freed earmark too, and one lets itself be exceeded (by a tax that rose): nothing
    here blocks paying what is owed; the ledger and the order's value do.
    """
    row = _held(source, freed=True)
    row.used += amount
    row.amount = max(row.amount, row.used)
    row.save(update_fields=["used", "amount"])
    _record("use", row, by, because)
    return row


@transaction.atomic
def lift(source: Any, *, keep: int = 0, by: User, because: str = "") -> Earmark | None:
    """Free what an earmark still binds, except `keep` (owed for work done or under way).

    Does nothing where there is none, or it is freed. An earmark that keeps something stays open
    until it is paid and lifted again.
    """
    found = Earmark.objects.of(source).open().first()
    if found is None:
        return None
    history.lock(found.project.dossier)
    row = Earmark.objects.select_for_update().get(pk=found.pk)
    if keep > 0:
        row.amount = min(row.amount, row.used + keep)
    else:
        row.closed_at = clock.now()
    row.save(update_fields=["amount", "closed_at"])
    _record("lift", row, by, because)
    return row


def _held(source: Any, *, freed: bool = False) -> Earmark:
    """The earmark of a row under the lock of its project's case."""
    rows = Earmark.objects.of(source) if freed else Earmark.objects.of(source).open()
    row = rows.select_related("project__dossier").first()
    if row is None:
        raise Refused(_("No money is set aside for it any more."))
    history.lock(row.project.dossier)
    row.refresh_from_db()
    return row


def _record(verb: str, row: Earmark, by: User, because: str) -> None:
    said = {"source": f"{row.source_label}:{row.source_id}", "amount": row.amount,
            "used": row.used, "open": row.closed_at is None}  # fmt: skip
    history.record(f"projects.earmark.{verb}", row, by=by, because=because, details=said)
