"""Chats that leave the window as files, and come back from them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QUrl, Slot
from PySide6.QtGui import QDesktopServices

from app.engine.commands import ExportConversation
from app.models.short_text import one_line
from app.views.dialogs import file_stem
from app.views.file_dialog import FileDialog
from app.views.loss_question import loss_of_files

if TYPE_CHECKING:
    from app.engine.port import EnginePort
    from app.models.workspace import Workspace
    from app.views.main_window import MainWindow
    from app.views.open_dialogs import OpenDialogs

KINDS = {
    "Markdown, to read (*.md)": "md",
    "Web page, to read (*.html)": "html",
    "JSON, complete (*.json)": "json",
}
JSON_FILTER = "Chats (*.json)"


class ChatFiles(QObject):
    """Export and import of chats.

    open_chat(id): opens a chat of the list.
    """

    def __init__(
        self,
        port: EnginePort,
        workspace: Workspace,
        window: MainWindow,
        dialogs: OpenDialogs,
        open_chat: Callable[[int], None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._port = port
        self._workspace = workspace
        self._window = window
        self._dialogs = dialogs
        self._open_chat = open_chat
        self._folder = Path.home()
        self._waiting: list[Path] = []  # asked of the engine, which writes one after another
        port.failed.connect(self._on_failed)
        window.losses.ask_before_closing(self.loss)
        port.exported.connect(self._on_exported)
        port.conversation_imported.connect(self._on_imported)
        window.chat_dropped.connect(self.take_in)
        window.sidebar.chats.export_requested.connect(self.export_chat)

    def export(self) -> None:
        """Asks where the open chat goes, and as what."""
        number = self._workspace.conversation.id
        if number is not None:
            self.export_chat(number)

    @Slot(int)
    def export_chat(self, number: int) -> None:
        """The same for any chat of the list."""
        line, opened = self._workspace.chats.line(number), self._workspace.conversation
        is_open = opened.id == number and opened.rowCount() > 0  # a chat that could not be saved is not in the list
        if line is None and not is_open:
            self._window.chat.notices.add("This chat is empty; there is nothing to export.", key="export")
            return
        dialog = FileDialog(self._window, "Export chat", self._folder)
        dialog.setObjectName("exportChatDialog")
        dialog.setAcceptMode(FileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilters(list(KINDS))
        dialog.filterSelected.connect(lambda words: dialog.setDefaultSuffix(KINDS[words]))
        dialog.setDefaultSuffix("md")
        dialog.selectFile(file_stem(opened.title if line is None else line.title, "chat"))
        dialog.place_chosen.connect(lambda path: self._export_to(number, path))
        self._dialogs.open("export", dialog)

    def _export_to(self, number: int, path: Path) -> None:
        self._folder = path.parent
        self._waiting.append(path)
        self._tell()
        self._port.export_conversation(number, path)

    def _tell(self) -> None:
        """Says what is being exported for as long as it is."""
        notices = self._window.chat.notices
        if self._waiting:
            notices.add(f"Exporting “{one_line(self._waiting[0].name)}”…", key="exporting").stay()
        else:
            notices.dismiss("exporting")

    def loss(self) -> str:
        """What may be lost if the window closed now, as sentences: the engine has little time at the end."""
        return loss_of_files("export", self._waiting, "could")

    def choose_import(self) -> None:
        """Asks for a file with a chat."""
        dialog = FileDialog(self._window, "Import chat", self._folder, JSON_FILTER)
        dialog.setObjectName("importChatDialog")
        dialog.setFileMode(FileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda path: self.take_in(Path(path)))
        self._dialogs.open("import", dialog)

    @Slot(object)
    def take_in(self, path: Path) -> None:
        """Adds the chat of a file to the list."""
        self._port.import_conversation(path)

    @Slot(object)
    def _on_exported(self, path: Path) -> None:
        if path in self._waiting:  # else it is a memory
            self._waiting.remove(path)
            self._tell()
        self._window.chat.notices.add(
            f"Exported to {path}",
            action="Show file",
            run=lambda: _show_folder(path),
            key="exported",
        )

    @Slot(str, str, object)
    def _on_failed(self, _title: str, _message: str, about: object) -> None:
        if isinstance(about, ExportConversation) and about.path in self._waiting:
            self._waiting.remove(about.path)
            self._tell()

    @Slot(int, str)
    def _on_imported(self, number: int, title: str) -> None:
        self._window.chat.notices.add(
            f"Imported the chat “{one_line(title)}”.",
            action="Open",
            run=lambda: self._open_chat(number),
            key="imported",
        )


def _show_folder(path: Path) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(path.parent)))
