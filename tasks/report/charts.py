"""Charts as inline SVG: no script, no fixed width, colors from the page's style sheet.

Geometry is in percent of the width and text in pixels, so that a chart fits a phone and a sheet of
paper without its letters shrinking. `Markup.format` escapes whatever is put in.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from tasks.report.display import percent, shown

_ROW_HEIGHT = 36
_LABEL_LENGTH = 34
"""Characters of a label that stand beside a number on a phone 320 pixels wide."""
_DESCRIPTION_LENGTH = 1_000
_LEAST_WIDTH = 0.5
"""Percent: what is not zero must be seen."""


@dataclass(frozen=True, slots=True)
class Segment:
    """One part of a stacked bar; `tone` is a class of the style sheet."""

    tone: str
    label: str
    items: int


@dataclass(frozen=True, slots=True)
class Stack:
    """One stacked bar."""

    label: str
    segments: tuple[Segment, ...]


def bars(title: str, rows: Sequence[tuple[str, int]], *, whole: int) -> Markup:
    """Horizontal bars, one a row, as shares of `whole`."""
    drawn = []
    for number, (label, items) in enumerate(rows):
        top = number * _ROW_HEIGHT
        value = f"{items:,} · {percent(items, whole)}"
        drawn.append(_row_text(top, label, value))
        drawn.append(_bar(top, 0, 100, "track"))
        drawn.append(_bar(top, 0, _width(items, whole), "tone-bar"))
    spoken = (f"{label}: {items:,}" for label, items in rows)
    return _svg(title, spoken, len(rows) * _ROW_HEIGHT, drawn)


def stacked_bars(title: str, rows: Sequence[Stack]) -> Markup:
    """Horizontal bars of equal length, each divided by its segments' shares."""
    drawn, spoken = [], []
    for number, row in enumerate(rows):
        top = number * _ROW_HEIGHT
        segments = [segment for segment in row.segments if segment.items > 0]
        whole = sum(segment.items for segment in segments)
        drawn += [_row_text(top, row.label, f"{whole:,}"), _bar(top, 0, 100, "track")]
        widths = [_width(segment.items, whole) for segment in segments]
        left = 0.0
        for segment, width in zip(segments, widths, strict=True):
            share = 100 * width / sum(widths)
            tip = f"{segment.label}: {segment.items:,} ({percent(segment.items, whole)})"
            drawn.append(_bar(top, left, share, f"tone-{segment.tone}", tip))
            left += share
        parts = ", ".join(f"{segment.label} {segment.items:,}" for segment in segments)
        spoken.append(f"{row.label}: {parts or 'nothing'}")
    return _svg(title, spoken, len(rows) * _ROW_HEIGHT, drawn)


def histogram(title: str, bins: Sequence[tuple[str, int]]) -> Markup:
    """Upright columns side by side; a bin's label is its lower edge and stands at its left."""
    height, base, highest = 190, 160, max((items for _, items in bins), default=0)
    step = 100 / max(1, len(bins))
    drawn = [Markup('<line class="axis" x1="0" x2="100%" y1="{0}" y2="{0}"/>').format(base)]
    for number, (label, items) in enumerate(bins):
        tall = (base - 24) * items / highest if highest else 0
        tall = max(tall, 2) if items else 0
        drawn.append(
            Markup(
                '<g><title>{}</title><rect class="tone-bar" x="{:.2f}%" y="{:.1f}" width="{:.2f}%"'
                ' height="{:.1f}"/></g>'
            ).format(
                shown(f"from {label}: {items:,}"),
                number * step + 0.4,
                base - tall,
                step - 0.8,
                tall,
            )
        )
        drawn.append(
            _text(
                f"{(number + 0.5) * step:.2f}%", base - tall - 6, _short(items), "middle", "value"
            )
        )
        drawn.append(
            _text(
                f"{number * step:.2f}%", base + 18, label, "middle" if number else "start", "label"
            )
        )
    spoken = (f"from {label}: {items:,}" for label, items in bins)
    return _svg(title, spoken, height, drawn)


def _svg(title: str, spoken: Iterable[str], height: int, drawn: Iterable[Markup]) -> Markup:
    title, description = shown(title), shown("; ".join(spoken), _DESCRIPTION_LENGTH)
    return Markup(
        '<svg class="chart" role="img" aria-label="{}" width="100%" height="{}"'
        ' xmlns="http://www.w3.org/2000/svg"><title>{}</title><desc>{}</desc>{}</svg>'
    ).format(f"{title}. {description}", height, title, description, Markup("").join(drawn))


def _row_text(top: float, label: str, value: str) -> Markup:
    return _text("0", top + 14, label, "start", "label") + _text(
        "100%", top + 14, value, "end", "value"
    )


def _text(x: str, y: float, text: str, anchor: str, tone: str) -> Markup:
    return Markup('<text class="{}" x="{}" y="{:.1f}" text-anchor="{}">{}</text>').format(
        tone, x, y, anchor, shown(text, _LABEL_LENGTH)
    )


def _bar(top: float, left: float, width: float, tone: str, tip: str = "") -> Markup:
    tooltip = Markup("<title>{}</title>").format(shown(tip)) if tip else Markup("")
    return Markup(
        '<rect class="{}" x="{:.2f}%" y="{}" width="{:.2f}%" height="10">{}</rect>'
    ).format(tone, left, top + 20, width, tooltip)


def _width(items: int, whole: int) -> float:
    return max(_LEAST_WIDTH, 100 * items / whole) if items > 0 and whole > 0 else 0.0


def _short(items: int) -> str:
    """A number in at most four characters: 950, 12k, 3.4M."""
    if items < 1_000:  # noqa: PLR2004 - a thousand
        return str(items) if items else ""
    if items < 1_000_000:  # noqa: PLR2004 - a million
        return f"{items / 1_000:.1f}k" if items < 10_000 else f"{items // 1_000}k"  # noqa: PLR2004
    return f"{items / 1_000_000:.1f}M"
