"""A small part of `python -m tests.faults`: what breaks on purpose is reported, and nothing that was saved is lost."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.preload import is_possible

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.skipif(os.name == "nt", reason="needs fork and signals of Unix")


def run(*arguments: str) -> list[dict[str, int]]:
    """What the tool counted, a dictionary for each series. It forks, so it has a process without threads."""
    command = [sys.executable, "-m", "tests.faults", *arguments]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=110, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    assert result.stderr == ""
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_that_a_killed_process_lost_nothing_that_it_acknowledged() -> None:
    (kills,) = run("kills", "--count", "15")
    assert kills["tries"] == 15
    assert kills["turns acknowledged"] > 0


def test_that_writing_that_fails_is_reported_and_costs_nothing_saved() -> None:
    series = run("writes", "--step", "29")
    assert series[0]["tries"] > 20
    assert series[1]["reported"] == series[1]["tries"]


@pytest.mark.skipif(not is_possible(), reason="needs Linux and a C compiler")
def test_that_sqlite_itself_may_fail_to_write() -> None:
    (calls,) = run("calls", "--step", "23")
    assert calls["reported"] > calls["tries"] // 2


def test_that_a_changed_memory_is_refused_or_the_same() -> None:
    cut, changed = run("snapshots", "--stride", "401", "--mutations", "1000")
    assert cut["refused"] == cut["tries"]
    assert changed["refused"] + changed["identical"] == changed["tries"] == 1000
