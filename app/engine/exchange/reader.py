"""Reads the JSON of a conversation and trusts none of it: every field is checked before anything comes out.

Letters: L memory layers, S slots, D width.
"""

from __future__ import annotations

import hashlib
from typing import get_args

from app.engine.exchange.document import FORMAT, VERSION, ExchangedConversation, ExchangedTurn, ExchangeError
from app.engine.exchange.field import Field, parse
from app.models.memory_status import TURN_PHASES
from app.models.message_limit import LONGEST_MESSAGE
from rxt.events import (
    FinishReason,
    FloatArray,
    GateActivation,
    GateLaw,
    GateName,
    GateSource,
    GateStage,
    Sampling,
    TurnMetrics,
    TurnRecord,
)

MOST_TURNS = 200_000
MOST_TOKENS = 1_000_000
MOST_LIVED = 10**9
"""Turns of an initial memory; a number without end would be too much for what counts on from it."""
TITLE_CHARACTERS = 2**15
"""More than a field of the window takes."""
LARGEST_SIDE = 65_536
LARGEST_ID = 2**63 - 1
_REASONS: tuple[FinishReason, ...] = get_args(FinishReason)
_GATES: tuple[GateName, ...] = get_args(GateName)
_ACTIVATIONS: tuple[GateActivation, ...] = get_args(GateActivation)
_SOURCES: tuple[GateSource, ...] = get_args(GateSource)


def from_json(data: bytes) -> ExchangedConversation:
    """The conversation in the bytes of a file. Raises ExchangeError, which names the field that is wrong."""
    document = parse(data)
    if document.member("format").is_null or document.member("format").text(TITLE_CHARACTERS) != FORMAT:
        raise ExchangeError("The file is JSON, but not a conversation that was exported here.")
    version = document.member("version").whole(1, LARGEST_ID)
    if version != VERSION:
        raise ExchangeError(f"The file has format version {version}; this version of Mneme reads version {VERSION}.")
    top = document.members("format", "version", "title", "created", "model", "initial_memory", "tip", "turns")
    model = top["model"].members("name", "fingerprint", "shape")
    shape = _shape(model["shape"])
    initial = top["initial_memory"].members("seed", "sha256", "origin", "origin_turns", "data")
    sha256 = initial["sha256"].sha256()
    memory = initial["data"].array(shape[0], shape[1] * shape[2]).tobytes()
    if hashlib.sha256(memory).hexdigest() != sha256:
        raise initial["data"].refuse("does not match its checksum")
    turns = _turns(top["turns"], shape, sha256)
    return ExchangedConversation(
        title=top["title"].text(TITLE_CHARACTERS),
        model=model["name"].text(TITLE_CHARACTERS),
        fingerprint=model["fingerprint"].sha256(),
        shape=shape,
        initial_seed=None if initial["seed"].is_null else initial["seed"].whole(0, LARGEST_ID),
        initial_memory=sha256,
        memory=memory,
        origin=initial["origin"].text(TITLE_CHARACTERS),
        origin_turns=initial["origin_turns"].whole(0, MOST_LIVED),
        created=top["created"].number(),
        tip=_known(top["tip"], {turn.id for turn in turns}),
        turns=turns,
    )


def _shape(field: Field) -> tuple[int, int, int]:
    sides = [side.whole(1, LARGEST_SIDE) for side in field.items(3)]
    if len(sides) != 3:
        raise field.refuse("should be the three numbers [layers, slots, width]")
    return sides[0], sides[1], sides[2]


def _known(field: Field, ids: set[int]) -> int | None:
    """A reference to a turn, or None."""
    if field.is_null:
        return None
    number = field.whole(1, LARGEST_ID)
    if number not in ids:
        raise field.refuse(f"names turn {number}, which is not above it in the file")
    return number


def _turns(field: Field, shape: tuple[int, int, int], initial: str) -> tuple[ExchangedTurn, ...]:
    """All turns, each after the one it follows, with memories that join."""
    turns: list[ExchangedTurn] = []
    ids: set[int] = set()
    left: dict[int | None, tuple[int, str]] = {None: (0, initial)}  # turns in memory and its hash after each turn
    for item in field.items(MOST_TURNS):
        turn = _turn(item, shape, ids)
        number, memory = left[turn.parent]
        if turn.record is not None:
            if turn.record.turn != number:
                raise item.refuse(f"is turn {turn.record.turn} in memory, but follows {number} turns")
            if turn.record.memory_before != memory:
                raise item.refuse("starts from another memory than the turn before it left")
            number, memory = number + 1, turn.record.memory_after
        left[turn.id] = number, memory
        ids.add(turn.id)
        turns.append(turn)
    return tuple(turns)


def _turn(field: Field, shape: tuple[int, int, int], ids: set[int]) -> ExchangedTurn:
    parts = field.members(
        "id", "parent", "query", "answer", "phase", "reason", "error", "created", "sampling", "record", "forgotten"
    )
    number = parts["id"].whole(1, LARGEST_ID)
    if number in ids:
        raise parts["id"].refuse(f"is {number}, which an earlier turn has")
    phase = parts["phase"].choice(TURN_PHASES)
    if parts["record"].is_null is (phase == "remembered"):
        raise parts["record"].refuse("should be there for remembered turns and for no others")
    if parts["reason"].is_null is not (phase == "pending"):
        raise parts["reason"].refuse("should be there for answered turns and for no others")
    reason = None if phase == "pending" else parts["reason"].choice(_REASONS)
    forgotten = parts["forgotten"].flag()
    if forgotten and phase == "remembered":
        raise parts["forgotten"].refuse("should be false for a turn that is in memory")
    query, sampling = parts["query"].text(LONGEST_MESSAGE), _sampling(parts["sampling"])
    return ExchangedTurn(
        id=number,
        parent=_known(parts["parent"], ids),
        query=query,
        answer=parts["answer"].text(LONGEST_MESSAGE),
        phase=phase,
        reason=reason,
        error=parts["error"].text(LONGEST_MESSAGE),
        created=parts["created"].number(),
        sampling=sampling,
        record=None
        if reason is None or phase != "remembered"
        else _record(parts["record"], query, reason, sampling, shape),
        forgotten=forgotten,
    )


def _record(
    field: Field, query: str, reason: FinishReason, sampling: Sampling, shape: tuple[int, int, int]
) -> TurnRecord:
    parts = field.members(
        "turn", "answer", "metrics", "interaction_ids", "answer_ids", "memory_before",
        "memory_after", "gates", "norm", "change", "cosine",
    )  # fmt: skip
    layers, slots, _ = shape

    def array(name: str) -> FloatArray:
        return parts[name].array(layers, slots)

    return TurnRecord(
        turn=parts["turn"].whole(0, MOST_TURNS),
        query=query,
        answer=parts["answer"].text(LONGEST_MESSAGE),
        interaction_ids=_ids(parts["interaction_ids"]),
        answer_ids=_ids(parts["answer_ids"]),
        reason=reason,
        sampling=sampling,
        metrics=_metrics(parts["metrics"]),
        gates=tuple(_gate(gate, layers, slots) for gate in parts["gates"].items(len(_GATES))),
        norm=array("norm"),
        change=array("change"),
        cosine=array("cosine"),
        memory_before=parts["memory_before"].sha256(),
        memory_after=parts["memory_after"].sha256(),
    )


def _ids(field: Field) -> tuple[int, ...]:
    return tuple(item.whole(0, 2**31 - 1) for item in field.items(MOST_TOKENS))


def _sampling(field: Field) -> Sampling:
    parts = field.members("temperature", "top_k", "top_p", "seed", "max_tokens")
    try:
        return Sampling(
            temperature=parts["temperature"].number(),
            top_k=None if parts["top_k"].is_null else parts["top_k"].whole(1, LARGEST_ID),
            top_p=None if parts["top_p"].is_null else parts["top_p"].number(),
            seed=parts["seed"].whole(0, LARGEST_ID),
            max_tokens=None if parts["max_tokens"].is_null else parts["max_tokens"].whole(1, LARGEST_ID),
        )
    except ExchangeError:
        raise
    except ValueError as error:
        raise field.refuse(f"cannot be used: {error}") from None


def _metrics(field: Field) -> TurnMetrics:
    parts = field.members("query_tokens", "answer_tokens", "first_token_s", "answer_s", "memory_s")
    return TurnMetrics(
        query_tokens=parts["query_tokens"].whole(0, MOST_TOKENS),
        answer_tokens=parts["answer_tokens"].whole(0, MOST_TOKENS),
        first_token_s=parts["first_token_s"].number(),
        answer_s=parts["answer_s"].number(),
        memory_s=parts["memory_s"].number(),
    )


def _gate(field: Field, layers: int, slots: int) -> GateStage:
    parts = field.members("name", "activation", "source", "per_slot", "values")
    law = GateLaw(
        activation=parts["activation"].choice(_ACTIVATIONS),
        source=parts["source"].choice(_SOURCES),
        per_slot=parts["per_slot"].flag(),
    )
    return GateStage(parts["name"].choice(_GATES), law, parts["values"].array(layers, slots))
