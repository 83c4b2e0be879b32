"""Kills a talking process with signal 9 at random moments and looks at what it left.

The promises: no acknowledged turn is lost, the database passes SQLite's own check, every stored memory has its hash,
every remembered turn starts from the memory that the remembered turn before it left, and a saved file is whole.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import signal
import sqlite3
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.store.conversation_store import ConversationStore
from tests.app.store.history import recalled
from tests.faults.outcome import Outcome
from tests.faults.talker import content, fake_library, talk

if TYPE_CHECKING:
    from app.engine.library import Library

LIVES = 25
"""Kills that one data folder goes through, each after the process has opened what the one before left."""
LONGEST_S = 0.2
STARTING = 0.15
"""The share of kills that may come before the process is ready."""
PATIENCE_S = 30.0
READY = b'["ready"]'


def kill(
    count: int, seed: int, open_library: Callable[[], Library] = fake_library, longest_s: float = LONGEST_S
) -> Outcome:
    """Kills `count` times, each time within `longest_s` of the start."""
    outcome = Outcome("kill -9")
    chance = random.Random(seed)
    folder, acknowledged = _new_folder(), []
    try:
        for number in range(count):
            if number % LIVES == LIVES - 1:
                shutil.rmtree(folder)
                folder, acknowledged = _new_folder(), []
            life = Life(seed * 10**6 + number, chance.uniform(0, longest_s), chance.random() < STARTING)
            lines = life.end(folder, open_library)
            outcome.tries += 1
            outcome.count("while starting", int(["ready"] not in lines))
            outcome.count("turns acknowledged", sum(line[0] == "remembered" for line in lines))
            for line in lines:
                outcome.check(line[0] not in ("raised", "failed"), f"the process said: {line}")
            acknowledged += lines
            _check(folder, acknowledged, outcome)
    finally:
        shutil.rmtree(folder)
    return outcome


def _new_folder() -> Path:
    return Path(tempfile.mkdtemp(prefix="faults-"))


@dataclass(frozen=True, slots=True)
class Life:
    """One process. seed: of what it does; delay_s: after its start, or after it was ready, it is killed."""

    seed: int
    delay_s: float
    is_cut_at_start: bool

    def end(self, folder: Path, open_library: Callable[[], Library]) -> list[list[Any]]:
        """Lets it talk and kills it; returns the lines it wrote in full. It is a fork, so that it begins at once."""
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                os.close(reading)
                talk(folder, self.seed, writing, open_library)
            except BaseException as error:  # noqa: BLE001 - a fork must not go on as its parent
                os.write(writing, (json.dumps(["raised", repr(error)]) + "\n").encode())
            finally:
                os._exit(1)
        os.close(writing)
        os.set_blocking(reading, False)
        output = bytearray()
        started_s = time.monotonic()
        ends_s = started_s + (self.delay_s if self.is_cut_at_start else PATIENCE_S)
        is_waiting = not self.is_cut_at_start
        while time.monotonic() < ends_s:
            output += _read(reading)
            if is_waiting and READY in output:
                is_waiting, ends_s = False, time.monotonic() + self.delay_s
            time.sleep(0.001)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        while part := _read(reading):
            output += part
        os.close(reading)
        return [json.loads(line) for line in output[: output.rfind(b"\n") + 1].splitlines()]


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 2**20)
    except BlockingIOError:
        return b""


def _check(folder: Path, lines: list[list[Any]], outcome: Outcome) -> None:
    path = folder / "conversations.sqlite"
    if not path.exists():
        outcome.check(
            not any(line[0] == "asked" for line in lines), "there is no database, but turns were acknowledged"
        )
        return
    store = ConversationStore(path)
    outcome.check(store.quarantined is None, f"the database was damaged and put aside ({store.quarantined})")
    outcome.check(not store.is_read_only, store.read_only_reason)
    asked, remembered = _turns(store, outcome)
    store.close()
    missing = [line for line in lines if line[0] == "asked" and line[1] not in asked]
    missing += [line for line in lines if line[0] == "remembered" and tuple(line[1:]) not in remembered]
    outcome.check(not missing, f"acknowledged, but lost: {missing[:3]}")
    _check_database(path, outcome)
    _check_file(folder / "saved.bin", lines, outcome)


def _turns(store: ConversationStore, outcome: Outcome) -> tuple[set[str], set[tuple[str, str, str, str]]]:
    """The questions that are saved, and what is in memory; each turn's memory is the one its parent left."""
    asked: set[str] = set()
    remembered: set[tuple[str, str, str, str]] = set()
    for item in store.list():
        left: dict[int | None, str] = {None: item.initial_memory}
        for turn in store.turns(item.id):
            asked.add(turn.query)
            left[turn.id] = left[turn.parent]
            if turn.record is not None:
                record = turn.record
                remembered.add((record.query, record.answer, record.memory_before, record.memory_after))
                outcome.check(record.memory_before == left[turn.parent], f"turn {turn.id} starts from another memory")
                left[turn.id] = record.memory_after
        outcome.check(item.tip is None or item.tip in left, "the path ends nowhere")
        # where the newest turn ends stays stored as it is, so that no model has to compute it here
        problem = recalled(store, max(turn for turn in left if turn)).problem
        outcome.check(not problem, f"no memory to go on from: {problem}")
    return asked, remembered


def _check_database(path: Path, outcome: Outcome) -> None:
    connection = sqlite3.connect(path)
    verdict = connection.execute("PRAGMA integrity_check").fetchone()[0]
    outcome.check(verdict == "ok", f"SQLite says: {verdict}")
    outcome.check(
        not connection.execute("PRAGMA foreign_key_check").fetchall(), "rows refer to rows that are not there"
    )
    for sha256, data in connection.execute("SELECT sha256, data FROM memory WHERE length(data) > 0"):
        outcome.check(hashlib.sha256(data).hexdigest() == sha256, f"memory {sha256[:8]} has another hash")
    connection.close()


def _check_file(path: Path, lines: list[list[Any]], outcome: Outcome) -> None:
    saved = [line[1:] for line in lines if line[0] == "saved"]
    if not path.exists():
        outcome.check(not saved, "a saved file is gone")
        return
    data = path.read_bytes()
    seed, step = (int(part) for part in data.split(b"\n", 1)[0].split())
    outcome.check(data == content(seed, step), "a saved file is torn")
    if saved:
        outcome.check([seed, step] >= saved[-1], "a saved file is older than what was acknowledged")
