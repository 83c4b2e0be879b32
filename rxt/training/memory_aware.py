"""Supervised memory-aware training: turn k is answered with the memory that turns before k have written.

The encoder reads interactions, not memories, so all turns of a batch are encoded in one pass and, once the memories
are known, decoded in one pass; only memory attention walks through the turns. Letters: B dialogues, K turns, T tokens,
L layers, S slots, D width, N = B * K, A questions asked aside.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from rxt.model.reactive_transformer import ReactiveTransformer
from rxt.training.batch import BatchBuilder, DialogueBatch
from rxt.training.curriculum import Curriculum
from rxt.training.gradients import MemoryGradientClipper
from rxt.training.material import DialogueMaker, LessonMaker, Maker, Material
from rxt.training.recipe import RecipeError, StageOptions
from rxt.training.source import Source
from rxt.training.stage import NOT_MEASURED, StageResult
from rxt.training.tagger import Lesson, Tagger, TagResult

NOTHING_LEARNED = (
    "The conversations of a step hold nothing to learn: answers weigh nothing (answer_weight), the turns of the "
    "curriculum are too few to reach an answer, or interactions are too short for one. The last checkpoint, if there "
    "is one, is kept."
)

DECODED_TOGETHER = 100
"""So many messages of similar length are decoded in one pass where there are many: the shorter ones then take little
padding. With 857 messages a step 8 passes had 14 % fewer tokens than 3, padding included."""

KEPT_BELOW = 0.1
"""A slot whose write gate is lower counts as kept."""


class MemoryAwareStage:
    """Trains the whole model on conversations; without a curriculum they are as long as the data has them.

    lesson: the encoder's states are to show what each token tells; its tagger is trained along. options: which parts
    learn, and how many slots stand for the memory.
    """

    def __init__(
        self,
        model: ReactiveTransformer,
        builder: BatchBuilder,
        source: Source,
        curriculum: Curriculum | None,
        lesson: Lesson | None = None,
        options: StageOptions = StageOptions(),  # noqa: B008  (frozen)
    ) -> None:
        self._model = model
        self._options = options
        self._source = source
        self.curriculum = curriculum
        self._clipper = None if options.decoder_only else MemoryGradientClipper()
        self._lesson = lesson
        dialogues = DialogueMaker(builder, source)
        self.maker: Maker = (
            dialogues if lesson is None else LessonMaker(dialogues, lesson.source, lesson.messages, lesson.hidden)
        )

    @property
    def extra(self) -> nn.Module | None:
        """The tagger, which belongs to training and to no model folder."""
        return None if self._lesson is None else self._lesson.tagger

    @property
    def groups(self) -> Mapping[str, Sequence[nn.Module]]:
        model = self._model
        if self._options.decoder_only:
            return {"rest": (model.decoder,)}
        encoder = (model.encoder,) if self.extra is None else (model.encoder, self.extra)
        writing = {"memory": (model.memory_attention,), "encoder": encoder}
        return writing if self._options.decoder_held else {**writing, "rest": (model.embedding, model.decoder)}

    def turns(self, shared: random.Random) -> int:
        # Alike in every process, so that none waits for another's longer dialogues.
        return self.curriculum.turns(shared) if self.curriculum else self._source.longest

    def loss(self, material: Material) -> StageResult:
        model, lesson = self._model, self._lesson
        noise = torch.Generator(model.device).manual_seed(material.seed)
        start, slots = fresh_memories(model, len(material.batch.tokens), noise), None
        if self._options.slot_share < 1:
            slots = drawn_slots(start.shape[2], self._options.slot_share, noise)
            start = start.index_select(2, slots)
        tagger = None if lesson is None else lesson.tagger
        batch = material.batch.to(model.device)
        result = memory_aware_loss(model, batch, start, self._clipper, tagger=tagger, slots=slots)
        # Not those of the batch: conversations of files can be shorter, and in every process others are.
        result = replace(result, turns=material.turns)
        if tagger is None or material.told is None:
            return result
        shown = None if material.shown is None else material.shown.to(model.device)
        tags = tagging_loss(model, tagger, material.told.to(model.device), shown=shown)
        return replace(result, loss=result.loss + tags.loss, masked_accuracy=tags.accuracy)

    def observe(self, result: StageResult) -> None:
        if self.curriculum:
            self.curriculum.observe(result.turns, result.value_accuracy)

    def state(self) -> dict[str, Any]:
        curriculum = self.curriculum.state() if self.curriculum else None
        return {"curriculum": curriculum}

    def restore(self, state: Mapping[str, Any]) -> None:
        if self.curriculum and state["curriculum"]:
            self.curriculum.restore(state["curriculum"])


def fresh_memories(model: ReactiveTransformer, dialogues: int, generator: torch.Generator) -> Tensor:
    """A fresh memory a conversation, [L, B, S, D]: N(0, 1) noise, drawn on the generator's device."""
    layers, *rest = model.memory_shape
    memories = torch.randn(layers, dialogues, *rest, generator=generator, device=generator.device)
    return memories.to(model.device, model.dtype)


def drawn_slots(slots: int, share: float, generator: torch.Generator) -> Tensor:
    """The numbers of a share of the slots, at least one, in order, on the generator's device."""
    drawn = torch.randperm(slots, generator=generator, device=generator.device)[: max(1, round(share * slots))]
    return drawn.sort().values


def memory_aware_loss(
    model: ReactiveTransformer,
    batch: DialogueBatch,
    memory: Tensor,
    clipper: MemoryGradientClipper | None = None,
    chunks: int = 3,
    tagger: Tagger | None = None,
    slots: Tensor | None = None,
) -> StageResult:
    """The loss of one batch that begins with `memory` [L, B, S, D], with gradients through memory attention into the
    encoder. slots: the numbers of its slots, where they are not all. Raises RecipeError where no token of it is to be
    learned."""
    dialogues, turns, _ = batch.tokens.shape
    asked = batch.questions()
    embedded = model.embedding(asked.tokens)  # [N + A, T, D]
    real = asked.real[: batch.turns]  # [N, T]
    groups = list(_by_length(real.sum(dim=-1), chunks))
    states = _encode(model, embedded[: batch.turns], real, groups).unflatten(1, (dialogues, turns))  # [L, B, K, T, D]

    memories, gates = [memory], []
    # unbind, not an index a turn: each index's gradient would be a zero-filled copy of all states.
    for turn, state in enumerate(states.unbind(dim=2)[:-1]):
        memory, gate = model.memory_attention(memory, state, batch.real[:, turn], slots)
        if clipper is not None:
            clipper.watch(memory)
        memories.append(memory)
        gates.append(gate["write"].detach().float())
    before = torch.stack(memories, dim=2).flatten(1, 2)  # [L, N, S, D]
    if clipper is not None:
        clipper.measure(before, batch.taken.flatten())
    read = model.decoder.read_memory(before)  # once, however much is asked of a memory

    losses, weights, hits, values = [], [], [], []
    learned = (asked.weights > 0).any(dim=-1).nonzero().flatten()
    if not len(learned):
        raise RecipeError(NOTHING_LEARNED)
    passes = max(chunks, len(learned) // DECODED_TOGETHER)
    for among_learned, longest in _by_length(asked.real.sum(dim=-1)[learned], passes):
        rows = learned[among_learned]
        places = asked.before[rows]
        memory_kv = [(keys.index_select(0, places), values_.index_select(0, places)) for keys, values_ in read]
        hidden = model.decoder(embedded[rows, : longest - 1], memory_kv)
        weight = asked.weights[rows, 1:longest]
        chosen = weight > 0
        logits = model.decoder.head(hidden[chosen]).float()
        target = asked.tokens[rows, 1:longest][chosen]
        losses.append(functional.cross_entropy(logits, target, reduction="none") * weight[chosen])
        weights.append(weight[chosen])
        hits.append(logits.detach().argmax(dim=-1) == target)
        values.append(asked.values[rows, 1:longest][chosen])
    hit, value = torch.cat(hits).float(), torch.cat(values)
    loss = torch.cat(losses).sum() / torch.cat(weights).sum()
    tags = None if tagger is None else tagger.loss(states, batch.real, batch.tags)
    # Stage by stage the mean, as the logs of all runs have it; [L, B, S] each.
    layers = model.memory_shape[0]
    written = batch.taken[:, :-1]
    kept = [(gate < KEPT_BELOW).float() for gate in gates]
    return StageResult(
        loss=loss if tags is None else loss + tags.loss,
        value_accuracy=float(hit[value].mean()) if bool(value.any()) else NOT_MEASURED,
        answer_accuracy=float(hit.mean()),
        masked_accuracy=NOT_MEASURED if tags is None else tags.accuracy,
        write_gate=mean_of_taken(gates, written) if gates else torch.zeros(layers),
        kept=mean_of_taken(kept, written) if kept else torch.zeros(layers),
        turns=turns,
    )


def mean_of_taken(values: Sequence[Tensor], taken: Tensor) -> Tensor:
    """The mean [L] of the values [L, B, S] of every turn, over the turns of `taken` [B, K] alone."""
    each = torch.stack([value.mean(dim=2) for value in values], dim=2)  # [L, B, K]
    return (each * taken).sum(dim=(1, 2)) / taken.sum()


def tagging_loss(
    model: ReactiveTransformer, tagger: Tagger, batch: DialogueBatch, chunks: int = 6, shown: Tensor | None = None
) -> TagResult:
    """What single messages tell, of the encoder alone; the mean over its groups of messages of similar length."""
    tokens, real, tags = (part.flatten(0, 1) for part in (batch.tokens, batch.real, batch.tags))
    results = []
    for rows, longest in _by_length(real.sum(dim=-1), chunks):
        embedded = model.embedding(tokens[rows, :longest])
        if shown is not None:
            embedded = embedded * shown[rows, :longest, None]
        states = model.encoder(embedded, real[rows, :longest])
        results.append(tagger.loss(states, real[rows, :longest], tags[rows, :longest]))
    accuracies = [result.accuracy for result in results if result.accuracy == result.accuracy]
    accuracy = sum(accuracies) / len(accuracies) if accuracies else NOT_MEASURED
    return TagResult(torch.stack([result.loss for result in results]).mean(), accuracy)


def _by_length(lengths: Tensor, chunks: int) -> Iterator[tuple[Tensor, int]]:
    """Rows in groups of similar length, so that little time goes into padding: (row indices, longest of them)."""
    for rows in lengths.argsort().chunk(chunks):
        yield rows, int(lengths[rows].max())


def _encode(model: ReactiveTransformer, embedded: Tensor, real: Tensor, groups: list[tuple[Tensor, int]]) -> Tensor:
    """The encoder's states [L, N, T, D] of every turn; zeros at padding."""
    parts = []
    for rows, longest in groups:
        states = model.encoder(embedded[rows, :longest], real[rows, :longest])
        parts.append(functional.pad(states, (0, 0, 0, embedded.shape[1] - longest)))
    order = torch.cat([rows for rows, _ in groups])
    return torch.cat(parts, dim=1)[:, order.argsort()]
