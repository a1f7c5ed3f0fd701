"""Addenda: drafted by one officer, published by another; a material one gives more time."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core import clock, history, turns
from core.models import User
from core.money import show
from core.refusals import Refused
from core.steps import allow, create
from procurement import content, differences, feeding, freezing, hooks, material, soundness
from procurement import permissions_competitions as who
from procurement.content import moment, stamp
from procurement.deadlines import ANSWER_DAYS
from procurement.holding import held
from procurement.models import Addendum, AddendumState, Competition
from projects import earmarks


@transaction.atomic
def begin(competition: Competition, *, by: User) -> Addendum:
    """Begin an addendum from what is in force; one at a time is drafted.

    Raises Denied for anybody but an officer, Refused when bids are no longer taken.
    """
    row = held(competition)
    allow(who.acts_as_officer, row, by)
    if not row.takes_bids(clock.now()):
        raise Refused(_("Bids are no longer taken, so nothing can be changed any more."))
    if row.addenda.filter(state=AddendumState.DRAFTED).exists():
        raise Refused(_("An addendum is drafted already; publish or discard it first."))
    last = row.addenda.order_by("-number").values_list("number", flat=True).first() or 0
    made = Addendum(competition=row, number=last + 1, base_version=row.version,
                    content=content.read(row), drafted_by=by, drafted_at=clock.now())  # fmt: skip
    return create(made, by=by, details={"number": made.number})


@transaction.atomic
def edit(addendum: Addendum, said: content.Content, *, by: User) -> Addendum:
    """Change parts of a drafted addendum; what the detector finds is kept with it."""
    row = _drafted(addendum, by)
    _refuse_earlier(row, said)
    row.content = {**row.content, **said, "sealing": row.content["sealing"]}
    row.findings = material.findings(content.read(row.competition), row.content)
    row.save(update_fields=["content", "findings"])
    details = {"sha256": content.digest(row.content), "findings": row.findings}
    history.record("procurement.addendum.edit", row, by=by, details=details)
    return row


@transaction.atomic
def explain(addendum: Addendum, summary: str, word: bool | None, answered: str = "", *,
            by: User) -> Addendum:  # fmt: skip
    """Say what changes and why, and whether it is material; if not, why, where it looks so."""
    row = _drafted(addendum, by)
    row.summary, row.material, row.answered = summary.strip(), word, answered.strip()
    row.save(update_fields=["summary", "material", "answered"])
    details = {"summary": row.summary, "material": word, "answered": row.answered}
    history.record("procurement.addendum.explain", row, by=by, details=details)
    turns.refresh(row)
    return row


def _drafted(addendum: Addendum, by: User) -> Addendum:
    held(addendum.competition)
    row = Addendum.objects.select_for_update(of=("self",)).select_related(
        *Addendum.step_related
    ).get(pk=addendum.pk)  # fmt: skip
    allow(who.drafts_addendum, row, by)
    if row.state != AddendumState.DRAFTED:
        raise Refused(_("This has moved on since you opened the page."))
    return row


def _refuse_earlier(addendum: Addendum, said: content.Content) -> None:
    row = addendum.competition
    stand = {"questions_until": row.questions_until, "closes_at": row.deadline(clock.now())}
    for name, moment_ in stand.items():
        wished = moment(said.get(name))
        if wished and moment_ and wished < moment_.replace(microsecond=0):
            raise Refused(_("A deadline is never brought forward."))


def changes(addendum: Addendum) -> list[differences.Part]:
    """What a drafted addendum will change, or a published one changed, side by side.

    Of a drafted one with the deadlines that it would have if it were published now.
    """
    if addendum.version is None:
        asked, closes = dates_after(addendum, clock.now())
        after = {**addendum.content, "questions_until": stamp(asked), "closes_at": stamp(closes)}
        return differences.compare(content.read(addendum.competition), after)
    numbers = (addendum.version - 1, addendum.version)
    versions = {row.number: row.told
                for row in addendum.competition.versions.filter(number__in=numbers)}  # fmt: skip
    return differences.compare(versions[numbers[0]], versions[numbers[1]])


def _changed(addendum: Addendum) -> bool:
    """Whether it says anything else than what is in force; more time counts."""
    row, said = addendum.competition, addendum.content
    now = content.read(row)
    later = any((said[name] or "") > (now[name] or "") for name in content.MOMENTS)
    return later or any(now[name] != said[name] for name in said if name not in content.MOMENTS)


def dates_after(addendum: Addendum, now: datetime) -> tuple[datetime, datetime]:
    """Deadlines of questions and bids once it is published: never earlier than they stand.

    A material one puts both off by the template's working days, or as far as it says itself.
    """
    row: Any = addendum.competition
    asked, closes = row.questions_until, row.deadline(now)
    said_asked = moment(addendum.content["questions_until"]) or asked
    said_closes = moment(addendum.content["closes_at"]) or closes
    if addendum.material:
        days = row.rule("material_days")
        asked, closes = _later(row, asked, days), _later(row, closes, days)
    closes = max(closes, said_closes)
    last = closes - timedelta(days=row.rule("answer_days", ANSWER_DAYS))
    return max(min(max(asked, said_asked), last), row.questions_until), closes


def _later(row: Competition, moment_: datetime, days: int) -> datetime:
    """The same hour so many working days on, where the institution is."""
    place = row.institution
    local = moment_.astimezone(clock.zone(place))
    day = clock.working_days_after(local.date(), days, place)
    return local.replace(year=day.year, month=day.month, day=day.day)


@hooks.asked("addendum_sound")
def faults(addendum: Addendum) -> list[str]:
    """What speaks against publishing it: nothing changes, unsound content, words that are owed."""
    row, said = addendum.competition, addendum.content
    found = [] if _changed(addendum) else [_("The addendum changes nothing.")]
    if not addendum.summary.strip():
        found.append(_("Say what changes, and why."))
    found += material.unanswered(addendum.material, addendum.findings, addendum.answered)
    for check in (soundness.texts, soundness.weights, soundness.rules, soundness.price):
        found += check(said)
    asked, closes = dates_after(addendum, clock.now())
    dated = {"questions_until": stamp(asked), "closes_at": stamp(closes)}
    found += soundness.dates(dated, row.rule("answer_days", ANSWER_DAYS))
    return found + _money(row, said)


def _money(row: Competition, said: content.Content) -> list[str]:
    """Whether the project can pay what the estimate and the stipends become."""
    bound = earmarks.of(row)
    free = earmarks.free(row.project) + (bound.remaining if bound else 0)
    needed = said["estimate"] + said["stipend"] * said["stipend_cap"]
    if needed <= free:
        return []
    shown = {"needed": show(needed, row.currency), "free": show(free, row.currency)}
    return [_("Estimate and stipends need %(needed)s; committed and released, less what orders "
              "bind, are %(free)s.") % shown]  # fmt: skip


@hooks.within("close", "cancel")
def no_longer(competition: Competition, *, by: User, because: str) -> None:
    """A drafted addendum waits for nobody once bids are no longer taken."""
    for row in competition.addenda.filter(state=AddendumState.DRAFTED):
        row.competition = competition
        turns.refresh(row)


@hooks.within("addendum")
def apply(addendum: Addendum, *, by: User, because: str) -> None:
    """Let the addendum be in force: a new version, its dates, its stipends, everybody told."""
    row, now = held(addendum.competition), clock.now()
    addendum.closed_before = row.deadline(now)
    asked, closes = dates_after(addendum, now)
    content.write(row, addendum.content)
    row.questions_until, row.closes_at = asked, closes
    addendum.closes_after = closes
    addendum.version = freezing.freeze(row, by=by, because=addendum.summary).number
    row.save()
    _set_stipends_aside(row, by, addendum.summary)
    feeding.tell(row, "addendum", number=addendum.number, material=addendum.material,
                 closes_at=stamp(closes))  # fmt: skip
    turns.refresh(row)
    if addendum.material:
        hooks.run("after_material_addendum", row, by=by, because=addendum.summary)


def _set_stipends_aside(row: Competition, by: User, because: str) -> None:
    bound = earmarks.of(row)
    if bound is not None and bound.closed_at is None:
        if row.stipends:
            earmarks.resize(row, row.stipends, by=by, because=because)
        else:
            earmarks.lift(row, by=by, because=because)
    elif row.stipends:
        earmarks.put(row.project, row, row.stipends, by=by, because=because,
                     title=row.title_for_people())  # fmt: skip
