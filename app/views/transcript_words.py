"""Words of the transcript: what is pointed at there is the selection's word, as in the inspector."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QPointF, Qt, Slot
from PySide6.QtGui import QMouseEvent

from app.engine.analysis.findings import Reads
from app.engine.analysis.inquiries import AskReads
from app.models.conversation import MessageRole
from app.views.chat.message import utf16_slice

if TYPE_CHECKING:
    from collections.abc import Hashable

    from app.models.workspace import Workspace
    from app.views.chat.transcript_view import TranscriptView
    from app.views.inspector.analyses import Analyses


class TranscriptWords(QObject):
    """Points the selection at the word under the mouse, in the answer of the turn in view.

    The words of an answer are asked for when it is pointed at first: nothing is computed for the others.
    """

    def __init__(self, transcript: TranscriptView, workspace: Workspace, analyses: Analyses) -> None:
        super().__init__(transcript)
        self._transcript = transcript
        self._conversation = workspace.conversation
        self._selection = workspace.selection
        self._analyses = analyses
        self._place: tuple[int, int, str] | None = None  # turn, character and the text that is shown
        analyses.arrived.connect(self._on_arrived)
        transcript.viewport().installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.MouseMove and isinstance(event, QMouseEvent):
            self._point_at(None if event.buttons() != Qt.MouseButton.NoButton else event.position())
        elif event.type() == QEvent.Type.Leave:
            self._point_at(None)
        return super().eventFilter(watched, event)

    def _point_at(self, point: QPointF | None) -> None:
        place = self._answer_at(point) if point is not None else None
        if place == self._place:
            return
        self._place = place
        self._analyses.want(self, () if place is None else (AskReads(place[0]),))
        self._show()

    def _answer_at(self, point: QPointF) -> tuple[int, int, str] | None:
        """The turn in view, the character of its answer and that answer, where the mouse is on it."""
        found = self._transcript.character_at(point)
        if found is None:
            return None
        index = self._conversation.index(found.row)
        turn = index.data(MessageRole.TURN)
        if index.data(MessageRole.SENDER) != "model" or turn is None or turn != self._selection.history.cursor:
            return None
        text = index.data(Qt.ItemDataRole.DisplayRole)
        return int(turn), len(utf16_slice(text, 0, found.position)), text

    def _show(self) -> None:
        reads = self._analyses.finding(AskReads(self._place[0])) if self._place is not None else None
        if self._place is None or not isinstance(reads, Reads) or self._place[2] != reads.text:  # edited: never read
            self._selection.hover(None)
            return
        turn, character, _ = self._place
        found = (token for token, (start, end) in enumerate(reads.spans) if start <= character < end)
        token = next(found, None)
        self._selection.hover(None if token is None else (turn, token))

    @Slot(object)
    def _on_arrived(self, inquiry: Hashable) -> None:
        if self._place is not None and inquiry == AskReads(self._place[0]):
            self._show()
