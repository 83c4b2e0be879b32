"""Episodes: pieces of everyday chats; each is sound in itself, and what is asked about them was told."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import pairwise

import pytest

from rxt.training.dialogues import Dialogue, Turn
from rxt.training.dialogues.episodes import DETAIL, THEMES, Episode, Episodes, ToldEpisode, episodes, places_of
from rxt.training.dialogues.facts import FACTS, numbers_of_facts
from rxt.training.dialogues.generator import DialogueGenerator
from rxt.training.dialogues.sources import Values
from rxt.training.dialogues.state import State
from rxt.training.dialogues.tellings import Tellings
from rxt.training.dialogues.wording import Typist, Wording

SLOTS = {fact.slot for fact in FACTS}
PLAIN = Typist(lower=False, bare=False, american=False, company=0.0, slips=0.0)
EVERY = (*episodes(held_out=False), *episodes(held_out=True))


def writer(held_out: bool = False) -> Episodes:
    return Episodes(FACTS, Tellings(FACTS, Wording(FACTS, held_out), Values(held_out, 0.0)), held_out)


def told_by(messages: tuple[str, ...], **details: tuple[str, ...]) -> ToldEpisode:
    """An episode of these messages, begun."""
    episode = Episode(tuple((message, "") for message in messages), (), (), details)
    return writer().begin(episode, PLAIN, random.Random(3))


def test_that_there_are_many_of_every_theme() -> None:
    assert len(EVERY) > 140 * len(THEMES)


def test_that_every_episode_is_sound() -> None:
    for episode in EVERY:
        told = {name for said, _ in episode.messages for name in places_of(said)}
        assert {name.removeprefix("~") for name in told} <= SLOTS | set(episode.details), episode
        assert SLOTS.isdisjoint(episode.details), episode
        assert 1 <= len(episode.messages) <= 5, episode
        assert episode.asks, episode
        for said, reply in episode.messages:
            assert 1 <= len(said) <= 130, said
            assert not set(reply) & set("{}"), reply
        for question, answer in (*episode.asks, *episode.unknown):
            assert set(places_of(question + answer)) <= told, question
            assert answer.endswith("."), question
        assert all(places_of(answer) for _, answer in episode.asks), episode
        assert all("haven't told me" in answer for _, answer in episode.unknown), episode
        assert all(len(values) > 4 for values in episode.details.values()), episode


def test_that_no_message_stands_in_both_parts_of_the_split() -> None:
    trained, held_out = ({episode.messages for episode in episodes(part)} for part in (False, True))
    assert 0.18 < len(held_out) / len(trained | held_out) < 0.22
    assert trained.isdisjoint(held_out)


def test_that_what_an_episode_tells_is_held_and_tagged() -> None:
    state, rng = State(), random.Random(3)
    told = told_by(("it was {~city} before, now I'm in {city}", "had {lunch} there"), lunch=("soup", "pie"))
    first, second = (writer().say(told, at, state, PLAIN, rng) for at in range(2))
    assert told.is_over
    assert state.held["city"].value == told.kept["city"] != told.kept["~city"]
    assert first.told == ((DETAIL, told.typed["~city"]), ("city", told.typed["city"]))
    assert second.told == ((DETAIL, told.typed["lunch"]),)
    assert all(value in first.query for _, value in first.told)
    assert DETAIL in numbers_of_facts()


def test_that_nothing_is_asked_that_no_longer_holds() -> None:
    state, rng, asks = State(), random.Random(3), ("where was I before?", "You lived in {~city} before.")
    told = told_by(("it was {~city} before, now I'm in {city}",))
    writer().say(told, 0, state, PLAIN, rng)
    turn = writer().asked(asks, told, 3, state, PLAIN, rng)
    assert turn is not None
    assert (turn.query, turn.value, turn.distance) == ("Where was I before?", told.kept["~city"], 3)
    state.tell("city", "Elsewhere", 4)
    assert writer().asked(asks, told, 5, state, PLAIN, rng) is None


def test_that_nothing_is_denied_that_was_told_elsewhere() -> None:
    rng = random.Random(3)
    cat, street = (next(fact for fact in FACTS if fact.slot == slot) for slot in ("cat", "street"))
    unknown = (("my cat?", cat.not_told), ("do you know my street?", f"No, y{street.not_told[1:]}"))
    told = told_by(("I'm in {city}",))
    told.episode = Episode(told.episode.messages, (), unknown, {})
    state = State()
    state.tell("cat", "Mog", 0)
    denied = [writer().unknown(told, state, PLAIN, rng) for _ in range(20)]
    assert {turn.answer for turn in denied if turn is not None} == {unknown[1][1]}
    state.tell("street", "Hill Road", 1)
    assert writer().unknown(told, state, PLAIN, rng) is None


def test_that_what_is_mine_is_yours_in_an_answer() -> None:
    told = told_by(("they took {dish} off the menu",), dish=("my burger", "my soup"))
    assert told.typed["dish"].startswith("my ")
    assert told.kept["dish"] == told.typed["dish"].replace("my", "your")


@pytest.mark.parametrize("split", ["train", "heldout"])
def test_that_conversations_tell_episodes_and_ask_for_them(split: str) -> None:
    generator, rng = DialogueGenerator(3, split, asides=1.0, episodes=1.0), random.Random(5)  # type: ignore[arg-type]
    dialogues = [generator.dialogue(10, rng) for _ in range(40)]
    said = {message.casefold() for dialogue in dialogues for message in _messages(dialogue)}
    plain = [said for episode in EVERY for said, _ in episode.messages if "{" not in said]
    assert sum(message.casefold() in " ".join(said) for message in plain) > 10
    assert any(turn.kind == "ask" and turn.fact is None for turn in _asked(dialogues))
    for turn in _asked(dialogues):
        assert "{" not in turn.query + turn.answer
        if turn.kind == "ask" and turn.value:
            assert turn.value in turn.answer
            assert (turn.distance or 0) > 0


def test_that_nothing_of_an_episode_is_asked_once_all_is_forgotten() -> None:
    generator, rng, forgotten = DialogueGenerator(3, asides=3.0, episodes=1.0), random.Random(7), 0
    for dialogue in (generator.dialogue(12, rng) for _ in range(1500)):
        ends = [at for at, turn in enumerate(dialogue.turns) if turn.kind == "forget" and turn.fact is None]
        for asked_at, turn in ((at, aside) for at, aside in dialogue.asides if ends and at > ends[-1]):
            forgotten += 1
            if turn.kind == "ask" and turn.distance is not None:
                assert asked_at - turn.distance > ends[-1], turn
    assert forgotten > 20


def test_that_whoever_was_mentioned_is_told_of_before_an_episode_begins() -> None:
    generator, rng = DialogueGenerator(3, episodes=1.0), random.Random(7)
    followed = [
        after
        for _ in range(300)
        for before, after in pairwise(generator.dialogue(10, rng).turns)
        if before.kind == "mention"
    ]
    assert len(followed) > 10
    assert all(turn.kind == "tell" and turn.answer.startswith("Got it") for turn in followed)


def test_that_there_are_none_unless_wanted_and_messages_stand_alone_where_they_are() -> None:
    plain, mixed = DialogueGenerator(3), DialogueGenerator(3, episodes=1.0)
    rng = random.Random(1)
    assert not any(slot == DETAIL for _ in range(200) for slot, _ in plain.telling(rng).told)
    turns = [mixed.telling(rng) for _ in range(200)]
    assert all(turn.told or turn.kind == "small_talk" for turn in turns)
    assert sum(slot == DETAIL for turn in turns for slot, _ in turn.told) > 50


def _messages(dialogue: Dialogue) -> Iterator[str]:
    for turn in dialogue.turns:
        yield turn.query


def _asked(dialogues: list[Dialogue]) -> Iterator[Turn]:
    for dialogue in dialogues:
        yield from dialogue.turns
        yield from (aside for _, aside in dialogue.asides)
