"""The log of a run: a row of numbers a step as CSV and, where tensorboard is installed, as its event files."""

from __future__ import annotations

import csv
import importlib.util
import math
import os
from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO

NUMBERS = ("loss", "value_accuracy", "answer_accuracy", "masked_accuracy", "learning_rate")
NORMS = ("norm_memory", "norm_encoder", "norm_rest")


@dataclass(frozen=True, slots=True)
class Progress:
    """One step, for a log or a progress bar; accuracies and gates in [0, 1], not a number where nothing was measured.

    step: of the run, from 1; stage: its place in the recipe, from 0. norms: of the gradient before clipping.
    write_gate, kept: one a memory layer, see StageResult.
    """

    step: int
    turns: int
    loss: float
    value_accuracy: float
    answer_accuracy: float
    learning_rate: float
    norm_memory: float
    norm_encoder: float
    norm_rest: float
    write_gate: tuple[float, ...]
    stage: int
    kind: str
    masked_accuracy: float
    kept: tuple[float, ...]
    step_s: float

    def brief(self) -> dict[str, str]:
        """What a progress bar has room for."""
        shares = {"recall": self.value_accuracy, "answers": self.answer_accuracy, "masked": self.masked_accuracy}
        measured = {name: f"{value:.2f}" for name, value in shares.items() if math.isfinite(value)}
        return {"turns": str(self.turns), "loss": f"{self.loss:.3f}", **measured}

    def scalars(self) -> Iterator[tuple[str, float]]:
        """Everything that is a measured number, under the names of a dashboard."""
        named = [(f"{self.kind}/{name}", float(getattr(self, name))) for name in NUMBERS]
        named += [(f"gradient/{name.removeprefix('norm_')}", float(getattr(self, name))) for name in NORMS]
        named += [(f"write_gate/layer_{layer}", value) for layer, value in enumerate(self.write_gate)]
        named += [(f"kept/layer_{layer}", value) for layer, value in enumerate(self.kept)]
        for name, value in [*named, ("time/step_s", self.step_s)]:
            if math.isfinite(value):
                yield name, value


class Log:
    """Appends to log-RANK.csv in a run's folder; the first process also writes TensorBoard's events to events/."""

    def __init__(self, out: Path, rank: int) -> None:
        self._path = out / f"log-{rank}.csv"
        self._file: TextIO | None = None
        self._board = _board(out / "events") if rank == 0 else None

    def __enter__(self) -> Log:
        last = _last_byte(self._path)
        self._file = self._path.open("a", newline="", encoding="utf-8")
        self._rows = csv.writer(self._file)
        if last not in (b"", b"\n"):  # a row that a full disk cut short: the next would stand in its line
            self._file.write("\r\n")
        if not last:
            self._rows.writerow(field.name for field in fields(Progress))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for part in (self._file, self._board):
            try:
                if part is not None:
                    part.close()
            except OSError:
                if error is None:
                    raise  # else the same disk is full again, and the first error says what to do

    def add(self, progress: Progress) -> None:
        """One row."""
        self._rows.writerow(getattr(progress, field.name) for field in fields(progress))
        if self._board is not None:
            for name, value in progress.scalars():
                self._board.add_scalar(name, value, progress.step)

    def flush(self) -> None:
        """What was added is on disk, or OSError is raised."""
        if self._file is not None:
            self._file.flush()


def _last_byte(path: Path) -> bytes:
    """Of a file; nothing where it is missing or empty."""
    if not path.exists() or not path.stat().st_size:
        return b""
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read()


def _board(folder: Path) -> Any:
    """TensorBoard's writer; None where it is not installed."""
    if importlib.util.find_spec("tensorboard") is None:
        return None
    from torch.utils.tensorboard import SummaryWriter

    return SummaryWriter(folder)
