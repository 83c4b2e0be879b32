"""Keep what was typed and not sent, so that neither a crash nor a power cut takes more than its last second."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Slot

if TYPE_CHECKING:
    from app.models.workspace import Workspace
    from app.views.chat.chat import Chat
    from app.views.window_layout import WindowLayout

DRAFT_MS = 1_000


class DraftKeeper(QObject):
    """Writes the text of the composer, a waiting message and unsent edits to a file a second after a change."""

    def __init__(self, chat: Chat, workspace: Workspace, layout: WindowLayout, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._composer = chat.composer
        self._editor = chat.overlay.editor
        self._layout = layout
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(DRAFT_MS)
        self._timer.timeout.connect(self.keep)
        for changed in (
            self._composer.edit.textChanged,
            self._editor.edit.textChanged,
            workspace.outbox.queue_changed,
            workspace.conversation.rowsInserted,  # a message that was sent has become a turn
        ):
            changed.connect(self._wait)

    def restore(self) -> None:
        """Brings back what was kept the last time."""
        self._composer.set_text(self._layout.draft)
        self._editor.drafts = self._layout.edits

    @Slot()
    def keep(self) -> None:
        """Writes it now."""
        self._timer.stop()
        self._layout.draft, self._layout.edits = self._composer.unsent, self._editor.unsent

    def loss(self) -> str:
        """Keeps it now; what would be lost where it cannot be kept, and what can be done, as sentences."""
        self.keep()
        if self._layout.sync() or not self._layout.has_words:
            return ""
        return (
            f"{self._layout.file_name} cannot be written, so what you typed and did not send or save would be lost. "
            "Copy what you need, or make room on the disk and close again."
        )

    @Slot()
    def _wait(self) -> None:
        if not self._timer.isActive():  # or nothing would be kept while the user types without a pause
            self._timer.start()
