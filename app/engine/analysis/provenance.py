"""Who wrote what, as a finding, from the factors of the gates: without torch, for live and recorded conversations."""

from __future__ import annotations

from collections.abc import Sequence

from app.engine.analysis.findings import ProvenanceMap
from rxt.events import GateLaw
from rxt.inference.gate_factors import GateFactors


def provenance_of(laws: Sequence[GateLaw], found: GateFactors, turns: int) -> ProvenanceMap:
    """laws: of the interlayer and the write gate. found: of at least so many turns."""
    is_fixed = not any(law.is_dynamic for law in laws)
    note = ""
    if all(law.activation == "none" for law in laws):
        note = (
            "This model has no gates: old values are never faded out, so nothing has a half-life, and shares compare"
            " the sizes of what was added."
        )
    elif is_fixed:
        note = (
            "The gates of this model are trained constants: the shares follow from how many turns there were and would"
            " be the same whatever had been said."
        )
    elif found.measure == "norm":
        note = "The factors of this model's gates do not sum to 1, so shares compare the sizes of what was added."
    return ProvenanceMap(
        turns=turns,
        shares=found.shares(turns),
        half_life=found.half_life(turns),
        half_life_of_slot=found.half_lives(turns),
        measure=found.measure,
        error=found.error,
        is_fixed=is_fixed,
        note=note,
    )
