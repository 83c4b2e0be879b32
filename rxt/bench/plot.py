"""The cost of a turn as a picture: a curve for the reactive model and one for each way without a memory. SVG."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from xml.sax.saxutils import escape

from rxt.bench.stateless import Comparison

WIDTH_PX, HEIGHT_PX, LEFT_PX, RIGHT_PX, TOP_PX, BOTTOM_PX = 640, 340, 64, 24, 64, 44
CURVES = (
    ("reactive, update included", "#0b6e78", ""),
    ("stateless, history read again", "#b35c00", "5 4"),
    ("stateless, prefix cache", "#6b6b76", "1 3"),
)
"""Name, colour, and dashes, so that the lines differ without colour too."""


def plot(against: Comparison, about: str) -> str:
    """The text of an SVG file."""
    curves = (against.reactive_s, against.reread_s, against.cached_s)
    top = _round_up(max(max(curve) for curve in curves))
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH_PX}" height="{HEIGHT_PX}" '
        f'viewBox="0 0 {WIDTH_PX} {HEIGHT_PX}" font-family="sans-serif" font-size="11">',
        f"<title>{escape(about)}</title>",
        f'<rect width="{WIDTH_PX}" height="{HEIGHT_PX}" fill="#ffffff"/>',
        f'<text x="{LEFT_PX}" y="20" font-size="13" fill="#111">{escape(f"Cost of a turn, ms: {about}")}</text>',
        *_grid(top, against.turns),
    ]
    for number, curve in enumerate(curves):
        lines.extend(_curve(number, against.turns, curve, top))
    return "\n".join([*lines, "</svg>", ""])


def _round_up(seconds: float) -> float:
    """To 1, 2, 4, 5 or 8 times a power of ten."""
    unit = 10.0 ** math.floor(math.log10(seconds))
    return next(unit * step for step in (1, 2, 4, 5, 8, 10) if unit * step >= seconds)


def _grid(top: float, turns: Sequence[int]) -> Iterator[str]:
    for quarter in range(5):
        y = _y(top * quarter / 4, top)
        yield f'<line x1="{LEFT_PX}" y1="{y:.1f}" x2="{WIDTH_PX - RIGHT_PX}" y2="{y:.1f}" stroke="#dddddd"/>'
        text = f"{1e3 * top * quarter / 4:,.4g}"
        yield f'<text x="{LEFT_PX - 8}" y="{y + 4:.1f}" text-anchor="end" fill="#555">{text}</text>'
    shown = [turn for turn in turns if turn in (turns[0], turns[-1]) or turn >= turns[-1] / 8]
    for turn in shown:
        x, y = _x(turn, turns), HEIGHT_PX - BOTTOM_PX + 18
        yield f'<text x="{x:.1f}" y="{y}" text-anchor="middle" fill="#333">{turn}</text>'
    x, y = (LEFT_PX + WIDTH_PX - RIGHT_PX) / 2, HEIGHT_PX - 8
    yield f'<text x="{x:.1f}" y="{y}" text-anchor="middle" fill="#333">turn of the conversation</text>'


def _curve(number: int, turns: Sequence[int], seconds: Sequence[float], top: float) -> Iterator[str]:
    name, colour, dashes = CURVES[number]
    dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
    points = [(_x(turn, turns), _y(value, top)) for turn, value in zip(turns, seconds, strict=True)]
    drawn = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    yield f'<polyline points="{drawn}" fill="none" stroke="{colour}" stroke-width="2"{dashed}/>'
    for x, y in points:
        yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>'
    left = LEFT_PX + number * 195
    yield f'<line x1="{left}" y1="40" x2="{left + 24}" y2="40" stroke="{colour}" stroke-width="2"{dashed}/>'
    yield f'<text x="{left + 30}" y="44" fill="#333">{escape(name)}</text>'


def _x(turn: int, turns: Sequence[int]) -> float:
    return LEFT_PX + 12 + (WIDTH_PX - LEFT_PX - RIGHT_PX - 24) * (turn - turns[0]) / max(1, turns[-1] - turns[0])


def _y(seconds: float, top: float) -> float:
    return HEIGHT_PX - BOTTOM_PX - (HEIGHT_PX - BOTTOM_PX - TOP_PX) * seconds / top
