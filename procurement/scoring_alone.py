"""Individual scoring: rounds and sheets are laid out, drafts kept, sheets opened together."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core import clock, history
from core.models import User
from core.refusals import Refused
from core.steps import allow, create, perform
from procurement import declaring, hooks, ranking, scales
from procurement import permissions_evaluation as who
from procurement.models import Bid, Competition, Criterion, Score, ScoreSheet, ScoringRound
from procurement.models.evaluation_sheet import IN_STATE

DAYS = 10
"""Working days in which sheets are sealed, where the rules say nothing else."""
SHEETS = "technical_individual"
AFRESH = ("compliance", SHEETS)
"""Steps to go back to from which all is scored afresh."""
Phase = Criterion.Phase


@hooks.within("begin_scoring")
def begin(competition: Competition, *, by: User, because: str) -> None:
    """Lay out the round of prototypes and proposals."""
    lay_out(competition, Phase.PROTOTYPE, by=by)


@hooks.within("begin_interviews")
def begin_interviews(competition: Competition, *, by: User, because: str) -> None:
    """Lay out the round of interviews; the round before it is agreed and locked."""
    lock(competition, Phase.PROTOTYPE)
    lay_out(competition, Phase.INTERVIEW, by=by)


def lay_out(competition: Competition, phase: str, *, by: User) -> ScoringRound:
    """A new round of a phase, beside earlier ones: a sheet for each member without conflict."""
    _end(competition, phase, by=by)
    number = competition.rounds.filter(phase=phase).count() + 1
    row = ScoringRound.objects.create(
        competition=competition, phase=phase, number=number, begun_at=clock.now(),
        due=_due(competition),
    )  # fmt: skip
    details = {"phase": phase, "number": number}
    history.record("procurement.scoringround.begin", row, by=by, details=details)
    for member in declaring.clear_members(competition):
        create(ScoreSheet(round=row, member=member), by=by, details={"person": member.user_id})
    return row


def _due(competition: Competition) -> date:
    place = competition.institution
    days = competition.rule("scoring_days", DAYS)
    return clock.working_days_after(clock.today(place), days, place)


def _end(competition: Competition, phase: str, *, by: User) -> None:
    for row in competition.rounds.filter(phase=phase, superseded_at=None):
        for sheet in row.counting():
            perform(sheet, "end_round", by=by)
        row.superseded_at = clock.now()
        row.save(update_fields=["superseded_at"])


def lock(competition: Competition, *phases: str) -> None:
    """Lock what was agreed: nothing is added to these rounds any more."""
    for row in competition.rounds.filter(phase__in=phases, superseded_at=None, locked_at=None):
        row.locked_at = clock.now()
        row.save(update_fields=["locked_at"])


def unlock(competition: Competition, *phases: str) -> None:
    """Take the lock off again, when the opening of the prices is broken off or one goes back."""
    for row in competition.rounds.filter(phase__in=phases, superseded_at=None):
        row.locked_at = None
        row.save(update_fields=["locked_at"])


@hooks.within("send_back", "go_back")
def again(competition: Competition, *, by: User, because: str) -> None:
    """Where a competition goes back before the agreement, what follows is done afresh."""
    where = competition.return_to
    if where in (*AFRESH, "technical_consensus"):
        _end(competition, Phase.INTERVIEW, by=by)
        ranking.step_back(competition, by=by, because=because)
    if where in AFRESH:
        _end(competition, Phase.PROTOTYPE, by=by)
    if where == SHEETS:
        lay_out(competition, Phase.PROTOTYPE, by=by)
    if where == "technical_consensus":
        unlock(competition, Phase.PROTOTYPE)


@hooks.within("excluded")
def move_up(bid: Bid, *, by: User, because: str) -> None:
    """Whom an exclusion moves onto the shortlist is interviewed too: in a new round, where sheets
    of the present one are sealed, with the scores given so far as drafts."""
    competition = bid.competition
    row = present(competition, Phase.INTERVIEW)
    if competition.state != "interview" or row is None:
        return
    known = competition.bids.filter(state=Bid.States.SHORTLISTED).count()
    ranking.shortlist(competition, by=by, because=because)
    moved = competition.bids.filter(state=Bid.States.SHORTLISTED).count() > known
    if moved and row.sheets.filter(state=ScoreSheet.States.SEALED).exists():
        _carry_over(row, lay_out(competition, Phase.INTERVIEW, by=by))


def _carry_over(old: ScoringRound, new: ScoringRound) -> None:
    sheets = {sheet.member_id: sheet for sheet in new.sheets.all()}
    scores = Score.objects.filter(sheet__round=old).select_related("sheet")
    Score.objects.bulk_create(
        Score(sheet=sheets[score.sheet.member_id], bid_id=score.bid_id, value=score.value,
              criterion_id=score.criterion_id, comment=score.comment)
        for score in scores if score.sheet.member_id in sheets
    )  # fmt: skip


# What is scored


def bids_of(sheet: ScoreSheet) -> list[Bid]:
    """The bids that are scored on a sheet: those still in; by interview, the shortlisted."""
    bids = list(sheet.competition.bids.still_in().order_by("alias"))
    if sheet.round.phase == Phase.PROTOTYPE:
        return bids
    shortlisted = set(ranking.still_in(sheet.competition))
    return [bid for bid in bids if bid.alias in shortlisted]


@hooks.asked("sheet_complete")
def complete(sheet: ScoreSheet) -> list[str]:
    """A sentence for each bid that lacks scores; zero is a score, none is not."""
    criteria, bids = list(sheet.criteria()), bids_of(sheet)
    given = set(sheet.scores.filter(value__isnull=False).values_list("bid_id", "criterion_id"))
    found = []
    for bid in bids:
        lacking = sum((bid.pk, row.pk) not in given for row in criteria)
        if lacking:
            found.append(
                _("Bid %(alias)s lacks %(number)s of %(all)s scores; zero is a score, none is not.")
                % {"alias": bid.alias, "number": lacking, "all": len(criteria)}
            )
    return found


def progress(sheet: ScoreSheet) -> tuple[int, int]:
    """How many scores of how many one's own sheet has."""
    bids = [bid.pk for bid in bids_of(sheet)]
    given = sheet.scores.filter(value__isnull=False, bid__in=bids).count()
    return given, len(bids) * sheet.criteria().count()


@transaction.atomic
def save(sheet: ScoreSheet, rows: Iterable[dict[str, Any]], *, by: User) -> ScoreSheet:
    """Keep the drafts of one's own scores; nothing of them enters the history before the seal.

    A row is `bid`, `criterion`, `value` (a Decimal on the scale, or None), `comment`. Raises
    Refused once the sheet is sealed, for scores off the scale, and for bids of other competitions.
    """
    history.lock(sheet.dossier)
    held = ScoreSheet.objects.select_for_update(of=("self",))
    sheet = held.select_related(*ScoreSheet.step_related).get(pk=sheet.pk)
    allow(who.owns_sheet, sheet, by)
    if sheet.state != ScoreSheet.States.OPEN:
        raise Refused(_("This sheet is sealed, or left out; nothing is changed on it any more."))
    if sheet.competition.state != IN_STATE[sheet.round.phase]:
        raise Refused(_("Scores are written while the competition is in this phase of scoring."))
    rows = list(rows)
    _refuse_strange(sheet, rows)
    for row in rows:
        key = {"sheet": sheet, "bid": row["bid"], "criterion": row["criterion"]}
        if row["value"] is None and not row["comment"]:
            Score.objects.filter(**key).delete()
            continue
        said = {"value": row["value"], "comment": row["comment"]}
        Score.objects.update_or_create(**key, defaults=said)
    sheet.saved_at = clock.now()
    sheet.save(update_fields=["saved_at"])
    return sheet


def _refuse_strange(sheet: ScoreSheet, rows: list[dict[str, Any]]) -> None:
    bids, criteria = {bid.pk for bid in bids_of(sheet)}, {row.pk for row in sheet.criteria()}
    span = scales.bounds(sheet.competition.scale)
    for row in rows:
        if row["bid"].pk not in bids or row["criterion"].pk not in criteria:
            raise Refused(_("This bid or criterion is not scored here."))
        if not on_scale(row["value"], span):
            raise Refused(_("A score lies off the scale."))


def on_scale(value: Decimal | None, span: tuple[Decimal, Decimal] | None) -> bool:
    """Whether a score, if there is one, lies on the scale."""
    return value is None or span is None or span[0] <= value <= span[1]


def present(competition: Competition, phase: str) -> ScoringRound | None:
    """The present round of a phase, if it has begun."""
    return competition.rounds.filter(phase=phase, superseded_at=None).first()


@hooks.asked("sheets_in")
def sheets_in(competition: Competition) -> list[str]:
    """Who has not sealed; never what anybody scored."""
    row = present(competition, Phase.PROTOTYPE)
    return _outstanding(row) if row else [_("The individual scoring has not begun.")]


def _outstanding(row: ScoringRound) -> list[str]:
    if row.sheets_in_at is not None:
        return []
    waiting = row.sheets.filter(state=ScoreSheet.States.OPEN).select_related("member__user")
    found = [_("%(person)s has not sealed a sheet yet.") % {"person": sheet.member.user}
             for sheet in waiting]  # fmt: skip
    return found or [_("No sheet counts.")]


def outstanding(competition: Competition, phase: str) -> list[str]:
    """Who has not sealed a sheet of a phase yet."""
    row = present(competition, phase)
    return _outstanding(row) if row else [_("This round of scoring has not begun.")]
