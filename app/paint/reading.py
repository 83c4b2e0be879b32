"""What words read and slots were written from, brought down to what can be drawn.

Letters: T tokens, L layers, S slots, N turns.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from rxt.events import FloatArray

MOST_CELLS = 24  # framed at once; more frames would hide the map
NOTABLE = 2.0  # times what each slot would get if all were read alike
FEW = 3  # shares that are told however small they are: in long chats none may be large
_LEAST_REST = 1e-3


def strongest_cells(weights: FloatArray, most: int = MOST_CELLS) -> list[tuple[int, int, float]]:
    """The (layer, slot, strength) that were read most, the strongest first; strength in (0, 1], 1 the strongest.

    weights: [L, S], each row sums to 1. Cells below NOTABLE times an even share are left out, but never all of them.
    """
    slots = weights.shape[1]
    known = np.where(np.isfinite(weights), weights, 0).reshape(-1)
    if not known.any():
        return []
    count = min(most, known.size)
    order = np.argpartition(-known, count - 1)[:count]
    order = order[np.argsort(-known[order], kind="stable")]
    top = float(known[order[0]])
    chosen = [index for index in order.tolist() if known[index] >= NOTABLE / slots] or [int(order[0])]
    return [(index // slots, index % slots, float(known[index]) / top) for index in chosen]


def of_layer(weights: FloatArray, layer: int | None) -> FloatArray:
    """[T, S] of weights [T, L, S]: one layer, or the mean over all (None)."""
    return weights.mean(axis=1) if layer is None else weights[:, layer]


def of_head(weights: FloatArray, head: int | None) -> FloatArray:
    """[T, L, S] of weights [T, L, H, S]: one head, or the mean over all (None)."""
    return weights.mean(axis=2) if head is None else weights[:, :, head]


def strongest_source(sources: FloatArray) -> list[tuple[int, float]]:
    """For each token the turn that gave most, with its share: [T, N + 1] -> T pairs; turn -1 is the initial memory."""
    best = sources.argmax(axis=1)
    return [(int(column) - 1, float(sources[token, column])) for token, column in enumerate(best)]


def against_others(sources: FloatArray) -> FloatArray:
    """[T, N + 1]: each share less the mean over the answer's other tokens; zeros where there are none."""
    if len(sources) < 2:
        return np.zeros_like(sources)
    exact = sources.astype(np.float64)  # tokens that are alike differ by 0, not by what rounding leaves
    others = (exact.sum(axis=0) - exact) / (len(exact) - 1)
    result: FloatArray = (exact - others).astype(np.float32)
    return result


def readers(weights: FloatArray, layer: int, slot: int, most: int = 6) -> list[tuple[int, float]]:
    """The tokens that read a slot most, with their weight: of weights [T, L, S]; only those above NOTABLE."""
    column = weights[:, layer, slot]
    order = np.argsort(-column, kind="stable")[:most]
    return [(int(token), float(column[token])) for token in order if column[token] >= NOTABLE / weights.shape[2]]


def grouped_shares(shares: FloatArray, least: float = 0.02) -> list[tuple[int | None, float]]:
    """The (turn, share) of one slot's shares [N + 1] that can be drawn, in the order of turns; -1: initial memory.

    What is below `least`, but for the FEW largest, is put together under None at the end. Empty where the slot belongs
    to nobody.
    """
    largest = set(np.argsort(-shares, kind="stable")[:FEW].tolist())
    told = [
        (turn - 1, float(share))
        for turn, share in enumerate(shares)
        if share >= least or (turn in largest and share > _LEAST_REST)
    ]
    rest = float(shares.sum()) - sum(share for _, share in told)
    return [*told, *([(None, rest)] if rest > _LEAST_REST else [])]
