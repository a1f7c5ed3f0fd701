"""Bids as tests need them: drafted, sealed and opened through the real rules."""

from procurement import bidding, drafts
from procurement.bid_content import DECLARED
from procurement.models import Bid, Competition
from tests.factories import competitions, custody, frameworks
from tests.stock import stocked

BUNDLE = b"# v2 git bundle\n" + b"0" * 40 + b" refs/heads/main\n\nPACK a bundle of a test"
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
RATE = 500_00
"""The rate of the first bidder, in minor units; the next bid 10 more each, forty times."""


def fields(row: Competition, number: int = 0, **said) -> dict[str, str]:
    """What a vendor types into a complete bid."""
    typed = {
        "approach": f"Propuesta secreta {number}: prototipos con personas usuarias.",
        "people": f"Ana Pérez {number}; líder\nLuis Gómez {number}; desarrollo",
        "partners": "", "repository": f"https://git.example/empresa{number}/acta.git",
        "branch": "main", "commit": f"{number + 1:040x}",
        "live": f"https://acta{number}.example/", "licence": "Apache-2.0",
        **{f"declared_{code}": "on" for code in DECLARED},
        **{f"answer_{criterion.code}": f"Respuesta {number} a {criterion.code}"
           for criterion in row.criteria.filter(phase="prototype")},
    }  # fmt: skip
    price = f"{(RATE + 1000 * (number % 40)) / 100:.2f}"
    if row.price_basis == "hours":
        typed |= {f"rate_{line['category']}": price for line in row.price_basket}
    else:
        typed["sprint"] = price
    return {**typed, **said}


def drafted(row: Competition, vendor, number: int = 0, by=None, bundle: bytes = BUNDLE, **said):
    """A draft that lacks nothing, with a bundle."""
    by = by or frameworks.manager_of(vendor)
    drafts.attach(row, vendor, "prototipo.bundle", bundle, "bundle", by=by)
    return drafts.save(row, vendor, fields(row, number, **said), by=by)


def sealed(row: Competition, vendor, number: int = 0, by=None, **said):
    """A sealed bid; returns the receipt."""
    by = by or frameworks.manager_of(vendor)
    drafted(row, vendor, number, by, **said)
    return bidding.seal(row, vendor, by=by)


@stocked
def all_sealed(cast, row: Competition, count: int = 3, changes=None) -> None:
    """The first `count` members of the lot bid; `changes` by place change what they type."""
    for number, vendor in enumerate(competitions.vendors(cast)[:count]):
        sealed(row, vendor, number, **(changes or {}).get(number, {}))


@stocked
def opened(cast, row: Competition | None = None, count: int = 3, changes=None) -> list[Bid]:
    """The opened bids of a competition, in the order of the bidders; without one it is published.

    Opened just after the deadline: what follows may need `with competitions.after_deadline(row)`.
    """
    row = row or competitions.published(cast)
    all_sealed(cast, row, count, changes)
    with competitions.after_deadline(row):
        custody.opened(cast, competitions.fresh(row), competitions.officer2(cast))
    return list(Bid.objects.filter(competition=row).order_by("vendor"))
