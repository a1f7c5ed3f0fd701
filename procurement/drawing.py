"""The draw: its secret committed at publication, revealed after the opening, and the aliases.

Until then the secret stands nowhere: it follows from the deployment's slot key, so that no dump of
the database tells it. Whoever holds the commitment can check it once it is revealed.
"""

from typing import Any

from django.utils.translation import gettext as _

from core import clock, history
from core.models import User
from core.refusals import Refused
from procurement import aliasing, hooks, slot_key
from procurement.models import Bid, Competition, Draw


def _secret(competition: Competition) -> str:
    return slot_key.derive("draw", competition.ref, competition.dossier_id).hex()


@hooks.within("commit_seed")
def commit(competition: Competition, *, by: User, because: str) -> None:
    """Publish the hash of the secret; the step saves the row."""
    competition.seed_commitment = aliasing.commitment(_secret(competition))


def receipts_hash(bids: Any) -> str:
    """The SHA-256 over the hashes of all receipts, in their order."""
    return aliasing.receipts_hash(bid.digest for bid in bids)


def reveal(competition: Competition, *, by: User) -> Draw:
    """Reveal the secret, once, when bids are open: aliases are given at the same moment.

    Raises Refused where it is not the one whose hash was published: the slot key was changed.
    """
    known = Draw.objects.filter(competition=competition).first()
    if known is not None:
        return known
    secret = _secret(competition)
    if aliasing.commitment(secret) != competition.seed_commitment:
        raise Refused(
            _("The secret of the draw is not the one committed: the slot key was changed.")
        )
    fixed = competition.receipts_hash or receipts_hash(competition.bids.all())
    draw = Draw.objects.create(competition=competition, seed_text=secret, receipts_hash=fixed,
                               revealed_at=clock.now())  # fmt: skip
    details = {"secret": secret, "receipts_hash": fixed}
    history.record("procurement.draw.reveal", draw, by=by, details=details)
    give_aliases(competition, draw)
    return draw


def give_aliases(competition: Competition, draw: Draw) -> None:
    """Give every bid that is evaluated its alias."""
    bids = list(competition.bids.evaluated())
    named = aliasing.aliases(seed_of(draw), [bid.digest for bid in bids])
    for bid in bids:
        bid.alias = named[bid.digest]
        bid.save(update_fields=["alias"])


def seed_of(draw: Draw) -> str:
    """The seed of the draw, once revealed."""
    return aliasing.seed(draw.seed_text, draw.receipts_hash)


def ordered_for(competition: Competition, member: int, bids: list[Bid]) -> list[Bid]:
    """Bids in the order in which this panel member is shown them."""
    draw = Draw.objects.filter(competition=competition).first()
    if draw is None:
        return sorted(bids, key=lambda bid: bid.alias)
    by_alias = {bid.alias: bid for bid in bids}
    return [by_alias[name] for name in aliasing.order_for(seed_of(draw), member, by_alias)]
