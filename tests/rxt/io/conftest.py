"""A hub on loopback, and the real client pointed at it with a cache of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from huggingface_hub import constants

from rxt.io import download
from tests.rxt.io.hub_server import HubServer, Repository

REPOSITORY = "someone/tiny-model"


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    """Where the hub's files go; not there yet."""
    return tmp_path / "cache"


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, cache: Path) -> Iterator[HubServer]:
    """A running hub without faults that holds one public model, and the only one that the client knows."""
    for name in ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    server = HubServer()
    server.repositories[REPOSITORY] = Repository(tiny_files())
    monkeypatch.setattr(constants, "ENDPOINT", server.address)
    template = server.address + "/{repo_id}/resolve/{revision}/{filename}"
    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(cache))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(constants, "HF_TOKEN_PATH", str(tmp_path / "token"))
    monkeypatch.setattr(constants, "HF_STORED_TOKENS_PATH", str(tmp_path / "stored_tokens"))
    monkeypatch.setattr(download, "PAUSES_S", (0.0, 0.0, 0.0, 0.0))
    with server.running():
        yield server


def tiny_files() -> dict[str, bytes]:
    """A repository as people publish it: a model among things that must never be fetched."""
    weights = bytes(index * index % 251 for index in range(200_000))
    return {
        ".gitattributes": b"*.safetensors filter=lfs",
        "README.md": b"# Tiny",
        "config.json": b'{"model": "tiny", "decoder_config": {}}',
        "tokenizer.json": b'{"version": "1.0"}',
        "model.safetensors": weights,
        "modeling.py": b"import os; os.abort()",
        "pytorch_model.bin": b"\x80\x04pickle",
        "training.pkl": b"\x80\x04pickle",
        "model.safetensors.py": b"import os; os.abort()",
        "onnx/config.json": b"{}",
        "checkpoint-1/optimizer.safetensors": b"nothing to open",
    }
