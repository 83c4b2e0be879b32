"""The experiment that is chosen, the slots it means, the memories that can be taken, questions that can be asked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from app.models.lab import RUNS_KEPT, strongest
from app.models.lab_questions import LONGEST_QUESTION, MOST_QUESTIONS, question_list
from app.models.memory_history import MemoryHistory
from app.models.memory_names import INITIAL
from tests.app.inspector.synthetic import conversation
from tests.app.lab.conftest import Bench
from tests.reference.lab import strongest_by_hand


def test_that_marked_slots_are_the_target_and_none_is_a_reason(bench: Bench) -> None:
    bench.lab.choose(place="marked")
    assert "Select slots" in bench.lab.target().problem
    bench.selection.toggle_mark(2, 7)
    target = bench.lab.target()
    assert target.slots is not None
    assert np.argwhere(target.slots).tolist() == [[2, 7]]
    assert target.words == "the slot that you marked"


def test_that_the_selected_slot_is_the_target_and_none_is_a_reason(bench: Bench) -> None:
    bench.lab.choose(place="selected")
    assert "No slot is selected" in bench.lab.target().problem
    bench.history.select_slot(1, 5)
    target = bench.lab.target()
    assert target.slots is not None
    assert np.argwhere(target.slots).tolist() == [[1, 5]]


def test_that_a_layer_means_all_of_its_slots_and_one_that_is_not_there_is_a_reason(bench: Bench) -> None:
    bench.lab.choose(place="layer", layer=3)
    target = bench.lab.target()
    assert target.slots is not None
    assert target.slots.sum(axis=1).tolist() == [0, 0, 0, 32]
    bench.lab.choose(layer=4)
    assert bench.lab.target().problem == "The memory has no layer 4."


def test_that_the_words_say_which_slots_are_meant(bench: Bench) -> None:
    bench.lab.choose(place="selected")
    bench.history.select_slot(1, 5)
    assert bench.lab.target().words == "slot 5 of layer 1"
    bench.lab.choose(place="layer", layer=3)
    assert bench.lab.target().words == "all 32 slots of layer 3"
    bench.lab.choose(place="read", share=0.25)
    assert bench.lab.target(np.ones((4, 32), np.float32), "the answer").words == (
        "the 32 slots the answer read most (25\u00a0% of each layer)"
    )


def test_that_slots_that_were_read_are_neither_meant_nor_missing_before_it_is_known_how_much(bench: Bench) -> None:
    target = bench.lab.target()
    assert (target.slots, target.problem) == (None, "")


def test_that_reads_of_the_locked_word_count_where_it_is_of_the_turn(bench: Bench) -> None:
    assert bench.lab.read_words(4) is None
    bench.selection.lock((4, 2))
    assert (bench.lab.read_words(4), bench.lab.read_words(3)) == ((2,), None)


def test_that_another_choice_is_told_once_and_so_is_whatever_else_changes_what_is_meant(bench: Bench) -> None:
    told: list[str] = []
    now = [""]
    bench.lab.changed.connect(lambda: told.append(now[0]))
    steps: dict[str, Callable[[], object]] = {
        "choice": lambda: bench.lab.choose(kind="noise"),
        "same": lambda: bench.lab.choose(kind="noise"),
        "mark": lambda: bench.selection.toggle_mark(0, 0),
        "unmark": bench.lab.clear_marks,
        "word": lambda: bench.selection.lock((4, 0)),
        "slot": lambda: bench.history.select_slot(1, 5),
        "branch": lambda: bench.history.follow_path(conversation(3)[1]),
    }
    for now[0], change in steps.items():
        change()
    assert list(dict.fromkeys(told)) == ["choice", "mark", "unmark", "word", "slot", "branch"]
    assert told.count("choice") == 1
    assert not bench.selection.marks.any()


def test_that_a_run_is_told_and_so_is_that_all_are_let_go(bench: Bench) -> None:
    told: list[int] = []
    bench.lab.runs_changed.connect(lambda: told.append(len(bench.lab.runs)))
    bench.lab.keep(4, "run", object())
    bench.history.start(*conversation(2))
    assert told == [1, 0]


def test_that_a_source_goes_with_its_conversation(bench: Bench) -> None:
    bench.lab.choose(kind="patch", source=bench.choices.all[1])
    bench.history.start(*conversation(2))
    assert (bench.lab.experiment.kind, bench.lab.experiment.source) == ("patch", None)


@pytest.mark.parametrize("share", [0.01, 0.05, 0.1, 0.5, 1.0])
def test_that_the_slots_read_most_are_those_that_loops_find(share: float) -> None:
    values = np.random.default_rng(5).random((3, 21)).astype(np.float32)
    assert np.array_equal(strongest(values, share), strongest_by_hand(values, share))


def test_that_runs_are_kept_newest_first_on_all_branches_and_let_go_with_another_conversation(bench: Bench) -> None:
    for number in range(RUNS_KEPT + 3):
        bench.lab.keep(4, f"run {number}", object())
    assert len(bench.lab.runs) == RUNS_KEPT
    assert bench.lab.runs[0].words == f"run {RUNS_KEPT + 2}"
    before = bench.history.records[3].memory_after
    bench.history.follow_path(conversation(3)[1])
    assert bench.lab.runs[0].memory == before
    bench.history.start(*conversation(5))  # another chat that began with the same seed
    assert bench.lab.runs == ()
    assert bench.lab.keep(4, "first", object()).number == 1


def test_that_only_memories_of_the_open_model_can_be_taken(bench: Bench) -> None:
    shape = (4, 32, 64)

    def line(name: str, **changes: object) -> SimpleNamespace:
        values = {"shape": shape, "problem": "", "model": "m", "fingerprint": "f" * 64, **changes}
        return SimpleNamespace(path=Path(name), title=name, sha256="", **values)

    bench.memories.set_model(
        SimpleNamespace(name="m", fingerprint="f" * 64, layers=4, slots=32, width=64, is_bundled=False)
    )
    bench.memories.set_lines(
        [
            line("other shape", shape=(2, 8, 4)),
            line("damaged", problem="No."),
            line("other weights", fingerprint="0" * 64),
            line("fits"),
        ]
    )
    names = [choice.name for choice in bench.choices.all]
    assert names[0] == "initial memory"
    assert names[1] == "turn 1 · Question 1?"
    assert [name for name in names if name.startswith("saved")] == ["saved memory · fits"]
    assert bench.choices.all[0].turn == INITIAL


def test_that_without_a_memory_there_is_nothing_to_take(qapp: object) -> None:
    bench = Bench(MemoryHistory())
    assert bench.choices.all == ()
    assert bench.lab.target().problem == "No memory is open."


def test_that_questions_are_lines_of_question_and_answer() -> None:
    text = 'question, expected\n# names\n\nWhat is my name?, Alice\n"Who, and where?", "Paris, in May"\n'
    assert question_list(text).pairs == (("What is my name?", "Alice"), ("Who, and where?", "Paris, in May"))


def test_that_only_the_first_row_that_is_not_empty_can_be_a_heading() -> None:
    text = ",\nquestion, expected\na, b\nquestion, answer\n"
    assert question_list(text).pairs == (("a", "b"), ("question", "answer"))


def test_that_as_many_and_as_long_questions_as_the_limits_say_can_be_typed() -> None:
    assert len(question_list("a, b\n" * MOST_QUESTIONS).pairs) == MOST_QUESTIONS
    assert question_list(f"a, {'b' * LONGEST_QUESTION}").problem == ""


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "at least one line"),
        ("What is my name?", "Line 1 must be"),
        ("a, b\nc, ", "Line 2 must be"),
        ("a, b\n\nd, e, f", "Line 3 must be"),
        ("a, " + "b" * 501, "longer than 500"),
        ('"a, b', "Line 1 is not valid CSV"),
        ("a, b\n" * (MOST_QUESTIONS + 1), "at most 500 can be typed. Load a CSV file"),
    ],
)
def test_that_a_list_that_is_none_says_which_line(text: str, words: str) -> None:
    found = question_list(text)
    assert words in found.problem
