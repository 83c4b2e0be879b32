"""A saved memory: it returns bit by bit, or not at all and with a sentence."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.torch
import torch

import rxt
from rxt.errors import SnapshotError
from rxt.io import snapshot as snapshot_room
from rxt.io.pretrained import PretrainedModel


@pytest.fixture
def saved(model: PretrainedModel, memory: rxt.MemoryState, tmp_path: Path) -> Path:
    path = tmp_path / "memory.safetensors"
    rxt.save_snapshot(path, memory, model=model, title="Ünïcode 🙂", description="two\nlines", turns=3, seed=0)
    return path


def refused(path: Path, model: PretrainedModel) -> str:
    """Both readers refuse; the sentence of the loader."""
    with pytest.raises(SnapshotError) as caught:
        rxt.load_snapshot(path, model=model)
    sentence = str(caught.value)
    assert "Traceback" not in sentence
    assert len(sentence) > 20
    return sentence


def parts(path: Path) -> tuple[dict[str, Any], bytes]:
    data = path.read_bytes()
    length = int.from_bytes(data[:8], "little")
    return json.loads(data[8 : 8 + length]), data[8 + length :]


def assemble(header: dict[str, Any] | bytes, payload: bytes) -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + payload


def with_metadata(header: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """The header with other metadata and a digest that fits it, as a careful forger would write it."""
    metadata = {key: value for key, value in header["__metadata__"].items() if key != "digest"} | changes
    return {**header, "__metadata__": {**metadata, "digest": snapshot_room._digest(metadata)}}


def test_that_a_memory_returns_bit_by_bit_with_what_is_known_of_it(
    saved: Path, model: PretrainedModel, memory: rxt.MemoryState
) -> None:
    loaded = rxt.load_snapshot(saved, model=model)
    assert loaded == memory == loaded.memory
    assert torch.equal(loaded.tensor, memory.tensor)
    assert (loaded.info.title, loaded.info.description, loaded.info.turns) == ("Ünïcode 🙂", "two\nlines", 3)
    assert loaded.info.sha256 == memory.sha256
    assert loaded.info.model == model.name
    assert rxt.read_snapshot_info(saved) == loaded.info
    assert loaded.info.seed == "0"


def test_that_other_programs_can_read_the_numbers(saved: Path, memory: rxt.MemoryState) -> None:
    tensors = safetensors.torch.load(saved.read_bytes())
    assert list(tensors) == ["stm"]
    assert torch.equal(tensors["stm"], memory.tensor)


def test_that_the_longest_texts_can_be_saved_and_loaded(
    model: PretrainedModel, memory: rxt.MemoryState, tmp_path: Path
) -> None:
    path = tmp_path / "memory"
    for character in ("\x01", "🙂", "\ud800"):
        text = character * 8_000
        all_of_them = dict.fromkeys(("title", "description", "origin", "parent", "seed"), text)
        rxt.save_snapshot(path, memory, model=model, **all_of_them)  # type: ignore[arg-type]
        loaded = rxt.load_snapshot(path, model=model)
        for field in all_of_them:
            assert getattr(loaded.info, field) == text.replace("\ud800", "\ufffd")


def test_that_a_memory_of_another_shape_is_refused_with_both_shapes(model: PretrainedModel, tmp_path: Path) -> None:
    other = rxt.MemoryState(torch.zeros(3, 4, 32))
    with pytest.raises(SnapshotError, match=r"\[3, 4, 32\].*\[3, 8, 32\]"):
        rxt.save_snapshot(tmp_path / "memory", other, model=model)
    assert not list(tmp_path.iterdir())


def test_that_a_memory_of_a_model_of_the_same_shape_is_refused_with_both_names(
    saved: Path, model: PretrainedModel, folder: Path
) -> None:
    alpha = rxt.load(folder.parent / "alpha-interlayer")
    assert alpha.memory_shape == model.memory_shape
    sentence = refused(saved, alpha)
    for part in (model.name, model.fingerprint[:12], alpha.name, alpha.fingerprint[:12], "Nothing was changed"):
        assert part in sentence


def test_that_a_file_of_another_shape_is_refused_with_both_shapes_and_names(
    saved: Path, model: PretrainedModel
) -> None:
    header, _ = parts(saved)
    header = with_metadata(header, shape="[2, 4, 32]", model="a larger one")
    header["stm"] = {"dtype": "F32", "shape": [2, 4, 32], "data_offsets": [0, 1024]}
    saved.write_bytes(assemble(header, bytes(1024)))
    sentence = refused(saved, model)
    for part in ("[2, 4, 32]", "a larger one", "[3, 8, 32]", model.name):
        assert part in sentence


def test_that_a_file_cut_off_anywhere_is_refused(saved: Path, model: PretrainedModel) -> None:
    data = saved.read_bytes()
    for length in range(len(data)):
        os.truncate(saved, len(data) - 1 - length)
        with pytest.raises(SnapshotError):
            rxt.load_snapshot(saved, model=model)
        with pytest.raises(SnapshotError):
            rxt.read_snapshot_info(saved)


def test_that_one_flipped_bit_anywhere_is_refused_or_harmless(
    saved: Path, model: PretrainedModel, memory: rxt.MemoryState
) -> None:
    data, harmless = saved.read_bytes(), 0
    with saved.open("r+b", buffering=0) as file:
        for at, byte in enumerate(data):
            file.seek(at)
            file.write(bytes([byte ^ (1 << at % 8)]))
            try:
                assert rxt.load_snapshot(saved, model=model) == memory
                harmless += 1
            except SnapshotError:
                pass
            file.seek(at)
            file.write(bytes([byte]))
    assert harmless < 10
    assert rxt.load_snapshot(saved, model=model) == memory


def test_that_bytes_after_the_end_are_refused(saved: Path, model: PretrainedModel) -> None:
    saved.write_bytes(saved.read_bytes() + b"\0")
    assert "should have 3072 bytes" in refused(saved, model)


def test_that_a_memory_written_with_another_tokenizer_is_refused_and_one_that_names_none_is_not(
    saved: Path, model: PretrainedModel, memory: rxt.MemoryState
) -> None:
    header, payload = parts(saved)
    saved.write_bytes(assemble(with_metadata(header, tokenizer_sha256="f" * 64), payload))
    sentence = refused(saved, model)
    for part in ("another tokenizer", "f" * 12, model.tokenizer.sha256[:12], "Nothing was changed"):
        assert part in sentence
    saved.write_bytes(assemble(with_metadata(header, tokenizer_sha256=""), payload))
    assert rxt.load_snapshot(saved, model=model).memory == memory


def foreign_tensors(_: Path) -> bytes:
    return safetensors.torch.save({"weight": torch.zeros(3)})


def wrong_tensors(path: Path) -> bytes:
    header, payload = parts(path)
    return assemble(header | {"more": {"dtype": "F32", "shape": [0], "data_offsets": [len(payload)] * 2}}, payload)


def wrong_format(path: Path) -> bytes:
    header, payload = parts(path)
    return assemble(header | {"stm": header["stm"] | {"dtype": "I32"}}, payload)


def not_finite(path: Path) -> bytes:
    header, _ = parts(path)
    payload = torch.full((3, 8, 32), torch.nan).numpy().tobytes()
    return assemble(with_metadata(header, sha256=hashlib.sha256(payload).hexdigest()), payload)


def duplicate_tensor(path: Path) -> bytes:
    header, payload = parts(path)
    text = json.dumps(header)
    return assemble(f'{text[:-1]}, "stm": {json.dumps(header["stm"])}}}'.encode(), payload)


def duplicate_title(path: Path) -> bytes:
    header, payload = parts(path)
    text = json.dumps(header).replace('"__metadata__": {', '"__metadata__": {"title": "first", ', 1)
    return assemble(text.encode(), payload)


def bloated(_: Path) -> bytes:
    empty = {"dtype": "F32", "shape": [0], "data_offsets": [0, 0]}
    return assemble({f"tensor {number}": empty for number in range(10_000)}, b"")


def forged(**changes: Any) -> Any:
    def build(path: Path) -> bytes:
        header, payload = parts(path)
        return assemble(with_metadata(header, **changes), payload)

    return build


def without(key: str) -> Any:
    def build(path: Path) -> bytes:
        header, payload = parts(path)
        del header["__metadata__"][key]
        return assemble(with_metadata(header), payload)

    return build


NO_MEMORY = {
    "empty": lambda _: b"",
    "text": lambda _: b"Dear diary, my name is Alice. " * 20,
    "page": lambda _: b"<!DOCTYPE html><html><body>Not found</body></html>",
    "pointer": lambda _: b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 12345\n",
    "zip": lambda _: b"PK\x03\x04" + bytes(300),
    "endless header": lambda _: b"\xff" * 8 + b"{" + bytes(300),
    "list header": lambda _: assemble(b"[1,2]", b""),
    "deep header": lambda _: assemble(b'{"a":' * 30_000, b""),
    "space before the header": lambda path: assemble(b" " + json.dumps(parts(path)[0]).encode(), parts(path)[1]),
    "header of bytes": lambda _: assemble(b'{"\xff\xfe": 1}', b""),
    "foreign tensors": foreign_tensors,
    "one tensor too many": wrong_tensors,
    "other number format": wrong_format,
    "not finite": not_finite,
    "tensor twice": duplicate_tensor,
    "title twice": duplicate_title,
    "bloated header": bloated,
    "future format": forged(format="mneme-snapshot-2"),
    "turns without end": forged(turns="9" * 30),
    "turns before the first": forged(turns="-1"),
    "shape is a word": forged(shape="tall"),
    "shape is infinite": forged(shape="[Infinity, 8, 32]"),
    "shape is deep": forged(shape="[" * 50_000),
    "shape is negative": forged(shape="[-3, -8, 32]"),
    "turns are a word": forged(turns="many"),
    "title is an object": forged(title={"a": 1}),
    "no fingerprint": without("fingerprint"),
    "no format": without("format"),
}


@pytest.mark.parametrize("kind", NO_MEMORY)
def test_that_what_is_no_memory_is_refused_with_a_sentence(saved: Path, model: PretrainedModel, kind: str) -> None:
    saved.write_bytes(NO_MEMORY[kind](saved))
    sentence = refused(saved, model)
    words = {"pointer": "download the file itself", "future format": "mneme-snapshot-2", "not finite": "not finite"}
    assert words.get(kind, "") in sentence


@pytest.mark.parametrize("kind", ["folder", "pipe", "nothing", "device", "loop"])
def test_that_a_path_without_a_file_is_refused_at_once_by_both_readers(
    model: PretrainedModel, tmp_path: Path, kind: str
) -> None:
    path = tmp_path / "memory"
    match kind:
        case "folder":
            path.mkdir()
        case "pipe":
            os.mkfifo(path)
        case "device":
            path = Path("/dev/zero")
        case "loop":
            path.symlink_to(path)
    with pytest.raises(SnapshotError, match=path.name):
        rxt.read_snapshot_info(path)
    assert path.name in refused(path, model)


@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_that_a_failed_save_leaves_the_old_file(
    saved: Path, model: PretrainedModel, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    before = saved.read_bytes()

    def fail(*_: Any) -> None:
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(os, call, fail)
        with pytest.raises(OSError, match="Input/output"):
            rxt.save_snapshot(saved, model.initial_memory(seed=9), model=model)
    assert saved.read_bytes() == before
    assert [path.name for path in saved.parent.iterdir()] == [saved.name]


def test_that_a_file_that_shrinks_while_it_is_read_never_ends_the_process(saved: Path, folder: Path) -> None:
    code = (
        "import os, sys, threading, rxt\n"
        "model = rxt.load(sys.argv[1]); path = sys.argv[2]; data = open(path, 'rb').read()\n"
        "on = True\n"
        "def shrink():\n"
        "    while on:\n"
        "        os.truncate(path, 2000); open(path, 'r+b').write(data)\n"
        "thread = threading.Thread(target=shrink); thread.start()\n"
        "for _ in range(100):\n"
        "    try: rxt.load_snapshot(path, model=model)\n"
        "    except rxt.SnapshotError: pass\n"
        "on = False; thread.join(); print('alive')\n"
    )
    command = [sys.executable, "-c", code, str(folder), str(saved)]
    result = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
    assert result.stdout.strip() == "alive", result.stderr


@pytest.mark.parametrize(
    "told",
    [
        {"turns": 1.0},
        {"turns": True},
        {"turns": -1},
        {"turns": 10**9 + 1},
        {"turns": "3"},
        {"title": "a" * 8_001},
        {"description": "a" * 8_001},
        {"origin": "a" * 8_001},
        {"parent": "a" * 8_001},
        {"seed": "a" * 8_001},
        {"title": None},
        {"description": 7},
        {"origin": None},
        {"parent": 7},
    ],
)
def test_that_nothing_is_saved_which_could_not_be_loaded_again(
    saved: Path, model: PretrainedModel, memory: rxt.MemoryState, told: dict[str, Any]
) -> None:
    before = saved.read_bytes()
    with pytest.raises(SnapshotError, match="nothing was saved"):
        rxt.save_snapshot(saved, memory, model=model, **told)
    assert saved.read_bytes() == before


def test_that_numpys_numbers_describe_a_memory_as_pythons_do(
    saved: Path, model: PretrainedModel, memory: rxt.MemoryState
) -> None:
    truth: Any = np.True_
    info = rxt.save_snapshot(saved, memory, model=model, turns=np.int64(3), seed=np.int64(4), synthetic=truth)
    assert rxt.load_snapshot(saved, model=model).info == info
    assert (info.turns, info.seed, info.synthetic) == (3, "4", True)
