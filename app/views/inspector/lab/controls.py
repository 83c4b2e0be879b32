"""The choice of an experiment: which edit, from which memory, on which slots."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from PySide6.QtCore import QSignalBlocker, Qt, Slot
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QLabel, QSlider, QVBoxLayout, QWidget

from app.models.amount import percent_text
from app.models.edit_kind import EditKind
from app.models.lab import Lab, PlaceKind
from app.theme import GAP_PX
from app.views.inspector.fields import spin_box
from app.views.inspector.lab.sentences import EDITS, edit_name
from app.views.inspector.memory_combo import MemoryCombo
from app.views.inspector.section import plain_label
from app.views.labels import button, combo
from app.views.wheel_guard import WheelGuard

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

    from app.models.memory_choices import MemoryChoices
    from app.models.memory_history import MemoryHistory

PLACES: dict[PlaceKind, tuple[str, str]] = {
    "read": ("Slots it read most", "In each layer the slots that the answer (or its locked word) read most."),
    "marked": ("Marked slots", "The slots you marked in the memory map with X."),
    "selected": ("Selected slot", "The slot that is selected in the memory map."),
    "layer": ("A whole layer", "All slots of one layer."),
}
TURN_BEFORE_LAST = "the second turn before this one"
"""The memory that a turn reads is the one after the turn before it: what that one wrote is undone."""
_LEAST_PX = 72
_ROW_FROM_PX = 430  # in less both choices stand below each other, with all of their words
SHARES = (1, 2, 5, 10, 20, 30, 40, 50, 100)  # percent; READ_SHARE is one of them


class LabControls(QWidget):
    """Shows and changes the experiment of a Lab."""

    def __init__(self, lab: Lab, history: MemoryHistory, choices: MemoryChoices, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lab = lab
        self._history = history
        self.edit = combo("Edit")
        for kind in get_args(EditKind):
            self.edit.addItem(edit_name(kind, history.origin), kind)
            self.edit.setItemData(self.edit.count() - 1, EDITS[kind][1], Qt.ItemDataRole.ToolTipRole)
        self.place = combo("Which slots")
        for place, (words, tip) in PLACES.items():
            self.place.addItem(words, place)
            self.place.setItemData(self.place.count() - 1, tip, Qt.ItemDataRole.ToolTipRole)
        self.source = MemoryCombo("Memory the slots are taken from", choices, none=TURN_BEFORE_LAST)
        self.layer = spin_box("Layer", 0, 0, prefix="layer ")
        self.share = QSlider(Qt.Orientation.Horizontal)
        WheelGuard(self.share)
        self.share.setAccessibleName("Share of each layer's slots")
        self.share.setRange(0, len(SHARES) - 1)
        self.share.setPageStep(1)
        self.share_words = plain_label("readout")
        self.clear_marks = button("Clear marks", "link", name="Take the marks of all slots away")
        self._source_label = _name("from", self.source)
        self._choices = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._edit_label, self._place_label = _name("Edit", self.edit), _name("Where", self.place)
        self.hint = plain_label("caption", wrap=True)
        self._arrange()
        self.edit.activated.connect(self._on_edit)
        self.place.activated.connect(self._on_place)
        self.source.memory_chosen.connect(self._on_source)
        self.layer.valueChanged.connect(self._on_layer)
        self.share.valueChanged.connect(self._on_share)
        self.clear_marks.clicked.connect(lab.clear_marks)
        lab.changed.connect(self.show_state)
        history.reset.connect(self.show_state)
        self.show_state()

    def _arrange(self) -> None:
        first, second, third = self._choices, QHBoxLayout(), QHBoxLayout()
        for row in (first, second, third):
            row.setSpacing(GAP_PX)
        for label, field in ((self._edit_label, self.edit), (self._place_label, self.place)):
            field.setMinimumWidth(_LEAST_PX)  # so that the row can become narrow and break
            choice = QHBoxLayout()
            choice.setSpacing(GAP_PX)
            choice.addWidget(label)
            choice.addWidget(field, 1)
            first.addLayout(choice, 1)
        second.addWidget(self._source_label)
        second.addWidget(self.source, 1)
        third.addWidget(self.share, 1)
        third.addWidget(self.share_words)
        third.addWidget(self.layer)
        third.addWidget(self.clear_marks)
        third.addStretch(0)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(first)
        column.addLayout(second)
        column.addLayout(third)
        column.addWidget(self.hint)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        is_wide = self.width() >= _ROW_FROM_PX
        self._edit_label.setMinimumWidth(0 if is_wide else self._place_label.sizeHint().width())  # the fields align
        self._choices.setDirection(QBoxLayout.Direction.LeftToRight if is_wide else QBoxLayout.Direction.TopToBottom)

    @Slot()
    def show_state(self) -> None:
        """Shows what is chosen."""
        chosen = self._lab.experiment
        initial = self._history.initial
        with QSignalBlocker(self.layer), QSignalBlocker(self.share):
            for row in range(self.edit.count()):
                self.edit.setItemText(row, edit_name(self.edit.itemData(row), self._history.origin))
            self.edit.setCurrentIndex(self.edit.findData(chosen.kind))
            self.place.setCurrentIndex(self.place.findData(chosen.place))
            self.layer.setRange(0, max(0, initial.layers - 1) if initial is not None else 0)
            self.layer.setValue(chosen.layer)
            percent = round(100 * chosen.share)
            self.share.setValue(min(range(len(SHARES)), key=lambda step: abs(SHARES[step] - percent)))
        self.edit.setToolTip(EDITS[chosen.kind][1])
        self.place.setToolTip(PLACES[chosen.place][1])
        self.share_words.setText(f"{percent_text(percent)} of each layer")
        with_source = chosen.kind in ("patch", "freeze")
        self.source.setVisible(with_source)
        self._source_label.setVisible(with_source)
        self.source.set_none("choose a memory…" if chosen.kind == "patch" else TURN_BEFORE_LAST)
        self.source.choose(chosen.source)  # another chat has memories that are equal to its former's
        self._source_label.setText("as after" if chosen.kind == "freeze" else "from")
        self.share.setVisible(chosen.place == "read")
        self.share_words.setVisible(chosen.place == "read")
        self.layer.setVisible(chosen.place == "layer")
        target = self._lab.target()
        self.clear_marks.setVisible(chosen.place == "marked")
        self.clear_marks.setEnabled(target.slots is not None)
        words = target.problem or target.words
        self.hint.setText(f"{EDITS[chosen.kind][1]} {words[:1].upper()}{words[1:]}{'' if words.endswith('.') else '.'}"
                          if words else f"{EDITS[chosen.kind][1]} {PLACES[chosen.place][1]}")  # fmt: skip

    @Slot(int)
    def _on_edit(self, index: int) -> None:
        self._lab.choose(kind=self.edit.itemData(index))

    @Slot(int)
    def _on_place(self, index: int) -> None:
        self._lab.choose(place=self.place.itemData(index))

    @Slot()
    def _on_source(self) -> None:
        self._lab.choose(source=self.source.choice)

    @Slot(int)
    def _on_layer(self, layer: int) -> None:
        self._lab.choose(layer=layer)

    @Slot(int)
    def _on_share(self, step: int) -> None:
        self._lab.choose(share=SHARES[step] / 100)


def _name(words: str, field: QWidget) -> QLabel:
    label = plain_label("caption", words)
    label.setBuddy(field)
    return label
