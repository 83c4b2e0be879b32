"""Generated dialogues: deterministic, split for good, short, and every answer true to what was said before."""

from __future__ import annotations

import math
import random
import re
from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from tokenizers import Tokenizer

from rxt.text.trainer import train_tokenizer
from rxt.training.dialogues import Dialogue, DialogueGenerator, Turn, names
from rxt.training.dialogues.dialogue import KINDS
from rxt.training.dialogues.episodes import DETAIL
from rxt.training.dialogues.fact import as_yours, named
from rxt.training.dialogues.facts import FACTS, numbers_of_facts
from rxt.training.dialogues.noise import with_slip
from rxt.training.dialogues.phrasebook_events import EVENTS
from rxt.training.dialogues.phrasebook_everyday import EVERYDAY
from rxt.training.dialogues.questions import NOTHING_TOLD, Questions
from rxt.training.dialogues.roles import told_of
from rxt.training.dialogues.sources import (
    CLOSED,
    COMMON,
    INVENTED,
    LISTS,
    LONGER,
    LONGEST_WITH_MORE,
    RARER,
    STRANGE,
    Values,
    is_held_out,
)
from rxt.training.dialogues.state import ANY_PET_SLOTS, PET_SLOTS, State
from rxt.training.dialogues.tellings import WITH_FORMER, Tellings
from rxt.training.dialogues.wording import PLAINEST, Typist, Wording, fill, likely, slots_of
from rxt.training.dialogues.written import document, written

if TYPE_CHECKING:
    from pathlib import Path

BY_SLOT = {fact.slot: fact for fact in FACTS}
TELLING = ("tell", "update", "correct")
SPLITS = ("train", "heldout")


def _dialogues(split: str, count: int, seed: int = 1) -> list[Dialogue]:
    generator = DialogueGenerator(seed, split)  # type: ignore[arg-type]
    return [generator.dialogue(1 + at % 20) for at in range(count)]


def test_that_the_same_seed_writes_the_same_dialogues() -> None:
    assert _dialogues("train", 40) == _dialogues("train", 40)
    assert _dialogues("train", 40) != _dialogues("train", 40, seed=2)


def test_that_a_given_random_state_decides_alone() -> None:
    first, second = DialogueGenerator(1), DialogueGenerator(2)
    assert first.dialogue(9, random.Random(5)) == second.dialogue(9, random.Random(5))


@pytest.mark.parametrize("turns", [1, 2, 3, 7, 8, 20, 32])
def test_that_a_dialogue_has_exactly_the_turns_wanted(turns: int) -> None:
    generator = DialogueGenerator(3)
    assert all(len(generator.dialogue(turns).turns) == turns for _ in range(20))


def test_that_no_turns_and_an_unknown_split_are_refused() -> None:
    with pytest.raises(ValueError, match="at least one turn"):
        DialogueGenerator(1).dialogue(0)
    with pytest.raises(ValueError, match="split"):
        DialogueGenerator(1, "test")  # type: ignore[arg-type]


def test_that_the_first_turn_stands_on_top_of_the_json_form_and_the_others_below() -> None:
    dialogue = Dialogue((Turn("a", "b", "tell"), Turn("c", "d", "ask"), Turn("e", "f", "ask")))
    assert dialogue.to_json() == {
        "query": "a",
        "answer": "b",
        "interactions": [{"query": "c", "answer": "d"}, {"query": "e", "answer": "f"}],
    }
    with pytest.raises(ValueError, match="without turns"):
        Dialogue(()).to_json()


class _Reader:
    """Reads a dialogue's texts alone and holds what they told, in a way of its own: in small letters, as all it says.

    It does not hold what follows from a pet's name: which pet there is, and what "the pet" is called.
    """

    def __init__(self) -> None:
        self.held: dict[str, tuple[str, int]] = {}

    def read(self, turn: Turn, at: int) -> None:
        """Hold what this turn told, or no longer what it wants forgotten."""
        if turn.kind == "forget":
            self.held = {} if turn.fact is None else {s: h for s, h in self.held.items() if s != turn.fact}
        self.held |= {slot: (value.lower(), at) for slot, value in turn.told}

    def recalled(self, slot: str) -> str:
        """The clause that recalls a fact held."""
        return fill(BY_SLOT[slot].recall, self.held[slot][0]).lower()

    def right(self, turn: Turn) -> set[str]:
        """The right answers to a question about a fact held."""
        slot = str(turn.fact)
        value, noun = self.held[slot][0], BY_SLOT[slot].noun
        recalled = self.recalled(slot)
        if turn.others:
            return {f"{recalled} and {self.recalled(other)}." for other in self.held if other != slot}
        if noun and turn.value == f"your {noun}":
            return {f"{value} is your {noun}."}
        says_it = re.search(rf"(?<!\w){re.escape(value)}(?!\w)", turn.query.lower())
        return {f"{recalled}.", f"yes, {recalled}.", *([] if says_it else [f"no, {recalled}."])}


@pytest.mark.parametrize("split", SPLITS)
def test_that_every_question_is_answered_by_what_was_last_told(split: str) -> None:
    asked: Counter[str] = Counter()
    for dialogue in _dialogues(split, 400):
        reader = _Reader()
        for at, turn in enumerate(dialogue.turns):
            has_pet = not PET_SLOTS.isdisjoint(reader.held)
            if turn.kind == "ask" and turn.fact not in ANY_PET_SLOTS and not (turn.others and has_pet):
                value, told_at = reader.held[str(turn.fact)]
                assert turn.distance == at - told_at
                assert turn.answer.lower() in reader.right(turn)
                whose = f"your {BY_SLOT[str(turn.fact)].noun}"
                assert str(turn.value).lower() == value or (turn.value == whose and value in turn.query.lower())
                assert {other.lower() for other in turn.others} <= {held for held, _ in reader.held.values()} - {value}
                asked["two" if turn.others else "whose" if turn.value == whose else turn.answer[:3]] += 1
            elif turn.kind == "ask_all":
                said = {reader.held[slot][0] for slot in reader.held if reader.recalled(slot) in turn.answer.lower()}
                assert {other.lower() for other in turn.others} <= said
                asked["all"] += len(turn.others)
            reader.read(turn, at)
    assert asked.total() > 1000
    assert min(asked[kind] for kind in ("two", "whose", "No,", "Yes", "all")) > 3


def test_that_a_guess_is_said_to_be_right_where_it_is_and_only_there() -> None:
    wording, state, rng = Wording(FACTS, held_out=False), State(), random.Random(1)
    wording.checks["name"] = ("could it be {v}",)
    questions = Questions(FACTS, wording, Tellings(FACTS, wording, Values(held_out=False)))
    typist = Typist(lower=False, bare=False, american=False, company=0.0, slips=0.0)
    state.tell("name", "Ana", 0)
    asked = [questions.ask("name", 1, state, typist, rng) for _ in range(500)]
    guesses = [turn for turn in asked if turn.query.startswith("Could it be ")]
    right = [turn.query == "Could it be Ana?" for turn in guesses]
    assert [turn.answer for turn in guesses] == [f"{'Yes' if ana else 'No'}, your name is Ana." for ana in right]
    assert min(right.count(True), right.count(False)) > 5


@pytest.mark.parametrize("split", SPLITS)
def test_that_what_was_never_told_or_was_forgotten_is_said_to_be_unknown(split: str) -> None:
    checked = 0
    for dialogue in _dialogues(split, 400):
        reader = _Reader()
        for at, turn in enumerate(dialogue.turns):
            reader.read(turn, at)
            if turn.kind == "ask_unknown":
                assert "ou haven't told me" in turn.answer
                assert turn.fact not in reader.held
                checked += 1
    assert checked > 100


def test_that_what_is_neither_known_nor_unknown_is_not_denied() -> None:
    in_doubt = {"pet", "pet_kind", "partner", "husband", "girlfriend", "boyfriend", "marital"}
    # Among few kinds of facts each is drawn often.
    facts = tuple(fact for fact in FACTS if fact.slot in in_doubt | {"dog", "cat", "wife", "brother", "city"})
    wording, state, rng = Wording(facts, held_out=False), State(), random.Random(1)
    questions = Questions(facts, wording, Tellings(facts, wording, Values(held_out=False)))
    for at, (slot, name) in enumerate({"dog": "Rex", "cat": "Luna", "wife": "Anna"}.items()):
        state.tell(slot, name, at)
    drawn = [questions.unknown(state, Typist.drawn(rng), rng) for _ in range(300)]
    assert {turn.fact for turn in drawn if turn is not None and turn.fact} == {"brother", "city"}


@pytest.mark.parametrize("split", SPLITS)
def test_that_every_turn_is_well_formed(split: str) -> None:
    for dialogue in _dialogues(split, 400):
        for turn in dialogue.turns:
            assert turn.kind in KINDS
            assert turn.query.strip() == turn.query != ""
            assert not set("{}|") & set(turn.query + turn.answer)
            assert not turn.answer[0].islower()
            assert turn.answer[-1] in ".!?" or turn.kind == "echo"  # that one ends as the message did
            assert all(other in turn.answer for other in turn.others)
            assert turn.value is None or turn.value in turn.answer
            assert turn.fact is None or turn.fact in BY_SLOT
            assert (turn.distance is None) == (turn.kind != "ask")
            if turn.kind == "ask":
                assert turn.value
                assert turn.distance is not None
                assert turn.distance >= 1


def test_that_an_echo_repeats_the_message_before_word_for_word() -> None:
    echoes = 0
    for dialogue in _dialogues("train", 400):
        for before, turn in pairwise(dialogue.turns):
            if turn.kind == "echo":
                assert turn.answer == f"You said: {before.query}"
                assert turn.others == (before.query,)
                echoes += 1
    assert echoes > 20


def test_that_a_list_of_what_is_known_names_its_values() -> None:
    lists = [turn for dialogue in _dialogues("train", 400) for turn in dialogue.turns if turn.kind == "ask_all"]
    assert any(len(turn.others) > 1 for turn in lists)
    for turn in lists:
        assert bool(turn.others) == (turn.answer != NOTHING_TOLD)


def test_that_every_value_asked_for_was_typed_before() -> None:
    for dialogue in _dialogues("train", 400):
        for at, turn in enumerate(dialogue.turns):
            if turn.kind == "ask" and turn.fact not in ANY_PET_SLOTS and not str(turn.value).startswith("your "):
                assert turn.distance is not None
                told = dialogue.turns[at - turn.distance]
                assert str(turn.value).lower() in told.query.lower()
                assert told.kind in (*TELLING, "tell_many")


def test_that_what_is_typed_in_small_letters_is_answered_in_them() -> None:
    typist = Typist(lower=True, bare=False, american=False, company=0.0, slips=0.0)
    assert typist.kept("Alice") == "alice"
    assert typist.kept("Pizza") == "pizza"
    assert typist.typed("I'm {v}", ".", random.Random(1), ("Alice",)) == "i'm alice."


def test_that_some_who_type_in_small_letters_give_names_their_capitals() -> None:
    typist = Typist(lower=True, bare=True, american=False, company=0.0, slips=0.0, capitals=True)
    assert typist.typed("I'm {v}", ".", random.Random(1), ("Alice",)) == "im Alice"
    assert typist.kept("Pizza") == "Pizza"
    rng = random.Random(1)
    drawn = [Typist.drawn(rng) for _ in range(1000)]
    assert 20 < sum(typist.capitals for typist in drawn) < 80
    assert all(typist.lower for typist in drawn if typist.capitals)


def test_that_what_people_say_most_is_said_most() -> None:
    rng, phrases = random.Random(1), tuple(map(str, range(100)))
    counts = Counter(likely(phrases, rng) for _ in range(20_000))
    for place in (0, 5, 50):
        # One over the place, which is counted from PLAINEST; summed over all, that is a logarithm.
        share = math.log((place + 1 + PLAINEST) / (place + PLAINEST)) / math.log((100 + PLAINEST) / PLAINEST)
        assert abs(counts[str(place)] - 20_000 * share) < 5 * math.sqrt(20_000 * share)
    assert len(counts) == 100
    assert likely(("alone",), rng) == "alone"


def test_that_training_draws_half_of_the_phrases_evenly_and_the_tests_none() -> None:
    phrases, rng = tuple(map(str, range(400))), random.Random(3)
    late = {
        held_out: sum(int(wording.drawn(phrases, rng)) >= 200 for _ in range(4000)) / 4000
        for held_out in (False, True)
        for wording in [Wording(FACTS, held_out)]
    }
    assert 0.29 < late[False] < 0.36  # (0.5 + 0.14) / 2
    assert 0.11 < late[True] < 0.17


def test_that_slips_never_touch_a_value() -> None:
    typist = Typist(lower=False, bare=True, american=True, company=1.0, slips=1.0)
    rng = random.Random(1)
    for _ in range(300):
        typed = typist.typed("my neighbour is {v} and I work as {av2}", ".", rng, ("D'Colour", "shepherd's colourist"))
        assert "D'Colour" in typed
        assert "a shepherd's colourist" in typed


def test_that_an_article_fits_its_value() -> None:
    assert fill("I'm {av}", "engineer") == "I'm an engineer"
    assert fill("{av} and {av2}", "nurse", "artist") == "a nurse and an artist"


def test_that_the_splits_share_no_open_value() -> None:
    rng = random.Random(1)
    train, held_out = Values(held_out=False), Values(held_out=True)
    for kind in LISTS.keys() - CLOSED:
        drawn = {train.draw(kind, rng).lower() for _ in range(300)}
        kept = {held_out.draw(kind, rng).lower() for _ in range(300)}
        assert not drawn & kept
        assert not any(map(is_held_out, drawn))
        assert all(map(is_held_out, kept))
        assert len(kept) > 3


def test_that_the_splits_share_no_phrasing_where_there_are_five() -> None:
    train, held_out = Wording(FACTS, held_out=False), Wording(FACTS, held_out=True)
    for slot, fact in BY_SLOT.items():
        for table in ("tells", "asks", "corrections", "forgets"):
            assert getattr(held_out, table)[slot]
            assert not set(getattr(train, table)[slot]) & set(getattr(held_out, table)[slot])
        assert len(fact.tells) >= 7


def test_that_the_wide_vocabulary_is_of_known_kinds_and_says_nothing_twice() -> None:
    for kind, rarer in document("vocabulary").items():
        common = names.SURNAMES if kind == "surname" else COMMON[kind]
        spellings = [value.lower() for value in (*common, *rarer)]
        assert len(set(spellings) - {value.lower() for value in common}) == len(rarer), kind
        assert max(map(len, rarer)) <= LONGEST_WITH_MORE
        assert all(value.strip() == value != "" for value in rarer)


def test_that_half_of_the_listed_values_are_of_the_wide_vocabulary() -> None:
    rng, values = random.Random(1), Values(held_out=False, novelty=0.0)
    for kind in ("person", "job", "secret"):
        common, rarer = set(COMMON[kind]), set(LISTS[kind]) - set(COMMON[kind])
        drawn = [values.draw(kind, rng) for _ in range(2000)]
        share = sum(value in rarer for value in drawn) / sum(value in common | rarer for value in drawn)
        assert 0.9 * RARER < share < 1.1 * RARER


def test_that_open_names_are_often_invented() -> None:
    rng = random.Random(1)
    values = Values(held_out=False)
    for kind in ("person", "pet", "city"):
        listed = set(LISTS[kind])
        drawn = [values.draw(kind, rng) for _ in range(1000)]
        assert sum(value not in listed for value in drawn) > 300
        assert INVENTED[kind] >= 0.3


def test_that_words_of_another_kind_turn_up_where_no_word_is_invented() -> None:
    rng, listed = random.Random(1), set(LISTS["allergy"])
    assert "allergy" not in INVENTED
    values = Values(held_out=False)
    drawn = [values.draw("allergy", rng) for _ in range(2000)]
    strange = sum(value not in listed for value in drawn) / len(drawn)
    wanted = STRANGE + (1 - STRANGE) * LONGER
    assert 0.8 * wanted < strange < 1.2 * wanted
    plain = Values(held_out=False, novelty=0.0)
    assert all(plain.draw("allergy", rng) in listed for _ in range(2000))


def test_that_a_listed_value_sometimes_gets_one_more_word() -> None:
    rng, values, listed = random.Random(1), Values(held_out=False), set(LISTS["shopping"])
    assert "shopping" not in INVENTED
    drawn = [values.draw("shopping", rng) for _ in range(2000)]
    longer = [
        value
        for value in drawn
        if value not in listed and any(value.startswith(f"{item} ") or value.endswith(f" {item}") for item in listed)
    ]
    assert 0.5 * LONGER < len(longer) / len(drawn) < 1.2 * LONGER
    assert max(map(len, longer)) <= LONGEST_WITH_MORE


def test_that_pets_are_unclear_once_there_are_two() -> None:
    state = State()
    state.tell("dog", "Rex", 0)
    assert (state.held["pet_kind"].value, state.held["pet"].value) == ("dog", "Rex")
    state.tell("cat", "Luna", 1)
    assert "pet" not in state.held
    assert state.unclear == {"pet", "pet_kind"}
    assert state.stated() == ["dog", "cat"]


def test_that_a_forgotten_fact_is_no_longer_held() -> None:
    state = State()
    state.tell("dog", "Rex", 0)
    state.tell("wife", "Anna", 1)
    assert "husband" in state.unclear
    state.forget("dog")
    assert list(state.held) == ["wife"]
    state.forget_all()
    assert (state.held, state.unclear) == ({}, set())


def test_that_long_dialogues_hold_many_facts_and_ask_often() -> None:
    generator = DialogueGenerator(4)
    turns = [turn for _ in range(150) for turn in generator.dialogue(16).turns]
    share = {kind: sum(turn.kind == kind for turn in turns) / len(turns) for kind in KINDS if kind != "recital"}
    assert all(share.values())
    asks = share["ask"] + share["ask_unknown"]
    assert 0.33 < asks < 0.52
    assert 0.12 < share["ask_unknown"] / asks < 0.25
    assert max(turn.distance or 0 for turn in turns) >= 12


def test_that_a_further_phrase_tells_or_asks_for_one_kind_of_fact_alone() -> None:
    for part in ("tells", "asks"):
        kinds: dict[str, set[str]] = {}
        for fact in FACTS:
            for phrase in getattr(fact, part):
                kinds.setdefault(phrase.lower(), set()).add(fact.slot)
        for slot in document("wider"):
            for phrase in getattr(written("wider", slot), part):
                assert kinds[phrase.lower()] == {slot}, phrase


def test_that_nearly_every_interaction_fits_in_64_tokens(tmp_path: Path) -> None:
    generator = DialogueGenerator(5)
    path = tmp_path / "tokenizer.json"
    turns = [turn for _ in range(1500) for turn in generator.dialogue(10).turns]
    train_tokenizer((text for turn in turns for text in (turn.query, turn.answer)), 2048, path)
    tokenizer = Tokenizer.from_file(str(path))
    for split in SPLITS:
        lengths = [
            4 + sum(len(tokenizer.encode(text, add_special_tokens=False).ids) for text in (turn.query, turn.answer))
            for dialogue in _dialogues(split, 300, seed=6)
            for turn in dialogue.turns
        ]
        # A batch cuts the few that do not: two long sentences with a long value each.
        assert sum(length > 64 for length in lengths) < len(lengths) / 300
        assert max(lengths) <= 80
        assert sum(lengths) / len(lengths) < 31


def test_that_what_is_asked_aside_was_told_before_or_never() -> None:
    generator = DialogueGenerator(8, asides=1.5)
    asked = [
        (dialogue, at, aside)
        for dialogue in (generator.dialogue(10) for _ in range(60))
        for at, aside in dialogue.asides
    ]
    assert len(asked) > 300
    assert 0.05 < sum(aside.kind == "ask_unknown" for _, _, aside in asked) / len(asked) < 0.35
    for dialogue, at, aside in asked:
        assert 0 < at < len(dialogue.turns)
        if aside.kind == "ask":
            assert aside.distance is not None
            told = dialogue.turns[at - aside.distance]
            assert told.kind in ("tell", "tell_many", "update", "correct")
            assert told.kind == "tell_many" or told.fact == aside.fact or "pet" in (aside.fact or "")


def test_that_a_recital_says_what_is_held_before_its_turn_and_is_asked_for_by_nobody() -> None:
    generator, seen, orders = DialogueGenerator(8, recitals=1.0), 0, set()
    for dialogue in (generator.dialogue(10) for _ in range(40)):
        for at, recital in dialogue.asides:
            assert (recital.kind, recital.query) == ("recital", "")
            assert 0 < at < len(dialogue.turns)
            before = " ".join(turn.query for turn in dialogue.turns[:at]).lower()
            places = [recital.answer.find(value) for value in recital.others]
            assert recital.others
            assert min(places) >= 0
            # The kind of a pet told by its name alone ("cat") follows from the words around it.
            assert sum(value.lower() in before for value in recital.others) >= len(recital.others) - 1
            seen += 1
            orders.add(tuple(sorted(recital.others)) == recital.others)
    assert seen > 200
    assert orders == {True, False}


def test_that_what_is_answered_wrongly_in_the_past_is_learned_aside() -> None:
    right, wrong = DialogueGenerator(8), DialogueGenerator(8, mistakes=0.5)
    assert all(turn.learned for turn in right.dialogue(10).turns)
    turns = mistaken = same = 0
    for dialogue in (wrong.dialogue(10) for _ in range(60)):
        places = [at for at, turn in enumerate(dialogue.turns) if not turn.learned]
        assert places == [at for at, _ in dialogue.asides]
        for at, aside in dialogue.asides:
            turn = dialogue.turns[at]
            assert aside.learned
            assert (turn.query, turn.kind, turn.told) == (aside.query, aside.kind, aside.told)
            assert turn.kind not in ("correct", "mention")
            same += turn.answer == aside.answer
        turns, mistaken = turns + len(dialogue.turns), mistaken + len(places)
    assert 0.4 < mistaken / turns < 0.55
    assert same < 0.1 * mistaken


def test_that_further_messages_are_answered_aside_and_ask_for_nothing_told() -> None:
    generator = DialogueGenerator(8, acknowledgements=1.5, episodes=0.3, mistakes=0.3)
    corrected = 0
    kinds: Counter[str] = Counter()
    turns = 0
    for dialogue in (generator.dialogue(10) for _ in range(60)):
        queries = {turn.query for turn in dialogue.turns}
        for at, aside in dialogue.asides:
            assert 0 <= at < len(dialogue.turns)
            assert aside.learned
            if aside.kind == "correct":
                assert dialogue.turns[at - 1].fact == aside.fact
                corrected += 1
            # What is answered wrongly among the turns is asked aside as well.
            elif aside.query not in queries:
                kinds[aside.kind] += 1
        turns += len(dialogue.turns)
    answered = kinds.total()
    assert 1.3 < answered / turns < 1.6
    assert kinds.keys() >= {"tell", "tell_many", "update", "mention", "small_talk", "identity"}
    # A question for what somebody told can only be answered by who has heard it.
    assert kinds.keys().isdisjoint({"ask", "ask_unknown", "ask_all", "echo", "forget", "recital"})
    assert corrected > 60
    assert 0.35 < sum(kinds[kind] for kind in ("small_talk", "identity", "unknown_topic")) / answered < 0.6


def test_that_only_its_right_answer_says_whom_a_pronoun_means() -> None:
    generator, follow_ups = DialogueGenerator(8, mistakes=1.0), 0
    for dialogue in (generator.dialogue(12) for _ in range(100)):
        for before, turn in pairwise(dialogue.turns):
            follow_ups += before.kind == "mention"
            assert turn.learned == (before.kind == "mention" or turn.kind in ("mention", "correct"))
    assert follow_ups > 3


def test_that_nothing_is_asked_aside_unless_wanted() -> None:
    assert DialogueGenerator(8).dialogue(10).asides == ()


@pytest.mark.parametrize("text", ["", "k", "ok"])
def test_that_nothing_is_lost_of_a_message_too_short_for_a_slip(text: str) -> None:
    rng = random.Random(1)
    assert {with_slip(text, rng) for _ in range(50)} == {text}


def test_that_a_pet_of_two_words_is_called_as_people_write_it() -> None:
    state = State()
    state.tell("guinea_pig", "Pip", 0)
    assert state.held["pet_kind"].value == "guinea pig"


def test_that_a_noun_stands_behind_its_own_article() -> None:
    assert named("I have a {r}, the {r} {v}", "{r}", "aunt") == "I have an aunt, the aunt {v}"
    assert named("a {r}", "{r}", "dog") == "a dog"


def test_that_as_large_a_share_of_the_turns_as_asked_for_is_nothing_but_talk() -> None:
    def share(talk: float) -> float:
        generator = DialogueGenerator(9, talk=talk)
        turns = [turn for _ in range(120) for turn in generator.dialogue(10).turns]
        assert any(turn.kind == "ask" for turn in turns)
        return sum(turn.kind in ("small_talk", "identity", "unknown_topic") for turn in turns) / len(turns)

    assert 0.47 < share(0.5) < 0.75
    assert share(0.5) > share(0.0) + 0.2


PLACES = frozenset({"v", "av"})


def test_that_a_phrase_of_a_fact_has_one_place_for_its_value_and_no_place_left_open() -> None:
    for fact in FACTS:
        for phrase in (*fact.tells, *fact.updates, *fact.checks, fact.recall):
            places = re.findall(r"{(.*?)}", phrase)
            assert len(set(places)) == 1, (fact.slot, phrase)
            assert set(places) <= PLACES, (fact.slot, phrase)
        assert not [ask for ask in fact.asks if "{" in ask], fact.slot
        assert not [ack for ack in fact.acks if set(re.findall(r"{(.*?)}", ack)) - PLACES], fact.slot


def test_that_a_fact_has_a_name_of_its_own_and_a_kind_of_value_that_can_be_drawn() -> None:
    values, rng = Values(held_out=True), random.Random(1)
    assert len(BY_SLOT) == len(FACTS)
    for fact in FACTS:
        assert values.draw(fact.values, rng)
        assert not fact.about or fact.about in BY_SLOT


def test_that_every_table_of_phrases_is_used() -> None:
    said = {phrase for fact in FACTS for phrase in (*fact.tells, *fact.asks, *fact.updates, *fact.checks)}
    for name in ("self", "life"):
        for kind in document(name):
            own = written(name, kind)
            assert {*own.tells, *own.asks, *own.updates, *own.checks} <= said, kind
    shapes = [re.sub(r"\\\{.*?\\\}", ".+", re.escape(phrase)) for phrase in written("others", "job").tells]
    assert all(any(re.fullmatch(shape, phrase) for phrase in BY_SLOT["sister_job"].tells) for shape in shapes)


def test_that_someone_is_spoken_of_with_their_pronouns() -> None:
    assert told_of("sister", ("{He} sold {his} car, I saw {him}, my {r}",)) == (
        "She sold her car, I saw her, my sister",
    )
    assert told_of("uncle", ("{He} has {his} car", "a {r}")) == ("He has his car", "an uncle")
    assert told_of("boss", ("{he}", "{he}")) == ("she", "he")


def test_that_what_was_never_told_is_often_easily_mixed_up_with_what_was() -> None:
    wording, values = Wording(FACTS, held_out=False), Values(held_out=False)
    questions = Questions(FACTS, wording, Tellings(FACTS, wording, values))
    state, rng = State(), random.Random(1)
    typist = Typist(lower=False, bare=False, american=False, company=0.0, slips=0.0)
    state.tell("sister_job", "nurse", 0)
    asked = [questions.unknown(state, typist, rng) for _ in range(300)]
    slots = [turn.fact for turn in asked if turn is not None and turn.fact]
    alike = [slot for slot in slots if slot.endswith("job") or slot.startswith("sister")]
    assert 0.2 < len(alike) / len(slots) < 0.7
    assert "sister_job" not in slots


def test_that_someone_eager_tells_nearly_all_the_time() -> None:
    usual, eager = DialogueGenerator(12), DialogueGenerator(12, eager=1.0)
    for turns in (4, 12):
        told = [
            sum(turn.kind in (*TELLING, "tell_many", "mention") for turn in generator.dialogue(turns).turns)
            for generator in (usual, eager)
            for _ in range(100)
        ]
        assert sum(told[100:]) > 1.3 * sum(told[:100])
        assert sum(told[100:]) > 0.6 * 100 * turns


def test_that_a_value_that_no_longer_counts_can_stand_beside_the_one_that_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rxt.training.dialogues.tellings.WITH_FORMER", dict.fromkeys(WITH_FORMER, 1.0))
    tellings = Tellings(FACTS, Wording(FACTS, held_out=False), Values(held_out=False))
    rng, beside = random.Random(1), 0
    typist = Typist(lower=True, bare=False, american=False, company=0.0, slips=0.0)
    for fact in FACTS:
        state = State()
        tellings.tell(fact.slot, 0, state, typist, rng)
        former = state.held[fact.slot].value.lower()
        turn = tellings.correct(fact.slot, 1, state, typist, rng)
        ((_, told),) = turn.told
        assert told.lower() in turn.query
        assert state.held[fact.slot].value.lower() == told.lower() != former
        assert "{" not in turn.query
        beside += former in turn.query
    assert beside > 0.7 * len(FACTS)


def test_that_what_was_told_anew_is_asked_aside_the_most() -> None:
    generator, asked, held = DialogueGenerator(13, asides=3), Counter[bool](), Counter[bool]()
    for dialogue in (generator.dialogue(12) for _ in range(200)):
        asides = [(at, turn.fact) for at, turn in dialogue.asides if turn.kind == "ask"]
        told: dict[str, bool] = {}
        for at, turn in enumerate(dialogue.turns):
            for anew in (False, True):
                held[anew] += list(told.values()).count(anew)
                asked[anew] += sum(told.get(str(fact)) is anew for before, fact in asides if before == at)
            told |= {slot: turn.kind in ("update", "correct") for slot, _ in turn.told}
            if turn.kind == "forget":
                told = {slot: anew for slot, anew in told.items() if turn.fact not in (slot, None)}
    assert held[True] > 300
    assert asked[True] / held[True] > 1.2 * asked[False] / held[False]


def test_that_a_fact_can_follow_whom_it_is_about_in_the_next_message() -> None:
    generator, followed = DialogueGenerator(10), 0
    for dialogue in (generator.dialogue(10) for _ in range(600)):
        for before, turn in pairwise(dialogue.turns):
            if before.kind == "mention":
                assert turn.kind == "tell"
                fact = BY_SLOT[str(turn.fact)]
                assert fact.follow_ups
                who = BY_SLOT[fact.about or fact.slot].noun
                assert before.answer == f"Tell me more about your {who}!"
                # The message says "she", so the answer must say who that is.
                assert f"your {who}" in turn.answer
                followed += 1
    assert followed > 20


def test_that_an_animal_mentioned_leaves_open_what_pet_there_is() -> None:
    wording, values = Wording(FACTS, held_out=False), Values(held_out=False)
    state, rng = State(), random.Random(1)
    Tellings(FACTS, wording, values).mention("dog", state, Typist.drawn(rng), rng)
    assert set(ANY_PET_SLOTS) <= state.unclear


def test_that_a_compound_tells_each_of_its_facts() -> None:
    wording, values = Wording(FACTS, held_out=False), Values(held_out=False)
    tellings, rng = Tellings(FACTS, wording, values), random.Random(1)
    typist = Typist(lower=False, bare=False, american=False, company=0.0, slips=0.0)
    for compound in document("compounds")["tells"]:
        state = State()
        turn = tellings.tell_compound(compound, 0, state, typist, rng)
        assert len(slots_of(compound)) == len(set(slots_of(compound))) > 1
        assert set(slots_of(compound)) <= set(state.held)
        assert all(value.lower() in turn.query.lower() for _, value in turn.told)
        assert "{" not in turn.query


def test_that_a_message_of_several_facts_tells_each_that_it_says() -> None:
    tellings, rng = Tellings(FACTS, Wording(FACTS, held_out=False), Values(held_out=False)), random.Random(1)
    typist = Typist(lower=False, bare=False, american=False, company=0.0, slips=0.0)
    slots, counts = ("name", "job", "city", "age", "sister", "colour"), Counter[int]()
    for _ in range(100):
        state = State()
        turn = tellings.tell_many(rng.sample(slots, 3), 5, state, typist, rng)
        assert {slot: (told.value, told.turn) for slot, told in state.held.items()} == {
            slot: (value, 5) for slot, value in turn.told
        }
        assert all(value.lower() in turn.query.lower() for _, value in turn.told)
        assert "{" not in turn.query
        counts[len(turn.told)] += 1
    assert counts.keys() == {1, 2, 3}


def test_that_what_a_turn_tells_stands_in_its_message_in_that_order() -> None:
    generator, told = DialogueGenerator(11), 0
    for turn in (turn for _ in range(200) for turn in generator.dialogue(10).turns):
        assert bool(turn.told) == (turn.kind in (*TELLING, "tell_many"))
        found, text = 0, turn.query.lower()
        for slot, value in turn.told:
            assert slot in BY_SLOT
            found = text.index(value.lower(), found) + len(value)
            told += 1
    assert told > 500


def test_that_an_event_is_asked_for_with_the_words_it_was_told_with() -> None:
    assert len(EVENTS) > 120
    for event in EVENTS:
        told = set(event.tells[0].replace("{v}", "").split())
        assert all(told & set(ask.replace(",", "").split()) for ask in event.asks), event.slot


def test_that_an_event_is_recalled_as_the_listeners() -> None:
    for event in EVENTS:
        words = set(event.recall.split())
        assert not words & {"I", "me", "my"}, event.recall
        assert words & {"you", "your", "{v}"}


def test_that_what_a_person_says_of_themselves_is_said_back_to_them() -> None:
    assert as_yours("who gave me my name") == "who gave you your name"
    assert as_yours("what I am, what I was and what I've done with our summers") == (
        "what you are, what you were and what you've done with your summers"
    )
    assert as_yours("when we met and who amuses us myself") == "when you met and who amuses you yourself"
    assert as_yours("the number I told you") == "the number you told me"
    assert as_yours("Imre, Amy and the museum") == "Imre, Amy and the museum"


def test_that_nothing_is_denied_or_recalled_as_the_models_own() -> None:
    for fact in FACTS:
        denied = fact.not_told.removeprefix("You haven't told me ")
        for said in (denied, fact.recall):
            assert not re.search(r"\b(I|me|my|mine|we|us|our)\b", said.replace("you told me", "")), said


def test_that_an_everyday_fact_is_asked_for_in_its_own_words_alone() -> None:
    assert len(EVERYDAY) > 1000
    kinds: dict[str, set[str]] = {}
    for fact in FACTS:
        for ask in fact.asks:
            kinds.setdefault(ask.lower(), set()).add(fact.slot)
    for fact in EVERYDAY:
        assert len(re.findall(r"{a?v}", fact.recall)) == 1, fact.slot
        for tell in fact.tells:
            assert len(re.findall(r"{a?v}", tell)) == 1, tell
        for ask in fact.asks:
            assert "{" not in ask
            assert kinds[ask.lower()] == {fact.slot}, ask


def test_that_everyday_facts_come_in_passing_and_are_recalled() -> None:
    everyday = {fact.slot for fact in EVERYDAY}
    turns = [turn for dialogue in _dialogues("train", 400) for turn in dialogue.turns]
    told = [turn for turn in turns if turn.kind == "tell" and turn.fact in everyday]
    asked = [turn for turn in turns if turn.kind == "ask" and turn.fact in everyday]
    assert len(told) > 50
    assert len(asked) > 20
    assert all(str(turn.value).lower() in turn.answer.lower() for turn in asked)


def test_that_what_once_happened_is_told_anew_and_what_lasts_holds_now() -> None:
    everyday = {fact.slot for fact in EVERYDAY}
    always = {fact.slot for fact in EVERYDAY if fact.recall.endswith(" now")}
    updates = [turn for dialogue in _dialogues("train", 800) for turn in dialogue.turns if turn.kind == "update"]
    happened = [turn for turn in updates if turn.fact in everyday]
    lasting = [turn for turn in updates if turn.fact not in everyday]
    assert len(happened) > 20 < len(lasting)
    assert all(turn.answer.endswith(" now.") for turn in lasting)
    assert not any(turn.answer.endswith(" now.") for turn in happened if turn.fact not in always)


def test_that_events_share_a_number_and_all_else_has_its_own() -> None:
    numbers, events = numbers_of_facts(), {DETAIL} | {fact.slot for fact in (*EVENTS, *EVERYDAY)}
    assert numbers.keys() == {DETAIL} | {fact.slot for fact in FACTS}
    own = [number for slot, number in numbers.items() if slot not in events]
    assert sorted(own) == list(range(1, len(own) + 1))
    assert {numbers[slot] for slot in events} == {len(own) + 1}
