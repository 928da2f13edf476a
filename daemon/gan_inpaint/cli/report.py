"""Output for the user: results on standard output, everything else on standard error."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Sequence
from io import TextIOWrapper
from typing import Any

import typer

from gan_inpaint.errors import GanInpaintError

_ENDLESS = 10_000  # characters


def replace_closed() -> None:
    """Open nothing in the place of the standard streams that the caller has closed.

    The next file that is opened would have such a stream's number otherwise, and get what is printed.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode))  # noqa: PTH123, SIM115 (as long as the process)


def print_anything() -> None:
    """Let characters that the terminal's encoding lacks be printed as a “?” instead of ending the command."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")


def flushed() -> bool:
    """Return whether all results could be written; what is left of them is given up, so that the exit is clean."""
    try:
        sys.stdout.flush()
    except (OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.close(nowhere)
        return False
    return True


def show(text: str) -> None:
    """Print a line of a result."""
    typer.echo(_printable(text))


def show_json(value: Any) -> None:
    """Print a result for programs."""
    typer.echo(_printable(json.dumps(value, indent=2, ensure_ascii=False)))


def show_table(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print rows in columns, which are not cut if standard output is no terminal."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    table = Table(*titles, box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for row in rows:
        table.add_row(*row)
    Console(width=None if sys.stdout.isatty() else _ENDLESS, highlight=False, markup=False).print(table)


def note(text: str) -> None:
    """Print something that the user should know, besides the result."""
    typer.echo(_printable(text), err=True)


def _printable(text: str) -> str:
    """Return the text with a replacement for bytes of file names that are not UTF-8."""
    return text.encode(errors="replace").decode() if any("\ud800" <= each <= "\udfff" for each in text) else text


def fail(problem: GanInpaintError, as_json: bool) -> None:
    """Print an error's sentence and hint; with `--json` as an object on standard output."""
    if as_json:
        show_json({"error": {"code": problem.code, "message": problem.message, "hint": problem.hint}})
        return
    note(typer.style("Error: ", fg="red", bold=True) + problem.message)
    if problem.hint:
        note(problem.hint)
