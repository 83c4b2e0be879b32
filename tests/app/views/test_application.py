"""The whole application in a process of its own: it starts without torch and ends when asked."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QMessageBox

from app.main import Program, application, enlarge, keep_alt_gr, parse, tell, version

ROOT = Path(__file__).resolve().parents[3]
START_S = 120.0
"""How long a start or an end may take on a machine that has other work."""


def start(data_dir: Path, *more: str) -> subprocess.Popen[str]:
    """The application with an empty folder as its model: nothing heavy is loaded, and it must say so and live."""
    model = data_dir.parent / "empty"
    model.mkdir(exist_ok=True)
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    command = [sys.executable, "main.py", "--model", str(model), "--data-dir", str(data_dir), *more]
    return subprocess.Popen(
        command, cwd=ROOT, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def test_that_importing_the_window_imports_no_torch() -> None:
    code = "import sys, app.main; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False, timeout=60).returncode == 0


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM to handle")
@pytest.mark.parametrize("number", [getattr(signal, name, None) for name in ("SIGTERM", "SIGINT", "SIGHUP")])
def test_that_a_signal_closes_the_window_quietly(tmp_path: Path, number: signal.Signals) -> None:
    data_dir = tmp_path / "data"
    before = signal.signal(number, signal.SIG_DFL)  # inherited: under nohup the tests themselves ignore SIGHUP
    try:
        process = start(data_dir)
    finally:
        signal.signal(number, before)
    began = time.monotonic()  # the file is opened once the window is shown
    while not (data_dir / "conversations.sqlite").exists() and time.monotonic() - began < START_S:
        time.sleep(0.05)
    process.send_signal(number)
    _, errors = process.communicate(timeout=START_S)
    assert process.returncode == 0
    assert errors == ""
    assert (data_dir / "window.ini").exists()
    assert data_dir.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("kept", "before", "after"),
    [
        ("[window]\nscale=150\n", {}, {"QT_SCALE_FACTOR": "1.5"}),
        ("[window]\nscale=150\n", {"QT_SCALE_FACTOR": "2"}, {"QT_SCALE_FACTOR": "2"}),
        ("[window]\nscale=100\n", {}, {}),
        ("[window]\nscale=9000\n", {}, {}),
        ("[window\nscale=150", {}, {}),
    ],
    ids=["chosen", "of the environment", "not chosen", "wrong", "damaged"],
)
def test_that_the_size_of_the_text_is_known_before_the_window_is_made(
    tmp_path: Path, kept: str, before: dict[str, str], after: dict[str, str]
) -> None:
    file = tmp_path / "settings.ini"
    file.write_text(kept, encoding="utf-8")
    environment = dict(before)
    enlarge(file, environment)
    assert environment == after
    assert file.exists() != file.with_name("settings.ini.damaged").exists()


@pytest.mark.parametrize(
    ("platform", "before", "after"),
    [
        ("win32", {}, {"QT_QPA_PLATFORM": "windows:altgr"}),
        ("win32", {"QT_QPA_PLATFORM": "offscreen"}, {"QT_QPA_PLATFORM": "offscreen"}),
        ("linux", {}, {}),
        ("darwin", {}, {}),
    ],
    ids=["Windows", "of the environment", "Linux", "a Mac"],
)
def test_that_alt_gr_is_told_from_ctrl_alt_on_windows_alone(
    platform: str, before: dict[str, str], after: dict[str, str]
) -> None:
    environment = dict(before)
    keep_alt_gr(platform, environment)
    assert environment == after


class Made:
    """In place of the one QApplication: what it found when it was made."""

    def __init__(self, _arguments: list[str]) -> None:
        self.found = {name: os.environ.get(name) for name in ("QT_QPA_PLATFORM", "QT_SCALE_FACTOR")}

    @staticmethod
    def instance() -> None:
        return None

    def __getattr__(self, _name: str) -> Any:
        return lambda *_: None


def test_that_the_keys_and_the_size_are_known_before_the_application_is_made(
    qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "settings.ini"
    file.write_text("[window]\nscale=150\n", encoding="utf-8")
    for name in ("QT_QPA_PLATFORM", "QT_SCALE_FACTOR"):
        monkeypatch.setenv(name, "")  # so that it is put back
        monkeypatch.delenv(name)
    monkeypatch.setattr("app.main.sys", SimpleNamespace(platform="win32", argv=["mneme"]))
    monkeypatch.setattr("app.main.QApplication", Made)
    made: Any = application(file)
    assert made.found == {"QT_QPA_PLATFORM": "windows:altgr", "QT_SCALE_FACTOR": "1.5"}


def test_that_the_version_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        parse(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out == f"mneme {version()}\n"


class Shown:
    """In place of the application: what is on the screen when its events would run."""

    def __init__(self, platform: str) -> None:
        self.boxes: list[tuple[str, Qt.TextFormat]] = []
        self._platform = platform

    def platformName(self) -> str:
        return self._platform

    def exec(self) -> None:
        for box in QApplication.topLevelWidgets():
            if isinstance(box, QMessageBox) and box.isVisible():
                self.boxes.append((box.text(), box.textFormat()))
                box.close()


class Errors(io.StringIO):
    """Where a start writes its errors, a terminal or not."""

    def __init__(self, is_terminal: bool) -> None:
        super().__init__()
        self._is_terminal = is_terminal

    def isatty(self) -> bool:
        return self._is_terminal


@pytest.mark.parametrize(
    ("errors", "platform", "is_boxed"),
    [
        (Errors(is_terminal=True), "xcb", False),
        (Errors(is_terminal=False), "xcb", True),
        (None, "windows", True),
        (Errors(is_terminal=False), "offscreen", False),
        (None, "offscreen", False),
    ],
    ids=["terminal", "icon", "icon on Windows", "no screen", "nothing at all"],
)
def test_that_a_sentence_before_the_window_is_seen_where_there_is_no_terminal(
    qapp: QApplication, monkeypatch: pytest.MonkeyPatch, errors: Errors | None, platform: str, is_boxed: bool
) -> None:
    shown = Shown(platform)
    monkeypatch.setattr(sys, "stderr", errors)
    tell(shown, "It does not answer.")  # type: ignore[arg-type]
    assert errors is None or errors.getvalue() == "It does not answer.\n"
    assert shown.boxes == [("It does not answer.", Qt.TextFormat.PlainText)] * is_boxed


@pytest.mark.parametrize("ends", [True, False])
def test_that_a_recording_that_is_still_being_read_is_known_at_the_end(ends: bool) -> None:
    part = SimpleNamespace(shutdown=lambda: True, uninstall=lambda: None)
    lab = SimpleNamespace(recordings=SimpleNamespace(shutdown=lambda: ends))
    parts = dict.fromkeys(("analyst", "port", "hub", "files", "_collector", "_signals", "_crash_log"), part)
    program: Any = SimpleNamespace(_lab=lab, **parts)
    assert Program.close(program) is ends


def test_that_a_wrong_option_is_explained(tmp_path: Path) -> None:
    process = start(tmp_path / "data", "--colour")
    _, errors = process.communicate(timeout=START_S)
    assert process.returncode == 2
    assert "--colour" in errors
