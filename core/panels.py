"""The panel of filters above a list; the one in which nothing is narrowed is kept for a minute."""

from collections.abc import Callable
from typing import Any

from django.core.cache import cache
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language

TEMPLATE, SECONDS = "components/filters.html", 60


def filters(
    key: str, narrowed: Any, request: HttpRequest, blank: Callable[[], Any]
) -> SafeString:  # fmt: skip
    """The panel of a filter set as this person left it.

    `key` names the panel among all people to whom it looks the same while nothing is narrowed;
    `blank` makes the filter set of an empty query, for the panel that is kept.
    """
    if narrowed.form.changed_data:
        return render_to_string(TEMPLATE, {"filter": narrowed}, request)
    place = f"filters:{key}:{get_language()}"
    if (kept := cache.get(place)) is None:
        kept = render_to_string(TEMPLATE, {"filter": blank(), "request": {"path": request.path}})
        cache.set(place, kept, SECONDS)
    return SafeString(kept)
