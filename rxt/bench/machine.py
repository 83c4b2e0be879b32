"""What the machine gives: how fast memory is read, how much of it this process took."""

from __future__ import annotations

import platform
import sys
import time
from collections.abc import Callable
from pathlib import Path

import torch

BUFFER_BYTES = 2**28
CPU = torch.device("cpu")


class ReadBandwidth:
    """Reads a buffer larger than most caches again and again; on a processor with as many threads as torch uses."""

    def __init__(self, size_bytes: int = BUFFER_BYTES, device: torch.device = CPU) -> None:
        self._buffer = torch.ones(size_bytes // 4, device=device)
        self._buffer.sum()

    def measure(self, rounds: int = 5) -> float:
        """GB (10^9 bytes) a second: the best of some rounds, for what disturbs only slows down."""
        times = [timed(self._buffer.sum, self._buffer.device) for _ in range(rounds)]
        return self._buffer.numel() * 4 / min(times) / 1e9


def timed(way: Callable[[], object], device: torch.device) -> float:
    """Seconds until the device has done it; a GPU goes on computing after the call has returned."""
    started = time.perf_counter()
    way()
    if device.type != "cpu":
        torch.accelerator.synchronize(device)
    return time.perf_counter() - started


def peak_bytes() -> int | None:
    """The most memory this process ever held; None where the system does not tell."""
    try:
        import resource
    except ImportError:  # Windows
        return None
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024


def processor(device: torch.device = CPU) -> str:
    """The name of what computes on the device, as far as the system tells."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8", "replace").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()
