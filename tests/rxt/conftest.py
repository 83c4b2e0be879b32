"""The golden self-interlayer folder as a model with a tokenizer: small, real, opened once; the compiled step, too."""

from __future__ import annotations

import ctypes
from pathlib import Path

import pytest

import rxt
from rxt.io.compiler import compiled
from rxt.io.pretrained import PretrainedModel

GOLDEN = Path(__file__).parents[1] / "golden"


@pytest.fixture(scope="session")
def folder() -> Path:
    """A model folder; to be read, never written."""
    return GOLDEN / "beta-self-interlayer"


@pytest.fixture(scope="session")
def shared_model(folder: Path) -> PretrainedModel:
    return rxt.load(folder)


@pytest.fixture
def model(shared_model: PretrainedModel) -> PretrainedModel:
    """A model that tests only read."""
    return shared_model


@pytest.fixture
def memory(model: PretrainedModel) -> rxt.MemoryState:
    return model.initial_memory(seed=0)


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> ctypes.CDLL:
    found = compiled(folder=tmp_path_factory.mktemp("native"))
    if found is None:
        pytest.skip("there is no C compiler here")
    return found
