"""Hits among trials, with an honest interval: the number of every probe."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field

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
    def independent(self) -> float:
        """How many independent trials these are worth."""
        return self.trials

    @property
    def interval(self) -> tuple[float, float] | None:
        """The ends, in [0, 1], of the interval that holds the true share in 95 of 100 cases; None without trials."""
        if not self.trials:
            return None
        n, p, z = self.independent, self.hits / self.trials, Z_95
        centre = (p + z * z / (2 * n)) / (1 + z * z / n)
        half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
        return max(0.0, centre - half), min(1.0, centre + half)

    def to_json(self) -> dict[str, float | int | None]:
        """share and the interval's ends in [0, 1]; None without trials."""
        low, high = self.interval or (None, None)
        return {"share": self.value, "low": low, "high": high, "trials": self.trials}


@dataclass(slots=True)
class ClusteredShare(Share):
    """Hits among trials that come in clusters, such as the questions of one conversation. Trials of one cluster are
    correlated, so the interval is wider than that of as many independent trials."""

    _clusters: dict[Hashable, tuple[int, int]] = field(default_factory=dict)

    def add_of(self, cluster: Hashable, hit: bool) -> None:
        """One trial of a cluster."""
        self.add(hit)
        hits, trials = self._clusters.get(cluster, (0, 0))
        self._clusters[cluster] = hits + hit, trials + 1

    @classmethod
    def of(cls, shares: Iterable[ClusteredShare]) -> ClusteredShare:
        """The trials of all these together, each in its cluster."""
        result = cls()
        for share in shares:
            result.hits, result.trials = result.hits + share.hits, result.trials + share.trials
            for cluster, (more_hits, more) in share._clusters.items():
                hits, trials = result._clusters.get(cluster, (0, 0))
                result._clusters[cluster] = hits + more_hits, trials + more
        return result

    @property
    def independent(self) -> float:
        """p (1 - p) over the variance of p between clusters (the ratio estimator; Cochran, Sampling Techniques, 6.3):
        never more than the trials, and no fewer than the clusters where nothing differs between them. The trials where
        each stands alone."""
        count = len(self._clusters)
        if count < 2 or count == self.trials:
            return count
        p = self.hits / self.trials
        between = sum((hits - p * trials) ** 2 for hits, trials in self._clusters.values())
        variance = between * count / (count - 1) / self.trials**2
        return min(p * (1 - p) / variance, self.trials) if variance else count
