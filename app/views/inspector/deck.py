"""The inspector's pages: one row of tabs where it is narrow, two or three rows side by side where there is room."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QSplitter, QTabWidget, QWidget

WIDE_FROM_PX = 760
WIDEST_FROM_PX = 1220
Area = Literal["words", "slots", "turns"]
_AREAS: tuple[Area, ...] = ("words", "slots", "turns")
_HANDLE_PX = 9
_TOP_AND_BELOW = [232, 448]


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
    the pages about words, and beside them all others, as high as the deck: an experiment needs room. Widest: those
    about slots and those about turns have a column each.
    """

    def __init__(self, top: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._pages: list[Page] = []
        self._columns = 1
        self._left = QSplitter(Qt.Orientation.Vertical)
        self._rows = {
            "words": _tabs("Inspector sections"),
            "slots": _tabs("Sections about slots"),
            "turns": _tabs("Sections about turns and experiments"),
        }
        self._rows["words"].setObjectName("inspectorTabs")
        self._left.addWidget(top)
        self._left.addWidget(self._rows["words"])
        self._left.setStretchFactor(0, 1)
        self._left.setStretchFactor(1, 1)
        for number, column in enumerate((self._left, self._rows["slots"], self._rows["turns"])):
            self.addWidget(column)
            self.setStretchFactor(number, 1)
            column.setVisible(number == 0)
        for splitter in (self, self._left):
            splitter.setHandleWidth(_HANDLE_PX)
            splitter.setChildrenCollapsible(False)
        self._left.setSizes(_TOP_AND_BELOW)

    @property
    def is_wide(self) -> bool:
        """Whether several pages are in view."""
        return self._columns > 1

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
        rows = _AREAS[: self._columns]
        return tuple(widget for area in rows if (widget := self._rows[area].currentWidget()) is not None)

    def show_page(self, widget: QWidget) -> None:
        """Brings a page to the front of its row."""
        tabs = self.row_of(widget)
        if tabs is not None:
            tabs.setCurrentWidget(widget)

    def row_of(self, widget: QWidget) -> QTabWidget | None:
        """The row of tabs where a page stands now."""
        return next((tabs for tabs in self._rows.values() if tabs.indexOf(widget) >= 0), None)

    def resizeEvent(self, event: QEvent) -> None:  # type: ignore[override]
        super().resizeEvent(event)  # type: ignore[arg-type]
        self._arrange(1 + (self.width() >= WIDE_FROM_PX) + (self.width() >= WIDEST_FROM_PX))

    def _arrange(self, columns: int) -> None:
        """Moves the pages between one, two and three rows; what was in front stays in front."""
        if columns == self._columns:
            return
        front = self.pages_in_view()
        self._columns = columns
        for page in self._pages:
            self._put(page)
        self._rows["slots"].setVisible(columns > 1)
        self._rows["turns"].setVisible(columns > 2)
        self.setSizes([self.width() // columns] * columns)
        for widget in reversed(front):
            self.show_page(widget)

    def _put(self, page: Page) -> None:
        area = _AREAS[min(_AREAS.index(page.area), self._columns - 1)]
        tabs = self._rows[area]
        tabs.addTab(page.widget, page.title)
        tabs.setTabToolTip(tabs.indexOf(page.widget), page.tip)
