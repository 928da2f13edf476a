"""A plug-in that answers the tests' calls, over a Unix socket, from inside a running Krita.

A call is a line `{"operation": name, "arguments": {…}, "until": bool}`, its answer `{"value": …}` or
`{"error": traceback}`. With `until` the operation is asked again, by a timer, until its answer is true; Krita's event
loop goes on meanwhile.
"""

from __future__ import annotations

import json
import os
import time
import traceback
from typing import Any

from krita import Extension, Krita, Window
from PyQt5.QtCore import QObject, QTimer
from PyQt5.QtNetwork import QLocalServer, QLocalSocket

from . import operations, windows

POLL_MILLISECONDS = 20
UNTIL_SECONDS = 60.0


class Driver(Extension):
    """Listens at $KRITA_TEST_SOCKET as soon as there is a window."""

    _server: QLocalServer | None = None

    def setup(self) -> None:
        windows.watch_failures()

    def createActions(self, _window: Window) -> None:  # noqa: N802 (Krita calls it)
        if self._server is None:
            self._server = QLocalServer(self)
            self._server.newConnection.connect(self._accept)
            QTimer.singleShot(0, lambda: self._server.listen(os.environ["KRITA_TEST_SOCKET"]))

    def _accept(self) -> None:
        Call(self._server.nextPendingConnection(), self)


class Call(QObject):
    """One connection with one call."""

    def __init__(self, connection: QLocalSocket, parent: QObject) -> None:
        super().__init__(parent)
        self._connection = connection
        connection.readyRead.connect(self._read)
        self._timer = QTimer(self)
        self._timer.setInterval(POLL_MILLISECONDS)
        self._timer.timeout.connect(self._ask)

    def _read(self) -> None:
        if self._connection.canReadLine():
            self._call = json.loads(bytes(self._connection.readLine()))
            self._deadline = time.monotonic() + UNTIL_SECONDS
            self._ask()

    def _ask(self) -> None:
        try:
            value = operations.run(self._call["operation"], self._call["arguments"])
        except Exception:  # noqa: BLE001 (the calling test gets every failure)
            self._answer(error=traceback.format_exc())
            return
        if value or not self._call["until"]:
            self._answer(value=value)
        elif time.monotonic() > self._deadline:
            self._answer(error=f"not within {UNTIL_SECONDS} s: {self._call}")
        else:
            self._timer.start()

    def _answer(self, **answer: Any) -> None:
        self._timer.stop()
        self._connection.write(json.dumps(answer).encode() + b"\n")
        self._connection.flush()
        self._connection.disconnectFromServer()
        self.deleteLater()


Krita.instance().addExtension(Driver(Krita.instance()))
