"""Asks before the window closes where that would lose something; it is not asked otherwise."""

from __future__ import annotations

from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from app.theme import GAP_PX, MARGIN_PX, PADDING_PX
from app.views.labels import button, label

WORDS_PX = 380
EXPORT = "Export the chat, or copy what you need."
MAKE_ROOM = (
    f"{EXPORT} Where the disk was full, make room and send one more message: what can still be saved is saved then."
)


class LossQuestion(QDialog):
    """What would be lost and what can be done, in the words of `loss`, and the two ways on; staying is the first."""

    def __init__(self, loss: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("lossQuestion")
        self.setWindowTitle("Close Mneme?")
        self.setMinimumWidth(WORDS_PX)
        words = label(loss, wrap=True)
        words.setObjectName("lossWords")
        stay = button("Stay", "primary")
        stay.setObjectName("stayButton")
        stay.setDefault(True)
        leave = button("Close anyway", "ghost")
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
