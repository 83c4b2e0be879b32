"""Influence, mixing, probes and compare: what they ask, what they show, what they say where there is nothing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.engine.analysis.findings import Influence
from app.engine.analysis.inquiries import AskComparison, AskMix, AskProbe, BranchMemory, TurnMemory
from app.models.memory_choices import MemoryChoice
from app.models.memory_names import INITIAL
from app.paint.limits import Limits
from app.theme import ThemeController
from app.views.inspector.analyses import Analyses
from app.views.inspector.compare_view import CompareView
from app.views.inspector.export_commands import stamp_of
from app.views.inspector.lab.influence_view import InfluenceView
from app.views.inspector.lab.mixing_view import MixingView
from app.views.inspector.lab.probe_view import ProbeView
from rxt.events import frozen_array
from tests.app.inspector.synthetic import conversation
from tests.app.lab.conftest import Bench, Show
from tests.app.views.fake_port import MODEL, snapshot

# ---------------------------------------------------------------- influence


@pytest.fixture
def influence(bench: Bench, themes: ThemeController, show: Show) -> InfluenceView:
    result = InfluenceView(bench.history, bench.analysis, themes)
    show(result, 480, 520)
    return result


def test_that_the_matrix_has_the_turns_words_on_both_axes(influence: InfluenceView, qtbot: QtBot) -> None:
    influence.asking.run.click()
    qtbot.waitUntil(lambda: influence.figure() is not None)
    figure = influence.figure()
    assert figure is not None
    heat = figure.panels[0]
    assert heat.rows.labels[0] == heat.columns.labels[0] == "1 · Question 1?"  # type: ignore[union-attr]
    assert heat.rows.start == heat.columns.start == 1  # type: ignore[union-attr]
    assert heat.limits.low == -heat.limits.high  # type: ignore[union-attr]
    influence.flush()
    assert "most: without it" in influence.sentence.text()


def test_that_a_click_on_a_cell_goes_to_its_answer(bench: Bench, influence: InfluenceView, qtbot: QtBot) -> None:
    influence.asking.run.click()
    qtbot.waitUntil(lambda: influence.figure() is not None)
    influence.plot.setFocus()
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Return):
        qtbot.keyClick(influence.plot, key)  # the first key points at the first cell
    assert bench.history.cursor == 2
    assert "answer of turn “3 · Question 3?”" in influence.readout.text()


def test_that_one_turn_is_too_few(bench: Bench, influence: InfluenceView) -> None:
    bench.history.start(*conversation(1))
    influence.flush()
    assert not influence.asking.run.isEnabled()
    assert "two turns" in influence.empty.text


def test_that_a_longer_conversation_is_said_to_be_longer(bench: Bench, influence: InfluenceView, qtbot: QtBot) -> None:
    influence.asking.run.click()
    qtbot.waitUntil(lambda: influence.figure() is not None)
    bench.history.add(conversation(6)[1][5])
    influence.flush()
    assert "of the first 5 turns" in influence.sentence.text()
    figure = influence.figure()
    assert figure is not None
    assert figure.memory == bench.history.records[4].memory_after
    bench.history.start(*conversation(3))
    influence.flush()
    assert influence.figure() is None


def _weigh(influence: InfluenceView, bench: Bench, strongest: float) -> None:
    """Twenty turns whose cells are noise, but for one."""
    bench.history.start(*conversation(20))
    matrix = np.random.default_rng(5).normal(0, min(0.15, abs(strongest) / 8), (20, 20))
    matrix[3, 7] = strongest
    matrix[np.tril_indices(20)] = np.nan
    influence.asking.answered.emit(Influence(frozen_array(matrix)))
    influence.flush()


def test_that_the_strongest_cell_alone_has_the_strongest_colour(bench: Bench, influence: InfluenceView) -> None:
    _weigh(influence, bench, -6.2)
    figure = influence.figure()
    assert figure is not None
    heat = figure.panels[0]
    assert (heat.limits.low, heat.limits.high) == pytest.approx((-6.2, 6.2))  # type: ignore[union-attr]
    assert "−6.20 nats a token" in influence.sentence.text()


def test_that_a_change_that_rounds_to_zero_is_no_need(bench: Bench, influence: InfluenceView) -> None:
    _weigh(influence, bench, -0.0049)
    assert influence.sentence.text() == "No answer needed any earlier turn."


def test_that_answers_that_could_not_be_weighed_have_colours_too(bench: Bench, influence: InfluenceView) -> None:
    influence.asking.answered.emit(Influence(frozen_array(np.full((5, 5), np.nan))))
    influence.flush()
    figure = influence.figure()
    assert figure is not None
    assert figure.panels[0].limits == Limits(-1, 1)  # type: ignore[union-attr]


# ---------------------------------------------------------------- mixing


@pytest.fixture
def mixing(bench: Bench, themes: ThemeController, show: Show, tmp_path: Path) -> MixingView:
    chat = "A chat"
    result = MixingView(bench.selection, bench.choices, bench.analysis, themes, lambda: tmp_path, lambda: chat)
    show(result, 440, 480)
    return result


def test_that_one_weight_mixes_all_layers_and_many_mix_layer_by_layer(
    bench: Bench, mixing: MixingView, qtbot: QtBot, tmp_path: Path
) -> None:
    mixing.all.setValue(25)
    with qtbot.waitSignal(mixing.saved):
        mixing.asking.run.click()
    mixing.where.choose("layers")
    mixing._layers[2][1].setValue(100)
    with qtbot.waitSignal(mixing.saved):
        mixing.asking.run.click()
    first, second = bench.analysis.asked
    assert isinstance(first, AskMix)
    assert isinstance(second, AskMix)
    assert (first.a, first.b, first.weight) == (TurnMemory(INITIAL), TurnMemory(4), 0.25)
    assert second.weight == (0.25, 0.25, 1.0, 0.25)
    assert first.title == "Mix of initial memory and turn 5"
    assert first.path == tmp_path / "mix-of-initial-memory-and-turn-5.safetensors"
    assert "synthetic" in mixing.asking.words.text()


def test_that_only_marked_slots_are_mixed_where_that_is_chosen(bench: Bench, mixing: MixingView, qtbot: QtBot) -> None:
    mixing.where.choose("slots")
    mixing.flush()
    assert "No slot is marked" in mixing.asking.run.toolTip()
    assert mixing._all_words.text() == "50\u00a0% A · 50\u00a0% B"
    bench.selection.toggle_mark(1, 30)
    mixing.all.setValue(100)
    mixing.flush()
    with qtbot.waitSignal(mixing.saved):
        mixing.asking.run.click()
    asked = bench.analysis.asked[-1]
    assert isinstance(asked, AskMix)
    weights = np.array(asked.weight)
    assert weights.shape == (4, 32)
    assert np.argwhere(weights == 1.0).tolist() == [[1, 30]]
    assert weights.sum() == 1.0


def test_that_a_saved_mix_is_told_of_until_another_one_is_chosen(
    bench: Bench, mixing: MixingView, qtbot: QtBot
) -> None:
    others = (
        lambda: mixing.all.setValue(30),
        lambda: mixing.where.choose("layers"),
        lambda: mixing.b.setCurrentIndex(2),
        lambda: qtbot.keyClicks(mixing.name, "Rome"),
        lambda: bench.history.start(*conversation(5)),
    )
    for choose in others:
        with qtbot.waitSignal(mixing.saved):
            mixing.asking.run.click()
        mixing.refresh()
        mixing.flush()
        assert mixing.asking.words.text().startswith("Saved as a synthetic memory")
        choose()
        mixing.flush()
        assert mixing.asking.words.text() == ""


def test_that_the_title_of_a_saved_mix_is_not_that_of_the_next_one(
    bench: Bench, mixing: MixingView, qtbot: QtBot
) -> None:
    for title in ("Rome", "Mix of initial memory and turn 5"):
        with qtbot.waitSignal(mixing.saved):
            if title == "Rome":
                mixing.name.setText(title)
            mixing.asking.run.click()
        asked = bench.analysis.asked[-1]
        assert isinstance(asked, AskMix)
        assert (asked.title, asked.chat) == (title, "A chat")
        assert mixing.name.text() == ""


def test_that_a_title_typed_while_a_mix_is_saved_stays_for_the_next_one(
    bench: Bench, mixing: MixingView, qtbot: QtBot
) -> None:
    mixing.name.setText("Rome")
    with qtbot.waitSignal(mixing.saved):
        mixing.asking.run.click()
        mixing.name.setText("Paris")
    assert mixing.name.text() == "Paris"
    assert mixing.asking.words.text() == ""
    with qtbot.waitSignal(mixing.saved):
        mixing.asking.run.click()
        mixing.all.setValue(30)
    assert mixing.name.text() == ""
    assert mixing.asking.words.text() == ""  # it is not what is chosen now


def test_that_a_title_of_unseen_characters_is_none(mixing: MixingView) -> None:
    mixing.name.setText("\u200b \u00ad")
    assert mixing.title_or_default == "Mix of initial memory and turn 5"


def test_that_nothing_is_computed_while_no_saved_mix_is_told_of(
    mixing: MixingView, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mixing, "_chosen", lambda: pytest.fail("it was computed"))
    mixing.refresh()
    mixing.flush()


def test_that_a_memory_is_not_mixed_with_itself(mixing: MixingView) -> None:
    mixing.b.setCurrentIndex(mixing.a.currentIndex())
    mixing.flush()
    assert not mixing.asking.run.isEnabled()
    assert "the same memory" in mixing.asking.run.toolTip()


def test_that_two_different_memories_are_preset_as_soon_as_there_are_two(
    bench: Bench, mixing: MixingView, qtbot: QtBot
) -> None:
    initial, records = conversation(2)
    bench.history.start(initial)
    qtbot.waitUntil(lambda: mixing.b.count() == 1)
    mixing.flush()
    assert not mixing.asking.run.isEnabled()
    assert "there is only one so far" in mixing.asking.run.toolTip()
    bench.history.add(records[0])
    qtbot.waitUntil(lambda: mixing.b.count() == 2)
    mixing.flush()
    assert (mixing.a.choice, mixing.b.choice) == bench.choices.all
    assert mixing.asking.run.isEnabled()


def test_that_two_memories_are_preset_where_the_chat_before_had_more_turns(
    bench: Bench, mixing: MixingView, qtbot: QtBot
) -> None:
    bench.history.start(*conversation(2))
    qtbot.waitUntil(lambda: mixing.b.count() == 3)
    assert (mixing.a.choice, mixing.b.choice) == (bench.choices.all[0], bench.choices.all[2])


def test_that_a_saved_memory_is_not_mixed_with_the_start_of_the_chat_that_it_opened(
    bench: Bench, mixing: MixingView, qtbot: QtBot
) -> None:
    initial, _ = conversation(2)
    shape = initial.layers, initial.slots, initial.width
    same = replace(snapshot(Path("/x/knight.safetensors")), shape=shape, sha256=initial.sha256)
    bench.memories.set_model(replace(MODEL, layers=shape[0], slots=shape[1], width=shape[2]))
    bench.memories.set_lines((same,))
    bench.history.start(initial, origin="Knight")
    qtbot.waitUntil(lambda: mixing.b.count() == 2)
    mixing.flush()
    assert "there is only one so far" in mixing.asking.run.toolTip()
    other = replace(same, path=Path("/x/other.safetensors"), sha256="0" * 64)
    bench.memories.set_lines((other, same))
    qtbot.waitUntil(lambda: mixing.b.count() == 3)
    assert mixing.b.choice is not None
    assert mixing.b.choice.snapshot == other.path


def test_that_what_a_person_chose_to_mix_stays_when_a_turn_comes(
    bench: Bench, mixing: MixingView, qtbot: QtBot
) -> None:
    initial, records = conversation(3)
    bench.history.start(initial, records[:2])
    qtbot.waitUntil(lambda: mixing.b.count() == 3)
    mixing.b.setCurrentIndex(0)
    mixing.b.activated.emit(0)
    bench.history.add(records[2])
    qtbot.waitUntil(lambda: mixing.b.count() == 4)
    assert mixing.b.choice == mixing.a.choice


# ---------------------------------------------------------------- probes


@pytest.fixture
def probes(bench: Bench, themes: ThemeController, show: Show) -> ProbeView:
    result = ProbeView(bench.history, bench.analysis, themes)
    show(result, 440, 640)
    return result


def test_that_recall_stands_beside_reset_and_shuffled_with_intervals(probes: ProbeView, qtbot: QtBot) -> None:
    probes.asking.run.click()
    qtbot.waitUntil(lambda: probes.figure() is not None)
    figure = probes.figure()
    assert figure is not None
    lines = figure.panels[0].lines  # type: ignore[union-attr]
    assert [line.name for line in lines] == ["as it is", "reset", "shuffled"]
    assert all(line.low is not None and (line.low <= line.y).all() and (line.y <= line.high).all() for line in lines)
    assert "Your memory was neither needed nor touched." in probes.untouched.text()
    assert not figure.is_of_chat


def test_that_ones_own_questions_are_asked_of_the_turn_in_view(bench: Bench, probes: ProbeView, qtbot: QtBot) -> None:
    probes.kind.choose("questions")
    probes.flush()
    assert not probes.asking.run.isEnabled()
    probes.questions.edit.setPlainText("What is my name?, Alice\nWhere do I live?, Paris")
    bench.history.show_turn(1)
    probes.flush()
    probes.asking.run.click()
    qtbot.waitUntil(lambda: probes.figure() is not None)
    (asked,) = bench.analysis.asked
    assert asked == AskProbe((("What is my name?", "Alice"), ("Where do I live?", "Paris")), turn=1)
    probes.flush()
    assert probes.answers.rowCount() == 2
    assert probes.answers.item(1, 0).text() == "✗"


def test_that_a_file_of_questions_is_handed_to_the_engine_unread(
    bench: Bench, probes: ProbeView, tmp_path: Path
) -> None:
    bench.analysis.is_held = True
    probes.kind.choose("questions")
    probes.questions.take_file(tmp_path / "none.csv")
    probes.flush()
    probes.asking.run.click()
    (asked,) = bench.analysis.asked
    assert isinstance(asked, AskProbe)
    assert asked.questions == tmp_path / "none.csv"


def test_that_questions_are_shown_as_they_are_written(bench: Bench, probes: ProbeView, qtbot: QtBot) -> None:
    probes.kind.choose("questions")
    probes.questions.edit.setPlainText("<b>name</b>, <img src=x>")
    probes.flush()
    probes.asking.run.click()
    qtbot.waitUntil(lambda: probes.figure() is not None)
    assert probes.answers.item(0, 1).text() == "<b>name</b>"
    assert "<b>name" not in probes.answers.item(0, 1).toolTip()


def test_that_what_was_recalled_keeps_its_memory_on_another_branch_and_goes_with_the_chat(
    bench: Bench, probes: ProbeView, qtbot: QtBot
) -> None:
    probes.kind.choose("questions")
    probes.questions.edit.setPlainText("What is my name?, Alice")
    probes.flush()
    probes.asking.run.click()
    qtbot.waitUntil(lambda: probes.figure() is not None)
    asked = bench.history.records[4].memory_after
    bench.history.follow_path(conversation(2)[1])
    bench.analysis.is_held = True
    probes.flush()
    probes.asking.run.click()  # asked of another turn, and not answered yet
    figure = probes.figure()
    assert figure is not None
    assert (figure.turn, figure.memory, figure.is_of_chat) == (4, asked, True)
    assert figure.note.startswith("Turn 5. ")
    assert probes.untouched.text().startswith("Turn 5: right answers: ")
    assert f"hash {asked[:12]} before and after" in probes.untouched.text()
    bench.history.start(*conversation(2))
    probes.flush()
    assert probes.figure() is None
    assert not probes.untouched.isVisible()
    assert probes.accessibleDescription() == probes.empty.text


def test_that_conversations_are_played_on_while_another_chat_is_opened(bench: Bench, probes: ProbeView) -> None:
    bench.analysis.is_held = True
    probes.asking.run.click()
    bench.history.follow_path(conversation(2)[1])
    bench.history.start(*conversation(3))
    assert bench.analysis.cancelled == []
    assert probes.asking.is_asking
    bench.analysis.release()
    assert probes.figure() is not None


def test_that_a_probe_that_the_analyst_let_go_of_is_said_to_be_called_off(bench: Bench, probes: ProbeView) -> None:
    bench.analysis.is_held = True
    probes.asking.run.click()
    bench.analysis.cancel(1)  # another model is open
    bench.history.start(*conversation(3))
    assert not probes.asking.is_asking
    words = "Another conversation or branch is open now, so this was called off. Nothing was changed."
    assert probes.asking.words.text() == words


# ---------------------------------------------------------------- compare


@pytest.fixture
def compare(bench: Bench, themes: ThemeController, show: Show) -> CompareView:
    analyses = Analyses(bench.history, bench.analysis, bench.history)  # type: ignore[arg-type]
    result = CompareView(bench.selection, analyses, bench.choices, themes, reduced_motion=True)
    show(result, 480, 640)
    return result


def _found(view: CompareView, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: not view.is_empty)


def test_that_nothing_pinned_says_how_to_pin(bench: Bench, compare: CompareView, qtbot: QtBot) -> None:
    assert "with P" in compare.empty.text
    compare.empty.action.click()
    assert bench.selection.pin is not None
    assert bench.selection.pin.turn == 4


def test_that_the_turn_in_view_is_compared_with_what_is_pinned(
    bench: Bench, compare: CompareView, qtbot: QtBot
) -> None:
    bench.selection.pin_turn(1)
    _found(compare, qtbot)
    assert bench.analysis.asked[-1] == AskComparison(TurnMemory(4), TurnMemory(1))
    assert compare.b.choice is not None
    assert compare.b.choice.turn == 1


def test_that_a_branch_can_be_pinned_from_the_list(bench: Bench, compare: CompareView, qtbot: QtBot) -> None:
    bench.selection.set_pin(MemoryChoice("branch · other", branch=17))
    _found(compare, qtbot)
    assert bench.analysis.asked[-1] == AskComparison(TurnMemory(4), BranchMemory(17))


def test_that_choosing_a_memory_in_the_list_pins_it(bench: Bench, compare: CompareView) -> None:
    compare.first.setCurrentIndex(2)
    assert bench.selection.pin is not None
    assert bench.selection.pin.turn == 0
    assert bench.selection.pin.sha256 == bench.history.memory_after(0)


def test_that_a_click_on_a_changed_slot_selects_it_everywhere(bench: Bench, compare: CompareView, qtbot: QtBot) -> None:
    bench.selection.pin_turn(1)
    _found(compare, qtbot)
    compare.slots.selectRow(2)
    assert compare._found is not None
    assert bench.history.slot == compare._found.changed[2]


def test_that_d_changes_between_the_difference_and_a(bench: Bench, compare: CompareView, qtbot: QtBot) -> None:
    bench.selection.pin_turn(1)
    _found(compare, qtbot)
    bench.selection.difference_requested.emit()
    compare.flush()
    assert compare.maps.chosen == "a"
    assert np.array_equal(compare.panel.values, compare._found.a)  # type: ignore[union-attr,arg-type]
    bench.selection.difference_requested.emit()
    assert compare.maps.chosen == "difference"


def test_that_a_and_b_share_their_limits_and_moving_on_never_narrows_them(
    bench: Bench, compare: CompareView, qtbot: QtBot
) -> None:
    bench.selection.pin_turn(1)
    _found(compare, qtbot)
    compare.maps.choose("a")
    compare.flush()
    before = compare.panel.limits
    compare.maps.choose("b")
    compare.flush()
    assert compare.panel.limits == before
    wide = compare._found
    assert wide is not None
    bench.history.show_turn(2)
    qtbot.waitUntil(lambda: compare._found is not wide)
    compare.flush()
    assert compare._found is not None
    assert np.ptp(compare._found.b) < np.ptp(wide.b)
    assert compare.panel.values is compare._found.b
    assert compare.panel.limits == before
    bench.history.show_turn(4)
    compare.flush()
    assert compare._found is wide
    assert compare.panel.limits == before


def test_that_pinning_the_same_memory_again_gives_the_same_colours(
    bench: Bench, compare: CompareView, qtbot: QtBot
) -> None:
    bench.selection.pin_turn(1)
    _found(compare, qtbot)
    before = compare.panel.limits
    bench.selection.set_pin(None)
    compare.flush()
    bench.selection.pin_turn(1)
    compare.flush()
    assert not compare.is_empty
    assert compare.panel.limits == before


def test_that_another_path_begins_with_limits_of_its_own(bench: Bench, compare: CompareView, qtbot: QtBot) -> None:
    bench.selection.pin_turn(INITIAL)
    _found(compare, qtbot)
    compare.panel.autoscale()
    assert compare.panel._held
    bench.history.follow_path(conversation(2)[1])
    assert compare._found is None
    assert not compare.panel._held


def test_that_the_figure_holds_all_maps_the_scatter_and_the_layers(
    bench: Bench, compare: CompareView, qtbot: QtBot
) -> None:
    assert compare.figure() is None
    bench.selection.pin_turn(1)
    _found(compare, qtbot)
    figure = compare.figure()
    assert figure is not None
    assert len(figure.panels) == 6
    assert figure.title == "A: turn 5 · B: turn 2"


def test_that_an_exported_comparison_says_which_memory_b_was(bench: Bench, compare: CompareView, qtbot: QtBot) -> None:
    bench.selection.set_pin(MemoryChoice("branch · And Bob? (3 turns)", branch=17))
    _found(compare, qtbot)
    figure = compare.figure()
    assert figure is not None
    assert figure.title == "A: turn 5 · B: branch · And Bob? (3 turns)"
    stamp = stamp_of(bench.history, "mneme-tiny", "9.9.9")(figure)
    facts = stamp.facts(figure)
    assert (facts["memory sha256"], facts["memory B sha256"]) == ("a" * 64, "b" * 64)
    assert f"memory {'a' * 12} · memory B {'b' * 12} · " in stamp.line(figure)
    names = [part.rpartition(" to ")[0].rpartition(" ")[0] for part in facts["limits"].split(", ")]
    assert len(names) == len(set(names))


def test_that_slots_of_the_same_length_in_both_lie_on_a_line_that_is_no_slot(
    bench: Bench, compare: CompareView, qtbot: QtBot
) -> None:
    bench.selection.pin_turn(1)
    _found(compare, qtbot)
    compare.below.choose("scatter")
    compare.flush()
    found, plot = compare._found, compare.scatter
    assert found is not None
    plot.grab()
    assert plot._frame is not None
    assert plot._frame.x == plot._frame.y
    _, line = plot.panel.lines  # type: ignore[union-attr]
    ends = min(found.a.min(), found.b.min()), max(found.a.max(), found.b.max())
    assert tuple(line.x) == tuple(line.y) == ends
    for key in (*(5 * [Qt.Key.Key_Right]), Qt.Key.Key_Down, Qt.Key.Key_Return):
        qtbot.keyClick(plot, key)
    assert compare.readout.text().startswith("same length")
    assert bench.history.slot is None
    plot.clicked.emit(0, 33)
    assert bench.history.slot == (1, 1)
