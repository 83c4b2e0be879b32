"""What can go wrong between a hub and this computer: each error is a sentence that says what to do.

A message holds only the repository, the hub's own address, names of files that were checked, and sizes: never a token,
a header, the text of a server's answer or an address with a query, for any of them could carry a secret.
"""

from __future__ import annotations

import errno
import re
from email.utils import parsedate_to_datetime
from time import time
from typing import Any

from rxt.errors import ModelError


class HubError(ModelError):
    """Base of what the way from a hub to a folder can end with."""


class DownloadCancelledError(HubError):
    """The user stopped it; what has arrived is kept and the next download goes on from there."""


class NoNetworkError(HubError):
    """The hub cannot be reached from here."""


class HubDownError(HubError):
    """The hub answers that it has trouble of its own."""


class HubAnswerError(HubError):
    """Something answered, but not as a hub does: a login page of the network, a broken mirror."""


class NotFoundError(HubError):
    """No such repository, revision or file, or none that this account may see."""


class UnsuitableError(HubError):
    """The repository exists, but holds no model that could be opened."""


class LicenceError(HubError):
    """The authors ask for an agreement first. page: where it is given."""

    def __init__(self, message: str, page: str) -> None:
        super().__init__(message)
        self.page = page


class TokenError(HubError):
    """The token is missing, not valid, or not allowed to read this. page: where tokens are made."""

    def __init__(self, message: str, page: str) -> None:
        super().__init__(message)
        self.page = page


class RateLimitError(HubError):
    """Too many requests."""


class DiskSpaceError(HubError):
    """The disk is too small."""


class WrongBytesError(HubError):
    """A file arrived whole but with another checksum; it was removed."""


class ConnectionLostError(HubError):
    """The connection broke again and again; what has arrived is kept and the next download goes on from there."""


class HostileNameError(HubError):
    """A file's name could leave the folder, hide what it is, or not be written on every system."""


def in_words(size_bytes: float) -> str:
    """A size to read, in decimal units: 340 kB, 1.1 GB."""
    for unit in ("bytes", "kB", "MB", "GB"):
        if size_bytes < 999.5:
            break
        size_bytes, unit = size_bytes / 1000, {"bytes": "kB", "kB": "MB", "MB": "GB", "GB": "TB"}[unit]
    return f"{size_bytes:.1f} {unit}" if unit != "bytes" and size_bytes < 9.95 else f"{size_bytes:.0f} {unit}"


def seconds_in_words(seconds: float) -> str:
    """A wait to read: 45 seconds, 5 minutes, 2 hours."""
    for size, unit in ((3600, "hour"), (60, "minute")):
        if seconds >= 1.5 * size:
            return f"{round(seconds / size)} {unit}s"
    whole = max(1, round(seconds))
    return f"{whole} second{'s' if whole > 1 else ''}"


def disk_too_small(needed_bytes: int, free_bytes: int) -> DiskSpaceError:
    """needed_bytes: what is still to come with a tenth to spare."""
    return DiskSpaceError(
        f"The disk has {in_words(free_bytes)} free, and the model needs {in_words(needed_bytes)}. Nothing was "
        f"downloaded: free {in_words(needed_bytes - free_bytes)} or set HF_HOME to a folder on a larger disk."
    )


def is_transport(error: BaseException) -> bool:
    """Whether the connection failed rather than the hub refused: worth another try."""
    # The hub's client names its transport's base class here, whichever transport its version stands on.
    from huggingface_hub.errors import HfHubHTTPError, HTTPError

    if isinstance(error, HfHubHTTPError):
        return error.response.status_code == 408 or error.response.status_code >= 500
    return isinstance(error, HTTPError | ConnectionError | TimeoutError)


def wants_token(error: BaseException) -> bool:
    """Whether the hub might answer otherwise where a token is sent."""
    from huggingface_hub.errors import HfHubHTTPError, RepositoryNotFoundError

    if isinstance(error, RepositoryNotFoundError):  # so it answers for a private repository without a token
        return True
    return isinstance(error, HfHubHTTPError) and error.response.status_code in (401, 403)


def translate(error: BaseException, repository: str, revision: str, endpoint: str, has_token: bool) -> HubError:
    """The error of the hub's client, its transport or the disk as a sentence. Keeps nothing of the original."""
    from huggingface_hub.errors import HfHubHTTPError, HTTPError, OfflineModeIsEnabled

    if isinstance(error, HubError):
        return error
    if isinstance(error, HfHubHTTPError):
        return _refusal(error, repository, revision, endpoint, has_token)
    if isinstance(error, OfflineModeIsEnabled):
        return NoNetworkError(
            f"{repository} is not on this computer, and the hub is switched off by HF_HUB_OFFLINE. "
            "Unset it, or open a folder."
        )
    if isinstance(error, HTTPError | ConnectionError | TimeoutError):
        return _no_network(error, repository, endpoint)
    if isinstance(error, OSError):
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            return DiskSpaceError(
                "The disk filled up while the model arrived. What has arrived is kept: free some space and start again."
            )
        return HubError(f"{repository} cannot be stored: {error.strerror or type(error).__name__}. See HF_HOME.")
    return HubAnswerError(
        f"What answered at {endpoint} is not a hub: perhaps a login page of this network, or a mirror that is broken. "
        "Open the address in a browser, then try again."
    )


def _no_network(error: BaseException, repository: str, endpoint: str) -> NoNetworkError:
    kind, text = type(error).__name__, _chain(error)
    if "CERTIFICATE" in text or "SSL" in text:
        return NoNetworkError(
            f"No safe connection to {endpoint}: its certificate is not trusted here. Check the clock of this computer, "
            "and whether the network needs a certificate of its own."
        )
    if "Proxy" in kind:
        return NoNetworkError("The proxy of this network refuses the way to the hub. Check its address and sign-in.")
    return NoNetworkError(
        f"{repository} is not on this computer, and {endpoint} cannot be reached. "
        "Check the network and try again, or open a folder."
    )


def _chain(error: BaseException | None) -> str:
    texts: list[str] = []
    while error is not None and len(texts) < 10:
        texts.append(f"{type(error).__name__} {error}")
        error = error.__cause__ or error.__context__
    return " ".join(texts)


def _refusal(error: Any, repository: str, revision: str, endpoint: str, has_token: bool) -> HubError:
    from huggingface_hub.errors import (
        DisabledRepoError,
        EntryNotFoundError,
        GatedRepoError,
        RepositoryNotFoundError,
        RevisionNotFoundError,
    )

    status = error.response.status_code
    if isinstance(error, GatedRepoError):
        return licence_refused(repository, endpoint, has_token)
    if isinstance(error, RepositoryNotFoundError):
        return _no_repository(repository, endpoint, has_token)
    if isinstance(error, RevisionNotFoundError):
        return NotFoundError(f"{repository} has no revision {revision}. Check the name of the branch or the commit.")
    if isinstance(error, DisabledRepoError):
        return NotFoundError(f"The hub has disabled {repository}. Look at {endpoint}/{repository} for the reason.")
    if isinstance(error, EntryNotFoundError) or status == 404:
        return NotFoundError(f"The hub lists a file of {repository} that it does not have. Try again later.")
    if status in (401, 403):
        return token_refused(repository, endpoint, has_token)
    if status == 407:
        return NoNetworkError("The proxy of this network wants you to sign in. Check its address and sign-in.")
    if status == 429:
        return _rate_limited(error.response.headers)
    if status >= 500 or status == 408:
        return HubDownError(f"The hub has trouble of its own (error {status}). Try again in a few minutes.")
    return HubAnswerError(f"The hub refuses {repository} with error {status}. Try again later, or open a folder.")


def licence_refused(repository: str, endpoint: str, has_token: bool) -> LicenceError:
    page = f"{endpoint}/{repository}"
    if has_token:
        return LicenceError(
            f"The account of your token has not accepted the licence of {repository}, or waits for its authors to "
            f"agree. Open {page}, accept, and try again.",
            page,
        )
    return LicenceError(
        f"{repository} asks you to accept its licence first. Open {page}, sign in and accept; then sign in here with "
        f"`hf auth login`, or with a token from {endpoint}/settings/tokens.",
        page,
    )


def token_refused(repository: str, endpoint: str, has_token: bool) -> TokenError:
    page = f"{endpoint}/settings/tokens"
    if has_token:
        return TokenError(
            f"The hub does not let your token read {repository}: it is not valid any more, or has too few rights. "
            f"Make a token that may read at {page} and try again.",
            page,
        )
    return TokenError(
        f"The hub wants to know who asks for {repository}. Make a token that may read at {page}, or sign in with "
        "`hf auth login`, and try again.",
        page,
    )


def token_malformed(endpoint: str) -> TokenError:
    page = f"{endpoint}/settings/tokens"
    return TokenError(f"This is not a token: it holds a character that tokens never have. Copy it from {page}.", page)


def _no_repository(repository: str, endpoint: str, has_token: bool) -> NotFoundError:
    if has_token:
        return NotFoundError(f"The hub has no repository {repository}, or none that the account of your token may see.")
    return NotFoundError(
        f"The hub has no public repository {repository}. Check the name; if it is private, sign in with "
        f"`hf auth login` or with a token from {endpoint}/settings/tokens."
    )


def _rate_limited(headers: Any) -> RateLimitError:
    wait_s = _retry_after_s(headers)
    when = "in a few minutes" if wait_s is None else f"in {seconds_in_words(wait_s)}"
    return RateLimitError(
        f"The hub had too many requests from this network. Try again {when}; what has arrived is kept."
    )


def _retry_after_s(headers: Any) -> float | None:
    """From Retry-After, as seconds or as a date, or from the hub's own `ratelimit: "api";r=0;t=55`."""
    value = str(headers.get("Retry-After", "")).strip()
    if re.fullmatch(r"[0-9]{1,9}", value):
        return float(value)
    if value:
        try:
            return max(0.0, parsedate_to_datetime(value).timestamp() - time())
        except (ValueError, TypeError, OverflowError):
            return None
    window = re.search(r"r\s*=\s*0\s*;\s*t\s*=\s*([0-9]{1,9})", str(headers.get("ratelimit", "")))
    return float(window[1]) if window else None
