"""Is this company known? Exactly, possibly, or not; what is only possible waits for a person.

Never a vendor twice and none wrongly merged: equal numbers and names settle it, everything between
is queued. All comparing that writes holds one lock, so that two at once cannot both be new.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.db import transaction

from core import clock, history
from core.models import Dossier, User
from core.steps import create
from vendors import naming
from vendors.models.company import STANDING, Vendor, VendorState
from vendors.models.match import (
    CASE,
    Ground,
    Match,
    MatchCandidate,
    MatchSource,
    MatchState,
    VendorAlias,
)
from vendors.tax_numbers import Standing

__all__ = ["Found", "Index", "Named", "Verdict", "digest_of", "find", "hold", "queue",
           "queue_name"]  # fmt: skip

CROWDED = 2000
"""A word that so many vendors share says nothing, and is not looked up."""
MOST = 20
"""So many candidates are shown at most."""
IDENTIFYING = (Standing.CHECKED, Standing.UNCHECKABLE)


@dataclass(frozen=True)
class Named:
    """A company as it is compared: a vendor, a registration, or a row of a file."""

    name: str
    country: str = ""
    tax_id: str = ""
    tax_standing: str = Standing.NONE
    vendor: int | None = None
    waits: bool = False
    """Whether it is a registration or a row that waits for a person itself."""

    @property
    def key(self) -> str:
        return naming.key(self.name)

    @property
    def number(self) -> str:
        """The tax number, where it says which company it is."""
        return self.tax_id if self.tax_standing in IDENTIFYING else ""


Grounds = list[tuple[int | None, str]]
"""Keys of vendors that it may be (None: a row that waits), each with why."""


class Verdict(NamedTuple):
    """What comparing found: the key of the vendor that it is, or the grounds for doubt; or new."""

    vendor: int | None
    grounds: Grounds

    @property
    def is_new(self) -> bool:
        return self.vendor is None and not self.grounds


class Found(NamedTuple):
    """What a bare name leads to: one vendor, or those that it may be, each with why."""

    vendor: Vendor | None
    candidates: list[tuple[Vendor, str]]


@dataclass
class Index:
    """All that is known, ready to be compared with many names; `add` what is entered meanwhile."""

    numbers: dict[tuple[str, str], list[Named]] = field(default_factory=lambda: defaultdict(list))
    keys: dict[str, list[Named]] = field(default_factory=lambda: defaultdict(list))
    blocks: dict[str, list[Named]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def load(cls) -> "Index":
        """Read vendors, registrations that wait, other names, and rows that wait."""
        index = cls()
        states = [*STANDING, VendorState.TO_MATCH]
        named = ("name", "country", "tax_id", "tax_standing", "pk", "state")
        vendors = Vendor.objects.filter(state__in=states).order_by().values_list(*named)
        for name, country, tax_id, standing, key, state in vendors:
            waits = state == VendorState.TO_MATCH
            index.add(Named(name, country, tax_id, standing, key, waits))
        aliases = VendorAlias.objects.select_related("vendor").order_by("pk")
        for alias in aliases:
            vendor = alias.vendor
            index.add(Named(alias.name, vendor.country, vendor.tax_id, vendor.tax_standing,
                            vendor.pk), alias=True)  # fmt: skip
        rows = Match.objects.waiting().filter(applicant=None).exclude(source=MatchSource.ORDERS)
        for name, country, tax_id, standing in rows.order_by().values_list(*named[:4]):
            index.add(Named(name, country, tax_id, standing, waits=True))
        return index

    def add(self, named: Named, *, alias: bool = False) -> None:
        """Let one more be known."""
        if named.number and not alias:
            self.numbers[named.country, named.number].append(named)
        self.keys[named.key].append(named)
        if not named.waits:
            for block in _blocks(named.name):
                self.blocks[block].append(named)

    def find(self, name: str) -> Verdict:
        """What a bare name leads to among registered vendors: exactly one of its key, or doubt."""
        same = {known.vendor for known in self.keys.get(naming.key(name), ()) if not known.waits}
        if len(same) == 1:
            return Verdict(same.pop(), [])
        if same:
            return Verdict(None, [(key, Ground.NAME_TWICE) for key in sorted(filter(None, same))])
        return Verdict(None, [(known.vendor, Ground.SIMILAR) for known in self._alike(name)])

    def judge(self, row: Named) -> Verdict:
        """Whether a company is a known one, new, or to be looked at by a person."""
        if row.number and (equal := self.numbers.get((row.country, row.number))):
            return self._by_number(row, equal)
        if same := self.keys.get(row.key):
            return _by_name(row, same)
        alike = [known for known in self._alike(row.name) if not _surely_two(row, known)]
        return Verdict(None, [(known.vendor, Ground.SIMILAR) for known in alike])

    def _by_number(self, row: Named, equal: list[Named]) -> Verdict:
        named_so = {known.vendor for known in self.keys.get(row.key, ())}
        for known in equal:
            if not known.waits and known.vendor in named_so:
                return Verdict(known.vendor, [])
        return Verdict(None, [
            (known.vendor, Ground.SAME_NUMBER_WAITS if known.waits else Ground.NUMBER_OTHER_NAME)
            for known in equal
        ])  # fmt: skip

    def _alike(self, name: str) -> list[Named]:
        found: dict[int | None, Named] = {}
        for block in _blocks(name, near=True):
            known_here = self.blocks.get(block, ())
            if len(known_here) > CROWDED:
                continue
            for known in known_here:
                if known.vendor not in found and naming.alike(name, known.name):
                    found[known.vendor] = known
        return sorted(found.values(), key=lambda known: known.vendor or 0)[:MOST]


def _blocks(name: str, *, near: bool = False) -> Iterator[str]:
    """Where a name is looked up: its telling words, and how its key begins and ends.

    `near` also yields the lengths that a name typed wrongly may have.
    """
    key, words, _form = naming.taken_apart(name)
    for word in dict.fromkeys(words):
        if word not in naming.GENERIC and word != naming.AND:
            yield f"w{word}"
    lengths = range(len(key) - 2, len(key) + 3) if near else (len(key),)
    for signs in (2, 3):
        if signs == 2 and len(key) > 8:  # noqa: PLR2004  two signs tell little of a longer name
            continue
        for length in lengths:
            yield f"b{length}{key[:signs]}"
            yield f"e{length}{key[-signs:]}"


def _surely_two(row: Named, known: Named) -> bool:
    """Whether two different checked numbers of one country say that names only look alike."""
    checked = row.tax_standing == known.tax_standing == Standing.CHECKED
    return checked and row.country == known.country


def _by_name(row: Named, same: list[Named]) -> Verdict:
    """What those of the same name are: the one vendor, or grounds for doubt."""
    grounds: Grounds = []
    equal: set[int | None] = set()
    for known in same:
        if ground := _ground(row, known):
            grounds.append((known.vendor, ground))
        else:
            equal.add(known.vendor)
    if len(equal) == 1:
        return Verdict(equal.pop(), [])
    if equal:
        grounds = [(key, Ground.NAME_TWICE) for key in sorted(filter(None, equal))] + grounds
    return Verdict(None, list(dict.fromkeys(grounds)))


def _ground(row: Named, known: Named) -> str:
    """Why a company of the same name is not certainly the same; empty when it is."""
    if known.waits:
        return Ground.SAME_NAME
    if bool(row.number) != bool(known.number):
        return Ground.NAME_ONE_NUMBER
    if row.number:
        return Ground.NAME_OTHER_NUMBER
    if row.country != known.country:
        return Ground.NAME_OTHER_COUNTRY
    return Ground.NAME_OTHER_FORM if naming.forms_differ(row.name, known.name) else ""


def find(name: str, index: Index | None = None) -> Found:
    """The vendor of a bare name, as on an award: when exactly one differs only in its spelling.

    What a person decided for this name before counts first. Whoever asks for many names loads an
    `Index` once. Raises nothing: a name that is nobody's has neither vendor nor candidates.
    """
    decided = Match.objects.filter(source=MatchSource.ORDERS, digest=digest_of(Named(name)))
    chosen = decided.filter(state__in=[MatchState.SAME, MatchState.OTHER]).first()
    if chosen is not None and chosen.vendor_id:
        return Found(chosen.vendor, [])
    verdict = (index or Index.load()).find(name) if naming.key(name) else Verdict(None, [])
    wanted = [verdict.vendor, *(key for key, _ground in verdict.grounds)]
    rows = Vendor.objects.in_bulk([key for key in wanted if key is not None])
    exact = rows[verdict.vendor] if verdict.vendor is not None else None
    return Found(exact, [(rows[key], ground) for key, ground in verdict.grounds if key in rows])


def hold() -> Dossier:
    """Hold the lock of all comparing until the transaction ends; returns its case file."""
    return history.lock(history.standing_dossier("settings", CASE))


def digest_of(named: Named) -> str:
    """What recognises a company in the queue: name, legal form, country and number."""
    parts = naming.taken_apart(named.name)
    whole = "\n".join([parts.key, parts.form, named.country, named.number])
    return hashlib.sha256(whole.encode()).hexdigest()


@transaction.atomic
def queue(named: Named, grounds: Iterable[tuple[int | None, str]], *, by: User, source: str,
          place: str = "", values: dict[str, Any] | None = None,
          applicant: Vendor | None = None) -> Match:  # fmt: skip
    """Put a company into the queue for a person, unless it waits there or was decided already."""
    case = applicant.dossier if applicant else hold()
    digest = f"registration:{applicant.pk}" if applicant else digest_of(named)
    known = Match.objects.filter(source=source, digest=digest).first()
    if known is not None:
        return known
    match = Match(
        source=source, place=place[:200], name=named.name, country=named.country,
        tax_id=named.tax_id, tax_standing=named.tax_standing, values=values or {}, digest=digest,
        case=case, applicant=applicant, found_at=clock.now(),
    )  # fmt: skip
    grounds = list(dict.fromkeys(grounds))[:MOST]
    match = create(match, by=by, details={"name": named.name, "place": match.place,
                   "grounds": sorted({str(ground) for _key, ground in grounds})})  # fmt: skip
    MatchCandidate.objects.bulk_create(
        [MatchCandidate(match=match, vendor_id=key, ground=ground) for key, ground in grounds]
    )
    return match


def queue_name(name: str, found: Found, *, by: User, place: str = "",
               values: dict[str, Any] | None = None) -> Match:  # fmt: skip
    """Queue a bare name, as of an order, that `find` could not lead to one vendor."""
    grounds: Grounds = [(vendor.pk, ground) for vendor, ground in found.candidates]
    return queue(Named(naming.tidy(name)[:200]), grounds or [(None, Ground.UNKNOWN)], by=by,
                 source=MatchSource.ORDERS, place=place, values=values)  # fmt: skip
