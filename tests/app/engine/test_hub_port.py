"""The hub's port against a hub on loopback."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.engine.hub_messages import DownloadProgress, HubRefusal, ModelOffer
from app.engine.hub_port import HubPort
from tests.rxt.io.conftest import REPOSITORY, cache, hub  # noqa: F401 - fixtures
from tests.rxt.io.hub_server import COMMIT, HubServer, Repository

TOKEN = "hf_a_secret_that_must_not_leak"  # noqa: S105


@pytest.fixture
def port(hub: HubServer) -> Iterator[HubPort]:  # noqa: F811
    made = HubPort()
    yield made
    assert made.shutdown()


def test_that_a_model_is_found_looked_at_and_downloaded(port: HubPort, hub: HubServer, qtbot: QtBot) -> None:  # noqa: F811
    with qtbot.waitSignal(port.found) as found:
        port.search("tiny")
    assert [model.repository for model in found.args[0]] == [REPOSITORY]
    with qtbot.waitSignal(port.offered) as offered:
        port.look_up(REPOSITORY)
    offer: ModelOffer = offered.args[0]
    assert (offer.commit, offer.files, offer.gated) == (COMMIT, 3, False)
    assert offer.page == f"{hub.address}/{REPOSITORY}"
    seen: list[DownloadProgress] = []
    port.progressed.connect(seen.append)
    with qtbot.waitSignal(port.fetched, timeout=10_000) as fetched:
        port.fetch(REPOSITORY, offer.commit)
    assert fetched.args[0].endswith(COMMIT)
    assert seen[-1].done_bytes == offer.total_bytes


def test_that_a_gated_model_tells_where_to_agree_and_opens_with_a_token(
    port: HubPort,
    hub: HubServer,  # noqa: F811
    qtbot: QtBot,
    caplog: pytest.LogCaptureFixture,
) -> None:
    hub.repositories[REPOSITORY].gated = True
    with qtbot.waitSignal(port.refused, timeout=10_000) as refused:
        port.fetch(REPOSITORY, COMMIT)
    refusal: HubRefusal = refused.args[0]
    assert refusal.kind == "licence"
    assert refusal.page == f"{hub.address}/{REPOSITORY}"
    hub.valid_tokens.add(TOKEN)
    hub.repositories[REPOSITORY].members = frozenset({TOKEN})
    with qtbot.waitSignal(port.fetched, timeout=10_000):
        port.fetch(REPOSITORY, COMMIT, TOKEN)
    assert TOKEN not in caplog.text


def test_that_a_stopped_download_says_so_and_goes_on_from_there(
    port: HubPort,
    hub: HubServer,  # noqa: F811
    qtbot: QtBot,
) -> None:
    hub.faults.stall = threading.Event()
    with qtbot.waitSignal(port.progressed, check_params_cb=lambda done: done.done_bytes > 50_000, timeout=10_000):
        port.fetch(REPOSITORY, COMMIT)
    with qtbot.waitSignal(port.refused, timeout=5_000) as refused:
        port.cancel()
    assert refused.args[0].kind == "stopped"
    hub.faults.stall.set()
    hub.faults.stall = None
    with qtbot.waitSignal(port.fetched, timeout=10_000):
        port.fetch(REPOSITORY, COMMIT)
    assert any(request.headers.get("range") for request in hub.requests)


def test_that_a_new_request_ends_the_one_before_it(port: HubPort, hub: HubServer, qtbot: QtBot) -> None:  # noqa: F811
    hub.faults.silent = threading.Event()
    port.search("tiny")
    refused: list[HubRefusal] = []
    port.refused.connect(refused.append)
    hub.repositories["other/tiny"] = Repository({})
    port.search("other")
    hub.faults.silent.set()
    hub.faults.silent = None
    with qtbot.waitSignal(port.found, timeout=5_000) as found:
        pass
    assert [model.repository for model in found.args[0]] == ["other/tiny"]
    assert refused == []


def all_heard(port: HubPort) -> list[object]:
    """What a port signals from now on, whatever it is."""
    heard: list[object] = []
    for signal in (port.found, port.offered, port.progressed, port.fetched, port.refused):
        signal.connect(heard.append)
    return heard


def test_that_closing_in_the_middle_of_a_download_is_quick_and_silent(hub: HubServer, qtbot: QtBot) -> None:  # noqa: F811
    port = HubPort()
    hub.faults.stall = threading.Event()
    with qtbot.waitSignal(port.progressed, timeout=10_000):
        port.fetch(REPOSITORY, COMMIT)
    heard = all_heard(port)
    assert port.shutdown()  # long before the hub goes on
    port.search("tiny")  # ignored
    qtbot.wait(100)  # what was posted before the end would be heard now
    assert heard == []


def test_that_an_answer_that_came_just_before_the_end_is_not_told_after_it(hub: HubServer, qtbot: QtBot) -> None:  # noqa: F811
    port = HubPort()
    answered = threading.Event()
    port._worker.reported.connect(answered.set, Qt.ConnectionType.DirectConnection)
    port.search("tiny")
    assert answered.wait(10)  # and its events wait for the event loop
    heard = all_heard(port)
    assert port.shutdown()
    qtbot.wait(100)
    assert heard == []


def test_that_a_model_that_the_disk_cut_short_is_mended_by_another_download(
    port: HubPort,
    hub: HubServer,  # noqa: F811
    qtbot: QtBot,
) -> None:
    with qtbot.waitSignal(port.fetched, timeout=10_000) as fetched:
        port.fetch(REPOSITORY, COMMIT)
    weights = Path(fetched.args[0]) / "model.safetensors"
    os.truncate(weights, 1000)
    with qtbot.waitSignal(port.fetched, timeout=10_000):
        port.fetch(REPOSITORY, COMMIT)
    assert weights.read_bytes() == hub.repositories[REPOSITORY].files["model.safetensors"]
