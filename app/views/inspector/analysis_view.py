"""A view of what the analyst finds out: it asks while it is seen, says what it waits for, and greys what is old."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, QObject, Qt, Slot
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QFrame, QScrollArea, QStackedLayout, QVBoxLayout, QWidget

from app.theme import GAP_PX, PADDING_PX, Theme, ThemeController
from app.views.inspector.lazy_view import LazyView
from app.views.inspector.section import EmptyState, plain_label

if TYPE_CHECKING:
    from collections.abc import Hashable

    from PySide6.QtGui import QHideEvent, QPaintEvent

    from app.models.selection import Selection
    from app.views.inspector.analyses import Analyses

Words = tuple[str, str, str]
"""What is said in place of a picture, its icon, and the words of a button (or none)."""


class Veil(QWidget):
    """A thin curtain over numbers that are not those of the turn in view."""

    def __init__(self, over: QWidget, theme: Theme) -> None:
        super().__init__(over)
        self._colour = QColor(theme.surface)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        over.installEventFilter(self)
        self.hide()

    def restyle(self, theme: Theme) -> None:
        self._colour = QColor(theme.surface)
        self.update()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and isinstance(watched, QWidget):
            self.setGeometry(watched.rect())
        return False

    def paintEvent(self, _event: QPaintEvent) -> None:
        colour = QColor(self._colour)
        colour.setAlpha(150)
        QPainter(self).fillRect(self.rect(), colour)


def scrolled(page: QWidget) -> QScrollArea:
    """A page that scrolls down where it is higher than its room."""
    area = QScrollArea()
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setWidgetResizable(True)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setWidget(page)
    return area


class AnalysisView(LazyView):
    """A view with one main inquiry; subclasses say which, draw its finding, and say what stands there without one.

    content: where subclasses put their widgets. The finding of an older turn stays, greyed and named, until the new
    one is there.
    """

    def __init__(
        self, selection: Selection, analyses: Analyses, themes: ThemeController, parent: QWidget | None = None
    ) -> None:
        super().__init__(themes, parent)
        self._selection = selection
        self._history = selection.history
        self._analyses = analyses
        self._drawn: Hashable | None = None
        self.content = QWidget()
        self.state = plain_label("past")
        self.state.hide()
        self.empty = EmptyState()
        self._veil = Veil(self.content, themes.theme)
        self._stack = QStackedLayout(self)
        page = QWidget()
        self.column = QVBoxLayout(page)
        self.column.setContentsMargins(PADDING_PX, GAP_PX, PADDING_PX, GAP_PX)
        self.column.setSpacing(4)
        self.column.addWidget(self.state, 0, Qt.AlignmentFlag.AlignLeft)
        self.column.addWidget(self.content, 1)
        self._stack.addWidget(scrolled(page))
        self._stack.addWidget(self.empty)
        analyses.arrived.connect(self._on_arrived)
        self.empty.action.clicked.connect(self.on_action)
        self._history.reset.connect(self._on_reset)
        self._history.turn_added.connect(self.refresh)
        self._history.cursor_changed.connect(self.refresh)

    # what a subclass says

    def inquiry(self) -> Hashable | None:
        """What the view is about now; None where there is nothing to ask."""
        return None

    def also(self) -> tuple[Hashable, ...]:
        """What else it needs now; it is drawn without them too."""
        return ()

    def draw(self, finding: Any) -> None:
        """Shows the finding of the main inquiry."""

    def words(self) -> Words:
        """What is said where there is nothing to ask."""
        if self._history.initial is None:
            return "No memory yet. Open a model to see this.", "ph.brain", ""
        if not self._history.records:
            return "This appears after the first turn.", "ph.hourglass", ""
        return (
            "You see the memory the chat started from: no turn was written to it.",
            "ph.hourglass",
            "Show the first turn",
        )

    def on_action(self) -> None:
        """The button under the words was pressed."""
        self._history.show_turn(0)

    # what is the same for all

    @property
    def is_stale(self) -> bool:
        """Whether what is drawn belongs to another turn than the one in view."""
        return self._veil.isVisibleTo(self.content)

    @property
    def is_empty(self) -> bool:
        """Whether words stand in place of a picture."""
        return self._stack.currentIndex() == 1

    def known(self, inquiry: Hashable) -> Any:
        """What was found, or None."""
        return self._analyses.finding(inquiry)

    def redraw(self) -> None:
        main = self.inquiry()
        self._analyses.want(self, () if main is None else (main, *self.also()))
        if main is None:
            self._say(*self.words())
            return
        finding = self._analyses.finding(main)
        if finding is not None:
            self._drawn = main
            self._stack.setCurrentIndex(0)
            self.state.hide()
            self._veil.hide()
            self.draw(finding)
        elif refusal := self._analyses.refusal(main):
            self._say(refusal, "ph.warning-circle", "")
        elif not self._analyses.is_available:
            self._say("This needs the model: it is computed by replaying the turn.", "ph.cube", "")
        elif self._drawn is not None:
            self._grey(main)
        else:
            self._say(f"Looking into {self._about(main)}…", "ph.hourglass", "")

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._analyses.want(self, ())
        self._is_stale = True

    def restyle(self, theme: Theme) -> None:
        self._veil.restyle(theme)

    def _grey(self, main: Hashable) -> None:
        self._stack.setCurrentIndex(0)
        self.state.setText(f"this is {self._about(self._drawn)} · {self._about(main)} is being looked into")
        self.state.show()
        self._veil.setGeometry(self.content.rect())
        self._veil.show()
        self._veil.raise_()

    def _about(self, inquiry: Hashable | None) -> str:
        turn = getattr(inquiry, "turn", None)
        return "the conversation" if turn is None else self._history.name_of(turn)

    def _say(self, text: str, icon: str, action: str) -> None:
        self._drawn = None
        self.empty.show_text(text, icon, self.theme, action)
        self._stack.setCurrentIndex(1)
        self.setAccessibleDescription(text)

    @Slot(object)
    def _on_arrived(self, inquiry: Hashable) -> None:
        if inquiry == self.inquiry() or inquiry in self.also():
            self.refresh()

    @Slot()
    def _on_reset(self) -> None:
        self._drawn = None
        self.refresh()
