"""`gan-inpaint`: all commands, and their exit codes."""

from __future__ import annotations

import signal
import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from gan_inpaint import machine
from gan_inpaint.cli import daemon, detect, evaluation, fill, models, plugins, report, restore, trace, training, watch
from gan_inpaint.errors import CannotWrite, Exit, GanInpaintError, OutOfMemory
from gan_inpaint.version import __version__

app = typer.Typer(
    help="Inpainting GANs on your own machine: paint over something in a photograph, and it is gone.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
fill.register(app)
detect.register(app)
trace.register(app)
restore.register(app)
watch.register(app)
models.register(app)
plugins.register(app)
daemon.register(app)
training.register(app)
evaluation.register(app)


def main() -> None:
    """Run `gan-inpaint`."""
    report.replace_closed()
    machine.keep_blas_to_one_thread()
    signal.signal(signal.SIGTERM, _end)
    report.print_anything()
    code = run(sys.argv[1:])
    sys.exit(code if report.flushed() else code or Exit.OUTPUT)


def run(arguments: Sequence[str]) -> int:
    """Run a command line and return its exit code; see docs/command-line.md."""
    command = typer.main.get_command(app)
    try:
        command.main(list(arguments), prog_name="gan-inpaint")
    except GanInpaintError as problem:
        return _failed(problem, arguments)
    except BrokenPipeError:
        raise
    except OSError as problem:
        return _failed(_of_the_system(problem), arguments)
    except (MemoryError, ImportError) as problem:
        if not machine.is_exhaustion(problem):
            raise
        return _failed(OutOfMemory("There is not enough memory for this.", "Close other programs first."), arguments)
    except SystemExit as end:  # how Typer reports usage errors, Ctrl+C and success
        return end.code if isinstance(end.code, int) else 0
    raise AssertionError("Typer has returned")


def _of_the_system(problem: OSError) -> GanInpaintError:
    """Return the sentence for an error of the system that nobody expected at its place."""
    where = f" ({problem.filename})" if problem.filename else ""
    message = f"The system refuses this: {problem.strerror or problem}{where}."
    return CannotWrite(message, "Check that there is space, and that you may write there.")


def _end(*_: object) -> None:
    """End as an error does, so that unfinished files are removed."""
    sys.exit(Exit.TERMINATED)


def _failed(problem: GanInpaintError, arguments: Sequence[str]) -> int:
    try:
        report.fail(problem, as_json="--json" in arguments)
    except OSError:  # standard output is what cannot be written
        report.fail(problem, as_json=False)
    return problem.exit


def _show_version(wanted: bool) -> None:
    if wanted:
        report.show(f"gan-inpaint {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Take the options before the command."""
