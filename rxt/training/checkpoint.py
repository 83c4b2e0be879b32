"""The checkpoint of a run: everything that the next step depends on, written whole or not at all."""

from __future__ import annotations

import io
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from rxt.errors import RxtError
from rxt.io.files import write_atomically


class TrainingError(RxtError):
    """Training stopped; the last checkpoint is kept. The message says at which step and why."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """step: of the run; stage, stage_step: where in the recipe that is. stage_state: what the stage keeps; extra: its
    part outside of the model; kind: of the stage; fingerprint: of the model's configuration, None in early versions;
    mean: of the weights over the stage's last steps, None where none is taken yet; tokenizer: its SHA-256, None in
    early versions."""

    step: int
    stage: int
    stage_step: int
    model: Mapping[str, Tensor]
    optimizer: Mapping[str, Any]
    stage_state: Mapping[str, Any]
    extra: Mapping[str, Tensor] | None
    fingerprint: str | None
    kind: str
    mean: Mapping[str, Tensor] | None = None
    tokenizer: str | None = None

    def write(self, path: Path) -> None:
        """Raises OSError where it cannot be written; the file that was there stays."""
        data = io.BytesIO()
        torch.save(
            {
                "step": self.step,
                "model": dict(self.model),
                "optimizer": dict(self.optimizer),
                **self.stage_state,
                "stage": self.stage,
                "stage_step": self.stage_step,
                "kind": self.kind,
                "extra": None if self.extra is None else dict(self.extra),
                "fingerprint": self.fingerprint,
                "mean": None if self.mean is None else dict(self.mean),
                "tokenizer": self.tokenizer,
            },
            data,
        )
        write_atomically(path, data.getvalue())

    @classmethod
    def read(cls, path: Path) -> Checkpoint:
        """Reads a checkpoint, also of versions that had one stage. Raises TrainingError where it is damaged."""
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # what a damaged file makes torch warn of is said below
                state = torch.load(path, weights_only=True, map_location="cpu")
            return cls(
                step=int(state["step"]),
                stage=int(state.get("stage", 0)),
                stage_step=int(state.get("stage_step", state["step"])),
                model=state["model"],
                optimizer=state["optimizer"],
                stage_state={"curriculum": state.get("curriculum")},
                extra=state.get("extra"),
                fingerprint=state.get("fingerprint"),
                kind=str(state.get("kind", "memory_aware")),
                mean=state.get("mean"),
                tokenizer=state.get("tokenizer"),
            )
        except Exception:  # noqa: BLE001  (a damaged file makes the unpickler raise anything, often with bad advice)
            raise TrainingError(
                f"{path} is damaged, or is not a checkpoint of a run. Nothing was changed: move it away to begin anew, "
                "or name another folder with --out."
            ) from None

    def check_tokenizer(self, path: Path, sha256: str) -> None:
        """Raises TrainingError where the checkpoint's model knows tokens of another tokenizer."""
        if self.tokenizer not in (None, sha256):
            raise TrainingError(
                f"{path} belongs to a model with another tokenizer. Nothing was changed: use the recipe and the "
                "tokenizer.json it was made with, or name another folder with --out."
            )

    def check_model(self, path: Path, model: torch.nn.Module, fingerprint: str) -> None:
        """Raises TrainingError where the checkpoint is of a model of another configuration."""
        wanted = {name: list(value.shape) for name, value in model.state_dict().items()}
        found = {name: list(value.shape) for name, value in self.model.items()}
        if wanted == found and self.fingerprint in (None, fingerprint):
            return
        if wanted == found:
            raise TrainingError(
                f"{path} belongs to a model of another configuration, with the same sizes but other heads, "
                "activations or limits. Nothing was changed: use the recipe it was made with, or name another "
                "folder with --out."
            )
        name = next(name for name in sorted(wanted.keys() | found.keys()) if wanted.get(name) != found.get(name))
        raise TrainingError(
            f"{path} belongs to a model of another configuration: {name} is {found.get(name, 'missing')} there and "
            f"{wanted.get(name, 'missing')} in the recipe. Nothing was changed: use the recipe it was made with, "
            "or name another folder with --out."
        )

    def check_extra(self, path: Path, part: torch.nn.Module) -> None:
        """Raises TrainingError where what the stage learned beside the model is of other facts than this version's."""
        wanted = {name: value.shape for name, value in part.state_dict().items()}
        if wanted != {name: value.shape for name, value in (self.extra or {}).items()}:
            raise TrainingError(
                f"{path} was made by a version of Mneme whose generated conversations tell other kinds of facts. "
                "Nothing was changed: name another folder with --out, and go on from the model of this one."
            )
