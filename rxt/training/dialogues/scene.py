"""A conversation in the making."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rxt.training.dialogues.state import State

if TYPE_CHECKING:
    import random

    from rxt.training.dialogues.dialogue import Turn
    from rxt.training.dialogues.episodes import ToldEpisode
    from rxt.training.dialogues.wording import Typist


@dataclass
class Scene:
    """One conversation in the making."""

    typist: Typist
    plan: list[str]
    """Slots still to be told, the next one last."""
    rng: random.Random
    state: State = field(default_factory=State)
    turns: list[Turn] = field(default_factory=list)
    asked: set[str] = field(default_factory=set)
    asides: list[tuple[int, Turn]] = field(default_factory=list)
    anew: list[str] = field(default_factory=list)
    """Slots that were told anew."""
    eager: bool = False
    """Whether this person tells one thing after the other."""
    mistaken: list[int] = field(default_factory=list)
    """The turns that are answered wrongly."""
    mentioned: str | None = None
    """The slot whose person or pet the turn before mentioned, to be told now."""
    episodes: int = 0
    """Episodes still to be told."""
    told: list[ToldEpisode] = field(default_factory=list)
    """Those begun; all but the last are over."""

    @property
    def over(self) -> list[ToldEpisode]:
        """The episodes that can be asked for."""
        return [told for told in self.told if told.is_over]

    @property
    def under_way(self) -> bool:
        """Whether an episode is being told."""
        return bool(self.told) and not self.told[-1].is_over
