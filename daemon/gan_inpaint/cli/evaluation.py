"""`gan-inpaint evaluate`: fillers or detectors side by side; it needs the extra `train`."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gan_inpaint.cli import model_files, progress, report, results
from gan_inpaint.cli.detectors import evaluate_labelled, teach
from gan_inpaint.cli.extra import imported
from gan_inpaint.cli.options import Json
from gan_inpaint.errors import BadModel, BadRequest, UnknownModel, UnreadableImage

if TYPE_CHECKING:
    from gan_inpaint.engine import Filler
    from gan_inpaint.engine.arrays import BoolArray, UInt8Array
    from gan_inpaint.models.entry import ModelEntry

    Fill = Callable[[UInt8Array, BoolArray], UInt8Array]

_ALWAYS = "telea"
_TABLE, _METRICS, _CASES, _SHEET = "table.md", "metrics.csv", "cases.csv", "contact-sheet.png"


def register(app: typer.Typer) -> None:
    """Add the commands to `app`."""
    app.command()(evaluate)
    app.command()(teach)


def evaluate(
    fillers: Annotated[
        list[str],
        typer.Argument(
            metavar="FILLER...",
            help="Classical fillers or models by name, ONNX files, folders of runs, or checkpoint.pt files; "
            "with --labelled, detectors.",
            show_default=False,
        ),
    ],
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="FOLDER", help="The folder for the results.", show_default=False)
    ],
    photos: Annotated[
        list[str] | None,
        typer.Option("--on", metavar="PHOTOS", help="A folder or tar file; may be repeated.", show_default=False),
    ] = None,
    labelled: Annotated[
        Path | None,
        typer.Option(
            metavar="PICTURES",
            help="Score detectors on this folder of NAME.png and NAME_mask.png instead.",
            show_default=False,
        ),
    ] = None,
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
    silhouettes: Annotated[
        list[str] | None,
        typer.Option(
            metavar="MASKS",
            help="A folder or tar file of masks, white on black, for holes of the kind objects; may be repeated.",
            show_default=False,
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace existing results in FOLDER.")] = False,
    as_json: Json = False,
) -> None:
    """Compare fillers on photographs with seeded holes, or detectors on labelled pictures."""
    if (photos is None) == (labelled is None):
        raise typer.BadParameter("Give either --on for fillers, or --labelled for detectors.")
    if labelled is not None:
        evaluate_labelled(fillers, labelled, output, force, as_json)
        return
    evaluation, data = imported("gan_inpaint_training.evaluation"), imported("gan_inpaint_training.data")
    results.check_folder(output, (_TABLE, _METRICS, _CASES, _SHEET), force)
    named = _named(fillers, evaluation)
    try:
        objects = [evaluation.OBJECTS] if silhouettes else []
        kinds = kinds or [*imported("gan_inpaint_training.masks").KINDS, *objects]
        cases = evaluation.Cases(photos, kinds, count, size, seed, box, silhouettes or [])
        with progress.shown() as on_progress:
            measurements, examples = evaluation.evaluate(
                named, cases, lambda done, total: on_progress("measuring", done / total)
            )
    except data.DataError as problem:
        raise UnreadableImage(str(problem)) from problem
    except evaluation.EvaluationError as problem:
        raise BadRequest(str(problem)) from problem
    rows = evaluation.aggregate(measurements)
    sheet = io.BytesIO()
    evaluation.contact_sheet(examples).save(sheet, "PNG")
    written = {
        _TABLE: evaluation.markdown(rows).encode(),
        _METRICS: evaluation.aggregates_csv(rows).encode(),
        _CASES: evaluation.cases_csv(measurements).encode(),
        _SHEET: sheet.getvalue(),
    }
    results.write(output, written, force)
    if as_json:
        report.show_json({"output": str(output), "files": list(written), "rows": [_described(row) for row in rows]})
    else:
        report.show(written[_TABLE].decode())


def _named(names: Sequence[str], evaluation: Any) -> dict[str, Fill]:
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
        return _by_engine(_opened(model_files.entry_of(path)))
    if path.suffix == ".pt" or path.is_dir():
        try:
            fill = evaluation.checkpoint_fill(path)
        except evaluation.EvaluationError as problem:
            raise BadModel(str(problem)) from problem
        return fill
    return _by_engine(_opened(_installed(name, evaluation)))


def _installed(name: str, evaluation: Any) -> ModelEntry:
    try:
        return model_files.installed(name)
    except UnknownModel as problem:
        models = ", ".join(each.name for each in model_files.store().list())
        raise UnknownModel(
            f"There is no filler called “{name}”.",
            f"Classical: {', '.join(evaluation.CLASSICAL)}. Models: {models}. "
            "Or name an ONNX file, the folder of a run, or its checkpoint.pt.",
        ) from problem


def _opened(entry: ModelEntry) -> Filler:
    from gan_inpaint.machine import physical_cores
    from gan_inpaint.models import loading
    from gan_inpaint.models.classical import ClassicalFiller

    return ClassicalFiller() if entry.path is None else loading.load(entry, physical_cores())


def _by_engine(filler: Filler) -> Fill:
    """Return a fill as the product does it, but without dilation: around these holes there is no object."""
    from gan_inpaint import defects
    from gan_inpaint.options import FillOptions

    options = FillOptions(dilate=0)

    def fill(picture: UInt8Array, hole: BoolArray) -> UInt8Array:
        filled: UInt8Array = defects.fill(picture, hole.astype("uint8") * 255, filler, options).image
        return filled

    return fill


def _described(row: Any) -> dict[str, Any]:
    return {"kind": row.kind, "filler": row.filler, "cases": row.cases, "means": row.means, "medians": row.medians}
