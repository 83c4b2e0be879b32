"""What the bench says is what was measured; the other ways it compares with compute what they claim to."""

from __future__ import annotations

import json
import math
import os
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

import rxt
from rxt.bench import speed
from rxt.bench.accuracy import Agreement, Judge
from rxt.bench.machine import ReadBandwidth, peak_bytes, processor, timed
from rxt.bench.naive import naive_update
from rxt.bench.plot import plot
from rxt.bench.results import table
from rxt.bench.run import run
from rxt.bench.speed import DecodingSpeed
from rxt.bench.stateless import Comparison, compare, stateless
from rxt.cli import main
from rxt.events import MemoryWritten, TurnMetrics
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


def test_that_a_model_reads_with_the_memories_that_it_wrote_itself(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, other = rxt.load(folder), rxt.load(folder)
    judge, written = Judge(model, dialogues=1), []

    def forget(memory: MemoryState, _: object) -> SimpleNamespace:
        written.append(memory)
        return SimpleNamespace(memory=MemoryState(torch.zeros(memory.shape)))

    monkeypatch.setattr(other, "update_memory", forget)
    found = judge.agreement(other)
    assert written[0] == model.initial_memory(0)
    assert all(not memory.shared.any() for memory in written[1:])
    assert found.other_perplexity != found.perplexity  # by what is remembered alone


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


def test_that_a_speed_beyond_the_bandwidth_of_memory_says_how_that_can_be(folder: Path) -> None:
    results, agreement = run(folder, turns=1, answer_tokens=1), Agreement(10, 1.0, 2.0, 2.0)

    def shown(tokens_s: float) -> list[str]:
        found = DecodingSpeed(tokens_s, 1.0, True, read_bytes=10**6, bandwidth_gb_s=1.0)
        return list(table(replace(results, decoding=found, precisions={"int8": (found, agreement)})))

    cached, read = shown(1640), shown(1004)
    words = "164 % (more than memory gives: the weights stay in the processor's cache)"
    assert f"| share of it that decoding reaches | {words} |" in cached
    assert "164 % (from cache)" in cached[-1]
    assert "| share of it that decoding reaches | 100 % |" in read
    assert "| 100 % | 100.00 % |" in read[-1]


def test_that_the_bar_of_a_comparison_ends_full_and_a_format_that_was_found_is_named(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rxt.bench.run.Judge", partial(Judge, dialogues=1))
    seen: list[tuple[str, int, int]] = []
    results = run(
        folder, turns=1, answer_tokens=1, precisions=["float32", "auto"], report=lambda *told: seen.append(told)
    )
    assert [told[1:] for told in seen if told[0] == "formats"] == [(0, 2), (1, 2), (2, 2)]
    assert seen[-1][0] == "formats"
    assert list(results.precisions) == ["float32", "auto (float32)"]


class Told:
    """A session whose turns take what they are told to take."""

    def __init__(self, found: Iterable[TurnMetrics]) -> None:
        self._found = iter(found)

    def ask(self, _: str) -> list[MemoryWritten]:
        return [MemoryWritten(0, SimpleNamespace(metrics=next(self._found)))]  # type: ignore[arg-type]


def measured(monkeypatch: pytest.MonkeyPatch, *found: TurnMetrics) -> TurnMetrics:
    """What the last of these turns is said to have taken."""
    monkeypatch.setattr(speed, "Session", lambda *_, **__: Told(found))
    return speed.turns(SimpleNamespace(), [len(found)], 16, lambda *_: None)[len(found)]  # type: ignore[arg-type]


def test_that_the_speed_of_a_turn_is_the_middle_one_of_three_however_long_their_answers_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first = TurnMetrics(10, 16, 9.0, 9.9, 9.0)  # is none of the three
    slow, middle, fast = (
        TurnMetrics(10, 11, 0.3, 1.3, 0.2), TurnMetrics(10, 5, 0.1, 0.3, 0.1), TurnMetrics(10, 16, 0.2, 0.7, 0.3),
    )  # fmt: skip
    for turns in ((slow, middle, fast), (fast, slow, middle), (middle, fast, slow)):
        found = measured(monkeypatch, first, *turns)
        assert found.tokens_per_s == pytest.approx(20.0)  # of 10, 20 and 30
        assert (found.answer_tokens, found.first_token_s, found.memory_s) == (5, 0.2, 0.2)
    empty = TurnMetrics(10, 0, 0.0, 0.1, 0.2)  # has no speed, and no first token
    found = measured(monkeypatch, first, empty, middle, empty)
    assert (found.tokens_per_s, found.first_token_s) == (pytest.approx(20.0), 0.1)
    assert measured(monkeypatch, first, empty, empty, empty).tokens_per_s is None


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
