"""What evidence shown for one criterion shows for another, by the crosswalk; and editing it.

An equivalence holds for criteria that say the same, in whatever version of their standard: a new
version that changes a text falls out of it until the editor declares it again.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core import clock, history
from core.models import User
from core.refusals import Refused
from core.steps import allow
from gating import permissions
from gating.models.crosswalk import Crosswalk, Equivalence
from gating.models.evidence import Evidence, ItemEvidence
from gating.models.items import ReviewItem
from gating.models.standard import Criterion, Standard

DELIVERED = Path(__file__).parent / "standards_data" / "crosswalks"
Key = tuple[str, str, str, str]
"""Standard, code, title and summary: criteria with the same key ask the same."""


@dataclass(frozen=True)
class Offered:
    """Evidence that speaks for a criterion because of what it was shown for elsewhere.

    `extent` is `whole` or `partly`; `origin` the criterion of the review where it was shown, and
    `equivalence` None where that is the same criterion, in this version or an older one.
    """

    evidence: Evidence
    extent: str
    origin: ReviewItem
    equivalence: Equivalence | None = None


def offered_evidence(criterion: Criterion, project: Any, day: date) -> list[Offered]:
    """What the project has shown elsewhere that counts on a day and speaks for a criterion."""
    return offers_for([criterion], project, day).get(criterion.pk, [])


def offers_for(
    criteria: Iterable[Criterion], project: Any, day: date, *, apart_from: Any = None
) -> dict[int, list[Offered]]:
    """What speaks for each of some criteria, by their ids, in four queries; the whole first.

    `apart_from` is a review that is not looked into.
    """
    wanted = list(criteria)
    ways = _ways(wanted, day)
    sources = {pk for rows in ways.values() for pk in rows}
    links = ItemEvidence.objects.filter(
        item__review__project=project, item__criterion__in=sources, partly=False,
        evidence__in=Evidence.objects.standing_on(day).filter(project=project),
    ).exclude(item__review=apart_from).select_related(
        "evidence", "item__criterion__standard", "item__review__gate", "item__review__project"
    )  # fmt: skip
    by_source: dict[int, list[ItemEvidence]] = {}
    for link in links.order_by("-item__review", "pk"):
        by_source.setdefault(link.item.criterion_id, []).append(link)
    return {target: list(_offers(rows, by_source)) for target, rows in ways.items()}


def _offers(
    rows: dict[int, tuple[str, Equivalence | None]], by_source: dict[int, list[ItemEvidence]]
) -> Iterator[Offered]:
    """Each piece of evidence once, by the strongest way: same criterion, whole, partly."""
    strength = {"whole": 0, "partly": 1}
    ordered = sorted(rows.items(), key=lambda row: (row[1][1] is not None, strength[row[1][0]]))
    seen = set()
    for source, (extent, equivalence) in ordered:
        for link in by_source.get(source, []):
            if link.evidence_id not in seen:
                seen.add(link.evidence_id)
                yield Offered(link.evidence, extent, link.item, equivalence)


def _ways(
    wanted: list[Criterion], day: date
) -> dict[int, dict[int, tuple[str, Equivalence | None]]]:
    """For each criterion, the criteria whose evidence speaks for it: how far, and by what."""
    rules = list(Equivalence.objects.on(day).select_related("source__standard", "target__standard"))
    standards = {row.standard_id for row in wanted}
    codes = set(Standard.objects.filter(pk__in=standards).values_list("code", flat=True))
    codes |= {row.standard.code for rule in rules for row in (rule.source, rule.target)}
    alike: dict[Key, list[int]] = {}
    key_of: dict[int, Key] = {}
    rows_of = Criterion.objects.filter(standard__code__in=codes)
    for pk, standard, code, title, summary in rows_of.values_list(
        "pk", "standard__code", "code", "title", "summary"
    ):
        key_of[pk] = (standard, code, title, summary)
        alike.setdefault(key_of[pk], []).append(pk)
    reaching = _reaching(rules)
    found: dict[int, dict[int, tuple[str, Equivalence | None]]] = {}
    for row in wanted:
        rows: dict[int, tuple[str, Equivalence | None]] = {}
        own = key_of[row.pk]
        for key, rule in reaching.get(own, []):
            for pk in alike.get(key, []):
                if pk not in rows or rule.extent == Equivalence.Extent.WHOLE:
                    rows[pk] = (rule.extent, rule)
        rows |= dict.fromkeys(alike[own], ("whole", None))
        found[row.pk] = rows
    return found


def _reaching(rules: Iterable[Equivalence]) -> dict[Key, list[tuple[Key, Equivalence]]]:
    """From each criterion to those whose evidence speaks for it; wholly is both ways."""
    found: dict[Key, list[tuple[Key, Equivalence]]] = {}
    for rule in rules:
        source, target = _key(rule.source), _key(rule.target)
        found.setdefault(target, []).append((source, rule))
        if rule.extent == Equivalence.Extent.WHOLE:
            found.setdefault(source, []).append((target, rule))
    return found


def _key(row: Criterion) -> Key:
    return (row.standard.code, row.code, row.title, row.summary)


# Showing it


@transaction.atomic
def show(item: ReviewItem, evidence: Evidence, *, by: User) -> ItemEvidence:
    """Show in a review what was shown elsewhere, as far as the crosswalk says. Raises Refused."""
    review = item.review
    history.lock(review.project.dossier)
    allow(permissions.adds_evidence, review, by)
    review.refresh_from_db(fields=["state", "submitted_at"])
    if not review.collects:
        raise Refused(
            _("The evidence of this review is fixed since it was prepared; take it back first.")
        )
    today = clock.today(review.project.institution)
    found = offers_for([item.criterion], review.project, today, apart_from=review)
    offer = next((row for row in found[item.criterion_id] if row.evidence.pk == evidence.pk), None)
    if offer is None:
        raise Refused(_("This evidence is no longer offered here: it expired, or was replaced."))
    link = attach(item, offer, by=by)
    history.record("gating.evidence.reuse", evidence, by=by,
                   details={"review": review.ref, "criterion": item.criterion.code,
                            "extent": offer.extent, "from": offer.origin.review.ref}
    )  # fmt: skip
    return link


def attach(item: ReviewItem, offer: Offered, *, by: User) -> ItemEvidence:
    """Keep that evidence is reused for a criterion, with its origin; once."""
    return ItemEvidence.objects.get_or_create(
        item=item, evidence=offer.evidence,
        defaults={"by": by, "at": clock.now(), "reused": True, "origin": offer.origin,
                  "partly": offer.extent == Equivalence.Extent.PARTLY,
                  "equivalence": offer.equivalence},
    )[0]  # fmt: skip


# Editing it


@transaction.atomic
def open_pair(one: str, other: str) -> Crosswalk:
    """The page of two standards, made if it is new. Raises Refused for the same one twice."""
    first, second = sorted((one, other))
    if first == second:
        raise Refused(_("Choose two different standards."))
    known = Crosswalk.objects.filter(first=first, second=second).first()
    if known is not None:
        return known
    pair = hashlib.sha256(f"{first} {second}".encode()).hexdigest()[:16]
    ref = f"crosswalk/{pair}"  # both names would be too long for a reference
    case = history.standing_dossier("crosswalk", ref)
    return Crosswalk.objects.create(dossier=case, first=first, second=second)


@transaction.atomic
def declare(
    source: Criterion, target: Criterion, *, extent: str, reason: str, by: User,
    starts: date | None = None, ends: date | None = None,
) -> Equivalence:  # fmt: skip
    """Declare that evidence for one criterion shows another. Raises Denied, or Refused with why."""
    walk = open_pair(source.standard.code, target.standard.code)
    allow(permissions.edits_standards, walk, by)
    history.lock(walk.dossier)
    starts = starts or clock.today()
    if faults := _faults(source, target, extent, reason, starts, ends):
        raise Refused(*faults)
    row = Equivalence.objects.create(
        crosswalk=walk, source=source, target=target, extent=extent, reason=reason.strip(),
        starts=starts, ends=ends, by=by, at=clock.now(),
    )  # fmt: skip
    history.record("gating.equivalence.create", row, by=by, because=row.reason, details=_said(row))
    return row


def _faults(  # noqa: PLR0917 — the six parts of what is declared
    source: Criterion, target: Criterion, extent: str, reason: str, starts: date, ends: date | None
) -> list[str]:  # fmt: skip
    found = []
    if not reason.strip():
        found.append(_("Write the reason."))
    if ends is not None and ends < starts:
        found.append(_("It ends before it begins."))
    if ends is not None and ends < clock.today():
        found.append(_("Its last day is over already."))
    whole = Equivalence.Extent.WHOLE
    keys = (_key(source), _key(target))
    for row in Equivalence.objects.filter(
        source__standard__code__in=(keys[0][0], keys[1][0]),
        target__standard__code__in=(keys[0][0], keys[1][0]),
    ).select_related("source__standard", "target__standard"):
        same_way = (_key(row.source), _key(row.target)) == keys
        other_way = (_key(row.target), _key(row.source)) == keys and whole in (row.extent, extent)
        if (same_way or other_way) and _overlap(row, starts, ends):
            found.append(
                _("%(pair)s are declared equivalent for this time already; end that first.")
                % {"pair": row}
            )
    return found


def _overlap(row: Equivalence, starts: date, ends: date | None) -> bool:
    return (row.ends is None or row.ends >= starts) and (ends is None or row.starts <= ends)


@transaction.atomic
def end(row: Equivalence, *, because: str, by: User) -> None:
    """End an equivalence today: what was shown by it stays, nothing more follows from tomorrow.

    One that has not begun yet never holds. Raises Refused when it ended already.
    """
    allow(permissions.edits_standards, row, by)
    history.lock(row.dossier)
    row.refresh_from_db()
    today = clock.today()
    if row.ends is not None and row.ends < today:
        raise Refused(_("It has ended already."))
    if row.starts > today:
        row.starts = row.ends = today - timedelta(days=1)
    else:
        row.ends = today
    row.save(update_fields=["starts", "ends"])
    history.record("gating.equivalence.end", row, by=by, because=because, details=_said(row))


def _said(row: Equivalence) -> dict[str, Any]:
    return {"source": f"{row.source.standard.code} {row.source.code}",
            "target": f"{row.target.standard.code} {row.target.code}", "extent": row.extent,
            "starts": str(row.starts), "ends": str(row.ends or "")}  # fmt: skip


# As delivered


@transaction.atomic
def put_in_place() -> int:
    """Declare what is delivered between published standards, once: what was ended stays ended."""
    by, made = clock.clock_account(), 0
    known = {
        (row.standard.code, row.code): row
        for row in Criterion.objects.filter(standard__state="published").select_related("standard")
    }
    there = {
        frozenset((a, b)) for a, b in Equivalence.objects.values_list("source_id", "target_id")
    }
    for path in sorted(DELIVERED.glob("*.json")):
        for said in json.loads(path.read_text("utf-8")):
            source, target = (known.get(tuple(said[end])) for end in ("source", "target"))
            if source and target and frozenset((source.pk, target.pk)) not in there:
                declare(source, target, extent=said["extent"], reason=said["reason"], by=by)
                made += 1
    return made
