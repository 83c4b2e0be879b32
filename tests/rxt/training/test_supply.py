"""What workers make ahead is what a run without them makes, step by step."""

from __future__ import annotations

import multiprocessing
import random
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import torch

from rxt.model.reactive_transformer import ReactiveTransformer
from rxt.training.batch import BatchBuilder
from rxt.training.curriculum import Curriculum
from rxt.training.material import Chance, Material
from rxt.training.memory_aware import MemoryAwareStage
from rxt.training.recipe import CurriculumPlan
from rxt.training.source import GeneratedSource
from rxt.training.stage import StageResult
from rxt.training.supply import Supply

CHANCE = Chance(seed=5, place=0, rank=0, turns=12)
STEPS = 40


@pytest.fixture
def stage(new_model: ReactiveTransformer, builder: BatchBuilder) -> MemoryAwareStage:
    plan = CurriculumPlan(turns=[2, 3], promote_at_value_accuracy=1.0, promote_after_steps=3, earlier_share=0.5)
    return MemoryAwareStage(new_model, builder, GeneratedSource(), Curriculum(plan))


@contextmanager
def supply(stage: MemoryAwareStage, workers: int) -> Iterator[Supply]:
    made = Supply(stage, CHANCE, STEPS, workers)
    yield made
    made.close()


def is_same(one: Material, other: Material) -> bool:
    return one.seed == other.seed and torch.equal(one.batch.tokens, other.batch.tokens)


def count_calls(supply: Supply, name: str, monkeypatch: pytest.MonkeyPatch) -> list[None]:
    """A list that grows with every call of the method."""
    calls: list[None] = []
    method = getattr(supply, name)
    monkeypatch.setattr(supply, name, lambda: calls.append(None) or method())
    return calls


def test_that_workers_make_what_the_run_itself_would(stage: MemoryAwareStage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Longer conversations come in the midst of it, when shorter ones have been made ahead."""
    turns, curriculum = [], stage.curriculum
    assert curriculum is not None
    with supply(stage, 0) as alone, supply(stage, 2) as helped:
        helped.material(0)
        begun = count_calls(helped, "orders", monkeypatch)
        for step in range(9):
            material = helped.material(step)
            assert is_same(material, alone.material(step))
            turns.append(material.batch.tokens.shape[1])
            curriculum.observe(turns[-1], value_accuracy=0.0)
    assert turns[:3] == [2, 2, 2]
    assert set(turns[3:]) == {2, 3}
    assert len(begun) == 2  # once to start again with step 0, and once when the conversations became longer


def test_that_a_run_can_go_on_in_the_midst_and_end_with_the_last_step(stage: MemoryAwareStage) -> None:
    with supply(stage, 0) as alone, supply(stage, 1) as helped:
        for step in (STEPS - 2, STEPS - 1, 7):
            assert is_same(helped.material(step), alone.material(step))


def test_that_closing_ends_the_workers_and_not_the_supply(stage: MemoryAwareStage) -> None:
    made = Supply(stage, CHANCE, STEPS, workers=1)
    first = made.material(0)
    assert multiprocessing.active_children()
    made.close()
    assert not multiprocessing.active_children()
    assert is_same(made.material(0), first)


def test_that_a_step_depends_on_its_chance_alone(stage: MemoryAwareStage) -> None:
    with supply(stage, 0) as made:
        once = made.material(4)
        random.seed(1)
        torch.manual_seed(1)
        assert is_same(once, made.material(4))
        assert not is_same(once, made.material(5))
    assert isinstance(stage.loss(once), StageResult)
