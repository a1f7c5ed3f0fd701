"""The sluice: a project's money as water in four basins, held back or let through by four gates.

One picture in two arrangements, a flight of basins side by side and one that zigzags down a narrow
screen; the style sheet shows one of them. All of it is also told in words and in a table.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext, pgettext_lazy

from oversight import sluice_parts as parts
from oversight.sluice_parts import Place, Plan

Text = str | Promise
Part = Decimal | Fraction | float | int
NOTHING = SafeString("")
LEVELS: dict[str, Text] = {
    "approved": pgettext_lazy("money", "Approved"),
    "committed": pgettext_lazy("money", "Committed"),
    "released": pgettext_lazy("money", "Released"),
    "spent": pgettext_lazy("money", "Spent"),
}
STATES: dict[str, Text] = {
    "open": pgettext_lazy("gate", "open"),
    "waiting": pgettext_lazy("gate", "waiting"),
    "closed": pgettext_lazy("gate", "closed"),
}


@dataclass(frozen=True)
class Basin:
    """The money of one stage: what is approved holds what is committed, released and spent.

    `levels` gives each of the four as (part of the basin's height, amount as people read it); a
    part is 0 when dry, 1 when full. `planned` would fill it; `here` is where the project is now.
    """

    label: Text
    levels: Mapping[str, tuple[Part, Text]]
    planned: Text = ""
    here: bool = False

    def amount(self, level: str) -> Text:
        """One of the four amounts, as people read it."""
        return self.levels[level][1]

    def heights(self, depth: int) -> list[int]:
        """How high the four levels stand, in units of the picture; what is there at all is seen."""
        found: list[int] = []
        for level in LEVELS:
            part = Decimal(str(float(self.levels[level][0])))
            height = int((part * depth).quantize(Decimal(1), ROUND_HALF_UP))
            ceiling = found[-1] if found else depth
            found.append(min(max(height, 5), ceiling) if part > 0 else 0)
        return found


@dataclass(frozen=True)
class Gate:
    """A gate, open, waiting or closed, with so many conditions on it that still hold it shut."""

    label: str
    state: str
    url: str = ""
    locks: int = 0
    note: Text = ""

    @property
    def word(self) -> str:
        """The state as a word."""
        return str(STATES[self.state])

    @property
    def words(self) -> str:
        """State and conditions in words."""
        if not self.locks:
            return self.word
        return _("%(state)s, conditions still open: %(count)s") % {
            "state": self.word, "count": self.locks,
        }  # fmt: skip


def sluice(
    basins: Sequence[Basin], gates: Sequence[Gate], *, key: str = "", title: Text = ""
) -> SafeString:
    """The picture with its legend and its table; `key` names the project in its title."""
    named = _("The sluice of %(project)s") % {"project": key} if key else _("The sluice")
    name = str(title) or named
    legend = format_html_join(
        "", '<li class="c-legend__item"><span class="c-legend__swatch c-legend__swatch--water-{}">'
        "</span>{}</li>", enumerate(LEVELS.values(), 1),
    )  # fmt: skip
    return format_html(
        '<figure class="c-figure c-figure--wide"><figcaption class="c-figure__title">{}'
        '</figcaption><div class="c-sluice__picture">{}</div><ul class="c-legend">{}</ul>{}'
        "</figure>",
        name, sluice_svg(basins, gates, title=name), legend,
        sluice_table(basins, gates, title=name),
    )  # fmt: skip


def sluice_svg(basins: Sequence[Basin], gates: Sequence[Gate], *, title: Text) -> SafeString:
    """The picture in both arrangements, each with title and description; classes, no styles.

    Raises ValueError unless there are four basins and four gates.
    """
    if len(basins) != len(parts.WIDE.places) or len(gates) != len(basins):
        raise ValueError("the sluice has four basins and four gates")
    words = description(basins, gates)
    return format_html(
        "{}{}",
        _arrangement(parts.WIDE, basins, gates, title=title, words=words),
        _arrangement(parts.NARROW, basins, gates, title=title, words=words),
    )


def description(basins: Sequence[Basin], gates: Sequence[Gate]) -> str:
    """The picture in words: each basin with its amounts, each gate with its state."""
    told: list[str] = []
    for basin, gate in zip(basins, gates, strict=True):
        amounts = ", ".join(f"{name} {basin.amount(level)}" for level, name in LEVELS.items())
        told.append(f"{basin.label}: {amounts}.")
        if basin.here:
            told.append(_("The project is here."))
        told.append(f"{gate.label}: {gate.words}.")
    return " ".join(told)


def sluice_table(basins: Sequence[Basin], gates: Sequence[Gate], *, title: Text) -> SafeString:
    """The same numbers as a table that scrolls in a frame of its own."""
    heads = format_html_join(
        "", '<th scope="col" class="govuk-table__header{}">{}</th>',
        [("", _("Stage")), *((" govuk-table__header--numeric", name) for name in
         (pgettext("money", "Planned"), *LEVELS.values())), ("", _("Gate behind it"))],
    )  # fmt: skip
    rows = format_html_join(
        "", '<tr class="govuk-table__row"><th scope="row" class="govuk-table__header">{}{}</th>{}'
        '<td class="govuk-table__cell">{}</td></tr>',
        ((basin.label, _here() if basin.here else "", _cells(basin), _named(gate))
         for basin, gate in zip(basins, gates, strict=True)),
    )  # fmt: skip
    return format_html(
        '<details class="govuk-details c-figure__table"><summary class="govuk-details__summary">'
        '<span class="govuk-details__summary-text">{}</span></summary>'
        '<div class="govuk-details__text c-scroll" role="group" tabindex="0" aria-label="{}">'
        '<table class="govuk-table"><caption class="govuk-visually-hidden">{}</caption>'
        '<thead class="govuk-table__head"><tr class="govuk-table__row">{}</tr></thead>'
        '<tbody class="govuk-table__body">{}</tbody></table></div></details>',
        _("Show these numbers as a table"), title, title, heads, rows,
    )  # fmt: skip


def _here() -> SafeString:
    return format_html(' <strong class="govuk-tag c-tag--moving">{}</strong>', _("here now"))


def _cells(basin: Basin) -> SafeString:
    amounts = [basin.planned or "–", *(basin.amount(level) for level in LEVELS)]
    return format_html_join(
        "", '<td class="govuk-table__cell govuk-table__cell--numeric">{}</td>',
        ((amount,) for amount in amounts),
    )  # fmt: skip


def _named(gate: Gate) -> SafeString:
    link = '<a class="govuk-link" href="{}">{}</a>'
    name = format_html(link, gate.url, gate.label) if gate.url else gate.label
    note = format_html(" – {}", gate.note) if gate.note else NOTHING
    return format_html("{}: {}{}", name, gate.words, note)


def _arrangement(
    plan: Plan, basins: Sequence[Basin], gates: Sequence[Gate], *, title: Text, words: str
) -> SafeString:
    key = plan.name
    heights = [basin.heights(plan.depth) for basin in basins]
    rows = zip(plan.places, basins, gates, heights, [*heights[1:], [0]], strict=True)
    drawn = format_html_join(
        "", "{}{}{}",
        ((_basin(plan, place, basin, high), _gate(plan, place, gate, high[0], after[0]),
          _words(plan, place, basin, gate)) for place, basin, gate, high, after in rows),
    )  # fmt: skip
    return format_html(
        '<svg class="c-sluice c-sluice--{}" viewBox="0 0 {} {}" role="img" focusable="false" '
        'aria-labelledby="sluice-{}-title" aria-describedby="sluice-{}-desc">'
        '<title id="sluice-{}-title">{}</title><desc id="sluice-{}-desc">{}</desc>{}{}</svg>',
        key, plan.width, plan.height, key, key, key, title, key, words, plan.scenery, drawn,
    )  # fmt: skip


def _basin(plan: Plan, place: Place, basin: Basin, heights: list[int]) -> SafeString:
    """The water of a basin, lightest and highest first, each level over the one before."""
    tops = [place.floor - height for height in heights]
    layers = format_html_join(
        "", '<path class="c-sluice__water c-sluice__water--{}" d="{}"><title>{}: {}</title></path>',
        ((number, parts.water(place, top), name, basin.amount(level))
         for number, (top, (level, name)) in enumerate(zip(tops, LEVELS.items(), strict=True), 1)
         if top < place.floor),
    )  # fmt: skip
    dry = tops[0] == place.floor
    pipe = parts.inlet(plan, place, tops[0]) if place is plan.places[0] and not dry else NOTHING
    boat = parts.boat(place, min(tops[0], place.floor - 6)) if basin.here else NOTHING
    stones = parts.pebbles(place) if dry and not basin.here else NOTHING
    return format_html("{}{}{}{}{}", pipe, parts.tank(plan, place), layers, stones, boat)


def _gate(plan: Plan, place: Place, gate: Gate, level: int, after: int) -> SafeString:
    """A gate in its frame: the leaf up, part up or down, what flows, its locks and its lamp."""
    lift = {"open": plan.lift, "waiting": plan.lift // 3, "closed": 0}[gate.state]
    flows = gate.state == "open" and level > 0
    return format_html(
        '<g class="c-sluice__gate c-sluice__gate--{}">{}{}{}{}{}</g>',
        gate.state,
        parts.flow(plan, place, min(level, plan.lift - 6), after) if flows else NOTHING,
        parts.leaf(plan, place, lift),
        parts.frame(plan, place),
        parts.padlock(plan, place, lift, gate.locks) if gate.locks else NOTHING,
        parts.lamp(plan, place, gate.state),
    )


def _words(plan: Plan, place: Place, basin: Basin, gate: Gate) -> SafeString:
    x, y, anchor = place.sign
    step = format_html(' x="{}" dy="{}"', x, plan.sign_step) if plan.sign_step else NOTHING
    return format_html(
        '<text class="c-sluice__name" x="{}" y="{}" text-anchor="{}">{}</text>'
        '<text class="c-sluice__amount" x="{}" y="{}" text-anchor="{}">{}</text>'
        '<text class="c-sluice__code" x="{}" y="{}" text-anchor="{}">{} '
        '<tspan class="c-sluice__state"{}>{}</tspan></text>',
        *place.name, basin.label, *place.amount, basin.amount("approved"),
        x, y, anchor, gate.label, step, gate.word,
    )  # fmt: skip
