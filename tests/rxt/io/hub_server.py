"""A small hub on loopback that tests start: as much of the protocol as a download needs, and every way it can go wrong.

One connection carries one request, so that nothing is left open when the server ends. A second server can play the
storage host that large files are redirected to.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

COMMIT, NEXT_COMMIT = "a1" * 20, "b2" * 20
PIECE_BYTES = 16 * 1024


@dataclass
class Repository:
    """What the hub holds under one id, and who may read it."""

    files: dict[str, bytes]
    commit: str = COMMIT
    gated: bool = False
    private: bool = False
    members: frozenset[str] = frozenset()
    listing: dict[str, Any] = field(default_factory=dict)  # replaces entries of the answer about the repository
    found: dict[str, Any] = field(default_factory=dict)  # replaces entries of the answer to a search


@dataclass
class Faults:
    """What goes wrong. Each number is used up one by one."""

    refuse: dict[str, tuple[int, dict[str, str]]] = field(default_factory=dict)  # word in a path: status, headers
    refusals: int = 10**6
    drop_after: list[int] = field(default_factory=list)  # bytes of a body after which the connection is cut
    truncate: list[int] = field(default_factory=list)  # bytes of a body that announces no length
    corrupt: int = 0  # bodies of *.safetensors with one bit changed
    oversized: int = 0  # bodies that are longer than the file
    no_ranges: bool = False
    wrong_range: int = 0  # answers that begin at another byte than asked
    stall: threading.Event | None = None  # bodies wait for it half way
    silent: threading.Event | None = None  # every answer waits for it
    portal: bool = False  # a login page answers everything
    compressed: bool = False


@dataclass(frozen=True)
class Request:
    """What arrived: the path without its query, and the headers with names in lower case."""

    method: str
    path: str
    headers: dict[str, str]


class HubServer:
    """Repositories by id, faults to come, and everything that was asked so far."""

    def __init__(self) -> None:
        self.repositories: dict[str, Repository] = {}
        self.faults = Faults()
        self.requests: list[Request] = []
        self.valid_tokens: set[str] = set()
        self.storage: str | None = None  # where *.safetensors are redirected to
        self.echo = ""  # a text that the server repeats wherever it can
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._http.block_on_close = True
        self._http.daemon_threads = False

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    def paths(self, word: str = "") -> list[str]:
        """The paths that were asked for and hold a word."""
        return [request.path for request in self.requests if word in request.path]

    def seen(self, header: str) -> list[str]:
        """The values of a header, in the order they came."""
        return [request.headers[header] for request in self.requests if header in request.headers]

    @contextmanager
    def running(self) -> Iterator[HubServer]:
        thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.01}, name="hub server")
        thread.start()
        try:
            yield self
        finally:
            for event in (self.faults.stall, self.faults.silent):
                if event is not None:
                    event.set()
            self._http.shutdown()
            self._http.server_close()
            thread.join()


def etag(content: bytes, name: str) -> str:
    """The checksum that the hub knows a file by."""
    if name.endswith(".json"):
        return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()
    return hashlib.sha256(content).hexdigest()


def sibling(name: str, content: bytes) -> dict[str, Any]:
    """The entry of a file in the answer about a repository."""
    entry: dict[str, Any] = {"rfilename": name, "size": len(content), "blobId": "c3" * 20}
    if name.endswith(".json"):
        entry["blobId"] = etag(content, name)
    else:
        entry["lfs"] = {"sha256": etag(content, name), "size": len(content), "pointerSize": 130}
    return entry


def _handler(hub: HubServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

        def do_GET(self) -> None:
            path = unquote(urlsplit(self.path).path)
            headers = {name.lower(): value for name, value in self.headers.items()}
            hub.requests.append(Request(self.command, path, headers))
            with suppress(ConnectionError):  # the client went away, as some tests want it to
                self.answer(path)

        do_HEAD = do_GET

        def answer(self, path: str) -> None:
            silent = hub.faults.silent  # a test may take it away meanwhile
            if silent is not None:
                silent.wait(20)
            for word, (status, headers) in hub.faults.refuse.items():
                if word in path and hub.faults.refusals > 0:
                    hub.faults.refusals -= 1
                    return self.refuse(status, headers)
            if hub.faults.portal:
                return self.send(200, b"<html>Welcome to our hotel.</html>", {"Content-Type": "text/html"})
            if path == "/api/models":
                return self.search()
            if match := re.fullmatch(r"/api/models/([^/]+/[^/]+?)(?:/revision/(.+))?", path):
                return self.describe(match[1], match[2] or "main")
            if match := re.fullmatch(r"/([^/]+/[^/]+)/resolve/([^/]+)/(.+)", path):
                return self.resolve(match[1], match[2], match[3])
            if match := re.fullmatch(r"/storage/([^/]+/[^/]+)/(.+)", path):
                return self.body(hub.repositories[match[1]].files[match[2]], match[2])
            return self.refuse(404, {})

        def repository(self, name: str, revision: str) -> Repository | None:
            """The repository if this visitor may see it; answers otherwise."""
            token = self.headers.get("Authorization", "").removeprefix("Bearer ")
            found = hub.repositories.get(name)
            if token and token not in hub.valid_tokens:
                message = f"Invalid credentials in Authorization header {hub.echo}".strip()
                self.refuse(401, {"X-Error-Message": message})
            elif found is None or (found.private and token not in found.members):
                self.refuse(404 if token else 401, {"X-Error-Code": "RepoNotFound"})
            elif revision not in ("main", found.commit):
                self.refuse(404, {"X-Error-Code": "RevisionNotFound"})
            else:
                return found
            return None

        def search(self) -> None:
            words = parse_qs(urlsplit(self.path).query).get("search", [""])[0].lower()
            answer = [
                {"id": name, "modelId": name, "downloads": 7, "gated": "auto" if held.gated else False, **held.found}
                for name, held in hub.repositories.items()
                if words in name.lower() and not held.private
            ]
            self.send(200, json.dumps(answer).encode(), {"Content-Type": "application/json"})

        def describe(self, name: str, revision: str) -> None:
            if found := self.repository(name, revision):
                answer = {
                    "id": name,
                    "sha": found.commit,
                    "gated": "manual" if found.gated else False,
                    "private": found.private,
                    "siblings": [sibling(file, content) for file, content in found.files.items()],
                    **found.listing,
                }
                self.send(200, json.dumps(answer).encode(), {"Content-Type": "application/json"})

        def resolve(self, name: str, revision: str, file: str) -> None:
            found = self.repository(name, revision)
            if found is None:
                return
            token = self.headers.get("Authorization", "").removeprefix("Bearer ")
            if found.gated and token not in found.members:
                self.refuse(403 if token else 401, {"X-Error-Code": "GatedRepo"})
            elif file not in found.files:
                self.refuse(404, {"X-Error-Code": "EntryNotFound"})
            elif hub.storage is not None and file.endswith(".safetensors"):
                self.send(302, b"", {"Location": f"{hub.storage}/storage/{name}/{file}?signature=secret"})
            else:
                self.body(found.files[file], file)

        def body(self, content: bytes, file: str) -> None:
            faults = hub.faults
            headers = {"ETag": f'"{etag(content, file)}"', "X-Repo-Commit": COMMIT, "Accept-Ranges": "bytes"}
            start, status = 0, 200
            if (wanted := re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))) and not faults.no_ranges:
                start, status = int(wanted[1]), 206
                if faults.wrong_range:
                    faults.wrong_range, start = faults.wrong_range - 1, start // 2
                if start >= len(content):
                    self.refuse(416, {"Content-Range": f"bytes */{len(content)}"})
                    return
                headers["Content-Range"] = f"bytes {start}-{len(content) - 1}/{len(content)}"
            if faults.corrupt and file.endswith(".safetensors"):
                faults.corrupt -= 1
                content = content[:-1] + bytes([content[-1] ^ 1])
            content = content[start:]
            if faults.oversized and file.endswith(".safetensors"):
                faults.oversized -= 1
                content += b"more" * PIECE_BYTES
            if faults.compressed:
                content = gzip.compress(content)
                headers["Content-Encoding"] = "gzip"
            self.send(status, content, headers, is_file=file.endswith(".safetensors"))

        def send(self, status: int, content: bytes, headers: dict[str, str], is_file: bool = False) -> None:
            faults = hub.faults
            truncate = faults.truncate.pop(0) if is_file and faults.truncate else None
            drop = faults.drop_after.pop(0) if is_file and faults.drop_after else None
            self.send_response(status)
            if truncate is None:
                headers = {**headers, "Content-Length": str(len(content))}
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Connection", "close")
            self.end_headers()
            if self.command == "HEAD":
                return
            end = min(size for size in (truncate, drop, len(content)) if size is not None)
            for position in range(0, end, PIECE_BYTES):
                self.wfile.write(content[position : min(position + PIECE_BYTES, end)])
                stall = faults.stall
                if is_file and stall is not None and position >= end // 2:
                    self.wfile.flush()
                    stall.wait(20)

        def refuse(self, status: int, headers: dict[str, str]) -> None:
            content = json.dumps({"error": f"refused {hub.echo}".strip()}).encode()
            self.send(status, content, {"Content-Type": "application/json", "X-Request-Id": "1", **headers})

    return Handler
