"""Errors that nobody caught are written down and told once a kind."""

from __future__ import annotations

import faulthandler
import logging
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QMessageLogContext, QtMsgType

from app.crash_log import CrashLog
from app.paths import Paths


@pytest.fixture
def crash_log(tmp_path: Path) -> Iterator[CrashLog]:
    level = logging.getLogger().level
    result = CrashLog(Paths(tmp_path))
    result.install()
    yield result
    result.uninstall()
    logging.getLogger().setLevel(level)


def raised(message: str) -> ValueError:
    try:
        raise ValueError(message)
    except ValueError as error:
        return error


def test_that_a_kind_of_error_is_told_once_and_written_every_time(crash_log: CrashLog, tmp_path: Path) -> None:
    told: list[str] = []
    crash_log.reported.connect(told.append)
    for number in range(3):
        error = raised(f"trouble {number}")
        sys.excepthook(ValueError, error, error.__traceback__)
    log = Paths(tmp_path).log_file.read_text(encoding="utf-8")
    assert len(told) == 1
    assert "unchanged" in told[0]
    assert all(f"trouble {number}" in log for number in range(3))


def test_that_an_error_is_said_where_the_program_was_started(
    crash_log: CrashLog, capsys: pytest.CaptureFixture[str]
) -> None:
    error = raised("no window yet")
    sys.excepthook(ValueError, error, error.__traceback__)
    assert "ValueError: no window yet" in capsys.readouterr().err


def test_that_addresses_of_downloads_are_not_written_down(crash_log: CrashLog, tmp_path: Path) -> None:
    for name in ("httpx", "httpx2"):
        logging.getLogger(name).info("HTTP Request: GET https://example.org/?search=secret&X-Amz-Signature=abc")
    logging.getLogger("httpx2").warning("something went wrong")
    log = Paths(tmp_path).log_file.read_text(encoding="utf-8")
    assert "secret" not in log
    assert "something went wrong" in log


def test_that_errors_of_threads_are_written_down(crash_log: CrashLog, tmp_path: Path) -> None:
    error = raised("in a thread")
    threading.excepthook(threading.ExceptHookArgs((ValueError, error, error.__traceback__, None)))
    assert "in a thread" in Paths(tmp_path).log_file.read_text(encoding="utf-8")


def test_that_the_hooks_are_given_back(tmp_path: Path) -> None:
    before = sys.excepthook
    log = CrashLog(Paths(tmp_path))
    log.install()
    assert sys.excepthook != before
    log.uninstall()
    assert sys.excepthook == sys.__excepthook__


def test_that_a_place_that_cannot_be_written_is_no_reason_to_fail(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    log = CrashLog(Paths(tmp_path / "file"))
    log.install()
    log.uninstall()


@pytest.mark.parametrize("can_write", [True, False])
def test_that_a_program_without_an_error_stream_starts_warns_and_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, can_write: bool
) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    paths = Paths(tmp_path if can_write else tmp_path / "file")
    log = CrashLog(paths)
    with monkeypatch.context() as windows:
        windows.setattr(sys, "stderr", None)
        log.install()
        assert faulthandler.is_enabled() == can_write
        log._on_qt_message(QtMsgType.QtWarningMsg, QMessageLogContext(), "a warning")
        log.uninstall()
        assert not faulthandler.is_enabled()
    faulthandler.enable()
    assert not can_write or "a warning" in paths.log_file.read_text(encoding="utf-8")
