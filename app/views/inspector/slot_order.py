"""In which order slots stand in the memory map, and the way back from a column to its slot."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, Qt, Signal, Slot

from app.engine.analysis.findings import ProvenanceMap, Similarity
from app.engine.analysis.inquiries import AskProvenance, AskSimilarity
from app.models.memory_names import INITIAL
from app.paint.order import by_likeness, by_size, mean_age
from app.views.labels import combo

if TYPE_CHECKING:
    from collections.abc import Hashable

    from app.models.memory_history import MemoryHistory
    from app.paint.order import IndexArray
    from app.views.inspector.analyses import Analyses
    from rxt.events import FloatArray

CHOICES = (
    ("index", "by index", "Slots as they are numbered"),
    ("change", "by change", "In each layer, the slots that this turn changed most come first"),
    ("age", "by age", "In each layer, the slots whose content was written longest ago come first"),
    ("similarity", "by likeness", "In each layer, slots that point in like directions stand beside each other"),
)


class SlotOrder(QObject):
    """The order of the slots of each layer; slots of different layers have nothing in common.

    combo: where it is chosen. note: why the chosen order is not the one that is shown, or empty.

    Signals:
        changed(): another order was chosen or is known now.
    """

    changed = Signal()

    def __init__(self, history: MemoryHistory, analyses: Analyses, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._history = history
        self._analyses = analyses
        self._order: IndexArray | None = None
        self._place: IndexArray | None = None
        self._known_for: tuple[object, ...] = ()
        self.note = ""
        self.combo = combo("Order of slots")
        self.combo.setToolTip("How the slots of each layer are sorted")
        for key, words, tip in CHOICES:
            self.combo.addItem(words, key)
            self.combo.setItemData(self.combo.count() - 1, tip, Qt.ItemDataRole.ToolTipRole)
        self.combo.activated.connect(self._on_activated)
        analyses.arrived.connect(self._on_arrived)
        history.reset.connect(self._forget)

    @property
    def name(self) -> str:
        """ "index", "change", "age" or "similarity"."""
        return str(self.combo.currentData())

    def choose(self, name: str) -> None:
        self.combo.setCurrentIndex(max(0, self.combo.findData(name)))
        self.changed.emit()

    def pause(self) -> None:
        """The view is hidden: nothing is asked."""
        self._analyses.want(self, ())

    def update(self) -> None:
        """Takes the order for the turn at the cursor, or asks for what it needs; until then the order stays."""
        inquiry = self._inquiry()
        self._analyses.want(self, () if inquiry is None else (inquiry,))
        finding = None if inquiry is None else self._analyses.finding(inquiry)
        history = self._history
        known_for = (self.name, history.cursor, history.memory_after(history.cursor), history.last_turn, id(finding))
        if known_for == self._known_for:
            return
        self.note = ""
        order = self._computed(finding)
        if order is None and self.name != "index" and not self.note:
            if self._order is not None and self._fits(self._order):
                return  # the former one, until the new one is known
            self.note = "the order is being computed" if self._analyses.is_available else "this order needs the model"
        self._known_for = known_for if order is not None or self.name == "index" else ()
        self._order = order
        self._place = None if order is None else np.argsort(order, axis=1)

    def sorted(self, values: FloatArray) -> FloatArray:
        """Values [L, S] as they stand in the map."""
        if self._order is None or not self._fits(self._order) or values.shape != self._order.shape:
            return values
        return np.take_along_axis(values, self._order, axis=1)

    def slot_at(self, layer: int, column: int) -> int:
        """The slot that stands in a column of a layer."""
        return column if self._order is None or layer < 0 else int(self._order[layer, column])

    def column_of(self, layer: int, slot: int) -> int:
        """The column in which a slot stands."""
        return slot if self._place is None else int(self._place[layer, slot])

    def columns_of(self, cells: np.ndarray) -> np.ndarray:
        """(layer, slot) pairs [N, 2] as (layer, column) pairs."""
        if self._place is None or not len(cells):
            return cells
        return np.stack((cells[:, 0], self._place[cells[:, 0], cells[:, 1]]), axis=1)

    def _fits(self, order: IndexArray) -> bool:
        initial = self._history.initial
        return initial is not None and order.shape == (initial.layers, initial.slots)

    def _inquiry(self) -> Hashable | None:
        history = self._history
        if history.initial is None:
            return None
        if self.name == "age":
            return AskProvenance(history.cursor) if history.cursor != INITIAL else None
        return AskSimilarity(history.cursor) if self.name == "similarity" else None

    def _computed(self, finding: object) -> IndexArray | None:
        current = self._history.current
        if self.name == "change":
            if current is None:
                self.note = f"no turn changed {self._history.name_of(INITIAL)}: slots stand by index"
            return None if current is None else by_size(current.change)
        if isinstance(finding, ProvenanceMap):
            return by_size(mean_age(finding.shares))
        if self.name == "age" and self._history.cursor == INITIAL:
            self.note = f"all slots of {self._history.name_of(INITIAL)} are of the same age: they stand by index"
        if isinstance(finding, Similarity):
            if finding.order is not None:
                return finding.order.astype(np.intp)
            if finding.pool > 1:
                self.note = "this recording does not hold that order: slots stand by index"
                return None
            return by_likeness(finding.cosine)
        return None

    @Slot()
    def _forget(self) -> None:
        """The order is of another branch, or of another conversation."""
        self._order = self._place = None
        self._known_for = ()

    @Slot(int)
    def _on_activated(self, _index: int) -> None:
        self.changed.emit()

    @Slot(object)
    def _on_arrived(self, inquiry: Hashable) -> None:
        if inquiry == self._inquiry():
            self.changed.emit()
