"""What was typed and not sent: kept while somebody types, without a wait, and there again after a restart."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from app.models.message_limit import LONGEST_MESSAGE
from app.views.window_layout import WindowLayout
from rxt.io.files import write_atomically
from tests.app.views.conftest import Desk


def test_that_the_window_waits_for_no_disk_while_somebody_types_and_keeps_the_words_at_the_end(
    make_desk: Callable[..., Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = threading.Event()

    def write(path: Path, data: bytes) -> None:
        assert disk.wait(10)
        write_atomically(path, data)

    monkeypatch.setattr("app.engine.latest_file.write_atomically", write)
    desk = make_desk()
    for words in ("half", "half a thought"):
        desk.window.chat.composer.set_text(words)
        desk.window._drafts.keep()
    assert not desk.paths.window_file.with_name("unsent.json").exists()
    threading.Timer(0.05, disk.set).start()
    desk.window.close()
    assert make_desk(load=False).window.chat.composer.text == "half a thought"


def test_that_a_window_says_that_unsent_words_cannot_be_read_and_where_they_are_kept(
    make_desk: Callable[..., Desk],
) -> None:
    desk = make_desk(load=False)
    file = desk.paths.window_file.with_name("unsent.json")
    assert not desk.window.chat.notices.texts
    desk.window.close()
    file.write_bytes(b"{")
    (told,) = make_desk(load=False).window.chat.notices.texts
    assert str(file) in told
    assert "unsent.json.damaged" in told


def test_that_a_message_under_way_a_waiting_one_and_what_is_typed_are_all_kept(
    tmp_path: Path, qapp: QApplication
) -> None:
    layout = WindowLayout(tmp_path / "window.ini", qapp)
    words = "\n".join(letter * LONGEST_MESSAGE for letter in "abc")
    layout.draft = words
    assert layout.sync()
    assert WindowLayout(tmp_path / "window.ini", qapp).draft == words


def test_that_a_window_opens_where_its_folder_may_not_be_entered(
    tmp_path: Path, qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> bool:
        raise PermissionError(13, "not yours")

    monkeypatch.setattr("app.engine.latest_file.read_bounded", refuse)
    monkeypatch.setattr(Path, "exists", refuse)
    layout = WindowLayout(tmp_path / "window.ini", qapp)
    assert layout.draft == ""
    assert "unsent.json.damaged" in layout.trouble


def test_that_what_could_not_be_read_twice_is_kept_twice(tmp_path: Path, qapp: QApplication) -> None:
    for content in (b"{1", b"{2"):
        (tmp_path / "unsent.json").write_bytes(content)
        layout = WindowLayout(tmp_path / "window.ini", qapp)
        (kept,) = (name for name in layout.trouble.split() if name.endswith(".damaged"))
        layout.draft = "new"
        assert layout.sync()
        assert (tmp_path / kept).read_bytes() == content
    assert len(list(tmp_path.glob("*.damaged"))) == 2


@pytest.mark.parametrize("content", [b"{", b"[]", b"\xff", b"[" * 200_000])
def test_that_a_damaged_file_of_unsent_words_is_set_aside(tmp_path: Path, qapp: QApplication, content: bytes) -> None:
    (tmp_path / "unsent.json").write_bytes(content)
    layout = WindowLayout(tmp_path / "window.ini", qapp)
    assert layout.draft == ""
    layout.draft = "new"
    assert layout.sync()
    assert (tmp_path / "unsent.json.damaged").read_bytes() == content
    assert WindowLayout(tmp_path / "window.ini", qapp).draft == "new"


def test_that_words_that_cannot_be_read_now_are_not_written_over(
    tmp_path: Path, qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> bytes:
        raise PermissionError(13, "another program has it open")

    words = b'{"draft": "half a thought"}'
    (tmp_path / "unsent.json").write_bytes(words)
    with monkeypatch.context() as patched:
        patched.setattr("app.engine.latest_file.read_bounded", refuse)
        layout = WindowLayout(tmp_path / "window.ini", qapp)
    with monkeypatch.context() as patched:
        patched.setattr("app.engine.latest_file.replace_file", refuse)
        layout.draft = "new"
        assert not layout.sync()
        assert (tmp_path / "unsent.json").read_bytes() == words
    assert layout.sync()
    assert (tmp_path / "unsent.json.damaged").read_bytes() == words
    assert WindowLayout(tmp_path / "window.ini", qapp).draft == "new"
