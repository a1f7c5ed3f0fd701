"""The facts from which a ranking follows, as plain data; read from pages and files alike. Pure.

A fact sheet is what `evaluation_file.ranking_facts` makes of a competition: criteria, weights,
scale, minimums, formula, tie chain, the draw, and each bid's agreed scores and price. Nothing of a
ranking is in it but as the answer to be held against. `manage.py replay_ranking` and the checker
in the exported file read it by this code, which needs Python alone.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

from procurement import aliasing, scoring
from procurement.scoring import EXCLUDED, NOT_SHORTLISTED, RANKED, Entry, Scheme, Standing

FORMAT = "compuerta-ranking/1"
PROTOTYPE, INTERVIEW = "prototype", "interview"
FIGURES = ("technical", "price_score", "total")

Facts = Mapping[str, Any]


def seed_of(facts: Facts) -> str:
    """The seed of the draw: the committed secret, and the hash of all receipts."""
    drawn = facts["draw"]
    return aliasing.seed(drawn["secret"], drawn["receipts_hash"])


def scheme_of(facts: Facts, *phases: str, top_n: int | None = None) -> Scheme:
    """How bids are scored by the criteria of some phases."""
    return Scheme(
        criteria=tuple(
            scoring.Criterion(row["code"], Fraction(row["weight"]), _maybe(row["minimum"]))
            for row in facts["criteria"]
            if row["phase"] in phases
        ),
        price_weight=Fraction(facts["price_weight"]),
        low=Fraction(facts["scale"]["min"]), high=Fraction(facts["scale"]["max"]),
        top_n=top_n, draw_seed=seed_of(facts), price_formula=facts["price_formula"],
        tie_chain=tuple(facts["tie_chain"]) or scoring.TIE_CHAIN,
    )  # fmt: skip


def entries_of(facts: Facts) -> list[Entry]:
    """The bids, each with the one agreed score of each criterion."""
    return [
        Entry(row["alias"], {code: [Fraction(text)] for code, text in row["agreed"].items()},
              _maybe(row["price"]), row["excluded"], row["size"])
        for row in facts["bids"]
    ]  # fmt: skip


def unscored(facts: Facts, *phases: str) -> list[tuple[str, str]]:
    """Alias and criterion of every agreed score that is missing, of bids that are not excluded."""
    codes = [row["code"] for row in facts["criteria"] if row["phase"] in phases]
    return [(row["alias"], code) for row in facts["bids"] for code in codes
            if not row["excluded"] and code not in row["agreed"]]  # fmt: skip


def shortlist(facts: Facts) -> list[Standing]:
    """Where each bid stands by what is scored before interviews: minimums, and the best n.

    Those still in have the status `ranked`. Whom an exclusion moves up once prices are open, and
    who was not interviewed, comes too late. Raises KeyError while an agreed score is missing.
    """
    scheme = scheme_of(facts, PROTOTYPE, top_n=facts["top_n"])
    found = scoring.shortlist(scheme, entries_of(facts))
    if facts.get("prices_opened"):
        codes = {row["code"] for row in facts["criteria"] if row["phase"] == INTERVIEW}
        for one in found:
            if one.status == RANKED and not codes <= set(one.entry.scores):
                one.status = NOT_SHORTLISTED
    return found


def still_in(facts: Facts) -> list[str]:
    """The aliases on the shortlist."""
    return [one.alias for one in shortlist(facts) if one.status == RANKED]


def interviewed(facts: Facts) -> bool:
    """Whether any criterion is judged by interview."""
    return any(row["phase"] == INTERVIEW for row in facts["criteria"])


def technical(facts: Facts) -> list[Standing]:
    """Where each bid stands before prices, interviews included where there were any."""
    return _finish(facts, scoring.shortlist)


def standings(facts: Facts) -> list[Standing]:
    """Where each bid stands at last, in the order of the facts.

    Raises KeyError or ValueError while an agreed score or a price is missing: see `gaps`.
    """
    return _finish(facts, scoring.standings)


def _finish(facts: Facts, how: Any) -> list[Standing]:
    """Score the shortlisted by all criteria; the others stand as the shortlist left them."""
    first = shortlist(facts)
    if not interviewed(facts):
        one_stage = scheme_of(facts, PROTOTYPE, top_n=facts["top_n"])
        return list(how(one_stage, entries_of(facts)))
    last = {
        one.alias: one
        for one in how(
            scheme_of(facts, PROTOTYPE, INTERVIEW),
            [one.entry for one in first if one.status == RANKED],
        )
    }
    return [last.get(one.alias, one) for one in first]


def gaps(facts: Facts) -> list[tuple[str, str]]:
    """What a ranking still lacks: alias and criterion, or alias and `price`."""
    if missing := unscored(facts, PROTOTYPE):
        return missing
    bids = {row["alias"]: row for row in facts["bids"]}
    codes = [row["code"] for row in facts["criteria"] if row["phase"] == INTERVIEW]
    found = [(alias, code) for alias in still_in(facts) for code in codes
             if code not in bids[alias]["agreed"]]  # fmt: skip
    if found:
        return found
    return [(one.alias, "price") for one in technical(facts)
            if one.status == RANKED and one.entry.price is None]  # fmt: skip


def answers(facts: Facts) -> list[dict[str, Any]]:
    """The ranking as figures with six places, as `manage.py rank` answers."""
    return [answer(one) for one in standings(facts)]


def answer(one: Standing) -> dict[str, Any]:
    """A standing as figures with six places; null where there is none."""
    figures = {name: scoring.shown(getattr(one, name)) for name in FIGURES}
    return {"alias": one.alias, "status": one.status, **figures, "rank": one.rank,
            "reason": ", ".join(one.missed) or None}  # fmt: skip


def ranking_hash(ranking: list[dict[str, Any]]) -> str:
    """The SHA-256 of a ranking, by alias; the history keeps it when a ranking is established."""
    rows = sorted(ranking, key=lambda row: str(row["alias"]))
    text = json.dumps(rows, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def differences(facts: Facts) -> Iterator[tuple[str, str, str]]:
    """What does not agree when the ranking is computed again: what, as filed, as computed."""
    yield from _drawn_otherwise(facts)
    filed = {row["alias"]: row for row in facts["ranking"]}
    computed = {row["alias"]: row for row in answers(facts)}
    for alias in sorted({*filed, *computed}):
        if alias not in filed or alias not in computed:
            yield alias, _there(alias in filed), _there(alias in computed)
            continue
        for name, value in computed[alias].items():
            if filed[alias].get(name) != value:
                yield f"{alias}: {name}", str(filed[alias].get(name)), str(value)
    established = facts.get("ranking_hash")
    if established and established != ranking_hash(list(computed.values())):
        yield "ranking_hash", established, ranking_hash(list(computed.values()))


def _drawn_otherwise(facts: Facts) -> Iterator[tuple[str, str, str]]:
    """Where the secret is not the one committed, or an alias not the one drawn."""
    drawn = facts["draw"]
    if aliasing.commitment(drawn["secret"]) != drawn["commitment"]:
        yield "draw.commitment", drawn["commitment"], aliasing.commitment(drawn["secret"])
    received = aliasing.receipts_hash(drawn["receipts"])
    if received != drawn["receipts_hash"]:
        yield "draw.receipts_hash", drawn["receipts_hash"], received
    named = aliasing.aliases(seed_of(facts), [row["receipt"] for row in facts["bids"]])
    for row in facts["bids"]:
        if named[row["receipt"]] != row["alias"]:
            yield f"{row['receipt']}: alias", row["alias"], named[row["receipt"]]


def _there(found: bool) -> str:
    return "there" if found else "missing"


def told(details: str) -> dict[str, Any]:
    """What an event of the history says, as data; empty when it is none."""
    try:
        found = json.loads(details)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def without(facts: Facts, alias: str) -> dict[str, Any]:
    """The same facts with one bid excluded."""
    bids = [{**row, "excluded": row["excluded"] or row["alias"] == alias} for row in facts["bids"]]
    return {**facts, "bids": bids}


def _maybe(text: str | None) -> Fraction | None:
    return None if text is None else Fraction(text)


__all__ = ["EXCLUDED", "NOT_SHORTLISTED", "RANKED", "answer", "answers", "differences", "gaps",
           "interviewed", "ranking_hash", "scheme_of", "seed_of", "shortlist",
           "standings", "still_in", "technical", "told", "unscored", "without"]  # fmt: skip
