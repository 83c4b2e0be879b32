"""A figure on paper: title, panels in as many columns as a page needs, a note and the stamp; as PNG, SVG or PDF.

Pure functions of their arguments: they may run on any thread and write no file.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal, get_args

from PySide6.QtCore import QBuffer, QIODevice, QMarginsF, QRect, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPageSize, QPainter, QPdfWriter
from PySide6.QtSvg import QSvgGenerator

from app.paint.export_axes import WHITE, font, one_line, pen
from app.paint.export_panels import draw_panel, panel_height

if TYPE_CHECKING:
    from app.paint.export_axes import Paper
    from app.paint.figure import Figure, Panel
    from app.paint.stamp import Stamp

PictureFormat = Literal["png", "svg", "pdf"]
PICTURE_FORMATS: tuple[PictureFormat, ...] = get_args(PictureFormat)

WIDTH_PX = 760.0
COLUMN_PX = 300.0  # what the page is wider with each column more
MOST_COLUMNS = 4
MOST_HEIGHT = 1.4  # of the width, about that of a page of a journal
MARGIN_PX = 28.0
TITLE_PX = 30.0
UNDER_CAPTION_PX = 7.0
BETWEEN_PX = 18.0
LINE_PX = 15.0
PNG_SCALE = 3  # 96 px an inch become 288, enough for print
_POINTS_A_PX = 0.75


def picture(figure: Figure, stamp: Stamp, form: PictureFormat, paper: Paper = WHITE) -> bytes:
    """The figure as the bytes of a file. Raises ValueError for a figure without panels or an unknown form."""
    if not figure.panels:
        raise ValueError("a figure needs at least one panel")
    if form not in PICTURE_FORMATS:
        raise ValueError(f"a picture is {', '.join(PICTURE_FORMATS)}, not {form!r}")
    makers: dict[PictureFormat, Callable[[Figure, Stamp, Paper], bytes]] = {"png": _png, "svg": _svg, "pdf": _pdf}
    return makers[form](figure, stamp, paper)


def page_size(figure: Figure, stamp: Stamp) -> QSizeF:
    """The size of the paper in px of 1/96 inch."""
    return _laid_out(figure, stamp)[0]


def _laid_out(figure: Figure, stamp: Stamp) -> tuple[QSizeF, list[tuple[Panel, QRectF]]]:
    """The size of the page and where each panel lies, captions included: row by row, in as few columns as keep the
    page from being higher than MOST_HEIGHT."""
    size = QSizeF()
    places: list[tuple[Panel, QRectF]] = []
    for columns in range(1, min(MOST_COLUMNS, len(figure.panels)) + 1):
        inner = WIDTH_PX + (columns - 1) * COLUMN_PX - 2 * MARGIN_PX
        width = (inner - (columns - 1) * BETWEEN_PX) / columns
        y, places = MARGIN_PX + TITLE_PX, []
        for first in range(0, len(figure.panels), columns):
            row = figure.panels[first : first + columns]
            above = max(_caption_height(panel, width) for panel in row)
            height = above + max(panel_height(panel, width) for panel in row)
            for place, panel in enumerate(row):
                places.append((panel, QRectF(MARGIN_PX + place * (width + BETWEEN_PX), y, width, height)))
            y += height + BETWEEN_PX
        words = LINE_PX * (_lines_of(figure.note, inner) + _lines_of(stamp.line(figure), inner))
        size = QSizeF(inner + 2 * MARGIN_PX, y + words + MARGIN_PX)
        if size.height() <= MOST_HEIGHT * size.width():
            break
    return size, places


def draw(painter: QPainter, figure: Figure, stamp: Stamp, paper: Paper = WHITE) -> None:
    """Draws the whole page from its top left corner."""
    size, places = _laid_out(figure, stamp)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setRenderHint(QPainter.RenderHint.LosslessImageRendering)
    painter.fillRect(QRectF(0, 0, size.width(), size.height()), QColor(paper.ground))
    width = size.width() - 2 * MARGIN_PX
    painter.setFont(font(15, bold=True))
    painter.setPen(pen(paper.ink))
    title = QFontMetricsF(painter.font()).elidedText(one_line(figure.title), Qt.TextElideMode.ElideRight, width)
    painter.drawText(QRectF(MARGIN_PX, MARGIN_PX - 6, width, 22), Qt.AlignmentFlag.AlignLeft, title)
    for panel, place in places:
        caption = QRectF(place.left(), place.top(), place.width(), _caption_height(panel, place.width()))
        painter.setFont(font())
        painter.setPen(pen(paper.ink))
        painter.drawText(caption, Qt.TextFlag.TextWordWrap, one_line(panel.name))
        area = QRectF(place.left(), caption.bottom(), place.width(), panel_height(panel, place.width()))
        draw_panel(painter, paper, panel, area)
    y = max(place.bottom() for _, place in places) + BETWEEN_PX
    painter.setFont(font())
    painter.setPen(pen(paper.quiet))
    for text in (figure.note, stamp.line(figure)):
        box = QRectF(MARGIN_PX, y, width, LINE_PX * _lines_of(text, width))
        painter.drawText(box, Qt.TextFlag.TextWordWrap, one_line(text))
        y = box.bottom() + 2


def _caption_height(panel: Panel, width_px: float) -> float:
    return LINE_PX * _lines_of(panel.name, width_px) + UNDER_CAPTION_PX


def _lines_of(text: str, width_px: float) -> int:
    """How many lines the paper needs for a text of that width."""
    if not text:
        return 0
    room = QRectF(0, 0, width_px, 10_000)
    bounds = QFontMetricsF(font()).boundingRect(room, Qt.TextFlag.TextWordWrap, one_line(text))
    return int(bounds.height() // LINE_PX) + 1


def _png(figure: Figure, stamp: Stamp, paper: Paper) -> bytes:
    size = page_size(figure, stamp)
    image = QImage(QSize(round(size.width()), round(size.height())) * PNG_SCALE, QImage.Format.Format_RGB32)
    image.setDotsPerMeterX(round(96 * PNG_SCALE / 0.0254))
    image.setDotsPerMeterY(round(96 * PNG_SCALE / 0.0254))
    image.fill(QColor(paper.ground))
    for name, text in stamp.facts(figure).items():
        image.setText(name, text)
    painter = QPainter(image)
    painter.scale(PNG_SCALE, PNG_SCALE)
    draw(painter, figure, stamp, paper)
    painter.end()
    buffer = _opened()
    if not image.save(buffer, "PNG"):  # type: ignore[call-overload]  # a device is taken, the stubs know only names
        raise OSError("The picture could not be encoded as PNG.")
    return bytes(buffer.data().data())


def _svg(figure: Figure, stamp: Stamp, paper: Paper) -> bytes:
    size = page_size(figure, stamp)
    buffer = _opened()
    drawing = QSvgGenerator()
    drawing.setOutputDevice(buffer)
    drawing.setResolution(96)
    drawing.setSize(size.toSize())
    drawing.setViewBox(QRect(0, 0, round(size.width()), round(size.height())))
    drawing.setTitle(one_line(figure.title))
    drawing.setDescription("; ".join(f"{name}: {text}" for name, text in stamp.facts(figure).items()))
    painter = QPainter(drawing)
    draw(painter, figure, stamp, paper)
    painter.end()
    return bytes(buffer.data().data())


def _pdf(figure: Figure, stamp: Stamp, paper: Paper) -> bytes:
    size = page_size(figure, stamp)
    buffer = _opened()
    page = QPdfWriter(buffer)
    page.setResolution(96)
    page.setPageSize(QPageSize(size * _POINTS_A_PX, QPageSize.Unit.Point))
    page.setPageMargins(QMarginsF())
    page.setTitle(one_line(figure.title))
    page.setCreator("; ".join(f"{name}: {text}" for name, text in stamp.facts(figure).items()))
    painter = QPainter(page)
    draw(painter, figure, stamp, paper)
    painter.end()
    return bytes(buffer.data().data())


def _opened() -> QBuffer:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    return buffer
