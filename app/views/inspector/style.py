"""How the inspector looks: quiet paper, hairlines, one accent. Sizes in px, colours only from the theme."""

from __future__ import annotations

from PySide6.QtGui import QColor, QFont, QPen
from PySide6.QtWidgets import QApplication

from app.theme import Theme, tabular

BODY_PX = 14
CAPTION_PX = 12
TICK_PX = 11
ICON_PX = 16


def sized_font(size_px: int, bold: bool = False) -> QFont:
    """The application's font with tabular figures at that size."""
    font = tabular(QApplication.font())
    font.setPixelSize(size_px)
    font.setBold(bold)
    return font


def pen(colour: str, width_px: float = 1.0, alpha: int = 255) -> QPen:
    """A cosmetic pen: its width is in px at every zoom."""
    shade = QColor(colour)
    shade.setAlpha(alpha)
    result = QPen(shade, width_px)
    result.setCosmetic(True)
    return result


def turn_colour(theme: Theme, turn: int) -> str:
    """The colour of a turn among the categories, the same everywhere; a number always stands beside it."""
    return theme.muted if turn < 0 else theme.series[turn % len(theme.series)]


def turn_label(turn: int) -> str:
    """A turn in the fewest letters: counted from 1; 0 is the initial memory."""
    return str(turn + 1)


def inspector_stylesheet(theme: Theme) -> str:
    """The style sheet of the inspector's own widgets; they carry a `role` property."""
    return f"""
    #inspector, #timeline {{ background: {theme.surface}; }}
    QLabel {{ color: {theme.text}; background: transparent; }}
    QLabel[role="title"] {{ font-size: {BODY_PX}px; font-weight: 600; }}
    QLabel[role="caption"] {{ font-size: {CAPTION_PX}px; color: {theme.muted}; }}
    QLabel[role="readout"] {{ font-size: {CAPTION_PX}px; }}
    QLabel[role="turn"] {{ font-size: 13px; font-weight: 600; }}
    QLabel[role="health"] {{
        font-size: 13px; background: {theme.raised}; border-radius: 8px; padding: 8px 12px;
    }}
    QLabel[role="notice"] {{
        font-size: {CAPTION_PX}px; color: {theme.warning}; border: 1px solid {theme.border};
        border-radius: 6px; padding: 6px 10px; background: {theme.surface};
    }}
    QLabel[role="invalid"] {{
        font-size: {CAPTION_PX}px; font-weight: 600; color: {theme.text}; border: 2px solid #FF00FF;
        border-radius: 6px; padding: 4px 8px;
    }}
    QLabel[role="past"] {{
        font-size: {CAPTION_PX}px; color: {theme.accent}; background: {theme.accent_soft};
        border-radius: 9px; padding: 1px 8px;
    }}
    QToolButton {{
        color: {theme.text}; border: 1px solid transparent; border-radius: 6px; padding: 3px; background: transparent;
        font-size: {CAPTION_PX}px;
    }}
    QToolButton:hover, QToolButton:pressed {{ background: {theme.raised}; }}
    QToolButton:checked {{ background: {theme.accent_soft}; border-color: transparent; }}
    QToolButton:focus {{ border: 1px solid {theme.accent}; padding: 3px; }}
    QToolButton#chosenLayer {{ color: {theme.accent}; background: {theme.accent_soft}; padding: 3px 7px; }}
    QToolButton#chosenLayer:hover {{ color: {theme.text}; }}
    QToolButton:disabled {{ background: transparent; border-color: transparent; }}
    QComboBox {{ font-size: 13px; padding: 2px 8px; border-radius: 6px; }}
    QComboBox:focus {{ border: 1px solid {theme.accent}; padding: 2px 8px; }}
    QPushButton[role="segment"] {{
        color: {theme.muted}; background: transparent; border: 1px solid transparent; border-radius: 6px;
        padding: 4px 10px; font-size: {CAPTION_PX}px;
    }}
    QPushButton[role="segment"]:hover {{ color: {theme.text}; background: {theme.raised}; }}
    QPushButton[role="segment"]:checked {{
        color: {theme.accent}; background: {theme.accent_soft}; border-color: transparent;
    }}
    QPushButton[role="segment"]:focus {{ border: 1px solid {theme.accent}; padding: 4px 10px; }}
    QPushButton[role="action"] {{
        color: {theme.accent}; background: transparent; border: 1px solid {theme.border}; border-radius: 6px;
        padding: 4px 12px; font-size: {CAPTION_PX}px;
    }}
    QPushButton[role="action"]:hover {{ background: {theme.accent_soft}; }}
    QPushButton[role="action"]:disabled {{ color: {theme.muted}; background: {theme.raised}; }}
    QPushButton[role="action"]:focus {{ border: 1px solid {theme.accent}; padding: 4px 12px; }}
    #numbersView QHeaderView::section {{
        padding: 0px 8px; border: none; background: transparent; color: {theme.muted}; font-weight: 400;
    }}
    #numbersView QTableView {{ border: none; background: transparent; }}
    QTabWidget::pane {{ border: none; border-top: 1px solid {theme.border}; }}
    QTabWidget::tab-bar {{ left: 12px; }}
    QTabBar {{ background: transparent; qproperty-drawBase: 0; }}
    QTabBar::tab {{
        color: {theme.muted}; background: transparent; border: none; border-bottom: 2px solid transparent;
        padding: 8px 2px; margin: 0 7px 0 0; font-size: 13px;
    }}
    QTabBar::tab:selected {{ color: {theme.text}; border-bottom-color: {theme.accent}; }}
    QTabBar::tab:hover:!selected {{ color: {theme.text}; }}
    QTabBar::tab:focus {{ color: {theme.accent}; }}
    QSplitter::handle:vertical {{ background: transparent; border: none; border-top: 1px solid {theme.border}; }}
    QSplitter::handle:vertical:hover {{ background: transparent; border-top-color: {theme.accent}; }}
    QScrollArea, QScrollArea > QWidget > QWidget {{ background: transparent; border: none; }}
    """
