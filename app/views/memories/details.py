"""The memory that was picked: its title and note to edit, where it comes from, and what can be done with it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, Signal, Slot
from PySide6.QtGui import QImage, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.models.any_index import AnyIndex
from app.models.list_role import ListRole
from app.models.memories import MemoryRole
from app.models.short_text import NO_BREAK
from app.models.visible import is_seen
from app.theme import GAP_PX, PADDING_PX, ThemeController
from app.views.dialogs import NOTE_LETTERS
from app.views.labels import button, label, scrolled
from app.views.memories.card import picture

if TYPE_CHECKING:
    from app.theme import Theme
    from app.views.icons import Icons
    from rxt.events import FloatArray

PANEL_PX = 300
PICTURE_PX = 96
NOTE_PX = 84
TITLE_LETTERS = 120


class MemoryPicture(QWidget):
    """The norms of a memory's slots: layers down, slots across."""

    def __init__(self, themes: ThemeController, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(PICTURE_PX)
        self.setAccessibleName("Map of the memory")
        self._norm: FloatArray | None = None
        self._theme: Theme = themes.theme
        self._image = QImage()
        themes.changed.connect(self._recolour)

    def show_norm(self, norm: FloatArray | None) -> None:
        if norm is not self._norm:
            self._norm = norm
            self._redraw()

    @Slot(object)
    def _recolour(self, theme: Theme) -> None:
        self._theme = theme
        self._redraw()

    def _redraw(self) -> None:
        self._image = QImage() if self._norm is None else picture(self._norm, self._theme)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        shape = QPainterPath()
        shape.addRoundedRect(self.rect(), 6, 6)
        painter.setClipPath(shape)
        painter.fillRect(self.rect(), self._theme.raised)
        if not self._image.isNull():
            painter.drawImage(self.rect(), self._image)


class MemoryDetails(QFrame):
    """Everything about one memory.

    Signals, each with the path: start_requested, duplicate_requested, export_requested, reveal_requested,
    delete_requested, and retitled(path, title, note) when the title or the note was changed.
    """

    start_requested = Signal(object)
    duplicate_requested = Signal(object)
    export_requested = Signal(object)
    reveal_requested = Signal(object)
    delete_requested = Signal(object)
    retitled = Signal(object, str, str)

    def __init__(self, themes: ThemeController, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("panel", "card")
        self.setFixedWidth(PANEL_PX)
        self.setObjectName("memoryDetails")
        self.setAccessibleName("The picked memory")
        self._path: Path | None = None
        self._saved = ("", "")  # what the file says
        self._asked: tuple[str, str] | None = None  # what it shall say, until the next listing tells
        self._picture = MemoryPicture(themes)
        self.title = QLineEdit()
        self.title.setObjectName("memoryDetailsTitle")
        self.title.setAccessibleName("Title of the memory")
        self.title.setMaxLength(TITLE_LETTERS)
        self.note = QPlainTextEdit()
        self.note.setObjectName("memoryDetailsNote")
        self.note.setAccessibleName("Note about the memory")
        self.note.setPlaceholderText("What it knows, what it is for")
        self.note.setTabChangesFocus(True)
        self.note.setFixedHeight(NOTE_PX)
        self.note.document().setDocumentMargin(8)
        self.excess = label("", "danger", wrap=True)
        self.excess.hide()
        self.facts = label("", "caption", wrap=True)
        self.facts.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.reason = label("", "caption", wrap=True)
        self.reason.setObjectName("memoryReason")
        self._start = self._button("Start a chat from it", "primary", "ph.chat-circle", icons, "on_accent")
        self._start.setObjectName("memoryStart")
        self._buttons = self._other_buttons(icons)
        self._arrange()
        self.title.editingFinished.connect(self.save)
        self.note.installEventFilter(self)
        self.note.textChanged.connect(self._follow_note)
        self.show_memory(None)

    def _button(self, words: str, kind: str, icon: str, icons: Icons, colour: str = "text") -> QPushButton:
        result = button(words, kind, icon, icons, colour=colour)
        result.clicked.connect(self._act)
        return result

    def _other_buttons(self, icons: Icons) -> dict[str, QPushButton]:
        table = {
            "duplicate": ("Duplicate", "ph.copy"),
            "export": ("Export…", "ph.export"),
            "reveal": ("Show file", "ph.folder-open"),
            "delete": ("Delete", "ph.trash"),
        }
        result = {name: self._button(words, "", icon, icons) for name, (words, icon) in table.items()}
        for name, made in result.items():
            made.setObjectName(f"memory_{name}")
        return result

    def _arrange(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(PADDING_PX, PADDING_PX, 0, PADDING_PX)
        column.setSpacing(GAP_PX)
        column.addWidget(scrolled(self._described(), "memoryDetailsArea", "About the memory"), 1)
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, PADDING_PX, 0)
        grid.setSpacing(GAP_PX)
        grid.addWidget(self._start, 0, 0, 1, 2)
        for number, made in enumerate(self._buttons.values()):
            grid.addWidget(made, 1 + number // 2, number % 2)
        column.addLayout(grid)

    def _described(self) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, PADDING_PX, 0)
        column.setSpacing(GAP_PX)
        column.addWidget(self._picture)
        for words, field in (("Title", self.title), ("Note", self.note)):
            name = label(words, "section")
            name.setBuddy(field)
            column.addWidget(name)
            column.addWidget(field)
        column.addWidget(self.excess)
        column.addWidget(self.facts)
        column.addWidget(self.reason)
        column.addStretch(1)
        return page

    def show_memory(self, index: AnyIndex | None) -> None:
        """Shows the memory of a row; None: there is none. What is being typed about another one is saved first."""
        path = index.data(ListRole.KEY) if index is not None else None
        if path != self._path:
            self.save()
        is_same = path == self._path and path is not None
        self._path = path
        self.setEnabled(path is not None)
        self.setVisible(path is not None)
        if index is None:
            return
        self._picture.show_norm(index.data(MemoryRole.NORM))
        self._show_words(str(index.data()), str(index.data(MemoryRole.NOTE)), keep_typed=is_same)
        why = str(index.data(MemoryRole.WHY_NOT))
        self.facts.setText(_facts(index))
        self.reason.setText(f"Cannot be opened now. {why}" if why else "")
        self.reason.setVisible(bool(why))
        self._start.setEnabled(not why)
        self._start.setToolTip(why or "Begin a new chat with this memory (Enter)")

    def _show_words(self, title: str, note: str, keep_typed: bool) -> None:
        typed = (self.title.text().replace(NO_BREAK, " "), self.note.toPlainText())
        if not (keep_typed and typed != self._saved):
            self.title.setText(title)
            self.title.setCursorPosition(0)
            self.note.setPlainText(note)
        # A field of several lines gives back ordinary spaces for those that do not break.
        self._saved, self._asked = (title.replace(NO_BREAK, " "), note.replace(NO_BREAK, " ")), None

    @Slot()
    def _follow_note(self) -> None:
        """Says how much of a long note would not be kept, while it can still be shortened."""
        count = len(self.note.toPlainText()) - NOTE_LETTERS
        letters = "one letter" if count == 1 else f"{count:,} letters"
        self.excess.setText(f"{letters} too many: only the first {NOTE_LETTERS:,} are saved.")
        self.excess.setVisible(count > 0)

    @property
    def path(self) -> Path | None:
        """The memory that is shown."""
        return self._path

    @property
    def can_start(self) -> bool:
        """Whether a chat can be started from it now."""
        return self._path is not None and self._start.isEnabled()

    def edit_title(self) -> None:
        """Lets the user type another title."""
        self.title.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.title.selectAll()

    @Slot()
    def save(self) -> None:
        """Asks for the title and the note as they are typed, where they were changed; an unseen title is none."""
        if self._path is None:
            return
        title, note = " ".join(self.title.text().split()), self.note.toPlainText()[:NOTE_LETTERS]
        title = title if is_seen(title) else self._saved[0]
        if title != self.title.text():
            self.title.setText(title)
        if (title, note) != (self._asked or self._saved):
            self._asked = (title, note)
            self.retitled.emit(self._path, title, note)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.note and event.type() == QEvent.Type.FocusOut:
            self.save()
        return False

    @Slot()
    def _act(self) -> None:
        if self._path is None:
            return
        self.save()
        sender = self.sender()
        signals = {
            self._start: self.start_requested,
            self._buttons["duplicate"]: self.duplicate_requested,
            self._buttons["export"]: self.export_requested,
            self._buttons["reveal"]: self.reveal_requested,
            self._buttons["delete"]: self.delete_requested,
        }
        for made, signal in signals.items():
            if made is sender:
                signal.emit(self._path)


def _facts(index: AnyIndex) -> str:
    """A few lines about where a memory comes from."""
    lines = (
        index.data(MemoryRole.ORIGIN),
        f"Saved {index.data(MemoryRole.DATE)}",
        f"Model {index.data(MemoryRole.MODEL)}",
        index.data(MemoryRole.FACTS),
        "Synthetic: made in the lab; no conversation has led to it" if index.data(MemoryRole.IS_SYNTHETIC) else "",
        "" if index.data(MemoryRole.WHY_NOT) else "✓ Fits the open model",
    )
    return "\n".join(line for line in lines if line)
