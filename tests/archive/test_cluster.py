"""`restore --cluster` works through an archive on the workers of a real Dask scheduler, each picture once."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
from PIL import Image
from tests.archive.scans import scratched, write_scans

pytest.importorskip("distributed")
pytestmark = pytest.mark.timeout(300)  # six processes that each load all there is

COUNT = 8


@dataclass
class Cluster:
    """A scheduler and workers, each a separate process."""

    environment: dict[str, str]
    folder: Path
    address: str = ""
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def scheduler(self) -> subprocess.Popen[bytes]:
        return self.processes[0]

    def start(self, module: str, *arguments: object) -> subprocess.Popen[bytes]:
        words = [sys.executable, "-m", f"distributed.cli.{module}", *map(str, arguments), "--no-dashboard"]
        with (self.folder / f"{module}-{len(self.processes)}.log").open("wb") as log:
            process = subprocess.Popen(words, env=self.environment, cwd=self.folder, stdout=log, stderr=log)
        self.processes.append(process)
        return process

    def start_worker(self) -> subprocess.Popen[bytes]:
        return self.start("dask_worker", self.address, "--no-nanny", "--nthreads", 1, "--local-directory", self.folder)


@pytest.fixture
def cluster(daemon_environment: dict[str, str], tmp_path: Path) -> Iterator[Cluster]:
    folder = tmp_path / "dask"
    folder.mkdir()
    cluster = Cluster(daemon_environment, folder)
    try:
        cluster.start("dask_scheduler", "--host", "127.0.0.1", "--port", 0)
        log = folder / "dask_scheduler-0.log"
        reported = until(lambda: re.search(r"Scheduler at:\s+(tcp://\S+)\n", log.read_text()), cluster.scheduler)
        cluster.address = reported.group(1)
        yield cluster
    finally:
        for process in reversed(cluster.processes):
            process.kill()
            process.wait()


def until(condition: Callable[[], Any], process: subprocess.Popen[Any]) -> Any:
    """What the condition gives once it is true, while the process runs; the test's own limit ends it."""
    while not (answer := condition()):
        try:
            process.wait(0.01)
        except subprocess.TimeoutExpired:
            continue
        pytest.fail(f"ended with {process.returncode}: {process.communicate()}")
    return answer


def times(output: Path, event: str) -> Counter[str]:
    path = output / ".gan-inpaint" / "journal.jsonl"
    lines = path.read_text("utf-8").splitlines(keepends=True) if path.exists() else []
    entries = (json.loads(line) for line in lines if line.endswith("\n"))
    return Counter(entry["name"] for entry in entries if entry["event"] == event)


@pytest.fixture
def started(cluster: Cluster, tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """`restore` of the scans in `tmp_path`, once its first pictures have come back from two workers."""
    for _ in range(2):
        cluster.start_worker()
    out, masks = tmp_path / "out", write_scans(tmp_path / "scans", COUNT)
    words = ["restore", tmp_path / "scans", "-o", out, "--mask", masks, "--cluster", cluster.address, "--json"]
    command, pipe = [sys.executable, "-m", "gan_inpaint", *map(str, words)], subprocess.PIPE
    with subprocess.Popen(command, env=cluster.environment, stdout=pipe, stderr=pipe, text=True) as process:
        try:
            until(lambda: len(times(out, "ended")) >= 2, process)
            yield process
        finally:
            process.kill()


def test_every_picture_is_done_once_though_a_worker_is_killed(
    cluster: Cluster, started: subprocess.Popen[str], tmp_path: Path
) -> None:
    workers = cluster.processes[1:]
    assert all(busy(worker) for worker in workers)
    workers[0].kill()
    assert len(times(tmp_path / "out", "ended")) < COUNT
    reported, errors = started.communicate(timeout=100)
    assert started.returncode == 0, errors
    assert json.loads(reported)["restored"] == COUNT
    check_done_once(tmp_path / "out")


def test_when_the_scheduler_dies_the_next_run_goes_on(
    cluster: Cluster,
    started: subprocess.Popen[str],
    restore: Callable[..., subprocess.CompletedProcess[str]],
    tmp_path: Path,
) -> None:
    cluster.scheduler.kill()
    reported, errors = started.communicate(timeout=100)
    assert started.returncode == 6, errors
    error = json.loads(reported)["error"]
    assert error["code"] == "no_cluster" and "goes on where it ended" in error["hint"]
    done = times(tmp_path / "out", "ended")
    assert 2 <= len(done) < COUNT
    again = restore(tmp_path / "scans", "-o", tmp_path / "out", "--mask", tmp_path / "masks", "--json")
    assert json.loads(again.stdout)["restored"] == COUNT
    check_done_once(tmp_path / "out")


def check_done_once(output: Path) -> None:
    assert times(output, "ended") == Counter({f"scan-{number:02}.png": 1 for number in range(COUNT)})
    for number in range(COUNT):
        before, mask = scratched(number)
        after = np.asarray(Image.open(output / f"scan-{number:02}.png"))
        np.testing.assert_array_equal(after[mask == 0], before[mask == 0])
        assert not np.array_equal(after, before)


def busy(worker: subprocess.Popen[bytes]) -> bool:
    """Whether it has loaded the generator, and so has been given work."""
    return any(
        "default.onnx" in mapped.path or "onnxruntime" in mapped.path
        for mapped in psutil.Process(worker.pid).memory_maps()
    )


def test_the_result_is_that_of_this_machine(
    cluster: Cluster, restore: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    cluster.start_worker()
    masks = write_scans(tmp_path / "scans", 2)
    (tmp_path / "scans" / "torn.png").write_bytes((tmp_path / "scans" / "scan-00.png").read_bytes()[:-300])
    here = restore(tmp_path / "scans", "-o", tmp_path / "here", "--mask", masks)
    there = restore(tmp_path / "scans", "-o", tmp_path / "there", "--mask", masks, "--cluster", cluster.address)
    assert here.returncode == there.returncode == 8
    assert "torn.png is damaged or incomplete" in there.stderr
    for name in ("scan-00.png", "scan-01.png"):
        assert (tmp_path / "here" / name).read_bytes() == (tmp_path / "there" / name).read_bytes()


def test_a_scheduler_without_workers_is_told(
    cluster: Cluster, restore: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    masks = write_scans(tmp_path / "scans", 1)
    ended = restore(tmp_path / "scans", "-o", tmp_path / "out", "--mask", masks, "--cluster", cluster.address, "--json")
    error = json.loads(ended.stdout)["error"]
    assert (ended.returncode, error["code"]) == (6, "no_cluster")
    assert "has no workers" in error["message"] and "dask worker" in error["hint"]


def test_a_worker_that_does_not_see_the_results_is_told(cluster: Cluster, tmp_path: Path) -> None:
    from gan_inpaint.archive import cluster as workers
    from gan_inpaint.errors import ClusterProblem

    cluster.start_worker()
    with pytest.raises(ClusterProblem, match="does not see the folder"):
        next(workers.run(iter(()), cluster.address, tmp_path / "elsewhere"))
