"""Receipts: what was sealed, when and by whom, in a code that anybody who holds it can check.

A receipt's hash is salted, so that nobody guesses a bid from it; the salt stays with the bidder and
inside the envelope. The code carries everything it says under a key of the deployment, and is
checked without looking at any bid: so the check tells nothing about others.
"""

import base64
import binascii
import hashlib
import hmac
import json
import secrets
import struct
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from procurement import slot_key

ACTS = ("seal", "withdraw", "reconfirm", "redeliver")
SALT = 32
VERSION = 1
FORM = struct.Struct(">BBIIq32s")
MAC = 16
GROUP = 5
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_encoder = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def new_salt() -> str:
    """A fresh salt, in hex."""
    return secrets.token_hex(SALT)


def canonical(value: Any) -> bytes:
    """JSON in its one form: sorted keys, no spaces, UTF-8."""
    return _encoder.encode(value).encode()


def digest(salt: str, technical: dict[str, Any], price: dict[str, Any]) -> str:
    """The salted SHA-256, in hex, of everything a bid says; its files by their own hashes.

    Both parts are hashed by themselves first: so the technical part can be checked alone, before
    the price is opened.
    """
    parts = [part_digest(salt, "technical", technical), part_digest(salt, "price", price)]
    return hashlib.sha256(canonical([salt, *parts])).hexdigest()


def part_digest(salt: str, name: str, part: dict[str, Any]) -> str:
    """The salted SHA-256, in hex, of one part of a bid."""
    return hashlib.sha256(canonical([salt, name, part])).hexdigest()


def joined(salt: str, technical: str, price: str) -> str:
    """The receipt's hash, from the hashes of both parts."""
    return hashlib.sha256(canonical([salt, technical, price])).hexdigest()


@dataclass(frozen=True)
class Receipt:
    """What was done: competition and vendor by their keys, the moment to the microsecond."""

    act: str
    competition: int
    vendor: int
    at: datetime
    digest: str


def code(receipt: Receipt) -> str:
    """The receipt as letters and digits in groups of five, with the seal over all of it."""
    body = FORM.pack(
        VERSION, ACTS.index(receipt.act), receipt.competition, receipt.vendor,
        (receipt.at - EPOCH) // timedelta(microseconds=1), bytes.fromhex(receipt.digest),
    )  # fmt: skip
    text = base64.b32encode(body + slot_key.mac("receipts", body)[:MAC]).decode().rstrip("=")
    return "-".join(text[start : start + GROUP] for start in range(0, len(text), GROUP))


def read(text: str) -> Receipt | None:
    """What a code says, when it is one that this deployment issued; else None."""
    letters = "".join(character for character in text.upper() if character.isalnum())
    letters = letters.replace("0", "O").replace("1", "I").replace("8", "B")
    try:
        whole = base64.b32decode(letters + "=" * (-len(letters) % 8))
    except (binascii.Error, ValueError):
        return None
    body, seal = whole[: FORM.size], whole[FORM.size :]
    in_one_form = base64.b32encode(whole).decode().rstrip("=") == letters
    if len(body) != FORM.size or len(seal) != MAC or not in_one_form:
        return None
    if not hmac.compare_digest(slot_key.mac("receipts", body)[:MAC], seal):
        return None
    version, act, competition, vendor, moment, sha256 = FORM.unpack(body)
    if version != VERSION or act >= len(ACTS):
        return None
    at = EPOCH + timedelta(microseconds=moment)
    return Receipt(ACTS[act], competition, vendor, at, sha256.hex())
