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


def test_that_a_harmless_pattern_passes_its_trial(document: dict[str, Any]) -> None:
    split = {"type": "Split", "pattern": {"Regex": r"\s+"}, "behavior": "Isolated", "invert": False}
    try_tokenizer(
        with_parts(document, pre_tokenizer={"type": "Sequence", "pretokenizers": [split, document["pre_tokenizer"]]})
    )


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


def test_that_a_few_replaced_letters_pass_their_trial(document: dict[str, Any]) -> None:
    parts = [replacing(" ", Regex=" {2,}"), replacing('"', String="``"), replacing("", Regex="\u200b")]
    try_tokenizer(with_parts(document, normalizer=in_turn({"type": "Prepend", "prepend": "▁"}, *parts)))


def growing(times: int) -> dict[str, Any]:
    """Every character becomes ten, again and again."""
    step = {"type": "Replace", "pattern": {"Regex": "a"}, "content": "a" * 10}
    return {"type": "Sequence", "normalizers": [step] * times}


@pytest.mark.parametrize(
    "normalizer",
    [
        growing(12),
        {"type": "Prepend", "prepend": "x" * 40_000_000},
        {"type": "Unheard"},
    ],
    ids=["grows", "takes memory", "unknown"],
)
def test_that_a_harmful_part_is_refused_with_a_sentence(document: dict[str, Any], normalizer: dict[str, Any]) -> None:
    with pytest.raises(ModelError, match=r"^tokenizer\.json (cannot be used|did not finish).*not opened\.$"):
        try_tokenizer(with_parts(document, normalizer=normalizer))


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
    copy = shutil.copytree(folder, tmp_path / "model")
    (copy / "tokenizer.json").write_text(with_parts(document, normalizer=growing(12)), "utf-8")
    with pytest.raises(ModelError, match=r"model: tokenizer\.json"):
        rxt.load(copy)


def test_that_the_trial_imports_nothing_of_this_package() -> None:
    code = "import runpy, sys; runpy.run_path(sys.argv[1]); sys.exit('rxt' in sys.modules)"
    subprocess.run([sys.executable, "-I", "-c", code, str(trial.PROGRAM)], check=True, timeout=60)
