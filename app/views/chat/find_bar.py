"""The bar that finds words in the open conversation: next, previous, and how many there are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QSignalBlocker, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QSizePolicy, QWidget

from app.models.conversation import Conversation
from app.models.text_finder import TextFinder
from app.theme import GAP_PX, PADDING_PX
from app.views.elided import ElidedLabel
from app.views.labels import button
from app.views.spoken import announce
from app.views.text_keys import is_for_actions

if TYPE_CHECKING:
    from app.views.chat.transcript_view import TranscriptView
    from app.views.icons import Icons

FIND_MS = 120
FIELD_PX, LEAST_FIELD_PX = 240, 48
LONGEST_WORDS = 200


class FindBar(QFrame):
    """Field, count, arrows and a cross; Enter goes on, Shift+Enter back, Esc closes.

    instead: what takes the keyboard from the closed bar where no transcript is seen.

    Signals:
        toggled(): it was opened or closed.
    """

    toggled = Signal()

    def __init__(
        self,
        view: TranscriptView,
        conversation: Conversation,
        icons: Icons,
        instead: QWidget,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._view = view
        self._instead = instead
        self._conversation = conversation
        self._finder = TextFinder()
        self.setObjectName("findBar")
        self.setProperty("panel", "find")
        self.field = QLineEdit()
        self.field.setObjectName("findField")
        self.field.setAccessibleName("Find in this chat")
        self.field.setPlaceholderText("Find in this chat")
        self.field.setMaxLength(LONGEST_WORDS)
        self.field.setMinimumWidth(LEAST_FIELD_PX)
        self.field.setMaximumWidth(FIELD_PX)
        self.field.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)  # it gives way before the count
        self.field.installEventFilter(self)
        self._count = ElidedLabel("caption")  # no count widens a narrow window
        self._count.setObjectName("findCount")
        self._previous = button("", "icon", "ph.caret-up", icons, "Previous place (Shift+Enter)", "muted")
        self._previous.setObjectName("findPrevious")
        self._next = button("", "icon", "ph.caret-down", icons, "Next place (Enter)", "muted")
        self._next.setObjectName("findNext")
        close = button("", "icon", "ph.x", icons, "Close the search (Esc)", "muted")
        close.setObjectName("findClose")
        row = QHBoxLayout(self)
        row.setContentsMargins(PADDING_PX, 6, GAP_PX, 6)
        row.setSpacing(GAP_PX // 2)
        row.addWidget(self.field, FIELD_PX)  # all of the room up to its width
        row.addSpacing(GAP_PX // 2)
        row.addWidget(self._count)
        row.addWidget(self._previous)
        row.addWidget(self._next)
        row.addStretch(1)
        row.addWidget(close)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(FIND_MS)
        self._timer.timeout.connect(self._search_again)
        self.field.textChanged.connect(self._search)
        self._next.clicked.connect(self.find_next)
        self._previous.clicked.connect(self.find_previous)
        close.clicked.connect(self.close_bar)
        for changed in (
            conversation.dataChanged,
            conversation.rowsInserted,
            conversation.rowsRemoved,
            conversation.modelReset,
        ):
            changed.connect(self._on_changed)
        self.hide()

    @property
    def finder(self) -> TextFinder:
        return self._finder

    def open_bar(self) -> None:
        """Shows the bar, with the selected words where one line is selected."""
        selected = self._view.selected_text
        self.show()
        if selected and "\n" not in selected and len(selected) <= LONGEST_WORDS:
            self.field.setText(selected)
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.field.selectAll()
        self._search()
        self.toggled.emit()

    def show_words(self, words: str, row: int) -> None:
        """Shows the bar with `words` at their last place in a row or above; the keyboard stays where it is."""
        self.show()
        home = self.parentWidget()
        layout = home.layout() if home is not None else None
        if layout is not None:
            layout.activate()  # the bar takes room from the transcript, so that comes first
        with QSignalBlocker(self.field):
            self.field.setText(words)
        self._find()
        self._finder.go_to_last(row)
        self._show()
        self.toggled.emit()

    def put_away(self, words: str) -> None:
        """Hides the bar if it still has these words and is not written in; the keyboard stays where it is."""
        if self.isVisible() and self.field.text() == words and not self.field.hasFocus():
            self._timer.stop()
            self._view.show_matches(None)
            self.hide()
            self.toggled.emit()

    @Slot()
    def close_bar(self) -> None:
        """The transcript stays where it is, and the keyboard goes on from the place found."""
        self._timer.stop()
        self._view.show_matches(None)
        found = self._finder.current
        if found is not None and found.row < self._conversation.rowCount():
            self._view.focus_on(found.row)
        elif self._view.focused_row < 0:
            self._view.focus_on(self._view.first_visible_row)
        (self._view if self._view.isVisible() else self._instead).setFocus()
        self.hide()  # after that, or Qt gives the keyboard to whatever is next
        self.toggled.emit()

    @Slot()
    def find_next(self) -> None:
        self.go(1)

    @Slot()
    def find_previous(self) -> None:
        self.go(-1)

    def go(self, by: int) -> None:
        """Goes `by` places on, back where negative."""
        if self._timer.isActive():  # the messages are others than those that were searched
            self._timer.stop()
            self._find()
        self._finder.step(by)
        self._show()

    @Slot()
    def _search(self) -> None:
        """Other words: begins at what is in view."""
        self._find()
        if self._finder.current is None:
            self._finder.go_to_row(self._view.first_visible_row)
        self._show()

    @Slot()
    def _search_again(self) -> None:
        """Other messages: nothing moves."""
        self._find()
        self._show_count()

    def _find(self) -> None:
        rows = range(self._conversation.rowCount())
        self._finder.find(self.field.text(), (self._conversation.index(row).data() for row in rows))
        self._view.show_matches(self._finder.of_row)

    @Slot()
    def _on_changed(self) -> None:
        if self.isVisible() and not self._timer.isActive():
            self._timer.start()

    def _show(self) -> None:
        match = self._finder.current
        if match is not None:
            self._view.select(match.row, match.start, match.end)
        self._show_count()

    def _show_count(self) -> None:
        finder = self._finder
        if not self.field.text():
            words = ""
        elif not finder.count:
            words = "Nothing found"
        else:
            words = f"{finder.position:,} of {finder.count:,}"
        if words and words != self._count.text():
            announce(self, words)
        self._count.setText(words)
        self._count.setAccessibleName(words)
        for tool in (self._previous, self._next):
            tool.setEnabled(finder.count > 0)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.field and isinstance(event, QKeyEvent):
            if event.type() is QEvent.Type.ShortcutOverride and event.key() == Qt.Key.Key_Escape:
                event.accept()
                return True
            if event.type() is QEvent.Type.ShortcutOverride and is_for_actions(event):
                event.ignore()
                return True
            if event.type() is QEvent.Type.KeyPress:
                return self._field_key(event)
        return False

    def _field_key(self, event: QKeyEvent) -> bool:
        if event.key() == Qt.Key.Key_Escape:
            self.close_bar()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.go(-1 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1)
        else:
            return False
        return True
