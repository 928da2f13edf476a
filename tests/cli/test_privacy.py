"""Nothing leaves the machine: every way to run the product is watched by strace, with all of its child processes.

No process may reach another machine or ask for a machine's address, and none may write outside of the folders that the
product names. That holds for what the product is made of, too: onnxruntime, OpenCV, tifffile, pooch, Dask, Lightning.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
import psutil
import pytest
from PIL import Image
from skimage import data
from tests.cli.test_training_commands import TINY

from gan_inpaint.models.store import WEIGHTS

pytestmark = [
    pytest.mark.skipif(shutil.which("strace") is None, reason="needs strace, to see what the processes do"),
    pytest.mark.timeout(300),
]

_CALLS = "connect,sendto,sendmsg,sendmmsg,openat,open,creat,mkdir,mkdirat,rename,renameat,renameat2"
_LOCAL = re.compile(r'sa_family=AF_(UNIX|NETLINK|UNSPEC)|inet_addr\("127\.|"::1"|inet_addr\("0\.0\.0\.0"\)')
_NAME_SERVICE = re.compile(r"htons\(53\)|/etc/resolv\.conf|/run/systemd/resolve|/nscd/socket")
_WRITING = re.compile(r"O_(WRONLY|RDWR|CREAT)|^\w+\((creat|mkdir|rename)|^(creat|mkdir|mkdirat|rename\w*)\(")
_QUOTED = re.compile(r'"([^"]*)"')
_SYSTEM = ("/dev/", "/proc/", "/sys/", "/tmp/torchinductor_")  # terminals, shared memory, torch's temporary folder

_IMPORT_ALL = """
import importlib, sys, time
import gan_inpaint
for name in sys.argv[1:]:
    importlib.import_module(name)
time.sleep(4)
"""
_PYTHON_INTERFACE = """
import time
import numpy as np, gan_inpaint
image = np.random.default_rng(0).integers(0, 256, (96, 96, 3), np.uint8)
mask = np.zeros((96, 96), np.uint8)
mask[40:60, 40:60] = 255
gan_inpaint.fill(image, mask)
gan_inpaint.select(gan_inpaint.detect(image))
time.sleep(4)
"""


@dataclass(frozen=True)
class Watched:
    """A home in which nothing belongs to the product, the folders that do, and where strace writes."""

    home: Path
    own: Path
    traces: Path
    environment: dict[str, str]

    def start(self, *words: object) -> subprocess.Popen[str]:
        trace = ["strace", "-f", "--seccomp-bpf", "-qq", "-s", "300", "-e", f"trace={_CALLS}", "-e", "signal=none"]
        number = len(list(self.traces.iterdir()))
        command = [*trace, "-o", str(self.traces / f"{number}"), sys.executable, *map(str, words)]
        return subprocess.Popen(
            command, env=self.environment, cwd=self.own, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )

    def run(self, *words: object) -> str:
        process = self.start(*words)
        told, _ = process.communicate(timeout=200)
        assert process.returncode == 0, told
        return told

    def check(self) -> None:
        """Assert that no trace shows a call to another machine, or a file outside of the product's folders."""
        calls = [line for trace in self.traces.iterdir() for line in trace.read_text(errors="replace").splitlines()]
        assert calls
        made = [line.split(None, 1)[1] for line in calls if "ENOENT" not in line]
        reached = [call for call in made if _NAME_SERVICE.search(call) or _leaves(call)]
        written = [call for call in made if _WRITING.search(call) and not all(map(self._may_write, _paths(call)))]
        assert (reached, written) == ([], [])
        assert list(self.home.iterdir()) == []

    def _may_write(self, path: str) -> bool:
        return not path.startswith("/") or path.startswith((*_SYSTEM, str(self.own)))


def _leaves(call: str) -> bool:
    return call.startswith(("connect", "send")) and "sa_family=AF_INET" in call and not _LOCAL.search(call)


def _paths(call: str) -> list[str]:
    return _QUOTED.findall(call)


@pytest.fixture
def watched(tmp_path: Path, daemon_environment: dict[str, str]) -> Iterator[Watched]:
    home, own, traces = (tmp_path / name for name in ("home", "own", "traces"))
    for folder in (home, own, traces):
        folder.mkdir()
    kept = {key: value for key, value in daemon_environment.items() if not key.startswith("XDG_")}
    environment = {
        **kept,
        "HOME": str(home),
        "TMPDIR": str(own),
        "GAN_INPAINT_RUNTIME_DIR": str(own / "run"),
        "GAN_INPAINT_LOG_DIR": str(own / "log"),
        "GAN_INPAINT_MODELS_DIR": str(own / "models"),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    environment.pop("ORT_DISABLE_TELEMETRY", None)
    yield Watched(home, own, traces, environment)


@pytest.fixture
def picture(watched: Watched) -> Path:
    path = watched.own / "picture.png"
    scratched = data.astronaut()[50:178, 120:280].copy()
    scratched[:, 70:72] = 255
    Image.fromarray(scratched).save(path)
    hole = np.zeros(scratched.shape[:2], np.uint8)
    hole[40:60, 50:80] = 255
    Image.fromarray(hole).save(path.with_name("mask.png"))
    return path


def test_importing_what_the_product_is_made_of(watched: Watched) -> None:
    modules = ["onnxruntime", "cv2", "numpy", "PIL.Image", "msgspec", "typer", "rich", "platformdirs"]
    watched.run("-c", _IMPORT_ALL, *modules, "pooch", "tifffile", "imagecodecs", "psutil")
    watched.check()


@pytest.mark.parametrize(
    "module", ["distributed", "lightning.fabric", "gan_inpaint_export", "gan_inpaint_training.loop"]
)
def test_importing_what_training_and_archives_are_made_of(watched: Watched, module: str) -> None:
    pytest.importorskip(module)
    watched.run("-c", _IMPORT_ALL, module, "onnxruntime")
    watched.check()


def test_a_program_that_imports_the_product(watched: Watched) -> None:
    watched.run("-c", _PYTHON_INTERFACE)
    watched.check()


@pytest.mark.parametrize(
    "words",
    [
        ("fill", "picture.png", "mask.png", "-o", "filled.png", "--no-daemon"),
        ("detect", "picture.png", "-o", "found.png"),
        ("restore", "picture.png", "-o", "restored", "--jobs", "2"),
        ("models", "add", WEIGHTS / "default.onnx", "--name", "copy"),
        ("models", "catalogue"),
    ],
    ids=lambda words: "-".join(map(str, words[:2])),
)
def test_a_command_that_works_by_itself(watched: Watched, picture: Path, words: tuple[object, ...]) -> None:
    watched.run("-m", "gan_inpaint", *words)
    watched.check()


@pytest.mark.parametrize("runtime_folder", ["run", "d" * 100], ids=["unix", "tcp"])
def test_the_daemon_and_those_who_talk_to_it(watched: Watched, picture: Path, runtime_folder: str) -> None:
    watched.environment["GAN_INPAINT_RUNTIME_DIR"] = str(watched.own / runtime_folder)
    daemon = watched.start("-m", "gan_inpaint", "serve")
    while not (watched.own / runtime_folder / "daemon.json").exists():
        assert daemon.poll() is None
    watched.run("-m", "gan_inpaint", "fill", "picture.png", "mask.png", "-o", "filled.png")
    watched.run("-m", "gan_inpaint", "doctor")
    watched.run("-m", "gan_inpaint", "stop")
    assert daemon.communicate(timeout=60) and daemon.returncode == 0
    watched.check()


def test_the_workers_of_a_cluster(watched: Watched, picture: Path) -> None:
    pytest.importorskip("distributed")
    local = ("--host", "127.0.0.1", "--no-dashboard")
    scheduler = watched.start("-m", "distributed.cli.dask_scheduler", *local, "--port", 0)
    assert scheduler.stdout is not None
    address = next(found.group(1) for line in scheduler.stdout if (found := re.search(r"at:\s+(tcp://\S+)", line)))
    worker = watched.start("-m", "distributed.cli.dask_worker", address, *local, "--no-nanny", "--nthreads", 1)
    try:
        watched.run("-m", "gan_inpaint", "restore", picture, "-o", watched.own / "out", "--cluster", address)
    finally:
        for process in (worker, scheduler):
            for child in psutil.Process(process.pid).children():
                child.terminate()
            process.communicate(timeout=60)
    watched.check()


def test_training_export_and_evaluation(watched: Watched, picture: Path) -> None:
    pytest.importorskip("lightning")
    photos = watched.own / "photos"
    photos.mkdir()
    for number in range(2):
        Image.fromarray(data.astronaut()[number * 100 :, :][:160, :160]).save(photos / f"{number}.png")
    config = watched.own / "tiny.yaml"
    config.write_text(TINY.format(photographs=photos))
    watched.run("-m", "gan_inpaint", "train", config, "--run", watched.own / "run")
    watched.run("-m", "gan_inpaint", "export", watched.own / "run", "-o", watched.own / "tiny.onnx")
    assert onnx.load(watched.own / "tiny.onnx").graph.node
    watched.run("-m", "gan_inpaint", "evaluate", "mean", "default", "--on", photos, "-o", watched.own / "results")
    watched.check()
