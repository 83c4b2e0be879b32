"""A conversation without a model, an analyst without a model, and the state that the lab's views share."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from app.models.branches import BranchList
from app.models.lab import Lab
from app.models.memories import SnapshotList
from app.models.memory_choices import MemoryChoices
from app.models.memory_history import MemoryHistory
from app.models.selection import Selection
from tests.app.inspector.conftest import Show, history, show, themes
from tests.app.lab.fake_analysis import FakeAnalysis

__all__ = ["Bench", "Show", "bench", "history", "show", "themes"]


@dataclass
class Bench:
    """Five turns of 4 layers × 32 slots, the cursor at the end, and everything the views of the lab need."""

    history: MemoryHistory
    selection: Selection = field(init=False)
    branches: BranchList = field(init=False)
    memories: SnapshotList = field(init=False)
    choices: MemoryChoices = field(init=False)
    lab: Lab = field(init=False)
    analysis: FakeAnalysis = field(init=False)

    def __post_init__(self) -> None:
        self.selection = Selection(self.history)
        self.branches, self.memories = BranchList(), SnapshotList()
        self.choices = MemoryChoices(self.history, self.branches, self.memories)
        self.lab = Lab(self.selection)
        self.analysis = FakeAnalysis(self.history)


@pytest.fixture
def bench(qapp: object, history: MemoryHistory) -> Bench:
    """With an application: its models start timers."""
    return Bench(history)
