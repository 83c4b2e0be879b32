"""The tree of turns through the port: every node owns its memory, and nothing that was ever shown is lost."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import numpy as np
import pytest

from app.engine import commands
from app.engine.seeds import seed_of_version
from rxt.events import MemoryWritten, Sampling
from tests.app.engine.fake_session import FakeLibrary, FakeModel, interaction, updated

if TYPE_CHECKING:
    from pathlib import Path

    from app.engine.messages import OpenedConversation, StoredTurn
    from tests.app.engine.conftest import Desk
    from tests.app.engine.fake_session import FakeMemory

WARM = Sampling(temperature=1.0)


def _memory(desk: Desk) -> FakeMemory:
    """The memory that the next turn will start from."""
    return desk.behaviour.sessions[-1].memory


def _path(desk: Desk) -> OpenedConversation:
    """The path as the window knows it without the newest turn's events."""
    return desk.heard.paths[-1]


def _tip(desk: Desk) -> int:
    tip = desk.heard.trees[-1][1]
    assert tip is not None
    return tip


def _ids(desk: Desk) -> list[int]:
    """The ids of the shown path, from the tree."""
    nodes, tip = desk.heard.trees[-1]
    parents = {node.id: node.parent for node in nodes}
    ids: list[int] = []
    while tip is not None:
        ids.insert(0, tip)
        tip = parents[tip]
    return ids


def _say(desk: Desk, *texts: str) -> list[int]:
    """Whole turns; their ids."""
    ids = []
    for text in texts:
        desk.say(text)
        ids.append(_tip(desk))
    return ids


def _single_pass(desk: Desk, turns: list[tuple[str, str]]) -> str:
    """The hash of a memory into which these questions and answers were written once, in order."""
    memory = FakeModel("bundled").initial_memory(desk.opened.initial_seed or 0)
    for query, answer in turns:
        memory = updated(memory, interaction(query, answer))
    return memory.sha256


def _hashes(turns: tuple[StoredTurn, ...]) -> list[str]:
    return [turn.record.memory_after for turn in turns if turn.record is not None]


def test_that_the_list_tells_the_turns_of_the_path_that_is_shown(desk: Desk) -> None:
    first, second = _say(desk, "one", "two")
    desk.port.regenerate(second, WARM)
    desk.rest()
    assert desk.heard.conversations[-1][0].turns == 2
    for tip, turns in ((first, 1), (second, 2), (None, 0)):
        desk.port.go_to(tip)
        desk.rest()
        assert desk.heard.conversations[-1][0].turns == turns


@pytest.mark.parametrize("error", [RuntimeError("no memory for a tensor"), MemoryError()], ids=["torch", "memory"])
def test_that_a_text_goes_back_whatever_keeps_its_turn_from_beginning(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fail(*_: object, **_named: object) -> None:
        raise error

    first, second = _say(desk, "one", "two")
    monkeypatch.setattr("app.engine.dialogue.memory_after", fail)
    desk.port.ask_after(first, "what I typed", WARM)
    desk.rest()
    desk.port.edit_query(second, "other words", WARM)
    desk.rest()
    assert [text for text, _ in desk.heard.rejected] == ["what I typed", "other words"]
    assert all("unexpected" in message for _, message in desk.heard.rejected)
    assert _ids(desk) == [first, second]


def test_that_ten_regenerations_leave_the_memory_of_a_single_pass_with_the_last_reply(desk: Desk) -> None:
    first, second = _say(desk, "my name is Alice", "what is my name")
    for _ in range(10):
        desk.port.regenerate(_tip(desk), WARM)
        desk.rest()
    answers = {node.answer for node in desk.heard.trees[-1][0] if node.parent == first}
    assert len(answers) == 11
    last = [event.record for event in desk.heard.events if isinstance(event, MemoryWritten)][-1]
    assert (
        _memory(desk).sha256
        == last.memory_after
        == _single_pass(desk, [("my name is Alice", "my name is Alice"), ("what is my name", last.answer)])
    )
    desk.port.go_to(second)
    desk.rest()
    turn = _path(desk).turns[-1]
    assert (turn.id, len(turn.versions), turn.versions[0]) == (second, 11, second)
    assert turn.record is not None
    assert _memory(desk).sha256 == turn.record.memory_after


def test_that_regenerating_draws_with_a_recorded_seed_that_can_be_repeated(desk: Desk) -> None:
    (turn,) = _say(desk, "roll a die")
    desk.port.regenerate(turn, WARM)
    desk.rest()
    record = [event.record for event in desk.heard.events if isinstance(event, MemoryWritten)][-1]
    assert record.sampling == Sampling(temperature=1.0, seed=seed_of_version(0, 1))
    assert len({seed_of_version(seed, version) for seed in range(20) for version in range(20)}) == 400


def test_that_two_chats_with_the_same_seeds_and_inputs_are_identical(desk: Desk) -> None:
    hashes = []
    for _ in range(2):
        desk.port.new_conversation(11)
        desk.rest()
        for text in ("one", "two"):
            desk.port.ask(text, WARM)
            desk.rest()
        desk.port.regenerate(_tip(desk), WARM)
        desk.rest()
        hashes.append(_memory(desk).sha256)
    assert hashes[0] == hashes[1]


def test_that_regenerating_at_temperature_zero_says_that_the_answer_is_the_same(desk: Desk) -> None:
    (turn,) = _say(desk, "hello there")
    before = _memory(desk).sha256
    desk.port.regenerate(turn, Sampling())
    desk.rest()
    assert [title for title, _ in desk.heard.noted] == ["The same answer"]
    assert _memory(desk).sha256 == before
    desk.port.regenerate(turn, WARM)
    desk.rest()
    assert len(desk.heard.noted) == 1


def test_that_stopping_and_forgetting_leaves_the_memory_bit_for_bit(desk: Desk) -> None:
    _say(desk, "my name is Alice")
    before = _memory(desk).to_bytes()
    desk.port.set_on_stop("forget")
    desk.behaviour.before_token = lambda number: desk.behaviour.sessions[-1].stop()
    desk.port.ask("a b c d", Sampling())
    desk.rest()
    assert _memory(desk).to_bytes() == before
    node = desk.heard.trees[-1][0][-1]
    assert (node.status, node.turn, node.answer) == ("not", None, "a")
    desk.behaviour.before_token = lambda number: None
    desk.port.go_to(None)
    desk.rest()
    desk.port.show_branch(node.id)
    desk.rest()
    shown = _path(desk).turns[-1]
    assert (shown.memory, shown.reason, shown.record) == ("not", "stopped", None)


def test_that_a_stopped_and_remembered_answer_is_partly_in_memory(desk: Desk) -> None:
    desk.behaviour.before_token = lambda number: desk.behaviour.sessions[-1].stop()
    desk.port.ask("a b c d", Sampling())
    desk.rest()
    assert desk.heard.trees[-1][0][-1].status == "partly"


def test_that_a_fork_changes_nothing_of_the_branch_it_leaves(desk: Desk) -> None:
    ids = _say(desk, *(f"turn {number}" for number in range(8)))
    desk.port.show_branch(ids[0])
    desk.rest()
    desk.port.go_to(ids[3])
    desk.rest()
    assert [turn.id for turn in _path(desk).turns] == ids[:4]
    at_four = _memory(desk).sha256
    _say(desk, "another way", "and on")
    fork = _ids(desk)
    assert fork[:4] == ids[:4]
    desk.port.show_branch(ids[6])
    desk.rest()
    assert [turn.id for turn in _path(desk).turns] == ids
    said = [(f"turn {number}", f"turn {number}") for number in range(8)]
    assert _hashes(_path(desk).turns) == [_single_pass(desk, said[: count + 1]) for count in range(8)]
    assert _memory(desk).sha256 == _single_pass(desk, said)
    assert at_four == _single_pass(desk, said[:4])


def test_that_asking_after_an_earlier_turn_forks_there(desk: Desk) -> None:
    ids = _say(desk, "one", "two", "three")
    desk.port.ask_after(ids[0], "two again", Sampling())
    desk.rest()
    assert _ids(desk)[:1] == ids[:1]
    assert _memory(desk).sha256 == _single_pass(desk, [("one", "one"), ("two again", "two again")])
    desk.port.ask_after(None, "a new beginning", Sampling())
    desk.rest()
    assert _memory(desk).sha256 == _single_pass(desk, [("a new beginning", "a new beginning")])
    assert len(desk.heard.trees[-1][0]) == 5


def test_that_editing_a_question_answers_it_from_the_memory_before_it(desk: Desk) -> None:
    ids = _say(desk, "one", "two", "three")
    desk.port.edit_query(ids[1], "zwei", Sampling())
    desk.rest()
    assert _memory(desk).sha256 == _single_pass(desk, [("one", "one"), ("zwei", "zwei")])
    assert [node.parent for node in desk.heard.trees[-1][0]] == [None, ids[0], ids[1], ids[0]]
    paths = [turn.query for turn in _path(desk).turns]
    assert paths == ["one"]  # the rest is told by the events of the turn


@pytest.mark.parametrize("verb", ["ask_after", "edit_query"])
def test_that_a_rejected_text_leaves_the_path_where_it_was(desk: Desk, verb: str) -> None:
    ids = _say(desk, "one", "two", "three")
    memory, paths = _memory(desk).sha256, len(desk.heard.paths)
    getattr(desk.port, verb)(ids[0], "  ", Sampling())
    desk.rest()
    assert desk.heard.rejected[-1][0] == "  "
    assert len(desk.heard.paths) == paths
    assert (_ids(desk), len(desk.heard.trees[-1][0])) == (ids, 3)
    _say(desk, "four")
    assert _ids(desk)[:3] == ids
    record = [event.record for event in desk.heard.events if isinstance(event, MemoryWritten)][-1]
    assert record.memory_before == memory
    number = desk.opened.id
    desk.reopen().port.open_conversation(number)
    desk.rest()
    assert [turn.query for turn in desk.opened.turns] == ["one", "two", "three", "four"]


@pytest.mark.parametrize("place", range(5))
def test_that_forgetting_a_turn_equals_a_chat_in_which_it_was_never_written(desk: Desk, place: int) -> None:
    texts = ["one", "two", "three", "four", "five"]
    ids = _say(desk, *texts)
    before = _memory(desk).sha256
    desk.port.forget_turn(ids[place])
    desk.rest()
    assert desk.heard.failed == []
    kept = [(text, text) for number, text in enumerate(texts) if number != place]
    assert _memory(desk).sha256 == _single_pass(desk, kept) != before
    shown = _path(desk).turns
    assert [turn.query for turn in shown] == texts
    assert [turn.memory for turn in shown] == ["not" if number == place else "in memory" for number in range(5)]
    assert shown[place].versions == (ids[place], shown[place].id)
    desk.port.show_branch(ids[place])
    desk.rest()
    assert _memory(desk).sha256 == before
    assert [turn.id for turn in _path(desk).turns] == ids


def test_that_an_edited_answer_is_marked_until_memory_is_rewritten(desk: Desk) -> None:
    ids = _say(desk, "one", "two", "three")
    before = _memory(desk).sha256
    desk.port.edit_answer(ids[1], "zwei")
    desk.rest()
    desk.until(lambda: bool(desk.heard.paths))
    edited = _path(desk).turns[1]
    assert (edited.answer, edited.memory, edited.id) == ("zwei", "edited", ids[1])
    assert _memory(desk).sha256 == before
    desk.port.rewrite_memory(ids[0])
    desk.rest()
    assert _memory(desk).sha256 == _single_pass(desk, [("one", "one"), ("two", "zwei"), ("three", "three")])
    assert [turn.memory for turn in _path(desk).turns] == ["in memory"] * 3
    assert [turn.answer for turn in _path(desk).turns] == ["one", "zwei", "three"]
    desk.port.show_branch(ids[0])
    desk.rest()
    desk.port.go_to(ids[2])
    desk.rest()
    assert [turn.memory for turn in _path(desk).turns] == ["in memory", "edited", "in memory"]


def test_that_forgetting_keeps_later_edits_as_edits(desk: Desk) -> None:
    ids = _say(desk, "one", "two", "three")
    desk.port.edit_answer(ids[2], "drei")
    desk.port.forget_turn(ids[0])
    desk.rest()
    assert _memory(desk).sha256 == _single_pass(desk, [("two", "two"), ("three", "three")])
    assert [(turn.answer, turn.memory) for turn in _path(desk).turns] == [
        ("one", "not"),
        ("two", "in memory"),
        ("drei", "edited"),
    ]


def test_that_what_cannot_be_rewritten_or_forgotten_is_refused_with_a_reason(desk: Desk) -> None:
    (turn,) = _say(desk, "one")
    desk.port.rewrite_memory(turn)
    desk.rest()
    desk.port.forget_turn(turn)
    desk.rest()
    desk.port.forget_turn(_tip(desk))
    desk.rest()
    for verb in (desk.port.go_to, desk.port.show_branch, desk.port.forget_turn, desk.port.rewrite_memory):
        verb(999)
        desk.rest()
    titles = [title for title, _ in desk.heard.failed]
    assert titles == [
        "The memory was not rewritten",
        "This turn was not forgotten",
        "This turn was not opened",
        "This version was not opened",
        "This turn was not forgotten",
        "The memory was not rewritten",
    ]
    _say(desk, "still here")


def test_that_stopping_a_rewrite_leaves_everything_as_it_was(desk: Desk) -> None:
    ids = _say(desk, "one", "two", "three")
    before = _memory(desk).sha256
    steps = iter(range(10))
    desk.behaviour.before_replay = lambda: desk.port.stop() if next(steps) == 0 else None
    desk.port.forget_turn(ids[0])
    desk.rest()
    assert "stopped" in desk.heard.failed[-1][1]
    assert (_ids(desk), len(desk.heard.trees[-1][0])) == (ids, 3)
    desk.say("four")
    record = [event.record for event in desk.heard.events if isinstance(event, MemoryWritten)][-1]
    assert record.memory_before == before


def _imported(desk: Desk, tmp_path: Path, *texts: str) -> int:
    """A chat that came from a file: all of its memories but the first have to be computed."""
    _say(desk, *texts)
    file = tmp_path / "chat.json"
    desk.port.export_conversation(desk.opened.id, file)
    desk.until(file.exists)
    desk.port.import_conversation(file)
    desk.until(lambda: len(desk.heard.conversations[-1]) == 2)
    _tamper(desk, "UPDATE memory SET data = x'' WHERE sha256 <> ?", desk.opened.initial.sha256)
    return max(line.id for line in desk.heard.conversations[-1])


def test_that_opening_an_imported_chat_can_be_stopped(desk: Desk, tmp_path: Path) -> None:
    number, former = _imported(desk, tmp_path, "one", "two", "three"), desk.opened
    desk.behaviour.before_replay = desk.port.stop
    desk.port.open_conversation(number)
    desk.rest()
    assert desk.heard.failed[-1] == ("This chat was not opened", "It was stopped. Nothing was changed.")
    assert desk.opened is former


def test_that_regenerating_can_be_stopped_while_the_memory_before_it_is_computed(desk: Desk, tmp_path: Path) -> None:
    number = _imported(desk, tmp_path, "one", "two", "three", "four")
    desk.port.open_conversation(number)
    desk.rest()
    ids = [turn.id for turn in desk.opened.turns]
    desk.behaviour.before_replay = desk.port.stop
    desk.port.regenerate(ids[3], Sampling())
    desk.rest()
    assert desk.heard.failed[-1] == ("No other answer was made", "It was stopped. Nothing was changed.")
    assert len(desk.heard.trees[-1][0]) == 4


def test_that_replaying_a_chat_finds_every_memory_as_it_was(desk: Desk) -> None:
    ids = _say(desk, "one", "two", "three")
    desk.port.forget_turn(ids[1])
    desk.port.replay_conversation()
    desk.rest()
    desk.port.replay_conversation()
    desk.rest()
    check = desk.heard.checks[-1]
    assert (check.turns, check.agreeing, check.first_difference) == (2, 2, None)


def test_that_a_turn_whose_tokens_the_model_does_not_have_is_counted_as_differing(desk: Desk) -> None:
    _say(desk, "one", "two", "three")
    replays = iter((False, True, False))

    def refuse() -> None:
        if next(replays):
            raise ValueError("Token ids must be from 0 to 1023.")

    desk.behaviour.before_replay = refuse
    desk.port.replay_conversation()
    desk.rest()
    check = desk.heard.checks[-1]
    assert (check.turns, check.agreeing, check.first_difference) == (3, 2, 1)


def _tamper(desk: Desk, statement: str, *values: object) -> None:
    with sqlite3.connect(desk.data_dir / "conversations.sqlite") as database:
        database.execute(statement, values)
    database.close()


def test_that_replaying_a_chat_finds_a_tampered_memory(desk: Desk) -> None:
    _say(desk, "one", "two", "three")
    number = desk.opened.id
    records = [event.record for event in desk.heard.events if isinstance(event, MemoryWritten)]
    _tamper(desk, "UPDATE memory SET data = zeroblob(length(data)) WHERE sha256 = ?", records[1].memory_after)
    desk.reopen().port.open_conversation(number)
    desk.rest()
    desk.port.replay_conversation()
    desk.rest()
    check = desk.heard.checks[-1]
    assert (check.turns, check.agreeing, check.first_difference) == (3, 2, 1)


def test_that_a_chat_opens_where_its_memory_is_still_certain_and_says_so(desk: Desk) -> None:
    ids = _say(desk, "one", "two", "three", "four")
    number, said = desk.opened.id, [(text, text) for text in ("one", "two")]
    second = _single_pass(desk, said)
    kept = [desk.opened.initial.sha256, second]
    marks = ", ".join("?" for _ in kept)
    _tamper(desk, f"DELETE FROM memory WHERE sha256 NOT IN ({marks})", *kept)  # noqa: S608
    desk.behaviour.drift = 1.0  # another machine computes differently
    desk.reopen().port.open_conversation(number)
    desk.rest()
    assert [turn.id for turn in desk.opened.turns] == ids[:2]
    assert [node.id for node in desk.opened.tree] == ids
    title, message = desk.heard.failed[-1]
    assert title == "This chat was opened at an earlier turn"
    assert "turn 3" in message
    assert _memory(desk).sha256 == second
    desk.port.go_to(ids[3])
    desk.rest()
    assert desk.heard.failed[-1][0] == "This turn was not opened"
    assert _memory(desk).sha256 == second


def test_that_a_page_has_the_turns_whose_memory_is_not_certain_after_a_message_and_a_restart(desk: Desk) -> None:
    _say(desk, "one", "two", "three", "four")
    number, page = desk.opened.id, desk.data_dir / "page.md"

    def exported() -> str:
        page.unlink(missing_ok=True)
        desk.port.export_conversation(number, page)
        desk.until(page.exists)
        return page.read_text(encoding="utf-8")

    kept = [desk.opened.initial.sha256, _single_pass(desk, [(text, text) for text in ("one", "two")])]
    _tamper(desk, "DELETE FROM memory WHERE sha256 NOT IN (?, ?)", *kept)
    desk.behaviour.drift = 1.0  # another machine computes differently
    desk.reopen().port.open_conversation(number)
    desk.rest()
    (lost,) = [node.id for node in desk.opened.tree if node.query == "four"]
    desk.say("five")
    found = exported()
    assert found.index("> five") < found.index("## Other branches") < found.index("> three") < found.index("> four")
    desk.reopen().port.open_conversation(number)
    desk.rest()
    assert "Other branches" not in exported()
    desk.port.show_branch(lost)
    desk.rest()
    title, message = desk.heard.failed[-1]
    assert title == "This version was not opened"
    assert "Export the chat as a page" in message
    assert "> four" in exported()


@pytest.mark.parametrize("place", range(4))
def test_that_a_damaged_turn_ends_the_path_before_it_and_is_named(desk: Desk, place: int) -> None:
    ids = _say(desk, "one", "two", "three", "four")
    number = desk.opened.id
    _tamper(desk, "UPDATE turn SET metrics = 'nonsense' WHERE id = ?", ids[place])
    desk.reopen().port.open_conversation(number)
    desk.rest()
    assert [turn.id for turn in desk.opened.turns] == ids[:place]
    assert [node.id for node in desk.opened.tree] == ids
    assert "damaged" in desk.heard.failed[-1][1]
    texts = ["one", "two", "three", "four"][:place]
    assert _memory(desk).sha256 == _single_pass(desk, [(text, text) for text in texts])


def test_that_a_chat_opens_where_it_was_left(desk: Desk) -> None:
    ids = _say(desk, "one", "two", "three")
    desk.port.go_to(ids[1])
    desk.rest()
    memory, number = _memory(desk).sha256, desk.opened.id
    desk.reopen().port.open_conversation(number)
    desk.rest()
    assert [turn.id for turn in desk.opened.turns] == ids[:2]
    assert (desk.opened.tip, len(desk.opened.tree)) == (ids[1], 3)
    assert _memory(desk).sha256 == memory


def test_that_verbs_of_the_tree_are_refused_while_a_turn_runs(desk: Desk) -> None:
    (turn,) = _say(desk, "one")
    desk.behaviour.token_s = 0.01
    desk.port.ask("a b c d e f g h", Sampling())
    for verb in (desk.port.go_to, desk.port.show_branch, desk.port.forget_turn, desk.port.rewrite_memory):
        verb(turn)
    desk.port.edit_answer(turn, "x")
    desk.port.replay_conversation()
    desk.port.regenerate(turn, Sampling())
    assert desk.heard.about == [
        commands.GoTo(turn),
        commands.ShowBranch(turn),
        commands.ForgetTurn(turn),
        commands.RewriteMemory(turn),
        commands.EditAnswer(turn, "x"),
        commands.ReplayConversation(),
        commands.Regenerate(turn, Sampling()),
    ]
    assert [title for title, _ in desk.heard.failed] == [command.failure for command in desk.heard.about]
    assert all(message.startswith("Please wait: ") for _, message in desk.heard.failed)
    desk.port.ask_after(None, "keep this", Sampling())
    desk.port.edit_query(turn, "and this", Sampling())
    assert [text for text, _ in desk.heard.rejected] == ["keep this", "and this"]
    desk.rest()
    assert len(desk.heard.trees[-1][0]) == 2


def test_that_a_turn_that_cannot_be_saved_keeps_the_tree_honest(desk: Desk) -> None:
    (turn,) = _say(desk, "one")
    _tamper(desk, "CREATE TRIGGER full BEFORE INSERT ON turn BEGIN SELECT RAISE(FAIL, 'full'); END")
    desk.say("unsaved")
    memory = _memory(desk).sha256
    desk.port.go_to(None)
    desk.rest()
    assert "could not be saved" in desk.heard.failed[-1][1]
    assert _memory(desk).sha256 == memory
    assert [node.id for node in desk.heard.trees[-1][0]] == [turn]


def test_that_pinning_and_searching_reach_the_list(desk: Desk) -> None:
    _say(desk, "a needle in here")
    needle = desk.opened.id
    desk.port.new_conversation(0)
    desk.rest()
    _say(desk, "only hay")
    desk.port.set_pinned(needle, True)
    desk.port.search_conversations("needle")
    desk.until(lambda: bool(desk.heard.found))
    text, found = desk.heard.found[-1]
    assert (text, [line.id for line in found]) == ("needle", [needle])
    assert "a needle in here" in found[0].snippet
    first = desk.heard.conversations[-1][0]
    assert (first.id, first.pinned) == (needle, True)


def test_that_a_system_prompt_that_was_saved_is_opened_even_if_its_file_cannot_be_read_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError(5, "Input/output error")

    for name in ("read_snapshot_info", "load_snapshot"):
        monkeypatch.setattr(FakeLibrary, name, fail)
    desk.port.write_system_prompt("You are a bard.", "Bard", 3)
    desk.rest()
    assert (desk.opened.origin, desk.opened.turns) == ("Bard", ())
    ((title, message),) = desk.heard.failed
    assert title == "This memory was saved but cannot be listed"
    assert message.endswith("system-prompt.safetensors. Input/output error.")


def test_that_a_system_prompt_is_written_once_saved_and_opened(desk: Desk) -> None:
    desk.port.write_system_prompt("You are a bard.", "Bard", 3)
    desk.rest()
    assert [info.title for info in desk.heard.snapshots[-1]] == ["Bard"]
    assert (desk.opened.origin, desk.opened.turns) == ("Bard", ())
    written = _memory(desk).sha256
    desk.port.write_system_prompt("You are a bard.", "Bard", 3)
    desk.rest()
    assert _memory(desk).sha256 == written
    assert len({info.path for info in desk.heard.snapshots[-1]}) == 2
    assert np.isfinite(_memory(desk).values).all()
