"""How long the dialogues of a step are: short ones first, longer ones as recall grows."""

from __future__ import annotations

import math
import random

from rxt.training.recipe import CurriculumPlan

MOVING_AVERAGE = 0.97


class Curriculum:
    """Climbs the levels of a plan; its state is plain numbers, so that a run can be resumed."""

    def __init__(self, plan: CurriculumPlan) -> None:
        self._plan = plan
        self.level = 0
        self.steps_in_level = 0
        self.value_accuracy = 0.0

    def turns(self, rng: random.Random) -> int:
        """Turns per dialogue of the next step."""
        if self.level and rng.random() < self._plan.earlier_share:
            return self._plan.turns[rng.randrange(self.level)]
        return self._plan.turns[self.level]

    def observe(self, turns: int, value_accuracy: float) -> None:
        """Takes the value accuracy of a step whose dialogues were to have `turns` turns; steps of earlier levels do not
        count. Where no value was recalled (files do not say what is one) the accuracy is not a number: a step all the
        same."""
        if turns != self._plan.turns[self.level]:
            return
        self.steps_in_level += 1
        if not math.isnan(value_accuracy):
            self.value_accuracy = MOVING_AVERAGE * self.value_accuracy + (1 - MOVING_AVERAGE) * value_accuracy
        reached = self.value_accuracy > self._plan.promote_at_value_accuracy and self.steps_in_level > 30
        if self.level + 1 < len(self._plan.turns) and (
            reached or self.steps_in_level >= self._plan.promote_after_steps
        ):
            self.level += 1
            self.steps_in_level = 0
            self.value_accuracy *= 0.8

    def state(self) -> dict[str, float]:
        return {"level": self.level, "steps": self.steps_in_level, "value_accuracy": self.value_accuracy}

    def restore(self, state: dict[str, float]) -> None:
        self.level = min(int(state["level"]), len(self._plan.turns) - 1)  # the recipe may have been changed
        self.steps_in_level = int(state["steps"])
        self.value_accuracy = state["value_accuracy"]
