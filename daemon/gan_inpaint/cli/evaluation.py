"""`gan-inpaint evaluate`: fillers side by side; it needs the extra `train`."""

from __future__ import annotations

import io
import os
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gan_inpaint import paths
from gan_inpaint.cli import progress, report
from gan_inpaint.cli.extra import imported
from gan_inpaint.cli.options import Json
from gan_inpaint.errors import BadModel, BadRequest, CannotWrite, UnknownModel, UnreadableImage

if TYPE_CHECKING:
    from gan_inpaint.engine import Filler
    from gan_inpaint.engine.arrays import BoolArray, UInt8Array
    from gan_inpaint.models.entry import ModelEntry

    Fill = Callable[[UInt8Array, BoolArray], UInt8Array]

_ALWAYS = "telea"
_TABLE, _METRICS, _CASES, _SHEET = "table.md", "metrics.csv", "cases.csv", "contact-sheet.png"


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command()(evaluate)


def evaluate(
    fillers: Annotated[
        list[str],
        typer.Argument(
            metavar="FILLER...",
            help="Classical fillers or models by name, ONNX files, folders of runs, or checkpoint.pt files.",
            show_default=False,
        ),
    ],
    photos: Annotated[
        list[str],
        typer.Option("--on", metavar="PHOTOS", help="A folder or tar file; may be repeated.", show_default=False),
    ],
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="FOLDER", help="The folder for the results.", show_default=False)
    ],
    kinds: Annotated[
        list[str] | None,
        typer.Option(metavar="KIND", help="A kind of hole; may be repeated. Default: all.", show_default=False),
    ] = None,
    count: Annotated[
        int | None, typer.Option(min=1, help="Number of pictures. Default: all.", show_default=False)
    ] = None,
    size: Annotated[
        int | None, typer.Option(min=1, help="Side of the central square to use. Default: whole pictures.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the holes.")] = 0,
    box: Annotated[float, typer.Option(help="Side of centre-box and random-box, as a share of the picture's.")] = 0.5,
    force: Annotated[bool, typer.Option("--force", help="Replace existing results in FOLDER.")] = False,
    as_json: Json = False,
) -> None:
    """Compare fillers on photographs with seeded holes."""
    evaluation, data = imported("gan_inpaint_training.evaluation"), imported("gan_inpaint_training.data")
    _check_folder(output, force)
    labelled = _labelled(fillers, evaluation)
    try:
        cases = evaluation.Cases(
            photos, kinds or list(imported("gan_inpaint_training.masks").KINDS), count, size, seed, box
        )
        with progress.shown() as on_progress:
            measurements, examples = evaluation.evaluate(
                labelled, cases, lambda done, total: on_progress("measuring", done / total)
            )
    except data.DataError as problem:
        raise UnreadableImage(str(problem)) from problem
    except evaluation.EvaluationError as problem:
        raise BadRequest(str(problem)) from problem
    rows = evaluation.aggregate(measurements)
    sheet = io.BytesIO()
    evaluation.contact_sheet(examples).save(sheet, "PNG")
    results = {
        _TABLE: evaluation.markdown(rows).encode(),
        _METRICS: evaluation.aggregates_csv(rows).encode(),
        _CASES: evaluation.cases_csv(measurements).encode(),
        _SHEET: sheet.getvalue(),
    }
    _write(output, results, force)
    if as_json:
        report.show_json({"output": str(output), "files": list(results), "rows": [_described(row) for row in rows]})
    else:
        report.show(results[_TABLE].decode())


def _labelled(names: Sequence[str], evaluation: Any) -> dict[str, Fill]:
    """Return the fillers by short names, in the given order, with Telea, which the others are compared with.

    Raises UnknownModel, BadModel.
    """
    wanted = list(dict.fromkeys([_ALWAYS, *names]))
    short = {name: _short(name) for name in wanted}
    repeated = {label for label, times in Counter(short.values()).items() if times > 1}
    return {name if short[name] in repeated else short[name]: _filler(name, evaluation) for name in wanted}


def _short(name: str) -> str:
    path = Path(name)
    if path.suffix == ".pt":
        return path.resolve().parent.name
    return path.stem if path.suffix == ".onnx" else path.name


def _filler(name: str, evaluation: Any) -> Fill:
    if name in evaluation.CLASSICAL:
        fill: Fill = evaluation.CLASSICAL[name]
        return fill
    path = Path(name)
    if path.suffix == ".onnx":
        return _by_engine(_opened(_entry_of(path)))
    if path.suffix == ".pt" or path.is_dir():
        try:
            fill = evaluation.checkpoint_fill(path)
        except evaluation.EvaluationError as problem:
            raise BadModel(str(problem)) from problem
        return fill
    return _by_engine(_opened(_installed(name, evaluation)))


def _installed(name: str, evaluation: Any) -> ModelEntry:
    from gan_inpaint.models.store import ModelStore

    store = ModelStore(paths.models_dir())
    try:
        return store.get(name)
    except UnknownModel as problem:
        raise UnknownModel(
            f"There is no filler called “{name}”.",
            f"Classical: {', '.join(evaluation.CLASSICAL)}. Models: {', '.join(each.name for each in store.list())}. "
            "Or name an ONNX file, the folder of a run, or its checkpoint.pt.",
        ) from problem


def _entry_of(path: Path) -> ModelEntry:
    from gan_inpaint.models import examination
    from gan_inpaint.models.entry import ModelEntry
    from gan_inpaint.models.manifest import sha256_of

    if not path.is_file():
        raise BadModel(f"There is no file {path}.")
    return ModelEntry(path.stem, path, sha256_of(path), examination.examine(path))


def _opened(entry: ModelEntry) -> Filler:
    from gan_inpaint.machine import physical_cores
    from gan_inpaint.models import loading
    from gan_inpaint.models.classical import ClassicalFiller

    return ClassicalFiller() if entry.path is None else loading.load(entry, physical_cores())


def _by_engine(filler: Filler) -> Fill:
    """Return a fill as the product does it, but without dilation: around these holes there is no object."""
    from gan_inpaint import engine
    from gan_inpaint.options import FillOptions

    options = FillOptions(dilate=0)

    def fill(picture: UInt8Array, hole: BoolArray) -> UInt8Array:
        filled: UInt8Array = engine.fill(picture, hole.astype("uint8") * 255, filler, options).image
        return filled

    return fill


def _check_folder(folder: Path, force: bool) -> None:
    """Raise CannotWrite before the work for what would make `_write` fail after it."""
    existing = next(each for each in (folder, *folder.absolute().parents) if each.exists())
    if not existing.is_dir():
        raise CannotWrite(f"{existing} is not a folder.", "Give the name of a folder.")
    if not os.access(existing, os.W_OK | os.X_OK):
        raise CannotWrite(f"You may not write into the folder {existing}.", "Choose a folder of yours.")
    for name in (_TABLE, _METRICS, _CASES, _SHEET):
        if not force and (folder / name).exists():
            raise CannotWrite(f"{folder / name} exists already.", "Give another folder, or --force to replace it.")


def _write(folder: Path, results: dict[str, bytes], force: bool) -> None:
    from gan_inpaint.files import atomic

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise CannotWrite(f"The folder {folder} cannot be made: {problem.strerror}.") from problem
    for name, content in results.items():
        with atomic.writing(folder / name, force) as temporary:
            temporary.write_bytes(content)


def _described(row: Any) -> dict[str, Any]:
    return {"kind": row.kind, "filler": row.filler, "cases": row.cases, "means": row.means, "medians": row.medians}
