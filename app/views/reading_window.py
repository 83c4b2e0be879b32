"""A window that shows all that was said in a chat, to be read and copied, and offers to go on with another model."""

from __future__ import annotations

import re

from PySide6.QtCore import Qt, QTimer, QUrl, Signal, Slot
from PySide6.QtGui import QTextCursor, QTextDocument, QTextOption
from PySide6.QtWidgets import QDialog, QHBoxLayout, QTextBrowser, QWidget

from app.models.short_text import one_line
from app.theme import CAPTION_PX, GAP_PX, MARGIN_PX, PADDING_PX, Theme, ThemeController
from app.views.caret_browser import CaretBrowser
from app.views.chat.message import has_run
from app.views.labels import button
from app.views.page_finder import PageFinder, arrange_page
from app.views.tooltips import explain
from app.views.window_layout import resize_on_screen

FIRST_PX = (760, 720)
ASIDE_PX = 144  # left free beside a question
LINE_PERCENT = 135
LONGEST_RUN = 10_000
"""Letters without a place to break a line; a page with more breaks anywhere, in all of its words."""
QUERY = re.compile(r'<p class="query" dir="auto">(.*?)</p>', re.DOTALL)
IN_A_CELL = r'<table align="right"><tr><td>\1</td></tr></table>'
"""Of all that Qt shows, cells alone have room around their text."""


class SaidBrowser(CaretBrowser):
    """Shows what was said; nothing in it is loaded or opened."""

    def loadResource(self, _kind: int, _name: QUrl | str) -> object:
        return ""


class ReadingWindow(QDialog):
    """What was said in a chat. page: the body of an HTML page, as app.engine.exchange.pages makes it.

    can_go_on: it was held with another model than the open one, and can go on with that.
    It stands beside the window: it blocks nothing and does not keep the program running.

    Signals:
        go_on_asked(): the chat shall go on with the open model.
    """

    go_on_asked = Signal()

    def __init__(
        self, title: str, page: str, themes: ThemeController, parent: QWidget | None = None, *, can_go_on: bool = False
    ) -> None:
        super().__init__(parent)
        self._page = QUERY.sub(IN_A_CELL, page)
        self.setObjectName("readingWindow")
        self.setWindowTitle(one_line(title))
        self.setAttribute(Qt.WidgetAttribute.WA_QuitOnClose, False)
        resize_on_screen(self, *FIRST_PX)
        self.browser = SaidBrowser()
        self.browser.setObjectName("page")
        self.browser.setAccessibleName("What was said")
        self.browser.setOpenLinks(False)
        if has_run(page, LONGEST_RUN):
            self.browser.setWordWrapMode(QTextOption.WrapMode.WrapAnywhere)
        self.browser.setFrameShape(QTextBrowser.Shape.NoFrame)
        self.finder = PageFinder("Find in this chat", self.browser)
        row = QHBoxLayout()
        row.addWidget(self.browser)
        close = button("Close", "")
        close.setObjectName("closeReading")
        close.clicked.connect(self.accept)
        go_on = button("Go on with the open model", "")
        go_on.setObjectName("goOn")
        explain(go_on, "Writes what was said into a new memory, as a new chat. This one stays as it is.")
        go_on.setVisible(can_go_on)
        go_on.clicked.connect(self.go_on_asked)
        arrange_page(self, self.finder, row, go_on, close)
        self._document: QTextDocument | None = None
        self._show(themes.theme)
        themes.changed.connect(self._follow_theme)
        self.browser.setFocus()

    @Slot(object)
    def _follow_theme(self, theme: Theme) -> None:
        """In other colours, at the same place and with the same words marked."""
        place = self.browser.verticalScrollBar().value()
        former = self.browser.textCursor()
        self._show(theme)
        cursor = self.browser.textCursor()
        cursor.setPosition(former.anchor())
        cursor.setPosition(former.position(), QTextCursor.MoveMode.KeepAnchor)
        self.browser.setTextCursor(cursor)
        QTimer.singleShot(0, self, lambda: self.browser.verticalScrollBar().setValue(place))

    def _show(self, theme: Theme) -> None:
        document = QTextDocument(self.browser)  # one that is not shown yet takes in a long chat many times faster
        document.setDocumentMargin(0)  # Qt would push what stands at the right edge over it
        document.setDefaultStyleSheet(_style(theme))
        document.setHtml(self._page)
        frame = document.rootFrame().frameFormat()
        frame.setTopMargin(PADDING_PX)
        frame.setBottomMargin(MARGIN_PX)
        document.rootFrame().setFrameFormat(frame)
        self.browser.setDocument(document)
        if self._document is not None:
            self._document.deleteLater()
        self._document = document


def _style(theme: Theme) -> str:
    """The classes of the page in the colours of the window."""
    caption = f"color: {theme.muted}; font-size: {CAPTION_PX}px;"
    return (
        f"h1 {{ font-size: x-large; margin: 0 {MARGIN_PX}px 0 {MARGIN_PX}px; }}"
        f"h2 {{ font-size: large; margin: {2 * MARGIN_PX}px {MARGIN_PX}px 0 {MARGIN_PX}px; }}"
        f"p, td {{ white-space: pre-wrap; line-height: {LINE_PERCENT}%; }}"
        f"p {{ margin: 0 {MARGIN_PX}px; }}"
        f".facts {{ {caption} margin-top: {GAP_PX // 2}px; }}"
        f".branch {{ margin-top: {MARGIN_PX}px; }}"
        f"table {{ margin: {MARGIN_PX}px {MARGIN_PX}px {GAP_PX + 4}px {ASIDE_PX}px; }}"
        f"td {{ background-color: {theme.accent_soft}; padding: 10px 12px 5px 12px; }}"
    )
