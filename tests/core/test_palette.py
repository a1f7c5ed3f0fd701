"""Every pair of colours that people read or tell apart has the contrast that WCAG 2.2 AA asks."""

import re

import pytest
from django.conf import settings

TEXT, PART = 4.5, 3.0
TONES = ["calm", "moving", "waiting", "good", "bad", "over"]
PAIRS = [
    *((ink, ground, TEXT)
      for ink in ("ink", "ink-soft", "link", "link-hover", "error", "success", "accent")
      for ground in ("ground", "surface")),
    ("ink", "surface-strong", TEXT),
    ("ink-soft", "surface-strong", TEXT),
    ("on-river", "river", TEXT),
    ("on-river", "river-hover", TEXT),
    ("on-error", "error", TEXT),
    ("on-error", "error-hover", TEXT),
    ("on-focus", "focus", TEXT),
    *((f"on-{tone}", tone, TEXT) for tone in TONES),
    ("edge-strong", "ground", PART),
    ("edge-strong", "surface", PART),
    ("river", "surface-strong", PART),
    ("iron", "surface", PART),
    *((f"part-{number}", "ground", PART) for number in range(1, 6)),
    *((light, "ground", PART) for light in ("open", "shut", "wait")),
    ("line-1", "water-1", PART),
    ("line-1", "water-2", PART),
    ("line-4", "water-4", PART),
]  # fmt: skip


def palettes():
    source = (settings.BASE_DIR / "assets/_palette.scss").read_text()
    found = {}
    for name, body in re.findall(r"@mixin (light|dark) \{(.*?)\n\}", source, re.DOTALL):
        found[name] = dict(re.findall(r"--c-([a-z0-9-]+): (#[0-9a-f]{6});", body))
    return found


PALETTES = palettes()


def luminance(colour):
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_the_measure_is_that_of_the_guidelines():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


def test_light_and_dark_name_the_same_colours():
    assert PALETTES["light"].keys() == PALETTES["dark"].keys()


@pytest.mark.parametrize("appearance", ["light", "dark"])
@pytest.mark.parametrize(("front", "back", "least"), PAIRS)
def test_contrast(appearance, front, back, least):
    colours = PALETTES[appearance]
    assert contrast(colours[front], colours[back]) >= least
