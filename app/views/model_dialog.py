"""The model dialog: find a model on the hub or paste its id, read what it asks for, download it and open it.

It decides nothing: it says what the person wants and shows the state of the search.
"""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, QUrl, Signal, Slot
from PySide6.QtGui import QCloseEvent, QDesktopServices, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QProgressBar,
    QVBoxLayout,
    QWidget,
)

from app.models.amount import size_in_words
from app.models.model_search import ModelSearch, SearchState, repository_in
from app.theme import GAP_PX, MARGIN_PX, PADDING_PX, caption_font
from app.views.labels import button, label, scrolled
from app.views.spoken import announce
from app.views.tooltips import explain
from app.views.window_layout import resize_on_screen

FIRST_SIZE_PX = (600, 480)
RESULTS_LEAST_PX = 40  # on a low screen; what is asked before a download is not cut for them
STEPS = 1000
EMPTY = "The models that are found appear here. Choose one to read how large it is, before anything is downloaded."
HINT = "Words to search for, or an id such as ReactiveAI/RxT-Beta-Micro-Supervised"


class FoundModels(QListWidget):
    """The models that were found; says what will appear here while there are none."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Models found")
        self.setAccessibleDescription(EMPTY)

    def sizeHint(self) -> QSize:
        """It takes what the rest leaves."""
        return QSize(super().sizeHint().width(), RESULTS_LEAST_PX)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.count() == 0:
            painter = QPainter(self.viewport())
            painter.setFont(caption_font(self.font()))
            painter.setPen(self.palette().color(QPalette.ColorRole.PlaceholderText))
            place = self.viewport().rect().adjusted(PADDING_PX, GAP_PX, -PADDING_PX, -GAP_PX)
            painter.drawText(place, Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap, EMPTY)


class ModelDialog(QDialog):
    """Shows `search`.

    Signals:
        search_wanted(text) · look_wanted(repository, token) · download_wanted(token) · stop_wanted() · folder_wanted()
    """

    search_wanted = Signal(str)
    look_wanted = Signal(str, str)
    download_wanted = Signal(str)
    stop_wanted = Signal()
    folder_wanted = Signal()

    def __init__(self, search: ModelSearch, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._search = search
        self.setObjectName("modelDialog")
        self.setWindowTitle("Get a model")
        resize_on_screen(self, *FIRST_SIZE_PX)
        self.setMinimumWidth(self.width())
        self.words = QLineEdit()
        self.words.setObjectName("modelWords")
        self.words.setAccessibleName("Name or id of a model")
        self.words.setPlaceholderText(HINT)
        self.words.setMaxLength(300)
        self.words.setClearButtonEnabled(True)
        self.go = button("Search", "primary")
        self.go.setObjectName("modelSearchButton")
        self.results = FoundModels()
        self.results.setObjectName("modelResults")
        self.results.setUniformItemSizes(True)
        self.results.setMinimumHeight(RESULTS_LEAST_PX)
        self.results.setSpacing(GAP_PX // 4)
        self.sentence = label("", "caption", wrap=True)
        self.sentence.setObjectName("modelSentence")
        self.title = label("", "heading", wrap=True)
        self.facts = label("", "caption", wrap=True)
        self.gate = label("", wrap=True)
        self.page = button("", "link")
        self.page.setObjectName("modelPage")
        self.token = QLineEdit()
        self.token.setObjectName("modelToken")
        self.token.setAccessibleName("Access token")
        self.token.setEchoMode(QLineEdit.EchoMode.Password)
        self.token.setPlaceholderText("Access token, where you are not signed in on this computer")
        explain(self.token, "It is used for this download and kept nowhere.")
        self.bar = QProgressBar()
        self.bar.setAccessibleName("Download")
        self.bar.setRange(0, STEPS)
        self.bar.setTextVisible(False)
        self.amount = label("", "caption")
        self.amount.setObjectName("modelProgress")
        self.download = button("Download and open", "primary")
        self.download.setObjectName("modelDownloadButton")
        self.stop = button("Stop", "ghost")
        self.stop.setObjectName("modelStopButton")
        self.folder = button("Open a folder instead…", "link")
        self._said = ""
        self._arrange()
        self._connect()
        self._show()
        self.words.setFocus()

    def _arrange(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(MARGIN_PX, MARGIN_PX - 4, MARGIN_PX, PADDING_PX)
        column.setSpacing(GAP_PX)
        name = label("Find a Reactive Transformer on the Hugging Face hub", "heading")
        name.setBuddy(self.words)
        column.addWidget(name)
        first = QHBoxLayout()
        first.setSpacing(GAP_PX)
        first.addWidget(self.words, 1)
        first.addWidget(self.go)
        column.addLayout(first)
        page = QWidget()
        inside = QVBoxLayout(page)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(GAP_PX)
        inside.addWidget(self.sentence)
        inside.addWidget(self.results, 1)
        column.addWidget(scrolled(page, "modelArea", "Models"), 1)
        self.offer = QWidget()
        inner = QVBoxLayout(self.offer)
        inner.setContentsMargins(0, GAP_PX, 0, 0)
        inner.setSpacing(GAP_PX)
        for part in (self.title, self.facts, self.gate):
            inner.addWidget(part)
        inner.addWidget(self.page, 0, Qt.AlignmentFlag.AlignLeft)
        inner.addWidget(self.token)
        inside.addWidget(self.offer)
        self.transfer = QWidget()
        inner = QVBoxLayout(self.transfer)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(GAP_PX // 2)
        inner.addWidget(self.bar)
        inner.addWidget(self.amount)
        inside.addWidget(self.transfer)
        last = QHBoxLayout()
        last.setSpacing(GAP_PX)
        last.addWidget(self.folder)
        last.addStretch(1)
        last.addWidget(self.stop)
        last.addWidget(self.download)
        column.addSpacing(GAP_PX)
        column.addLayout(last)

    def _connect(self) -> None:
        self.go.clicked.connect(self._ask)
        self.words.returnPressed.connect(self._ask)
        self.words.textChanged.connect(self._name_button)
        self.token.returnPressed.connect(self._try_again)
        self.results.itemActivated.connect(self._look)
        self.results.itemClicked.connect(self._look)
        self.download.clicked.connect(self._try_again)
        self.stop.clicked.connect(self.stop_wanted)
        self.page.clicked.connect(self._open_page)
        self.folder.clicked.connect(self._open_folder)
        self._search.changed.connect(self._show)

    @property
    def _asks_for_agreement(self) -> bool:
        return self._search.offer is not None and self._search.offer.gated

    @property
    def _is_downloading(self) -> bool:
        return self._search.state is SearchState.DOWNLOADING

    def ask_about(self, repository: str) -> None:
        """Looks at a repository that was named elsewhere; a download goes on."""
        if not self._is_downloading:
            self.words.setText(repository)
            self._ask()

    # what the person does

    @Slot()
    def _ask(self) -> None:
        if self._is_downloading:  # another request would end it
            return
        text = self.words.text().strip()
        repository = repository_in(text)
        if repository is not None:
            self.look_wanted.emit(repository, self.token.text())
        elif text:
            self.search_wanted.emit(text)

    @Slot(QListWidgetItem)
    def _look(self, item: QListWidgetItem) -> None:
        if self._is_downloading:
            return
        repository = str(item.data(Qt.ItemDataRole.UserRole))
        self.words.setText(repository)
        self.look_wanted.emit(repository, self.token.text())

    @Slot()
    def _try_again(self) -> None:
        """Downloads what is offered; where nothing is yet, asks again with the token."""
        if self._search.is_waiting:
            return
        if self._search.offer is not None:
            self.download_wanted.emit(self.token.text())
        else:
            self._ask()

    @Slot()
    def _open_page(self) -> None:
        QDesktopServices.openUrl(QUrl(self.page.text()))

    @Slot()
    def _open_folder(self) -> None:
        self.folder_wanted.emit()
        self.close()

    def closeEvent(self, event: QCloseEvent) -> None:
        self._leave()
        super().closeEvent(event)

    def reject(self) -> None:
        self._leave()
        super().reject()

    def _leave(self) -> None:
        """The token goes with the dialog, and so does the download; what has arrived of it is kept."""
        self.token.clear()
        self.stop_wanted.emit()

    # what is shown

    @Slot()
    def _name_button(self) -> None:
        self.go.setText("Look" if repository_in(self.words.text()) else "Search")
        self.go.setEnabled(bool(self.words.text().strip()) and not self._search.is_waiting)
        self.go.setToolTip("" if self.words.text().strip() else "Type a name or paste an id first.")

    @Slot()
    def _show(self) -> None:
        search = self._search
        downloading = self._is_downloading
        self.results.setEnabled(not downloading)
        self.words.setEnabled(not downloading)
        self.results.setToolTip("Stop the download first." if downloading else "")
        self._name_button()
        self.sentence.setText(search.sentence)
        self.sentence.setVisible(bool(search.sentence))
        self._show_results()
        self._show_offer()
        self.transfer.setVisible(downloading or (search.state is SearchState.STOPPED and search.progress is not None))
        self.bar.setValue(round(STEPS * search.progress_share))
        self.amount.setText(search.progress_words if downloading else "Stopped; what has arrived is kept.")
        self.stop.setEnabled(search.is_waiting)
        self.stop.setToolTip("" if search.is_waiting else "Nothing is under way.")
        self.download.setText("Go on" if search.state is SearchState.STOPPED else "Download and open")
        can_start = search.offer is not None and not search.is_waiting
        self.download.setEnabled(can_start)
        self.download.setToolTip(
            "" if can_start else "Choose a model first." if not search.is_waiting else "Please wait."
        )
        self._say(self._spoken())

    def _say(self, words: str) -> None:
        """Has it spoken where it is another sentence than before: a download is told many times a second."""
        if words != self._said:
            self._said = words
            if words and self.isVisible():
                announce(self, words)

    def _spoken(self) -> str:
        """What the search has come to, in words."""
        search = self._search
        match search.state:
            case SearchState.RESULTS if search.results:
                count = len(search.results)
                return f"{count:,} {'model' if count == 1 else 'models'} found. {search.sentence}"
            case SearchState.OFFERED:
                shown = (self.title, self.facts, self.gate) if self._asks_for_agreement else (self.title, self.facts)
                return " ".join(f"{part.text().rstrip('.')}." for part in shown)
            case SearchState.DOWNLOADING:
                return "The download has begun."
        return search.sentence

    def _show_results(self) -> None:
        shown = tuple(self.results.item(row).data(Qt.ItemDataRole.UserRole) for row in range(self.results.count()))
        wanted = tuple(model.repository for model in self._search.results)
        if shown == wanted:
            return
        self.results.clear()
        for model in self._search.results:
            notes = []
            if model.gated:
                notes.append("asks for an agreement")
            if model.downloads is not None:
                notes.append(f"{model.downloads:,} downloads a month")
            item = QListWidgetItem(" · ".join((model.repository, *notes)))
            item.setData(Qt.ItemDataRole.UserRole, model.repository)
            self.results.addItem(item)

    def _show_offer(self) -> None:
        search = self._search
        offer, refusal = search.offer, search.refusal
        page = offer.page if offer is not None else refusal.page if refusal is not None else ""
        self.offer.setVisible(offer is not None or search.wants_token)
        self.title.setVisible(offer is not None)
        self.facts.setVisible(offer is not None)
        self.gate.setVisible(self._asks_for_agreement)
        self.page.setVisible(bool(page))
        self.page.setText(page)
        self.page.setAccessibleName(f"Open {page} in the browser")
        self.token.setVisible(search.wants_token)
        self.token.setEnabled(not search.is_waiting)
        if offer is not None:
            self.title.setText(offer.repository)
            what = (
                "the copy on this computer; the hub could not be asked whether there is a newer one"
                if offer.is_copy
                else "this version and no other is downloaded and opened"
            )
            self.facts.setText(
                f"{offer.files:,} files, {size_in_words(offer.total_bytes)} · commit {offer.commit[:10]}: {what}"
            )
            self.gate.setText(
                "Its authors ask for an agreement before they let you download it. Open the page, sign in, accept the"
                " licence, then download here. Mneme uses the token that this computer is signed in with, or the one"
                " you type below."
            )
