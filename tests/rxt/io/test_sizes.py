"""Dimensions that are possible one by one and impossible together are refused before anything is allocated."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import rxt
from rxt.config import ModelConfig
from rxt.errors import ConfigError, ModelError
from rxt.io import sizes
from rxt.io.presets import PRESETS, preset
from rxt.io.sizes import check_sizes, free_memory_bytes
from tests.rxt.io.test_pretrained_family import Write, set_config, write
from tests.rxt.tiny import document

__all__ = ["write"]

ONE_HEAD = {"att_heads": 1, "att_groups": 1, "att_query_groups": 1}
STACKS = ("decoder_config", "encoder_config")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            {"seq_len": 10**6, "embed_dim": 10**6, "att_heads": 1, "att_groups": 1, "att_query_groups": 1},
            "rotary table",
        ),
        ({"num_layers": 1000, "stm_size": 10**6}, "numbers in a memory"),
        ({"num_layers": 1000, "use_moe": True, "num_experts": 10_000, "moe_top_k": 1}, "experts in all layers"),
    ],
)
def test_that_dimensions_that_are_damage_together_are_named(changes: dict[str, Any], words: str) -> None:
    damaged = document()
    memory = {key: value for key, value in changes.items() if key in damaged["memory_attention_config"]}
    for section in STACKS:
        damaged[section].update(changes)
    damaged["memory_attention_config"].update(memory)
    with pytest.raises(ConfigError, match=words):
        check_sizes(ModelConfig.from_json(damaged))


@pytest.mark.parametrize("name", PRESETS)
def test_that_the_published_sizes_are_far_from_the_limits(name: str) -> None:
    check_sizes(ModelConfig.from_json(preset(name)))


def test_that_a_folder_with_such_a_config_is_refused_by_name(write: Write) -> None:
    folder = write()
    for section in (*STACKS, "memory_attention_config"):
        set_config(folder, section, num_layers=1000, stm_size=10**6)
    with pytest.raises(ConfigError, match=r": config\.json asks for 16,000,000,000 numbers in a memory"):
        rxt.load(folder)


def _free(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, told: str) -> None:
    """The system tells of its memory what `told` says."""
    path = tmp_path / "meminfo"
    path.write_text(told)
    monkeypatch.setattr(sizes, "MEMINFO", path)


def test_that_a_model_for_which_there_is_no_memory_is_refused_before_it_is_read(
    folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    steps: list[tuple[int, int]] = []
    state = rxt.load(folder).state_dict()
    needed = sum(tensor.numel() * tensor.element_size() for tensor in state.values())
    _free(monkeypatch, tmp_path, f"MemTotal: 99 kB\nMemAvailable:   {needed // 1024 - 1} kB\nSwapFree:  0 kB\n")
    with pytest.raises(ModelError, match=r"needs about .* of memory; this computer has .* free.*Nothing was changed"):
        rxt.load(folder, progress=lambda done, total: steps.append((done, total)))
    assert steps == []
    for smaller in ("bfloat16", "int8"):
        assert rxt.load(folder, dtype=smaller).precision == smaller
    _free(monkeypatch, tmp_path, f"MemAvailable: {needed // 1024} kB\nSwapFree: 1 kB\n")
    rxt.load(folder)


def test_that_a_system_that_does_not_tell_what_is_free_opens_any_model(
    folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for told in ("", "MemAvailable: many kB\n", "MemFree: 1 kB\n"):
        _free(monkeypatch, tmp_path, told)
        assert free_memory_bytes() is None
        rxt.load(folder)
    monkeypatch.setattr(sizes, "MEMINFO", tmp_path / "absent")
    assert free_memory_bytes() is None
