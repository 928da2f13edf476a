"""`gan-inpaint restore`: repair the scratches of pictures or whole folders, with a journal and a report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from gan_inpaint.cli import progress, report
from gan_inpaint.cli.extra import imported
from gan_inpaint.cli.options import Json, Sensitivity
from gan_inpaint.errors import Exit
from gan_inpaint.options import SelectOptions

if TYPE_CHECKING:
    from gan_inpaint.archive.files import Picture
    from gan_inpaint.archive.journal import Entry, Journal
    from gan_inpaint.archive.outcome import Outcome, Problem
    from gan_inpaint.archive.task import Runner
    from gan_inpaint.errors import InputProblem

_DEFAULTS = SelectOptions()


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command()(restore)


def restore(
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="DIR", help="The folder for the results.", show_default=False)
    ],
    paths: Annotated[
        list[Path] | None,
        typer.Argument(metavar="PATH...", help="Pictures, and folders with all that is in them.", show_default=False),
    ] = None,
    mask: Annotated[
        Path | None,
        typer.Option(
            metavar="MASK", help="Repair what this marks instead: one mask for all, or a folder.", show_default=False
        ),
    ] = None,
    sensitivity: Sensitivity = _DEFAULTS.sensitivity,
    jobs: Annotated[int, typer.Option(min=1, help="How many pictures are worked on at once.")] = 1,
    cluster: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="Work on the workers of this Dask scheduler.", show_default=False),
    ] = None,
    format_: Annotated[
        Literal["same", "png"],
        typer.Option("--format", help="Save JPEG and WebP in their own format, which re-encodes them, or as PNG."),
    ] = "same",
    reject: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Put back the originals of the pictures that this “accepted.json” of the report rejects.",
            show_default=False,
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Repair the scratches of pictures, into another folder. The same command again continues an interrupted run."""
    if bool(paths) == (reject is not None):
        raise typer.BadParameter("Name the pictures to restore, or a list with --reject.", param_hint="PATH")
    if reject is not None:
        _put_back(output, reject, as_json)
        return
    from gan_inpaint.archive import files, journal

    found = files.find(paths or [], output, format_ == "png", mask)
    runner = _runner(output, jobs, cluster)
    _check_detector(mask)
    with journal.opened(output) as kept:
        for problem in found.left_out.values():
            report.note(problem.message)
        if kept.lost:
            report.note(
                f"{kept.lost} lines of the journal in {output} are damaged; what they noted is looked at again."
            )
        done = _restore(kept, found.pictures, sensitivity, _threads(jobs), runner)
        _tell(kept, done, found.left_out, as_json)


def _runner(output: Path, jobs: int, cluster: str | None) -> Runner:
    if cluster is None:
        from gan_inpaint.archive import pool

        return partial(pool.run, jobs=jobs)
    run = imported("gan_inpaint.archive.cluster", "cluster").run
    return partial(run, address=cluster, output=output.absolute())


def _threads(jobs: int) -> int:
    from gan_inpaint.machine import physical_cores

    return max(1, physical_cores() // jobs)


def _check_detector(mask: Path | None) -> None:
    """Raise before the work what would make every picture fail: UnknownModel, BadModel, UnreadableImage."""
    from gan_inpaint import paths
    from gan_inpaint.errors import UnreadableImage
    from gan_inpaint.models.entry import SCRATCHES
    from gan_inpaint.models.store import ModelStore

    if mask is None:
        ModelStore(paths.models_dir()).get(SCRATCHES)
    elif not mask.exists():
        raise UnreadableImage(f"There is no file or folder {mask}.", "Check its name.")


def _restore(
    kept: Journal, pictures: Sequence[Picture], sensitivity: float, threads: int, runner: Runner
) -> list[Entry]:
    """Do what is left to do; return how each picture has ended, now or before."""
    from gan_inpaint.archive.outcome import Options
    from gan_inpaint.archive.run import plan
    from gan_inpaint.archive.run import restore as work_through

    planned = plan(kept, pictures, sensitivity)
    for entry in planned.settled.values():
        if entry.outcome and entry.outcome.problem:
            report.note(_in_words(entry.origin.source, entry.outcome.problem))
    notes: dict[str, None] = {}
    with progress.counted("restoring", len(planned.to_do)) as bar:

        def tell(picture: Picture, outcome: Outcome) -> None:
            if outcome.problem:
                bar.note(_in_words(str(picture.source), outcome.problem))
            notes[outcome.note] = None
            bar.advance()

        work_through(kept, planned.to_do, Options(sensitivity, threads=threads), runner, tell)
    for note in filter(None, (*notes, _of_changed(planned.changed))):
        report.note(note)
    return [planned.settled.get(picture.name) or kept.entries[picture.name] for picture in pictures]


def _of_changed(changed: Sequence[Path]) -> str:
    if not changed:
        return ""
    others = f" (and {len(changed) - 1} more)" if len(changed) > 1 else ""
    return f"{changed[0]}{others} was changed by others and is left alone. Move it away to have it restored again."


def _in_words(source: str, problem: Problem) -> str:
    return problem.message if source in problem.message else f"{source}: {problem.message}"


def _tell(kept: Journal, done: Sequence[Entry], left_out: Mapping[str, InputProblem], as_json: bool) -> None:
    """Print the summary; exit with a code if pictures failed or were left out."""
    from gan_inpaint.archive.report import in_words, state_of, write

    page = write(kept)
    failed = [entry for entry in done if entry.outcome and entry.outcome.problem]
    recompressed = sum(1 for entry in done if entry.outcome and entry.outcome.recompressed)
    if as_json:
        report.show_json(_as_dict(kept, done, left_out, page))
    else:
        also = f" {len(left_out)} left out." if left_out else ""
        report.show(f"{in_words(map(state_of, done))}{also} See {page}.")
    if recompressed:
        report.note(
            f"{recompressed} JPEG or WebP {'picture was' if recompressed == 1 else 'pictures were'} encoded again, "
            "which changes pixels everywhere a little. “--format png” keeps all but the scratches as it is."
        )
    if failed or left_out:
        raise typer.Exit(Exit.SOME_FAILED)


def _as_dict(kept: Journal, done: Sequence[Entry], left_out: Mapping[str, InputProblem], page: Path) -> dict[str, Any]:
    from gan_inpaint.archive.outcome import Problem
    from gan_inpaint.archive.report import state_of

    counts = dict.fromkeys(("restored", "clean", "original", "failed"), 0)
    for entry in done:
        counts[state_of(entry)] += 1
    failed = [(entry.origin.source, problem) for entry in done if entry.outcome and (problem := entry.outcome.problem)]
    problems = [
        {"source": source, "code": problem.code, "message": problem.message, "hint": problem.hint}
        for source, problem in (*failed, *((path, Problem.of(error)) for path, error in left_out.items()))
    ]
    notes = sorted({entry.outcome.note for entry in done if entry.outcome and entry.outcome.note})
    where = {"output": str(kept.output), "report": str(page)}
    return where | counts | {"left_out": len(left_out), "problems": problems, "notes": notes}


def _put_back(output: Path, decisions: Path, as_json: bool) -> None:
    from gan_inpaint.archive import journal, rejection
    from gan_inpaint.archive.report import write

    wanted = rejection.read(decisions)
    with journal.opened(output) as kept:
        rejected = rejection.reject(kept, wanted)
        page = write(kept)
    if as_json:
        report.show_json({"output": str(output), "report": str(page), "put_back": rejected})
    else:
        report.show(f"{len(rejected)} {'original' if len(rejected) == 1 else 'originals'} put back into {output}.")
