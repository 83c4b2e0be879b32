"""A list of questions of one's own: typed as lines, or taken from a CSV file."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from app.models.lab_questions import question_list
from app.theme import GAP_PX
from app.views.file_dialog import FileDialog
from app.views.inspector.section import plain_label
from app.views.labels import button

HINT = "What is my name?, Alice\nWhere do I live?, Paris"
FILE_FILTER = "Questions (*.csv *.txt)"


class QuestionsEdit(QWidget):
    """Lines of `question, expected answer`, or the name of a CSV file of such lines in their place.

    Signals:
        changed(): other questions.
    """

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._file: Path | None = None
        self.edit = QPlainTextEdit()
        self.edit.setAccessibleName("Questions, one a line: question, comma, expected answer")
        self.edit.setPlaceholderText(HINT)
        self.edit.setTabChangesFocus(True)
        self.edit.setFixedHeight(92)
        self.load = button("Load CSV…", "")
        self.load.setToolTip("Take the questions of a file: lines of question, comma, expected answer")
        self.clear = button("Type them instead", "link")
        self.words = plain_label("caption", wrap=True)
        row = QHBoxLayout()
        row.setSpacing(GAP_PX)
        row.addWidget(self.load)
        row.addWidget(self.clear)
        row.addWidget(self.words, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.edit)
        column.addLayout(row)
        self.edit.textChanged.connect(self._show_state)
        self.load.clicked.connect(self._browse)
        self.clear.clicked.connect(self.forget_file)
        self._show_state()

    @property
    def questions(self) -> tuple[tuple[str, str], ...] | Path:
        """The file, or the pairs of question and expected answer that are typed."""
        return self._file if self._file is not None else question_list(self.edit.toPlainText()).pairs

    @property
    def problem(self) -> str:
        """Why these are no questions; empty where they are."""
        return "" if self._file is not None else question_list(self.edit.toPlainText()).problem

    def take_file(self, path: Path) -> None:
        """Takes the questions of a file; it is read when they are asked."""
        self._file = path
        self._show_state()

    @Slot()
    def forget_file(self) -> None:
        self._file = None
        self._show_state()
        self.edit.setFocus()

    @Slot()
    def _show_state(self) -> None:
        is_file = self._file is not None
        self.edit.setVisible(not is_file)
        self.clear.setVisible(is_file)
        if self._file is not None:
            self.words.setText(f"Questions of {self._file.name}")
        else:
            found = question_list(self.edit.toPlainText())
            count = len(found.pairs)
            typed = "1 question" if count == 1 else f"{count:,} questions"
            self.words.setText(found.problem if self.edit.toPlainText().strip() and found.problem else typed)
        self.changed.emit()

    @Slot()
    def _browse(self) -> None:
        dialog = FileDialog(self.window(), "Load questions", Path.home(), FILE_FILTER)
        dialog.setFileMode(FileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(self._on_file)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    @Slot(str)
    def _on_file(self, path: str) -> None:
        self.take_file(Path(path))
