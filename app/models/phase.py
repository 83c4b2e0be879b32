"""What the engine is doing, in the words the window shows."""

from __future__ import annotations

from enum import StrEnum


class Phase(StrEnum):
    """loading -> ready -> reading -> answering -> writing -> ready; no_model where loading failed."""

    LOADING = "loading"
    NO_MODEL = "no model"
    READY = "ready"
    READING = "reading"
    ANSWERING = "answering"
    WRITING = "writing memory"
    OPENING = "opening memory"
    SAVING = "saving memory"
    REWRITING = "rewriting memory"
    CHECKING = "checking memory"

    @property
    def is_busy(self) -> bool:
        """Whether a turn, a load or a file is under way."""
        return self not in (Phase.READY, Phase.NO_MODEL)

    @property
    def is_turn(self) -> bool:
        """Whether a question is being answered and written to memory."""
        return self in (Phase.READING, Phase.ANSWERING, Phase.WRITING)

    @property
    def can_stop(self) -> bool:
        """Whether Stop has something to stop."""
        return self.is_busy and self not in (Phase.WRITING, Phase.SAVING)
