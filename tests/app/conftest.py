"""Garbage is collected between tests, as the application does between events (app.collector), never while painting;
threads have time to end; and a place far from UTC."""

from __future__ import annotations

import gc
import os
import sys
import time
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def _no_garbage_is_collected_while_painting() -> Iterator[None]:
    """A collection in the middle of a paint event would destroy what is being painted, and the process with it."""
    gc.disable()
    yield
    gc.collect(0)
    gc.enable()


@pytest.fixture(autouse=True)
def _threads_may_end_slowly(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a machine that others use too they may; no longer than what hangs in a test hangs, though."""
    ports = ("analysis.port", "file_jobs", "hub_port", "port")
    for name in (*(f"app.engine.{port}" for port in ports), "app.views.inspector.export_recordings"):
        if (module := sys.modules.get(name)) is not None:
            monkeypatch.setattr(module, "SHUTDOWN_MS", 8_000)


@pytest.fixture
def tokyo(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The clocks of this computer are those of Tokyo: there it is nine hours later than in UTC."""
    before = os.environ.get("TZ")
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    yield
    if before is None:
        monkeypatch.delenv("TZ")
    else:
        monkeypatch.setenv("TZ", before)
    time.tzset()
