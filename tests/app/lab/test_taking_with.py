"""What is shown leaves the window: views, animations, recordings."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageColor
from PySide6.QtCore import QPoint
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QMenu, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app.engine.analysis.findings import Origin, RecordingSaved, Similarity
from app.engine.analysis.inquiries import AskRecording
from app.engine.analysis.recording import save_recording
from app.engine.analysis.thread import AnalysisThread
from app.engine.file_jobs import FileJobs, WriteFile
from app.models.memory_history import MemoryHistory
from app.models.memory_names import INITIAL
from app.paint.figure import Axis, Figure, Heat
from app.paint.limits import Limits
from app.theme import ThemeController
from app.views.file_dialog import FileDialog
from app.views.inspector.animation_dialog import AnimationDialog
from app.views.inspector.export_commands import NOTHING, ExportCommands, stamp_of
from app.views.inspector.export_recordings import RecordingCommands
from rxt.inference.cancel import Cancelled
from tests.app.inspector.synthetic import conversation
from tests.app.lab.conftest import Bench, Show


class MapView(QWidget):
    """A view that can be exported, around a label that cannot."""

    def __init__(self, shown: bool = True) -> None:
        super().__init__()
        self.setAccessibleName("Map")
        self.shown = shown
        self.turn: int | None = 1
        self.label = QLabel("words")
        QVBoxLayout(self).addWidget(self.label)

    def figure(self) -> Figure | None:
        values = np.eye(3, dtype=np.float32)
        heat = Heat("Map", values, Axis("layer"), Axis("slot"), Limits(0, 1), "change")
        return Figure("Memory map", (heat,), self.turn) if self.shown else None


@pytest.fixture
def files() -> Iterator[FileJobs]:
    jobs = FileJobs()
    yield jobs
    assert jobs.shutdown()


@pytest.fixture
def root(show: Show) -> QWidget:
    result = QWidget()
    QVBoxLayout(result).addWidget(MapView())
    show(result, 300, 200)
    return result


@pytest.fixture
def exports(root: QWidget, files: FileJobs, history: MemoryHistory, themes: ThemeController) -> ExportCommands:
    stamp = stamp_of(history, "mneme-tiny", "9.9.9", "A chat")
    return ExportCommands(root, (root,), files, history, stamp, themes, root)


@pytest.mark.parametrize("suffix", ["png", "svg", "pdf", "csv", "npz"])
def test_that_a_view_is_written_in_every_form_with_the_memory_it_shows(
    exports: ExportCommands, history: MemoryHistory, tmp_path: Path, qtbot: QtBot, suffix: str
) -> None:
    figure = MapView().figure()
    assert figure is not None
    path = tmp_path / f"map.{suffix}"
    with qtbot.waitSignal(exports.exported) as heard:
        exports.write(figure, path)
    assert heard.args == [path]
    if suffix in ("svg", "csv"):
        assert history.records[1].memory_after in path.read_text(encoding="utf-8")
    assert path.stat().st_size > 100


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_that_a_picture_has_the_colours_of_the_window(
    exports: ExportCommands, themes: ThemeController, tmp_path: Path, qtbot: QtBot, theme: str
) -> None:
    themes.choose(theme)
    figure = MapView().figure()
    assert figure is not None
    with qtbot.waitSignal(exports.exported):
        exports.write(figure, tmp_path / "map.png")
    with Image.open(tmp_path / "map.png") as image:
        assert image.convert("RGB").getpixel((2, 2)) == ImageColor.getrgb(themes.theme.surface)


def test_that_a_figure_is_stamped_with_the_memory_it_was_found_from(history: MemoryHistory) -> None:
    figure = Figure("Found", (), 1, memory="ab12" * 16)
    assert stamp_of(history, "mneme-tiny", "9.9.9")(figure).memory == "ab12" * 16


def test_that_a_figure_is_stamped_with_the_memory_of_when_it_was_taken(
    exports: ExportCommands, root: QWidget, history: MemoryHistory, tmp_path: Path, qtbot: QtBot
) -> None:
    view = root.findChild(MapView)
    assert view is not None
    view.turn, newest = None, history.records[-1]
    exports.export_current()
    dialog = root.findChild(FileDialog, "exportViewDialog")
    assert dialog is not None
    history.start(*conversation(2))
    with qtbot.waitSignal(exports.exported):
        dialog.place_chosen.emit(tmp_path / "map.csv")
    dialog.reject()
    assert newest.memory_after in (tmp_path / "map.csv").read_text(encoding="utf-8")


def test_that_an_unknown_form_and_an_unwritable_place_are_said(
    exports: ExportCommands, tmp_path: Path, qtbot: QtBot
) -> None:
    figure = MapView().figure()
    assert figure is not None
    with qtbot.waitSignal(exports.refused) as heard:
        exports.write(figure, tmp_path / "map.docx")
    assert "no form that is known" in heard.args[0]
    with qtbot.waitSignal(exports.refused) as heard:
        exports.write(figure, tmp_path / "none" / "map.png")
    assert "could not be written" in heard.args[0]


def test_that_the_context_menu_of_a_view_offers_every_form(
    exports: ExportCommands, root: QWidget, qtbot: QtBot
) -> None:
    view = root.findChild(MapView)
    assert view is not None
    at = view.label.mapTo(root, QPoint(5, 5))
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, root.mapToGlobal(at))
    assert exports.eventFilter(root, event)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    assert [action.objectName() for action in menu.actions()] == [
        "export_png", "export_svg", "export_pdf", "export_csv", "export_npz",
    ]  # fmt: skip
    menu.actions()[3].trigger()
    menu.close()
    dialog = root.findChild(QDialog, "exportViewDialog")
    assert dialog is not None
    assert dialog.defaultSuffix() == "csv"  # type: ignore[attr-defined]
    dialog.reject()


def test_that_a_view_without_anything_to_show_is_said_to_be_empty(
    exports: ExportCommands, root: QWidget, qtbot: QtBot
) -> None:
    view = root.findChild(MapView)
    assert view is not None
    assert exports.current() is view
    view.shown = False
    with qtbot.waitSignal(exports.refused) as heard:
        exports.export_current()
    assert heard.args == [NOTHING]
    menu = exports.menu(view)
    assert not any(action.isEnabled() for action in menu.actions())


def test_that_the_stamp_is_of_the_memory_after_the_turn(history: MemoryHistory) -> None:
    stamp = stamp_of(history, "mneme-tiny", "1", "A chat")
    assert history.initial is not None
    memories = {turn: stamp(Figure("x", (), turn)).memory for turn in (INITIAL, 0, None, 99)}
    assert memories[INITIAL] == history.initial.sha256
    assert memories[0] == history.records[0].memory_after
    assert memories[None] == history.records[-1].memory_after
    assert memories[99] == ""


# ---------------------------------------------------------------- animation


@pytest.fixture
def dialog(history: MemoryHistory, files: FileJobs, themes: ThemeController, show: Show) -> AnimationDialog:
    result = AnimationDialog(history, "A chat", "mneme-tiny", files, themes)
    show(result, 760, 460)
    return result


def test_that_the_memory_is_played_and_can_be_paused(dialog: AnimationDialog, qtbot: QtBot) -> None:
    dialog.pace.setValue(80)
    words = dialog.words.text()
    qtbot.waitUntil(lambda: dialog.words.text() != words)
    dialog.play.click()
    assert not dialog.is_playing
    assert dialog.play.text() == "Play"


def test_that_the_animation_is_saved_as_gif_and_as_pictures(
    dialog: AnimationDialog, tmp_path: Path, qtbot: QtBot
) -> None:
    dialog.flows.setChecked(False)
    with qtbot.waitSignal(dialog.saved):
        dialog.save(tmp_path / "a.gif")
    with Image.open(tmp_path / "a.gif") as image:
        assert image.n_frames == 5  # type: ignore[attr-defined]
    with qtbot.waitSignal(dialog.saved):
        dialog.save(tmp_path / "pictures")
    assert len(list((tmp_path / "pictures").glob("memory-*.png"))) == 5


def test_that_a_long_question_widens_no_animation(
    history: MemoryHistory, files: FileJobs, themes: ThemeController, show: Show
) -> None:
    initial, records = conversation(2)
    long = dataclasses.replace(records[0], query="A very long question indeed\n" * 60)
    history.start(initial, (long, records[1]))
    result = AnimationDialog(history, "A chat", "foot", files, themes, False)
    show(result, 760, 460)
    assert result.width() == 760
    assert result.words.text().startswith("Turn 1: A very long question indeed A very")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_that_an_animation_has_the_colours_of_the_window_also_after_they_changed(
    dialog: AnimationDialog, themes: ThemeController, tmp_path: Path, qtbot: QtBot, theme: str
) -> None:
    dialog.flows.setChecked(False)
    themes.choose(theme)
    ground = ImageColor.getrgb(themes.theme.surface)
    assert dialog.plot.grab().toImage().pixelColor(2, 2).getRgb()[:3] == ground
    for path, picture in (("a.gif", "a.gif"), ("pictures", "pictures/memory-0000.png")):
        with qtbot.waitSignal(dialog.saved):
            dialog.save(tmp_path / path)
        with Image.open(tmp_path / picture) as image:
            corner = image.convert("RGB").getpixel((2, 2))
        assert corner == ground


def test_that_a_change_of_theme_computes_no_value_of_an_animation_again(
    dialog: AnimationDialog, themes: ThemeController
) -> None:
    before = dialog.board
    themes.choose("dark" if themes.theme.name == "light" else "light")
    assert dialog.board.paper != before.paper
    assert dialog.board.values is before.values


@pytest.fixture
def busy(files: FileJobs, tmp_path: Path) -> Iterator[threading.Event]:
    """Another file is being written, until it is set."""
    ends = threading.Event()
    files.give(WriteFile(tmp_path / "other", lambda _tell: str(ends.wait(10)).encode()))
    yield ends
    ends.set()


def write_all(files: FileJobs, busy: threading.Event, folder: Path, qtbot: QtBot) -> set[str]:
    """Waits until everything that is ordered is written, one more file too; what the folder holds then."""
    files.give(WriteFile(folder / "last", lambda _tell: b"last"))
    busy.set()
    qtbot.waitUntil((folder / "last").exists)
    return {path.name for path in folder.iterdir()}


def test_that_what_is_saved_waits_its_turn(
    dialog: AnimationDialog, files: FileJobs, busy: threading.Event, tmp_path: Path, qtbot: QtBot
) -> None:
    dialog.save(tmp_path / "a.gif")
    assert write_all(files, busy, tmp_path, qtbot) == {"other", "a.gif", "last"}


def test_that_saving_can_be_called_off(
    dialog: AnimationDialog, files: FileJobs, busy: threading.Event, tmp_path: Path, qtbot: QtBot
) -> None:
    dialog.save(tmp_path / "a.gif")
    assert not dialog.save_gif.isEnabled()
    dialog.call_off()
    assert dialog.save_gif.isEnabled()
    assert "cancelled" in dialog.state.text()
    assert write_all(files, busy, tmp_path, qtbot) == {"other", "last"}


def test_that_closing_ends_playing_and_saving(
    dialog: AnimationDialog, files: FileJobs, busy: threading.Event, tmp_path: Path, qtbot: QtBot
) -> None:
    assert dialog.is_playing
    dialog.save(tmp_path / "a.gif")
    dialog.reject()
    assert not dialog.is_playing
    assert dialog.save_gif.isEnabled()
    assert write_all(files, busy, tmp_path, qtbot) == {"other", "last"}


# ---------------------------------------------------------------- recordings


@pytest.fixture
def recordings(bench: Bench, themes: ThemeController, root: QWidget) -> Iterator[RecordingCommands]:
    result = RecordingCommands(root, bench.history, bench.analysis, themes, True)  # type: ignore[arg-type]
    yield result
    result.close_all()


def test_that_a_recording_opens_in_a_window_of_its_own_without_a_model(
    recordings: RecordingCommands, tmp_path: Path, qtbot: QtBot
) -> None:
    path = tmp_path / "talk.npz"
    save_recording(path, Origin("mneme-tiny", "", *conversation(3)), ())
    recordings.open(path)
    (window,) = recordings.windows
    qtbot.waitUntil(lambda: window.history.last_turn == 2)
    assert "3 turns · the model is not needed" in window.caption.text()
    room = window.screen().availableGeometry()
    assert window.width() <= room.width()
    assert window.height() < room.height()  # the timeline is at its foot
    assert not window.inspector.words.check.isEnabled()
    assert "needs the model" in window.inspector.words.check.toolTip()


def test_that_a_file_that_is_no_recording_is_refused_and_its_window_closes(
    recordings: RecordingCommands, tmp_path: Path, qtbot: QtBot
) -> None:
    (tmp_path / "bad.npz").write_bytes(b"not a recording")
    with qtbot.waitSignal(recordings.refused) as heard:
        recordings.open(tmp_path / "bad.npz")
    assert heard.args[0].startswith("“bad.npz” was not opened:")
    qtbot.waitUntil(lambda: recordings.windows == ())


@pytest.fixture
def slow_file(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[threading.Event, threading.Event]]:
    """A disk that takes its time. The first is set once a recording is being read, which ends when the second is."""
    begun, goes = threading.Event(), threading.Event()

    def read(_path: Path, _cancelled: object) -> None:
        begun.set()
        goes.wait(10)
        raise Cancelled

    monkeypatch.setattr("app.engine.analysis.recorded_analysis.open_recording", read)
    yield begun, goes
    goes.set()


def test_that_a_recording_is_closed_at_once_while_it_is_read_and_its_thread_is_kept_to_its_end(
    recordings: RecordingCommands, slow_file: tuple[threading.Event, threading.Event], tmp_path: Path, qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    begun, goes = slow_file
    recordings.open(tmp_path / "talk.npz")
    assert begun.wait(10)
    (window,) = recordings.windows
    waits: list[int] = []
    with monkeypatch.context() as patch:
        for way in ("wait", "ends_within"):
            patch.setattr(AnalysisThread, way, lambda _thread, *time_ms: waits.extend(time_ms))
        window.close()
    assert waits == []
    del window
    qtbot.waitUntil(lambda: recordings.windows == ())
    (thread,) = recordings._left
    assert thread.isRunning()
    del thread
    goes.set()
    qtbot.waitUntil(lambda: not recordings._left)
    assert recordings.shutdown()


def test_that_a_recording_that_cannot_be_left_in_time_is_told_at_the_end(
    recordings: RecordingCommands,
    slow_file: tuple[threading.Event, threading.Event],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("app.views.inspector.export_recordings.SHUTDOWN_MS", 50)
    begun, goes = slow_file
    recordings.open(tmp_path / "talk.npz")
    assert begun.wait(10)
    assert not recordings.shutdown()
    goes.set()
    monkeypatch.setattr("app.views.inspector.export_recordings.SHUTDOWN_MS", 8_000)
    assert recordings.shutdown()


def test_that_a_recording_under_way_would_be_lost(bench: Bench, recordings: RecordingCommands, tmp_path: Path) -> None:
    bench.analysis.is_held = True
    assert recordings.loss() == ""
    recordings.write(tmp_path / "talk.npz")
    words = "The recording “talk.npz” is not finished and would be lost. Wait until it is written."
    assert recordings.loss() == words
    bench.analysis.found.emit(1, RecordingSaved(tmp_path / "talk.npz", 1, 2_000))
    assert recordings.loss() == ""


def test_that_turns_are_recorded_by_the_analyst(
    bench: Bench, recordings: RecordingCommands, tmp_path: Path, qtbot: QtBot
) -> None:
    bench.analysis.is_held = True
    said: list[str] = []
    recordings.said.connect(said.append)
    recordings.write(tmp_path / "turn.npz", (2,))
    assert bench.analysis.asked == [AskRecording(tmp_path / "turn.npz", (2,))]
    bench.analysis.found.emit(1, RecordingSaved(tmp_path / "turn.npz", 1, 2_000))
    assert said[-1] == f"Recorded 1 turn to {tmp_path / 'turn.npz'} (2.0 kB)."


def test_that_a_recording_of_one_turn_says_that_the_words_before_it_go_along(
    bench: Bench, recordings: RecordingCommands, root: QWidget, tmp_path: Path
) -> None:
    bench.analysis.is_held = True
    said: list[str] = []
    recordings.said.connect(said.append)
    for turn, title in ((0, "Export recording"), (2, "Export recording · with the words of 2 earlier turns")):
        recordings.export("A chat", (turn,))
        dialog = root.findChild(FileDialog, "exportRecordingDialog")
        assert dialog is not None
        assert dialog.windowTitle() == title
        dialog.setObjectName("seen")
        dialog.reject()
    recordings.write(tmp_path / "turn.npz", (2,))
    bench.analysis.found.emit(1, RecordingSaved(tmp_path / "turn.npz", 1, 2_000, 1))
    assert said[-1].endswith("(2.0 kB); the words of 1 earlier turn go along.")


@pytest.mark.parametrize(
    ("turns", "cursor", "words"),
    [((1,), 1, "3 turns · turn 2 is recorded in full · "), ((0, 1, 2), 2, "tiny · 3 turns · the model")],
)
def test_that_a_recording_opens_on_the_turn_that_it_holds_and_names_it(
    recordings: RecordingCommands, tmp_path: Path, qtbot: QtBot, turns: tuple[int, ...], cursor: int, words: str
) -> None:
    initial, records = conversation(3)
    layers = np.ones(initial.layers, np.float32)
    likeness = np.ones((initial.layers, initial.slots, initial.slots), np.float32)
    found = tuple(Similarity(turn, likeness, layers) for turn in (INITIAL, *turns))
    save_recording(tmp_path / "talk.npz", Origin("mneme-tiny", "", initial, records), found)
    recordings.open(tmp_path / "talk.npz")
    (window,) = recordings.windows
    qtbot.waitUntil(lambda: window.history.last_turn == 2)
    assert window.history.cursor == cursor
    assert words in window.caption.text()


def test_that_a_recording_says_how_far_it_is_and_can_be_called_off(
    bench: Bench, recordings: RecordingCommands, tmp_path: Path
) -> None:
    bench.analysis.is_held = True
    heard: list[tuple[str, str]] = []
    for name in ("said", "refused", "under_way", "progressed"):
        getattr(recordings, name).connect(lambda words, name=name: heard.append((name, words)))
    for stem in ("one", "two"):
        recordings.write(tmp_path / f"{stem}.npz")
    bench.analysis.progressed.emit(1, 0.259)
    bench.analysis.progressed.emit(9, 0.5)  # of somebody else
    recordings.call_off()
    assert heard == [
        ("under_way", "Recording “one.npz”… Every turn is looked into once."),
        ("said", "“two.npz” is recorded after the one that is under way."),
        ("progressed", "Recording “one.npz”: 25\u00a0% done."),
        ("under_way", "Recording “two.npz”… Every turn is looked into once."),
        ("refused", "“one.npz” was not recorded to the end: it was cancelled."),
    ]
    assert bench.analysis.cancelled == [1]
    bench.analysis.refused.emit(2, "Too large.")
    assert heard[-2:] == [("under_way", ""), ("refused", "“two.npz” was not written: Too large.")]
    recordings.call_off()  # nothing is left
    assert bench.analysis.cancelled == [1]


def test_that_nothing_remembered_cannot_be_recorded(bench: Bench, recordings: RecordingCommands, qtbot: QtBot) -> None:
    with qtbot.waitSignal(recordings.refused):
        recordings.export("chat", (INITIAL,))
    bench.history.start(conversation(0)[0])
    with qtbot.waitSignal(recordings.refused) as heard:
        recordings.export("chat")
    assert "say something first" in heard.args[0]


def test_that_a_recording_that_another_chat_cuts_short_is_said_to_be(
    bench: Bench, recordings: RecordingCommands, tmp_path: Path
) -> None:
    bench.analysis.is_held = True
    refused: list[str] = []
    recordings.refused.connect(refused.append)
    recordings.write(tmp_path / "talk.npz")
    bench.history.start(*conversation(2))
    assert refused == ["“talk.npz” was not recorded to the end: another chat or branch is open."]
    assert bench.analysis.cancelled == [1]


def test_that_nothing_is_recorded_of_a_chat_that_was_opened_behind_the_dialog(
    bench: Bench, recordings: RecordingCommands, root: QWidget, tmp_path: Path
) -> None:
    refused: list[str] = []
    recordings.refused.connect(refused.append)
    recordings.export("chat")
    dialog = root.findChild(FileDialog)
    assert dialog is not None
    bench.history.start(*conversation(2))
    dialog.place_chosen.emit(tmp_path / "talk.npz")
    dialog.close()
    assert bench.analysis.asked == []
    assert refused == ["Another chat was opened meanwhile, so nothing was recorded."]
