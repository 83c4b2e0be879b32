"""The inspector's pages: one row of tabs where it is narrow, three rows side by side where there is room."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QSplitter, QTabWidget, QWidget

WIDE_FROM_PX = 760
TALL_FROM_PX = 620
Area = Literal["words", "slots", "turns"]
_AREAS: tuple[Area, ...] = ("words", "slots", "turns")
_HANDLE_PX = 9


@dataclass(frozen=True, slots=True)
class Page:
    """A view with its tab. area: which row of tabs it belongs to where there is room for several."""

    widget: QWidget
    title: str
    tip: str
    area: Area


def _tabs(name: str) -> QTabWidget:
    tabs = QTabWidget()
    tabs.setAccessibleName(name)
    tabs.setDocumentMode(True)
    tabs.setUsesScrollButtons(True)
    return tabs


class Deck(QSplitter):
    """A top view and pages around it.

    Narrow: the top view above one row of tabs with all pages, in the order they were added. Wide: the top view above
    the pages about words, and beside them those about slots above those about turns.

    Signals:
        page_changed(): another page is in view somewhere.
    """

    page_changed = Signal()

    def __init__(self, top: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._pages: list[Page] = []
        self._is_wide = False
        self._is_moving = False
        self._left = QSplitter(Qt.Orientation.Vertical)
        self._right = QSplitter(Qt.Orientation.Vertical)
        self._rows = {
            "words": _tabs("Inspector sections"),
            "slots": _tabs("Sections about slots"),
            "turns": _tabs("Sections about turns and experiments"),
        }
        self._rows["words"].setObjectName("inspectorTabs")
        self._left.addWidget(top)
        self._left.addWidget(self._rows["words"])
        self._right.addWidget(self._rows["slots"])
        self._right.addWidget(self._rows["turns"])
        for splitter in (self, self._left, self._right):
            splitter.setHandleWidth(_HANDLE_PX)
            splitter.setChildrenCollapsible(False)
            for index in range(2):
                splitter.setStretchFactor(index, 1)
        self.addWidget(self._left)
        self.addWidget(self._right)
        self._left.setSizes([340, 460])
        self._right.setSizes([400, 400])
        self._right.hide()
        for tabs in self._rows.values():
            tabs.currentChanged.connect(self._on_current)

    @property
    def is_wide(self) -> bool:
        """Whether several pages are in view."""
        return self._is_wide

    @property
    def tabs(self) -> QTabWidget:
        """The row that holds all pages where it is narrow, and those about words where it is wide."""
        return self._rows["words"]

    @property
    def column(self) -> QSplitter:
        """The top view and the row below it."""
        return self._left

    def add_page(self, page: Page) -> None:
        """Adds a page at the end of its row."""
        self._pages.append(page)
        self._put(page)

    def pages_in_view(self) -> tuple[QWidget, ...]:
        """The pages that are seen now."""
        rows = _AREAS if self._is_wide else _AREAS[:1]
        return tuple(widget for area in rows if (widget := self._rows[area].currentWidget()) is not None)

    def show_page(self, widget: QWidget) -> None:
        """Brings a page to the front of its row."""
        for tabs in self._rows.values():
            if tabs.indexOf(widget) >= 0:
                tabs.setCurrentWidget(widget)

    def resizeEvent(self, event: QEvent) -> None:  # type: ignore[override]
        super().resizeEvent(event)  # type: ignore[arg-type]
        self._arrange(self.width() >= WIDE_FROM_PX)

    def _arrange(self, is_wide: bool) -> None:
        """Moves the pages between one row and three; what was in front stays in front."""
        if is_wide == self._is_wide:
            return
        front = self.pages_in_view()
        self._is_moving = True
        self._is_wide = is_wide
        for page in self._pages:
            self._put(page)
        self._right.setVisible(is_wide)
        if is_wide:
            self.setSizes([self.width() // 2, self.width() // 2])
        self._is_moving = False
        for widget in reversed(front):
            self.show_page(widget)
        self.page_changed.emit()

    def _put(self, page: Page) -> None:
        tabs = self._rows[page.area if self._is_wide else "words"]
        tabs.addTab(page.widget, page.title)
        tabs.setTabToolTip(tabs.indexOf(page.widget), page.tip)

    def _on_current(self, _index: int) -> None:
        if not self._is_moving:
            self.page_changed.emit()
