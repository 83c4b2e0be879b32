"""Help: the pages of `resources/help` as one text, with its headings beside it and a field to find words above it."""

from __future__ import annotations

import re

from PySide6.QtCore import QEvent, Qt, QTimer, QUrl, Slot
from PySide6.QtGui import (
    QImage,
    QResizeEvent,
    QShowEvent,
    QTextBlock,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
)
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

from app.paths import RESOURCES
from app.theme import GAP_PX, MARGIN_PX, PADDING_PX
from app.views.caret_browser import CaretBrowser
from app.views.key_button import native_words
from app.views.labels import button
from app.views.page_finder import PageFinder, arrange_page
from app.views.window_layout import bring_to_front, resize_on_screen

PAGES = ("conversation", "memory", "inspector", "lab", "models", "training", "notebook")
LAB_PAGES = ("labDeck", "probeView", "compareView")
"""The pages of the inspector that the page of the lab explains."""
PICTURE = re.compile(r"[a-z]+-light\.png")
PICTURE_PX = 680
PAGE_PX = (1000, 720)
CONTENTS_PX = 240
INDENT = "   "
CONTENTS_NEED_PX = 640
"""A narrower window shows the text without its contents."""
IMAGE = QTextDocument.ResourceType.ImageResource.value


def page_text(page: str) -> str:
    """The Markdown of a page."""
    return (RESOURCES / "help" / f"{page}.md").read_text(encoding="utf-8")


def is_in_lab(widget: QWidget | None) -> bool:
    """Whether a widget is part of the lab."""
    while widget is not None:
        if widget.objectName() in LAB_PAGES:
            return True
        widget = widget.parentWidget()
    return False


class PlainBrowser(CaretBrowser):
    """Shows pages that ship with the application, with pictures of `resources/help`, and loads nothing else.

    A page names the light picture, NAME-light.png; where the window is dark it shows NAME-dark.png.
    picture_px: how wide pictures are.
    """

    def __init__(self, picture_px: int = PICTURE_PX, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture_px = picture_px
        self._is_dark = self._looks_dark
        self._shown: set[str] = set()

    @property
    def _looks_dark(self) -> bool:
        return self.palette().base().color().lightness() < 128

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and self._looks_dark != self._is_dark:
            self._is_dark = self._looks_dark
            for name in self._shown:  # the document keeps what it was once given
                self.document().addResource(IMAGE, QUrl(name), self.loadResource(IMAGE, name))
            self.document().markContentsDirty(0, self.document().characterCount())

    def loadResource(self, kind: int, name: QUrl | str) -> object:
        wanted = name.toString() if isinstance(name, QUrl) else name
        if kind != IMAGE or not PICTURE.fullmatch(wanted):
            return ""
        self._shown.add(wanted)
        if self._looks_dark:
            wanted = wanted.replace("-light", "-dark")
        picture = QImage(str(RESOURCES / "help" / wanted))
        if picture.isNull():
            return ""
        fine = self.devicePixelRatioF()
        picture = picture.scaledToWidth(round(self._picture_px * fine), Qt.TransformationMode.SmoothTransformation)
        picture.setDevicePixelRatio(fine)
        return picture


class HelpDialog(QDialog):
    """All pages, opened at the beginning of one of them. start: one of PAGES. Raises ValueError for another.

    It stands beside the window that it explains: it blocks nothing and does not keep the program running.
    """

    def __init__(self, start: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        texts = [page_text(page) for page in PAGES]
        self._titles = dict(zip(PAGES, (text.splitlines()[0].removeprefix("# ") for text in texts), strict=True))
        self.setObjectName("helpDialog")
        self.setWindowTitle("Help")
        self.setAttribute(Qt.WidgetAttribute.WA_QuitOnClose, False)
        resize_on_screen(self, *PAGE_PX)
        beside_px = CONTENTS_PX if self._has_room_for_contents else 0
        self.browser = PlainBrowser(min(PICTURE_PX, self.width() - beside_px - 3 * MARGIN_PX))
        self.browser.setOpenLinks(False)
        self.browser.setFrameShape(QTextBrowser.Shape.NoFrame)
        self.browser.setAccessibleName("Help")
        self.browser.document().setDocumentMargin(MARGIN_PX)
        self.browser.setObjectName("page")
        self.browser.setMarkdown(native_words("\n\n".join(texts)))
        _give_air(self.browser.document())
        self._headings = [block for block in _blocks(self.browser.document()) if 0 < _level(block) < 3]
        self._start = self._heading_of(start)
        self.contents = self._contents()
        self.finder = PageFinder("Find in help", self.browser)
        self.find_field, self.missing = self.finder.field, self.finder.missing
        self._aside = QWidget()
        self._aside.setFixedWidth(CONTENTS_PX)
        column = QVBoxLayout(self._aside)
        column.setContentsMargins(PADDING_PX, GAP_PX, 0, PADDING_PX)
        column.addWidget(self.contents)
        row = QHBoxLayout()
        row.setSpacing(GAP_PX)
        row.addWidget(self._aside)
        row.addWidget(self.browser, 1)
        close = button("Close", "")
        close.setObjectName("closeHelp")
        close.clicked.connect(self.accept)
        arrange_page(self, self.finder, row, close)
        self.contents.currentRowChanged.connect(self.open_section)
        self.browser.verticalScrollBar().valueChanged.connect(self._follow)
        self.browser.setTextCursor(QTextCursor(self._headings[self._start]))
        self._mark(self._start)
        self.browser.setFocus()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not event.spontaneous():  # it was opened, not brought back by the desktop: there the place stays
            QTimer.singleShot(0, self, self._open_start)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._aside.setVisible(self._has_room_for_contents)

    @property
    def _has_room_for_contents(self) -> bool:
        return self.width() >= CONTENTS_NEED_PX

    def come_to_front(self) -> None:
        """Shows itself before all other windows, also where it was minimised."""
        bring_to_front(self)

    def open_page(self, page: str) -> None:
        """Goes to the beginning of another page. Raises ValueError for one that is not there."""
        self._start = self._heading_of(page)
        self.open_section(self._start)

    def _heading_of(self, page: str) -> int:
        if page not in self._titles:
            raise ValueError(f"{page} is not a page of the help")
        return next(at for at, block in enumerate(self._headings) if block.text() == self._titles[page])

    @Slot()
    def _open_start(self) -> None:
        """Once text and list have their style and their places."""
        self.contents.doItemsLayout()
        self.open_section(self._start)

    @Slot(int)
    def open_section(self, number: int) -> None:
        """Brings the heading of that number to the top."""
        if not 0 <= number < len(self._headings):
            return
        block = self._headings[number]
        self.browser.setTextCursor(QTextCursor(block))
        self.browser.verticalScrollBar().setValue(round(self._top(block)) - PADDING_PX)
        self._mark(number)

    def _contents(self) -> QListWidget:
        contents = QListWidget()
        contents.setObjectName("helpContents")
        contents.setAccessibleName("Contents")
        contents.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        contents.setTextElideMode(Qt.TextElideMode.ElideRight)
        for block in self._headings:
            is_page = _level(block) == 1
            item = QListWidgetItem(block.text() if is_page else f"{INDENT}{block.text()}")
            font = item.font()
            font.setBold(is_page)
            item.setFont(font)
            item.setToolTip(block.text())
            contents.addItem(item)
        return contents

    @Slot()
    def _follow(self) -> None:
        """Marks the heading under which the text at the top stands."""
        top = self.browser.verticalScrollBar().value() + MARGIN_PX
        reached = [at for at, block in enumerate(self._headings) if self._top(block) <= top]
        self._mark(reached[-1] if reached else 0)

    def _top(self, block: QTextBlock) -> float:
        """Where a block begins, in pixels from the beginning of the text."""
        return self.browser.document().documentLayout().blockBoundingRect(block).top()

    def _mark(self, number: int) -> None:
        self.contents.blockSignals(True)
        self.contents.setCurrentRow(number)
        self.contents.blockSignals(False)


def _blocks(document: QTextDocument) -> list[QTextBlock]:
    blocks, block = [], document.begin()
    while block.isValid():
        blocks.append(block)
        block = block.next()
    return blocks


def _level(block: QTextBlock) -> int:
    return block.blockFormat().headingLevel()


def _is_code(block: QTextBlock) -> bool:
    return block.isValid() and block.blockFormat().nonBreakableLines()


def _give_air(document: QTextDocument) -> None:
    """Markdown comes without distances between paragraphs and with very large headings."""
    cursor = QTextCursor(document)
    for block in _blocks(document):
        cursor.setPosition(block.position())
        style = block.blockFormat()
        heading = style.headingLevel() > 0
        style.setTopMargin(PADDING_PX if heading and block.blockNumber() else 0)
        style.setBottomMargin(GAP_PX)
        is_picture = block.text() == "\ufffc"
        if style.nonBreakableLines():  # code, a block for each line: it shall wrap rather than be cut
            style.setNonBreakableLines(False)
            style.setBottomMargin(GAP_PX if not _is_code(block.next()) else 0)
        style.setLineHeight(100 if is_picture else 135, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
        cursor.setBlockFormat(style)
        if heading:
            cursor.select(QTextCursor.SelectionType.BlockUnderCursor)
            words = QTextCharFormat()
            words.setProperty(QTextFormat.Property.FontSizeAdjustment, 1)  # one step above the text
            cursor.mergeCharFormat(words)
