"""The actions for turns, their versions and branches, and for finding things."""

from __future__ import annotations

from typing import Protocol

from app.actions.spec import ActionSpec, Menu, first_keys


class BranchVerbs(Protocol):
    """What these actions run. A message is the one with the keyboard, else that of the memory that is shown."""

    def regenerate(self) -> None: ...
    def edit_message(self) -> None: ...
    def edit_answer(self) -> None: ...
    def show_version(self, step: int) -> None: ...
    def fork(self) -> None: ...
    def rewrite_memory(self) -> None: ...
    def forget_turn(self) -> None: ...
    def save_turn_memory(self) -> None: ...
    def replay_conversation(self) -> None: ...
    def toggle_pin(self) -> None: ...


class FindVerbs(Protocol):
    """Ways to get somewhere."""

    def search_chats(self) -> None: ...
    def find_in_chat(self) -> None: ...
    def find_next(self, step: int) -> None: ...
    def show_branches(self) -> None: ...
    def show_palette(self) -> None: ...


PREVIOUS_VERSION, NEXT_VERSION = first_keys("Alt+Left", "Ctrl+Alt+Left"), first_keys("Alt+Right", "Ctrl+Alt+Right")
"""On a Mac, Option and an arrow go word by word in the message field."""

BRANCH_TABLE: tuple[ActionSpec, ...] = (
    ActionSpec(
        "regenerate", Menu.CHAT, "Regenerate", "Ctrl+R", "ph.arrows-clockwise",
        "Answer again from the same memory; both answers are kept", lambda c: c.branches.regenerate(),
        begins_section=True, also="retry redo another",
    ),
    ActionSpec(
        "edit_message", Menu.CHAT, "Edit message", "Ctrl+E", "ph.pencil-simple",
        "Ask something else in its place; this version is kept", lambda c: c.branches.edit_message(),
    ),
    ActionSpec(
        "edit_answer", Menu.CHAT, "Edit answer text…", "Ctrl+Alt+E", "ph.pencil-line",
        "Change the words of an answer; memory keeps what was written", lambda c: c.branches.edit_answer(),
    ),
    ActionSpec(
        "previous_version", Menu.CHAT, "Previous version", PREVIOUS_VERSION, "ph.caret-left",
        "Show the version of this turn that was made before", lambda c: c.branches.show_version(-1),
    ),
    ActionSpec(
        "next_version", Menu.CHAT, "Next version", NEXT_VERSION, "ph.caret-right",
        "Show the version of this turn that was made after", lambda c: c.branches.show_version(1),
    ),
    ActionSpec(
        "search_chats", Menu.CHAT, "Search chats", "Ctrl+K", "ph.magnifying-glass",
        "Search in the titles and messages of all chats", lambda c: c.finding.search_chats(), begins_section=True,
    ),
    ActionSpec(
        "find_in_chat", Menu.CHAT, "Find in this chat", "Ctrl+F", "ph.file-search",
        "Find words in the messages of this chat", lambda c: c.finding.find_in_chat(),
    ),
    ActionSpec(
        "find_next", Menu.CHAT, "Find next", "F3", "ph.caret-down", "Go to the next place",
        lambda c: c.finding.find_next(1),
    ),
    ActionSpec(
        "find_previous", Menu.CHAT, "Find previous", "Shift+F3", "ph.caret-up", "Go to the place before",
        lambda c: c.finding.find_next(-1),
    ),
    ActionSpec(
        "pin_chat", Menu.CHAT, "Pin or unpin this chat", "Ctrl+Alt+P", "ph.push-pin",
        "Keep this chat on top of the list, or no longer", lambda c: c.branches.toggle_pin(),
    ),
    ActionSpec(
        "fork", Menu.MEMORY, "Fork here", "Ctrl+Shift+F", "ph.git-branch",
        "Go on after the turn that is shown; later turns keep their branch", lambda c: c.branches.fork(),
        also="rewind undo branch",
    ),
    ActionSpec(
        "rewrite_memory", Menu.MEMORY, "Rewrite memory from here", "Ctrl+Alt+W", "ph.brain",
        "Write changed words to memory and replay the later turns, in a new branch",
        lambda c: c.branches.rewrite_memory(),
    ),
    ActionSpec(
        "forget_turn", Menu.MEMORY, "Forget this turn", "Ctrl+Alt+Z", "ph.eraser",
        "Take a turn out of memory and replay the later turns, in a new branch", lambda c: c.branches.forget_turn(),
        also="delete remove undo",
    ),
    ActionSpec(
        "save_turn_memory", Menu.MEMORY, "Save memory after this turn…", "Ctrl+Alt+S", "ph.floppy-disk-back",
        "Keep the memory as it was after a turn", lambda c: c.branches.save_turn_memory(),
    ),
    ActionSpec(
        "replay", Menu.MEMORY, "Replay conversation", "Ctrl+Shift+R", "ph.arrow-clockwise",
        "Compute every memory of this chat again and compare it with the stored one",
        lambda c: c.branches.replay_conversation(), begins_section=True,
    ),
    ActionSpec(
        "branches", Menu.VIEW, "Branches", "Ctrl+Alt+B", "ph.tree-structure", "Go to the branches of this chat",
        lambda c: c.finding.show_branches(),
    ),
    ActionSpec(
        "palette", Menu.VIEW, "Command palette", "Ctrl+Shift+P", "ph.terminal-window", "Find any action by its name",
        lambda c: c.finding.show_palette(),
    ),
)  # fmt: skip
