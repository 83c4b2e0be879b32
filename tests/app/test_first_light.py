"""The first minute, as a newcomer lives it: the whole program with the model that ships, driven by its widgets."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QElapsedTimer, QMimeData, QPointF, Qt, QTimer, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QListView, QPlainTextEdit, QTabWidget, QWidget
from pytestqt.qtbot import QtBot

from app.engine.messages import OpenedConversation, SnapshotInfo
from app.main import Program, parse
from rxt.events import Event, MemoryWritten, TurnRecord

TURN_MS = 60_000


class Newcomer:
    """Finds widgets by their names, types, clicks, and remembers what the engine said."""

    def __init__(self, program: Program, qtbot: QtBot) -> None:
        self.program = program
        self._qtbot = qtbot
        self.records: list[TurnRecord] = []
        program.port.events_arrived.connect(self._on_events)

    def _on_events(self, events: tuple[Event, ...]) -> None:
        self.records += [event.record for event in events if isinstance(event, MemoryWritten)]

    def find(self, kind: type[QWidget], name: str) -> QWidget:
        found = self.program.window.findChild(kind, name)
        assert found is not None, f"there is no {name}"
        return found

    @property
    def phase(self) -> str:
        label = self.find(QLabel, "statusPhase")
        assert isinstance(label, QLabel)
        return label.text()

    def wait_until_ready(self) -> None:
        self._qtbot.waitUntil(lambda: self.phase == "ready", timeout=TURN_MS)

    def say(self, text: str) -> TurnRecord:
        """Types a message, clicks Send and waits until it is in memory."""
        composer = self.find(QPlainTextEdit, "composer")
        send = self.find(QAbstractButton, "sendButton")
        self._qtbot.keyClicks(composer, text)
        known = len(self.records)
        self._qtbot.mouseClick(send, Qt.MouseButton.LeftButton)
        self._qtbot.waitUntil(lambda: len(self.records) > known and self.phase == "ready", timeout=TURN_MS)
        return self.records[-1]

    def transcript(self) -> str:
        """What the transcript's rows say."""
        view = self.find(QListView, "transcript")
        assert isinstance(view, QListView)
        model = view.model()
        return "\n".join(str(model.index(row, 0).data()) for row in range(model.rowCount()))

    def drop(self, path: Path) -> None:
        """Drags a file onto the window."""
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(path))])
        window = self.program.window
        position = QPointF(window.rect().center())
        nothing, copy = Qt.KeyboardModifier.NoModifier, Qt.DropAction.CopyAction
        event = QDropEvent(position, copy, data, Qt.MouseButton.LeftButton, nothing)
        window.dropEvent(event)  # the platform without a screen delivers no drops


@pytest.fixture
def newcomer(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> Iterator[Newcomer]:
    program = Program(qapp, parse(["--data-dir", str(tmp_path / "data")]))
    newcomer = Newcomer(program, qtbot)
    program.start()
    newcomer.wait_until_ready()
    yield newcomer
    program.window.close()
    assert program.close()
    program.window.deleteLater()


def test_that_a_told_name_is_known_and_a_saved_memory_brings_it_back(
    newcomer: Newcomer, qtbot: QtBot, tmp_path: Path
) -> None:
    told = newcomer.say("Hi, my name is Alice.")
    path = tmp_path / "alice.safetensors"
    with qtbot.waitSignal(newcomer.program.port.snapshot_saved, timeout=TURN_MS) as saved:
        newcomer.program.port.save_snapshot(path, "Alice", "")
    newcomer.wait_until_ready()
    assert isinstance(saved.args[0], SnapshotInfo)
    asked = newcomer.say("What is my name?")
    assert "Alice" in asked.answer
    assert asked.answer in newcomer.transcript()

    with qtbot.waitSignal(newcomer.program.port.conversation_opened, timeout=TURN_MS):
        newcomer.program.port.new_conversation(0)
    newcomer.wait_until_ready()
    stranger = newcomer.say("What is my name?")
    assert "Alice" not in stranger.answer

    with qtbot.waitSignal(newcomer.program.port.conversation_opened, timeout=TURN_MS) as opened:
        newcomer.drop(path)
    newcomer.wait_until_ready()
    conversation = opened.args[0]
    assert isinstance(conversation, OpenedConversation)
    assert conversation.initial.sha256 == told.memory_after
    again = newcomer.say("What is my name?")
    assert again.answer_ids == asked.answer_ids
    assert again.memory_after == asked.memory_after


def test_that_every_view_of_the_memory_shows_the_turn_and_one_slot_of_it(newcomer: Newcomer, qtbot: QtBot) -> None:
    newcomer.say("Hi, my name is Alice.")
    newcomer.say("What is my name?")
    for name in ("memoryMap", "numbersView", "timeline", "transcript", "conversationList", "snapshotList"):
        assert newcomer.find(QWidget, name).isVisible(), name
    qtbot.keyClick(newcomer.find(QWidget, "memoryMap"), Qt.Key.Key_Right)
    tabs = newcomer.find(QTabWidget, "inspectorTabs")
    assert isinstance(tabs, QTabWidget)
    slot_panel = newcomer.find(QWidget, "slotPanel")
    tabs.setCurrentWidget(slot_panel)
    qtbot.waitUntil(lambda: any("slot 0" in label.text() for label in slot_panel.findChildren(QLabel)), timeout=5000)
    timeline = newcomer.find(QWidget, "timeline")
    timeline.setFocus()
    qtbot.keyClick(timeline, Qt.Key.Key_Home)
    banner = [child for child in newcomer.program.window.findChildren(QLabel) if "later turns stay" in child.text()]
    assert any(child.isVisible() for child in banner)
    qtbot.keyClick(timeline, Qt.Key.Key_End)
    qtbot.keyClick(timeline, Qt.Key.Key_Space)  # plays
    qtbot.keyClicks(newcomer.find(QWidget, "composer"), "I")
    assert not any(child.isVisible() for child in banner)


@pytest.mark.bench
def test_that_the_silence_of_the_window_during_turns_is_measured(newcomer: Newcomer) -> None:
    clock, longest = QElapsedTimer(), 0

    def look() -> None:
        nonlocal longest
        longest = max(longest, clock.restart())

    timer = QTimer(newcomer.program.window, interval=5)
    timer.timeout.connect(look)
    newcomer.say("Hi, my name is Alice.")
    clock.start()
    timer.start()
    for _ in range(20):
        newcomer.say("What is my name?")
    timer.stop()
    print(f'\n{{"bench": "silence", "longest_ms": {longest}}}')  # noqa: T201
