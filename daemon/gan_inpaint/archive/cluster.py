"""Tasks on the workers of a Dask scheduler, which reach the pictures and the results under the same paths."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

from distributed import Client, KilledWorker, wait

from gan_inpaint.archive.outcome import Outcome
from gan_inpaint.archive.picture import restore_file
from gan_inpaint.archive.task import Task, defect, died
from gan_inpaint.errors import ClusterProblem
from gan_inpaint.version import __version__

_ANSWER_SECONDS = 10.0  # until the scheduler answers and has a first worker
_PATIENCE_SECONDS = 60.0  # while there are no workers any more
_LOOK_SECONDS = 5.0
_AHEAD = 2  # tasks for each thread of the workers, so that none waits for the next one


def run(tasks: Iterator[Task], address: str, output: Path) -> Iterator[tuple[Task, Outcome]]:
    """Do `tasks` on the workers of the scheduler at `address`; see `task.Runner`.

    The scheduler gives the tasks of a worker that dies to others, as often as its settings allow.

    Raises:
        ClusterProblem: it cannot be reached, has no workers, or one of them has another version of GAN Inpaint or does
            not see the folder `output`.
    """
    with _client(address) as client:
        _check_workers(client, address, output)
        under_way: dict[Any, Task] = {}
        try:
            while True:
                room = _AHEAD * max(1, _threads(client, address))
                while len(under_way) < room and (task := next(tasks, None)) is not None:
                    under_way[_submit(client, task)] = task
                if not under_way:
                    return
                for future in _ended(client, address, list(under_way)):
                    task = under_way.pop(future)
                    yield task, _outcome(future, task, address)
        finally:
            with suppress(OSError, CancelledError):  # without a scheduler there is nothing left to cancel
                client.cancel(list(under_way))


@contextmanager
def _client(address: str) -> Iterator[Client]:
    try:
        client = Client(address, timeout=_ANSWER_SECONDS)
    except (OSError, ValueError) as problem:
        raise ClusterProblem(
            f"There is no Dask scheduler at {address}.", "Start one with “dask scheduler”, which prints its address."
        ) from problem
    with client:
        yield client


class _Seen(NamedTuple):
    version: str
    output: bool


def _look_around(output: str) -> _Seen:
    """Return what a worker has and sees; runs on the worker."""
    return _Seen(__version__, Path(output).is_dir())


def _check_workers(client: Client, address: str, output: Path) -> None:
    try:
        client.wait_for_workers(1, timeout=_ANSWER_SECONDS)
    except TimeoutError as problem:
        raise ClusterProblem(
            f"The Dask scheduler at {address} has no workers.", f"Start some with “dask worker {address}”."
        ) from problem
    try:
        found: dict[str, _Seen] = client.run(_look_around, str(output))
    except (ImportError, AttributeError) as problem:
        raise _other_version(address) from problem
    for worker, seen in found.items():
        if seen.version != __version__:
            raise _other_version(worker)
        if not seen.output:
            raise ClusterProblem(
                f"The worker at {worker} does not see the folder {output}.",
                "Pictures and results must be on a disk that all workers reach under the same path.",
            )


def _other_version(where: str) -> ClusterProblem:
    return ClusterProblem(
        f"The worker at {where} does not have GAN Inpaint {__version__}, the version of this program.",
        "Install the same version on all of them.",
    )


def _threads(client: Client, address: str) -> int:
    """Return the number of threads of all workers together."""
    try:
        return sum(client.nthreads().values())
    except OSError as problem:
        raise _gone(address, "The connection was lost to") from problem


def _submit(client: Client, task: Task) -> Any:
    key = f"restore-{task.name}-{uuid.uuid4().hex}"
    return client.submit(restore_file, task.source, task.target, task.options, key=key, pure=False)


def _ended(client: Client, address: str, futures: list[Any]) -> set[Any]:
    """Return the futures that have ended, at least one."""
    last_seen = time.monotonic()
    while True:
        try:
            ended: set[Any] = wait(futures, timeout=_LOOK_SECONDS, return_when="FIRST_COMPLETED").done
        except CancelledError as problem:
            raise _gone(address, "The connection was lost to") from problem
        except TimeoutError:
            last_seen = time.monotonic() if _threads(client, address) else last_seen
            if time.monotonic() - last_seen > _PATIENCE_SECONDS:
                raise _gone(address, "All workers have left") from None
        else:
            return ended


def _outcome(future: Any, task: Task, address: str) -> Outcome:
    error = future.exception()
    if error is None:
        try:
            outcome: Outcome = future.result()
        except (OSError, CancelledError) as problem:  # the scheduler ended before it sent the result
            raise _gone(address, "The connection was lost to") from problem
        return outcome
    return died(task.source) if isinstance(error, KilledWorker) else defect(error)


def _gone(address: str, what: str) -> ClusterProblem:
    return ClusterProblem(
        f"{what} the Dask scheduler at {address}.", "Give the same command again: it goes on where it ended."
    )
