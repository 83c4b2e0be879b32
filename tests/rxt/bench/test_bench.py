"""What the bench says is what was measured; the other ways it compares with compute what they claim to."""

from __future__ import annotations

import json
import math
import os
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

import rxt
from rxt.bench.accuracy import Judge
from rxt.bench.machine import ReadBandwidth, peak_bytes, processor, timed
from rxt.bench.naive import naive_update
from rxt.bench.plot import plot
from rxt.bench.results import table
from rxt.bench.run import run
from rxt.bench.stateless import Comparison, compare, stateless
from rxt.cli import main
from rxt.inference.generate import AnswerDecoder
from rxt.io.hub import Fetched
from rxt.io.pretrained import PretrainedModel
from rxt.model.memory import MemoryState
from tests.rxt.tiny import tiny_model

IDS = [2, 5, 11, 12, 30, 6, 20, 21, 7, 22]


def comparison(reactive: tuple[float, ...], cached: tuple[float, ...]) -> Comparison:
    turns = tuple(range(1, len(reactive) + 1))
    return Comparison(turns, 4, 4, reactive, tuple(0.1 * turn for turn in turns), cached, 100, tuple(turns))


@pytest.mark.parametrize("variant", ["self-interlayer", "interlayer"])
@pytest.mark.parametrize("kind", ["sqa", "mha", "mqa"])
def test_that_the_plain_update_computes_the_same_memory(kind: str, variant: str) -> None:
    model = tiny_model(kind=kind, variant=variant)
    memory = model.initial_memory(seed=1)
    plain = naive_update(model, memory, IDS)
    torch.testing.assert_close(plain, model.update_memory(memory, IDS).memory.shared, rtol=0, atol=1e-5)


def test_that_the_stateless_decoder_has_the_same_weights_and_reads_beyond_an_interaction() -> None:
    model = tiny_model(experts=4)
    other = stateless(model, 100)
    assert other.decoder.head is model.decoder.head
    assert not any(tensor.is_meta for tensor in other.decoder.state_dict().values())
    empty = MemoryState(torch.zeros(other.memory_shape))
    ids = [7 + place % 20 for place in range(90)]
    whole = other.logits(ids, empty)
    decoder = AnswerDecoder(other, empty, other.new_cache())
    decoder.read(ids[:60])
    decoder.rewind(50)  # a prefix cache goes on from what was kept
    torch.testing.assert_close(decoder.read(ids[50:]), whole[-1], rtol=1e-4, atol=1e-5)


def test_that_turns_are_measured_all_three_ways() -> None:
    seen: list[tuple[int, int]] = []
    found = compare(tiny_model(), turns=(1, 3), rounds=1, report=lambda done, total: seen.append((done, total)))
    assert seen == [(1, 2), (2, 2)]
    assert all(value > 0 for curve in (found.reactive_s, found.reread_s, found.cached_s) for value in curve)
    assert found.cached_bytes[1] == 3 * found.cached_bytes[0]
    assert found.memory_bytes == 4 * 2 * 3 * 16


def test_that_the_turn_from_which_on_the_other_way_is_dearer_is_the_last_crossing() -> None:
    found = comparison((1.0, 1.0, 1.0, 1.0), (2.0, 0.5, 1.5, 1.6))
    assert found.dearer_from(found.cached_s) == 3
    assert found.dearer_from((2.0, 2.0, 2.0, 0.1)) is None


def test_that_a_model_agrees_with_itself_and_8_bits_agree_nearly(model: PretrainedModel, folder: Path) -> None:
    judge = Judge(model, dialogues=2)
    same = judge.agreement(model)
    assert (same.top1, same.perplexity_change) == (1.0, 0.0)
    rounded = judge.agreement(rxt.load(folder, dtype="int8"))
    assert rounded.tokens == same.tokens > 0
    assert 0.8 < rounded.top1 <= 1
    assert abs(rounded.perplexity_change) < 0.05


def test_that_the_machine_answers() -> None:
    assert ReadBandwidth(2**20).measure(2) > 0
    peak = peak_bytes()
    assert peak is None or peak > 10**7


@pytest.mark.parametrize(("device", "steps"), [("cpu", ["called"]), ("cuda", ["called", "done"])])
def test_that_a_time_ends_when_the_device_is_done(
    device: str, steps: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    happened: list[str] = []
    monkeypatch.setattr(torch.accelerator, "synchronize", lambda _device: happened.append("done"))
    assert timed(lambda: happened.append("called"), torch.device(device)) >= 0
    assert happened == steps


def test_that_the_picture_is_an_svg_with_a_curve_a_way() -> None:
    text = plot(comparison((0.1, 0.1), (0.05, 0.06)), "<model> & more")
    root = ElementTree.fromstring(text)  # noqa: S314  (what was just written)
    assert len(root.findall("{http://www.w3.org/2000/svg}polyline")) == 3
    assert "&lt;model&gt;" in text


def test_that_a_whole_run_fills_table_and_numbers(folder: Path) -> None:
    results = run(folder, turns=2, answer_tokens=3)
    values = results.to_json()
    assert json.loads(json.dumps(values)) == values
    assert list(values["turns"]) == ["1", "2"]
    assert values["precision"] == "float32"
    assert values["decoding"]["tokens_s"] > 0
    assert math.isclose(
        values["decoding"]["share"],
        values["decoding"]["tokens_s"] * values["decoding"]["read_bytes"] / values["decoding"]["bandwidth_gb_s"] / 1e9,
    )
    text = "\n".join(table(results))
    assert "| opened in |" in text
    assert "prefix cache" in text
    assert (values["device"], values["processor"]) == ("cpu", processor())
    opened = replace(results.opened, device="cuda:0", processor="A GPU", threads=None)
    first, second, *_ = table(replace(results, opened=opened))
    assert first.endswith(", float32, cuda:0")
    assert second == "on A GPU"
    alone = replace(results, opened=replace(results.opened, threads=1))
    assert next(table(alone)).endswith(", float32, 1 thread")


def test_that_a_gpu_is_named_where_it_computes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda device: f"GPU {device.index}")
    assert processor(torch.device("cuda:1")) == "GPU 1"


def test_that_a_download_is_no_part_of_the_time_that_opening_takes(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [0.0]

    def fetch(repository: str, **_options: object) -> Fetched:
        clock[0] += 60
        return Fetched(folder, repository, "", False)

    monkeypatch.setattr("rxt.io.hub.fetch", fetch)
    monkeypatch.setattr("rxt.bench.run.time", SimpleNamespace(perf_counter=lambda: clock[0]))
    assert run("owner/name", turns=1, answer_tokens=1).opened.load_s == 0
    assert clock == [60]


def test_that_the_command_ends_with_one_line_of_json_and_writes_its_files(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "results"
    assert (
        main(["bench", "--model", str(folder), "--turns", "1", "--answer-tokens", "2", "--out", str(out), "--json"])
        == 0
    )
    last = capsys.readouterr().out.strip().splitlines()[-1]
    assert json.loads(last)["name"] == "beta-self-interlayer"
    assert sorted(path.name for path in out.iterdir()) == ["bench.json", "bench.md", "bench.svg"]
    assert "beta-self-interlayer, float32, cpu<" in (out / "bench.svg").read_text()


@pytest.mark.parametrize(
    "arguments",
    [
        ["--turns", "0"], ["--answer-tokens", "0"], ["--dtype", "int3"], ["--threads", "0"],
        ["--threads", str((os.cpu_count() or 1) + 1)], ["--threads", "1000000000000"],
        ["--compare", "int8", "int3"], ["--out", __file__],
    ],
)  # fmt: skip
def test_that_a_senseless_measurement_is_refused_before_anything_is_measured(
    folder: Path, arguments: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rxt.bench.run.speed.decoding_speed", None)  # calling it would end in a traceback
    assert main(["bench", "--model", str(folder), *arguments]) == 1
    said = capsys.readouterr().err
    assert "rxt: " in said
    if arguments[0] == "--threads":
        assert f"--threads is from 1 to {os.cpu_count()}, the processors of this machine, not {arguments[1]}" in said
