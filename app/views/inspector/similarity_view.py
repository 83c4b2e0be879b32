"""How alike the slots of a layer are, and how many directions they use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from app.engine.analysis.findings import Similarity
from app.engine.analysis.inquiries import AskSimilarity
from app.paint.figure import Axis, Bars, Figure
from app.paint.limits import Limits
from app.paint.quantity import Measure
from app.theme import GAP_PX, Theme, ThemeController
from app.views.inspector.analysis_view import AnalysisView, scrolled
from app.views.inspector.export_views import heat_of
from app.views.inspector.layer_bars import LayerBars
from app.views.inspector.map_panel import MapPanel
from app.views.inspector.section import HelpButton, plain_label
from app.views.inspector.table import TableButton, TableData, table_of

if TYPE_CHECKING:
    from collections.abc import Hashable

    from PySide6.QtGui import QKeyEvent

    from app.models.selection import Selection
    from app.views.inspector.analyses import Analyses
    from rxt.events import FloatArray

HELP = (
    "This compares the slots of one layer with each other, and shows for each layer how many directions its slots use "
    "(the effective rank).",
    "A cell is the cosine of two slots' vectors; the effective rank is the exponential of the entropy of the layer's "
    "singular values, from 1, where all slots point the same way, to the number of slots or that of their dimensions, "
    "whichever is smaller.",
    "Blocks of strong colour are slots that hold nearly the same, a quiet map with a bright diagonal is a memory that "
    "uses its room; a rank that falls over the turns is a memory that forgets differences.",
)
_RANKS_PX = 112
_MAP_PX = 220
COSINE = Measure(
    "similarity", "cosine", "Cosine between slots", "The cosine of the angle between each two slots of a layer.",
    scale="diverging", low_end=-1.0, high_end=1.0,
)  # fmt: skip


class SimilarityView(AnalysisView):
    """The memory at the cursor, slot against slot, of the selection's layer."""

    def __init__(
        self,
        selection: Selection,
        analyses: Analyses,
        themes: ThemeController,
        reduced_motion: bool = False,
    ) -> None:
        super().__init__(selection, analyses, themes)
        self.setObjectName("similarityView")
        self.setAccessibleName("Likeness of slots")
        self._pool = self._most = 1
        self.help = HelpButton("likeness of slots", HELP)
        self.as_table = TableButton(self.rank_table)
        self._ranks: FloatArray | None = None
        self.ranks = LayerBars("Effective rank of each layer: click to see its slots", themes.theme)
        self.caption = plain_label("caption", wrap=True)
        self.panel = MapPanel(themes.theme, reduced_motion, "Point at a cell to compare two slots", "slot")
        header = QHBoxLayout()
        header.addWidget(self.caption, 1)
        header.addWidget(self.as_table)
        header.addWidget(self.help)
        self._rank_area = scrolled(self.ranks)
        self.panel.setMinimumHeight(_MAP_PX)
        column = QVBoxLayout(self.content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP_PX)
        column.addLayout(header)
        column.addWidget(self._rank_area)
        column.addWidget(self.panel, 1)
        self.ranks.chosen.connect(selection.choose_layer)
        self.panel.clicked.connect(self._on_cell)
        self.panel.limits_changed.connect(self.refresh)
        selection.layer_changed.connect(self.refresh)
        self._history.slot_selected.connect(self.refresh)

    @property
    def layer(self) -> int:
        """The layer in view: the chosen one, else that of the selected slot, else the first."""
        if self._selection.layer is not None:
            return self._selection.layer
        return self._history.slot[0] if self._history.slot is not None else 0

    def inquiry(self) -> Hashable | None:
        return AskSimilarity(self._history.cursor) if self._history.initial is not None else None

    def rank_table(self) -> TableData | None:
        """The effective rank of each layer."""
        if self._ranks is None:
            return None
        return table_of(
            "Effective rank of each layer", self._ranks[:, None], ("layer", "rank"), (str, lambda _: "rank")
        )

    def figure(self) -> Figure | None:
        """What the caption says, the ranks against the most there could be, and the map."""
        heat, ranks = heat_of(self.panel), self._ranks
        if self.is_empty or heat is None or ranks is None:
            return None
        series, name = (("rank", ranks),), "Effective rank of each layer"
        bars = Bars(name, series, Axis("layer"), Axis("rank"), Limits(0.0, float(self._most)))
        return Figure(self.accessibleName(), (bars, heat), self._history.cursor, self.caption.text())

    def draw(self, finding: Any) -> None:
        if not isinstance(finding, Similarity) or self._history.initial is None:
            return
        layer = min(self.layer, len(finding.cosine) - 1)
        slots = self._history.initial.slots
        most = self._most = min(slots, self._history.initial.width)
        self._pool = finding.pool
        self._ranks = finding.effective_rank
        self.ranks.set_values(finding.effective_rank, float(most), layer)
        self._rank_area.setFixedHeight(min(_RANKS_PX, self.ranks.sizeHint().height() + 2))
        rank = float(finding.effective_rank[layer])
        pooled = (
            f" Each cell stands for {finding.pool} × {finding.pool} pairs, the strongest of them; a slot with itself is"
            " left out, so the diagonal need not be bright."
        ) * (self._pool > 1)
        self.caption.setText(
            f"Layer {layer}: its {slots:,} slots use {rank:,.1f} of {most:,} possible directions. "
            f"Below, each slot against each other.{pooled}"
        )

        def name(index: int) -> str:
            first, last = index * finding.pool, min((index + 1) * finding.pool, slots) - 1
            return str(first) if first == last else f"{first}–{last}"

        self.panel.set_axes("slot", "slot", name, name)
        values = np.ascontiguousarray(finding.cosine[layer])
        self.panel.show_values(COSINE, values, Limits(-1.0, 1.0), False)
        slot = self._history.slot
        mine = slot is not None and slot[0] == layer
        self.panel.set_selected((slot[1] // self._pool,) * 2 if slot is not None and mine else None)
        self.setAccessibleDescription(self.caption.text())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self.panel.handle_key(event):
            super().keyPressEvent(event)

    def restyle(self, theme: Theme) -> None:
        super().restyle(theme)
        self.panel.restyle(theme)
        self.ranks.restyle(theme)
        self.help.restyle(theme)
        self.as_table.restyle(theme)

    @Slot(int, int)
    def _on_cell(self, row: int, _column: int) -> None:
        self._history.select_slot(self.layer, row * self._pool)
