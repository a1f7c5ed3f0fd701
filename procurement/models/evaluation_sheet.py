"""Rounds of scoring, and in each one sheet a panel member: sealed until all of the round are in."""

from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core import clock, guards, history, turns
from core.machines import Machine, State, transition
from core.refusals import requires
from core.steps import perform
from core.waits import turn
from procurement import hooks
from procurement import permissions_evaluation as who
from procurement.models.criterion import Criterion

IN_STATE = {"prototype": "technical_individual", "interview": "interview"}
"""In which state of the competition the sheets of a phase are written."""


@guards.kept
class ScoringRound(models.Model):
    """One round of individual scoring: of prototypes and proposals, or of interviews.

    After an upheld challenge a new round stands beside the old one. `sheets_in_at` is the moment
    at which the last sheet came in: before it nobody reads another's scores.
    """

    competition = models.ForeignKey(
        "procurement.Competition", models.PROTECT, related_name="rounds"
    )
    phase = models.CharField(_("judged by"), max_length=10, choices=Criterion.Phase.choices)
    number = models.PositiveSmallIntegerField(_("round"), default=1)
    begun_at = models.DateTimeField(_("begun"))
    due = models.DateField(_("sheets due"), null=True)
    sheets_in_at = models.DateTimeField(_("all sheets in"), null=True)
    locked_at = models.DateTimeField(_("agreed scores locked"), null=True)
    superseded_at = models.DateTimeField(_("superseded"), null=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("round of scoring")
        verbose_name_plural = _("rounds of scoring")
        constraints = [
            models.UniqueConstraint(
                fields=["competition", "phase", "number"], name="procurement_round_once"
            ),
            models.UniqueConstraint(
                fields=["competition", "phase"], condition=Q(superseded_at=None),
                name="procurement_round_one_present",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.competition.ref} · {self.get_phase_display()} {self.number}"

    @property
    def dossier(self) -> Any:
        return self.competition.dossier

    def counting(self) -> Any:
        """The sheets that count: neither recused nor of somebody who left."""
        return self.sheets.filter(state__in=[ScoreSheet.States.OPEN, ScoreSheet.States.SEALED])

    def recuse(self, sheet: "ScoreSheet", *, by: Any, because: str) -> None:
        """Leave a sheet out; the rest count equally, and may now be all in."""
        perform(sheet, "leave_out", by=by, because=because)
        turns.refresh(self.competition)

    def follow(self, sheet: "ScoreSheet", *, by: Any) -> None:
        """Open the sheets together once the last one is in; under the case's lock, so once.

        `sheet` is the one whose step is being taken, and has not reached its next state yet.
        """
        self.refresh_from_db()
        states = set(self.counting().exclude(pk=sheet.pk).values_list("state", flat=True))
        if sheet.taking == "seal":
            states.add(ScoreSheet.States.SEALED)
        if self.sheets_in_at is None and states == {ScoreSheet.States.SEALED}:
            self.sheets_in_at = clock.now()
            self.save(update_fields=["sheets_in_at"])
            history.record("procurement.scoringround.sheets_in", self, by=by)

    def get_absolute_url(self) -> str:
        return reverse("procurement:evaluation", kwargs={"ref": self.competition.ref})


class ScoreSheetQuerySet(models.QuerySet):
    """Sheets, and who sees that they are (never what stands in them: see `Score.readable_by`)."""

    def visible_to(self, user: Any) -> "ScoreSheetQuerySet":
        """The panel of the competition, and those who read every evaluation."""
        rows = self.select_related(*ScoreSheet.step_related)
        if who.reads_scores(user):
            return rows
        seats: Any = ScoreSheet._meta.get_field("member").related_model
        mine = seats.objects.filter(user=user.pk).order_by().values("competition")
        return rows.filter(round__competition__in=mine)


@requires(_("Scores are sealed while the competition is in this phase of scoring."))
def being_scored(sheet: Any) -> bool:
    current = sheet.round.superseded_at is None
    return bool(current and sheet.competition.state == IN_STATE[sheet.round.phase])


@requires(_("Every bid has a score for every criterion; zero is a score, none is not."))
def sheet_complete(sheet: Any) -> list[str]:
    return hooks.against("sheet_complete", sheet)


@requires(_("The scores are not agreed and locked yet."))
def not_locked(sheet: Any) -> bool:
    return sheet.round.locked_at is None


@guards.kept
class ScoreSheet(Machine):
    """The scores of one panel member in one round: a draft of their own until it is sealed."""

    class States(models.TextChoices):
        OPEN = "open", _("being written")
        SEALED = "sealed", _("sealed")
        RECUSED = "recused", _("left out")
        SUPERSEDED = "superseded", _("of an earlier round")

    step_related = ("round__competition__project__institution", "round__competition__dossier",
                    "member__user")  # fmt: skip
    step_url_name = "procurement:sheet_step"
    wait_labels = {"remind": _("Reminder of the scores")}

    round = models.ForeignKey(ScoringRound, models.PROTECT, related_name="sheets")
    member = models.ForeignKey("procurement.PanelMember", models.PROTECT, related_name="sheets",
                               verbose_name=_("panel member"))  # fmt: skip
    saved_at = models.DateTimeField(_("draft saved"), null=True)
    sealed_at = models.DateTimeField(_("sealed"), null=True)
    sheet_seal = models.CharField(_("seal of the scores"), max_length=64, blank=True)
    left_because = models.TextField(_("why it is left out"), blank=True)
    state = State(States, default=States.OPEN)

    objects = ScoreSheetQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        verbose_name = _("score sheet")
        verbose_name_plural = _("score sheets")
        constraints = [
            models.UniqueConstraint(fields=["round", "member"], name="procurement_sheet_once")
        ]

    def __str__(self) -> str:
        return f"{self.round} · {self.member.user}"

    @property
    def competition(self) -> Any:
        return self.round.competition

    @property
    def dossier(self) -> Any:
        return self.round.competition.dossier

    @property
    def due_at(self) -> Any:
        """24:00 of the day by which it is due, or None."""
        due = self.round.due
        return clock.end_of(due, self.competition.institution) if due else None

    def title_for_people(self) -> str:
        return self.competition.title_for_people()

    def get_absolute_url(self) -> str:
        return reverse("procurement:evaluation", kwargs={"ref": self.competition.ref})

    def get_sheet_url(self) -> str:
        """Where its member writes it."""
        return reverse("procurement:sheet_detail", kwargs={"pk": self.pk})

    def criteria(self) -> Any:
        """What is scored in this phase."""
        return self.competition.criteria.filter(phase=self.round.phase)

    def turns(self) -> list[Any]:
        if self.state == self.States.OPEN and self.round.superseded_at is None:
            who_waits = f"user:{self.member.user_id}"
            return [turn("seal", who_waits, self.due_at, url=self.get_sheet_url())]
        return []

    def content(self) -> list[list[str]]:
        """All scores in the order of bids and criteria, for the sheet's seal."""
        rows = self.scores.order_by("bid", "criterion")
        return [[str(row.bid_id), str(row.criterion_id), row.text, row.comment] for row in rows]

    @transition(state, source=States.OPEN, target=States.SEALED, permission=who.owns_sheet,
                conditions=[being_scored, sheet_complete],
                custom={"label": _("Seal my scores"), "offered": True, "danger": True,
                        "note": _("Nobody reads them until every member of the panel has sealed "
                                  "theirs, and you cannot change them any more.")})  # fmt: skip
    def seal(self, *, by: Any, because: str) -> None:
        """The sheet is closed; all sheets open together once the last one is in."""
        self.sealed_at = clock.now()
        self.sheet_seal = history.seal("score-sheet", self.pk, self.content())
        self.save(update_fields=["sealed_at", "sheet_seal"])
        self.round.follow(self, by=by)

    @transition(state, source=[States.OPEN, States.SEALED], target=States.RECUSED,
                permission=who.as_consequence, conditions=[not_locked],
                custom={"label": _("Leave the sheet out"), "offered": False})  # fmt: skip
    def leave_out(self, *, by: Any, because: str) -> None:
        """Its member has a conflict, or left: the sheet is kept, and does not count."""
        self.left_because = because
        self.round.follow(self, by=by)

    @transition(state, source=[States.OPEN, States.SEALED], target=States.SUPERSEDED,
                permission=who.as_consequence,
                custom={"label": _("End the round"), "offered": False})  # fmt: skip
    def end_round(self, *, by: Any, because: str) -> None:
        """The competition went back: it is scored afresh, beside this sheet."""


class ScoreQuerySet(models.QuerySet):
    """The one reader of the scores: nobody reads another's before all of a round are sealed."""

    def opened(self) -> "ScoreQuerySet":
        """Scores of rounds in which every sheet that counts is in."""
        return self.filter(sheet__round__sheets_in_at__isnull=False)

    def readable_by(self, user: Any) -> "ScoreQuerySet":
        """One's own always; the others' once all are in, for the panel without a conflict and for
        those who read every evaluation. A superuser is nobody special here."""
        mine = Q(sheet__member__user=user.pk)
        if who.reads_scores(user):
            return self.filter(mine | Q(sheet__round__sheets_in_at__isnull=False))
        clear = Q(
            sheet__round__competition__declarations__member__user=user.pk,
            sheet__round__competition__declarations__member__left_at=None,
            sheet__round__competition__declarations__state="clear",
        )
        rows = self.filter(mine | clear & Q(sheet__round__sheets_in_at__isnull=False))
        return rows.distinct()

    def counting(self) -> "ScoreQuerySet":
        """Scores of sealed sheets that were not left out."""
        return self.filter(sheet__state=ScoreSheet.States.SEALED)


class Score(models.Model):
    """One member's score of one bid by one criterion; None while only a comment is written."""

    sheet = models.ForeignKey(ScoreSheet, models.PROTECT, related_name="scores")
    bid = models.ForeignKey("procurement.Bid", models.PROTECT, related_name="scores")
    criterion = models.ForeignKey("procurement.Criterion", models.PROTECT, related_name="scores")
    value = models.DecimalField(_("score"), max_digits=9, decimal_places=3, null=True)
    comment = models.TextField(_("comment"), blank=True)

    objects = ScoreQuerySet.as_manager()

    class Meta:
        ordering = ["sheet", "bid", "criterion"]
        verbose_name = _("score")
        verbose_name_plural = _("scores")
        constraints = [
            models.UniqueConstraint(
                fields=["sheet", "bid", "criterion"], name="procurement_score_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.sheet_id}/{self.bid_id}/{self.criterion_id}"

    @property
    def text(self) -> str:
        """The score as written: without zeros that say nothing; empty while there is none."""
        return plain(self.value)


def plain(value: Any) -> str:
    """A decimal without zeros that say nothing: 80, not 80.000; empty for none."""
    if value is None:
        return ""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


@guards.statements
def keep_sealed(connection: BaseDatabaseWrapper) -> list[str]:
    """Triggers: the scores of a sheet that is not open are neither changed, removed nor joined."""
    sheet = "(SELECT state FROM procurement_scoresheet WHERE id = {0}.sheet_id) <> 'open'"
    return guards.closed(connection, "procurement_score", sheet, "a sealed sheet is kept as it is")


__all__ = ["Score", "ScoreSheet", "ScoringRound", "plain"]
