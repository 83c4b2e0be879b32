"""Writes a branch again: copies of turns, each written into the memory that the copy before it left.

All of it is saved in one transaction: a branch is there whole, or not at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.engine.library import Loaded, Memory
from app.engine.memory_path import Interrupted, check
from app.store.conversation_store import ConversationStore
from app.store.records import Turn


@dataclass(frozen=True, slots=True, eq=False)
class WrittenBranch:
    """The ids of the copies in order, and the memory after the last."""

    ids: tuple[int, ...]
    memory: Memory


class BranchWriter:
    """Copies turns in `store` and writes them with the model. `interrupted` is asked between two turns."""

    def __init__(self, loaded: Loaded, store: ConversationStore, interrupted: Interrupted) -> None:
        self._loaded = loaded
        self._store = store
        self._interrupted = interrupted

    def forget(self, conversation: int, memory: Memory, number: int, turns: Sequence[Turn]) -> WrittenBranch:
        """The first of `turns` is not written, the others as they were; later edits stay edits.

        memory: the one before the first of them, which has lived through `number` turns of the path. The copies follow
        the turn that the first of them follows, and the path ends at the last. Raises RefusedError where it is
        interrupted, StoreError where the database refuses; nothing is changed then.
        """
        first, later = turns[0], turns[1:]
        with self._store.together():
            parent = self._store.copy_turn(
                first.id, first.parent, number=number, memory_before=memory.sha256, forgotten=True
            )
            return self._write(conversation, memory, number, [parent], parent, later, edits=False)

    def rewrite(self, conversation: int, memory: Memory, number: int, turns: Sequence[Turn]) -> WrittenBranch:
        """Every turn is written with the text that is shown, so that no edit is left; else as `forget`."""
        with self._store.together():
            return self._write(conversation, memory, number, [], turns[0].parent, turns, edits=True)

    def _write(
        self,
        conversation: int,
        memory: Memory,
        number: int,
        ids: list[int],
        parent: int | None,
        turns: Sequence[Turn],
        *,
        edits: bool,
    ) -> WrittenBranch:
        info = self._loaded.info
        shape = (info.layers, info.slots, info.width)
        for turn in turns:
            check(self._interrupted)
            parent = self._store.copy_turn(turn.id, parent, number=number, memory_before=memory.sha256)
            ids.append(parent)
            if turn.record is None:
                continue
            memory, record = self._loaded.library.rewrite_turn(
                self._loaded.model,
                memory,
                turn.record,
                turn=number,
                answer=turn.answer if edits and turn.edited else None,
            )
            self._store.remember(parent, record, memory.to_bytes(), shape)
            if turn.edited and not edits:
                self._store.edit_answer(parent, turn.answer)
            number += 1
        self._store.set_tip(conversation, ids[-1])
        return WrittenBranch(tuple(ids), memory)
