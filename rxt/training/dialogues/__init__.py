"""Generated conversations of people who tell facts, chat on and ask; every answer follows from what was said."""

from rxt.training.dialogues.dialogue import Dialogue, Turn
from rxt.training.dialogues.generator import DialogueGenerator, texts

__all__ = ["Dialogue", "DialogueGenerator", "Turn", "texts"]
