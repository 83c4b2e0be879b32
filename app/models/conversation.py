"""The open path of a conversation as a list of messages: two rows a turn, what was asked and what was answered.

The last turn follows the events of the engine; earlier turns change only with the path. Words only: how a message
looks is the business of the view.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from enum import IntEnum
from typing import Any, Literal, Protocol, assert_never

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, Qt, Signal

from app.models.any_index import AnyIndex
from app.models.exchange import Exchange, TurnState, TurnToShow, duration, measures
from app.models.memory_status import STATUS_WORDS
from rxt.events import AnswerFinished, Event, MemoryWriting, MemoryWritten, TokenEmitted, TurnFailed, TurnStarted

__all__ = ["Conversation", "Exchange", "MessageRole", "Sender", "TurnState", "TurnToShow", "duration", "measures"]

Sender = Literal["you", "model"]


class MessageRole(IntEnum):
    """What a row tells besides its text (Qt.DisplayRole).

    SENDER: "you" or "model". TURN: its place in the memory history, or None. TURN_ID: of the turn in the store, 0 where
    it is not stored (yet). VERSION, VERSIONS: it is the VERSION-th of VERSIONS turns in its place, from 1; both 0 where
    it is not stored. VERSION_IDS: the ids of those turns, in order. STATUS: what of the turn is in memory (a
    MemoryStatus), None while it is under way. CAN_EDIT: whether it can be edited, answered again, forgotten or forked.
    """

    SENDER = Qt.ItemDataRole.UserRole + 1
    STATE = Qt.ItemDataRole.UserRole + 2
    CAPTION = Qt.ItemDataRole.UserRole + 3
    TURN = Qt.ItemDataRole.UserRole + 4
    ERROR = Qt.ItemDataRole.UserRole + 5
    TURN_ID = Qt.ItemDataRole.UserRole + 6
    VERSION = Qt.ItemDataRole.UserRole + 7
    VERSIONS = Qt.ItemDataRole.UserRole + 8
    VERSION_IDS = Qt.ItemDataRole.UserRole + 9
    STATUS = Qt.ItemDataRole.UserRole + 10
    CAN_EDIT = Qt.ItemDataRole.UserRole + 11


class TreeNode(Protocol):
    """A turn of the conversation's tree. parent: the id of the turn it follows, None at the beginning."""

    @property
    def id(self) -> int: ...
    @property
    def parent(self) -> int | None: ...


class Conversation(QAbstractListModel):
    """The messages of the open conversation; row 2n is the n-th query, row 2n + 1 its answer.

    Signals:
        opened(): another conversation is shown.
        path_changed(): another path of the same conversation is shown, or the same with other texts.
        renamed(title): the conversation has another title.
    """

    opened = Signal()
    path_changed = Signal()
    renamed = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._exchanges: list[Exchange] = []
        self._id: int | None = None
        self._title = ""
        self._origin = ""

    @property
    def id(self) -> int | None:
        """The number of the conversation in the store; None before one is open."""
        return self._id

    @property
    def title(self) -> str:
        return self._title

    @property
    def origin(self) -> str:
        """What the conversation's memory started from, in words; empty for a new memory."""
        return self._origin

    @property
    def exchanges(self) -> tuple[Exchange, ...]:
        return tuple(self._exchanges)

    @property
    def is_empty(self) -> bool:
        return not self._exchanges

    @property
    def turns_in_memory(self) -> int:
        return sum(exchange.state is TurnState.IN_MEMORY for exchange in self._exchanges)

    @property
    def last_reply(self) -> str:
        """The newest answer that has any text."""
        return next((exchange.answer for exchange in reversed(self._exchanges) if exchange.answer), "")

    def open(self, number: int, title: str, origin: str, turns: Iterable[TurnToShow]) -> None:
        """Shows another conversation."""
        self.beginResetModel()
        self._id, self._title, self._origin = number, title, origin
        self._exchanges = [Exchange.stored(turn) for turn in turns]
        self.endResetModel()
        self.opened.emit()

    def show_path(self, turns: Iterable[TurnToShow]) -> None:
        """Shows another path of the same conversation: the turns it shares with the former one stay in their rows."""
        path = [Exchange.stored(turn) for turn in turns]
        shared = 0
        for old, new in zip(self._exchanges, path, strict=False):
            if not new.id or old.id != new.id:
                break
            shared += 1
        self._remove_after(shared)
        for position in range(shared):
            if self._exchanges[position] != path[position]:
                self._exchanges[position] = path[position]
                self.dataChanged.emit(self.index(2 * position), self.index(2 * position + 1))
        if len(path) > shared:
            self.beginInsertRows(QModelIndex(), 2 * shared, 2 * len(path) - 1)
            self._exchanges += path[shared:]
            self.endInsertRows()
        self.path_changed.emit()

    def follow_tree(self, nodes: Sequence[TreeNode], path: Sequence[int]) -> None:
        """Gives the shown turns that have no id the one of their place in `path`; 0: it is not saved (yet).

        nodes: all turns, by id. Never by their words: two turns may begin with the same.
        """
        for position, (exchange, number) in enumerate(zip(self._exchanges, path, strict=False)):
            node = None if exchange.id else _node(nodes, number)
            if node is not None:
                exchange.id, exchange.versions = node.id, _versions(nodes, node)
                self.dataChanged.emit(self.index(2 * position), self.index(2 * position + 1))

    def renumber(self, number: int) -> None:
        """The open conversation has another number in the store than was announced."""
        self._id = number

    def rename(self, title: str) -> None:
        if title != self._title:
            self._title = title
            self.renamed.emit(title)

    def apply(self, events: Sequence[Event]) -> None:
        """Follows a batch of events with at most one change of the last row per turn."""
        changed = False
        for event in events:
            if isinstance(event, TurnStarted):
                if changed:
                    self._emit_changed()
                self._begin(event)
                changed = False
            elif self._exchanges:
                self._follow(self._exchanges[-1], event)
                changed = True
        if changed:
            self._emit_changed()

    def abandon(self) -> bool:
        """Marks a turn that got no end (it was stopped, or the engine went away) as not in memory; whether one did."""
        was_open = bool(self._exchanges) and not self._exchanges[-1].state.is_final
        if was_open:
            self._exchanges[-1].state = TurnState.NOT_IN_MEMORY
            self._emit_changed()
        return was_open

    def row_of_id(self, number: int) -> int | None:
        """The row of the question of the stored turn of that id."""
        for position, exchange in enumerate(self._exchanges):
            if exchange.id == number:
                return 2 * position
        return None

    def row_of_turn(self, turn: int) -> int | None:
        """The row of the answer that was written to memory as `turn`."""
        for position, exchange in enumerate(self._exchanges):
            if exchange.turn == turn:
                return 2 * position + 1
        return None

    def rowCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else 2 * len(self._exchanges)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= self.rowCount():
            return None
        exchange = self._exchanges[index.row() // 2]
        sender: Sender = "model" if index.row() % 2 else "you"
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return exchange.answer if sender == "model" else exchange.query
            case Qt.ItemDataRole.AccessibleTextRole:
                return self._spoken(exchange, sender)
            case MessageRole.SENDER:
                return sender
            case MessageRole.STATE:
                return exchange.state
            case MessageRole.CAPTION:
                return exchange.caption if sender == "model" else ""
            case MessageRole.TURN:
                return exchange.turn
            case MessageRole.TURN_ID:
                return exchange.id
            case MessageRole.VERSION:
                return exchange.version
            case MessageRole.VERSIONS:
                return len(exchange.versions)
            case MessageRole.VERSION_IDS:
                return exchange.versions
            case MessageRole.STATUS:
                return exchange.status
            case MessageRole.CAN_EDIT:
                return exchange.can_edit
            case MessageRole.ERROR:
                return exchange.error if sender == "model" else ""
        return None

    @staticmethod
    def _spoken(exchange: Exchange, sender: Sender) -> str:
        if sender == "you":
            return f"You: {exchange.query}"
        status = STATUS_WORDS[exchange.status] if exchange.status is not None else exchange.state.value
        version = f", version {exchange.version:,} of {len(exchange.versions):,}" if len(exchange.versions) > 1 else ""
        return f"Answer: {exchange.answer} ({exchange.error or status}{version})"

    def _remove_after(self, kept: int) -> None:
        if len(self._exchanges) > kept:
            self.beginRemoveRows(QModelIndex(), 2 * kept, self.rowCount() - 1)
            del self._exchanges[kept:]
            self.endRemoveRows()

    def _begin(self, event: TurnStarted) -> None:
        self.abandon()
        first = self.rowCount()
        self.beginInsertRows(QModelIndex(), first, first + 1)
        self._exchanges.append(Exchange(event.query))
        self.endInsertRows()

    @staticmethod
    def _follow(exchange: Exchange, event: Event) -> None:
        match event:
            case TurnStarted():
                raise AssertionError("a turn starts in _begin")
            case TokenEmitted():
                exchange.state = TurnState.ANSWERING
                exchange.answer += event.text
            case AnswerFinished():
                exchange.state = TurnState.ANSWERED
                exchange.answer = event.answer
                exchange.reason = event.reason
            case MemoryWriting():
                exchange.state = TurnState.WRITING
            case MemoryWritten():
                exchange.state = TurnState.IN_MEMORY
                exchange.metrics = event.record.metrics
                exchange.turn = event.record.turn
            case TurnFailed():
                exchange.state = TurnState.NOT_IN_MEMORY
                exchange.error = event.message
            case _:
                assert_never(event)

    def _emit_changed(self) -> None:
        answer = self.index(self.rowCount() - 1)
        self.dataChanged.emit(answer, answer)


def _versions(nodes: Sequence[TreeNode], node: TreeNode) -> tuple[int, ...]:
    """The ids of the turns that follow the same turn as `node`; all of them are newer than that one."""
    first = 0 if node.parent is None else bisect_left(nodes, node.parent, key=lambda other: other.id)
    return tuple(nodes[place].id for place in range(first, len(nodes)) if nodes[place].parent == node.parent)


def _node(nodes: Sequence[TreeNode], number: int) -> TreeNode | None:
    """The node of that id; `nodes` are in the order of their ids."""
    place = bisect_left(nodes, number, key=lambda node: node.id)
    return nodes[place] if place < len(nodes) and nodes[place].id == number else None
