"""The processes that train together, as torchrun starts them, and the mean of their gradients.

One all-reduce over all gradients laid end to end, not DistributedDataParallel: every stage trains other parts, turns
of one dialogue share one backward pass, and what experts or a stage leave untouched must not make a process wait.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import torch
from torch import distributed, nn


@dataclass(frozen=True, slots=True)
class Team:
    """rank: of this process, from 0; size: how many there are."""

    rank: int = 0
    size: int = 1

    @classmethod
    def from_environment(cls) -> Team:
        """What torchrun says; alone without it."""
        return cls(int(os.environ.get("RANK", "0")), int(os.environ.get("WORLD_SIZE", "1")))

    @property
    def leads(self) -> bool:
        """Whether this process writes the files."""
        return self.rank == 0

    def wait(self) -> None:
        """Returns when every process has come here."""
        if self.size > 1:
            distributed.barrier()

    def means(self, values: Sequence[float], device: torch.device) -> list[float]:
        """Each value's mean over the processes that have one; not a number where none has."""
        if self.size == 1:
            return list(values)
        measured = [0.0 if math.isnan(value) else value for value in values]
        counts = [float(not math.isnan(value)) for value in values]
        sums = torch.tensor([measured, counts], device=device)
        distributed.all_reduce(sums)
        found: list[float] = (sums[0] / sums[1]).tolist()  # 0 / 0 is not a number
        return found

    def average_gradients(self, parameters: Iterable[nn.Parameter]) -> None:
        """Replaces every gradient by the mean over the processes; a missing one counts as zero."""
        if self.size == 1:
            return
        trained = list(parameters)
        parts = [torch.zeros_like(value) if value.grad is None else value.grad for value in trained]
        flat = torch.cat([part.reshape(-1) for part in parts])
        distributed.all_reduce(flat)
        flat /= self.size
        start = 0
        for parameter in trained:
            stop = start + parameter.numel()
            parameter.grad = flat[start:stop].view_as(parameter)
            start = stop


def threads_each() -> int:
    """As many as OMP_NUM_THREADS asks for, or this process's share of the cores that it may use: more threads would
    stand in each other's way, and the single one that torchrun asks for where nobody has would leave most cores of a
    large machine idle."""
    asked = os.environ.get("OMP_NUM_THREADS", "")
    if asked.isdecimal() and int(asked) > 1:
        return int(asked)
    processes = os.environ.get("LOCAL_WORLD_SIZE") or os.environ.get("WORLD_SIZE", "1")
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, cores // int(processes))


def join_team(device: str) -> None:
    """Joins the other processes where torchrun has started this one: gloo on processors, nccl on GPUs."""
    if "WORLD_SIZE" not in os.environ:
        return
    if device.startswith("cuda"):
        torch.cuda.set_device(int(os.environ.get("LOCAL_RANK", "0")))
    else:
        torch.set_num_threads(threads_each())
    distributed.init_process_group("nccl" if device.startswith("cuda") else "gloo")
