"""What connects the inspector with the rest of the window: keys, the signs on the timeline, and where a click leads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Slot

from app.models.conversation import MessageRole
from app.models.memory_names import INITIAL
from app.views.inspector.track import FORK, PINNED, SNAPSHOT
from app.views.transcript_words import TranscriptWords

if TYPE_CHECKING:
    from app.models.workspace import Workspace
    from app.views.chat.transcript_view import TranscriptView
    from app.views.inspector import InspectorPanel, TimelineView


SIGNS_MS = 100  # an answer changes the conversation many times a second


class InspectorCommands(QObject):
    """Keeps the timeline's signs, and lets the keys of the inspector act on the timeline and the other way round."""

    def __init__(
        self, workspace: Workspace, inspector: InspectorPanel, timeline: TimelineView, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._timeline = timeline
        self._inspector = inspector
        self._soon = QTimer(self, singleShot=True, interval=SIGNS_MS)
        self._soon.timeout.connect(self._show_signs)
        timeline.use_keys(inspector.keys)
        conversation = workspace.conversation
        for signal in (conversation.modelReset, conversation.dataChanged, conversation.rowsInserted):
            signal.connect(self._show_signs_soon)
        for signal in (workspace.memories.modelReset, workspace.memories.dataChanged):  # a file may be another memory
            signal.connect(self._show_signs_soon)
        workspace.selection.pin_changed.connect(self._show_signs)
        workspace.history.reset.connect(self._show_signs_soon)

    def follow(self, transcript: TranscriptView) -> None:
        """A word of the answer in view that is pointed at in the transcript lights up in the memory map."""
        TranscriptWords(transcript, self._workspace, self._inspector.analyses)

    @Slot()
    def _show_signs_soon(self) -> None:
        self._soon.start()

    @Slot()
    def _show_signs(self) -> None:
        history, pin = self._workspace.history, self._workspace.selection.pin
        signs: dict[int, str] = {}

        def add(turn: int, sign: str) -> None:
            signs[turn] = f"{signs[turn]} {sign}" if turn in signs else sign

        saved = {getattr(line, "sha256", "") for line in self._workspace.memories.lines} - {""}
        if history.initial is not None and history.initial.sha256 in saved:
            add(INITIAL, SNAPSHOT)
        for record in history.records:
            if record.memory_after in saved:
                add(record.turn, SNAPSHOT)
        for turn in self._forks():
            add(turn, FORK)
        if pin is not None and pin.turn is not None:
            add(pin.turn, PINNED)
        self._timeline.set_marks(signs)

    def _forks(self) -> list[int]:
        """The turns that have other versions."""
        conversation, found = self._workspace.conversation, []
        for row in range(0, conversation.rowCount(), 2):
            index = conversation.index(row)
            turn, versions = index.data(MessageRole.TURN), index.data(MessageRole.VERSIONS)
            if turn is not None and versions and versions > 1:
                found.append(int(turn))
        return found
