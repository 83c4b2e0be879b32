"""A figure of a view shows what its screen shows: the same words, colours, ranges and counting."""

from __future__ import annotations

import csv
import dataclasses
import math

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.models.memory_history import MemoryHistory
from app.models.selection import Selection
from app.paint.export_data import data
from app.paint.export_drawing import MOST_HEIGHT, page_size
from app.paint.figure import Bars, Figure, Lines, Table
from app.paint.stamp import Stamp
from app.theme import ThemeController
from app.views.inspector.analyses import Analyses
from app.views.inspector.export_views import figure_of
from app.views.inspector.gate_view import GateView
from app.views.inspector.numbers_view import ROWS, NumbersView, state_shades
from app.views.inspector.similarity_view import SimilarityView
from app.views.inspector.slot_panel import SlotPanel
from app.views.inspector.timeline import TimelineView
from app.views.inspector.turns_view import TurnsView
from rxt.events import frozen_array
from tests.app.inspector.fake_analyst import FakeAnalyst
from tests.app.inspector.test_words import settle

STAMP = Stamp("mneme-tiny", "ab12" * 16, "9.9.9", "2026-01-02T03:04:05+00:00")


def rows_of(figure: Figure) -> list[dict[str, str]]:
    lines = data(figure, STAMP, "csv").decode("utf-8").splitlines()
    return list(csv.DictReader(line for line in lines if not line.startswith("# ")))


@pytest.fixture
def numbers(
    selection: Selection, analyses: Analyses, analyst: FakeAnalyst, themes: ThemeController, show, qtbot: QtBot
) -> NumbersView:
    whole, drift = analyst.finding, frozen_array(np.array([54321.78, 1, 1, 1]))
    analyst.finding = lambda inquiry: dataclasses.replace(whole(inquiry), norm_drift=drift)
    view = show(NumbersView(selection, analyses, themes, True), 460, 480)
    settle(view, analyses, analyst, qtbot)
    return view


def test_that_exported_numbers_are_worded_and_coloured_as_on_the_screen(
    numbers: NumbersView, history: MemoryHistory, themes: ThemeController
) -> None:
    figure = figure_of(numbers, history)
    table, health = figure.panels
    assert isinstance(table, Table)
    model = numbers.grid.model()
    assert table.words == tuple(tuple(model.index(row, at).data() for at in range(4)) for row in range(len(ROWS)))
    assert table.words[ROWS.index("norm drift")][0] == "54322"
    words = ("125 well", "1 only saturated", "1 duplicate", "1 dead")
    assert health.kinds == tuple(zip(state_shades(themes.theme), words, strict=True))
    assert figure.note == numbers.sentence.text()
    themes.choose("dark")
    numbers.flush()
    _, health = figure_of(numbers, history).panels
    assert [shade for shade, _ in health.kinds] == list(state_shades(themes.theme))


def test_that_a_half_life_beyond_any_conversation_is_exported_as_the_screen_says_it(
    numbers: NumbersView, history: MemoryHistory, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = np.array([17_422, 0.01, 2.34, math.inf], np.float32)
    monkeypatch.setattr(numbers._turns, "half_life", lambda _: long)
    numbers.refresh()
    numbers.flush()
    figure = figure_of(numbers, history)
    row = ROWS.index("half-life")
    assert figure.panels[0].words[row] == ("> 1000", "< 0.1", "2.3", "∞")
    found = [line for line in rows_of(figure) if line["series"] == "half-life"]
    assert [float(line["value"]) for line in found] == pytest.approx(long.tolist())
    assert {line["unit"] for line in found} == {"turns"}
    assert [(line["column axis"], line["column"], line["column label"]) for line in found][1] == (
        "layer", "1", "layer 1",
    )  # fmt: skip


def test_that_a_page_of_numbers_is_no_higher_than_a_page(
    numbers: NumbersView, history: MemoryHistory, qapp: QApplication
) -> None:
    size = page_size(figure_of(numbers, history), STAMP)
    assert size.height() <= MOST_HEIGHT * size.width()


def test_that_the_bars_of_the_timeline_keep_their_colours(
    history: MemoryHistory, themes: ThemeController, show, qtbot: QtBot
) -> None:
    view = show(TimelineView(history, themes), 900, 76)
    history.show_turn(2)
    qtbot.wait(10)
    (bars,) = figure_of(view, history).panels
    assert isinstance(bars, Bars)
    assert bars.shades[2] == themes.theme.accent.lower()
    assert themes.theme.accent.lower() not in bars.shades[:2] + bars.shades[3:]
    assert [row["column"] for row in rows_of(figure_of(view, history))] == ["1", "2", "3", "4", "5"]


def test_that_a_slot_is_exported_plot_by_plot_in_the_ranges_of_the_screen(
    history: MemoryHistory, themes: ThemeController, show
) -> None:
    view = show(SlotPanel(history, themes), 460, 520)
    assert figure_of(view, history) is None
    history.select_slot(1, 3)
    view.flush()
    figure = figure_of(view, history)
    assert len(figure.panels) == len(view.plots)
    for panel, plot in zip(figure.panels, view.plots, strict=True):
        assert isinstance(panel, Lines)
        ends = [text for _, text in plot.getAxis("left")._tickLevels[0]]
        low, high = (float(text.replace("−", "-")) for text in ends)
        assert (panel.limits.low, panel.limits.high) == pytest.approx((low, high), abs=0.06)
    starts = [row for row in rows_of(figure) if row["series"] == "norm"]
    assert [row["column label"] for row in starts[:3]] == ["start", "turn 1", "2"]
    assert [row["column"] for row in starts[:3]] == ["0", "1", "2"]


def test_that_numbers_beside_the_rows_of_a_map_leave_with_it(
    history: MemoryHistory, selection: Selection, themes: ThemeController, show
) -> None:
    gates = show(GateView(history, themes, True), 520, 400)
    heat, table = figure_of(gates, history).panels
    assert heat.quantity == "write gate"
    assert list(zip(*table.words, strict=True)) == gates.numbers.rows
    turns = show(TurnsView(selection, themes, True), 520, 360)
    _, lives = figure_of(turns, history).panels
    assert lives.words == (tuple(life for life, _ in turns.numbers.rows),)


def test_that_exported_ranks_are_measured_against_the_most_there_could_be(
    history: MemoryHistory, selection, analyses, analyst, themes: ThemeController, show, qtbot: QtBot
) -> None:
    view = show(SimilarityView(selection, analyses, themes, True), 460, 520)
    settle(view, analyses, analyst, qtbot)
    ranks, _ = figure_of(view, history).panels
    assert (ranks.limits.low, ranks.limits.high) == (0, min(history.initial.slots, history.initial.width))
