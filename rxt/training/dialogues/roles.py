"""The people in a person's life: how often each is told of, what else they are called, and their pronouns."""

from __future__ import annotations

from rxt.training.dialogues.fact import named

WEIGHTS = {
    role: weight
    for roles, weight in (
        (("brother", "sister", "best friend"), 2.3),
        (("mother", "friend"), 1.4),
        (("father", "partner", "wife", "husband", "son", "daughter"), 1.0),
        (("girlfriend", "boyfriend"), 0.7),
        (("boss", "teacher", "neighbour", "cousin", "aunt", "uncle", "grandmother", "grandfather"), 0.4),
        (("niece", "nephew", "grandson", "granddaughter", "flatmate", "colleague", "doctor", "manager", "coach"), 0.25),
        (("stepfather", "dentist", "child", "baby", "twin", "landlord", "penfriend", "classmate"), 0.15),
    )
    for role in roles
}

CHANGING = frozenset({
    "wife", "husband", "girlfriend", "boyfriend", "boss", "best friend", "neighbour", "teacher", "flatmate",
})  # fmt: skip
"""Those that can be somebody else one day."""

CALLED = {
    "mother": ("mum", "mom"),
    "father": ("dad",),
    "friend": ("buddy", "mate"),
    "grandmother": ("grandma", "granny"),
    "grandfather": ("grandpa",),
    "brother": ("little brother", "older brother", "bro"),
    "sister": ("big sister", "younger sister"),
    "best friend": ("bestie",),
    "flatmate": ("roommate", "housemate"),
    "dog": ("puppy",),
    "cat": ("kitten", "kitty"),
}
"""Other names for these, pets among them; Mneme answers with the first."""

_SHE = frozenset({
    "sister", "mother", "wife", "daughter", "girlfriend", "aunt", "grandmother", "niece", "granddaughter",
})  # fmt: skip
_HE = frozenset({
    "brother", "father", "husband", "son", "boyfriend", "uncle", "grandfather", "nephew", "grandson", "stepfather",
})  # fmt: skip
_HERS = {"he": "she", "his": "her", "him": "her"}


def told_of(role: str, templates: tuple[str, ...], name: str = "") -> tuple[str, ...]:
    """The templates with this role, or another name for it, and its pronouns in their places.

    Where the role may be a woman or a man, the pronouns of both take turns.
    """
    filled = []
    for at, template in enumerate(templates):
        she = role in _SHE or (role not in _HE and at % 2 == 0)
        for his, hers in _HERS.items():
            word = hers if she else his
            template = template.replace(f"{{{his}}}", word).replace(f"{{{his.title()}}}", word.title())
        filled.append(named(template, "{r}", name or role))
    return tuple(filled)
