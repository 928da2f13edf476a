"""`gan-inpaint teach`, and detectors on pictures with labels, for `gan-inpaint evaluate --labelled`."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gan_inpaint.cli import model_files, progress, report, results
from gan_inpaint.cli.extra import imported
from gan_inpaint.cli.options import Json
from gan_inpaint.errors import BadModel, UnreadableImage
from gan_inpaint.options import SelectOptions

if TYPE_CHECKING:
    from gan_inpaint.engine.arrays import UInt8Array

    Find = Callable[[UInt8Array], UInt8Array]

TABLE, PICTURES, SHEET = "table.md", "pictures.csv", "contact-sheet.png"
FILES = (TABLE, PICTURES, SHEET)


def evaluate_labelled(names: Sequence[str], folder: Path, output: Path, force: bool, as_json: bool) -> None:
    """Score the detectors `names` on the labelled pictures in `folder`, and write the results into `output`.

    Raises UnreadableImage, CannotWrite; UnknownModel, BadModel for what is no detector.
    """
    labelled, scores, data = (
        imported(f"gan_inpaint_training.{module}")
        for module in ("detector.labelled", "detector.labelled_results", "data")
    )
    results.check_folder(output, FILES, force)
    finders = {name: _finder(name) for name in dict.fromkeys(names)}
    try:
        pictures = list(labelled.labelled_pictures(folder))
    except data.DataError as problem:
        raise UnreadableImage(str(problem)) from problem
    maps = _maps(finders, pictures)
    measured = [
        scores.measured(name, pictures, maps[name], _select, threshold) for name, (_, threshold) in finders.items()
    ]
    sheet = io.BytesIO()
    labelled.contact_sheet(
        (picture.picture, picture.label, [each.masks[number] for each in measured])
        for number, picture in enumerate(pictures)
    ).save(sheet, "PNG")
    written = {
        TABLE: scores.markdown(measured).encode(),
        PICTURES: scores.pictures_csv(pictures, measured).encode(),
        SHEET: sheet.getvalue(),
    }
    results.write(output, written, force)
    if as_json:
        rows = [row for each in measured for row in scores.described(each)]
        report.show_json({"output": str(output), "files": list(FILES), "rows": rows})
    else:
        report.show(written[TABLE].decode())


def teach(
    detector: Annotated[str, typer.Argument(metavar="DETECTOR", help="An installed detector, ONNX file, or run.")],
    pictures: Annotated[list[Path], typer.Argument(metavar="PICTURES...", help="Folders or tar files.")],
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FOLDER", help="The folder for the labels.")],
    force: Annotated[bool, typer.Option(help="Replace existing labels in FOLDER.")] = False,
    as_json: Json = False,
) -> None:
    """Label real damaged pictures with what a detector finds, for `prints.taught` of the next one's training."""
    data, taught = (imported(f"gan_inpaint_training.{module}") for module in ("data.sources", "detector.taught"))
    find, threshold = _finder(detector)
    try:
        members = data.members_of(pictures)
    except data.DataError as problem:
        raise UnreadableImage(str(problem)) from problem
    results.check_folder(output, (), force)
    count = 0
    with progress.shown() as on_progress:
        for number, member in enumerate(members):
            on_progress("measuring", number / len(members))
            picture = member.decode()
            if picture is not None:
                files = taught.encoded(taught.teach(picture, find, threshold))
                names = f"{number:05d}.png", f"{number:05d}{taught.SUFFIX}"
                results.write(output, dict(zip(names, files, strict=True)), force)
                count += 1
    if as_json:
        report.show_json({"output": str(output), "pictures": count, "unreadable": len(members) - count})
    else:
        unreadable = len(members) - count
        report.show(f"{count} pictures have labels in {output}; {unreadable} cannot be read.")


def _maps(finders: dict[str, tuple[Find, float]], pictures: Sequence[Any]) -> dict[str, list[UInt8Array]]:
    maps: dict[str, list[UInt8Array]] = {name: [] for name in finders}
    with progress.shown() as on_progress:
        for number, picture in enumerate(pictures):
            on_progress("measuring", number / len(pictures))
            for name, (find, _) in finders.items():
                maps[name].append(find(picture.picture))
    return maps


def _select(damage_map: UInt8Array, threshold: float) -> UInt8Array:
    """Return what the product selects at its default sensitivity for a detector of this threshold, not dilated."""
    from gan_inpaint.detection import select

    return select(damage_map, threshold, SelectOptions(dilate=0)).mask


def _finder(name: str) -> tuple[Find, float]:
    """Return what makes the damage map of a picture (H, W, 3) uint8, and the detector's threshold."""
    path = Path(name)
    if path.suffix == ".pt" or path.is_dir():
        detector = imported("gan_inpaint_training.detector")
        try:
            network = detector.of_checkpoint(path)
        except imported("gan_inpaint_training.checkpoint").CheckpointError as problem:
            raise BadModel(str(problem)) from problem
        return lambda picture: detector.damage_map(network, picture), detector.UNMEASURED_THRESHOLD
    return _product(name)


def _product(name: str) -> tuple[Find, float]:
    from gan_inpaint.detection import find_damage
    from gan_inpaint.machine import physical_cores
    from gan_inpaint.models import loading

    entry = model_files.entry_of(Path(name)) if name.endswith(".onnx") else model_files.installed(name)
    loaded = loading.load_detector(entry, physical_cores())
    return lambda picture: find_damage(picture, loaded), loaded.threshold
