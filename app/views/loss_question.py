"""Asks before the window closes or its chat is left where that would lose something; it is not asked otherwise."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from app.models.short_text import one_line
from app.theme import GAP_PX, MARGIN_PX, PADDING_PX
from app.views.labels import button, label

WORDS_PX = 380
EXPORT = "Export the chat, or copy what you need."
MAKE_ROOM = (
    f"{EXPORT} Where the disk was full, make room and send one more message: what can still be saved is saved then."
)
MOST_NAMES = 3


def loss_of_files(kind: str, paths: Sequence[Path], would: str = "would") -> str:
    """The loss of files of some kind that are still being written; empty where there are none."""
    if not paths:
        return ""
    names = [f"“{one_line(path.name)}”" for path in paths]
    if len(names) > MOST_NAMES:
        names[MOST_NAMES - 1 :] = [f"{len(names) - MOST_NAMES + 1:,} others"]
    listed = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
    what = f"The {kind} {listed} is" if len(paths) == 1 else f"The {kind}s {listed} are"
    return f"{what} not finished and {would} be lost. Wait until {'it is' if len(paths) == 1 else 'they are'} written."


class LossQuestion(QDialog):
    """What would be lost and what can be done, in the words of `loss`, and the two ways on; staying is the first.

    title: what is asked. go: the words of the button that loses it.
    """

    def __init__(self, loss: str, title: str, go: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("lossQuestion")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        self.setMinimumWidth(WORDS_PX)
        words = label(loss, wrap=True)
        words.setObjectName("lossWords")
        stay = button("Stay", "primary")
        stay.setObjectName("stayButton")
        stay.setDefault(True)
        leave = button(go, "ghost")
        leave.setObjectName("closeAnyway")
        stay.clicked.connect(self.reject)
        leave.clicked.connect(self.accept)
        column = QVBoxLayout(self)
        column.setContentsMargins(MARGIN_PX, MARGIN_PX - 4, MARGIN_PX, PADDING_PX)
        column.setSpacing(PADDING_PX)
        column.addWidget(label(self.windowTitle(), "heading"))
        column.addWidget(words)
        buttons = QHBoxLayout()
        buttons.setSpacing(GAP_PX)
        buttons.addStretch(1)
        buttons.addWidget(leave)
        buttons.addWidget(stay)
        column.addLayout(buttons)


class Losses(QObject):
    """What would be lost if the window closed now, or if its chat was left for another: asks before either.

    A loss is told as sentences; empty where there is none.
    """

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._of_closing: list[Callable[[], str]] = []
        self._of_leaving: Callable[[], str] = str

    def ask_before_closing(self, loss: Callable[[], str]) -> None:
        """`loss` tells what would be lost if the window closed now."""
        self._of_closing.append(loss)

    def ask_before_leaving(self, loss: Callable[[], str]) -> None:
        """`loss` tells what would be lost if another chat was opened now."""
        self._of_leaving = loss

    def ask_no_more(self) -> None:
        """The window closes, whatever is lost."""
        self._of_closing.clear()

    def may_close(self, close: Callable[[], None]) -> bool:
        """Whether nothing would be lost; asks otherwise, and calls `close` after a yes."""
        loss = " ".join(words for words in [of() for of in self._of_closing] if words)
        if loss:
            self._ask(LossQuestion(loss, "Close Mneme?", "Close anyway", self._window), [close])
        return not loss

    def leave(self, *steps: Callable[[], object], stay: Callable[[], object] | None = None) -> None:
        """Opens another chat with `steps`: at once, or after a yes. stay: called after a no."""
        loss = self._of_leaving()
        if loss:
            self._ask(LossQuestion(loss, "Leave this chat?", "Leave anyway", self._window), steps, stay)
            return
        for step in steps:
            step()

    def _ask(
        self,
        question: LossQuestion,
        steps: Sequence[Callable[[], object]],
        stay: Callable[[], object] | None = None,
    ) -> None:
        for former in self._window.findChildren(LossQuestion):
            if former is not question:
                former.reject()
        for step in steps:
            question.accepted.connect(step)
        if stay is not None:
            question.rejected.connect(stay)
        question.open()
