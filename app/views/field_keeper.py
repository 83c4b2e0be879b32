"""Keeps what a field of a dialog holds, a second after each change."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Slot

if TYPE_CHECKING:
    from PySide6.QtWidgets import QDialog, QPlainTextEdit

REST_MS = 1_000


class FieldKeeper(QObject):
    """Hands what a field of a dialog holds to `keep` a second after a change, until the dialog is closed."""

    def __init__(self, field: QPlainTextEdit, dialog: QDialog, keep: Callable[[str], None]) -> None:
        super().__init__(dialog)
        self._field = field
        self._keep = keep
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(REST_MS)
        self._timer.timeout.connect(self._on_rest)
        field.textChanged.connect(self._wait)
        dialog.finished.connect(self._timer.stop)

    @Slot()
    def keep(self) -> None:
        """Hands it over now, where it was changed since."""
        if self._timer.isActive():
            self._timer.stop()
            self._on_rest()

    @Slot()
    def _on_rest(self) -> None:
        self._keep(self._field.toPlainText())

    @Slot()
    def _wait(self) -> None:
        if not self._timer.isActive():
            self._timer.start()
