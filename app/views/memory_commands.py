"""Passes the user's commands about saved memories on to the engine, and shows what the engine says about them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QUrl, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QDialog

from app.engine.memory_commands import ImportSnapshot, WriteSystemPrompt
from app.models.conversation import MessageRole
from app.models.memory_names import MEMORY_SUFFIX
from app.models.phase import Phase
from app.views.dialogs import SNAPSHOT_FILTER, SaveMemoryDialog, file_name
from app.views.field_keeper import FieldKeeper
from app.views.file_dialog import FileDialog
from app.views.memories.deleted import DeletedMemories
from app.views.memories.intake import Intake
from app.views.memories.library import MemoryLibrary
from app.views.memories.system_prompt import SystemPromptDialog
from app.views.notices import BUSY, Notices, Tone, headed

if TYPE_CHECKING:
    from app.engine.messages import ModelInfo, SnapshotInfo
    from app.engine.port import EnginePort
    from app.models.workspace import Workspace
    from app.paths import Paths
    from app.theme import ThemeController
    from app.views.main_window import MainWindow
    from app.views.open_dialogs import OpenDialogs
    from rxt.events import MemorySummary


class MemoryCommands(QObject):
    """Saved memories of one window.

    start(path): begins a chat from a memory.
    """

    def __init__(
        self,
        port: EnginePort,
        workspace: Workspace,
        window: MainWindow,
        themes: ThemeController,
        paths: Paths,
        dialogs: OpenDialogs,
        start: Callable[[Path], None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._port = port
        self._workspace = workspace
        self._window = window
        self._themes = themes
        self._paths = paths
        self._dialogs = dialogs
        self._start_chat = start
        self._library: MemoryLibrary | None = None
        self._prompt: SystemPromptDialog | None = None
        self._draft = window.kept.prompt
        self._unsaved_note = window.kept.note  # of a memory that was not saved (yet)
        self._intake = Intake()
        self._deleted = DeletedMemories(port, workspace.memories, lambda: self._notices, self)
        self._deleted.coming_back.connect(self._pick)
        port.phase_changed.connect(self._on_phase)
        port.model_loaded.connect(self._on_model_loaded)
        port.snapshots_changed.connect(self._on_snapshots)
        port.snapshot_saved.connect(self._on_saved)
        port.snapshot_imported.connect(self._on_imported)
        port.prompt_measured.connect(self._on_measured)
        port.failed.connect(self._on_failed)
        window.sidebar.memory_delete_requested.connect(self._deleted.delete)
        window.sidebar.memory_rename_requested.connect(self.rename)
        window.closing.connect(self._on_closing)

    # ---------------------------------------------------------------- saving

    def save(self) -> None:
        """Asks for a title and saves the memory that is shown to the library."""
        turn = self._shown_turn()
        self.save_turn(turn, self._words(turn))

    def save_turn(self, turn: int | None, words: str = "", title: str = "") -> None:
        """The same for the memory after the stored turn `turn`; None: the newest. words: what memory that is; title:
        which one is offered, where it is not the chat's."""
        offered = title or self._workspace.conversation.title or "Memory"
        dialog = SaveMemoryDialog(self._paths.snapshots_dir, offered, self._above, words)
        dialog.description.setPlainText(self._unsaved_note)
        chat = self._workspace.history.initial
        dialog.save_requested.connect(
            lambda path, title, note: self._save_of(chat, path, title, note, turn, beside=not dialog.has_chosen_place)
        )
        dialog.finished.connect(lambda _result: self._keep_note(dialog.description.toPlainText()))
        self._window.closing.connect(FieldKeeper(dialog.description, dialog, self._keep_note).keep)
        self._dialogs.open("save", dialog)

    def _keep_note(self, note: str) -> None:
        """Until it is saved: the next dialog begins with it, after a restart too."""
        self._unsaved_note = self._window.kept.note = note

    def save_as(self) -> None:
        """Saves the memory that is shown to a file that the user chooses."""
        turn = self._shown_turn()
        title = self._workspace.conversation.title or "Memory"
        dialog = FileDialog(self._above, "Save memory as", Path.home(), SNAPSHOT_FILTER)
        dialog.setObjectName("saveMemoryAsDialog")
        dialog.setAcceptMode(FileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(MEMORY_SUFFIX[1:])
        dialog.selectFile(file_name(title))
        chat = self._workspace.history.initial
        dialog.place_chosen.connect(lambda path: self._save_of(chat, path, title, "", turn))
        self._dialogs.open("save", dialog)

    def _save_of(
        self, chat: MemorySummary | None, path: Path, title: str, note: str, turn: int | None, beside: bool = False
    ) -> None:
        """Saves while the chat that began with the memory `chat` is open: a second start may have opened another."""
        is_left = self._port.phase in (Phase.LOADING, Phase.OPENING) or self._workspace.history.initial is not chat
        if is_left:
            words = "Another chat was opened meanwhile, so no memory was saved. The former chat still has it."
            self._notices.add(words, Tone.WARNING, key="saved")
        else:
            self._port.save_snapshot(path, title, note, turn, beside)

    def _shown_turn(self) -> int | None:
        """The stored turn whose memory is shown; None where it is the newest."""
        history, messages = self._workspace.history, self._workspace.conversation
        if history.is_at_end or history.cursor < 0:
            return None
        for row in range(0, messages.rowCount(), 2):
            index = messages.index(row)
            if index.data(MessageRole.TURN) == history.cursor:
                return index.data(MessageRole.TURN_ID) or None
        return None

    def _words(self, turn: int | None) -> str:
        history = self._workspace.history
        if turn is None:
            return ""
        return f"The memory after turn {history.cursor + 1:,} of {history.last_turn + 1:,}, which is shown now."

    # ---------------------------------------------------------------- the library

    def show_library(self) -> None:
        """Opens the library, or brings it to the front."""
        self._shown_library()

    @Slot(object)
    def rename(self, path: Path) -> None:
        """Opens the library at a memory, for another title."""
        self._shown_library().edit_title(path)

    def _shown_library(self) -> MemoryLibrary:
        if self._library is None:
            library = MemoryLibrary(self._workspace.memories, self._window.known_actions, self._themes, self._window)
            library.start_requested.connect(self.start)
            library.duplicate_requested.connect(self.duplicate)
            library.delete_requested.connect(self._deleted.delete)
            library.export_requested.connect(self.export)
            library.reveal_requested.connect(self.reveal)
            library.retitled.connect(self._port.rename_snapshot)
            library.import_requested.connect(self.choose_import)
            library.undo_requested.connect(self._deleted.undo)
            library.files_dropped.connect(self._on_dropped)
            self._library = library
        self._library.show()
        self._library.raise_()
        self._library.activateWindow()
        self._library.cards.setFocus(Qt.FocusReason.ActiveWindowFocusReason)
        self._port.refresh_snapshots()  # brings the pictures that there was no time for
        return self._library

    @Slot(object)
    def start(self, path: Path) -> None:
        """Begins a chat from a memory; the library makes way."""
        if self._port.phase.is_busy:  # said here, or the library lies over it
            words = f"Please wait: {self._port.phase.value}. Nothing was changed."
            self._notices.add(words, Tone.WARNING, key=BUSY)
            return
        if self._library is not None:
            self._library.hide()
        self._start_chat(path)

    @Slot(object)
    def duplicate(self, path: Path) -> None:
        if self._port.phase.is_busy:
            self._notices.add("This memory is duplicated when the model is ready.", key=BUSY)
        self._port.duplicate_snapshot(path)

    @Slot(object)
    def _pick(self, path: Path) -> None:
        if self._library is not None:
            self._library.pick(path)

    @Slot(object)
    def export(self, path: Path) -> None:
        """Asks where a copy of a memory goes."""
        dialog = FileDialog(self._above, "Export memory", Path.home(), SNAPSHOT_FILTER)
        dialog.setObjectName("exportMemoryDialog")
        dialog.setAcceptMode(FileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(MEMORY_SUFFIX[1:])
        dialog.selectFile(path.name)
        dialog.place_chosen.connect(lambda target: self._port.export_snapshot(path, target))
        self._dialogs.open("export", dialog)

    @Slot(object)
    def reveal(self, path: Path) -> None:
        """Shows the folder of a memory in the desktop's file manager."""
        if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(path.parent))):
            self._notices.add(f"The folder is {path.parent}", key="reveal")

    @Slot()
    def choose_import(self) -> None:
        """Asks for memory files to take into the library."""
        dialog = FileDialog(self._above, "Import memories", Path.home(), SNAPSHOT_FILTER)
        dialog.setObjectName("importMemoryDialog")
        dialog.setFileMode(FileDialog.FileMode.ExistingFiles)
        dialog.filesSelected.connect(lambda paths: self.take_in(tuple(map(Path, paths))))
        self._dialogs.open("import", dialog)

    @Slot(object)
    def take_in(self, paths: tuple[Path, ...], left_out: tuple[Path, ...] = ()) -> None:
        """Copies memory files into the library, and tells what came of them and what was left out."""
        self._intake.begin(len(paths), left_out)
        for path in paths:
            self._port.import_snapshot(path)

    @Slot(object)
    def _on_dropped(self, paths: tuple[Path, ...]) -> None:
        memories = tuple(path for path in paths if path.suffix.lower() == MEMORY_SUFFIX)
        self.take_in(memories, tuple(path for path in paths if path not in memories))

    # ---------------------------------------------------------------- system prompts

    def write_system_prompt(self) -> None:
        """Asks for a text; the dialog stays until the engine has written it, or is closed."""
        if self._prompt is not None:
            self._prompt.activateWindow()
            return
        dialog = SystemPromptDialog(self._draft, self._above)
        dialog.measure_requested.connect(self._port.measure_prompt)
        dialog.write_requested.connect(self._write_prompt)
        dialog.finished.connect(self._on_prompt_closed)
        self._window.closing.connect(FieldKeeper(dialog.text, dialog, self._keep_draft).keep)
        self._dialogs.open("prompt", dialog)
        self._prompt = dialog

    @Slot(str, str, object)
    def _write_prompt(self, text: str, title: str, seed: int | None) -> None:
        """The chat that starts from it takes the place of the open one."""
        write = partial(self._port.write_system_prompt, text, title, seed)
        self._window.losses.leave(write, stay=self._on_prompt_kept)

    @Slot()
    def _on_prompt_kept(self) -> None:
        if self._prompt is not None:
            self._prompt.show_refused("The system prompt was not written. The open chat stays.")

    @Slot(int)
    def _on_prompt_closed(self, result: int) -> None:
        if self._prompt is not None:
            self._keep_draft("" if result == QDialog.DialogCode.Accepted else self._prompt.text.toPlainText())
            self._prompt = None

    def _keep_draft(self, text: str) -> None:
        """Until it is written: what was typed comes back next time, after a restart too."""
        self._draft = self._window.kept.prompt = text

    # ---------------------------------------------------------------- what the engine says

    @Slot(object)
    def _on_phase(self, phase: Phase) -> None:
        if self._library is not None and not phase.is_busy:
            self._library.notices.dismiss(BUSY)

    @property
    def _notices(self) -> Notices:
        """Those of the library while it is in front, else those of the window."""
        library = self._library
        return library.notices if library is not None and library.isVisible() else self._window.chat.notices

    @property
    def _above(self) -> QDialog | MainWindow:
        library = self._library
        return library if library is not None and library.isVisible() else self._window

    @Slot()
    def _on_closing(self) -> None:
        if self._library is not None:
            self._library.details.save()  # while the engine still hears it

    @Slot(object)
    def _on_model_loaded(self, model: ModelInfo) -> None:
        self._workspace.memories.set_model(model)

    @Slot(object)
    def _on_snapshots(self, lines: tuple[SnapshotInfo, ...]) -> None:
        wanted = any(line.norm is None and not line.problem for line in lines)
        if wanted and self._library is not None and self._library.isVisible():
            self._port.refresh_snapshots()

    @Slot(object)
    def _on_saved(self, snapshot: SnapshotInfo) -> None:
        if snapshot.description and snapshot.description == self._unsaved_note.strip():
            self._keep_note("")  # whatever name the file got
        self._pick(snapshot.path)
        if self._prompt is not None and self._prompt.is_waiting:  # a chat that opens first is a second start's
            self._prompt.show_written()
            if self._library is not None:
                self._library.hide()  # the new chat is behind it

    @Slot(object)
    def _on_imported(self, path: Path) -> None:
        self._pick(path)
        self._intake.imported(path)
        self._tell_intake()

    def _tell_intake(self) -> None:
        """One notice for all that came together, however many they are."""
        if self._intake.words:
            self._notices.add(self._intake.words, key="imported")

    @Slot(str, int, int)
    def _on_measured(self, text: str, tokens: int, room: int) -> None:
        if self._prompt is not None:
            self._prompt.show_measure(text, tokens, room)

    @Slot(str, str, object)
    def _on_failed(self, title: str, message: str, about: object) -> None:
        if self._prompt is not None and isinstance(about, WriteSystemPrompt):
            self._prompt.show_refused(message)
        if isinstance(about, ImportSnapshot):
            self._intake.refused()
            self._tell_intake()
        if self._notices is not self._window.chat.notices:
            self._notices.add(headed(title, message), Tone.ERROR, key=title or message)
