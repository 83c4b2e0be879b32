"""The evaluation as a picture: one panel a group of numbers, one line a memory, bars for the 95 % intervals. SVG."""

from __future__ import annotations

from collections.abc import Iterator
from xml.sax.saxutils import escape

from rxt.inference.share import ClusteredShare
from rxt.training.evaluation.results import MEMORIES, TITLES, Evaluation, by_title, in_order

WIDTH_PX, PANEL_PX, LEFT_PX, RIGHT_PX, TOP_PX, PLOT_PX = 640, 210, 56, 24, 40, 120
COLOURS = ("#0b6e78", "#b35c00", "#6b6b76")
MARKS = ("", "5 4", "1 3")
"""Dashes, so that the lines differ without colour too."""


def plot(result: Evaluation) -> str:
    """The text of an SVG file."""
    groups = by_title(result)
    height = PANEL_PX * len(groups) + 40
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH_PX}" height="{height}" '
        f'viewBox="0 0 {WIDTH_PX} {height}" font-family="sans-serif" font-size="11">',
        f"<title>{escape(result.about)}</title>",
        f'<rect width="{WIDTH_PX}" height="{height}" fill="#ffffff"/>',
        *_legend(),
    ]
    for number, (group, cells) in enumerate(groups):
        lines.append(f'<g transform="translate(0 {30 + number * PANEL_PX})">')
        lines.extend(_panel(TITLES.get(group, group), in_order(cells)))
        lines.append("</g>")
    return "\n".join([*lines, "</svg>", ""])


def _legend() -> Iterator[str]:
    for number, memory in enumerate(MEMORIES):
        x = LEFT_PX + number * 170
        yield _line(x, 18, x + 24, 18, COLOURS[number], MARKS[number], 2)
        yield f'<text x="{x + 30}" y="22" fill="#333">memory {escape(memory)}</text>'


def _panel(title: str, cells: list[tuple[str, dict[str, ClusteredShare]]]) -> Iterator[str]:
    yield f'<text x="{LEFT_PX}" y="24" font-size="13" fill="#111">{escape(title)}, %</text>'
    for percent in (0, 50, 100):
        y = _y(percent / 100)
        yield _line(LEFT_PX, y, WIDTH_PX - RIGHT_PX, y, "#dddddd", "", 1)
        yield f'<text x="{LEFT_PX - 8}" y="{y + 4:.1f}" text-anchor="end" fill="#555">{percent}</text>'
    step = (WIDTH_PX - LEFT_PX - RIGHT_PX) / len(cells)
    places = [LEFT_PX + step * (number + 0.5) for number in range(len(cells))]
    for x, (name, _) in zip(places, cells, strict=True):
        yield f'<text x="{x:.1f}" y="{TOP_PX + PLOT_PX + 18}" text-anchor="middle" fill="#333">{escape(name)}</text>'
    for number, memory in reversed(list(enumerate(MEMORIES))):
        points = [(x, shares[memory]) for x, (_, shares) in zip(places, cells, strict=True)]
        yield from _curve(points, number, joined=all(name.isdigit() for name, _ in cells))


def _curve(points: list[tuple[float, ClusteredShare]], number: int, joined: bool) -> Iterator[str]:
    """Points with their intervals; a line between them only where what lies between has a meaning."""
    colour, offset = COLOURS[number], 3 * (number - 1)
    drawn = []
    for x, share in points:
        if share.value is None or share.interval is None:
            continue
        low, high = share.interval
        drawn.append(f"{x + offset:.1f},{_y(share.value):.1f}")
        yield _line(x + offset, _y(low), x + offset, _y(high), colour, "", 1)
        yield f'<circle cx="{x + offset:.1f}" cy="{_y(share.value):.1f}" r="3" fill="{colour}"/>'
    if joined and len(drawn) > 1:
        dashes = f' stroke-dasharray="{MARKS[number]}"' if MARKS[number] else ""
        yield f'<polyline points="{" ".join(drawn)}" fill="none" stroke="{colour}" stroke-width="2"{dashes}/>'


def _line(x1: float, y1: float, x2: float, y2: float, colour: str, dashes: str, width: int) -> str:
    dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
    return (
        f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" '
        f'stroke="{colour}" stroke-width="{width}"{dashed}/>'
    )


def _y(share: float) -> float:
    return TOP_PX + PLOT_PX * (1 - share)
