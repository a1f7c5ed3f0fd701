"""The parts that the sluice is drawn from: where things stand, and the shape of each.

Only numbers go into these shapes; whatever people have typed is put in by `sluice.py`, escaped.
"""

from dataclasses import dataclass

from django.utils.safestring import SafeString

WAVE = 22
Anchor = tuple[int, int, str]


@dataclass(frozen=True)
class Place:
    """Where a basin and the gate behind it stand, and where their words do."""

    left: int
    right: int
    floor: int
    gate: int  # the middle of the gate
    name: Anchor
    amount: Anchor
    sign: Anchor


@dataclass(frozen=True)
class Plan:
    """An arrangement: its size, how deep its basins are, and how far its leaves are lifted."""

    name: str
    width: int
    height: int
    depth: int
    lift: int
    fall: int  # how far the water drops behind an open gate; 0 where it only runs on
    sign_step: int  # from a gate's code down to its state; 0 puts both on one line
    places: tuple[Place, ...]
    scenery: SafeString

    @property
    def leaf(self) -> int:
        """The height of a leaf: a little more than the deepest water."""
        return self.depth + 6

    @property
    def tower(self) -> int:
        """The height of the frame above the floor: room for a leaf that is fully up."""
        return self.leaf + self.lift + 10


def tank(plan: Plan, place: Place) -> SafeString:
    """The empty basin: its walls, and the line up to which it can be filled."""
    top, width = place.floor - plan.depth, place.right - place.left
    wall = plan.depth + 14
    return SafeString(
        f'<path class="c-sluice__earth" d="M{place.left - 6} {top - 14}h6v{wall}h{width}v-{wall}h6'
        f'v{wall + 8}h-{width + 12}z"/>'
        f'<path class="c-sluice__brim" d="M{place.left} {top}h{width}"/>'
    )


def water(place: Place, top: int) -> str:
    """The outline of water up to `top`, with a swell on it that ends at both walls."""
    width = place.right - place.left
    waves = width // WAVE
    swell = f"q{WAVE / 2:g} -4 {WAVE} 0" + f"t{WAVE} 0" * (waves - 1)
    return f"M{place.left} {top}{swell}H{place.right}V{place.floor}H{place.left}z"


def pebbles(place: Place) -> SafeString:
    """What lies on the floor of a dry basin."""
    middle, floor = (place.left + place.right) // 2, place.floor
    return SafeString(
        f'<path class="c-sluice__pebble" d="M{middle - 26} {floor}a7 5 0 0 1 14 0z'
        f"M{middle - 8} {floor}a10 8 0 0 1 20 0z"
        f'M{middle + 20} {floor}a5 4 0 0 1 10 0z"/>'
    )


def boat(place: Place, surface: int) -> SafeString:
    """A paper boat on the water of the stage in which the project is."""
    x, y = place.left + (place.right - place.left) // 3, surface + 3
    return SafeString(
        f'<g class="c-sluice__boat" transform="translate({x} {y})">'
        '<path class="c-sluice__sail" d="M0 -30L17 -9H-17z"/>'
        '<path class="c-sluice__fold" d="M0 -30V-9H-17z"/>'
        '<path class="c-sluice__hull" d="M-27 -13L-17 -9H17L27 -13L16 3H-16z"/></g>'
    )


def frame(plan: Plan, place: Place) -> SafeString:
    """Two posts and the beam that the leaf hangs from."""
    x, top, post = place.gate, place.floor - plan.tower, plan.tower - 8
    return SafeString(
        f'<path class="c-sluice__iron" d="M{x - 27} {top}h54v8h-54z'
        f"M{x - 24} {top + 8}h7v{post}h-7z"
        f'M{x + 17} {top + 8}h7v{post}h-7z"/>'
    )


def leaf(plan: Plan, place: Place, lift: int) -> SafeString:
    """The gate's leaf with its ribs, hanging from two rods."""
    x, bottom = place.gate, place.floor - lift
    top = bottom - plan.leaf
    ribs = "".join(f"M{x - 16} {top + plan.leaf * part // 4}h32" for part in (1, 2, 3))
    rods = place.floor - plan.tower + 8
    return SafeString(
        f'<path class="c-sluice__rod" d="M{x - 8} {rods}V{top}M{x + 8} {rods}V{top}"/>'
        f'<rect class="c-sluice__leaf" x="{x - 17}" y="{top}" width="34" rx="2"'
        f' height="{plan.leaf}"/>'
        f'<path class="c-sluice__rib" d="{ribs}"/>'
    )


def flow(plan: Plan, place: Place, level: int, below: int) -> SafeString:
    """Water on its way through an open gate, and how it drops to the basin behind."""
    x, floor, height = place.gate, place.floor, max(level, 10)
    arrows, end = floor - height // 2 - 5, floor + plan.fall - below
    through = SafeString(
        f'<path class="c-sluice__flow" d="M{x - 30} {floor - height}q15 -4 30 0t30 4'
        f'V{floor}H{x - 30}z"/><path class="c-sluice__foam"'
        f' d="M{x - 12} {arrows}l6 5l-6 5M{x + 2} {arrows}l6 5l-6 5"/>'
    )
    return through + _fall(x, floor, end) if plan.fall else through


def _fall(x: int, floor: int, end: int) -> SafeString:
    return SafeString(
        f'<path class="c-sluice__flow" d="M{x - 14} {floor}h28V{end}h-28z"/>'
        f'<path class="c-sluice__foam" d="M{x - 7} {floor + 6}V{end - 4}M{x} {floor + 12}V{end - 8}'
        f'M{x + 7} {floor + 6}V{end - 4}"/>'
    )


def padlock(plan: Plan, place: Place, lift: int, count: int) -> SafeString:
    """A padlock on the leaf that bears the number of its conditions."""
    x, y = place.gate, place.floor - lift - plan.leaf // 2
    return SafeString(
        f'<path class="c-sluice__shackle" d="M{x - 7} {y - 4}v-6a7 7 0 0 1 14 0v6"/>'
        f'<rect class="c-sluice__lock" x="{x - 13}" y="{y - 5}" width="26" height="22" rx="4"/>'
        f'<text class="c-sluice__count" x="{x}" y="{y + 11}" text-anchor="middle">'
        f"{int(count)}</text>"
    )


def lamp(plan: Plan, place: Place, state: str) -> SafeString:
    """The sign on the beam: a tick, a bar or an hourglass, so that colour says nothing alone."""
    x, y = place.gate, place.floor - plan.tower - 13
    marks = {
        "open": f"M{x - 5} {y}l4 4l6 -8",
        "closed": f"M{x - 5} {y}h10",
        "waiting": f"M{x - 4} {y - 5}h8l-8 10h8z",
    }
    return SafeString(
        f'<circle class="c-sluice__lamp" cx="{x}" cy="{y}" r="11"/>'
        f'<path class="c-sluice__mark" d="{marks[state]}"/>'
    )


def inlet(plan: Plan, place: Place, surface: int) -> SafeString:
    """The treasury's pipe over the first basin, and what runs out of it."""
    x, y = place.left, place.floor - plan.depth - 34
    return SafeString(
        f'<path class="c-sluice__flow" d="M{x + 14} {y + 8}h12V{surface + 4}h-12z"/>'
        f'<path class="c-sluice__iron" d="M0 {y - 6}h{x + 24}a6 6 0 0 1 6 6v10h-20v-4H0z"/>'
    )


def _wide() -> Plan:
    """Four basins side by side, each a step lower than the one before."""
    places = []
    for number in range(4):
        left, floor = 30 + number * 238, 262 + number * 12
        gate, middle = left + 207, left + 88
        places.append(
            Place(left, left + 176, floor, gate, (middle, floor + 31, "middle"),
                  (middle, floor + 51, "middle"), (gate, floor + 31, "middle"))
        )  # fmt: skip
    floors = "".join(f"M{p.right} {p.floor}h62v8h-62z" for p in places)
    scenery = SafeString(
        '<circle class="c-sluice__sun" cx="832" cy="52" r="26"/>'
        '<path class="c-sluice__hill" d="M24 210Q130 110 290 186T560 160T820 200T976 176V302'
        'H738V290H500V278H262V266H24z"/>'
        f'<path class="c-sluice__earth" d="{floors}"/>'
        '<path class="c-sluice__sea" d="M976 276q15 -5 30 0v30h-30z"/>'
    )
    return Plan("wide", 1006, 356, 118, 66, 0, 20, tuple(places), scenery)


def _narrow() -> Plan:
    """Four basins one below the other, the gates by turns at the right and at the left."""
    places, floors = [], ""
    for number in range(4):
        at_right, floor = number % 2 == 0, 164 + number * 212
        left, gate = (10, 298) if at_right else (74, 42)
        right = left + 256
        beside = (gate - 18, "end") if at_right else (gate + 18, "start")
        places.append(
            Place(left, right, floor, gate, (76, floor + 29, "start"), (76, floor + 49, "start"),
                  (beside[0], floor - 138, beside[1]))
        )  # fmt: skip
        floors += f"M{gate - 28} {floor}h56v8h-56z"
    scenery = SafeString(f'<path class="c-sluice__earth" d="{floors}"/>')
    return Plan("narrow", 340, 858, 72, 42, 212, 0, tuple(places), scenery)


WIDE, NARROW = _wide(), _narrow()
