"""What comes of an act is spoken to a screen reader wherever it is written, and once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.engine.hub_messages import HubRefusal
from app.models.memory_history import MemoryHistory
from app.models.model_search import ModelSearch
from app.models.phase import Phase
from app.theme import ThemeController
from app.views.inspector.lab.experiment_view import LabView
from app.views.inspector.panel import InspectorPanel
from app.views.memories.system_prompt import SystemPromptDialog
from app.views.model_dialog import ModelDialog
from app.views.shortcuts_sheet import ShortcutsSheet
from tests.app.inspector.conftest import Show
from tests.app.lab.conftest import Bench, bench, history, show, themes  # noqa: F401 - fixtures
from tests.app.views.branching import open_line
from tests.app.views.conftest import Desk

# The offscreen platform has no window manager and says so whenever a dialog has a size limit.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
Heard = list[tuple[str, bool]]


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> Heard:
    """Every sentence, and whether it is spoken at once."""
    sentences: Heard = []

    def hear(event: object) -> None:
        if isinstance(event, QAccessibleAnnouncementEvent):
            sentences.append((event.message(), event.politeness() == QAccessible.AnnouncementPoliteness.Assertive))

    monkeypatch.setattr(QAccessible, "updateAccessibility", hear)
    monkeypatch.setattr(QAccessible, "isActive", lambda: True)
    return sentences


def test_that_a_model_that_fails_at_the_start_is_spoken(desk: Desk, heard: Heard) -> None:
    desk.port.model = None
    desk.port.load_failed.emit("The folder is gone. Nothing was changed.", False)
    assert heard == [("The folder is gone. Nothing was changed.", True)]


def test_that_a_prompt_that_was_not_written_is_spoken(qtbot: QtBot, heard: Heard) -> None:
    prompt = SystemPromptDialog("You are a knight")
    qtbot.addWidget(prompt)
    prompt.show_refused("The disk is full.")
    assert heard == [("The disk is full.", True)]


def test_that_a_key_that_was_refused_or_taken_is_spoken(desk: Desk, qtbot: QtBot, heard: Heard) -> None:
    sheet = ShortcutsSheet(desk.actions, desk.workspace.settings)
    qtbot.addWidget(sheet)
    sheet._choose("new_chat", "Ctrl+K")
    sheet._choose("new_chat", "Ctrl+Alt+J")
    sheet._reset_all()
    (refused, _), (taken, _), (reset, _) = heard
    assert "was not taken" in refused
    assert taken.endswith("was taken.")
    assert reset == "All keys are as they were at first."


@pytest.mark.parametrize(
    ("answer", "words"), [("I am", "I am Stopped; not in memory."), ("", "Stopped; not in memory.")]
)
def test_that_an_answer_that_was_stopped_and_forgotten_is_spoken(
    desk: Desk, heard: Heard, answer: str, words: str
) -> None:
    desk.port.begin("Who are you?")
    desk.port.forget(answer)
    desk.port.say_phase(Phase.READY)
    assert heard == [(words, False)]


def test_that_how_many_places_were_found_is_spoken_once(desk: Desk, heard: Heard) -> None:
    open_line(desk)
    heard.clear()
    bar = desk.window.chat.find_bar
    bar.open_bar()
    bar.field.setText("question 4")
    bar._search_again()
    bar.field.setText("nowhere")
    assert heard == [("1 of 1", False), ("Nothing found", False)]


def test_that_an_edit_that_was_not_taken_is_spoken(desk: Desk, qtbot: QtBot, heard: Heard) -> None:
    open_line(desk)
    desk.actions["edit_message"].trigger()
    heard.clear()
    editor = desk.window.chat.overlay.editor
    editor.edit.setPlainText(" ")
    qtbot.keyClick(editor.edit, Qt.Key.Key_Return)
    assert heard == [("Write something first.", False)]


def test_that_what_a_key_of_the_inspector_did_is_spoken(
    history: MemoryHistory,  # noqa: F811
    themes: ThemeController,  # noqa: F811
    show: Show,  # noqa: F811
    heard: Heard,
) -> None:
    panel = show(InspectorPanel(history, themes, reduced_motion=True), 460, 800)
    for key in (Qt.Key.Key_D, Qt.Key.Key_P):
        QTest.keyClick(panel, key)
    assert [words for words, _ in heard] == [
        "Nothing is pinned yet: go to a turn and press P.",
        "Pinned turn 5 as B: D shows the difference.",
    ]


def test_that_every_end_of_an_experiment_is_spoken(
    bench: Bench,  # noqa: F811
    themes: ThemeController,  # noqa: F811
    show: Show,  # noqa: F811
    heard: Heard,
    qtbot: QtBot,
) -> None:
    view = LabView(bench.lab, bench.history, bench.choices, bench.analysis, themes, Path)
    show(view, 440, 600)
    view.asking.run.click()
    qtbot.waitUntil(lambda: view.shown is not None)
    assert [words for words, _ in heard].count("Done.") == 1  # it asks twice, and is done once
    assert heard[-1] == ("Done.", False)
    bench.analysis.is_held = True
    view.asking.run.click()
    bench.analysis.tell_progress(0.5)
    view.asking.cancel.click()
    assert heard[-1] == ("Cancelled. Nothing was changed.", False)
    bench.analysis.is_held, bench.analysis.refusal = False, "The snapshot is of another model."
    view.asking.run.click()
    qtbot.waitUntil(lambda: not view.asking.is_asking)
    assert heard[-1] == ("The snapshot is of another model.", False)


@dataclass(frozen=True)
class Offered:
    """As much of an offer as is shown."""

    repository: str = "someone/model"
    commit: str = "c" * 40
    gated: bool = True
    files: int = 8
    total_bytes: int = 10**9
    page: str = "https://hub/someone/model"
    is_copy: bool = False


@dataclass(frozen=True)
class Share:
    """As much of a progress as is shown."""

    done_bytes: int
    phase: Literal["downloading"] = "downloading"
    total_bytes: int = 100
    speed: float = 1.0
    remaining_s: float | None = None


def test_that_what_comes_of_a_search_is_spoken_and_of_a_download_its_two_ends(qtbot: QtBot, heard: Heard) -> None:
    search = ModelSearch()
    dialog = ModelDialog(search)
    qtbot.addWidget(dialog)
    dialog.show()
    search.begin_search()
    search.show_results(())
    search.begin_look()
    search.show_offer(Offered())
    search.begin_download()
    for done in range(100):
        search.show_progress(Share(done))
    search.refuse(HubRefusal("The download was stopped.", "stopped"))
    words = [words for words, _ in heard]
    assert words[:3] == [
        "Searching…",
        "No model has such a name. Only Reactive Transformers can be opened.",
        "Asking what is there…",
    ]
    assert words[3].startswith("someone/model. 8 files, 1.0 GB")
    assert "ask for an agreement" in words[3]
    assert words[4:] == ["The download has begun.", "The download was stopped."]
