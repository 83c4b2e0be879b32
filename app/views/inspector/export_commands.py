"""Every view leaves the window as a picture or as numbers: from its context menu, or by a key for the view in use."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from PySide6.QtCore import QEvent, QObject, Signal, Slot
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QApplication, QMenu, QWidget

from app.engine.file_jobs import FileJobs, WriteFile
from app.models.memory_history import MemoryHistory
from app.paint.export_axes import Paper, paper_of
from app.paint.export_data import DataFormat, data
from app.paint.export_drawing import PictureFormat, picture
from app.paint.stamp import Stamp
from app.views.dialogs import file_stem
from app.views.file_dialog import FileDialog
from app.views.inspector.export_views import figure_of, is_view

if TYPE_CHECKING:
    from app.paint.figure import Figure
    from app.theme import ThemeController

KINDS: dict[str, str] = {
    "PNG picture (*.png)": "png",
    "SVG drawing (*.svg)": "svg",
    "PDF page (*.pdf)": "pdf",
    "CSV table of the numbers (*.csv)": "csv",
    "NPZ arrays of the numbers (*.npz)": "npz",
}
NOTHING = "There is nothing to export in this view yet."


class ExportCommands(QObject):
    """Exports the views inside of some widgets.

    window: dialogs open over it. roots: a context menu appears over each view inside of them that can be exported.
    history: what they show. stamp: gives model, memory and version for a figure. themes: pictures have the colours of
    the window.

    Signals:
        exported(path): the file is on the disk.
        refused(message): nothing was written; a sentence says why.
    """

    exported = Signal(object)
    refused = Signal(str)

    def __init__(
        self,
        window: QWidget,
        roots: tuple[QWidget, ...],
        files: FileJobs,
        history: MemoryHistory,
        stamp: Callable[[Figure], Stamp],
        themes: ThemeController,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._window = window
        self._roots = roots
        self._files = files
        self._history = history
        self._stamp = stamp
        self._themes = themes
        self._folder = Path.home()
        self._tickets: set[int] = set()
        files.done.connect(self._on_done)
        files.refused.connect(self._on_refused)
        for root in roots:
            root.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Context menus that no view wanted for itself arrive at the root."""
        if isinstance(event, QContextMenuEvent) and isinstance(watched, QWidget):
            view = view_of(watched.childAt(event.pos()) or watched, self._roots)
            if view is not None:
                menu = self.menu(view)
                menu.popup(event.globalPos())
                return True
        return False

    def menu(self, view: QWidget) -> QMenu:
        """What can be done with a view."""
        menu = QMenu(self._window)
        menu.setAccessibleName(f"Export {view.accessibleName()}")
        figure = self.figure(view)
        for words, suffix in KINDS.items():
            action = menu.addAction(f"Export as {words.partition(' (')[0]}…")
            action.setObjectName(f"export_{suffix}")
            action.setEnabled(figure is not None)
            action.triggered.connect(partial(self._ask_place, view, suffix))
        menu.aboutToHide.connect(menu.deleteLater)
        return menu

    @Slot()
    def export_current(self) -> None:
        """Asks where the view in use goes: the one with the keyboard, else the first one that shows something."""
        view = self.current()
        if view is None:
            self.refused.emit(NOTHING)
        else:
            self._ask_place(view, "png")

    def current(self) -> QWidget | None:
        """The view that a key exports."""
        focused = view_of(QApplication.focusWidget(), self._roots)
        if focused is not None and self.figure(focused) is not None:
            return focused
        for root in self._roots:
            for widget in root.findChildren(QWidget):
                if widget.isVisible() and is_view(widget) and self.figure(widget) is not None:
                    return widget
        return None

    def figure(self, view: QWidget) -> Figure | None:
        """What a view shows now; None while it shows nothing."""
        return figure_of(view, self._history)

    def write(self, figure: Figure, path: Path) -> None:
        """Writes a figure in the form that the end of the path names; `exported` or `refused` follows."""
        self._write(figure, self._stamp(figure), self._paper(), path)

    def _paper(self) -> Paper:
        return paper_of(self._themes.theme)

    def _write(self, figure: Figure, stamp: Stamp, paper: Paper, path: Path) -> None:
        form = path.suffix.lower().removeprefix(".")
        if form in get_args(DataFormat):
            job = WriteFile(path, lambda _: data(figure, stamp, form))  # type: ignore[arg-type]
        elif form in get_args(PictureFormat):
            job = WriteFile(path, lambda _: picture(figure, stamp, form, paper))  # type: ignore[arg-type]
        else:
            self.refused.emit(f"“{path.name}” ends in no form that is known: {', '.join(KINDS.values())}.")
            return
        self._folder = path.parent
        self._tickets.add(self._files.give(job))

    def _ask_place(self, view: QWidget, suffix: str, *_: object) -> None:
        figure = self.figure(view)
        if figure is None:
            self.refused.emit(NOTHING)
            return
        dialog = FileDialog(self._window, "Export view", self._folder)
        dialog.setObjectName("exportViewDialog")
        dialog.setAcceptMode(FileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilters(list(KINDS))
        dialog.filterSelected.connect(lambda words: dialog.setDefaultSuffix(KINDS[words]))
        words = next(words for words, kind in KINDS.items() if kind == suffix)
        dialog.selectNameFilter(words)
        dialog.setDefaultSuffix(suffix)
        dialog.selectFile(file_stem(figure.title, "figure"))
        stamp = self._stamp(figure)  # now: an answer may be written to memory while the place is chosen
        dialog.place_chosen.connect(partial(self._write, figure, stamp, self._paper()))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    @Slot(int, object)
    def _on_done(self, ticket: int, path: object) -> None:
        if ticket in self._tickets:
            self._tickets.discard(ticket)
            self.exported.emit(path)

    @Slot(int, str)
    def _on_refused(self, ticket: int, message: str) -> None:
        if ticket in self._tickets:
            self._tickets.discard(ticket)
            self.refused.emit(message)


def view_of(widget: QWidget | None, roots: tuple[QWidget, ...]) -> QWidget | None:
    """The nearest view around a widget, inside of the roots, that can be exported."""
    inside = widget is not None and any(root is widget or root.isAncestorOf(widget) for root in roots)
    while inside and widget is not None:
        if is_view(widget):
            return widget
        widget = widget.parentWidget()
    return None


def stamp_of(history: MemoryHistory, model: str, version: str, conversation: str = "") -> Callable[[Figure], Stamp]:
    """Stamps for figures of one conversation as it is now; a figure that knows its memory is believed."""

    def stamp(figure: Figure) -> Stamp:
        turn = history.last_turn if figure.turn is None else figure.turn
        memory = figure.memory or history.memory_after(turn)
        made = datetime.now().astimezone().isoformat(timespec="seconds")
        return Stamp(model, memory, version, made, conversation)

    return stamp
