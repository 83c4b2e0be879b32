"""The memory of a conversation as moving pictures: one for each turn, and some between them where it shall flow.

Pure functions of their arguments, for any thread; files are written elsewhere.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QBuffer, QIODevice, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter

from app.paint.colormap import INVALID_RGBA, lookup_table
from app.paint.export_axes import WHITE, Paper, draw_text, font, one_line, pen
from app.paint.export_panels import draw_panel
from app.paint.figure import Axis, Heat

if TYPE_CHECKING:
    from PIL import Image

    from app.paint.limits import Limits
    from app.paint.quantity import Measure
    from rxt.events import FloatArray

WIDTH_PX = 760
MARGIN_PX = 20.0
STRIP_PX = 46.0
BETWEEN = 4
"""Pictures from one turn to the next where the animation flows."""
_COLOURS_OF_MAP = 208
_GREYS = 40
_COMMENT = 120
"""Characters of a title in the comment of a GIF."""


@dataclass(frozen=True, slots=True, eq=False)
class Storyboard:
    """What is seen: values [L, S] and words for each turn, one measure in one pair of limits.

    changes: [N], how far each turn moved the memory, for the bars below; paper: the colours.
    """

    title: str
    measure: Measure
    limits: Limits
    values: tuple[FloatArray, ...]
    words: tuple[str, ...]
    changes: tuple[float, ...]
    foot: str = ""
    paper: Paper = WHITE

    def __post_init__(self) -> None:
        if not self.values or not len(self.values) == len(self.words) == len(self.changes):
            raise ValueError("a storyboard has at least one turn, and words and a change for each")

    def heat(self, turn: int, share: float = 0.0) -> Heat:
        """The map of a turn; share: how far it is on the way to the next one."""
        values = self.values[turn]
        if share > 0 and turn + 1 < len(self.values):
            values = (1 - share) * values + share * self.values[turn + 1]
        return Heat(
            self.measure.title, values, Axis("layer"), Axis("slot"), self.limits, self.measure.name,
            self.measure.scale == "diverging", self.measure.neutral, self.measure.is_reversed,
        )  # fmt: skip


def size_of(board: Storyboard) -> QSize:
    """The size of every picture in px."""
    layers = board.values[0].shape[0]
    return QSize(WIDTH_PX, round(2 * MARGIN_PX + 74 + max(150.0, min(340.0, 60 + 20.0 * layers)) + STRIP_PX))


def steps(board: Storyboard, flows: bool) -> list[tuple[int, float]]:
    """The pictures in their order: the turn, and how far on the way to the next one."""
    between = BETWEEN if flows else 1
    last = len(board.values) - 1
    return [(turn, step / between) for turn in range(last) for step in range(between)] + [(last, 0.0)]


def frame(board: Storyboard, turn: int, share: float = 0.0) -> QImage:
    """One picture."""
    size, paper = size_of(board), board.paper
    image = QImage(size, QImage.Format.Format_RGB888)
    image.fill(QColor(paper.ground))
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    width = size.width() - 2 * MARGIN_PX
    painter.setFont(font(15, bold=True))
    painter.setPen(pen(paper.ink))
    painter.drawText(QRectF(MARGIN_PX, MARGIN_PX, width, 22), Qt.AlignmentFlag.AlignLeft, one_line(board.title))
    left = Qt.AlignmentFlag.AlignLeft
    draw_text(painter, QRectF(MARGIN_PX, MARGIN_PX + 24, width, 16), board.words[turn], left, paper.ink)
    draw_text(painter, QRectF(MARGIN_PX, size.height() - MARGIN_PX - 10, width, 16), board.foot, left, paper.quiet)
    strip = QRectF(MARGIN_PX, size.height() - MARGIN_PX - STRIP_PX - 16, width, STRIP_PX)
    _draw_strip(painter, board, turn + share, strip)
    draw_panel(painter, paper, board.heat(turn, share), QRectF(MARGIN_PX, 74, width, strip.top() - 82))
    painter.end()
    return image


def _draw_strip(painter: QPainter, board: Storyboard, position: float, area: QRectF) -> None:
    """A bar a turn, as high as it changed the memory; the one in view is filled with ink."""
    highest = max((change for change in board.changes if np.isfinite(change)), default=0.0) or 1.0
    wide = min(24.0, area.width() / len(board.changes))
    painter.setPen(Qt.PenStyle.NoPen)
    for turn, change in enumerate(board.changes):
        height = max(1.0, (area.height() - 4) * change / highest) if np.isfinite(change) else 1.0
        is_now = round(position) == turn
        painter.setBrush(QColor(board.paper.ink if is_now else board.paper.hairline))
        gap = 2.0 if wide > 4 else 0.0
        painter.drawRect(QRectF(area.left() + turn * wide, area.bottom() - height, wide - gap, height))
    painter.setBrush(Qt.BrushStyle.NoBrush)


def png_files(board: Storyboard, flows: bool) -> Iterator[tuple[str, bytes]]:
    """Every picture as a numbered PNG file: its name and its bytes."""
    wanted = steps(board, flows)
    digits = max(4, len(str(len(wanted))))
    for number, (turn, share) in enumerate(wanted):
        buffer = QBuffer()
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        frame(board, turn, share).save(buffer, "PNG")  # type: ignore[call-overload]  # a device is taken
        yield f"memory-{number:0{digits}d}.png", bytes(buffer.data().data())


def gif(board: Storyboard, flows: bool, turn_ms: int, tell: Callable[[float], None]) -> bytes:
    """The animation as a GIF that repeats; turn_ms: how long a turn is seen; tell: hears how far it is, 0 to 1."""
    wanted = steps(board, flows)
    colours = _palette(board)
    step_ms = max(20, round(turn_ms / (BETWEEN if flows else 1)))
    durations = [step_ms] * (len(wanted) - 1) + [max(step_ms, 2 * turn_ms)]  # the end is seen a little longer
    pictures = (_in_colours(board, step, colours) for step in wanted)
    first = next(pictures)

    def told() -> Iterator[Image.Image]:
        for number, drawn in enumerate(pictures, 2):
            tell(number / len(wanted))
            yield drawn

    buffer = io.BytesIO()
    first.save(
        buffer, "GIF", save_all=True, append_images=told(), duration=durations, loop=0, optimize=False,
        comment=_comment(board),
    )  # fmt: skip
    return buffer.getvalue()


def _comment(board: Storyboard) -> bytes:
    """Title and foot, in UTF-8, for words of any language shall be there to read; what joins them is ASCII, which
    the format asks for and every reader shows."""
    foot = one_line(board.foot).replace(" · ", ", ")
    title = one_line(board.title)
    title = title if len(title) <= _COMMENT else f"{title[:_COMMENT].rstrip()}..."
    return " - ".join(part for part in (title, foot) if part).encode("utf-8", "replace")


def _palette(board: Storyboard) -> Image.Image:
    """256 colours for all pictures: those of the map, and the shades between ground and ink. None flickers."""
    from PIL import Image

    map_name = board.paper.diverging if board.measure.scale == "diverging" else board.paper.sequential
    table = lookup_table(map_name)
    chosen = table[np.linspace(0, len(table) - 1, _COLOURS_OF_MAP).round().astype(int), :3]
    ground, ink = (_rgb(name) for name in (board.paper.ground, board.paper.ink))
    shades = ground + np.linspace(0, 1, _GREYS)[:, None] * (ink - ground)
    rest = np.tile(np.array([INVALID_RGBA[:3]]), (256 - _COLOURS_OF_MAP - _GREYS, 1))  # invalid numbers
    colours = np.concatenate([chosen, shades.round().astype(np.uint8), rest]).astype(np.uint8)
    image = Image.new("P", (1, 1))
    image.putpalette(colours.tobytes())
    return image


def _rgb(colour: str) -> npt.NDArray[np.float64]:
    shade = QColor(colour)
    return np.array([shade.red(), shade.green(), shade.blue()], np.float64)


def _in_colours(board: Storyboard, step: tuple[int, float], colours: Image.Image) -> Image.Image:
    from PIL import Image

    image = frame(board, *step)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    pixels = np.ascontiguousarray(rows[:, : 3 * image.width()]).reshape(image.height(), image.width(), 3)
    return Image.fromarray(pixels).quantize(palette=colours, dither=Image.Dither.NONE)
