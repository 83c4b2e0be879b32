"""How the window was left: size, docks and folds in an ini file, what was not sent beside it.

A damaged file means defaults. What is typed is written every second, and no window waits for that.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QObject, QSettings, QSize, Qt

from app.engine.latest_file import LatestFile
from app.models.message_limit import LONGEST_MESSAGE
from app.models.settings import open_ini

if TYPE_CHECKING:
    from PySide6.QtWidgets import QMainWindow, QWidget

VERSION = 1
UNSENT = "unsent.json"
LONGEST_DRAFT = 3 * LONGEST_MESSAGE + 2  # one that is sent, one that waits, and what is typed
MOST_EDITS = 20
TITLE_BAR_PX = 48  # what a desktop may put around a window
Edits = dict[tuple[int, bool], str]
"""Other words for messages: by the id of the turn and whether they are for the question."""
PanelState = dict[str, int | str]
"""What Qt's state of the docks does not say: their sizes where there is room, and which of them made way."""


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
        self._unsent = LatestFile(path.with_name(UNSENT))
        self._words = self._stored_words()
        self._trouble = self._unreadable() if self._unsent.is_strange else ""

    @property
    def trouble(self) -> str:
        """What could not be read, what becomes of it and what is unchanged, as sentences; empty where all could be."""
        return self._trouble

    def _unreadable(self) -> str:
        return (
            f"What you had typed and not sent could not be read. Its file, {self.file_name}, is kept as "
            f"{self._unsent.aside.name} before anything is written in its place. Chats and memories are unchanged."
        )

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
        return self._words.get(name, "")

    def _set_text(self, name: str, text: str) -> None:
        if text != self._text(name) and len(text) <= LONGEST_DRAFT:
            self._put(name, text)

    def _put(self, name: str, text: str) -> None:
        self._words[name] = text
        self._unsent.put(json.dumps(self._words).encode())

    def _stored_words(self) -> dict[str, str]:
        data = self._unsent.read()
        try:
            found = {} if data is None else json.loads(data)
            return {name: text for name, text in found.items() if isinstance(text, str)}
        except (ValueError, AttributeError, RecursionError):
            self._unsent.set_aside()
            return {}

    @property
    def edits(self) -> Edits:
        """The other words for messages that were typed and not sent."""
        try:
            found = [tuple(entry) for entry in json.loads(self._text("edits") or "[]")]
        except (ValueError, TypeError, RecursionError):
            return {}
        return {entry[:2]: entry[2] for entry in found if [type(part) for part in entry] == [int, bool, str]}

    @edits.setter
    def edits(self, edits: Edits) -> None:
        if edits != self.edits:
            kept = [(*message, text) for message, text in edits.items() if len(text) <= LONGEST_DRAFT]
            self._put("edits", json.dumps(kept[-MOST_EDITS:]))

    @property
    def shows_branches(self) -> bool:
        """Whether the section of the branches was left open."""
        return self._file.value("branches", "open") != "folded"

    @shows_branches.setter
    def shows_branches(self, shown: bool) -> None:
        if shown != self.shows_branches:
            self._file.setValue("branches", "open" if shown else "folded")

    def restore(self, window: QMainWindow, size: QSize) -> bool:
        """Gives the window its former size, or `size` on a screen that is much larger or smaller, and its docks.

        Returns False where there is nothing that fits.
        """
        geometry, state = self._file.value("geometry"), self._file.value("state")
        if not isinstance(geometry, QByteArray) or not isinstance(state, QByteArray):
            return False
        if not window.restoreGeometry(geometry):
            window.resize(size)
        return window.restoreState(state, VERSION)

    def save(self, window: QMainWindow, panels: PanelState) -> None:
        self._file.setValue("geometry", window.saveGeometry())
        self._file.setValue("state", window.saveState(VERSION))
        self._file.setValue("panels", json.dumps(panels))

    @property
    def panels(self) -> PanelState:
        """What was saved of the panels beside the state of the docks."""
        try:
            found = json.loads(str(self._file.value("panels", "{}")))
            return {name: value for name, value in found.items() if type(value) in (int, str)}
        except (ValueError, AttributeError, RecursionError):
            return {}

    @property
    def file_name(self) -> str:
        """Where what was typed is kept."""
        return str(self._unsent.path)

    @property
    def has_words(self) -> bool:
        """Whether there is anything that was typed and neither sent nor saved."""
        return bool(self.draft.strip() or self.prompt.strip() or self.note.strip() or self.edits)

    def sync(self) -> bool:
        """Waits until all is written that can be, and returns whether what was typed is."""
        is_kept = self._unsent.finish()
        self._file.sync()
        return is_kept
