"""The terminal's door: lines in, events out, and sentences where something is wrong."""

from __future__ import annotations

import contextlib
import errno
import io
import json
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import rxt
from rxt.chat.screens import JsonScreen, Screen
from rxt.cli import main
from rxt.events import Event, TokenEmitted
from rxt.io.pretrained import PretrainedModel
from rxt.io.snapshot import SnapshotInfo, save_snapshot

ROOT = Path(__file__).parents[2]


def without_note(said: bytes) -> bytes:
    """What is said besides that the tokenizer of the golden models does not know all bytes."""
    lines = said.splitlines(keepends=True)
    return b"".join(line for line in lines if b"tokenizer.json does not know" not in line)


class Terminal:
    """Runs one command in this process with lines on its standard input."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._monkeypatch = monkeypatch
        self._capsys = capsys
        self.error = ""

    def run(self, *arguments: object, lines: bytes = b"", status: int = 0) -> str:
        self._monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(lines)))
        assert main([str(argument) for argument in arguments]) == status
        captured = self._capsys.readouterr()
        self.error = captured.err
        return captured.out


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    return Terminal(monkeypatch, capsys)


def without_clock(output: str) -> list[dict[str, Any]]:
    """The events of an output, without the durations in them."""
    events = [json.loads(line) for line in output.splitlines()]
    for event in events:
        for key in [key for key in event.get("record", {}).get("metrics", {}) if key.endswith("_s")]:
            del event["record"]["metrics"][key]
    return events


def test_that_two_lines_are_two_turns_and_the_same_every_time(terminal: Terminal, folder: Path) -> None:
    command = ["chat", "--model", folder, "--json", "--max-tokens", "4", "--temperature", "1.2", "--seed", "5"]
    lines = "hello\n\nna\u00efve 🙂\r\n".encode()
    first = without_clock(terminal.run(*command, lines=lines))
    names = ["TurnStarted", *["TokenEmitted"] * 4, "AnswerFinished", "MemoryWriting", "MemoryWritten"]
    assert [event["event"] for event in first] == names * 2
    assert [event["turn"] for event in first] == [0] * 8 + [1] * 8
    assert first[8]["query"] == "naïve 🙂"
    assert without_clock(terminal.run(*command, lines=lines)) == first
    assert terminal.error == ""


def test_that_a_line_of_blanks_is_no_message_that_fails(terminal: Terminal, folder: Path) -> None:
    lines = b"hello\n  \t\n\nhello\n"
    events = without_clock(terminal.run("chat", "--model", folder, "--json", "--max-tokens", 1, lines=lines))
    assert [event["turn"] for event in events if event["event"] == "MemoryWritten"] == [0, 1]


def test_that_a_fresh_process_says_the_same(terminal: Terminal, folder: Path) -> None:
    command = ["chat", "--model", str(folder), "--json", "--max-tokens", "4"]
    here = terminal.run(*command, lines=b"hello\n")
    result = subprocess.run(
        [sys.executable, "-m", "rxt", *command], cwd=ROOT, input=b"hello\n", capture_output=True, timeout=60
    )
    assert (result.returncode, without_note(result.stderr)) == (0, b"")
    assert without_clock(result.stdout.decode("ascii")) == without_clock(here)


@pytest.mark.parametrize("form", [("--json",), ()])
def test_that_a_program_whose_output_nobody_reads_any_more_ends_without_a_word(
    folder: Path, form: tuple[str, ...]
) -> None:
    command = [sys.executable, "-m", "rxt", "chat", "--model", str(folder), "--max-tokens", "1", *form]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as program:
        assert program.stdout is not None
        program.stdout.close()
        assert without_note(program.communicate(b"hello\nhello\n", timeout=60)[1]) == b""
    assert program.returncode == 1


def test_that_bytes_that_are_no_text_do_not_end_a_conversation(terminal: Terminal, folder: Path) -> None:
    events = without_clock(
        terminal.run("chat", "--model", folder, "--json", "--max-tokens", 1, lines=b"\xff\xfe\nhello\n")
    )
    assert [event["query"] for event in events if event["event"] == "TurnStarted"] == ["\ufffd\ufffd", "hello"]


def test_that_a_byte_order_mark_is_no_part_of_the_first_message(terminal: Terminal, folder: Path) -> None:
    lines = b"\xef\xbb\xbfhello\n\xef\xbb\xbfhello\n"
    events = without_clock(terminal.run("chat", "--model", folder, "--json", "--max-tokens", 1, lines=lines))
    assert [event["query"] for event in events if event["event"] == "TurnStarted"] == ["hello", "\ufeffhello"]


@pytest.mark.skipif(os.name == "nt", reason="terminals of POSIX")
def test_that_typed_bytes_that_are_no_text_do_not_end_a_conversation(folder: Path) -> None:
    ours, theirs = os.openpty()
    os.write(ours, b"caf\xe9\nhello\n/quit\n")
    result = subprocess.run(
        [sys.executable, "-m", "rxt", "chat", "--model", str(folder), "--max-tokens", "1"],
        cwd=ROOT, stdin=theirs, capture_output=True, timeout=60,
        env={**os.environ, "PYTHONIOENCODING": "utf-8:strict"},  # as in a locale of UTF-8 that is not C
    )  # fmt: skip
    os.close(ours)
    os.close(theirs)
    assert (result.returncode, without_note(result.stderr)) == (0, b"")
    assert result.stdout.count(b"memory written in") == 2


@pytest.mark.skipif(os.name == "nt", reason="terminals of POSIX")
def test_that_arrow_keys_move_in_the_line_and_are_no_part_of_the_message(tmp_path: Path) -> None:
    settings = tmp_path / "inputrc"
    settings.write_text("set enable-bracketed-paste on\n")  # which Python overrules
    ours, theirs = os.openpty()
    program = subprocess.Popen(
        [sys.executable, "-c", "from rxt.chat.commands import _lines; print(ascii(list(_lines(True))))"],
        cwd=ROOT, stdin=theirs, stdout=theirs, stderr=theirs,
        env={**os.environ, "TERM": "xterm", "INPUTRC": str(settings), "PYTHONUTF8": "1"},
    )  # fmt: skip
    os.close(theirs)

    def read() -> bytes:
        data = os.read(ours, 1024)
        assert data  # else the program is gone; Linux says so with an error
        return data

    shown = b""
    for keys in (b"abd\x1b[Dc\n", b"\x1b[A\x1b[De\n", b"\x04"):  # left; the line before, left; the end
        while not shown.endswith("› ".encode()):
            shown += read()
        assert b"\x1b[?2004h" not in shown  # asks for marks around a paste, whose lines would be one message then
        shown = b""
        os.write(ours, keys)
    while b"]" not in shown.rpartition(b"[")[2]:
        shown += read()
    assert program.wait(timeout=60) == 0
    os.close(ours)
    assert b"['abcd', 'abced']" in shown


def test_that_the_version_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out == f"rxt {rxt.__version__}\n"


def test_that_a_message_too_long_is_reported_and_the_next_is_answered(terminal: Terminal, folder: Path) -> None:
    lines = b"word " * 200 + b"\nhello\n"
    events = without_clock(terminal.run("chat", "--model", folder, "--json", "--max-tokens", 1, lines=lines, status=1))
    assert [event["event"] for event in events][0::5] == ["TurnFailed", "MemoryWritten"]


def test_that_plain_chat_shows_the_answer_and_one_line_about_the_turn(terminal: Terminal, folder: Path) -> None:
    output = terminal.run("chat", "--model", folder, "--max-tokens", "3", lines=b"hello\n")
    assert "[length]" in output
    assert "memory written in" in output
    assert "\x1b" not in output


@pytest.mark.parametrize(
    "arguments",
    [
        ("chat", "--model", "/no/such/folder"),
        ("chat", "--model", __file__),
        ("chat", "--temperature", "-1"),
        ("chat", "--top-p", "0"),
        ("chat", "--seed", "-1"),
        ("snapshot", "show", "/no/such/file"),
        ("snapshot", "show", __file__),
        ("train", "/no/such/recipe.toml"),
        ("chat", "--device", "moon"),
        ("eval", "--device", "meta"),
        ("trace", "--device", "moon"),
        ("trace", "--dtype", "int3"),
    ],
)
def test_that_a_mistake_ends_with_one_sentence_and_status_1(terminal: Terminal, arguments: tuple[str, ...]) -> None:
    assert terminal.run(*arguments, status=1) == ""
    assert terminal.error.startswith("rxt: ")
    assert terminal.error.count("\n") == 1
    assert "Traceback" not in terminal.error


def test_that_a_mistake_in_a_fresh_process_shows_no_traceback() -> None:
    result = subprocess.run(
        [sys.executable, "-m", "rxt", "chat", "--model", "/no/such/folder"],
        cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert result.returncode == 1
    assert result.stdout == ""
    assert result.stderr.startswith("rxt: There is no folder")
    assert result.stderr.count("\n") == 1


def test_that_a_saved_memory_shows_itself(
    terminal: Terminal, model: PretrainedModel, memory: rxt.MemoryState, tmp_path: Path
) -> None:
    path = tmp_path / "memory"
    info = rxt.save_snapshot(path, memory, model=model, title="Alice 🙂", turns=2)
    shown = json.loads(terminal.run("snapshot", "show", path, "--json"))
    assert shown["title"] == "Alice 🙂"
    assert shown["shape"] == [3, 8, 32]
    assert shown["sha256"] == info.sha256
    plain = terminal.run("snapshot", "show", path)
    assert "Alice 🙂" in plain
    assert info.sha256 in plain


def test_that_a_chat_can_start_from_a_saved_memory(
    terminal: Terminal, model: PretrainedModel, folder: Path, tmp_path: Path
) -> None:
    memory = model.initial_memory(seed=77)
    rxt.save_snapshot(tmp_path / "memory", memory, model=model)
    events = without_clock(
        terminal.run(
            "chat", "--model", folder, "--snapshot", tmp_path / "memory", "--json", "--max-tokens", 2, lines=b"hello\n"
        )
    )
    assert events[-1]["record"]["memory_before"] == memory.sha256


def test_that_a_chat_refuses_the_memory_of_another_model(
    terminal: Terminal, model: PretrainedModel, memory: rxt.MemoryState, folder: Path, tmp_path: Path
) -> None:
    rxt.save_snapshot(tmp_path / "memory", memory, model=model)
    other = folder.parent / "alpha-interlayer"
    assert terminal.run("chat", "--model", other, "--snapshot", tmp_path / "memory", status=1) == ""
    assert "beta-self-interlayer" in terminal.error
    assert "alpha-interlayer" in terminal.error


@pytest.mark.parametrize("arguments", [(), ("nonsense",), ("chat", "--temperature", "hot"), ("snapshot",)])
def test_that_a_wrong_command_line_ends_with_status_2(
    arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert "usage:" in capsys.readouterr().err


class Tty(io.StringIO):
    """A terminal's output."""

    def isatty(self) -> bool:
        return True


def test_that_a_terminal_goes_back_only_to_where_a_phase_stands(
    model: PretrainedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    out = Tty()
    screen, session = Screen(out), rxt.Session(model, sampling=rxt.Sampling(max_tokens=2))
    for message in ("word " * 200, "hello", "word " * 200):
        for event in session.ask(message):
            screen.show(event)
    moves = re.findall("\x1b[78]", out.getvalue())
    assert moves == ["\x1b7", "\x1b8"] * 2  # of the turn between the two that are refused: reading, writing memory


def test_that_a_terminal_that_reads_no_escapes_gets_none(
    model: PretrainedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setattr("rxt.chat.screens.reads_escapes", lambda: False)
    out = Tty()
    screen = Screen(out)
    for event in rxt.Session(model, sampling=rxt.Sampling(max_tokens=2)).ask("hello"):
        screen.show(event)
    assert "memory" in out.getvalue()
    assert "\x1b" not in out.getvalue()


def test_that_what_a_model_or_a_file_says_cannot_command_the_terminal(
    terminal: Terminal, model: PretrainedModel, memory: rxt.MemoryState, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    out = Tty()
    for text in ("\x1b[2J", "naïve 🙂\n\t", "\x9b31m\x07"):
        Screen(out).show(TokenEmitted(0, 1, text))
    assert out.getvalue() == "\ufffd[2Jnaïve 🙂\n\t\ufffd31m\ufffd"
    rxt.save_snapshot(tmp_path / "memory", memory, model=model, title="\x9b2J\x7f Alice")
    assert "\ufffd2J\ufffd Alice" in terminal.run("snapshot", "show", tmp_path / "memory")
    assert terminal.run("chat", "--model", tmp_path / "\x1b]0;owned\x07", status=1) == ""
    assert "\ufffd]0;owned\ufffd" in terminal.error
    assert "\x1b" not in terminal.error


CTRL_C = "\x03"


def typed(monkeypatch: pytest.MonkeyPatch, *lines: str) -> None:
    """Somebody sits at the terminal and types these lines."""
    waiting = iter(lines)

    def read(_: str) -> str:
        if (line := next(waiting)) == CTRL_C:
            raise KeyboardInterrupt
        return line

    monkeypatch.setattr(sys, "stdin", Tty())
    monkeypatch.setattr("builtins.input", read)


def test_that_a_late_ctrl_c_does_not_end_a_chat_whose_memory_is_not_saved(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], folder: Path, tmp_path: Path
) -> None:
    typed(monkeypatch, "hello", CTRL_C, f"/save {tmp_path / 'memory'}", "/quit")
    assert main(["chat", "--model", str(folder), "--max-tokens", "1"]) == 0
    assert rxt.read_snapshot_info(tmp_path / "memory.safetensors").turns == 1
    end = "Ctrl+Z and Enter" if sys.platform == "win32" else "Ctrl+D"  # what ends the input of a terminal
    assert capsys.readouterr().out.count(f"/quit or {end} leaves") == 2


def test_that_a_memory_saved_in_a_chat_says_where_it_comes_from_and_how_many_turns_it_has_lived_through(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], folder: Path, tmp_path: Path
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    command = ["chat", "--model", str(folder), "--max-tokens", "1"]
    typed(monkeypatch, "hello", "hello", "/save ~/first", "/quit")
    assert main([*command, "--seed", "5"]) == 0
    first = rxt.read_snapshot_info(tmp_path / "first.safetensors")
    assert (first.turns, first.seed, first.parent) == (2, "5", "")
    typed(monkeypatch, "hello", f"/save {tmp_path / 'second'}", "/quit")
    assert main([*command, "--snapshot", str(tmp_path / "first.safetensors")]) == 0
    second = rxt.read_snapshot_info(tmp_path / "second.safetensors")
    assert (second.turns, second.seed, second.parent) == (3, "", first.sha256)
    assert "after 3 turns to" in capsys.readouterr().out
    typed(monkeypatch, "hello", f"/save {tmp_path / 'third'}", "/quit")
    assert main(command) == 0
    assert "after 1 turn to" in capsys.readouterr().out


def test_that_too_little_memory_is_a_sentence_and_other_faults_are_not_hidden(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(error: Exception) -> Callable[..., None]:
        def opened(*_: object, **__: object) -> None:
            raise error

        return opened

    monkeypatch.setattr("rxt.io.pretrained.load", fail(RuntimeError("DefaultCPUAllocator: can't allocate memory\nx")))
    assert main(["chat"]) == 1
    assert capsys.readouterr().err == (
        "rxt: there was not enough memory; what was saved before is kept. DefaultCPUAllocator: can't allocate memory\n"
    )
    monkeypatch.setattr("rxt.io.pretrained.load", fail(RuntimeError("shapes differ")))
    with pytest.raises(RuntimeError, match="shapes differ"):
        main(["chat"])


def test_that_a_memory_that_cannot_be_saved_is_told_by_the_name_that_was_typed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], folder: Path, tmp_path: Path
) -> None:
    path = tmp_path / "missing" / "memory"
    typed(monkeypatch, f"/save {path}", "/save ~nobody.at.all/memory", "/quit")
    assert main(["chat", "--model", str(folder)]) == 0
    first, second = (line for line in capsys.readouterr().out.splitlines() if line.startswith("Not saved: "))
    assert first.endswith(f"'{path}.safetensors'")
    assert "home" in second


def test_that_a_memory_is_not_saved_as_a_folder_and_the_chat_goes_on(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    terminal: Terminal,
    folder: Path,
    tmp_path: Path,
) -> None:
    monkeypatch.chdir(tmp_path)
    for path in (".", "..", "/", "~nobody.at.all/memory"):
        assert terminal.run("chat", "--model", folder, "--save", path, lines=b"hello\n", status=1) == ""
        assert f"rxt: {path} " in terminal.error
    typed(monkeypatch, "/save .", "/save ..", "/save /", "hello", "/quit")
    assert main(["chat", "--model", str(folder), "--max-tokens", "1"]) == 0
    out = capsys.readouterr().out
    assert out.count("is a folder. Name a file in it.") == 3
    assert "memory written in" in out
    assert list(tmp_path.iterdir()) == []


def press_ctrl_c(self: object, event: Event) -> None:
    """A screen before which somebody presses Ctrl+C as soon as there is something to read."""
    if isinstance(event, TokenEmitted):
        signal.raise_signal(signal.SIGINT)


def test_that_ctrl_c_ends_a_chat_through_a_pipe_after_the_turn_and_keeps_its_memory(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, folder: Path, tmp_path: Path
) -> None:
    kept, command = tmp_path / "kept.safetensors", ["chat", "--model", folder, "--max-tokens", "3", "--json"]
    monkeypatch.setattr(JsonScreen, "show", press_ctrl_c)
    terminal.run(*command, "--save", kept, lines=b"hello\nhello\n", status=130)
    assert rxt.read_snapshot_info(kept).turns == 1
    assert terminal.error == "rxt: stopped.\n"


def test_that_ctrl_c_between_two_lines_of_a_pipe_keeps_the_memory(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, folder: Path, tmp_path: Path
) -> None:
    def lines(interactive: bool) -> Iterator[str]:
        yield "hello"
        raise KeyboardInterrupt

    kept = tmp_path / "kept.safetensors"
    monkeypatch.setattr("rxt.chat.commands._lines", lines)
    terminal.run("chat", "--model", folder, "--max-tokens", "1", "--save", kept, status=130)
    assert rxt.read_snapshot_info(kept).turns == 1


def test_that_ctrl_c_in_a_terminal_stops_the_answer_and_not_the_chat(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], folder: Path, tmp_path: Path
) -> None:
    monkeypatch.setattr(Screen, "show", press_ctrl_c)
    typed(monkeypatch, "hello", "hello", f"/save {tmp_path / 'memory'}", "/quit")
    assert main(["chat", "--model", str(folder), "--max-tokens", "3"]) == 0
    assert "after 2 turns" in capsys.readouterr().out


def test_that_saving_in_a_chat_replaces_only_what_it_was_opened_from_or_has_saved_itself(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], folder: Path, tmp_path: Path
) -> None:
    notes, own = tmp_path / "notes.safetensors", tmp_path / "own.safetensors"
    notes.write_text("mine", encoding="utf-8")
    command = ["chat", "--model", str(folder), "--max-tokens", "1"]
    typed(monkeypatch, "hello", f"/save {notes}", f"/save {own}", "hello", f"/save {own}", "/quit")
    assert main(command) == 0
    assert f"Not saved: {notes} is there already" in capsys.readouterr().out
    assert notes.read_text(encoding="utf-8") == "mine"
    assert rxt.read_snapshot_info(own).turns == 2
    typed(monkeypatch, "hello", f"/save {own}", "/quit")
    assert main([*command, "--snapshot", str(own)]) == 0
    assert rxt.read_snapshot_info(own).turns == 3


def test_that_a_memory_saved_over_the_file_it_was_opened_from_keeps_title_and_note(
    monkeypatch: pytest.MonkeyPatch, model: PretrainedModel, folder: Path, tmp_path: Path
) -> None:
    alice, copy, memory = tmp_path / "alice.safetensors", tmp_path / "copy.safetensors", model.initial_memory(seed=7)
    opened = save_snapshot(alice, memory, model=model, title="Alice", description="A note", turns=2)
    monkeypatch.chdir(tmp_path)
    typed(monkeypatch, "hello", f"/save {copy}", "/save alice", "/quit")
    assert main(["chat", "--model", str(folder), "--max-tokens", "1", "--snapshot", str(alice)]) == 0
    own, other = rxt.read_snapshot_info(alice), rxt.read_snapshot_info(copy)
    assert (own.title, own.description, own.turns, own.parent) == ("Alice", "A note", 3, opened.sha256)
    assert (other.title, other.description, other.sha256) == ("", "", own.sha256)


@pytest.mark.parametrize("lines", [(), ("hello",)])
def test_that_only_a_turn_makes_a_memory_the_child_of_the_opened_one_and_synthetic_no_longer(
    monkeypatch: pytest.MonkeyPatch, model: PretrainedModel, folder: Path, tmp_path: Path, lines: tuple[str, ...]
) -> None:
    mixed, kept = tmp_path / "mixed.safetensors", tmp_path / "kept.safetensors"
    about = {"origin": "two memories", "parent": "a" * 64, "seed": 5, "synthetic": True}
    opened = save_snapshot(mixed, model.initial_memory(seed=7), model=model, **about)  # type: ignore[arg-type]
    typed(monkeypatch, *lines, f"/save {kept}", "/quit")
    assert main(["chat", "--model", str(folder), "--max-tokens", "1", "--snapshot", str(mixed)]) == 0
    info = rxt.read_snapshot_info(kept)
    found = (info.origin, info.parent, info.seed, info.synthetic)
    assert found == (("", opened.sha256, "", False) if lines else ("two memories", "a" * 64, "5", True))


@pytest.mark.parametrize("name", ["Dr. Smith v1.2", "2026.11.29", "memory.txt", "MEMORY.Safetensors"])
def test_that_a_saved_memory_has_the_ending_that_the_window_looks_for_whatever_points_are_in_its_name(
    monkeypatch: pytest.MonkeyPatch, folder: Path, tmp_path: Path, name: str
) -> None:
    typed(monkeypatch, f"/save {tmp_path / name}", "/quit")
    assert main(["chat", "--model", str(folder)]) == 0
    ending = "" if name.endswith(".Safetensors") else ".safetensors"
    assert [file.name for file in tmp_path.iterdir()] == [name + ending]


def test_that_a_chat_through_a_pipe_keeps_its_memory_where_it_is_told_to(
    terminal: Terminal, folder: Path, tmp_path: Path
) -> None:
    kept, command = tmp_path / "kept.safetensors", ["chat", "--model", folder, "--max-tokens", "1", "--json"]
    terminal.run(*command, "--save", kept, lines=b"hello\nhello\n")
    assert rxt.read_snapshot_info(kept).turns == 2
    assert terminal.run(*command, "--save", kept, lines=b"hello\n", status=1) == ""
    assert "there already" in terminal.error
    assert rxt.read_snapshot_info(kept).turns == 2


def test_that_a_chat_whose_memory_could_not_be_kept_is_not_begun(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, folder: Path, tmp_path: Path
) -> None:
    def refuse(**_: Path) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    command = ["chat", "--model", folder, "--max-tokens", "1"]
    assert terminal.run(*command, "--save", tmp_path / "missing" / "kept", lines=b"hello\n", status=1) == ""
    assert f"rxt: There is no folder {tmp_path / 'missing'} to keep the memory in" in terminal.error
    monkeypatch.setattr("tempfile.TemporaryFile", refuse)
    assert terminal.run(*command, "--save", tmp_path / "kept", lines=b"hello\n", status=1) == ""
    assert f"Nothing can be written to the folder {tmp_path} (Permission denied)" in terminal.error


def test_that_a_name_that_is_taken_while_a_chat_goes_on_costs_no_memory(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, folder: Path, tmp_path: Path
) -> None:
    def lines(interactive: bool) -> Iterator[str]:
        yield "hello"
        for name in ("kept.safetensors", "kept-2.safetensors"):
            (tmp_path / name).write_text("of another chat", "utf-8")

    monkeypatch.setattr("rxt.chat.commands._lines", lines)
    terminal.run("chat", "--model", folder, "--max-tokens", "1", "--save", tmp_path / "kept")
    assert (tmp_path / "kept.safetensors").read_text("utf-8") == "of another chat"
    assert rxt.read_snapshot_info(tmp_path / "kept-3.safetensors").turns == 1
    assert f"rxt: {tmp_path / 'kept.safetensors'} was taken meanwhile" in terminal.error
    assert f"the memory is in {tmp_path / 'kept-3.safetensors'}" in terminal.error


def test_that_chats_that_end_in_the_same_moment_keep_each_its_own_memory(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, folder: Path, tmp_path: Path
) -> None:
    def ended(interactive: bool) -> Iterator[str]:
        yield "hello"

    def save(path: Path, *arguments: Any, **about: Any) -> SnapshotInfo:
        if path.name == "kept.safetensors":  # after this chat has found that it is free
            path.write_text("of another chat", encoding="utf-8")
        return save_snapshot(path, *arguments, **about)

    monkeypatch.setattr("rxt.cli._lines", ended)
    monkeypatch.setattr("rxt.inference.keeper.save_snapshot", save)
    terminal.run("chat", "--model", folder, "--max-tokens", "1", "--save", tmp_path / "kept")
    assert (tmp_path / "kept.safetensors").read_text("utf-8") == "of another chat"
    assert rxt.read_snapshot_info(tmp_path / "kept-2.safetensors").turns == 1
    assert f"the memory is in {tmp_path / 'kept-2.safetensors'}" in terminal.error


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
@pytest.mark.parametrize("number", [signal.SIGTERM, getattr(signal, "SIGHUP", None)])
def test_that_a_chat_that_is_told_to_end_keeps_the_memory(folder: Path, tmp_path: Path, number: int) -> None:
    kept = tmp_path / "kept.safetensors"
    command = [sys.executable, "-m", "rxt", "chat", "--model", str(folder), "--max-tokens", "1", "--json"]
    before = signal.signal(number, signal.SIG_DFL)  # the child inherits what is ignored, as all is under nohup
    try:
        program = subprocess.Popen(
            [*command, "--save", str(kept)], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
    finally:
        signal.signal(number, before)
    with program:
        assert program.stdin is not None
        assert program.stdout is not None
        program.stdin.write(b"hello\n")
        program.stdin.flush()
        while b"MemoryWritten" not in program.stdout.readline():
            assert program.poll() is None
        program.send_signal(number)
        assert program.wait(timeout=60) == 128 + number
    assert rxt.read_snapshot_info(kept).turns == 1


def test_that_a_second_signal_does_not_end_the_saving_and_all_are_heard_as_before_afterwards(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, folder: Path, tmp_path: Path
) -> None:
    def ended(interactive: bool) -> Iterator[str]:
        yield "hello"
        signal.raise_signal(signal.SIGTERM)

    def save(*arguments: Any, **about: Any) -> SnapshotInfo:
        signal.raise_signal(signal.SIGTERM)
        signal.raise_signal(signal.SIGINT)
        return save_snapshot(*arguments, **about)

    before = [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)]
    monkeypatch.setattr("rxt.chat.commands._lines", ended)
    monkeypatch.setattr("rxt.chat.saving.save_snapshot", save)
    with pytest.raises(SystemExit) as caught:
        terminal.run("chat", "--model", folder, "--max-tokens", "1", "--save", tmp_path / "kept")
    assert caught.value.code == 128 + signal.SIGTERM
    assert rxt.read_snapshot_info(tmp_path / "kept.safetensors").turns == 1
    assert [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)] == before


def test_that_a_console_that_is_closed_while_an_answer_is_written_keeps_the_memory_once(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, folder: Path, tmp_path: Path
) -> None:
    told: list[Callable[[], None]] = []

    @contextlib.contextmanager
    def when_closed(act: Callable[[], None]) -> Iterator[None]:
        told.append(act)
        yield

    def lines(interactive: bool) -> Iterator[str]:
        yield "hello"
        closing = threading.Thread(target=told[0])
        closing.start()
        closing.join()
        assert rxt.read_snapshot_info(tmp_path / "kept.safetensors").turns == 1

    monkeypatch.setattr("rxt.chat.commands.when_closed", when_closed)
    monkeypatch.setattr("rxt.chat.commands._lines", lines)
    terminal.run("chat", "--model", folder, "--max-tokens", "1", "--save", tmp_path / "kept")
    assert [file.name for file in tmp_path.iterdir()] == ["kept.safetensors"]


def test_that_ctrl_break_is_a_signal_that_ends_a_chat_and_keeps_its_memory(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, folder: Path, tmp_path: Path
) -> None:
    def ended(interactive: bool) -> Iterator[str]:
        yield "hello"
        signal.raise_signal(number)

    number = getattr(signal, "SIGBREAK", getattr(signal, "SIGUSR1", None))  # elsewhere another one plays it
    monkeypatch.setattr(signal, "SIGBREAK", number, raising=False)
    before = signal.signal(number, lambda *_: None)
    monkeypatch.setattr("rxt.chat.commands._lines", ended)
    try:
        with pytest.raises(SystemExit) as caught:
            terminal.run("chat", "--model", folder, "--max-tokens", "1", "--save", tmp_path / "kept")
    finally:
        signal.signal(number, before)
    assert caught.value.code == 128 + number
    assert rxt.read_snapshot_info(tmp_path / "kept.safetensors").turns == 1
