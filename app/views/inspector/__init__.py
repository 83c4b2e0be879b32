"""The memory inspector: drawn from MemoryHistory, Selection, what the analyst found (Analyses), and ThemeController.

No view computes what a number means (app.paint does) or keeps which turn is shown (MemoryHistory does). A hidden view
does nothing and draws the newest state when it is shown; plots change in place. Turns are shown counting from 1.
"""

from app.views.inspector.panel import InspectorPanel
from app.views.inspector.timeline import TimelineView

__all__ = ["InspectorPanel", "TimelineView"]
