"""The frame that the lab's views share: a title, its numbers as a table, "?", and a column that scrolls."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from app.paint.export_axes import one_line
from app.paint.figure import Bars, Figure, Heat, Lines
from app.theme import GAP_PX, PADDING_PX, Theme, ThemeController
from app.views.inspector.lazy_view import LazyView
from app.views.inspector.section import HelpButton, plain_label
from app.views.inspector.table import TableButton, TableData

if TYPE_CHECKING:
    from app.paint.figure import Axis, Panel


class LabPage(LazyView):
    """A view of the lab. Subclasses fill `column` and say in `figure` what they show."""

    def __init__(
        self,
        title: str,
        help_sentences: tuple[str, str, str],
        themes: ThemeController,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(themes, parent)
        self.setAccessibleName(title)
        self.help = HelpButton(title, help_sentences)
        self.table = TableButton(self._table)
        self.title = plain_label("title", title)
        self.tools = QWidget()
        tools = QHBoxLayout(self.tools)
        tools.setContentsMargins(0, 0, 0, 0)
        tools.setSpacing(2)
        tools.addWidget(self.table)
        tools.addWidget(self.help)
        self.head = QWidget()
        header = QHBoxLayout(self.head)
        header.setContentsMargins(PADDING_PX, 0, PADDING_PX, 0)
        header.setSpacing(GAP_PX)
        header.addWidget(self.title)
        header.addStretch(1)
        header.addWidget(self.tools)
        content = QWidget()
        self.column = QVBoxLayout(content)
        self.column.setContentsMargins(PADDING_PX, 4, PADDING_PX, GAP_PX)
        self.column.setSpacing(GAP_PX)
        scroll = QScrollArea()
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setAccessibleName(f"{title}: page")
        scroll.setWidget(content)
        self.scroll_area = scroll
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, GAP_PX, 0, 0)
        whole.setSpacing(4)
        whole.addWidget(self.head)
        whole.addWidget(scroll, 1)

    def figure(self) -> Figure | None:
        """What is shown now, for an export; None while nothing is."""
        return None

    def use_head(self, widget: QWidget) -> None:
        """Shows a widget in place of the title."""
        self.title.hide()
        layout = self.head.layout()
        if isinstance(layout, QHBoxLayout):
            layout.insertWidget(0, widget)

    def show_from(self, widget: QWidget) -> None:
        """Scrolls so far that a widget begins at the top, as far as there is room below it."""
        self.flush()
        QTimer.singleShot(0, widget, lambda: self.scroll_area.verticalScrollBar().setValue(widget.y() - GAP_PX))

    def restyle(self, theme: Theme) -> None:
        self.setStyleSheet(lab_stylesheet(theme))
        self.help.restyle(theme)
        self.table.restyle(theme)

    def _table(self) -> TableData | None:
        figure = self.figure()
        return table_of(figure.panels[0]) if figure is not None else None


def lab_stylesheet(theme: Theme) -> str:
    """The style sheet of the lab's own widgets, within that of the inspector."""
    return f"""
    QLabel[role="finding"] {{
        font-size: 13px; font-weight: 600; color: {theme.text}; background: {theme.raised};
        border-radius: 8px; padding: 8px 12px;
    }}
    QFrame[lab="card"] {{ border: 1px solid {theme.border}; border-radius: 8px; background: {theme.surface}; }}
    QProgressBar {{ border: none; border-radius: 3px; background: {theme.raised}; }}
    QProgressBar::chunk {{ border-radius: 3px; background: {theme.accent}; }}
    """


def table_of(panel: Panel) -> TableData | None:
    """A panel's numbers in rows and columns; None where lines do not share their places."""
    match panel:
        case Heat():
            names = _labels(panel.rows, panel.values.shape[0]), _labels(panel.columns, panel.values.shape[1])
            return TableData(panel.name, panel.values, *names, f"{panel.rows.name} × {panel.columns.name}")
        case Bars():
            values = np.stack([values for _, values in panel.series], axis=1)
            names = _labels(panel.places, len(values)), tuple(name for name, _ in panel.series)
            return TableData(panel.name, values, *names, f"{panel.places.name} × series, {panel.y.unit}")
        case Lines(lines=lines) if lines and all(np.array_equal(line.x, lines[0].x) for line in lines):
            columns: list[tuple[str, np.ndarray]] = []
            for line in lines:
                columns.append((line.name, line.y))
                columns += [(f"{line.name}, {end}", part) for end, part in (("from", line.low), ("to", line.high))
                            if part is not None]  # fmt: skip
            rows = panel.x.labels or tuple(f"{float(x):g}" for x in lines[0].x)
            return TableData(
                panel.name, np.stack([part for _, part in columns], axis=1), rows, tuple(name for name, _ in columns),
                f"{panel.x.name} × {panel.y.name}",
            )  # fmt: skip
    return None


def _labels(axis: Axis, count: int) -> tuple[str, ...]:
    return tuple(
        one_line(axis.label(place)) if axis.labels else f"{axis.name} {axis.label(place)}" for place in range(count)
    )
