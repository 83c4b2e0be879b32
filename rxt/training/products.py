"""Matrix products in less than single precision, where the hardware gains by it. Weights and sums stay in float32."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import torch

from rxt.training.recipe import RunPlan


@contextlib.contextmanager
def rounded_products(run: RunPlan) -> Iterator[None]:
    """While it lasts, a processor rounds the factors of products as the plan says.

    With AMX that makes them 2.5 to 4 times as fast, while autocast would spend more on conversions than it gains.
    """
    if run.precision != "bfloat16" or torch.device(run.device).type != "cpu":
        yield
        return
    before = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision("medium")
    try:
        yield
    finally:
        torch.set_float32_matmul_precision(before)


def autocast(run: RunPlan) -> torch.autocast:
    """For the forward pass on other devices, where they have bfloat16."""
    kind = torch.device(run.device).type
    wanted = run.precision == "bfloat16" and kind != "cpu" and (kind != "cuda" or torch.cuda.is_bf16_supported())
    return torch.autocast(kind, torch.bfloat16, enabled=wanted)
