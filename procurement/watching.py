"""From the opening to the award: prototypes are examined once, and their repositories watched.

Examining runs beside the database, as a job that may be repeated; what it found is written in one
transaction. Nothing that a repository does excludes a bid: an officer decides, with a reason.
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core import clock, documents, due, history, outbox
from core.models import User
from core.refusals import Refused
from core.steps import allow
from procurement import hooks
from procurement import permissions_prototypes as who
from procurement.models import Competition, LaterChange, Prototype, PrototypeFact
from procurement.models.prototype import EVERY
from procurement.prototypes import (
    accessibility,
    examining,
    fetching,
    git,
    live,
    locating,
    reading,
)
from procurement.prototypes.examining import Claimed, Examined
from procurement.prototypes.facts import Window

AWAY = ("repository_away", "repository_refused")
GONE = LaterChange.Kind.VANISHED


@hooks.within("open")
def gather(competition: Any, *, by: User, because: str) -> None:
    """When bids are opened, their prototypes are to be examined."""
    outbox.later(f"prototypes:{competition.pk}", "procurement.gather", {"pk": competition.pk})


@outbox.handler("procurement.gather")
def list_prototypes(payload: dict[str, Any]) -> None:
    """A row for the prototype of each opened bid, and a job to examine it."""
    competition = Competition.objects.get(pk=payload["pk"])
    for bid in competition.bids.evaluated().select_related("competition"):
        said = bid.prototype
        made, _new = Prototype.objects.get_or_create(
            bid=bid,
            defaults={
                "repository": said.get("repository", "")[:400], "branch": said.get("branch", ""),
                "commit": said.get("commit", ""), "live_url": said.get("live", "")[:400],
                "next_look": clock.now() + EVERY if said.get("repository") else None,
            },
        )  # fmt: skip
        _to_examine(made)


def _to_examine(prototype: Prototype) -> None:
    outbox.later(f"prototype:{prototype.pk}:{prototype.round}", "procurement.examine",
                 {"pk": prototype.pk, "round": prototype.round})  # fmt: skip


@transaction.atomic
def examine_again(prototype: Prototype, *, by: User) -> Prototype:
    """Let a prototype be examined anew, as a further round; earlier facts stay readable.

    Raises Denied for anybody but an officer, Refused while a round is still to come.
    """
    history.lock(prototype.dossier)
    prototype = _fresh(prototype.pk)
    allow(who.examines, prototype, by)
    if prototype.examined_at is None:
        raise Refused(_("It is being examined already."))
    Prototype.objects.filter(pk=prototype.pk).update(round=prototype.round + 1, examined_at=None)
    prototype = _fresh(prototype.pk)
    history.record("procurement.prototype.examine_again", prototype, by=by,
                   details={"round": prototype.round})  # fmt: skip
    _to_examine(prototype)
    return prototype


@outbox.handler("procurement.examine", outside=True)
def examine(payload: dict[str, Any]) -> None:
    """Read bundle, repository and live page of one prototype, and write down what was found."""
    prototype = _fresh(payload["pk"])
    if prototype.examined_at is not None or prototype.round != payload["round"]:
        return
    competition = prototype.bid.competition
    window = None
    if competition.published_at and competition.closes_at:
        window = Window(competition.published_at, competition.closes_at)
    with _bundle(prototype) as file:
        claimed = Claimed(prototype.repository, prototype.branch, prototype.commit, file)
        found = examining.examine(claimed, window)
    _keep(prototype, found, _visited(prototype.live_url) if prototype.live_url else {})


def _visited(address: str) -> dict[str, Any]:
    """What the live page answered, and how accessible its HTML is where that can be measured."""
    visit = live.visit(address)
    axe = accessibility.measured(visit.html) if visit.status == HTTPStatus.OK else {}
    return {**visit.told(), "axe": axe}


@contextmanager
def _bundle(prototype: Prototype) -> Iterator[Path | None]:
    """The bundle of the bid as a file that git can read; None where there is none."""
    document = prototype.bid.bundle
    if document is None:
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="compuerta-bundle-") as folder:
        path = Path(folder) / "prototype.bundle"
        yield path if documents.copy(document, path) else None


@transaction.atomic
def _keep(prototype: Prototype, found: Examined, answer: dict[str, Any]) -> None:
    """Write one round down, unless another worker was faster."""
    history.lock(prototype.dossier)
    kept = _fresh(prototype.pk)
    if kept.examined_at is not None or kept.round != prototype.round:
        return
    PrototypeFact.objects.bulk_create([
        PrototypeFact(prototype=kept, round=kept.round, position=n, code=fact.code,
                      result=fact.result, file=fact.file[:500], line=fact.line,
                      figures=fact.figures)
        for n, fact in enumerate(found.facts, 1)
    ])  # fmt: skip
    now = clock.now()
    Prototype.objects.filter(pk=kept.pk).update(
        examined_at=now, looked_at=now, trouble=found.trouble, live=answer,
        tip=found.tip or kept.tip,
    )  # fmt: skip
    details = {"round": kept.round, "trouble": found.trouble, "facts": len(found.facts),
               "tip": found.tip}  # fmt: skip
    history.record("procurement.prototype.examine", kept, by=clock.clock_account(),
                   details=details)  # fmt: skip


# Looking again, every day until the award


@due.falls_due
def looks(now: datetime) -> Iterator[due.Due]:
    """Every repository whose next look has come; after an outage it is looked at once."""
    rows = Prototype.objects.filter(
        next_look__lte=now, bid__competition__state__in=who.WATCHED
    ).order_by("next_look", "pk")
    for pk, at in rows.values_list("pk", "next_look"):
        moment: Any = at
        key = f"prototype:look:{pk}:{moment.isoformat()}"
        yield due.Due(moment, key, _looker(pk, moment, key))


def _looker(pk: int, at: datetime, key: str) -> Any:
    @transaction.atomic
    def act() -> bool:
        taken = Prototype.objects.filter(pk=pk, next_look=at).update(next_look=clock.now() + EVERY)
        if taken:
            outbox.later(key, "procurement.look", {"pk": pk})
        return bool(taken)

    return act


@outbox.handler("procurement.look", outside=True)
def look(payload: dict[str, Any]) -> None:
    """Look whether a repository still shows what it showed; keep what changed."""
    prototype = _fresh(payload["pk"])
    if prototype.examined_at is None or not prototype.repository:
        return
    with git.store() as store:
        kind, tip, difference = _compared(store, prototype)
    _note(prototype, kind, tip, difference)


def _compared(store: Path, prototype: Prototype) -> tuple[str, str, list[str]]:
    """What is different from the last look: its kind (empty for nothing), the tip, the files."""
    try:
        place = locating.repository(prototype.repository)
        tip = fetching.tip(store, place, prototype.branch)
        if not tip:
            return GONE, "", []
        if tip == prototype.tip:
            return "", tip, []
        fetching.from_repository(store, place, prototype.branch)
        if not reading.exists(store, prototype.commit) or not reading.holds(
            store, tip, prototype.commit
        ):
            return LaterChange.Kind.REWRITTEN, tip, []
        kind = LaterChange.Kind.BACK if tip == prototype.commit else LaterChange.Kind.COMMITS
        return kind, tip, reading.changed(store, prototype.commit, tip)
    except (Refused, git.GitFailed):
        return GONE, "", []


@transaction.atomic
def _note(prototype: Prototype, kind: str, tip: str, difference: list[str]) -> None:
    history.lock(prototype.dossier)
    kept = _fresh(prototype.pk)
    Prototype.objects.filter(pk=kept.pk).update(looked_at=clock.now(), tip=tip or kept.tip)
    last = kept.later_changes.order_by("-pk").first()
    if not kind or (last is not None and (last.kind, last.after) == (kind, tip)):
        return
    change = LaterChange.objects.create(
        prototype=kept, kind=kind, before=kept.tip, after=tip, difference=difference,
        seen_at=clock.now(),
    )  # fmt: skip
    history.record("procurement.laterchange.create", change, by=clock.clock_account(),
                   details={"kind": kind, "before": kept.tip, "after": tip})  # fmt: skip


@transaction.atomic
def decide(change: LaterChange, verdict: str, reason: str, *, by: User) -> LaterChange:
    """Say whether a later change matters. Raises Denied for anybody but an officer, Refused without
    a reason or where it was decided already."""
    history.lock(change.dossier)
    change = LaterChange.objects.select_related("prototype__bid__competition__dossier").get(
        pk=change.pk
    )
    allow(who.decides_on_change, change, by)
    if change.verdict:
        raise Refused(_("This was decided already."))
    if verdict not in LaterChange.Verdict.values:
        raise Refused(_("Say whether it matters."))
    if not reason.strip():
        raise Refused(_("Say why; it stands in the file of the competition."))
    change.verdict, change.reason = verdict, reason.strip()
    change.decided_by, change.decided_at = by, clock.now()
    change.save()
    history.record("procurement.laterchange.decide", change, by=by, because=reason,
                   details={"verdict": verdict})  # fmt: skip
    return change


def _fresh(pk: int) -> Prototype:
    rows = Prototype.objects.select_related("bid__competition__dossier", "bid__vendor")
    return rows.get(pk=pk)
