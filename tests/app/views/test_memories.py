"""The library of memories, system prompts and chats as files: what is clicked is asked, and nothing typed is lost."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QDialog, QLineEdit, QPlainTextEdit, QWidget
from pytestqt.qtbot import QtBot

from app.engine.memory_commands import DeleteSnapshot, ImportSnapshot, RenameSnapshot, SaveSnapshot, WriteSystemPrompt
from app.engine.messages import SnapshotInfo
from app.models.phase import Phase
from app.views.dialogs import SaveMemoryDialog
from app.views.field_keeper import REST_MS
from app.views.file_dialog import FileDialog
from app.views.memories.card import tooltip
from app.views.memories.intake import Intake
from app.views.memories.library import MemoryLibrary
from app.views.memories.system_prompt import SystemPromptDialog
from rxt.events import frozen_array
from tests.app.views.branching import open_line
from tests.app.views.conftest import Desk
from tests.app.views.fake_port import LAYERS, SLOTS, WIDTH, snapshot, stored_turn


def memory(path: Path, title: str, **changes: object) -> SnapshotInfo:
    norm = frozen_array(np.arange(12).reshape(3, 4))
    info = dataclasses.replace(snapshot(path, title), shape=(LAYERS, SLOTS, WIDTH), norm=norm)
    return dataclasses.replace(info, **changes)  # type: ignore[arg-type]


@pytest.fixture
def memories(desk: Desk) -> tuple[SnapshotInfo, ...]:
    """Two memories in the list: one that fits and one of another model."""
    folder = desk.paths.snapshots_dir
    lines = (
        memory(folder / "alice.safetensors", "Alice"),
        memory(folder / "knight.safetensors", "Knight", model="other", fingerprint="0" * 64),
    )
    desk.port.snapshots_changed.emit(lines)
    return lines


@pytest.fixture
def library(desk: Desk, memories: tuple[SnapshotInfo, ...]) -> MemoryLibrary:
    desk.actions["memory_library"].trigger()
    found = desk.window.findChild(QDialog, "memoryLibrary")
    assert isinstance(found, MemoryLibrary)
    return found


def click(within: QDialog, name: str) -> None:
    found = within.findChild(QAbstractButton, name)
    assert found is not None
    assert found.isEnabled()
    found.click()


def test_that_the_library_teaches_while_it_is_empty(desk: Desk) -> None:
    desk.actions["memory_library"].trigger()
    library = desk.window.findChild(QDialog, "memoryLibrary")
    assert isinstance(library, MemoryLibrary)
    assert library.findChild(QAbstractButton, "library_system_prompt").isVisible() is False
    assert library.findChild(QAbstractButton, "library_save_memory_first").isVisible()
    assert not library.details.isVisible()
    desk.port.snapshots_changed.emit((memory(Path("/x/a.safetensors"), "A"),))
    assert library.details.isVisible()


def test_that_enter_on_a_card_starts_a_chat_and_the_library_makes_way(
    desk: Desk, library: MemoryLibrary, memories: tuple[SnapshotInfo, ...]
) -> None:
    QTest.keyClick(library.cards, Qt.Key.Key_Return)
    assert desk.port.called("open_snapshot") == [(memories[0].path,)]
    assert not library.isVisible()


def test_that_a_memory_of_another_model_says_both_and_is_not_started(
    desk: Desk, library: MemoryLibrary, memories: tuple[SnapshotInfo, ...]
) -> None:
    library.pick(memories[1].path)
    words = library.details.reason.text()
    assert "other" in words
    assert "mneme-small" in words
    assert not library.findChild(QAbstractButton, "memoryStart").isEnabled()
    assert "mneme-small" in tooltip(library.cards.currentIndex())
    QTest.keyClick(library.cards, Qt.Key.Key_Return)
    assert desk.port.called("open_snapshot") == []
    assert "other" in library.notices.texts[-1]


def test_that_f2_in_the_sidebar_opens_the_library_at_the_title_of_that_memory(
    desk: Desk, memories: tuple[SnapshotInfo, ...]
) -> None:
    sidebar = desk.window.sidebar.memories
    sidebar.setFocus()
    sidebar.setCurrentIndex(desk.workspace.memories.index(1))
    QTest.keyClick(sidebar, Qt.Key.Key_F2)
    library = desk.window.findChild(QDialog, "memoryLibrary")
    assert isinstance(library, MemoryLibrary)
    assert library.details.path == memories[1].path
    assert library.focusWidget() is library.details.title
    assert desk.window.sidebar.chats.list.title_field is None


def test_that_renaming_a_memory_that_a_search_hides_ends_the_search(
    desk: Desk, library: MemoryLibrary, memories: tuple[SnapshotInfo, ...]
) -> None:
    library.search.setText("alice")
    desk.commands.memories.rename(memories[1].path)
    assert library.search.text() == ""
    assert library.details.path == memories[1].path


def test_that_the_keyboard_goes_on_from_its_memory_in_the_sidebar_when_the_list_changes(desk: Desk) -> None:
    folder = desk.paths.snapshots_dir
    lines = tuple(memory(folder / f"{name}.safetensors", name) for name in "abcde")
    desk.port.snapshots_changed.emit(lines)
    sidebar = desk.window.sidebar.memories
    sidebar.setFocus()
    sidebar.setCurrentIndex(desk.workspace.memories.index(3))
    QTest.keyClick(sidebar, Qt.Key.Key_Delete)
    assert desk.port.called("delete_snapshot") == [(lines[3].path,)]
    desk.port.snapshots_changed.emit((*lines[:3], lines[4]))
    assert sidebar.currentIndex().data() == "e"
    desk.port.snapshots_changed.emit((memory(folder / "new.safetensors", "new"), *lines[:3], lines[4]))
    assert sidebar.currentIndex().data() == "e"
    desk.port.snapshots_changed.emit(lines[:2])
    assert sidebar.currentIndex().data() == "b"
    desk.port.snapshots_changed.emit(())
    assert not sidebar.currentIndex().isValid()


def test_that_a_title_and_a_note_are_asked_for_once_they_are_typed(
    desk: Desk, library: MemoryLibrary, memories: tuple[SnapshotInfo, ...]
) -> None:
    details = library.details
    details.title.setText(" Alice of  Tokyo")
    details.note.setPlainText("a note")
    details.title.editingFinished.emit()
    assert desk.port.called("rename_snapshot") == [(memories[0].path, "Alice of Tokyo", "a note")]
    details.title.editingFinished.emit()
    assert len(desk.port.called("rename_snapshot")) == 1


def test_that_what_is_typed_is_kept_when_another_card_or_no_card_is_picked(
    desk: Desk, library: MemoryLibrary, memories: tuple[SnapshotInfo, ...]
) -> None:
    library.details.note.setPlainText("unsaved")
    library.pick(memories[1].path)
    assert desk.port.called("rename_snapshot") == [(memories[0].path, "Alice", "unsaved")]
    library.details.note.setPlainText("unsaved too")
    library.close()
    assert desk.port.called("rename_snapshot")[-1] == (memories[1].path, "Knight", "unsaved too")


def test_that_a_note_that_could_not_be_saved_stays_and_is_asked_for_again(
    desk: Desk, library: MemoryLibrary, memories: tuple[SnapshotInfo, ...]
) -> None:
    details = library.details
    details.note.setPlainText("a note")
    details.save()
    desk.port.refuse(RenameSnapshot(memories[0].path, "Alice", "a note"), "The disk is full.")
    desk.port.snapshots_changed.emit(memories)
    assert details.note.toPlainText() == "a note"
    details.save()
    assert desk.port.called("rename_snapshot") == [(memories[0].path, "Alice", "a note")] * 2


def test_that_a_note_that_is_too_long_says_what_of_it_is_kept(desk: Desk, library: MemoryLibrary) -> None:
    library.details.note.setPlainText("x" * 8_001)
    assert library.details.excess.text().startswith("one letter too many")
    assert library.details.excess.isVisible()
    library.details.note.setPlainText("x" * 8_000)
    assert not library.details.excess.isVisible()


def test_that_a_new_listing_does_not_take_words_out_of_the_hand(
    desk: Desk, library: MemoryLibrary, memories: tuple[SnapshotInfo, ...]
) -> None:
    library.details.note.setPlainText("half a sent")
    desk.port.snapshots_changed.emit((*memories, memory(Path("/x/new.safetensors"), "New")))
    assert library.details.note.toPlainText() == "half a sent"
    assert library.details.title.text() == "Alice"


@pytest.mark.parametrize("title", ["   ", "\u200b\u2060"])
def test_that_an_empty_title_becomes_the_former_one(library: MemoryLibrary, desk: Desk, title: str) -> None:
    library.details.title.setText(title)
    library.details.title.editingFinished.emit()
    assert library.details.title.text() == "Alice"
    assert desk.port.called("rename_snapshot") == []


def test_that_a_deleted_memory_can_be_had_back(
    desk: Desk, library: MemoryLibrary, memories: tuple[SnapshotInfo, ...]
) -> None:
    QTest.keyClick(library.cards, Qt.Key.Key_Delete)
    assert desk.port.called("delete_snapshot") == [(memories[0].path,)]
    assert library.notices.texts == ()  # it is on the list
    desk.port.snapshots_changed.emit(memories[1:])
    assert library.notices.texts == ("Deleted the memory “Alice”.",)
    click(library, "noticeAction")
    assert desk.port.called("restore_snapshot") == [(memories[0].path,)]


def test_that_deletions_are_undone_by_key_one_after_another(
    desk: Desk, library: MemoryLibrary, memories: tuple[SnapshotInfo, ...]
) -> None:
    for info in memories:
        library.delete_requested.emit(info.path)
    desk.port.snapshots_changed.emit(())
    for _ in range(3):
        library.undo_requested.emit()
    assert desk.port.called("restore_snapshot") == [(memories[1].path,), (memories[0].path,)]
    assert library.notices.texts == ()


def test_that_a_memory_deleted_in_the_sidebar_can_be_had_back(desk: Desk, memories: tuple[SnapshotInfo, ...]) -> None:
    desk.window.sidebar.memory_delete_requested.emit(memories[0].path)
    desk.port.snapshots_changed.emit(memories[1:])
    assert desk.window.chat.notices.texts == ("Deleted the memory “Alice”.",)


def test_that_a_memory_that_was_not_deleted_is_not_said_to_be(
    desk: Desk, library: MemoryLibrary, memories: tuple[SnapshotInfo, ...]
) -> None:
    library.delete_requested.emit(memories[0].path)
    desk.port.refuse(DeleteSnapshot(memories[0].path), "The folder is write-protected.")
    desk.port.snapshots_changed.emit(memories)
    assert library.notices.texts == ("This memory was not deleted. The folder is write-protected.",)
    library.undo_requested.emit()
    assert desk.port.called("restore_snapshot") == []


def test_that_the_other_buttons_ask_for_what_they_say(
    desk: Desk,
    library: MemoryLibrary,
    memories: tuple[SnapshotInfo, ...],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shown: list[str] = []
    monkeypatch.setattr(
        "app.views.memory_commands.QDesktopServices.openUrl", lambda url: shown.append(url.toLocalFile()) or True
    )
    click(library, "memory_duplicate")
    assert desk.port.called("duplicate_snapshot") == [(memories[0].path,)]
    click(library, "memory_reveal")
    assert shown == [str(memories[0].path.parent)]
    click(library, "memory_export")
    dialog = library.findChild(FileDialog, "exportMemoryDialog")
    assert dialog is not None
    dialog.fileSelected.emit(str(tmp_path / "out.safetensors"))
    dialog.close()
    assert desk.port.called("export_snapshot") == [(memories[0].path, tmp_path / "out.safetensors")]


def _drop(library: MemoryLibrary, *paths: Path) -> QDropEvent:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    copy, none, left = Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier, Qt.MouseButton.LeftButton
    event = QDropEvent(QPointF(QPoint(5, 5)), copy, data, left, none)
    library.dropEvent(event)
    library.cards.dropEvent(event)
    return event


def test_that_dropped_memories_are_imported_and_other_files_are_not(desk: Desk, library: MemoryLibrary) -> None:
    _drop(library, Path("/x/a.safetensors"), Path("/x/b.txt"))
    assert desk.port.called("import_snapshot") == [(Path("/x/a.safetensors"),)] * 2
    _drop(library, Path("/x/b.txt"))
    assert len(desk.port.called("import_snapshot")) == 2


def test_that_several_dropped_files_are_told_of_in_one_sentence(desk: Desk, library: MemoryLibrary) -> None:
    names = ("a.safetensors", "b.safetensors", "notes.txt", "bad.safetensors")
    library.files_dropped.emit(tuple(Path("/x") / name for name in names))
    for name in names[:2]:
        desk.port.snapshot_imported.emit(Path("/library") / name)
    left_out = ". Left out, for it is not a .safetensors file: notes.txt."
    assert library.notices.texts == (f"Imported 2 memories{left_out}",)
    desk.port.refuse(ImportSnapshot(Path("/x/bad.safetensors")), "It is damaged.")
    assert f"Imported 2 memories; 1 could not be{left_out}" in library.notices.texts
    library.files_dropped.emit((Path("/x/c.safetensors"),))
    desk.port.snapshot_imported.emit(Path("/library/c.safetensors"))
    assert library.notices.texts[-1] == "Imported the memory c.safetensors."


def test_that_of_many_files_that_are_no_memories_some_are_named() -> None:
    intake = Intake()
    intake.begin(1, tuple(Path(f"/x/{name}.txt") for name in "abcde"))
    assert intake.words == ""
    intake.refused()
    assert intake.words == (
        "No memory was imported. Left out, for they are not .safetensors files: a.txt, b.txt, c.txt and 2 more."
    )


class OwnDrop(QDropEvent):
    """A drop of what was dragged out of a widget."""

    def __init__(self, source: QWidget, path: Path) -> None:
        self._data = QMimeData()
        self._data.setUrls([QUrl.fromLocalFile(str(path))])
        copy, none, left = Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier, Qt.MouseButton.LeftButton
        super().__init__(QPointF(5, 5), copy, self._data, left, none)
        self._source = source

    def source(self) -> QWidget:
        return self._source


def test_that_a_card_that_is_dropped_in_its_own_library_makes_no_copy(desk: Desk, library: MemoryLibrary) -> None:
    for part in (library, library.cards):
        part.dropEvent(OwnDrop(library.cards, Path("/x/a.safetensors")))
        assert desk.port.called("import_snapshot") == []
    library.dropEvent(OwnDrop(desk.window, Path("/x/a.safetensors")))
    assert len(desk.port.called("import_snapshot")) == 1


def test_that_what_is_typed_in_the_library_is_saved_when_the_window_closes(
    desk: Desk, library: MemoryLibrary, memories: tuple[SnapshotInfo, ...]
) -> None:
    library.details.note.setPlainText("half a sent")
    desk.window.close()
    assert desk.port.called("rename_snapshot") == [(memories[0].path, "Alice", "half a sent")]
    names = [call.name for call in desk.port.calls]
    assert names.index("rename_snapshot") < names.index("shutdown")


def test_that_what_fails_is_said_where_the_person_looks(desk: Desk, library: MemoryLibrary) -> None:
    desk.port.refuse(ImportSnapshot(Path("/x/a.safetensors")), "It is damaged.")
    assert library.notices.texts[-1] == "This memory was not imported. It is damaged."


def test_that_pictures_are_asked_for_until_all_are_there(desk: Desk, library: MemoryLibrary) -> None:
    asked = len(desk.port.called("refresh_snapshots"))
    lines = (memory(Path("/x/a.safetensors"), "A", norm=None),)
    desk.port.snapshots_changed.emit(lines)
    assert len(desk.port.called("refresh_snapshots")) == asked + 1
    desk.port.snapshots_changed.emit((dataclasses.replace(lines[0], problem="It is damaged."),))
    assert len(desk.port.called("refresh_snapshots")) == asked + 1


def test_that_the_library_can_be_searched(library: MemoryLibrary) -> None:
    library.search.setText("knight")
    assert library.cards.model().rowCount() == 1
    assert library.details.title.text() == "Knight"
    library.search.setText("nothing like it")
    assert not library.details.isVisible()
    library.search.clear()
    assert library.cards.model().rowCount() == 2


def test_that_the_down_key_leads_from_the_search_to_the_memories_that_were_found(library: MemoryLibrary) -> None:
    library.search.setFocus()
    library.search.setText("nothing like it")
    QTest.keyClick(library.search, Qt.Key.Key_Down)
    assert library.focusWidget() is library.search
    library.search.setText("knight")
    QTest.keyClick(library.search, Qt.Key.Key_Down)
    assert library.focusWidget() is library.cards
    assert library.cards.currentIndex().data() == "Knight"


def test_that_every_part_of_the_library_has_a_name(library: MemoryLibrary) -> None:
    for kind in (QAbstractButton, QLineEdit, QPlainTextEdit):
        for widget in library.findChildren(kind):
            if not widget.objectName().startswith("qt_") and type(widget).__name__ != "QToolButton":
                assert widget.accessibleName(), widget.objectName()


# saving


def test_that_the_memory_that_is_shown_is_saved(desk: Desk) -> None:
    turns = [
        dataclasses.replace(stored_turn(number, f"question {number}", "answer"), id=40 + number) for number in range(3)
    ]
    desk.port.open(2, *turns, title="Alice")
    desk.actions["save_memory"].trigger()
    dialog = desk.window.findChild(QDialog, "saveMemoryDialog")
    dialog.accept()
    assert desk.port.called("save_snapshot")[-1][3] is None
    desk.workspace.history.show_turn(1)
    desk.actions["save_memory"].trigger()
    dialog = [found for found in desk.window.findChildren(QDialog, "saveMemoryDialog") if found.isVisible()][-1]
    assert any("after turn 2 of 3" in label.text() for label in dialog.findChildren(type(dialog._words)))
    dialog.accept()
    assert desk.port.called("save_snapshot")[-1][3] == 41


def test_that_another_chats_memory_is_not_saved_under_the_title_of_the_former(desk: Desk, tmp_path: Path) -> None:
    desk.port.answer("Hi", "Hello")
    for action, name in (("save_memory", "saveMemoryDialog"), ("save_memory_as", "saveMemoryAsDialog")):
        desk.actions[action].trigger()
        dialog = desk.window.findChild(QDialog, name)
        desk.port.open(2, stored_turn(0, "question", "answer"), title="Of a second start")
        if isinstance(dialog, FileDialog):
            dialog.fileSelected.emit(str(tmp_path / "a.safetensors"))
        dialog.accept()
        assert desk.port.called("save_snapshot") == []
        assert desk.window.chat.notices.texts[-1].startswith("Another chat was opened meanwhile")


def test_that_no_memory_is_saved_while_another_is_being_opened(desk: Desk) -> None:
    desk.port.answer("Hi", "Hello")
    desk.actions["save_memory"].trigger()
    desk.port.say_phase(Phase.OPENING)
    desk.window.findChild(QDialog, "saveMemoryDialog").accept()
    assert desk.port.called("save_snapshot") == []


def test_that_only_a_place_that_was_chosen_may_be_written_over(desk: Desk, tmp_path: Path) -> None:
    desk.port.answer("Hi", "Hello")
    for place in (None, tmp_path / "a.safetensors"):
        desk.actions["save_memory"].trigger()
        dialog = [found for found in desk.window.findChildren(QDialog, "saveMemoryDialog") if found.isVisible()][-1]
        if place is not None:
            dialog._choose(place)
        dialog.accept()
    assert [call[4] for call in desk.port.called("save_snapshot")] == [True, False]


def test_that_save_as_writes_where_it_is_told(desk: Desk, tmp_path: Path) -> None:
    desk.port.answer("Hi", "Hello")
    desk.actions["save_memory_as"].trigger()
    dialog = desk.window.findChild(FileDialog, "saveMemoryAsDialog")
    dialog.fileSelected.emit(str(tmp_path / "a.safetensors"))
    dialog.close()
    assert desk.port.called("save_snapshot")[-1][0] == tmp_path / "a.safetensors"


def test_that_typing_a_description_looks_at_no_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[Path] = []

    def look(path: Path) -> Path:
        looked.append(path)
        return path

    monkeypatch.setattr("app.views.dialogs.unused", look)
    dialog = SaveMemoryDialog(tmp_path, "Alice")
    dialog.description.setPlainText("It knows Alice")
    assert dialog.description.accessibleName() == "Note about the memory"  # as in the library
    assert looked == [tmp_path / "alice.safetensors"]
    dialog.title.setText("Bob")
    assert looked == [tmp_path / "alice.safetensors", tmp_path / "bob.safetensors"]
    assert dialog._place.text() == f"bob.safetensors in {tmp_path}"


def test_that_a_memory_is_not_saved_under_a_title_that_nobody_can_see(tmp_path: Path) -> None:
    dialog = SaveMemoryDialog(tmp_path, "\u200b\u2060")
    save = dialog.findChild(QAbstractButton, "saveMemoryButton")
    assert not save.isEnabled()
    assert save.toolTip() == "A memory needs a title."
    dialog.title.setText("\u200b❤\ufe0f")
    assert save.isEnabled()


def test_that_a_description_that_was_put_off_goes_into_no_other_file(desk: Desk, tmp_path: Path) -> None:
    desk.port.answer("Hi", "Hello")
    desk.commands.memories.save()
    dialog, chosen = desk.window.findChild(SaveMemoryDialog), str(tmp_path / "b.safetensors")
    assert dialog is not None
    dialog.description.setPlainText("It knows Alice")
    dialog.reject()
    desk.actions["save_memory_as"].trigger()
    place = desk.window.findChild(FileDialog, "saveMemoryAsDialog")
    assert place is not None
    place.fileSelected.emit(chosen)
    assert desk.port.called("save_snapshot")[-1][2] == ""
    desk.port.snapshot_saved.emit(snapshot(tmp_path / "b.safetensors"))
    assert desk.window.kept.note == "It knows Alice"


def test_that_a_note_is_not_offered_again_once_it_is_in_a_file_whatever_its_name(desk: Desk, tmp_path: Path) -> None:
    desk.port.answer("Hi", "Hello")
    desk.commands.memories.save()
    dialog = desk.window.findChild(SaveMemoryDialog)
    assert dialog is not None
    dialog.description.setPlainText("It knows Alice")
    dialog.accept()
    assert desk.window.kept.note == "It knows Alice"
    saved = dataclasses.replace(snapshot(tmp_path / "another-2.safetensors"), description="It knows Alice")
    desk.port.snapshot_saved.emit(saved)
    assert desk.window.kept.note == ""


def test_that_looking_at_a_memory_whose_words_have_spaces_that_do_not_break_changes_no_file(
    desk: Desk, library: MemoryLibrary
) -> None:
    made = memory(Path("/x/a.safetensors"), "Zeroed 40\u00a0%", description="50\u00a0% of A and 50\u00a0% of B")
    other = memory(Path("/x/b.safetensors"), "Bob")
    desk.port.snapshots_changed.emit((made, other))
    for path in (made.path, other.path, made.path):
        library.pick(path)
    assert desk.port.called("rename_snapshot") == []
    library.details.title.setText("Zeroed")
    library.details.save()
    assert desk.port.called("rename_snapshot") == [(made.path, "Zeroed", "50 % of A and 50 % of B")]


def test_that_the_library_is_no_larger_than_the_screen(desk: Desk) -> None:
    desk.commands.memories.show_library()
    library = desk.window.findChild(MemoryLibrary)
    assert library is not None
    assert library.width() <= library.screen().availableGeometry().width()


def test_that_deleting_goes_on_with_the_memory_that_has_come_to_the_same_place(
    desk: Desk, library: MemoryLibrary
) -> None:
    lines = tuple(memory(Path(f"/x/{name}.safetensors"), name) for name in "abcd")
    desk.port.snapshots_changed.emit(lines)
    library.pick(lines[1].path)
    QTest.keyClick(library.cards, Qt.Key.Key_Delete)
    desk.port.snapshots_changed.emit((lines[0], *lines[2:]))
    assert library.cards.path == lines[2].path
    QTest.keyClick(library.cards, Qt.Key.Key_Delete)
    assert desk.port.called("delete_snapshot") == [(lines[1].path,), (lines[2].path,)]
    desk.port.snapshots_changed.emit((lines[0],))
    assert library.cards.path == lines[0].path


def test_that_a_description_is_there_again_where_the_memory_was_not_saved(desk: Desk) -> None:
    desk.port.answer("Hi", "Hello.")

    def describe(words: str) -> str:
        """What the dialog begins with; it is accepted with `words`."""
        desk.commands.memories.save()
        dialog = [found for found in desk.window.findChildren(SaveMemoryDialog) if found.isVisible()][-1]
        former = dialog.description.toPlainText()
        dialog.description.setPlainText(words)
        dialog.accept()
        return former

    assert describe("It knows Alice") == ""
    desk.port.refuse(SaveSnapshot(*desk.port.called("save_snapshot")[-1]), "The disk is full.")
    assert describe("It knows Alice") == "It knows Alice"
    desk.port.snapshot_saved.emit(snapshot(Path("/data/prompt.safetensors")))  # a system prompt, or another file
    assert describe("It knows Alice") == "It knows Alice"
    place, _title, note, *_ = desk.port.called("save_snapshot")[-1]
    desk.port.snapshot_saved.emit(dataclasses.replace(snapshot(place), description=note))
    assert describe("") == ""


def test_that_the_description_of_an_earlier_memory_is_there_again_too(desk: Desk) -> None:
    open_line(desk)
    for former in ("", "It knows Alice"):
        desk.commands.branches.do("save_turn_memory", 1)
        dialog = [found for found in desk.window.findChildren(SaveMemoryDialog) if found.isVisible()][-1]
        assert dialog.description.toPlainText() == former
        dialog.description.setPlainText("It knows Alice")
        dialog.accept()
        desk.port.refuse(SaveSnapshot(*desk.port.called("save_snapshot")[-1]), "The disk is full.")


def test_that_a_description_that_no_file_holds_stays_with_the_reason(desk: Desk) -> None:
    desk.port.answer("Hi", "Hello.")
    desk.commands.memories.save()
    dialog = desk.window.findChild(SaveMemoryDialog)
    assert dialog is not None
    dialog.description.setPlainText("x" * 8_001)
    dialog.accept()
    assert dialog.isVisible()
    assert "The note has 8,001 letters" in dialog._place.text()
    dialog.description.setPlainText("x" * 8_000)
    dialog.accept()
    assert desk.port.called("save_snapshot")[-1][2] == "x" * 8_000


# system prompts


@pytest.fixture
def open_prompt(desk: Desk) -> Callable[[], SystemPromptDialog]:
    def open_it() -> SystemPromptDialog:
        desk.actions["system_prompt"].trigger()
        found = [dialog for dialog in desk.window.findChildren(SystemPromptDialog) if dialog.isVisible()]
        assert len(found) == 1
        return found[0]

    return open_it


def test_that_a_prompt_is_measured_while_it_is_typed_and_too_much_cannot_be_written(
    desk: Desk, open_prompt: Callable[[], SystemPromptDialog], qtbot: QtBot
) -> None:
    prompt = open_prompt()
    write = prompt.findChild(QAbstractButton, "systemPromptWrite")
    assert not write.isEnabled()
    prompt.text.setPlainText("You are a knight")
    qtbot.waitUntil(lambda: ("You are a knight",) in desk.port.called("measure_prompt"))
    desk.port.prompt_measured.emit("You are a knight", 60, 64)
    assert "4 of 64" in prompt._count.text()
    assert write.isEnabled()
    desk.port.prompt_measured.emit("an earlier text", 99, 64)
    assert write.isEnabled()
    desk.port.prompt_measured.emit("You are a knight", 65, 64)
    assert prompt._count.text() == "1 token too many"
    assert not write.isEnabled()
    assert "longer" in write.toolTip()
    prompt.reject()


def test_that_what_was_counted_stays_marked_while_another_text_is_measured_and_is_not_told_of_an_empty_one(
    desk: Desk, open_prompt: Callable[[], SystemPromptDialog]
) -> None:
    prompt = open_prompt()
    write = prompt.findChild(QAbstractButton, "systemPromptWrite")
    desk.port.prompt_measured.emit("", 22, 64)
    assert prompt._count.text() == ""
    prompt.text.setPlainText("You are a knight")
    desk.port.prompt_measured.emit("You are a knight", 65, 64)
    before = prompt.text.geometry()
    for shorter in ("You are a knigh", "You are"):
        prompt.text.setPlainText(shorter)
        assert prompt._count.text() == "1 token too many …"
        assert not write.isEnabled()
    prompt.layout().activate()
    assert prompt.text.geometry() == before
    desk.port.prompt_measured.emit("You are", 60, 64)
    assert prompt._count.text() == "4 of 64 tokens left"
    prompt.text.setPlainText(" \u200b")
    desk.port.prompt_measured.emit(" \u200b", 23, 64)
    assert prompt._count.text() == ""
    assert not write.isEnabled()
    prompt.text.setPlainText("You")
    assert prompt._count.text() == ""
    assert write.isEnabled()  # nothing is known against it yet
    prompt.reject()


def test_that_a_prompt_is_written_with_its_title_and_seed_and_closes_when_it_is_saved(
    desk: Desk, open_prompt: Callable[[], SystemPromptDialog]
) -> None:
    prompt = open_prompt()
    prompt.text.setPlainText("You are a knight who guards the gate of a very old castle in the north.")
    prompt.seed.setText("11")
    click(prompt, "systemPromptWrite")
    (call,) = desk.port.called("write_system_prompt")
    assert call[1:] == ("You are a knight who guards the gate of a very…", 11)
    assert prompt.isVisible()
    desk.port.open(4)  # a second start came first
    assert prompt.isVisible()
    desk.port.snapshot_saved.emit(snapshot(Path("/data/knight.safetensors")))
    assert not prompt.isVisible()
    assert open_prompt().text.toPlainText() == ""


def test_that_a_refused_prompt_stays_with_the_reason(desk: Desk, open_prompt: Callable[[], SystemPromptDialog]) -> None:
    prompt = open_prompt()
    prompt.text.setPlainText("You are a knight")
    click(prompt, "systemPromptWrite")
    desk.port.refuse(WriteSystemPrompt("You are a knight", "", None), "The disk is full.")
    assert prompt.isVisible()
    assert prompt._problem.text() == "The disk is full."
    assert prompt.findChild(QAbstractButton, "systemPromptWrite").isEnabled()


def test_that_a_prompt_that_was_put_off_comes_back(desk: Desk, open_prompt: Callable[[], SystemPromptDialog]) -> None:
    prompt = open_prompt()
    prompt.text.setPlainText("You are a kni")
    prompt.reject()
    assert open_prompt().text.toPlainText() == "You are a kni"


def test_that_a_prompt_and_a_description_survive_a_restart(make_desk: Callable[..., Desk]) -> None:
    first = make_desk()
    first.port.answer("Hi", "Hello.")
    first.commands.memories.save()
    dialog = first.window.findChild(SaveMemoryDialog)
    assert dialog is not None
    dialog.description.setPlainText("It knows Alice")
    dialog.reject()
    first.actions["system_prompt"].trigger()
    prompt = first.window.findChild(SystemPromptDialog)
    assert prompt is not None
    prompt.text.setPlainText("You are a knight, and")
    first.window.close()  # the dialog is still open
    second = make_desk()
    second.actions["system_prompt"].trigger()
    prompt = second.window.findChild(SystemPromptDialog)
    assert prompt is not None
    assert prompt.text.toPlainText() == "You are a knight, and"
    prompt.reject()
    second.port.answer("Hi", "Hello.")
    second.commands.memories.save()
    dialog = second.window.findChild(SaveMemoryDialog)
    assert dialog is not None
    assert dialog.description.toPlainText() == "It knows Alice"


def test_that_a_prompt_is_kept_a_second_after_it_is_typed_and_not_once_it_is_written(
    desk: Desk, open_prompt: Callable[[], SystemPromptDialog], qtbot: QtBot
) -> None:
    prompt = open_prompt()
    prompt.text.setPlainText("You are a knight")
    qtbot.waitUntil(lambda: desk.window.kept.prompt == "You are a knight")
    prompt.text.setPlainText("You are a knight of the north")
    click(prompt, "systemPromptWrite")
    desk.port.snapshot_saved.emit(snapshot(Path("/data/knight.safetensors")))
    qtbot.wait(REST_MS + 100)
    assert desk.window.kept.prompt == ""


# chats as files


def test_that_a_chat_is_exported_through_a_file_dialog(desk: Desk, tmp_path: Path) -> None:
    assert not desk.actions["export_chat"].isEnabled()
    assert "nothing to export" in desk.actions["export_chat"].toolTip()
    desk.port.list_chats((1, "Alice", 2))
    desk.actions["export_chat"].trigger()
    dialog = desk.window.findChild(FileDialog, "exportChatDialog")
    dialog.filterSelected.emit(dialog.nameFilters()[2])
    assert dialog.defaultSuffix() == "json"
    dialog.fileSelected.emit(str(tmp_path / "alice.json"))
    dialog.close()
    assert desk.port.called("export_conversation") == [(1, tmp_path / "alice.json")]
    desk.port.exported.emit(tmp_path / "alice.json")
    assert str(tmp_path / "alice.json") in desk.window.chat.notices.texts[-1]


def test_that_a_dropped_json_is_imported_and_can_be_opened(desk: Desk) -> None:
    desk.window.chat_dropped.emit(Path("/x/chat.json"))
    assert desk.port.called("import_conversation") == [(Path("/x/chat.json"),)]
    desk.port.conversation_imported.emit(9, "Alice\n<b>")
    assert desk.window.chat.notices.texts[-1] == "Imported the chat “Alice <b>”."
    desk.window.chat.notices.findChild(QAbstractButton, "noticeAction").click()
    assert desk.port.called("open_conversation") == [(9,)]


def test_that_a_file_of_a_chat_can_be_dropped_on_the_window(desk: Desk) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile("/x/chat.JSON")])
    copy, none, left = Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier, Qt.MouseButton.LeftButton
    desk.window.dropEvent(QDropEvent(QPointF(5, 5), copy, data, left, none))
    assert desk.port.called("import_conversation") == [(Path("/x/chat.JSON"),)]
    assert desk.port.called("open_snapshot") == []


def test_that_memories_wait_for_the_engine(desk: Desk) -> None:
    desk.port.say_phase(Phase.ANSWERING)
    for name in ("save_memory", "save_memory_as", "system_prompt"):
        assert not desk.actions[name].isEnabled()
        assert "Please wait" in desk.actions[name].toolTip()
    assert desk.actions["memory_library"].isEnabled()
