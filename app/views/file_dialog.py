"""The window's own file dialog, for desktops without one: Qt's, with buttons that can be read in both themes."""

from __future__ import annotations

from pathlib import Path

import qtawesome
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QFileDialog, QToolButton, QWidget

ICONS = {
    "backButton": "ph.arrow-left",
    "forwardButton": "ph.arrow-right",
    "toParentButton": "ph.arrow-up",
    "newFolderButton": "ph.folder-plus",
    "listModeButton": "ph.list",
    "detailModeButton": "ph.list-dashes",
}


class FileDialog(QFileDialog):
    """Starts in `folder`, or at home where that is no folder. The desktop's own dialog is used where there is one."""

    def __init__(self, parent: QWidget | None, title: str, folder: Path, file_filter: str = "") -> None:
        super().__init__(parent, title, str(folder if folder.is_dir() else Path.home()), file_filter)
        palette = self.palette()
        colour = palette.color(QPalette.ColorRole.Text)
        disabled = palette.color(QPalette.ColorGroup.Disabled, QPalette.ColorRole.Text)
        for name, icon in ICONS.items():
            button = self.findChild(QToolButton, name)
            if button is not None:  # not there where the desktop brings its own dialog
                button.setIcon(qtawesome.icon(icon, color=colour, color_disabled=disabled))
