"""Numbers, likeness, turns and ridges hold what was found, and say in words where there is nothing to plot."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from app.engine.analysis.findings import Similarity
from app.engine.analysis.inquiries import AskHealth, AskProvenance, AskSimilarity
from app.models.memory_history import MemoryHistory
from app.models.memory_names import INITIAL
from app.models.selection import Selection
from app.paint.order import by_likeness, by_size, mean_age
from app.paint.turns import LayerTurns
from app.theme import ThemeController
from app.views.inspector import InspectorPanel
from app.views.inspector.analyses import Analyses
from app.views.inspector.export_views import figure_of
from app.views.inspector.gate_view import GateView
from app.views.inspector.memory_map import MemoryMapView
from app.views.inspector.numbers_view import ROWS, NumbersView
from app.views.inspector.ridge_view import MOST_TURNS, RidgeView
from app.views.inspector.similarity_view import SimilarityView
from app.views.inspector.slot_order import SlotOrder
from app.views.inspector.table import TableData, TableDialog
from app.views.inspector.turns_view import TurnsView
from rxt.events import GateLaw, frozen_array
from tests.app.inspector.fake_analyst import FakeAnalyst
from tests.app.inspector.synthetic import STATIC, TANH, UNGATED, conversation
from tests.app.inspector.test_words import settle

pytestmark = pytest.mark.qt_log_ignore("^This plugin does not support")


@pytest.fixture
def turns(selection: Selection, themes: ThemeController, show) -> TurnsView:
    return show(TurnsView(selection, themes, True), 520, 360)


def test_that_numbers_of_a_layer_are_those_of_the_record_and_of_the_finding(
    selection, analyses, analyst, history: MemoryHistory, themes: ThemeController, show, qtbot: QtBot
) -> None:
    view = show(NumbersView(selection, analyses, themes, True), 460, 480)
    settle(view, analyses, analyst, qtbot)
    rows = dict(zip(ROWS, view.table().values, strict=True))
    assert rows["change ‖Δ‖"][1] == pytest.approx(np.linalg.norm(history.current.change[1]))
    assert rows["dead"].tolist() == [1, 0, 0, 0]
    assert rows["saturated"].tolist() == [1, 0, 1, 0]
    assert view.sentence.text() == "One slot is dead. A slot can be of several kinds; its colour is the worst."
    assert view.panel.values[0, 1] == 3  # dead and saturated: the worst is shown
    assert rows["saturated"].sum() == 2
    counts = "125 well, 1 only saturated, 1 duplicate, 1 dead"  # each slot once, as it is coloured: 128 in all
    assert view.legend.accessibleDescription() == counts


@pytest.mark.parametrize("law", [STATIC, UNGATED])
def test_that_saturation_is_not_counted_where_no_gate_can_change(
    themes: ThemeController, show, qtbot: QtBot, law: GateLaw
) -> None:
    history = MemoryHistory()
    history.start(*conversation(3, laws={"interlayer": law, "write": law}))
    whole, analyst = None, FakeAnalyst(history)
    whole = analyst.finding
    none = frozen_array(np.zeros((4, 32))).astype(bool)
    analyst.finding = lambda inquiry: dataclasses.replace(whole(inquiry), saturated=none)
    analyses = Analyses(history, analyst)
    view = show(NumbersView(Selection(history), analyses, themes, True), 460, 480)
    settle(view, analyses, analyst, qtbot)
    model = view.grid.model()
    assert [model.index(ROWS.index("saturated"), layer).data() for layer in range(4)] == ["–"] * 4
    assert model.index(ROWS.index("dead"), 0).data() != "–"
    assert np.isnan(view.table().values[ROWS.index("saturated")]).all()
    assert view.ill_slots().columns == ("duplicate", "dead")
    assert "saturated: not counted" in view.legend.accessibleDescription()


def test_that_the_colours_of_kinds_stay_whatever_key_is_pressed(
    selection, analyses, analyst, themes: ThemeController, show, qtbot: QtBot
) -> None:
    view = show(NumbersView(selection, analyses, themes, True), 460, 480)
    settle(view, analyses, analyst, qtbot)
    for key in (Qt.Key.Key_C, Qt.Key.Key_L):
        qtbot.keyClick(view.panel, key)
    view.panel.autoscale()
    view.panel.set_locked(True)
    view.refresh()
    view.flush()
    assert (view.panel.limits.low, view.panel.limits.high) == (0, 3)
    assert view.panel.note.text() == ""


def test_that_a_table_names_the_slots_that_are_not_well(
    selection, analyses, analyst, themes: ThemeController, show, qtbot: QtBot
) -> None:
    view = show(NumbersView(selection, analyses, themes, True), 460, 480)
    assert view.ill_slots() is None
    settle(view, analyses, analyst, qtbot)
    assert view.as_list.isVisible()
    assert view.as_list.isEnabled()
    found = view.ill_slots()
    assert found.rows == ("layer 0 · slot 1", "layer 1 · slot 2", "layer 2 · slot 3")
    assert found.columns == ("saturated", "duplicate", "dead")
    assert found.values.tolist() == [[True, False, True], [False, True, False], [True, False, False]]


def test_that_a_large_number_has_room_for_all_of_its_figures(
    selection, analyses, analyst, themes: ThemeController, show, qtbot: QtBot
) -> None:
    whole = analyst.finding
    large = frozen_array(np.array([54321.78, 1, 1, 1]))
    analyst.finding = lambda inquiry: dataclasses.replace(whole(inquiry), norm_drift=large)
    view = show(NumbersView(selection, analyses, themes, True), 380, 480)
    settle(view, analyses, analyst, qtbot)
    index = view.grid.model().index(ROWS.index("norm drift"), 0)
    assert index.data() == "54322"
    assert view.grid.columnWidth(0) >= view.grid.sizeHintForIndex(index).width()


@pytest.mark.parametrize("width", [300, 332, 380, 404, 460])
def test_that_no_number_is_cut_off_at_the_end_of_the_table(
    selection, analyses, analyst, themes: ThemeController, show, qtbot: QtBot, width: int
) -> None:
    view = show(NumbersView(selection, analyses, themes, True), width, 480)
    settle(view, analyses, analyst, qtbot)
    grid, room = view.grid, view.grid.viewport().width()
    ends = [grid.columnViewportPosition(layer) + grid.columnWidth(layer) for layer in range(4)]
    widest = max(grid.sizeHintForColumn(layer) for layer in range(4))
    assert all(grid.columnWidth(layer) >= widest for layer in range(4))
    assert sum(end <= room for end in ends) == min(4, room // (max(64, widest) + 1))
    assert all(end <= room or end - grid.columnWidth(layer) >= room - 8 for layer, end in enumerate(ends))


def test_that_numbers_of_the_initial_memory_have_no_change(
    selection, analyses, analyst, history: MemoryHistory, themes: ThemeController, show, qtbot: QtBot
) -> None:
    view = show(NumbersView(selection, analyses, themes, True), 460, 480)
    history.show_turn(INITIAL)
    settle(view, analyses, analyst, qtbot)
    assert AskHealth(INITIAL) in analyst.asked
    assert np.isnan(view.table().values[0]).all()
    model = view.grid.model()
    shown = {name: model.index(row, 0).data() for row, name in enumerate(ROWS)}
    assert (shown["change ‖Δ‖"], shown["kept"], shown["half-life"], shown["saturated"]) == ("–", "–", "–", "–")
    assert shown["distance"] != "–"


@pytest.mark.parametrize(("turn", "other"), [(INITIAL, 2), (2, INITIAL)])
def test_that_numbers_keep_their_words_until_those_of_another_turn_are_found(
    selection, analyses, analyst, history: MemoryHistory, themes: ThemeController, show, qtbot: QtBot, turn, other
) -> None:
    view = show(NumbersView(selection, analyses, themes, True), 460, 480)
    history.show_turn(turn)
    settle(view, analyses, analyst, qtbot)
    model = view.grid.model()
    told = [model.data(model.index(row, 0)) for row in range(len(ROWS))]
    history.show_turn(other)
    qtbot.wait(5)
    view.flush()
    assert view.is_stale
    assert [model.data(model.index(row, 0)) for row in range(len(ROWS))] == told


def test_that_a_scroll_bar_covers_no_row_of_the_numbers(
    selection, analyses, analyst, themes: ThemeController, show, qtbot: QtBot
) -> None:
    view = show(NumbersView(selection, analyses, themes, True), 460, 480)
    settle(view, analyses, analyst, qtbot)
    grid = view.grid
    for width_px, needs_bar in ((460, False), (260, True), (460, False)):
        view.resize(width_px, 480)
        qtbot.wait(20)
        assert (grid.horizontalScrollBar().maximum() > 0) is needs_bar
        last = len(ROWS) - 1
        foot = grid.rowViewportPosition(last) + grid.rowHeight(last)
        assert 0 <= grid.viewport().height() - foot <= 2


def test_that_numbers_of_an_earlier_turn_have_its_half_life_and_not_that_of_later_turns(
    selection, analyses, analyst, history: MemoryHistory, themes: ThemeController, show, qtbot: QtBot
) -> None:
    view = show(NumbersView(selection, analyses, themes, True), 460, 480)
    for turn in (4, 1):
        history.show_turn(turn)
        settle(view, analyses, analyst, qtbot)
        so_far = LayerTurns()
        so_far.follow(history.records[: turn + 1])
        assert np.array_equal(view.table().values[ROWS.index("half-life")], so_far.half_life())


def test_that_likeness_shows_the_chosen_layer_in_fixed_limits(
    selection, analyses, analyst, themes: ThemeController, show, qtbot: QtBot
) -> None:
    view = show(SimilarityView(selection, analyses, themes, True), 460, 520)
    settle(view, analyses, analyst, qtbot)
    view.ranks.chosen.emit(2)
    settle(view, analyses, analyst, qtbot)
    found = analyst.finding(AskSimilarity(4))
    assert np.array_equal(view.panel.values, found.cosine[2])
    assert (view.panel.limits.low, view.panel.limits.high) == (-1, 1)
    assert f"use {found.effective_rank[2]:.1f} of 32 possible directions" in view.caption.text()


def test_that_a_rank_is_held_against_the_most_that_is_possible(
    history: MemoryHistory, selection, analyses, analyst, themes: ThemeController, show, qtbot: QtBot
) -> None:
    initial, records = conversation(2)
    history.start(dataclasses.replace(initial, width=8), records)
    view = show(SimilarityView(selection, analyses, themes, True), 460, 520)
    settle(view, analyses, analyst, qtbot)
    assert view.ranks._high == 8
    assert "of 8 possible directions" in view.caption.text()


def test_that_a_cell_of_many_slots_is_named_by_all_of_them(
    history: MemoryHistory, selection, analyses, analyst, themes: ThemeController, show, qtbot: QtBot
) -> None:
    whole = analyst.finding
    pooled = frozen_array(np.zeros((4, 11, 11)))
    analyst.finding = lambda inquiry: dataclasses.replace(whole(inquiry), cosine=pooled, pool=3)
    view = show(SimilarityView(selection, analyses, themes, True), 460, 520)
    settle(view, analyses, analyst, qtbot)
    history.select_slot(0, 4)
    settle(view, analyses, analyst, qtbot)
    assert view.panel.readout.text().startswith("slot 3–5 · slot 3–5 ·")
    assert "the diagonal need not be bright" in view.caption.text()
    assert (view.panel.table().rows[0], view.panel.table().rows[-1]) == ("0–2", "30–31")


def test_that_likeness_is_pooled_alike_both_ways(
    selection, analyses, analyst, themes: ThemeController, show, qtbot: QtBot
) -> None:
    whole = analyst.finding
    likeness = np.full((4, 400, 400), 0.1, np.float32)
    likeness[:, 37, :] = likeness[:, :, 37] = -0.9
    analyst.finding = lambda inquiry: dataclasses.replace(whole(inquiry), cosine=frozen_array(likeness))
    view = show(SimilarityView(selection, analyses, themes, True), 460, 520)
    settle(view, analyses, analyst, qtbot)
    pixels = view.panel.map._shown
    assert np.array_equal(pixels, pixels.swapaxes(0, 1))
    assert view.panel._pooled == "pairs of slots"
    across, down = view.panel.map.getAxis("bottom"), view.panel.map.getAxis("left")
    assert across.tickValues(0, 400, 400)[0][0] == down.tickValues(0, 400, 136)[0][0] == 64


def test_that_the_ranks_of_the_layers_are_exported_with_their_likeness(
    selection, analyses, analyst, history: MemoryHistory, themes: ThemeController, show, qtbot: QtBot
) -> None:
    view = show(SimilarityView(selection, analyses, themes, True), 460, 520)
    settle(view, analyses, analyst, qtbot)
    figure = figure_of(view, history)
    ranks, _ = figure.panels
    assert figure.turn == 4
    assert ranks.places.name == "layer"
    ((name, values),) = ranks.series
    assert name == "rank"
    assert np.array_equal(values, analyst.finding(AskSimilarity(4)).effective_rank)


def test_that_all_turns_are_columns_and_a_click_goes_to_the_turn(turns: TurnsView, history: MemoryHistory) -> None:
    values = turns.panel.values
    assert values.shape == (4, 5)
    assert values[2, 3] == pytest.approx(np.linalg.norm(history.records[3].change[2]))
    turns.panel.clicked.emit(2, 1)
    assert history.cursor == 1
    turns.flush()
    assert turns.cursor_line.value() == 1
    heat = figure_of(turns, history).panels[0]
    assert (heat.rows.start, heat.columns.start, heat.columns.labels[0]) == (0, 1, "1")


def test_that_keep_shares_and_half_lives_equal_loops_by_hand(turns: TurnsView, history: MemoryHistory) -> None:
    turns.measure.choose("keep")
    turns.flush()
    lives = []
    for layer in range(4):
        of_slots = []
        for slot in range(32):
            shares = []
            for turn, record in enumerate(history.records):
                keep = 1.0
                for stage in record.gates:
                    if stage.name != "mix":
                        keep *= 1 - float(stage.values[layer, slot])
                shares.append(keep)
                if slot == 31 and turn == 4:
                    assert turns.panel.values[layer, 4] == pytest.approx(_mean_keep(record, layer), abs=1e-5)
            of_slots.append(-1 / np.log2(np.mean(shares)))
        lives.append(float(np.median(of_slots)))
    found = LayerTurns()
    found.follow(history.records)
    assert found.half_life() == pytest.approx(lives, rel=1e-4)
    assert turns.numbers.rows[0][0] == f"{lives[0]:.1f}"


def test_that_a_layer_that_never_fades_is_in_the_sentence_too(
    turns: TurnsView, monkeypatch: pytest.MonkeyPatch
) -> None:
    def said(*lives: float) -> str:
        monkeypatch.setattr(turns._turns, "half_life", lambda: np.array(lives, np.float32))
        turns._redraw_all()
        turns.flush()
        return turns.caption.text().removeprefix("Half of a slot is rewritten in ").partition(", at")[0]

    never = np.inf
    assert said(0.2, 0.2, never, never) == "0.2 turns, in some layers never"
    assert said(0.2, 3, 1, never) == "0.2 to 3.0 turns, in one layer never"
    assert said(5000, never, never, np.nan) == "> 1000 turns, in some layers never"
    assert said(0.2, 3, 1, 1) == "0.2 to 3.0 turns"
    assert said(2, 2, 2, np.nan) == "2.0 turns"
    assert said(never, never, never, never) == "Nothing fades in this memory."


def _mean_keep(record, layer: int) -> float:
    kept = [
        (1 - record.gate("interlayer").values[layer, slot]) * (1 - record.gate("write").values[layer, slot])
        for slot in range(32)
    ]
    return float(np.mean(kept))


def test_that_keep_without_gates_is_words_and_static_gates_are_said(
    themes: ThemeController, show, qtbot: QtBot
) -> None:
    for law, is_plotted in ((UNGATED, False), (STATIC, True)):
        history = MemoryHistory()
        history.start(*conversation(3, laws={"interlayer": law, "write": law}))
        view = show(TurnsView(Selection(history), themes, True), 520, 360)
        view.measure.choose("keep")
        qtbot.wait(10)
        assert view.panel.is_empty is not is_plotted
        assert view.notice.isVisible() is is_plotted
        if is_plotted:
            assert "trained constants" in view.notice.text()
        else:
            view.panel.empty.action.click()
            qtbot.wait(10)
            assert view.measure.chosen == "change"


def test_that_gates_whose_factors_do_not_sum_to_one_have_no_write_share(
    themes: ThemeController, show, qtbot: QtBot
) -> None:
    history = MemoryHistory()
    history.start(*conversation(3, laws={"interlayer": TANH, "write": TANH}))
    view = show(TurnsView(Selection(history), themes, True), 520, 360)
    view.measure.choose("write")
    qtbot.wait(10)
    assert view.panel.is_empty
    assert "do not sum to 1" in view.panel.empty.text
    view.measure.choose("keep")
    qtbot.wait(10)
    assert view.panel.values.max() > 1  # a gate below 0 lets old values grow
    assert view.panel.limits.high > 1


def test_that_ridges_are_the_turns_around_the_cursor(themes: ThemeController, show, qtbot: QtBot) -> None:
    history = MemoryHistory()
    history.start(*conversation(MOST_TURNS + 20, 2, 16))
    selection = Selection(history)
    view = show(RidgeView(selection, GateView(history, themes, True), themes), 460, 420)
    assert view.table().rows[0] == "21"
    assert len(view.table().rows) == MOST_TURNS
    assert {panel.x.start for panel in figure_of(view, history).panels} == {21}
    history.show_turn(4)
    selection.choose_layer(1)
    qtbot.wait(10)
    assert view.table().rows[0] == "1"
    assert view.table().values[4, 0] == pytest.approx(history.records[4].gate("write").values[1].mean(), rel=1e-5)


def test_that_ridges_have_a_table_from_the_first_turn_on(themes: ThemeController, show, qtbot: QtBot) -> None:
    history = MemoryHistory()
    view = show(RidgeView(Selection(history), GateView(history, themes, True), themes), 460, 420)
    assert not view.as_table.isEnabled()
    history.start(*conversation(1, 2, 16))
    qtbot.waitUntil(view.as_table.isEnabled)


def test_that_static_gates_have_no_ridges(themes: ThemeController, show) -> None:
    history = MemoryHistory()
    history.start(*conversation(3, laws={"write": STATIC}))
    view = show(RidgeView(Selection(history), GateView(history, themes, True), themes), 460, 420)
    assert view.table() is None
    assert view.notice.isVisible()
    assert not view.canvas.isVisible()


def sorted_map(history, analyses, themes, show) -> tuple[MemoryMapView, SlotOrder]:
    order = SlotOrder(history, analyses)
    return show(MemoryMapView(history, themes, True, order), 480, 420), order


@pytest.mark.parametrize("name", ["change", "age", "similarity"])
def test_that_sorted_slots_keep_their_names_marks_and_selection(
    history: MemoryHistory, analyses, analyst, themes: ThemeController, show, qtbot: QtBot, name: str
) -> None:
    view, order = sorted_map(history, analyses, themes, show)
    order.choose(name)
    settle(view, analyses, analyst, qtbot)
    expected = {
        "change": lambda: by_size(history.current.change),
        "age": lambda: by_size(mean_age(analyst.finding(AskProvenance(4)).shares)),
        "similarity": lambda: by_likeness(analyst.finding(AskSimilarity(4)).cosine),
    }[name]()
    assert np.array_equal(view.panel.values, np.take_along_axis(history.current.change, expected, axis=1))
    view.panel.clicked.emit(2, 5)
    slot = int(expected[2, 5])
    assert history.slot == (2, slot)
    qtbot.wait(10)
    assert view.panel.map.cells._selected == (2, 5)
    assert view.panel.readout.text().startswith(f"layer 2 · slot {slot} ·")
    marks = np.zeros((4, 32), dtype=bool)
    marks[2, slot] = True
    view.set_marks(marks)
    assert view.panel.map.cells._marked.tolist() == [[2, 5]]


def test_that_arrows_go_to_the_cell_beside_in_a_sorted_map(
    history: MemoryHistory, analyses, analyst, themes: ThemeController, show, qtbot: QtBot
) -> None:
    view, order = sorted_map(history, analyses, themes, show)
    order.choose("change")
    settle(view, analyses, analyst, qtbot)
    by_change = by_size(history.current.change)
    visited = []
    keys = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Left, Qt.Key.Key_Up)
    for key in keys:
        qtbot.keyClick(view, key)
        visited.append(history.slot)
    cells = [(0, 0), (0, 1), (0, 2), (1, 2), (1, 1), (0, 1)]
    assert visited == [(layer, by_change[layer, column]) for layer, column in cells]
    history.select_slot(0, int(by_change[0, -1]))
    qtbot.keyClick(view, Qt.Key.Key_Right)
    assert history.slot == (0, by_change[0, -1])


def test_that_an_order_is_that_of_the_version_in_view(
    history: MemoryHistory, analyses, themes: ThemeController, show
) -> None:
    view, order = sorted_map(history, analyses, themes, show)
    order.choose("change")
    view.flush()
    first = order.slot_at(0, 0)
    *earlier, last = history.records
    change = last.change.copy()
    change[0, (first + 1) % change.shape[1]] = 2 * change.max()
    history.follow_path((*earlier, dataclasses.replace(last, change=frozen_array(change), memory_after="f" * 64)))
    view.flush()
    assert order.slot_at(0, 0) == (first + 1) % change.shape[1]


def test_that_more_slots_than_are_compared_in_pairs_have_an_order_by_likeness_too(
    history: MemoryHistory, analyses, analyst, themes: ThemeController, show, qtbot: QtBot, monkeypatch
) -> None:
    whole = analyst.finding(AskSimilarity(4))
    stored = by_likeness(whole.cosine).astype(np.int32)
    for given, words in ((None, "this recording does not hold that order: slots stand by index"), (stored, "")):
        pooled = Similarity(4, whole.cosine[:, ::2, ::2], whole.effective_rank, 2, given)
        monkeypatch.setattr(analyst, "finding", lambda inquiry, pooled=pooled: pooled)
        fresh = Analyses(history, analyst)
        view, order = sorted_map(history, fresh, themes, show)
        order.choose("similarity")
        settle(view, fresh, analyst, qtbot)
        expected = history.current.change
        if given is not None:
            expected = np.take_along_axis(expected, stored, axis=1)
        assert np.array_equal(view.panel.values, expected)
        assert order.note == words


def test_that_an_order_that_needs_a_finding_says_so_until_it_is_there(
    history: MemoryHistory, analyses, analyst, themes: ThemeController, show, qtbot: QtBot
) -> None:
    view, order = sorted_map(history, analyses, themes, show)
    order.choose("age")
    qtbot.wait(10)
    assert order.note == "the order is being computed"
    assert np.array_equal(view.panel.values, history.current.change)
    settle(view, analyses, analyst, qtbot)
    assert order.note == ""


def test_that_the_order_of_another_memorys_shape_is_let_go(
    history: MemoryHistory, analyses, analyst, themes: ThemeController, show, qtbot: QtBot
) -> None:
    view, order = sorted_map(history, analyses, themes, show)
    order.choose("similarity")
    settle(view, analyses, analyst, qtbot)
    history.start(*conversation(3, 2, 8))
    qtbot.wait(10)
    assert view.panel.values.shape == (2, 8)


def test_that_a_map_is_also_a_table_whose_cells_can_be_copied(
    history: MemoryHistory, analyses, themes: ThemeController, show, qtbot: QtBot
) -> None:
    view, _ = sorted_map(history, analyses, themes, show)
    view.panel.scale.table.click()
    dialog = view.window().findChild(TableDialog)
    assert dialog is not None
    model = dialog.model
    assert (model.rowCount(), model.columnCount()) == (4, 32)
    change = history.current.change
    assert model.data(model.index(1, 3)) == f"{change[1, 3]:.4f}"
    dialog.view.selectionModel().select(model.index(1, 3), dialog.view.selectionModel().SelectionFlag.Select)
    dialog.view.setFocus()
    dialog.copy_selected()
    assert float(QGuiApplication.clipboard().text()) == pytest.approx(float(change[1, 3]), rel=1e-6)
    dialog.copy_all.click()
    lines = QGuiApplication.clipboard().text().splitlines()
    assert len(lines) == 5
    assert lines[0].split("\t")[0] == "layer × slot"
    dialog.close()


def test_that_a_part_of_a_table_is_copied_whole_or_not_at_all(
    themes: ThemeController, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.views.inspector.table.COPY_LIMIT", 8)
    spoken: list[str] = []
    monkeypatch.setattr("app.views.inspector.table.announce", lambda _place, words, _how: spoken.append(words))
    names = ("a", "b", "c")
    dialog = TableDialog(TableData("Numbers", np.arange(9.0).reshape(3, 3), names, names, "turn × number"))
    qtbot.addWidget(dialog)
    dialog.show()
    QGuiApplication.clipboard().setText("before")
    dialog.view.selectAll()
    dialog.copy_selected()
    assert QGuiApplication.clipboard().text() == "before"
    assert dialog.refusal.isVisible()
    assert dialog.refusal.text().startswith("Nothing was copied: 9 numbers are selected, and at most 8 are copied")
    assert spoken == [dialog.refusal.text()]
    selection = dialog.view.selectionModel()
    for place in ((0, 1), (2, 0)):
        selection.select(dialog.model.index(*place), selection.SelectionFlag.Deselect)
    dialog.copy_selected()
    assert QGuiApplication.clipboard().text() == "0\t2\n3\t4\t5\n7\t8"
    assert not dialog.refusal.isVisible()
    dialog.close()


def test_that_a_table_names_rows_and_columns_for_screen_readers(themes: ThemeController, qtbot: QtBot) -> None:
    data = TableData("Numbers", np.array([[1.0, np.nan]]), ("turn 1",), ("norm", "change"), "turn × number")
    dialog = TableDialog(data)
    qtbot.addWidget(dialog)
    index = dialog.model.index(0, 1)
    assert dialog.model.data(index, Qt.ItemDataRole.AccessibleTextRole) == "turn 1, change: NaN"
    assert dialog.model.headerData(0, Qt.Orientation.Horizontal) == "norm"


def test_that_tab_leaves_the_table_of_numbers(
    selection, analyses, analyst, themes: ThemeController, show, qtbot: QtBot
) -> None:
    view = show(NumbersView(selection, analyses, themes, True), 460, 480)
    settle(view, analyses, analyst, qtbot)
    view.activateWindow()
    view.grid.setFocus()
    qtbot.waitUntil(view.grid.hasFocus)
    qtbot.keyClick(view.grid, Qt.Key.Key_Tab)
    assert not view.grid.hasFocus()


def test_that_tab_goes_from_a_table_to_its_buttons(themes: ThemeController, qtbot: QtBot) -> None:
    dialog = TableDialog(TableData("Numbers", np.eye(3), ("a", "b", "c"), ("x", "y", "z"), "turn × number"))
    qtbot.addWidget(dialog)
    dialog.show()
    dialog.activateWindow()
    dialog.view.setFocus()
    qtbot.waitUntil(dialog.view.hasFocus)
    qtbot.keyClick(dialog.view, Qt.Key.Key_Tab)
    assert dialog.buttons.isAncestorOf(dialog.focusWidget())
    dialog.close()


def broken(finding):
    """The finding with NaN in all its numbers but a few."""
    changed = {}
    for field in dataclasses.fields(finding):
        value = getattr(finding, field.name)
        if isinstance(value, np.ndarray) and value.dtype == np.float32:
            value = value.copy()
            value.reshape(-1)[::3] = np.nan
            changed[field.name] = frozen_array(value)
    return dataclasses.replace(finding, **changed)


@pytest.mark.parametrize("order", ["index", "change", "age", "similarity"])
def test_that_a_memory_with_nan_is_drawn_by_every_view(themes: ThemeController, show, qtbot: QtBot, order: str) -> None:
    initial, records = conversation(3)
    holes = records[2].change.copy()
    holes[:, ::5] = np.nan
    history = MemoryHistory()
    history.start(initial, (*records[:2], dataclasses.replace(records[2], change=frozen_array(holes))))
    analyst = FakeAnalyst(history)
    whole = analyst.finding
    analyst.finding = lambda inquiry: broken(whole(inquiry))  # type: ignore[method-assign]
    panel = show(InspectorPanel(history, themes, True, Selection(history), analyst), 1300, 900)
    panel.order.choose(order)
    history.select_slot(1, 5)
    panel.selection.lock((2, 0))
    for page in (panel.numbers, panel.slot_panel, panel.gates, panel.turns, panel.similarity):
        panel.show_page(page)
        settle(panel, panel.analyses, analyst, qtbot)
        assert not panel.grab().isNull()
    assert panel.memory_map.panel.invalid.isVisible()
    assert "NaN" in panel.slot_panel.story.note.text()


def test_that_a_conversation_of_one_turn_is_drawn_by_every_view(themes: ThemeController, show, qtbot: QtBot) -> None:
    history = MemoryHistory()
    history.start(*conversation(1))
    analyst = FakeAnalyst(history)
    panel = show(InspectorPanel(history, themes, True, Selection(history), analyst), 1300, 900)
    history.select_slot(0, 0)
    panel.words.tinting.choose("against")
    panel.gates.choice.choose("turns")
    for page in (panel.numbers, panel.slot_panel, panel.gates, panel.turns, panel.similarity):
        panel.show_page(page)
        settle(panel, panel.analyses, analyst, qtbot)
        assert not panel.grab().isNull()
    assert panel.ridges.table().rows == ("1",)


def test_that_the_table_of_a_sorted_map_names_slots_by_their_own_numbers(
    history: MemoryHistory, analyses, analyst, themes: ThemeController, show, qtbot: QtBot
) -> None:
    view, order = sorted_map(history, analyses, themes, show)
    order.choose("change")
    settle(view, analyses, analyst, qtbot)
    assert np.array_equal(view.panel.table().values, history.current.change)
    assert view.panel.table().columns[31] == "31"
