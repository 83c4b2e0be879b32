"""The token for the hub: it is sent only after the hub refused an anonymous request.

So the hub does not learn who downloads public models. A token is kept in memory only: this library never stores, logs
or shows one.
"""

from __future__ import annotations

import re

from rxt.io.hub_errors import token_malformed, wants_token

_TOKEN = re.compile(r"[!-~]{1,1000}")


class Credentials:
    """Anonymous until the hub refuses; then the token is sent."""

    def __init__(self, token: str | None, endpoint: str) -> None:
        """token: as the user typed it; None for the one that huggingface_hub keeps. Raises TokenError."""
        self._typed = token.strip() if token else None
        self._sent: str | None = None
        # The transport repeats a header that it cannot send in its error; so no such token gets that far.
        if self._typed and not _TOKEN.fullmatch(self._typed):
            raise token_malformed(endpoint)

    @property
    def token(self) -> str | None:
        """The token to send, None for an anonymous request."""
        return self._sent

    def send_token_after(self, error: BaseException) -> bool:
        """Sends the token from now on, where the error asks for one; False where that changes nothing."""
        if self._sent is not None or not wants_token(error):
            return False
        self._sent = self._typed or _stored_token()
        return self._sent is not None


def _stored_token() -> str | None:
    from huggingface_hub import get_token

    try:
        token = get_token()
    except Exception:  # noqa: BLE001  (a store that cannot be read or renewed is as good as none)
        return None
    return token if token and _TOKEN.fullmatch(token) else None
