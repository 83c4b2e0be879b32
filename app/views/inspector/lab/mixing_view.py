"""Mixing two memories: between them or layer by layer, saved as a memory that is labelled synthetic."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QGridLayout, QLabel, QLineEdit, QSlider, QWidget

from app.engine.analysis.findings import Synthetic
from app.engine.analysis.inquiries import AskMix
from app.models.amount import percent_text
from app.models.lab import slots_in_words
from app.models.visible import is_seen
from app.theme import GAP_PX
from app.views.dialogs import file_name
from app.views.inspector.lab.asking import AskBar
from app.views.inspector.lab.page import LabPage
from app.views.inspector.lab.sentences import saved_words
from app.views.inspector.memory_combo import MemoryCombo, memory_ref
from app.views.inspector.section import plain_label
from app.views.inspector.segments import Segments
from app.views.wheel_guard import WheelGuard

if TYPE_CHECKING:
    from app.engine.analysis.port import AnalysisSource
    from app.models.memory_choices import MemoryChoice, MemoryChoices
    from app.models.selection import Selection
    from app.theme import ThemeController

HELP = (
    "Two memories become one: each slot is (1 − weight) of the same slot of A and weight of that of B, with one weight "
    "for all slots, one for each layer, or only where slots are marked.",
    "The result is saved as a memory file that says it is synthetic, because no conversation has led to it; A, B and "
    "your open conversation stay as they are.",
    f"{percent_text(0)} is A, {percent_text(100)} is B, and a layer at either end is taken whole; start a chat from "
    "the saved mix and ask what it still knows.",
)

PLACES = (("all", "All slots"), ("layers", "By layer"), ("slots", "Marked slots"))
Pair = tuple["MemoryChoice | None", "MemoryChoice | None"]
Weight = float | tuple[float, ...] | tuple[tuple[float, ...], ...]


class WeightSlider(QSlider):
    """A weight from 0 to 100 percent."""

    def __init__(self, name: str) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        WheelGuard(self)
        self.setAccessibleName(name)
        self.setRange(0, 100)
        self.setPageStep(10)
        self.setValue(50)

    @property
    def weight(self) -> float:
        """0 is A, 1 is B."""
        return self.value() / 100


class MixingView(LabPage):
    """Chooses two memories and their weights.

    folder: gives where memories are saved. chat: gives the title of the open chat.

    Signals:
        saved(Synthetic): the mix was written.
    """

    saved = Signal(object)

    def __init__(
        self,
        selection: Selection,
        choices: MemoryChoices,
        port: AnalysisSource | None,
        themes: ThemeController,
        folder: Callable[[], Path],
        chat: Callable[[], str] = str,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__("Mixing", HELP, themes, parent)
        self.setObjectName("mixingView")
        self._selection = selection
        self._history = history = selection.history
        self._folder, self._chat = folder, chat
        self._saved: object = None  # what was chosen when the mix was saved that is told of
        self._asked: object = None  # what was chosen when the saving of the last mix was asked for
        self._asked_title = ""
        self.a = MemoryCombo("Memory A", choices)
        self.b = MemoryCombo("Memory B", choices)
        self.name = QLineEdit()
        self.name.setAccessibleName("Title of the mix")
        self.name.setMaxLength(120)
        self.where = Segments("Which slots are mixed", PLACES)
        self.all = WeightSlider("Weight of B in all layers")
        self._all_words = plain_label("readout")
        self._layers: list[tuple[QLabel, WeightSlider, QLabel]] = []
        self._picked: Pair | None = None
        self.asking = AskBar(port, history, "Save mix as a memory")
        self._grid = QGridLayout()
        self._layer_grid = QGridLayout()
        self._arrange()
        for combo in (self.a, self.b):
            combo.memory_chosen.connect(self.refresh)
            combo.activated.connect(self._on_picked)
        choices.changed.connect(self._preset)  # after the lists above, which have them by then
        self.where.changed.connect(self.refresh)
        self.name.textEdited.connect(self.refresh)
        selection.marks_changed.connect(self.refresh)
        self.all.valueChanged.connect(self._on_all)
        self.asking.pressed.connect(self._on_pressed)
        self.asking.answered.connect(self._on_answered)
        history.reset.connect(self._on_reset)
        history.turn_added.connect(self.refresh)
        self._on_reset()

    def _arrange(self) -> None:
        self.table.hide()
        for grid in (self._grid, self._layer_grid):
            grid.setHorizontalSpacing(GAP_PX)
            grid.setVerticalSpacing(GAP_PX)
        for row, (words, field) in enumerate((("A", self.a), ("B", self.b), ("Title", self.name))):
            label = plain_label("caption", words)
            label.setBuddy(field)
            self._grid.addWidget(label, row, 0)
            self._grid.addWidget(field, row, 1, 1, 2)
        label = plain_label("caption", "Weight")
        label.setBuddy(self.all)
        self._grid.addWidget(label, 3, 0)
        self._grid.addWidget(self.all, 3, 1)
        self._grid.addWidget(self._all_words, 3, 2)
        self._grid.addWidget(self.where, 4, 1, 1, 2)
        self._grid.setColumnStretch(1, 1)
        self._layer_grid.setColumnStretch(1, 1)
        self.column.addLayout(self._grid)
        self.column.addLayout(self._layer_grid)
        self.column.addWidget(self.asking)
        self.column.addStretch(1)

    @property
    def weight(self) -> Weight:
        """One weight, one for each layer, or one for each slot: 0 where it is not marked."""
        match self.where.chosen:
            case "layers":
                return tuple(slider.weight for _, slider, _ in self._layers)
            case "slots":
                marked = self._selection.marks * self.all.weight
                return tuple(tuple(float(value) for value in row) for row in marked)
        return self.all.weight

    @property
    def title_or_default(self) -> str:
        """The title that was typed, or one that says what is mixed."""
        title = self.name.text().strip()
        return title if is_seen(title) else self.name.placeholderText()

    def redraw(self) -> None:
        a, b = self.a.choice, self.b.choice
        problem = "No memory is open." if a is None or b is None else ""
        if not problem and not self._others():
            problem = "A mix needs two different memories, and there is only one so far. Send a message first."
        elif a is not None and b is not None and a.is_same(b):
            problem = "A and B are the same memory: choose another one."
        where = self.where.chosen
        marked = int(self._selection.marks.sum())
        if not problem and where == "slots" and not marked:
            problem = "No slot is marked. Select slots in the memory map and press X."
        self.asking.set_problem(problem)
        if a is not None and b is not None:
            self.name.setPlaceholderText(f"Mix of {_short(a.name)} and {_short(b.name)}")
        by_layer = where == "layers"
        self.all.setEnabled(not by_layer)
        slots = f" in {slots_in_words(marked)}" if where == "slots" and marked else ""
        self._all_words.setText("by layer" if by_layer else _parts(self.all.value()) + slots)
        for label, slider, words in self._layers:
            for part in (label, slider, words):
                part.setVisible(by_layer)
            words.setText(_parts(slider.value()))
        if self._saved is not None and self._saved != self._chosen():
            self._forget_saved()  # it is not what is chosen now

    def _forget_saved(self) -> None:
        """Nothing more is said of the mix that was saved."""
        if self._saved is not None:
            self._saved = None
            self.asking.say("")

    def _chosen(self) -> object:
        return self.a.choice, self.b.choice, self.where.chosen, self.weight, self.name.text()

    @Slot()
    def _on_pressed(self) -> None:
        a, b = self.a.choice, self.b.choice
        if a is None or b is None:
            return
        title = self.title_or_default
        path = self._folder() / file_name(title)
        inquiry = AskMix(memory_ref(a), memory_ref(b), self.weight, path, title, self._chat())
        self._saved = None
        self._asked, self._asked_title = self._chosen(), self.name.text()
        self.asking.ask(inquiry, f"Mixing {a.name} and {b.name}…")

    @Slot(object)
    def _on_answered(self, finding: object) -> None:
        if isinstance(finding, Synthetic):
            is_still_chosen = self._asked == self._chosen()
            if self.name.text() == self._asked_title:
                self.name.clear()  # another one is that of the next mix
            if is_still_chosen:
                self.asking.say(saved_words(finding))
                self._saved = self._chosen()
            self.saved.emit(finding)

    @Slot(int)
    def _on_all(self, value: int) -> None:
        """Layers follow the common weight until they are set apart."""
        for _, slider, _ in self._layers:
            slider.setValue(value)
        self.refresh()

    @Slot()
    def _on_reset(self) -> None:
        initial = self._history.initial
        count = initial.layers if initial is not None else 0
        if count != len(self._layers):
            self._make_layers(count)
        self._picked = None
        self._forget_saved()
        self._preset()
        self.refresh()

    def _others(self) -> list[MemoryChoice]:
        """The memories that A could be mixed with."""
        a = self.a.choice
        return [] if a is None else [choice for choice in self.b.choices if not a.is_same(choice)]

    @Slot()
    def _preset(self) -> None:
        """B is another memory than A where there is one, unless a person has chosen these two."""
        a, b, others = self.a.choice, self.b.choice, self._others()
        if a is not None and b is not None and others and a.is_same(b) and (a, b) != self._picked:
            self.b.choose(others[-1])
        self.refresh()

    @Slot()
    def _on_picked(self) -> None:
        self._picked = self.a.choice, self.b.choice

    def _make_layers(self, count: int) -> None:
        for parts in self._layers:
            for part in parts:
                self._layer_grid.removeWidget(part)
                part.deleteLater()
        self._layers = []
        for layer in range(count):
            slider = WeightSlider(f"Weight of B in layer {layer}")
            line = plain_label("caption", f"layer {layer}"), slider, plain_label("readout")
            line[1].setValue(self.all.value())
            line[1].valueChanged.connect(self.refresh)
            self._layer_grid.addWidget(line[0], layer, 0)
            self._layer_grid.addWidget(line[1], layer, 1)
            self._layer_grid.addWidget(line[2], layer, 2)
            self._layers.append(line)


def _parts(percent: int) -> str:
    return f"{percent_text(100 - percent)} A · {percent_text(percent)} B"


def _short(name: str) -> str:
    return name.split(" · ")[0] if name.startswith("turn") else name
