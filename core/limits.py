"""How often one reader may ask in vain: counted by the minute, in the cache.

Answers to right codes are never refused, so nobody who reads behind the same proxy is locked out by
another's guesses; only wrong ones are counted.
"""

import time
from ipaddress import ip_address

from django.core.cache import cache
from django.http import HttpRequest

MISSES = 30
"""Wrong codes and addresses a minute and reader."""
PERIOD = 60


def reader(request: HttpRequest) -> str:
    """The address of who asks; behind the proxy on this machine, what that proxy says."""
    direct = str(request.META.get("REMOTE_ADDR", ""))
    try:
        local = ip_address(direct).is_loopback
    except ValueError:
        local = True
    if not local:
        return direct
    last = str(request.META.get("HTTP_X_FORWARDED_FOR", "")).rpartition(",")[2].strip()
    try:
        return str(ip_address(last)) if last else direct
    except ValueError:
        return direct


def one_too_many(request: HttpRequest, what: str, most: int = MISSES) -> bool:
    """Count one more, and say whether that was one too many in this minute."""
    key = f"{what}:{reader(request)}:{int(time.time() // PERIOD)}"
    cache.add(key, 0, PERIOD * 2)
    try:
        return bool(cache.incr(key) > most)
    except ValueError:  # it was thrown out between the two
        return False
