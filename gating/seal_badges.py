"""Badges of seals: drawn at each request as the seal stands, so that none keeps looking valid."""

import io
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

import reportlab
from django.utils import translation
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from PIL import Image, ImageDraw, ImageFont

from gating.models.seal import Seal, Standing

WIDTH, HEIGHT = 320, 96
COLOURS = {"valid": "#0b5c66", "warned": "#7a4d00", "ended": "#50575c", "revoked": "#9b1c12"}
"""Of the field beside the words; each carries white text at a contrast of 4.5 or more."""
TONES = {Standing.VALID: "valid", Standing.UNDER_REVIEW: "warned", Standing.EXPIRED: "ended",
         Standing.RENEWED: "ended", Standing.REVOKED: "revoked"}  # fmt: skip
MARKS = {"valid": "✓", "warned": "!", "ended": "–", "revoked": "×"}
INK, PAPER = "#0b0c0c", "#ffffff"
SCALE = 2
"""The picture has so many dots for each unit of the drawing."""


@dataclass(frozen=True)
class Badge:
    """What a badge says: its first line, how the seal stands, and what more."""

    title: str
    status: str
    more: str
    tone: str

    @property
    def words(self) -> str:
        """All of it, for who cannot see it."""
        return ". ".join(part for part in (self.title, self.status, self.more) if part)


def badge(seal: Seal, now: datetime, language: str) -> Badge:
    """The badge of a seal as it stands at a moment."""
    with translation.override(language):
        standing = seal.standing(now)
        return Badge(_("Seal of Excellence"), *_words(seal, standing), TONES[Standing(standing)])


def _words(seal: Seal, standing: str) -> tuple[str, str]:
    day = date_format(seal.valid_until, "SHORT_DATE_FORMAT")
    level = _("Level %(level)s") % {"level": seal.level}
    return {
        Standing.VALID: (level, _("Valid until %(day)s") % {"day": day}),
        Standing.UNDER_REVIEW: (_("Under review"), level),
        Standing.EXPIRED: (_("Expired"), _("It was valid until %(day)s") % {"day": day}),
        Standing.RENEWED: (_("Replaced"), _("A newer seal stands in its place")),
        Standing.REVOKED: (_("Revoked"), _("This service has lost this seal")),
    }[Standing(standing)]  # fmt: skip


def unknown(language: str) -> Badge:
    """What is shown under a code that no seal has."""
    with translation.override(language):
        return Badge(_("Seal of Excellence"), _("No such seal"), "", "ended")


def svg(found: Badge) -> SafeString:
    """The badge as SVG, its words as text."""
    return format_html(
        '<svg xmlns="http://www.w3.org/2000/svg" width="{w}" height="{h}" viewBox="0 0 {w} {h}" '
        'role="img" aria-label="{words}"><title>{words}</title>'
        '<rect x="1" y="1" width="318" height="94" rx="8" fill="{paper}" stroke="{colour}" '
        'stroke-width="2"/><path d="M9 1h79v94H9a8 8 0 0 1-8-8V9a8 8 0 0 1 8-8z" fill="{colour}"/>'
        '<text x="44" y="64" font-size="46" text-anchor="middle" fill="{paper}" '
        'font-family="Verdana, DejaVu Sans, sans-serif" aria-hidden="true">{mark}</text>'
        '<g font-family="Verdana, DejaVu Sans, sans-serif" fill="{ink}">'
        '<text x="100" y="29" font-size="14">{title}</text>'
        '<text x="100" y="56" font-size="20" font-weight="bold" fill="{colour}">{status}</text>'
        '<text x="100" y="80" font-size="11">{more}</text></g></svg>',
        w=WIDTH, h=HEIGHT, words=found.words, paper=PAPER, ink=INK, colour=COLOURS[found.tone],
        mark=MARKS[found.tone], title=found.title, status=found.status, more=found.more,
    )  # fmt: skip


@cache
def _font(bold: bool, size: int) -> ImageFont.FreeTypeFont:
    name = "VeraBd.ttf" if bold else "Vera.ttf"
    return ImageFont.truetype(str(Path(reportlab.__file__).parent / "fonts" / name), size * SCALE)


def png(found: Badge) -> bytes:
    """The same as a picture, for pages that take no SVG."""
    colour = COLOURS[found.tone]
    image = Image.new("RGB", (WIDTH * SCALE, HEIGHT * SCALE), PAPER)
    draw = ImageDraw.Draw(image)
    whole = (SCALE, SCALE, (WIDTH - 1) * SCALE, (HEIGHT - 1) * SCALE)
    draw.rounded_rectangle(whole, radius=8 * SCALE, outline=colour, width=2 * SCALE)
    left = (SCALE, SCALE, 88 * SCALE, (HEIGHT - 1) * SCALE)
    draw.rounded_rectangle(left, radius=8 * SCALE, fill=colour,
                           corners=(True, False, False, True))  # fmt: skip
    _mark(draw, found.tone)
    for text, y, size, bold, ink in (
        (found.title, 15, 14, False, INK), (found.status, 36, 20, True, colour),
        (found.more, 68, 11, False, INK),
    ):  # fmt: skip
        draw.text((100 * SCALE, y * SCALE), text, font=_font(bold, size), fill=ink)
    target = io.BytesIO()
    image.save(target, "PNG", optimize=True)
    return target.getvalue()


def _mark(draw: ImageDraw.ImageDraw, tone: str) -> None:
    """The sign in the coloured field, in lines: no font has all of them."""
    lines = {
        "valid": [(28, 50, 40, 62), (40, 62, 62, 34)],
        "warned": [(44, 28, 44, 56), (44, 64, 44, 70)],
        "ended": [(28, 48, 60, 48)], "revoked": [(30, 34, 58, 62), (58, 34, 30, 62)],
    }[tone]  # fmt: skip
    for line in lines:
        draw.line([point * SCALE for point in line], fill=PAPER, width=6 * SCALE)
