"""The memory map says what it shows: colours, limits, warnings, and selection in both directions."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from app.models.memory_history import MemoryHistory
from app.models.memory_names import INITIAL
from app.paint.colormap import INVALID_RGBA, lookup_table
from app.paint.limits import Limits
from app.theme import DARK, LIGHT, Theme, ThemeController
from app.views.inspector.map_panel import MapPanel
from app.views.inspector.memory_map import MemoryMapView
from rxt.events import frozen_array
from tests.app.inspector.synthetic import TANH, UNGATED, conversation

# The offscreen platform says so of every window that has a least size; no view can avoid it.
pytestmark = pytest.mark.qt_log_ignore("^This plugin does not support")

SPOTS = ((0, 0), (1, 9), (2, 18), (3, 31))


def colour_at(panel: MapPanel, layer: int, slot: int) -> tuple[int, int, int]:
    """The colour on the screen at the centre of a cell."""
    centre = panel.map.cell_rect(layer, slot).center().toPoint()
    return QColor(panel.canvas.viewport().grab().toImage().pixel(centre)).getRgb()[:3]


def expected_colour(value: float, limits: Limits, table: np.ndarray) -> tuple[int, ...]:
    share = min(1.0, max(0.0, (value - limits.low) / limits.span))
    return tuple(int(part) for part in table[round(share * 255)][:3])


def click_cell(qtbot: QtBot, panel: MapPanel, layer: int, slot: int) -> None:
    place = panel.map.cell_rect(layer, slot).center().toPoint()
    qtbot.mouseMove(panel.canvas.viewport(), place + QPoint(1, 0))
    qtbot.mouseMove(panel.canvas.viewport(), place)
    qtbot.mouseClick(panel.canvas.viewport(), Qt.MouseButton.LeftButton, pos=place)


@pytest.fixture
def view(history: MemoryHistory, themes: ThemeController, show) -> MemoryMapView:
    return show(MemoryMapView(history, themes, reduced_motion=True))


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
@pytest.mark.parametrize("key", ["norm", "change", "write"])
def test_that_the_colour_at_a_cells_centre_is_what_its_value_says(
    view: MemoryMapView, history: MemoryHistory, themes: ThemeController, qtbot: QtBot, theme: Theme, key: str
) -> None:
    themes.choose(theme.name)
    view.choose(key)
    qtbot.wait(20)
    values = view.quantity.values(history.current, history.initial)
    table = lookup_table(theme.sequential)
    for layer, slot in SPOTS:
        expected = expected_colour(values[layer, slot], view.panel.limits, table)
        assert colour_at(view.panel, layer, slot) == expected


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_that_a_tanh_gate_is_diverging_about_zero_in_the_maps_of_both_themes(
    themes: ThemeController, show, theme: Theme
) -> None:
    themes.choose(theme.name)
    history = MemoryHistory()
    history.start(*conversation(2, laws={"write": TANH}))
    view = MemoryMapView(history, themes, reduced_motion=True)
    view.choose("write")
    show(view)
    assert view.panel.limits == Limits(-1, 1)
    values = history.current.gates[0].values
    for layer, slot in SPOTS:
        expected = expected_colour(values[layer, slot], Limits(-1, 1), lookup_table(theme.diverging))
        assert colour_at(view.panel, layer, slot) == expected


def test_that_the_cosine_shines_where_a_slot_turned(view: MemoryMapView, history: MemoryHistory, qtbot: QtBot) -> None:
    view.choose("cosine")
    qtbot.wait(20)
    cosine = history.current.cosine
    turned = divmod(int(cosine.argmin()), cosine.shape[1])
    kept = divmod(int(cosine.argmax()), cosine.shape[1])
    assert sum(colour_at(view.panel, *turned)) > sum(colour_at(view.panel, *kept))
    assert view.panel.limits.high == 1


def test_that_layer_0_is_on_top_and_slot_0_on_the_left(view: MemoryMapView) -> None:
    first, last = view.panel.map.cell_rect(0, 0), view.panel.map.cell_rect(3, 31)
    assert first.top() < last.top()
    assert first.left() < last.left()


def test_that_limits_stay_fixed_while_scrubbing_and_span_every_turn(
    view: MemoryMapView, history: MemoryHistory, qtbot: QtBot
) -> None:
    view.choose("norm")
    seen = set()
    for turn in range(INITIAL, history.last_turn + 1):
        history.show_turn(turn)
        qtbot.wait(5)
        seen.add((view.panel.limits.low, view.panel.limits.high))
    assert len(seen) == 1


def test_that_autoscale_takes_the_turn_in_view_and_then_holds(
    view: MemoryMapView, history: MemoryHistory, qtbot: QtBot
) -> None:
    before = view.panel.limits
    view.panel.scale.autoscale.click()
    qtbot.wait(10)
    change = history.current.change
    assert view.panel.limits == Limits(float(change.min()), float(change.max()))
    assert view.panel.scale.lock.isChecked()
    assert "limits locked" in view.panel.note.text()
    held = view.panel.limits
    history.show_turn(0)
    qtbot.wait(10)
    assert view.panel.limits == held
    view.panel.scale.lock.click()
    qtbot.wait(10)
    assert view.panel.limits == before


def test_that_locked_limits_are_not_widened_by_a_new_turn(themes: ThemeController, show, qtbot: QtBot) -> None:
    initial, records = conversation(3)
    loud = dataclasses.replace(records[2], change=frozen_array(records[2].change * 10))
    history = MemoryHistory()
    history.start(initial, records[:2])
    view = show(MemoryMapView(history, themes, reduced_motion=True))
    view.panel.scale.lock.click()
    held = view.panel.limits
    history.add(loud)
    qtbot.wait(10)
    assert view.panel.limits == held
    assert view.panel.scale.bar.outside[1] > 0
    view.panel.scale.lock.click()
    qtbot.wait(10)
    assert view.panel.limits.high > held.high


def test_that_invalid_numbers_are_magenta_and_warned_of(themes: ThemeController, show) -> None:
    initial, records = conversation(2)
    change = records[1].change.copy()
    change[1, 5], change[2, 20] = np.nan, np.inf
    history = MemoryHistory()
    history.start(initial, (records[0], dataclasses.replace(records[1], change=frozen_array(change))))
    view = show(MemoryMapView(history, themes, reduced_motion=True))
    assert colour_at(view.panel, 1, 5) == INVALID_RGBA[:3]
    assert colour_at(view.panel, 2, 20) == INVALID_RGBA[:3]
    assert view.panel.invalid.isVisible()
    assert "2 of 128 slots" in view.panel.invalid.text()
    history.show_turn(0)
    view.flush()
    assert not view.panel.invalid.isVisible()


def test_that_a_click_selects_the_slot_under_the_pointer(
    view: MemoryMapView, history: MemoryHistory, qtbot: QtBot
) -> None:
    click_cell(qtbot, view.panel, 2, 11)
    assert history.slot == (2, 11)


def test_that_a_selection_made_elsewhere_is_outlined_and_read_out(
    view: MemoryMapView, history: MemoryHistory, qtbot: QtBot
) -> None:
    edge = view.panel.map.cell_rect(1, 9)
    before = view.panel.canvas.viewport().grab().toImage()
    history.select_slot(1, 9)
    qtbot.wait(10)
    after = view.panel.canvas.viewport().grab().toImage()
    top = QPoint(round(edge.center().x()), round(edge.top()) + 1)
    assert after.pixelColor(top) != before.pixelColor(top)
    assert view.panel.readout.text() == f"layer 1 · slot 9 · change {history.current.change[1, 9]:.2f}"


def test_that_hovering_reads_layer_slot_and_value_and_leaving_returns_to_the_selection(
    view: MemoryMapView, history: MemoryHistory, qtbot: QtBot
) -> None:
    history.select_slot(0, 1)
    qtbot.wait(10)
    view.panel.map.cells.hovered.emit(3, 18)
    assert view.panel.readout.text() == f"layer 3 · slot 18 · change {history.current.change[3, 18]:.2f}"
    view.panel.map.cells.hovered.emit(-1, -1)
    assert view.panel.readout.text().startswith("layer 0 · slot 1 ·")


def test_that_arrow_keys_move_the_selected_slot_and_stop_at_the_edges(
    view: MemoryMapView, history: MemoryHistory, qtbot: QtBot
) -> None:
    qtbot.keyClick(view, Qt.Key.Key_Right)
    assert history.slot == (0, 0)
    qtbot.keyClick(view, Qt.Key.Key_Right)
    qtbot.keyClick(view, Qt.Key.Key_Down)
    assert history.slot == (1, 1)
    for _ in range(6):
        qtbot.keyClick(view, Qt.Key.Key_Up)
    qtbot.keyClick(view, Qt.Key.Key_Left)
    qtbot.keyClick(view, Qt.Key.Key_Left)
    assert history.slot == (0, 0)
    qtbot.keyClick(view, Qt.Key.Key_Escape)
    assert history.slot is None


def test_that_the_cursor_chooses_the_turn_that_is_drawn(
    view: MemoryMapView, history: MemoryHistory, qtbot: QtBot
) -> None:
    for turn in (1, 3):
        history.show_turn(turn)
        qtbot.wait(10)
        value = history.records[turn].change[1, 9]
        expected = expected_colour(value, view.panel.limits, lookup_table("cividis"))
        assert colour_at(view.panel, 1, 9) == expected


def test_that_the_norm_is_shown_before_the_first_turn_and_the_change_after_it(
    themes: ThemeController, show, qtbot: QtBot
) -> None:
    initial, records = conversation(1)
    history = MemoryHistory()
    history.start(initial)
    view = show(MemoryMapView(history, themes, reduced_motion=True))
    assert view.quantity.key == "norm"
    assert not view.panel.is_empty
    history.add(records[0])
    qtbot.wait(10)
    assert view.quantity.key == "change"
    assert view.combo.currentData() == "change"


def test_that_a_gate_that_another_conversation_lacks_gives_way_to_the_norm(
    view: MemoryMapView, history: MemoryHistory, qtbot: QtBot
) -> None:
    view.choose("write")
    qtbot.wait(10)
    history.start(*conversation(3, laws={"write": UNGATED}))
    qtbot.wait(10)
    assert view.combo.findData("write") == -1
    assert view.combo.currentData() == "norm"
    assert np.array_equal(view.panel.values, history.current.norm)


def test_that_a_change_at_the_initial_memory_is_words_and_not_an_empty_map(
    view: MemoryMapView, history: MemoryHistory, qtbot: QtBot
) -> None:
    history.show_turn(INITIAL)
    qtbot.wait(10)
    assert view.panel.is_empty
    assert "This appears after the first turn" in view.panel.empty.text
    view.panel.empty.action.click()
    assert history.cursor == 0


def test_that_choosing_in_the_combo_box_changes_the_quantity(view: MemoryMapView, qtbot: QtBot) -> None:
    titles = [view.combo.itemText(index) for index in range(view.combo.count())]
    assert titles == [
        "Change ‖Δ‖",
        "Norm ‖slot‖",
        "Cosine to previous",
        "Gate: mix",
        "Gate: interlayer",
        "Gate: write",
    ]
    qtbot.keyClicks(view.combo, "Gate: w")
    view.combo.activated.emit(5)
    assert view.quantity.key == "write"


def test_that_a_single_written_slot_stays_visible_where_slots_share_pixels(
    themes: ThemeController, show, qtbot: QtBot
) -> None:
    initial, records = conversation(1, 2, 4096)
    change = np.zeros((2, 4096), np.float32)
    change[1, 2049] = 3.0
    history = MemoryHistory()
    history.start(initial, (dataclasses.replace(records[0], change=frozen_array(change)),))
    view = show(MemoryMapView(history, themes, reduced_motion=True))
    brightest = tuple(int(part) for part in lookup_table("cividis")[-1][:3])
    place = view.panel.map.cell_rect(1, 2049).center()
    image = view.panel.canvas.viewport().grab().toImage()
    near = {QColor(image.pixel(round(place.x()) + x, round(place.y()))).getRgb()[:3] for x in range(-2, 3)}
    assert brightest in near
    assert view.panel.note.text() == f"each pixel: largest of {view.panel.map.group} slots"
    view.panel.map.setXRange(2040, 2060, padding=0)
    assert view.panel.map.group == 1
    assert colour_at(view.panel, 1, 2049) == brightest
    assert view.panel.note.text() == ""


def test_that_a_low_map_says_in_its_readout_that_slots_share_pixels(
    history: MemoryHistory, themes: ThemeController, show, qtbot: QtBot
) -> None:
    history.start(*conversation(2, 4, 2048))
    view = show(MemoryMapView(history, themes, reduced_motion=True), 460, 220)
    told = f" · each pixel: largest of {view.panel.map.group} slots"
    assert view.panel.map.group > 1
    assert not view.panel.note.isVisible()
    assert view.panel.readout.text().endswith(told)
    view.panel.map.cells.hovered.emit(3, 18)
    assert view.panel.readout.text() == f"layer 3 · slot 18 · change {history.current.change[3, 18]:.2f}{told}"
    view.resize(460, 420)
    qtbot.wait(20)
    assert view.panel.note.text() in told
    assert view.panel.note.isVisible()
    assert "each pixel" not in view.panel.readout.text()


def test_that_cells_fade_between_turns_and_end_at_the_new_values(
    history: MemoryHistory, themes: ThemeController, show, qtbot: QtBot
) -> None:
    view = show(MemoryMapView(history, themes))
    history.show_turn(0)

    def is_at_its_end() -> bool:
        expected = expected_colour(history.current.change[1, 9], view.panel.limits, lookup_table("cividis"))
        return bool(colour_at(view.panel, 1, 9) == expected)

    qtbot.waitUntil(is_at_its_end)


def test_that_a_hidden_map_draws_nothing_until_it_is_shown(
    view: MemoryMapView, history: MemoryHistory, qtbot: QtBot
) -> None:
    drawn = []
    view.panel.map.set_values = lambda *args, **kwargs: drawn.append(args)
    view.hide()
    history.show_turn(0)
    history.show_turn(2)
    qtbot.wait(20)
    assert drawn == []
    view.show()
    qtbot.wait(20)
    assert len(drawn) == 1
    assert drawn[0][0] is history.records[2].change


def test_that_another_conversation_lets_held_limits_go(
    view: MemoryMapView, history: MemoryHistory, qtbot: QtBot
) -> None:
    view.panel.scale.autoscale.click()
    qtbot.wait(10)
    history.start(*conversation(3, 2, 8))
    qtbot.wait(10)
    assert not view.panel.scale.lock.isChecked()
    assert view.panel.map.cells.boundingRect().width() == 8


def test_that_the_strongest_slot_of_21_by_4096_is_seen_from_turn_to_turn(themes: ThemeController, show) -> None:
    history = MemoryHistory()
    history.start(*conversation(3, 21, 4096))
    view = show(MemoryMapView(history, themes, reduced_motion=True), 700, 500)
    for turn in (0, 1, 2, 1, 0):
        history.show_turn(turn)
        view.flush()
        values = history.records[turn].change
        layer, slot = divmod(int(values.argmax()), 4096)
        at = view.panel.map.cell_rect(layer, slot).center().toPoint()
        seen = view.panel.canvas.viewport().grab().toImage()
        around = {QColor(seen.pixel(at + QPoint(by, 0))).getRgb()[:3] for by in (-1, 0, 1)}
        assert expected_colour(values.max(), view.panel.limits, lookup_table(themes.theme.sequential)) in around
    assert view.panel.map.group > 1
