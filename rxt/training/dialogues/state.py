"""What has been told so far in a conversation: the truth every answer follows from."""

from __future__ import annotations

from dataclasses import dataclass, field

PET_SLOTS = frozenset(
    {"dog", "cat", "parrot", "rabbit", "hamster", "horse", "goldfish", "turtle", "pony", "guinea_pig"}
)
"""Telling the name of one of these tells the kind and the name of "the pet" too, while there is only one."""

ANY_PET_SLOTS = ("pet_kind", "pet")

GROUPS = (
    frozenset({"partner", "wife", "husband", "girlfriend", "boyfriend"}),
    frozenset({"friend", "best_friend"}),
    frozenset({"film", "movie"}),
    frozenset({"child", "son"}),
    frozenset({"child", "daughter"}),
    frozenset({"child", "baby"}),
    frozenset({"marital", "wife"}),
    frozenset({"marital", "husband"}),
    frozenset({"marital", "partner"}),
    frozenset({"origin", "nationality"}),
    frozenset({"city", "village"}),
    frozenset({"number", "remember_number"}),
    frozenset({"boss", "manager"}),
    frozenset({"name", "nickname"}),
    frozenset({"hobby", "collection"}),
)
"""Slots that may mean one person or thing: with one told, the others of its group are neither known nor unknown."""


@dataclass(frozen=True)
class Told:
    """A value and the turn in which it was last told, counted from 0."""

    value: str
    turn: int
    implied: bool = False


@dataclass
class State:
    """The facts held, oldest first, and the slots about which nothing can be asked fairly."""

    held: dict[str, Told] = field(default_factory=dict)
    unclear: set[str] = field(default_factory=set)

    def tell(self, slot: str, value: str, turn: int) -> None:
        """Hold a value, the latest told."""
        self.held.pop(slot, None)
        self.held[slot] = Told(value, turn)
        self.unclear.discard(slot)
        for group in GROUPS:
            if slot in group:
                self.unclear |= group - self.held.keys()
        if slot in PET_SLOTS:
            self._imply(slot, value, turn)
        elif slot.endswith(("_pet_colour", "_pet_age")):
            self.blur_pets()

    def forget(self, slot: str) -> None:
        """Hold this fact no longer."""
        self.held.pop(slot, None)
        if slot in PET_SLOTS:
            self.blur_pets()

    def forget_all(self) -> None:
        """Hold nothing; everything counts as never told."""
        self.held.clear()
        self.unclear.clear()

    def copy(self) -> State:
        """A state of its own with the same facts."""
        return State(dict(self.held), set(self.unclear))

    def stated(self) -> list[str]:
        """The slots held because they were told, oldest first; the implied ones are left out."""
        return [slot for slot, told in self.held.items() if not told.implied]

    def _imply(self, slot: str, value: str, turn: int) -> None:
        if "pet" in self.unclear or (PET_SLOTS & self.held.keys()) - {slot}:
            self.blur_pets()
            return
        for implied, what in (("pet_kind", slot.replace("_", " ")), ("pet", value)):
            self.held.pop(implied, None)
            self.held[implied] = Told(what, turn, implied=True)

    def blur_pets(self) -> None:
        """Leave open what pet there is and what it is called."""
        for slot in ANY_PET_SLOTS:
            self.held.pop(slot, None)
            self.unclear.add(slot)


def goes_with(slot: str, slots: list[str]) -> bool:
    """Whether a conversation can tell `slot` besides `slots` and leave no doubt about who is who."""
    for group in GROUPS:
        if slot in group and not group.isdisjoint(slots):
            return False
    if slot in ANY_PET_SLOTS:
        return PET_SLOTS.isdisjoint(slots) and not any(other in slots for other in ANY_PET_SLOTS)
    if slot in PET_SLOTS:
        named = sum(other in PET_SLOTS for other in slots)
        return named < 2 and not any(other in slots for other in ANY_PET_SLOTS)
    return True
