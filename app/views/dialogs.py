"""The other dialogs: saving a memory, and about. None of them blocks the window's event loop."""

from __future__ import annotations

import platform
import re
from pathlib import Path

import PySide6
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from app.models.memory_names import MEMORY_SUFFIX
from app.models.visible import is_seen
from app.paths import RESOURCES, unused
from app.theme import GAP_PX, MARGIN_PX, PADDING_PX
from app.views.elided import ElidedLabel
from app.views.file_dialog import FileDialog
from app.views.icons import application_icon
from app.views.labels import button, label, scrolled
from app.views.tooltips import explain
from app.views.window_layout import resize_on_screen

NOTE_LETTERS = 8_000
ABOUT_PX = 460
SNAPSHOT_FILTER = f"Memories (*{MEMORY_SUFFIX})"


def file_stem(title: str, otherwise: str) -> str:
    """A file name without an ending, made of the letters and figures of `title`; `otherwise` where it has none."""
    words = re.sub(r"[^\w\-]+", "-", title, flags=re.UNICODE).strip("-_").lower()
    return words[:60].rstrip("-_") or otherwise


def file_name(title: str) -> str:
    """The file name of a memory with that title."""
    return file_stem(title, "memory") + MEMORY_SUFFIX


class SaveMemoryDialog(QDialog):
    """Asks for the title, a note and the place of a memory. words: which memory it is, where that needs saying.

    Signals:
        save_requested(path, title, note)
    """

    save_requested = Signal(object, str, str)

    def __init__(self, folder: Path, title: str, parent: QWidget | None = None, words: str = "") -> None:
        super().__init__(parent)
        self._words = label(words, "caption", wrap=True)
        self._words.setObjectName("memoryWords")
        self._words.setVisible(bool(words))
        self._folder = folder
        self._chosen: Path | None = None
        self.setObjectName("saveMemoryDialog")
        self.setWindowTitle("Save memory")
        self.setMinimumWidth(480)
        self.title = QLineEdit(title)
        self.title.setObjectName("memoryTitle")
        self.title.setAccessibleName("Title of the memory")
        self.title.setMaxLength(120)
        self.title.selectAll()
        self.description = QPlainTextEdit()
        self.description.setAccessibleName("Note about the memory")
        self.description.setPlaceholderText("What it knows, what it is for (optional)")
        self.description.setTabChangesFocus(True)
        self.description.document().setDocumentMargin(8)
        self.description.setFixedHeight(72)
        self._place = ElidedLabel("caption")
        self._save = button("Save", "primary")
        self._save.setObjectName("saveMemoryButton")
        self._save.setDefault(True)
        self._arrange()
        self.title.textChanged.connect(self._find_place)
        self.description.textChanged.connect(self._show_place)
        self._save.clicked.connect(self.accept)
        self._find_place()

    def _arrange(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(MARGIN_PX, MARGIN_PX - 4, MARGIN_PX, PADDING_PX)
        column.setSpacing(GAP_PX)
        column.addWidget(self._words)
        for words, field in (("Title", self.title), ("Note", self.description)):
            name = label(words, "heading")
            name.setBuddy(field)
            column.addWidget(name)
            column.addWidget(field)
        place = QHBoxLayout()
        place.addWidget(self._place, 1)
        elsewhere = button("Another place…", "link")
        elsewhere.clicked.connect(self._browse)
        place.addWidget(elsewhere)
        column.addLayout(place)
        buttons = QHBoxLayout()
        cancel = button("Cancel", "ghost")
        cancel.clicked.connect(self.reject)
        buttons.addStretch(1)
        buttons.addWidget(cancel)
        buttons.addWidget(self._save)
        column.addSpacing(GAP_PX)
        column.addLayout(buttons)

    @property
    def has_chosen_place(self) -> bool:
        """Whether the user has said where it goes, and may have agreed to replace what is there."""
        return self._chosen is not None

    @property
    def path(self) -> Path:
        """Where it would go now."""
        return self._chosen or unused(self._wanted)

    @property
    def _wanted(self) -> Path:
        """What the title asks for; where that is taken, the engine numbers it as `unused` does."""
        return self._folder / file_name(self.title.text())

    @Slot()
    def _find_place(self) -> None:
        """Looks at the disk, so not with every letter of the note."""
        self._shown = self.path
        self._show_place()

    @Slot()
    def _show_place(self) -> None:
        letters = len(self.description.toPlainText().strip())
        too_long = f"The note has {letters:,} letters; a memory file holds {NOTE_LETTERS:,}."
        reason = "A memory needs a title." if not is_seen(self.title.text()) else ""
        reason = too_long if letters > NOTE_LETTERS else reason
        self._place.setText(reason or f"{self._shown.name} in {self._shown.parent}")
        explain(self._place, str(self._shown))
        self._save.setEnabled(not reason)
        self._save.setToolTip(reason)

    @Slot()
    def _browse(self) -> None:
        dialog = FileDialog(self, "Save memory as", self._folder, SNAPSHOT_FILTER)
        dialog.setAcceptMode(FileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(MEMORY_SUFFIX[1:])
        dialog.selectFile(file_name(self.title.text()))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.place_chosen.connect(self._choose)
        dialog.open()

    @Slot(object)
    def _choose(self, path: Path) -> None:
        self._chosen = path
        self._find_place()

    def accept(self) -> None:
        if self._save.isEnabled():
            self.save_requested.emit(
                self._chosen or self._wanted, self.title.text().strip(), self.description.toPlainText().strip()
            )
            super().accept()


class AboutDialog(QDialog):
    """Version, licences and thanks."""

    def __init__(self, version: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("aboutDialog")
        self.setWindowTitle("About Mneme")
        self.setFixedWidth(ABOUT_PX)
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(MARGIN_PX, MARGIN_PX, MARGIN_PX, GAP_PX)
        column.setSpacing(GAP_PX)
        mark = label()
        mark.setPixmap(application_icon().pixmap(64, 64))
        mark.setAccessibleName("Mneme")
        column.addWidget(mark)
        column.addWidget(label("Mneme", "title"))
        column.addWidget(
            label(f"Version {version} · Qt {PySide6.__version__} · Python {platform.python_version()}", "caption")
        )
        text = (RESOURCES / "help" / "about.txt").read_text(encoding="utf-8")
        for paragraph in text.strip().split("\n\n"):
            column.addWidget(label(" ".join(paragraph.split()), wrap=True))
        close = button("Close", "")
        close.clicked.connect(self.accept)
        column.addStretch(1)
        area = scrolled(page, "aboutArea", "About Mneme")
        area.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # the arrow keys move what a low screen has no room for
        foot = QHBoxLayout()
        foot.setContentsMargins(MARGIN_PX, 0, MARGIN_PX, PADDING_PX)
        foot.addStretch(1)
        foot.addWidget(close)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(area, 1)
        whole.addLayout(foot)
        high_px = column.totalHeightForWidth(ABOUT_PX) + foot.sizeHint().height()
        resize_on_screen(self, ABOUT_PX, high_px)  # or Qt cuts it at two thirds of the screen
        close.setFocus()
