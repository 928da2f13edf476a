"""The daemon's life: one instance, a private socket, a runtime file while it answers, a clean end."""

from __future__ import annotations

import logging
import os
import signal
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field

from gan_inpaint import machine, paths
from gan_inpaint.models.store import ModelStore
from gan_inpaint.protocol import Limits
from gan_inpaint.server import logs, runtime_file
from gan_inpaint.server.listener import Listener
from gan_inpaint.server.lock import single_instance
from gan_inpaint.server.loop import Loop
from gan_inpaint.server.wake import Wake
from gan_inpaint.service import Service
from gan_inpaint.version import __version__

log = logging.getLogger(__name__)

_PATIENCE_SECONDS = 30.0  # for the work that runs when a signal comes; services wait longer before they kill


@dataclass(frozen=True)
class Config:
    """The settings of a daemon.

    Attributes:
        limits: what one client may ask for.
        idle_seconds: a model that was not used for so long is dropped.
    """

    limits: Limits = field(default_factory=Limits)
    idle_seconds: float = 600.0


def serve(config: Config | None = None) -> None:
    """Serve until SIGTERM, SIGINT or a client's `stop`. Must be called in the main thread, for its signals.

    Raises:
        AlreadyRunning: another daemon has the runtime directory.
        CannotStart: a folder cannot be used.
    """
    config = config or Config()
    machine.allow_many_descriptors()
    directory = runtime_file.make_private_dir()
    with single_instance(directory):
        logs.configure()
        store = ModelStore(paths.models_dir())
        service = Service(store, limits=config.limits, idle_seconds=config.idle_seconds)
        with Listener(directory, config.limits) as listener, closing(Wake()) as wake:
            loop = Loop(listener, service, wake)
            with _ended_by_signals(loop, wake), _announced(listener):
                ended = loop.run()
        log.info("stopped" if ended else "stopped, though some work could not be ended")
    if not ended:
        logging.shutdown()
        os._exit(0)  # the thread that works is in the middle of something that nobody can end


@contextmanager
def _announced(listener: Listener) -> Iterator[None]:
    """Publish the runtime file while the block runs."""
    log.info("version %s, process %d, at %s", __version__, os.getpid(), listener.endpoint)
    runtime_file.write(runtime_file.RuntimeInfo(listener.endpoint, listener.token, os.getpid(), __version__))
    logs.leave_the_starter()
    try:
        yield
    except Exception:
        log.critical("a defect of the daemon", exc_info=True)  # a detached process has no terminal
        raise
    finally:
        runtime_file.remove()


@contextmanager
def _ended_by_signals(loop: Loop, wake: Wake) -> Iterator[None]:
    """Let SIGTERM and SIGINT stop the loop while the block runs; a second one does not wait for the work that runs."""
    signals = (signal.SIGTERM, signal.SIGINT)
    patience = iter((_PATIENCE_SECONDS,))
    before_fd = signal.set_wakeup_fd(wake.bell, warn_on_full_buffer=False)
    before = [signal.signal(number, lambda *_: loop.stop(next(patience, 0.0))) for number in signals]
    try:
        yield
    finally:
        for number, handler in zip(signals, before, strict=True):
            signal.signal(number, handler)
        signal.set_wakeup_fd(before_fd)
