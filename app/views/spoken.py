"""Sentences for users of a screen reader. It shows nothing."""

from __future__ import annotations

from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QWidget

POLITE = QAccessible.AnnouncementPoliteness.Polite
ASSERTIVE = QAccessible.AnnouncementPoliteness.Assertive


def announce(place: QWidget, sentence: str, politeness: QAccessible.AnnouncementPoliteness = POLITE) -> None:
    """Has a sentence spoken that appeared at `place`: after what is being said, or at once where it is ASSERTIVE."""
    if QAccessible.isActive():
        event = QAccessibleAnnouncementEvent(place, sentence)
        event.setPoliteness(politeness)
        QAccessible.updateAccessibility(event)
