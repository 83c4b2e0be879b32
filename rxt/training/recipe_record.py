"""The recipe that a folder was last trained with, beside the one that it is to go on with: what differs, what must not.

What a run began with, its model and its tokenizer, is settled: another one there would be read and not used.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rxt.io.files import write_atomically
from rxt.io.model_name import RECIPE
from rxt.training.checkpoint import TrainingError
from rxt.training.recipe import OF_TOKENIZER, Recipe

ORIGIN = "began_with"


class RecipeRecord:
    """origin: the fingerprint of the trained model that the recipe begins with, None of a new one. goes_on: whether the
    run in the folder `out` was begun before; what the folder holds of another is not read."""

    def __init__(self, out: Path, recipe: Recipe, origin: str | None, *, goes_on: bool) -> None:
        self._out = out
        self._now: dict[str, Any] = json.loads(json.dumps(asdict(recipe), default=_place)) | {ORIGIN: origin}
        self._before = _read(out / RECIPE) if goes_on else {}

    def check(self) -> None:
        """Raises TrainingError where this recipe begins with another model or tokenizer than the run did."""
        for key, before, now in (*self._of_model(), *self._of_tokenizer()):
            raise TrainingError(
                f"{key} is {_said(now)} in this recipe and {_said(before)} in the one that {self._out} was begun with, "
                "which training cannot change. Nothing was changed: put it back, or name another folder with --out."
            )

    def changes(self, place: int) -> list[str]:
        """What this recipe says otherwise from the stage `place` on, such as "stages.0.schedule.steps"; nothing where
        no former one is known."""
        return [key for key in self._differences() if not _is_of(key, range(place))]

    def notes(self, place: int) -> Iterator[str]:
        """Sentences about what this recipe says otherwise and cannot change any more, once the stage `place` is
        reached."""
        folder, former = self._folders()
        origin = self._before.get(ORIGIN)
        if folder and former and folder != former and origin is None:
            yield f"This recipe begins with the model in {folder}, the former one with that in {former}. {_AS_IT_IS}"
        elif folder and origin not in (None, self._now[ORIGIN]):
            yield f"The model in {folder} is no longer the one that this run began with. {_AS_IT_IS}"
        over = [key for key in self._differences() if _is_of(key, range(place))]
        if over:
            yield f"Of stages that are over, it changes nothing any more: {', '.join(over)}."

    def write(self) -> None:
        """Writes this recipe for the next start; what the run began with stays written as it was."""
        begun = {key: self._before.get(key) for key in ("model", ORIGIN)} if self._former("model") else {}
        write_atomically(self._out / RECIPE, json.dumps(self._now | begun, indent=2).encode())

    def _former(self, part: str) -> Mapping[str, Any]:
        value = self._before.get(part)
        return value if isinstance(value, dict) else {}

    def _folders(self) -> tuple[str | None, str | None]:
        """Of the model to begin with, now and before; None where there is none."""
        former = self._former("model").get("folder")
        return self._now["model"].get("folder"), _place(Path(former)) if isinstance(former, str) else None

    def _of_model(self) -> Iterator[tuple[str, Any, Any]]:
        """Keys of [model] that differ, with their values before and now."""
        before, now = self._former("model"), self._now["model"]
        folder, former = self._folders()
        if folder and former:
            origin = self._before.get(ORIGIN)
            # A model that only lies elsewhere is the same; of early versions, which wrote neither its fingerprint nor
            # where a relative path began, nothing is known for sure.
            if folder != former and origin not in (None, self._now[ORIGIN]):
                yield "[model] from", former, folder
        elif before:
            for key in dict.fromkeys((*now, *before)):
                if before.get(key) != now.get(key):
                    yield f"[model] {'from' if key == 'folder' else key}", before.get(key), now.get(key)

    def _of_tokenizer(self) -> Iterator[tuple[str, Any, Any]]:
        """Keys that the tokenizer of a new model was trained by and that differ, with their values before and now."""
        if "folder" in self._now["model"]:
            return
        before, now = _first_generated(self._before), _first_generated(self._now)
        for key in OF_TOKENIZER:
            if key in before and key in now and before[key] != now[key]:
                yield f"[data] {key}", before[key], now[key]

    def _differences(self) -> list[str]:
        """Keys of run and stages that differ, without those that only a new model depends on."""
        if not self._before:
            return []
        old, new = ({part: values.get(part) for part in ("run", "stages")} for values in (self._before, self._now))
        before, now = dict(_leaves(old)), dict(_leaves(new))
        return sorted(
            key
            for key in before.keys() | now.keys()
            if key.rpartition(".")[2] not in OF_TOKENIZER
            and _with_places(key, before.get(key)) != _with_places(key, now.get(key))
        )


_AS_IT_IS = "The run goes on with what it has learned; to begin with that model, name another folder with --out."


def _place(path: Path) -> str:
    """One name for a file, however it was named."""
    return str(path.resolve())


def _said(value: Any) -> str:
    return "not given" if value is None else repr(value)


def _read(path: Path) -> dict[str, Any]:
    """The recipe of the last start; empty where none is known."""
    try:
        values = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return values if isinstance(values, dict) else {}


def _first_generated(values: Mapping[str, Any]) -> Mapping[str, Any]:
    """The data of the first stage with a generator, by which the tokenizer of a new model is trained."""
    stages = values.get("stages")
    for stage in stages if isinstance(stages, list) else []:
        data = stage.get("data") if isinstance(stage, dict) else None
        if isinstance(data, dict) and data.get("generator"):
            return data
    return {}


def _with_places(key: str, value: Any) -> Any:
    if not key.endswith(".files") or not isinstance(value, list):
        return value
    return [_place(Path(item)) if isinstance(item, str) else item for item in value]


def _is_of(key: str, stages: range) -> bool:
    """Whether a key such as "stages.0.schedule.steps" is of one of the stages."""
    return any(key.startswith(f"stages.{number}.") for number in stages)


def _leaves(value: Any, place: str = "") -> Iterator[tuple[str, Any]]:
    """The single values of nested ones, each with the way to it; a list of plain values is one."""
    items = list(value.items()) if isinstance(value, dict) else []
    if isinstance(value, list) and any(isinstance(item, dict) for item in value):
        items = [(str(number), item) for number, item in enumerate(value)]
    if not items:
        yield place, value
    for key, item in items:
        yield from _leaves(item, f"{place}.{key}" if place else key)
