"""Made-up conversations that look like real ones: the same numbers every time, no model needed."""

from __future__ import annotations

import hashlib

import numpy as np

from rxt.events import (
    FloatArray,
    GateLaw,
    GateName,
    GateStage,
    MemorySummary,
    Sampling,
    TurnMetrics,
    TurnRecord,
    frozen_array,
)

SIGMOID = GateLaw("sigmoid", "elementwise", per_slot=True)
TANH = GateLaw("tanh", "linear", per_slot=True)
STATIC = GateLaw("sigmoid", "static", per_slot=False)
UNGATED = GateLaw("none", "none", per_slot=False)

STAGES: tuple[GateName, ...] = ("mix", "interlayer", "write")


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def memory_summary(layers: int = 4, slots: int = 32, width: int = 64) -> MemorySummary:
    """An initial memory: norms near sqrt(width)."""
    random = np.random.default_rng(7)
    norm = np.sqrt(width) * (1 + 0.03 * random.standard_normal((layers, slots)))
    return MemorySummary(layers, slots, width, _hash(f"{layers}x{slots}"), frozen_array(norm))


def _gate(name: GateName, law: GateLaw, focus: FloatArray, random: np.random.Generator) -> GateStage:
    if law.activation == "none":
        return GateStage(name, law, frozen_array(np.ones_like(focus)))
    if law.source == "static":
        constant = np.linspace(0.35, 0.65, focus.shape[0])[:, None] * np.ones_like(focus)
        return GateStage(name, law, frozen_array(constant))
    logit = {"mix": 0.6, "interlayer": -0.4, "write": -1.6}[name] + 0.5 * random.standard_normal(focus.shape)
    logit += np.linspace(-0.5, 0.5, focus.shape[0])[:, None] + 3.5 * focus * (name == "write")
    values = np.tanh(logit / 2) if law.activation == "tanh" else 1 / (1 + np.exp(-logit))
    return GateStage(name, law, frozen_array(values))


def conversation(
    turns: int = 5,
    layers: int = 4,
    slots: int = 32,
    laws: dict[GateName, GateLaw] | None = None,
) -> tuple[MemorySummary, tuple[TurnRecord, ...]]:
    """An initial memory and its turns: each turn writes strongly into its own few neighbourhoods of slots."""
    laws = dict.fromkeys(STAGES, SIGMOID) if laws is None else laws
    initial = memory_summary(layers, slots)
    random = np.random.default_rng(11)
    records: list[TurnRecord] = []
    norm, before = initial.norm, initial.sha256
    position = np.arange(slots)
    for turn in range(turns):
        strength = 0.5 + 1.5 * random.random() ** 3
        centres = random.integers(0, slots, size=(layers, 3))
        distance = np.abs(position[None, None] - centres[:, :, None]) / max(1.0, slots / 26)
        focus = np.exp(-0.5 * distance**2).max(axis=1) * random.uniform(0.4, 1.0, (layers, 1))
        focus = (focus * random.uniform(0.6, 1.0, (layers, slots))).astype(np.float32)
        change = strength * (0.25 + 4.5 * focus + 0.12 * random.random((layers, slots)))
        norm = norm + 0.15 * (8 - norm) + 0.25 * (focus - 0.3) + 0.05 * random.standard_normal((layers, slots))
        cosine = 1 - np.square(change) / (2 * np.square(norm))
        after = _hash(f"{before}{turn}")
        records.append(
            TurnRecord(
                turn=turn,
                query=f"Question {turn + 1}?",
                answer=f"Answer {turn + 1}.",
                interaction_ids=(1, 5 + turn, 2, 9, 3),
                answer_ids=(9,),
                reason="eos",
                sampling=Sampling(),
                metrics=TurnMetrics(3, 1, 0.12, 0.3, 0.04),
                gates=tuple(_gate(name, law, focus, random) for name, law in laws.items()),
                norm=frozen_array(norm),
                change=frozen_array(change),
                cosine=frozen_array(np.clip(cosine, -1, 1)),
                memory_before=before,
                memory_after=after,
            )
        )
        before = after
    return initial, tuple(records)
