"""What a series of faults showed."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, field


@dataclass(slots=True)
class Outcome:
    """A series of tries: how many there were, what is counted of them, and a sentence for each promise that broke."""

    name: str
    tries: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)

    def count(self, what: str, number: int = 1) -> None:
        self.counts[what] = self.counts.get(what, 0) + number

    def check(self, holds: bool, promise: str) -> None:
        if not holds:
            self.broken.append(f"try {self.tries}: {promise}")

    def tell(self) -> None:
        """One line of JSON on the standard output, then one for each broken promise."""
        line = {"faults": self.name, "tries": self.tries, **self.counts, "broken": len(self.broken)}
        sys.stdout.write("\n".join([json.dumps(line), *self.broken[:20]]) + "\n")
        sys.stdout.flush()
