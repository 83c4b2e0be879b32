"""The inspector as a whole: where a click leads, and who gets the room where there is little."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtWidgets import QLabel, QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from app.models.memory_history import MemoryHistory
from app.paint.limits import extent_of
from app.paint.turns import keep_of
from app.theme import ThemeController
from app.views.inspector.gate_view import GateView
from app.views.inspector.map_panel import MapPanel
from app.views.inspector.panel import InspectorPanel
from app.views.inspector.timeline import TimelineView
from rxt.events import frozen_array
from tests.app.inspector.fake_analyst import FakeAnalyst
from tests.app.inspector.synthetic import conversation
from tests.app.inspector.test_words import settle


def test_that_a_click_on_a_cell_of_the_memory_shows_its_slot_and_one_on_a_gate_does_not(
    history: MemoryHistory, themes: ThemeController, show, qtbot: QtBot
) -> None:
    panel = show(InspectorPanel(history, themes, reduced_motion=True), 460, 800)
    panel.show_page(panel.gates)
    panel.gate_view.panel.map.clicked.emit(1, 5)
    assert panel.tabs.currentWidget() is panel.gates
    panel.memory_map.panel.map.clicked.emit(2, 3)
    assert panel.tabs.currentWidget() is panel.slot_panel
    assert panel.slot_panel.title.text() == "layer 2 · slot 3"


def test_that_the_gate_map_takes_the_room_of_the_shapes_where_it_is_narrow(
    history: MemoryHistory, themes: ThemeController, show, qtbot: QtBot
) -> None:
    view = show(GateView(history, themes, reduced_motion=True), 480, 400)
    shapes_from = view.spread.mapRectToScene(view.spread.rect()).left()
    assert view.spread.isVisible()
    view.resize(320, 400)
    qtbot.wait(20)
    assert not view.spread.isVisible()
    room = view.panel.canvas.width() - 2 * view.numbers.COLUMN_PX
    assert view.panel.map.mapRectToScene(view.panel.map.rect()).width() > 0.85 * room
    view.resize(480, 400)
    qtbot.wait(20)
    assert view.spread.isVisible()
    assert abs(view.spread.mapRectToScene(view.spread.rect()).left() - shapes_from) < 3


def said_by(*widgets: QWidget) -> list[object]:
    """All words and numbers that are seen, and what a screen reader hears of them."""
    found: list[object] = []
    for widget in (part for whole in widgets for part in (whole, *whole.findChildren(QWidget)) if part.isVisible()):
        found.append((type(widget).__name__, widget.accessibleDescription()))
        if isinstance(widget, QLabel):
            found.append(widget.text())
        if isinstance(widget, MapPanel) and not widget.is_empty:
            found.append((widget.values.tolist(), widget.limits))
    return found


@pytest.mark.parametrize("cursor", [1, 0])
def test_that_every_view_is_the_same_after_many_turns_at_once_as_after_one_by_one(
    themes: ThemeController, show, qtbot: QtBot, cursor: int
) -> None:
    initial, records = conversation(7)
    seen: list[list[object]] = []
    for at_once in (True, False):
        history = MemoryHistory()
        history.start(initial, records[:2])
        analyst = FakeAnalyst(history)
        panel = show(InspectorPanel(history, themes, True, analyst=analyst), 460, 800)
        timeline = show(TimelineView(history, themes), 900, 76)
        for page in (panel.numbers, panel.words, panel.slot_panel, panel.gates, panel.turns, panel.similarity):
            history.start(initial, records[:2])
            history.select_slot(1, 3)
            history.show_turn(cursor)
            panel.show_page(page)
            settle(panel, panel.analyses, analyst, qtbot)
            if at_once:
                history.follow_path(records)
            else:
                for record in records[2:]:
                    history.add(record)
            settle(panel, panel.analyses, analyst, qtbot)
            qtbot.wait(10)
            assert page.isVisible()
            seen.append(said_by(panel, timeline))
    half = len(seen) // 2
    for number, (once, one_by_one) in enumerate(zip(seen[:half], seen[half:], strict=True)):
        assert once == one_by_one, number


def test_that_another_version_of_a_turn_does_not_sum_up_the_whole_chat_again(
    themes: ThemeController, show, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    initial, records = conversation(70)
    history = MemoryHistory()
    analyst = FakeAnalyst(history)
    panel = show(InspectorPanel(history, themes, True, analyst=analyst), 460, 800)
    history.start(initial, records)
    for page in (panel.numbers, panel.turns):
        panel.show_page(page)
        settle(panel, panel.analyses, analyst, qtbot)
    summed: list[str] = []
    monkeypatch.setattr("app.paint.quantity.extent_of", lambda array: summed.append("map") or extent_of(array))
    monkeypatch.setattr("app.paint.turns.keep_of", lambda record: summed.append("layers") or keep_of(record))
    version = replace(records[-1], change=frozen_array(2 * records[-1].change), memory_after="f" * 64)
    history.follow_path((*records[:-1], version))
    for page in (panel.turns, panel.numbers):
        panel.show_page(page)
        settle(panel, panel.analyses, analyst, qtbot)
    assert summed.count("map") == 1
    assert summed.count("layers") == 2 * 6  # in either view those after the sum of the first 64
    summed.clear()
    history.start(initial, records)
    settle(panel, panel.analyses, analyst, qtbot)
    assert (summed.count("map"), summed.count("layers")) == (70, 70)  # another chat: nothing of it is known


def test_that_gates_and_turns_are_read_to_their_end_where_the_inspector_is_low(
    history: MemoryHistory, themes: ThemeController, show, qtbot: QtBot
) -> None:
    panel = show(InspectorPanel(history, themes, reduced_motion=True), 380, 440)
    for page, view in ((panel.gates, panel.gate_view), (panel.turns, panel.turns)):
        panel.show_page(page)
        qtbot.wait(20)
        face = view.panel
        page.findChild(QScrollArea).ensureWidgetVisible(face.readout)
        assert face.readout.visibleRegion().boundingRect() == face.readout.rect()
        assert face.canvas.geometry().bottom() < face.scale.geometry().top()
        assert face.canvas.height() >= face.canvas.minimumHeight()
