"""Secrets left in a repository, by file and line. What was found is never kept or shown itself."""

import math
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

LONGEST_LINE = 2000
RANDOM = 3.5
"""Bits of entropy a character from which an assigned text looks like a secret, not like a word."""
PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("private_key", re.compile(r"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----")),
    ("cloud_key", re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b")),
    ("cloud_key", re.compile(r"\bAIza[0-9A-Za-z_-]{35}\b")),
    ("access_token", re.compile(r"\bgh[pousr]_[A-Za-z0-9]{36,}\b")),
    ("access_token", re.compile(r"\bgithub_pat_[A-Za-z0-9_]{50,}\b")),
    ("access_token", re.compile(r"\bglpat-[A-Za-z0-9_-]{20,}\b")),
    ("access_token", re.compile(r"\bxox[abprs]-[A-Za-z0-9-]{10,}\b")),
    ("access_token", re.compile(r"\b[sr]k_live_[A-Za-z0-9]{20,}\b")),
    ("password_in_address", re.compile(r"\b[a-z][a-z0-9+.-]{2,12}://[^\s:/@'\"]+:[^\s:/@'\"]{4,}@")),
)  # fmt: skip
ASSIGNED = re.compile(
    r"(?:password|passwd|secret|token|api[_-]?key|access[_-]?key|contrase(?:ñ|n)a)\w*['\"]?\s*[:=]\s*"
    r"['\"]([^'\"\s]{12,200})['\"]", re.IGNORECASE,
)  # fmt: skip
EXAMPLE = re.compile(r"example|changeme|your[_-]|placeholder|dummy|xxxx|\$\{|\{\{|<[a-z]", re.I)


@dataclass(frozen=True)
class Place:
    """Where something looks like a secret, and of which kind; not the secret."""

    kind: str
    file: str
    line: int


def secrets_in(path: str, text: str) -> Iterator[Place]:
    """The lines of a file that look as if they held a secret."""
    for number, line in enumerate(text.splitlines(), 1):
        line = line[:LONGEST_LINE]  # noqa: PLW2901  longer lines are made by machines
        kind = next((kind for kind, pattern in PATTERNS if pattern.search(line)), "")
        if not kind and (found := ASSIGNED.search(line)) and _random(found[1]):
            kind = "assigned"
        if kind and not EXAMPLE.search(line):
            yield Place(kind, path, number)


def _random(text: str) -> bool:
    counts = Counter(text)
    bits = -sum(n / len(text) * math.log2(n / len(text)) for n in counts.values())
    return bits >= RANDOM
