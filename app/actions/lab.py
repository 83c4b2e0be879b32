"""The actions of the lab: what is shown leaves the window, recordings come back, experiments are at hand."""

from __future__ import annotations

from typing import Protocol

from app.actions.spec import ActionSpec, Menu


class LabVerbs(Protocol):
    """What can be done with what the inspector shows."""

    def export_view(self) -> None: ...
    def export_conversation_recording(self) -> None: ...
    def export_turn_recording(self) -> None: ...
    def open_recording(self) -> None: ...
    def animate(self) -> None: ...
    def show_lab(self) -> None: ...


EXPORT_TABLE: tuple[ActionSpec, ...] = (
    ActionSpec(
        "export_view", Menu.FILE, "Export view…", "Ctrl+Shift+E", "ph.image",
        "Save the view in use as PNG, SVG or PDF, or its numbers as CSV or NPZ", lambda c: c.lab.export_view(),
    ),
    ActionSpec(
        "export_recording", Menu.FILE, "Export recording of this chat…", "Ctrl+Alt+R", "ph.record",
        "Save all turns, words and what the inspector shows of them, as one file that opens without the model",
        lambda c: c.lab.export_conversation_recording(),
    ),
    ActionSpec(
        "open_recording", Menu.FILE, "Open recording…", "Ctrl+Alt+V", "ph.folder-notch-open",
        "Look at a recording in a window of its own; no model is needed", lambda c: c.lab.open_recording(),
    ),
)  # fmt: skip

LAB_TABLE: tuple[ActionSpec, ...] = (
    ActionSpec(
        "show_lab", Menu.MEMORY, "Lab", "Ctrl+Alt+X", "ph.flask",
        "Experiment on copies of the memory", lambda c: c.lab.show_lab(), begins_section=True,
    ),
    ActionSpec(
        "tint_answer", Menu.MEMORY, "Tint the answer by turns", "Ctrl+Alt+A", "",
        "Tint each word of the answer in view by the turn that wrote what it read; attention is not proof", None,
    ),
    ActionSpec(
        "export_turn_recording", Menu.MEMORY, "Export recording of this turn…", "Ctrl+Alt+U", "ph.record",
        "Save what the inspector shows of the turn in view as one file; the words of the turns before it go along",
        lambda c: c.lab.export_turn_recording(),
    ),
    ActionSpec(
        "animation", Menu.MEMORY, "Animation of the memory…", "Ctrl+Shift+A", "ph.film-strip",
        "Play the memory of this chat and save it as a GIF or as pictures", lambda c: c.lab.animate(),
    ),
)  # fmt: skip
