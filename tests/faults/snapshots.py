"""Cuts saved memories off and changes them at random: each is refused with a sentence, or gives the memory it held.

A change that hits only what is not checked (a note that a careful forger signs anew) may be read: then the numbers are
the same. Nothing crashes, and nothing takes longer than a second.
"""

from __future__ import annotations

import json
import random
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import rxt
from rxt.errors import SnapshotError
from rxt.io import snapshot as snapshots
from rxt.io.pretrained import PretrainedModel
from tests.faults.outcome import Outcome

LONGEST_S = 1.0
HEADER_VALUES = ("", "0", "-1", "[]", "[1, 2]", "NaN", "1e999", "null", "\\u0000", "x" * 9000, "[1e3,1,1]", "[" * 5000)
TOKENS = (b"{", b"}", b'"', b"\\", b"\0", b"F64", b"BF16", b"stm", b"__metadata__", b"1e999", b"-1", b"\xff\xfe")


class Target:
    """A saved memory, and the reader that is attacked with changed copies of it."""

    def __init__(self, folder: Path) -> None:
        self.model: PretrainedModel = rxt.load()
        self._path = folder / "memory.safetensors"
        memory = self.model.initial_memory(seed=0)
        rxt.save_snapshot(self._path, memory, model=self.model, title="A title", description="A note", turns=3, seed=0)
        self._sha256 = memory.sha256
        self.data = self._path.read_bytes()

    def attack(self, data: bytes, outcome: Outcome) -> None:
        """Both readers get the changed bytes."""
        self._path.write_bytes(data)
        outcome.tries += 1
        began_s, started_s = time.monotonic(), time.thread_time()  # by the wall only generously: others work, too
        try:
            rxt.read_snapshot_info(self._path)
        except SnapshotError:
            pass
        except BaseException as error:  # noqa: BLE001 - a panic of native code is no Exception
            outcome.check(False, f"reading the header raised {error!r}")
        try:
            loaded = rxt.load_snapshot(self._path, model=self.model)
        except SnapshotError as error:
            outcome.count("refused")
            outcome.check(len(str(error)) > 20, f"refused without a sentence: {error}")
        except BaseException as error:  # noqa: BLE001 - a panic of native code is no Exception
            outcome.check(False, f"loading raised {error!r}")
        else:
            outcome.count("identical")
            outcome.check(loaded.memory.sha256 == self._sha256, "another memory came out")
        took_s = time.thread_time() - started_s
        outcome.counts["longest_ms"] = max(outcome.counts.get("longest_ms", 0), round(took_s * 1000))
        outcome.check(took_s < LONGEST_S, f"it took {took_s:.1f} s")
        waited_s = time.monotonic() - began_s
        outcome.check(waited_s < 20 * LONGEST_S, f"it waited {waited_s:.1f} s")


def cut_off(stride: int = 1) -> Outcome:
    """Every length that is a multiple of `stride`, and all lengths around the end of the header and of the file."""
    outcome = Outcome("snapshot cut off")
    with _target() as target:
        size, header = len(target.data), 8 + int.from_bytes(target.data[:8], "little")
        lengths = {*range(0, size, stride), *range(20), *range(header - 20, header + 20), *range(size - 20, size)}
        for length in sorted(lengths):
            target.attack(target.data[:length], outcome)
    outcome.check(outcome.counts.get("identical", 0) == 0, "a file that was cut off was accepted")
    return outcome


def mutate(count: int, seed: int = 0) -> Outcome:
    """`count` random changes: bits, bytes, pieces, and headers that are signed anew."""
    outcome = Outcome("snapshot changed")
    chance = random.Random(seed)
    with _target() as target:
        for _ in range(count):
            target.attack(_changed(target.data, chance), outcome)
    return outcome


@contextmanager
def _target() -> Iterator[Target]:
    with tempfile.TemporaryDirectory() as folder:
        yield Target(Path(folder))


def _changed(data: bytes, chance: random.Random) -> bytes:
    size, header = len(data), 8 + int.from_bytes(data[:8], "little")
    at = chance.randrange(chance.choice([8, header, size]))  # the first bytes decide most
    match chance.randrange(7):
        case 0:
            changed = bytearray(data)
            changed[at] ^= 1 << chance.randrange(8)
            return bytes(changed)
        case 1:
            return data[:at] + chance.randbytes(chance.randint(1, 16)) + data[at + chance.randint(0, 16) :]
        case 2:
            return data[:at] + chance.choice(TOKENS) + data[at + chance.randint(0, 4) :]
        case 3:
            return (
                chance.choice([0, 1, 7, header - 9, header, 2**32, 2**63, 2**64 - 1]).to_bytes(8, "little") + data[8:]
            )
        case 4:
            other = chance.randrange(size)
            length = chance.randint(1, 64)
            return data[:at] + data[other : other + length] + data[at:]
        case 5:
            return data[:at] + data[at + chance.randint(1, 64) :]
        case _:
            return _forged(data, header, chance)


def _forged(data: bytes, header: int, chance: random.Random) -> bytes:
    """Another description, with a digest that fits it, or another tensor entry."""
    document = json.loads(data[8:header])
    metadata = document["__metadata__"]
    if chance.random() < 0.7:
        key = chance.choice(sorted(metadata))
        metadata[key] = chance.choice(HEADER_VALUES)
        if chance.random() < 0.2:
            del metadata[key]
        metadata.pop("digest", None)
        metadata["digest"] = snapshots._digest(metadata)
    else:
        entry = document["stm"]
        entry[chance.choice(sorted(entry))] = chance.choice(["F64", [], [0, 0], [1] * 99, -1, None, 2**70, "x"])
    text = json.dumps(document).encode()
    return len(text).to_bytes(8, "little") + text + data[header:]
