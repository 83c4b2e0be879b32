"""The window over a fake port: what a person does reaches the engine, what the engine says reaches the person."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, QRect, QSize, Qt, QUrl
from PySide6.QtGui import QAction, QDragEnterEvent, QDropEvent, QGuiApplication
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QMainWindow,
    QPlainTextEdit,
    QScrollArea,
    QScrollBar,
    QWidget,
)
from pytestqt.qtbot import QtBot

from app.engine.commands import DeleteConversation
from app.engine.messages import ConversationSummary, Saving
from app.models.phase import Phase
from app.paths import Paths
from app.views.sidebar import SIDEBAR_PX
from app.views.window_layout import WindowLayout
from rxt.events import Sampling
from tests.app.views.conftest import Desk
from tests.app.views.fake_port import LAYERS, MODEL, snapshot, stored_turn

Make = Callable[..., Desk]
# The offscreen platform has no window manager and says so whenever a dialog has a size limit.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


# ------------------------------------------------------------------ talking


def test_that_enter_sends_the_message_and_empties_the_field(desk: Desk, qtbot: QtBot) -> None:
    composer = desk.find("composer")
    qtbot.keyClicks(composer, "Hi, my name is Alice.")
    qtbot.keyClick(composer, Qt.Key.Key_Return)
    assert desk.port.called("ask") == [("Hi, my name is Alice.", Sampling())]
    assert desk.window.chat.composer.text == ""


def test_that_shift_enter_starts_a_new_line_and_the_field_grows_to_six(desk: Desk, qtbot: QtBot) -> None:
    composer = desk.find("composer")
    one = composer.height()
    heights = []
    for _ in range(9):
        qtbot.keyClick(composer, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
        heights.append(composer.height())
    assert desk.port.called("ask") == []
    assert heights[0] > one
    assert heights[4] == heights[-1] > heights[0]


def test_that_the_send_button_sends(desk: Desk, qtbot: QtBot) -> None:
    desk.window.chat.composer.set_text("Hi")
    qtbot.mouseClick(desk.find("sendButton"), Qt.MouseButton.LeftButton)
    assert len(desk.port.called("ask")) == 1


def test_that_an_empty_message_only_gives_a_hint(desk: Desk) -> None:
    desk.type_and_send("   ")
    hint = desk.find("composerHint")
    assert desk.port.called("ask") == []
    assert isinstance(hint, QLabel)
    assert hint.text() == "Write something first."


def test_that_phases_are_named_while_an_answer_streams(desk: Desk) -> None:
    label = desk.find("statusPhase")
    assert isinstance(label, QLabel)
    seen = []
    desk.port.phase_changed.connect(lambda _: seen.append(label.text()))
    desk.port.answer("Hi", "Hello you")
    assert seen == ["reading", "answering", "writing memory", "ready"]


def test_that_the_answer_appears_with_its_chip_and_in_the_history(desk: Desk) -> None:
    desk.port.answer("Hi", "Hello you")
    assert desk.workspace.conversation.index(1).data() == "Hello you"
    assert desk.workspace.history.last_turn == 0
    turns = desk.find("statusTurns")
    assert isinstance(turns, QLabel)
    assert turns.text() == "1 turn in memory"


def test_that_the_status_counts_the_turns_of_the_memory_it_names(desk: Desk) -> None:
    for number in range(3):
        desk.port.answer(f"question {number}", "answer")
    memory, turns = desk.find("statusMemory"), desk.find("statusTurns")
    assert isinstance(memory, QLabel)
    assert isinstance(turns, QLabel)
    newest = memory.text()
    desk.workspace.history.show_turn(0)
    assert memory.text() != newest
    assert turns.text() == "1 turn in memory"
    desk.workspace.history.show_turn(-1)
    assert turns.text() == "before turn 1 of 3"
    desk.workspace.history.show_turn(2)
    assert (memory.text(), turns.text()) == (newest, "3 turns in memory")


def test_that_stop_is_possible_exactly_while_an_answer_is_written(desk: Desk, qtbot: QtBot) -> None:
    stop = desk.find("stopButton")
    assert not stop.isEnabled()
    assert stop.toolTip() == "There is nothing to stop."
    desk.port.begin("Hi")
    desk.port.emit_tokens("Hello")
    assert stop.isEnabled()
    qtbot.mouseClick(stop, Qt.MouseButton.LeftButton)
    qtbot.keyClick(desk.find("composer"), Qt.Key.Key_Escape)
    assert len(desk.port.called("stop")) == 2
    desk.port.forget("Hello")
    assert not stop.isEnabled()
    assert desk.workspace.conversation.exchanges[-1].caption == "stopped"


def test_that_a_message_during_an_answer_waits_visibly_and_goes_when_ready(desk: Desk) -> None:
    desk.type_and_send("Hi")
    desk.port.begin("Hi")
    desk.port.emit_tokens("Hello")
    desk.type_and_send("And then?")
    assert desk.find("queuedMessage").isVisible()
    desk.port.finish("Hi", "Hello")
    assert [text for text, _ in desk.port.called("ask")] == ["Hi", "And then?"]
    assert not desk.find("queuedMessage").isVisible()


def test_that_a_waiting_message_can_be_taken_back(desk: Desk, qtbot: QtBot) -> None:
    desk.type_and_send("Hi")
    desk.port.begin("Hi")
    desk.type_and_send("And then?")
    qtbot.mouseClick(desk.find("cancelQueued"), Qt.MouseButton.LeftButton)
    assert desk.window.chat.composer.text == "And then?"
    desk.port.finish("Hi", "Hello")
    assert len(desk.port.called("ask")) == 1


def test_that_a_rejected_message_comes_back_in_front_of_what_was_typed_since(desk: Desk) -> None:
    desk.type_and_send("long" * 2500)
    desk.window.chat.composer.set_text("more")
    desk.port.turn_rejected.emit("long" * 2500, "The message is too long. Nothing was changed.")
    assert desk.window.chat.composer.text == "long" * 2500 + "\nmore"
    assert desk.window.chat.notices.texts == ("The message is too long. Nothing was changed.",)
    desk.type_and_send("short")
    assert desk.port.called("ask")[-1][0] == "short"


def test_that_a_notice_can_be_closed(desk: Desk, qtbot: QtBot) -> None:
    desk.port.stop_saving(Saving.BEHIND)
    qtbot.mouseClick(desk.find("noticeClose"), Qt.MouseButton.LeftButton)
    assert desk.window.chat.notices.texts == ()


def test_that_ten_thousand_pasted_characters_are_taken_and_a_monster_is_refused(desk: Desk) -> None:
    edit = desk.window.chat.composer.edit
    mime = QMimeData()
    mime.setText("word " * 2000)
    edit.insertFromMimeData(mime)
    assert len(edit.toPlainText()) == 10_000
    mime.setText("x" * 300_000)
    edit.insertFromMimeData(mime)
    assert len(edit.toPlainText()) == 10_000
    assert "Nothing was pasted" in desk.window.chat.notices.texts[0]


@pytest.mark.parametrize("name", ["composer", "turnEdit"])
def test_that_a_link_is_pasted_as_text_and_a_file_is_not(desk: Desk, name: str) -> None:
    desk.port.answer("Hi", "Hello.")
    desk.window.chat.overlay.begin_edit(0)
    edit = desk.window.findChild(QPlainTextEdit, name)
    edit.clear()
    for url, is_text in (("https://example.org/x", True), ("file:///tmp/x.txt", False)):
        mime = QMimeData()
        mime.setUrls([QUrl(url)])
        mime.setText(url)
        QGuiApplication.clipboard().setMimeData(mime)
        assert edit.canPaste() is is_text  # what the menu says
        edit.paste()  # what the key does
        assert edit.toPlainText() == "https://example.org/x"
    editor = desk.window.chat.overlay.editor
    said = desk.window.chat.notices.texts if name == "composer" else (editor._hint.accessibleDescription(),)
    assert "nothing was pasted" in said[-1]
    assert bool(desk.window.chat.notices.texts) is (
        name == "composer"
    )  # they are hidden in a low chat while it is open
    editor.finish()
    desk.window.chat.overlay.begin_edit(0)
    assert "pasted" not in editor._hint.accessibleDescription() + editor._hint.toolTip()
    editor.finish()


def test_that_the_last_reply_is_copied(desk: Desk) -> None:
    desk.port.answer("Hi", "Hello you")
    desk.actions["copy_reply"].trigger()
    assert QGuiApplication.clipboard().text() == "Hello you"


def test_that_settings_that_cannot_be_kept_are_told(make_desk: Callable[..., Desk], tmp_path: Path) -> None:
    Paths(tmp_path / "data").settings_file.mkdir(parents=True)
    desk = make_desk()
    desk.workspace.settings.update(theme="dark")
    (told,) = desk.window.chat.notices.texts
    assert told.endswith("cannot be written. What you choose lasts until Mneme is closed.")


def test_that_sampling_comes_from_the_settings(desk: Desk) -> None:
    desk.workspace.settings.update(sampling=Sampling(0.7, 40, None, 3, 64))
    desk.type_and_send("Hi")
    assert desk.port.called("ask")[0][1] == Sampling(0.7, 40, None, 3, 64)
    button = desk.find("samplingButton")
    assert isinstance(button, QAbstractButton)
    assert button.text() == "temperature 0.7 · top-k 40 · seed 3"


# ------------------------------------------------------------------ beginnings


def test_that_the_welcome_gives_way_in_a_narrow_chat_instead_of_being_cut_off(desk: Desk) -> None:
    welcome = desk.find("welcome")
    area: QScrollArea = welcome.findChild(QScrollArea)
    assert area.widget().minimumSizeHint().width() <= 240


def test_that_a_first_start_greets_and_an_example_is_sent_by_a_click(desk: Desk, qtbot: QtBot) -> None:
    assert desk.find("welcome").isVisible()
    desk.window.chat.composer.set_text("my draft")
    qtbot.mouseClick(desk.find("example0"), Qt.MouseButton.LeftButton)
    assert desk.port.called("ask")[0][0] == "Hi, my name is Alice."
    assert desk.window.chat.composer.text == "my draft"
    desk.port.begin("Hi, my name is Alice.")
    assert desk.find("transcript").isVisible()
    assert not desk.find("welcome").isVisible()


def test_that_the_hint_at_the_memory_shows_once_after_the_first_remembered_turn(desk: Desk, qtbot: QtBot) -> None:
    hint = desk.find("memoryHint")
    desk.port.answer("Hi", "Hello")
    assert hint.isVisible()
    qtbot.mouseClick(hint, Qt.MouseButton.LeftButton)
    desk.port.answer("Hi", "Hello")
    assert not hint.isVisible()
    assert desk.workspace.settings.preferences.hint_seen


def test_that_typing_is_possible_while_the_model_loads(make_desk: Make) -> None:
    desk = make_desk(load=False)
    desk.type_and_send("Hi")
    assert desk.find("queuedMessage").isVisible()
    desk.port.load()
    assert [text for text, _ in desk.port.called("ask")] == ["Hi"]


def test_that_a_waiting_message_does_not_follow_into_another_chat(desk: Desk, qtbot: QtBot) -> None:
    desk.type_and_send("Hi")
    desk.port.begin("Hi")
    desk.type_and_send("And then?")
    desk.port.open(2, title="Other")
    desk.port.say_phase(Phase.READY)
    assert len(desk.port.called("ask")) == 1
    hint = desk.find("composerHint")
    assert isinstance(hint, QLabel)
    assert hint.text() == "Another chat is open. Send it here if it is for this one."
    qtbot.keyClicks(desk.find("composer"), "Hello")
    assert desk.window.chat.composer.text == "And then?\nHello"


def test_that_a_message_written_while_another_chat_is_opened_is_not_promised_to_be_sent(desk: Desk) -> None:
    field, queued = desk.find("composer"), desk.find("queuedMessage")
    assert isinstance(field, QPlainTextEdit)
    desk.port.say_phase(Phase.OPENING)
    assert field.placeholderText() == "Write a message… kept until it is open"
    desk.type_and_send("Hi")
    desk.window.chat.composer.set_text("typed since")
    assert queued.findChild(QLabel).text() == "Will be kept until it is open: “Hi”"
    desk.port.open(2)
    desk.port.say_phase(Phase.READY)
    assert desk.port.called("ask") == []
    assert desk.window.chat.composer.text == "Hi\ntyped since"
    desk.port.say_phase(Phase.ANSWERING)
    desk.type_and_send("And then?")
    assert queued.findChild(QLabel).text() == "Will be sent when ready: “And then?”"


def test_that_a_missing_model_says_why_and_offers_the_bundled_one(make_desk: Make, qtbot: QtBot) -> None:
    desk = make_desk(load=False)
    desk.port.load_failed.emit("The folder has no config.json.", False)
    desk.port.say_phase(Phase.NO_MODEL)
    reason = desk.find("modelMissingReason")
    assert isinstance(reason, QLabel)
    assert reason.isVisible()
    assert reason.text() == "The folder has no config.json."
    qtbot.mouseClick(desk.find("bundled_model_button"), Qt.MouseButton.LeftButton)
    assert desk.port.called("load_model") == [(None, None)]
    desk.type_and_send("kept")
    assert desk.window.chat.composer.text == "kept"


def test_that_what_was_not_clear_about_a_model_is_said_until_another_is_open(desk: Desk) -> None:
    notices = desk.window.chat.notices
    note = "tokenizer.json does not know 12 of the 243 bytes of UTF-8"
    desk.port.model_loaded.emit(replace(MODEL, name="foreign", notes=(note, "a field was ignored")))
    (shown,) = [words for words in notices.texts if "foreign" in words]
    assert shown == f"foreign is open, but not all of it was clear: {note}; a field was ignored."
    desk.port.model_loaded.emit(MODEL)
    assert not any("foreign" in words for words in notices.texts)


def test_that_empty_lists_say_what_will_be_in_them(desk: Desk) -> None:
    assert "will be listed here" in desk.find("conversationList").accessibleDescription()
    assert "appears here" in desk.find("snapshotList").accessibleDescription()


# ------------------------------------------------------------------ chats and memories


def test_that_a_new_chat_takes_the_memory_seed_and_the_keyboard(desk: Desk) -> None:
    desk.workspace.settings.update(memory_seed=42)
    desk.find("conversationList").setFocus()
    desk.actions["new_chat"].trigger()
    assert desk.port.called("new_conversation") == [(42,)]
    assert desk.window.focusWidget() is desk.find("composer")


def test_that_opening_a_chat_shows_its_turns_and_its_memory(desk: Desk) -> None:
    desk.port.list_chats((2, "Old", 2), (1, "New", 0))
    index = desk.workspace.chats.index(0)
    view = desk.find("conversationList")
    assert isinstance(view, QAbstractItemView)
    view.clicked.emit(index)
    assert desk.port.called("open_conversation") == [(2,)]
    desk.port.open(2, stored_turn(0, "a", "b"), stored_turn(1, "c", "d"), title="Old")
    assert desk.workspace.conversation.rowCount() == 4
    assert desk.workspace.history.last_turn == 1
    assert desk.window.windowTitle() == "Old · Mneme"


def test_that_a_deleted_chat_can_be_brought_back(desk: Desk, qtbot: QtBot) -> None:
    desk.port.list_chats((1, "Alice", 2))
    desk.actions["delete_chat"].trigger()
    assert desk.port.called("delete_conversation") == [(1, None)]
    assert desk.window.chat.notices.texts == ()  # it is on the list
    desk.port.list_chats()
    assert desk.window.chat.notices.texts == ("Deleted “Alice”.",)
    qtbot.mouseClick(desk.find("noticeAction"), Qt.MouseButton.LeftButton)
    assert desk.port.called("restore_conversation") == [(1,)]
    assert desk.port.called("open_conversation") == [(1,)]  # it was open
    assert desk.find("composer").hasFocus()


def test_that_a_chat_that_was_not_deleted_is_not_said_to_be(desk: Desk) -> None:
    desk.port.list_chats((1, "Alice", 2), (2, "Dogs", 1))
    desk.actions["delete_chat"].trigger()
    desk.port.refuse(DeleteConversation(1), "The database is read-only.")
    desk.port.list_chats((2, "Dogs", 1))
    assert desk.window.chat.notices.texts == ("This chat was not deleted. The database is read-only.",)


def test_that_of_two_chats_the_one_that_was_not_deleted_is_not_said_to_be(desk: Desk) -> None:
    desk.port.list_chats((1, "Alice", 2), (2, "Dogs", 1), (3, "Rome", 1))
    desk.commands.delete_chat_number(2)
    desk.commands.delete_chat_number(3)
    desk.port.refuse(DeleteConversation(3), "The database is read-only.")
    desk.port.list_chats((1, "Alice", 2), (3, "Rome", 1))
    assert desk.window.chat.notices.texts[-1] == "Deleted “Dogs”."


def test_that_the_chat_after_a_deleted_one_takes_the_memory_seed(desk: Desk) -> None:
    desk.port.list_chats((1, "Alice", 2))
    desk.workspace.settings.update(memory_seed=42)
    desk.actions["delete_chat"].trigger()
    assert desk.port.called("delete_conversation") == [(1, 42)]


def test_that_deleted_chats_come_back_one_after_another_also_without_their_notice(desk: Desk) -> None:
    back = desk.actions["restore_chat"]
    desk.port.list_chats((3, "Rome", 1), (2, "Alice", 2), (1, "Cats", 1))
    assert back.toolTip() == "There is no deleted chat: each is kept for 30 days."
    desk.port.list_chats((3, "Rome", 1), (1, "Cats", 1))
    desk.port.list_chats((1, "Cats", 1))
    desk.window.chat.notices.dismiss("delete")
    back.trigger()
    assert desk.port.called("restore_conversation") == [(3,)]
    assert desk.window.chat.notices.texts == ()
    desk.port.list_chats((3, "Rome", 1), (1, "Cats", 1))
    assert desk.window.chat.notices.texts == ("“Rome” is on the list again.",)
    back.trigger()
    assert desk.port.called("restore_conversation") == [(3,), (2,)]
    desk.port.list_chats((3, "Rome", 1), (2, "Alice", 2), (1, "Cats", 1))
    assert not back.isEnabled()


def test_that_chats_deleted_before_the_start_come_back_after_those_deleted_since(desk: Desk) -> None:
    desk.port.list_chats((3, "Rome", 1))
    desk.port.deleted_listed.emit(tuple(ConversationSummary(n, t, 1, "m", 0.0) for n, t in ((1, "Cats"), (2, "Dogs"))))
    desk.port.list_chats()
    for number in (3, 1, 2):
        desk.actions["restore_chat"].trigger()
        assert desk.port.called("restore_conversation")[-1] == (number,)
        desk.port.list_chats(*[(done[0], "x", 1) for done in desk.port.called("restore_conversation")])
    assert not desk.actions["restore_chat"].isEnabled()


def test_that_saving_asks_for_a_title_and_says_where_the_file_is(desk: Desk, qtbot: QtBot) -> None:
    assert not desk.actions["save_memory"].isEnabled()
    desk.port.answer("Hi", "Hello")
    desk.actions["save_memory"].trigger()
    title = desk.find("memoryTitle")
    assert isinstance(title, QLineEdit)
    title.setText("The Knight: part 1/2")
    qtbot.mouseClick(desk.find("saveMemoryButton"), Qt.MouseButton.LeftButton)
    path, name, description = desk.port.called("save_snapshot")[0][:3]
    assert (path.name, name, description) == ("the-knight-part-1-2.safetensors", "The Knight: part 1/2", "")
    assert path.parent == desk.paths.snapshots_dir
    desk.port.snapshot_saved.emit(snapshot(path))
    assert desk.window.chat.notices.texts == (f"Memory “Knight” saved to {path}",)


def test_that_opening_a_memory_can_be_undone(desk: Desk, qtbot: QtBot) -> None:
    desk.port.list_chats((1, "Alice", 2))
    desk.commands.open_snapshot(Path("/x/knight.safetensors"))
    assert desk.port.called("open_snapshot") == [(Path("/x/knight.safetensors"),)]
    desk.port.open(2, origin="Knight")
    assert desk.window.chat.notices.texts == ("Started from “Knight”.",)
    qtbot.mouseClick(desk.find("noticeAction"), Qt.MouseButton.LeftButton)
    assert desk.port.called("open_conversation") == [(1,)]


def test_that_what_a_chat_started_from_is_not_told_beside_another(desk: Desk) -> None:
    desk.port.list_chats((1, "Alice", 2), (3, "Bob", 1))
    desk.commands.open_snapshot(Path("/x/knight.safetensors"))
    desk.port.open(2, origin="Knight")
    assert desk.window.chat.notices.texts == ("Started from “Knight”.",)
    desk.port.open(3)
    assert desk.window.chat.notices.texts == ()


def test_that_neither_a_path_in_a_notice_nor_the_name_of_a_model_widens_the_window(desk: Desk, qtbot: QtBot) -> None:
    least_px = desk.window.minimumSizeHint().width()
    desk.port.exported.emit(Path("/somewhere") / ("long" * 60 + ".json"))
    desk.window.status.show_model("long" * 60, "cpu")
    qtbot.wait(1)
    assert desk.window.minimumSizeHint().width() <= max(least_px, desk.window.width() // 2 + 40)


def test_that_a_downloaded_model_is_opened_after_the_answer_that_is_written(desk: Desk) -> None:
    desk.port.begin("Hi")
    desk.commands.open_downloaded_model(Path("/cache/model"))
    assert desk.port.called("load_model") == [("/cache/model", None)]  # the port does one after the other
    assert "opened when this is done" in desk.window.chat.notices.texts[0]


def test_that_nothing_is_opened_while_an_answer_is_written(desk: Desk) -> None:
    desk.port.list_chats((2, "Old", 2), (1, "New", 0))
    desk.port.begin("Hi")
    desk.commands.open_snapshot(Path("/x/knight.safetensors"))
    desk.commands.open_chat(2)
    assert desk.port.called("open_snapshot") == desk.port.called("open_conversation") == []
    assert "Please wait: reading." in desk.window.chat.notices.texts[0]


@pytest.mark.parametrize(
    ("key", "modifier", "words"),
    [
        (Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier, "Nothing is remembered yet: say something first."),
        (Qt.Key.Key_F3, Qt.KeyboardModifier.NoModifier, "Nothing is being searched in this chat."),
    ],
)
def test_that_the_keys_of_what_cannot_be_done_say_why(
    desk: Desk, qtbot: QtBot, key: Qt.Key, modifier: Qt.KeyboardModifier, words: str
) -> None:
    desk.window.activateWindow()
    composer = desk.window.chat.composer
    composer.edit.setFocus()
    hint = desk.find("composerHint")
    assert isinstance(hint, QLabel)
    qtbot.keyClick(composer.edit, Qt.Key.Key_Escape)
    assert hint.text() == ""
    qtbot.keyClick(composer.edit, key, modifier)
    assert hint.text() == words


def test_that_the_memory_that_was_opened_is_not_said_to_be_empty(desk: Desk) -> None:
    desk.port.open(4, origin="A knight")
    assert "This is the memory that was opened" in desk.actions["save_memory"].toolTip()


def dropped(kind: type[Any], *paths: Path) -> tuple[Any, QMimeData]:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    place: Any = QPoint(200, 200) if kind is QDragEnterEvent else QPointF(200, 200)
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    return kind(place, Qt.DropAction.CopyAction, mime, left, none), mime


def test_that_a_dropped_memory_is_opened_and_a_folder_is_a_model(desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "knight.safetensors"
    enter, keep = dropped(QDragEnterEvent, file)
    desk.window.dragEnterEvent(enter)
    assert enter.isAccepted()
    assert desk.find("dropHint").isVisible()
    assert desk.window.drop_hint.words == "Drop to start a new chat from this memory"
    drop, keep = dropped(QDropEvent, file)
    desk.window.dropEvent(drop)
    drop, keep = dropped(QDropEvent, tmp_path)
    desk.window.dropEvent(drop)
    assert keep.hasUrls()
    assert desk.port.called("open_snapshot") == [(file,)]
    assert desk.port.called("load_model") == [(str(tmp_path), None)]
    assert not desk.find("dropHint").isVisible()


def test_that_several_dropped_files_are_refused_in_words_before_and_after_they_are_let_go(
    desk: Desk, tmp_path: Path
) -> None:
    enter, keep = dropped(QDragEnterEvent, tmp_path / "a.safetensors", tmp_path / "b.safetensors")
    desk.window.dragEnterEvent(enter)
    assert enter.isAccepted()
    assert desk.window.drop_hint.words == "Only one memory, chat or model folder can be dropped at a time"
    drop, keep = dropped(QDropEvent, tmp_path / "a.safetensors", tmp_path / "b.safetensors")
    desk.window.dropEvent(drop)
    assert keep.hasUrls()
    assert desk.port.called("open_snapshot") == []
    assert not desk.find("dropHint").isVisible()
    assert desk.window.chat.notices.texts[-1].startswith(desk.window.drop_hint.words)


def test_that_a_file_with_a_link_is_not_opened_as_if_it_were_alone(desk: Desk, tmp_path: Path) -> None:
    for kind, handle in ((QDragEnterEvent, desk.window.dragEnterEvent), (QDropEvent, desk.window.dropEvent)):
        event, mime = dropped(kind, tmp_path / "a.safetensors")
        mime.setUrls([*mime.urls(), QUrl("https://example.org/x")])
        handle(event)
    assert desk.window.drop_hint.words.startswith("Only one memory")
    assert desk.port.called("open_snapshot") == []
    assert len(desk.window.chat.notices.texts) == 1


def test_that_a_folder_is_a_model_folder_whatever_its_name_ends_in(desk: Desk, tmp_path: Path) -> None:
    folder = tmp_path / "model.json"
    folder.mkdir()
    enter, keep = dropped(QDragEnterEvent, folder)
    desk.window.dragEnterEvent(enter)
    assert desk.window.drop_hint.words == "Drop to open this model folder"
    drop, keep = dropped(QDropEvent, folder)
    desk.window.dropEvent(drop)
    assert keep.hasUrls()
    assert desk.port.called("load_model") == [(str(folder), None)]


# ------------------------------------------------------------------ the past


def test_that_a_past_turn_is_announced_and_left_again(desk: Desk, qtbot: QtBot) -> None:
    for number in range(3):
        desk.port.answer(f"q{number}", "a")
    assert not desk.find("pastBanner").isVisible()
    desk.workspace.history.show_turn(1)
    words = desk.find("pastBannerText")
    assert isinstance(words, QLabel)
    assert words.text() == "Viewing the memory after turn 2 · later turns stay as they are"
    desk.workspace.history.show_turn(-1)
    assert words.text() == "Viewing the initial memory · later turns stay as they are"
    qtbot.mouseClick(desk.find("backToNow"), Qt.MouseButton.LeftButton)
    assert desk.workspace.history.is_at_end
    assert not desk.find("pastBanner").isVisible()


# ------------------------------------------------------------------ the window itself


@pytest.mark.parametrize(("screen", "room"), [((1093, 560), (1093, 512)), ((683, 400), (683, 352))])
def test_that_the_first_window_fits_the_screen_with_its_title_bar(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, screen: tuple[int, int], room: tuple[int, int]
) -> None:
    class Screen:
        @staticmethod
        def availableGeometry() -> QRect:
            return QRect(0, 0, *screen)

    desk.window.hide()
    monkeypatch.setattr(desk.window, "screen", Screen)
    desk.window._restore()
    assert (desk.window.width(), desk.window.height()) == room


def test_that_closing_while_an_answer_streams_stops_and_shuts_down(desk: Desk) -> None:
    desk.port.begin("Hi")
    desk.port.emit_tokens("Hello")
    desk.window.chat.composer.set_text("half a thought")
    desk.window.close()
    assert [call.name for call in desk.port.calls[-2:]] == ["stop", "shutdown"]
    assert not desk.window.isVisible()


def test_that_the_docks_have_their_widths_again_after_the_window_changed_without_the_inspector(
    make_desk: Make, qtbot: QtBot
) -> None:
    desk = make_desk()
    window = desk.window
    sidebar, inspector = window.sidebar_dock, window.inspector_dock
    desk.drag_edge(sidebar, 240)
    desk.drag_edge(inspector, 420)
    qtbot.waitUntil(lambda: abs(inspector.width() - 420) < 4)
    for hide, show in (("preset_chat", "preset_memory"), ("inspector", "inspector")):
        desk.actions[hide].trigger()
        window.resize(1024, 640)
        QApplication.processEvents()
        window.resize(1280, 800)
        QApplication.processEvents()
        desk.actions[show].trigger()
        qtbot.waitUntil(lambda: abs(sidebar.width() - 240) < 4 and abs(inspector.width() - 420) < 4)


def test_that_a_window_left_without_inspector_shows_it_in_its_first_width(make_desk: Make, qtbot: QtBot) -> None:
    first = make_desk()
    first.actions["preset_chat"].trigger()
    first.window.close()
    second = make_desk(load=False)
    second.actions["preset_memory"].trigger()
    sidebar, inspector = second.window.sidebar_dock, second.window.inspector_dock
    qtbot.waitUntil(lambda: abs(sidebar.width() - SIDEBAR_PX) < 4 and inspector.width() > 300)


def test_that_a_draft_survives_a_restart(make_desk: Make) -> None:
    first = make_desk()
    first.window.chat.composer.set_text("half a thought\nand more")
    first.window.close()
    assert make_desk(load=False).window.chat.composer.text == "half a thought\nand more"


def test_that_a_message_that_no_turn_began_with_is_there_again_after_a_restart(make_desk: Make) -> None:
    first = make_desk()
    first.type_and_send("My name is Alice")
    assert first.window.chat.composer.text == ""
    first.window.close()
    assert make_desk(load=False).window.chat.composer.text == "My name is Alice"


def test_that_a_waiting_message_is_kept_while_it_waits(make_desk: Make, qtbot: QtBot) -> None:
    desk = make_desk()
    desk.port.say_phase(Phase.ANSWERING)
    desk.type_and_send("My name is Alice")
    desk.window.chat.composer.set_text("half a thought")
    qtbot.waitUntil(lambda: desk.window._layout.draft == "My name is Alice\nhalf a thought")
    desk.workspace.outbox.cancel()
    desk.window.chat.composer.set_text("")
    qtbot.waitUntil(lambda: desk.window._layout.draft == "")


def test_that_whoever_types_without_a_rest_has_a_draft_too(make_desk: Make, qtbot: QtBot) -> None:
    desk = make_desk()
    for length in range(1, 8):
        desk.window.chat.composer.set_text("word " * length)
        qtbot.wait(200)  # less than a draft waits
    assert desk.window._layout.draft.startswith("word word")


def test_that_folded_branches_are_folded_after_a_restart(make_desk: Make) -> None:
    first = make_desk()
    assert first.window.sidebar.branches.is_open
    first.window.sidebar.branches.is_open = False
    first.window.close()
    assert not make_desk(load=False).window.sidebar.branches.is_open


def test_that_a_damaged_layout_file_gives_the_first_layout(make_desk: Make, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "window.ini").write_bytes(b"[General]\ngeometry=@ByteArray(nonsense)\nstate=@Invalid()\n")
    desk = make_desk()
    assert desk.window.preset == "memory"
    assert desk.window.sidebar_dock.isVisible()


def test_that_presets_cycle_and_the_menu_follows(desk: Desk, qtbot: QtBot) -> None:
    for preset in ("lab", "chat", "memory"):
        desk.actions["cycle_preset"].trigger()
        qtbot.waitUntil(desk.actions[f"preset_{preset}"].isChecked)
        assert desk.window.preset == preset
    assert desk.window.inspector_dock.isVisible()


def test_that_the_theme_follows_the_choice(desk: Desk) -> None:
    desk.actions["theme_dark"].trigger()
    assert desk.themes.theme.is_dark
    assert desk.workspace.settings.preferences.theme == "dark"


def test_that_stopping_is_settled_with_the_engine(desk: Desk) -> None:
    desk.workspace.settings.apply(replace(desk.workspace.settings.preferences, on_stop="forget"))
    assert desk.port.called("set_on_stop")[-1] == ("forget",)


def test_that_every_control_has_an_accessible_name(desk: Desk) -> None:
    desk.port.answer("Hi", "Hello")
    for show in ("settings", "save_memory", "about", "shortcuts"):
        desk.actions[show].trigger()
    kinds = (
        QAbstractButton,
        QLineEdit,
        QPlainTextEdit,
        QAbstractItemView,
        QAbstractSpinBox,
        QComboBox,
        QAbstractSlider,
    )
    nameless = [
        f"{type(widget).__name__} {widget.objectName()} in {type(widget.parent()).__name__}"
        for widget in desk.window.findChildren(QWidget)
        if isinstance(widget, kinds)
        and not isinstance(widget, QScrollBar)
        and not widget.objectName().startswith("qt_")
        and not isinstance(widget.parent(), (QAbstractSpinBox, QComboBox))
        and type(widget).__name__ not in ("QComboBoxPrivateContainer", "QComboBoxListView", "QMenuBarExtension")
        and not widget.accessibleName()
    ]
    assert nameless == []


def test_that_every_action_has_a_key_of_its_own(desk: Desk) -> None:
    actions = [action for action in desk.window.findChildren(QAction) if action.objectName().startswith("action_")]
    keys = [action.shortcut().toString() for action in actions]
    assert len(actions) > 25
    assert all(keys)
    assert len(set(keys)) == len(keys)


def test_that_an_action_that_cannot_be_done_is_shown_disabled_with_the_reason(make_desk: Make) -> None:
    desk = make_desk(load=False)
    action = desk.actions["new_chat"]
    assert action.isVisible()
    assert not action.isEnabled()
    assert action.toolTip() == "Please wait: loading."


@pytest.mark.parametrize("text", ["<img src='/etc/passwd'>", "<b>bold</b> & more", "&File"])
def test_that_words_of_others_are_shown_letter_by_letter(desk: Desk, text: str) -> None:
    desk.port.answer(text, text)
    desk.port.failed.emit(text, text, None)
    desk.port.list_chats((1, text, 1))
    shown = [label for label in desk.window.findChildren(QLabel) if label.text()]
    assert all(label.textFormat() is Qt.TextFormat.PlainText for label in shown)
    assert desk.workspace.history.initial is not None
    assert desk.workspace.history.initial.layers == LAYERS


def test_that_a_window_has_the_size_that_it_was_left_with(qtbot: QtBot, tmp_path: Path) -> None:
    left, opened = QMainWindow(), QMainWindow()  # one of the application is as wide as this screen, at least
    for window in (left, opened):
        qtbot.addWidget(window)
    left.resize(760, 620)
    kept = WindowLayout(tmp_path / "layout.ini")
    kept.save(left, {})
    assert kept.sync()
    assert WindowLayout(tmp_path / "layout.ini").restore(opened, QSize(100, 100))
    assert opened.size() == QSize(760, 620)


def test_that_docks_are_as_they_were_left(make_desk: Make) -> None:
    first = make_desk()
    first.window.sidebar_dock.hide()
    first.window.close()
    second = make_desk(load=False)
    assert not second.window.sidebar_dock.isVisible()
    assert second.window.inspector_dock.isVisible()


def test_that_a_theme_chosen_in_the_settings_is_ticked_in_the_menu(desk: Desk) -> None:
    desk.workspace.settings.update(theme="dark")
    assert desk.actions["theme_dark"].isChecked()
    assert not desk.actions["theme_light"].isChecked()
