"""What the pictures of the help show: versions of a turn, saved memories, the inspector and the lab."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

from PySide6.QtCore import QEventLoop, QObject, QTimer
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QAbstractButton, QApplication, QDialog, QLineEdit, QMainWindow, QPlainTextEdit, QWidget

from app.engine.analysis.findings import Reads
from app.engine.analysis.inquiries import AskReads
from app.models.memory_history import MemoryHistory
from app.models.selection import Selection
from app.views.inspector import InspectorPanel
from app.views.inspector.lab.deck import LabDeck

Found = TypeVar("Found", bound=QObject)

OTHER_CHATS = (
    ("Hi, my name is Bob.", "I live in Paris."),
    ("My sister lives in Tokyo.", "My cat is called Tom."),
)
CONVERSATION = (
    "Hi, my name is Alice.",
    "What is my name?",
    "I live in Tokyo.",
    "Where do I live?",
    "What is my job?",
)
ASKED_INSTEAD = "What is my name?"
SAVED = ((0, "Knows Alice", "Only her name"), (3, "Alice in Tokyo", "Her name and where she lives"))
TURN_S = 120
LOOK_MS = 50


class PictureError(Exception):
    """A picture could not be taken; the message says why."""


def pause(duration_ms: int) -> None:
    """Lets the application work."""
    loop = QEventLoop()
    QTimer.singleShot(duration_ms, loop.quit)
    loop.exec()


def until(condition: Callable[[], bool], what: str, limit_s: float = TURN_S) -> None:
    """Waits for `condition`. Raises PictureError after `limit_s`."""
    for _ in range(round(limit_s * 1000 / LOOK_MS)):
        if condition():
            return
        pause(LOOK_MS)
    raise PictureError(f"{what} did not happen within {limit_s:g} s")


def the(kind: type[Found], of: QObject, name: str = "") -> Found:
    """The part of this kind, or of this name. Raises PictureError where there is none."""
    found: Found | None = of.findChild(kind, name) if name else of.findChild(kind)
    if found is None:
        raise PictureError(f"there is no {name or kind.__name__}")
    return found


class Scenes:
    """Brings the window into one state after the other. Each scene: its name and the widget to be painted."""

    def __init__(self, app: QApplication, window: QMainWindow) -> None:
        self._app = app
        self._window = window
        self._history = the(MemoryHistory, app)
        self._selection = the(Selection, app)

    # ---------------------------------------------------------------- what is done

    def act(self, action: str) -> None:
        """Triggers an action by its name."""
        found = the(QAction, self._window, f"action_{action}")
        if not found.isEnabled():
            raise PictureError(f"{found.text()}: {found.toolTip()}")
        found.trigger()

    def _wait_until_idle(self, what: str) -> None:
        ready = the(QAction, self._window, "action_new_chat")  # can be used exactly while the engine is idle
        until(ready.isEnabled, what)

    def _press_and_wait(self, press: Callable[[], None], what: str) -> None:
        ready = the(QAction, self._window, "action_new_chat")
        press()
        until(lambda: not ready.isEnabled(), f"{what}: the start")
        until(ready.isEnabled, what)

    def talk(self, messages: tuple[str, ...]) -> None:
        """Says these and waits for each answer."""
        self._wait_until_idle("loading the model")
        composer = the(QPlainTextEdit, self._window, "composer")
        send = the(QAbstractButton, self._window, "sendButton")
        for message in messages:
            composer.setPlainText(message)
            self._press_and_wait(send.click, f"answering “{message}”")

    def _new_chat(self) -> None:
        self.act("new_chat")
        until(lambda: not self._history.records, "a new chat")
        self._wait_until_idle("a new chat")

    def _save_memory(self, title: str, note: str) -> None:
        self.act("save_memory")
        dialog = self._opened("saveMemoryDialog", "the question for a title")
        the(QLineEdit, dialog, "memoryTitle").setText(title)
        the(QPlainTextEdit, dialog).setPlainText(note)
        the(QAbstractButton, dialog, "saveMemoryButton").click()
        until(lambda: self._dialog("saveMemoryDialog") is None, "saving the memory")
        self._wait_until_idle("saving the memory")

    def _dialog(self, name: str) -> QDialog | None:
        found = [widget for widget in self._window.findChildren(QDialog, name) if widget.isVisible()]
        return found[0] if found else None

    def _opened(self, name: str, what: str) -> QDialog:
        until(lambda: self._dialog(name) is not None, what)
        found = self._dialog(name)
        if found is None:
            raise PictureError(f"{what} was gone at once")
        return found

    def _ask_instead(self, message: str) -> None:
        """The newest question is edited: the turn has two versions."""
        self.act("edit_message")
        editor = the(QWidget, self._window, "turnEditor")
        until(editor.isVisible, "the editor of a message")
        the(QPlainTextEdit, editor, "turnEdit").setPlainText(message)
        self._press_and_wait(the(QAbstractButton, editor, "acceptEdit").click, "the second version")

    def select_liveliest_slot(self) -> None:
        record = self._history.current
        if record is not None:
            self._history.select_slot(*divmod(int(record.change.argmax()), record.change.shape[1]))

    def _open_inspector(self, preset: str) -> InspectorPanel:
        self.act(f"preset_{preset}")
        if preset == "memory":
            self.act("reset_layout")
        pause(4 * LOOK_MS)
        return the(InspectorPanel, self._window, "inspector")

    # ---------------------------------------------------------------- what is shown

    def before(self) -> None:
        """The chats that stand in the list, and the conversation of all pictures, which is open."""
        for messages in OTHER_CHATS:
            self.talk(messages)
            self._new_chat()
        self.talk(CONVERSATION)
        if not the(QAction, self._window, "action_save_memory").isEnabled():
            raise PictureError("no turn was written to memory")

    def all(self) -> Iterator[tuple[str, QWidget]]:
        """The scenes, one after the other; each stays until the next one is asked for."""
        yield self._inspector()
        yield self._lab()
        yield self._library()
        yield self._versions()

    def _inspector(self) -> tuple[str, QWidget]:
        panel = self._open_inspector("memory")
        panel.show_page(panel.words)
        answered = self._history.cursor - 1  # the last question of all has no answer in memory
        self._history.show_turn(answered)
        until(lambda: not panel.words.is_empty and not panel.words.is_stale, "the words of the answer")
        self._selection.lock((answered, self._last_word(panel.analyses.finding(AskReads(answered)))))
        return "inspector", self._window

    @staticmethod
    def _last_word(reads: Reads) -> int:
        """The token the last word begins with: what was recalled stands at the end of these answers."""
        begins = reads.text.rstrip(" .!?").rfind(" ") + 1
        return next((token for token, (start, end) in enumerate(reads.spans) if start <= begins < end), 0)

    def _lab(self) -> tuple[str, QWidget]:
        panel = self._open_inspector("lab")
        deck = the(LabDeck, self._window, "labDeck")
        panel.words.check.click()
        until(lambda: deck.lab.shown is not None, "the experiment")
        return "lab", self._window

    def _library(self) -> tuple[str, QWidget]:
        for turn, title, note in SAVED:
            self._history.show_turn(turn)
            self._save_memory(title, note)
        self.act("memory_library")
        return "library", self._opened("memoryLibrary", "the library")

    def _versions(self) -> tuple[str, QWidget]:
        library = self._dialog("memoryLibrary")
        if library is not None:
            library.close()
        self.act("back_to_now")
        self._open_inspector("memory")
        self._ask_instead(ASKED_INSTEAD)
        for close in self._window.findChildren(QAbstractButton, "noticeClose"):
            close.click()
        self._history.show_turn(2)
        self.act("write")
        return "versions", self._window
