"""Which keys a text field leaves to the actions of the window, and which one deletes the line of a list."""

from __future__ import annotations

import sys

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

EDITING_LETTERS = (Qt.Key.Key_A, Qt.Key.Key_C, Qt.Key.Key_V, Qt.Key.Key_X, Qt.Key.Key_Y, Qt.Key.Key_Z)


def is_for_actions(event: QKeyEvent) -> bool:
    """Ctrl and a letter that edits nothing, which some desktops give an editing meaning of old (Ctrl+E, Ctrl+K).

    And Ctrl+End, which leads back to now; where the newest memory is shown, it moves in the text.
    """
    letter = Qt.Key.Key_A <= event.key() <= Qt.Key.Key_Z and event.key() not in EDITING_LETTERS
    has_control = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier == Qt.KeyboardModifier.ControlModifier
    return has_control and (letter or event.key() == Qt.Key.Key_End)


def deletes(event: QKeyEvent, platform: str = sys.platform) -> bool:
    """Whether a key deletes the line of a list: Delete, which on most Macs is a Backspace and the only one there."""
    plain = event.modifiers() == Qt.KeyboardModifier.NoModifier
    is_backspace = event.key() == Qt.Key.Key_Backspace
    return event.key() == Qt.Key.Key_Delete or (is_backspace and plain and platform == "darwin")
