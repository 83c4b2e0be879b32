"""The ways in: what is chosen in a dialog of files reaches the engine, and the keys that no other test presses."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QDialog, QFileDialog, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from app.views.elided import ElidedLabel
from app.views.file_dialog import FileDialog
from tests.app.views.branching import open_line
from tests.app.views.conftest import Desk

Mode = QFileDialog.FileMode


def file_dialog(desk: Desk, name: str) -> FileDialog:
    """The one that is open."""
    (found,) = [dialog for dialog in desk.window.findChildren(FileDialog, name) if dialog.isVisible()]
    return found


@pytest.mark.parametrize(
    ("action", "name", "mode", "asked"),
    [
        ("import_chat", "importChatDialog", Mode.ExistingFile, "import_conversation"),
        ("open_memory", "openMemoryDialog", Mode.ExistingFile, "open_snapshot"),
        ("open_model", "openModelDialog", Mode.Directory, "load_model"),
    ],
)
def test_that_what_is_chosen_is_asked_of_the_engine_and_nothing_where_nothing_is(
    desk: Desk, tmp_path: Path, action: str, name: str, mode: Mode, asked: str
) -> None:
    desk.actions[action].trigger()
    file_dialog(desk, name).reject()
    assert desk.port.called(asked) == []
    desk.actions[action].trigger()
    dialog = file_dialog(desk, name)
    assert (dialog.fileMode(), dialog.acceptMode()) == (mode, QFileDialog.AcceptMode.AcceptOpen)
    dialog.fileSelected.emit(str(tmp_path / "chosen"))
    dialog.close()
    ((chosen, *_),) = desk.port.called(asked)
    assert Path(chosen) == tmp_path / "chosen"


def test_that_the_next_model_is_looked_for_where_the_last_one_was(desk: Desk, tmp_path: Path) -> None:
    desk.actions["open_model"].trigger()
    dialog = file_dialog(desk, "openModelDialog")
    dialog.fileSelected.emit(str(tmp_path / "model"))
    dialog.close()
    desk.actions["open_model"].trigger()
    dialog = file_dialog(desk, "openModelDialog")
    assert Path(dialog.directory().path()) == tmp_path
    dialog.close()


def test_that_all_memories_that_are_chosen_are_imported(desk: Desk, tmp_path: Path, qtbot: QtBot) -> None:
    desk.actions["memory_library"].trigger()
    library = desk.window.findChild(QDialog, "memoryLibrary")
    qtbot.mouseClick(library.findChild(QAbstractButton, "memoryImport"), Qt.MouseButton.LeftButton)
    dialog = file_dialog(desk, "importMemoryDialog")
    assert dialog.fileMode() is Mode.ExistingFiles
    chosen = [tmp_path / "alice.safetensors", tmp_path / "bob.safetensors"]
    dialog.filesSelected.emit(list(map(str, chosen)))
    dialog.close()
    assert desk.port.called("import_snapshot") == [(path,) for path in chosen]


def test_that_a_recording_to_open_is_asked_of_the_lab(desk: Desk) -> None:
    desk.actions["open_recording"].trigger()
    desk.commands.lab.open_recording.assert_called_once_with()


# ------------------------------------------------------------------ keys


def press(desk: Desk, action: str, widget: QWidget) -> None:
    """The keys of an action, pressed while a widget has the keyboard."""
    QTest.keySequence(widget, desk.actions[action].shortcut())


def test_that_the_place_before_is_found_by_its_key_and_by_its_arrow(desk: Desk, qtbot: QtBot) -> None:
    open_line(desk, 3)
    desk.actions["find_in_chat"].trigger()
    field, count = desk.find("findField"), desk.find("findCount")
    assert isinstance(field, QLineEdit)
    assert isinstance(count, ElidedLabel)
    field.setText("question")
    places = [count.accessibleName()]
    for action in ("find_previous", "find_previous", "find_next"):
        press(desk, action, field)
        places.append(count.accessibleName())
    for name in ("findPrevious", "findPrevious", "findNext"):
        qtbot.mouseClick(desk.find(name), Qt.MouseButton.LeftButton)
        places.append(count.accessibleName())
    assert [place.removesuffix(" of 3") for place in places] == ["1", "3", "2", "3", "2", "1", "2"]


def test_that_the_key_of_the_full_screen_takes_it_and_gives_it_back(desk: Desk) -> None:
    for is_full in (True, False, True, False):
        press(desk, "full_screen", desk.find("composer"))
        assert desk.window.isFullScreen() is is_full
