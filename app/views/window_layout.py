"""How the window was left: size, docks, folds and what was not sent, in an ini file. A damaged file means defaults."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QObject, QSettings, Qt

from app.models.settings import open_ini

if TYPE_CHECKING:
    from PySide6.QtWidgets import QDockWidget, QMainWindow, QWidget

VERSION = 1
LONGEST_DRAFT = 200_000
MOST_EDITS = 20
TITLE_BAR_PX = 48  # what a desktop may put around a window
Edits = dict[tuple[int, bool], str]
"""Other words for messages: by the id of the turn and whether they are for the question."""


def widen(window: QMainWindow, *widths: tuple[QDockWidget, int]) -> None:
    """Gives docks their widths in pixels, one after the other: asked for all at once, Qt takes from one for another."""
    for dock, px in widths:
        window.resizeDocks([dock], [px], Qt.Orientation.Horizontal)


def resize_on_screen(window: QWidget, wide_px: int, high_px: int) -> None:
    """Gives a window its first size, or as much of it as its screen has room for."""
    room = window.screen().availableGeometry().size()
    window.resize(min(wide_px, room.width()), min(high_px, room.height() - TITLE_BAR_PX))


def bring_to_front(window: QWidget) -> None:
    """Shows a window before all others, also where it was minimised."""
    window.setWindowState(window.windowState() & ~Qt.WindowState.WindowMinimized)
    window.show()
    window.raise_()
    window.activateWindow()


class WindowLayout(QObject):
    """Reads and writes the state of one window."""

    def __init__(self, path: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._file: QSettings = open_ini(path, self)

    @property
    def draft(self) -> str:
        """The message that was typed and not sent."""
        return self._text("draft")

    @draft.setter
    def draft(self, text: str) -> None:
        self._set_text("draft", text)

    @property
    def prompt(self) -> str:
        """The system prompt that was typed and not written."""
        return self._text("prompt")

    @prompt.setter
    def prompt(self, text: str) -> None:
        self._set_text("prompt", text)

    @property
    def note(self) -> str:
        """The description of a memory that was not saved."""
        return self._text("note")

    @note.setter
    def note(self, text: str) -> None:
        self._set_text("note", text)

    def _text(self, name: str) -> str:
        found = self._file.value(name, "")
        return found if isinstance(found, str) else ""

    def _set_text(self, name: str, text: str) -> None:
        if text != self._text(name) and len(text) <= LONGEST_DRAFT:
            self._file.setValue(name, text)

    @property
    def edits(self) -> Edits:
        """The other words for messages that were typed and not sent."""
        try:
            found = [tuple(entry) for entry in json.loads(str(self._file.value("edits", "[]")))]
        except (ValueError, TypeError, RecursionError):
            return {}
        return {entry[:2]: entry[2] for entry in found if [type(part) for part in entry] == [int, bool, str]}

    @edits.setter
    def edits(self, edits: Edits) -> None:
        if edits != self.edits:
            kept = [(*message, text) for message, text in edits.items() if len(text) <= LONGEST_DRAFT]
            self._file.setValue("edits", json.dumps(kept[-MOST_EDITS:]))

    @property
    def shows_branches(self) -> bool:
        """Whether the section of the branches was left open."""
        return self._file.value("branches", "open") != "folded"

    @shows_branches.setter
    def shows_branches(self, shown: bool) -> None:
        if shown != self.shows_branches:
            self._file.setValue("branches", "open" if shown else "folded")

    def restore(self, window: QMainWindow) -> bool:
        """Gives the window its former size and docks; returns False where there is nothing that fits."""
        geometry, state = self._file.value("geometry"), self._file.value("state")
        if not isinstance(geometry, QByteArray) or not isinstance(state, QByteArray):
            return False
        return window.restoreGeometry(geometry) and window.restoreState(state, VERSION)

    def save(self, window: QMainWindow) -> None:
        self._file.setValue("geometry", window.saveGeometry())
        self._file.setValue("state", window.saveState(VERSION))

    @property
    def file_name(self) -> str:
        """Where all this is kept."""
        return self._file.fileName()

    @property
    def has_words(self) -> bool:
        """Whether there is anything that was typed and neither sent nor saved."""
        return bool(self.draft.strip() or self.prompt.strip() or self.note.strip() or self.edits)

    def sync(self) -> bool:
        """Writes what is not written yet, and returns whether that was possible."""
        self._file.sync()
        if self._file.status() is not QSettings.Status.AccessError:
            return True
        again = QSettings(self.file_name, QSettings.Format.IniFormat)  # the other never forgets an error
        again.sync()
        return again.status() is not QSettings.Status.AccessError
