"""Processes that train together: two real ones on this machine, and what a process alone and one of many decide."""

from __future__ import annotations

import contextlib
import json
import math
import os
import random
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import distributed, nn

from rxt.training.team import Team, join_team, threads_each
from tests.rxt.training.recipes import CURRICULUM, DATA, MODEL

ROOT = Path(__file__).parents[3]
RECIPE = f"""{MODEL}{DATA}[schedule]
steps = 2
turns_per_step = 8
learning_rate = 1e-2
{CURRICULUM}[[stage]]
kind = "memory_aware"
"""


def free_port() -> int:
    """One that nobody uses, and that no system gives to a program that asks for any, before this one is taken."""
    chance = random.SystemRandom()
    while True:
        port = chance.randrange(20_000, 32_000)
        with contextlib.suppress(OSError), socket.socket() as free:
            free.bind(("127.0.0.1", port))
            return port


@pytest.fixture(scope="module")
def members(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """What each of two processes found, the leader first."""
    folder = tmp_path_factory.mktemp("team")
    (folder / "recipe.toml").write_text(RECIPE, encoding="utf-8")
    shared = {"WORLD_SIZE": "2", "LOCAL_WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(free_port())}
    command = [sys.executable, "-m", "tests.rxt.training.team_member", str(folder)]
    processes = [
        subprocess.Popen(
            command, cwd=ROOT, env=os.environ | shared | {"RANK": rank, "LOCAL_RANK": rank}, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )
        for rank in ("0", "1")
    ]  # fmt: skip
    try:
        said = [process.communicate(timeout=100)[0] for process in processes]
    finally:
        for process in processes:
            process.kill()
            process.wait()
    assert [process.returncode for process in processes] == [0, 0], "\n".join(said)
    return [json.loads((folder / f"found-{rank}.json").read_text("utf-8")) for rank in (0, 1)]


def test_that_processes_of_one_machine_join_over_gloo(members: list[dict[str, Any]]) -> None:
    assert [(member["backend"], member["size"]) for member in members] == [("gloo", 2), ("gloo", 2)]


def test_that_nobody_goes_on_before_the_last_one_has_come(members: list[dict[str, Any]]) -> None:
    assert [member["waited"] for member in members] == [True, True]


def test_that_every_process_gets_the_mean_of_all_gradients_and_a_missing_one_is_zero(
    members: list[dict[str, Any]],
) -> None:
    for member in members:
        everywhere, led, nowhere = member["gradients"]
        assert everywhere == [2.0, 4.0, 6.0, 8.0]
        assert led == [1.0, -2.0, 3.0]
        assert nowhere == [0.0]


def test_that_a_mean_is_of_the_processes_that_measured_something(members: list[dict[str, Any]]) -> None:
    for member in members:
        everywhere, of_one, of_none = member["means"]
        assert (everywhere, of_one) == (1.5, 5.0)
        assert math.isnan(of_none)


def test_that_processes_with_batches_of_their_own_end_with_the_same_weights(members: list[dict[str, Any]]) -> None:
    leader, other = members
    assert len(leader["losses"]) == len(other["losses"]) == 2
    assert leader["losses"] != other["losses"]
    assert leader["before"] == other["before"] != leader["after"]
    assert leader["after"] == other["after"]


def test_that_the_first_process_alone_writes_what_a_run_leaves(members: list[dict[str, Any]]) -> None:
    leader, other = members
    assert {"checkpoint.pt", "model/model.safetensors", "tokenizer.json", "log-0.csv"} <= set(leader["written"])
    assert other["written"] == ["log-1.csv"]


def test_that_a_process_alone_leaves_its_numbers_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("RANK", "WORLD_SIZE"):
        monkeypatch.delenv(name, raising=False)
    join_team("cpu")
    assert not distributed.is_initialized()
    team = Team.from_environment()
    assert (team, team.leads) == (Team(0, 1), True)
    first, second = nn.Parameter(torch.zeros(2)), nn.Parameter(torch.zeros(2))
    first.grad = torch.tensor([1.0, 2.0])
    team.average_gradients([first, second])
    team.wait()
    assert first.grad.tolist() == [1.0, 2.0]
    assert second.grad is None
    mean, none = team.means((0.5, float("nan")), torch.device("cpu"))
    assert mean == 0.5
    assert math.isnan(none)


@pytest.mark.parametrize(
    ("cores", "processes", "threads"), [(8, None, 8), (8, "1", 8), (8, "2", 4), (7, "2", 3), (2, "4", 1)]
)
def test_that_the_processes_of_a_machine_share_its_cores_and_each_has_one_at_least(
    monkeypatch: pytest.MonkeyPatch, cores: int, processes: str | None, threads: int
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(cores)), raising=False)
    for name in ("LOCAL_WORLD_SIZE", "WORLD_SIZE", "OMP_NUM_THREADS"):
        monkeypatch.delenv(name, raising=False)
    if processes is not None:
        monkeypatch.setenv("LOCAL_WORLD_SIZE", processes)
    assert threads_each() == threads


def test_that_threads_that_are_asked_for_are_taken_and_processes_started_by_hand_are_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(64)), raising=False)
    monkeypatch.delenv("LOCAL_WORLD_SIZE", raising=False)
    monkeypatch.setenv("WORLD_SIZE", "4")
    for asked, threads in (("1", 16), ("3", 3), ("two", 16), ("", 16)):  # torchrun itself asks for one
        monkeypatch.setenv("OMP_NUM_THREADS", asked)
        assert threads_each() == threads


def test_that_the_cores_are_counted_where_a_system_does_not_say_which_may_be_used(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: 6)
    monkeypatch.setenv("LOCAL_WORLD_SIZE", "2")
    assert threads_each() == 3
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert threads_each() == 1


@pytest.mark.parametrize(
    ("device", "done"), [("cpu", ["3 threads", "gloo"]), ("cuda", ["GPU 1", "nccl"]), ("cuda:0", ["GPU 1", "nccl"])]
)
def test_that_a_process_takes_its_share_of_the_cores_or_a_gpu_of_its_own(
    monkeypatch: pytest.MonkeyPatch, device: str, done: list[str]
) -> None:
    seen: list[str] = []
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(6)), raising=False)
    monkeypatch.setattr(torch, "set_num_threads", lambda count: seen.append(f"{count} threads"))
    monkeypatch.setattr(torch.cuda, "set_device", lambda place: seen.append(f"GPU {place}"))
    monkeypatch.setattr(distributed, "init_process_group", seen.append)
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    for name, value in (("WORLD_SIZE", "2"), ("LOCAL_WORLD_SIZE", "2"), ("LOCAL_RANK", "1")):
        monkeypatch.setenv(name, value)
    join_team(device)
    assert seen == done
