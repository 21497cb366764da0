"""Plots as SVG, readable on light and dark pages: bars, and lines over the course of something."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from math import ceil, floor, log10

WIDTH = 720
LABELS = 220
VALUES = 90
BAR = 22
STEP = 34
TOP = 44

PLOT_HEIGHT = 220
PLOT_LEFT = 60
TICKS = 4
LEGEND = 20

COLOURS = 4
# Four hues that people who see few colours tell apart (Okabe and Ito), and none that is lost on black or on white.
STYLE = """
text { font: 14px system-ui, sans-serif; fill: #24292f } .title { font-weight: 600 } .small { font-size: 12px; fill: #57606a }
.grid { stroke: #d0d7de } .line { fill: none; stroke-width: 2 }
.c0 { fill: #0072b2; stroke: #0072b2 } .c1 { fill: #d55e00; stroke: #d55e00 }
.c2 { fill: #009e73; stroke: #009e73 } .c3 { fill: #8c959f; stroke: #8c959f } .line { fill: none }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 } .small { fill: #9198a1 } .grid { stroke: #3d444d }
  .c0 { fill: #56b4e9; stroke: #56b4e9 } .c1 { fill: #f0883e; stroke: #f0883e } .line { fill: none }
}
"""


@dataclass(frozen=True, slots=True)
class Bar:
    """One figure; *colour* from 0 to 3, 3 being grey, for yardsticks."""

    label: str
    value: float
    colour: int = 0


def bars(title: str, figures: Sequence[Bar]) -> str:
    """Draw one bar below the other."""
    longest = max((bar.value for bar in figures), default=0) or 1
    room = WIDTH - LABELS - VALUES
    parts = [_text(0, 20, title, "title")]
    for number, bar in enumerate(figures):
        y, width = TOP + number * STEP, room * bar.value / longest
        parts.append(_text(LABELS - 10, y + 16, bar.label, anchor="end"))
        parts.append(f'<rect class="c{bar.colour}" x="{LABELS}" y="{y}" width="{width:.1f}" height="{BAR}" rx="2"/>')
        parts.append(_text(LABELS + width + 8, y + 16, f"{bar.value:,.5g}"))
    return _svg(TOP + len(figures) * STEP, title, parts)


def lines(title: str, series: Mapping[str, Sequence[float]], across: str) -> str:
    """Draw each series from the left edge to the right one, however many points it has; *across* says what that is."""
    top = nice_top(max((max(values, default=0) for values in series.values()), default=0))
    bottom, right = TOP + PLOT_HEIGHT, WIDTH - 10
    parts = [_text(0, 20, title, "title")]
    for tick in range(TICKS + 1):
        y = bottom - PLOT_HEIGHT * tick / TICKS
        parts.append(f'<path class="grid" d="M{PLOT_LEFT} {y:.1f}H{right}"/>')
        parts.append(_text(PLOT_LEFT - 8, y + 4, f"{top * tick / TICKS:,.5g}", "small", anchor="end"))
    for number, (name, values) in enumerate(series.items()):
        gap = (right - PLOT_LEFT) / max(1, len(values) - 1)
        points = " ".join(f"{PLOT_LEFT + i * gap:.1f},{bottom - PLOT_HEIGHT * v / top:.1f}" for i, v in enumerate(values))
        colour, x = f"c{number % COLOURS}", PLOT_LEFT + number * 180
        parts.append(f'<polyline class="{colour} line" points="{points}"/>')
        parts.append(f'<rect class="{colour}" x="{x}" y="{bottom + LEGEND + 14}" width="12" height="12"/>')
        parts.append(_text(x + 18, bottom + LEGEND + 25, name))
    parts.append(_text(right, bottom + 18, across, "small", anchor="end"))
    return _svg(bottom + 2 * LEGEND + 16, title, parts)


def nice_top(most: float) -> float:
    """Give a round number that nothing sticks out of."""
    if most <= 0:
        return 1.0
    unit = 10.0 ** floor(log10(most))
    return ceil(most / unit * 2) / 2 * unit


def _text(x: float, y: float, words: str, kind: str = "", anchor: str = "start") -> str:
    style = f' class="{kind}"' if kind else ""
    return f'<text{style} x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(words)}</text>'


def _svg(height: float, title: str, parts: Sequence[str]) -> str:
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0f}" role="img" aria-label="{escape(title)}">'
    )
    return "\n".join([head, f"<style>{STYLE}</style>", *parts, "</svg>", ""])
