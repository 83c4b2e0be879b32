"""Carries out errands: saved memories as objects, conversations as files. The open conversation is not touched."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, assert_never

from app.engine import errands, reports
from app.engine.exchange.document import LIMIT_BYTES, ExchangedConversation, ExchangeError, to_json
from app.engine.exchange.pages import body_in_html, title_in_words, to_html, to_markdown
from app.engine.exchange.reader import from_json
from app.engine.exchange.stored import added, exchanged, with_branches
from app.engine.refusal import RefusedError
from app.models.amount import size_in_words
from app.store.turn_codec import clean
from rxt.io.files import read_bounded, write_atomically

if TYPE_CHECKING:
    from app.engine.library import Loaded
    from app.engine.snapshots import SnapshotFolder
    from app.store.conversation_store import ConversationStore

WRITERS: dict[str, Callable[[ExchangedConversation], bytes]] = {
    ".md": to_markdown,
    ".html": to_html,
    ".json": to_json,
}
PAGES = (".md", ".html")
"""What is only read holds no memory."""


class Clerk:
    """Does errands and says through `post` what came of them.

    folder, store, loaded: called when they are needed; they raise RefusedError or StoreError where there is none.
    Every errand raises RefusedError, RxtError, StoreError or OSError with a sentence, and then has changed nothing.
    """

    def __init__(
        self,
        folder: Callable[[], SnapshotFolder],
        store: Callable[[], ConversationStore],
        loaded: Callable[[], Loaded],
        post: Callable[[reports.Report], None],
    ) -> None:
        self._folder = folder
        self._store = store
        self._loaded = loaded
        self._post = post

    def carry_out(self, errand: errands.Errand) -> None:
        match errand:
            case errands.ExportConversation() | errands.ReadConversation():
                self.give(errand, lambda: self._stored(errand))
            case errands.ImportConversation():
                self._import(errand.path)
            case errands.MeasurePrompt():
                self._measure(errand.text)
            case _:
                self._keep(errand)

    def _keep(self, errand: errands.SnapshotErrand) -> None:
        """Errands about saved memories; the list is reported after each, whatever came of it."""
        folder = self._folder()
        try:
            match errand:
                case errands.RenameSnapshot():
                    title = " ".join(clean(errand.title).split())
                    folder.retitle(errand.path, title, clean(errand.description))
                case errands.DuplicateSnapshot():
                    folder.duplicate(errand.path)
                case errands.RestoreSnapshot():
                    folder.restore(errand.path)
                case errands.ExportSnapshot():
                    folder.export(errand.path, errand.target)
                    self._post(reports.Exported(errand.target))
                case errands.ImportSnapshot():
                    self._post(reports.SnapshotImported(folder.add(errand.path)))
                case _:
                    assert_never(errand)
        finally:
            self._post(reports.SnapshotsListed(folder.list()))

    def give(self, errand: errands.PageErrand, conversation: Callable[[], ExchangedConversation]) -> None:
        """A conversation for the reader: as a file, or as a page on the screen with all that was said."""
        match errand:
            case errands.ExportConversation():
                self._export(conversation, errand.path)
            case errands.ReadConversation():
                found = with_branches(conversation())
                self._post(reports.ConversationRead(errand.id, title_in_words(found), body_in_html(found)))
            case _:
                assert_never(errand)

    def _stored(self, errand: errands.PageErrand) -> ExchangedConversation:
        """A conversation that is not open. A page of one that cannot be opened now has its branches too."""
        if isinstance(errand, errands.ExportConversation) and errand.path.suffix.lower() not in PAGES:
            return exchanged(self._store(), errand.id)
        found = exchanged(self._store(), errand.id, b"")  # the bytes of its memory may be lost
        return found if self._fits(found) else with_branches(found)

    def _fits(self, found: ExchangedConversation) -> bool:
        """Whether the model that is loaded, if one is, is the one it was held with."""
        try:
            return self._loaded().info.fingerprint == found.fingerprint
        except RefusedError:
            return False

    def _export(self, conversation: Callable[[], ExchangedConversation], path: Path) -> None:
        """Writes a conversation as the ending of `path` says."""
        writer = WRITERS.get(path.suffix.lower())
        if writer is None:
            raise RefusedError(f"A chat is exported as {', '.join(WRITERS)}; nothing was written.")
        data = writer(conversation())
        write_atomically(path, data)
        self._post(reports.Exported(path))
        if writer is to_json and len(data) > LIMIT_BYTES:
            words = f"The file has {size_in_words(len(data))}; Mneme imports at most {size_in_words(LIMIT_BYTES)}."
            self._post(reports.Noted("This chat is too long to be imported again", words))

    def _import(self, path: Path) -> None:
        try:
            found = from_json(read_bounded(path, LIMIT_BYTES))
        except ExchangeError as error:
            raise RefusedError(f"{path.name}: {error} Nothing was changed.") from None
        except ValueError as error:
            raise RefusedError(f"{error}. Nothing was changed.") from None
        number = added(self._store(), found)
        self._post(reports.ConversationImported(number, self._store().conversation(number).title))

    def _measure(self, text: str) -> None:
        loaded = self._loaded()
        tokens = loaded.library.system_prompt_tokens(loaded.model, text)
        self._post(reports.PromptMeasured(text, tokens, loaded.info.interaction_length))
