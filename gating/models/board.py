"""Boards: who sits in them, how they decide, and what they are competent for."""

from datetime import date
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core import clock, guards
from core.models.people import PeriodQuerySet
from core.people import holds
from core.refusals import Refused
from gating import routing
from gating.models.gate import GateRule
from gating.seating import Place
from projects.models import AuthorityBand
from projects.models.authority import limits


class BoardQuerySet(models.QuerySet):
    """Boards, and who sees them."""

    def visible_to(self, user: Any) -> "BoardQuerySet":
        """Oversight sees every board; a seat's people see theirs and the boards beneath it."""
        if holds(user, "secretariat", "auditor", "administrator"):
            return self
        mine = BoardSeat.objects.of(user).values("board")
        return self.filter(Q(pk__in=mine) | Q(parent__in=mine))


@guards.kept
class Board(models.Model):
    """A body that decides by motion: its place in the hierarchy, its quorum and majority.

    `minimum` is a number of seats; `quorum` and `majority_share` are fractions written as text.
    """

    class Of(models.TextChoices):
        CAST = "cast", _("votes cast")
        ELIGIBLE = "eligible", _("eligible seats")

    class Casting(models.TextChoices):
        NONE = "", _("none: equal votes are a tie")
        CHAIR = "chair", _("the vote of who presides decides")
        FOR = "for", _("equal votes carry the motion")
        AGAINST = "against", _("equal votes reject the motion")

    dossier = models.OneToOneField("core.Dossier", models.PROTECT, related_name="board")
    code = models.SlugField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=150)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children",
        verbose_name=_("board above it"),
    )  # fmt: skip
    minimum = models.PositiveSmallIntegerField(_("seats present at least"), default=3)
    quorum = models.CharField(_("share of the seats present"), max_length=12, default="1/2")
    majority_of = models.CharField(
        _("majority of"), max_length=8, choices=Of.choices, default=Of.CAST
    )
    majority_share = models.CharField(_("share for the motion"), max_length=12, default="1/2")
    strict = models.BooleanField(_("more than this share is needed"), default=True)
    casting_vote = models.CharField(
        _("casting vote"), max_length=8, choices=Casting.choices, blank=True
    )
    single_decider = models.BooleanField(_("its chair decides alone, without a meeting"))
    notice_days = models.PositiveSmallIntegerField(
        _("days of notice of a meeting"), default=5, validators=[MaxValueValidator(90)]
    )
    objection_days = models.PositiveSmallIntegerField(
        _("days to object to a written procedure"), default=5,
        validators=[MinValueValidator(1), MaxValueValidator(90)],
    )  # fmt: skip

    objects = BoardQuerySet.as_manager()

    class Meta:
        ordering = ["code"]
        verbose_name = _("board")
        verbose_name_plural = _("boards")

    def __str__(self) -> str:
        return gettext(self.name) if self.name else self.code

    def get_absolute_url(self) -> str:
        return reverse("gating:board_detail", kwargs={"code": self.code})

    @property
    def majority(self) -> dict[str, Any]:
        """The majority as `counting.count` takes it."""
        return {"of": self.majority_of, "share": self.majority_share, "strict": self.strict}

    def seats_on(self, day: date) -> list["BoardSeat"]:
        """The seats in force on that day, the chair first."""
        return list(self.seats.on(day).select_related("user", "alternate"))

    def places_on(self, day: date) -> list[Place]:
        """The seats in force on that day as the rules of seating take them."""
        return [seat.place for seat in self.seats_on(day)]

    def chairing(self) -> set[int]:
        """Who may chair a meeting today: the chair, and the alternate named for the chair."""
        chairs = self.seats.on(clock.today()).filter(kind=BoardSeat.Kind.CHAIR)
        people = chairs.values_list("user_id", "alternate_id")
        return {person for row in people for person in row if person}

    def ancestors(self) -> list["Board"]:
        """The boards above this one, the nearest first."""
        boards = {board.code: board for board in Board.objects.select_related("parent")}
        return [boards[code] for code in routing.above(places(boards.values()), self.code)]


class SeatQuerySet(PeriodQuerySet):
    """Seats by their people and their period."""

    def of(self, user: Any) -> Any:
        """The seats that this person holds, or is the alternate of, today."""
        return self.on(user.standing.day).filter(Q(user=user.pk) | Q(alternate=user.pk))


@guards.kept
class BoardSeat(models.Model):
    """One seat, its holder and the alternate named beforehand, from its first to its last day."""

    class Kind(models.TextChoices):
        CHAIR = "chair", _("chair")
        MEMBER = "member", _("member")

    board = models.ForeignKey(Board, models.PROTECT, related_name="seats", verbose_name=_("board"))
    kind = models.CharField(_("seat"), max_length=8, choices=Kind.choices, default=Kind.MEMBER)
    user = models.ForeignKey(
        "core.User", models.PROTECT, related_name="seats", verbose_name=_("holder")
    )
    alternate = models.ForeignKey(
        "core.User", models.PROTECT, null=True, blank=True, related_name="alternate_seats",
        verbose_name=_("alternate"),
    )  # fmt: skip
    starts = models.DateField(_("first day"))
    ends = models.DateField(_("last day"), null=True, blank=True)

    objects = SeatQuerySet.as_manager()

    class Meta:
        ordering = ["kind", "pk"]
        verbose_name = _("seat")
        verbose_name_plural = _("seats")
        indexes = [models.Index(fields=["board", "starts"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends=None) | Q(ends__gte=models.F("starts")),
                name="gating_boardseat_ends_after_start",
            ),
            models.CheckConstraint(
                condition=Q(alternate=None) | ~Q(alternate=models.F("user")),
                name="gating_boardseat_alternate_is_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.board.code} · {self.user}"

    @property
    def dossier(self) -> Any:
        return self.board.dossier

    @property
    def place(self) -> Place:
        """The seat as the rules of seating take it."""
        chair = self.kind == self.Kind.CHAIR
        return Place(self.pk, self.user_id, self.alternate_id, chair)

    def overlaps(self, other: "BoardSeat") -> bool:
        """Whether both seats are in force on some same day."""
        first, second = sorted((self, other), key=lambda seat: seat.starts)
        return first.ends is None or first.ends >= second.starts


def places(boards: Any) -> list[routing.Place]:
    """Boards as the rules of routing take them."""
    return [
        routing.Place(board.code, board.parent.code if board.parent else "", board.single_decider)
        for board in boards
    ]


class Routes:
    """The way of projects to boards as the data has it now, read once for many projects."""

    def __init__(self) -> None:
        found = Board.objects.select_related("parent", "dossier")
        self.boards = {board.code: board for board in found}
        self.places = places(found)
        self.versions = AuthorityBand.objects.on(clock.today())
        self.bands = limits(self.versions)
        rules = GateRule.objects.exclude(board=None).values_list("gate", "tier", "board__code")
        self.floors = {(gate, tier): code for gate, tier, code in rules}

    def of(self, project: Any, gate: Any = None) -> tuple[Board, dict[str, Any]]:
        """The board competent for a project at a gate, and the rule that makes it so.

        Amounts are minor units of the project's currency. Raises Refused when there is no board.
        """
        tier, bands = project.tier, self.bands.get(project.currency, {})
        single = tier is not None and tier.decider == tier.Decider.CHAIR
        floor = self.floors.get((gate.pk, tier.pk), "") if gate and tier else ""
        try:
            code, why = routing.competent(
                self.places, bands, cost=project.cost, novel=project.novel, single=single,
                floor=floor,
            )  # fmt: skip
        except routing.NoBoard as error:
            raise Refused(
                _("There is no board yet. An administrator sets one up first.")
            ) from error
        return self.boards[code], {
            "why": why, "board": code, "cost": project.cost, "currency": project.currency,
            "up_to": bands.get(code), "tier": tier.code if tier else "",
            "gate": gate.code if gate else "", "on": str(clock.today()),
            **self._version(code, project.currency),
        }  # fmt: skip

    def _version(self, code: str, currency: str) -> dict[str, Any]:
        """Which version of the board's authority was in effect, and since when; none, if none."""
        rows = (row for row in self.versions if (row.board_code, row.currency) == (code, currency))
        found = next(rows, None)
        return {"band": found.pk, "since": str(found.starts)} if found else {}


def competent_board(project: Any, gate: Any = None) -> tuple[Board, dict[str, Any]]:
    """The board competent for a project at a gate, and the rule that makes it so, to be stored."""
    return Routes().of(project, gate)
