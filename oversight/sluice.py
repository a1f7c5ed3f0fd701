"""The sluice: a project's money as water in four basins, held back or let through by four gates.

One picture in two arrangements, a flight of basins side by side and one that zigzags down a narrow
screen; the style sheet shows one of them. Every level and gate is also told in words and in a table.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from oversight import sluice_parts as parts
from oversight.sluice_parts import Place

Text = str | Promise
OPEN, CLOSED, WAITING = "open", "closed", "waiting"
GATE_WORDS = {
    OPEN: gettext_lazy("open"),
    CLOSED: gettext_lazy("closed"),
    WAITING: gettext_lazy("waiting"),
}
LEVELS = (
    gettext_lazy("Approved"),
    gettext_lazy("Committed"),
    gettext_lazy("Released"),
    gettext_lazy("Spent"),
)


@dataclass(frozen=True)
class Basin:
    """The money of one stage, each amount holding the next: approved ⊇ committed ⊇ released ⊇ spent.

    Amounts are texts as people read them; `levels` are the same four as parts of the basin's
    height, from 0 (dry) to 1 (full). `here` is true where the project now is.
    """

    name: Text
    approved: Text
    committed: Text
    released: Text
    spent: Text
    levels: tuple[Decimal, Decimal, Decimal, Decimal]
    here: bool = False

    @property
    def amounts(self) -> list[tuple[Text, Text]]:
        """The four amounts with their names, the largest first."""
        texts = (self.approved, self.committed, self.released, self.spent)
        return list(zip(LEVELS, texts, strict=True))


@dataclass(frozen=True)
class Gate:
    """A gate: open, closed or waiting, with so many conditions on it that still hold it shut."""

    code: str
    name: Text
    state: str
    locks: int = 0
    note: Text = ""
    url: str = ""

    @property
    def word(self) -> str:
        """The state as a word."""
        return str(GATE_WORDS[self.state])

    @property
    def words(self) -> str:
        """State and locks in words."""
        if not self.locks:
            return self.word
        return _("%(state)s, conditions still open: %(count)s") % {
            "state": self.word, "count": self.locks,
        }  # fmt: skip


@dataclass(frozen=True)
class Sluice:
    """What the page shows: four basins, the gate behind each, and what the picture is called."""

    title: Text
    basins: Sequence[Basin]
    gates: Sequence[Gate]

    @property
    def svg(self) -> SafeString:
        """Both arrangements of the picture."""
        return sluice_svg(self.basins, self.gates, title=self.title)

    @property
    def rows(self) -> list[tuple[Basin, Gate]]:
        """Each basin with the gate behind it, for the table."""
        return list(zip(self.basins, self.gates, strict=True))

    @property
    def levels(self) -> tuple[Text, ...]:
        """The names of the four levels, for legend and table."""
        return LEVELS


def levels(amounts: Sequence[int], full: int) -> tuple[Decimal, Decimal, Decimal, Decimal]:
    """How high four amounts of minor units stand in a basin that `full` fills to the brim.

    Each level is at most the one before it; anything above zero is seen, anything below is dry.
    """
    if len(amounts) != len(LEVELS):
        raise ValueError("a basin has four levels: approved, committed, released, spent")
    found: list[Decimal] = []
    for amount in amounts:
        ceiling = found[-1] if found else Decimal(1)
        part = Decimal(max(amount, 0)) / full if full > 0 else Decimal(0)
        visible = max(part, Decimal("0.04")) if part > 0 else Decimal(0)
        found.append(min(visible, ceiling).quantize(Decimal("0.001"), ROUND_HALF_UP))
    return found[0], found[1], found[2], found[3]


def sluice_svg(basins: Sequence[Basin], gates: Sequence[Gate], *, title: Text = "") -> SafeString:
    """The picture in both arrangements, each with title and description; classes, no styles."""
    if len(basins) != len(parts.WIDE.places) or len(gates) != len(basins):
        raise ValueError("the sluice has four basins and four gates")
    name = str(title or _("The sluice"))
    words = description(basins, gates)
    return format_html(
        "{}{}",
        _arrangement(parts.WIDE, "wide", name, words, basins, gates),
        _arrangement(parts.NARROW, "narrow", name, words, basins, gates),
    )


def description(basins: Sequence[Basin], gates: Sequence[Gate]) -> str:
    """The picture in words: each basin with its amounts, each gate with its state."""
    told = []
    for basin, gate in zip(basins, gates, strict=True):
        amounts = ", ".join(f"{level} {amount}" for level, amount in basin.amounts)
        told.append(f"{basin.name}: {amounts}.")
        if basin.here:
            told.append(_("The project is here."))
        told.append(f"{gate.code} {gate.name}: {gate.words}.")
    return " ".join(told)


def _arrangement(
    plan: parts.Plan, key: str, title: str, words: str,
    basins: Sequence[Basin], gates: Sequence[Gate],
) -> SafeString:  # fmt: skip
    drawn = format_html_join(
        "", "{}{}{}",
        (
            (
                _basin(plan, place, basin),
                _gate(plan, place, gate, basin, after),
                _words(plan, place, basin, gate),
            )
            for place, basin, gate, after in zip(
                plan.places, basins, gates, [*basins[1:], None], strict=True
            )
        ),
    )  # fmt: skip
    return format_html(
        '<svg class="c-sluice c-sluice--{}" viewBox="0 0 {} {}" role="img" focusable="false" '
        'aria-labelledby="sluice-{}-title sluice-{}-desc"><title id="sluice-{}-title">{}</title>'
        '<desc id="sluice-{}-desc">{}</desc>{}{}</svg>',
        key, plan.width, plan.height, key, key, key, title, key, words, plan.scenery, drawn,
    )  # fmt: skip


def _basin(plan: parts.Plan, place: Place, basin: Basin) -> SafeString:
    """The water of a basin, lightest and highest first, each level over the one before."""
    tops = [place.floor - round(level * plan.depth) for level in basin.levels]
    layers = format_html_join(
        "", '<path class="c-sluice__water c-sluice__water--{}" d="{}"><title>{}: {}</title></path>',
        (
            (number, parts.water(place, top), level, amount)
            for number, (top, (level, amount)) in enumerate(
                zip(tops, basin.amounts, strict=True), 1
            )
            if top < place.floor
        ),
    )  # fmt: skip
    first = place is plan.places[0] and tops[0] < place.floor
    inlet = parts.inlet(plan, place, tops[0]) if first else SafeString("")
    boat = parts.boat(place, min(tops[0], place.floor - 6)) if basin.here else SafeString("")
    dry = parts.pebbles(place) if tops[0] == place.floor and not basin.here else SafeString("")
    return format_html("{}{}{}{}{}", inlet, parts.tank(plan, place), layers, dry, boat)


def _gate(
    plan: parts.Plan, place: Place, gate: Gate, basin: Basin, after: Basin | None
) -> SafeString:
    """A gate in its frame: the leaf down, half up or up, what flows, its locks and its lamp."""
    lift = {OPEN: plan.lift, WAITING: plan.lift // 3, CLOSED: 0}[gate.state]
    level = round(basin.levels[0] * plan.depth)
    flows = gate.state == OPEN and level > 0
    fall = round(after.levels[0] * plan.depth) if after else 0
    return format_html(
        '<g class="c-sluice__gate c-sluice__gate--{}">{}{}{}{}{}</g>',
        gate.state,
        parts.flow(plan, place, min(level, plan.lift - 6), fall) if flows else SafeString(""),
        parts.leaf(plan, place, lift),
        parts.frame(plan, place),
        parts.padlock(plan, place, lift, gate.locks) if gate.locks else SafeString(""),
        parts.lamp(plan, place, gate.state),
    )


def _words(plan: parts.Plan, place: Place, basin: Basin, gate: Gate) -> SafeString:
    x, y, anchor = place.sign
    step = format_html(' x="{}" dy="{}"', x, plan.sign_step) if plan.sign_step else SafeString("")
    return format_html(
        '<text class="c-sluice__name" x="{}" y="{}" text-anchor="{}">{}</text>'
        '<text class="c-sluice__amount" x="{}" y="{}" text-anchor="{}">{}</text>'
        '<text class="c-sluice__code" x="{}" y="{}" text-anchor="{}">{} '
        '<tspan class="c-sluice__state"{}>{}</tspan></text>',
        *place.name, basin.name, *place.amount, basin.approved,
        x, y, anchor, gate.code, step, gate.word,
    )  # fmt: skip
