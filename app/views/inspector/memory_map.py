"""The memory map: the whole memory at the cursor's turn, one colour a slot."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.models.memory_history import MemoryHistory
from app.models.memory_names import INITIAL
from app.paint.quantity import CHANGE, NORM, ConversationRange, Quantity, QuantityKey, quantities_of
from app.theme import GAP_PX, PADDING_PX, Theme, ThemeController
from app.views.inspector.analyses import Analyses
from app.views.inspector.lazy_view import LazyView
from app.views.inspector.map_panel import MapPanel
from app.views.inspector.section import HelpButton, plain_label, text_button
from app.views.inspector.slot_order import SlotOrder
from app.views.inspector.table import TableData, table_of
from app.views.labels import combo

if TYPE_CHECKING:
    from PySide6.QtGui import QFocusEvent, QHideEvent, QKeyEvent, QResizeEvent

    from app.models.selection import BoolArray

HELP = (
    "The map shows the model's whole memory after the turn in view: a row for each layer, a column for each slot, and "
    "in the colour of a cell one number of that slot.",
    "Each number compares a slot's vector with the one before the turn (change, cosine), measures its length (norm), "
    "or is the gate that decided how much was written; nothing is estimated.",
    "Brighter cells changed more or hold larger numbers, and the colours mean the same in every turn, so moving along "
    "the timeline shows what each turn rewrote; click a cell to follow its slot.",
)
ALL_LAYERS = "The views of one layer show this one, and what a word read is framed in it alone. Click for all layers."
_CAPTION_FROM_PX = 240
_CHOICE_PX = 120  # as little as the choice of a quantity gets where the inspector is narrow
_ORDER_PX = 64  # so does that of an order
_TITLE_FROM_PX = 470  # in less it would cut the words of the choices beside it, which say what is seen
_LAYER_PX = 90  # what the name of a layer takes of that
_WORD_FROM_PX = 380  # in less the layer is named with a letter


class MemoryMapView(LazyView):
    """Layers × slots at the history's cursor, for a quantity that can be chosen.

    Keys, with focus: arrows move the selected slot, Esc lets it go, C autoscales once, L locks the limits.
    Until a quantity is chosen, the map shows the norm before the first turn and the change after it.
    """

    def __init__(
        self,
        history: MemoryHistory,
        themes: ThemeController,
        reduced_motion: bool = False,
        order: SlotOrder | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(themes, parent)
        self.setObjectName("memoryMap")
        self.setAccessibleName("Memory map")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._history = history
        self._order = order or SlotOrder(history, Analyses(history, None, self), self)
        self._marks = np.empty((0, 2), dtype=np.intp)
        self._lit: list[tuple[int, int, float]] = []
        self._range = ConversationRange()
        self._quantities: tuple[Quantity, ...] = ()
        self._chosen: QuantityKey | None = None
        self._drawn: tuple[int, QuantityKey] | None = None  # turn and quantity on the screen
        self._caption = plain_label("caption", wrap=True)
        self._title = plain_label("title", "Memory map")
        self.combo = combo("Quantity")
        self.combo.setToolTip("What the colours show")
        self.combo.setMinimumWidth(_CHOICE_PX)
        self.all_layers = text_button("chosenLayer", ALL_LAYERS)
        self._layer: int | None = None
        self._header = QHBoxLayout()
        self._order.combo.setMinimumWidth(_ORDER_PX)
        self.help = HelpButton("memory map", HELP)
        self.panel = MapPanel(themes.theme, reduced_motion, "Point at a cell to read it, click to follow its slot")
        self.panel.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the view around it has the keys
        self._build()
        self.combo.activated.connect(self._on_activated)
        self.panel.clicked.connect(self._on_clicked)
        self.panel.limits_changed.connect(self.refresh)
        self.panel.set_place(self._place_text)
        self.panel.set_table(self._table)
        self._order.changed.connect(self.refresh)
        self.panel.empty.action.clicked.connect(self._on_action)
        history.reset.connect(self._on_reset)
        history.started.connect(self._on_started)
        history.turn_added.connect(self.refresh)
        history.cursor_changed.connect(self.refresh)
        history.slot_selected.connect(self.refresh)

    @property
    def quantity(self) -> Quantity:
        """What the map shows now."""
        if self._chosen is None:
            return CHANGE if self._history.records else NORM
        return next((item for item in self._offered() if item.key == self._chosen), NORM)

    def choose(self, key: QuantityKey) -> None:
        """Shows another quantity from now on."""
        self._chosen = key
        self.refresh()

    @property
    def lit(self) -> list[tuple[int, int, float]]:
        """The (layer, slot, strength) that are framed because a word read them."""
        return self._lit

    def set_lit(self, cells: list[tuple[int, int, float]], words: str) -> None:
        """Frames the (layer, slot, strength) that a word read, and says so below the map."""
        self._lit = cells
        self._draw_cells()
        self.panel.set_words(words)

    def show_layer(self, layer: int | None) -> None:
        """Names the layer that is chosen on a button, which `all_layers` is; None: all are, and there is no button."""
        self._layer = layer
        self.all_layers.setAccessibleName(f"Layer {layer} is chosen: choose all layers")
        self._fit_header()

    def _fit_header(self) -> None:
        is_chosen = self._layer is not None
        self._title.setVisible(self.width() >= _TITLE_FROM_PX + _LAYER_PX * is_chosen)
        has_room = self.width() >= _WORD_FROM_PX
        self.all_layers.setText(f"layer {self._layer} ×" if has_room else f"L{self._layer} ×")
        self._header.setSpacing(GAP_PX // 2 if is_chosen and not has_room else GAP_PX)
        self.all_layers.setVisible(is_chosen)

    def set_marks(self, marks: BoolArray) -> None:
        """Crosses out the slots [L, S] that are marked for an experiment."""
        self._marks = np.argwhere(marks)
        self._draw_cells()

    def redraw(self) -> None:
        quantity, cursor = self.quantity, self._history.cursor
        self._fill_combo(quantity)
        values = quantity.values(self._history.current, self._history.initial)
        self._caption.setText(quantity.definition)
        self._title.setToolTip(quantity.definition)
        if values is None:
            self._drawn = None
            self._show_empty()
            return
        limits = self._range.limits(quantity, self._history.initial, self._history.records)
        self._order.update()
        fade = self._drawn is not None and self._drawn[1] == quantity.key and self._drawn[0] != cursor
        self._drawn = (cursor, quantity.key)
        caption = (
            "slot" if self._order.name == "index" or self._order.note else f"slots, {self._order.combo.currentText()}"
        )
        self.panel.map.set_captions("layer", caption, self.theme)
        self.panel.show_values(quantity, self._order.sorted(values), limits, fade)
        self.panel.set_remark(self._order.note)
        self._draw_cells()
        self.setAccessibleDescription(f"{quantity.title}. {quantity.definition} {self.panel.readout.text()}")

    def _draw_cells(self) -> None:
        """Frames and crosses, where the slots stand now."""
        cell = self._history.slot
        self.panel.set_selected(None if cell is None else (cell[0], self._order.column_of(*cell)))
        lit = [(layer, self._order.column_of(layer, slot), strength) for layer, slot, strength in self._lit]
        self.panel.map.cells.set_lit(lit)
        self.panel.map.cells.set_marked(self._order.columns_of(self._marks))

    def _table(self) -> TableData | None:
        """The numbers in the order of slots, however the map is sorted."""
        values = self.quantity.values(self._history.current, self._history.initial)
        if values is None:
            return None
        return table_of(self.quantity.title, values, ("layer", "slot"), (str, str))

    def _place_text(self, layer: int, column: int) -> str:
        return f"layer {layer} · slot {self._order.slot_at(layer, column)}"

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._order.pause()

    def restyle(self, theme: Theme) -> None:
        self._drawn = None  # no fade from one theme to the other
        self.panel.restyle(theme)
        self.panel.set_focused(self.hasFocus())
        self.help.restyle(theme)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {
            Qt.Key.Key_Left: (0, -1),
            Qt.Key.Key_Right: (0, 1),
            Qt.Key.Key_Up: (-1, 0),
            Qt.Key.Key_Down: (1, 0),
        }
        key = Qt.Key(event.key())
        if key in steps:
            self._move(*steps[key])
        elif key == Qt.Key.Key_Escape and self._history.slot is not None:
            self._history.select_slot(-1, -1)
        elif not self.panel.handle_key(event):
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.panel.set_focused(True)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.panel.set_focused(False)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._caption.setVisible(self.height() >= _CAPTION_FROM_PX)
        self._fit_header()

    def _build(self) -> None:
        header = self._header
        header.setSpacing(GAP_PX)
        header.addWidget(self._title)
        header.addStretch(1)
        header.addWidget(self.all_layers)
        header.addWidget(self._order.combo)
        header.addWidget(self.combo)
        header.addWidget(self.help)
        column = QVBoxLayout(self)
        column.setContentsMargins(PADDING_PX, GAP_PX, PADDING_PX, GAP_PX)
        column.setSpacing(4)
        column.addLayout(header)
        column.addWidget(self._caption)
        column.addWidget(self.panel, 1)

    def _offered(self) -> tuple[Quantity, ...]:
        return quantities_of(self._history.records)

    def _fill_combo(self, current: Quantity) -> None:
        offered = self._offered()
        if offered != self._quantities:
            self._quantities = offered
            self.combo.clear()
            for quantity in offered:
                self.combo.addItem(quantity.title, quantity.key)
                self.combo.setItemData(self.combo.count() - 1, quantity.definition, Qt.ItemDataRole.ToolTipRole)
        self.combo.setCurrentIndex(self.combo.findData(current.key))

    def _show_empty(self) -> None:
        if self._history.initial is None:
            self.panel.show_empty("No memory yet. Open a model to see its memory here.", "ph.brain")
        elif self._history.cursor == INITIAL and not self._history.records:
            self.panel.show_empty(
                "This appears after the first turn: it compares the memory with the one before.",
                "ph.hourglass",
                "Show the norm",
            )
        elif self._history.cursor == INITIAL:
            self.panel.show_empty(
                "This appears after the first turn. You see the memory the chat started from.",
                "ph.hourglass",
                "Show the first turn",
            )
        else:
            self.panel.show_empty("This turn has no such gate.", "ph.info", "Show the norm")

    def _on_action(self) -> None:
        if self._history.cursor == INITIAL and self._history.records:
            self._history.show_turn(0)
        else:
            self.choose("norm")

    def _on_activated(self, index: int) -> None:
        self.choose(self.combo.itemData(index))

    def _on_clicked(self, layer: int, slot: int) -> None:
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        self._history.select_slot(layer, self._order.slot_at(layer, slot))

    def _on_started(self) -> None:
        self._range.clear()

    def _on_reset(self) -> None:
        self._range.forget_path()
        self._drawn = None
        self._lit = []
        self.panel.forget_limits()
        self.refresh()

    def _move(self, layers: int, columns: int) -> None:
        """To the cell beside the selected one, as the map is sorted."""
        initial = self._history.initial
        if initial is None:
            return
        layer = column = 0
        if self._history.slot is not None:
            layer, column = self._history.slot[0], self._order.column_of(*self._history.slot)
            layer = max(0, min(initial.layers - 1, layer + layers))
            column = max(0, min(initial.slots - 1, column + columns))
        self._history.select_slot(layer, self._order.slot_at(layer, column))
