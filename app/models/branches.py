"""The branches of the open conversation as rows of an indented tree: one row a branch, each under the one it left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Any, Protocol

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, Qt

from app.models.any_index import AnyIndex
from app.models.list_role import ListRole
from app.models.memory_names import turns_in_words
from app.models.short_text import one_line


class BranchRole(IntEnum):
    """What a branch tells besides its title, detail and key.

    RAILS: for each level from 1 to its depth, whether another branch of that level follows below.
    IS_ON_PATH: whether the open path runs through a part of it. HAS_FORKS: whether a branch of it follows below.
    """

    RAILS = Qt.ItemDataRole.UserRole + 31
    IS_ON_PATH = Qt.ItemDataRole.UserRole + 32
    HAS_FORKS = Qt.ItemDataRole.UserRole + 33


class TreeNode(Protocol):
    """A turn of the tree. `parent`: the id of the turn before it; `turn`: its number in memory, None if it is not."""

    @property
    def id(self) -> int: ...
    @property
    def parent(self) -> int | None: ...
    @property
    def turn(self) -> int | None: ...
    @property
    def query(self) -> str: ...
    @property
    def answer(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Branch:
    """A run of turns that ends at `leaf`; `detail` says where it left the branch above it.

    rails: for each level from 1 to its depth, whether another branch of that level follows below.
    has_forks: whether the next row is a branch that left this one.
    goes_on: whether it has turns after the one at which the open path ends.
    """

    leaf: int
    depth: int
    title: str
    detail: str
    is_current: bool
    is_on_path: bool
    rails: tuple[bool, ...] = ()
    has_forks: bool = False
    goes_on: bool = False


def branches(tree: Sequence[TreeNode], tip: int | None) -> tuple[Branch, ...]:
    """The branches of a tree in the order they are shown; `tip` is the turn at which the open path ends.

    At a fork the oldest turn goes on with its branch and each younger one begins another.
    """
    nodes = {node.id: node for node in tree}
    children: dict[int | None, list[TreeNode]] = {}
    for node in sorted(tree, key=lambda node: node.id):
        parent = node.parent if node.parent in nodes else None
        children.setdefault(parent, []).append(node)
    path = _path(nodes, tip)
    rows: list[Branch] = []
    roots = children.get(None, [])
    waiting = [(root, 0) for root in roots[:1]]
    while waiting:
        start, depth = waiting.pop()
        run, forks = [start], roots[1:] if start is roots[0] else []
        while following := children.get(run[-1].id):
            forks += following[1:]
            run.append(following[0])
        waiting += [(fork, depth + 1) for fork in reversed(forks)]
        siblings = children[start.parent if start.parent in nodes else None]
        left = nodes.get(start.parent) if start.parent is not None else None
        where = _place(left, siblings.index(start) + 1) if depth else ""
        rows.append(_branch(run, where, depth, path, tip))
    return _with_rails(rows)


def _with_rails(rows: Sequence[Branch]) -> tuple[Branch, ...]:
    """Goes through the rows from below and remembers the levels at which a later one begins."""
    result: list[Branch] = []
    below: list[bool] = []
    depth_below = 0
    for row in reversed(rows):
        below = [*below[: row.depth], *[False] * (row.depth - len(below))]
        result.append(replace(row, rails=tuple(below), has_forks=depth_below > row.depth))
        depth_below = row.depth
        if row.depth:
            below[-1] = True
    return tuple(reversed(result))


def _path(nodes: dict[int, TreeNode], tip: int | None) -> set[int]:
    path: set[int] = set()
    while tip is not None and tip in nodes and tip not in path:
        path.add(tip)
        tip = nodes[tip].parent
    return path


def _place(left: TreeNode | None, version: int) -> str:
    """Where a branch begins: as which version of which turn, counted from 1. `left`: the turn before it."""
    if left is None:
        return f"turn 1, version {version}"
    return f"version {version}" if left.turn is None else f"turn {left.turn + 2}, version {version}"


def _branch(run: list[TreeNode], where: str, depth: int, path: set[int], tip: int | None) -> Branch:
    first = run[0]
    said = one_line(first.answer) if where else ""
    parts = (where, f"“{said}”" if said else "", turns_in_words(len(run)))
    return Branch(
        leaf=run[-1].id,
        depth=depth,
        title=one_line(first.query) or "Empty message",
        detail=" · ".join(part for part in parts if part),
        is_current=any(node.id == tip for node in run),
        is_on_path=any(node.id in path for node in run),
        goes_on=any(node.id == tip for node in run[:-1]) or (tip is None and not where),
    )


def _state(branch: Branch) -> str:
    if branch.is_current:
        return ", open before its end" if branch.goes_on else ", open"
    return ", on the way to the open one" if branch.is_on_path else ""


class BranchList(QAbstractListModel):
    """The branches of the open conversation."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._branches: tuple[Branch, ...] = ()

    @property
    def branches(self) -> tuple[Branch, ...]:
        return self._branches

    @property
    def current_row(self) -> int | None:
        """The row of the branch that is open."""
        return next((row for row, branch in enumerate(self._branches) if branch.is_current), None)

    @property
    def lead_elsewhere(self) -> bool:
        """Whether one of them leads to turns that the open path does not show."""
        return len(self._branches) > 1 or any(branch.goes_on for branch in self._branches)

    def set_tree(self, tree: Sequence[TreeNode], tip: int | None) -> None:
        """Shows the branches of a tree; where there are as many as before, rows stay."""
        new = branches(tree, tip)
        if new == self._branches:
            return
        if len(new) == len(self._branches):
            self._branches = new
            self.dataChanged.emit(self.index(0), self.index(len(new) - 1))
        else:
            self.beginResetModel()
            self._branches = new
            self.endResetModel()

    def rowCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._branches)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self._branches):
            return None
        branch = self._branches[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return branch.title
            case ListRole.DETAIL:
                return branch.detail
            case ListRole.KEY:
                return branch.leaf
            case ListRole.IS_CURRENT:
                return branch.is_current
            case BranchRole.RAILS:
                return branch.rails
            case BranchRole.IS_ON_PATH:
                return branch.is_on_path
            case BranchRole.HAS_FORKS:
                return branch.has_forks
            case Qt.ItemDataRole.AccessibleTextRole:
                level = f", level {branch.depth + 1}" if branch.depth else ""
                return f"{branch.title}, {branch.detail}{level}{_state(branch)}"
        return None
