"""The lab in the window: its pages stand in the inspector, actions and keys reach them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import Mock

import numpy as np
import pytest
import shiboken6
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSlider,
    QApplication,
    QComboBox,
    QDialog,
    QLabel,
    QPlainTextEdit,
    QScrollArea,
    QSpinBox,
    QStyle,
    QStyleOptionComboBox,
    QTableView,
    QWidget,
)
from pytestqt.qtbot import QtBot

from app.actions.lab import EXPORT_TABLE, LAB_TABLE, LabVerbs
from app.actions.table import TABLE, Actions
from app.engine.analysis.findings import Origin, RecordingSaved
from app.engine.analysis.inquiries import AskPaired, AskRecording
from app.engine.analysis.recording import save_recording
from app.engine.file_jobs import FileJobs, WriteFile
from app.models.memory_names import INITIAL
from app.models.workspace import Workspace
from app.paths import RESOURCES, Paths
from app.theme import ThemeController
from app.views.file_dialog import FileDialog
from app.views.help_dialog import HelpDialog, is_in_lab
from app.views.inspector import InspectorPanel, TimelineView
from app.views.inspector.segments import Segments
from app.views.lab_commands import LabCommands
from app.views.main_window import SMALLEST, MainWindow
from app.views.notices import Notice
from app.views.panel_room import BOTH_NEED_PX
from app.views.window_layout import WindowLayout
from tests.app.inspector.synthetic import conversation
from tests.app.lab.fake_analysis import FakeAnalysis
from tests.app.views.fake_port import FakePort


@dataclass
class LabDesk:
    """A window with the real inspector and the lab, over a fake port and a fake analyst."""

    workspace: Workspace
    window: MainWindow
    inspector: InspectorPanel
    analysis: FakeAnalysis
    actions: Actions
    commands: LabCommands


@pytest.fixture
def files() -> Iterator[FileJobs]:
    jobs = FileJobs()
    yield jobs
    assert jobs.shutdown()


@pytest.fixture
def desk(
    qapp: QApplication, qtbot: QtBot, themes: ThemeController, files: FileJobs, tmp_path: Path
) -> Iterator[LabDesk]:
    paths = Paths(tmp_path / "data")
    workspace = Workspace.create(paths.settings_file, qapp)
    workspace.history.start(*conversation(4))
    analysis = FakeAnalysis(workspace.history)
    inspector = InspectorPanel(workspace.history, themes, True, workspace.selection, analysis)  # type: ignore[arg-type]
    timeline = TimelineView(workspace.history, themes)
    actions, port = Actions(qapp), FakePort(qapp)
    window = MainWindow(workspace, actions, themes, WindowLayout(paths.window_file, qapp), inspector, timeline)
    commands = LabCommands(
        port, analysis, files, workspace, window, inspector, timeline, themes, "9.9.9", qapp  # type: ignore[arg-type]
    )  # fmt: skip
    window.resize(1500, 900)
    yield LabDesk(workspace, window, inspector, analysis, actions, commands)
    window.losses.ask_no_more()
    window.close()
    shiboken6.delete(window)  # before the style sheet is taken away, which would dress all of it again


@pytest.fixture
def shown(desk: LabDesk, qtbot: QtBot) -> LabDesk:
    """The same, seen."""
    desk.window.show()
    qtbot.waitExposed(desk.window)
    return desk


def test_that_every_action_of_the_lab_is_in_the_table_and_runs_a_verb_of_its_own() -> None:
    lab = Mock(spec=LabVerbs)
    for spec in (*EXPORT_TABLE, *LAB_TABLE):
        assert spec in TABLE
        if spec.run is not None:
            spec.run(SimpleNamespace(lab=lab))  # type: ignore[arg-type]
    asked = [name for name, *_ in lab.method_calls]
    assert sorted(asked) == sorted(name for name in vars(LabVerbs) if not name.startswith("_"))


def test_that_a_recording_that_is_chosen_opens_in_a_window_of_its_own(
    desk: LabDesk, tmp_path: Path, qtbot: QtBot
) -> None:
    save_recording(tmp_path / "talk.npz", Origin("mneme-tiny", "", *conversation(3)), ())
    desk.commands.open_recording()
    dialog = desk.window.findChild(FileDialog, "openRecordingDialog")
    assert dialog is not None
    dialog.fileSelected.emit(str(tmp_path / "talk.npz"))
    dialog.close()
    qtbot.waitUntil(lambda: [window.history.last_turn for window in desk.commands.recordings.windows] == [2])
    (window,) = desk.commands.recordings.windows
    assert window.focusWidget() is not None  # its keys are at hand
    assert desk.commands.recordings.shutdown()


def test_that_the_proof_runs_in_the_lab(shown: LabDesk, qtbot: QtBot) -> None:
    shown.workspace.selection.check_requested.emit(2)
    qtbot.waitUntil(lambda: any(isinstance(asked, AskPaired) for asked in shown.analysis.asked))
    asked = next(asked for asked in shown.analysis.asked if isinstance(asked, AskPaired))
    assert (asked.turn, asked.edit.kind) == (2, "zero")
    assert shown.commands.lab.isVisible()


def test_that_asking_for_the_difference_brings_compare_to_the_front(shown: LabDesk, qtbot: QtBot) -> None:
    shown.workspace.selection.pin_turn(1)
    shown.workspace.selection.difference_requested.emit()
    assert shown.commands.compare.isVisible()
    assert shown.commands.compare.maps.chosen == "difference"


def test_that_the_lab_comes_to_the_front_by_its_action(shown: LabDesk) -> None:
    shown.window.inspector_dock.hide()
    shown.commands.show_lab()
    assert shown.commands.lab.isVisible()


def test_that_actions_without_turns_are_disabled_with_a_reason(desk: LabDesk) -> None:
    assert desk.actions["animation"].isEnabled()
    desk.workspace.history.show_turn(INITIAL)
    assert not desk.actions["export_turn_recording"].isEnabled()
    assert desk.actions["export_recording"].isEnabled()
    desk.workspace.history.start(conversation(0)[0])
    for action in ("animation", "export_recording", "export_turn_recording"):
        assert not desk.actions[action].isEnabled()
        assert "say something first" in desk.actions[action].toolTip()


def test_that_the_view_in_use_is_exported_with_the_models_name(shown: LabDesk, qtbot: QtBot, tmp_path: Path) -> None:
    shown.workspace.selection.check_requested.emit(2)
    qtbot.waitUntil(lambda: shown.commands.lab.lab.shown is not None)
    shown.commands.lab.lab.runs.setFocus()
    view = shown.commands.exports.current()
    assert view is shown.commands.lab.lab
    figure = view.figure()
    assert figure is not None
    with qtbot.waitSignal(shown.commands.exports.exported):
        shown.commands.exports.write(figure, tmp_path / "lab.csv")
    text = (tmp_path / "lab.csv").read_text(encoding="utf-8")
    assert shown.workspace.history.records[1].memory_after in text  # the memory that was edited
    assert "# made with: Mneme 9.9.9" in text


def test_that_every_page_of_the_inspector_that_shows_numbers_can_be_exported(shown: LabDesk, qtbot: QtBot) -> None:
    shown.workspace.history.select_slot(2, 5)
    shown.workspace.selection.pin_turn(1)
    inspector, exports = shown.inspector, shown.commands.exports
    views = (inspector.memory_map, inspector.words, inspector.slot_panel, inspector.gate_view, inspector.turns)
    for view in (*views, shown.commands.compare):
        inspector.show_page(inspector.gates if view is inspector.gate_view else view)
        qtbot.waitUntil(lambda view=view: exports.figure(view) is not None)
        figure = exports.figure(view)
        assert figure is not None
        for panel in figure.panels:
            assert panel.name
    timeline = shown.window.findChild(TimelineView)
    assert timeline is not None
    figure = exports.figure(timeline)
    assert figure is not None
    changes = figure.panels[0].series[0][1]  # type: ignore[union-attr]
    assert len(changes) == 4


def test_that_the_map_is_exported_in_the_order_of_its_slots(shown: LabDesk, qtbot: QtBot) -> None:
    view = shown.inspector.memory_map
    shown.inspector.order.choose("change")
    view.flush()
    figure = shown.commands.exports.figure(view)
    assert figure is not None
    current = shown.workspace.history.current
    assert current is not None
    assert np.array_equal(figure.panels[0].values, current.change)  # type: ignore[union-attr]


def test_that_the_animation_opens_over_the_window_and_closes_with_escape(shown: LabDesk, qtbot: QtBot) -> None:
    shown.commands.animate()
    dialog = shown.window.findChild(QDialog, "animationDialog")
    assert dialog is not None
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: shown.window.findChild(QDialog, "animationDialog") is None)


def test_that_the_turn_in_view_is_the_one_that_is_recorded(desk: LabDesk, tmp_path: Path) -> None:
    desk.workspace.history.show_turn(1)
    desk.commands.export_turn_recording()
    dialog = desk.window.findChild(QDialog, "exportRecordingDialog")
    assert dialog is not None
    desk.analysis.is_held = True
    dialog.fileSelected.emit(str(tmp_path / "turn.npz"))  # type: ignore[attr-defined]
    dialog.close()
    assert desk.analysis.asked[-1] == AskRecording(tmp_path / "turn.npz", (1,))


def test_that_the_message_about_a_recording_stays_tells_its_progress_and_cancels_it(
    shown: LabDesk, tmp_path: Path
) -> None:
    notices = shown.window.chat.notices
    shown.analysis.is_held = True
    shown.commands.recordings.write(tmp_path / "talk.npz")
    ticket = len(shown.analysis.asked)  # the views may have asked before
    notice = notices.findChild(Notice)
    assert notice is not None
    assert not notice._clock.isActive()
    shown.analysis.tell_progress(0.4)
    assert notices.texts == ("Recording “talk.npz”: 40\u00a0% done.",)
    assert notice.accessibleName() == "info: Recording “talk.npz”: 40\u00a0% done."
    cancel = notice.findChild(QAbstractButton, "noticeAction")
    assert cancel is not None
    cancel.click()
    assert shown.analysis.cancelled == [ticket]
    assert notices.texts == ("“talk.npz” was not recorded to the end: it was cancelled.",)
    shown.commands.recordings.write(tmp_path / "talk.npz")
    shown.analysis.found.emit(len(shown.analysis.asked), RecordingSaved(tmp_path / "talk.npz", 4, 2_000))
    assert not any(words.startswith("Recording") for words in notices.texts)
    assert notices.texts[-1] == f"Recorded 4 turns to {tmp_path / 'talk.npz'} (2.0 kB)."


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_that_closing_asks_while_a_recording_or_a_file_is_being_written(
    shown: LabDesk, files: FileJobs, tmp_path: Path, qtbot: QtBot
) -> None:
    goes = threading.Event()
    shown.analysis.is_held = True
    shown.commands.recordings.write(tmp_path / "talk.npz")
    files.give(WriteFile(tmp_path / "map.png", lambda _: b"x" * goes.wait(10)))
    shown.window.close()
    assert shown.window.isVisible()
    words = shown.window.findChild(QLabel, "lossWords")
    assert words is not None
    assert "The recording “talk.npz” is not finished" in words.text()
    assert "The file “map.png” is not finished and would be lost." in words.text()
    with qtbot.waitSignal(files.done):
        goes.set()
    shown.analysis.refused.emit(1, "Called off.")
    shown.window.close()
    assert not shown.window.isVisible()


def test_that_every_control_of_the_lab_has_a_name(desk: LabDesk) -> None:
    kinds = (QAbstractButton, QComboBox, QSpinBox, QPlainTextEdit, QTableView)
    for page in (desk.commands.lab, desk.commands.probes, desk.commands.compare):
        for kind in kinds:
            for widget in page.findChildren(kind):
                inner = widget.objectName().startswith("qt_") or isinstance(widget, QAbstractSlider)
                is_corner = isinstance(widget.parent(), QTableView)
                assert inner or is_corner or widget.accessibleName() or getattr(widget, "text", str)(), widget


def test_that_the_wheel_scrolls_the_page_and_changes_no_field_without_the_keyboard(
    shown: LabDesk, qtbot: QtBot
) -> None:
    shown.commands.show_lab()
    shown.window.chat.composer.edit.setFocus()
    lab, mixing = shown.commands.lab.lab, shown.commands.lab.mixing
    before = lab.controls.edit.currentText(), lab.controls.share.value(), mixing.all.value(), mixing.a.currentText()
    for field in (lab.controls.edit, lab.controls.share, lab.controls.layer, mixing.all, mixing.a,
                  shown.inspector.memory_map.combo):  # fmt: skip
        assert not turn_wheel(field)
        assert not field.hasFocus()
    assert before == (
        lab.controls.edit.currentText(), lab.controls.share.value(), mixing.all.value(), mixing.a.currentText(),
    )  # fmt: skip
    lab.controls.share.setFocus()
    qtbot.waitUntil(lab.controls.share.hasFocus)
    assert turn_wheel(lab.controls.share)
    assert lab.controls.share.value() != before[1]


def test_that_no_choice_and_no_page_of_the_inspector_is_cut_in_the_smallest_window(
    shown: LabDesk, qtbot: QtBot
) -> None:
    shown.window.resize(SMALLEST)
    qtbot.wait(20)
    shown.window.size_docks()
    qtbot.waitUntil(lambda: shown.window.inspector_dock.width() > 370)
    inspector, lab = shown.inspector, shown.commands.lab
    for page in (inspector.words, lab, shown.commands.probes):
        inspector.show_page(page)
        qtbot.wait(30)
        for area in page.findChildren(QScrollArea):
            if area.isVisible() and area.widget() is not None:
                assert area.widget().width() <= area.viewport().width(), area.accessibleName()
        for choice in inspector.findChildren(QComboBox):
            if choice.isVisible():
                assert choice.fontMetrics().horizontalAdvance(choice.currentText()) <= room(choice), (
                    choice.currentText()
                )


def test_that_every_page_is_usable_in_the_width_that_the_inspector_promises(shown: LabDesk, qtbot: QtBot) -> None:
    inspector, lab = shown.inspector, shown.commands.lab
    promise_px = inspector.minimumWidth()
    shown.workspace.history.select_slot(1, 3)
    shown.workspace.selection.pin_turn(0)
    shown.window.setMinimumSize(400, 300)
    shown.window.resize(900, 760)
    qtbot.wait(20)
    shown.window.resizeDocks([shown.window.inspector_dock], [promise_px], Qt.Orientation.Horizontal)
    qtbot.waitUntil(lambda: inspector.width() < promise_px + 20)
    parts: list[tuple[QWidget, Segments | None, str]] = [(page.widget, None, "") for page in inspector.deck._pages]
    parts += [(lab, lab.pages, key) for key in ("influence", "mixing")]
    parts += [(inspector.gates, inspector.gates.choice, "turns"), (inspector.words, inspector.words.side, "written")]
    parts += [(shown.commands.probes, shown.commands.probes.kind, "questions")]
    assert inspector.memory_map.minimumSizeHint().width() <= promise_px
    for page, choice, key in parts:
        inspector.show_page(page)
        if choice is not None:
            choice.choose(key)
        qtbot.wait(30)
        name = f"{page.objectName()} {key}"
        assert page.minimumSizeHint().width() <= promise_px, name
        for area in page.findChildren(QScrollArea):
            if area.isVisible() and area.widget() is not None:
                assert area.widget().minimumSizeHint().width() <= area.viewport().width(), (name, area.accessibleName())


def test_that_the_least_widths_of_all_panels_are_what_a_window_is_too_narrow_below(
    shown: LabDesk, qtbot: QtBot
) -> None:
    window = shown.window
    window.setMinimumSize(400, 300)
    window.resize(BOTH_NEED_PX, 760)
    qtbot.waitUntil(lambda: window.width() == BOTH_NEED_PX)
    parts = (window.sidebar_dock, window.chat, window.inspector_dock)
    assert not any(part.isHidden() for part in parts)
    qtbot.waitUntil(lambda: window.minimumSizeHint().width() <= BOTH_NEED_PX)


def room(choice: QComboBox) -> int:
    """How wide the words of a choice can be."""
    option = QStyleOptionComboBox()
    choice.initStyleOption(option)
    parts = QStyle.ComplexControl.CC_ComboBox, option, QStyle.SubControl.SC_ComboBoxEditField, choice
    return choice.style().subControlRect(*parts).width()


def turn_wheel(field: QWidget) -> bool:
    """Turns the wheel over a field, towards the person; whether the field took it."""
    at = QPointF(field.rect().center())
    event = QWheelEvent(
        at, field.mapToGlobal(at), QPoint(), QPoint(0, -120), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    return QApplication.sendEvent(field, event) and event.isAccepted()


def test_that_the_names_of_all_pages_are_seen_on_a_small_screen(shown: LabDesk, qtbot: QtBot) -> None:
    shown.window.resize(1280, 800)
    qtbot.wait(20)
    shown.window.show_preset("memory")
    shown.window.size_docks()
    qtbot.waitUntil(lambda: 470 < shown.window.inspector_dock.width() < 480)
    names = shown.inspector.deck.tabs.tabBar()
    assert [names.tabText(place) for place in (7, 8)] == ["Lab", "Probes"]
    assert names.sizeHint().width() <= names.width()


def test_that_the_key_exports_a_view_of_a_recording_in_its_window(shown: LabDesk, tmp_path: Path, qtbot: QtBot) -> None:
    path = tmp_path / "talk.npz"
    save_recording(path, Origin("mneme-tiny", "", *conversation(2)), ())
    shown.commands.recordings.open(path)
    (window,) = shown.commands.recordings.windows
    qtbot.waitUntil(lambda: window.history.last_turn == 1)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    qtbot.waitUntil(lambda: not window.inspector.memory_map.panel.is_empty)
    window.inspector.memory_map.setFocus()
    qtbot.keyClick(
        window.inspector.memory_map,
        Qt.Key.Key_E,
        Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier,
    )
    qtbot.waitUntil(lambda: window.findChild(FileDialog, "exportViewDialog") is not None)
    assert shown.window.findChild(FileDialog, "exportViewDialog") is None
    window.findChild(FileDialog, "exportViewDialog").reject()


def test_that_the_lab_is_known_by_its_parts_and_has_a_page_of_help(desk: LabDesk, qtbot: QtBot) -> None:
    assert is_in_lab(desk.commands.lab.lab.controls.edit)
    assert is_in_lab(desk.commands.probes.plot)
    assert not is_in_lab(desk.inspector.memory_map)
    assert not is_in_lab(None)
    assert HelpDialog("lab", desk.window).browser.textCursor().block().text() == "The lab"
    text = (RESOURCES / "help" / "lab.md").read_text(encoding="utf-8")
    keys = [desk.actions[name].shortcut().toString() for name in ("show_lab", "preset_lab", "export_view")]
    for words in ("Experiment", "Influence", "Mixing", "Probes", "Compare", *keys):
        assert words in text
