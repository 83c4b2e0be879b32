"""The state of the model dialog."""

from __future__ import annotations

import pytest

from app.engine.hub_messages import DownloadProgress, HubModel, HubRefusal, ModelOffer
from app.models.model_search import ModelSearch, SearchState, repository_in, wait_in_words

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


def test_that_waits_are_read_easily() -> None:
    waits = (0.2, 45, 89, 90, 300, 5_399, 5_400, 7_200)
    assert [wait_in_words(seconds) for seconds in waits] == [
        "1 s", "45 s", "89 s", "2 min", "5 min", "90 min", "1.5 h", "2.0 h",
    ]  # fmt: skip


def test_that_progress_says_no_more_than_is_known() -> None:
    search = ModelSearch()
    search.show_offer(OFFER)
    search.begin_download()
    seen = [(search.progress_words, search.progress_share)]
    for progress in (
        DownloadProgress("asking", 0, 0, 0.0, None),
        DownloadProgress("downloading", 1_000, 4_000, 0.0, 9.0),
        DownloadProgress("downloading", 5_000, 4_000, 1_000.0, None),
        DownloadProgress("checking", 4_000, 4_000, 1_000.0, 9.0),
    ):
        search.show_progress(progress)
        seen.append((search.progress_words, search.progress_share))
    assert seen == [
        ("Asking the hub…", 0.0),
        ("Asking the hub…", 0.0),
        ("1.0 kB of 4.0 kB", 0.25),
        ("5.0 kB of 4.0 kB · 1.0 kB/s", 1.0),
        ("Checking that every byte is right…", 1.0),
    ]


def test_that_nothing_of_an_earlier_question_stays() -> None:
    search = ModelSearch()
    told: list[SearchState] = []
    search.changed.connect(lambda: told.append(search.state))
    for begin in (search.begin_search, search.begin_look, lambda: search.show_results([]), search.reset):
        search.show_offer(OFFER)
        begin()
        assert search.offer is None
    search.show_offer(OFFER)
    search.begin_download()
    search.show_progress(DownloadProgress("downloading", 1, 2, 0.0, None))
    search.refuse(HubRefusal("Stopped.", "stopped"))
    search.begin_download()
    assert (search.progress, search.refusal, search.offer) == (None, None, OFFER)
    search.show_results([HubModel("a/b", False, 3)])
    assert not search.wants_token
    search.reset()
    assert (search.results, search.progress, search.state) == ((), None, SearchState.IDLE)
    assert told.count(SearchState.DOWNLOADING) == 3


def test_that_a_search_without_results_says_so() -> None:
    search = ModelSearch()
    search.show_results([])
    nothing = search.sentence
    search.show_results([HubModel("a/b", False, 3)])
    assert nothing.startswith("No model has such a name.")
    assert search.sentence.startswith("Choose one.")
