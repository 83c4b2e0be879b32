"""What the hub's port and the window say to each other: frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

RefusalKind = Literal["licence", "token", "stopped", "other"]


@dataclass(frozen=True, slots=True)
class HubModel:
    """A repository that was found. gated: the authors ask for an agreement first; downloads: of the last month."""

    repository: str
    gated: bool
    downloads: int | None


@dataclass(frozen=True, slots=True)
class ModelOffer:
    """What a download would bring. commit: the 40 letters that pin it; page: where its card and licence are read;
    is_copy: the hub could not be asked, and this is what is on this computer."""

    repository: str
    commit: str
    gated: bool
    files: int
    total_bytes: int
    page: str
    is_copy: bool = False


@dataclass(frozen=True, slots=True)
class DownloadProgress:
    """How far a download is. speed: bytes per second; remaining_s: None while it is unknown."""

    phase: Literal["asking", "downloading", "checking"]
    done_bytes: int
    total_bytes: int
    speed: float
    remaining_s: float | None


@dataclass(frozen=True, slots=True)
class HubRefusal:
    """Why nothing came of it, as a sentence. page: the address where it can be put right, "" for none."""

    message: str
    kind: RefusalKind
    page: str = ""
