"""Where a model comes from: a folder, the bundled model, or a repository of the Hugging Face hub.

What the hub gives is data: `*.json` and `*.safetensors` of one commit, each checked against its checksum. What is on
this computer stays usable without a network.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from rxt.errors import ModelError
from rxt.io.download import TIMEOUT_S, Download
from rxt.io.errand import Errand, Progress, run_errand
from rxt.io.hub_cache import HubCache
from rxt.io.hub_errors import (
    HubAnswerError,
    HubDownError,
    HubError,
    NoNetworkError,
    NotFoundError,
    RateLimitError,
    translate,
)
from rxt.io.listing import COMMIT, MODEL, Listing, read_listing
from rxt.io.model_name import model_name
from rxt.io.visitor import PROGRAM, Visitor, program_version

T = TypeVar("T")

_UNASKED = NoNetworkError, HubDownError, RateLimitError, HubAnswerError
"""Nothing was heard from the hub itself; HubAnswerError: something else answered, such as a login page."""
BUNDLED = "mneme-tiny"
"""By name: somebody may keep a copy of another model beside it."""
_REPOSITORY = re.compile(r"[A-Za-z0-9_][\w.-]{0,95}/[A-Za-z0-9_][\w.-]{0,95}", re.ASCII)
_REVISION = re.compile(r"[A-Za-z0-9_][\w.-]*(/[\w.-]+)*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Fetched:
    """A repository as a folder. commit: the revision it is, for ever; is_copy: the hub could not be asked for news."""

    folder: Path
    repository: str
    commit: str
    is_copy: bool


def bundled_model() -> Path:
    """The folder of the model that ships with Mneme. Raises ModelError where the installation lacks it."""
    folder = Path(__file__).resolve().parents[2] / "resources" / "models" / BUNDLED
    if not (folder / "config.json").is_file():
        raise ModelError(f"the bundled model is missing: there is no model in {folder}")
    return folder


def resolve(path_or_repo: str | Path | None, needed: frozenset[str] = MODEL) -> tuple[Path, str]:
    """The folder of a model and its name; a repository may be followed by @ and a revision.

    Missing files are downloaded, with a progress bar in a terminal. Without a revision, a name such as owner/name is
    taken for a path where the folder `owner` exists here, and nothing is downloaded. needed: what a repository must
    hold, see rxt.io.listing. Raises ModelError where there is no model.
    """
    if path_or_repo is None:
        folder = bundled_model()
        return folder, folder.name
    try:
        path = Path(path_or_repo).expanduser()
        exists, is_folder = path.exists(), path.is_dir()
    except (OSError, RuntimeError, ValueError) as error:  # too long a name, no permission, nobody's home, a null byte
        raise ModelError(f"{str(path_or_repo)[:200]} cannot be opened: {error}") from None
    if exists and not is_folder:
        raise ModelError(
            f"{path} is a file; a model is a folder with config.json, model.safetensors and tokenizer.json"
        )
    if exists:
        folder = path.resolve()
        return folder, model_name(folder)
    repository, _, revision = str(path_or_repo).partition("@")
    if not is_repository(repository):
        name = str(path_or_repo)[:200]
        raise ModelError(f"There is no folder {name}, and it is not a hub repository id such as owner/name.")
    if not revision and path.parent.is_dir():
        raise ModelError(
            f"There is no folder {repository}. If a repository of the hub is meant, write {repository}@main."
        )
    try:
        with _Bar(repository) as bar:
            return fetch(repository, revision=revision or None, progress=bar.show, needed=needed).folder, repository
    except (NotFoundError, NoNetworkError) as error:
        if revision:
            raise
        raise type(error)(f"There is no folder {repository} here. {error}") from None


def is_repository(text: str) -> bool:
    """Whether a text has the form of a repository id, owner/name."""
    return _REPOSITORY.fullmatch(text) is not None and ".." not in text and "--" not in text


def is_still_to_come(path_or_repo: str) -> bool:
    """Whether `resolve` would have to download it: a repository of which there is no copy here."""
    repository, _, revision = path_or_repo.partition("@")
    try:
        path = Path(path_or_repo).expanduser()
        if not is_repository(repository) or path.exists() or (not revision and path.parent.is_dir()):
            return False
        inquiry = _Inquiry.about(repository, revision or None, None)
    except (OSError, RuntimeError, ValueError, HubError):  # no name of a model: `resolve` says why
        return False
    return inquiry.cache.copy_of(inquiry.revision) is None


def page_of(repository: str) -> str:
    """The address at which a repository's card and licence are read."""
    from huggingface_hub import constants

    return f"{constants.ENDPOINT}/{repository}"


def look_up(
    repository: str,
    *,
    revision: str | None = None,
    token: str | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Listing:
    """What a download would bring, without downloading: commit, files, sizes, and whether there is a licence gate.

    Where the hub cannot be asked, it tells of the copy that is here. Raises HubError. Arguments as for `fetch`.
    """
    inquiry = _Inquiry.about(repository, revision, token)
    return run_errand(inquiry.sentences(inquiry.look_up), cancelled=cancelled)


def fetch(
    repository: str,
    *,
    revision: str | None = None,
    token: str | None = None,
    progress: Callable[[Progress], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
    needed: frozenset[str] = MODEL,
) -> Fetched:
    """Downloads a revision of a repository, or finds it in the cache.

    needed: what the repository must hold, see rxt.io.listing; weights are downloaded only if they are among it.
    revision: a branch, tag or commit; None for the main branch. A commit in the cache is returned without the network.
    token: None for the one that huggingface_hub stores; it is sent only after the hub has refused a request without.
    progress: called in this thread about ten times a second. cancelled: asked as often; within a second of its first
    True this raises DownloadCancelledError, and a later call resumes the download.

    Raises HubError; its subclasses tell what to do. Where the hub cannot be reached, the copy in the cache is returned.
    """
    inquiry = _Inquiry.about(repository, revision, token, needed)
    return run_errand(inquiry.sentences(inquiry.fetch), progress, cancelled)


def fetch_whole(
    repository: str,
    *,
    revision: str | None = None,
    token: str | None = None,
    progress: Callable[[Progress], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Fetched:
    """As `fetch`, but the hub is asked for the sizes of a commit that is here too: a file of it that the disk cut short
    is brought again."""
    inquiry = _Inquiry.about(repository, revision, token)
    return run_errand(inquiry.sentences(inquiry.fetch_whole), progress, cancelled)


@dataclass(frozen=True)
class _Inquiry:
    """One question to the hub, and everything needed to ask it."""

    repository: str
    revision: str
    endpoint: str
    cache: HubCache
    visitor: Visitor
    needed: frozenset[str]

    @classmethod
    def about(
        cls, repository: str, revision: str | None, token: str | None, needed: frozenset[str] = MODEL
    ) -> _Inquiry:
        if not is_repository(repository):
            raise NotFoundError(f"{ascii(repository)[:120]} is not a repository id. One looks like owner/name.")
        revision = "main" if revision is None else revision
        if not _REVISION.fullmatch(revision) or ".." in revision or len(revision) > 200:
            raise NotFoundError(f"{ascii(revision)[:120]} is not the name of a revision: a branch, a tag or a commit.")
        # Read by the client when it is imported, and by whatever it starts.
        os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
        from huggingface_hub import constants

        symlinks = not getattr(constants, "HF_HUB_DISABLE_SYMLINKS", False)  # unknown to clients before 1.1
        cache = HubCache(Path(constants.HF_HUB_CACHE), repository, symlinks)
        return cls(repository, revision, constants.ENDPOINT, cache, Visitor(token, constants.ENDPOINT), needed)

    def fetch(self, errand: Errand) -> Fetched:
        copy = self.cache.copy_of(self.revision, self.needed)
        if copy is not None and COMMIT.fullmatch(self.revision):
            return Fetched(copy, self.repository, copy.name, is_copy=False)
        return self.fetch_whole(errand)

    def fetch_whole(self, errand: Errand) -> Fetched:
        copy = self.cache.copy_of(self.revision, self.needed)
        try:
            listing = self.listing(errand)
        except Exception as error:
            if copy is None or not isinstance(self.sentence(error), _UNASKED):
                raise
            return Fetched(copy, self.repository, copy.name, is_copy=True)
        Download(listing, self.cache, self.visitor, self.endpoint).run(errand)
        errand.go_on()
        return Fetched(self.cache.publish(listing), self.repository, listing.commit, is_copy=False)

    def look_up(self, errand: Errand) -> Listing:
        try:
            return self.listing(errand)
        except Exception as error:
            copy = self.cache.listing_of_copy(self.revision)
            if copy is None or not isinstance(self.sentence(error), _UNASKED):
                raise
            return copy

    def listing(self, errand: Errand) -> Listing:
        from huggingface_hub import HfApi

        api = HfApi(endpoint=self.endpoint, library_name=PROGRAM, library_version=program_version())
        while True:
            errand.go_on()
            try:
                info = api.model_info(
                    self.repository,
                    revision=self.revision,
                    files_metadata=True,
                    timeout=TIMEOUT_S,
                    token=self.visitor.token or False,
                )
            except Exception as error:
                if not self.visitor.step_up(error):
                    raise
            else:
                return read_listing(info, self.repository, self.revision, self.needed)

    def sentences(self, task: Callable[[Errand], T]) -> Callable[[Errand], T]:
        """The task, with everything that goes wrong in it as a HubError that keeps nothing of the original."""

        def run(errand: Errand) -> T:
            try:
                return task(errand)
            except Exception as error:  # noqa: BLE001  (unknown errors of the transport could show the token)
                failure = self.sentence(error)
            raise failure

        return run

    def sentence(self, error: BaseException) -> HubError:
        has_token = self.visitor.token is not None
        return translate(error, self.repository, self.revision, self.endpoint, has_token)


class _Bar:
    """Progress for people at a terminal; silent elsewhere."""

    def __init__(self, repository: str) -> None:
        from tqdm import tqdm

        is_terminal = sys.stderr is not None and sys.stderr.isatty()
        self._bar = tqdm(desc=repository, unit="B", unit_scale=True, disable=not is_terminal, leave=False)

    def __enter__(self) -> _Bar:
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.close()

    def show(self, progress: Progress) -> None:
        self._bar.total = progress.total_bytes or None
        self._bar.update(progress.done_bytes - self._bar.n)
