"""What follows from the deployment's slot key, which lies outside the database."""

import hmac

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from django.conf import settings

LENGTH = 32


def derive(purpose: str, *parts: object) -> bytes:
    """A key of 32 bytes for one purpose and one thing; another for every other (RFC 5869)."""
    root = hmac.digest(b"compuerta slot key", settings.SLOT_KEY.encode(), "sha256")
    return HKDFExpand(algorithm=SHA256(), length=LENGTH, info=_info(purpose, parts)).derive(root)


def mac(purpose: str, message: bytes) -> bytes:
    """An HMAC-SHA256 of a message under the key of a purpose."""
    return hmac.digest(derive(purpose), message, "sha256")


def _info(purpose: str, parts: tuple[object, ...]) -> bytes:
    """Purpose and parts as one text in which none can run into the next."""
    return b"".join(
        len(text).to_bytes(4, "big") + text
        for text in (str(part).encode() for part in (purpose, *parts))
    )
