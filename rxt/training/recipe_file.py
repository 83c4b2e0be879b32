"""A recipe's TOML file, read strictly: every key is known, of its type and in its range, or named in an error.

Sections: [model], [data], [schedule], optionally [curriculum] and any number of [[stage]]. A stage takes what it does
not say itself from the sections; without [[stage]] there is one, of the kind memory_aware.
"""

from __future__ import annotations

import dataclasses
import math
import sys
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar, cast

from rxt.training.recipe import (
    GENERATOR,
    KINDS,
    OF_TOKENIZER,
    PRECISIONS,
    CurriculumPlan,
    DataPlan,
    ModelFolder,
    ModelPreset,
    ModelShape,
    Recipe,
    RecipeError,
    RunPlan,
    Schedule,
    StageKind,
    StageOptions,
    StagePlan,
)

Part = TypeVar("Part")
SECTIONS = ("model", "data", "schedule", "curriculum", "stage")
SHARES = (
    "final_learning_rate_share",
    "averaged_share",
    "generator_share",
    "mask_share",
    "talk",
    "eager",
    "recitals",
    "episodes",
    "mistakes",
    "tagging_hidden",
    "earlier_share",
    "slot_share",
    "promote_at_value_accuracy",
)
AT_LEAST_ONE = (
    "steps", "turns_per_step", "checkpoint_every_steps", "memory_steps", "turns_per_dialogue", "memory_heads",
    "head_dim",
)  # fmt: skip
AT_MOST: dict[str, float] = {
    "learning_rate": 1, "muon_learning_rate": 1, "gate_learning_rate": 1, "weight_decay": 1, "gate_init": 100,
    "answer_weight": 1000, "novelty": 1000, "focus": 10, "asides": 100, "acknowledgements": 100, "noise": 100,
    "tagging": 1000, "tagging_messages": 100, "tagging_hidden": 0.5, "turns_per_step": 10**6,
    "turns_per_dialogue": 1000, "turns": 1000, "memory_steps": 1000, "workers": 1000, "seed": 2**63 - 1,
}  # fmt: skip
"""So that a slip of the finger is named at once, not by a run that never ends its first step."""
_AWARE: tuple[StageKind, ...] = ("memory_aware",)
OF_KINDS: dict[str, tuple[StageKind, ...]] = {
    "mask_share": ("joint", "interaction"), "noise": ("joint", "interaction", "memory_attention"),
    "memory_steps": ("memory_attention",), "tagging": _AWARE, "tagging_messages": _AWARE, "tagging_hidden": _AWARE,
    "decoder_only": _AWARE, "decoder_held": _AWARE, "slot_share": _AWARE, "asides": _AWARE, "recitals": _AWARE,
    "mistakes": _AWARE, "acknowledgements": _AWARE, "curriculum": _AWARE,
    "answer_weight": ("interaction", "memory_aware"), "gate_learning_rate": ("memory_attention", "memory_aware"),
}  # fmt: skip
"""What a stage of another kind would read and not use. In the sections, which all stages share, it may stand."""
OF_GENERATOR = (
    "novelty", "focus", "asides", "talk", "eager", "recitals", "mistakes", "episodes", "acknowledgements",
    *OF_TOKENIZER,
)  # fmt: skip
OF_LESSON = ("tagging", "tagging_messages", "tagging_hidden")


def read_recipe(path: Path) -> Recipe:
    """Reads a TOML file. Raises RecipeError naming what is missing, unknown or of another type."""
    try:
        document = tomllib.loads(path.read_text("utf-8-sig"))  # with a mark, as some editors on Windows begin a file
    except (OSError, ValueError, RecursionError) as error:
        raise RecipeError(f"{path} cannot be read as TOML: {error}") from None
    if unknown := sorted(document.keys() - set(SECTIONS)):
        raise RecipeError(f"{path} has the unknown section [{unknown[0]}]; known are {', '.join(sorted(SECTIONS))}")
    schedule = _Section(path, "schedule", document, Schedule, RunPlan)
    data = _Section(path, "data", document, DataPlan)
    curriculum = _Section(path, "curriculum", document, CurriculumPlan) if "curriculum" in document else None
    run = schedule.build(RunPlan)
    if run.precision not in PRECISIONS:
        raise RecipeError(f"{path}: [schedule] precision is {run.precision!r}; known are {', '.join(PRECISIONS)}")
    tables = document.get("stage")
    if tables is None:
        plan = None if curriculum is None else curriculum.build(CurriculumPlan)
        stages = [StagePlan("memory_aware", schedule.build(Schedule), _data(data), plan)]
        _check_use(data, stages[0])
    else:
        if not isinstance(tables, list) or not tables:
            raise RecipeError(f"{path}: stages are written as [[stage]], once for each")
        stages = [_stage(path, number, table, schedule, data, curriculum) for number, table in enumerate(tables, 1)]
    model = _model(path, document)
    if isinstance(model, ModelFolder):
        _check_tokenizer(path, [document["data"], *(tables or ())])
    return Recipe(model, run, tuple(stages))


def _check_tokenizer(path: Path, tables: Sequence[Mapping[str, Any]]) -> None:
    """Raises RecipeError where data says how a tokenizer is learned, and the model to begin with brings its own."""
    for key in OF_TOKENIZER:
        if any(key in table for table in tables):
            raise RecipeError(f"{path} has {key}, and the model that [model] names brings its tokenizer: leave it out")


class _Section:
    """One table of the file; `kinds` are the parts that its keys belong to."""

    def __init__(self, path: Path, name: str, document: Mapping[str, Any], *kinds: type, also: tuple[str, ...] = ()):
        values = document.get(name)
        if not isinstance(values, dict):
            raise RecipeError(f"{path} has no section [{name}]")
        self.path, self.name, self.values = path, name, values
        known = {field.name for kind in kinds for field in dataclasses.fields(kind)} | set(also)
        for key in values.keys() - known:
            raise RecipeError(f"{path}: [{name}] has the unknown key {key!r}; known are {', '.join(sorted(known))}")

    def build(self, kind: type[Part], inherited: _Section | None = None) -> Part:
        """The part that this table and, for what it does not say, `inherited` describe."""
        given = {**(inherited.values if inherited else {}), **self.values}
        checked = {}
        for field in dataclasses.fields(kind):  # type: ignore[arg-type]
            if field.name in given:
                # A fault is named where it stands.
                origin = self if inherited is None or field.name in self.values else inherited
                checked[field.name] = origin._checked(field.name, str(field.type), given[field.name])
            elif field.default is dataclasses.MISSING:
                raise RecipeError(f"{self.path}: [{self.name}] lacks {field.name}")
        return kind(**checked)

    def _checked(self, key: str, wanted: str, value: Any) -> Any:
        wanted = wanted.removesuffix(" | None")
        if wanted == "float" and type(value) is int and value <= sys.float_info.max:
            value = float(value)
        if not _is_a(wanted, value):
            what = "a list of file names" if wanted == "tuple[Path, ...]" else f"of type {wanted} and not negative"
            raise RecipeError(f"{self.path}: [{self.name}] {key} must be {what}, not {value!r}")
        if key in SHARES and value > 1:
            raise RecipeError(f"{self.path}: [{self.name}] {key} is a share, from 0 to 1, not {value!r}")
        if key in AT_LEAST_ONE and value < 1:
            raise RecipeError(f"{self.path}: [{self.name}] {key} must be at least 1, not {value!r}")
        most, largest = AT_MOST.get(key, math.inf), max(value) if wanted == "list[int]" else value
        if isinstance(largest, int | float) and largest > most:
            raise RecipeError(f"{self.path}: [{self.name}] {key} must be at most {most}, not {largest!r}")
        if wanted == "tuple[Path, ...]":
            return tuple(self.path.parent / name for name in value)
        return value


def _is_a(wanted: str, value: Any) -> bool:
    match wanted:
        case "list[int]":
            return isinstance(value, list) and bool(value) and all(type(item) is int and item > 0 for item in value)
        case "tuple[Path, ...]":
            return isinstance(value, list) and all(type(item) is str and item for item in value)
        case "float":
            return type(value) is float and math.isfinite(value) and value >= 0
        case "int":
            return type(value) is int and value >= 0
    return type(value).__name__ == wanted


def _stage(
    path: Path, number: int, table: Any, schedule: _Section, data: _Section, curriculum: _Section | None
) -> StagePlan:
    name = f"stage {number}"
    own = _Section(
        path, name, {name: table}, Schedule, DataPlan, StageOptions, also=("kind", "curriculum")
    )  # fmt: skip
    kind = own.values.get("kind")
    if kind not in KINDS:
        raise RecipeError(f"{path}: [{name}] kind is {kind!r}; known are {', '.join(KINDS)}")
    for key in own.values:
        users = OF_KINDS.get(key, KINDS)
        if kind not in users:
            raise RecipeError(f"{path}: [{name}] has {key}, which only stages of the kind {' or '.join(users)} use")
    plan = None
    if kind == "memory_aware":
        section = curriculum
        if "curriculum" in own.values:
            section = _Section(
                path, f"{name} curriculum", {f"{name} curriculum": own.values["curriculum"]}, CurriculumPlan
            )
        plan = None if section is None else section.build(CurriculumPlan)
    options = own.build(StageOptions)
    if options.decoder_only and options.decoder_held:
        raise RecipeError(f"{path}: [{name}] has decoder_only and decoder_held, so that nothing would learn")
    built = StagePlan(
        kind=cast(StageKind, kind),
        schedule=own.build(Schedule, schedule),
        data=_data(own, data),
        curriculum=plan,
        options=options,
    )
    _check_use(own, built)
    return built


def _check_use(section: _Section, plan: StagePlan) -> None:
    """Raises RecipeError where a section says what the stage that it is written for would not use."""

    def refuse(keys: tuple[str, ...], why: str) -> None:
        for key in keys:
            if key in section.values:
                raise RecipeError(f"{section.path}: [{section.name}] has {key}, {why}")

    data, options = plan.data, plan.options
    if not data.generator:
        refuse((*OF_GENERATOR, *OF_LESSON), f"which only generated conversations use: generator = {GENERATOR!r}")
    if not (data.files and data.generator):
        refuse(("generator_share",), "which only files and generated conversations together use")
    if options.decoder_only:
        refuse((*OF_LESSON, "gate_learning_rate"), "which a stage with decoder_only does not use")
    if not options.tagging:
        refuse(OF_LESSON[1:], "which only a stage with tagging uses")
    if not options.tagging_messages:
        refuse(OF_LESSON[2:], "which only a stage with tagging_messages uses")


def _data(section: _Section, inherited: _Section | None = None) -> DataPlan:
    plan = section.build(DataPlan, inherited)
    if plan.generator not in ("", GENERATOR):
        raise RecipeError(
            f"{section.path}: [{section.name}] generator is {plan.generator!r}; there is one, {GENERATOR!r}"
        )
    return plan if plan.files or plan.generator else dataclasses.replace(plan, generator=GENERATOR)


def _model(path: Path, document: Mapping[str, Any]) -> ModelShape | ModelPreset | ModelFolder:
    values = document.get("model")
    if isinstance(values, dict):
        for key in ("from", "preset"):
            if key not in values:
                continue
            if len(values) > 1:
                raise RecipeError(f"{path}: [model] has {key!r}, which gives all dimensions, and other keys beside it")
            if type(values[key]) is not str or not values[key]:
                raise RecipeError(f"{path}: [model] {key} must be a text, not {values[key]!r}")
            return ModelFolder(path.parent / values[key]) if key == "from" else ModelPreset(values[key])
    shape = _Section(path, "model", document, ModelShape, also=("from", "preset")).build(ModelShape)
    if shape.head_dim % 2 or shape.width % shape.head_dim:
        raise RecipeError(
            f"{path}: [model] head_dim must be an even number that divides width, {shape.width}, not {shape.head_dim}"
        )
    return shape
