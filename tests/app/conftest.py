"""Garbage is collected between tests, as the application does between events (app.collector), never while painting."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def _no_garbage_is_collected_while_painting() -> Iterator[None]:
    """A collection in the middle of a paint event would destroy what is being painted, and the process with it."""
    gc.disable()
    yield
    gc.collect(0)
    gc.enable()
