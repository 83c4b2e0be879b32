"""The colours and measures of the window, light and dark, in one place.

Contrast of text on every surface is at least 4.5:1 and of graphics 3:1 in both themes (tested). Distances in px are
multiples of 4.
"""

from __future__ import annotations

from dataclasses import dataclass
from string import Template
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QPalette
from PySide6.QtWidgets import QWidget

from app.paths import RESOURCES

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

GAP_PX = 8
PADDING_PX = 16
MARGIN_PX = 24
RADIUS_PX = 8
TEXT_PX = 14
CAPTION_PX = 12


@dataclass(frozen=True, slots=True)
class Theme:
    """One set of colours (sRGB hex) and the pyqtgraph colour maps that suit them.

    sequential: for values from low to high; diverging: for signed values, zero at its centre.
    series: categorical colours (Okabe-Ito), the first is the accent's neighbour; never the only distinction.
    """

    name: str
    window: str
    surface: str
    raised: str
    text: str
    muted: str
    border: str
    accent: str
    on_accent: str
    accent_soft: str
    danger: str
    warning: str
    sequential: str
    diverging: str
    series: tuple[str, ...]


LIGHT = Theme(
    name="light",
    window="#F7F7F4", surface="#FFFFFF", raised="#F0F1EE", text="#1C2126", muted="#5C6670", border="#DCE0E4",
    accent="#0F766E", on_accent="#FFFFFF", accent_soft="#DDF0EC", danger="#B42318", warning="#8A5A00",
    sequential="cividis", diverging="CET-D1",
    series=("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#8A6D00", "#56B4E9", "#E69F00", "#1C2126"),
)  # fmt: skip
DARK = Theme(
    name="dark",
    window="#14171A", surface="#1C2024", raised="#262B30", text="#E7EAED", muted="#9AA5B1", border="#2E343B",
    accent="#2DD4BF", on_accent="#06231F", accent_soft="#163A37", danger="#FF8A80", warning="#F2C14E",
    sequential="cividis", diverging="CET-D4",
    series=("#56B4E9", "#E69F00", "#2BC79A", "#CC79A7", "#F0E442", "#4C9BE8", "#FF8A50", "#E7EAED"),
)  # fmt: skip


class ThemeController(QObject):
    """Applies a theme to the application and tells the views that paint by themselves.

    Signals:
        changed(Theme): the colours changed; views that keep pens, brushes or images redraw them.
    """

    changed = Signal(object)

    def __init__(self, app: QApplication, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._app = app
        self._choice = "system"
        self._applied: Theme | None = None
        app.setStyle("Fusion")  # the native styles ignore parts of a palette
        app.setFont(base_font())
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._follow_system)

    @property
    def theme(self) -> Theme:
        return self._applied or LIGHT

    @property
    def choice(self) -> str:
        """ "system", "light" or "dark"."""
        return self._choice

    def choose(self, choice: str) -> None:
        """Applies "light", "dark", or whatever the desktop says ("system")."""
        self._choice = choice if choice in ("light", "dark") else "system"
        desktop = QGuiApplication.styleHints()
        if self._choice == "system":
            desktop.unsetColorScheme()
        else:  # the title bar and the menus and dialogs of the system follow
            desktop.setColorScheme(Qt.ColorScheme.Dark if self._choice == "dark" else Qt.ColorScheme.Light)
        self._apply()

    def _follow_system(self) -> None:
        if self._choice == "system":
            self._apply()

    def _apply(self) -> None:
        if self._choice == "system":
            dark = QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark
        else:
            dark = self._choice == "dark"
        theme = DARK if dark else LIGHT
        if theme == self._applied:
            return
        self._applied = theme
        self._app.setPalette(palette(theme))
        self._dress(stylesheet(theme))
        self.changed.emit(theme)

    def _dress(self, sheet: str) -> None:
        """Gives every widget the style sheet, once.

        WORKAROUND: where an application has a style sheet, Qt gives the next one to each widget as often as it has
        ancestors. A style that knows no widget any more gives it to none; those that were shown take it one by one,
        parents first, the others when they are shown.
        """
        if self._app.styleSheet():
            self._app.style().unpolish(self._app)
        self._app.setStyleSheet(sheet)
        for top in self._app.topLevelWidgets():
            if top.parentWidget() is None:  # or it is among the children of another
                for widget in (top, *top.findChildren(QWidget)):
                    if widget.testAttribute(Qt.WidgetAttribute.WA_WState_Polished):
                        widget.style().polish(widget)
                        self._app.sendEvent(widget, QEvent(QEvent.Type.StyleChange))


def palette(theme: Theme) -> QPalette:
    """The Qt palette of a theme."""
    result = QPalette()
    role = QPalette.ColorRole
    colours = {
        role.Window: theme.window, role.WindowText: theme.text, role.Base: theme.surface,
        role.AlternateBase: theme.raised, role.Text: theme.text, role.Button: theme.raised,
        role.ButtonText: theme.text, role.BrightText: theme.danger, role.Highlight: theme.accent,
        role.HighlightedText: theme.on_accent, role.Link: theme.accent, role.PlaceholderText: theme.muted,
        role.ToolTipBase: theme.raised, role.ToolTipText: theme.text, role.Mid: theme.border,
        role.Light: theme.surface, role.Dark: theme.border, role.Midlight: theme.border, role.Shadow: theme.border,
        role.Accent: theme.accent,
    }  # fmt: skip
    for key, colour in colours.items():
        result.setColor(key, QColor(colour))
    for key in (role.WindowText, role.Text, role.ButtonText):
        result.setColor(QPalette.ColorGroup.Disabled, key, QColor(theme.muted))
    return result


def tabular(font: QFont) -> QFont:
    """The font with figures of equal width, for numbers that change."""
    result = QFont(font)
    result.setFeature(QFont.Tag("tnum"), 1)
    return result


def base_font() -> QFont:
    """The general font of the system at the size of the window's text."""
    result = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)
    result.setPixelSize(TEXT_PX)
    return result


def caption_font(font: QFont) -> QFont:
    """The smaller font of captions, with figures of equal width."""
    result = tabular(font)
    result.setPixelSize(CAPTION_PX)
    return result


def mixed(first: str, second: str, share: float) -> str:
    """The colour between two (sRGB hex); share 0 is `first`, 1 is `second`."""
    one, two = QColor(first), QColor(second)
    parts = ((one.red(), two.red()), (one.green(), two.green()), (one.blue(), two.blue()))
    return QColor(*(round(a + (b - a) * share) for a, b in parts)).name()


def stylesheet(theme: Theme) -> str:
    """The style sheet of a theme: `resources/themes/window.qss` with the colours of the theme filled in.

    Widgets choose a look by dynamic properties: `kind` of a button ("primary", "ghost", "icon", "chip", "link"),
    `role` of a label ("title", "heading", "caption", "muted"), `panel` of a frame ("card", "notice", "banner").
    """
    colours = {
        "window": theme.window, "surface": theme.surface, "raised": theme.raised, "text": theme.text,
        "muted": theme.muted, "border": theme.border, "accent": theme.accent, "on_accent": theme.on_accent,
        "accent_soft": theme.accent_soft, "danger": theme.danger, "warning": theme.warning,
        "hover": mixed(theme.window, theme.text, 0.06), "pressed": mixed(theme.window, theme.text, 0.11),
        "field_border": mixed(theme.border, theme.text, 0.16), "accent_hover": mixed(theme.accent, theme.text, 0.14),
        "handle": mixed(theme.window, theme.text, 0.22), "handle_hover": mixed(theme.window, theme.text, 0.38),
        "control": mixed(theme.surface, theme.text, 0.5),
        "name": theme.name, "icons": (RESOURCES / "icons").as_posix(),
    }  # fmt: skip
    return Template((RESOURCES / "themes" / "window.qss").read_text(encoding="utf-8")).substitute(colours)
