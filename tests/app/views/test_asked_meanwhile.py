"""What is written or asked while the engine is at work, or while something else is open, goes where it was meant."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLabel
from pytestqt.qtbot import QtBot

from app.engine.commands import Command, ForgetTurn, OpenConversation
from app.engine.memory_commands import DeleteSnapshot, OpenSnapshot, WriteSystemPrompt
from app.engine.messages import Saving
from app.models.phase import Phase
from app.views.memories.library import MemoryLibrary
from app.views.memories.system_prompt import SystemPromptDialog
from app.views.notices import Notice, Tone
from rxt.events import TurnStarted
from tests.app.views.branching import open_line, show_path, turn
from tests.app.views.conftest import Desk
from tests.app.views.fake_port import snapshot

# The offscreen platform has no window manager and says so whenever a dialog has a size limit.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


def hint(desk: Desk) -> str:
    found = desk.find("composerHint")
    assert isinstance(found, QLabel)
    return found.text()


# ---------------------------------------------------------------- messages

FAILURES: dict[str, Callable[[Desk], None]] = {
    "chat": lambda desk: desk.port.refuse(OpenConversation(2), "It was stopped."),
    "model": lambda desk: desk.port.load_failed.emit("The folder is gone. Nothing was changed.", False),
    "chat of another model": lambda desk: desk.port.conversation_refused.emit(2, "Not opened", "Of another model."),
}


@pytest.mark.parametrize("failure", FAILURES)
@pytest.mark.parametrize("phase", [Phase.LOADING, Phase.OPENING, Phase.REWRITING])
def test_that_a_message_for_what_did_not_open_comes_back_and_goes_nowhere(
    desk: Desk, phase: Phase, failure: str
) -> None:
    open_line(desk)
    desk.port.say_phase(phase)
    desk.type_and_send("For the other one")
    FAILURES[failure](desk)
    desk.port.say_phase(Phase.READY)
    assert desk.port.called("ask") == desk.port.called("ask_after") == []
    assert desk.window.chat.composer.text.strip() == "For the other one"
    assert hint(desk) == "It was not sent. Send it here if it is for this chat."


@pytest.mark.parametrize(
    ("about", "comes_back"),
    [(OpenSnapshot(Path("knight")), True), (Saving.BEHIND, False), (Saving.ENDED, False), (None, False)],
)
def test_that_a_message_for_the_memory_of_the_start_goes_to_no_other(
    make_desk: Callable[..., Desk], about: Command | Saving | None, comes_back: bool
) -> None:
    desk = make_desk(load=False)
    desk.type_and_send("Who am I?")
    desk.port.failed.emit("Not done", "So it is.", about)
    desk.port.load()
    assert [text for text, _ in desk.port.called("ask")] == ([] if comes_back else ["Who am I?"])
    assert desk.window.chat.composer.text.strip() == ("Who am I?" if comes_back else "")


def test_that_a_failure_during_an_answer_leaves_the_message_that_waits_for_it(desk: Desk) -> None:
    desk.type_and_send("Hi")
    desk.port.begin("Hi")
    desk.type_and_send("And then?")
    desk.port.stop_saving(Saving.BEHIND)
    desk.port.finish("Hi", "Hello")
    assert [text for text, _ in desk.port.called("ask")] == ["Hi", "And then?"]


def test_that_a_message_written_while_a_branch_is_opened_is_kept_as_it_says(desk: Desk) -> None:
    open_line(desk)
    desk.port.say_phase(Phase.OPENING)
    desk.type_and_send("Another way")
    show_path(desk, turn(1, 0))
    desk.port.say_phase(Phase.READY)
    assert desk.port.called("ask") == []
    assert desk.window.chat.composer.text.strip() == "Another way"
    assert hint(desk) == "Another branch is open. Send it here if it is for this one."


@pytest.mark.parametrize("phase", [Phase.WRITING, Phase.READY])
def test_that_the_window_is_gone_before_the_end_waits_for_a_turn(
    desk: Desk, phase: Phase, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[bool] = []
    monkeypatch.setattr(desk.port, "shutdown", lambda: seen.append(desk.window.isVisible()))
    desk.port.say_phase(phase)
    desk.window.losses.ask_no_more()
    desk.window.close()
    assert seen == [phase is Phase.READY]


def test_that_opening_another_model_can_be_stopped_and_opening_the_first_cannot(
    make_desk: Callable[..., Desk],
) -> None:
    desk = make_desk(load=False)
    assert not desk.actions["stop"].isEnabled()
    desk.port.load()
    desk.port.say_phase(Phase.LOADING)
    desk.actions["stop"].trigger()
    assert len(desk.port.called("stop")) == 1


def test_that_opening_a_model_that_was_stopped_is_told_and_not_as_an_error(desk: Desk) -> None:
    words = "Opening this model was stopped. Nothing was changed."
    for stopped, tone in ((False, Tone.ERROR), (True, Tone.INFO)):
        desk.port.load_failed.emit(words, stopped)
        assert [notice.tone for notice in desk.window.chat.notices.findChildren(Notice)][-1] is tone


def test_that_opening_a_model_after_the_first_could_not_be_opened_can_be_stopped(
    make_desk: Callable[..., Desk],
) -> None:
    desk = make_desk(load=False)
    desk.port.load_failed.emit("There is no such folder.", False)
    desk.port.say_phase(Phase.LOADING)
    assert desk.actions["stop"].isEnabled()


# ---------------------------------------------------------------- what is waited for


OTHERS: dict[str, Callable[[Desk], None]] = {
    "saving": lambda desk: desk.port.stop_saving(Saving.BEHIND),
    "another command": lambda desk: desk.port.refuse(DeleteSnapshot(Path("alice")), "The file is in use."),
    "another of its kind": lambda desk: desk.port.refuse(ForgetTurn(1), "It was stopped."),
    "a message": lambda desk: desk.port.turn_rejected.emit("Hi", "Please wait."),
}


@pytest.mark.parametrize("other", OTHERS)
def test_that_what_was_done_to_memory_is_told_whatever_else_fails_meanwhile(desk: Desk, other: str) -> None:
    open_line(desk)
    desk.commands.branches.do("forget_turn", 3)
    OTHERS[other](desk)
    show_path(desk, turn(1, 0))
    assert any(words.startswith("Turn 2 was taken out of memory") for words in desk.window.chat.notices.texts)


def test_that_nothing_is_told_of_a_message_from_the_past_that_was_not_taken(desk: Desk) -> None:
    open_line(desk)
    desk.workspace.history.show_turn(1)
    desk.type_and_send("Another way")
    desk.port.turn_rejected.emit("Another way", "It is too long.")
    show_path(desk, turn(1, 0))
    assert desk.window.chat.notices.texts == ("It is too long.",)


@pytest.mark.parametrize(
    ("about", "can_undo"),
    [
        (Saving.BEHIND, True),
        (DeleteSnapshot(Path("x")), True),
        (OpenSnapshot(Path("y")), True),
        (OpenSnapshot(Path("knight")), False),
    ],
)
def test_that_only_a_memory_that_was_not_opened_leaves_no_way_back(
    desk: Desk, about: Command | Saving | None, can_undo: bool
) -> None:
    desk.port.list_chats((1, "Alice", 2))
    desk.commands.open_snapshot(Path("knight"))
    desk.port.failed.emit("Not done", "So it is.", about)
    desk.port.open(2, origin="Knight")
    (notice,) = [item for item in desk.window.chat.notices.findChildren(Notice) if "Knight" in item.text]
    assert bool(notice.findChildren(QAbstractButton, "noticeAction")) == can_undo


# ---------------------------------------------------------------- memories


@pytest.fixture
def paths(desk: Desk) -> tuple[Path, Path]:
    """Two memories in the list."""
    folder = desk.paths.snapshots_dir
    found = folder / "alice.safetensors", folder / "knight.safetensors"
    desk.port.snapshots_changed.emit((snapshot(found[0], "Alice"), snapshot(found[1], "Knight")))
    return found


@pytest.fixture
def library(desk: Desk, paths: tuple[Path, Path]) -> MemoryLibrary:
    desk.actions["memory_library"].trigger()
    found = desk.window.findChild(MemoryLibrary)
    assert found is not None
    return found


def test_that_the_library_says_that_a_chat_cannot_be_started_during_an_answer(
    desk: Desk, library: MemoryLibrary, paths: tuple[Path, Path]
) -> None:
    desk.port.say_phase(Phase.ANSWERING)
    library.start_requested.emit(paths[0])
    assert library.notices.texts == ("Please wait: answering. Nothing was changed.",)
    assert library.isVisible()
    assert desk.window.chat.notices.texts == ()
    assert desk.port.called("open_snapshot") == []
    desk.port.say_phase(Phase.READY)
    assert library.notices.texts == ()


def test_that_a_memory_that_is_deleted_or_duplicated_after_the_answer_says_so(
    desk: Desk, library: MemoryLibrary, paths: tuple[Path, Path]
) -> None:
    desk.port.say_phase(Phase.ANSWERING)
    library.duplicate_requested.emit(paths[0])
    assert library.notices.texts == ("This memory is duplicated when the model is ready.",)
    library.delete_requested.emit(paths[0])
    assert library.notices.texts == ("This memory is deleted when the model is ready.",)
    assert desk.port.called("duplicate_snapshot") == desk.port.called("delete_snapshot") == [(paths[0],)]
    desk.port.say_phase(Phase.READY)
    assert library.notices.texts == ()


def test_that_deleting_a_memory_twice_takes_the_way_back_from_no_other(
    desk: Desk, library: MemoryLibrary, paths: tuple[Path, Path]
) -> None:
    alice, knight = paths
    desk.port.say_phase(Phase.ANSWERING)
    for path in (alice, alice, knight):
        library.delete_requested.emit(path)
    assert desk.port.called("delete_snapshot") == [(alice,), (knight,)]
    desk.port.refuse(DeleteSnapshot(alice), "The file is in use.")
    desk.port.snapshots_changed.emit((snapshot(alice, "Alice"),))
    assert "Deleted the memory “Knight”." in library.notices.texts
    library.undo_requested.emit()
    assert desk.port.called("restore_snapshot") == [(knight,)]


def test_that_of_two_memories_the_one_that_was_not_deleted_is_not_said_to_be(
    desk: Desk, library: MemoryLibrary, paths: tuple[Path, Path]
) -> None:
    alice, knight = paths
    for path in (alice, knight):
        library.delete_requested.emit(path)
    desk.port.refuse(DeleteSnapshot(knight), "The file is in use.")
    desk.port.snapshots_changed.emit((snapshot(knight, "Knight"),))
    assert "Deleted the memory “Alice”." in library.notices.texts


# ---------------------------------------------------------------- the message that is meant


def test_that_an_action_is_for_the_message_that_is_being_edited(desk: Desk) -> None:
    open_line(desk)
    transcript = desk.window.chat.transcript
    transcript.setFocus()
    transcript.setCurrentIndex(desk.workspace.conversation.index(3))
    desk.actions["edit_message"].trigger()
    assert desk.window.chat.overlay.edited_row == 2
    desk.actions["forget_turn"].trigger()
    assert desk.port.called("forget_turn") == [(2,)]


def test_that_what_can_be_done_is_what_can_be_done_with_the_message_that_is_being_edited(desk: Desk) -> None:
    desk.port.answer("not stored", "so nothing can be done with it")
    show_path(desk, turn(1, 0))
    desk.port.turns = 1
    desk.port.answer("not stored", "so nothing can be done with it")
    assert not desk.actions["forget_turn"].isEnabled()
    desk.window.chat.overlay.begin_edit(0)
    assert desk.actions["forget_turn"].isEnabled()
    desk.find("composer").setFocus()
    assert not desk.actions["forget_turn"].isEnabled()


@pytest.mark.parametrize("written_again", [False, True])
def test_that_the_keyboard_stays_at_the_first_turn_when_another_version_comes_to_its_place(
    desk: Desk, written_again: bool
) -> None:
    open_line(desk, 1)
    transcript = desk.window.chat.transcript
    transcript.setFocus()
    transcript.setCurrentIndex(desk.workspace.conversation.index(1))
    if written_again:
        desk.port.say_phase(Phase.READING)
        show_path(desk)
        assert transcript.isVisible()
        desk.port.turns = 0
        desk.port.say(TurnStarted(0, "question 1", 4))
        desk.port.emit_tokens("another")
        desk.port.finish("question 1", "another")
    else:
        desk.port.say_phase(Phase.OPENING)
        show_path(desk, turn(9, 0, (1, 9)))
        desk.port.say_phase(Phase.READY)
    assert desk.window.focusWidget() is transcript
    assert transcript.focused_row == 1


def test_that_a_chat_goes_back_before_its_first_turn_to_the_welcome(desk: Desk) -> None:
    open_line(desk, 1)
    show_path(desk)
    assert desk.window.chat.welcome.isVisible()


# ---------------------------------------------------------------- system prompts


def test_that_a_prompt_that_is_being_written_cannot_be_called_off_or_changed(desk: Desk, qtbot: QtBot) -> None:
    desk.actions["system_prompt"].trigger()
    prompt = desk.window.findChild(SystemPromptDialog)
    assert prompt is not None
    prompt.text.setPlainText("You are a knight")
    prompt.accept()
    cancel = prompt.findChild(QAbstractButton, "systemPromptCancel")
    assert cancel is not None
    assert not cancel.isEnabled()
    assert "being written" in cancel.toolTip()
    QTest.keyClick(prompt, Qt.Key.Key_Escape)
    prompt.close()
    assert prompt.isVisible()
    qtbot.keyClicks(prompt.text, " of the north")
    qtbot.keyClicks(prompt.title, "North")
    assert (prompt.text.toPlainText(), prompt.title.text()) == ("You are a knight", "")
    desk.port.refuse(WriteSystemPrompt("You are a knight", "", None), "The disk is full.")
    assert cancel.isEnabled()
    assert cancel.toolTip() == ""
    qtbot.keyClicks(prompt.title, "North")
    assert prompt.title.text() == "North"
    cancel.click()
    assert not prompt.isVisible()
