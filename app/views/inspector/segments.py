"""A choice among a few words that are all seen."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QHBoxLayout, QPushButton, QWidget


class Segments(QWidget):
    """One of several keys, shown by their words.

    Signals:
        changed(): another one was chosen by hand.
    """

    changed = Signal()

    def __init__(self, name: str, choices: tuple[tuple[str, str], ...], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self._group = QButtonGroup(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        for key, words in choices:
            button = QPushButton(words)
            button.setCheckable(True)
            button.setProperty("role", "segment")
            button.setProperty("key", key)
            button.setAccessibleName(f"{name}: {words}")
            self._group.addButton(button)
            row.addWidget(button)
        row.addStretch(1)
        self._group.buttons()[0].setChecked(True)
        self._group.buttonClicked.connect(self._on_clicked)

    @property
    def chosen(self) -> str:
        """The key of the choice."""
        button = self._group.checkedButton()
        return str(button.property("key")) if button is not None else ""

    def choose(self, key: str) -> None:
        """Chooses a key; an unknown one changes nothing."""
        for button in self._group.buttons():
            if button.property("key") == key and not button.isChecked():
                button.setChecked(True)
                self.changed.emit()

    def _on_clicked(self, _button: QAbstractButton) -> None:
        self.changed.emit()
