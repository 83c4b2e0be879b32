"""A port without an engine: it records what it is asked and says what a test tells it to say."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, Signal

from app.engine.commands import Command
from app.engine.messages import (
    ConversationSummary,
    ModelInfo,
    OpenedConversation,
    Saving,
    SnapshotInfo,
    StoredTurn,
)
from app.models.memory_status import OnStop
from app.models.phase import Phase
from app.paths import RESOURCES
from rxt.events import (
    AnswerFinished,
    Event,
    FinishReason,
    GateLaw,
    GateName,
    GateStage,
    MemorySummary,
    MemoryWriting,
    MemoryWritten,
    Sampling,
    TokenEmitted,
    TurnFailed,
    TurnMetrics,
    TurnRecord,
    TurnStarted,
    frozen_array,
)

LAYERS, SLOTS, WIDTH = 6, 64, 128
LAW = GateLaw("sigmoid", "elementwise", per_slot=True)

MODEL = ModelInfo(
    name="mneme-small", source=str(RESOURCES / "models" / "mneme-small"),
    fingerprint="f" * 64, layers=LAYERS, slots=SLOTS, width=WIDTH,
    vocabulary=4096, interaction_length=256, parameters=4_200_000, device="cpu", dtype="float32",
    variant="self-interlayer", gates=(("mix", LAW), ("interlayer", LAW), ("write", LAW)),
)  # fmt: skip


def digest(number: int) -> str:
    """A made-up SHA-256 that tells memories apart."""
    return f"{(number * 2654435761) % 2**32:08x}" * 8


def initial_memory(number: int = 0) -> MemorySummary:
    rng = np.random.default_rng(number)
    norm = frozen_array(np.sqrt(WIDTH) * (1 + 0.06 * rng.standard_normal((LAYERS, SLOTS))))
    return MemorySummary(LAYERS, SLOTS, WIDTH, digest(number), norm)


def turn_record(turn: int, query: str, answer: str, reason: FinishReason = "eos") -> TurnRecord:
    """A record whose arrays look like those of a model: few slots change much, most a little."""
    rng = np.random.default_rng(100 + turn)
    focus = rng.random((LAYERS, SLOTS)) ** 6
    gates: list[GateStage] = []
    names: tuple[GateName, ...] = ("mix", "interlayer", "write")
    for name in names:
        gates.append(
            GateStage(
                name,
                LAW,
                frozen_array(np.clip(0.32 + 0.5 * focus + 0.05 * rng.standard_normal(focus.shape), 0.01, 0.99)),
            )
        )
    change = frozen_array(1.2 + 9 * focus)
    tokens = max(2, len(answer) // 4)
    return TurnRecord(
        turn=turn, query=query, answer=answer, interaction_ids=(1, 2, 3), answer_ids=(3,), reason=reason,
        sampling=Sampling(), metrics=TurnMetrics(len(query) // 4 + 3, tokens, 0.012, 0.012 + tokens / 412, 0.0031),
        gates=tuple(gates),
        norm=frozen_array(np.sqrt(WIDTH) * (1 - 0.2 * focus) + 0.3 * rng.standard_normal(focus.shape)),
        change=change, cosine=frozen_array(1 - 0.7 * focus), memory_before=digest(turn), memory_after=digest(turn + 1),
    )  # fmt: skip


@dataclass
class Call:
    """One call of a method of the port."""

    name: str
    arguments: tuple[Any, ...]


class RecordingPort(QObject):
    """The signals and verbs of `app.engine.port.EnginePort`, and no others: test_fake_port.py holds them together."""

    phase_changed = Signal(object)
    events_arrived = Signal(object)
    model_loaded = Signal(object)
    load_failed = Signal(str, bool)
    conversation_opened = Signal(object)
    path_changed = Signal(object)
    tree_changed = Signal(object, object, object)
    replay_checked = Signal(object)
    conversations_found = Signal(str, object)
    noted = Signal(str, str)
    conversation_renumbered = Signal(int, int)
    conversations_changed = Signal(object)
    deleted_listed = Signal(object)
    turns_unsaved = Signal(object)
    snapshot_saved = Signal(object)
    snapshots_changed = Signal(object)
    snapshot_imported = Signal(object)
    exported = Signal(object)
    conversation_read = Signal(int, str, str)
    conversation_refused = Signal(int, str, str)
    conversation_imported = Signal(int, str)
    prompt_measured = Signal(str, int, int)
    turn_rejected = Signal(str, str)
    failed = Signal(str, str, object)
    subject_changed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.calls: list[Call] = []
        self.model: ModelInfo | None = None
        self.phase = Phase.LOADING
        self.turns = 0

    def _called(self, name: str, *arguments: Any) -> None:
        self.calls.append(Call(name, arguments))

    def start(self, model: str | None, snapshot: Path | None, seed: int | None = None) -> None:
        self._called("start", model, snapshot)

    def load_model(self, path: str | None, seed: int | None = None, snapshot: Path | None = None) -> None:
        self._called("load_model", path, snapshot)

    def ask(self, text: str, sampling: Sampling) -> None:
        self._called("ask", text, sampling)

    def ask_after(self, turn: int | None, text: str, sampling: Sampling) -> None:
        self._called("ask_after", turn, text, sampling)

    def edit_query(self, turn: int, text: str, sampling: Sampling) -> None:
        self._called("edit_query", turn, text, sampling)

    def regenerate(self, turn: int, sampling: Sampling) -> None:
        self._called("regenerate", turn, sampling)

    def go_to(self, turn: int | None) -> None:
        self._called("go_to", turn)

    def show_branch(self, turn: int) -> None:
        self._called("show_branch", turn)

    def forget_turn(self, turn: int) -> None:
        self._called("forget_turn", turn)

    def edit_answer(self, turn: int, text: str) -> None:
        self._called("edit_answer", turn, text)

    def rewrite_memory(self, turn: int) -> None:
        self._called("rewrite_memory", turn)

    def replay_conversation(self) -> None:
        self._called("replay_conversation")

    def set_pinned(self, conversation: int, pinned: bool) -> None:
        self._called("set_pinned", conversation, pinned)

    def search_conversations(self, text: str) -> None:
        self._called("search_conversations", text)

    def write_system_prompt(self, text: str, title: str, seed: int | None) -> None:
        self._called("write_system_prompt", text, title, seed)

    def stop(self) -> None:
        self._called("stop")

    def set_dtype(self, dtype: str) -> None:
        self._called("set_dtype", dtype)

    def set_on_stop(self, on_stop: OnStop) -> None:
        self._called("set_on_stop", on_stop)

    def new_conversation(self, seed: int | None) -> None:
        self._called("new_conversation", seed)

    def open_conversation(self, id: int) -> None:  # noqa: A002 - the contract's name
        self._called("open_conversation", id)

    def rename_conversation(self, id: int, title: str) -> None:  # noqa: A002
        self._called("rename_conversation", id, title)

    def delete_conversation(self, id: int, seed: int | None = None) -> None:  # noqa: A002
        self._called("delete_conversation", id, seed)

    def restore_conversation(self, id: int) -> None:  # noqa: A002
        self._called("restore_conversation", id)

    def save_snapshot(self, path: Path, title: str, note: str, turn: int | None = None, beside: bool = False) -> None:
        self._called("save_snapshot", path, title, note, turn, beside)

    def rename_snapshot(self, path: Path, title: str, description: str) -> None:
        self._called("rename_snapshot", path, title, description)

    def duplicate_snapshot(self, path: Path) -> None:
        self._called("duplicate_snapshot", path)

    def restore_snapshot(self, path: Path) -> None:
        self._called("restore_snapshot", path)

    def export_snapshot(self, path: Path, target: Path) -> None:
        self._called("export_snapshot", path, target)

    def import_snapshot(self, path: Path) -> None:
        self._called("import_snapshot", path)

    def export_conversation(self, id: int, path: Path) -> None:  # noqa: A002
        self._called("export_conversation", id, path)

    def read_conversation(self, id: int) -> None:  # noqa: A002
        self._called("read_conversation", id)

    def carry_over(self, id: int, seed: int | None) -> None:  # noqa: A002
        self._called("carry_over", id, seed)

    def import_conversation(self, path: Path) -> None:
        self._called("import_conversation", path)

    def measure_prompt(self, text: str) -> None:
        self._called("measure_prompt", text)

    def open_snapshot(self, path: Path) -> None:
        self._called("open_snapshot", path)

    def refresh_snapshots(self) -> None:
        self._called("refresh_snapshots")

    def delete_snapshot(self, path: Path) -> None:
        self._called("delete_snapshot", path)

    def shutdown(self) -> bool:
        self._called("shutdown")
        return True


class FakePort(RecordingPort):
    """Stands in for the port: it says what a test lets it say."""

    def called(self, name: str) -> list[tuple[Any, ...]]:
        """The arguments of every call of that method."""
        return [call.arguments for call in self.calls if call.name == name]

    def refuse(self, command: Command, message: str) -> None:
        """A command was not carried out."""
        self.failed.emit(command.failure, message, command)

    def stop_saving(self, saving: Saving, message: str = "The disk is full.") -> None:
        self.failed.emit("Not saved", message, saving)

    def say_phase(self, phase: Phase) -> None:
        self.phase = phase
        self.phase_changed.emit(phase)

    def say(self, *events: Event) -> None:
        self.events_arrived.emit(events)

    def load(self, number: int = 1) -> None:
        """The model is loaded and a new conversation is open."""
        self.model = MODEL
        self.model_loaded.emit(MODEL)
        self.open(number)
        self.say_phase(Phase.READY)

    def open(self, number: int, *turns: StoredTurn, title: str = "New chat", origin: str = "") -> None:
        self.turns = sum(turn.record is not None for turn in turns)
        self.conversation_opened.emit(OpenedConversation(number, title, origin, 7, initial_memory(number), turns))

    def list_chats(self, *lines: tuple[int, str, int]) -> None:
        self.conversations_changed.emit(
            tuple(ConversationSummary(number, title, turns, "mneme-small", 0.0) for number, title, turns in lines)
        )

    def begin(self, query: str) -> None:
        """A turn starts."""
        self.say_phase(Phase.READING)
        self.say(TurnStarted(self.turns, query, len(query) // 4 + 3))

    def emit_tokens(self, *texts: str) -> None:
        self.say_phase(Phase.ANSWERING)
        self.say(*(TokenEmitted(self.turns, number, text) for number, text in enumerate(texts)))

    def finish(self, query: str, answer: str, reason: FinishReason = "eos") -> None:
        """The answer ends and is written to memory."""
        self.say(AnswerFinished(self.turns, reason, answer))
        self.say_phase(Phase.WRITING)
        self.say(MemoryWriting(self.turns))
        self.say(MemoryWritten(self.turns, turn_record(self.turns, query, answer, reason)))
        self.turns += 1
        self.say_phase(Phase.READY)

    def forget(self, answer: str) -> None:
        """The answer was stopped and nothing is written."""
        self.say(AnswerFinished(self.turns, "stopped", answer))
        self.say_phase(Phase.READY)

    def fail(self, message: str) -> None:
        self.say(TurnFailed(self.turns, "answering", message))
        self.say_phase(Phase.READY)

    def answer(self, query: str, answer: str) -> None:
        """A whole turn."""
        self.begin(query)
        words = answer.split(" ")
        self.emit_tokens(*(word if n == 0 else f" {word}" for n, word in enumerate(words)))
        self.finish(query, answer)


def stored_turn(turn: int, query: str, answer: str) -> StoredTurn:
    return StoredTurn(query, answer, "remembered", turn_record(turn, query, answer))


def snapshot(path: Path, title: str = "Knight") -> SnapshotInfo:
    return SnapshotInfo(path, title, "What it knows", "mneme-small", "f" * 64, "2025-11-22T10:00:00Z", 4, 196_608)
