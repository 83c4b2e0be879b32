"""Finding and downloading a model, as a state: what the dialog shows, and what can be done in it now."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum
from typing import Literal, Protocol

from PySide6.QtCore import QObject, Signal

from app.models.amount import size_in_words

_REPOSITORY = re.compile(r"[\w.-]{1,96}/[\w.-]{1,96}(@[\w./-]{1,200})?", re.ASCII)
_ADDRESS = re.compile(r"https?://(?:www\.)?(?:huggingface\.co|hf\.co)/([\w.-]+/[\w.-]+)", re.ASCII)


class FoundModel(Protocol):
    """A repository that was found."""

    @property
    def repository(self) -> str: ...
    @property
    def gated(self) -> bool: ...
    @property
    def downloads(self) -> int | None: ...


class Offer(Protocol):
    """What a download would bring."""

    @property
    def repository(self) -> str: ...
    @property
    def commit(self) -> str: ...
    @property
    def gated(self) -> bool: ...
    @property
    def files(self) -> int: ...
    @property
    def total_bytes(self) -> int: ...
    @property
    def page(self) -> str: ...
    @property
    def is_copy(self) -> bool: ...


class Progress(Protocol):
    """How far a download is."""

    @property
    def phase(self) -> Literal["asking", "downloading", "checking"]: ...
    @property
    def done_bytes(self) -> int: ...
    @property
    def total_bytes(self) -> int: ...
    @property
    def speed(self) -> float: ...
    @property
    def remaining_s(self) -> float | None: ...


class Refusal(Protocol):
    """Why nothing came of it."""

    @property
    def message(self) -> str: ...
    @property
    def kind(self) -> Literal["licence", "token", "stopped", "other"]: ...
    @property
    def page(self) -> str: ...


class SearchState(StrEnum):
    """Where the search is."""

    IDLE = "idle"
    SEARCHING = "searching"
    RESULTS = "results"
    LOOKING = "looking"
    OFFERED = "offered"
    DOWNLOADING = "downloading"
    STOPPED = "stopped"
    REFUSED = "refused"


def repository_in(text: str) -> str | None:
    """The repository id that a text is, or whose address it is; None for words to search for."""
    text = text.strip()
    address = _ADDRESS.match(text)
    if address is not None:
        return address[1]
    return text if _REPOSITORY.fullmatch(text) else None


def wait_in_words(seconds: float) -> str:
    """A wait: 45 s, 5 min, 2 h."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    return f"{round(seconds / 60)} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


class ModelSearch(QObject):
    """What was found, looked at and downloaded.

    Signals:
        changed(): something to show is different.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.state = SearchState.IDLE
        self.results: tuple[FoundModel, ...] = ()
        self.offer: Offer | None = None
        self.progress: Progress | None = None
        self.refusal: Refusal | None = None

    @property
    def is_waiting(self) -> bool:
        """Whether the hub is asked right now."""
        return self.state in (SearchState.SEARCHING, SearchState.LOOKING, SearchState.DOWNLOADING)

    @property
    def wants_token(self) -> bool:
        """Whether a token could help: the repository asks who comes."""
        gated = self.offer is not None and self.offer.gated
        refused = self.refusal is not None and self.refusal.kind in ("licence", "token")
        return gated or refused

    @property
    def sentence(self) -> str:
        """What to read under the field."""
        match self.state:
            case SearchState.IDLE:
                return "Search by name, or paste an id or its address. Nothing is downloaded before you say so."
            case SearchState.SEARCHING:
                return "Searching…"
            case SearchState.LOOKING:
                return "Asking what is there…"
            case SearchState.RESULTS if not self.results:
                return "No model has such a name. Only Reactive Transformers can be opened."
            case SearchState.RESULTS:
                return "Choose one. Only Reactive Transformers can be opened; any other model is refused by name."
            case SearchState.REFUSED | SearchState.STOPPED if self.refusal is not None:
                return self.refusal.message
        return ""

    @property
    def progress_words(self) -> str:
        """How far the download is: amount, speed and what is left."""
        progress = self.progress
        if progress is None or progress.phase == "asking":
            return "Asking the hub…"
        if progress.phase == "checking":
            return "Checking that every byte is right…"
        amount = f"{size_in_words(progress.done_bytes)} of {size_in_words(progress.total_bytes)}"
        if progress.speed <= 0:
            return amount
        speed = f"{size_in_words(progress.speed)}/s"
        left = f"{wait_in_words(progress.remaining_s)} left" if progress.remaining_s is not None else ""
        return " · ".join(filter(None, (amount, speed, left)))

    @property
    def progress_share(self) -> float:
        """How much of the download is here, in [0, 1]."""
        progress = self.progress
        if progress is None or not progress.total_bytes:
            return 0.0
        return min(1.0, progress.done_bytes / progress.total_bytes)

    def begin_search(self) -> None:
        self._set(SearchState.SEARCHING, offer=None)

    def begin_look(self) -> None:
        self._set(SearchState.LOOKING, offer=None)

    def begin_download(self) -> None:
        self.progress = None
        self._set(SearchState.DOWNLOADING, offer=self.offer)

    def show_results(self, results: Sequence[FoundModel]) -> None:
        self.results = tuple(results)
        self._set(SearchState.RESULTS, offer=None)

    def show_offer(self, offer: Offer) -> None:
        self._set(SearchState.OFFERED, offer=offer)

    def show_progress(self, progress: Progress) -> None:
        if self.state is SearchState.DOWNLOADING:
            self.progress = progress
            self.changed.emit()

    def refuse(self, refusal: Refusal) -> None:
        """Nothing came of it. An offer stays, so that the download can be tried again or gone on with."""
        stopped = refusal.kind == "stopped"
        self._set(SearchState.STOPPED if stopped else SearchState.REFUSED, offer=self.offer, refusal=refusal)

    def reset(self) -> None:
        """As if nothing had been asked."""
        self.results = ()
        self.progress = None
        self._set(SearchState.IDLE, offer=None)

    def _set(self, state: SearchState, offer: Offer | None, refusal: Refusal | None = None) -> None:
        self.state, self.offer, self.refusal = state, offer, refusal
        self.changed.emit()
