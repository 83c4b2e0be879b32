"""A port with a model library that needs no torch, and a listener that writes down what the port signals."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtCore import QObject, Slot

from app.engine.port import EnginePort
from rxt.events import Event, Sampling
from tests.app.engine.fake_session import Behaviour, FakeLibrary

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from app.engine.messages import OpenedConversation, ReplayCheck, TurnNode
    from app.models.phase import Phase

TIMEOUT_MS = 30_000


class Listener(QObject):
    """Everything a port signalled, in order and by kind."""

    def __init__(self, port: EnginePort) -> None:
        super().__init__()
        self.phases: list[Phase] = []
        self.batches: list[tuple[Event, ...]] = []
        self.opened: list[OpenedConversation] = []
        self.rejected: list[tuple[str, str]] = []
        self.failed: list[tuple[str, str]] = []
        self.about: list[Any] = []  # what did not happen, for each of them
        self.refused: list[tuple[int, str, str]] = []
        self.read: list[tuple[int, str, str]] = []
        self.load_failed: list[str] = []
        self.conversations: list[Any] = []
        self.deleted: list[Any] = []
        self.snapshots: list[Any] = []
        self.saved: list[Any] = []
        self.models: list[Any] = []
        self.paths: list[OpenedConversation] = []
        self.trees: list[tuple[tuple[TurnNode, ...], int | None]] = []
        self.shown: list[tuple[int, ...]] = []
        self.checks: list[ReplayCheck] = []
        self.found: list[tuple[str, Any]] = []
        self.noted: list[tuple[str, str]] = []
        port.phase_changed.connect(self._on_phase)
        port.events_arrived.connect(self._on_events)
        port.conversation_opened.connect(self._on_opened)
        port.turn_rejected.connect(self._on_rejected)
        port.failed.connect(self._on_failed)
        port.conversation_refused.connect(self._on_refused)
        port.conversation_read.connect(self._on_read)
        port.load_failed.connect(self._on_load_failed)
        port.conversations_changed.connect(self._on_conversations)
        port.deleted_listed.connect(self._on_deleted)
        port.snapshots_changed.connect(self._on_snapshots)
        port.snapshot_saved.connect(self._on_saved)
        port.model_loaded.connect(self._on_model)
        port.path_changed.connect(self._on_path)
        port.tree_changed.connect(self._on_tree)
        port.replay_checked.connect(self._on_check)
        port.conversations_found.connect(self._on_found)
        port.noted.connect(self._on_noted)

    @property
    def events(self) -> list[Event]:
        return [event for batch in self.batches for event in batch]

    def names(self) -> list[str]:
        """The kinds of the events in order, tokens only once in a row."""
        names: list[str] = []
        for event in self.events:
            name = type(event).__name__
            if not (names and name == names[-1] == "TokenEmitted"):
                names.append(name)
        return names

    @Slot(object)
    def _on_phase(self, phase: Phase) -> None:
        self.phases.append(phase)

    @Slot(object)
    def _on_events(self, batch: tuple[Event, ...]) -> None:
        self.batches.append(batch)

    @Slot(object)
    def _on_opened(self, conversation: OpenedConversation) -> None:
        self.opened.append(conversation)

    @Slot(str, str)
    def _on_rejected(self, text: str, message: str) -> None:
        self.rejected.append((text, message))

    @Slot(str, str, object)
    def _on_failed(self, title: str, message: str, about: object) -> None:
        self.failed.append((title, message))
        self.about.append(about)

    @Slot(int, str, str)
    def _on_refused(self, number: int, title: str, message: str) -> None:
        self.refused.append((number, title, message))

    @Slot(int, str, str)
    def _on_read(self, number: int, title: str, page: str) -> None:
        self.read.append((number, title, page))

    @Slot(str)
    def _on_load_failed(self, message: str, _stopped: bool) -> None:
        self.load_failed.append(message)

    @Slot(object)
    def _on_conversations(self, conversations: Any) -> None:
        self.conversations.append(conversations)

    @Slot(object)
    def _on_deleted(self, conversations: Any) -> None:
        self.deleted.append(conversations)

    @Slot(object)
    def _on_snapshots(self, snapshots: Any) -> None:
        self.snapshots.append(snapshots)

    @Slot(object)
    def _on_saved(self, snapshot: Any) -> None:
        self.saved.append(snapshot)

    @Slot(object)
    def _on_path(self, conversation: OpenedConversation) -> None:
        self.paths.append(conversation)

    @Slot(object, object, object)
    def _on_tree(self, nodes: tuple[TurnNode, ...], tip: int | None, path: tuple[int, ...]) -> None:
        self.trees.append((nodes, tip))
        self.shown.append(path)

    @Slot(object)
    def _on_check(self, check: ReplayCheck) -> None:
        self.checks.append(check)

    @Slot(str, object)
    def _on_found(self, text: str, conversations: Any) -> None:
        self.found.append((text, conversations))

    @Slot(str, str)
    def _on_noted(self, title: str, message: str) -> None:
        self.noted.append((title, message))

    @Slot(object)
    def _on_model(self, model: Any) -> None:
        self.models.append(model)


@dataclass
class Desk:
    """A port at work."""

    qtbot: QtBot
    data_dir: Path
    behaviour: Behaviour
    open_library: Callable[[], Any]
    port: EnginePort = field(init=False)
    heard: Listener = field(init=False)

    def __post_init__(self) -> None:
        self.port = EnginePort(self.data_dir, open_library=self.open_library)
        self.heard = Listener(self.port)

    @classmethod
    def with_fake(cls, qtbot: QtBot, data_dir: Path) -> Desk:
        """A desk whose model is no model."""
        behaviour = Behaviour()
        return cls(qtbot, data_dir, behaviour, lambda: FakeLibrary(behaviour))

    def until(self, condition: Callable[[], bool], timeout_ms: int = TIMEOUT_MS) -> None:
        self.qtbot.waitUntil(condition, timeout=timeout_ms)

    def rest(self) -> None:
        """Waits until nothing is under way."""
        self.until(lambda: not self.port.phase.is_busy)

    def start(self, model: str | None = None, snapshot: Path | None = None) -> None:
        self.port.start(model, snapshot)
        self.rest()

    def say(self, text: str) -> None:
        """One whole turn, once what was asked before is over."""
        self.rest()
        self.port.ask(text, Sampling())
        self.rest()

    @property
    def opened(self) -> OpenedConversation:
        return self.heard.opened[-1]

    def reopen(self, model: str | None = None) -> Desk:
        """Shuts this port down and starts another on the same data."""
        assert self.port.shutdown()
        self.__post_init__()
        self.start(model)
        return self


@pytest.fixture
def idle_desk(qtbot: QtBot, tmp_path: Path) -> Iterator[Desk]:
    """A port that was not started yet."""
    desk = Desk.with_fake(qtbot, tmp_path / "data")
    yield desk
    assert desk.port.shutdown()


@pytest.fixture
def desk(idle_desk: Desk) -> Desk:
    """A port with a model and an open conversation."""
    idle_desk.start()
    return idle_desk
