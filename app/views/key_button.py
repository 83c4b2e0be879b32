"""A button that shows the keys of an action and takes others: click it, press the keys."""

from __future__ import annotations

import sys

from PySide6.QtCore import QEvent, QKeyCombination, Qt, Signal, Slot
from PySide6.QtGui import QFocusEvent, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QPushButton, QWidget

from app.views.labels import dressed

MODIFIERS = (
    Qt.Key.Key_Control, Qt.Key.Key_Shift, Qt.Key.Key_Alt, Qt.Key.Key_Meta, Qt.Key.Key_AltGr, Qt.Key.Key_CapsLock,
)  # fmt: skip
LISTENING = "Press the keys…"


def native(keys: str) -> str:
    """The keys as this desktop writes them."""
    return QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)


def native_words(words: str, platform: str = sys.platform) -> str:
    """Keys within words as this desktop writes them: on a Mac, Qt means ⌘ by Ctrl."""
    signs = (("Ctrl+", "⌘"), ("Alt+", "⌥"), ("Shift+", "⇧")) if platform == "darwin" else ()
    for name, sign in signs:
        words = words.replace(name, sign)
    return words


class KeyButton(QPushButton):
    """The keys of one action.

    Signals:
        pressed_keys(action, keys): these keys were pressed for the action, in the portable form of QKeySequence.
        reset_wanted(action): Backspace was pressed: the first keys shall be back.
    """

    pressed_keys = Signal(str, str)
    reset_wanted = Signal(str)

    def __init__(self, action: str, words: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._action = action
        self._words = words
        self._keys = ""
        self._listens = False
        dressed(self, "", "key")
        self.setObjectName(f"keys_{action}")
        self.setToolTip("Click, then press other keys; Backspace gives the first ones back, Esc leaves them")
        self.clicked.connect(self._listen)

    def show_keys(self, keys: str) -> None:
        self._keys = keys
        self._stop()

    @Slot()
    def _listen(self) -> None:
        self._listens = True
        self.setText(LISTENING)
        self.setFocus()

    def _stop(self) -> None:
        self._listens = False
        self.setText(native(self._keys))
        self.setAccessibleName(f"Keys of {self._words}: {native(self._keys)}")

    def event(self, event: QEvent) -> bool:
        if self._listens and isinstance(event, QKeyEvent):
            if event.type() is QEvent.Type.ShortcutOverride:
                event.accept()  # the keys are for here, whatever they do elsewhere
                return True
            if event.type() is QEvent.Type.KeyPress:
                self._take(event)
                return True
        return super().event(event)

    def _take(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in MODIFIERS or key == Qt.Key.Key_unknown:
            return
        plain = event.modifiers() == Qt.KeyboardModifier.NoModifier
        self._stop()
        if plain and key == Qt.Key.Key_Escape:
            return
        if plain and key == Qt.Key.Key_Backspace:
            self.reset_wanted.emit(self._action)
            return
        modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        keys = QKeySequence(QKeyCombination(modifiers, key))
        self.pressed_keys.emit(self._action, keys.toString(QKeySequence.SequenceFormat.PortableText))

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if self._listens:
            self._stop()
