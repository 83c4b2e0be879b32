"""The window's own file dialog, for desktops without one: Qt's, with buttons that can be read in both themes."""

from __future__ import annotations

import re
from pathlib import Path

import qtawesome
from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QFileDialog, QToolButton, QWidget

from app.paths import unused

ICONS = {
    "backButton": "ph.arrow-left",
    "forwardButton": "ph.arrow-right",
    "toParentButton": "ph.arrow-up",
    "newFolderButton": "ph.folder-plus",
    "listModeButton": "ph.list",
    "detailModeButton": "ph.list-dashes",
}


class FileDialog(QFileDialog):
    """Starts in `folder`, or at home where that is no folder. The desktop's own dialog is used where there is one.

    Signals:
        place_chosen(path): where to save; the name has one of the endings that are offered.
    """

    place_chosen = Signal(object)

    def __init__(self, parent: QWidget | None, title: str, folder: Path, file_filter: str = "") -> None:
        super().__init__(parent, title, str(folder if folder.is_dir() else Path.home()), file_filter)
        palette = self.palette()
        colour = palette.color(QPalette.ColorRole.Text)
        disabled = palette.color(QPalette.ColorGroup.Disabled, QPalette.ColorRole.Text)
        for name, icon in ICONS.items():
            button = self.findChild(QToolButton, name)
            if button is not None:  # not there where the desktop brings its own dialog
                button.setIcon(qtawesome.icon(icon, color=colour, color_disabled=disabled))
        self.fileSelected.connect(self._on_selected)

    @Slot(str)
    def _on_selected(self, chosen: str) -> None:
        """Qt gives an ending only to names without a dot. Whether to replace a file was asked for the typed name."""
        path = Path(chosen)
        endings = {f".{self.defaultSuffix()}", *re.findall(r"\*(\.\w+)", " ".join(self.nameFilters()))}
        if self.acceptMode() is QFileDialog.AcceptMode.AcceptSave:
            is_whole = path.suffix.lower() in endings
            self.place_chosen.emit(path if is_whole else unused(path.with_name(f"{path.name}.{self.defaultSuffix()}")))
