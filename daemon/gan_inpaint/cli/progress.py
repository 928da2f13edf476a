"""Progress on a terminal, and nothing in a pipe."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from gan_inpaint.cli import report

_REMEMBERED_SECONDS = 3600.0  # a picture may take minutes, and several are needed to estimate the time left

OnProgress = Callable[[str, float], None]
"""Called with what is being done, and how much of it is done, 0 to 1."""


@contextmanager
def shown() -> Iterator[OnProgress]:
    """Yield a function to call as the work goes on; the bar is on standard error and disappears at the end."""
    if not sys.stderr.isatty():
        yield lambda stage, part: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task("starting", total=1.0)
        yield lambda stage, part: bars.update(task, description=stage, completed=part)


@dataclass(frozen=True)
class Bar:
    """`advance` counts one more as done; `note` shows a line above the bar."""

    advance: Callable[[], None]
    note: Callable[[str], None]


@contextmanager
def counted(what: str, total: int) -> Iterator[Bar]:
    """Yield a bar that counts to `total`; on a terminal it shows the time that is left."""
    if not sys.stderr.isatty():
        yield Bar(lambda: None, report.note)
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True, highlight=False, markup=False)
    left = (TimeRemainingColumn(), TextColumn("left"))
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), *left)
    with Progress(*columns, console=console, transient=True, speed_estimate_period=_REMEMBERED_SECONDS) as bars:
        task = bars.add_task(what, total=total)
        yield Bar(lambda: bars.update(task, advance=1, refresh=True), console.print)
