"""The port: phases and events in order, stopping at once, nothing lost when something fails."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtCore import QObject, Qt, QThread, QTimer, Slot

from app.engine.library import load
from app.engine.refusal import RefusedError
from app.models.phase import Phase
from rxt.events import AnswerFinished, MemoryWritten, Sampling, TokenEmitted, TurnFailed
from tests.app.engine.fake_session import NativePanicError

if TYPE_CHECKING:
    from app.engine.port import EnginePort
    from tests.app.engine.conftest import Desk

WHOLE_TURN = ["TurnStarted", "TokenEmitted", "AnswerFinished", "MemoryWriting", "MemoryWritten"]


def test_that_starting_loads_the_model_and_opens_an_empty_conversation(idle_desk: Desk) -> None:
    assert idle_desk.port.phase is Phase.NO_MODEL
    idle_desk.port.start(None, None)
    assert idle_desk.port.phase is Phase.LOADING
    idle_desk.rest()
    assert idle_desk.heard.phases == [Phase.LOADING, Phase.READY]
    assert idle_desk.port.model == idle_desk.heard.models[0]
    assert idle_desk.opened.turns == ()
    assert idle_desk.opened.initial_seed is not None
    assert idle_desk.heard.conversations == [()]


def test_that_the_first_memory_of_a_model_has_the_seed_that_was_asked_for(idle_desk: Desk) -> None:
    idle_desk.port.start(None, None, 7)
    idle_desk.rest()
    assert idle_desk.opened.initial_seed == 7
    idle_desk.port.load_model("other", 8)
    idle_desk.rest()
    assert idle_desk.opened.initial_seed == 8


def test_that_the_next_model_is_loaded_in_the_number_format_that_was_chosen(desk: Desk) -> None:
    desk.port.set_dtype("auto")
    assert desk.port.model is not None
    assert desk.port.model.dtype == "float32"
    desk.port.load_model("other")
    desk.rest()
    assert desk.port.model.dtype == "auto"  # the stand-in says what it was asked for


def test_that_the_port_is_imported_without_torch() -> None:
    code = "import sys, app.engine.port; sys.exit('torch' in sys.modules)"
    root = Path(__file__).parents[3]
    assert subprocess.run([sys.executable, "-c", code], cwd=root, check=False, timeout=60).returncode == 0


def test_that_the_phases_of_a_turn_come_in_order(desk: Desk) -> None:
    desk.behaviour.token_s = 0.05
    desk.behaviour.before_memory = lambda: time.sleep(0.1)
    desk.heard.phases.clear()
    desk.say("my name is Alice")
    assert desk.heard.phases == [Phase.READING, Phase.ANSWERING, Phase.WRITING, Phase.READY]
    assert desk.heard.names() == WHOLE_TURN


def test_that_the_last_events_arrive_before_the_engine_is_ready(desk: Desk) -> None:
    seen: list[int] = []

    class Watcher(QObject):
        @Slot(object)
        def look(self, phase: Phase) -> None:
            if phase is Phase.READY:
                seen.append(len(desk.heard.events))

    watcher = Watcher()
    desk.port.phase_changed.connect(watcher.look)
    desk.say("one two three")
    assert seen == [3 + 4]


def test_that_a_turn_begun_twice_gives_the_second_text_back(desk: Desk) -> None:
    desk.port.ask("first", Sampling())
    desk.port.ask("second", Sampling())
    desk.rest()
    assert [text for text, _ in desk.heard.rejected] == ["second"]
    assert [event.answer for event in desk.heard.events if isinstance(event, AnswerFinished)] == ["first"]


def test_that_an_empty_message_is_rejected_and_leaves_nothing_behind(desk: Desk) -> None:
    desk.say("  ")
    assert desk.heard.rejected == [("  ", "There is nothing to read in this message.")]
    assert desk.heard.events == []
    assert desk.port.phase is Phase.READY
    assert desk.heard.conversations[-1] == ()
    desk.say("Hi")
    assert desk.heard.names() == WHOLE_TURN


def test_that_a_rejected_text_returns_before_the_engine_is_announced_ready(desk: Desk) -> None:
    order: list[str] = []

    class Watcher(QObject):
        @Slot(str, str)
        def rejected(self, text: str, message: str) -> None:
            order.append(f"rejected while {desk.port.phase.value}")

        @Slot(object)
        def phase(self, phase: Phase) -> None:
            order.append(phase.value)

    watcher = Watcher()
    desk.port.turn_rejected.connect(watcher.rejected)
    desk.port.phase_changed.connect(watcher.phase)
    desk.say("")
    assert order == ["reading", "rejected while ready", "ready"]


def test_that_stopping_takes_effect_within_one_token(desk: Desk) -> None:
    desk.behaviour.words = ["word"] * 10_000
    desk.behaviour.token_s = 0.005
    desk.port.ask("go", Sampling())
    desk.until(lambda: desk.port.phase is Phase.ANSWERING)
    session = desk.behaviour.sessions[-1]
    desk.port.stop()
    tokens = session.tokens
    desk.rest()
    assert session.tokens <= tokens + 1
    finished = next(event for event in desk.heard.events if isinstance(event, AnswerFinished))
    assert finished.reason == "stopped"
    assert desk.heard.names() == WHOLE_TURN


def test_that_stopping_before_the_session_has_started_is_not_lost(desk: Desk) -> None:
    desk.behaviour.words = ["word"] * 10_000
    desk.behaviour.token_s = 0.005
    desk.port.ask("go", Sampling())
    desk.port.stop()
    desk.rest()
    assert desk.behaviour.sessions[-1].tokens <= 1


def test_that_a_stop_does_not_outlive_its_turn(desk: Desk) -> None:
    desk.port.stop()
    desk.say("one two three")
    desk.port.stop()
    desk.port.stop()
    desk.say("four five six")
    assert [event.reason for event in desk.heard.events if isinstance(event, AnswerFinished)] == ["eos", "eos"]


def test_that_a_forgotten_turn_is_shown_but_not_in_memory(desk: Desk) -> None:
    desk.say("Hi")
    memory = desk.behaviour.sessions[-1].memory.sha256
    desk.port.set_on_stop("forget")
    desk.behaviour.token_s = 0.02
    desk.port.ask("a b c d e f g h", Sampling())
    desk.until(lambda: desk.port.phase is Phase.ANSWERING)
    desk.port.stop()
    desk.rest()
    assert desk.heard.names()[-1] == "AnswerFinished"
    assert desk.behaviour.sessions[-1].memory.sha256 == memory
    number = desk.opened.id
    desk.reopen().port.open_conversation(number)
    desk.rest()
    assert [(turn.phase, turn.record is None) for turn in desk.opened.turns] == [
        ("remembered", False),
        ("replied", True),
    ]
    assert desk.behaviour.sessions[-1].memory.sha256 == memory


@pytest.mark.parametrize("chosen", ["forget", "remember"])
def test_that_what_stop_does_can_be_chosen_while_the_answer_is_given(desk: Desk, chosen: Any) -> None:
    """In every chat, also in one that was opened while the other was chosen."""
    other = "forget" if chosen == "remember" else "remember"
    for _ in range(2):
        desk.port.set_on_stop(other)
        desk.behaviour.token_s = 0.02
        desk.port.ask("a b c d e f g h", Sampling())
        desk.until(lambda: desk.port.phase is Phase.ANSWERING)
        desk.port.set_on_stop(chosen)
        desk.port.stop()
        desk.rest()
        assert desk.heard.names()[-1] == ("AnswerFinished" if chosen == "forget" else "MemoryWritten")
        desk.port.new_conversation(0)
        desk.rest()


@pytest.mark.parametrize("error", [RuntimeError("boom"), NativePanicError("boom"), KeyboardInterrupt(), MemoryError()])
@pytest.mark.parametrize("token", [0, 2])
def test_that_an_error_at_any_token_ends_only_its_turn(desk: Desk, error: BaseException, token: int) -> None:
    desk.say("before")
    memory = desk.behaviour.sessions[-1].memory.sha256

    def fail(number: int) -> None:
        if number == token:
            raise error

    desk.behaviour.before_token = fail
    desk.say("one two three")
    desk.behaviour.before_token = lambda number: None
    failure = next(event for event in desk.heard.events if isinstance(event, TurnFailed))
    assert (failure.turn, failure.phase) == (1, "answering" if token else "reading")
    assert type(error).__name__ in failure.message
    assert [text for text, _ in desk.heard.rejected] == ([] if token else ["one two three"])
    assert desk.behaviour.sessions[-1].memory.sha256 == memory
    assert desk.port.phase is Phase.READY
    desk.say("after")
    assert [event.turn for event in desk.heard.events if isinstance(event, MemoryWritten)] == [0, 1]


def test_that_an_answer_is_kept_when_its_memory_could_not_be_written(desk: Desk) -> None:
    def fail() -> None:
        raise RuntimeError("not finite")

    desk.behaviour.before_memory = fail
    desk.say("one two")
    desk.behaviour.before_memory = lambda: None
    desk.say("three")
    number = desk.opened.id
    desk.reopen().port.open_conversation(number)
    desk.rest()
    first, second = desk.opened.turns
    assert (first.answer, first.phase, first.record) == ("one two", "replied", None)
    assert "not finite" in first.error
    assert second.record is not None
    assert second.record.turn == 0


def test_that_a_model_that_cannot_be_loaded_leaves_everything_as_it_was(desk: Desk) -> None:
    desk.say("Hi")
    desk.port.load_model("missing")
    assert desk.port.phase is Phase.LOADING
    desk.rest()
    assert desk.heard.load_failed == ["There is no config.json in missing."]
    assert desk.port.phase is Phase.READY
    assert desk.port.model is not None
    assert desk.port.model.name == "bundled"
    assert len(desk.heard.opened) == 1
    desk.say("still here")
    assert [event.turn for event in desk.heard.events if isinstance(event, MemoryWritten)] == [0, 1]


def test_that_a_model_is_opened_with_the_memory_that_was_named_and_without_it_where_it_does_not_fit(desk: Desk) -> None:
    desk.say("Hi")
    memory = desk.data_dir / "kept.safetensors"
    desk.port.save_snapshot(memory, "Kept", "")
    desk.rest()
    desk.port.load_model(None, None, memory)
    desk.rest()
    assert desk.opened.id != desk.heard.opened[0].id
    assert (desk.opened.origin, desk.opened.initial_seed) == ("Kept", None)
    desk.port.load_model("other", None, desk.data_dir / "gone.safetensors")
    desk.rest()
    assert desk.port.model is not None
    assert desk.port.model.name == "other"
    assert desk.opened.turns == ()
    assert desk.heard.failed[-1][0] == "This memory was not opened"


def test_that_without_a_model_a_question_comes_back(idle_desk: Desk) -> None:
    idle_desk.behaviour.fail_load = NativePanicError("tokenizer")
    idle_desk.start()
    assert idle_desk.port.phase is Phase.NO_MODEL
    assert "tokenizer" in idle_desk.heard.load_failed[0]
    idle_desk.port.ask("Hi", Sampling())
    assert [text for text, _ in idle_desk.heard.rejected] == ["Hi"]
    idle_desk.behaviour.fail_load = None
    idle_desk.port.load_model(None)
    idle_desk.rest()
    assert idle_desk.port.phase is Phase.READY


def test_that_a_load_can_be_stopped_and_the_model_before_goes_on(desk: Desk) -> None:
    desk.say("Hi")
    opened = desk.opened
    desk.behaviour.load_s = 2
    desk.port.load_model("other")
    desk.port.stop()
    desk.until(lambda: bool(desk.heard.load_failed))
    assert desk.heard.load_failed == ["Opening this model was stopped. Nothing was changed."]
    assert desk.port.model is not None
    assert desk.port.model.name == "bundled"
    desk.say("And again")
    assert desk.opened is opened
    assert desk.heard.names()[-1] == "MemoryWritten"
    desk.behaviour.load_s = 0
    desk.port.load_model("other")
    desk.rest()
    assert desk.port.model.name == "other"


def test_that_a_stop_after_the_last_tensor_ends_the_load_too() -> None:
    library = SimpleNamespace(load=lambda path, dtype, progress: progress(1, 1))
    answers = iter([False, True])
    with pytest.raises(RefusedError, match="was stopped"):
        load(library, None, is_stopped=lambda: next(answers))  # type: ignore[arg-type]


def test_that_stopping_an_answer_does_not_stop_the_load_behind_it(desk: Desk) -> None:
    desk.behaviour.token_s = 0.02
    desk.port.ask("a b c d e f g h", Sampling())
    desk.port.load_model("other")
    desk.until(lambda: desk.port.phase is Phase.ANSWERING)
    desk.port.stop()
    desk.rest()
    assert desk.heard.load_failed == []
    assert desk.port.model is not None
    assert desk.port.model.name == "other"


def test_that_another_model_begins_a_new_conversation(desk: Desk) -> None:
    desk.say("Hi")
    desk.port.load_model("other")
    desk.rest()
    assert desk.port.model is not None
    assert desk.port.model.name == "other"
    assert desk.opened.turns == ()
    assert desk.opened.id != desk.heard.opened[0].id


class Heartbeat(QObject):
    """How often the event loop was free, and the most that this thread computed in between, whatever else the machine
    had to do meanwhile."""

    def __init__(self) -> None:
        super().__init__()
        self.beats = 0
        self.worst_ms = 0.0
        self._last_s = time.thread_time()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)
        self._timer.start(5)

    @Slot()
    def _beat(self) -> None:
        self.beats += 1
        now_s = time.thread_time()
        self.worst_ms = max(self.worst_ms, 1000 * (now_s - self._last_s))
        self._last_s = now_s


def test_that_a_flood_of_tokens_never_silences_the_window_and_loses_nothing(desk: Desk) -> None:
    words = [str(number) for number in range(4_000)]
    desk.behaviour.words = words
    desk.behaviour.token_s = 1 / 2_000
    started = time.monotonic()
    heartbeat = Heartbeat()
    desk.port.ask("go", Sampling())
    desk.until(lambda: not desk.port.phase.is_busy, timeout_ms=90_000)
    duration_s = time.monotonic() - started
    assert heartbeat.worst_ms < 250
    assert heartbeat.beats >= len(desk.heard.batches)
    assert [event.text.strip() for event in desk.heard.events if isinstance(event, TokenEmitted)] == words
    assert len(desk.heard.batches) <= 30 * duration_s + 2


def test_that_signals_arrive_on_the_main_thread(desk: Desk) -> None:
    threads: set[QThread] = set()

    class Watcher(QObject):
        @Slot(object)
        def look(self, _: object) -> None:
            threads.add(QThread.currentThread())

    watcher = Watcher()
    for signal in (desk.port.events_arrived, desk.port.phase_changed, desk.port.conversations_changed):
        signal.connect(watcher.look)
    desk.say("Hi")
    assert threads == {desk.port.thread()}


def test_that_random_commands_never_leave_the_engine_busy(desk: Desk) -> None:
    chance = random.Random(1)
    port: EnginePort = desk.port
    desk.behaviour.token_s = 0.001
    for _ in range(60):
        chance.choice(
            [
                lambda: port.ask("a b c d", Sampling()),
                port.stop,
                lambda: port.new_conversation(3),
                lambda: port.open_conversation(1),
                lambda: port.rename_conversation(1, "x"),
                lambda: port.delete_conversation(2),
                port.refresh_snapshots,
                lambda: desk.qtbot.wait(2),
            ]
        )()
    desk.rest()
    desk.heard.batches.clear()
    desk.say("still alive")
    assert desk.heard.names() == WHOLE_TURN
