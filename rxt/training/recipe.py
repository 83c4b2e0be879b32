"""A training recipe: what a TOML file says, checked."""

from __future__ import annotations

import dataclasses
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from rxt.errors import RxtError

Section = TypeVar("Section")


class RecipeError(RxtError, ValueError):
    """A recipe that cannot be followed; the message names the section and the key."""


@dataclass(frozen=True, slots=True)
class ModelShape:
    """The dimensions of a new model; decoder and encoder are alike, feed-forward layers are dense and gated."""

    layers: int
    width: int
    head_dim: int
    query_heads: int
    kv_heads: int
    slots: int
    feed_forward: int
    vocabulary: int
    interaction_length: int
    gate_init: float

    def to_document(self) -> dict[str, Any]:
        """The config.json of such a model."""
        heads = {
            "att_heads": self.width // self.head_dim,
            "att_query_groups": self.query_heads,
            "att_groups": self.kv_heads,
        }
        stack = {
            "num_layers": self.layers,
            "vocab_size": self.vocabulary,
            "embed_dim": self.width,
            "ff_dim": self.feed_forward,
            "ff_activation": "swish",
            "use_gated": True,
            "use_rms_norm": True,
            "seq_len": self.interaction_length,
            "stm_size": self.slots,
            "self_att_type": "sqa",
            "cross_att_type": "sqa",
            "cross_att_query_groups": self.query_heads,
            "cross_att_groups": self.kv_heads,
            **heads,
        }
        return {
            "decoder_config": stack,
            "encoder_config": {**stack, "skip_memory_cross_attention": True},
            "memory_attention_config": {
                "num_layers": self.layers,
                "embed_dim": self.width,
                "seq_len": self.interaction_length,
                "stm_size": self.slots,
                "norm_type": "classic-rms",
                "att_type": "sqa",
                "interlayer_att_type": "sqa",
                "interlayer_att_query_groups": self.query_heads,
                "interlayer_att_groups": self.kv_heads,
                "use_gated_residual": True,
                "residual_gate_type": "elementwise",
                "residual_per_slot_gate": True,
                "use_tanh_residual_gate": False,
                "residual_gate_init": self.gate_init,
                **heads,
            },
            "memory_attention_variant": "self-interlayer",
            "tokenizer_config": {
                "pad_token_id": 0,
                "bos_token_id": 2,
                "eos_token_id": 3,
                "query_token_id": 5,
                "answer_token_id": 6,
            },
        }


@dataclass(frozen=True, slots=True)
class DataPlan:
    """tokenizer_dialogues: how many dialogues of turns_per_dialogue turns the tokenizer is trained on."""

    tokenizer_dialogues: int
    turns_per_dialogue: int


@dataclass(frozen=True, slots=True)
class Schedule:
    """Learning rates rise for warm_up_steps and fall along a cosine to final_learning_rate_share of themselves."""

    steps: int
    turns_per_step: int
    learning_rate: float
    gate_learning_rate: float
    final_learning_rate_share: float
    warm_up_steps: int
    weight_decay: float
    seed: int
    checkpoint_every_steps: int


@dataclass(frozen=True, slots=True)
class CurriculumPlan:
    """turns: turns per dialogue, level by level. A level ends at promote_at_value_accuracy (moving average of recalled
    value tokens) or after promote_after_steps; earlier_share of the batches come from earlier levels."""

    turns: list[int]
    promote_at_value_accuracy: float
    promote_after_steps: int
    earlier_share: float


@dataclass(frozen=True, slots=True)
class Recipe:
    model: ModelShape
    data: DataPlan
    schedule: Schedule
    curriculum: CurriculumPlan

    @classmethod
    def read(cls, path: Path) -> Recipe:
        """Reads a TOML file. Raises RecipeError naming what is missing, unknown or of another type."""
        try:
            document = tomllib.loads(path.read_text("utf-8"))
        except (OSError, ValueError) as error:
            raise RecipeError(f"{path} cannot be read as TOML: {error}") from None
        known = {field.name for field in dataclasses.fields(cls)}
        if unknown := sorted(document.keys() - known):
            raise RecipeError(f"{path} has the unknown section [{unknown[0]}]; known are {', '.join(sorted(known))}")
        return cls(
            model=_section(ModelShape, "model", document, path),
            data=_section(DataPlan, "data", document, path),
            schedule=_section(Schedule, "schedule", document, path),
            curriculum=_section(CurriculumPlan, "curriculum", document, path),
        )


def _section(kind: type[Section], name: str, document: Mapping[str, Any], path: Path) -> Section:
    values = document.get(name)
    if not isinstance(values, dict):
        raise RecipeError(f"{path} has no section [{name}]")
    fields = {field.name: str(field.type) for field in dataclasses.fields(kind)}  # type: ignore[arg-type]
    for key in values.keys() - fields.keys():
        raise RecipeError(f"{path}: [{name}] has the unknown key {key!r}")
    checked = {}
    for key, wanted in fields.items():
        if key not in values:
            raise RecipeError(f"{path}: [{name}] lacks {key}")
        value = values[key]
        if wanted == "float" and type(value) is int:
            value = float(value)
        good = (
            isinstance(value, list) and bool(value) and all(type(item) is int and item > 0 for item in value)
            if wanted == "list[int]"
            else type(value).__name__ == wanted and value >= 0
        )
        if not good:
            raise RecipeError(f"{path}: [{name}] {key} must be of type {wanted} and not negative, not {value!r}")
        checked[key] = value
    return kind(**checked)
