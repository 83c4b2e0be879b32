"""Gates, one slot, and the frame around them: they say what the record says and follow the history."""

from __future__ import annotations

import dataclasses
import subprocess
import sys

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.models.memory_history import MemoryHistory
from app.models.memory_names import INITIAL
from app.paint.limits import Limits
from app.theme import ThemeController
from app.views.inspector import InspectorPanel
from app.views.inspector.gate_view import GateView, law_in_words
from app.views.inspector.health import NOTICEABLE, health_sentence, rewritten_share
from app.views.inspector.slot_panel import SlotPanel
from app.views.inspector.style import inspector_stylesheet
from rxt.events import frozen_array
from tests.app.inspector.synthetic import SIGMOID, STATIC, TANH, UNGATED, conversation

# The offscreen platform says so of every window that has a least size; no view can avoid it.
pytestmark = pytest.mark.qt_log_ignore("^This plugin does not support")


@pytest.fixture
def gates(history: MemoryHistory, themes: ThemeController, show) -> GateView:
    return show(GateView(history, themes, reduced_motion=True))


@pytest.fixture
def mixed_history() -> MemoryHistory:
    """A model whose stages have no gate, a static gate and a tanh gate."""
    result = MemoryHistory()
    result.start(*conversation(3, laws={"mix": UNGATED, "interlayer": STATIC, "write": TANH}))
    return result


def press(view: GateView, stage: str) -> None:
    next(button for button in view.findChildren(QAbstractButton) if button.text() == stage).click()


def test_that_the_last_stage_is_shown_first_and_a_button_shows_another(
    gates: GateView, history: MemoryHistory, qtbot: QtBot
) -> None:
    assert gates.stage == "write"
    press(gates, "mix")
    qtbot.wait(10)
    assert gates.stage == "mix"
    assert gates.panel.map._values is history.current.gate("mix").values
    assert "g·new + (1−g)·old" in gates.caption.text()


def test_that_mean_and_keep_share_of_each_layer_are_those_of_the_record(
    gates: GateView, history: MemoryHistory
) -> None:
    values = history.current.gate("write").values
    expected = [(f"{row.mean():.2f}", f"{100 * (1 - row).mean():.0f}\u00a0%") for row in values]
    assert gates.numbers.rows == expected
    assert gates.panel.limits == Limits(0, 1)


def test_that_a_mix_gate_says_what_a_slot_reads_and_not_what_it_keeps(
    gates: GateView, history: MemoryHistory, qtbot: QtBot
) -> None:
    assert ", keep 80\u00a0%" in gates.accessibleDescription()
    press(gates, "mix")
    qtbot.wait(10)
    own = 100 * (1 - history.current.gate("mix").values[3].mean())
    assert f", own {own:.0f}\u00a0%" in gates.accessibleDescription()
    assert ", keep " not in gates.accessibleDescription()
    for height_px in (420, 220):
        gates.resize(480, height_px)
        qtbot.wait(10)
        assert "what a slot reads, not what it keeps" in gates.caption.text()


@pytest.mark.parametrize(("law", "words"), [
    (SIGMOID, ("g·new + (1−g)·old", "sigmoid", "elementwise", "one weight per slot")),
    (TANH, ("(1+g)·new + (1−g)·old", "tanh", "linear", "one weight per slot")),
    (STATIC, ("sigmoid", "static", "trained constant", "one weight per layer")),
    (UNGATED, ("new + old", "no gate")),
])  # fmt: skip
def test_that_the_caption_names_the_law(law, words: tuple[str, ...]) -> None:
    for word in words:
        assert word in law_in_words("write", law)


def test_that_a_static_gate_says_that_it_does_not_change(
    mixed_history: MemoryHistory, themes: ThemeController, show, qtbot: QtBot
) -> None:
    view = show(GateView(mixed_history, themes, reduced_motion=True))
    assert not view.notice.isVisible()
    press(view, "interlayer")
    qtbot.wait(10)
    assert view.notice.isVisible()
    assert "do not change between turns" in view.notice.text()
    press(view, "mix")
    qtbot.wait(10)
    assert "No gate" in view.notice.text()
    assert view.panel.is_empty


def test_that_gates_at_the_initial_memory_are_words(gates: GateView, history: MemoryHistory, qtbot: QtBot) -> None:
    history.show_turn(INITIAL)
    qtbot.wait(10)
    assert gates.panel.is_empty
    assert "This appears after the first turn" in gates.panel.empty.text
    gates.panel.empty.action.click()
    assert history.cursor == 0


def test_that_the_rows_of_map_and_spread_are_at_the_same_height(gates: GateView) -> None:
    upper = gates.panel.map.getViewBox().sceneBoundingRect()
    lower = gates.spread.getViewBox().sceneBoundingRect()
    assert upper.top() == pytest.approx(lower.top(), abs=1)
    assert upper.bottom() == pytest.approx(lower.bottom(), abs=1)


def test_that_an_invalid_gate_value_is_left_out_of_the_mean(themes: ThemeController, show) -> None:
    initial, records = conversation(1, laws={"write": SIGMOID})
    values = records[0].gates[0].values.copy()
    values[0, :] = np.nan
    values[1, 0] = np.inf
    gate = dataclasses.replace(records[0].gates[0], values=frozen_array(values))
    history = MemoryHistory()
    history.start(initial, (dataclasses.replace(records[0], gates=(gate,)),))
    view = show(GateView(history, themes, reduced_motion=True))
    assert view.numbers.rows[0] == ("NaN", "–")
    assert view.numbers.rows[1][0] == f"{values[1, 1:].mean():.2f}"
    assert view.panel.invalid.isVisible()


def test_that_the_slot_panel_teaches_until_a_slot_is_selected(
    history: MemoryHistory, themes: ThemeController, show, qtbot: QtBot
) -> None:
    panel = show(SlotPanel(history, themes))
    assert panel.empty.isVisible()
    assert "Click a cell of the memory map" in panel.empty.text
    history.select_slot(3, 18)
    qtbot.wait(10)
    assert not panel.empty.isVisible()
    assert panel.title.text() == "layer 3 · slot 18"


def test_that_the_table_holds_the_slots_numbers_at_the_cursor(
    history: MemoryHistory, themes: ThemeController, show, qtbot: QtBot
) -> None:
    panel = show(SlotPanel(history, themes))
    history.select_slot(2, 7)
    history.show_turn(1)
    qtbot.wait(10)
    record = history.records[1]
    assert panel.table() == {
        "norm": f"{record.norm[2, 7]:.2f}",
        "change": f"{record.change[2, 7]:.2f}",
        "cosine": f"{record.cosine[2, 7]:.3f}",
        "mix": f"{record.gate('mix').values[2, 7]:.3f}",
        "interlayer": f"{record.gate('interlayer').values[2, 7]:.3f}",
        "write": f"{record.gate('write').values[2, 7]:.3f}",
    }
    history.show_turn(INITIAL)
    qtbot.wait(10)
    assert panel.table()["norm"] == f"{history.initial.norm[2, 7]:.2f}"
    assert panel.table()["change"] == "–"


def test_that_the_plots_hold_the_record_and_the_line_marks_the_cursor(
    history: MemoryHistory, themes: ThemeController, show, qtbot: QtBot
) -> None:
    panel = show(SlotPanel(history, themes))
    history.select_slot(1, 9)
    history.show_turn(2)
    qtbot.wait(10)
    norm, change, _, gates = panel.plots
    assert norm._lines[0].getData()[1].tolist() == [float(history.initial.norm[1, 9])] + [
        float(record.norm[1, 9]) for record in history.records
    ]
    assert np.isnan(change._lines[0].getData()[1][0])
    assert len(gates._lines) == 3
    assert {plot._cursor.value() for plot in panel.plots} == {3}


def test_that_a_click_in_a_plot_shows_that_turn(
    history: MemoryHistory, themes: ThemeController, show, qtbot: QtBot
) -> None:
    panel = show(SlotPanel(history, themes))
    history.select_slot(1, 9)
    qtbot.wait(20)
    x = panel.plots[0].getViewBox().mapViewToScene(panel.plots[0].getViewBox().viewRect().topLeft()).x()
    view = panel.plots[0].getViewBox()
    place = panel.canvas.mapFromScene(view.mapViewToScene(view.viewRect().center()))
    place.setX(panel.canvas.mapFromScene(view.mapViewToScene(type(view.viewRect().center())(2.0, 0.0))).x())
    assert place.x() > x
    qtbot.mouseClick(panel.canvas.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert history.cursor == 1


def test_that_the_sentence_can_be_checked_against_the_record(history: MemoryHistory) -> None:
    record, before = history.records[2], history.records[1].norm
    count = sum(
        record.change[layer, slot] > NOTICEABLE * before[layer, slot] for layer in range(4) for slot in range(32)
    )
    assert rewritten_share(record, before) == count / 128
    layer = int(np.argmax([np.linalg.norm(row) for row in record.change]))
    assert health_sentence(record, before) == (
        f"Turn 3 rewrote {100 * count / 128:.0f}\u00a0% of slots noticeably (by more than 10\u00a0% of their length); "
        f"layer {layer} changed most."
    )


def test_that_the_sentence_says_where_nothing_happened(history: MemoryHistory) -> None:
    still = dataclasses.replace(history.records[0], change=frozen_array(np.zeros((4, 32))))
    assert health_sentence(still, history.initial.norm) == "Turn 1 left the memory exactly as it was."
    assert health_sentence(None, None) == "No memory yet."
    assert "(12\u00a0×\u00a01,536 slots)" in health_sentence(None, np.ones((12, 1536), np.float32))
    assert "nothing has been written yet" in health_sentence(None, history.initial.norm)
    opened = health_sentence(None, history.initial.norm, "Alice")
    told = "Memory opened from “Alice” (4\u00a0×\u00a032 slots): nothing has been written to it in this chat yet."
    assert opened == told


def test_that_the_inspector_follows_cursor_selection_and_theme_in_all_its_sections(
    history: MemoryHistory, themes: ThemeController, show, qtbot: QtBot
) -> None:
    panel = show(InspectorPanel(history, themes, reduced_motion=True), 460, 800)
    assert panel.health.text().startswith("Turn 5 rewrote")
    panel.show_page(panel.gates)
    history.show_turn(1)
    history.select_slot(2, 3)
    qtbot.wait(10)
    assert panel.health.text().startswith("Turn 2 rewrote")
    assert panel.memory_map.panel.readout.text().startswith("layer 2 · slot 3 ·")
    assert panel.gate_view.panel.readout.text().startswith("layer 2 · slot 3 ·")
    themes.choose("dark")
    qtbot.wait(10)
    assert panel.grab().toImage().pixelColor(4, 4).name() == themes.theme.surface.lower()
    panel.show_page(panel.slot_panel)
    qtbot.wait(10)
    assert panel.slot_panel.title.text() == "layer 2 · slot 3"


@pytest.mark.parametrize("size", [(360, 500), (460, 800), (700, 1000)])
def test_that_the_inspector_keeps_to_the_size_it_is_given(
    history: MemoryHistory, themes: ThemeController, show, qtbot: QtBot, size: tuple[int, int]
) -> None:
    panel = show(InspectorPanel(history, themes, reduced_motion=True), *size)
    assert (panel.width(), panel.height()) == size
    panel.show_page(panel.gates)
    qtbot.wait(10)
    assert panel.memory_map.panel.canvas.height() >= 60
    assert panel.gate_view.panel.canvas.height() >= 60


def test_that_a_new_theme_does_not_bring_back_captions_there_is_no_room_for(
    history: MemoryHistory, themes: ThemeController, show, qtbot: QtBot
) -> None:
    panel = show(InspectorPanel(history, themes, reduced_motion=True), 360, 500)
    panel.show_page(panel.gates)
    qtbot.wait(10)
    axis = panel.gate_view.panel.map.getAxis("bottom")
    assert not axis.label.isVisible()
    themes.choose("dark")
    qtbot.wait(10)
    assert not axis.label.isVisible()


def test_that_no_model_is_said_in_words(themes: ThemeController, show) -> None:
    panel = show(InspectorPanel(MemoryHistory(), themes), 460, 800)
    assert panel.memory_map.panel.is_empty
    assert "Open a model" in panel.memory_map.panel.empty.text
    panel.show_page(panel.gates)
    assert panel.gate_view.panel.is_empty


def test_that_every_control_has_a_name_and_every_label_is_plain_text(
    history: MemoryHistory, themes: ThemeController, show
) -> None:
    panel = show(InspectorPanel(history, themes), 460, 800)
    controls = [*panel.findChildren(QAbstractButton), *panel.findChildren(QComboBox)]
    nameless = [
        control
        for control in controls
        if not control.accessibleName() and not control.objectName().startswith(("qt_", "Scroll"))
        and not control.metaObject().className().startswith(("CloseButton", "QTabBar"))
        and control.parent().metaObject().className() != "QTabBar"
    ]  # fmt: skip
    assert nameless == []
    assert all(label.textFormat() == Qt.TextFormat.PlainText for label in panel.findChildren(QLabel) if label.text())


def test_that_help_is_three_sentences_in_a_popover(
    history: MemoryHistory, themes: ThemeController, show, qtbot: QtBot
) -> None:
    panel = show(InspectorPanel(history, themes), 460, 800)
    panel.memory_map.help.click()
    popover = panel.memory_map.help._popover
    qtbot.waitUntil(popover.isVisible)
    sentences = popover.findChildren(QLabel)
    assert len(sentences) == 3
    assert all(label.height() >= label.heightForWidth(label.width()) for label in sentences)
    popover.close()


def test_that_the_inspector_is_drawable_without_torch() -> None:
    code = "import sys, app.views.inspector, app.engine.analysis.recording; assert 'torch' not in sys.modules, 'torch'"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_that_a_slot_before_the_first_turn_has_plots_without_a_warning(themes: ThemeController, show) -> None:
    history = MemoryHistory()
    history.start(conversation(1)[0], ())
    panel = show(SlotPanel(history, themes), 460, 480)
    history.select_slot(1, 3)
    panel.flush()
    assert panel.plots
    assert not panel.grab().isNull()


def test_that_what_cannot_be_pressed_looks_so(themes: ThemeController, show) -> None:
    frame = QWidget()
    button = QPushButton("Check", frame)
    button.setProperty("role", "action")
    button.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # or the ring around it would be the difference
    frame.setStyleSheet(inspector_stylesheet(themes.theme))
    show(frame, 120, 60)
    pressable = button.grab().toImage()
    button.setEnabled(False)
    assert button.grab().toImage() != pressable
