"""A stored conversation with a tree, for the tests of the views: what the port says when one is opened."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from app.engine.messages import OpenedConversation, StoredTurn, TurnNode
from tests.app.views.conftest import Desk
from tests.app.views.fake_port import initial_memory, stored_turn


def turn(number: int, place: int, versions: tuple[int, ...] = (), query: str = "", answer: str = "") -> StoredTurn:
    """A remembered turn: its id, its place in memory and the ids of the turns in its place."""
    stored = stored_turn(place, query or f"question {number}", answer or f"answer {number}")
    return replace(stored, id=number, versions=versions or (number,), memory="in memory", reason="eos")


def node(number: int, parent: int | None, place: int) -> TurnNode:
    return TurnNode(number, parent, place, f"question {number}", f"answer {number}", "in memory", 0.0)


def opened(turns: Iterable[StoredTurn], tree: Iterable[TurnNode] = ()) -> OpenedConversation:
    path = tuple(turns)
    nodes = tuple(tree) or tuple(node(t.id, path[n - 1].id if n else None, n) for n, t in enumerate(path))
    return OpenedConversation(
        1, "A tree", "", 7, initial_memory(1), path, tip=path[-1].id if path else None, tree=nodes
    )


TREE = (node(1, None, 0), node(2, 1, 1), node(3, 2, 2), node(4, 1, 1), node(5, 1, 1))
"""Turn 2 of the first branch has two younger versions, 4 and 5."""


def open_tree(desk: Desk) -> None:
    """The path 1, 5 of TREE is open: the newest of three versions of the second turn."""
    desk.port.conversation_opened.emit(opened((turn(1, 0), turn(5, 1, (2, 4, 5))), TREE))


def open_line(desk: Desk, turns: int = 4) -> None:
    """A conversation of so many turns without forks is open; their ids are 1, 2, …"""
    desk.port.conversation_opened.emit(opened(turn(number, number - 1) for number in range(1, turns + 1)))


def show_path(desk: Desk, *turns: StoredTurn, tree: Iterable[TurnNode] = ()) -> None:
    """The engine says that another path is open."""
    desk.port.path_changed.emit(opened(turns, tree))
