"""Generated projects by the thousand, for measuring."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from core.models import Institution
from oversight.demo.company import who
from projects.models import Project
from projects.registering import register_many

PIECE = 2000
NOUNS = ("portal", "registro", "expediente", "padrón", "trámite", "sistema", "archivo", "catálogo")
FIELDS = ("salud", "educación", "agua", "vivienda", "trabajo", "campo", "turismo", "energía",
          "cultura", "deporte", "justicia", "comercio")  # fmt: skip


def add(count: int, tell: Callable[[str], None]) -> None:
    """Register so many generated drafts, in pieces, by the secretariat."""
    by, places = who("secretariat"), list(Institution.objects.all())
    done = Project.objects.count()
    for start in range(0, count, PIECE):
        piece = range(done + start, done + min(start + PIECE, count))
        rows = [_draft(number, places) for number in piece]
        register_many(rows, by=by, because="scale", details=lambda place: {"scale": True})
    tell(f"{count} generated projects added.")


def _draft(number: int, places: list[Institution]) -> dict[str, Any]:
    noun, field = NOUNS[number % len(NOUNS)], FIELDS[number // 7 % len(FIELDS)]
    start = date(2024, 1, 1) + timedelta(days=number % 700)
    return {
        "title": f"{noun.capitalize()} de {field} {number}",
        "problem": f"El {noun} de {field} se lleva en papel en {number % 31 + 1} oficinas.",
        "institution_id": places[number % len(places)].pk,
        "currency": "MXN",
        "cost": (number % 9973 + 10) * 1_000_000,
        "starts_on": start,
        "ends_on": start + timedelta(days=365 + number % 500),
        "risk": ("low", "medium", "high")[number % 3],
        "tags": [noun, field],
        "invented_budget": True,
    }
