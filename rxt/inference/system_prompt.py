"""A system prompt: text that is written once into a new memory, before the first turn, and never read again."""

from __future__ import annotations

from rxt.errors import RxtError
from rxt.io.pretrained import PretrainedModel
from rxt.model.memory import MemoryState


def system_prompt_tokens(model: PretrainedModel, text: str) -> int:
    """How many tokens the text takes with its template; model.config.interaction_length is the most there can be."""
    return len(model.template.system(text))


def write_system_prompt(model: PretrainedModel, text: str, seed: int) -> MemoryState:
    """The initial memory of `seed` after the text was written into it.

    Raises RxtError for an empty text and for one that is longer than an interaction can be.
    """
    if not text.strip():
        raise RxtError("There is no text to write. Nothing was changed.")
    interaction = model.template.system(text)
    room = model.config.interaction_length
    if len(interaction) > room:
        raise RxtError(
            f"This text takes {len(interaction):,} tokens; {model.name} writes at most {room:,} at once. "
            "Nothing was changed: shorten it."
        )
    return model.update_memory(model.initial_memory(seed=seed), interaction).memory
