"""Envelopes: content encrypted to a competition's key, so that it opens in its own place only.

HPKE (RFC 9180) with X25519, HKDF-SHA256 and AES-256-GCM. `info` names competition, bidder and
part: a ciphertext that was moved to another bid, or from one part to another, fails to open.
"""

from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
VERSION = b"\x01"
LENGTH_BYTES = 8
OVERHEAD = len(VERSION) + LENGTH_BYTES + 32 + 16
"""Bytes that an envelope is longer than the padded content: version, length, key share, tag."""


class WillNotOpen(Exception):
    """An envelope that this key does not open in this place: moved, altered, or for another."""


@dataclass(frozen=True)
class Pair:
    """A key pair of one part of a competition, both keys as 32 bytes."""

    private: bytes
    public: bytes


def new_pair() -> Pair:
    """A fresh pair of keys."""
    return _pair(X25519PrivateKey.generate())


def pair_of(private: bytes) -> Pair:
    """The pair to which a private key of 32 bytes belongs."""
    return _pair(X25519PrivateKey.from_private_bytes(private))


def _pair(key: X25519PrivateKey) -> Pair:
    return Pair(key.private_bytes_raw(), key.public_key().public_bytes_raw())


def place(competition: str, bidder: str, part: str) -> bytes:
    """Where an envelope belongs: what is bound into it."""
    return "|".join(("compuerta 1", competition, bidder, part)).encode()


def seal(content: bytes, public: bytes, where: bytes, *, size: int = 0) -> bytes:
    """Encrypt content, padded with zeros so that the envelope is `size` bytes long (0: no padding).

    Raises ValueError where the content does not fit.
    """
    room = max(size - OVERHEAD, 0) if size else len(content)
    if len(content) > room:
        raise ValueError(f"{len(content)} bytes do not fit into an envelope of {size}")
    padded = len(content).to_bytes(LENGTH_BYTES, "big") + content.ljust(room, b"\0")
    key = X25519PublicKey.from_public_bytes(public)
    return VERSION + SUITE.encrypt(padded, key, where)


def open_envelope(envelope: bytes, private: bytes, where: bytes) -> bytes:
    """The content of an envelope in its place; raises WillNotOpen anywhere else."""
    if envelope[:1] != VERSION:
        raise WillNotOpen("no envelope of a kind that is known here")
    try:
        key = X25519PrivateKey.from_private_bytes(private)
        padded = SUITE.decrypt(envelope[1:], key, where)
    except (InvalidTag, ValueError) as error:
        raise WillNotOpen("it was moved, altered, or sealed to another key") from error
    length = int.from_bytes(padded[:LENGTH_BYTES], "big")
    content = padded[LENGTH_BYTES:]
    if length > len(content) or content[length:].strip(b"\0"):
        raise WillNotOpen("its padding is not what it should be")
    return content[:length]
