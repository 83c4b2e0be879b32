"""Python's cyclic garbage is collected on the window's thread, and nowhere else.

WORKAROUND: the collector runs on whichever thread happens to allocate; on the engine's thread it would destroy Qt
objects that belong to the window, which crashes the process. So it is switched off, and a timer of the window does its
work, the young objects first and often, all of them seldom.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

INTERVAL_MS = 1000
FULL_EVERY = 60
"""Looks between two full collections: about a minute."""


class Collector(QObject):
    """Collects garbage on the thread it lives on until it is uninstalled."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._timer = QTimer(self, interval=INTERVAL_MS)
        self._timer.timeout.connect(self._look)
        self._looks = 0

    def install(self) -> None:
        """Takes the collector over."""
        gc.disable()
        self._timer.start()

    def settle(self) -> None:
        """Leaves out of every later collection what is here to stay: torch alone keeps nearly 300,000 objects, and
        looking at them all takes 0.2 s."""
        gc.freeze()

    def uninstall(self) -> None:
        """Gives the collector back to Python."""
        self._timer.stop()
        gc.unfreeze()
        gc.enable()

    def _look(self) -> None:
        self._looks += 1
        if self._looks % FULL_EVERY == 0:
            gc.collect()
            return
        young, middle, _ = gc.get_count()
        limits = gc.get_threshold()
        if middle > limits[1]:
            gc.collect(1)
        elif young > limits[0]:
            gc.collect(0)
