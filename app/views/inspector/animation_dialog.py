"""A conversation's memory as moving pictures: chosen, looked at and saved."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QDialog, QGridLayout, QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from app.engine.file_jobs import FileJobs, WriteFile, WriteFolder
from app.models.short_text import one_line
from app.paint.animation import BETWEEN, Storyboard, gif, png_files, steps
from app.paint.export_axes import paper_of
from app.paint.quantity import ConversationRange, memory_change, quantities_of
from app.theme import GAP_PX, MARGIN_PX, PADDING_PX, Theme, ThemeController
from app.views.dialogs import file_stem
from app.views.elided import ElidedLabel
from app.views.file_dialog import FileDialog
from app.views.inspector.fields import spin_box
from app.views.inspector.plot_widget import PlotWidget
from app.views.inspector.section import plain_label
from app.views.labels import button, combo, grouped
from app.views.window_layout import resize_on_screen

if TYPE_CHECKING:
    from app.models.memory_history import MemoryHistory

PACE_MS = (80, 5_000)
GIF_FILTER = "GIF animation (*.gif)"
STEPS = 1000


class AnimationDialog(QDialog):
    """Plays the turns of a conversation and saves what is played; turns that come later are not in it.

    title, foot: what stands above and below every picture. plays: begins at once.

    Signals:
        saved(path): the GIF, or the folder of pictures, is on the disk.
    """

    saved = Signal(object)

    def __init__(
        self,
        history: MemoryHistory,
        title: str,
        foot: str,
        files: FileJobs,
        themes: ThemeController,
        plays: bool = True,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._initial, self._records = history.initial, history.records
        self._title, self._foot = title, foot
        self._files = files
        self._theme = themes.theme
        self._ticket = 0
        self._place = 0
        self._range = ConversationRange()
        self._folder = Path.home()
        self.setObjectName("animationDialog")
        self.setWindowTitle("Animation of the memory")
        self.quantity = combo("What the colours show")
        for quantity in quantities_of(self._records):
            self.quantity.addItem(quantity.title, quantity)
        self.pace = grouped(spin_box("Time of a turn in milliseconds", *PACE_MS, suffix=" ms a turn"))
        self.pace.setSingleStep(100)
        self.pace.setValue(700)
        self.flows = QCheckBox("Flow from turn to turn")
        self.flows.setChecked(True)
        self.play = button("Pause")
        self.words = ElidedLabel("caption")
        self.plot = PlotWidget("Memory as it is played", themes.theme, 240)
        self.progress = QProgressBar()
        self.progress.setRange(0, STEPS)
        self.progress.setTextVisible(False)
        self.progress.setFixedHeight(6)
        self.progress.setAccessibleName("Progress of saving")
        self.state = plain_label("caption", wrap=True)
        self.save_gif = button("Save GIF…", "primary")
        self.save_png = button("Save PNG sequence…")
        self.cancel = button("Cancel saving")
        self.close_button = button("Close")
        self._timer = QTimer(self)
        self._arrange()
        self._connect()
        themes.changed.connect(self._restyle)
        self._board = self._made()
        self._show_place()
        self._set_pace()
        self._show_saving()
        if plays:
            self._timer.start()
        else:
            self.play.setText("Play")
            self.play.setAccessibleName("Play")

    @property
    def board(self) -> Storyboard:
        """What is played and saved."""
        return self._board

    @property
    def is_playing(self) -> bool:
        return self._timer.isActive()

    def _arrange(self) -> None:
        choices = QGridLayout()
        choices.setHorizontalSpacing(GAP_PX)
        for place, field in enumerate((self.quantity, self.pace, self.flows, self.play)):
            choices.addWidget(field, 0, place)
        choices.setColumnStretch(4, 1)
        buttons = QHBoxLayout()
        buttons.setSpacing(GAP_PX)
        buttons.addWidget(self.progress, 1)
        buttons.addStretch(0)
        for field in (self.cancel, self.close_button, self.save_png, self.save_gif):
            buttons.addWidget(field)
        column = QVBoxLayout(self)
        column.setContentsMargins(MARGIN_PX, MARGIN_PX - 4, MARGIN_PX, PADDING_PX)
        column.setSpacing(GAP_PX)
        column.addLayout(choices)
        column.addWidget(self.words)
        column.addWidget(self.plot, 1)
        column.addWidget(self.state)
        column.addLayout(buttons)
        resize_on_screen(self, 760, 460)

    def _connect(self) -> None:
        self._timer.timeout.connect(self._play_on)
        self.quantity.currentIndexChanged.connect(self._on_quantity)
        self.pace.valueChanged.connect(self._set_pace)
        self.flows.toggled.connect(self._on_flows)
        self.play.clicked.connect(self._on_play)
        self.save_gif.clicked.connect(self._choose_gif)
        self.save_png.clicked.connect(self._choose_folder)
        self.cancel.clicked.connect(self.call_off)
        self.close_button.clicked.connect(self.close)
        self._files.done.connect(self._on_done)
        self._files.refused.connect(self._on_refused)
        self._files.progressed.connect(self._on_progressed)

    def _made(self) -> Storyboard:
        quantity = self.quantity.currentData()
        limits = self._range.limits(quantity, self._initial, self._records)
        pairs = [(record, quantity.values(record, self._initial)) for record in self._records]
        shown = [(record, values) for record, values in pairs if values is not None]
        return Storyboard(
            self._title, quantity, limits, tuple(values for _, values in shown),
            tuple(f"Turn {record.turn + 1}: {record.query}" for record, _ in shown),
            tuple(memory_change(record) for record, _ in shown), self._foot, paper_of(self._theme),
        )  # fmt: skip

    # ---------------------------------------------------------------- playing

    @Slot()
    def _play_on(self) -> None:
        self._place = (self._place + 1) % len(steps(self._board, self.flows.isChecked()))
        self._show_place()

    def _show_place(self) -> None:
        wanted = steps(self._board, self.flows.isChecked())
        turn, share = wanted[min(self._place, len(wanted) - 1)]
        self.plot.show_panel(self._board.heat(turn, share))
        self.words.setText(one_line(self._board.words[turn]))

    @Slot()
    def _on_play(self) -> None:
        if self.is_playing:
            self._timer.stop()
        else:
            self._timer.start()
        self.play.setText("Pause" if self.is_playing else "Play")
        self.play.setAccessibleName(self.play.text())

    @Slot()
    def _set_pace(self) -> None:
        self._timer.setInterval(max(20, self.pace.value() // (BETWEEN if self.flows.isChecked() else 1)))

    @Slot()
    def _on_flows(self) -> None:
        self._place = 0
        self._set_pace()
        self._show_place()

    @Slot()
    def _on_quantity(self) -> None:
        self._board = self._made()
        self._show_place()

    @Slot(object)
    def _restyle(self, theme: Theme) -> None:
        """What is saved from now on has the colours of the window too."""
        self._theme = theme
        self.plot.restyle(theme)
        self._board = replace(self._board, paper=paper_of(theme))  # the values are those they were

    # ---------------------------------------------------------------- saving

    def save(self, path: Path) -> None:
        """Saves a GIF where the path ends in .gif, else a folder of numbered PNG files."""
        board, flows, pace = self._board, self.flows.isChecked(), self.pace.value()
        if path.suffix.lower() == ".gif":
            job: WriteFile | WriteFolder = WriteFile(path, lambda tell: gif(board, flows, pace, tell))
        else:
            job = WriteFolder(path, partial(png_files, board, flows), len(steps(board, flows)))
        self._folder = path.parent
        self._ticket = self._files.give(job)
        self.progress.setValue(0)
        count = len(steps(board, flows))
        self.state.setText("Drawing 1 picture…" if count == 1 else f"Drawing {count:,} pictures…")
        self._show_saving()

    @Slot()
    def call_off(self) -> None:
        """Nothing more is written."""
        if self._ticket:
            self._files.cancel(self._ticket)
            self._ticket = 0
            self.state.setText("Saving was cancelled. Pictures of a sequence that were written stay in their folder.")
            self._show_saving()

    @Slot()
    def _choose_gif(self) -> None:
        dialog = self._file_dialog("Save animation", GIF_FILTER)
        dialog.setAcceptMode(FileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("gif")
        dialog.selectFile(file_stem(self._title, "memory"))
        dialog.place_chosen.connect(self.save)
        dialog.open()

    @Slot()
    def _choose_folder(self) -> None:
        dialog = self._file_dialog("Folder for the pictures", "")
        dialog.setFileMode(FileDialog.FileMode.Directory)
        dialog.setOption(FileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(self._on_folder)
        dialog.open()

    def _file_dialog(self, title: str, file_filter: str) -> FileDialog:
        dialog = FileDialog(self, title, self._folder, file_filter)
        dialog.finished.connect(dialog.deleteLater)
        return dialog

    @Slot(str)
    def _on_folder(self, path: str) -> None:
        self.save(Path(path))

    def _show_saving(self) -> None:
        is_saving = self._ticket > 0
        for part in (self.progress, self.cancel):
            part.setVisible(is_saving)
        for part in (self.save_gif, self.save_png):
            part.setEnabled(not is_saving)

    @Slot(int, object)
    def _on_done(self, ticket: int, path: object) -> None:
        if ticket == self._ticket:
            self._ticket = 0
            self.state.setText(f"Saved: {path}")
            self._show_saving()
            self.saved.emit(path)

    @Slot(int, str)
    def _on_refused(self, ticket: int, message: str) -> None:
        if ticket == self._ticket:
            self._ticket = 0
            self.state.setText(message)
            self._show_saving()

    @Slot(int, float)
    def _on_progressed(self, ticket: int, share: float) -> None:
        if ticket == self._ticket:
            self.progress.setValue(round(share * STEPS))

    def done(self, result: int) -> None:
        """The dialog closes in whatever way: nothing plays and nothing more is written."""
        self._timer.stop()
        self.call_off()
        super().done(result)
