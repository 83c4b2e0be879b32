"""The hub's face on the main thread: searching, looking and downloading on a thread of its own, one at a time.

A new request ends the one before it. The token passes through and is kept nowhere.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

from PySide6.QtCore import QObject, Qt, QThread, Signal, Slot

from app.engine.hub_messages import DownloadProgress, HubModel, HubRefusal, ModelOffer
from rxt.errors import RxtError
from rxt.inference.cancel import IsCancelled

if TYPE_CHECKING:
    from rxt.io.errand import Progress

SHUTDOWN_MS = 2000
_log = logging.getLogger(__name__)
Run: TypeAlias = Callable[[IsCancelled, Callable[[object], None]], object]
"""What a request does on the hub's thread: it asks whether it is stopped, may report, and returns what to report."""


class _Worker(QObject):
    """Runs requests, one after another.

    Signals: reported(stopped, what): something came of the request that `stopped` ends.
    """

    reported = Signal(object, object)

    @Slot(object, object)
    def work(self, run: Run, stopped: threading.Event) -> None:
        report = partial(self.reported.emit, stopped)
        try:
            if not stopped.is_set():
                report(run(stopped.is_set, report))
        except RxtError as error:
            report(_refusal(error))
        except BaseException as error:  # noqa: BLE001 - the thread must live; an unknown error may hold the token
            _log.error("asking the hub failed: %s", type(error).__name__)
            words = f"Asking the hub failed ({type(error).__name__}). Nothing was changed."
            report(HubRefusal(words, "other"))


class HubPort(QObject):
    """Asks the hub; every call returns at once.

    Signals:
        found(tuple[HubModel, ...]): the answer to `search`.
        offered(ModelOffer): the answer to `look_up`.
        progressed(DownloadProgress): about ten times a second while `fetch` runs.
        fetched(folder): the model is on this computer, in this folder.
        refused(HubRefusal): nothing came of the last request.
    """

    found = Signal(object)
    offered = Signal(object)
    progressed = Signal(object)
    fetched = Signal(str)
    refused = Signal(object)

    _requested = Signal(object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._stopped: threading.Event | None = None  # of the last request
        self._closed = False
        self._thread = QThread()  # no parent: see shutdown
        self._thread.setObjectName("hub")
        self._worker = _Worker()
        self._worker.moveToThread(self._thread)
        self._requested.connect(self._worker.work, Qt.ConnectionType.QueuedConnection)
        self._worker.reported.connect(self._on_reported, Qt.ConnectionType.QueuedConnection)

    def is_still_to_come(self, model: str) -> bool:
        """Whether a folder or repository is one that would have to be downloaded; asks this computer alone."""
        from rxt.io.hub import is_still_to_come

        return is_still_to_come(model)

    def search(self, text: str) -> None:
        """Finds models by words of their names."""

        def run(cancelled: IsCancelled, report: Callable[[object], None]) -> tuple[HubModel, ...]:
            from rxt.io.hub_search import search

            results = search(text, cancelled=cancelled)
            return tuple(HubModel(item.repository, item.gated, item.downloads) for item in results)

        self._request(run)

    def look_up(self, repository: str, token: str | None = None) -> None:
        """Asks what a download would bring. repository: owner/name, perhaps followed by @ and a revision."""

        def run(cancelled: IsCancelled, report: Callable[[object], None]) -> ModelOffer:
            from rxt.io.hub import look_up, page_of

            name, _, revision = repository.partition("@")
            listing = look_up(name, revision=revision or None, token=token, cancelled=cancelled)
            return ModelOffer(
                listing.repository, listing.commit, listing.gated, len(listing.files), listing.total_bytes,
                page_of(listing.repository), listing.is_copy,
            )  # fmt: skip

        self._request(run)

    def fetch(self, repository: str, commit: str, token: str | None = None) -> None:
        """Downloads one commit, or goes on with a download that was stopped; brings again what the disk cut short."""

        def run(cancelled: IsCancelled, report: Callable[[object], None]) -> str:
            from rxt.io.hub import fetch_whole

            def progress(done: Progress) -> None:
                report(DownloadProgress(done.phase, done.done_bytes, done.total_bytes, done.speed, done.remaining_s))

            found = fetch_whole(repository, revision=commit, token=token, progress=progress, cancelled=cancelled)
            return str(found.folder)

        self._request(run)

    def cancel(self) -> None:
        """Ends the request under way within a second; what has arrived of a download is kept."""
        if self._stopped is not None:
            self._stopped.set()

    def shutdown(self) -> bool:
        """Ends the request and the thread; whether it ended within SHUTDOWN_MS. Nothing is signalled any more."""
        if not self._closed:
            self._closed = True
            self._worker.reported.disconnect(self._on_reported)
            self.cancel()
            self._stopped = None  # what was posted before the end is of no request any more
            self._thread.quit()
        return not self._thread.isRunning() or self._thread.wait(SHUTDOWN_MS)

    def _request(self, run: Run) -> None:
        if self._closed:
            return
        self.cancel()
        self._stopped = threading.Event()
        if not self._thread.isRunning():
            self._thread.start()
        self._requested.emit(run, self._stopped)

    @Slot(object, object)
    def _on_reported(self, stopped: threading.Event, what: object) -> None:
        if stopped is not self._stopped:  # another request was made since
            return
        if isinstance(what, HubRefusal):
            self.refused.emit(what)
        elif isinstance(what, DownloadProgress):
            self.progressed.emit(what)
        elif isinstance(what, ModelOffer):
            self.offered.emit(what)
        elif isinstance(what, str):
            self.fetched.emit(what)
        else:
            self.found.emit(what)


def _refusal(error: RxtError) -> HubRefusal:
    from rxt.io.hub_errors import DownloadCancelledError, LicenceError, TokenError

    match error:
        case LicenceError():
            return HubRefusal(str(error), "licence", error.page)
        case TokenError():
            return HubRefusal(str(error), "token", error.page)
        case DownloadCancelledError():
            return HubRefusal(str(error), "stopped")
    return HubRefusal(str(error), "other")
