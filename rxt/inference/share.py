"""Hits among trials, with an honest interval: the number of every probe."""

from __future__ import annotations

import math
from dataclasses import dataclass

Z_95 = 1.96


@dataclass(slots=True)
class Share:
    """Hits among trials, with a 95 % Wilson interval."""

    hits: int = 0
    trials: int = 0

    def add(self, hit: bool) -> None:
        self.hits += hit
        self.trials += 1

    @property
    def value(self) -> float | None:
        """hits / trials; None without trials."""
        return self.hits / self.trials if self.trials else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """The ends, in [0, 1], of the interval that holds the true share in 95 of 100 cases; None without trials."""
        if not self.trials:
            return None
        n, p, z = self.trials, self.hits / self.trials, Z_95
        centre = (p + z * z / (2 * n)) / (1 + z * z / n)
        half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
        return max(0.0, centre - half), min(1.0, centre + half)

    def to_json(self) -> dict[str, float | int | None]:
        """share and the interval's ends in [0, 1]; None without trials."""
        low, high = self.interval or (None, None)
        return {"share": self.value, "low": low, "high": high, "trials": self.trials}
