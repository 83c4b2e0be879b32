"""The mean of models that began as the same one; what has no mean is refused."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import torch

import rxt
from rxt.cli import main
from rxt.config import ModelConfig
from rxt.io.pretrained import PretrainedModel, save_model
from rxt.model.reactive_transformer import ReactiveTransformer
from rxt.training.averaging import AveragingError, averaged
from rxt.training.initialise import initialise
from rxt.training.recipe import ModelShape


def saved(folder: Path, shape: ModelShape, tokenizer_json: str, seed: int, **memory: object) -> PretrainedModel:
    document = shape.to_document()
    document["memory_attention_config"].update(memory)
    model = ReactiveTransformer(ModelConfig.from_json(document))
    initialise(model, seed)
    save_model(folder, model, document, tokenizer_json)
    return rxt.load(folder)


@pytest.fixture
def models(shape: ModelShape, tokenizer_json: str, tmp_path: Path) -> list[PretrainedModel]:
    return [saved(tmp_path / f"model {seed}", shape, tokenizer_json, seed) for seed in (1, 2, 3)]


@pytest.mark.parametrize("shares", [None, (1, 1, 1), (0.2, 0.3, 0.5), (2, 6, 12)])
def test_that_every_weight_is_the_mean_of_the_models(
    models: list[PretrainedModel], shares: tuple[float, ...] | None
) -> None:
    result, counted = averaged(models, shares).state_dict(), torch.tensor(shares or (1.0, 1.0, 1.0))
    for name, value in result.items():
        expected = sum(
            share * model.state_dict()[name] for share, model in zip(counted / counted.sum(), models, strict=True)
        )
        torch.testing.assert_close(value, expected)
    before = models[0].state_dict()
    assert any(not torch.equal(value, before[name]) for name, value in result.items())


@pytest.mark.parametrize(
    ("shares", "words"),
    [((1.0,), "3 models and 1 shares"), ((1, 1, 0), "not 0"), ((1, 1, -2), "not -2"), ((1, 1, float("nan")), "nan")],
)
def test_that_shares_that_make_no_mean_are_refused(
    models: list[PretrainedModel], shares: tuple[float, ...], words: str
) -> None:
    with pytest.raises(AveragingError, match=words):
        averaged(models, shares)


def test_that_the_decoder_can_have_shares_of_its_own(models: list[PretrainedModel]) -> None:
    first, second = (model.state_dict() for model in models[:2])
    result = averaged(models[:2], (1, 0), (1, 3)).state_dict()
    for name, value in result.items():
        part = 0.75 if name.split(".")[0] in ("decoder", "embedding") else 0.0
        torch.testing.assert_close(value, (1 - part) * first[name] + part * second[name])
    for shares, decoder in (((0, 0), (1, 1)), ((1, 1), (0, 0)), ((1, 1), (1, -1))):
        with pytest.raises(AveragingError, match="A share is a positive number"):
            averaged(models[:2], shares, decoder)
    with pytest.raises(AveragingError, match="2 models and 1 shares"):
        averaged(models[:2], None, (1,))


def test_that_one_model_has_no_mean(models: list[PretrainedModel]) -> None:
    with pytest.raises(AveragingError, match="at least two"):
        averaged(models[:1])


def test_that_models_of_several_configurations_are_refused(
    models: list[PretrainedModel], shape: ModelShape, tokenizer_json: str, tmp_path: Path
) -> None:
    other = saved(tmp_path / "other", shape, tokenizer_json, 1, residual_per_slot_gate=False)
    with pytest.raises(AveragingError, match="another configuration"):
        averaged([models[0], other])


def test_that_a_layout_that_is_written_out_is_no_other_configuration(
    models: list[PretrainedModel], tokenizer_json: str, tmp_path: Path
) -> None:
    first = rxt.load(models[0].source, rope_layout="interleaved")
    save_model(tmp_path / "on", first, first.document, tokenizer_json)
    second = rxt.load(tmp_path / "on")
    assert first.config.fingerprint != second.config.fingerprint
    for name, value in averaged([first, second]).state_dict().items():
        torch.testing.assert_close(value, first.state_dict()[name])
    with pytest.raises(AveragingError, match="another configuration"):
        averaged([models[0], second])


def test_that_models_of_several_tokenizers_are_refused(
    models: list[PretrainedModel], shape: ModelShape, tokenizer_json: str, tmp_path: Path
) -> None:
    other = saved(tmp_path / "other", shape, tokenizer_json + "\n", 1)
    with pytest.raises(AveragingError, match="another tokenizer"):
        averaged([models[0], other])


def test_that_the_command_is_shown_in_an_order_in_which_it_can_be_typed(
    models: list[PretrainedModel], tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    with pytest.raises(SystemExit):
        main(["average", "--help"])
    usage = capsys.readouterr().out.partition("\n\n")[0]
    assert usage.startswith("usage: python -m rxt average MODEL MODEL ")
    stands_for = {"MODEL": models[0].source, "OUT": str(tmp_path / "mean"), "SHARE": "1"}
    words = re.findall(r"MODEL|OUT|SHARE|--[a-z-]+", usage.replace("[MODEL ...]", ""))  # two of each
    assert words.count("--shares") == words.count("--decoder-shares") == 1
    assert main(["average", *(stands_for.get(word, word) for word in words)]) == 0


def test_that_the_command_writes_a_folder_that_opens(
    models: list[PretrainedModel], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = [model.source for model in models[:2]]
    assert main(["average", *names, str(tmp_path / "mean"), "--shares", "1", "3"]) == 0
    said = capsys.readouterr().out
    assert "mean of 2 models" in said
    assert "float16" in said
    expected = averaged(models[:2], (1, 3)).state_dict()
    mean = rxt.load(tmp_path / "mean").state_dict()
    for name, value in expected.items():
        torch.testing.assert_close(mean[name].float(), value, rtol=1e-3, atol=1e-4)
    written = (tmp_path / "mean" / "model.safetensors").read_bytes()
    assert main(["average", *names, str(tmp_path / "mean")]) != 0
    assert "not empty" in capsys.readouterr().err
    assert (tmp_path / "mean" / "model.safetensors").read_bytes() == written
