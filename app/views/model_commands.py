"""Getting a model from the hub: the dialog, the search and the hub's port, connected."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal, Slot

from app.models.model_search import ModelSearch
from app.views.model_dialog import ModelDialog
from app.views.spoken import announce

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from app.engine.hub_messages import DownloadProgress, HubModel, HubRefusal, ModelOffer
    from app.engine.hub_port import HubPort


class ModelCommands(QObject):
    """Runs the model dialog.

    Signals:
        arrived(model, memory): a model is on this computer and is to be opened, with that memory, or None.
        folder_wanted(): a folder is to be chosen.
    """

    arrived = Signal(object, object)
    folder_wanted = Signal()

    def __init__(self, hub: HubPort, window: QWidget, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._hub = hub
        self._window = window
        self._dialog: ModelDialog | None = None
        self._memory: tuple[str, Path] | None = None  # what was asked for with a model, and that model
        self.search = ModelSearch(self)
        hub.found.connect(self._on_found)
        hub.offered.connect(self._on_offered)
        hub.progressed.connect(self._on_progressed)
        hub.fetched.connect(self._on_fetched)
        hub.refused.connect(self._on_refused)

    def show_dialog(self) -> None:
        """Opens the dialog, or raises the one that is open."""
        if self._dialog is not None:
            self._dialog.raise_()
            self._dialog.activateWindow()
            return
        self.search.reset()
        dialog = ModelDialog(self.search, self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.search_wanted.connect(self._search_for)
        dialog.look_wanted.connect(self._look_at)
        dialog.download_wanted.connect(self._download)
        dialog.stop_wanted.connect(self._hub.cancel)
        dialog.folder_wanted.connect(self.folder_wanted)
        dialog.finished.connect(self._on_closed)
        self._dialog = dialog
        dialog.open()

    @Slot(str, object)
    def offer(self, repository: str, memory: Path | None = None) -> None:
        """Opens the dialog with what that repository would bring; memory: a file to open when it has arrived."""
        self.show_dialog()
        self._memory = None if memory is None else (repository, memory)
        if self._dialog is not None:
            self._dialog.ask_about(repository)

    @Slot(str)
    def _search_for(self, text: str) -> None:
        self.search.begin_search()
        self._hub.search(text)

    @Slot(str, str)
    def _look_at(self, repository: str, token: str) -> None:
        self.search.begin_look()
        self._hub.look_up(repository, token or None)

    @Slot(str)
    def _download(self, token: str) -> None:
        offer = self.search.offer
        if offer is not None:
            self.search.begin_download()
            self._hub.fetch(offer.repository, offer.commit, token or None)

    @Slot(int)
    def _on_closed(self, _result: int) -> None:
        self._dialog = self._memory = None

    @Slot(object)
    def _on_found(self, models: tuple[HubModel, ...]) -> None:
        self.search.show_results(models)

    @Slot(object)
    def _on_offered(self, offer: ModelOffer) -> None:
        self.search.show_offer(offer)

    @Slot(object)
    def _on_progressed(self, progress: DownloadProgress) -> None:
        self.search.show_progress(progress)

    @Slot(str)
    def _on_fetched(self, folder: str) -> None:
        if self._dialog is not None:  # closing it cancelled the download
            memory = self._wanted_memory()
            self._dialog.close()
            announce(self._window, "The download is finished; the model is being opened.")
            self.arrived.emit(Path(folder), memory)

    def _wanted_memory(self) -> Path | None:
        """The memory that was asked for with the model that has arrived, if that one it is."""
        offer = self.search.offer
        if offer is None or self._memory is None or self._memory[0] != offer.repository:
            return None
        return self._memory[1]

    @Slot(object)
    def _on_refused(self, refusal: HubRefusal) -> None:
        if self.search.is_waiting:  # else it is about what a dialog asked that was closed
            self.search.refuse(refusal)
