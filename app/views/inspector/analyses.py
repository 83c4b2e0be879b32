"""The inquiries of all views, each asked once, only while a view is visible, and not while turns pass quickly."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.engine.analysis.findings import size_bytes
from app.engine.analysis.inquiries import SnapshotMemory

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable

    from app.engine.analysis.port import AnalysisSource
    from app.models.memory_history import MemoryHistory

SETTLE_MS = 120  # how long the cursor must rest before a turn is looked into
KEPT_BYTES = 64 * 2**20  # of findings that no view shows now: going back to a turn shows them at once


class Analyses(QObject):
    """Findings by inquiry, for views that say what they want.

    A view calls `want` with everything it needs now; what no view wants any more is cancelled, what two views want is
    asked once. Without a port nothing is ever found.

    Signals:
        arrived(inquiry): its finding is there, or the reason why there is none.
        progressed(inquiry, share): 0 to 1.
    """

    arrived = Signal(object)
    progressed = Signal(object, float)

    def __init__(self, history: MemoryHistory, port: AnalysisSource | None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._port = port
        self._wanted: dict[object, tuple[Hashable, ...]] = {}
        self._tickets: dict[int, Hashable] = {}
        self._found: dict[Hashable, Any] = {}
        self._refused: dict[Hashable, str] = {}
        self._settle = QTimer(self, singleShot=True, interval=SETTLE_MS)
        self._settle.timeout.connect(self._ask)
        history.reset.connect(self._forget_all)
        history.turn_added.connect(self._on_turn_added)
        if port is not None:
            port.found.connect(self._on_found)
            port.refused.connect(self._on_refused)
            port.progressed.connect(self._on_progressed)
            port.origin_changed.connect(self._on_origin_changed)

    @property
    def is_available(self) -> bool:
        """Whether anything can be asked at all."""
        return self._port is not None

    def want(self, owner: object, inquiries: Iterable[Hashable]) -> None:
        """From now on `owner` needs these and no others."""
        wanted = tuple(inquiries)
        if self._wanted.get(owner, ()) == wanted:
            return
        self._wanted[owner] = wanted
        needed = self._needed()
        for ticket, inquiry in list(self._tickets.items()):
            if inquiry not in needed:
                self._cancel(ticket)
        for inquiry in [inquiry for inquiry in self._refused if inquiry not in needed]:
            del self._refused[inquiry]  # the next look is another try
        for inquiry in [inquiry for inquiry in self._found if inquiry not in needed and _reads_file(inquiry)]:
            del self._found[inquiry]  # another memory may lie there by then
        self._make_room(needed)
        if any(inquiry not in self._found for inquiry in wanted):
            self._settle.start()

    def finding(self, inquiry: Hashable) -> Any:
        """What was found, or None."""
        return self._found.get(inquiry)

    def refusal(self, inquiry: Hashable) -> str:
        """Why there is no finding, in words; empty while none is due."""
        return self._refused.get(inquiry, "")

    def flush(self) -> None:
        """Asks now, without waiting for the cursor to rest."""
        self._settle.stop()
        self._ask()

    def _needed(self) -> set[Hashable]:
        return {inquiry for wanted in self._wanted.values() for inquiry in wanted}

    def _make_room(self, needed: set[Hashable]) -> None:
        """Forgets the oldest findings that no view needs, above KEPT_BYTES."""
        idle = [inquiry for inquiry in self._found if inquiry not in needed]
        room = KEPT_BYTES
        for inquiry in reversed(idle):
            room -= size_bytes(self._found[inquiry])
            if room < 0:
                del self._found[inquiry]

    @Slot()
    def _ask(self) -> None:
        if self._port is None:
            return
        asked = set(self._tickets.values())
        ordered = dict.fromkeys(inquiry for wanted in self._wanted.values() for inquiry in wanted)
        for inquiry in ordered:
            if inquiry not in asked and inquiry not in self._found and inquiry not in self._refused:
                self._tickets[self._port.inquire(inquiry)] = inquiry  # type: ignore[arg-type]

    def _cancel(self, ticket: int) -> None:
        del self._tickets[ticket]
        if self._port is not None:
            self._port.cancel(ticket)

    @Slot(int, object)
    def _on_found(self, ticket: int, finding: object) -> None:
        inquiry = self._tickets.pop(ticket, None)
        if inquiry is not None:
            self._found[inquiry] = finding
            self.arrived.emit(inquiry)

    @Slot(int, str)
    def _on_refused(self, ticket: int, message: str) -> None:
        inquiry = self._tickets.pop(ticket, None)
        if inquiry is not None:
            self._refused[inquiry] = message
            self.arrived.emit(inquiry)

    @Slot(int, float)
    def _on_progressed(self, ticket: int, share: float) -> None:
        if ticket in self._tickets:
            self.progressed.emit(self._tickets[ticket], share)

    @Slot(int)
    def _on_turn_added(self, _turn: int) -> None:
        """What is about the whole conversation is about a longer one now."""
        self._drop(lambda inquiry: getattr(inquiry, "turn", None) is None)

    @Slot()
    def _on_origin_changed(self) -> None:
        """The port may have called off what was under way without a word: it is asked again."""
        for ticket in list(self._tickets):
            self._cancel(ticket)
        self._refused.clear()
        self._settle.start()

    @Slot()
    def _forget_all(self) -> None:
        self._drop(lambda _: True)

    def _drop(self, is_over: Any) -> None:
        for ticket, inquiry in list(self._tickets.items()):
            if is_over(inquiry):
                self._cancel(ticket)
        for kept in (self._found, self._refused):
            for inquiry in [inquiry for inquiry in kept if is_over(inquiry)]:
                del kept[inquiry]
        self._settle.start()


def _reads_file(inquiry: Hashable) -> bool:
    """Whether a saved memory is part of what it asks for."""
    return any(isinstance(getattr(inquiry, name, None), SnapshotMemory) for name in ("a", "b"))
