"""A chat of another model goes on with the loaded one: what was said is written into a new memory, as a new chat.

A memory fits only the model that wrote it, but words are words. The former chat stays as it is.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app.engine.exchange.stored import added, exchanged_words
from app.engine.memory_path import check
from app.engine.refusal import RefusedError
from rxt.errors import RxtError

if TYPE_CHECKING:
    from app.engine.exchange.document import ExchangedConversation, ExchangedTurn
    from app.engine.library import Loaded, Memory
    from app.engine.memory_path import Interrupted
    from app.store.conversation_store import ConversationStore


@dataclass(frozen=True, slots=True, eq=False)
class Carried:
    """What a chat became: a conversation of the loaded model with one path, and the memory at its end.

    written: how many turns are in that memory; left: how many were in the former one and this model could not write.
    """

    conversation: ExchangedConversation
    memory: Memory
    written: int
    left: int

    def in_words(self, model: str) -> str:
        """What was done, and what is not in the new memory, for the reader."""
        turns = "1 turn was" if self.written == 1 else f"{self.written:,} turns were"
        words = f"{turns} written into a new memory of {model}, as a new chat. The former chat stays as it is."
        if self.left:
            left = "1 turn" if self.left == 1 else f"{self.left:,} turns"
            words += f" {left} could not be written and {'says' if self.left == 1 else 'say'} why."
        if self.conversation.origin:
            words += f" What “{self.conversation.origin}” held before the first turn is not in it."
        return words


def carry_over(
    loaded: Loaded, store: ConversationStore, number: int, seed: int, interrupted: Interrupted
) -> tuple[int, Carried]:
    """Writes the path of a stored conversation into the initial memory of `seed`; returns the number of the new chat.

    Raises RefusedError where nothing is there to write or where it is interrupted, StoreError where the former chat
    cannot be read or the new one not be stored; nothing is changed then.
    """
    carried = _carried(loaded, exchanged_words(store, number), seed, interrupted)
    with store.together():
        new = added(store, replace(carried.conversation, origin="", origin_turns=0))
        store.keep_memory(carried.memory.to_bytes(), carried.conversation.shape)  # or opening would compute it again
    return new, carried


def _carried(loaded: Loaded, found: ExchangedConversation, seed: int, interrupted: Interrupted) -> Carried:
    info, initial = loaded.info, loaded.model.initial_memory(seed=seed)
    turns: list[ExchangedTurn] = []
    memory, written, left = initial, 0, 0
    for place, turn in enumerate(found.path, start=1):
        check(interrupted)
        turn = replace(turn, id=place, parent=place - 1 or None)
        if turn.record is not None:
            reason = turn.record.reason if turn.answer == turn.record.answer else "eos"  # an edited answer is whole
            try:
                memory, record = loaded.library.write_turn(
                    loaded.model, memory, turn.query, turn.answer, written, reason
                )
            except RxtError as error:
                turn = replace(turn, phase="replied", record=None, error=f"{error} It is not in memory.")
                left += 1
            else:
                turn = replace(turn, record=replace(record, sampling=turn.sampling))  # how its answer was chosen
                written += 1
        turns.append(turn)
    if not written:
        raise RefusedError(f"It has no turn that {info.name} could write into its memory. Nothing was changed.")
    conversation = replace(
        found,
        model=info.name,
        fingerprint=info.fingerprint,
        shape=(info.layers, info.slots, info.width),
        initial_seed=seed,
        initial_memory=initial.sha256,
        memory=initial.to_bytes(),
        tip=len(turns),
        turns=tuple(turns),
    )
    return Carried(conversation, memory, written, left)
