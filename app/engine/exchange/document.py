"""A conversation as a file for other programs: JSON with everything that is known of it, and back.

Complete: the tree of turns, token ids, sampling, seeds, hashes, metrics and what each turn did to the slots. Memories
are not in it, but for the first: each is computed again from the token ids and checked against its hash.

Letters: L memory layers, S slots, D width.
"""

from __future__ import annotations

import base64
import dataclasses
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from app.models.memory_status import TurnPhase
    from rxt.events import FinishReason, FloatArray, Sampling, TurnRecord

FORMAT = "mneme-conversation"
VERSION = 2
LIMIT_BYTES = 256 * 2**20
"""Of a file that is read: some 400 turns of a model with 21 layers of 1,024 slots, 10,000 of the bundled one."""


class ExchangeError(ValueError):
    """The file is no conversation that can be read; the message names the field and what is wrong with it."""


@dataclass(frozen=True, slots=True, eq=False)
class ExchangedTurn:
    """A turn. id, parent: within the file; created: seconds since the epoch, for display only.

    phase: "pending": only asked; "replied": answered, but not in memory; "remembered": in memory, with its record.
    forgotten: it was taken out of memory.
    reason: why the answer ended; None while it has not.
    answer: the text that is shown; where it was edited after it was written, record.answer is what was written.
    """

    id: int
    parent: int | None
    query: str
    answer: str
    phase: TurnPhase
    reason: FinishReason | None
    error: str
    created: float
    sampling: Sampling
    record: TurnRecord | None
    forgotten: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class ExchangedConversation:
    """A conversation with all of its turns, parents before children.

    shape: (L, S, D) of its memories. memory: the bytes of the first one, float32, little-endian, C order.
    tip: the turn at which it is open; None: before the first. apart: turns off that path that a page has all the
    same, because the chat cannot be opened at them, or was not.
    """

    title: str
    model: str
    fingerprint: str
    shape: tuple[int, int, int]
    initial_seed: int | None
    initial_memory: str
    memory: bytes
    origin: str
    origin_turns: int
    created: float
    tip: int | None
    turns: tuple[ExchangedTurn, ...]
    apart: tuple[ExchangedTurn, ...] = ()

    @property
    def path(self) -> tuple[ExchangedTurn, ...]:
        """The turns from the first to the tip."""
        by_id = {turn.id: turn for turn in self.turns}
        path: list[ExchangedTurn] = []
        at = self.tip
        while at is not None:
            path.append(by_id[at])
            at = by_id[at].parent
        return tuple(reversed(path))


def to_json(conversation: ExchangedConversation) -> bytes:
    """The file: one JSON object in UTF-8, one turn a line."""
    header = {
        "format": FORMAT,
        "version": VERSION,
        "title": conversation.title,
        "created": conversation.created,
        "model": {
            "name": conversation.model,
            "fingerprint": conversation.fingerprint,
            "shape": conversation.shape,
        },
        "initial_memory": {
            "seed": conversation.initial_seed,
            "sha256": conversation.initial_memory,
            "origin": conversation.origin,
            "origin_turns": conversation.origin_turns,
            "data": _base64(conversation.memory),
        },
        "tip": conversation.tip,
    }
    lines = ",\n".join(_dump(_turn(turn)) for turn in conversation.turns)
    return f'{_dump(header)[:-1]}, "turns": [\n{lines}\n]}}\n'.encode()


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _turn(turn: ExchangedTurn) -> dict[str, Any]:
    values = {item.name: getattr(turn, item.name) for item in dataclasses.fields(turn)}
    record = None if turn.record is None else _record(turn.record)
    return values | {"sampling": dataclasses.asdict(turn.sampling), "record": record}


def _record(record: TurnRecord) -> dict[str, Any]:
    return {
        "turn": record.turn,
        "answer": record.answer,
        "metrics": dataclasses.asdict(record.metrics),
        "interaction_ids": record.interaction_ids,
        "answer_ids": record.answer_ids,
        "memory_before": record.memory_before,
        "memory_after": record.memory_after,
        "gates": [
            {"name": stage.name, **dataclasses.asdict(stage.law), "values": _array(stage.values)}
            for stage in record.gates
        ],
        "norm": _array(record.norm),
        "change": _array(record.change),
        "cosine": _array(record.cosine),
    }


def _array(values: FloatArray) -> str:
    """[L, S] as base64 of float32, little-endian, C order."""
    return _base64(np.ascontiguousarray(values, dtype="<f4").tobytes())


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
