"""The connection to the daemon, driven by Qt's event loop; it starts the daemon if it is not running."""

from __future__ import annotations

import time
from collections import deque
from pathlib import Path
from typing import Any

from gan_inpaint_client import (
    PERHAPS_STALE,
    SILENCE_SECONDS,
    ClientError,
    DaemonStart,
    Messenger,
    RuntimeInfo,
    read_runtime_file,
    read_settings,
)
from gan_inpaint_client.stream import timed_out

from .failures import slot
from .qt import QHostAddress, QLocalSocket, QNetworkProxy, QObject, QTcpSocket, QTimer, pyqtSignal

SETTINGS = Path(__file__).with_name("settings.json")
START_SECONDS = 30.0
LOOK_MILLISECONDS = 50
TURN_SECONDS = 0.02  # of the editor's event loop that go to a large picture at a time
WAIT_MILLISECONDS = 5  # within a turn, for the daemon to take what the socket holds
CHUNK_BYTES = 256 * 1024  # what the socket should hold, so that the daemon never waits for it
UNCONNECTED = (QLocalSocket.LocalSocketState.UnconnectedState, QTcpSocket.SocketState.UnconnectedState)


class Link(QObject):
    """One connection, from `open` to `close`; no method waits. A link that `starts` the daemon does so if none runs.

        open ──► connecting ──► welcomed ──► requests and replies
                    └── no daemon: starting ──► connecting, or absent

    Signals:
        welcomed: the daemon has answered; `messenger` takes requests, and `models` are those of its `welcome`.
        came: the messenger may have replies, or a failure.
        sending: of a large picture, how many percent have gone.
        absent: no daemon runs, and the link does not start one; nothing can follow.
        failed: a sentence; nothing can follow.
    """

    welcomed = pyqtSignal()
    came = pyqtSignal()
    sending = pyqtSignal(int)
    absent = pyqtSignal()
    failed = pyqtSignal(str)

    messenger: Messenger
    models: list[dict[str, Any]] | None = None

    def __init__(self, parent: QObject, starts: bool = True) -> None:
        super().__init__(parent)
        self._starts = starts
        self._socket: QLocalSocket | QTcpSocket | None = None
        self._start: DaemonStart | None = None
        self._outgoing: deque[memoryview] = deque()
        self._left = self._total = 0
        self._pumping = False
        self._look = QTimer(self)
        self._look.setInterval(LOOK_MILLISECONDS)
        self._look.timeout.connect(self._look_at_start)
        self._silence = QTimer(self)
        self._silence.setInterval(int(SILENCE_SECONDS * 1000))
        self._silence.timeout.connect(self._give_up)

    @slot
    def open(self) -> None:
        """Connect, and ask for the daemon's models."""
        self._settings = read_settings(SETTINGS)
        try:
            self._connect(read_runtime_file(self._settings.runtime_file))
        except ClientError as problem:
            self._start_daemon(problem)

    def close(self) -> None:
        """Hang up; the daemon drops its work for this connection."""
        self._hang_up()
        self._end_start()
        self.deleteLater()

    def send(self) -> None:
        """Send what the messenger has queued; from now on silence of the daemon is a failure."""
        self._silence.start()
        self._flush()

    def rest(self) -> None:
        """Allow silence, as no request is open."""
        self._silence.stop()

    def fail(self, sentence: str) -> None:
        """Hang up and report a sentence for the user."""
        self._hang_up()
        self._end_start()
        self.failed.emit(sentence)

    # Starting the daemon

    def _start_daemon(self, problem: ClientError) -> None:
        """Start the daemon, unless that was tried before or `problem` shows that one is running."""
        if self._start is not None or problem.code not in PERHAPS_STALE:
            raise problem
        self._hang_up()
        if not self._starts:
            self.absent.emit()
            return
        self._start = DaemonStart(self._settings.command)
        self._start_deadline = time.monotonic() + START_SECONDS
        self._look.start()

    @slot
    def _look_at_start(self) -> None:
        if self._start is None:
            return
        if self._start.finished():
            self._end_start()
            self._connect(read_runtime_file(self._settings.runtime_file))
        elif time.monotonic() > self._start_deadline:
            self._start.wait(0)  # raises: it did not start in time

    def _end_start(self) -> None:
        self._look.stop()
        if self._start is not None:
            self._start.close()

    # The socket

    def _connect(self, info: RuntimeInfo) -> None:
        self.messenger = Messenger(info.token)
        self._hello_id = self.messenger.request("hello", client="krita")
        self._socket = QLocalSocket(self) if isinstance(info.address, str) else QTcpSocket(self)
        self._socket.connected.connect(self._flush)
        self._socket.readyRead.connect(self._read)
        self._socket.bytesWritten.connect(self._pump)
        self._socket.stateChanged.connect(self._look_at_state)
        self._silence.start()
        if isinstance(info.address, str):
            self._socket.connectToServer(info.address)
        else:
            host, port = info.address
            self._socket.setProxy(QNetworkProxy(QNetworkProxy.ProxyType.NoProxy))
            self._socket.connectToHost(QHostAddress(host), port)

    def _hang_up(self) -> None:
        self._silence.stop()
        socket, self._socket = self._socket, None
        self._outgoing.clear()
        self._left = 0
        if socket is not None:
            socket.readyRead.disconnect()
            socket.bytesWritten.disconnect()
            socket.stateChanged.disconnect()
            socket.flush()  # sends a request to cancel, but not the rest of a picture
            socket.abort()
            socket.deleteLater()

    @slot
    def _flush(self) -> None:
        if self._socket is not None and self._socket.state() not in UNCONNECTED:
            pieces = [memoryview(piece) for piece in self.messenger.connection.outgoing()]
            self._outgoing.extend(piece for piece in pieces if len(piece))
            self._left += sum(map(len, pieces))
            self._total = self._left
            self._pump()

    @slot
    def _pump(self, _written: int = 0) -> None:
        """Keep the socket full for a turn; Qt alone would give it one small piece each time that it is idle."""
        if self._socket is None or self._pumping or not self._outgoing:
            return
        self._pumping = True
        until = time.monotonic() + TURN_SECONDS
        while self._socket is not None and self._outgoing and time.monotonic() < until:
            if self._socket.bytesToWrite() >= CHUNK_BYTES:
                self._socket.waitForBytesWritten(WAIT_MILLISECONDS)
                continue
            piece = self._outgoing.popleft()
            count = self._socket.write(bytes(piece[:CHUNK_BYTES]))
            if count < 0:
                break  # the socket's state says more
            self._left -= count
            if count < len(piece):
                self._outgoing.appendleft(piece[count:])
        self._pumping = False
        if self._outgoing:
            QTimer.singleShot(0, self._pump)
        if self._total > CHUNK_BYTES:
            if self._silence.isActive():
                self._silence.start()
            self.sending.emit(100 * (self._total - self._left) // self._total)

    @slot
    def _read(self) -> None:
        if self._socket is None:
            return
        connection = self.messenger.connection
        before = connection.message_traffic
        connection.feed(bytes(self._socket.readAll()))
        if connection.message_traffic != before and self._silence.isActive():
            self._silence.start()
        self._tell()
        self._flush()

    @slot
    def _look_at_state(self, _state: object) -> None:
        if self._socket is not None and self._socket.state() in UNCONNECTED:
            self.messenger.connection.feed_eof()
            self._tell()

    @slot
    def _give_up(self) -> None:
        raise timed_out()

    def _tell(self) -> None:
        """Signal what came."""
        if self.models is not None:
            self.came.emit()
            return
        try:
            reply = self.messenger.next_reply(self._hello_id)
        except ClientError as problem:
            self._start_daemon(problem)
            return
        if reply is not None and reply.type == "welcome":
            self.rest()
            self.models = reply.header["models"]
            self.welcomed.emit()
