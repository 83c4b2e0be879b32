"""What a comparison shows, without widgets: its measures and its figure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from app.paint.figure import Axis, Bars, Figure, Heat, Line, Lines
from app.paint.limits import Limits
from app.paint.quantity import Measure

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.engine.analysis.findings import Comparison
    from app.paint.figure import Panel
    from rxt.events import FloatArray

A = Measure("compare a", "‖A‖", "A", "Length of each slot in A.")
B = Measure("compare a", "‖B‖", "B", "Length of each slot in B.")  # one key: locked limits hold for both
DIFFERENCE = Measure("compare difference", "‖A − B‖", "A − B", "Length of each slot's difference.", low_end=0.0)
COSINE = Measure(
    "compare cosine", "cosine", "Cosine", "Cosine of the angle between each slot in A and in B.",
    neutral=1.0, high_end=1.0, is_reversed=True,
)  # fmt: skip
MAPS = {"a": A, "b": B, "difference": DIFFERENCE, "cosine": COSINE}


def values_of(found: Comparison, key: str) -> FloatArray:
    """The numbers [L, S] of one of MAPS."""
    return {"a": found.a, "b": found.b, "difference": found.difference, "cosine": found.cosine}[key]


def figure_of_comparison(found: Comparison, limits: Mapping[str, Limits], turn: int, b_name: str = "") -> Figure:
    """All maps, the scatter and the layers; turn: that of A; b_name: of B where its own tells it from no other."""
    heats = tuple(
        Heat(
            f"{measure.title}: {measure.definition}", values_of(found, key), Axis("layer"), Axis("slot"), limits[key],
            measure.name, neutral=measure.neutral, is_reversed=measure.is_reversed,
        )
        for key, measure in MAPS.items()
    )  # fmt: skip
    low = -1.0 if (found.cosine_of_layer < 0).any() else 0.0
    bars = Bars(
        "Cosine between A and B, of all values of a layer", (("cosine", found.cosine_of_layer),), Axis("layer"),
        Axis("cosine of layers"), Limits(low, 1.0),
    )  # fmt: skip
    title = f"A: {found.a_name} · B: {b_name or found.b_name}"
    panels: tuple[Panel, ...] = (*heats, scatter_of(found), bars)
    return Figure(title, panels, turn, memory=found.a_sha256, other_memory=found.b_sha256)


def scatter_of(found: Comparison) -> Lines:
    """A dot a slot: its length in B over its length in A. The line is the diagonal, and gives both axes one range."""
    dots = Line("slots", found.a.reshape(-1), found.b.reshape(-1), dots_only=True)
    both = np.concatenate([dots.x, dots.y])
    both = both[np.isfinite(both)]
    ends = np.array([both.min(), both.max()]) if both.size else both
    lines = dots, Line("same length", ends, ends)
    return Lines("Lengths of slots in A and in B", lines, Axis("length in A"), Axis("length in B"))
