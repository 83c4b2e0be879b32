"""The compiled step's code is compiled once, where there is a compiler, and loaded from where nobody else writes."""

from __future__ import annotations

import ctypes
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from rxt.io.compiler import compiled


def test_that_without_a_compiler_there_is_no_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert compiled(folder=tmp_path / "native") is None


def test_that_a_mac_without_developer_tools_is_asked_for_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[list[str]] = []

    def run(command: list[str], **_: Any) -> SimpleNamespace:
        ran.append(command)
        return SimpleNamespace(returncode=2)

    monkeypatch.setattr("platform.system", lambda: "Darwin")
    monkeypatch.setattr("shutil.which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr("subprocess.run", run)
    assert compiled(folder=tmp_path / "native") is None
    assert {tuple(command) for command in ran} == {("/usr/bin/xcode-select", "-p")}


@pytest.mark.parametrize(("status", "folder"), [(0, "/usr/bin"), (2, "/usr/local/bin")])
def test_that_a_compiler_of_a_mac_that_is_there_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, status: int, folder: str
) -> None:
    used: list[str] = []
    monkeypatch.setattr("platform.system", lambda: "Darwin")
    monkeypatch.setattr("shutil.which", lambda name: f"{folder}/{name}")
    monkeypatch.setattr("subprocess.run", lambda *_, **__: SimpleNamespace(returncode=status))
    monkeypatch.setattr("rxt.io.compiler._compile", lambda compiler, _: used.append(compiler) or b"")
    assert compiled(folder=tmp_path / "native") is None  # nothing is no library
    assert used == [f"{folder}/cc"]


def test_that_code_which_does_not_compile_is_no_error(tmp_path: Path) -> None:
    source = tmp_path / "step.c"
    source.write_text("this is no C")
    assert compiled(source, tmp_path / "native") is None


def test_that_compiled_code_is_not_loaded_from_a_folder_others_can_write_to(tmp_path: Path) -> None:
    folder = tmp_path / "native"
    folder.mkdir()
    folder.chmod(0o777)
    assert compiled(folder=folder) is None


def test_that_code_is_compiled_once(library: ctypes.CDLL, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert compiled(folder=tmp_path) is not None
    monkeypatch.setattr("rxt.io.compiler._compile", lambda *_: pytest.fail("compiled again"))
    assert compiled(folder=tmp_path) is not None
    assert [path.suffix for path in tmp_path.iterdir()] == [".so"]


@pytest.mark.parametrize("damage", [b"", b"no library"])
def test_that_code_that_was_damaged_is_compiled_again(library: ctypes.CDLL, tmp_path: Path, damage: bytes) -> None:
    whole, folder = Path(library._name), tmp_path / "native"
    folder.mkdir(mode=0o700)
    (folder / whole.name).write_bytes(damage)
    assert compiled(folder=folder) is not None
    assert (folder / whole.name).stat().st_size == whole.stat().st_size
