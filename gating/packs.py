"""The board pack: the papers of a meeting as frozen, bound into one PDF; its twin is a page.

Whoever takes no part in an item is not given its papers.
"""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from core import clock, money, pdf
from core.people import identities
from gating import matters, minuting, records, ruling
from gating.models import Condition, Evidence, Motion, Paper

Item = tuple[Any, ...]


@dataclass(frozen=True)
class Sheet:
    """One paper for one reader: its facts, or none of them where the reader takes no part."""

    number: int
    paper: Paper
    facts: dict[str, Any]
    withheld: bool
    intact: bool

    @property
    def title(self) -> str:
        kind = _("Motion") if self.facts["kind"] == "motion" else _("Review")
        return f"{self.number}. {kind} {self.facts['ref']} · {self.facts['title']}"

    @property
    def items(self) -> list[Item]:
        """What the paper says, in the form that `core.pdf` takes."""
        if self.withheld:
            return [("p", _("You take no part in this item, so its papers are not given to you."))]
        if not self.intact:
            return [("p", _("This paper does not fit its hash any more: it is not shown."))]
        return _motion(self.facts) if self.facts["kind"] == "motion" else _review(self.facts)


def sheets(meeting: Any, user: Any) -> list[Sheet]:
    """The papers of a meeting for one reader, in the order in which they were frozen."""
    rows = meeting.papers.select_related(
        *(f"review__{name}" for name in ("project__dossier", "gate", "tier")),
        *(f"motion__{name}" for name in (*Motion.step_related, "condition", "case")),
    )
    mine, found = identities(user), []
    for number, paper in enumerate(rows, start=1):
        out = bool(mine & _excluded(paper).keys())
        intact = hashlib.sha256(paper.text.encode()).hexdigest() == paper.sha256
        found.append(Sheet(number, paper, _facts(paper, user), withheld=out, intact=intact))
    return found


def _facts(paper: Paper, user: Any) -> dict[str, Any]:
    """What a paper says; of minutes, without the parts in which the reader takes no part."""
    found: dict[str, Any] = json.loads(paper.text)
    motion: Any = paper.motion
    matter = found.get("matter")
    if matter and matter["kind"] == "gating.meeting":
        matter["text"] = minuting.without_own(motion.matter_row, matter["text"], user)
    return found


def _excluded(paper: Paper) -> dict[int, str]:
    """Who takes no part in what a paper is about: by the newest motion on it."""
    if paper.motion is not None:
        return paper.motion.excluded()
    review: Any = paper.review
    motion = review.motions.order_by("pk").select_related(*Motion.step_related).last()
    if motion is None:
        motion = Motion(project=review.project, review=review)
    return motion.excluded()


def pack_hash(meeting: Any) -> str:
    """SHA-256 over the hashes of all papers, in their order: it changes when one does."""
    hashes = meeting.papers.values_list("sha256", flat=True)
    return hashlib.sha256("\n".join(hashes).encode()).hexdigest()


def cover(meeting: Any) -> list[tuple[str, str]]:
    """What stands on the first page."""
    frozen = meeting.papers_frozen_at
    rows = [
        (_("Board"), str(meeting.board)),
        (_("Votes in writing until") if meeting.written else _("Meeting"), _moment(meeting.at)),
        (_("Place"), meeting.place),
        (_("Notice given and papers frozen"), _moment(frozen) if frozen else "–"),
        (_("Why it is urgent"), meeting.urgency),
        (_("SHA-256 of the papers"), pack_hash(meeting)),
    ]
    return [row for row in rows if row[1]]


def as_pdf(meeting: Any, user: Any) -> bytes:
    """The pack as one tagged PDF with bookmarks, in the reader's language."""
    language = (get_language() or settings.LANGUAGE_CODE)[:2]
    papers = sheets(meeting, user)
    title = _("Board pack %(meeting)s") % {"meeting": meeting.title_for_people()}
    items: list[Item] = [("h1", title), ("facts", cover(meeting)), ("h2", _("Agenda"))]
    items.append(("table", [_("Paper"), "SHA-256"],
                  [[sheet.title, sheet.paper.sha256] for sheet in papers]))  # fmt: skip
    for sheet in papers:
        items += [("page",), ("h1", sheet.title),
                  ("facts", [(_("Frozen"), _moment(sheet.paper.at)),
                             ("SHA-256", sheet.paper.sha256)]), *sheet.items]  # fmt: skip
    where = f"{settings.BASE_URL}{reverse('gating:meeting_pack', kwargs={'pk': meeting.pk})}"
    return pdf.build(title, items, language=language, check_url=where,
                     footer=f"SHA-256 {pack_hash(meeting)}")  # fmt: skip


def _moment(value: Any) -> str:
    return str(formats.date_format(timezone.localtime(value, clock.zone()),
                                   "SHORT_DATETIME_FORMAT"))  # fmt: skip


def _project(project: dict[str, Any]) -> list[tuple[str, str]]:
    return [
        (_("Project"), f"{project['ref']} {project['title']}"),
        (_("Institution"), project["institution"] or "–"),
        (_("Whole-life cost"), money.show(project["cost"], project["currency"])),
    ]


def _motion(facts: dict[str, Any]) -> list[Item]:
    rows = _project(facts["project"]) if facts["project"] else []
    rows.append((_("Proposed decision"), records.label(Motion.Outcome, facts["outcome"])))
    if words := ruling.in_words(facts["rule"]):
        rows.append((_("Why this board"), words))
    if facts["waived_until"]:
        rows += [(_("Who bears the risk"), facts["risk_owner"]),
                 (_("Until"), records.day(facts["waived_until"]))]  # fmt: skip
    items: list[Item] = [("facts", rows), ("h2", _("Text of the motion")), ("p", facts["text"])]
    if facts["matter"]:
        told = matters.find(facts["matter"]["kind"])
        rows = told.told(facts["matter"]["facts"]) if told else []
        items += [("h2", _("What is decided on")), ("facts", rows)]
        items += [("p", part) for part in facts["matter"]["text"].split("\n\n") if part.strip()]
    if facts["conditions"]:
        header = [_("Kind"), _("What is demanded"), _("Owner"), _("Verified by"), _("Due")]
        table = [
            [records.label(Condition.Kind, row["kind"]), row["text"], row["owner"],
             row["verifier"], records.day(row["due"])]
            for row in facts["conditions"]
        ]  # fmt: skip
        items += [("h2", _("Conditions")), ("table", header, table)]
    return items


def _review(facts: dict[str, Any]) -> list[Item]:
    items: list[Item] = [("facts", _project(facts["project"]))]
    items += records.review_items(facts["review"])
    if not facts["evidence"]:
        return items
    header = [_("Evidence"), _("Kind"), _("Criteria"), _("Valid until"), _("File and its SHA-256")]
    table = [
        [row["title"], records.label(Evidence.Kind, row["kind"]), ", ".join(row["criteria"]),
         records.day(row["valid_until"]), "\n".join(part for part in (row["file"], row["sha256"])
                                                    if part) or "–"]
        for row in facts["evidence"]
    ]  # fmt: skip
    return [*items, ("h2", _("Evidence")), ("table", header, table)]
