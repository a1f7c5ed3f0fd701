"""The texts with which evidence and decision letters begin, and what their placeholders say."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from core import clock, pdf, wording
from gating.models import Evidence, GateReview, Motion
from projects.wordings import OF_PROJECT, values_of

FILE = Path(__file__).parent / "wordings.json"
LETTERS = ("approve", "approve_with_conditions", "defer", "refuse", "stop")
OF_LETTER = {
    **OF_PROJECT, "gate": gettext_lazy("gate"), "board": gettext_lazy("board"),
    "date": gettext_lazy("day of the decision"), "text": gettext_lazy("text of the motion"),
    "conditions": gettext_lazy("list of the conditions, empty for none"),
    "until": gettext_lazy("last day to exercise it"),
    "record": gettext_lazy("address where anybody checks the decision record"),
    "secretariat": gettext_lazy("who writes the letter"),
}  # fmt: skip

for _kind, _label in Evidence.Kind.choices:
    wording.declare(FILE, f"evidence.{_kind}", _label, gettext_lazy("Evidence"), OF_PROJECT)
for _outcome in LETTERS:
    wording.declare(
        FILE, f"letter.{_outcome}", Motion.Outcome(_outcome).label,
        gettext_lazy("Decision letter"), OF_LETTER,
    )  # fmt: skip


def begin_evidence(kind: str, project: Any, language: str) -> str:
    """What the note (of a statement: the statement) begins with."""
    return wording.written(f"evidence.{kind}", language, values_of(project)).body


def decided_by(review: GateReview) -> Motion | None:
    """The motion that decided a review; none while it is undecided."""
    rows = review.motions.filter(decided_at__isnull=False, outcome__in=LETTERS)
    found = [motion for motion in rows.select_related("board").order_by("-decided_at")
             if motion.tally.get("result") == "carried"]  # fmt: skip
    return found[0] if found else None


def letter(review: GateReview, motion: Motion, language: str, by: Any) -> wording.Version:
    """The decision letter of a review as its template has it, in one language."""
    with override(language):
        record = getattr(motion, "record", None)
        decided = motion.decided_at or clock.now()
        values = {
            **values_of(review.project), "gate": review.gate.code, "board": _(motion.board.name),
            "date": date_format(decided, "DATE_FORMAT"), "text": motion.text,
            "conditions": _conditions(motion), "secretariat": str(by),
            "until": date_format(review.valid_until, "DATE_FORMAT") if review.valid_until else "–",
            "record": f"{settings.BASE_URL}{reverse('gating:record', args=[record.code])}"
            if record else "–",
        }  # fmt: skip
        said = wording.written(f"letter.{motion.outcome}", language, values)
    return replace(said, body=re.sub(r"\n{3,}", "\n\n", said.body))


def on_paper(recipient: str, subject: str, text: str, language: str) -> Callable[[str], bytes]:
    """The letter as a tagged PDF, made once its reference is known; its foot bears it."""

    def made(ref: str) -> bytes:
        parts = [("p", part) for part in text.split("\n\n") if part.strip()]
        items = [("h1", subject), ("p", f"{ref}\n{recipient}"), *parts]
        return pdf.build(f"{ref} · {subject}", items, language=language, footer=ref)

    return made


def _conditions(motion: Motion) -> str:
    rows = motion.conditions.order_by("number")
    lines = [
        f"{row.number}. {row.text}"
        + (f" ({_('due')} {date_format(row.due, 'SHORT_DATE_FORMAT')})" if row.due else "")
        for row in rows
    ]
    return "\n".join([_("Conditions:"), *lines]) if lines else ""
