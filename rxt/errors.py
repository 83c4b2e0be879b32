"""What can go wrong outside the model: each error's text is a sentence for the user."""

from __future__ import annotations


class RxtError(Exception):
    """Base of the errors that this library raises on purpose."""


class ConfigError(RxtError, ValueError):
    """A configuration that cannot be run; the message names the field and its value."""


class ModelError(RxtError):
    """A model folder that cannot be opened; the message names the file or tensor."""


class SnapshotError(RxtError):
    """A snapshot that cannot be used; the message names what differs."""


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an error says that there was not enough memory, which torch has no class for but on GPUs."""
    said = str(error).lower()
    return (
        isinstance(error, MemoryError)
        or type(error).__name__ == "OutOfMemoryError"
        or any(words in said for words in ("out of memory", "allocate memory", "not enough memory"))
    )
