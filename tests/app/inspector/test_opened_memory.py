"""A chat that began from a saved memory: all views of the inspector say so, and none calls it an initial memory."""

from __future__ import annotations

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from app.engine.analysis.findings import Reads
from app.models.lab import Experiment
from app.models.memory_history import MemoryHistory
from app.models.memory_names import INITIAL
from app.models.selection import Selection
from app.theme import LIGHT, ThemeController
from app.views.inspector import InspectorPanel
from app.views.inspector.analyses import Analyses
from app.views.inspector.lab.sentences import run_words
from app.views.inspector.numbers_view import NumbersView
from app.views.inspector.slot_panel import SlotPanel
from app.views.inspector.slot_story import SlotStory
from app.views.inspector.timeline import TimelineView
from app.views.inspector.word_tints import read_tints
from rxt.events import frozen_array
from tests.app.inspector.fake_analyst import FakeAnalyst
from tests.app.inspector.synthetic import conversation

pytestmark = pytest.mark.qt_log_ignore("^This plugin does not support")


@pytest.fixture
def history() -> MemoryHistory:
    """Three turns after a saved memory, which is looked at."""
    result = MemoryHistory()
    result.start(*conversation(3), origin="Knight")
    result.show_turn(INITIAL)
    return result


def test_that_the_timeline_says_which_memory_was_opened(history: MemoryHistory, themes: ThemeController, show) -> None:
    timeline = show(TimelineView(history, themes), 900, 76)
    assert (timeline.label.text(), timeline.detail.text()) == ("opened memory", "before turn 1 of 3")
    assert timeline.track.turn_text(INITIAL) == "opened memory “Knight”"


def test_that_a_slot_is_said_to_be_of_the_opened_memory(
    history: MemoryHistory, themes: ThemeController, show, qtbot: QtBot
) -> None:
    panel = show(SlotPanel(history, themes))
    history.select_slot(3, 18)
    qtbot.wait(10)
    assert ", opened memory: " in panel.accessibleDescription()


def test_that_who_wrote_a_slot_names_the_opened_memory(
    history: MemoryHistory, selection: Selection, analyses: Analyses, analyst: FakeAnalyst, themes, show, qtbot: QtBot
) -> None:
    story = show(SlotStory(selection, analyses, themes), 460, 480)
    history.show_turn(2)
    history.select_slot(1, 4)
    qtbot.wait(10)
    analyses.flush()
    analyst.answer()
    qtbot.wait(10)
    assert story.bar.accessibleDescription().startswith("opened memory: ")
    table = story.shares_table()
    assert table is not None
    assert table.rows[:2] == ("opened memory", "turn 1")


def test_that_numbers_are_said_to_be_of_the_opened_memory(
    selection: Selection, analyses: Analyses, analyst: FakeAnalyst, themes: ThemeController, show, qtbot: QtBot
) -> None:
    view = show(NumbersView(selection, analyses, themes, True), 460, 480)
    assert view.empty.text == "Looking into the opened memory…"
    qtbot.wait(10)
    analyses.flush()
    analyst.answer()
    qtbot.wait(10)
    slots = view.ill_slots()
    assert slots is not None
    assert slots.title == "Slots that are not well, the opened memory"


def test_that_a_word_is_said_to_be_read_from_the_opened_memory() -> None:
    sources, weights = frozen_array(np.array([[0.8, 0.2]])), frozen_array(np.ones((1, 1, 1)))
    (tint,), legend = read_tints(Reads(1, "a", ((0, 1),), weights, sources), False, LIGHT, "Knight")
    assert tint.tip.startswith("80\u00a0% read from the opened memory. ")
    assert "the opened memory 80\u00a0%" in legend
    assert legend.endswith("0 is the opened memory.")


def test_that_an_experiment_says_that_slots_are_those_of_the_opened_memory() -> None:
    assert run_words(Experiment("initial"), 1, "slot 3", "Knight") == "turn 2: set back to the opened memory: slot 3"
    assert run_words(Experiment("initial"), 1, "slot 3") == "turn 2: set back to the initial memory: slot 3"
    assert run_words(Experiment("freeze"), 1, "slot 3", "Knight") == "turn 2: frozen since the opened memory: slot 3"


def test_that_what_is_pinned_is_called_the_opened_memory(
    history: MemoryHistory, themes: ThemeController, selection: Selection, show, qtbot: QtBot
) -> None:
    panel = show(InspectorPanel(history, themes, True, selection), 560, 480)
    with qtbot.waitSignal(panel.keys.said) as said:
        panel.keys.pin()
    assert said.args == ["Pinned the opened memory as B: D shows the difference."]
