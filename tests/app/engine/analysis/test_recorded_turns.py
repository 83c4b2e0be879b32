"""Recorded turns hold everything the window draws of them, and nothing else is taken for them."""

from __future__ import annotations

import dataclasses
import io
import json
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.engine.analysis.recorded_turns import RecordedTurns, RecordingError, TurnsWriter, from_bytes, read_file
from rxt.events import frozen_array
from tests.app.inspector.synthetic import STATIC, TANH, UNGATED, conversation

Arrays = dict[str, Any]


@pytest.fixture
def recorded() -> RecordedTurns:
    return RecordedTurns(*conversation(3, laws={"mix": UNGATED, "interlayer": STATIC, "write": TANH}), {}, {})


def to_bytes(recorded: RecordedTurns) -> bytes:
    """What a file of these turns holds."""
    buffer = io.BytesIO()
    with TurnsWriter(buffer) as writer:
        for name, array in recorded.arrays.items():
            writer.add(name, array)
        writer.finish(recorded.initial, recorded.records, recorded.header)
    return buffer.getvalue()


def changed(recorded: RecordedTurns, change: Callable[[Arrays, dict[str, Any]], object]) -> bytes:
    """The file after `change` has had its way with the arrays and the header."""
    with np.load(io.BytesIO(to_bytes(recorded))) as archive:
        arrays = dict(archive)
    header = json.loads(arrays["header"].tobytes())
    change(arrays, header)
    arrays["header"] = np.frombuffer(json.dumps(header).encode(), np.uint8)
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    return buffer.getvalue()


def test_that_what_was_recorded_comes_back_bit_for_bit(recorded: RecordedTurns) -> None:
    nan = recorded.records[1].change.copy()
    nan[0, 0] = np.nan
    records = list(recorded.records)
    records[1] = dataclasses.replace(records[1], change=frozen_array(nan))
    opened = from_bytes(to_bytes(dataclasses.replace(recorded, records=tuple(records))))
    assert opened.initial.norm.tobytes() == recorded.initial.norm.tobytes()
    assert (opened.initial.sha256, opened.initial.width) == (recorded.initial.sha256, recorded.initial.width)
    for before, after in zip(records, opened.records, strict=True):
        for field in dataclasses.fields(before):
            if isinstance(new := getattr(after, field.name), np.ndarray):
                assert not new.flags.writeable
            assert plain(new) == plain(getattr(before, field.name))


def plain(value: Any) -> Any:
    """A part of a recorded, with bytes in place of arrays: something that can be compared."""
    if isinstance(value, np.ndarray):
        return value.tobytes()
    if dataclasses.is_dataclass(value):
        return [plain(getattr(value, field.name)) for field in dataclasses.fields(value)]
    return [plain(part) for part in value] if isinstance(value, tuple) else value


def test_that_records_of_any_number_come_back_by_their_places(recorded: RecordedTurns) -> None:
    records = tuple(dataclasses.replace(record, turn=0) for record in recorded.records)
    opened = from_bytes(to_bytes(dataclasses.replace(recorded, records=records)))
    assert [record.turn for record in opened.records] == [0, 1, 2]
    for before, after in zip(records, opened.records, strict=True):
        assert after.norm.tobytes() == before.norm.tobytes()


def test_that_a_memory_without_turns_can_be_recorded(recorded: RecordedTurns) -> None:
    assert from_bytes(to_bytes(dataclasses.replace(recorded, records=()))).records == ()


@pytest.mark.parametrize("size_bytes", [0, 1, 100, 3000])
def test_that_a_file_cut_short_is_refused(recorded: RecordedTurns, size_bytes: int) -> None:
    with pytest.raises(RecordingError):
        from_bytes(to_bytes(recorded)[:size_bytes])


def test_that_a_flipped_byte_is_refused_or_changes_nothing(recorded: RecordedTurns) -> None:
    data = to_bytes(recorded)
    refusals: list[str] = []
    for place in range(0, len(data), 211):
        damaged = bytearray(data)
        damaged[place] ^= 0x55
        try:
            opened = from_bytes(bytes(damaged))
        except RecordingError as error:
            refusals.append(str(error))
        else:
            assert plain(opened) == plain(recorded), place
    assert refusals
    assert all(refusals)


def test_that_pickled_objects_are_never_loaded(recorded: RecordedTurns) -> None:
    buffer = io.BytesIO()
    np.savez(buffer, header=np.array([{"format": "mneme-recording"}], dtype=object))
    with pytest.raises(RecordingError):
        from_bytes(buffer.getvalue())


@pytest.mark.parametrize(("change", "words"), [
    (lambda arrays, header: arrays.pop("1/norm"), "1/norm"),
    (lambda arrays, header: arrays.update({"1/norm": arrays["1/norm"][:, :-1]}), "shape"),
    (lambda arrays, header: arrays.update({"1/norm": arrays["1/norm"].astype(np.float64)}), "float64"),
    (lambda arrays, header: header.update(version=1), "version 1"),
    (lambda arrays, header: header.update(version=3), "version 3"),
    (lambda arrays, header: header.update(format="other"), "not a recording"),
    (lambda arrays, header: header.pop("initial"), "initial"),
    (lambda arrays, header: header.update(turns=None), "turns"),
    (lambda arrays, header: header["initial"].update(layers=0), "layers"),
    (lambda arrays, header: header["initial"].update(sha256="zz"), "SHA-256"),
    (lambda arrays, header: header["turns"][0].update(reason="tired"), "tired"),
    (lambda arrays, header: header["turns"][0]["sampling"].update(temperature=-1), "temperature"),
    (lambda arrays, header: header["turns"][0]["metrics"].update(answer_s="long"), "answer_s"),
    (lambda arrays, header: header["turns"][0]["gates"][0].update(name="door"), "door"),
    (lambda arrays, header: header["turns"][0]["gates"][0]["law"].update(activation="relu"), "law"),
    (lambda arrays, header: header["turns"][0].update(answer_ids=[-1]), "token ids"),
    (lambda arrays, header: header["turns"][0].update(query=7), "text"),
    (lambda arrays, header: header["turns"][1].update(memory_before="0" * 64), "Turn 1"),
    (lambda arrays, header: header.update(turns=[3]), "malformed"),
])  # fmt: skip
def test_that_the_message_names_what_is_wrong(recorded: RecordedTurns, change, words: str) -> None:
    with pytest.raises(RecordingError, match=words):
        from_bytes(changed(recorded, change))


def test_that_an_archive_of_something_else_is_refused() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("readme.txt", "hello")
    with pytest.raises(RecordingError):
        from_bytes(buffer.getvalue())


def packed(header: str, data: bytes = b"", name: str = "header.npy") -> bytes:
    """An archive of one array with the header that NumPy would read."""
    text = header.encode()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(name, b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text + data)
    return buffer.getvalue()


def encrypted() -> bytes:
    data = bytearray(packed("{}"))
    for signature, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.find(signature) + place] |= 1
    return bytes(data)


def broken_lzma() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("header.npy", "{}")
    data = bytearray(buffer.getvalue())
    start = data.find(b"header.npy") + 16
    data[start : start + 8] = bytes(8)
    return bytes(data)


@pytest.mark.parametrize(
    "data",
    [
        packed("{'descr': '|u1', 'fortran_order': False, 'shape': (10000000000,), }"),
        packed("{'descr': '|u1', 'fortran_order': False, 'shape': (10000000000000000000000,), }"),
        packed("{'descr': '|u1', 'fortran_order': False, 'shape': (-5,), }"),
        packed("{'descr': '|u1', (\n"),
        packed("(" * 4000 + ")" * 4000),
        packed("{}", name="header"),
        encrypted(),
        broken_lzma(),
    ],
    ids=["too large", "without end", "negative", "no literal", "nested", "no array", "encrypted", "damaged codec"],
)
def test_that_a_hostile_archive_is_refused_without_taking_memory(data: bytes) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(RecordingError, match="not a recording, or it is damaged"):
            from_bytes(data)
        assert tracemalloc.get_traced_memory()[1] < 2**26
    finally:
        tracemalloc.stop()


def test_that_a_file_larger_than_any_recording_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "large.npz"
    path.write_bytes(bytes(101))
    monkeypatch.setattr("app.engine.analysis.recorded_turns.LIMIT_BYTES", 100)
    with pytest.raises(RecordingError, match=r"large\.npz has 101 bytes; at most 100"):
        read_file(path)


def test_that_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="not a file"):
        read_file(tmp_path)
