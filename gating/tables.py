"""The page of a review as rows: criteria with what speaks for them and what was rated."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core import clock
from core.people import holds
from gating import permissions, seeing, wordings
from gating.assessing import INVITABLE, TALKING
from gating.checklists import facts_settled, missing
from gating.crosswalking import offers_for
from gating.models import (
    Assessment,
    Clarification,
    Evidence,
    Exemption,
    GateReview,
    ItemEvidence,
    Rating,
)
from gating.models.meeting import board_to_meet
from projects import reports
from projects.models.tier import discipline_name

REPORTED = ("report_drafted", "factual_check", "before_board", "decided", "in_force", "exercised",
            "superseded", "deferred", "refused", "expired", "rescinded")  # fmt: skip
"""States in which the lead's report stands, for those who see inside the review."""
DECIDED = ("decided", "in_force", "exercised", "superseded", "refused", "expired", "rescinded")
LETTERED = (*DECIDED, "deferred")
"""States in which whoever sees the project reads the ratings."""


@dataclass
class Row:
    """A criterion of a review as one person sees it."""

    item: Any
    lack: str = ""
    proofs: list[ItemEvidence] = field(default_factory=list)
    hidden: list[ItemEvidence] = field(default_factory=list)
    ratings: list[Rating] = field(default_factory=list)
    exemptions: list[Any] = field(default_factory=list)
    offers: list[Any] = field(default_factory=list)
    final: str = ""

    @property
    def gap(self) -> bool:
        """Whether a mandatory criterion still has nothing that speaks for it."""
        return bool(self.lack) and self.item.mandatory and not self.item.exempt


@dataclass
class Sheet:
    """All criteria of a review as one person sees them."""

    rows: list[Row]
    inside: bool
    reported: bool
    frozen: bool

    @property
    def total(self) -> int:
        """How many criteria are mandatory and not exempt."""
        return sum(row.item.mandatory and not row.item.exempt for row in self.rows)

    @property
    def met(self) -> int:
        """How many of them have evidence that counts."""
        return self.total - sum(row.gap for row in self.rows)

    def shown(self, which: str) -> list[Row]:
        """All rows, those without evidence, or those of one final rating."""
        if which == "missing":
            return [row for row in self.rows if row.gap]
        if which in Rating.Value.values:
            return [row for row in self.rows if row.final == which]
        return self.rows


def sees_inside(review: Any, user: Any) -> bool:
    """Whether this person sees what is not public: the project, admitted assessors, the board."""
    if holds(user, "secretariat", "auditor"):
        return True
    inside = seeing.of_the_project(user) | seeing.assessed_by(user) | seeing.tabled_for(user)
    return GateReview.objects.filter(inside, pk=review.pk).exists()


def sheet(review: Any, user: Any) -> Sheet:
    """The criteria of a review as one person sees them, in a fixed number of queries."""
    inside = sees_inside(review, user)
    items = list(review.items.select_related("criterion__standard"))
    reported = review.state in DECIDED or (inside and review.state in REPORTED)
    drafts = reported or _reads_drafts(review, user)
    rows = {item.pk: Row(item, final=item.rating if drafts else "") for item in items}
    _fill_proofs(review, user, rows)
    for rating in Rating.objects.readable_by(user).filter(
        assessment__review=review, assessment__state__in=seeing.ADMITTED
    ).select_related("assessment__assessor"):  # fmt: skip
        rows[rating.item_id].ratings.append(rating)
    for exemption in Exemption.objects.filter(item__review=review).select_related("risk_owner"):
        row = rows[exemption.item_id]
        row.item.review, exemption.item = review, row.item
        row.exemptions.append(exemption)
    if review.collects and permissions.adds_evidence(review, user):
        _offer(review, rows)
    return Sheet(list(rows.values()), inside, reported, _frozen(review))


def _offer(review: Any, rows: dict[int, Row]) -> None:
    """What the project showed elsewhere, and one click would show here too."""
    criteria = [row.item.criterion for row in rows.values()]
    today = clock.today(review.project.institution)
    found = offers_for(criteria, review.project, today, apart_from=review)
    for row in rows.values():
        there = {link.evidence_id for link in [*row.proofs, *row.hidden]}
        row.offers = [offer for offer in found[row.item.criterion_id]
                      if offer.evidence.pk not in there]  # fmt: skip


def _reads_drafts(review: Any, user: Any) -> bool:
    """The lead's draft is read, once all sheets are in, by the assessors and the secretariat."""
    if review.sheets_in_at is None:
        return False
    return holds(user, "secretariat") or _own(review, user) is not None


def _own(review: Any, user: Any) -> Assessment | None:
    """This person's admitted assessment of the review, if there is one."""
    rows = (row for row in review.assessments.all() if row.is_admitted)
    return next((row for row in rows if row.assessor_id == user.pk), None)


def _fill_proofs(review: Any, user: Any, rows: dict[int, Row]) -> None:
    today, frozen = clock.today(review.project.institution), _frozen(review)
    links = ItemEvidence.objects.filter(item__review=review).select_related(
        "evidence__document__blob",
        "evidence__redacted",
        "evidence__signed_by",
        "origin__criterion",
        "origin__review__gate",
        "origin__review__project",
    )
    visible = set(
        Evidence.objects.visible_to(user).filter(links__item__review=review)
        .values_list("pk", flat=True)
    )  # fmt: skip
    shown: dict[int, list[ItemEvidence]] = {}
    for link in links:
        row, proof = rows[link.item_id], link.evidence
        shown.setdefault(link.item_id, []).append(link)
        if proof.state == "superseded" and not (frozen and link.at <= review.submitted_at):
            continue
        (row.proofs if proof.pk in visible else row.hidden).append(link)
    if not frozen:
        for key, row in rows.items():
            row.lack = missing(row.item, today, shown.get(key, []))


def _frozen(review: Any) -> bool:
    """Whether what was certified stands: from then on nothing is missing any more."""
    return not review.collects and review.state != "prepared" and review.submitted_at is not None


@dataclass(frozen=True)
class Act:
    """Something a person may do on the page that is no step: a form behind a link."""

    label: str
    url: str


def acts(review: Any, user: Any) -> list[Act]:
    """The forms open to this person while the review is as it is."""
    found = [*_of_manager(review, user), *_of_office(review, user), *_of_assessor(review, user)]
    if review.state in TALKING and (
        permissions.manages_or_owns(review, user) or _own(review, user) is not None
    ):
        found.append(_act(review, _("Ask or answer a question"), "review_clarify"))
    return found


def _act(review: Any, label: str, name: str) -> Act:
    return Act(label, reverse(f"gating:{name}", kwargs={"pk": review.pk}))


def _of_manager(review: Any, user: Any) -> Iterable[Act]:
    if permissions.adds_evidence(review, user) and review.collects:
        yield _act(review, _("Add evidence"), "evidence_create")
    if permissions.manages_or_owns(review, user) and (
        review.collects or review.state == "prepared"
    ):
        yield _act(review, _("Rehearse the submission"), "review_rehearse")
        for late in reports.missing(review.project):
            yield Act(_("See to the overdue forecast report"), late.get_absolute_url())
    if permissions.manages(review, user) and review.state == "factual_check" and not review.facts:
        yield _act(review, _("Write what you challenge"), "review_challenge")


def _of_office(review: Any, user: Any) -> Iterable[Act]:
    if not holds(user, "secretariat"):
        return
    if review.state in INVITABLE and review.sheets_in_at is None:
        yield _act(review, _("Invite an assessor"), "assessment_create")
    if review.state == "submitted":
        yield _act(review, _("Write reasons per criterion for a return"), "review_returns")
    if review.state == "before_board" and not review.motions.undecided().exists():
        yield _act(review, _("Draft the motion"), "motion_create")
    if review.state in LETTERED and wordings.decided_by(review) is not None:
        yield _act(review, _("Write the decision letter"), "decision_letter")
    if review.state in ("report_drafted", "factual_check") and not facts_settled(review):
        yield from _to_an_agenda(review)


def _to_an_agenda(review: Any) -> Iterable[Act]:
    """Where a review whose report is final is put on an agenda, if it is on none."""
    board = board_to_meet(review)
    if board is None:
        return
    coming = board.meetings.filter(state="scheduled", at__gt=clock.now()).order_by("at").first()
    if coming is None:
        words = _("Convene a meeting of the board first, then put it on the agenda")
        yield Act(words, reverse("gating:meeting_create", args=[board.code]))
    else:
        yield Act(_("Put it on an agenda of the board"), coming.get_absolute_url())


def _of_assessor(review: Any, user: Any) -> Iterable[Act]:
    own = _own(review, user)
    if own is None:
        return
    if own.state == "declared" and review.state == "in_assessment":
        yield _act(own, _("Rate the criteria"), "assessment_sheet")
    if own.lead and review.facts == "challenged":
        yield _act(review, _("Write the answer to the challenge"), "review_answer")
    if review.state != "in_assessment" or review.sheets_in_at is None:
        return
    if own.lead:
        yield _act(review, _("Write the report"), "assessment_report")
    yield _act(own, _("Write a dissent"), "assessment_dissent")


def clarifications(review: Any, user: Any) -> Any:
    """What was asked and answered, as far as this person reads it."""
    rows = Clarification.objects.visible_to(user).filter(review=review)
    return rows.select_related("author", "item__criterion")


def disciplines(found: Any) -> str:
    """Disciplines in words: a list of codes, or those of an assessment."""
    names = getattr(found, "disciplines", found)
    return ", ".join(str(discipline_name(name)) for name in names)


def service_time(review: Any) -> str:
    """How long the review was in service, in whole days: returns stop the clock."""
    seconds = review.served_seconds
    if review.served_since is not None:
        seconds += max(0, int((clock.now() - review.served_since).total_seconds()))
    days = seconds // 86400
    return ngettext("%(days)s day", "%(days)s days", days) % {"days": days}


EXPORT_HEADER = ("standard", "code", "title", "mandatory", "evidence", "rating", "reasons",
                 "action", "action_due")  # fmt: skip


def export_rows(found: Sheet) -> Iterable[tuple[Any, ...]]:
    """The rows of a sheet for CSV and XLSX: only what the page shows to the same person."""
    for row in found.rows:
        item, final = row.item, row.final
        yield (
            item.criterion.standard.code, item.criterion.code, item.criterion.title,
            "yes" if item.mandatory else "no",
            "; ".join(str(link.evidence) for link in row.proofs), final,
            item.rating_reason if final else "", item.action if final else "",
            item.action_due if final else None,
        )  # fmt: skip
