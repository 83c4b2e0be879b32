"""What a repository of the hub offers: the files that may be fetched, each with its size and checksum.

Everything here comes from a server and is checked before it becomes part of a path: nothing but `*.json` and
`*.safetensors` at the top of the repository is ever fetched, and one name that could do harm refuses the whole.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Any

from rxt.io.hub_errors import HostileNameError, HubAnswerError, UnsuitableError

_WEIGHTS = ".safetensors"
SUFFIXES = ".json", _WEIGHTS
MODEL = frozenset({"config.json", "tokenizer.json", _WEIGHTS})
"""What a repository must hold to be opened: names of files, or how at least one of them ends."""
MODEL_ALONE = MODEL - {"tokenizer.json"}
"""Of a model whose tokenizer comes from elsewhere."""
TOKENIZER_ALONE = frozenset({"tokenizer.json"})
COMMIT = re.compile(r"[0-9a-f]{40}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_MOST_FILES = 1000
_LONGEST_NAME_BYTES = 200  # leaves room for what a cache adds, on systems that allow 255
_DEVICES = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class HubFile:
    """One file. etag: its SHA-256 where the hub keeps it as a large file, else its git object id (SHA-1), or "" in
    the listing of a copy."""

    name: str
    size_bytes: int
    etag: str

    @property
    def is_large(self) -> bool:
        """Whether `etag` is the SHA-256 of the content."""
        return len(self.etag) == 64


@dataclass(frozen=True, slots=True)
class Listing:
    """The files of one commit that may be fetched. gated: whether the authors ask for an agreement first.

    is_copy: the hub could not be asked, and this is what of the repository is on this computer.
    """

    repository: str
    revision: str
    commit: str
    gated: bool
    files: tuple[HubFile, ...]
    is_copy: bool = False

    @property
    def has_weights(self) -> bool:
        """Whether it is of a model, not of a tokenizer alone."""
        return any(file.name.endswith(_WEIGHTS) for file in self.files)

    @property
    def total_bytes(self) -> int:
        """The size of the whole model, whatever of it is here already."""
        return sum(file.size_bytes for file in self.files)


def read_listing(info: Any, repository: str, revision: str, needed: frozenset[str] = MODEL) -> Listing:
    """Reads the hub's answer about a revision. info: a `ModelInfo` with the metadata of its files. needed: such as
    MODEL; where weights are not needed they are left out.

    Raises HostileNameError, UnsuitableError, or HubAnswerError where the answer makes no sense.
    """
    commit = info.sha
    if not isinstance(commit, str) or not COMMIT.fullmatch(commit):
        raise HubAnswerError(f"The hub does not say which commit of {repository} it means. Try again later.")
    siblings = info.siblings or []
    wanted = [sibling for sibling in siblings if _is_wanted(sibling.rfilename)]
    for sibling in wanted:
        check_name(sibling.rfilename, repository)
    files = tuple(_file(sibling, repository) for sibling in wanted if "/" not in sibling.rfilename)
    _check_collisions(files, repository)
    _check_needed(files, repository, needed)
    if _WEIGHTS not in needed:
        files = tuple(file for file in files if not file.name.endswith(_WEIGHTS))
    return Listing(repository, revision, commit, bool(info.gated), files)


def check_name(name: str, repository: str) -> None:
    """Raises HostileNameError unless `name` is harmless as a path below a folder, on every system."""
    for segment in name.split("/"):
        if reason := _harm(segment):
            raise HostileNameError(
                f"{repository} holds a file whose name {reason}: {ascii(name)[:80]}. Nothing was downloaded: "
                "a model has no use for such a name, so do not trust this repository."
            )


def _is_wanted(name: object) -> bool:
    # Windows drops dots and spaces at the end of a name: they must not hide what a file is.
    return isinstance(name, str) and name.rstrip(". ").casefold().endswith(SUFFIXES)


def _harm(segment: str) -> str | None:
    if segment in ("", ".", "..") or "\\" in segment or ":" in segment:
        return "leaves its folder"
    if not segment.isprintable():  # controls, bidirectional marks, lone surrogates
        return "hides what it is"
    if set(segment) & set('<>"|?*') or segment != segment.strip(" ").rstrip("."):
        return "cannot be written on every system"
    if len(segment.encode("utf-8")) > _LONGEST_NAME_BYTES:
        return "is too long"
    if _DEVICES.fullmatch(segment.partition(".")[0].rstrip()):
        return "is that of a device"
    return None


def _file(sibling: Any, repository: str) -> HubFile:
    size, etag = sibling.size, sibling.blob_id
    pattern = COMMIT  # a git object id looks like a commit's
    if sibling.lfs is not None:
        size, etag, pattern = sibling.lfs.size, sibling.lfs.sha256, _SHA256
    is_size = isinstance(size, int) and not isinstance(size, bool) and size >= 0
    if not is_size or not isinstance(etag, str) or not pattern.fullmatch(etag):
        raise HubAnswerError(
            f"The hub does not say how large {sibling.rfilename} of {repository} is or what its checksum is, "
            "so it could not be checked. Nothing was downloaded; try again later."
        )
    return HubFile(sibling.rfilename, size, etag)


def _check_collisions(files: tuple[HubFile, ...], repository: str) -> None:
    seen: dict[str, str] = {}
    for file in files:
        key = unicodedata.normalize("NFKC", file.name).casefold()
        if key in seen:
            raise HostileNameError(
                f"{repository} holds two files whose names are the same on some systems: {seen[key]!a} and "
                f"{file.name!a}. Nothing was downloaded."
            )
        seen[key] = file.name


def _check_needed(files: tuple[HubFile, ...], repository: str, needed: frozenset[str]) -> None:
    names = {file.name for file in files}
    if len(files) > _MOST_FILES:
        raise UnsuitableError(f"{repository} holds {len(files):,} files: that is not a model. Nothing was downloaded.")
    missing = sorted(needed - names - {_WEIGHTS})
    if missing:
        kind = "model" if _WEIGHTS in needed else "tokenizer"
        raise UnsuitableError(
            f"{repository} is not a {kind} that can be opened here: it has no {', no '.join(missing)}."
        )
    if _WEIGHTS in needed and not any(name.endswith(_WEIGHTS) for name in names):
        raise UnsuitableError(
            f"{repository} has no weights in the safetensors format. Other formats can run code and are not opened."
        )
