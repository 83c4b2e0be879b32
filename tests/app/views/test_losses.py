"""What cannot be saved is not lost without a question: a chat that is left, words that were typed, the end."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QLabel, QPlainTextEdit
from pytestqt.qtbot import QtBot

from app.engine.commands import ExportConversation
from app.engine.messages import Saving
from app.instance import Request
from app.quit_signals import quit_signals
from app.views.loss_question import LossQuestion, loss_of_files
from app.views.notices import Tone
from app.views.second_start import SecondStart
from tests.app.views.conftest import Desk

# The offscreen platform has no window manager and says so whenever a dialog has a size limit.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

LEFT = Qt.MouseButton.LeftButton
MEMORY = Path("/memories/a.safetensors")
WAYS: list[tuple[str, Callable[[Desk], object]]] = [
    ("new_conversation", lambda desk: desk.actions["new_chat"].trigger()),
    ("open_conversation", lambda desk: desk.commands.open_chat(5)),
    ("open_snapshot", lambda desk: desk.commands.open_snapshot(MEMORY)),
    ("load_model", lambda desk: desk.commands.open_model(Path("/models/other"))),
    ("load_model", lambda desk: desk.commands.open_downloaded_model(Path("/models/other"))),
    (
        "open_snapshot",
        lambda desk: SecondStart(desk.port, desk.workspace, desk.window, lambda _: False, desk.window).on_called(  # type: ignore[arg-type]
            Request(None, str(MEMORY))
        ),
    ),
]
each_way = pytest.mark.parametrize(
    ("call", "go"), WAYS, ids=["new", "chat", "memory", "model", "downloaded", "second start"]
)


def words_of(desk: Desk) -> str:
    """Those of the question that is asked."""
    words = desk.find("lossWords")
    assert isinstance(words, QLabel)
    return words.text()


def break_file(desk: Desk, name: str) -> Path:
    """No file can be written in the place of one that is kept for the window."""
    desk.window.kept.sync()
    file = desk.paths.window_file.with_name(name)
    file.unlink(missing_ok=True)
    file.mkdir(parents=True)
    return file


@each_way
def test_that_a_chat_that_cannot_be_saved_is_left_only_after_a_yes(
    desk: Desk, qtbot: QtBot, call: str, go: Callable[[Desk], object]
) -> None:
    desk.port.stop_saving(Saving.ENDED)
    desk.port.answer("Hi", "Hello")
    go(desk)
    assert desk.port.called(call) == []
    assert words_of(desk) == (
        "One turn of this chat could not be saved and would be lost. Export the chat, or copy what you need."
    )
    qtbot.mouseClick(desk.find("stayButton"), LEFT)
    assert desk.port.called(call) == []
    qtbot.waitUntil(lambda: desk.window.findChild(QObject, "lossQuestion") is None)
    go(desk)
    qtbot.mouseClick(desk.find("closeAnyway"), LEFT)
    assert len(desk.port.called(call)) == 1


@each_way
def test_that_a_chat_that_is_saved_later_or_has_nothing_to_lose_is_left_at_once(
    desk: Desk, call: str, go: Callable[[Desk], object]
) -> None:
    desk.port.answer("Hi", "Hello")
    desk.port.stop_saving(Saving.BEHIND)  # what waits is saved with the next turn
    go(desk)
    desk.port.open(2)
    desk.port.stop_saving(Saving.ENDED)
    go(desk)
    assert desk.window.findChild(QObject, "lossQuestion") is None
    assert len(desk.port.called(call)) == 2


def test_that_a_turn_under_way_counts_before_its_chat_is_left(desk: Desk) -> None:
    desk.port.stop_saving(Saving.ENDED)
    desk.port.begin("Hi")
    SecondStart(desk.port, desk.workspace, desk.window, lambda _: False, desk.window).on_called(Request("other"))  # type: ignore[arg-type]
    assert desk.port.called("load_model") == []
    assert words_of(desk).startswith("One turn of this chat")


def test_that_one_question_is_asked_at_a_time(desk: Desk, qtbot: QtBot) -> None:
    desk.port.stop_saving(Saving.ENDED)
    desk.port.answer("Hi", "Hello")
    desk.commands.new_chat()
    desk.window.close()
    qtbot.waitUntil(lambda: len(desk.window.findChildren(LossQuestion)) == 1)
    assert desk.window.findChildren(LossQuestion)[0].windowTitle() == "Close Mneme?"
    assert desk.port.called("new_conversation") == []


def test_that_a_system_prompt_stays_in_its_dialog_where_the_chat_is_not_left(desk: Desk, qtbot: QtBot) -> None:
    desk.port.stop_saving(Saving.ENDED)
    desk.port.answer("Hi", "Hello")
    desk.actions["system_prompt"].trigger()
    text = desk.find("systemPromptText")
    assert isinstance(text, QPlainTextEdit)
    text.setPlainText("You are a knight")
    qtbot.mouseClick(desk.find("systemPromptWrite"), LEFT)
    assert desk.port.called("write_system_prompt") == []
    qtbot.mouseClick(desk.find("stayButton"), LEFT)
    problem = desk.find("systemPromptProblem")
    assert isinstance(problem, QLabel)
    assert problem.text() == "The system prompt was not written. The open chat stays."
    qtbot.mouseClick(desk.find("systemPromptWrite"), LEFT)
    qtbot.waitUntil(lambda: len(desk.window.findChildren(LossQuestion)) == 1)
    qtbot.mouseClick(desk.find("closeAnyway"), LEFT)
    assert [arguments[0] for arguments in desk.port.called("write_system_prompt")] == ["You are a knight"]


def test_that_an_error_outlives_the_notices_after_it(desk: Desk) -> None:
    notices = desk.window.chat.notices
    notices.add("Nothing is saved.", Tone.ERROR)
    for number in range(6):
        notices.add(f"Done {number}.", Tone.WARNING if number % 2 else Tone.INFO)
    assert notices.texts[0] == "Nothing is saved."
    assert len(notices.texts) == 3


def test_that_closing_asks_where_an_unsent_message_cannot_be_kept(desk: Desk, qtbot: QtBot) -> None:
    file = break_file(desk, "unsent.json")
    desk.window.chat.composer.set_text("A long message")
    desk.window.close()
    assert desk.window.isVisible()
    assert words_of(desk).startswith(f"{file} cannot be written, so what you typed and did not send or save")
    assert desk.port.called("shutdown") == []
    file.rmdir()  # room was made
    qtbot.mouseClick(desk.find("stayButton"), LEFT)
    desk.window.close()
    assert not desk.window.isVisible()
    assert "A long message" in file.read_text(encoding="utf-8")


def test_that_closing_asks_while_a_chat_is_exported_and_says_so_until_it_is(desk: Desk, tmp_path: Path) -> None:
    desk.port.list_chats((1, "Alice", 2))
    for name in ("a.md", "b.md"):
        desk.commands.chat_files.export_chat(1)
        dialog = desk.find("exportChatDialog")
        dialog.place_chosen.emit(tmp_path / name)  # type: ignore[attr-defined]
        dialog.close()
    assert desk.window.chat.notices.texts == ("Exporting “a.md”…",)
    desk.window.close()
    assert words_of(desk) == (
        "The exports “a.md” and “b.md” are not finished and could be lost. Wait until they are written."
    )
    desk.port.refuse(ExportConversation(1, tmp_path / "a.md"), "The disk is full.")
    assert desk.commands.chat_files.loss().startswith("The export “b.md” is")
    assert "Exporting “b.md”…" in desk.window.chat.notices.texts
    desk.port.refuse(ExportConversation(2, tmp_path / "c.md"), "The disk is full.")  # it was not asked for here
    assert desk.commands.chat_files.loss().startswith("The export “b.md” is")
    desk.port.exported.emit(tmp_path / "b.md")
    assert not any("Exporting" in text for text in desk.window.chat.notices.texts)
    desk.window.close()
    assert not desk.window.isVisible()


def test_that_an_export_is_told_for_as_long_as_it_waits(
    desk: Desk, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.views.notices.INFO_MS", 20)
    desk.port.list_chats((1, "Alice", 2))
    desk.commands.chat_files.export_chat(1)
    desk.find("exportChatDialog").place_chosen.emit(tmp_path / "a.md")  # type: ignore[attr-defined]
    notices = desk.window.chat.notices
    notices.add("Done.")
    qtbot.waitUntil(lambda: "Done." not in notices.texts)
    assert notices.texts == ("Exporting “a.md”…",)
    desk.port.exported.emit(tmp_path / "a.md")
    assert notices.texts == (f"Exported to {tmp_path / 'a.md'}",)


def test_that_a_loss_of_many_files_names_a_few() -> None:
    paths = [Path(f"/x/{name}.png") for name in "abcde"]
    assert loss_of_files("file", paths).startswith("The files “a.png”, “b.png” and 3 others are not finished")
    assert loss_of_files("file", paths[:3]).startswith("The files “a.png”, “b.png” and “c.png” are not finished")
    assert loss_of_files("file", []) == ""


def test_that_closing_asks_nothing_where_only_the_size_of_the_window_cannot_be_kept(desk: Desk) -> None:
    break_file(desk, "window.ini")
    desk.window.close()
    assert not desk.window.isVisible()


def test_that_a_title_that_is_being_typed_is_taken_before_the_engine_ends(desk: Desk) -> None:
    desk.port.list_chats((1, "Hi", 1))
    desk.commands.rename_chat()
    field = desk.window.sidebar.chats.list.title_field
    assert field is not None
    field.setText("The knight")
    desk.window.close()
    names = [call.name for call in desk.port.calls]
    assert desk.port.called("rename_conversation")[0] == (1, "The knight")
    assert names.index("rename_conversation") < names.index("shutdown")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGHUP")
def test_that_the_end_of_the_terminal_closes_the_window_except_after_nohup() -> None:
    former = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    try:
        assert signal.SIGHUP in quit_signals()
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        assert quit_signals() == [signal.SIGINT, signal.SIGTERM]
    finally:
        signal.signal(signal.SIGHUP, former)
