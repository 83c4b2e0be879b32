"""The open conversation as a list of messages: two rows a turn, what was asked and what was answered.

The last turn follows the events of the engine; earlier turns never change. Words only: how a message looks is the
business of the view.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Any, Literal, Protocol, assert_never

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from rxt.events import (
    AnswerFinished,
    Event,
    FinishReason,
    MemoryWriting,
    MemoryWritten,
    TokenEmitted,
    TurnFailed,
    TurnMetrics,
    TurnRecord,
    TurnStarted,
)

Sender = Literal["you", "model"]
AnyIndex = QModelIndex | QPersistentModelIndex


class TurnState(StrEnum):
    """How far a turn came."""

    READING = "reading"
    ANSWERING = "answering"
    ANSWERED = "answered"
    WRITING = "writing memory"
    IN_MEMORY = "in memory"
    NOT_IN_MEMORY = "not in memory"

    @property
    def is_final(self) -> bool:
        return self in (TurnState.IN_MEMORY, TurnState.NOT_IN_MEMORY)


class MessageRole(IntEnum):
    """What a row tells besides its text (Qt.DisplayRole)."""

    SENDER = Qt.ItemDataRole.UserRole + 1
    STATE = Qt.ItemDataRole.UserRole + 2
    CAPTION = Qt.ItemDataRole.UserRole + 3
    TURN = Qt.ItemDataRole.UserRole + 4
    ERROR = Qt.ItemDataRole.UserRole + 5


class TurnToShow(Protocol):
    """A stored turn, as `Conversation.open` reads it."""

    @property
    def query(self) -> str: ...
    @property
    def answer(self) -> str: ...
    @property
    def record(self) -> TurnRecord | None: ...
    @property
    def error(self) -> str: ...


@dataclass(slots=True)
class Exchange:
    """One turn as the transcript shows it. `turn`: its place in the memory history, None until it is in memory."""

    query: str
    answer: str = ""
    state: TurnState = TurnState.READING
    reason: FinishReason | None = None
    metrics: TurnMetrics | None = None
    turn: int | None = None
    error: str = ""

    @classmethod
    def stored(cls, turn: TurnToShow) -> Exchange:
        record = turn.record
        if record is None:
            return cls(turn.query, turn.answer, TurnState.NOT_IN_MEMORY, error=turn.error)
        return cls(turn.query, turn.answer, TurnState.IN_MEMORY, record.reason, record.metrics, record.turn)

    @property
    def caption(self) -> str:
        """The muted line under the answer."""
        match self.state:
            case TurnState.READING | TurnState.WRITING:
                return f"{self.state.value}…"
            case TurnState.ANSWERING | TurnState.ANSWERED:
                return "answering…"
            case TurnState.IN_MEMORY | TurnState.NOT_IN_MEMORY:
                return " · ".join([*self._ending(), *(measures(self.metrics) if self.metrics else ())])
            case _:
                assert_never(self.state)

    def _ending(self) -> Iterable[str]:
        if self.reason == "stopped":
            yield "stopped"
        if self.reason == "length":
            yield "ended at the length limit"


def duration(seconds: float) -> str:
    """Seconds in words: 0.4 ms, 12 ms, 1.3 s."""
    if seconds < 0.00095:
        return f"{seconds * 1000:.1f} ms"
    return f"{seconds * 1000:.0f} ms" if seconds < 0.9995 else f"{seconds:.1f} s"


def measures(metrics: TurnMetrics) -> tuple[str, ...]:
    """The measures of a turn that a reader cares about, in words."""
    speed = metrics.tokens_per_s
    return (
        f"first token {duration(metrics.first_token_s)}",
        *((f"{speed:,.0f} tok/s",) if speed is not None else ()),
        f"memory written in {duration(metrics.memory_s)}",
    )


class Conversation(QAbstractListModel):
    """The messages of the open conversation; row 2n is the n-th query, row 2n + 1 its answer.

    Signals:
        opened(): another conversation is shown.
        renamed(title): the conversation has another title.
    """

    opened = Signal()
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

    def abandon(self) -> None:
        """Marks a turn that got no end (the engine went away) as not in memory."""
        if self._exchanges and not self._exchanges[-1].state.is_final:
            self._exchanges[-1].state = TurnState.NOT_IN_MEMORY
            self._emit_changed()

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
            case MessageRole.ERROR:
                return exchange.error if sender == "model" else ""
        return None

    @staticmethod
    def _spoken(exchange: Exchange, sender: Sender) -> str:
        if sender == "you":
            return f"You: {exchange.query}"
        return f"Answer: {exchange.answer} ({exchange.error or exchange.state.value})"

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
