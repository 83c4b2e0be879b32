"""Everything the user can do, in one table: its name, words, key, icon and what it runs.

An action that cannot be done now is disabled and its tooltip says why; none is hidden.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QActionGroup, QKeySequence

from app.actions.branches import BRANCH_TABLE
from app.actions.lab import EXPORT_TABLE, LAB_TABLE
from app.actions.memories import CHAT_FILE_TABLE, SAVE_TABLE
from app.actions.spec import ActionSpec, Menu, first_keys
from app.models.phase import Phase

if TYPE_CHECKING:
    from app.actions.branches import BranchVerbs, FindVerbs
    from app.actions.lab import LabVerbs
    from app.actions.memories import ChatFileVerbs, MemoryVerbs

__all__ = ["TABLE", "ActionSpec", "Actions", "Commands", "Menu", "Situation", "unavailable"]


class Commands(Protocol):
    """What the actions run."""

    @property
    def branches(self) -> BranchVerbs: ...
    @property
    def finding(self) -> FindVerbs: ...
    @property
    def memories(self) -> MemoryVerbs: ...
    @property
    def chat_files(self) -> ChatFileVerbs: ...
    @property
    def lab(self) -> LabVerbs: ...
    def new_chat(self) -> None: ...
    def rename_chat(self) -> None: ...
    def delete_chat(self) -> None: ...
    def restore_chat(self) -> None: ...
    def open_memory(self) -> None: ...
    def open_model_folder(self) -> None: ...
    def use_bundled_model(self) -> None: ...
    def get_model(self) -> None: ...
    def stop(self) -> None: ...
    def copy_last_reply(self) -> None: ...
    def back_to_now(self) -> None: ...
    def write_message(self) -> None: ...
    def choose_theme(self, choice: str) -> None: ...
    def choose_preset(self, preset: str) -> None: ...
    def cycle_preset(self) -> None: ...
    def reset_layout(self) -> None: ...
    def toggle_full_screen(self) -> None: ...
    def show_settings(self) -> None: ...
    def show_shortcuts(self) -> None: ...
    def show_help(self) -> None: ...
    def show_about(self) -> None: ...
    def quit(self) -> None: ...


FULL_SCREEN = first_keys("F11", "Ctrl+Meta+F")
"""A Mac shows its desktop with F11."""

TABLE: tuple[ActionSpec, ...] = (
    ActionSpec(
        "open_model", Menu.FILE, "Open model folder…", "Ctrl+Shift+O", "ph.cube",
        "Chat with the model in another folder", lambda c: c.open_model_folder(),
    ),
    ActionSpec(
        "get_model", Menu.FILE, "Get a model from the hub…", "Ctrl+Shift+G", "ph.cloud-arrow-down",
        "Find a Reactive Transformer on the Hugging Face hub and download it", lambda c: c.get_model(),
        also="huggingface",
    ),
    ActionSpec(
        "bundled_model", Menu.FILE, "Use the bundled model", "Ctrl+Shift+B", "ph.package",
        "Chat with the small model that ships with Mneme", lambda c: c.use_bundled_model(),
    ),
    *CHAT_FILE_TABLE,
    *EXPORT_TABLE,
    ActionSpec(
        "settings", Menu.FILE, "Settings…", "Ctrl+,", "ph.sliders-horizontal",
        "How answers are chosen, stopping, seeds and theme", lambda c: c.show_settings(), begins_section=True,
        also="preferences options configuration temperature sampling",
    ),
    ActionSpec(
        "quit", Menu.FILE, "Quit", "Ctrl+Q", "ph.sign-out", "Close Mneme", lambda c: c.quit(), begins_section=True,
    ),
    ActionSpec(
        "new_chat", Menu.CHAT, "New chat", "Ctrl+N", "ph.note-pencil",
        "Start over with a new, empty memory", lambda c: c.new_chat(), also="reset clear",
    ),
    ActionSpec(
        "rename_chat", Menu.CHAT, "Rename chat", "F2", "ph.pencil-simple",
        "Give this chat another title", lambda c: c.rename_chat(),
    ),
    ActionSpec(
        "delete_chat", Menu.CHAT, "Delete chat", "Ctrl+Shift+Backspace", "ph.trash",
        "Delete this chat; it can be undone", lambda c: c.delete_chat(), also="remove",
    ),
    ActionSpec(
        "restore_chat", Menu.CHAT, "Bring back deleted chat", "Ctrl+Shift+D", "ph.arrow-u-up-left",
        "Bring back the chat that was deleted last; before it, one after another", lambda c: c.restore_chat(),
        also="restore undelete undo recover trash",
    ),
    ActionSpec(
        "write", Menu.CHAT, "Write a message", "Ctrl+L", "ph.chat-teardrop-text",
        "Move the cursor to the message field", lambda c: c.write_message(), begins_section=True,
    ),
    ActionSpec(
        "stop", Menu.CHAT, "Stop", "Esc", "ph.stop", "Stop the answer, or what is being opened", lambda c: c.stop(),
    ),
    ActionSpec(
        "copy_reply", Menu.CHAT, "Copy last reply", "Ctrl+Shift+C", "ph.copy",
        "Copy the newest answer", lambda c: c.copy_last_reply(),
    ),
    *SAVE_TABLE,
    ActionSpec(
        "open_memory", Menu.MEMORY, "Open memory…", "Ctrl+O", "ph.folder-open",
        "Start a new chat from a saved memory", lambda c: c.open_memory(),
    ),
    ActionSpec(
        "back_to_now", Menu.MEMORY, "Back to now", "Ctrl+End", "ph.clock",
        "Show the newest memory again", lambda c: c.back_to_now(), begins_section=True,
        also="return go",
    ),
    ActionSpec("sidebar", Menu.VIEW, "Sidebar", "Ctrl+B", "", "Show or hide chats and memories", None),
    ActionSpec("inspector", Menu.VIEW, "Inspector", "Ctrl+I", "", "Show or hide the memory inspector", None),
    ActionSpec("timeline", Menu.VIEW, "Timeline", "Ctrl+T", "", "Show or hide the timeline of turns", None),
    ActionSpec(
        "preset_chat", Menu.VIEW, "Layout: Chat", "Ctrl+1", "", "Only the conversation",
        lambda c: c.choose_preset("chat"), group="preset", begins_section=True,
    ),
    ActionSpec(
        "preset_memory", Menu.VIEW, "Layout: Chat + Memory", "Ctrl+2", "", "The conversation and its memory",
        lambda c: c.choose_preset("memory"), group="preset",
    ),
    ActionSpec(
        "preset_lab", Menu.VIEW, "Layout: Lab", "Ctrl+3", "", "Mostly the inspector, with many views at once",
        lambda c: c.choose_preset("lab"), group="preset",
    ),
    ActionSpec(
        "cycle_preset", Menu.VIEW, "Next layout", "Ctrl+Shift+L", "ph.layout", "Change between the layouts",
        lambda c: c.cycle_preset(),
    ),
    ActionSpec(
        "reset_layout", Menu.VIEW, "Reset layout", "Ctrl+0", "ph.arrow-counter-clockwise",
        "Give all parts of the window their first size", lambda c: c.reset_layout(),
    ),
    ActionSpec(
        "full_screen", Menu.VIEW, "Full screen", FULL_SCREEN, "ph.corners-out", "Use the whole screen",
        lambda c: c.toggle_full_screen(),
    ),
    ActionSpec(
        "theme_system", Menu.VIEW, "Theme: system", "Ctrl+Alt+1", "", "Light or dark as the desktop says",
        lambda c: c.choose_theme("system"), group="theme", begins_section=True,
    ),
    ActionSpec(
        "theme_light", Menu.VIEW, "Theme: light", "Ctrl+Alt+2", "", "Dark words on light ground",
        lambda c: c.choose_theme("light"), group="theme", also="mode bright day colours",
    ),
    ActionSpec(
        "theme_dark", Menu.VIEW, "Theme: dark", "Ctrl+Alt+3", "", "Light words on dark ground",
        lambda c: c.choose_theme("dark"), group="theme", also="mode night colours",
    ),
    ActionSpec("help", Menu.HELP, "Help", "F1", "ph.question", "What you see and can do", lambda c: c.show_help()),
    ActionSpec(
        "shortcuts", Menu.HELP, "Keyboard shortcuts", "Ctrl+/", "ph.keyboard", "All keys on one page",
        lambda c: c.show_shortcuts(),
    ),
    ActionSpec(
        "about", Menu.HELP, "About Mneme", "Shift+F1", "ph.info", "Version, licences and thanks",
        lambda c: c.show_about(),
    ),
    *BRANCH_TABLE,
    *LAB_TABLE,
)  # fmt: skip


ROLES = {
    "settings": QAction.MenuRole.PreferencesRole,
    "about": QAction.MenuRole.AboutRole,
    "quit": QAction.MenuRole.QuitRole,
}
"""What a Mac has in the menu of the application; elsewhere nothing moves."""


@dataclass(frozen=True, slots=True)
class Situation:
    """What decides whether an action can be done. is_starting: the program opens its first model; origin: what the
    memory that the chat began with was saved as, "" for a new one."""

    phase: Phase
    is_starting: bool
    has_model: bool
    has_turns_in_memory: bool
    has_chat: bool
    has_reply: bool
    is_at_end: bool
    origin: str = ""


def unavailable(now: Situation) -> dict[str, str]:
    """The actions that cannot be done now, each with the reason as a sentence."""
    reasons: dict[str, str] = {}
    if not now.phase.can_stop or now.is_starting:  # before the first model there is nothing to go back to
        reasons["stop"] = "There is nothing to stop."
    if not now.has_reply:
        reasons["copy_reply"] = "There is no reply yet."
    if not now.has_chat:
        reasons |= dict.fromkeys(("rename_chat", "delete_chat", "export_chat"), "No chat is open.")
    if now.is_at_end:
        reasons["back_to_now"] = "The newest memory is shown."
    if not now.has_turns_in_memory:
        nothing = "This is the memory that was opened" if now.origin else "Nothing is remembered yet"
        reasons |= dict.fromkeys(("save_memory", "save_memory_as"), f"{nothing}: say something first.")
    if now.phase.is_busy:
        busy = f"Please wait: {now.phase.value}."
        waiting = (
            "save_memory", "save_memory_as", "system_prompt", "open_memory", "open_model", "bundled_model", "new_chat",
            "delete_chat",
        )  # fmt: skip
        reasons |= dict.fromkeys(waiting, busy)
    if not now.has_model and not now.phase.is_busy:
        without = ("save_memory", "save_memory_as", "system_prompt", "open_memory", "new_chat")
        reasons |= dict.fromkeys(without, "No model is open.")
    return reasons


class Actions(QObject):
    """The actions of one window, made from the table."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._actions: dict[str, QAction] = {}
        self._groups: dict[str, QActionGroup] = {}
        self._reasons: dict[str, dict[str, str]] = {}
        self._keys: dict[str, str] = {}

    def build(self, owner: QObject, existing: Mapping[str, QAction]) -> None:
        """Makes the actions; `existing` are those that a part of the window brings along."""
        for spec in TABLE:
            action = existing.get(spec.id) or QAction(owner)
            action.setText(spec.text)
            action.setObjectName(f"action_{spec.id}")
            action.setShortcut(QKeySequence(self.shortcut(spec)))
            action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
            action.setMenuRole(ROLES.get(spec.id, QAction.MenuRole.NoRole))
            self._set_tooltip(action, spec, "")
            if spec.group:
                action.setCheckable(True)
                self._groups.setdefault(spec.group, QActionGroup(self)).addAction(action)
            self._actions[spec.id] = action

    def bind(self, commands: Commands) -> None:
        """Lets the actions run `commands`."""
        for spec in TABLE:
            if spec.run is not None:
                self[spec.id].triggered.connect(partial(_run, spec.run, commands))

    def __getitem__(self, action_id: str) -> QAction:
        return self._actions[action_id]

    def in_menu(self, menu: Menu) -> Iterable[tuple[ActionSpec, QAction]]:
        return ((spec, self[spec.id]) for spec in TABLE if spec.menu is menu)

    def update(self, now: Situation) -> None:
        """Enables what can be done now."""
        self.set_reasons("situation", unavailable(now))

    def set_reasons(self, source: str, reasons: Mapping[str, str]) -> None:
        """Enables the actions for which no source has a reason why not; `reasons`: those of one source, by action."""
        before = self._reasons.get(source)
        if reasons == before:  # many times a turn, and each change makes every menu and button look again
            return
        self._reasons[source] = dict(reasons)
        for spec in TABLE:
            was, is_now = (before or {}).get(spec.id), reasons.get(spec.id)
            if spec.run is not None and (before is None or was != is_now):
                reason = self.reason(spec.id)
                self[spec.id].setEnabled(not reason)
                self._set_tooltip(self[spec.id], spec, reason)

    def refusal_of(self, keys: QKeySequence) -> str:
        """Why the action with these keys cannot be done now; empty where it can, or no action has them."""
        found = (spec.id for spec in TABLE if spec.run is not None and keys in self[spec.id].shortcuts())
        return next(map(self.reason, found), "")

    def reason(self, action_id: str) -> str:
        """Why an action cannot be done now; empty where it can."""
        return next((found for reasons in self._reasons.values() if (found := reasons.get(action_id))), "")

    # keys

    def shortcut(self, spec: ActionSpec) -> str:
        """The key of an action: the one that was chosen, else that of the table."""
        return self._keys.get(spec.id, spec.shortcut)

    def use_shortcuts(self, chosen: Mapping[str, str]) -> None:
        """Gives actions the keys that were chosen; a choice that another action has already does not count."""
        wanted = ((spec.id, chosen.get(spec.id, "")) for spec in TABLE)
        self._keys = {action: keys for action, keys in wanted if keys and not self.menu_of(keys)}
        while double := self._double():  # without its choice an action may take the first key of another's choice
            del self._keys[double]
        for spec in TABLE:
            if spec.id in self._actions:
                self[spec.id].setShortcut(QKeySequence(self.shortcut(spec)))
                self._set_tooltip(self[spec.id], spec, self.reason(spec.id))

    def _double(self) -> str:
        """The last action whose chosen keys another has too; empty where none is left."""
        return next((action for action, keys in reversed(self._keys.items()) if self.holder(keys, action)), "")

    @staticmethod
    def menu_of(keys: str) -> str:
        """The menu that these keys open, which no action can have then; empty where they open none."""
        found = (menu.value for menu in Menu if keys == QKeySequence.mnemonic(menu.value).toString())
        return next(found, "").replace("&", "")

    def holder(self, keys: str, but: str = "") -> ActionSpec | None:
        """The action other than `but` that has these keys, or begins or ends with them."""
        wanted = QKeySequence(keys)
        for spec in TABLE:
            has = QKeySequence(self.shortcut(spec))
            none = QKeySequence.SequenceMatch.NoMatch
            if spec.id != but and (has.matches(wanted) != none or wanted.matches(has) != none):
                return spec
        return None

    def _set_tooltip(self, action: QAction, spec: ActionSpec, reason: str) -> None:
        keys = QKeySequence(self.shortcut(spec)).toString(QKeySequence.SequenceFormat.NativeText)
        action.setToolTip(reason or f"{spec.tooltip} ({keys})")
        action.setStatusTip("")


def _run(run: Callable[[Commands], None], commands: Commands, _checked: bool = False) -> None:
    run(commands)
