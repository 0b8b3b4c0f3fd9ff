"""A second start hands its files to the window that is already open, over a local socket.

One socket per user, state folder, machine and display; nothing of it goes over a network. Whatever
stands in the way (no QtNetwork, a dead socket, a window that does not answer) costs nothing but
this: the second start opens a window of its own.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

if TYPE_CHECKING:
    from PySide6.QtNetwork import QLocalServer, QLocalSocket

MOST_BYTES = 64 * 1024
MOST_FILES = 32
PATIENCE_MS = 2000
"""How long either side waits for the other."""
_PROBE_MS = 300
_MOST_WAITING = 8
_TAKEN = b"taken\n"
_BUSY = b"busy\n"


def server_name(folder: Path) -> str:
    """Return where the window of a state folder on this display listens.

    A path in the folder, or the name of a pipe on Windows.
    """
    around = [os.environ.get(name, "") for name in ("USERNAME", "DISPLAY", "WAYLAND_DISPLAY")]
    place = "\n".join((str(folder.absolute()), platform.node(), *around))
    name = f"window-{hashlib.sha256(place.encode(errors='replace')).hexdigest()[:12]}"
    return f"supernode-studio-{name}" if os.name == "nt" else str(folder / f"{name}.socket")


def message_of(files: Sequence[Path]) -> bytes:
    """Return what a second start says: one line with the files to open."""
    return json.dumps({"open": [str(file.absolute()) for file in files]}).encode() + b"\n"


def files_of(message: bytes) -> tuple[Path, ...]:
    """Return the files a message names, none where it is not one of ours."""
    try:
        names = json.loads(message)["open"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return ()
    if not isinstance(names, list) or len(names) > MOST_FILES:
        return ()
    if not all(isinstance(name, str) and "\0" not in name for name in names):
        return ()
    files = tuple(map(Path, names))
    return files if all(file.is_absolute() for file in files) else ()


def hand_over(files: Sequence[Path], folder: Path) -> bool:
    """Ask the open window to open files; tells whether it does.

    Parameters
    ----------
    folder : the state folder, which the windows of one user share.
    """
    socket = _connected(server_name(folder), PATIENCE_MS)
    if socket is None or len(files) > MOST_FILES:
        return False
    socket.write(message_of(files))
    answered = socket.waitForBytesWritten(PATIENCE_MS) and socket.waitForReadyRead(PATIENCE_MS)
    answer = bytes(socket.readLine(len(_TAKEN) + 1).data()) if answered else b""
    # Gone before an answer: a window that wakes up later must not open the files as well.
    socket.abort()
    return answer == _TAKEN


class Listener(QObject):
    """The ear of the first window."""

    files_given = Signal(object)
    """tuple[Path, ...] that a second start wants opened."""

    def __init__(self, folder: Path, is_busy: Callable[[], bool], parent: QObject) -> None:
        super().__init__(parent)
        self._folder = folder
        self._is_busy = is_busy
        self._server: QLocalServer | None = None

    def start(self) -> bool:
        """Listen, unless another window does or the system can't; tells whether it listens."""
        name = server_name(self._folder)
        other = _connected(name, _PROBE_MS)
        if other is not None:
            other.abort()
            return False
        try:
            from PySide6.QtNetwork import QLocalServer

            self._folder.mkdir(parents=True, exist_ok=True)
        except (ImportError, OSError):
            return False
        # What a window that was killed left behind would keep the name taken for ever.
        QLocalServer.removeServer(name)
        server = QLocalServer(self)
        server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        server.setMaxPendingConnections(_MOST_WAITING)
        server.newConnection.connect(self._meet)
        self._server = server if server.listen(name) else None
        return self._server is not None

    def close(self) -> None:
        """Stop listening and take the socket away."""
        if self._server is not None:
            self._server.close()
            self._server = None

    def _meet(self) -> None:
        while self._server is not None and (socket := self._server.nextPendingConnection()):
            socket.setReadBufferSize(MOST_BYTES + 1)
            socket.disconnected.connect(socket.deleteLater)
            socket.readyRead.connect(lambda one=socket: self._hear(one))
            # Tied to the socket: one that says nothing is let go, one that has gone rings no more.
            QTimer.singleShot(PATIENCE_MS, socket, socket.abort)
            self._hear(socket)

    def _hear(self, socket: QLocalSocket) -> None:
        if not socket.canReadLine():
            if socket.bytesAvailable() > MOST_BYTES:
                socket.abort()
            return
        files = files_of(bytes(socket.readLine(MOST_BYTES + 1).data()))
        if not files:
            socket.abort()
            return
        is_busy = self._is_busy()
        told = socket.write(_BUSY if is_busy else _TAKEN) > 0
        told = told and socket.waitForBytesWritten(PATIENCE_MS)
        socket.disconnectFromServer()
        # Who could not be told has given up waiting, and has opened a window of its own.
        if told and not is_busy:
            self.files_given.emit(files)


def _connected(name: str, patience_ms: int) -> QLocalSocket | None:
    """Return a connection to a window that listens, None where none does."""
    # Without the file nobody listens, and the first start need not load QtNetwork to learn that.
    if os.name != "nt" and not Path(name).exists():
        return None
    try:
        from PySide6.QtNetwork import QLocalSocket
    except ImportError:
        return None
    socket = QLocalSocket()
    socket.connectToServer(name)
    return socket if socket.waitForConnected(patience_ms) else None
