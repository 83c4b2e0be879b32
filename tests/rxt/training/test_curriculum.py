"""Dialogues grow with recall, or with time, never beyond the plan."""

from __future__ import annotations

import random

import pytest

from rxt.training.curriculum import Curriculum
from rxt.training.recipe import CurriculumPlan

PLAN = CurriculumPlan(turns=[1, 2, 4], promote_at_value_accuracy=0.5, promote_after_steps=100, earlier_share=0.5)


def climb(curriculum: Curriculum, accuracy: float, steps: int) -> int:
    """Steps until the level rises; -1 where it does not."""
    level = curriculum.level
    for step in range(1, steps + 1):
        curriculum.observe(PLAN.turns[curriculum.level], accuracy)
        if curriculum.level > level:
            return step
    return -1


def test_that_good_recall_ends_a_level_early_but_not_at_once() -> None:
    assert 30 < climb(Curriculum(PLAN), 1.0, 99) < 60


def test_that_a_level_ends_after_its_steps_without_recall() -> None:
    assert climb(Curriculum(PLAN), 0.0, 200) == 100


def test_that_the_last_level_stays() -> None:
    curriculum = Curriculum(PLAN)
    for _ in range(2):
        climb(curriculum, 1.0, 100)
    assert curriculum.level == 2
    assert climb(curriculum, 1.0, 500) == -1


def test_that_steps_of_other_lengths_do_not_count() -> None:
    curriculum = Curriculum(PLAN)
    curriculum.observe(4, 1.0)
    assert curriculum.state() == Curriculum(PLAN).state()


def test_that_steps_without_a_recalled_value_count_and_leave_the_recall_as_it_is() -> None:
    assert climb(Curriculum(PLAN), float("nan"), 200) == 100
    curriculum = Curriculum(PLAN)
    curriculum.observe(1, 0.5)
    before = curriculum.value_accuracy
    curriculum.observe(1, float("nan"))
    assert (curriculum.value_accuracy, curriculum.steps_in_level) == (before, 2)


def test_that_earlier_lengths_return_at_their_share() -> None:
    curriculum, rng = Curriculum(PLAN), random.Random(1)
    assert {curriculum.turns(rng) for _ in range(50)} == {1}
    curriculum.restore({"level": 2, "steps": 0, "value_accuracy": 0.1})
    drawn = [curriculum.turns(rng) for _ in range(2000)]
    assert set(drawn) == {1, 2, 4}
    assert drawn.count(4) / len(drawn) == pytest.approx(0.5, abs=0.05)


def test_that_a_restored_curriculum_goes_on_as_if_never_stopped() -> None:
    whole = Curriculum(PLAN)
    for _ in range(40):
        whole.observe(1, 0.4)
    again = Curriculum(PLAN)
    again.restore(whole.state())
    assert climb(again, 0.4, 100) == climb(whole, 0.4, 100) > 0
