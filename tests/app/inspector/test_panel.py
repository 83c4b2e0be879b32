"""The inspector as a whole: where a click leads, and who gets the room where there is little."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from app.models.memory_history import MemoryHistory
from app.theme import ThemeController
from app.views.inspector.gate_view import GateView
from app.views.inspector.panel import InspectorPanel


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
