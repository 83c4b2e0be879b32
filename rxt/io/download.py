"""The bytes of a file from a hub: received piece by piece, gone on with where they broke off, checked, then kept.

WORKAROUND: the hub's own client has not gone on with partial files since its version 1.18 (huggingface_hub issue
4196), and cannot be stopped while it waits. So its session carries the bytes, and this module writes them.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rxt.io.credentials import Credentials
from rxt.io.errand import Errand
from rxt.io.files import read_bounded, replace_file
from rxt.io.hub_cache import HubCache
from rxt.io.hub_errors import (
    ConnectionLostError,
    DownloadCancelledError,
    UnsuitableError,
    WrongBytesError,
    disk_too_small,
    in_words,
    is_transport,
)
from rxt.io.listing import HubFile, Listing
from rxt.version import PROGRAM, version

TIMEOUT_S = 10.0
PAUSES_S = (0.2, 0.5, 2.0, 4.0)  # between tries that brought nothing new
_GAIN_BYTES = 2**20  # a try that brought that much starts the count anew
_PIECE_BYTES = 4 * 2**20
_CONFIG, _CONFIG_BYTES = "config.json", 2**20


@dataclass(frozen=True)
class Download:
    """Brings the files of one listing into the cache."""

    listing: Listing
    cache: HubCache
    credentials: Credentials
    endpoint: str

    def run(self, errand: Errand) -> None:
        """Fetches what is missing, config.json first; partial files are kept, wrong ones removed.

        Raises HubError, OSError, or what the hub's client and its transport raise.
        """
        missing = self.cache.missing(self.listing)
        self._check_space(missing)
        errand.total_bytes = self.listing.total_bytes
        errand.done_bytes = self.listing.total_bytes - sum(file.size_bytes for file in missing)
        first = [file for file in missing if file.name == _CONFIG]
        rest = [file for file in missing if file.name != _CONFIG]
        self._fetch(first, errand)
        if rest and self.listing.has_weights:
            self._check_config()
        self._fetch(rest, errand)

    def _fetch(self, missing: list[HubFile], errand: Errand) -> None:
        for file in missing:
            errand.phase, errand.file = "downloading", file.name
            before = errand.done_bytes
            with self._locked(file, errand):
                if not self.cache.has(file, self.listing.commit):  # another process may have brought it meanwhile
                    self._bring(file, errand, before)
            errand.done_bytes = before + file.size_bytes

    def _check_config(self) -> None:
        """Before the gigabytes come: the configuration, which is here, is a Reactive Transformer's."""
        file = next(file for file in self.listing.files if file.name == _CONFIG)
        try:
            content = read_bounded(self.cache.place(file, self.listing.commit), _CONFIG_BYTES)
            is_ours = isinstance(json.loads(content)["decoder_config"], dict)
        except (ValueError, KeyError, TypeError, RecursionError):
            is_ours = False
        if not is_ours:
            raise UnsuitableError(
                f"{self.listing.repository} is not a Reactive Transformer: its config.json describes another kind of "
                "model. Nothing else of it was downloaded."
            )

    def _check_space(self, missing: list[HubFile]) -> None:
        to_come = sum(file.size_bytes - self.cache.partial_bytes(file) for file in missing)
        needed = to_come + to_come // 10
        free = shutil.disk_usage(_nearest(self.cache.root)).free
        if missing and needed > free:
            raise disk_too_small(needed, free)

    def _bring(self, file: HubFile, errand: Errand, before: int) -> None:
        partial = self.cache.partial(file)
        inherited = self.cache.partial_bytes(file) > 0
        while True:
            self._receive(file, errand, before)
            errand.phase = "checking"
            if _checksum(partial, file, errand) == file.etag:
                break
            partial.unlink(missing_ok=True)
            if not inherited:
                raise self._wrong(file)
            inherited, errand.phase = False, "downloading"  # what lay here from before may have been wrong
        with partial.open("rb+") as content:
            os.fsync(content.fileno())  # or a power cut could leave a file of the right size that is full of zeros
        replace_file(partial, self.cache.blob(file))

    def _receive(self, file: HubFile, errand: Errand, before: int) -> None:
        """Receives until the partial file is as large as announced."""
        from huggingface_hub.errors import HfHubHTTPError

        tries = 0
        while True:
            start = self.cache.partial_bytes(file)
            errand.done_bytes = before + start
            if start == file.size_bytes and self.cache.partial(file).exists():
                return
            try:
                self._stream(file, start, errand)
            except Exception as error:
                errand.go_on()  # cutting the connection is the one failure that was meant
                if self.credentials.send_token_after(error):
                    continue
                if isinstance(error, HfHubHTTPError) and error.response.status_code == 416:
                    self.cache.partial(file).unlink(missing_ok=True)
                elif not is_transport(error):
                    raise
                failure: Exception | None = error
            else:
                failure = None
            arrived = self.cache.partial_bytes(file)
            if arrived == file.size_bytes:
                continue
            tries = 0 if arrived - start >= _GAIN_BYTES else tries + 1
            if tries > len(PAUSES_S):
                raise self._lost(failure, errand)
            errand.rest(PAUSES_S[tries - 1] if tries else 0.0)

    def _wrong(self, file: HubFile) -> WrongBytesError:
        return WrongBytesError(
            f"{file.name} of {self.listing.repository} arrived with other content than the hub announced and was "
            "removed: its checksum is wrong. Try again, on another network if it happens twice."
        )

    def _lost(self, failure: Exception | None, errand: Errand) -> Exception:
        from huggingface_hub.errors import HfHubHTTPError

        if isinstance(failure, HfHubHTTPError):
            return failure  # the hub itself is in trouble, and says so
        done, total = in_words(errand.done_bytes), in_words(errand.total_bytes)
        return ConnectionLostError(
            f"The connection broke again and again, after {done} of {total}. What has arrived is kept: "
            "start again to go on from there."
        )

    def _stream(self, file: HubFile, start: int, errand: Errand) -> None:
        """One request: appends what comes to the partial file, from byte `start` where the server can do that."""
        partial = self.cache.partial(file)
        with self._response(file, start) as response:
            goes_on = response.status_code == 206 and _starts_at(response, start)
            if start and not goes_on:
                errand.done_bytes -= start
                if response.status_code == 206:  # another part than the one that was asked for
                    partial.unlink(missing_ok=True)
                    return
            room = file.size_bytes - (start if goes_on else 0)
            try:
                stream = response.extensions.get("network_stream")
                errand.watch(stream.get_extra_info("socket") if stream is not None else None)
                with partial.open("ab" if goes_on else "wb") as target:
                    for piece in response.iter_bytes():
                        errand.go_on()
                        target.write(piece[:room])
                        errand.done_bytes += len(piece[:room])
                        errand.received_bytes += len(piece)
                        room -= len(piece)
                        if room < 0:  # more than was announced: never let a server fill the disk
                            break
            finally:
                with contextlib.suppress(DownloadCancelledError):
                    errand.watch(None)
        if room < 0:
            partial.unlink()
            raise self._wrong(file)

    @contextlib.contextmanager
    def _response(self, file: HubFile, start: int) -> Iterator[Any]:
        from huggingface_hub import hf_hub_url
        from huggingface_hub.utils import build_hf_headers, get_session, hf_raise_for_status

        url = hf_hub_url(self.listing.repository, file.name, revision=self.listing.commit, endpoint=self.endpoint)
        token = self.credentials.token or False
        headers = build_hf_headers(token=token, library_name=PROGRAM, library_version=version())
        headers["Accept-Encoding"] = "identity"  # the size and the place to go on from are of the plain bytes
        if start:
            headers["Range"] = f"bytes={start}-"
        # A redirect to a storage host leaves the token behind: the session drops it where the origin changes.
        with get_session().stream("GET", url, headers=headers, timeout=TIMEOUT_S, follow_redirects=True) as response:
            hf_raise_for_status(response)
            yield response

    @contextlib.contextmanager
    def _locked(self, file: HubFile, errand: Errand) -> Iterator[None]:
        """Waits, ready to be stopped, until no other process fetches the same file."""
        from huggingface_hub.utils import WeakFileLock

        path = self.cache.lock(file)
        path.parent.mkdir(parents=True, exist_ok=True)
        self.cache.blob(file).parent.mkdir(parents=True, exist_ok=True)
        with contextlib.ExitStack() as held:
            while True:
                try:
                    held.enter_context(WeakFileLock(path, timeout=0.2))
                    break
                except TimeoutError:
                    errand.go_on()
            yield


def _starts_at(response: Any, start: int) -> bool:
    match = re.match(r"bytes ([0-9]+)-", response.headers.get("Content-Range", ""))
    return match is not None and int(match[1]) == start


def _checksum(path: Path, file: HubFile, errand: Errand) -> str:
    """The checksum that the hub knows the file by. Git's is SHA-1 over a header and the content."""
    digest = hashlib.sha256() if file.is_large else hashlib.sha1(usedforsecurity=False)
    if not file.is_large:
        digest.update(b"blob %d\0" % file.size_bytes)
    with path.open("rb") as source:
        while piece := source.read(_PIECE_BYTES):
            errand.go_on()
            digest.update(piece)
    return digest.hexdigest()


def _nearest(folder: Path) -> Path:
    """The folder, or the nearest one above it that exists."""
    return next((path for path in (folder, *folder.parents) if path.is_dir()), Path("/"))
