"""How long the analyst takes for each question on this machine, on the bundled model and on random ones of large sizes.

`make bench ARGS=tests/bench/test_analysis.py`. First: a question asked of a conversation it has not seen yet; again: of
the next turn of it. Nothing is answered from the cache.
"""

from __future__ import annotations

import resource
import statistics
import sys
import time
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from PySide6.QtCore import QObject, Slot
from pytestqt.qtbot import QtBot

import rxt
from app.engine.analysis.analyst import ModelAnalyst
from app.engine.analysis.findings import Finding, size_bytes
from app.engine.analysis.inquiries import (
    AskComparison,
    AskHealth,
    AskInfluence,
    AskPaired,
    AskProbe,
    AskProvenance,
    AskReadHeads,
    AskReads,
    AskSimilarity,
    AskValues,
    AskWrites,
    Edit,
    Inquiry,
    TurnMemory,
)
from app.engine.analysis.port import AnalysisPort
from app.engine.analysis.subject import Subject
from app.engine.library import Loaded, load
from app.engine.port import EnginePort
from rxt.config import ModelConfig
from rxt.events import Event, MemoryWritten
from rxt.io.presets import preset
from rxt.io.pretrained import PretrainedModel
from rxt.text.tokenizer import Tokenizer
from rxt.training.initialise import initialise
from tests.bench.test_bench import tell

pytestmark = pytest.mark.bench

STREAMS = 10
TALK = ("Hi, my name is Alice.", "I live in Lisbon.", "How are you?", "Tell me a joke.", "What is my name?")
RESOURCES = Path(__file__).parents[2] / "resources"
VIEWS = (AskReads, AskReadHeads, AskWrites, AskProvenance, AskSimilarity, AskHealth, AskValues)
"""What the views of a turn ask for."""


def conversation(loaded: Loaded, messages: tuple[str, ...] = TALK, max_tokens: int | None = None) -> Subject:
    """A finished conversation."""
    model = cast("PretrainedModel", loaded.model)
    initial = model.initial_memory(seed=1)
    session = rxt.Session(model, initial, rxt.Sampling(max_tokens=max_tokens))
    for message in messages:
        for _ in session.ask(message):
            pass
    return Subject(loaded, cast("Any", initial), initial.summary(), session.turns)


def timed(analyst: ModelAnalyst, inquiry: Inquiry, about: Subject) -> tuple[float, Finding]:
    """Milliseconds and what was found."""
    started = time.perf_counter()
    found = analyst.answer(inquiry, about, lambda: False, lambda share: None)
    assert found is not None
    return 1000 * (time.perf_counter() - started), found


def random_model(layers: int, slots: int, width: int) -> Loaded:
    """Random weights, dense, with the heads of the published sizes."""
    document = preset("rxt-beta-micro")
    for part in ("decoder_config", "encoder_config", "memory_attention_config"):
        document[part] |= {"num_layers": layers, "stm_size": slots, "embed_dim": width}
    document["decoder_config"] |= {"use_moe": False}
    text = (RESOURCES / "models" / "mneme-tiny" / "tokenizer.json").read_text("utf-8")
    for part in ("decoder_config", "encoder_config"):
        document[part]["vocab_size"] = 1024
    config = ModelConfig.from_json(document)
    model = PretrainedModel(config, document, Tokenizer(text, 1024), f"{layers} x {slots} x {width}", "")
    initialise(model, seed=0)
    model.eval().requires_grad_(False)
    return load(cast("Any", _Library(model)), None)


class _Library:
    """Gives one model."""

    def __init__(self, model: PretrainedModel) -> None:
        self._model = model

    def load(self, path: str | None = None) -> PretrainedModel:
        return self._model


def peak_mb() -> float:
    """The most memory this process ever had."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024 if sys.platform == "linux" else 1024**2)


def test_that_the_views_of_a_turn_of_the_bundled_model_are_timed() -> None:
    about = conversation(load(cast("Any", rxt), None))
    where = np.zeros(about.summary.norm.shape, dtype=bool)
    where[:, :3] = True
    first = ModelAnalyst()
    timed(first, AskReads(0), conversation(about.loaded, TALK[:1]))  # what is done once a process
    for turn, when in ((3, "of a conversation not seen yet"), (4, "of its next turn")):
        started = time.process_time()
        views = {ask.__name__: timed(first, ask(turn), about)[0] for ask in VIEWS}
        cpu_ms = 1000 * (time.process_time() - started)
        took = {f"{name}_ms": value for name, value in views.items()}
        tell(f"analysis: all views {when}", **took, sum_ms=sum(views.values()), cpu_ms=cpu_ms)
    others: dict[str, Inquiry] = {
        "paired": AskPaired(4, Edit("zero", where)),
        "comparison": AskComparison(TurnMemory(0), TurnMemory(4)),
        "influence": AskInfluence(),
        "questions": AskProbe((("What is my name?", "Alice"),)),
        "distance": AskProbe(kind="distance", trials=16),
    }
    tell("analysis: lab", **{f"{name}_ms": timed(first, one, about)[0] for name, one in others.items()})


@pytest.mark.parametrize(("layers", "slots", "width"), [(14, 1024, 256), (21, 4096, 256)])
def test_that_large_memories_are_looked_into_within_bounds(layers: int, slots: int, width: int) -> None:
    about = conversation(random_model(layers, slots, width), TALK[:3], max_tokens=24)
    analyst, name = ModelAnalyst(), f"analysis: {layers} x {slots} x {width}"
    before_mb = peak_mb()
    for ask in VIEWS:
        if ask is AskReadHeads:
            inquiry: Inquiry = AskReadHeads(2, layers=(0,))
        else:
            inquiry = ask(2)
        took, found = timed(analyst, inquiry, about)
        megabytes = size_bytes(found) / 2**20
        tell(f"{name}: {ask.__name__}", ms=took, found_mb=megabytes, peak_mb=peak_mb())
    tell(name, memory_mb=about.summary.norm.size * width * 4 / 2**20, peak_before_mb=before_mb)


def test_that_looking_while_an_answer_streams_is_timed(qtbot: QtBot, tmp_path: Path) -> None:
    """Every arriving batch of tokens asks for all views of the turn before, as an open inspector never would."""
    engine, analyst = EnginePort(tmp_path / "data"), AnalysisPort()
    analyst.follow(engine)
    listener = _Curious(engine, analyst)
    engine.start(None, None, 1)
    qtbot.waitUntil(lambda: not engine.phase.is_busy and engine.model is not None, timeout=60_000)
    for turn in range(2 + 2 * STREAMS):
        listener.is_curious = turn % 2 == 1
        engine.ask("What can you do?", rxt.Sampling())
        qtbot.waitUntil(lambda: not engine.phase.is_busy, timeout=60_000)
        qtbot.waitUntil(lambda: not analyst.is_busy, timeout=60_000)
    speeds = {
        curious: [speed for was_curious, speed in listener.speeds[2:] if was_curious == curious and speed is not None]
        for curious in (False, True)
    }
    alone, watched = (statistics.median(speeds[curious]) for curious in (False, True))
    slower = 100 - 100 * watched / alone
    tell("analysis: streaming", tokens_per_s=alone, watched_tokens_per_s=watched, slower_percent=slower)
    assert analyst.shutdown()
    assert engine.shutdown()


class _Curious(QObject):
    """Asks while it is curious, and notes how fast each answer was."""

    def __init__(self, engine: EnginePort, analyst: AnalysisPort) -> None:
        super().__init__()
        self._analyst = analyst
        self.is_curious = False
        self.speeds: list[tuple[bool, float | None]] = []
        engine.events_arrived.connect(self._on_events)

    @Slot(object)
    def _on_events(self, events: tuple[Event, ...]) -> None:
        for event in events:
            if isinstance(event, MemoryWritten):
                self.speeds.append((self.is_curious, event.record.metrics.tokens_per_s))
        origin = self._analyst.origin
        if self.is_curious and origin is not None and origin.records:
            for ask in VIEWS:
                self._analyst.inquire(ask(len(origin.records) - 1))
