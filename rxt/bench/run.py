"""Everything that is measured, one after the other."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from pathlib import Path

import torch

from rxt.bench import speed
from rxt.bench.accuracy import Agreement, Judge
from rxt.bench.machine import peak_bytes, processor
from rxt.bench.results import Opened, Results
from rxt.bench.stateless import TURNS, compare
from rxt.io.hub import resolve
from rxt.io.pretrained import PretrainedModel, check_device, check_format, load

MARKS = (1, 2, 10, 100)
Report = Callable[[str, int, int], object]
"""Told what is measured, how much of it is done, of how much."""


def run(
    path_or_repo: str | Path | None = None,
    dtype: str = "float32",
    device: str = "cpu",
    turns: int = max(MARKS),
    answer_tokens: int = 16,
    precisions: Iterable[str] = (),
    report: Report = lambda what, done, total: None,
) -> Results:
    """Opens the model and measures it. turns: of the longest conversation, at most; precisions: to be compared.

    Raises what load raises, and ValueError for fewer than one turn, both before anything is measured.
    """
    if turns < 1 or answer_tokens < 1:
        raise ValueError(f"at least one turn of one token is measured, not {turns} of {answer_tokens}")
    precisions = list(precisions)
    for precision in precisions:
        check_format(precision)
    check_format(dtype)
    check_device(device)
    folder, _ = resolve(path_or_repo)  # a download tells nothing of the model
    started = time.perf_counter()
    model = load(folder, device, dtype, progress=lambda done, total: report("opening", done, total))
    load_s, peak = time.perf_counter() - started, peak_bytes()
    marks = sorted({*(mark for mark in MARKS if mark <= turns), turns})
    report("decoding", 0, 1)
    decoding = speed.decoding_speed(model)
    report("memory update", 0, 1)
    update_s, plain_s = speed.update_speed(model)
    found = speed.turns(model, marks, answer_tokens, lambda done, total: report("turns", done, total))
    stateless_turns = [turn for turn in TURNS if turn <= max(turns, TURNS[0])]
    against = compare(model, stateless_turns, report=lambda done, total: report("stateless", done, total))
    threads = torch.get_num_threads() if model.device.type == "cpu" else None
    opened = Opened(
        model.name, model.fingerprint, model.parameter_count, model.precision, str(model.device),
        processor(model.device), threads, load_s, peak,
    )  # fmt: skip
    judged = _judged(model, folder, device, precisions, report)
    return Results(opened, decoding, update_s, plain_s, found, against, judged)


def _judged(
    model: PretrainedModel, path: Path, device: str, precisions: list[str], report: Report
) -> dict[str, tuple[speed.DecodingSpeed, Agreement]]:
    result = {}
    if precisions:
        if model.precision != "float32":
            model = load(path, device)
        judge = Judge(model)
        for number, precision in enumerate(precisions):
            report("formats", number, len(precisions))
            other = model if precision == "float32" else load(path, device, precision)
            name = precision if precision == other.precision else f"{precision} ({other.precision})"
            result[name] = (speed.decoding_speed(other), judge.agreement(other))
        report("formats", len(precisions), len(precisions))
    return result
