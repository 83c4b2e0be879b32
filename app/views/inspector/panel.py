"""The inspector's frame: a sentence, the memory map, and below it the sections on gates and on one slot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSplitter, QTabWidget, QVBoxLayout, QWidget

from app.theme import GAP_PX, PADDING_PX, Theme, ThemeController
from app.views.inspector.gate_view import GateView
from app.views.inspector.health import health_sentence
from app.views.inspector.lazy_view import LazyView
from app.views.inspector.memory_map import MemoryMapView
from app.views.inspector.section import plain_label
from app.views.inspector.slot_panel import SlotPanel
from app.views.inspector.style import inspector_stylesheet

if TYPE_CHECKING:
    from app.models.memory_history import MemoryHistory

_HEALTH_FROM_PX = 560


class InspectorPanel(LazyView):
    """The memory at the history's cursor. `reduced_motion`: cells change at once instead of fading.

    Attributes: memory_map, gate_view, slot_panel: the sections; tabs: the lower ones.
    """

    def __init__(
        self,
        history: MemoryHistory,
        themes: ThemeController,
        reduced_motion: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(themes, parent)
        self.setObjectName("inspector")
        self.setAccessibleName("Memory inspector")
        self._history = history
        self.health = plain_label("health", wrap=True)
        self.memory_map = MemoryMapView(history, themes, reduced_motion)
        self.gate_view = GateView(history, themes, reduced_motion)
        self.slot_panel = SlotPanel(history, themes)
        self.tabs = QTabWidget()
        self.tabs.setAccessibleName("Inspector sections")
        self.tabs.setDocumentMode(True)
        self.tabs.addTab(self.gate_view, "Gates")
        self.tabs.addTab(self.slot_panel, "Slot")
        self.tabs.setTabToolTip(0, "How far each gate opened")
        self.tabs.setTabToolTip(1, "One slot through the conversation")
        self._build()
        self.restyle(themes.theme)
        self.memory_map.panel.clicked.connect(self._show_slot)
        history.reset.connect(self.refresh)
        history.cursor_changed.connect(self.refresh)

    def sizeHint(self) -> QSize:
        return QSize(460, 800)

    def redraw(self) -> None:
        history = self._history
        before = history.records[history.cursor - 1].norm if history.cursor > 0 else None
        if before is None and history.initial is not None:
            before = history.initial.norm
        self.health.setText(health_sentence(history.current, before, history.origin))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.health.setVisible(self.height() >= _HEALTH_FROM_PX)

    def _show_slot(self) -> None:
        """A click on a cell of the memory asks for its slot."""
        self.tabs.setCurrentWidget(self.slot_panel)

    def restyle(self, theme: Theme) -> None:
        self.setStyleSheet(inspector_stylesheet(theme))

    def _build(self) -> None:
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setMinimumSize(320, 440)
        self.memory_map.setMinimumHeight(190)
        self.gate_view.setMinimumHeight(200)
        splitter = QSplitter(Qt.Orientation.Vertical)
        splitter.setHandleWidth(9)
        splitter.setChildrenCollapsible(False)
        splitter.addWidget(self.memory_map)
        splitter.addWidget(self.tabs)
        splitter.setStretchFactor(0, 1)
        splitter.setStretchFactor(1, 1)
        splitter.setSizes([400, 400])
        self.splitter = splitter
        column = QVBoxLayout(self)
        column.setContentsMargins(0, PADDING_PX, 0, 0)
        column.setSpacing(GAP_PX)
        margin = QVBoxLayout()
        margin.setContentsMargins(PADDING_PX, 0, PADDING_PX, 0)
        margin.addWidget(self.health)
        column.addLayout(margin)
        column.addWidget(splitter, 1)
