"""What the user asks of the lab, as signals: the lab is built beside the window and not known to its commands."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

LAB_PAGES = ("labDeck", "probeView", "compareView")


class LabRequests(QObject):
    """Each call is a signal.

    Signals:
        view_export_asked(): the view in use. recording_asked(is_turn): of the turn in view, or of all turns.
        recording_open_asked() · animation_asked() · lab_asked() · tint_asked(): tint answers, or no more.
    """

    view_export_asked = Signal()
    recording_asked = Signal(bool)
    recording_open_asked = Signal()
    animation_asked = Signal()
    lab_asked = Signal()
    tint_asked = Signal()

    def export_view(self) -> None:
        self.view_export_asked.emit()

    def export_conversation_recording(self) -> None:
        self.recording_asked.emit(False)

    def export_turn_recording(self) -> None:
        self.recording_asked.emit(True)

    def open_recording(self) -> None:
        self.recording_open_asked.emit()

    def animate(self) -> None:
        self.animation_asked.emit()

    def show_lab(self) -> None:
        self.lab_asked.emit()

    def toggle_tint(self) -> None:
        self.tint_asked.emit()


def is_in_lab(widget: QWidget | None) -> bool:
    """Whether a widget is part of the lab."""
    while widget is not None:
        if widget.objectName() in LAB_PAGES:
            return True
        widget = widget.parentWidget()
    return False
