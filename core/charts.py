"""Charts as inline SVG with a title, a description and the table of their numbers.

Lengths are percentages and texts have the page's own size, so a chart stays legible at 360 px.
Colours are classes of the style sheet, which knows light and dark.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

Text = str | Promise
Number = int | Decimal
Stack = tuple[Text, Sequence["Bar | tuple[Any, ...]"]]
ROW, BAR, LABEL = 46, 18, 15
LONGEST = 34


@dataclass(frozen=True)
class Bar:
    """One row of a chart: its name, its size, the size in words, and where its rows are listed."""

    label: Text
    value: Number
    text: Text = ""
    url: str = ""

    @property
    def words(self) -> str:
        """The size as people read it."""
        return str(self.text or self.value)


def bar_chart(
    title: Text, rows: Iterable[Bar | tuple[Any, ...]], *, key: str = "chart", head: Text = "",
    description: Text = "",
) -> SafeString:  # fmt: skip
    """Horizontal bars from one zero line, the longest as wide as the page allows."""
    bars = _bars(rows)
    top = max((bar.value for bar in bars), default=0)
    body = format_html_join(
        "",
        "{}",
        ((_row(number, bar, 0, share(bar.value, top)),) for number, bar in enumerate(bars)),
    )
    return _figure(title, description, bars, key=key, head=head, body=body)


def funnel_chart(
    title: Text, rows: Iterable[Bar | tuple[Any, ...]], *, key: str = "funnel", head: Text = "",
    description: Text = "",
) -> SafeString:  # fmt: skip
    """Bars about one middle line, for what narrows from stage to stage."""
    bars = _bars(rows)
    top = max((bar.value for bar in bars), default=0)
    widths = [share(bar.value, top) for bar in bars]
    body = format_html_join(
        "", "{}",
        ((_row(number, bar, (100 - width) / 2, width),)
         for number, (bar, width) in enumerate(zip(bars, widths, strict=True))),
    )  # fmt: skip
    return _figure(title, description, bars, key=key, head=head, body=body)


def stacked_chart(
    title: Text, series: Sequence[Text], rows: Iterable[Stack], *, key: str = "stack",
    head: Text = "", description: Text = "",
) -> SafeString:  # fmt: skip
    """One bar a row, made of the same parts in the same order; the longest whole is the width."""
    stacks = [(label, _bars(parts)) for label, parts in rows]
    top = max((sum(part.value for part in parts) for _label, parts in stacks), default=0)
    body = format_html_join(
        "", "{}", ((_stack(number, label, parts, top),)
                   for number, (label, parts) in enumerate(stacks)),
    )  # fmt: skip
    legend = format_html_join(
        "",
        '<li class="c-legend__item"><span class="c-legend__swatch c-legend__swatch--{}"></span>'
        "{}</li>",
        enumerate(series, 1),
    )  # fmt: skip
    return format_html(
        '<figure class="c-figure"><figcaption class="c-figure__title">{}</figcaption>'
        '<ul class="c-legend">{}</ul>{}{}</figure>',
        title, legend,
        _svg(title, description or _of_stacks(stacks), key, len(stacks), body),
        _stack_table(title, head, series, stacks),
    )  # fmt: skip


def share(value: Number, whole: Number) -> Decimal:
    """How much of the whole a part is, in percent with two decimals; 0 of nothing."""
    if not whole or value <= 0:
        return Decimal(0)
    percent = Decimal(value) * 100 / Decimal(whole)
    return min(percent, Decimal(100)).quantize(Decimal("0.01"), ROUND_HALF_UP)


def _bars(rows: Iterable[Bar | tuple[Any, ...]]) -> list[Bar]:
    return [row if isinstance(row, Bar) else Bar(*row) for row in rows]


def _short(text: Text) -> str:
    words = str(text)
    return words if len(words) <= LONGEST else f"{words[: LONGEST - 1].rstrip()}…"


def _row(number: int, bar: Bar, start: Number, width: Number) -> SafeString:
    top = number * ROW
    return format_html(
        '<text class="c-chart__label" x="0" y="{}">{}</text>'
        '<text class="c-chart__value" x="100%" y="{}" text-anchor="end">{}</text>'
        '<rect class="c-chart__track" x="0" y="{}" width="100%" height="{}" rx="3"/>'
        '<rect class="c-chart__bar" x="{}%" y="{}" width="{}%" height="{}" rx="3"/>',
        top + LABEL, _short(bar.label), top + LABEL, bar.words,
        top + LABEL + 6, BAR, start, top + LABEL + 6, width, BAR,
    )  # fmt: skip


def _stack(number: int, label: Text, parts: list[Bar], top: Number) -> SafeString:
    y, at, pieces = number * ROW + LABEL + 6, Decimal(0), []
    for index, part in enumerate(parts, 1):
        width = share(part.value, top)
        pieces.append((index, at, y, width, BAR))
        at += width
    return format_html(
        '<text class="c-chart__label" x="0" y="{}">{}</text>'
        '<rect class="c-chart__track" x="0" y="{}" width="100%" height="{}" rx="3"/>{}',
        number * ROW + LABEL, _short(label), y, BAR,
        format_html_join(
            "",
            '<rect class="c-chart__part c-chart__part--{}" x="{}%" y="{}" width="{}%"'
            ' height="{}"/>',
            pieces,
        ),
    )  # fmt: skip


def _svg(title: Text, description: Text, key: str, rows: int, body: SafeString) -> SafeString:
    return format_html(
        '<svg class="c-chart" role="img" aria-labelledby="{}-title {}-desc" width="100%" '
        'height="{}" focusable="false"><title id="{}-title">{}</title>'
        '<desc id="{}-desc">{}</desc>{}</svg>',
        key, key, max(rows * ROW, 1), key, title, key, description, body,
    )  # fmt: skip


def _figure(
    title: Text, description: Text, bars: list[Bar], *, key: str, head: Text, body: SafeString
) -> SafeString:
    words = description or "; ".join(f"{bar.label}: {bar.words}" for bar in bars)
    return format_html(
        '<figure class="c-figure"><figcaption class="c-figure__title">{}</figcaption>{}{}</figure>',
        title, _svg(title, words, key, len(bars), body), _table(title, head, bars),
    )  # fmt: skip


def _table(title: Text, head: Text, bars: list[Bar]) -> SafeString:
    rows = format_html_join(
        "",
        '<tr class="govuk-table__row"><th scope="row" class="govuk-table__header">{}</th>'
        '<td class="govuk-table__cell govuk-table__cell--numeric">{}</td></tr>',
        ((_named(bar), bar.words) for bar in bars),
    )
    body = format_html('<tbody class="govuk-table__body">{}</tbody>', rows)
    heads = _heads([head or _("What"), _("How much")])
    return _details(title, format_html("{}{}", heads, body))


def _stack_table(
    title: Text, head: Text, series: Sequence[Text], stacks: list[tuple[Text, list[Bar]]]
) -> SafeString:
    rows = format_html_join(
        "",
        '<tr class="govuk-table__row"><th scope="row" class="govuk-table__header">{}</th>{}</tr>',
        ((label, format_html_join(
            "", '<td class="govuk-table__cell govuk-table__cell--numeric">{}</td>',
            ((part.words,) for part in parts)))
         for label, parts in stacks),
    )  # fmt: skip
    body = format_html('<tbody class="govuk-table__body">{}</tbody>', rows)
    return _details(title, format_html("{}{}", _heads([head or _("What"), *series]), body))


def _heads(labels: Sequence[Text]) -> SafeString:
    cells = format_html_join(
        "", '<th scope="col" class="govuk-table__header{}">{}</th>',
        ((" govuk-table__header--numeric" if number else "", label)
         for number, label in enumerate(labels)),
    )  # fmt: skip
    return format_html(
        '<thead class="govuk-table__head"><tr class="govuk-table__row">{}</tr></thead>', cells
    )


def _details(title: Text, inside: SafeString) -> SafeString:
    return format_html(
        '<details class="govuk-details c-figure__table"><summary class="govuk-details__summary">'
        '<span class="govuk-details__summary-text">{}</span></summary>'
        '<div class="govuk-details__text c-scroll" role="group" tabindex="0" aria-label="{}">'
        '<table class="govuk-table"><caption class="govuk-visually-hidden">{}</caption>{}</table>'
        "</div></details>",
        _("Show these numbers as a table"), title, title, inside,
    )  # fmt: skip


def _named(bar: Bar) -> SafeString:
    if not bar.url:
        return format_html("{}", bar.label)
    return format_html('<a class="govuk-link" href="{}">{}</a>', bar.url, bar.label)


def _of_stacks(stacks: list[tuple[Text, list[Bar]]]) -> str:
    return "; ".join(
        f"{label}: {', '.join(f'{part.label} {part.words}' for part in parts)}"
        for label, parts in stacks
    )
