"""Finding models on the hub by words. Nothing is downloaded, and no token is sent."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from rxt.io.download import TIMEOUT_S
from rxt.io.errand import Errand, run_errand
from rxt.io.hub import is_repository
from rxt.io.hub_errors import HubError, translate
from rxt.version import PROGRAM, version

MOST_RESULTS = 40
LONGEST_QUERY = 200


@dataclass(frozen=True, slots=True)
class FoundModel:
    """A repository that matches. gated: whether the authors ask for an agreement first; downloads: of the last month,
    None where the hub does not say."""

    repository: str
    gated: bool
    downloads: int | None


def search(text: str, *, cancelled: Callable[[], bool] | None = None) -> tuple[FoundModel, ...]:
    """The models whose names match `text`, the most downloaded first, at most MOST_RESULTS.

    cancelled: asked ten times a second; within a second of its first True this raises DownloadCancelledError.
    Raises HubError.
    """
    words = " ".join(text.split())[:LONGEST_QUERY]
    from huggingface_hub import constants

    def run(errand: Errand) -> tuple[FoundModel, ...]:
        try:
            return tuple(_results(words, constants.ENDPOINT, errand))
        except Exception as error:  # noqa: BLE001  (unknown errors of the transport)
            failure: HubError = translate(error, "The list of models", "main", constants.ENDPOINT, has_token=False)
        raise failure

    return run_errand(run, cancelled=cancelled)


def _results(words: str, endpoint: str, errand: Errand) -> Iterator[FoundModel]:
    # The client's own list tries five times before it says that there is no network: 23 seconds.
    from huggingface_hub import get_session
    from huggingface_hub.utils import build_hf_headers, hf_raise_for_status

    errand.go_on()
    headers = build_hf_headers(token=False, library_name=PROGRAM, library_version=version())
    wanted = {"search": words, "sort": "downloads", "limit": str(MOST_RESULTS)}
    response = get_session().get(f"{endpoint}/api/models", params=wanted, headers=headers, timeout=TIMEOUT_S)
    hf_raise_for_status(response)
    errand.go_on()
    listed = response.json()
    models = [_model(entry) for entry in listed if isinstance(entry, dict)] if isinstance(listed, list) else []
    # A server may send more than it was asked for.
    yield from [model for model in models if model is not None][:MOST_RESULTS]


def _model(entry: dict[str, Any]) -> FoundModel | None:
    """What the hub says of a repository; None for a name that no repository has."""
    name, downloads = entry.get("id"), entry.get("downloads")
    if not isinstance(name, str) or not is_repository(name):
        return None
    known = type(downloads) is int and downloads >= 0
    return FoundModel(name, bool(entry.get("gated")), downloads if known else None)
