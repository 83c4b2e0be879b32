"""What a run begins with: a model, random or trained before, its configuration and its tokenizer."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from rxt.config import ModelConfig
from rxt.errors import RxtError
from rxt.io.presets import preset
from rxt.io.pretrained import TOKENIZER, load
from rxt.model.reactive_transformer import ReactiveTransformer
from rxt.text.template import Template
from rxt.text.tokenizer import Tokenizer
from rxt.text.trainer import train_tokenizer
from rxt.training.batch import PLAIN_TEXT, BatchBuilder, LossWeights
from rxt.training.corpus import DataError, read_corpus, too_long
from rxt.training.curriculum import Curriculum
from rxt.training.dialogues import Dialogue, texts
from rxt.training.dialogues.facts import numbers_of_facts
from rxt.training.initialise import initialise
from rxt.training.joint import JointStage
from rxt.training.memory_attention_stage import MemoryAttentionStage
from rxt.training.memory_aware import MemoryAwareStage
from rxt.training.recipe import (
    DataPlan,
    ModelFolder,
    ModelPreset,
    Recipe,
    RecipeError,
    StageOptions,
    StagePlan,
)
from rxt.training.source import FileSource, GeneratedSource, MixedSource, Source
from rxt.training.stage import Stage
from rxt.training.tagger import Lesson, Tagger
from rxt.training.team import Team
from rxt.training.unlearned import unlearned

CHECKPOINT = "checkpoint.pt"
MASK_TOKEN = "[MASK]"  # noqa: S105  (a token of the tokenizer)


@dataclass(frozen=True, slots=True)
class Start:
    """model: in float32, on the processor, every weight ready; document: its config.json. origin: the fingerprint of
    the trained model that it is a copy of, None of a new one. lengths: of the conversations of every file that was read
    so far, in turns; 0 for plain text."""

    model: ReactiveTransformer
    document: Mapping[str, Any]
    tokenizer_json: str
    origin: str | None = None
    lengths: dict[Path, list[int]] = field(default_factory=dict)

    @property
    def tokenizer(self) -> Tokenizer:
        return Tokenizer(self.tokenizer_json, self.model.config.decoder.vocabulary)

    @property
    def fingerprint(self) -> str:
        """SHA-256 over the configuration, without what only new weights depend on."""
        document = json.loads(json.dumps(self.document))
        document["memory_attention_config"].pop("residual_gate_init", None)
        return hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()

    def template(self) -> Template:
        return Template(self.model.config.tokens, self.tokenizer)

    def builder(self, weights: LossWeights = LossWeights()) -> BatchBuilder:  # noqa: B008  (frozen)
        """Encodes conversations for this model."""
        tokenizer, config = self.tokenizer, self.model.config
        template = Template(config.tokens, tokenizer)
        return BatchBuilder(template, tokenizer, config.interaction_length, weights, numbers_of_facts())


def begin(recipe: Recipe, out: Path, team: Team) -> Start:
    """The model that a recipe begins with. Raises RecipeError, ModelError or ConfigError."""
    if isinstance(recipe.model, ModelFolder):
        return _trained(recipe.model.folder)
    document = preset(recipe.model.preset) if isinstance(recipe.model, ModelPreset) else recipe.model.to_document()
    config = ModelConfig.from_json(document)
    path = out / TOKENIZER
    if (out / CHECKPOINT).exists():
        if not path.exists():
            raise RecipeError(
                f"{path} is missing, with which the checkpoint beside it was trained. Nothing was changed: put it back "
                f"(the model folder {out / 'model'} has a copy), or name another folder with --out."
            )
    elif team.leads:
        # Anew where one is there: it may be of a run that was refused, with other data.
        train_tokenizer(_tokenizer_texts(recipe), config.decoder.vocabulary, path)
    team.wait()
    try:
        tokenizer_json = path.read_text("utf-8")
    except (OSError, ValueError) as error:
        raise RecipeError(f"{path} cannot be read: {error}") from None
    model = ReactiveTransformer(config)
    initialise(model, recipe.run.seed)
    return Start(model, document, tokenizer_json)


def _trained(folder: Path) -> Start:
    if not folder.is_dir():
        raise RecipeError(f"[model] from: there is no folder {folder}. Nothing was changed.")
    pretrained = load(folder)
    model = ReactiveTransformer(pretrained.config)
    model.load_state_dict(pretrained.state_dict())
    return Start(model, pretrained.document, (folder / TOKENIZER).read_text("utf-8"), pretrained.fingerprint)


def _tokenizer_texts(recipe: Recipe) -> Iterator[str]:
    """What the tokenizer of a new model is trained on: the files of all stages, and generated dialogues."""
    files = dict.fromkeys(path for stage in recipe.stages for path in stage.data.files)
    for dialogue in read_corpus(list(files)):
        for turn in dialogue.turns:
            yield turn.query
            yield turn.answer
    plan = next((stage.data for stage in recipe.stages if stage.data.generator), None)
    if plan is not None:
        yield from texts(plan.tokenizer_dialogues, plan.turns_per_dialogue, recipe.run.seed)


def build_stage(start: Start, plan: StagePlan, place: int, seed: int) -> Stage:
    """The stage that stands at `place` in the recipe, with its data. Raises DataError or RecipeError."""
    data = plan.data if plan.kind == "memory_aware" else _without_asides(plan.data)
    source = _source(start, plan, data)
    model, builder = start.model, start.builder(LossWeights(answer=plan.data.answer_weight))
    match plan.kind:
        case "joint" | "interaction":
            mask_id = _mask_id(start.tokenizer_json)
            return JointStage(model, builder, source, plan.options, mask_id, seed + place, plan.kind == "joint")
        case "memory_attention":
            return MemoryAttentionStage(model, builder, source, plan.options)
        case "memory_aware":
            curriculum = Curriculum(plan.curriculum) if plan.curriculum else None
            lesson = _lesson(model, plan, seed + place)
            _check_slot_share(model, plan.options)
            return MemoryAwareStage(model, builder, source, curriculum, lesson, plan.options)


def look_ahead(start: Start, stages: Sequence[StagePlan], place: int) -> list[str]:
    """Reads what the stages from `place` on will need and was not read yet, so that no fault is found when others have
    been trained.

    Keeps none of it; returns sentences about what of the files will not be learned. Raises DataError or RecipeError,
    which name the stage where there are several."""
    for number, plan in enumerate(stages[place:], place + 1):
        try:
            if plan.kind in ("joint", "interaction"):
                _mask_id(start.tokenizer_json)
            elif plan.kind == "memory_aware":
                _check_slot_share(start.model, plan.options)
            for path in plan.data.files:
                if path not in start.lengths:
                    _read(start, [path])
            _check_conversations(start, plan)
        except (DataError, RecipeError) as error:
            if len(stages) == 1:
                raise
            raise type(error)(f"Nothing was trained, because stage {number} could not be: {error}") from None
    return list(unlearned(stages, place, start.lengths))


def _check_conversations(start: Start, plan: StagePlan) -> None:
    """Raises RecipeError where the files of a stage hold plain text alone and it needs conversations."""
    if plan.kind == "joint" or plan.data.generator or any(any(start.lengths[path]) for path in plan.data.files):
        return
    names = ", ".join(map(str, plan.data.files))
    raise RecipeError(f"{names}: plain text is learned by joint stages alone, and {plan.kind} needs conversations.")


def _check_slot_share(model: ReactiveTransformer, options: StageOptions) -> None:
    """Raises RecipeError where some slots cannot stand for all of them."""
    memory = model.config.memory
    norms = {memory.norms.mean, memory.norms.interlayer, memory.norms.write}
    apart = memory.gate.kind != "linear" and norms <= {"rms", "layer"}
    if options.slot_share < 1 and not apart:
        raise RecipeError("slot_share must be 1 for this model: its memory's gates or norms take all slots at once.")


def _without_asides(data: DataPlan) -> DataPlan:
    return replace(data, asides=0.0, recitals=0.0, mistakes=0.0, acknowledgements=0.0)


def _lesson(model: ReactiveTransformer, plan: StagePlan, seed: int) -> Lesson | None:
    """What the stage teaches beside the answers; None where the recipe does not ask for it."""
    options, encoder = plan.options, model.config.encoder
    if not options.tagging or not plan.data.generator or options.decoder_only:
        return None
    facts = max(numbers_of_facts().values())
    tagger = Tagger(encoder.layers, encoder.width, facts, options.tagging, seed).to(model.device)
    data = plan.data
    told = GeneratedSource(novelty=data.novelty, focus=data.focus, mistakes=data.mistakes, episodes=data.episodes)
    return Lesson(tagger, told, options.tagging_messages, options.tagging_hidden)


def _source(start: Start, stage: StagePlan, plan: DataPlan) -> Source:
    """What a stage draws from; `plan` is its data without what the stage does not use."""
    generated = GeneratedSource(
        novelty=plan.novelty,
        focus=plan.focus,
        asides=plan.asides,
        talk=plan.talk,
        eager=plan.eager,
        recitals=plan.recitals,
        episodes=plan.episodes,
        mistakes=plan.mistakes,
        acknowledgements=plan.acknowledgements,
    )
    if not plan.files:
        return generated
    read = _read(start, plan.files)
    _check_conversations(start, stage)
    usable = [dialogue for dialogue in read if stage.kind == "joint" or not _is_text(dialogue)]
    if not usable:
        return generated
    files = FileSource(usable)
    return MixedSource(files, generated, plan.generator_share) if plan.generator else files


def _read(start: Start, files: Sequence[Path]) -> list[Dialogue]:
    objection = too_long(start.template(), start.model.config.interaction_length)
    found: list[Dialogue] = []
    for path in files:
        dialogues = read_corpus([path], objection)
        start.lengths[path] = [0 if _is_text(dialogue) else len(dialogue.turns) for dialogue in dialogues]
        found += dialogues
    return found


def _is_text(dialogue: Dialogue) -> bool:
    return dialogue.turns[0].kind == PLAIN_TEXT


def _mask_id(tokenizer_json: str) -> int:
    added = json.loads(tokenizer_json).get("added_tokens") or []
    for token in added:
        if token.get("content") == MASK_TOKEN:
            return int(token["id"])
    raise RecipeError(
        f"The tokenizer has no {MASK_TOKEN} token, which joint and interaction stages need: leave them out."
    )


def check_device(device: str) -> None:
    """Raises RxtError where torch cannot compute on the device."""
    import torch

    try:
        torch.zeros(1, device=device).item()  # "meta" gives tensors that have no values
    except (RuntimeError, AssertionError) as error:  # torch asserts where it was built without the device
        raise RxtError(f"This machine cannot train on the device {device!r}: {str(error).splitlines()[0]}") from None


def check_compiler() -> None:
    """Raises RxtError where there is no C++ compiler to be found, without which torch cannot compile layers."""
    known = (os.environ.get("CXX"), "c++", "g++", "clang++", "cl")
    if not any(name and shutil.which(name) for name in known):
        raise RxtError("compile = true needs a C++ compiler, and none was found: install one, or leave the line out.")
