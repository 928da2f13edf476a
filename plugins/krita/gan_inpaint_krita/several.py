"""Several fills with one set of options, one after the other: in all open pictures, or in several layers of one."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import NamedTuple

from krita import Document, Krita, Node

from gan_inpaint_client import Refusal, refusals
from gan_inpaint_client.batch import Batch, numbered

from .failures import slot
from .job import Work
from .layers import Ground, find
from .made import id_of
from .qt import QObject, QTimer, QWidget, pyqtSignal
from .selected import Selected


class Part(NamedTuple):
    """A layer to fill, by its id, and the name of it, or of its picture, in the report."""

    document: Document
    layer_id: object
    name: str


def chosen_layers(document: Document | None) -> list[Part]:
    """Return the chosen layers of the picture that is shown, the active one first; raise Refusal if there is none."""
    if document is None or document.activeNode() is None:
        raise Refusal(refusals.NO_PICTURE)
    return [Part(document, layer.uniqueId(), str(layer.name())) for layer in _chosen(document)]


def open_pictures(shown: Document | None) -> list[Part]:
    """Return the active layer of each open picture, and all chosen layers of the one that is shown.

    Krita's Python does not say which layers are chosen in the others.
    """
    parts: list[Part] = []
    for document in Krita.instance().documents():
        if document.activeNode() is not None:
            name = Path(document.fileName()).name or str(document.name())
            layers = _chosen(document) if document == shown else [document.activeNode()]
            parts += [Part(document, layer.uniqueId(), name) for layer in layers]
    if not parts:
        raise Refusal(refusals.NO_PICTURE)
    return parts


def _chosen(document: Document) -> Iterable[Node]:
    """Return the layers that are chosen in the picture that is shown; a fill counts as the layer below it."""
    layers: dict[str, Node] = {}
    for node in (document.activeNode(), *Krita.instance().activeWindow().activeView().selectedNodes()):
        if find(document, node.uniqueId()) is not None:
            try:
                layer = Ground.under(document, node).layer
            except Refusal:  # which the user gets when it is to be filled
                layer = node
            layers.setdefault(id_of(layer), layer)
    return layers.values()


class Several(QObject):
    """Fills one part after the other; `begin` makes the work on what is selected there.

    Whatever fails in one, the others are filled. Cancel ends all, and what is filled stays. The report says how many
    `pictures` were filled; if the parts are layers of one picture, it says only what went wrong.

    Signals:
        ended: the report.
    """

    ended = pyqtSignal(str)

    def __init__(self, parts: list[Part], begin: Callable[[Selected], Work], pictures: bool, window: QWidget) -> None:
        super().__init__(window)
        self._waiting, self._begin, self._pictures = deque(parts), begin, pictures
        self._count = len(parts)
        self._batch = Batch()
        self._filled: list[Document] = []

    def start(self) -> None:
        """Go on with the next part, as soon as the event loop has its turn."""
        QTimer.singleShot(0, self._next)

    def fail(self, sentence: str) -> None:
        """Note why a part stays as it was, and go on with the others."""
        if self._pictures and sentence == refusals.NOTHING_SELECTED:
            self._batch.skip(self._part.name)
        else:
            self._batch.tell(self._part.name, sentence)
        self.start()

    @slot
    def _next(self) -> None:
        if not self._waiting:
            self._end()
            return
        self._part = self._waiting.popleft()
        document, layer_id, _name = self._part
        if document not in Krita.instance().documents():
            raise Refusal(refusals.PICTURE_CLOSED)
        layer = find(document, layer_id)
        if layer is None:
            raise Refusal(refusals.LAYER_REMOVED)
        self._work = self._begin(Selected.of(document, layer))
        self._work.label_of = partial(numbered, self._count - len(self._waiting), self._count)
        self._work.ended.connect(self._take)
        self._work.start()

    @slot
    def _take(self, sentence: str) -> None:
        if self._work.cancelled:
            self._batch.stop()
            self._end()
        elif not self._work.added:
            self.fail(sentence)
        else:
            if self._part.document in self._filled:
                self._batch.tell(self._part.name, sentence)
            else:
                self._filled.append(self._part.document)
                self._batch.fill(self._part.name, sentence)
            self.start()

    def _end(self) -> None:
        self.deleteLater()
        self.ended.emit(self._batch.report() if self._pictures else self._batch.said)
