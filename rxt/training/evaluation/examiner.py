"""Writes held-out conversations in which one thing varies: how long ago, among how many facts, after which change."""

from __future__ import annotations

import random

from rxt.training.dialogues import Turn
from rxt.training.dialogues.facts import OF_KINDS
from rxt.training.dialogues.questions import Questions
from rxt.training.dialogues.sources import Values
from rxt.training.dialogues.state import ANY_PET_SLOTS, GROUPS, PET_SLOTS, State
from rxt.training.dialogues.talk import Talk
from rxt.training.dialogues.tellings import Tellings
from rxt.training.dialogues.wording import Typist, Wording
from rxt.training.evaluation.script import NOT_TOLD, Probe, Script, recall_probe

DISTANCES = (1, 2, 4, 8, 12, 16, 20)
FAR_DISTANCES = (32, 48, 64, 96, 128)
"""Of conversations longer than those an evaluation has if nothing else is said."""
MOST_FACTS = 10
CHANGE_DISTANCES = (1, 4)
PROBES_PER_COUNT = 2
TRIED_QUESTIONS = 20
TRIED_UNKNOWN = 200
"""More, for most kinds are none of a few."""
FEWEST_KINDS = 30
"""Among as many there are MOST_FACTS that leave no doubt about who is who, and some that were never told."""


class Examiner:
    """Draws scripts from the held-out values and phrasings.

    Everyday facts are not among them: they are of so many kinds that they are a test of their own
    (tests/bench/test_everyday.py), and would hide what becomes of the others.
    """

    def __init__(self, seed: int, kinds: int | None = None) -> None:
        """kinds: of facts, those that people tell most; all if None. Raises ValueError for fewer than FEWEST_KINDS."""
        if kinds is not None and kinds < FEWEST_KINDS:
            raise ValueError(f"an evaluation needs at least {FEWEST_KINDS} kinds of facts, not {kinds}")
        self._rng = random.Random(f"{seed}/examiner")
        commonest = sorted(OF_KINDS, key=lambda fact: -fact.weight)
        self._facts = OF_KINDS if kinds is None else tuple(commonest[:kinds])
        values, wording = Values(held_out=True), Wording(OF_KINDS, held_out=True)
        self._talk = Talk(wording, values)
        self._tellings = Tellings(OF_KINDS, wording, values)
        self._questions = Questions(OF_KINDS, wording, self._tellings)
        self._slots_asked = frozenset(fact.slot for fact in self._facts)
        self._updatable = wording.updatable & self._slots_asked

    def distance(self, turns: int) -> Script:
        """One fact, then `turns` - 1 turns of talk, and the fact asked for at every distance up to `turns`."""
        scene = _Scene(self._rng)
        slot = self._slots(1)[0]
        scene.play(self._tellings.tell(slot, 0, scene.state, scene.typist, scene.rng))
        while len(scene.turns) <= turns:
            if len(scene.turns) in (*DISTANCES, *FAR_DISTANCES):
                scene.probe(self._recall(scene, slot, "distance", str(len(scene.turns))))
            if len(scene.turns) == turns:
                break
            scene.play(self._talk.any(scene.typist, scene.rng))
        return scene.script()

    def facts(self, most: int) -> Script:
        """Up to `most` facts, one after the other with some talk; after each, questions about those held and one
        about what was never told."""
        scene = _Scene(self._rng)
        slots = self._slots(most)
        scene.probe(self._never_told(scene))
        for slot in slots:
            scene.play(self._tellings.tell(slot, len(scene.turns), scene.state, scene.typist, scene.rng))
            if scene.rng.random() < 0.3:
                scene.play(self._talk.any(scene.typist, scene.rng))
            held = scene.state.stated()
            for asked in scene.rng.sample(held, min(PROBES_PER_COUNT, len(held))):
                scene.probe(self._recall(scene, asked, "facts", str(len(held))))
            scene.probe(self._never_told(scene))
        return scene.script()

    def change(self, group: str) -> Script:
        """Facts, one of them changed, and questions for its latest value. group: "update" or "correction"."""
        scene = _Scene(self._rng)
        slots = self._slots(scene.rng.randint(1, 3))
        if not self._updatable & set(slots):
            slots = [scene.rng.choice(sorted(self._updatable))]
        for slot in slots:
            scene.play(self._tellings.tell(slot, len(scene.turns), scene.state, scene.typist, scene.rng))
        at = len(scene.turns)
        if group == "update":
            scene.play(self._talk.any(scene.typist, scene.rng))
            turn = self._tellings.update(at + 1, scene.state, scene.typist, scene.rng)
        else:
            turn = self._tellings.correct(slots[-1], at, scene.state, scene.typist, scene.rng)
        if turn is None or turn.fact is None:
            raise ValueError(f"none of the facts {slots} can change")
        scene.play(turn)
        changed = len(scene.turns)
        while len(scene.turns) < changed + max(CHANGE_DISTANCES):
            distance = len(scene.turns) - changed + 1
            if distance in CHANGE_DISTANCES:
                scene.probe(self._recall(scene, turn.fact, group, str(distance)))
            scene.play(self._talk.any(scene.typist, scene.rng))
        return scene.script()

    def _recall(self, scene: _Scene, slot: str, group: str, cell: str) -> Probe | None:
        for _ in range(TRIED_QUESTIONS):
            turn = self._questions.ask(slot, len(scene.turns), scene.state, scene.typist, scene.rng)
            if probe := recall_probe(turn, group, cell):
                return probe
        return None

    def _never_told(self, scene: _Scene) -> Probe | None:
        held = str(len(scene.state.stated()))
        draws = (self._questions.unknown(scene.state, scene.typist, scene.rng) for _ in range(TRIED_UNKNOWN))
        turn = next(draws)
        # Of no kind at the first draw alone, or most questions about few kinds would be.
        if turn is not None and turn.fact is not None and turn.fact not in self._slots_asked:
            turn = next((other for other in draws if other is not None and other.fact in self._slots_asked), None)
        return None if turn is None else Probe(turn.query, (NOT_TOLD,), "never told", held)

    def _slots(self, count: int) -> list[str]:
        """Slots that leave no doubt about who is who: one pet, one partner, one friend at most."""
        chosen: list[str] = []
        exclusive = (*GROUPS, PET_SLOTS)
        while len(chosen) < count:
            slot = self._rng.choices(self._facts, [fact.weight for fact in self._facts])[0].slot
            in_doubt = any(slot in group and not group.isdisjoint(chosen) for group in exclusive)
            if slot not in chosen and slot not in ANY_PET_SLOTS and not in_doubt:
                chosen.append(slot)
        return chosen


class _Scene:
    """One script in the making."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.typist = Typist.drawn(rng)
        self.state = State()
        self.turns: list[Turn] = []
        self._probes: list[list[Probe]] = [[]]

    def play(self, turn: Turn) -> None:
        self.turns.append(turn)
        self._probes.append([])

    def probe(self, probe: Probe | None) -> None:
        if probe is not None:
            self._probes[-1].append(probe)

    def script(self) -> Script:
        return Script(tuple(self.turns), tuple(map(tuple, self._probes)))
