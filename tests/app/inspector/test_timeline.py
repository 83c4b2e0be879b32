"""The timeline moves the one cursor of the history and always shows where it is."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.models.memory_history import MemoryHistory
from app.models.memory_names import INITIAL
from app.paint.quantity import large_changes, memory_change
from app.theme import ThemeController
from app.views.inspector import TimelineView
from tests.app.inspector.synthetic import conversation

NO_KEY = Qt.KeyboardModifier.NoModifier
# The offscreen platform says so of every window that has a least size; no view can avoid it.
pytestmark = pytest.mark.qt_log_ignore("^This plugin does not support")


@pytest.fixture
def history() -> MemoryHistory:
    """Twenty-five turns; the cursor is at the end."""
    result = MemoryHistory()
    result.start(*conversation(25, 2, 8))
    return result


@pytest.fixture
def timeline(history: MemoryHistory, themes: ThemeController, show) -> TimelineView:
    return show(TimelineView(history, themes), 900, 76)


def test_that_turns_are_counted_from_one_and_the_initial_memory_has_a_name(
    timeline: TimelineView, history: MemoryHistory, qtbot: QtBot
) -> None:
    assert timeline.label.text() == "turn 25 of 25"
    history.show_turn(6)
    qtbot.wait(10)
    assert timeline.label.text() == "turn 7 of 25"
    assert timeline.detail.text().startswith("memory changed by ")
    history.show_turn(INITIAL)
    qtbot.wait(10)
    assert timeline.label.text() == "initial memory"


@pytest.mark.parametrize(("key", "modifier", "start", "end"), [
    (Qt.Key.Key_Left, Qt.KeyboardModifier.NoModifier, 12, 11),
    (Qt.Key.Key_Right, Qt.KeyboardModifier.NoModifier, 12, 13),
    (Qt.Key.Key_Left, Qt.KeyboardModifier.ControlModifier, 12, 2),
    (Qt.Key.Key_Right, Qt.KeyboardModifier.ControlModifier, 20, 24),
    (Qt.Key.Key_Home, Qt.KeyboardModifier.NoModifier, 12, INITIAL),
    (Qt.Key.Key_End, Qt.KeyboardModifier.NoModifier, 12, 24),
    (Qt.Key.Key_Left, Qt.KeyboardModifier.NoModifier, INITIAL, INITIAL),
])  # fmt: skip
def test_that_keys_move_the_cursor(
    timeline: TimelineView, history: MemoryHistory, qtbot: QtBot, key, modifier, start: int, end: int
) -> None:
    history.show_turn(start)
    qtbot.keyClick(timeline, key, modifier)
    assert history.cursor == end


def test_that_n_visits_the_large_changes_in_both_directions(
    timeline: TimelineView, history: MemoryHistory, qtbot: QtBot
) -> None:
    large = list(large_changes([memory_change(record) for record in history.records]))
    assert len(large) > 1
    history.show_turn(INITIAL)
    visited = []
    for _ in large:
        qtbot.keyClick(timeline, Qt.Key.Key_N)
        visited.append(history.cursor)
    assert visited == large
    qtbot.keyClick(timeline, Qt.Key.Key_N)
    assert history.cursor == large[-1]
    qtbot.keyClick(timeline, Qt.Key.Key_N, Qt.KeyboardModifier.ShiftModifier)
    assert history.cursor == large[-2]


def test_that_click_and_drag_on_the_track_select_turns(
    timeline: TimelineView, history: MemoryHistory, qtbot: QtBot
) -> None:
    track = timeline.track
    for turn in (3, INITIAL, 20):
        qtbot.mouseClick(track, Qt.MouseButton.LeftButton, pos=QPoint(round(track.x_of(turn)), 30))
        assert history.cursor == turn
    qtbot.mousePress(track, Qt.MouseButton.LeftButton, pos=QPoint(round(track.x_of(2)), 30))
    place, left = QPointF(track.x_of(9), 30), Qt.MouseButton.LeftButton  # qtbot moves without a button held
    moved = QMouseEvent(QEvent.Type.MouseMove, place, track.mapToGlobal(place), Qt.MouseButton.NoButton, left, NO_KEY)
    QApplication.sendEvent(track, moved)
    assert history.cursor == 9
    qtbot.mouseRelease(track, left, pos=place.toPoint())
    assert history.cursor == 9


def test_that_buttons_move_the_cursor_and_are_off_where_they_lead_nowhere(
    timeline: TimelineView, history: MemoryHistory, qtbot: QtBot
) -> None:
    assert not timeline.following.isEnabled()
    timeline.previous.click()
    assert history.cursor == 23
    timeline.first.click()
    assert history.cursor == INITIAL
    qtbot.wait(10)
    assert not timeline.previous.isEnabled()
    timeline.following.click()
    assert history.cursor == 0
    timeline.last.click()
    assert history.cursor == 24


def test_that_the_bars_stay_where_they_are_whatever_the_words_beside_them_say(
    timeline: TimelineView, history: MemoryHistory, qtbot: QtBot
) -> None:
    places = set()
    for turn in (24, 6, 0, INITIAL):
        history.show_turn(turn)
        qtbot.wait(10)
        places.add((timeline.track.x(), timeline.track.width()))
    assert len(places) == 1


def test_that_space_plays_from_the_start_and_stops_at_the_end(themes: ThemeController, show, qtbot: QtBot) -> None:
    history = MemoryHistory()
    history.start(*conversation(2, 2, 8))
    timeline = show(TimelineView(history, themes), 900, 76)
    timeline._player.setInterval(5)
    qtbot.keyClick(timeline, Qt.Key.Key_Space)
    assert timeline.is_playing
    assert history.cursor == INITIAL
    assert timeline.play.accessibleName() == "Pause"
    qtbot.waitUntil(lambda: not timeline.is_playing)
    assert history.cursor == 1
    assert timeline.play.accessibleName() == "Play"


def test_that_there_is_a_table_from_the_first_turn_on(themes: ThemeController, show, qtbot: QtBot) -> None:
    history = MemoryHistory()
    view = show(TimelineView(history, themes), 900, 76)
    assert not view.as_table.isEnabled()
    history.start(*conversation(1, 2, 8))
    qtbot.waitUntil(view.as_table.isEnabled)


def test_that_playing_stops_when_the_timeline_is_hidden(timeline: TimelineView) -> None:
    timeline.set_playing(True)
    timeline.hide()
    assert not timeline.is_playing


def test_that_a_new_turn_gets_its_bar_and_does_not_move_who_looks_at_the_past(
    themes: ThemeController, show, qtbot: QtBot
) -> None:
    initial, records = conversation(4, 2, 8)
    history = MemoryHistory()
    history.start(initial, records[:3])
    timeline = show(TimelineView(history, themes), 900, 76)
    history.show_turn(0)
    history.add(records[3])
    qtbot.wait(10)
    assert timeline.label.text() == "turn 1 of 4"


def test_that_the_bar_of_the_turn_in_view_has_the_accents_colour(
    timeline: TimelineView, history: MemoryHistory, themes: ThemeController, qtbot: QtBot
) -> None:
    history.show_turn(4)
    qtbot.wait(10)
    track = timeline.track
    image = track.grab().toImage()
    place = QPoint(round(track.x_of(4) - 4), track.height() - 6)
    assert image.pixelColor(place).name() == themes.theme.accent.lower()


def test_that_the_initial_memory_is_a_ring_for_the_diamond_is_a_saved_memory(timeline: TimelineView) -> None:
    track = timeline.track
    image = track.grab().toImage()
    x, middle = round(track.x_of(INITIAL)), track.height() - 8
    ground = image.pixelColor(x + 10, middle)
    assert image.pixelColor(x, middle) == ground  # a diamond is full
    assert all(image.pixelColor(x + step, middle) != ground for step in (-4, 3))


def test_that_500_turns_fit_and_each_can_be_reached(themes: ThemeController, show) -> None:
    history = MemoryHistory()
    history.start(*conversation(500, 1, 4))
    timeline = show(TimelineView(history, themes), 1200, 76)
    track = timeline.track
    assert track.x_of(499) <= track.width()
    assert {track.turn_at(track.x_of(turn)) for turn in range(INITIAL, 500)} == set(range(INITIAL, 500))
