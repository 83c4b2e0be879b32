"""What can be done with one message, as small buttons beside it while it is pointed at or has the keyboard."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QPushButton, QWidget

from app.views.labels import button

if TYPE_CHECKING:
    from app.views.icons import Icons

TOOL_PX = 26
TOOL_ICON_PX = 15
Reasons = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Verb:
    """Something that can be done with a message: its name, words, icon and what comes of it."""

    name: str
    words: str
    icon: str
    tooltip: str


COPY = Verb("copy", "Copy message", "ph.copy", "Copy this message")
EDIT_MESSAGE = Verb(
    "edit_message", "Edit message", "ph.pencil-simple",
    "Ask something else here; the conversation goes on from this point and this version is kept",
)  # fmt: skip
REGENERATE = Verb("regenerate", "Regenerate", "ph.arrows-clockwise", "Answer again from the same memory; both are kept")
EDIT_ANSWER = Verb("edit_answer", "Edit answer text…", "ph.pencil-simple", "Change the words of this answer")
REWRITE = Verb(
    "rewrite_memory", "Rewrite memory from here", "ph.brain",
    "Write the changed words to memory and replay the later turns, in a new branch",
)  # fmt: skip
FORGET = Verb(
    "forget_turn", "Forget this turn", "ph.eraser",
    "Take this turn out of memory and replay the later turns without it, in a new branch",
)  # fmt: skip
FORK = Verb("fork_here", "Fork here", "ph.git-branch", "Go on after this turn; the later turns keep their branch")
SAVE = Verb("save_turn_memory", "Save memory after this turn…", "ph.floppy-disk", "Keep the memory as it was then")

QUERY_TOOLS = (EDIT_MESSAGE, COPY)
ANSWER_TOOLS = (REGENERATE, COPY, EDIT_ANSWER, FORK)
MORE = (REWRITE, FORGET, SAVE)
QUERY_MENU = (EDIT_MESSAGE,)
ANSWER_MENU = (REGENERATE, EDIT_ANSWER, REWRITE, FORGET, FORK, SAVE)


class MessageTools(QFrame):
    """The buttons; one of these serves all messages, one at a time.

    Signals:
        asked(verb, row): a button or a line of its menu was chosen for the message in that row.
    """

    asked = Signal(str, int)

    def __init__(self, icons: Icons, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("messageTools")
        self.setProperty("panel", "tools")
        self._icons = icons
        self._row = -1
        self._is_query = False
        self._reasons: Reasons = {}
        self._buttons: dict[str, QPushButton] = {}
        self._row_layout = QHBoxLayout(self)
        self._row_layout.setContentsMargins(0, 0, 0, 0)
        self._row_layout.setSpacing(2)
        for verb in (EDIT_MESSAGE, REWRITE, REGENERATE, COPY, EDIT_ANSWER, FORK):
            self._add(verb)
        self._more = self._tool("More for this message", "ph.dots-three", "tool_more")
        self._more.clicked.connect(self._show_more)
        self.hide()

    def _add(self, verb: Verb) -> None:
        tool = self._tool(verb.words.rstrip("…"), verb.icon, f"tool_{verb.name}")
        tool.setProperty("verb", verb.name)
        tool.clicked.connect(self._ask)
        self._buttons[verb.name] = tool

    def _tool(self, name: str, icon: str, object_name: str) -> QPushButton:
        tool = button("", "tool", icon, self._icons, name, "muted")
        tool.setObjectName(object_name)
        tool.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        tool.setFixedSize(TOOL_PX, TOOL_PX)
        tool.setIconSize(QSize(TOOL_ICON_PX, TOOL_ICON_PX))
        self._row_layout.addWidget(tool)
        return tool

    @property
    def row(self) -> int:
        """The message these are for; -1 while they are hidden."""
        return self._row

    @property
    def has_keyboard(self) -> bool:
        focus = self.focusWidget()
        return focus is not None and focus.hasFocus()

    def show_for(self, row: int, is_query: bool, reasons: Reasons) -> None:
        """Shows what can be done with a message; `reasons`: why a verb cannot be done."""
        self._row, self._is_query, self._reasons = row, is_query, reasons
        tools = QUERY_TOOLS if is_query else ANSWER_TOOLS
        if not is_query and REWRITE.name not in reasons:
            tools = (REWRITE, *tools)  # the chip says that words and memory differ: here is the way out
        for name, tool in self._buttons.items():
            verb = next((verb for verb in tools if verb.name == name), None)
            tool.setVisible(verb is not None)
            if verb is not None:
                tool.setEnabled(name not in reasons)
                tool.setToolTip(reasons.get(name) or verb.tooltip)
        self._more.setVisible(not is_query)
        self.adjustSize()
        self.show()
        self.raise_()

    def leave(self) -> None:
        self._row = -1
        self.hide()

    def place_beside(self, bubble: QRect) -> None:
        """Puts the buttons to the left of a question's bubble."""
        self.move(bubble.left() - self.width() - 4, bubble.center().y() - self.height() // 2 + 1)

    def place_under(self, foot: QPoint) -> None:
        """Puts the buttons under the foot of an answer."""
        self.move(foot.x() - 5, foot.y() + 1)

    @Slot()
    def _ask(self) -> None:
        sender = self.sender()
        if sender is not None and self._row >= 0:
            self.asked.emit(str(sender.property("verb")), self._row)

    @Slot()
    def _show_more(self) -> None:
        row = self._row
        menu = QMenu(self)
        add_verbs(menu, MORE, self._reasons, lambda name: self.asked.emit(name, row), self._icons)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self._more.mapToGlobal(self._more.rect().bottomLeft()))


def add_verbs(menu: QMenu, verbs: tuple[Verb, ...], reasons: Reasons, run: Callable[[str], None], icons: Icons) -> None:
    """Adds a line per verb to a menu that ends with its use; `run(name)` does it."""
    for verb in verbs:
        line = menu.addAction(verb.words)
        line.triggered.connect(lambda _checked=False, name=verb.name: run(name))
        line.setEnabled(verb.name not in reasons)
        line.setToolTip(reasons.get(verb.name) or verb.tooltip)
        icons.set(line, verb.icon, "muted")
    menu.setToolTipsVisible(True)
