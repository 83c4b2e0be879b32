"""Why did it say that? The one door for notebooks to everything that can be asked of a finished conversation.

    >>> import rxt
    >>> from rxt.inference import explain
    >>> model = rxt.load("tests/golden/beta-self-interlayer")      # or rxt.load(): the bundled model
    >>> initial = model.initial_memory(seed=1)
    >>> session = rxt.Session(model, initial, rxt.Sampling(max_tokens=6))
    >>> for question in ("My name is Alice.", "I live in Paris.", "What is my name?"):
    ...     events = list(session.ask(question))
    >>> talk = explain.Conversation(model, initial, session.turns)
    >>> talk.is_exact                                               # the replay left the memories that were recorded
    True

Which slots did the words of the last answer come from, and which turn had written those?

    >>> reads = talk.read(2)
    >>> reads.weights.shape                                         # T tokens, L layers, H heads, S slots
    (6, 3, 4, 8)
    >>> words = [reads.text[start:end] for start, end in reads.spans]
    >>> "".join(words) == session.turns[2].answer
    True
    >>> talk.sources(2).shape                                       # T tokens; the initial memory and two turns
    (6, 3)
    >>> talk.write(0).weights.shape                                 # L layers, H heads, S slots, T tokens of turn 0
    (3, 4, 8, 15)
    >>> talk.provenance.measure, talk.provenance.error < 1e-4
    ('weight', True)
    >>> bool(abs(talk.provenance.shares().sum(axis=0) - 1).max() < 1e-5)   # of each slot, over all turns
    True

Attention is no proof. What would have been said without the slots that were read most, and without as many others?

    >>> most = explain.strongest(reads.of_slots(), share=0.25)
    >>> for where in (most, explain.random_like(most, seed=0)):
    ...     other = talk.counterfactual(2, explain.zero(talk.memories[2], where))
    ...     int(where.sum()), other.before.shape, other.first_difference is None or other.first_difference >= 0
    (6, (6,), True)
    (6, (6,), True)
    >>> talk.without_each_turn().shape                              # [k, j]: answer j, had turn k not been
    (3, 3)

What does a memory know? Nothing that is asked here is written.

    >>> known = explain.recall(model, session.memory, [explain.Question("What is my name?", ("Alice",))],
    ...                        {"reset": model.initial_memory(seed=9)}, rxt.Sampling(max_tokens=6))
    >>> {name: found.share.to_json()["trials"] for name, found in known.items()}
    {'as it is': 1, 'reset': 1}

All results are read-only float32 arrays in frozen dataclasses. Functions that may take long have a last argument
`cancelled`, asked between layers, tokens and turns; once it is True they raise Cancelled.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from rxt.events import FloatArray, TurnRecord
from rxt.inference.attention_maps import Heads, ReadMap, WriteMap, interlayer_map, read_map, value_norms, write_map
from rxt.inference.cancel import Cancelled, IsCancelled, never
from rxt.inference.counterfactual import (
    Counterfactual,
    answer_log_probabilities,
    counterfactual,
    first_difference,
    frozen,
    leave_one_out,
    prompt_of,
)
from rxt.inference.edit import (
    interpolate,
    layer_mean,
    layers_at,
    noise,
    patch,
    random_like,
    shuffled,
    slots_at,
    strongest,
    strongest_of_all,
    zero,
)
from rxt.inference.probe import Question, Recall, ask, recall
from rxt.inference.provenance import Provenance, Unrolling, contributions, provenance, read_sources
from rxt.inference.replay import encoder_states, replay_write
from rxt.inference.reply import Reply, reply
from rxt.inference.share import Share
from rxt.inference.slots import (
    Distance,
    SlotHealth,
    Thresholds,
    distance,
    effective_rank,
    health,
    pooled_similarity,
    similarity,
)
from rxt.inference.spans import token_spans
from rxt.io.pretrained import PretrainedModel
from rxt.model.memory import MemoryState

__all__ = [
    "Cancelled", "Conversation", "Counterfactual", "Distance", "Provenance", "Question", "ReadMap", "Recall", "Reply",
    "Share", "SlotHealth", "Thresholds", "Unrolling", "WriteMap", "answer_log_probabilities", "ask", "contributions",
    "counterfactual", "distance", "effective_rank", "first_difference", "frozen", "health", "interlayer_map",
    "interpolate", "layer_mean", "layers_at", "leave_one_out", "noise", "patch", "pooled_similarity", "prompt_of",
    "provenance", "random_like", "read_map", "read_sources", "recall", "reply", "shuffled", "similarity", "slots_at",
    "strongest", "strongest_of_all", "token_spans", "value_norms", "write_map", "zero",
]  # fmt: skip


class Conversation:
    """A finished conversation of N turns, replayed. Turns are counted from 0, from the first that is given; -1 is the
    last, as in a list, and a turn that there is not raises IndexError.

    memories: N + 1, before the first turn and after each. is_exact: whether every memory is, to the last bit, the one
    that was recorded; on another device or in another number format it need not be.
    Raises ValueError where `initial` is not the memory that the first turn read, and Cancelled.
    """

    def __init__(
        self,
        model: PretrainedModel,
        initial: MemoryState,
        turns: Sequence[TurnRecord],
        cancelled: IsCancelled = never,
    ) -> None:
        if turns and turns[0].memory_before != initial.sha256:
            raise ValueError("The first turn read another memory than the one given; nothing was computed.")
        self.model = model
        self.turns = tuple(turns)
        self._cancelled = cancelled
        memories = [initial]
        for turn in self.turns:
            states = encoder_states(model, turn.interaction_ids)
            memories.append(replay_write(model, memories[-1], states, cancelled).memory)
        self.memories = tuple(memories)
        self.is_exact = all(
            turn.memory_after == memory.sha256 for turn, memory in zip(self.turns, memories[1:], strict=True)
        )

    def read(self, turn: int, layers: Sequence[int] | None = None, heads: Heads = "each") -> ReadMap:
        """Which slots each token of the answer was read from."""
        turn = self._place(turn)
        record = self.turns[turn]
        prompt = prompt_of(record)
        return read_map(self.model, self.memories[turn], prompt, record.answer_ids, layers, heads, self._cancelled)

    def write(self, turn: int, layers: Sequence[int] | None = None, heads: Heads = "each") -> WriteMap:
        """Which tokens of the turn each slot was written from."""
        turn = self._place(turn)
        ids = self.turns[turn].interaction_ids
        return write_map(self.model, self.memories[turn], ids, layers, heads, self._cancelled)

    def interlayer(self, turn: int, layers: Sequence[int] | None = None, heads: Heads = "each") -> FloatArray:
        """Which slots each slot read before it was written: [L, H, S, S']."""
        return interlayer_map(self.model, self.memories[self._place(turn)], layers, heads, self._cancelled)

    @cached_property
    def provenance(self) -> Provenance:
        """Which turn wrote how much of each slot; computed once."""
        interactions = [turn.interaction_ids for turn in self.turns]
        return provenance(self.model, self.memories[0], interactions, self._cancelled)

    def sources(self, turn: int) -> FloatArray:
        """[T, turn + 1]: from which turn each token of the answer was read; column 0 is the initial memory."""
        return read_sources(self.read(turn, heads="mean"), self.provenance.shares(self._place(turn)))

    def health(self, turn: int, thresholds: Thresholds | None = None) -> SlotHealth:
        """Dead, duplicate and saturated slots after the turn."""
        turn = self._place(turn)
        return health(self.memories[turn + 1], self.turns[turn].gate("write"), thresholds, self._cancelled)

    def counterfactual(self, turn: int, other: MemoryState) -> Counterfactual:
        """The turn with another memory, as an edit of memories[turn]."""
        turn = self._place(turn)
        return counterfactual(self.model, self.turns[turn], self.memories[turn], other, self._cancelled)

    def without_each_turn(self) -> FloatArray:
        """[N, N]: what each answer owes to each turn before it, in nats a token; see leave_one_out."""
        return leave_one_out(self.model, self.memories[0], self.turns, self._cancelled)

    def _place(self, turn: int) -> int:
        """The turn counted from 0: there is one memory more than turns, so that -1 would mean another place in each."""
        count = len(self.turns)
        if not -count <= turn < count:
            raise IndexError(f"there is no turn {turn} in a conversation of {count}; the first is 0, the last is -1")
        return turn % count
