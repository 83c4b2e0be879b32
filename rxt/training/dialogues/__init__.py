"""Generated conversations of people who tell facts, chat on and ask; every answer follows from what was said."""

from rxt.training.dialogues.dialogue import Dialogue, Turn
from rxt.training.dialogues.generator import DialogueGenerator
from rxt.training.dialogues.text import texts

__all__ = ["Dialogue", "DialogueGenerator", "Turn", "texts"]
