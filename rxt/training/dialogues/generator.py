"""The generator: facts told early and asked later, with life between; the same for the same seed."""

from __future__ import annotations

import random
from typing import Literal

from rxt.training.dialogues.dialogue import Dialogue, Turn
from rxt.training.dialogues.episodes import Episodes
from rxt.training.dialogues.facts import FACTS
from rxt.training.dialogues.mistakes import Mistakes
from rxt.training.dialogues.questions import Questions
from rxt.training.dialogues.scene import Scene
from rxt.training.dialogues.sources import Values
from rxt.training.dialogues.state import goes_with
from rxt.training.dialogues.talk import Talk
from rxt.training.dialogues.tellings import Tellings
from rxt.training.dialogues.wording import Typist, Wording, likely, slots_of

UNKNOWN_ASIDES = 0.3
"""The share of what is asked aside that was never told."""

COMPOUNDS = 0.15
"""The share of tellings that tell several facts in one sentence."""

TRIED_COMPOUNDS = 6
"""Compounds that are drawn until one fits to what is held."""

TOLD_ANEW = 0.2
"""The share of updates and corrections among messages that stand alone."""

ANEW = 0.15
"""The share of turns that tell anew what is held, beside those that come of themselves."""

ANEW_ASIDE = 2
"""So many times likelier what was told anew is asked aside, beside the once of everything."""

MENTIONS = 0.15
"""The share of facts about somebody that are told in the message after one that mentions them."""

TRIED_EPISODES = 6
"""Episodes that are drawn until one fits to what is held."""

BEGINS_EPISODE = 0.4
"""The share of turns that begin an episode where one is still to come."""

TURNS_AN_EPISODE = 8
"""A conversation that has episodes has one for so many turns, and at least one."""

OF_EPISODES = 0.5
"""The share of questions, and of those asked aside, that are about an episode where there was one."""

MOST_FACTS = 10, 14
"""That a conversation tells, beside those of one message: usually, and of one who is eager to tell."""

TELLS = 0.42, 0.8
"""The share of turns that tell something while there is something to tell; the same two."""

TALK_ASIDE = 0.5
"""The share of talk among the messages that are acknowledged aside; all others tell something."""

CORRECTED_ASIDE = 0.5
"""The share of facts just told that are also corrected aside where messages are acknowledged aside."""

LONGEST_ECHO = 70
"""Letters of a message that is asked to be repeated."""


class DialogueGenerator:
    """Writes conversations of one part of the split.

    `split` "train" and "heldout" share no open value and, where a list of phrases has five or more, no phrasing.
    novelty: 1 invents and combines values as often as it should, 0 draws them from the lists; focus: above 1 tells the
    commoner facts more often, below 1 the rarer. asides: questions asked aside, a turn. talk: share of turns that are
    nothing but talk, beside those that are anyway. eager: share of conversations in which nearly every turn tells
    something. recitals: share of turns before which what is held is recited aside. mistakes: share of turns that are
    answered wrongly in what the memory reads, and rightly aside. episodes: share of conversations with pieces of
    everyday chats among their turns. acknowledgements: further messages answered aside, a turn, and now and then what
    was just told corrected aside. Raises ValueError for another split.
    """

    def __init__(
        self,
        seed: int,
        split: Literal["train", "heldout"] = "train",
        *,
        novelty: float = 1.0,
        focus: float = 1.0,
        asides: float = 0.0,
        talk: float = 0.0,
        eager: float = 0.0,
        recitals: float = 0.0,
        mistakes: float = 0.0,
        episodes: float = 0.0,
        acknowledgements: float = 0.0,
    ) -> None:
        if split not in ("train", "heldout"):
            raise ValueError(f'There is no split named "{split}": it is "train" or "heldout".')
        held_out = split == "heldout"
        self._rng = random.Random(f"{seed}/{split}")
        values = Values(held_out, novelty)
        wording = Wording(FACTS, held_out)
        self._talk = Talk(wording, values)
        self._tellings = Tellings(FACTS, wording, values)
        self._questions = Questions(FACTS, wording, self._tellings)
        self._slots = [fact.slot for fact in FACTS]
        self._by_slot = {fact.slot: fact for fact in FACTS}
        self._compounds = wording.compounds
        self._weights = [fact.weight**focus for fact in FACTS]
        self._asides = asides
        self._share_of_talk = talk
        self._share_of_eager = eager
        self._share_of_recitals = recitals
        self._mistakes = Mistakes(FACTS, self._tellings, self._talk, focus, mistakes)
        self._episodes = Episodes(FACTS, self._tellings, held_out)
        self._share_of_episodes = episodes
        self._acknowledgements = acknowledgements

    def dialogue(self, turns: int, rng: random.Random | None = None) -> Dialogue:
        """A conversation of exactly `turns` turns; draws from `rng`, or else from the generator's own row of draws.

        Raises ValueError when `turns` is less than 1.
        """
        if turns < 1:
            raise ValueError(f"A dialogue has at least one turn, not {turns}.")
        rng = rng or self._rng
        eager = bool(self._share_of_eager) and rng.random() < self._share_of_eager
        scene = Scene(Typist.drawn(rng), self._plan(turns, rng, eager), rng, eager=eager)
        if self._share_of_episodes and turns > 2 and rng.random() < self._share_of_episodes:
            scene.episodes = max(1, turns // TURNS_AN_EPISODE)
        if turns > 2 and rng.random() < 0.12:
            scene.turns.append(self._talk.greeting(scene.typist, rng))
        while len(scene.turns) < turns:
            self._ask_aside(scene)
            self._acknowledge_aside(scene)
            follows = scene.mentioned is not None
            is_talk = bool(self._share_of_talk) and not scene.under_way and rng.random() < self._share_of_talk
            turn = self._talk.any(scene.typist, rng) if is_talk else self._next(scene)
            scene.turns.append(turn)
            if turn.kind in ("update", "correct") and turn.fact:
                scene.anew.append(turn.fact)
            if turn.kind == "forget" and turn.fact is None:
                scene.told.clear()  # All is to be forgotten, and what an episode told with it.
            if not follows and self._mistakes.befall(turn, rng):
                scene.mistaken.append(len(scene.turns) - 1)
        return self._with_mistakes(scene)

    def telling(self, rng: random.Random) -> Turn:
        """A message that tells something, sometimes anew, out of the middle of a conversation."""
        scene = Scene(Typist.drawn(rng), self._plan(4, rng), rng)
        if self._share_of_episodes and rng.random() < self._share_of_episodes:
            turn = self._episodes.one(scene.state, scene.typist, rng)
            return self._mistakes.made_in(turn, scene.typist, rng) if self._mistakes.befall(turn, rng) else turn
        turn = self._tell(scene)
        if scene.mentioned is not None:
            return self._next(scene)
        if rng.random() < TOLD_ANEW:
            if turn.fact is not None and rng.random() < 0.5:
                return self._tellings.correct(turn.fact, 1, scene.state, scene.typist, rng)
            turn = self._tellings.update(1, scene.state, scene.typist, rng) or turn
        return self._mistakes.made_in(turn, scene.typist, rng) if self._mistakes.befall(turn, rng) else turn

    def alone(self, rng: random.Random) -> Turn:
        """A message that is answered alike whatever was said before it: it tells something, or is talk."""
        scene = Scene(Typist.drawn(rng), self._plan(4, rng), rng)
        if rng.random() < TALK_ASIDE:
            return self._talk.any(scene.typist, rng)
        if self._share_of_episodes and rng.random() < self._share_of_episodes:
            return self._episodes.one(scene.state, scene.typist, rng)
        turn = self._tell(scene)
        if rng.random() < TOLD_ANEW:
            return self._tellings.update(1, scene.state, scene.typist, rng) or turn
        return turn

    def _with_mistakes(self, scene: Scene) -> Dialogue:
        """The conversation as the memory reads it; what is answered wrongly there is asked aside."""
        turns, asides = list(scene.turns), list(scene.asides)
        for at in scene.mistaken:
            asides.append((at, turns[at]))
            turns[at] = self._mistakes.made_in(turns[at], scene.typist, scene.rng)
        return Dialogue(tuple(turns), tuple(asides))

    def _plan(self, turns: int, rng: random.Random, eager: bool = False) -> list[str]:
        """The slots to tell in a conversation, the first to tell last."""
        least, most = (1, turns // 2) if turns < 8 else (4, turns // 2 + 1)
        if eager:
            least, most = most, turns + 2
        most = min(most, MOST_FACTS[eager])
        count = rng.randint(least, max(least, most))
        slots: list[str] = []
        for slot in rng.choices(self._slots, self._weights, k=count + 4):
            if slot not in slots and goes_with(slot, slots) and len(slots) < count:
                slots.append(slot)
        if "name" in slots and rng.random() < 0.7:
            slots.remove("name")
            slots.append("name")
        return slots

    def _next(self, scene: Scene) -> Turn:
        at, state, typist, rng = len(scene.turns), scene.state, scene.typist, scene.rng
        if scene.mentioned is not None:
            about, scene.mentioned = scene.mentioned, None
            return self._tellings.follow_up(about, at, state, typist, rng)
        if scene.under_way or (scene.episodes and rng.random() < BEGINS_EPISODE and self._begin_episode(scene)):
            return self._episodes.say(scene.told[-1], at, state, typist, rng)
        if state.held and rng.random() < ANEW and (anew := self._anew(scene)):
            return anew
        if scene.plan and rng.random() < (TELLS[scene.eager] if state.held else 0.85):
            return self._tell(scene)
        slot = self._correctable(scene)
        if slot and rng.random() < 0.05:
            return self._tellings.correct(slot, at, state, typist, rng)
        chance = rng.random()
        turn: Turn | None = None
        if chance < 0.58 and scene.over and rng.random() < OF_EPISODES:
            turn = self._of_episode(scene)
        elif chance < 0.58 and state.held:
            turn = self._ask(scene)
        elif chance < 0.70:
            turn = self._questions.unknown(state, typist, rng)
        elif chance < 0.755:
            turn = self._tellings.update(at, state, typist, rng)
        elif chance < 0.785 and state.held:
            turn = self._tellings.forget(state, typist, rng)
        elif chance < 0.86:
            turn = self._questions.all(state, typist, rng)
        elif chance < 0.90:
            turn = self._echo(scene)
        return turn or self._talk.any(typist, rng)

    def _anew(self, scene: Scene) -> Turn | None:
        """What the turn before told corrected, or anything held updated; None where nothing can be."""
        at, state, typist, rng = len(scene.turns), scene.state, scene.typist, scene.rng
        if (slot := self._correctable(scene)) and rng.random() < 0.4:
            return self._tellings.correct(slot, at, state, typist, rng)
        return self._tellings.update(at, state, typist, rng)

    def _echo(self, scene: Scene) -> Turn | None:
        """The message before repeated; None where there is none, or a long one."""
        before = scene.turns[-1] if scene.turns else None
        if before is None or before.kind == "echo" or len(before.query) > LONGEST_ECHO:
            return None
        return self._questions.echo(before, scene.typist, scene.rng)

    def _tell(self, scene: Scene) -> Turn:
        at, plan, rng = len(scene.turns), scene.plan, scene.rng
        compound = self._compound(scene) if rng.random() < COMPOUNDS else None
        if compound is not None:
            return self._tellings.tell_compound(compound, at, scene.state, scene.typist, rng)
        if self._by_slot[plan[-1]].follow_ups and rng.random() < MENTIONS:
            scene.mentioned = plan.pop()
            return self._tellings.mention(scene.mentioned, scene.state, scene.typist, rng)
        if len(plan) > 1 and rng.random() < 0.2:
            count = 3 if len(plan) > 2 and rng.random() < 0.25 else 2
            slots = plan[: -count - 1 : -1]
            del plan[-count:]
            return self._tellings.tell_many(slots, at, scene.state, scene.typist, rng)
        return self._tellings.tell(plan.pop(), at, scene.state, scene.typist, rng)

    def _compound(self, scene: Scene) -> str | None:
        """A compound of facts that can all be told now; they leave the plan, and so does what they leave in doubt."""
        for _ in range(TRIED_COMPOUNDS):
            compound = likely(self._compounds, scene.rng)
            if self._taken(slots_of(compound), scene):
                return compound
        return None

    def _taken(self, slots: tuple[str, ...], scene: Scene) -> bool:
        """Whether all these can be told now; if so, they leave the plan, and so does what they leave in doubt."""
        known = list(scene.state.held)
        for at, slot in enumerate(slots):
            if slot in scene.state.unclear or slot in known or not goes_with(slot, [*known, *slots[:at]]):
                return False
        scene.plan = [slot for slot in scene.plan if slot not in slots and goes_with(slot, list(slots))]
        return True

    def _begin_episode(self, scene: Scene) -> bool:
        """Begins an episode whose facts can all be told now, if one of a few is such."""
        for _ in range(TRIED_EPISODES):
            episode = scene.rng.choice(self._episodes.all)
            if self._taken(episode.slots, scene):
                scene.episodes -= 1
                scene.told.append(self._episodes.begin(episode, scene.typist, scene.rng))
                return True
        return False

    def _of_episode(self, scene: Scene) -> Turn | None:
        """A question about an episode, sometimes for what it did not tell."""
        at, state, typist, rng = len(scene.turns), scene.state, scene.typist, scene.rng
        told = rng.choice(scene.over)
        if rng.random() < UNKNOWN_ASIDES and (turn := self._episodes.unknown(told, state, typist, rng)):
            return turn
        return self._episodes.ask(told, at, state, typist, rng)

    def _ask(self, scene: Scene) -> Turn:
        """A question about a fact held: often one not asked yet, often the oldest."""
        rng = scene.rng
        slots = list(scene.state.held)
        fresh = [slot for slot in slots if slot not in scene.asked]
        if fresh and rng.random() < 0.6:
            slots = fresh
        chance = rng.random()
        slot = slots[0] if chance < 0.25 else slots[-1] if chance < 0.35 else rng.choice(slots)
        scene.asked.add(slot)
        return self._questions.ask(slot, len(scene.turns), scene.state, scene.typist, rng)

    def _ask_aside(self, scene: Scene) -> None:
        """Asks some of what was told before, whatever the next turn asks: what is held must be found at any time."""
        at, state, typist, rng = len(scene.turns), scene.state, scene.typist, scene.rng
        if state.held and self._share_of_recitals and rng.random() < self._share_of_recitals:
            scene.asides.append((at, self._questions.recital(state, rng)))
        if not at or not self._asides:
            return
        count = int(self._asides) + (rng.random() < self._asides % 1)
        anew = [slot for slot in scene.anew if slot in state.held]
        known = [*state.held, *anew * ANEW_ASIDE] or [""] * bool(scene.over)
        for slot in dict.fromkeys(rng.sample(known, min(count, len(known)))):
            turn = self._of_episode(scene) if scene.over and rng.random() < OF_EPISODES else None
            if turn is None:
                unknown = rng.random() < UNKNOWN_ASIDES or not slot
                ask = self._questions.ask
                turn = self._questions.unknown(state, typist, rng) if unknown else ask(slot, at, state, typist, rng)
            if turn is not None:
                scene.asides.append((at, turn))

    def _acknowledge_aside(self, scene: Scene) -> None:
        """Answers further messages, of anybody, which is practice in reading; corrects what was just told, which takes
        the memory to know what is meant."""
        if not self._acknowledgements:
            return
        at, rng = len(scene.turns), scene.rng
        count = int(self._acknowledgements) + (rng.random() < self._acknowledgements % 1)
        scene.asides.extend((at, self.alone(rng)) for _ in range(count))
        slot = self._correctable(scene)
        if slot and rng.random() < CORRECTED_ASIDE:
            scene.asides.append((at, self._tellings.correct(slot, at, scene.state.copy(), scene.typist, rng)))

    def _correctable(self, scene: Scene) -> str | None:
        """The slot of the turn before when its value can be corrected now."""
        last = scene.turns[-1] if scene.turns else None
        if last is None or last.kind not in ("tell", "update", "ask", "correct"):
            return None
        told = scene.state.held.get(last.fact or "")
        if told is None or told.implied or last.fact in ("pet_kind", "secret"):
            return None
        return last.fact
