"""The lab: an experiment is asked for, found, shown and kept; it can be called off, and says why it cannot be run."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.engine.analysis.findings import Paired, ReplyText
from app.engine.analysis.inquiries import AskEdited, AskPaired, AskReads, SnapshotMemory, TurnMemory
from app.models.lab import READ_SHARE
from app.models.memory_choices import MemoryChoice
from app.models.memory_names import INITIAL
from app.theme import ThemeController
from app.views.dialogs import file_name
from app.views.inspector.lab.controls import SHARES
from app.views.inspector.lab.experiment_view import LabView
from app.views.inspector.lab.keeping import ELSEWHERE
from app.views.inspector.lab.sentences import verdict
from app.views.inspector.memory_combo import memory_ref
from rxt.events import frozen_array
from tests.app.inspector.synthetic import conversation
from tests.app.lab.conftest import Bench, Show
from tests.app.lab.fake_analysis import EDITED, ORIGINAL, paired, reply_text
from tests.reference.lab import strongest_by_hand


@pytest.fixture
def view(bench: Bench, themes: ThemeController, show: Show) -> LabView:
    result = LabView(
        bench.lab, bench.history, bench.choices, bench.analysis, themes, lambda: Path("memories"), lambda: "Dogs"
    )
    show(result, 440, 600)
    return result


def test_that_a_run_first_looks_up_what_was_read_and_then_edits_those_slots(
    bench: Bench, view: LabView, qtbot: QtBot
) -> None:
    view.asking.run.click()
    qtbot.waitUntil(lambda: view.shown is not None)
    reads, asked = bench.analysis.asked
    assert reads == AskReads(4)
    assert isinstance(asked, AskPaired)
    assert asked.turn == 4
    assert asked.edit.kind == "zero"
    weights = bench.analysis.finding(AskReads(4)).weights  # type: ignore[union-attr]
    assert np.array_equal(asked.edit.slots, strongest_by_hand(weights.mean(axis=0), READ_SHARE))


def test_that_a_locked_word_alone_decides_which_slots_were_read(bench: Bench, view: LabView, qtbot: QtBot) -> None:
    bench.selection.lock((4, 3))
    view.asking.run.click()
    qtbot.waitUntil(lambda: view.shown is not None)
    weights = bench.analysis.finding(AskReads(4)).weights  # type: ignore[union-attr]
    asked = bench.analysis.asked[-1]
    assert isinstance(asked, AskPaired)
    assert np.array_equal(asked.edit.slots, strongest_by_hand(weights[3], READ_SHARE))


def test_that_both_answers_the_difference_and_the_control_are_shown_in_words(view: LabView, qtbot: QtBot) -> None:
    view.asking.run.click()
    qtbot.waitUntil(lambda: view.shown is not None)
    view.flush()
    assert view.result.verdict.text() == ("The answer changed at “Alice” → “Bob”; the random control changed nothing.")
    assert view.result.original.words.accessibleDescription().startswith(ORIGINAL)
    assert view.result.edited.words.accessibleDescription().startswith(EDITED)
    assert "Alice" in view.result.original.words.accessibleDescription()
    assert view.result.control.title.text() == "Random control answers · the same"
    assert view.runs.itemText(0).startswith("1 · turn 5: zeroed: the 52 slots it read most")


def test_that_the_edited_memory_of_the_experiment_that_is_shown_is_saved(
    bench: Bench, view: LabView, qtbot: QtBot
) -> None:
    bench.selection.toggle_mark(1, 3)
    bench.lab.choose(kind="mean", place="marked")
    assert view.keeping.isHidden()
    view.asking.run.click()
    qtbot.waitUntil(lambda: view.shown is not None)
    bench.lab.choose(kind="zero")  # what is chosen now is another experiment
    view.flush()
    assert view.keeping.isVisibleTo(view)
    with qtbot.waitSignal(view.keeping.saved):
        view.keeping.run.click()
    asked = bench.analysis.asked[-1]
    assert isinstance(asked, AskEdited)
    assert (asked.turn, asked.edit.kind, np.argwhere(asked.edit.slots).tolist()) == (3, "mean", [[1, 3]])
    assert asked.title == "Before turn 5: set to their layer's mean: the slot that you marked"
    assert asked.path == Path("memories") / file_name(asked.title)
    assert asked.chat == "Dogs"
    assert view.keeping.words.text() == (
        f"Saved as a synthetic memory: {asked.path.name}. You find it in the list of memories."
    )
    view.asking.run.click()
    qtbot.waitUntil(lambda: len(bench.lab.runs) == 2)
    view.flush()
    assert view.keeping.words.isHidden()  # it was said of the other one


def test_that_what_was_saved_is_said_of_the_experiment_that_it_was(bench: Bench, view: LabView, qtbot: QtBot) -> None:
    for _ in range(2):
        view.asking.run.click()
        qtbot.waitUntil(lambda: not view.asking.is_asking)
    view.flush()
    bench.analysis.is_held = True
    view.keeping.run.click()
    view.runs.setCurrentIndex(1)
    view.runs.activated.emit(1)
    view.flush()
    bench.analysis.release()
    assert view.keeping.words.text().startswith("Experiment 2: Saved as a synthetic memory: ")


def test_that_the_edited_memory_of_another_branch_is_not_saved_as_one_of_this(
    bench: Bench, view: LabView, qtbot: QtBot
) -> None:
    view.asking.run.click()
    qtbot.waitUntil(lambda: view.shown is not None)
    view.flush()
    assert view.keeping.run.isEnabled()
    records = bench.history.records
    bench.history.follow_path((*records[:3], dataclasses.replace(records[3], memory_after="another"), records[4]))
    view.flush()
    assert not view.keeping.run.isEnabled()
    assert view.keeping.run.toolTip() == ELSEWHERE
    bench.history.follow_path(records)
    view.flush()
    assert view.keeping.run.isEnabled()


def test_that_a_memory_that_took_from_a_turn_that_is_another_now_is_not_saved(
    bench: Bench, view: LabView, qtbot: QtBot
) -> None:
    records = bench.history.records
    bench.history.show_turn(1)
    source = next(choice for choice in bench.choices.all if choice.turn == 3)
    bench.lab.choose(kind="patch", place="layer", layer=0, source=source)
    view.flush()
    view.asking.run.click()
    qtbot.waitUntil(lambda: view.shown is not None)
    view.flush()
    assert view.keeping.run.isEnabled()
    bench.history.follow_path((*records[:3], dataclasses.replace(records[3], memory_after="another"), records[4]))
    view.flush()
    assert not view.keeping.run.isEnabled()
    bench.history.follow_path(records[:2])
    view.flush()
    assert not view.keeping.run.isEnabled()


def test_that_marked_slots_are_edited_without_looking_up_reads(bench: Bench, view: LabView, qtbot: QtBot) -> None:
    bench.selection.toggle_mark(1, 3)
    bench.lab.choose(kind="noise", place="marked")
    view.asking.run.click()
    qtbot.waitUntil(lambda: view.shown is not None)
    (asked,) = bench.analysis.asked
    assert isinstance(asked, AskPaired)
    assert asked.edit.kind == "noise"
    assert np.argwhere(asked.edit.slots).tolist() == [[1, 3]]


def test_that_a_patch_names_its_source(bench: Bench, view: LabView, qtbot: QtBot) -> None:
    bench.lab.choose(kind="patch", place="layer", layer=0)
    view.flush()
    assert view.asking.run.toolTip() == "Choose the memory the slots are taken from."
    view.controls.source.setCurrentIndex(3)  # none, initial memory, turn 1, turn 2
    view.flush()
    view.asking.run.click()
    qtbot.waitUntil(lambda: view.shown is not None)
    asked = bench.analysis.asked[-1]
    assert isinstance(asked, AskPaired)
    assert asked.edit.source == TurnMemory(1)
    assert "patched from turn 2" in view.runs.itemText(0)


def test_that_the_source_that_is_shown_is_the_one_that_is_used_in_another_chat_too(bench: Bench, view: LabView) -> None:
    bench.lab.choose(kind="freeze")
    view.controls.source.setCurrentIndex(3)  # none, initial memory, turn 1, turn 2
    assert bench.lab.experiment.source == MemoryChoice("", turn=1)
    bench.history.start(*conversation(3))  # it has a turn 2 as well
    assert bench.lab.experiment.source is None
    assert view.controls.source.currentText() == "the second turn before this one"
    bench.lab.choose(source=bench.choices.all[1])
    assert view.controls.source.currentText() == "turn 1 · Question 1?"


def test_that_a_run_names_the_turn_since_which_slots_were_frozen(bench: Bench, view: LabView, qtbot: QtBot) -> None:
    initial, _, second, *_ = bench.choices.all
    for source, words in ((None, "turn 3"), (second, "turn 2"), (initial, "the initial memory")):
        before = len(bench.lab.runs)
        bench.lab.choose(kind="freeze", place="layer", source=source)
        view.run()
        qtbot.waitUntil(lambda before=before: len(bench.lab.runs) > before)
        assert bench.lab.runs[0].words.startswith(f"turn 5: frozen since {words}: all 32 slots")


@pytest.mark.parametrize(
    ("turn", "source", "problem"),
    [
        (0, None, "Turn 1 reads the initial memory: nothing has been written to it in this chat yet."),
        (1, 0, "Turn 2 reads the memory after turn 1: choose the initial memory"),
        (4, 3, "Turn 5 reads the memory after turn 4: choose an earlier turn"),
        (4, 2, ""),
        (1, None, ""),
    ],
)
def test_that_slots_are_not_frozen_where_nothing_was_written_since(
    bench: Bench, view: LabView, turn: int, source: int | None, problem: str
) -> None:
    bench.history.show_turn(turn)
    chosen = None if source is None else MemoryChoice("", turn=source)
    bench.lab.choose(kind="freeze", place="layer", source=chosen)
    view.flush()
    assert view.asking.run.isEnabled() is not bool(problem)
    assert problem in view.asking.run.toolTip()


def test_that_all_marks_are_taken_away_beside_the_marked_slots(bench: Bench, view: LabView) -> None:
    assert not view.controls.clear_marks.isVisible()
    bench.selection.toggle_mark(1, 3)
    bench.lab.choose(place="marked")
    view.controls.clear_marks.click()
    assert not bench.selection.marks.any()
    assert view.controls.clear_marks.isVisible()
    assert not view.controls.clear_marks.isEnabled()


def test_that_a_source_that_is_gone_is_used_no_more(bench: Bench, view: LabView) -> None:
    bench.lab.choose(kind="patch")
    view.controls.source.setCurrentIndex(6)  # turn 5
    bench.history.follow_path(conversation(2)[1])
    assert bench.lab.experiment.source is None
    assert view.controls.source.currentText() == "choose a memory…"


def test_that_a_run_names_its_source_as_it_is_called_now(bench: Bench, view: LabView, qtbot: QtBot) -> None:
    bench.lab.choose(kind="patch", place="layer", source=MemoryChoice("turn 2 · of another branch", turn=1))
    view.flush()
    view.asking.run.click()
    qtbot.waitUntil(lambda: view.shown is not None)
    assert "patched from turn 2 · Question 2?" in view.runs.itemText(0)


def test_that_a_run_can_be_called_off_half_way(bench: Bench, view: LabView) -> None:
    bench.analysis.is_held = True
    view.asking.run.click()
    bench.analysis.tell_progress(0.5)
    assert view.asking.progress.value() == 500
    assert not view.asking.run.isEnabled()
    view.asking.cancel.click()
    assert bench.analysis.cancelled == [1]
    assert view.asking.words.text() == "Cancelled. Nothing was changed."
    assert view.asking.run.isEnabled()
    bench.analysis.release()
    assert view.shown is None


def test_that_another_conversation_ends_a_run(bench: Bench, view: LabView) -> None:
    bench.analysis.is_held = True
    view.asking.run.click()
    bench.history.start(*conversation(2))
    assert bench.analysis.cancelled == [1]
    assert "called off" in view.asking.words.text()
    bench.analysis.release()
    assert view.shown is None


def test_that_a_refusal_is_said_and_nothing_is_kept(bench: Bench, view: LabView, qtbot: QtBot) -> None:
    bench.analysis.refusal = "The snapshot is of another model. Nothing was computed."
    view.asking.run.click()
    qtbot.waitUntil(lambda: bool(view.asking.words.text()) and not view.asking.is_asking)
    assert view.asking.words.text() == bench.analysis.refusal
    assert bench.lab.runs == ()


def test_that_the_memory_before_the_first_turn_has_no_answer_to_repeat(bench: Bench, view: LabView) -> None:
    bench.history.show_turn(INITIAL)
    view.flush()
    assert not view.asking.run.isEnabled()
    assert "Choose a turn" in view.asking.run.toolTip()


def test_that_without_a_model_the_lab_says_so(bench: Bench, themes: ThemeController, show: Show) -> None:
    view = LabView(bench.lab, bench.history, bench.choices, None, themes, Path)
    show(view, 440, 500)
    assert not view.asking.run.isEnabled()
    assert "no model is at hand" in view.empty.text


def test_that_the_one_click_proof_zeroes_the_slots_a_turn_read_most(bench: Bench, view: LabView, qtbot: QtBot) -> None:
    bench.lab.choose(kind="noise", place="layer", share=0.5)
    view.check(2)
    qtbot.waitUntil(lambda: view.shown is not None)
    asked = bench.analysis.asked[-1]
    assert isinstance(asked, AskPaired)
    assert (asked.turn, asked.edit.kind) == (2, "zero")
    assert asked.edit.slots.sum(axis=1).tolist() == [13, 13, 13, 13]  # 40 % of 32, rounded up


def test_that_an_earlier_run_can_be_looked_at_again(bench: Bench, view: LabView, qtbot: QtBot) -> None:
    first, second = paired(4), paired(4)
    bench.lab.keep(4, "turn 5: first", first)
    bench.lab.keep(4, "turn 5: second", second)
    assert view.shown is not None
    assert view.shown.finding is second
    view.runs.setCurrentIndex(1)
    view.runs.activated.emit(1)
    view.flush()
    assert view.shown.finding is first


def test_that_the_figure_holds_both_series_with_the_words(bench: Bench, view: LabView) -> None:
    assert view.figure() is None
    found = paired(4)
    bench.lab.keep(4, "turn 5: zeroed", found)
    figure = view.figure()
    assert figure is not None
    bars = figure.panels[0]
    assert bars.places.labels[3] == "Alice"  # type: ignore[union-attr]
    assert [name for name, _ in bars.series] == ["edited", "random control"]  # type: ignore[union-attr]
    assert figure.turn == 3  # the memory that was edited is the one after the fourth turn


def test_that_the_figure_names_the_memory_that_was_edited_whatever_branch_is_open(bench: Bench, view: LabView) -> None:
    bench.lab.keep(4, "turn 5: zeroed", paired(4))
    edited = bench.history.records[3].memory_after
    bench.history.follow_path(conversation(2)[1])
    figure = view.figure()
    assert figure is not None
    assert figure.memory == edited


def _outcome(edited: str, first: int | None, control: str, other: int | None) -> Paired:
    values = frozen_array(np.zeros(9))
    texts = reply_text(ORIGINAL), reply_text(edited), reply_text(control)
    return Paired(4, "zeroed", 3, 3, texts[0], None, *texts[1:], first, other, values, values)


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        ((ORIGINAL, None, ORIGINAL, None), "The answer stayed the same; so did the random control's."),
        ((ORIGINAL, None, EDITED, 3), "The answer stayed the same; the random control changed it at “Alice” → “Bob”."),
        (("Your name", 2, ORIGINAL, None),
         "The answer changed by ending before “is”; the random control changed nothing."),
        ((ORIGINAL + " And more", 9, ORIGINAL, None),
         "The answer changed by going on with “And”; the random control changed nothing."),
    ],
)  # fmt: skip
def test_that_the_verdict_says_what_happened(outcome: tuple[str, int | None, str, int | None], words: str) -> None:
    assert verdict(_outcome(*outcome)) == words


def test_that_the_share_that_is_told_is_the_one_the_handle_stands_at(bench: Bench, view: LabView) -> None:
    share = view.controls.share
    assert view.controls.share_words.text() == f"{SHARES[share.value()]}\u00a0% of each layer"
    assert round(100 * READ_SHARE) == SHARES[share.value()]
    share.setValue(share.value() + 1)
    share.setValue(share.value() - 1)
    assert bench.lab.experiment.share == READ_SHARE


@pytest.mark.parametrize("apostrophe", ["'", "’"])
def test_that_a_word_with_an_apostrophe_is_named_as_a_whole(apostrophe: str) -> None:
    told = f"You haven{apostrophe}t told me."
    tokens = [(0, 3), (3, 9), (9, 10), (10, 11), (11, 16), (16, 19), (19, 20)]
    answers = [ReplyText(told, tuple(tokens), "eos"), reply_text("You live’ in Rome.")]
    for index in (1, 2, 3):
        edited = dataclasses.replace(answers[1], spans=(answers[1].spans[1],) * 4)
        found = dataclasses.replace(
            _outcome(ORIGINAL, index, ORIGINAL, None), original=answers[0], edited=edited, first_difference=index
        )
        assert verdict(found).startswith(f"The answer changed at “haven{apostrophe}t” → “live’”")


def test_that_an_edit_of_everything_has_no_control(bench: Bench, view: LabView) -> None:
    bench.lab.keep(4, "turn 5: zeroed", dataclasses.replace(paired(4), control=None, control_change=frozen_array([])))
    view.flush()
    assert view.result.verdict.text().endswith("there is no control, for no other slot is left.")
    assert "random" not in view.result.numbers.text()
    assert not view.result.control.isVisible()
    assert "control" not in view.result.original.words.words_of(3)
    figure = view.figure()
    assert figure is not None
    assert [name for name, _ in figure.panels[0].series] == ["edited"]  # type: ignore[union-attr]
    view.grab()


def test_that_copies_are_compared_with_what_the_memory_answers_now(bench: Bench, view: LabView) -> None:
    now = reply_text("Your name is Bob and you live in Paris.")
    bench.lab.keep(4, "turn 5: zeroed", dataclasses.replace(paired(4), again=now, first_difference=8))
    view.flush()
    assert view.result.verdict.text().startswith("The answer changed at “Paris.” → “Rome.”")
    assert "answers something else" in view.result.numbers.text()
    assert view.result.again.isVisible()
    assert "First difference" not in view.result.original.words.accessibleDescription()
    bench.lab.keep(4, "turn 5: zeroed", paired(4))
    view.flush()
    assert not view.result.again.isVisible()


def test_that_keys_go_through_the_words_and_say_their_numbers(bench: Bench, view: LabView, qtbot: QtBot) -> None:
    bench.lab.keep(4, "turn 5: zeroed", paired(4))
    view.flush()
    words = view.result.original.words
    words.setFocus()
    for _ in range(4):
        qtbot.keyClick(words, Qt.Key.Key_Right)
    assert words.accessibleDescription() == (
        "“Alice”: log-probability changed by −4.200 nats with the edit, " + words.words_of(3).rpartition("edit, ")[2]
    )


def test_that_setting_slots_back_is_called_after_the_memory_the_chat_started_from(bench: Bench, view: LabView) -> None:
    edit = view.controls.edit
    bench.lab.choose(kind="initial")
    assert edit.currentText() == "Restore initial memory"
    bench.history.start(*conversation(3), origin="Knight")
    assert edit.currentText() == "Restore opened memory"
    assert edit.currentData() == "initial"


def test_that_a_choice_without_a_memory_is_refused() -> None:
    assert memory_ref(MemoryChoice("a", snapshot=Path("x"))) == SnapshotMemory(Path("x"))
    with pytest.raises(ValueError, match="not a memory"):
        memory_ref(MemoryChoice("nothing"))
