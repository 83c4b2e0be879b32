"""A hub that fails: what arrived is kept, what is wrong is removed, and a sentence says what to do."""

from __future__ import annotations

import errno
import threading
from collections.abc import Iterator
from email.utils import formatdate
from pathlib import Path
from typing import Any

import huggingface_hub
import pytest
from huggingface_hub import constants

from rxt.io import download
from rxt.io.errand import Progress
from rxt.io.hub import fetch, look_up
from rxt.io.hub_errors import (
    ConnectionLostError,
    DiskSpaceError,
    DownloadCancelledError,
    HubAnswerError,
    HubDownError,
    HubError,
    NoNetworkError,
    NotFoundError,
    RateLimitError,
    UnsuitableError,
    WrongBytesError,
    in_words,
    translate,
)
from tests.rxt.io.conftest import REPOSITORY
from tests.rxt.io.hub_server import HubServer, Repository

WEIGHTS = "model.safetensors"


def weights_of(hub: HubServer) -> bytes:
    return hub.repositories[REPOSITORY].files[WEIGHTS]


def partial_files(cache: Path) -> list[Path]:
    return list(cache.rglob("*.incomplete"))


@pytest.mark.parametrize("share", [0.0, 0.01, 0.5, 0.99])
def test_that_a_dropped_connection_goes_on_where_it_broke(hub: HubServer, cache: Path, share: float) -> None:
    size = int(len(weights_of(hub)) * share)
    hub.faults.drop_after = [size]
    fetched = fetch(REPOSITORY)
    assert (fetched.folder / WEIGHTS).read_bytes() == weights_of(hub)
    assert hub.seen("range") == ([f"bytes={size}-"] if size else [])
    assert partial_files(cache) == []


def test_that_a_body_without_a_length_that_ends_early_is_gone_on_with(hub: HubServer) -> None:
    hub.faults.truncate = [70_000, 50_000]
    assert (fetch(REPOSITORY).folder / WEIGHTS).read_bytes() == weights_of(hub)
    assert hub.seen("range") == ["bytes=70000-", "bytes=120000-"]


def test_that_a_connection_that_always_breaks_ends_in_a_sentence_and_the_next_download_goes_on(
    hub: HubServer, cache: Path
) -> None:
    hub.faults.drop_after = [20_000] * 5
    with pytest.raises(ConnectionLostError, match=r"after 100 kB of 200 kB\. What has arrived is kept"):
        fetch(REPOSITORY)
    assert [path.stat().st_size for path in partial_files(cache)] == [100_000]
    hub.requests.clear()
    assert (fetch(REPOSITORY).folder / WEIGHTS).read_bytes() == weights_of(hub)
    assert hub.seen("range") == ["bytes=100000-"]


def test_that_a_server_without_ranges_starts_again_from_the_first_byte(hub: HubServer) -> None:
    hub.faults.drop_after, hub.faults.no_ranges = [90_000], True
    steps: list[Progress] = []
    assert (fetch(REPOSITORY, progress=steps.append).folder / WEIGHTS).read_bytes() == weights_of(hub)
    assert steps[-1].done_bytes == steps[-1].total_bytes


def test_that_an_answer_with_another_part_than_was_asked_for_is_not_appended(hub: HubServer) -> None:
    hub.faults.drop_after, hub.faults.wrong_range = [90_000], 1
    assert (fetch(REPOSITORY).folder / WEIGHTS).read_bytes() == weights_of(hub)


def test_that_a_body_that_is_compressed_all_the_same_is_unpacked(hub: HubServer) -> None:
    hub.faults.compressed = True
    assert (fetch(REPOSITORY).folder / WEIGHTS).read_bytes() == weights_of(hub)
    assert set(hub.seen("accept-encoding")[1:]) == {"identity"}


def test_that_a_trouble_of_the_server_that_passes_is_waited_for(hub: HubServer) -> None:
    hub.faults.refuse, hub.faults.refusals = {WEIGHTS: (503, {})}, 2
    assert (fetch(REPOSITORY).folder / WEIGHTS).read_bytes() == weights_of(hub)


def test_that_wrong_bytes_of_the_right_size_are_removed_and_reported(hub: HubServer, cache: Path) -> None:
    hub.faults.corrupt = 1
    with pytest.raises(WrongBytesError, match=r"model\.safetensors of someone/tiny-model.*was removed"):
        fetch(REPOSITORY)
    assert partial_files(cache) == []
    assert not list(cache.rglob(WEIGHTS))
    assert (fetch(REPOSITORY).folder / WEIGHTS).read_bytes() == weights_of(hub)


def test_that_wrong_bytes_of_a_small_file_are_found_by_its_git_id(hub: HubServer) -> None:
    repository = hub.repositories[REPOSITORY]
    listed = [
        {"rfilename": name, "size": len(content), "blobId": "d4" * 20} for name, content in repository.files.items()
    ]
    repository.listing["siblings"] = listed
    with pytest.raises(WrongBytesError, match=r"config\.json"):
        fetch(REPOSITORY)


def test_that_a_partial_file_that_was_wrong_before_is_fetched_once_more_from_the_start(
    hub: HubServer, cache: Path
) -> None:
    hub.faults.drop_after = [20_000] * 5
    with pytest.raises(ConnectionLostError):
        fetch(REPOSITORY)
    (partial,) = partial_files(cache)
    partial.write_bytes(b"\0" * partial.stat().st_size)
    assert (fetch(REPOSITORY).folder / WEIGHTS).read_bytes() == weights_of(hub)


def test_that_a_partial_file_longer_than_the_whole_is_thrown_away(hub: HubServer, cache: Path) -> None:
    hub.faults.drop_after = [20_000] * 5
    with pytest.raises(ConnectionLostError):
        fetch(REPOSITORY)
    (partial,) = partial_files(cache)
    partial.write_bytes(b"\0" * 300_000)
    assert (fetch(REPOSITORY).folder / WEIGHTS).read_bytes() == weights_of(hub)


def test_that_a_server_that_never_ends_cannot_fill_the_disk(hub: HubServer, cache: Path) -> None:
    hub.faults.oversized = 1
    with pytest.raises(WrongBytesError):
        fetch(REPOSITORY)
    assert partial_files(cache) == []


def test_that_a_disk_that_fills_up_on_the_way_keeps_what_arrived(
    hub: HubServer, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(download.os, "replace", full)
        with pytest.raises(DiskSpaceError, match="free some space and start again"):
            fetch(REPOSITORY)
    assert partial_files(cache)
    assert (fetch(REPOSITORY).folder / WEIGHTS).read_bytes() == weights_of(hub)


def test_that_a_folder_that_may_not_be_written_is_reported(hub: HubServer, cache: Path) -> None:
    cache.write_text("a file where the folder should be")
    with pytest.raises(HubError, match="cannot be stored"):
        fetch(REPOSITORY)


class Silence(threading.Event):
    """is_over: somebody who waited for it went on."""

    is_over = False

    def wait(self, timeout: float | None = None) -> bool:
        is_set = super().wait(timeout)
        self.is_over = True
        return is_set


@pytest.mark.parametrize("where", ["body", "answer"])
def test_that_a_stop_is_heard_while_nothing_arrives_and_keeps_what_did(hub: HubServer, cache: Path, where: str) -> None:
    event = Silence()
    if where == "body":
        hub.faults.stall = event
    else:
        hub.faults.silent = event
    stops: list[bool] = []

    def cancelled() -> bool:
        # What arrived first is on the disk; from then on nothing more comes.
        if where == "answer" or (partial_files(cache) and partial_files(cache)[0].stat().st_size >= 100_000):
            stops.append(True)
        return bool(stops)

    with pytest.raises(DownloadCancelledError, match="start again to go on"):
        fetch(REPOSITORY, cancelled=cancelled)
    assert stops == [True]  # at once, not when it is asked again
    assert not event.is_over
    event.set()
    hub.requests.clear()
    assert (fetch(REPOSITORY).folder / WEIGHTS).read_bytes() == weights_of(hub)
    assert bool(hub.seen("range")) == (where == "body")


def test_that_progress_is_told_while_nothing_arrives(hub: HubServer, cache: Path) -> None:
    hub.faults.stall = threading.Event()
    steps: list[Progress] = []
    with pytest.raises(DownloadCancelledError):
        fetch(REPOSITORY, progress=steps.append, cancelled=lambda: len(steps) >= 8)
    assert steps[-1].phase == "downloading"
    assert steps[-1].file == WEIGHTS
    assert 0 < steps[-1].done_bytes < steps[-1].total_bytes
    assert steps[-1].remaining_s is None or steps[-1].remaining_s > 0


def test_that_an_error_in_the_callback_ends_the_download(hub: HubServer) -> None:
    hub.faults.stall = threading.Event()

    def fall_over(_: Progress) -> None:
        raise RuntimeError("the window is gone")

    with pytest.raises(RuntimeError, match="the window is gone"):
        fetch(REPOSITORY, progress=fall_over)
    assert not [thread for thread in threading.enumerate() if thread.name == "hub download"]


def test_that_a_lock_that_a_dead_process_left_does_not_hold_anybody_up(hub: HubServer, cache: Path) -> None:
    for file in look_up(REPOSITORY).files:
        lock = cache / ".locks" / "models--someone--tiny-model" / f"{file.etag}.lock"
        lock.parent.mkdir(parents=True, exist_ok=True)
        lock.write_text("12345")
    assert fetch(REPOSITORY).folder.is_dir()


@pytest.mark.parametrize(
    ("status", "headers", "kind", "sentence"),
    [
        (404, {"X-Error-Code": "RepoNotFound"}, NotFoundError, "no public repository someone/tiny-model"),
        (404, {"X-Error-Code": "RevisionNotFound"}, NotFoundError, "has no revision main"),
        (403, {"X-Error-Message": "Access to this resource is disabled."}, NotFoundError, "has disabled"),
        (407, {}, NoNetworkError, "proxy of this network wants you to sign in"),
        (418, {}, HubAnswerError, "error 418"),
        (429, {"Retry-After": "120"}, RateLimitError, "Try again in 2 minutes"),
        (429, {}, RateLimitError, "in a few minutes"),
        (500, {}, HubDownError, "trouble of its own.*error 500"),
        (503, {}, HubDownError, "trouble of its own.*error 503"),
    ],
)
def test_that_a_refusal_becomes_a_sentence_that_says_what_to_do(
    hub: HubServer, status: int, headers: dict[str, str], kind: type[HubError], sentence: str
) -> None:
    hub.faults.refuse = {"/api/": (status, headers)}
    with pytest.raises(kind, match=sentence):
        fetch(REPOSITORY)


@pytest.mark.parametrize(
    ("headers", "when"),
    [
        ({"Retry-After": "45"}, "in 45 seconds;"),
        ({"ratelimit": '"api";r=0;t=55'}, "in 55 seconds;"),
        ({"ratelimit": '"api";r=3;t=55'}, "in a few minutes;"),
        ({"Retry-After": "soon"}, "in a few minutes;"),
        ({"Retry-After": formatdate(0, usegmt=True)}, "in 1 second;"),
    ],
)
def test_that_a_rate_limit_says_how_long_to_wait(hub: HubServer, headers: dict[str, str], when: str) -> None:
    hub.faults.refuse = {WEIGHTS: (429, headers)}
    with pytest.raises(RateLimitError, match=f"Try again {when}"):
        fetch(REPOSITORY)


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_that_a_copy_is_used_while_the_hub_is_in_trouble(hub: HubServer, status: int) -> None:
    fetch(REPOSITORY)
    hub.faults.refuse = {"/api/": (status, {})}
    assert fetch(REPOSITORY).is_copy


def test_that_a_deleted_repository_is_reported_although_there_is_a_copy(hub: HubServer) -> None:
    fetch(REPOSITORY)
    hub.repositories.clear()
    with pytest.raises(NotFoundError):
        fetch(REPOSITORY)


def test_that_a_file_that_is_listed_but_gone_is_reported(hub: HubServer) -> None:
    hub.faults.refuse = {WEIGHTS: (404, {"X-Error-Code": "EntryNotFound"})}
    with pytest.raises(NotFoundError, match="lists a file"):
        fetch(REPOSITORY)


def test_that_a_revision_that_does_not_exist_is_named(hub: HubServer) -> None:
    with pytest.raises(NotFoundError, match="has no revision v9"):
        fetch(REPOSITORY, revision="v9")


def test_that_a_login_page_of_the_network_is_recognised(hub: HubServer) -> None:
    hub.faults.portal = True
    with pytest.raises(HubAnswerError, match="login page of this network"):
        fetch(REPOSITORY)


def test_that_a_hub_that_is_not_there_is_no_mystery(hub: HubServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:1")
    with pytest.raises(NoNetworkError, match=r"cannot be reached\. Check the network"):
        fetch(REPOSITORY)


def test_that_a_name_that_nobody_knows_is_no_mystery(hub: HubServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "ENDPOINT", "http://hub.invalid")
    with pytest.raises(NoNetworkError, match="cannot be reached"):
        fetch(REPOSITORY)


def test_that_an_answer_without_encryption_is_told_from_no_answer(
    hub: HubServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(constants, "ENDPOINT", hub.address.replace("http:", "https:"))
    with pytest.raises(NoNetworkError, match="No safe connection"):
        fetch(REPOSITORY)


@pytest.fixture
def no_session(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The client reads the proxies when it makes its session: none is kept from before, none for later."""
    for name in ("NO_PROXY", "no_proxy", "HTTPS_PROXY", "https_proxy"):
        monkeypatch.delenv(name, raising=False)
    huggingface_hub.close_session()
    yield
    huggingface_hub.close_session()


def test_that_nothing_goes_around_a_proxy_that_is_not_there(
    hub: HubServer, no_session: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    with pytest.raises(NoNetworkError, match="cannot be reached"):
        fetch(REPOSITORY)
    assert hub.requests == []


def test_that_a_proxy_that_refuses_the_way_is_named(
    hub: HubServer, no_session: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", hub.address)  # which is no proxy, and says so
    monkeypatch.setattr(constants, "ENDPOINT", "https://hub.invalid")
    with pytest.raises(NoNetworkError, match="The proxy of this network refuses the way to the hub"):
        fetch(REPOSITORY)


@pytest.mark.parametrize(
    ("missing", "sentence"),
    [
        ("config.json", r"no config\.json"),
        ("tokenizer.json", r"no tokenizer\.json"),
        (WEIGHTS, "no weights in the safetensors format"),
    ],
)
def test_that_a_repository_without_a_model_is_refused_before_anything_is_fetched(
    hub: HubServer, missing: str, sentence: str
) -> None:
    del hub.repositories[REPOSITORY].files[missing]
    with pytest.raises(UnsuitableError, match=sentence):
        fetch(REPOSITORY)
    assert not hub.paths("/resolve/")


@pytest.mark.parametrize(
    "listing",
    [
        {"sha": None},
        {"sha": "../../../outside"},
        {"siblings": 7},
        {"siblings": [{"rfilename": "config.json", "size": -1, "blobId": "a" * 40}]},
        {"siblings": [{"rfilename": "config.json", "size": True, "blobId": "a" * 40}]},
        {"siblings": [{"rfilename": "config.json", "size": 1, "blobId": "../../outside"}]},
        {
            "siblings": [
                {"rfilename": "x.safetensors", "size": 1, "lfs": {"sha256": "../x", "size": 1, "pointerSize": 1}}
            ]
        },
        {"siblings": [{"rfilename": "config.json"}]},
        {"siblings": [{"size": 1}]},
    ],
    ids=str,
)
def test_that_an_answer_that_makes_no_sense_is_refused(hub: HubServer, cache: Path, listing: dict[str, Any]) -> None:
    hub.repositories[REPOSITORY] = Repository({}, listing=listing)
    with pytest.raises(HubAnswerError):
        fetch(REPOSITORY)
    assert not cache.exists()


@pytest.mark.parametrize(
    ("size", "words"),
    [(0, "0 bytes"), (999, "999 bytes"), (1000, "1.0 kB"), (340_000, "340 kB"), (1.1e9, "1.1 GB"), (5e13, "50 TB")],
)
def test_that_sizes_read_well(size: float, words: str) -> None:
    assert in_words(size) == words


def test_that_an_unknown_error_shows_nothing_of_itself() -> None:
    error = translate(RuntimeError("Bearer hf_secret"), REPOSITORY, "main", "https://hub.example", True)
    assert "hf_secret" not in str(error)
