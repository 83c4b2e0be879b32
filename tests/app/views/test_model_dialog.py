"""The model dialog, with a hub on loopback behind it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from huggingface_hub import constants
from PySide6.QtCore import QSize
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.engine.hub_messages import HubRefusal
from app.engine.hub_port import HubPort
from app.models.model_search import SearchState
from app.views.model_commands import ModelCommands
from app.views.model_dialog import ModelDialog
from rxt.io.hub import fetch
from tests.rxt.io.conftest import REPOSITORY, cache, hub  # noqa: F401 - fixtures
from tests.rxt.io.hub_server import COMMIT, HubServer


@pytest.fixture
def models(hub: HubServer, qtbot: QtBot) -> Iterator[ModelCommands]:  # noqa: F811
    window = QWidget()
    qtbot.addWidget(window)
    port = HubPort()
    commands = ModelCommands(port, window)
    commands.show_dialog()
    yield commands
    assert port.shutdown()


def dialog_of(models: ModelCommands) -> ModelDialog:
    dialog = models._window.findChild(ModelDialog)
    assert dialog is not None
    return dialog


def test_that_a_model_is_found_by_words_downloaded_and_opened(models: ModelCommands, qtbot: QtBot) -> None:
    dialog = dialog_of(models)
    dialog.words.setText("tiny")
    assert dialog.go.text() == "Search"
    dialog.go.click()
    qtbot.waitUntil(lambda: dialog.results.count() == 1)
    dialog._look(dialog.results.item(0))
    qtbot.waitUntil(lambda: models.search.state is SearchState.OFFERED)
    assert COMMIT[:10] in dialog.facts.text()
    assert not dialog.token.isVisibleTo(dialog)  # nobody asks who comes
    with qtbot.waitSignal(models.arrived, timeout=10_000) as arrived:
        dialog.download.click()
    assert isinstance(arrived.args[0], Path)
    assert arrived.args[0].name == COMMIT


def test_that_a_pasted_id_is_looked_at_at_once(models: ModelCommands, qtbot: QtBot) -> None:
    dialog = dialog_of(models)
    dialog.words.setText(REPOSITORY)
    assert dialog.go.text() == "Look"
    dialog.go.click()
    qtbot.waitUntil(lambda: dialog.title.text() == REPOSITORY)
    assert dialog.download.isEnabled()


def test_that_a_repository_that_was_named_at_the_start_is_offered(models: ModelCommands, qtbot: QtBot) -> None:
    models.offer(REPOSITORY)  # the dialog is open: there is still one
    qtbot.waitUntil(lambda: dialog_of(models).title.text() == REPOSITORY)
    assert dialog_of(models).words.text() == REPOSITORY
    dialog_of(models).close()
    models.offer(REPOSITORY)
    qtbot.waitUntil(lambda: models.search.state is SearchState.OFFERED)


@pytest.mark.parametrize(("asked_with", "opened_with"), [(REPOSITORY, True), ("someone/else", False)])
def test_that_a_memory_that_was_asked_for_with_a_model_comes_with_it_alone(
    models: ModelCommands, qtbot: QtBot, asked_with: str, opened_with: bool
) -> None:
    fetch(REPOSITORY)
    memory = Path("/a/memory.safetensors")
    models.offer(asked_with, memory)
    models.search.begin_look()  # what else was asked is of no interest here
    models._look_at(REPOSITORY, "")
    qtbot.waitUntil(lambda: models.search.offer is not None and models.search.offer.repository == REPOSITORY)
    with qtbot.waitSignal(models.arrived, timeout=10_000) as arrived:
        dialog_of(models).download.click()
    assert arrived.args[1] == (memory if opened_with else None)


def test_that_a_memory_is_forgotten_with_the_dialog_in_which_its_model_was_not_taken(
    models: ModelCommands, qtbot: QtBot
) -> None:
    fetch(REPOSITORY)
    models.offer(REPOSITORY, Path("/a/memory.safetensors"))
    dialog_of(models).close()
    models.offer(REPOSITORY)
    qtbot.waitUntil(lambda: models.search.state is SearchState.OFFERED)
    with qtbot.waitSignal(models.arrived, timeout=10_000) as arrived:
        dialog_of(models).download.click()
    assert arrived.args[1] is None


def test_that_a_model_that_is_here_opens_without_a_network(
    models: ModelCommands, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    fetch(REPOSITORY)
    monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:1")
    dialog = dialog_of(models)
    dialog.words.setText(REPOSITORY)
    dialog.go.click()
    qtbot.waitUntil(lambda: models.search.state is SearchState.OFFERED)
    assert "the copy on this computer; the hub could not be asked" in dialog.facts.text()
    with qtbot.waitSignal(models.arrived, timeout=10_000) as arrived:
        dialog.download.click()
    assert arrived.args[0].name == COMMIT


def test_that_a_gate_is_explained_with_its_page(models: ModelCommands, hub: HubServer, qtbot: QtBot) -> None:  # noqa: F811
    hub.repositories[REPOSITORY].gated = True
    dialog = dialog_of(models)
    dialog.words.setText(REPOSITORY)
    dialog.go.click()
    qtbot.waitUntil(lambda: models.search.state is SearchState.OFFERED)
    assert dialog.gate.isVisibleTo(dialog)
    assert dialog.page.text() == f"{hub.address}/{REPOSITORY}"
    assert dialog.token.isVisibleTo(dialog)
    dialog.download.click()
    qtbot.waitUntil(lambda: models.search.state is SearchState.REFUSED, timeout=10_000)
    assert "licence" in dialog.sentence.text()
    assert dialog.download.isEnabled()  # to be tried again with a token


def test_that_what_cannot_be_done_is_disabled_with_a_reason(models: ModelCommands) -> None:
    dialog = dialog_of(models)
    for button in (dialog.go, dialog.stop, dialog.download):
        assert not button.isEnabled()
        assert button.toolTip()


def test_that_the_empty_list_says_what_will_appear_in_it(models: ModelCommands) -> None:
    results = dialog_of(models).results
    assert "appear here" in results.accessibleDescription()
    told = results.viewport().grab().toImage()
    results.addItem("")
    results.item(0).setSizeHint(QSize(1, 1))
    assert results.viewport().grab().toImage() != told


def test_that_closing_forgets_the_token_and_stops_what_is_under_way(models: ModelCommands, qtbot: QtBot) -> None:
    dialog = dialog_of(models)
    dialog.token.setText("hf_secret")
    with qtbot.waitSignal(dialog.stop_wanted):
        dialog.close()
    assert dialog.token.text() == ""


def test_that_another_request_does_not_end_a_download(models: ModelCommands, qtbot: QtBot) -> None:
    dialog = dialog_of(models)
    dialog.words.setText("tiny")
    dialog.go.click()
    qtbot.waitUntil(lambda: dialog.results.count() == 1)
    dialog._look(dialog.results.item(0))
    qtbot.waitUntil(lambda: models.search.state is SearchState.OFFERED)
    with qtbot.waitSignal(models.arrived, timeout=10_000):
        dialog.download.click()
        assert models.search.state is SearchState.DOWNLOADING
        assert not dialog.results.isEnabled()
        dialog._look(dialog.results.item(0))
        dialog._ask()
        assert models.search.state is SearchState.DOWNLOADING


def test_that_a_stopped_download_offers_to_go_on(models: ModelCommands, qtbot: QtBot) -> None:
    dialog = dialog_of(models)
    dialog.words.setText(REPOSITORY)
    dialog.go.click()
    qtbot.waitUntil(lambda: models.search.state is SearchState.OFFERED)
    models.search.refuse(HubRefusal("The download was stopped.", "stopped"))
    assert dialog.download.text() == "Go on"
    assert dialog.download.isEnabled()


def test_that_what_comes_of_a_closed_dialog_is_not_told_in_the_next_one(models: ModelCommands, qtbot: QtBot) -> None:
    arrived: list[object] = []
    models.arrived.connect(arrived.append)
    dialog_of(models).close()
    models._hub.fetched.emit("/cache/model")
    models.show_dialog()
    models._hub.refused.emit(HubRefusal("The download was stopped.", "stopped"))
    assert arrived == []
    assert models.search.state is SearchState.IDLE
