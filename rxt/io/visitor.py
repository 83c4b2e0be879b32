"""Who asks the hub: a stranger, who shows a token only where the hub asks for one.

So nobody learns who fetches public models. A token lives in memory only: this library never stores, logs or shows one.
"""

from __future__ import annotations

import importlib.metadata
import re

from rxt.io.hub_errors import token_malformed, wants_token

PROGRAM = "mneme"
_TOKEN = re.compile(r"[!-~]{1,1000}")


class Visitor:
    """A stranger with a token in the pocket."""

    def __init__(self, token: str | None, endpoint: str) -> None:
        """token: as the person typed it; None for the one that huggingface_hub keeps. Raises TokenError."""
        self._typed = token.strip() if token else None
        self._shown: str | None = None
        # The transport repeats a header that it cannot send in its error; so no such token gets that far.
        if self._typed and not _TOKEN.fullmatch(self._typed):
            raise token_malformed(endpoint)

    @property
    def token(self) -> str | None:
        """The token to send, None to ask as a stranger."""
        return self._shown

    def step_up(self, error: BaseException) -> bool:
        """Whether asking again could end otherwise, because a token is sent from now on."""
        if self._shown is not None or not wants_token(error):
            return False
        self._shown = self._typed or _stored_token()
        return self._shown is not None


def program_version() -> str:
    """The version of the program that asks: all that the hub is told besides the client's and Python's own."""
    try:
        return importlib.metadata.version(PROGRAM)
    except importlib.metadata.PackageNotFoundError:
        return "source"


def _stored_token() -> str | None:
    from huggingface_hub import get_token

    try:
        token = get_token()
    except Exception:  # noqa: BLE001  (a store that cannot be read or renewed is as good as none)
        return None
    return token if token and _TOKEN.fullmatch(token) else None
