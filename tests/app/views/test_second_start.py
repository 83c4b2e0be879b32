"""A second start is answered by the window that runs: it comes to the front and opens what was asked."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from app.instance import Request
from app.main import parse, request
from app.views.second_start import SecondStart
from tests.app.views.conftest import Desk


@pytest.fixture
def second_start(desk: Desk) -> SecondStart:
    return SecondStart(desk.port, desk.workspace, desk.window, desk.window)  # type: ignore[arg-type]


def test_that_a_minimised_window_comes_back(desk: Desk, second_start: SecondStart) -> None:
    desk.window.setWindowState(Qt.WindowState.WindowMinimized)
    second_start.on_called(Request())
    assert not desk.window.isMinimized()
    assert desk.port.called("load_model") == desk.port.called("open_snapshot") == []


def test_that_the_model_and_the_memory_of_a_second_start_are_opened(desk: Desk, second_start: SecondStart) -> None:
    second_start.on_called(Request("some/model", "/a/memory.safetensors"))
    assert desk.port.called("load_model") == [("some/model",)]
    assert desk.port.called("open_snapshot") == [(Path("/a/memory.safetensors"),)]
    assert [call.name for call in desk.port.calls][-2:] == ["load_model", "open_snapshot"]


def test_that_paths_are_handed_over_whole_and_names_of_the_hub_as_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "model").mkdir()
    asked = request(parse(["--model", "model", "--snapshot", "a.safetensors"]))
    assert asked == Request(str(tmp_path / "model"), str(tmp_path / "a.safetensors"))
    assert request(parse(["--model", "someone/a-model"])) == Request("someone/a-model", None)
    assert request(parse([])) == Request()
