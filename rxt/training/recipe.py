"""A training recipe as values: the model to begin with, and the stages to go through, in order."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, get_args

from rxt.errors import RxtError

StageKind = Literal["joint", "interaction", "memory_attention", "memory_aware"]
KINDS: tuple[StageKind, ...] = get_args(StageKind)
PRECISIONS = ("float32", "bfloat16")
GENERATOR = "dialogues"
OF_TOKENIZER = ("tokenizer_dialogues", "turns_per_dialogue")
"""What a recipe says of the tokenizer of a new model."""


class RecipeError(RxtError, ValueError):
    """A recipe that cannot be followed; the message names the section and the key."""


@dataclass(frozen=True, slots=True)
class ModelShape:
    """The dimensions of a new model; decoder and encoder are alike, feed-forward layers are dense and gated.

    memory_heads: query heads, and as many key-value heads, with which the memory is read and written; those of the rest
    if absent.
    """

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
    memory_heads: int | None = None

    def to_document(self) -> dict[str, Any]:
        """The config.json of such a model."""
        readers = self.memory_heads or self.query_heads
        read = self.memory_heads or self.kv_heads
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
            "cross_att_query_groups": readers,
            "cross_att_groups": read,
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
                "interlayer_att_query_groups": readers,
                "interlayer_att_groups": read,
                "use_gated_residual": True,
                "residual_gate_type": "elementwise",
                "residual_per_slot_gate": True,
                "use_tanh_residual_gate": False,
                "residual_gate_init": self.gate_init,
                **heads,
                "att_query_groups": readers,
                "att_groups": read,
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
class ModelPreset:
    """A new model of a published shape, such as "rxt-beta-micro"."""

    preset: str


@dataclass(frozen=True, slots=True)
class ModelFolder:
    """A trained model to go on with; its folder also gives the tokenizer."""

    folder: Path


@dataclass(frozen=True, slots=True)
class DataPlan:
    """Where conversations come from: files, the generator "dialogues", or both.

    generator_share: of the conversations, where there are both, in [0, 1]. novelty, focus: see DialogueGenerator; below
    1 they make a first stage easier. tokenizer_dialogues: how many generated dialogues of turns_per_dialogue turns the
    tokenizer of a new model is trained on. answer_weight: in the loss, of a token that no memory is needed for; a
    recalled one weighs 4. asides: up to so many questions before every turn that leave no trace, so that each memory
    is asked about more of what it holds; of generated conversations in the stage memory_aware alone.
    talk: the share of generated turns that are nothing but talk, beside those that are anyway. eager: the share of
    generated conversations in which nearly every turn tells something. recitals: the share of turns before which what
    the memory holds is recited, a denser lesson than questions asked aside; in the stage memory_aware alone as well.
    mistakes: the share of turns whose answer is a wrong one where the memory reads it, and the right one is learned
    aside, so that what was told is taken from the message; memory_aware alone. episodes: the share of generated
    conversations with pieces of everyday chats among their turns, several messages each; of the stage memory_aware's
    further messages (tagging_messages) as well. acknowledgements: so many messages before every turn that tell
    something, or are talk, and are answered aside, practice in reading that costs the decoder alone; where there are
    such, half of what was just told is also corrected aside; memory_aware alone.
    """

    tokenizer_dialogues: int = 20_000
    turns_per_dialogue: int = 8
    files: tuple[Path, ...] = ()
    generator: str = ""
    generator_share: float = 0.5
    novelty: float = 1.0
    focus: float = 1.0
    answer_weight: float = 1.0
    asides: float = 0.0
    talk: float = 0.0
    eager: float = 0.0
    recitals: float = 0.0
    mistakes: float = 0.0
    episodes: float = 0.0
    acknowledgements: float = 0.0


@dataclass(frozen=True, slots=True)
class Schedule:
    """Learning rates rise for warm_up_steps and fall along a cosine to final_learning_rate_share of themselves.

    turns_per_step: of all processes together. gate_learning_rate: of the memory gates; that of the rest if absent.
    muon_learning_rate: of the matrices inside of layers, which are then trained with Muon instead of AdamW.
    averaged_share: the last so large share of the steps, the mean of whose weights the stage leaves; 0: the last ones.
    """

    steps: int
    turns_per_step: int
    learning_rate: float
    gate_learning_rate: float | None = None
    final_learning_rate_share: float = 0.02
    warm_up_steps: int = 20
    weight_decay: float = 0.01
    muon_learning_rate: float | None = None
    averaged_share: float = 0.0


@dataclass(frozen=True, slots=True)
class CurriculumPlan:
    """turns: turns per dialogue, level by level. A level ends at promote_at_value_accuracy (moving average of recalled
    value tokens) or after promote_after_steps; earlier_share of the batches come from earlier levels."""

    turns: list[int]
    promote_at_value_accuracy: float
    promote_after_steps: int
    earlier_share: float


@dataclass(frozen=True, slots=True)
class StageOptions:
    """mask_share: of tokens hidden from the encoder (joint, interaction). noise: standard deviation of what is added to
    memories, states and labels, as a share of their own size (all but memory_aware). memory_steps: length of a chain of
    memories (memory_attention). tagging: weight of a further lesson, whether the encoder's states show which words are
    values and of which fact (memory_aware, on generated conversations). tagging_messages: so many further messages for
    every turn of a step, which are encoded for that lesson alone; tagging_hidden: the mean share of their tokens that
    the encoder does not see. decoder_only: the decoder alone learns, to read what is written as before and to answer
    (memory_aware); without `tagging` then. decoder_held: encoder and memory attention alone learn, to write for a
    decoder that reads as before (memory_aware). slot_share: so large a share of the slots, others at every step, stands
    for the memory; steps become cheaper (memory_aware)."""

    mask_share: float = 0.15
    noise: float = 0.1
    memory_steps: int = 6
    tagging: float = 0.0
    tagging_messages: float = 0.0
    tagging_hidden: float = 0.0
    decoder_only: bool = False
    decoder_held: bool = False
    slot_share: float = 1.0


@dataclass(frozen=True, slots=True)
class StagePlan:
    """One stage. curriculum: of memory_aware alone; without one, conversations are as long as the data has them."""

    kind: StageKind
    schedule: Schedule
    data: DataPlan
    curriculum: CurriculumPlan | None = None
    options: StageOptions = field(default_factory=StageOptions)


@dataclass(frozen=True, slots=True)
class RunPlan:
    """What holds for all stages.

    device: as torch names it. precision "bfloat16": of what is computed; the weights are kept in float32 beside it.
    compile: layers are compiled, which takes some minutes and a C++ compiler and then makes steps faster. workers:
    so many further processes write the conversations of later steps, for a device that computes faster than one does.
    """

    seed: int = 1
    checkpoint_every_steps: int = 250
    device: str = "cpu"
    precision: str = "float32"
    compile: bool = False
    workers: int = 0


@dataclass(frozen=True, slots=True)
class Recipe:
    model: ModelShape | ModelPreset | ModelFolder
    run: RunPlan
    stages: tuple[StagePlan, ...]

    @property
    def steps(self) -> int:
        """Steps of all stages together."""
        return sum(stage.schedule.steps for stage in self.stages)

    @classmethod
    def read(cls, path: Path) -> Recipe:
        """Reads a TOML file. Raises RecipeError naming what is missing, unknown or of another type."""
        from rxt.training.recipe_file import read_recipe

        return read_recipe(path)
