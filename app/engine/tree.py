"""The turns of the open conversation as a tree. Values only: no store, no model.

A turn's id is larger than its parent's, so of several turns the newest is the one with the largest id.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from app.engine.messages import StoredTurn, TurnNode
from app.engine.refusal import RefusedError


class TurnTree:
    """Knows the stored turns by id; `nodes` are in the order of their ids."""

    def __init__(self, nodes: Iterable[TurnNode] = ()) -> None:
        self._nodes: dict[int, TurnNode] = {}
        self._children: dict[int | None, tuple[int, ...]] = {}
        self._told: tuple[TurnNode, ...] | None = None
        for node in nodes:
            self.put(node)

    @property
    def nodes(self) -> tuple[TurnNode, ...]:
        """All turns, by id."""
        if self._told is None:
            self._told = tuple(self._nodes.values())
        return self._told

    def node(self, turn: int) -> TurnNode:
        """Raises RefusedError where there is no such turn."""
        found = self.get(turn)
        if found is None:
            raise RefusedError("This turn does not belong to the open conversation. Nothing was changed.")
        return found

    def get(self, turn: int) -> TurnNode | None:
        return self._nodes.get(turn)

    def put(self, node: TurnNode) -> None:
        """Adds the newest turn, or says how a turn is now."""
        if node.id not in self._nodes:
            self._children[node.parent] = (*self._children.get(node.parent, ()), node.id)
        self._nodes[node.id] = node
        self._told = None

    def remove(self, turn: int) -> None:
        """Forgets a turn that was discarded."""
        node = self._nodes.pop(turn, None)
        if node is not None:
            self._children[node.parent] = tuple(item for item in self._children[node.parent] if item != turn)
            self._told = None

    def path_to(self, turn: int | None) -> tuple[int, ...]:
        """The ids from a first turn to this one; none for None."""
        ids: list[int] = []
        while turn is not None:
            ids.append(turn)
            turn = self.node(turn).parent
        return tuple(reversed(ids))

    def newest_below(self, turn: int) -> int:
        """The newest turn that `turn` leads to; itself, where it is an end."""
        newest, open_ends = self.node(turn).id, [turn]
        while open_ends:
            children = self._children.get(open_ends.pop(), ())
            open_ends += children
            newest = max(newest, *children, newest)
        return newest

    def versions(self, turn: int) -> tuple[int, ...]:
        """The ids of all turns that follow the same turn as this one, by id, itself too."""
        return self._children[self.node(turn).parent]

    def with_versions(self, turns: Iterable[StoredTurn]) -> list[StoredTurn]:
        """The turns with the versions they have now; those that are not stored (id 0) as they are."""
        return [_with_versions(turn, self.versions(turn.id)) if turn.id else turn for turn in turns]


def _with_versions(turn: StoredTurn, versions: tuple[int, ...]) -> StoredTurn:
    return turn if turn.versions == versions else replace(turn, versions=versions)
