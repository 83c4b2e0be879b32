"""The actions for saved memories and for chats as files."""

from __future__ import annotations

from typing import Protocol

from app.actions.spec import ActionSpec, Menu


class MemoryVerbs(Protocol):
    """What can be done with memories."""

    def save(self) -> None: ...
    def save_as(self) -> None: ...
    def show_library(self) -> None: ...
    def write_system_prompt(self) -> None: ...


class ChatFileVerbs(Protocol):
    """Chats that leave the window and come back."""

    def export(self) -> None: ...
    def choose_import(self) -> None: ...


SAVE_TABLE: tuple[ActionSpec, ...] = (
    ActionSpec(
        "save_memory", Menu.MEMORY, "Save memory…", "Ctrl+S", "ph.floppy-disk",
        "Keep the memory that is shown in the library", lambda c: c.memories.save(),
    ),
    ActionSpec(
        "save_memory_as", Menu.MEMORY, "Save memory as…", "Ctrl+Shift+S", "ph.floppy-disk-back",
        "Keep the memory that is shown as a file anywhere", lambda c: c.memories.save_as(),
    ),
    ActionSpec(
        "memory_library", Menu.MEMORY, "Memory library…", "Ctrl+Shift+M", "ph.squares-four",
        "All saved memories: start chats from them, rename, copy, delete", lambda c: c.memories.show_library(),
    ),
    ActionSpec(
        "system_prompt", Menu.MEMORY, "Write a system prompt…", "Ctrl+Shift+T", "ph.pencil-line",
        "Write a text into a fresh memory once, and start chats that know it",
        lambda c: c.memories.write_system_prompt(),
    ),
)  # fmt: skip

CHAT_FILE_TABLE: tuple[ActionSpec, ...] = (
    ActionSpec(
        "export_chat", Menu.FILE, "Export chat…", "Ctrl+Shift+X", "ph.export",
        "Write this chat to a file: Markdown, HTML or JSON", lambda c: c.chat_files.export(), begins_section=True,
    ),
    ActionSpec(
        "import_chat", Menu.FILE, "Import chat…", "Ctrl+Alt+O", "ph.download-simple",
        "Add the chat of a JSON file to the list", lambda c: c.chat_files.choose_import(),
    ),
)  # fmt: skip
