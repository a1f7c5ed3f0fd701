"""Templates of competitions, as data: read from `templates_data`, in one language."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from django.utils.translation import get_language

FOLDER = Path(__file__).parent / "templates_data"
CODES = ("18f-full-stack", "18f-design", "18f-development", "small-purchase")
LANGUAGES = ("es", "en")


@cache
def _file(name: str) -> dict[str, Any]:
    return dict(json.loads((FOLDER / f"{name}.json").read_text("utf-8")))


def language() -> str:
    """The language in which a competition that is created now is drafted."""
    found = (get_language() or "es")[:2]
    return found if found in LANGUAGES else "es"


def template(code: str, wanted: str | None = None) -> dict[str, Any]:
    """A template with its texts in one language. Raises KeyError for one that is not there."""
    if code not in CODES:
        raise KeyError(code)
    chosen = wanted or language()
    found = _in(_file(code), chosen)
    known = _in(_file("criteria")["criteria"], chosen)
    found["criteria"] = [{**row, **known[row["code"]]} for row in found["criteria"]]
    return found


def templates() -> list[dict[str, Any]]:
    """All templates, in the order in which they are offered."""
    return [template(code) for code in CODES]


def _in(value: Any, wanted: str) -> Any:
    """The same data with every text in one language."""
    if isinstance(value, dict):
        if set(value) == set(LANGUAGES):
            return value[wanted]
        return {key: _in(part, wanted) for key, part in value.items()}
    if isinstance(value, list):
        return [_in(part, wanted) for part in value]
    return value
