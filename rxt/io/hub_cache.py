"""The folder that every hub client of this computer shares: blobs by checksum, snapshots by commit, refs by branch.

A snapshot becomes visible only when every file of it is there and checked, and a ref only after its snapshot.
The layout is the documented one, so that other programs find what was fetched here and the other way round.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path

from rxt.io.files import read_bounded, replace_file, write_atomically
from rxt.io.listing import COMMIT, MODEL, MODEL_ALONE, SUFFIXES, HubFile, Listing

_WHOLE, _INDEX = "model.safetensors", "model.safetensors.index.json"
_INDEX_BYTES = 64 * 2**20


@dataclass(frozen=True, slots=True)
class HubCache:
    """The part of the cache in `root` that belongs to one repository. symlinks: whether they may be tried."""

    root: Path
    repository: str
    symlinks: bool = True

    @property
    def folder(self) -> Path:
        """The repository's folder."""
        return self.root / ("models--" + self.repository.replace("/", "--"))

    def blob(self, file: HubFile) -> Path:
        """Where the content of a file lies."""
        return self.folder / "blobs" / file.etag

    def partial(self, file: HubFile) -> Path:
        """Where the content of a file grows. The hub's own client never goes on with partial files of that name."""
        return self.folder / "blobs" / f"{file.etag}.rxt.incomplete"

    def lock(self, file: HubFile) -> Path:
        """The lock that the hub's own client takes for the same file."""
        return self.root / ".locks" / self.folder.name / f"{file.etag}.lock"

    def snapshot(self, commit: str) -> Path:
        """The folder of a commit."""
        return self.folder / "snapshots" / commit

    def missing(self, listing: Listing) -> list[HubFile]:
        """The files of which no copy of the right size is here."""
        return [file for file in listing.files if not self.has(file, listing.commit)]

    def has(self, file: HubFile, commit: str) -> bool:
        """Whether a whole copy is here. Content is checked when it arrives, size always: a disk may have cut it."""
        return _size(self.place(file, commit)) == file.size_bytes

    def place(self, file: HubFile, commit: str) -> Path:
        """Where the content of a file is: a whole blob, else the file of the snapshot."""
        blob = self.blob(file)
        return blob if _size(blob) == file.size_bytes else self.snapshot(commit) / file.name

    def partial_bytes(self, file: HubFile) -> int:
        """How much of a file has arrived so far, 0 if nothing useful."""
        size = _size(self.partial(file))
        return 0 if size is None or size > file.size_bytes else size

    def commit_of(self, revision: str) -> str | None:
        """The commit that a revision was when it was last fetched here."""
        if COMMIT.fullmatch(revision):
            return revision
        try:
            commit = read_bounded(self.folder / "refs" / revision, 100).decode("ascii").strip()
        except (OSError, ValueError):
            return None
        return commit if COMMIT.fullmatch(commit) else None

    def copy_of(self, revision: str, needed: frozenset[str] = MODEL) -> Path | None:
        """The snapshot of a revision that holds what is needed, None if there is none."""
        commit = self.commit_of(revision)
        if commit is None:
            return None
        folder = self.snapshot(commit)
        found = all(_has_weights(folder) if name.startswith(".") else (folder / name).is_file() for name in needed)
        return folder if found else None

    def listing_of_copy(self, revision: str) -> Listing | None:
        """What `copy_of` finds as a listing, None where it finds nothing; the checksums are unknown."""
        folder = self.copy_of(revision)
        if folder is None:
            return None
        found = sorted(path for path in folder.iterdir() if path.suffix in SUFFIXES and path.is_file())
        files = tuple(HubFile(path.name, path.stat().st_size, etag="") for path in found)
        return Listing(self.repository, revision, folder.name, gated=False, files=files, is_copy=True)

    def publish(self, listing: Listing) -> Path:
        """Makes a snapshot of the files, which are all here, then points the revision to it. Raises OSError."""
        folder = self.snapshot(listing.commit)
        folder.mkdir(parents=True, exist_ok=True)
        for index, file in enumerate(listing.files):
            if _size(folder / file.name) != file.size_bytes:
                needed_again = any(other.etag == file.etag for other in listing.files[index + 1 :])
                try:
                    self._place(self.blob(file), folder / file.name, needed_again)
                except FileNotFoundError:  # another process may have moved it there
                    if _size(folder / file.name) != file.size_bytes:
                        raise
        # A tokenizer alone does not take the place of a model that opens without the network.
        keeps = not listing.has_weights and self.copy_of(listing.revision, MODEL_ALONE) is not None
        if not keeps and listing.revision != listing.commit and self.commit_of(listing.revision) != listing.commit:
            ref = self.folder / "refs" / listing.revision
            ref.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(ref, listing.commit.encode("ascii"))
        return folder

    def _place(self, blob: Path, target: Path, needed_again: bool) -> None:
        """Puts a link in its place in one step: another process may be publishing the same files. Raises OSError."""
        beside = target.with_name(f".{secrets.token_hex(8)}.rxt.link")
        try:
            if self.symlinks:
                with contextlib.suppress(OSError):  # Windows allows them only to some
                    beside.symlink_to(os.path.relpath(blob, target.parent))
                    replace_file(beside, target)
                    return
            beside.unlink(missing_ok=True)
            with contextlib.suppress(OSError):  # some disks know no links at all
                os.link(blob, beside)
                replace_file(beside, target)
                return
            beside.unlink(missing_ok=True)
            if needed_again:
                shutil.copyfile(blob, beside)
                replace_file(beside, target)
            else:
                replace_file(blob, target)
        finally:
            with contextlib.suppress(OSError):  # also where both are links to one file: then nothing was moved
                beside.unlink()


def _has_weights(folder: Path) -> bool:
    """Whether the weights are here, all parts of them: other clients show a file as soon as that one has arrived."""
    found = {path.name for path in folder.glob("*.safetensors") if path.is_file()}
    try:
        parts = set(json.loads(read_bounded(folder / _INDEX, _INDEX_BYTES))["weight_map"].values())
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return bool(found)  # there is no list of parts, or none that can be read: opening the model will tell
    return _WHOLE in found or (bool(parts) and parts <= found)


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size if path.is_file() else None
    except OSError:
        return None
