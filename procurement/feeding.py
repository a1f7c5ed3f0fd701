"""What the public is told of competitions, in an order that no reader can miss anything of."""

from typing import Any

from core import clock
from procurement.models import Competition, FeedEntry
from procurement.models.register import take

SERIES = "competition_feed"


def tell(competition: Competition, kind: str, **details: Any) -> FeedEntry:
    """Add an entry in the present transaction; its number is held until the commit.

    So entries become visible in the order of their numbers: whoever has read up to one goes on
    with the next, and nothing with a smaller number appears later. Nothing of bids stands here.
    """
    return FeedEntry.objects.create(
        number=take(SERIES), competition=competition, kind=kind, at=clock.now(),
        version=competition.version, details=details,
    )  # fmt: skip
