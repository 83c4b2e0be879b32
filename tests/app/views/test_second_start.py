"""A second start is answered by the window that runs: it comes to the front and opens what was asked."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.instance import Request
from app.main import Program, parse, request
from app.views.second_start import SecondStart
from tests.app.views.conftest import Desk
from tests.app.views.fake_port import FakePort


@pytest.fixture
def second_start(desk: Desk) -> SecondStart:
    port = desk.port
    return SecondStart(port, desk.workspace, desk.window, lambda model: model == "far/away", desk.window)  # type: ignore[arg-type]


def test_that_a_minimised_window_comes_back(desk: Desk, second_start: SecondStart) -> None:
    desk.window.setWindowState(Qt.WindowState.WindowMinimized)
    second_start.on_called(Request())
    assert not desk.window.isMinimized()
    assert desk.port.called("load_model") == desk.port.called("open_snapshot") == []


def test_that_the_model_and_the_memory_of_a_second_start_are_opened(desk: Desk, second_start: SecondStart) -> None:
    second_start.on_called(Request("some/model", "/a/memory.safetensors"))
    memory = Path("/a/memory.safetensors")
    assert desk.port.called("load_model") == [("some/model", memory)]
    assert desk.port.called("open_snapshot") == []  # else it would be tried on the open model where that one fails
    second_start.on_called(Request(None, str(memory)))
    assert desk.port.called("open_snapshot") == [(memory,)]


def test_that_a_model_that_is_not_on_this_computer_is_offered_for_download_and_not_opened(
    desk: Desk, second_start: SecondStart, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(second_start.download_wanted) as wanted:
        second_start.on_called(Request("far/away", "/a/memory.safetensors"))
    assert wanted.args == ["far/away", Path("/a/memory.safetensors")]
    assert desk.port.called("load_model") == desk.port.called("open_snapshot") == []


def test_that_a_first_start_opens_the_bundled_model_while_another_is_still_to_come(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    memory = tmp_path / "a.safetensors"
    options = ["--data-dir", str(tmp_path / "data"), "--model", "far/away", "--snapshot", str(memory)]
    program = Program(qapp, parse(options))
    qtbot.addWidget(program.window)
    port = FakePort(qapp)
    offered: list[tuple[str, Path | None]] = []
    monkeypatch.setattr(program.port, "start", port.start)
    monkeypatch.setattr(program.hub, "is_still_to_come", lambda model: model == "far/away")
    monkeypatch.setattr(program._models, "offer", lambda model, memory: offered.append((model, memory)))
    program.window.show()
    program._load()
    assert port.called("start") == [(None, None)]
    assert offered == [("far/away", memory)]
    program.window.close()
    assert program.close()


def test_that_paths_are_handed_over_whole_and_names_of_the_hub_as_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "model").mkdir()
    asked = request(parse(["--model", "model", "--snapshot", "a.safetensors"]))
    assert asked == Request(str(tmp_path / "model"), str(tmp_path / "a.safetensors"))
    assert request(parse(["--model", "someone/a-model"])) == Request("someone/a-model", None)
    assert request(parse([])) == Request()
