"""Small manners of the window: nothing jumps, nothing stale stays, the keyboard is never lost."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QLabel, QLineEdit, QListView, QPlainTextEdit
from pytestqt.qtbot import QtBot

from app.engine.commands import EditAnswer, RestoreConversation
from app.engine.memory_commands import OpenSnapshot
from app.engine.messages import Saving
from app.models.phase import Phase
from app.views import notices as notices_module
from app.views.file_dialog import FileDialog
from app.views.notices import Notice
from app.views.text_keys import deletes
from rxt.events import Sampling
from tests.app.views.branching import open_line
from tests.app.views.conftest import Desk
from tests.app.views.fake_port import MODEL, snapshot

# The offscreen platform has no window manager and says so whenever a dialog has a size limit.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


def test_that_stop_is_only_seen_while_there_is_something_to_stop_and_leaves_the_keyboard_to_the_field(
    desk: Desk,
) -> None:
    stop, send = desk.find("stopButton"), desk.find("sendButton")
    place = send.geometry()
    assert not stop.isVisible()
    desk.port.say_phase(Phase.ANSWERING)
    assert stop.isVisible()
    stop.setFocus()
    desk.port.say_phase(Phase.READY)
    assert not stop.isVisible()
    assert desk.find("composer").hasFocus()
    assert send.geometry() == place


def test_that_the_field_says_what_holds_now(desk: Desk) -> None:
    field = desk.find("composer")
    assert isinstance(field, QPlainTextEdit)
    ready = field.grab().toImage()
    desk.port.say_phase(Phase.ANSWERING)
    assert "sent when ready" in field.placeholderText()
    desk.port.say_phase(Phase.READY)
    assert field.placeholderText() == "Write a message…"
    assert field.grab().toImage().size() == ready.size()


@pytest.mark.parametrize("width_px", [1024, 1280])
def test_that_no_words_in_the_middle_push_the_docks_aside(desk: Desk, qtbot: QtBot, width_px: int) -> None:
    desk.port.answer("one", "1")
    desk.window.resize(width_px, 640)
    qtbot.wait(20)

    def widths() -> tuple[int, ...]:
        qtbot.wait(10)
        return tuple(dock.width() for dock in (desk.window.sidebar_dock, desk.window.inspector_dock))

    before = widths()
    desk.window.chat.composer.hint("A sentence that is far longer than there is room for in the line. " * 3)
    assert widths() == before
    desk.workspace.settings.update(sampling=Sampling(temperature=0.75, top_k=40, top_p=0.95, seed=123456789))
    desk.window.chat.composer.hint("")
    assert widths() == before
    desk.workspace.history.show_turn(-1)
    assert widths() == before
    desk.port.say_phase(Phase.ANSWERING)
    desk.type_and_send("waiting " * 60)
    assert widths() == before


def test_that_a_hint_takes_the_room_of_the_summary_and_gives_it_back(desk: Desk) -> None:
    composer = desk.window.chat.composer
    desk.type_and_send(" ")
    assert not composer.sampling_button.isVisible()
    composer._clear_hint()
    assert composer.sampling_button.isVisible()
    assert composer._hint.text() == ""


def test_that_the_hint_at_the_memory_goes_when_something_else_is_done(desk: Desk) -> None:
    desk.port.answer("Hi", "Hello")
    assert desk.window.memory_hint.isVisible()
    desk.type_and_send("And now?")
    assert not desk.window.memory_hint.isVisible()


def test_that_a_way_back_stays_longer_than_a_remark_and_not_under_the_mouse(
    desk: Desk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notices_module, "INFO_MS", 20)
    monkeypatch.setattr(notices_module, "OFFER_MS", 10_000)
    notices = desk.window.chat.notices
    notices.add("Deleted.", action="Undo", run=lambda: None)
    notices.add("Done.")
    qtbot.waitUntil(lambda: notices.texts == ("Deleted.",))
    held = notices.add("Read me.")
    monkeypatch.setattr(held, "underMouse", lambda: True)
    held._expire()
    assert "Read me." in notices.texts


def test_that_a_second_failure_of_a_kind_takes_the_place_of_the_first(desk: Desk) -> None:
    for name in ("one", "two"):
        desk.port.refuse(OpenSnapshot(Path(name)), f"{name} is damaged. Nothing was changed.")
    desk.port.stop_saving(Saving.BEHIND)
    assert desk.window.chat.notices.texts == (
        "This memory was not opened: two is damaged. Nothing was changed.",
        "Not saved. The disk is full.",
    )


def test_that_many_notes_about_a_model_make_a_short_notice_and_lead_to_the_log(desk: Desk) -> None:
    long = "config.json sets " + "x" * 500
    notices = desk.window.chat.notices
    for count, rest in (
        (2, "."),
        (3, "; and 1 more, which is in the log."),
        (52, "; and 50 more, which are in the log."),
    ):
        desk.port.model_loaded.emit(replace(MODEL, name="foreign", notes=(long, *["a note"] * (count - 1))))
        (shown,) = [words for words in notices.texts if "foreign" in words]
        assert shown.endswith(f"x…; a note{rest}")
        assert len(shown) < 300


def test_that_what_is_said_while_another_notice_closes_is_seen(desk: Desk, qtbot: QtBot) -> None:
    notices = desk.window.chat.notices
    notices.add("Forgotten.", action="Undo", run=lambda: desk.port.refuse(EditAnswer(1, ""), "An answer is written."))
    qtbot.mouseClick(desk.find("noticeAction"), Qt.MouseButton.LeftButton)
    assert notices.texts == ("This answer was not changed. An answer is written.",)
    for number in range(3):
        notices.add(f"{number}")
    desk.port.stop_saving(Saving.BEHIND)
    desk.port.failed.emit("Not renamed", "The disk is full.", None)
    assert notices.texts == (
        "This answer was not changed. An answer is written.",
        "Not saved. The disk is full.",
        "Not renamed. The disk is full.",
    )
    qtbot.waitUntil(lambda: all(notice.isVisible() for notice in notices.findChildren(Notice)))


def test_that_a_model_that_cannot_be_opened_leaves_the_other_and_says_so(desk: Desk) -> None:
    desk.port.load_failed.emit("The folder x is not a model.", False)
    assert desk.port.model is not None
    assert desk.window.chat.notices.texts == (
        f"The folder x is not a model. {desk.port.model.name} stays open and nothing was changed.",
    )


def test_that_please_wait_goes_when_the_waiting_is_over(desk: Desk) -> None:
    desk.port.say_phase(Phase.ANSWERING)
    desk.commands.open_snapshot(Path("x.safetensors"))
    assert any(text.startswith("Please wait") for text in desk.window.chat.notices.texts)
    desk.port.say_phase(Phase.READY)
    assert desk.window.chat.notices.texts == ()


def test_that_a_refused_paste_into_an_edit_says_so_and_stays_told_when_an_answer_is_done(desk: Desk) -> None:
    open_line(desk)
    desk.actions["edit_message"].trigger()
    mime = QMimeData()
    mime.setText("x" * 300_000)
    desk.window.chat.overlay.editor.edit.insertFromMimeData(mime)
    desk.port.say_phase(Phase.ANSWERING)
    desk.commands.open_snapshot(Path("x.safetensors"))
    desk.port.say_phase(Phase.READY)
    assert "Nothing was pasted" in desk.window.chat.overlay.editor._hint.toolTip()
    assert desk.window.chat.notices.texts == ()


@pytest.mark.parametrize("place", ["turnEdit", "transcript"])
def test_that_what_is_typed_after_a_new_chat_began_is_a_message_and_no_example(
    desk: Desk, qtbot: QtBot, place: str
) -> None:
    open_line(desk)
    desk.actions["edit_message"].trigger()
    desk.find(place).setFocus()
    desk.port.open(2)
    for letter in "I am":
        qtbot.keyClick(desk.window.focusWidget(), letter)
    assert desk.port.called("ask") == []
    assert desk.window.chat.composer.text == "I am"


@pytest.mark.parametrize("leave", ["find", "sidebar", "preset_chat"])
def test_that_what_is_typed_in_an_empty_chat_after_a_part_has_closed_is_a_message_and_no_example(
    desk: Desk, qtbot: QtBot, leave: str
) -> None:
    place = {"find": "findField", "sidebar": "conversationList", "preset_chat": "inspector"}[leave]
    desk.find("inspector").setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    if leave == "find":
        desk.actions["find_in_chat"].trigger()
    desk.find(place).setFocus()
    assert desk.find(place).hasFocus()
    if leave == "find":
        qtbot.keyClick(desk.find(place), Qt.Key.Key_Escape)
    else:
        desk.actions[leave].trigger()
    assert not desk.find(place).isVisible()
    for letter in "I am":
        qtbot.keyClick(desk.window.focusWidget(), letter)
    assert desk.port.called("ask") == []
    assert desk.window.chat.composer.text == "I am"


def test_that_the_keyboard_stays_in_a_part_while_the_window_is_hidden(desk: Desk) -> None:
    desk.find("conversationList").setFocus()
    desk.window.hide()
    desk.window.show()
    assert desk.window.focusWidget() is desk.find("conversationList")


def test_that_the_keyboard_stays_in_the_search_when_a_chat_with_an_open_edit_goes(desk: Desk) -> None:
    open_line(desk)
    desk.actions["edit_message"].trigger()
    desk.find("chatSearch").setFocus()
    desk.port.open(2)
    assert desk.find("chatSearch").hasFocus()


def test_that_what_waits_for_the_answer_that_is_written_says_so(desk: Desk) -> None:
    hint = desk.find("composerHint")
    assert isinstance(hint, QLabel)
    desk.port.list_chats((2, "Dogs", 1), (1, "Cats", 1))
    desk.port.list_chats((1, "Cats", 1))
    desk.port.say_phase(Phase.ANSWERING)
    chats = desk.window.sidebar.chats
    for ask, words in (
        (lambda: chats.search_requested.emit("dog"), "The chats are searched when the model is ready."),
        (lambda: desk.workspace.chats.rename_requested.emit(1, "x"), "This chat is renamed when the model is ready."),
        (lambda: chats.pin_requested.emit(1, True), "This chat is pinned when the model is ready."),
        (lambda: chats.pin_requested.emit(1, False), "This chat is unpinned when the model is ready."),
        (desk.actions["restore_chat"].trigger, "The chat is brought back when the model is ready."),
    ):
        desk.window.chat.composer.hint("")
        ask()
        assert hint.text() == words


def test_that_a_deleted_chat_is_asked_for_once_while_the_engine_is_busy_and_again_after_a_failure(desk: Desk) -> None:
    back = desk.actions["restore_chat"]
    desk.port.list_chats((2, "Dogs", 1), (1, "Cats", 1))
    desk.port.list_chats((1, "Cats", 1))
    desk.port.list_chats()
    desk.port.say_phase(Phase.ANSWERING)
    back.trigger()
    back.trigger()
    assert desk.port.called("restore_conversation") == [(1,), (2,)]
    assert back.toolTip() == "The deleted chat is on its way back."
    desk.port.refuse(RestoreConversation(1), "The database is read-only.")
    back.trigger()
    assert desk.port.called("restore_conversation")[2:] == [(1,)]
    desk.port.refuse(RestoreConversation(1), "The database is read-only.")  # the other is still on its way
    back.trigger()
    assert desk.port.called("restore_conversation")[3:] == [(1,)]


def test_that_notices_hints_and_failed_turns_are_spoken(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[tuple[str, bool]] = []

    def hear(event: QAccessibleAnnouncementEvent) -> None:
        heard.append((event.message(), event.politeness() == QAccessible.AnnouncementPoliteness.Assertive))

    desk.port.begin("Hi")
    monkeypatch.setattr(QAccessible, "updateAccessibility", hear)
    desk.window.chat.notices.add("Nobody listens.")
    monkeypatch.setattr(QAccessible, "isActive", lambda: True)
    desk.window.chat.composer.hint("Write something first.")
    desk.window.chat.composer.hint("")
    desk.window.chat.notices.add("Deleted “Alice”.", action="Undo", run=lambda: None)
    desk.port.stop_saving(Saving.BEHIND)
    desk.port.fail("There was no memory left. Nothing was written.")
    desk.port.answer("Hi", "Hello you")
    assert heard == [
        ("Write something first.", False),
        ("Deleted “Alice”. Undo?", False),
        ("Not saved. The disk is full.", True),
        ("There was no memory left. Nothing was written.", True),
        ("Hello you In memory.", False),
    ]


def test_that_a_chat_stored_under_another_number_is_still_the_open_one(desk: Desk) -> None:
    former = desk.workspace.conversation.id
    assert former is not None
    desk.port.conversation_renumbered.emit(former, former + 7)
    assert desk.workspace.conversation.id == former + 7
    desk.port.conversation_renumbered.emit(former, 99)
    assert desk.workspace.conversation.id == former + 7


def test_that_coming_back_from_the_past_shows_the_newest_message(desk: Desk, qtbot: QtBot) -> None:
    for turn in range(12):
        desk.port.answer(f"question {turn}", f"answer {turn}")
    transcript = desk.window.chat.transcript
    desk.workspace.history.show_turn(0)
    qtbot.wait(20)
    assert not transcript.is_following
    desk.actions["back_to_now"].trigger()
    qtbot.wait(20)
    assert transcript.is_following


def test_that_a_waiting_message_that_is_sent_later_does_not_pull_the_reader_away(desk: Desk, qtbot: QtBot) -> None:
    for turn in range(12):
        desk.port.answer(f"question {turn}", f"answer {turn}")
    desk.port.begin("now")
    desk.type_and_send("later")
    transcript = desk.window.chat.transcript
    assert transcript.is_following
    transcript.verticalScrollBar().setValue(0)
    desk.port.finish("now", "yes")
    qtbot.wait(20)
    assert desk.window.chat.banner.isHidden()
    desk.port.begin("later")
    qtbot.wait(20)
    assert not transcript.is_following
    assert transcript.verticalScrollBar().value() == 0


def test_that_the_file_dialog_starts_at_home_where_the_folder_is_missing(desk: Desk, tmp_path: Path) -> None:
    assert FileDialog(desk.window, "Open", tmp_path).directory().absolutePath() == str(tmp_path)
    assert FileDialog(desk.window, "Open", tmp_path / "no").directory().absolutePath() == str(Path.home())


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("alice", "alice.md"),
        ("alice v2.5", "alice v2.5.md"),
        ("alice.JSON", "alice.JSON"),
        ("taken 1.0", "taken 1.0-2.md"),
    ],
)
def test_that_a_saved_file_gets_an_ending_also_where_its_name_has_a_dot(
    desk: Desk, qtbot: QtBot, tmp_path: Path, typed: str, written: str
) -> None:
    (tmp_path / "taken 1.0.md").touch()
    dialog = FileDialog(desk.window, "Export", tmp_path)
    dialog.setAcceptMode(FileDialog.AcceptMode.AcceptSave)
    dialog.setNameFilters(["To read (*.md)", "Complete (*.json)"])
    dialog.setDefaultSuffix("md")
    dialog.open()
    field = dialog.findChild(QLineEdit, "fileNameEdit")
    field.setText(typed)
    with qtbot.waitSignal(dialog.place_chosen) as heard:
        qtbot.keyClick(field, Qt.Key.Key_Return)
    assert heard.args == [tmp_path / written]


@pytest.mark.parametrize("platform", ["darwin", "linux"])
def test_that_the_key_that_is_called_delete_on_a_mac_deletes_there_and_nowhere_else(
    desk: Desk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, platform: str
) -> None:
    for place in ("library_view", "memories.cards"):
        monkeypatch.setattr(f"app.views.{place}.deletes", partial(deletes, platform=platform))
    desk.port.list_chats((2, "Dogs", 1), (1, "Cats", 1))
    path = desk.paths.snapshots_dir / "alice.safetensors"
    desk.port.snapshots_changed.emit((snapshot(path, "Alice"),))
    chats = desk.window.sidebar.chats.list
    chats.setCurrentIndex(desk.workspace.chats.index(1))
    desk.window.sidebar.edit_title(1)
    assert chats.title_field is not None
    qtbot.keyClick(chats.title_field, Qt.Key.Key_Backspace)  # writes
    qtbot.keyClick(chats.title_field, Qt.Key.Key_Escape)
    assert desk.port.called("delete_conversation") == []
    qtbot.keyClick(chats, Qt.Key.Key_Backspace)
    desk.actions["memory_library"].trigger()
    cards = desk.find("memoryCards")
    assert isinstance(cards, QListView)
    qtbot.keyClick(cards, Qt.Key.Key_Backspace)
    is_mac = platform == "darwin"
    assert desk.port.called("delete_conversation") == ([(1, None)] if is_mac else [])
    assert desk.port.called("delete_snapshot") == ([(path,)] if is_mac else [])
