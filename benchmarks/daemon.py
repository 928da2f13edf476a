"""A separate daemon for the benchmarks: the user's own is not touched."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

import gan_inpaint_client as client


@dataclass(frozen=True)
class Daemon:
    """A running daemon. `seconds_to_hello`: from the start of its process to its first answer."""

    process: psutil.Process
    runtime_file: Path
    seconds_to_hello: float

    def connect(self) -> client.Client:
        return client.connect(str(self.runtime_file))

    @property
    def resident_mib(self) -> float:
        return float(self.process.memory_info().rss) / 2**20

    @property
    def cpu_seconds(self) -> float:
        times = self.process.cpu_times()
        return float(times.user + times.system)


@contextmanager
def running(shared: Path | None = None) -> Iterator[Daemon]:
    """Start a daemon, wait for its first answer to `hello`, and end it after the block.

    Its files are in the folder `shared`, by default in a temporary one.
    """
    with tempfile.TemporaryDirectory(prefix="gi-") as temporary:
        folder = shared or temporary
        environment = {
            **os.environ,
            "GAN_INPAINT_RUNTIME_DIR": f"{folder}/run",
            "GAN_INPAINT_LOG_DIR": f"{folder}/log",
            "GAN_INPAINT_MODELS_DIR": f"{folder}/models",
        }
        runtime_file = Path(folder, "run", "daemon.json")
        start = time.perf_counter()
        command = [sys.executable, "-m", "gan_inpaint", "serve"]
        process = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
        try:
            _wait_for(runtime_file)
            with client.connect(str(runtime_file)) as connection:
                connection.hello()
            seconds = time.perf_counter() - start
            yield Daemon(psutil.Process(process.pid), runtime_file, seconds)
        finally:
            process.terminate()
            process.wait()


def _wait_for(runtime_file: Path) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if runtime_file.exists() and json.loads(runtime_file.read_text()):
            return
        time.sleep(0.005)
    raise TimeoutError("the daemon did not start")
