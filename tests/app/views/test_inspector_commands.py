"""The inspector in the window: its layout, and the signs that the timeline gets from chats and memories."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.engine.analysis.inquiries import AskReads
from app.models.conversation import MessageRole
from app.models.workspace import Workspace
from app.paths import Paths
from app.theme import ThemeController
from app.views.chat.transcript_view import TranscriptView
from app.views.inspector import InspectorPanel, TimelineView
from app.views.inspector.analyses import Analyses
from app.views.inspector_commands import SIGNS_MS, InspectorCommands
from app.views.transcript_words import TranscriptWords
from tests.app.inspector.fake_analyst import FakeAnalyst
from tests.app.inspector.synthetic import conversation
from tests.app.views.conftest import Desk
from tests.app.views.fake_port import snapshot, stored_turn

pytestmark = pytest.mark.qt_log_ignore("^This plugin does not support")


@pytest.fixture
def workspace(qapp: QApplication, tmp_path: Path) -> Workspace:
    result = Workspace.create(Paths(tmp_path).settings_file, qapp)
    result.history.start(*conversation(4))
    return result


@pytest.fixture
def timeline(workspace: Workspace, qapp: QApplication, qtbot: QtBot) -> Iterator[TimelineView]:
    themes = ThemeController(qapp)
    themes.choose("light")
    panel, result = (
        InspectorPanel(workspace.history, themes, True, workspace.selection),
        TimelineView(workspace.history, themes),
    )
    commands = InspectorCommands(workspace, panel, result, qapp)
    for widget in (panel, result):
        qtbot.addWidget(widget)
    yield result
    commands.deleteLater()
    qapp.setStyleSheet("")


def test_that_saved_memories_and_the_pin_have_signs_over_their_turns(
    workspace: Workspace, timeline: TimelineView, qtbot: QtBot
) -> None:
    after = workspace.history.records[2].memory_after
    workspace.memories.set_lines((dataclasses.replace(snapshot(Path("a.safetensors")), sha256=after),))
    workspace.selection.pin_turn(1)
    qtbot.waitUntil(lambda: "saved as a memory" in timeline.track.turn_text(2))
    assert "pinned as B" in timeline.track.turn_text(1)
    qtbot.wait(2 * SIGNS_MS)
    other = workspace.history.records[0].memory_after  # saved in the place of the former one
    workspace.memories.set_lines((dataclasses.replace(snapshot(Path("a.safetensors")), sha256=other),))
    qtbot.waitUntil(lambda: "saved as a memory" in timeline.track.turn_text(0))
    assert "saved as a memory" not in timeline.track.turn_text(2)
    workspace.selection.set_pin(None)
    assert "pinned as B" not in timeline.track.turn_text(1)


def test_that_a_turn_with_other_versions_has_the_sign_of_a_fork(
    workspace: Workspace, timeline: TimelineView, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = {MessageRole.TURN: 0, MessageRole.VERSIONS: 2}
    monkeypatch.setattr(workspace.conversation, "rowCount", lambda *_: 2)
    monkeypatch.setattr(workspace.conversation, "index", lambda *_: _Index(told))
    workspace.conversation.modelReset.emit()
    qtbot.waitUntil(lambda: "another branch begins here" in timeline.track.turn_text(0))


class _Index:
    def __init__(self, told: dict[MessageRole, int]) -> None:
        self.data = told.get


def test_that_the_lab_gives_most_of_the_width_to_the_inspector_and_the_other_layouts_take_it_back(
    make_desk: Callable[..., Desk], qtbot: QtBot
) -> None:
    desk = make_desk()
    desk.actions["preset_lab"].trigger()
    qtbot.waitUntil(lambda: desk.window.inspector_dock.width() > desk.window.width() / 2)
    assert desk.window.preset == "lab"
    assert desk.window.sidebar_dock.isHidden()
    qtbot.waitUntil(desk.actions["preset_lab"].isChecked)
    desk.actions["preset_memory"].trigger()
    qtbot.waitUntil(lambda: desk.window.preset == "memory")
    assert not desk.window.sidebar_dock.isHidden()
    desk.actions["cycle_preset"].trigger()
    qtbot.waitUntil(lambda: desk.window.preset == "lab")
    desk.actions["cycle_preset"].trigger()
    qtbot.waitUntil(lambda: desk.window.preset == "chat")


def test_that_a_word_pointed_at_in_the_transcript_is_the_selections_word(
    make_desk: Callable[..., Desk], qtbot: QtBot
) -> None:
    desk = make_desk()
    desk.port.answer("What is my name?", "Your name is Alice.")
    history, transcript = desk.workspace.history, desk.window.chat.transcript
    analyst = FakeAnalyst(history)
    analyses = Analyses(history, analyst)
    TranscriptWords(transcript, desk.workspace, analyses)
    qtbot.waitUntil(lambda: not history.is_at_end or history.cursor == 0)
    place = place_of(transcript, row=1, character=11)
    qtbot.mouseMove(transcript.viewport(), place.toPoint() + QPoint(40, 0))
    qtbot.mouseMove(transcript.viewport(), place.toPoint())
    analyses.flush()
    assert analyst.asked == [AskReads(0)]
    analyst.answer()
    assert desk.workspace.selection.token == (0, 2)  # "Your", " name", " is", " Alice."
    qtbot.mouseMove(transcript.viewport(), QPoint(2, 2))
    assert desk.workspace.selection.token is None


def test_that_words_that_somebody_edited_point_at_nothing(make_desk: Callable[..., Desk], qtbot: QtBot) -> None:
    desk = make_desk()
    desk.port.answer("What is my name?", "Your name is Alice.")
    history, transcript = desk.workspace.history, desk.window.chat.transcript
    analyst = FakeAnalyst(history)
    analyses = Analyses(history, analyst)
    TranscriptWords(transcript, desk.workspace, analyses)
    qtbot.waitUntil(lambda: not history.is_at_end or history.cursor == 0)
    edited = stored_turn(0, "What is my name?", "You are called Bob, I think.")
    desk.workspace.conversation.show_path([dataclasses.replace(edited, record=history.records[0])])
    place = place_of(transcript, row=1, character=16)
    qtbot.mouseMove(transcript.viewport(), place.toPoint() + QPoint(40, 0))
    qtbot.mouseMove(transcript.viewport(), place.toPoint())
    analyses.flush()
    analyst.answer()
    assert analyses.finding(AskReads(0)) is not None
    assert desk.workspace.selection.token is None


def place_of(transcript: TranscriptView, row: int, character: int) -> QPointF:
    """The middle of a character on the viewport."""
    text = transcript._measured(row).text
    line = text.lineForTextPosition(character)
    left, right = line.cursorToX(character)[0], line.cursorToX(character + 1)[0]
    corner = text.position() + QPointF((left + right) / 2, line.y() + line.height() / 2)
    return corner + QPointF(
        transcript.column.left(), transcript._rows.top(row) - transcript.verticalScrollBar().value()
    )
