"""Passes the user's commands on to the engine, the models and the window."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from app.engine.commands import DeleteConversation
from app.models.short_text import one_line
from app.views.branch_commands import BranchCommands
from app.views.chat_files import ChatFiles
from app.views.chat_reading import ChatReading
from app.views.deleted_chats import DeletedChats
from app.views.dialogs import SNAPSHOT_FILTER, AboutDialog
from app.views.file_dialog import FileDialog
from app.views.finding_commands import FindingCommands
from app.views.help_dialog import HelpDialog, is_in_lab
from app.views.main_window import PRESETS, MainWindow
from app.views.memory_commands import MemoryCommands
from app.views.notices import BUSY, Tone
from app.views.open_dialogs import OpenDialogs
from app.views.settings_dialog import SettingsDialog
from app.views.shortcuts_sheet import ShortcutsSheet

if TYPE_CHECKING:
    from app.actions.lab import LabVerbs
    from app.engine.messages import ConversationSummary
    from app.engine.port import EnginePort
    from app.models.settings import Preferences
    from app.models.workspace import Workspace
    from app.paths import Paths
    from app.theme import ThemeController


class WindowCommands(QObject):
    """Runs the actions of the window.

    Signals:
        memory_asked(path): a memory is being opened; hub_asked(): a model is to be found on the hub.
    """

    memory_asked = Signal(object)
    hub_asked = Signal()

    def __init__(
        self,
        port: EnginePort,
        workspace: Workspace,
        window: MainWindow,
        themes: ThemeController,
        paths: Paths,
        version: str,
        lab: LabVerbs,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._port = port
        self._workspace = workspace
        self._window = window
        self._themes = themes
        self._paths = paths
        self._version = version
        self._dialogs = dialogs = OpenDialogs()
        self._deleting: dict[int, tuple[str, bool]] = {}
        self._models_folder = Path.home()
        self.memories = MemoryCommands(port, workspace, window, themes, paths, dialogs, self.open_snapshot, self)
        self.chat_files = ChatFiles(port, workspace, window, dialogs, self.open_chat, self)
        self.reading = ChatReading(port, workspace, window, themes, dialogs, self)
        self.branches = BranchCommands(port, workspace, window, self.memories, self)
        self.finding = FindingCommands(port, workspace, window, themes, self)
        self.lab = lab
        self._deleted_chats = DeletedChats(port, window.known_actions, self)
        self._connect()

    def _connect(self) -> None:
        window, workspace = self._window, self._workspace
        self._port.conversations_changed.connect(self._on_listed)
        self._deleted_chats.brought_back.connect(self._on_brought_back)
        self._port.failed.connect(self._on_failed)
        workspace.outbox.send.connect(self._ask)
        workspace.settings.changed.connect(self._apply_preferences)
        workspace.settings.refused.connect(self._warn)
        workspace.chats.rename_requested.connect(self._rename)
        window.sidebar.chat_chosen.connect(self.open_chat)
        window.sidebar.chat_delete_requested.connect(self.delete_chat_number)
        window.sidebar.memory_chosen.connect(self.open_snapshot)
        window.memory_dropped.connect(self.open_snapshot)
        window.folder_dropped.connect(self.open_model)
        window.closing.connect(window.sidebar.chats.finish_title)  # while the engine still hears it
        window.recent_models.chosen.connect(self._load)
        window.chat.example_chosen.connect(self._send_example)
        window.chat.composer.refused.connect(self._warn)

    # ---------------------------------------------------------------- chat

    @Slot(str)
    def _ask(self, text: str) -> None:
        if self.branches.past.ask(text):
            return
        self._workspace.history.show_turn(self._workspace.history.last_turn)
        self._port.ask(text, self._workspace.settings.preferences.sampling)

    @Slot(str)
    def _send_example(self, text: str) -> None:
        composer = self._window.chat.composer
        draft = composer.text
        composer.set_text(text)
        composer.submit()
        if draft.strip():
            composer.give_back(draft)

    def new_chat(self) -> None:
        """A new chat with a new memory; what was typed stays."""
        seed = self._workspace.settings.preferences.memory_seed
        self._window.losses.leave(partial(self._port.new_conversation, seed), self.write_message)

    @Slot(object)
    def open_chat(self, number: int) -> None:
        if number == self._workspace.conversation.id:
            self.write_message()
        elif not self._is_busy():
            self._window.losses.leave(partial(self._port.open_conversation, number), self.write_message)

    def rename_chat(self) -> None:
        number = self._workspace.conversation.id
        if number is not None and self._workspace.chats.row_of(number) is None:
            self._window.sidebar.chats.field.clear()  # a search may hide it
        row = self._workspace.chats.row_of(number) if number is not None else None
        if row is None:
            self._window.chat.notices.add("This chat gets its title with the first message.", key="rename")
            return
        self._window.sidebar_dock.show()
        self._window.sidebar.edit_title(row)

    @Slot(int, str)
    def _rename(self, number: int, title: str) -> None:
        if self._port.phase.is_busy:
            self._window.chat.composer.hint("This chat is renamed when the model is ready.")
        self._port.rename_conversation(number, title)

    def delete_chat(self) -> None:
        if self._workspace.conversation.id is not None:
            self.delete_chat_number(self._workspace.conversation.id)

    @Slot(object)
    def delete_chat_number(self, number: int) -> None:
        """Deletes a chat and offers to undo it."""
        found = self._workspace.chats.line(number)
        if found is None:
            self._window.chat.notices.add("This chat is empty; there is nothing to delete.", key="delete")
            return
        if number == self._workspace.conversation.id and self._is_busy():
            return
        self._deleting[number] = found.title, number == self._workspace.conversation.id
        if self._port.phase.is_busy:
            self._window.chat.composer.hint("This chat is deleted when the model is ready.")
        self._port.delete_conversation(number, self._workspace.settings.preferences.memory_seed)

    @Slot(object)
    def _on_listed(self, lines: tuple[ConversationSummary, ...]) -> None:
        """What was to be deleted is, once it is off the list."""
        listed = {line.id for line in lines}
        for number in [number for number in self._deleting if number not in listed]:
            title, was_open = self._deleting.pop(number)
            self._window.chat.notices.add(
                f"Deleted “{title}”.", action="Undo", run=partial(self._restore_chat, number, was_open), key="delete"
            )

    @Slot(str, str, object)
    def _on_failed(self, _title: str, _message: str, about: object) -> None:
        if isinstance(about, DeleteConversation):
            self._deleting.pop(about.id, None)

    def _restore_chat(self, number: int, was_open: bool) -> None:
        """Brings a deleted chat back, and opens it where it was open and nothing was begun in its place."""
        self._deleted_chats.bring_back(number)
        if self._port.phase.is_busy:
            self._window.chat.composer.hint("The chat is brought back when the model is ready.")
        elif was_open and self._workspace.conversation.is_empty:
            self._port.open_conversation(number)

    def restore_chat(self) -> None:
        """Brings back the chat that was deleted last."""
        newest = self._deleted_chats.newest
        if newest is not None:
            self._restore_chat(newest, was_open=True)

    @Slot(str)
    def _on_brought_back(self, title: str) -> None:
        self._window.chat.notices.add(f"“{one_line(title)}” is on the list again.", key="delete")

    def stop(self) -> None:
        self._port.stop()

    def copy_last_reply(self) -> None:
        QGuiApplication.clipboard().setText(self._workspace.conversation.last_reply)
        self._window.chat.composer.hint("Copied the last reply.")

    def write_message(self) -> None:
        """To the composer; to the editor of a message, where a low window has room for that alone."""
        chat = self._window.chat
        field = chat.composer.edit if chat.composer.isVisibleTo(chat) else chat.overlay.editor.edit
        field.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _is_busy(self) -> bool:
        """Whether the engine is at work; says so where it is."""
        busy = self._port.phase.is_busy
        if busy:
            words = f"Please wait: {self._port.phase.value}. Nothing was changed."
            self._window.chat.notices.add(words, Tone.WARNING, key=BUSY)
        return busy

    # ---------------------------------------------------------------- memory and model

    def open_memory(self) -> None:
        dialog = FileDialog(self._window, "Open memory", self._paths.snapshots_dir, SNAPSHOT_FILTER)
        dialog.setObjectName("openMemoryDialog")
        dialog.setFileMode(FileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(self._open_snapshot_file)
        self._dialogs.open("open", dialog)

    @Slot(str)
    def _open_snapshot_file(self, path: str) -> None:
        self.open_snapshot(Path(path))

    @Slot(object)
    def open_snapshot(self, path: Path) -> None:
        """Starts a new chat from a saved memory."""
        if not self._is_busy():
            ask, start = partial(self.memory_asked.emit, path), partial(self._port.open_snapshot, path)
            self._window.losses.leave(ask, start, self.write_message)

    def open_model_folder(self) -> None:
        dialog = FileDialog(self._window, "Open model folder", self._models_folder)
        dialog.setObjectName("openModelDialog")
        dialog.setFileMode(FileDialog.FileMode.Directory)
        dialog.setOption(FileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(self._open_model_folder)
        self._dialogs.open("model", dialog)

    @Slot(str)
    def _open_model_folder(self, path: str) -> None:
        self._models_folder = Path(path).parent
        self.open_model(Path(path))

    @Slot(object)
    def open_model(self, path: Path) -> None:
        self._load(str(path))

    @Slot(object, object)
    def open_downloaded_model(self, path: Path, memory: Path | None = None) -> None:
        """Opens a model that has just arrived, with that memory; where something is under way, after it."""
        if self._port.phase.is_busy:
            self._window.chat.notices.add("The model was downloaded. It is opened when this is done.", key="arrived")
        seed = self._workspace.settings.preferences.memory_seed
        self._window.losses.leave(partial(self._port.load_model, str(path), seed, memory))

    def get_model(self) -> None:
        self.hub_asked.emit()

    def use_bundled_model(self) -> None:
        self._load(None)

    def _load(self, path: str | None) -> None:
        if not self._is_busy():
            seed = self._workspace.settings.preferences.memory_seed
            self._window.losses.leave(partial(self._port.load_model, path, seed))

    def back_to_now(self) -> None:
        self._workspace.history.show_turn(self._workspace.history.last_turn)

    # ---------------------------------------------------------------- view

    def choose_theme(self, choice: str) -> None:
        self._workspace.settings.update(theme=choice)

    def choose_preset(self, preset: str) -> None:
        self._window.show_preset(preset)

    def cycle_preset(self) -> None:
        following = (PRESETS.index(self._window.preset) + 1) % len(PRESETS)
        self._window.show_preset(PRESETS[following])

    def reset_layout(self) -> None:
        self._window.reset_layout()

    def toggle_full_screen(self) -> None:
        self._window.setWindowState(self._window.windowState() ^ Qt.WindowState.WindowFullScreen)

    @Slot(object)
    def _apply_preferences(self, preferences: Preferences) -> None:
        if preferences.theme != self._themes.choice:
            self._themes.choose(preferences.theme)
        self._port.set_on_stop(preferences.on_stop)
        self._port.set_dtype(preferences.dtype)

    # ---------------------------------------------------------------- pages

    def show_settings(self) -> None:
        self._dialogs.open("settings", SettingsDialog(self._workspace.settings, self._window))

    def show_shortcuts(self) -> None:
        self._dialogs.open(
            "shortcuts", ShortcutsSheet(self._window.known_actions, self._workspace.settings, self._window)
        )

    def show_help(self) -> None:
        """Help, opened at what it says about the part of the window that has the keyboard."""
        focus = QApplication.focusWidget()
        start = "lab" if is_in_lab(focus) else "conversation"
        for page, dock in (("inspector", self._window.inspector_dock), ("memory", self._window.timeline_dock)):
            if focus is not None and dock.isAncestorOf(focus) and start != "lab":
                start = page
        shown = self._dialogs.get("help")
        if isinstance(shown, HelpDialog) and shown.isVisible():
            shown.open_page(start)
        else:
            shown = HelpDialog(start)  # without a parent, or a dialog of the window would block it
            self._window.closing.connect(shown.close)
            self._dialogs.keep("help", shown)
        shown.come_to_front()

    def show_about(self) -> None:
        self._dialogs.open("about", AboutDialog(self._version, self._window))

    def quit(self) -> None:
        self._window.close()

    @Slot(str)
    def _warn(self, sentence: str) -> None:
        self._window.chat.notices.add(sentence, Tone.WARNING, key="warning")
