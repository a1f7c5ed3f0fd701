"""Evaluations as tests need them: opened bids, and the panel's road from there by the real rules.

The opening itself has tests of its own: here a competition stands where it leaves it.
"""

import hashlib
from datetime import timedelta
from decimal import Decimal

from core import clock
from core.steps import create, perform
from procurement import agreeing, aliasing, complying, drawing, ranking, scoring_alone
from procurement.models import (
    Bid,
    BidPrice,
    Competition,
    CompetitionKey,
    ComplianceCheck,
    Criterion,
    PanelMember,
    Score,
    ScoreSheet,
    ScoringRound,
)
from tests.factories import competitions, vendors
from tests.stock import stocked

CRITERIA = (("quality", "40", None), ("team", "20", "50"))
PRICES = (100_000_00, 125_000_00, 90_000_00)
FIRMS = ("Zeta Digital, S.A. de C.V.", "Alfa Sistemas, S.A. de C.V.", "Metro Datos, S.C.")
PEOPLE = ("Ximena Ortega", "Bruno Arce", "Lidia Paz")


def rules(row: Competition, criteria=CRITERIA, price_weight="40", **fields) -> Competition:
    """The same competition with other criteria, weights and rules, as if published so."""
    for old in row.criteria.all():
        old.dropped = True
        old.save()
    for place, (code, weight, minimum, *phase) in enumerate(criteria):
        Criterion.objects.create(
            competition=row, code=code, title=code.title(), weight=Decimal(weight), place=place,
            minimum=None if minimum is None else Decimal(minimum),
            phase=phase[0] if phase else Criterion.Phase.PROTOTYPE,
        )  # fmt: skip
    fields = {"scale": {"kind": "points", "min": "0", "max": "100"}, "top_n": None,
              "price_weight": Decimal(price_weight), "spread_limit": 30, **fields}  # fmt: skip
    Competition.objects.filter(pk=row.pk).update(**fields)
    return competitions.fresh(row)


@stocked
def opened(cast, *, prices=PRICES, criteria=CRITERIA, **fields) -> Competition:
    """Published, closed and opened, with a bid for every price; what is sealed of them is not."""
    row = rules(competitions.published(cast), criteria, **fields)
    now = clock.now()
    Competition.objects.filter(pk=row.pk).update(
        state="opened", opened_at=now, closes_at=now - timedelta(hours=1), closed_at=now
    )
    row = competitions.fresh(row)
    for place, (price, digest) in enumerate(zip(prices, digests(row, len(prices)), strict=True)):
        bid(cast, row, place, price, digest)
    return row


def digests(row: Competition, count: int) -> list[str]:
    """Hashes of receipts by which the draw calls the bids A, B, C … in the order of the prices.

    The draw depends on the keys of the rows, and those on what ran before. From five bids on the
    draw is left to itself.
    """
    for number in range(1000):
        found = [hashlib.sha256(f"{number}/{place}".encode()).hexdigest() for place in range(count)]
        seed = aliasing.seed(drawing._secret(row), aliasing.receipts_hash(found))
        if count > 4 or list(aliasing.aliases(seed, found)) == found:
            return found
    raise AssertionError("no draw gives the letters in their order")


@stocked
def bid(cast, row: Competition, place: int, price: int, digest: str = "") -> Bid:
    """An opened bid of a vendor of its own."""
    name = FIRMS[place] if place < len(FIRMS) else f"Empresa {place:02}, S.A. de C.V."
    firm = vendors.vendor(cast, name, country="HN", tax_id=f"0801{place:010}")
    seat = vendors.representative(firm, f"empresa{place}", name=f"Ventas {place}")
    person = PEOPLE[place] if place < len(PEOPLE) else f"Persona {place:02}"
    digest = digest or hashlib.sha256(f"{row.pk}/{place}".encode()).hexdigest()
    content = {"approach": f"Enfoque {place}", "answers": {"quality": f"Respuesta {place}"},
               "people": [{"name": person, "part": "Liderazgo"}],
               "partners": [{"name": f"Socio {place}", "number": "", "kind": "subcontractor",
                             "part": "Pruebas"}],
               "prototype": {"repository": "https://git.example/x", "branch": "main",
                             "commit": "0" * 40, "live": "", "licence": "MIT"},
               "declared": [], "files": []}  # fmt: skip
    made = create(
        Bid(competition=row, vendor=firm, content=content, salt="0" * 64, digest=digest,
            technical_digest=digest, price_digest=digest, sealed_at=clock.now(), sealed_by=seat,
            version=row.version), by=cast.officer,
    )  # fmt: skip
    key = row.keys.filter(part="price").first() or CompetitionKey.objects.create(
        competition=row, part="price", mode="server", public="0" * 64, salt="0" * 64,
        made_at=clock.now(), made_by=cast.officer,
    )  # fmt: skip
    BidPrice.objects.create(bid=made, envelope=b"", key=key, content={"hidden": price})
    return made


@stocked
def at_compliance(cast, **fields) -> Competition:
    return perform(opened(cast, **fields), "begin_compliance", by=cast.officer)


@stocked
def find(cast, row: Competition, lacking=()) -> Competition:
    """Every bid checked by the first officer and confirmed by the second; those whose firm's
    place is in `lacking` miss a rule that cannot be cured."""
    for check in ComplianceCheck.objects.filter(bid__competition=row).order_by("bid__pk"):
        out = int(check.bid.content["approach"].split()[1]) in lacking
        rows = [{"item": item, "result": "unmet" if out and not item.curable else "met",
                 "reason": "Falta." if out else ""} for item in check.items.all()]  # fmt: skip
        complying.write(check, rows, by=cast.officer)
        perform(check, "propose", by=cast.officer)
        perform(check, "confirm", by=cast.officer2)
    return competitions.fresh(row)


@stocked
def declare(cast, row: Competition, *names: str) -> Competition:
    """The members of these names (by default all) declare that they have no conflict."""
    for declaration in row.declarations.filter(state="asked"):
        if not names or declaration.member.user.email.split("@")[0] in names:
            perform(declaration, "declare_clear", by=declaration.member.user)
    return competitions.fresh(row)


@stocked
def scoring(cast, *, lacking=(), **fields) -> Competition:
    """At the individual scoring."""
    row = declare(cast, find(cast, at_compliance(cast, **fields), lacking))
    return perform(row, "begin_scoring", by=cast.officer)


def sheet(row: Competition, person, phase="prototype") -> ScoreSheet:
    """The present sheet of a person."""
    return ScoreSheet.objects.select_related(*ScoreSheet.step_related).get(
        round__competition=row, round__phase=phase, round__superseded_at=None, member__user=person
    )


def fill(row: Competition, person, value=80, phase="prototype", **by_alias) -> ScoreSheet:
    """Fill a sheet: every score the same, or by alias."""
    one = sheet(row, person, phase)
    rows = [
        {"bid": bid, "criterion": criterion, "comment": "",
         "value": Decimal(str(by_alias.get(bid.alias, value)))}
        for bid in scoring_alone.bids_of(one) for criterion in one.criteria()
    ]  # fmt: skip
    return scoring_alone.save(one, rows, by=person)


def members(row: Competition):
    return [seat.user for seat in row.panel.exclude(role=PanelMember.Role.ALTERNATE)]


def sealed(row: Competition, phase="prototype", value=80, **by_alias) -> Competition:
    """Every sheet that counts filled alike and sealed."""
    for one in ScoreSheet.objects.filter(
        round__competition=row, round__phase=phase, round__superseded_at=None, state="open"
    ):
        perform(fill(row, one.member.user, value, phase, **by_alias), "seal", by=one.member.user)
    return competitions.fresh(row)


@stocked
def consensus(cast, **fields) -> Competition:
    """At the consensus, with sheets filled alike; by alias where said (`A=90`)."""
    scores = {name: fields.pop(name) for name in list(fields) if name.isupper()}
    row = sealed(scoring(cast, **fields), **scores)
    return perform(row, "begin_consensus", by=chair(row))


def chair(row: Competition):
    return row.panel.get(role=PanelMember.Role.CHAIR).user


def agree(row: Competition, phase="prototype", **by_alias) -> Competition:
    """The chair agrees what was proposed, or another score by alias."""
    present: ScoringRound = scoring_alone.present(row, phase)
    said = [
        {"bid": cell.bid, "criterion": cell.criterion, "text": "Acordado por el panel.",
         "value": Decimal(str(by_alias.get(cell.bid.alias, cell.proposal)))}
        for cell in agreeing.cells(present)
    ]  # fmt: skip
    agreeing.agree(present, said, by=chair(row))
    return competitions.fresh(row)


@stocked
def agreed(cast, **fields) -> Competition:
    """Every score agreed."""
    return agree(consensus(cast, **fields))


@stocked
def open_prices(cast, row: Competition) -> Competition:
    """Prices opened by two officers: here only what the opening leaves behind."""
    row = perform(row, "begin_price_opening", by=cast.officer)
    row = perform(row, "open_price", by=cast.officer2)
    for price in BidPrice.objects.filter(bid__competition=row):
        price.total, price.opened_at = price.content["hidden"], clock.now()
        price.save()
    return competitions.fresh(row)


@stocked
def ranked(cast, **fields) -> Competition:
    """Ranked."""
    row = open_prices(cast, agreed(cast, **fields))
    return perform(row, "rank", by=cast.officer)


def bid_called(row: Competition, alias: str) -> Bid:
    return row.bids.get(alias=alias)


def scores_of(one: ScoreSheet):
    return Score.objects.filter(sheet=one)


def ranking_first(row: Competition) -> str:
    """The alias on rank 1 as it is reckoned now."""
    return next(one.alias for one in ranking.standings(row) if one.rank == 1)
