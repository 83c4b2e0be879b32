"""Searching the hub: what is found, and that nothing harmful or secret passes."""

from __future__ import annotations

import threading

import pytest

from rxt.io.hub_errors import DownloadCancelledError, HubDownError, NoNetworkError
from rxt.io.hub_search import MOST_RESULTS, FoundModel, search
from tests.rxt.io.conftest import REPOSITORY
from tests.rxt.io.hub_server import HubServer, Repository


def test_that_models_are_found_by_words_of_their_names(hub: HubServer) -> None:
    hub.repositories["other/large"] = Repository({}, gated=True)
    assert search("tiny") == (FoundModel(REPOSITORY, gated=False, downloads=7),)
    assert search("  LARGE ") == (FoundModel("other/large", gated=True, downloads=7),)
    assert search("no such thing") == ()


def test_that_names_that_no_repository_has_and_odd_numbers_are_left_out(hub: HubServer) -> None:
    hub.repositories["someone/evil"] = Repository({}, found={"id": "../../etc/passwd"})
    hub.repositories["someone/odd"] = Repository({}, found={"downloads": "many"})
    assert [model.repository for model in search("")] == [REPOSITORY, "someone/odd"]
    assert search("odd")[0].downloads is None


def test_that_a_server_that_sends_too_much_is_cut(hub: HubServer) -> None:
    hub.repositories |= {f"many/model-{number}": Repository({}) for number in range(3 * MOST_RESULTS)}
    assert len(search("many")) == MOST_RESULTS


def test_that_nobody_is_told_who_searches(hub: HubServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    search("tiny")
    assert hub.seen("authorization") == []


def test_that_a_hub_in_trouble_is_a_sentence(hub: HubServer) -> None:
    hub.faults.refuse["/api/models"] = (503, {})
    with pytest.raises(HubDownError):
        search("tiny")


def test_that_no_network_is_a_sentence(hub: HubServer, monkeypatch: pytest.MonkeyPatch) -> None:
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(NoNetworkError, match="The list of models"):
        search("tiny")


def test_that_a_search_can_be_stopped(hub: HubServer) -> None:
    hub.faults.silent = threading.Event()
    with pytest.raises(DownloadCancelledError):
        search("tiny", cancelled=lambda: True)
