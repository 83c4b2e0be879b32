"""Whose attention is shown: of one layer or all, of one head or all."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.views.labels import combo

_LEAST_PX = 72


class FocusRow(QWidget):
    """Two choosers side by side.

    Signals:
        layer_chosen(layer): None: the mean over layers. head_chosen(): see chosen_head.
    """

    layer_chosen = Signal(object)
    head_chosen = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._head: int | None = None
        self.layer = combo("Layer")
        self.head = combo("Head")
        self.layer.setToolTip("Whose attention is shown (↑ ↓). Slots of different layers have nothing in common.")
        self.head.setToolTip("One attention head, or the mean of all")
        self.layer.addItem("all layers", None)
        self.head.addItem("all heads", None)
        for chooser in (self.layer, self.head):
            chooser.setMinimumWidth(_LEAST_PX)  # in the smallest window the row still fits
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(self.layer)
        row.addWidget(self.head)
        self.layer.activated.connect(self._on_layer)
        self.head.activated.connect(self._on_head)

    @property
    def chosen_head(self) -> int | None:
        """None: the mean over heads."""
        return self._head

    def fill(self, layers: int, heads: int | None, layer: int | None) -> None:
        """Offers so many layers and heads (None: as many as before) and shows the chosen layer; a head beyond is let
        go."""
        while self.layer.count() < layers + 1:
            self.layer.addItem(f"layer {self.layer.count() - 1}", self.layer.count() - 1)
        while self.layer.count() > max(1, layers + 1):
            self.layer.removeItem(self.layer.count() - 1)
        heads = self.head.count() - 1 if heads is None else heads
        while self.head.count() < heads + 1:
            self.head.addItem(f"head {self.head.count() - 1}", self.head.count() - 1)
        while self.head.count() > heads + 1:  # of a model with more heads
            self.head.removeItem(self.head.count() - 1)
        if self._head is not None and self._head >= heads:
            self._head = None
            self.head.setCurrentIndex(0)
        self.layer.setCurrentIndex(0 if layer is None else layer + 1)

    @Slot(int)
    def _on_layer(self, index: int) -> None:
        self.layer_chosen.emit(self.layer.itemData(index))

    @Slot(int)
    def _on_head(self, index: int) -> None:
        self._head = self.head.itemData(index)
        self.head_chosen.emit()
