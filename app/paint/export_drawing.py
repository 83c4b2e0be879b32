"""A figure on paper: title, panels one below the other, a note and the stamp; as PNG, SVG or PDF.

Pure functions of their arguments: they may run on any thread and write no file.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal, get_args

from PySide6.QtCore import QBuffer, QIODevice, QMarginsF, QRect, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPageSize, QPainter, QPdfWriter
from PySide6.QtSvg import QSvgGenerator

from app.paint.export_axes import WHITE, draw_text, font, one_line, pen
from app.paint.export_panels import draw_panel
from app.paint.figure import Heat, Picture

if TYPE_CHECKING:
    from app.paint.figure import Figure, Panel
    from app.paint.stamp import Stamp

PictureFormat = Literal["png", "svg", "pdf"]
PICTURE_FORMATS: tuple[PictureFormat, ...] = get_args(PictureFormat)

WIDTH_PX = 760.0
MARGIN_PX = 28.0
TITLE_PX = 30.0
CAPTION_PX = 22.0
BETWEEN_PX = 18.0
LINE_PX = 15.0
PNG_SCALE = 3  # 96 px an inch become 288, enough for print
_POINTS_A_PX = 0.75


def picture(figure: Figure, stamp: Stamp, form: PictureFormat) -> bytes:
    """The figure as the bytes of a file. Raises ValueError for a figure without panels or an unknown form."""
    if not figure.panels:
        raise ValueError("a figure needs at least one panel")
    if form not in PICTURE_FORMATS:
        raise ValueError(f"a picture is {', '.join(PICTURE_FORMATS)}, not {form!r}")
    makers: dict[PictureFormat, Callable[[Figure, Stamp], bytes]] = {"png": _png, "svg": _svg, "pdf": _pdf}
    return makers[form](figure, stamp)


def page_size(figure: Figure, stamp: Stamp) -> QSizeF:
    """The size of the paper in px of 1/96 inch."""
    heights = sum(_panel_height(panel) + CAPTION_PX + BETWEEN_PX for panel in figure.panels)
    words = LINE_PX * (_lines_of(figure.note) + _lines_of(stamp.line(figure)))
    return QSizeF(WIDTH_PX, 2 * MARGIN_PX + TITLE_PX + heights + words)


def draw(painter: QPainter, figure: Figure, stamp: Stamp) -> None:
    """Draws the whole page from its top left corner."""
    size = page_size(figure, stamp)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setRenderHint(QPainter.RenderHint.LosslessImageRendering)
    painter.fillRect(QRectF(0, 0, size.width(), size.height()), QColor(WHITE.ground))
    width = size.width() - 2 * MARGIN_PX
    painter.setFont(font(15, bold=True))
    painter.setPen(pen(WHITE.ink))
    title = QFontMetricsF(painter.font()).elidedText(one_line(figure.title), Qt.TextElideMode.ElideRight, width)
    painter.drawText(QRectF(MARGIN_PX, MARGIN_PX - 6, width, 22), Qt.AlignmentFlag.AlignLeft, title)
    y = MARGIN_PX + TITLE_PX
    for panel in figure.panels:
        draw_text(painter, QRectF(MARGIN_PX, y, width, 16), panel.name, Qt.AlignmentFlag.AlignLeft, WHITE.ink)
        y += CAPTION_PX
        area = QRectF(MARGIN_PX, y, width, _panel_height(panel))
        draw_panel(painter, WHITE, panel, area)
        y = area.bottom() + BETWEEN_PX
    painter.setFont(font())
    painter.setPen(pen(WHITE.quiet))
    for text in (figure.note, stamp.line(figure)):
        box = QRectF(MARGIN_PX, y, width, LINE_PX * _lines_of(text))
        painter.drawText(box, Qt.TextFlag.TextWordWrap, one_line(text))
        y = box.bottom() + 2


def _panel_height(panel: Panel) -> float:
    """Maps of few rows are flat, square ones high; everything else has one height."""
    if isinstance(panel, Heat):
        rows, columns = panel.values.shape
        most = 560.0 if rows >= 0.5 * columns else 360.0
        return max(170.0, min(most, 90.0 + 22.0 * rows))
    if isinstance(panel, Picture):
        height, width = panel.pixels.shape[:2]
        return min(560.0, (WIDTH_PX - 2 * MARGIN_PX) * height / width)
    return 270.0


def _lines_of(text: str) -> int:
    """How many lines the paper needs for a text below the panels."""
    if not text:
        return 0
    room = QRectF(0, 0, WIDTH_PX - 2 * MARGIN_PX, 10_000)
    bounds = QFontMetricsF(font()).boundingRect(room, Qt.TextFlag.TextWordWrap, one_line(text))
    return int(bounds.height() // LINE_PX) + 1


def _png(figure: Figure, stamp: Stamp) -> bytes:
    size = page_size(figure, stamp)
    image = QImage(QSize(round(size.width()), round(size.height())) * PNG_SCALE, QImage.Format.Format_RGB32)
    image.setDotsPerMeterX(round(96 * PNG_SCALE / 0.0254))
    image.setDotsPerMeterY(round(96 * PNG_SCALE / 0.0254))
    image.fill(QColor(WHITE.ground))
    for name, text in stamp.facts(figure).items():
        image.setText(name, text)
    painter = QPainter(image)
    painter.scale(PNG_SCALE, PNG_SCALE)
    draw(painter, figure, stamp)
    painter.end()
    buffer = _opened()
    if not image.save(buffer, "PNG"):  # type: ignore[call-overload]  # a device is taken, the stubs know only names
        raise OSError("The picture could not be encoded as PNG.")
    return bytes(buffer.data().data())


def _svg(figure: Figure, stamp: Stamp) -> bytes:
    size = page_size(figure, stamp)
    buffer = _opened()
    paper = QSvgGenerator()
    paper.setOutputDevice(buffer)
    paper.setResolution(96)
    paper.setSize(size.toSize())
    paper.setViewBox(QRect(0, 0, round(size.width()), round(size.height())))
    paper.setTitle(one_line(figure.title))
    paper.setDescription("; ".join(f"{name}: {text}" for name, text in stamp.facts(figure).items()))
    painter = QPainter(paper)
    draw(painter, figure, stamp)
    painter.end()
    return bytes(buffer.data().data())


def _pdf(figure: Figure, stamp: Stamp) -> bytes:
    size = page_size(figure, stamp)
    buffer = _opened()
    paper = QPdfWriter(buffer)
    paper.setResolution(96)
    paper.setPageSize(QPageSize(size * _POINTS_A_PX, QPageSize.Unit.Point))
    paper.setPageMargins(QMarginsF())
    paper.setTitle(one_line(figure.title))
    paper.setCreator("; ".join(f"{name}: {text}" for name, text in stamp.facts(figure).items()))
    painter = QPainter(paper)
    draw(painter, figure, stamp)
    painter.end()
    return bytes(buffer.data().data())


def _opened() -> QBuffer:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    return buffer
