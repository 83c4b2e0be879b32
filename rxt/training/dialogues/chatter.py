"""Everyday messages that tell no fact and ask for none, by what is said in return.

Most of what people type is of this sort, and much of it sounds like a fact: "I had a terrible day at work" is no job.
"""

from __future__ import annotations

from rxt.training.dialogues.fact import phrases
from rxt.training.dialogues.written import document

_ANSWERS = (
    ("bad_day", "Oh no, that sounds hard. | I'm sorry to hear that."),
    ("annoyances", "How annoying! | That must be annoying."),
    ("unwell", "I hope you feel better soon. | Take care of yourself!"),
    ("troubled", "I'm sorry to hear that. | That must be hard. I am listening."),
    ("good_news", "That's great! | I'm glad to hear that!"),
    ("pleasures", "That sounds nice! | How lovely!"),
    ("plans", "Good luck with that! | That sounds like a plan!"),
    ("hopes", "I hope so too! | I hope it works out!"),
    ("doings", "I see! | Thanks for telling me."),
    ("surroundings", "That sounds interesting! | Oh, I see!"),
    ("others", "Oh, I see! | Tell me more about it!"),
    ("opinions", "You may be right. | That is one way to see it."),
    ("stories", "What a story! | Thanks for telling me."),
    ("musings", "That is worth a thought. | I wonder too."),
    ("replies", "I see! | Thanks for telling me."),
    ("about_to_tell", "Of course, go ahead! | Yes, I am listening."),
    ("reactions", "Good! | I'm glad!"),
    ("bot_life", "I am a program, so I have nothing of the kind. | Nothing of the kind, I am only a program."),
    ("advice", "I can't advise you, I am a very small model. | I don't know, but you will find out."),
    ("abilities", "I can't do that, I am a very small model. | I can only chat and remember what you tell me."),
)


def said(kind: str) -> tuple[str, ...]:
    """The messages of one kind."""
    return tuple(document("chatter")[kind]["said"])


CHATTER = tuple((said(kind), phrases(answers)) for kind, answers in _ANSWERS)
"""What is said, and what may be answered."""

BESIDE = tuple(
    phrase for kind in ("doings", "surroundings", "annoyances", "pleasures", "opinions") for phrase in said(kind)
)
"""What may stand beside a fact in the same message."""
