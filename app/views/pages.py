"""What the middle of the window shows when there is nothing to read yet: a welcome, or why no model is open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QLabel, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from app.theme import GAP_PX, MARGIN_PX, PADDING_PX
from app.views.elided import ElidedButton
from app.views.icons import Icons, application_icon
from app.views.labels import button, dressed, label

if TYPE_CHECKING:
    from app.actions.table import Actions

PAGE_PX = 520
MARK_PX = 56
MARK_NEEDS_PX = 440
BUTTONS_NEED_PX = 500  # beside each other
EXAMPLES = ("Hi, my name is Alice.", "I have a brown dog called Max.", "What can you do?")


def _mark() -> QLabel:
    mark = QLabel()
    mark.setPixmap(application_icon().pixmap(MARK_PX, MARK_PX))
    mark.setAccessibleName("Mneme")
    return mark


def _page(page: QWidget, column: QVBoxLayout) -> None:
    """Centres a column of at most PAGE_PX in `page`."""
    middle = QWidget()
    middle.setMaximumWidth(PAGE_PX)
    middle.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
    middle.setLayout(column)
    column.setContentsMargins(0, 0, 0, 0)
    row = QHBoxLayout()
    row.addStretch(1)
    row.addWidget(middle, 1000)  # all of the room up to its width; the rest is shared
    row.addStretch(1)
    inside = QWidget()
    outer = QVBoxLayout(inside)
    outer.setContentsMargins(MARGIN_PX, MARGIN_PX, MARGIN_PX, MARGIN_PX)
    outer.addStretch(3)
    outer.addLayout(row)
    outer.addStretch(4)
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)  # only a margin is ever cut
    area.setAccessibleName(page.objectName())
    area.setWidget(inside)
    for part in (inside, area.viewport()):
        part.setAutoFillBackground(False)
    whole = QVBoxLayout(page)
    whole.setContentsMargins(0, 0, 0, 0)
    whole.addWidget(area)


class Welcome(QWidget):
    """Two sentences and three messages to try.

    Signals:
        example_chosen(text)
    """

    example_chosen = Signal(str)

    def __init__(self, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("welcome")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._origin = label("", "caption", wrap=True)
        self._origin.setObjectName("welcomeOrigin")
        column = QVBoxLayout()
        column.setSpacing(GAP_PX)
        self._mark = _mark()
        column.addWidget(self._mark)
        column.addSpacing(GAP_PX)
        column.addWidget(label("I remember without re\N{NON-BREAKING HYPHEN}reading.", "title", wrap=True))
        column.addWidget(
            label(
                "Everything you tell me is written into a small memory that you can see and keep.",
                "muted",
                wrap=True,
            )
        )
        column.addWidget(self._origin)
        column.addSpacing(PADDING_PX)
        column.addWidget(label("Try one of these", "section"))
        for number, text in enumerate(EXAMPLES):
            example = dressed(ElidedButton(), text, "example", "ph.chat-circle", icons, f"Send: {text}", "muted")
            example.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
            example.setToolTip(text)
            example.setObjectName(f"example{number}")
            example.setProperty("message", text)
            example.clicked.connect(self._choose)
            column.addWidget(example)
        _page(self, column)
        self.show_origin("")

    def show_origin(self, origin: str) -> None:
        """Says what the memory of this chat started from."""
        self._origin.setText(origin)
        self._origin.setVisible(bool(origin))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._mark.setVisible(event.size().height() >= MARK_NEEDS_PX)

    @Slot()
    def _choose(self) -> None:
        self.example_chosen.emit(self.sender().property("message"))


class ModelMissing(QWidget):
    """Why no model is open, and the two ways on."""

    def __init__(self, actions: Actions, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("modelMissing")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._why = label("", wrap=True)
        self._why.setObjectName("modelMissingReason")
        self._why.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        card = QFrame()
        card.setProperty("panel", "card")
        inside = QVBoxLayout(card)
        inside.setContentsMargins(PADDING_PX, PADDING_PX, PADDING_PX, PADDING_PX)
        inside.addWidget(self._why)
        self._buttons = buttons = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        buttons.setSpacing(GAP_PX)
        for action_id, kind, icon, colour in (
            ("open_model", "primary", "ph.folder-open", "on_accent"),
            ("bundled_model", "", "ph.package", "text"),
        ):
            do = button(actions[action_id].text(), kind, icon, icons, colour=colour)
            do.setObjectName(f"{action_id}_button")
            do.clicked.connect(actions[action_id].trigger)
            buttons.addWidget(do)
        buttons.addStretch(1)
        column = QVBoxLayout()
        column.setSpacing(PADDING_PX)
        column.addWidget(label("No model is open", "title", wrap=True))
        column.addWidget(card)
        column.addLayout(buttons)
        column.addWidget(label("What you type stays in the message field until a model is open.", "caption", wrap=True))
        _page(self, column)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        down, across = QBoxLayout.Direction.TopToBottom, QBoxLayout.Direction.LeftToRight
        self._buttons.setDirection(down if event.size().width() < BUTTONS_NEED_PX else across)

    def show_reason(self, reason: str) -> None:
        self._why.setText(reason)
