"""The dialogs that are open: one of a name at a time, each kept for as long as it is there."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog


class OpenDialogs:
    """Python forgets a dialog that nobody keeps, and it would be gone at once."""

    def __init__(self) -> None:
        self._dialogs: dict[str, QDialog] = {}

    def get(self, name: str) -> QDialog | None:
        """The one of that name; None where there is none."""
        return self._dialogs.get(name)

    def open(self, name: str, dialog: QDialog) -> None:
        """Shows a dialog without waiting for it."""
        self.keep(name, dialog)
        dialog.open()

    def keep(self, name: str, dialog: QDialog) -> None:
        """Remembers a dialog for as long as it is there, in place of the former one of its name."""
        former = self._dialogs.pop(name, None)
        if former is not None:
            former.close()
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.destroyed.connect(lambda: self._dialogs.pop(name, None) if self._dialogs.get(name) is dialog else None)
        self._dialogs[name] = dialog
