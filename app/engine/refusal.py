"""Why something was not done, as a sentence for the reader."""

from __future__ import annotations

from app.store.errors import StoreError
from rxt.errors import RxtError


class RefusedError(Exception):
    """A command that cannot be carried out; the text is a sentence for the reader and nothing was changed."""


class ModelRefusedError(RefusedError):
    """The model that this needs is not loaded, or none is."""


MOST_CHARACTERS = 2_000
"""Of a sentence."""
EXPECTED = (RefusedError, RxtError, StoreError, OSError, ValueError)
"""What a command may raise; anything else is a fault of the program."""


def unexpected(error: BaseException) -> str:
    """An unexpected error, in words for the user."""
    return f"Something unexpected happened ({type(error).__name__}: {_cut(str(error))}). The conversation is unchanged."


def sentence(error: BaseException) -> str:
    """The error in words for the reader."""
    return _cut(_words(error))


def _cut(words: str) -> str:
    """An error may quote a file of strangers, and the window lays out every letter of it."""
    return words if len(words) <= MOST_CHARACTERS else f"{words[:MOST_CHARACTERS]}…"


def _words(error: BaseException) -> str:
    if isinstance(error, RxtError | StoreError | RefusedError):
        return str(error)
    if isinstance(error, OSError) and error.strerror:
        return f"{error.strerror}: {error.filename}." if error.filename else f"{error.strerror}."
    text = str(error)
    return f"{text[:1].upper()}{text[1:].rstrip('.')}." if text else f"{type(error).__name__}."
