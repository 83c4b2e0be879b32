"""The state of the model dialog."""

from __future__ import annotations

import pytest

from app.engine.hub_messages import DownloadProgress, HubModel, HubRefusal, ModelOffer
from app.models.model_search import ModelSearch, SearchState, repository_in, size_in_words, wait_in_words

OFFER = ModelOffer("someone/model", "a1" * 20, True, 3, 1_100_000_000, "https://hub/someone/model")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("ReactiveAI/RxT-Beta-Micro-Supervised", "ReactiveAI/RxT-Beta-Micro-Supervised"),
        ("  owner/name@v1.0 ", "owner/name@v1.0"),
        ("https://huggingface.co/owner/name/tree/main", "owner/name"),
        ("https://hf.co/owner/name", "owner/name"),
        ("reactive transformer", None),
        ("https://example.org/owner/name", None),
        ("owner/name/more", None),
        ("", None),
    ],
)
def test_that_an_id_or_its_address_is_told_from_words(text: str, found: str | None) -> None:
    assert repository_in(text) == found


def test_that_the_states_follow_what_happens() -> None:
    search = ModelSearch()
    search.begin_search()
    assert search.is_waiting
    search.show_results([HubModel("a/b", False, 3)])
    assert (search.state, search.is_waiting) == (SearchState.RESULTS, False)
    search.begin_look()
    assert search.is_waiting
    search.show_offer(OFFER)
    assert search.wants_token
    search.begin_download()
    search.show_progress(DownloadProgress("downloading", 550_000_000, 1_100_000_000, 12e6, 45.0))
    assert search.progress_words == "550 MB of 1.1 GB · 12 MB/s · 45 s left"
    assert search.progress_share == 0.5
    search.refuse(HubRefusal("Stopped.", "stopped"))
    assert (search.state, search.offer) == (SearchState.STOPPED, OFFER)


def test_that_progress_after_the_end_changes_nothing() -> None:
    search = ModelSearch()
    search.show_offer(OFFER)
    search.show_progress(DownloadProgress("downloading", 1, 2, 0.0, None))
    assert search.progress is None


def test_that_a_refusal_for_want_of_a_token_asks_for_one() -> None:
    search = ModelSearch()
    search.begin_look()
    search.refuse(HubRefusal("Who are you?", "token", "https://hub/settings/tokens"))
    assert search.wants_token
    assert search.sentence == "Who are you?"


def test_that_sizes_and_waits_are_read_easily() -> None:
    assert [size_in_words(size) for size in (12, 3_500, 12_000_000, 1_100_000_000)] == [
        "12 bytes",
        "3.5 kB",
        "12 MB",
        "1.1 GB",
    ]
    assert [wait_in_words(seconds) for seconds in (0.2, 45, 300, 7200)] == ["1 s", "45 s", "5 min", "2.0 h"]
