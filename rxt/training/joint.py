"""Joint language-model training: the encoder guesses hidden tokens, the decoder writes the text with the encoder's
states of it as memory.

The decoder so learns to read a memory before there is one worth reading; memory attention is not touched. Letters:
N texts, T tokens, L layers, S slots, D width, V vocabulary.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from rxt.model.reactive_transformer import ReactiveTransformer
from rxt.nn.norm import RMSNorm
from rxt.training.batch import BatchBuilder, DialogueBatch
from rxt.training.material import Material, PairMaker
from rxt.training.recipe import StageOptions
from rxt.training.source import Source
from rxt.training.stage import NOT_MEASURED, StageResult

MASKED, REPLACED = 0.8, 0.1
"""Of the tokens to guess, how many become [MASK] and how many a random token; the rest stay, but must be guessed."""


class MaskedHead(nn.Module):
    """The encoder's own head, for guessing hidden tokens; it belongs to training and to no model folder."""

    def __init__(self, width: int, vocabulary: int) -> None:
        super().__init__()
        self.norm = RMSNorm(width)
        self.linear = nn.Linear(width, vocabulary)

    def forward(self, x: Tensor) -> Tensor:
        """[..., D] -> [..., V]."""
        result: Tensor = self.linear(self.norm(x))
        return result


class JointStage:
    """Trains embedding, encoder and decoder together. whole_text: the decoder learns queries too, not answers alone."""

    def __init__(
        self,
        model: ReactiveTransformer,
        builder: BatchBuilder,
        source: Source,
        options: StageOptions,
        mask_id: int,
        seed: int,
        whole_text: bool,
    ) -> None:
        self._model, self._source = model, source
        self.maker = PairMaker(builder, source)
        self._options, self._mask_id, self._whole_text = options, mask_id, whole_text
        config = model.config.decoder
        self.extra = MaskedHead(config.width, config.vocabulary)
        generator = torch.Generator().manual_seed(seed)
        nn.init.normal_(self.extra.linear.weight, std=config.width**-0.5, generator=generator)
        nn.init.zeros_(self.extra.linear.bias)
        self.extra.to(model.device)

    @property
    def groups(self) -> Mapping[str, Sequence[nn.Module]]:
        model = self._model
        return {"encoder": (model.encoder, self.extra), "rest": (model.embedding, model.decoder)}

    def turns(self, shared: random.Random) -> int:
        return self._source.longest

    def loss(self, material: Material) -> StageResult:
        batch = material.batch.to(self._model.device)
        generator = torch.Generator().manual_seed(material.seed)
        return joint_loss(self._model, self.extra, batch, self._mask_id, self._options, generator, self._whole_text)

    def observe(self, result: StageResult) -> None:
        """Nothing follows from a step."""

    def state(self) -> dict[str, Any]:
        return {}

    def restore(self, state: Mapping[str, Any]) -> None:
        """There is nothing to restore but the head, which the loop keeps."""


def joint_loss(
    model: ReactiveTransformer,
    head: nn.Module,
    batch: DialogueBatch,
    mask_id: int,
    options: StageOptions,
    generator: torch.Generator,
    whole_text: bool = True,
) -> StageResult:
    """The encoder's loss of hidden tokens plus the decoder's of next tokens, of a batch of single interactions."""
    tokens, real = batch.tokens[:, 0], batch.real[:, 0]  # [N, T]
    hidden = hide(tokens, real, mask_id, options.mask_share, model.config.decoder.vocabulary, generator)
    states = model.encoder(model.embedding(hidden.tokens), real)  # [L, N, T, D]
    guesses = head(states[-1][hidden.chosen].float())
    wanted = tokens[hidden.chosen]
    encoder_loss = functional.cross_entropy(guesses, wanted) if len(wanted) else states.sum() * 0

    memory = states_as_memory(states.detach(), real, model.memory_shape[1], options.noise, generator)
    weight = (real if whole_text else batch.weights[:, 0])[:, 1:].float()
    written = model.decoder(model.embedding(tokens[:, :-1]), model.decoder.read_memory(memory))
    chosen = weight > 0
    logits, target = model.decoder.head(written[chosen]).float(), tokens[:, 1:][chosen]
    losses = functional.cross_entropy(logits, target, reduction="none") * weight[chosen]
    decoder_loss = losses.sum() / weight.sum().clamp(min=1.0)
    return StageResult(
        loss=encoder_loss + decoder_loss,
        answer_accuracy=float((logits.detach().argmax(dim=-1) == target).float().mean()),
        masked_accuracy=float((guesses.detach().argmax(dim=-1) == wanted).float().mean())
        if len(wanted)
        else NOT_MEASURED,
    )


@dataclass(frozen=True, slots=True, eq=False)
class HiddenTokens:
    """tokens [N, T] as the encoder sees them; chosen [N, T]: True where it has to guess."""

    tokens: Tensor
    chosen: Tensor


def hide(
    tokens: Tensor, real: Tensor, mask_id: int, share: float, vocabulary: int, generator: torch.Generator
) -> HiddenTokens:
    """Hides a share of the real tokens; drawn on the processor, so that every device hides the same ones."""
    chance = torch.rand(tokens.shape, generator=generator).to(tokens.device)
    fate = torch.rand(tokens.shape, generator=generator).to(tokens.device)
    others = torch.randint(vocabulary, tokens.shape, generator=generator).to(tokens.device)
    chosen = real & (chance < share)
    seen = torch.where(chosen & (fate < MASKED), mask_id, tokens)
    seen = torch.where(chosen & (fate >= MASKED) & (fate < MASKED + REPLACED), others, seen)
    return HiddenTokens(seen, chosen)


def states_as_memory(states: Tensor, real: Tensor, slots: int, noise: float, generator: torch.Generator) -> Tensor:
    """Encoder states [L, N, T, D] as a memory [L, N, max(S, T), D]: one token a slot, with noise of `noise` times the
    states' own size; slots without a token hold N(0, 1), as in fresh memory."""
    layers, texts, tokens, width = states.shape
    fresh = torch.randn(layers, texts, max(slots, tokens), width, generator=generator).to(states)
    size = states.float().square().mean(dim=-1, keepdim=True).sqrt()  # [L, N, T, 1]
    noisy = (states + noise * size * fresh[:, :, :tokens]).to(states.dtype)
    fresh[:, :, :tokens] = torch.where(real[None, :, :, None], noisy, fresh[:, :, :tokens])
    return fresh
