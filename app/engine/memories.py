"""Saved memories and the system prompt: what is saved, opened, changed and deleted, and the list of them."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from app.engine import reports
from app.engine.opening import from_memory, from_snapshot
from app.engine.refusal import RefusedError, sentence
from app.engine.seeds import random_seed
from app.engine.snapshots import PROMPT, SnapshotFolder
from app.engine.titles import title_of
from app.models.memory_names import MEMORY_SUFFIX
from app.paths import Paths
from app.store.turn_codec import clean
from rxt.errors import RxtError

if TYPE_CHECKING:
    from app.engine.journal import Journal
    from app.engine.library import Library
    from app.engine.opened import Opened


class Memories:
    """Does what is asked of saved memories and says through `post` what came of it.

    Verbs raise RefusedError, RxtError, StoreError or OSError with a sentence, and then have changed nothing.
    """

    def __init__(
        self, data_dir: Path, journal: Journal, opened: Opened, post: Callable[[reports.Report], None]
    ) -> None:
        self._paths = Paths(data_dir)
        self._journal = journal
        self._opened = opened
        self._post = post
        self._known: SnapshotFolder | None = None

    def use(self, library: Library) -> None:
        """From now on memories can be read."""
        self._known = SnapshotFolder(self._paths.snapshots_dir, self._paths.data_dir / "trash", library)

    @property
    def _folder(self) -> SnapshotFolder:
        if self._known is None:
            raise RefusedError("Saved memories are known once a model was opened; nothing was changed.")
        return self._known

    def sweep(self) -> None:
        """Removes what is too old to be kept, as `SnapshotFolder.sweep` says."""
        if self._known is not None:
            self._known.sweep()

    def list(self) -> None:
        """Reports the saved memories; they can be read once loading a model was tried."""
        if self._known is not None:
            self._post(reports.SnapshotsListed(self._known.list()))

    def save(self, path: Path, title: str, description: str, turn: int | None = None, beside: bool = False) -> None:
        """Saves the memory of the open conversation as a file."""
        loaded, dialogue = self._opened.model, self._opened.dialogue
        conversation, session = dialogue.conversation, dialogue.place.session
        memory, turns = dialogue.memory_at(turn) if turn is not None else (session.memory, len(session.turns))
        write = partial(
            loaded.library.save_snapshot,
            memory=memory,
            model=loaded.model,
            title=clean(title),
            description=clean(description),
            turns=conversation.origin_turns + turns,
            origin=conversation.title,
            parent=conversation.initial.sha256 if conversation.origin and turns else None,  # none is its own
            seed=conversation.seed,
            synthetic=not turns and (conversation.is_synthetic or self._folder.has_synthetic(memory.sha256)),
        )
        self._tell_saved(self._folder.save(path, write, beside))

    def open(self, path: Path) -> None:
        """Begins a conversation from a saved memory."""
        if not self._opened.closing.is_set():
            self._opened.show(from_snapshot(self._opened.model, self._journal.new_id(), path))

    def rename(self, path: Path, title: str, description: str) -> None:
        """Gives a memory another title and note."""
        with self._listed() as folder:
            folder.retitle(path, " ".join(clean(title).split()), clean(description))

    def duplicate(self, path: Path) -> None:
        """Puts a copy beside a memory."""
        with self._listed() as folder:
            folder.duplicate(path)

    def delete(self, path: Path) -> None:
        """Moves a saved memory to the trash of the data folder."""
        self._folder.delete(path)
        self.list()

    def restore(self, path: Path) -> None:
        """Brings back what was deleted from `path`."""
        with self._listed() as folder:
            folder.restore(path)

    def export(self, path: Path, target: Path) -> None:
        """Writes a copy of a memory to `target`."""
        with self._listed() as folder:
            folder.export(path, target)
            self._post(reports.Exported(target))

    def add(self, path: Path) -> None:
        """Takes a copy of a memory file from elsewhere."""
        with self._listed() as folder:
            self._post(reports.SnapshotImported(folder.add(path)))

    def write_prompt(self, text: str, title: str, seed: int | None) -> None:
        """Writes `text` once into a new memory, saves that among the memories, and begins a conversation from it.

        The interaction is [BOS][Q]SYSTEM INSTRUCTIONS[A]text[EOS], as in the training of the model family.
        """
        if self._opened.closing.is_set():
            return
        loaded, text = self._opened.model, clean(text)
        seed = random_seed() if seed is None else seed
        memory = loaded.library.write_system_prompt(loaded.model, text, seed)
        title = " ".join(clean(title).split()) or title_of(text)
        opening = from_memory(loaded, self._journal.new_id(), memory, title or PROMPT)
        write = partial(
            loaded.library.save_snapshot, memory=memory, model=loaded.model, title=title, description=text, seed=seed
        )
        self._tell_saved(self._folder.save(self._folder.folder / f"{PROMPT}{MEMORY_SUFFIX}", write, beside=True))
        self._opened.show(opening)

    def measure_prompt(self, text: str) -> None:
        """Reports how many tokens a system prompt takes."""
        loaded = self._opened.model
        tokens = loaded.library.system_prompt_tokens(loaded.model, text)
        self._post(reports.PromptMeasured(text, tokens, loaded.info.interaction_length))

    @contextlib.contextmanager
    def _listed(self) -> Iterator[SnapshotFolder]:
        """The folder, for a change; the memories are reported after it, whatever came of it."""
        folder = self._folder
        try:
            yield folder
        finally:
            self._post(reports.SnapshotsListed(folder.list()))

    def _tell_saved(self, path: Path) -> None:
        """Reports a memory that has just been saved: it is, whatever fails here."""
        try:
            self._post(reports.SnapshotSaved(self._folder.info(path)))
            self.list()
        except (RxtError, OSError, ValueError) as error:
            words = f"It is in {path}. {sentence(error)}"
            self._post(reports.Failed("This memory was saved but cannot be listed", words))
