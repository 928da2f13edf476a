"""Tasks in processes of this machine. Each process has its own executor, so that its death names its picture."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.connection import wait as wait_for_end
from typing import NamedTuple

from gan_inpaint.archive.outcome import Outcome
from gan_inpaint.archive.picture import restore_file
from gan_inpaint.archive.task import Task, defect, died


def run(tasks: Iterator[Task], jobs: int) -> Iterator[tuple[Task, Outcome]]:
    """Do `tasks` in `jobs` processes; see `task.Runner`.

    A picture whose process dies is tried once more, in a new process.
    """
    idle = [_Worker() for _ in range(jobs)]
    under_way: dict[Future[Outcome], _UnderWay] = {}
    try:
        while True:
            while idle and (task := next(tasks, None)) is not None:
                worker = idle.pop()
                under_way[worker.submit(task)] = _UnderWay(task, worker)
            if not under_way:
                return
            for future in wait(under_way, return_when=FIRST_COMPLETED).done:
                task, worker, retried = under_way.pop(future)
                if isinstance(future.exception(), BrokenProcessPool):
                    worker.end()
                    worker = _Worker()
                    if not retried:
                        under_way[worker.submit(task)] = _UnderWay(task, worker, retried=True)
                        continue
                idle.append(worker)
                yield task, _outcome(future, task)
    finally:
        for worker in (*idle, *(each.worker for each in under_way.values())):
            worker.end()


class _Worker:
    def __init__(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._executor = ProcessPoolExecutor(1, mp_context=context, initializer=_settle_in)
        self._pid = self._executor.submit(os.getpid)

    def submit(self, task: Task) -> Future[Outcome]:
        try:
            return self._executor.submit(restore_file, task.source, task.target, task.options)
        except BrokenProcessPool as problem:  # it died since its last task
            future: Future[Outcome] = Future()
            future.set_exception(problem)
            return future

    def end(self) -> None:
        """End the process and its work."""
        if self._pid.done() and not self._pid.exception():
            _terminate(self._pid.result())
        self._executor.shutdown(cancel_futures=True)


class _UnderWay(NamedTuple):
    task: Task
    worker: _Worker
    retried: bool = False


def _outcome(future: Future[Outcome], task: Task) -> Outcome:
    error = future.exception()
    if error is None:
        return future.result()
    return died(task.source) if isinstance(error, BrokenProcessPool) else defect(error)


def _terminate(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGTERM)
    except ProcessLookupError:
        return


def _settle_in() -> None:
    """Make a worker end with its parent, however that ends; on SIGTERM, it removes unfinished files first."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C reaches all processes; the parent ends the workers
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    parent = multiprocessing.parent_process()
    assert parent is not None
    threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()


def _end_with(sentinel: int) -> None:
    wait_for_end([sentinel])
    os._exit(1)
