"""A tokenizer.json that panics, hangs or explodes harms a child process, not this one."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import rxt
from rxt.errors import ModelError
from rxt.io import trial
from rxt.io.tokenizer_trial import LIMIT_S
from rxt.io.trial import try_tokenizer


@pytest.fixture
def document(folder: Path) -> dict[str, Any]:
    parsed: dict[str, Any] = json.loads((folder / "tokenizer.json").read_text("utf-8"))
    return parsed


def with_parts(document: dict[str, Any], **parts: Any) -> str:
    return json.dumps({**document, **parts})


@pytest.fixture
def untried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: pytest.fail("a child process was started"))


@pytest.mark.usefixtures("untried")
@pytest.mark.parametrize(
    "parts",
    [
        {},
        {"normalizer": {"type": "NFC"}},
        {"pre_tokenizer": {"type": "Sequence", "pretokenizers": [{"type": "Digits"}]}},
    ],
)
def test_that_a_file_of_the_family_is_read_without_a_trial(document: dict[str, Any], parts: dict[str, Any]) -> None:
    try_tokenizer(with_parts(document, **parts))


@pytest.mark.usefixtures("untried")
@pytest.mark.parametrize("text", ["", "[]", "null", "{", "[" * 100_000])
def test_that_what_is_no_tokenizer_at_all_is_left_to_the_reader(text: str) -> None:
    try_tokenizer(text)


@pytest.fixture
def children(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The exit status of every child process that was started."""
    ended: list[int] = []
    run = subprocess.run

    def started(*args: Any, check: bool, **kwargs: Any) -> Any:
        result = run(*args, check=False, **kwargs)
        ended.append(result.returncode)
        if check:
            result.check_returncode()
        return result

    monkeypatch.setattr(subprocess, "run", started)
    return ended


def split_at(pattern: str, document: dict[str, Any]) -> dict[str, Any]:
    """What the document cuts texts with, after a regular expression."""
    split = {"type": "Split", "pattern": {"Regex": pattern}, "behavior": "Isolated", "invert": False}
    return {"type": "Sequence", "pretokenizers": [split, document["pre_tokenizer"]]}


def test_that_a_harmless_pattern_passes_its_trial(document: dict[str, Any], children: list[int]) -> None:
    try_tokenizer(with_parts(document, pre_tokenizer=split_at(r"\s+", document)))
    assert children == [0]


def test_that_a_file_without_its_unknown_token_is_tried_as_it_is_used(
    document: dict[str, Any], children: list[int]
) -> None:
    document["model"]["unk_token"] = "[NOWHERE]"  # noqa: S105  (no password)
    try_tokenizer(with_parts(document, pre_tokenizer=split_at(r"\s+", document)))
    assert children == [0]


def test_that_a_pattern_that_panics_is_refused_by_its_trial(document: dict[str, Any], children: list[int]) -> None:
    with pytest.raises(ModelError, match=r"^tokenizer\.json cannot be used: .*Regex search error.*; it was not opened"):
        try_tokenizer(with_parts(document, pre_tokenizer=split_at("^(a+)+$b", document)))
    assert children == [1]


def replacing(content: str, **pattern: str) -> dict[str, Any]:
    return {"type": "Replace", "pattern": pattern, "content": content}


def in_turn(*normalizers: dict[str, Any]) -> dict[str, Any]:
    return {"type": "Sequence", "normalizers": normalizers}


@pytest.mark.usefixtures("untried")
@pytest.mark.parametrize(
    "normalizer",
    [
        replacing("q" * 1_000_000, String="q"),
        in_turn(*[replacing("q" * 10, String="q")] * 12),
        in_turn(*[replacing("b", Regex="(?=b)")] * 12),
        in_turn({"type": "NFC"}, {"type": "Prepend", "prepend": "x" * 65}),
    ],
    ids=["one letter", "again and again", "between letters", "before"],
)
def test_that_a_normalizer_that_makes_texts_much_longer_is_refused_whatever_letter_it_waits_for(
    document: dict[str, Any], normalizer: dict[str, Any]
) -> None:
    with pytest.raises(ModelError, match=r"more than 64 times as long; it was not opened\.$"):
        try_tokenizer(with_parts(document, normalizer=normalizer))


def test_that_a_few_replaced_letters_pass_their_trial(document: dict[str, Any], children: list[int]) -> None:
    parts = [replacing(" ", Regex=" {2,}"), replacing('"', String="``"), replacing("", Regex="\u200b")]
    try_tokenizer(with_parts(document, normalizer=in_turn({"type": "Prepend", "prepend": "▁"}, *parts)))
    assert children == [0]


def growing(times: int) -> dict[str, Any]:
    """Every character becomes ten, again and again."""
    step = {"type": "Replace", "pattern": {"Regex": "a"}, "content": "a" * 10}
    return {"type": "Sequence", "normalizers": [step] * times}


def test_that_a_part_that_nobody_knows_is_refused_by_its_trial(document: dict[str, Any], children: list[int]) -> None:
    with pytest.raises(ModelError, match=r"^tokenizer\.json cannot be used: .*did not match.*; it was not opened\.$"):
        try_tokenizer(with_parts(document, normalizer={"type": "Unheard"}))
    assert children == [1]


@pytest.mark.skipif(sys.platform != "linux", reason="only there memory can be limited")
def test_that_a_child_ends_where_it_takes_more_memory_than_it_may(
    document: dict[str, Any], monkeypatch: pytest.MonkeyPatch, children: list[int]
) -> None:
    monkeypatch.setattr(trial, "MOST_GROWTH", 10**6)
    with pytest.raises(ModelError, match=r"too much memory or time, or crashed; it was not opened\.$"):
        try_tokenizer(with_parts(document, normalizer=growing(4)))
    assert [status < 0 for status in children] == [True]  # of a signal


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)", "its program was ended, for it took too much"),
        ("raise SystemExit(3)", "its program ended with 3"),
        ("raise SystemExit('\x1b[31mred')", r"\\x1b\[31mred"),
    ],
    ids=["killed", "silent", "colours"],
)
def test_that_a_refusal_says_how_the_child_ended(
    document: dict[str, Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, code: str, words: str
) -> None:
    (tmp_path / "ends.py").write_text(code, encoding="utf-8")
    monkeypatch.setattr(trial, "PROGRAM", tmp_path / "ends.py")
    with pytest.raises(ModelError, match=rf"^tokenizer\.json cannot be used: {words}.*; it was not opened\.$"):
        try_tokenizer(with_parts(document, normalizer={"type": "Lowercase"}))


def test_that_a_child_that_cannot_be_started_is_no_trial_passed(
    document: dict[str, Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "nowhere"))
    with pytest.raises(ModelError, match="could not be tried in a process of its own"):
        try_tokenizer(with_parts(document, normalizer={"type": "Lowercase"}))


def test_that_a_file_that_hangs_is_given_up(
    document: dict[str, Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    program = tmp_path / "sleeps.py"
    program.write_text("import time\ntime.sleep(60)\n")
    monkeypatch.setattr(trial, "PROGRAM", program)
    monkeypatch.setattr(trial, "GRACE_S", 0.2 - LIMIT_S)
    with pytest.raises(ModelError, match="did not finish"):
        try_tokenizer(with_parts(document, normalizer={"type": "Lowercase"}))


def test_that_a_model_with_a_harmful_tokenizer_is_not_opened(
    folder: Path, tmp_path: Path, document: dict[str, Any]
) -> None:
    copy = shutil.copytree(folder, tmp_path / "mine")
    (copy / "tokenizer.json").write_text(with_parts(document, normalizer=growing(12)), "utf-8")
    with pytest.raises(ModelError, match=r"^mine: tokenizer\.json"):
        rxt.load(copy)


def test_that_the_trial_imports_nothing_of_this_package() -> None:
    code = "import runpy, sys; runpy.run_path(sys.argv[1]); sys.exit('rxt' in sys.modules)"
    subprocess.run([sys.executable, "-I", "-c", code, str(trial.PROGRAM)], check=True, timeout=60)
