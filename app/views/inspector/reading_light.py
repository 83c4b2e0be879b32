"""Lights up, in the memory map, the slots that the word in view read; wherever the word is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from app.engine.analysis.findings import Reads
from app.engine.analysis.inquiries import AskReads
from app.models.amount import share_text
from app.paint.reading import strongest_cells
from app.views.inspector.text_direction import apart

if TYPE_CHECKING:
    from collections.abc import Hashable

    from app.models.selection import Selection
    from app.views.inspector.analyses import Analyses
    from app.views.inspector.memory_map import MemoryMapView


class ReadingLight(QObject):
    """Follows the selection's word; the map's cells are framed as soon as it is known what the word read.

    Where a layer is chosen, its slots alone count: the words and the map say so, and the map lets it go.
    """

    def __init__(self, selection: Selection, analyses: Analyses, view: MemoryMapView) -> None:
        super().__init__(view)
        self._selection = selection
        self._analyses = analyses
        self._view = view
        self._share = 0.0
        selection.token_changed.connect(self.shine)
        selection.layer_changed.connect(self._on_layer)
        view.all_layers.clicked.connect(self._let_layer_go)
        analyses.arrived.connect(self._on_arrived)
        view.show_layer(selection.layer)

    @property
    def share(self) -> float:
        """How much of what the word in view read the framed slots hold, in [0, 1]: of the layer where one is chosen."""
        return self._share

    @property
    def read(self) -> str:
        """What the share is of, in words."""
        layer = self._selection.layer
        return "what the word read" if layer is None else f"what the word read in layer {layer}"

    @Slot()
    def shine(self) -> None:
        """Frames what the word in view read, or nothing."""
        token = self._selection.token
        inquiry = AskReads(token[0]) if token is not None else None
        self._analyses.want(self, () if inquiry is None else (inquiry,))
        reads = self._analyses.finding(inquiry) if inquiry is not None else None
        if token is None or not isinstance(reads, Reads) or token[1] >= len(reads.spans):
            self._share = 0.0
            self._view.set_lit([], "")
            return
        weights, layer = reads.weights[token[1]], self._selection.layer
        if layer is None:
            cells = strongest_cells(weights)
        else:
            cells = [(layer, slot, strength) for _, slot, strength in strongest_cells(weights[layer : layer + 1])]
        held = sum(float(weights[at, slot]) for at, slot, _ in cells)
        self._share = held / len(weights) if layer is None else held
        start, end = reads.spans[token[1]]
        word = reads.text[start:end].strip() or "this token"
        told = ""
        if cells:
            top, slot, _ = cells[0]
            most, framed = share_text(float(weights[top, slot])), share_text(self._share)
            if layer is None:
                told = f"“{apart(word)}” read layer {top} · slot {slot} most ({most}); all that are framed: {framed}"
            else:
                told = (
                    f"In layer {layer}, “{apart(word)}” read slot {slot} most ({most}); "
                    f"the framed ones hold {framed} of what it read there"
                )
        self._view.set_lit(cells, told)

    @Slot()
    def _on_layer(self) -> None:
        self._view.show_layer(self._selection.layer)
        self.shine()

    @Slot()
    def _let_layer_go(self) -> None:
        self._selection.choose_layer(None)

    @Slot(object)
    def _on_arrived(self, inquiry: Hashable) -> None:
        token = self._selection.token
        if token is not None and inquiry == AskReads(token[0]):
            self.shine()
