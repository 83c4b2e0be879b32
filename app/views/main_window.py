"""The window: docks around the conversation, menus, drag and drop. It decides nothing; it reports what the user did."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QKeyEvent,
    QKeySequence,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QDockWidget, QMainWindow, QWidget

from app.actions.table import Actions, Menu
from app.models.memory_names import MEMORY_SUFFIX
from app.views.chat.chat import Chat
from app.views.chat.draft_keeper import DraftKeeper
from app.views.icons import Icons, application_icon
from app.views.labels import scrolled
from app.views.loss_question import Losses
from app.views.notices import Tone
from app.views.overlays import Callout, DropHint
from app.views.panel_room import PanelRoom
from app.views.panel_sizes import PanelSizes
from app.views.recent_models import RecentModels
from app.views.sidebar import Sidebar
from app.views.status import StatusBar
from app.views.window_layout import TITLE_BAR_PX

if TYPE_CHECKING:
    from app.models.phase import Phase
    from app.models.settings import Preferences
    from app.models.workspace import Workspace
    from app.theme import ThemeController
    from app.views.window_layout import WindowLayout

SMALLEST = QSize(1024, 640)
FIRST_SIZE = QSize(1360, 860)
CHAT_SUFFIX = ".json"
PRESETS = ("chat", "memory", "lab")
LAB_SIDEBAR_FROM_PX = 1900  # where there is room for the list of chats and for three columns of views
ONE_DROP = "Only one memory, chat or model folder can be dropped at a time"
HINT = "This is what it just remembered"


class MainWindow(QMainWindow):
    """The window of one workspace.

    inspector, timeline: the widgets of the right and the bottom dock. losses: asks before something is lost.

    Signals:
        memory_dropped(path) · folder_dropped(path) · chat_dropped(path): something was dropped on the window.
        closing(): the window is about to close.
        hint_dismissed(): the hint at the memory map was seen.
    """

    memory_dropped = Signal(object)
    folder_dropped = Signal(object)
    chat_dropped = Signal(object)
    closing = Signal()
    hint_dismissed = Signal()

    def __init__(
        self,
        workspace: Workspace,
        actions: Actions,
        themes: ThemeController,
        layout: WindowLayout,
        inspector: QWidget,
        timeline: QWidget,
        reduced_motion: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._actions = actions
        self._layout = layout
        self._icons = Icons(themes, self)
        self.setObjectName("mainWindow")
        self.setWindowIcon(application_icon())
        self.setAcceptDrops(True)
        self.setDockNestingEnabled(False)
        self.sidebar_dock = self._dock("sidebarDock", "Sidebar", Qt.DockWidgetArea.LeftDockWidgetArea)
        self.inspector_dock = self._dock("inspectorDock", "Inspector", Qt.DockWidgetArea.RightDockWidgetArea)
        self.timeline_dock = self._dock("timelineDock", "Timeline", Qt.DockWidgetArea.BottomDockWidgetArea)
        docks = {"sidebar": self.sidebar_dock, "inspector": self.inspector_dock, "timeline": self.timeline_dock}
        actions.build(self, {name: dock.toggleViewAction() for name, dock in docks.items()})
        self.chat = Chat(workspace, actions, themes, self._icons)
        self.sidebar = Sidebar(workspace, actions, themes, self._icons)
        self.status = StatusBar(themes, reduced_motion)
        self._sizes = PanelSizes(self, self.chat, self.sidebar_dock, self.inspector_dock, self.timeline_dock)
        self._panel_room = PanelRoom(self, self.sidebar_dock, self.inspector_dock, actions)
        self._panel_room.said.connect(self.status.show_hidden)
        self._inspector = inspector
        self.setCentralWidget(self.chat)
        self.sidebar_dock.setWidget(self.sidebar)
        area = scrolled(inspector, "inspectorArea", "Inspector")  # or in a low window the timeline would cover its foot
        area.setMinimumWidth(inspector.minimumWidth() + area.verticalScrollBar().sizeHint().width())
        self.inspector_dock.setWidget(area)
        self.timeline_dock.setWidget(timeline)
        self.setStatusBar(self.status)
        for part in (inspector, timeline):
            self._let_drops_through(part)
        self.drop_hint = DropHint(themes, self)
        self.memory_hint = Callout(HINT, themes, self)
        self.memory_hint.dismissed.connect(self.hint_dismissed)
        self.chat.composer.submitted.connect(self.memory_hint.dismiss)
        workspace.conversation.opened.connect(self.memory_hint.dismiss)
        self.recent_models = RecentModels(workspace.settings, self)
        self.losses = Losses(self)
        self._build_menus()
        self._drafts = DraftKeeper(self.chat, workspace, layout, self)
        self.losses.ask_before_closing(self._drafts.loss)
        self._restore()
        workspace.conversation.opened.connect(self._show_title)
        workspace.conversation.renamed.connect(self._show_title)
        workspace.settings.changed.connect(self._check_theme)
        self._check_theme(workspace.settings.preferences)
        self._show_title()

    @property
    def known_actions(self) -> Actions:
        """The actions of this window."""
        return self._actions

    @property
    def kept(self) -> WindowLayout:
        """How this window was left, and what was typed in it."""
        return self._layout

    def _dock(self, object_name: str, title: str, area: Qt.DockWidgetArea) -> QDockWidget:
        dock = QDockWidget(title, self)
        dock.setObjectName(object_name)
        dock.setAccessibleName(title)
        dock.setFeatures(QDockWidget.DockWidgetFeature.DockWidgetClosable)
        dock.setTitleBarWidget(QWidget(dock))  # no title bar: the parts carry their own headings
        self.addDockWidget(area, dock)
        dock.installEventFilter(self)
        return dock

    def _build_menus(self) -> None:
        for menu in Menu:
            built = self.menuBar().addMenu(menu.value)
            built.setToolTipsVisible(True)
            for spec, action in self._actions.in_menu(menu):
                if spec.begins_section:
                    built.addSeparator()
                if spec.icon:
                    self._icons.set(action, spec.icon, "muted")
                built.addAction(action)
                self.addAction(action)
                if spec.id == "bundled_model":
                    built.addMenu(self.recent_models)

    @staticmethod
    def _let_drops_through(part: QWidget) -> None:
        """A plot accepts drops by default and would keep files from the window."""
        for area in part.findChildren(QAbstractScrollArea):
            area.setAcceptDrops(False)
            area.viewport().setAcceptDrops(False)

    # ---------------------------------------------------------------- size and layout

    def _restore(self) -> None:
        self.setMinimumSize(SMALLEST.boundedTo(self._room()))
        if self._layout.restore(self, FIRST_SIZE.boundedTo(self._room())):
            self._sizes.restore(self._layout.panels)
            self._panel_room.restore(self._layout.panels)
        else:
            self.reset_layout()
        self.sidebar.branches.is_open = self._layout.shows_branches
        self._drafts.restore()
        if self._layout.trouble:
            self.chat.notices.add(self._layout.trouble, Tone.WARNING)

    def _room(self) -> QSize:
        """What the screen has room for below a title bar."""
        return self.screen().availableGeometry().size() - QSize(0, TITLE_BAR_PX)

    def reset_layout(self) -> None:
        """Gives all parts their first size."""
        if not self.isVisible():
            self.resize(FIRST_SIZE.boundedTo(self._room()))
        self.show_preset("memory")
        self.size_docks()

    def size_docks(self) -> None:
        """Gives the docks their first size in the window as it is."""
        self._sizes.begin_again()

    @property
    def preset(self) -> str:
        """The layout that is shown."""
        if self.inspector_dock.isHidden():
            return "chat"
        return "lab" if self._sizes.is_lab else "memory"

    def show_preset(self, preset: str) -> None:
        """ "chat": only the conversation; "memory": with inspector and timeline; "lab": mostly the inspector."""
        with_memory = preset != "chat"
        self.sidebar_dock.setVisible(preset != "lab" or self.width() >= LAB_SIDEBAR_FROM_PX)
        self.inspector_dock.setVisible(with_memory)
        self.timeline_dock.setVisible(with_memory)
        self._sizes.arrange(preset == "lab")
        self._panel_room.begin_again()
        QTimer.singleShot(0, self, self._check_preset)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._panel_room.fit()
        self._sizes.follow(event.oldSize(), event.size())
        if self.drop_hint.isVisible():
            self.drop_hint.setGeometry(self.rect())
        self.memory_hint.dismiss()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        shown = (QEvent.Type.Show, QEvent.Type.Hide)
        if isinstance(watched, QDockWidget) and event.type() in shown and hasattr(self, "_actions"):
            QTimer.singleShot(0, self, self._check_preset)
            if watched.isHidden() and (focus := self.focusWidget()) is not None and watched.isAncestorOf(focus):
                self.chat.composer.edit.setFocus()  # or Qt gives the keyboard to an example: Space sends it
        return False

    @Slot()
    def _check_preset(self) -> None:
        self._actions[f"preset_{self.preset}"].setChecked(True)

    @Slot(object)
    def _check_theme(self, preferences: Preferences) -> None:
        self._actions[f"theme_{preferences.theme}"].setChecked(True)

    @Slot()
    def _show_title(self) -> None:
        title = self._workspace.conversation.title
        self.setWindowTitle(f"{title} · Mneme" if title else "Mneme")

    # ---------------------------------------------------------------- showing

    def show_phase(self, phase: Phase) -> None:
        self.status.phase.show_phase(phase)
        self.chat.show_phase(phase)

    def show_memory_hint(self) -> None:
        """Points once at the map of the memory."""
        target = self._inspector.findChild(QWidget, "memoryMap") or self._inspector
        if self._inspector.isVisible():
            self.memory_hint.point_at(target)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keys that nothing took: where they are those of an action that cannot be done now, says why."""
        keys = event.keyCombination()
        reason = self.known_actions.refusal_of(QKeySequence(keys)) if keys.key() != Qt.Key.Key_Escape else ""
        if reason:
            self.chat.composer.hint(reason)
        else:
            super().keyPressEvent(event)

    # ---------------------------------------------------------------- drag and drop

    @staticmethod
    def _dropped(event: QDropEvent) -> list[Path]:
        return [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        paths = self._dropped(event)
        if not paths:
            return
        if len(event.mimeData().urls()) > 1:
            self.drop_hint.show_words(ONE_DROP)
        elif paths[0].is_dir():
            self.drop_hint.show_words("Drop to open this model folder")
        elif paths[0].suffix.lower() == MEMORY_SUFFIX:
            self.drop_hint.show_words("Drop to start a new chat from this memory")
        elif paths[0].suffix.lower() == CHAT_SUFFIX:
            self.drop_hint.show_words("Drop to import this chat")
        else:
            self.drop_hint.show_words("Only a memory (.safetensors), a chat (.json) or a model folder can be opened")
        event.acceptProposedAction()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self.drop_hint.hide()

    def dropEvent(self, event: QDropEvent) -> None:
        self.drop_hint.hide()
        paths = self._dropped(event)
        if paths and len(event.mimeData().urls()) > 1:
            self.chat.notices.add(f"{ONE_DROP}. Nothing was opened.", Tone.WARNING, key="dropped")
        elif paths:
            event.acceptProposedAction()
            (path,) = paths
            is_chat = path.suffix.lower() == CHAT_SUFFIX
            dropped = self.folder_dropped if path.is_dir() else self.chat_dropped if is_chat else self.memory_dropped
            dropped.emit(path)

    # ---------------------------------------------------------------- the end

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self.losses.may_close(self.close_anyway):
            event.ignore()
            return
        self._drafts.keep()
        self._layout.shows_branches = self.sidebar.branches.is_open
        self._layout.save(self, {**self._sizes.state, **self._panel_room.state})
        self._layout.sync()
        event.accept()
        self.closing.emit()
        self._layout.sync()  # what dialogs have kept just now

    @Slot()
    def close_anyway(self) -> None:
        """Closes without a question: it was answered, or there is no user to answer it."""
        self.losses.ask_no_more()
        QTimer.singleShot(0, self, self.close)  # once the question has gone
