"""The quantities that can be seen of a memory, one number a slot, and the range each one is shown in."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from app.paint.limits import Extent, Limits, Scale, combined, extent_of, limits_of
from app.paint.turns import TurnKey, turn_key

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rxt.events import FloatArray, GateLaw, GateName, MemorySummary, TurnRecord

QuantityKey = Literal["change", "norm", "cosine", "mix", "interlayer", "write"]


@dataclass(frozen=True, slots=True)
class Measure:
    """What the numbers of a map are.

    key: tells measures apart. name: one word for readouts. title: for menus. definition: one sentence. neutral: the
    value that says "nothing happened"; pooling keeps what is farthest from it. low_end, high_end: ends of the range
    that are known beforehand. is_reversed: the smallest value is the brightest.
    """

    key: str
    name: str
    title: str
    definition: str
    scale: Scale = "sequential"
    neutral: float = 0.0
    low_end: float | None = None
    high_end: float | None = None
    is_reversed: bool = False

    @property
    def is_fixed(self) -> bool:
        """Whether the range is the same for every conversation."""
        return self.low_end is not None and self.high_end is not None

    def limits(self, extent: Extent | None) -> Limits:
        """The limits for values of that extent, by this measure's own rule."""
        return limits_of(extent, self.scale, self.low_end, self.high_end)

    def frame_limits(self, values: FloatArray) -> Limits:
        """The limits of one turn alone: its full range, known ends let go (a diverging range stays symmetric)."""
        extent = extent_of(values)
        if extent is not None:
            extent = Extent(extent.low, extent.low, extent.high, extent.high)
        return limits_of(extent, self.scale)


@dataclass(frozen=True, slots=True)
class Quantity(Measure):
    """A measure of a turn's record, one number a slot. key: "norm", "change", "cosine" or the name of a gate stage."""

    key: QuantityKey

    def values(self, record: TurnRecord | None, initial: MemorySummary | None) -> FloatArray | None:
        """The values [L, S] after a turn; record None: of the initial memory, where only the norm exists."""
        if record is None:
            return initial.norm if initial is not None and self.key == "norm" else None
        match self.key:
            case "norm":
                return record.norm
            case "change":
                return record.change
            case "cosine":
                return record.cosine
            case _:
                stage = record.gate(self.key)
                return stage.values if stage is not None else None


CHANGE = Quantity(
    "change", "change", "Change ‖Δ‖", "Length of each slot's difference to the memory before the turn.", low_end=0.0
)
NORM = Quantity("norm", "norm", "Norm ‖slot‖", "Length of each slot's vector after the turn.")
COSINE = Quantity(
    "cosine",
    "cosine",
    "Cosine to previous",
    "Cosine of the angle between each slot before and after the turn: 1 is the same direction.",
    neutral=1.0,
    high_end=1.0,
    is_reversed=True,  # what a turn did shines, as in every other map
)

GATE_VALUE = "gate value g"  # at axes

MEANING: dict[GateName, str] = {
    "mix": "how much of the mean over all layers joins what each layer attends to",
    "interlayer": "how much of the attention between layers joins each slot",
    "write": "how much of the new interaction is written into each slot",
}


def gate_quantity(name: GateName, law: GateLaw) -> Quantity:
    """The values g of a gate stage, in the range its law allows."""
    low, high = law.limits
    return Quantity(
        name,
        f"{name} gate",
        f"Gate: {name}",
        f"Gate value g: {MEANING[name]}.",
        scale="diverging" if law.activation == "tanh" else "sequential",
        low_end=low,
        high_end=high,
    )


def laws_of(records: Sequence[TurnRecord]) -> dict[GateName, GateLaw]:
    """The gate stages of a conversation with their laws, in the order they act."""
    return {stage.name: stage.law for stage in records[-1].gates} if records else {}


def quantities_of(records: Sequence[TurnRecord]) -> tuple[Quantity, ...]:
    """Everything the map can show of a conversation: change, norm, cosine, and a gate for each stage that has one."""
    laws = laws_of(records).items()
    gates = (gate_quantity(name, law) for name, law in laws if law.activation != "none")
    return (CHANGE, NORM, COSINE, *gates)


class ConversationRange:
    """The limits of a quantity over every turn seen so far, each turn summed up once.

    It belongs to one conversation: `forget_path` before another path of it, `clear` before another one.
    """

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        self._known: dict[tuple[QuantityKey, TurnKey | None], Extent | None] = {}
        self.forget_path()

    def forget_path(self) -> None:
        self._path: dict[QuantityKey, tuple[int, Extent | None]] = {}

    def limits(self, quantity: Quantity, initial: MemorySummary | None, records: Sequence[TurnRecord]) -> Limits:
        """The limits over the initial memory and all records, which may only grow between calls."""
        if quantity.is_fixed:
            return quantity.limits(None)
        count, extent = self._path.get(quantity.key, (-1, None))
        states: list[TurnRecord | None] = list(records[count:]) if count >= 0 else [None, *records]
        extent = combined([extent, *(self._extent(quantity, state, initial) for state in states)])
        self._path[quantity.key] = (len(records), extent)
        if quantity.key == "cosine" and extent is not None:
            extent = _rounded_down(extent)
        return quantity.limits(extent)

    def _extent(self, quantity: Quantity, record: TurnRecord | None, initial: MemorySummary | None) -> Extent | None:
        key = quantity.key, None if record is None else turn_key(record)
        if key not in self._known:
            values = quantity.values(record, initial)
            self._known[key] = None if values is None else extent_of(values)
        return self._known[key]


def _rounded_down(extent: Extent) -> Extent:
    """The extent of cosines from a round number, so that the colour bar starts at 0.9 and not at 0.9137."""
    step = 0.1 if extent.low < 0.8 else 0.02
    floor = max(-1.0, float(np.floor(extent.low / step) * step))
    return replace(extent, low=floor, robust_low=max(floor, float(np.floor(extent.robust_low / step) * step)))


def memory_change(record: TurnRecord) -> float:
    """‖ΔSTM‖: the Euclidean norm of the whole memory's difference over a turn."""
    return float(np.sqrt(np.square(record.change, dtype=np.float64).sum()))


def large_changes(sizes: Sequence[float]) -> tuple[int, ...]:
    """The turns whose memory change is at least LARGE times the median of all turns."""
    finite = [size for size in sizes if np.isfinite(size)]
    if not finite:
        return ()
    threshold = LARGE * float(np.median(finite))
    return tuple(turn for turn, size in enumerate(sizes) if not size < threshold and threshold > 0)


LARGE = 1.5
