"""Decision records as people read them, on a page and on paper, and whether one is genuine."""

import hashlib
import json
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import TextChoices
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from core import clock, history, money, pdf
from core.models import Event
from gating import counting, matters
from gating.models import Condition, GateReview, Motion, MotionSeat, Rating, Record
from gating.models.vote import Choice, Why
from projects.tables_changes import told_short

Item = tuple[Any, ...]


def facts_of(record: Record) -> dict[str, Any]:
    """What the record says; empty when its text is no record any more."""
    try:
        found = json.loads(record.text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def is_genuine(record: Record) -> bool:
    """Whether the text still has the hash that was stored, and that the sealed history names.

    The hash is computed anew; the event in the history carries a seal whose key lies outside the
    database, so that changing text and hash together shows too.
    """
    digest = hashlib.sha256(record.text.encode()).hexdigest()
    if digest != record.sha256:
        return False
    events = Event.objects.filter(
        verb="gating.record.keep", target_label="gating.record", target_id=record.pk
    )
    event = events.select_related("dossier").first()
    if event is None or event.mac != history.mac_of(event, event.dossier.ref):
        return False
    return json.loads(event.details) == {"code": record.code, "sha256": digest}


# The parts of a record, in the form that `core.pdf` takes


def as_rows(items: list[Item]) -> list[tuple[Any, Any, Any]]:
    """The parts as templates take them: kind, first, second."""
    return [(*item, None, None)[:3] for item in items]


def public_items(record: Record) -> list[Item]:
    """What the public page says: the decision and its count, no person and no reason."""
    facts = facts_of(record)
    conditions = facts["conditions"]
    kinds = [(label, sum(row["kind"] == kind for row in conditions))
             for kind, label in Condition.Kind.choices]  # fmt: skip
    return [
        ("facts", _decision(facts)),
        ("h2", _("The count")), ("facts", _count(facts)),
        ("h2", _("Conditions")),
        ("facts", [(label, str(number)) for label, number in kinds]),
        ("h2", _("How to check it")), ("facts", _proof(record, facts)),
    ]  # fmt: skip


def whole_items(record: Record) -> list[Item]:
    """Everything the record says, for those who see the project."""
    facts = facts_of(record)
    items: list[Item] = [("facts", _decision(facts)), ("p", facts["text"])]
    if facts["waiver"]:
        items += [("h2", _("Waiver")), ("facts", _waiver(facts["waiver"]))]
    if facts["review"]:
        items += review_items(facts["review"])
    if facts.get("matter"):
        items += _matter(facts["matter"])
    items += _conditions(facts["conditions"])
    items += [("h2", _("The count")), ("facts", _count(facts)), _seats(facts)]
    if facts["recusals"]:
        rows = [[row["person"], row["reason"]] for row in facts["recusals"]]
        items.append(("table", [_("Recused at their own word"), _("Reason")], rows))
    return [*items, ("h2", _("How to check it")), ("facts", _proof(record, facts))]


def as_pdf(record: Record) -> bytes:
    """The whole record as a tagged PDF in the reader's language, with the way to check it."""
    language = (get_language() or settings.LANGUAGE_CODE)[:2]
    check = f"{settings.BASE_URL}{reverse('gating:record', kwargs={'code': record.code})}"
    return pdf.build(
        title(record), [("h1", title(record)), *whole_items(record)], language=language,
        check_url=check, footer=f"SHA-256 {record.sha256}",
    )  # fmt: skip


def title(record: Record) -> str:
    """The heading of a record."""
    facts = facts_of(record)
    if facts.get("matter"):
        about = facts["matter"]["facts"]["ref"]
    else:
        about = facts["review"]["ref"] if facts["review"] else facts["waiver"]["condition"]
    return _("Decision record %(about)s") % {"about": about}


def label(choices: type[TextChoices], value: str) -> str:
    """The word for a code; the code itself when it is unknown (a later form)."""
    return str(dict(choices.choices).get(value, value))


def _moment(text: str) -> str:
    if not text:
        return "–"
    moment = timezone.localtime(datetime.fromisoformat(text), clock.zone())
    return str(formats.date_format(moment, "SHORT_DATETIME_FORMAT"))


def day(text: str) -> str:
    found = datetime.fromisoformat(text) if text else None
    return str(formats.date_format(found, "SHORT_DATE_FORMAT")) if found else "–"


def _decision(facts: dict[str, Any]) -> list[tuple[str, str]]:
    project, board, tranche = facts["project"], facts["board"], facts["tranche"]
    if project:
        about = [(_("Project"), f"{project['ref']} {project['title']}"),
                 (_("Institution"), project["institution"])]  # fmt: skip
    else:
        about = [(_("About"), facts["matter"]["facts"]["ref"])]
    rows = [
        *about,
        (_("Decision"), label(Motion.Outcome, facts["outcome"])),
        (_("Decided"), _moment(facts["decided_at"])),
        (_("Board"), _(board["name"]) if board["name"] else board["code"]),
        (_("Meeting"), _moment(board["meeting"]) if board["meeting"] else _("none: decided alone")),
    ]
    if project and any(project.get("variance", ())):
        cost, late, cost_v0, late_v0 = project["variance"]
        rows.append((_("Variance: current · v0"), told_short(cost, late, cost_v0, late_v0)))
    if facts["review"]:
        gate = {"gate": facts["review"]["gate"], "attempt": facts["review"]["attempt"]}
        rows.insert(len(about), (_("Gate"), _("%(gate)s, attempt %(attempt)s") % gate))
        rows.append((_("To be exercised by"), day(facts["review"]["valid_until"])))
    if tranche:
        amount = money.show(tranche["amount"], tranche["currency"])
        rows.append((_("Tranche that it commits"), f"{tranche['number']}: {amount}"))
    return rows


def _count(facts: dict[str, Any]) -> list[tuple[str, str]]:
    case = facts["tally"]["case"]
    words = {**dict(Choice.choices), **dict(MotionSeat.Standing.choices)}
    rows = [(_("Seats"), str(case["seats"])), (_("Required"), str(facts["tally"]["required"]))]
    rows += [
        (str(words[name]).capitalize(), str(case["votes"][name])) for name in counting.STANDINGS
    ]
    result = label(Motion.States, facts["tally"]["result"])
    return [*rows, (_("Result"), f"{result.capitalize()}. {counting.count(**case)['why']}")]


def _proof(record: Record, facts: dict[str, Any]) -> list[tuple[str, str]]:
    chain = facts["chain"]
    rows = [(_("Code"), record.code), (_("SHA-256 of the record"), record.sha256)]
    if facts["review"]:
        rows.append((_("SHA-256 of what was submitted"), facts["review"]["bundle_hash"]))
    return [*rows, (_("Events in the case before it"), str(chain["events"])),
            (_("Head of the chain"), chain["head"])]  # fmt: skip


def _waiver(waiver: dict[str, Any]) -> list[tuple[str, str]]:
    return [(_("Condition"), f"{waiver['condition']}: {waiver['text']}"),
            (_("Who bears the risk"), waiver["risk_owner"]),
            (_("Waived until"), day(waiver["until"]))]  # fmt: skip


def _matter(matter: dict[str, Any]) -> list[Item]:
    """What another room's row was when it was decided on."""
    kind, facts = matters.find(matter["kind"]), matter["facts"]
    rows = [(_("About"), facts["ref"]), *(kind.told(facts) if kind else [])]
    if matter["until"]:
        rows += [(_("Who bears the risk"), matter["risk_owner"]),
                 (_("Until"), day(matter["until"]))]  # fmt: skip
    return [("h2", _("What was decided on")), ("facts", rows)]


def review_items(review: dict[str, Any]) -> list[Item]:
    rows = [
        (_("Submitted"), _moment(review["submitted_at"])),
        (_("Overall rating"), label(GateReview.Light, review["overall"])),
        (_("Computed rating"), label(GateReview.Light, review["computed"])),
        (_("Why it is better than computed"), review["overall_reason"]),
        (_("Factual check"), label(GateReview.Facts, review["facts"])),
        (_("Challenged by the manager"), review["challenge"]),
        (_("Answer of the lead assessor"), review["challenge_answer"]),
        (_("Dissent"), review["dissent"]),
    ]
    items: list[Item] = [("h2", _("Assessment")), ("facts", [row for row in rows if row[1]])]
    if review["report"]:
        items += [("h2", _("Report")), ("p", review["report"])]
    ratings = [
        [f"{row['criterion']} {row['title']}", _rating(row), row["reason"], _action(row)]
        for row in review["ratings"]
    ]
    header = [_("Criterion"), _("Rating"), _("Reasons"), _("Action")]
    return [*items, ("h2", _("Ratings")), ("table", header, ratings)] if ratings else items


def _rating(row: dict[str, Any]) -> str:
    if row["exempt"]:
        return _("exempt")
    return label(Rating.Value, row["rating"]) if row["rating"] else "–"


def _action(row: dict[str, Any]) -> str:
    due = f" ({day(row['action_due'])})" if row["action_due"] else ""
    return f"{row['action']}{due}" if row["action"] else ""


def _conditions(rows: list[dict[str, Any]]) -> list[Item]:
    if not rows:
        return []
    header = [_("No."), _("Kind"), _("What is demanded"), _("Owner"), _("Verified by"), _("Due")]
    table = [
        [str(row["number"]), label(Condition.Kind, row["kind"]), row["text"], row["owner"],
         row["verifier"], day(row["due"])]
        for row in rows
    ]  # fmt: skip
    return [("h2", _("Conditions")), ("table", header, table)]


def _seats(facts: dict[str, Any]) -> Item:
    header = [_("Seat of"), _("Who sat"), _("Standing"), _("Vote cast")]
    rows = []
    for row in facts["seats"]:
        standing = label(MotionSeat.Standing, row["standing"])
        why = f" ({label(Why, row['why'])})" if row["why"] else ""
        vote = label(Choice, row["vote"]) if row["vote"] else "–"
        rows.append([row["holder"], row["sat"] or "–", f"{standing}{why}", vote])
    return ("table", header, rows)
