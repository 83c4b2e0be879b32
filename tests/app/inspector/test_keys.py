"""Keys of the inspector, the deck of its pages, and the signs on the timeline."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLineEdit, QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from app.engine.analysis.inquiries import AskReads
from app.models.amount import share_text
from app.models.memory_history import MemoryHistory
from app.models.memory_names import INITIAL
from app.models.selection import Selection
from app.paint.quantity import large_changes, memory_change
from app.theme import ThemeController
from app.views.inspector import InspectorPanel, TimelineView
from app.views.inspector.section import HelpButton
from app.views.labels import scrolled
from tests.app.inspector.fake_analyst import FakeAnalyst
from tests.app.inspector.synthetic import conversation

pytestmark = pytest.mark.qt_log_ignore("^This plugin does not support")


@pytest.fixture
def panel(history: MemoryHistory, selection, analyst, themes: ThemeController, show) -> InspectorPanel:
    return show(InspectorPanel(history, themes, True, selection, analyst), 460, 800)


def test_that_letters_pin_mark_and_step_the_layer(
    panel: InspectorPanel, history: MemoryHistory, selection: Selection, qtbot: QtBot
) -> None:
    history.select_slot(1, 4)
    qtbot.keyClick(panel, Qt.Key.Key_X)
    assert selection.marks[1, 4]
    assert panel.health.text() == "1 slot is marked for the lab."
    qtbot.keyClick(panel, Qt.Key.Key_P)
    assert selection.pin is not None
    assert selection.pin.turn == 4
    with qtbot.waitSignal(selection.difference_requested):
        qtbot.keyClick(panel, Qt.Key.Key_D)
    qtbot.keyClick(panel, Qt.Key.Key_P)
    assert selection.pin is None
    qtbot.keyClick(panel, Qt.Key.Key_D)
    assert "Nothing is pinned yet" in panel.health.text()
    qtbot.keyClick(panel, Qt.Key.Key_Down)
    assert selection.layer == 0
    qtbot.keyClick(panel, Qt.Key.Key_Left)
    assert history.cursor == 3


def test_that_a_low_inspector_makes_room_for_what_a_key_says(
    history: MemoryHistory, selection: Selection, analyst: FakeAnalyst, themes: ThemeController, show, qtbot: QtBot
) -> None:
    low = show(InspectorPanel(history, themes, True, selection, analyst), 460, 500)
    assert not low.health.isVisible()
    qtbot.keyClick(low, Qt.Key.Key_D)
    assert low.health.isVisible()
    assert "Nothing is pinned yet" in low.health.text()
    low.resize(460, 510)
    assert low.health.isVisible()
    low._said.timeout.emit()
    low._said.stop()
    low.redraw()
    assert not low.health.isVisible()


def test_that_n_goes_to_the_large_changes_from_anywhere_in_the_inspector(
    panel: InspectorPanel, history: MemoryHistory, qtbot: QtBot
) -> None:
    large = large_changes([memory_change(record) for record in history.records])
    history.show_turn(INITIAL)
    qtbot.keyClick(panel.numbers, Qt.Key.Key_N)
    assert history.cursor == large[0]


def test_that_the_slots_a_word_read_can_be_marked_at_once(
    panel: InspectorPanel, selection: Selection, analyst: FakeAnalyst, qtbot: QtBot
) -> None:
    qtbot.keyClick(panel, Qt.Key.Key_X, Qt.KeyboardModifier.ShiftModifier)
    assert "Point at a word" in panel.health.text()
    selection.lock((4, 0))
    panel.analyses.flush()
    analyst.answer()
    qtbot.keyClick(panel, Qt.Key.Key_X, Qt.KeyboardModifier.ShiftModifier)
    assert np.argwhere(selection.marks).tolist() == sorted([y, x] for y, x, _ in panel.memory_map.lit)
    weights = analyst.finding(AskReads(4)).weights[0]
    held = sum(float(weights[layer, slot]) for layer, slot, _ in panel.memory_map.lit) / 4  # layers
    assert panel.health.text().endswith(f"the framed ones hold {share_text(held)} of what the word read.")
    assert 0 < panel.light.share < 1


def test_that_control_x_takes_all_marks_away_and_still_cuts_in_a_text_field(
    panel: InspectorPanel, selection: Selection, qtbot: QtBot
) -> None:
    field = QLineEdit()
    panel.add_page(field, "Field", "")
    panel.show_page(field)
    selection.toggle_mark(1, 4)
    field.setText("cut me")
    field.selectAll()
    qtbot.keyClick(field, Qt.Key.Key_X, Qt.KeyboardModifier.ControlModifier)
    assert field.text() == ""
    assert selection.marks[1, 4]
    qtbot.keyClick(panel, Qt.Key.Key_X, Qt.KeyboardModifier.ControlModifier)
    assert not selection.marks.any()
    assert panel.health.text() == "No slot is marked now."


def test_that_letters_mean_the_same_on_the_timeline_and_space_plays_from_the_inspector(
    panel: InspectorPanel, history: MemoryHistory, selection: Selection, themes: ThemeController, show, qtbot: QtBot
) -> None:
    timeline = show(TimelineView(history, themes), 900, 76)
    timeline.use_keys(panel.keys)
    qtbot.keyClick(timeline, Qt.Key.Key_P)
    assert selection.pin is not None
    qtbot.keyClick(panel, Qt.Key.Key_Space)
    assert timeline.is_playing
    qtbot.keyClick(timeline, Qt.Key.Key_Space)
    assert not timeline.is_playing


def test_that_signs_stand_over_their_turns_and_are_told_in_words(
    history: MemoryHistory, themes: ThemeController, show
) -> None:
    timeline = show(TimelineView(history, themes), 900, 76)
    before = timeline.track.grab().toImage()
    timeline.set_marks({1: "◆ Y", INITIAL: "B", 99: "◆"})
    assert timeline.track.turn_text(1).endswith("· saved as a memory · another branch begins here")
    assert timeline.track.turn_text(INITIAL) == "initial memory · pinned as B"
    assert timeline.track.grab().toImage() != before


def test_that_pages_stand_in_one_row_where_it_is_narrow_and_in_two_or_three_where_it_is_wide(
    panel: InspectorPanel, qtbot: QtBot
) -> None:
    titles = [panel.tabs.tabText(index) for index in range(panel.tabs.count())]
    assert titles == ["Numbers", "Words", "Slot", "Gates", "Turns", "Alike"]
    panel.show_page(panel.words)
    panel.resize(1000, 800)
    qtbot.wait(30)
    assert panel.deck.is_wide
    assert panel.deck.pages_in_view() == (panel.words, panel.numbers)
    panel.resize(1300, 800)
    qtbot.wait(30)
    assert panel.deck.pages_in_view() == (panel.words, panel.numbers, panel.turns)
    panel.show_page(panel.gates)
    panel.resize(460, 800)
    qtbot.wait(30)
    assert panel.tabs.count() == 6
    assert panel.tabs.currentWidget() is panel.words


def test_that_a_page_of_the_lab_joins_its_row(panel: InspectorPanel, qtbot: QtBot) -> None:
    page = QWidget()
    panel.add_page(page, "Lab", "Experiments on a copy")
    assert panel.tabs.tabText(panel.tabs.count() - 1) == "Lab"
    panel.resize(1200, 800)
    qtbot.wait(30)
    panel.show_page(page)
    assert page.isVisible()


def test_that_a_page_that_is_asked_for_scrolls_into_view_in_a_low_window(
    history: MemoryHistory, themes: ThemeController, show, qtbot: QtBot
) -> None:
    page, panel = QWidget(), InspectorPanel(history, themes, True)
    panel.add_page(page, "Lab", "Experiments on a copy")
    area: QScrollArea = show(scrolled(panel, "inspectorArea", "Inspector"), 420, 220)
    bar, row = area.verticalScrollBar(), panel.tabs.tabBar()

    def seen_px(part: QWidget) -> int:
        return part.visibleRegion().boundingRect().height()

    assert bar.value() == 0
    assert seen_px(row) < row.height()
    panel.memory_map.panel.clicked.emit(1, 4)
    qtbot.waitUntil(lambda: seen_px(row) == row.height())
    assert seen_px(panel.slot_panel) > 100
    assert seen_px(panel.memory_map) > 40  # for the next click
    bar.setValue(0)
    panel.show_page(page)
    qtbot.waitUntil(lambda: seen_px(row) == row.height())
    assert seen_px(page) == page.height()


def test_that_everything_has_a_name_and_each_page_its_help(panel: InspectorPanel) -> None:
    panel.resize(1200, 900)
    for kind in (QAbstractButton, QComboBox):
        for control in panel.findChildren(kind):
            inner = control.objectName().startswith(("qt_", "Scroll")) or control.parent().inherits("QTabBar")
            table_corner = control.metaObject().className() == "QTableCornerButton"
            assert inner or table_corner or control.accessibleName(), control
    for page in (panel.numbers, panel.words, panel.slot_panel, panel.gates, panel.turns, panel.similarity):
        helps = page.findChildren(HelpButton)
        assert helps
        assert all(len(button._sentences) == 3 for button in helps)
        buttons = page.findChildren(QAbstractButton)
        assert [button for button in buttons if button.accessibleName() == "Show as table"]


def test_that_what_no_longer_exists_after_another_branch_is_let_go(
    panel: InspectorPanel, history: MemoryHistory, selection: Selection, qtbot: QtBot
) -> None:
    selection.lock((4, 0))
    history.select_slot(3, 31)
    panel.show_page(panel.slot_panel)
    history.start(conversation(slots=8)[0])
    qtbot.wait(10)
    assert selection.token is None
    assert history.slot is None


def test_that_c_and_l_scale_the_picture_that_has_the_keyboard(panel: InspectorPanel, qtbot: QtBot) -> None:
    panel.show_page(panel.turns)
    qtbot.wait(10)
    qtbot.keyClick(panel.turns, Qt.Key.Key_L)
    qtbot.wait(10)
    assert panel.turns.panel.scale.lock.isChecked()
    assert not panel.memory_map.panel.scale.lock.isChecked()
    qtbot.keyClick(panel.turns, Qt.Key.Key_L)
    qtbot.wait(10)
    assert not panel.turns.panel.scale.lock.isChecked()
    qtbot.keyClick(panel.turns, Qt.Key.Key_C)
    qtbot.wait(10)
    values = panel.turns.panel.values
    assert panel.turns.panel.limits.high == pytest.approx(float(values.max()))
