"""Episodes: short pieces of everyday chats, written by hand, with what may be asked about them afterwards.

Most facts are told in one clear sentence. Here they come in passing, over several messages, with "she", "there" and
"the new one", beside things that are no kind of fact at all and are asked for all the same. A file of the folder
`written/episodes` has one theme. In an episode, {dog} is the value of that kind of fact, {job:a} one behind its
article, and every other placeholder one of the alternatives that the episode itself lists; {~city} is another value of
the same kind, which does not count (any more).
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from rxt.training.dialogues.acknowledgement import acknowledgement
from rxt.training.dialogues.dialogue import Turn
from rxt.training.dialogues.fact import phrases
from rxt.training.dialogues.sources import as_said, is_held_out, title
from rxt.training.dialogues.wording import fill, mark_of

if TYPE_CHECKING:
    import random
    from collections.abc import Mapping

    from rxt.training.dialogues.fact import Fact
    from rxt.training.dialogues.state import State
    from rxt.training.dialogues.tellings import Tellings
    from rxt.training.dialogues.wording import Typist

THEMES = (
    "introductions", "animals_and_health", "people", "work_and_study", "tastes", "plans_and_places", "home_and_things",
    "changes", "texting", "families", "from_abroad", "first_minutes", "put_right", "stories", "enthusiasms",
    "after_work", "daily_life", "campus", "money_and_things", "body_and_sport", "parents_and_grandparents",
    "on_the_road", "put_differently", "changed_minds", "errands_and_offices", "celebrations_and_visits",
    "made_and_grown", "half_sentences",
)  # fmt: skip
"""Those from "texting" to "after_work" are about facts of known kinds alone."""

DETAIL = "detail"
"""The slot under which a turn names what it tells of no kind of fact."""

OF_DETAILS = 0.3
"""The share of questions that are about details. They are learned late: with half of the questions about them a model
of eight million parameters was once right on 15 % after 300 steps, and said gibberish where it had said that it was not
told; with a tenth it was right on 12 % after all its training, on trained and held-out ones alike, by when it had
learned to answer for half of the everyday facts."""

_PARTS = ("turns", "asks", "unknown")
_PLACE = re.compile(r"{(~?\w+)(:a)?}")

HEARD = phrases("I see! | Oh, I see! | I see, tell me more! | Thanks for telling me.")
"""What is answered to a message that tells nothing to be remembered, unless the episode says what."""

KEPT = phrases("Good to know. | Okay, I will remember that. | Thanks, I will remember that. | I see, tell me more!")
"""What is answered to one that does."""


_QUESTIONS = ("what", "how", "do you", "can you", "are you", "is ", "who", "guess")


def places_of(text: str) -> tuple[str, ...]:
    """The names in the placeholders of a text, in their order, without what says how they are written."""
    return tuple(name for name, _ in _PLACE.findall(text))


@dataclass(frozen=True, slots=True)
class Episode:
    """messages: what is said, and what is answered where it matters, else ""; asks and unknown: questions and answers,
    about what was told and about what was not; details: the alternatives of placeholders that are no slots."""

    messages: tuple[tuple[str, str], ...]
    asks: tuple[tuple[str, str], ...]
    unknown: tuple[tuple[str, str], ...]
    details: Mapping[str, tuple[str, ...]]

    @property
    def slots(self) -> tuple[str, ...]:
        """Those that are told, each once, in their order."""
        names = dict.fromkeys(name for said, _ in self.messages for name in places_of(said))
        return tuple(name for name in names if name.removeprefix("~") not in self.details and name[0] != "~")


@cache
def episodes(held_out: bool) -> tuple[Episode, ...]:
    """Those of one part of the split: every fifth is held out."""
    found: list[Episode] = []
    for theme in THEMES:
        text = files(__package__).joinpath("written", "episodes", f"{theme}.toml").read_text(encoding="utf-8")
        found.extend(map(_episode, tomllib.loads(text)["episode"]))
    return tuple(episode for at, episode in enumerate(found) if (at % 5 == 4) == held_out)


def _episode(table: Mapping[str, list[str]]) -> Episode:
    messages, asks, unknown = (tuple(_pair(line) for line in table.get(part, ())) for part in _PARTS)
    details = {name: tuple(values) for name, values in table.items() if name not in _PARTS}
    return Episode(messages, asks, unknown, details)


def _pair(line: str) -> tuple[str, str]:
    first, _, second = line.partition(" => ")
    return first, second


@dataclass(slots=True)
class ToldEpisode:
    """An episode being told. typed and kept: its values by placeholder; at: the turn in which each was last said."""

    episode: Episode
    typed: dict[str, str]
    kept: dict[str, str]
    at: dict[str, int] = field(default_factory=dict)
    said: int = 0

    @property
    def is_over(self) -> bool:
        """Whether all was said, so that it can be asked for."""
        return self.said == len(self.episode.messages)


class Episodes:
    """Tells them, asks for them, and keeps the state true to them."""

    def __init__(self, facts: tuple[Fact, ...], tellings: Tellings, held_out: bool) -> None:
        self._facts = {fact.slot: fact for fact in facts}
        self._denials = {fact.not_told: fact.slot for fact in facts}
        self._tellings = tellings
        self._held_out = held_out

    @property
    def all(self) -> tuple[Episode, ...]:
        """Those of this part of the split."""
        return episodes(self._held_out)

    def begin(self, episode: Episode, typist: Typist, rng: random.Random) -> ToldEpisode:
        """The episode with values for all its places."""
        told = ToldEpisode(episode, {}, {})
        for said, _ in told.episode.messages:
            for name in places_of(said):
                if name not in told.typed:
                    told.typed[name], told.kept[name] = self._value(name, told, typist, rng)
        return told

    def one(self, state: State, typist: Typist, rng: random.Random) -> Turn:
        """A message of any episode that tells something, for itself."""
        while True:
            episode = rng.choice(self.all)
            telling = [at for at, (said, _) in enumerate(episode.messages) if places_of(said)]
            if telling:
                told = self.begin(episode, typist, rng)
                told.said = rng.choice(telling)
                return self.say(told, 1, state, typist, rng)

    def say(self, told: ToldEpisode, at: int, state: State, typist: Typist, rng: random.Random) -> Turn:
        """The next message of an episode."""
        said, reply = told.episode.messages[told.said]
        told.said += 1
        names = places_of(said)
        news = [name for name in names if name not in told.at]
        told.at.update(dict.fromkeys(names, at))
        facts = [(self._facts[name], told.kept[name]) for name in news if name in self._facts]
        for fact, value in facts:
            state.tell(fact.slot, value, at)
        template, values = _numbered(said, told.typed)
        query = typist.typed(template, "?" if reply and _asks(said) else rng.choice("..!"), rng, values)
        tags = tuple((name if name in self._facts else DETAIL, told.typed[name]) for name in news)
        if reply:
            return Turn(query, reply, "tell_many" if news else "small_talk", told=tags)
        if facts:
            return Turn(query, acknowledgement(query, facts, rng), "tell_many", told=tags)
        return Turn(query, rng.choice(KEPT if news else HEARD), "tell_many" if news else "small_talk", told=tags)

    def ask(self, told: ToldEpisode, at: int, state: State, typist: Typist, rng: random.Random) -> Turn | None:
        """A question about an episode that is over; None where it has none, or what it asks for no longer holds."""
        detail = rng.random() < OF_DETAILS
        asks = [ask for ask in told.episode.asks if self._facts.keys().isdisjoint(places_of(ask[1])) == detail]
        if not asks:
            return None
        return self.asked(rng.choice(asks), told, at, state, typist, rng)

    def asked(
        self, ask: tuple[str, str], told: ToldEpisode, at: int, state: State, typist: Typist, rng: random.Random
    ) -> Turn | None:
        """This question and its answer; None where what it asks for no longer holds."""
        question, answer = ask
        if not all(self._holds(name, told, state) for name in places_of(question + answer)):
            return None
        names = places_of(answer)
        values = [told.kept[name] for name in names]
        distance = max(1, at - max(told.at[name] for name in names))
        slot = next((name for name in names if name in self._facts), None)
        answered = title(_filled(answer, told.kept))
        first, *others = (as_said(value, answered) for value in values)
        query = self._query(question, told, typist, rng)
        return Turn(query, answered, "ask", slot, first, distance, tuple(others))

    def unknown(self, told: ToldEpisode, state: State, typist: Typist, rng: random.Random) -> Turn | None:
        """A question about something that the episode did not tell, nor anything else that is held; None where it has
        none."""
        unknown = [(question, answer) for question, answer in told.episode.unknown if self._is_untold(answer, state)]
        return self.asked_in_vain(rng.choice(unknown), told, typist, rng) if unknown else None

    def asked_in_vain(self, unknown: tuple[str, str], told: ToldEpisode, typist: Typist, rng: random.Random) -> Turn:
        """This question for what was not told, and its answer."""
        question, answer = unknown
        return Turn(self._query(question, told, typist, rng), title(_filled(answer, told.kept)), "ask_unknown")

    def _query(self, question: str, told: ToldEpisode, typist: Typist, rng: random.Random) -> str:
        template, values = _numbered(question.rstrip("?."), told.typed)
        return typist.typed(template, mark_of(template), rng, values)

    def _is_untold(self, answer: str, state: State) -> bool:
        """Whether what is denied in this answer was not told elsewhere."""
        slot = self._denials.get(answer.replace("No, you", "You", 1))
        return slot is None or (slot not in state.held and slot not in state.unclear)

    def _holds(self, name: str, told: ToldEpisode, state: State) -> bool:
        """Whether what this place stood for is still so."""
        slot = name.removeprefix("~")
        if slot not in self._facts or slot not in told.episode.slots:
            return True
        held = state.held.get(slot)
        return held is not None and held.value == told.kept[slot]

    def _value(self, name: str, told: ToldEpisode, typist: Typist, rng: random.Random) -> tuple[str, str]:
        slot, taken = name.removeprefix("~"), {value.lower() for value in told.typed.values()}
        if slot in self._facts:
            while True:
                typed, kept = self._tellings.draw(self._facts[slot], typist, rng)
                if typed.lower() not in taken:
                    return typed, kept
        listed = [value for value in told.episode.details[slot] if value.lower() not in taken]
        value = rng.choice([value for value in listed if is_held_out(value) == self._held_out] or listed)
        kept = typist.kept(value)
        return value, kept.replace("my ", "your ", 1) if kept.startswith("my ") else kept


def _asks(said: str) -> bool:
    return said.endswith("?") or said.lower().startswith(_QUESTIONS)


def _numbered(text: str, values: Mapping[str, str]) -> tuple[str, tuple[str, ...]]:
    """The text with the placeholders that `fill` knows, and what belongs into them."""
    names = tuple(dict.fromkeys(places_of(text)))
    for at, name in enumerate(names, 1):
        number = at if at > 1 else ""
        text = text.replace(f"{{{name}:a}}", f"{{av{number}}}").replace(f"{{{name}}}", f"{{v{number}}}")
    return text, tuple(values[name] for name in names) or ("",)


def _filled(text: str, values: Mapping[str, str]) -> str:
    template, filled = _numbered(text, values)
    return fill(template, *filled)
