"""Aliases of bids: drawn from a secret that was committed at publication; pure.

The secret of the draw is committed, by its hash, when a competition is published; the hash of all
receipts is fixed when it closes. Both together are the seed, which nobody can have chosen: not who
knows the secret (receipts come later), nor who bids (the secret is not known). Aliases, each panel
member's order of the list and the last link of the tie chain come from it (domain, §7).
"""

import hashlib
from collections.abc import Iterable
from string import ascii_uppercase


def seed(secret: str, receipts_hash: str) -> str:
    """The seed of the draw, from the committed secret and the hash of all receipts."""
    return f"{secret}:{receipts_hash}"


def commitment(secret: str) -> str:
    """What is published of the secret before anybody bids: its SHA-256, in hex."""
    return hashlib.sha256(secret.encode()).hexdigest()


def receipts_hash(receipts: Iterable[str]) -> str:
    """The SHA-256 over the hashes of all receipts, in the order of their letters."""
    return hashlib.sha256("\n".join(sorted(receipts)).encode()).hexdigest()


def lot(*parts: object) -> str:
    """A lot in a draw, in hex."""
    return hashlib.sha256("|".join(str(part) for part in parts).encode()).hexdigest()


def letters(place: int) -> str:
    """A, B, … Z, AA, AB … for 0, 1, …"""
    found = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, len(ascii_uppercase))
        found = ascii_uppercase[rest] + found
    return found


def aliases(the_seed: str, receipts: Iterable[str]) -> dict[str, str]:
    """The alias of each receipt's hash: never by name or arrival, only by the draw."""
    drawn = sorted(set(receipts), key=lambda receipt: lot("alias", the_seed, receipt))
    return {receipt: letters(place) for place, receipt in enumerate(drawn)}


def order_for(the_seed: str, member: int, names: Iterable[str]) -> list[str]:
    """The order in which one panel member is shown the aliases: a different one for each."""
    return sorted(names, key=lambda name: lot("order", the_seed, member, name))
