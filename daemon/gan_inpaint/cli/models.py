"""`gan-inpaint models`: list, describe, add, download and remove generators and detectors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer
from msgspec import to_builtins

from gan_inpaint.cli import model_files, progress, report
from gan_inpaint.cli.options import Json
from gan_inpaint.errors import BadModel
from gan_inpaint.models.manifest import DetectorManifest

if TYPE_CHECKING:
    from gan_inpaint.models.entry import ModelEntry
    from gan_inpaint.models.manifest import AnyManifest

_Name = Annotated[
    str, typer.Argument(metavar="NAME", help="A name from “gan-inpaint models list”.", show_default=False)
]


def register(app: typer.Typer) -> None:
    """Add the commands to `app`."""
    models = typer.Typer(help="The generators that fill, and the detectors that find damage.", no_args_is_help=True)
    models.command("list")(list_models)
    models.command("info")(info)
    models.command("add")(add)
    models.command("remove")(remove)
    models.command("catalogue")(show_catalogue)
    models.command("get")(get)
    app.add_typer(models, name="models")


def list_models(as_json: Json = False) -> None:
    """List the installed models, the default one first."""
    entries = model_files.store().list()
    if as_json:
        report.show_json([_summary(entry) for entry in entries])
        return
    about = ((entry, entry.manifest) for entry in entries)
    rows = ([entry.name, shown.version, entry.kind, shown.title, shown.licence] for entry, shown in about)
    report.show_table(["name", "version", "kind", "title", "licence"], rows)


def info(name: _Name, as_json: Json = False) -> None:
    """Show what is known about a model: its training, how it works, its licence, its metrics."""
    entry = model_files.installed(name)
    described = _description(entry)
    if as_json:
        report.show_json(described)
        return
    metrics = described.pop("metrics")
    described |= _in_words(entry.manifest)
    described |= {f"metric {name}": f"{value:g}" for name, value in metrics.items()}
    width = max(map(len, described))
    for key, value in described.items():
        report.show(f"{key.replace('_', ' '):{width}}  {value}")


def add(
    source: Annotated[str, typer.Argument(metavar="FILE", help="An ONNX file, or its address.", show_default=False)],
    name: Annotated[str | None, typer.Option(help="The name to give it; else the file's own.")] = None,
    sha256: Annotated[str | None, typer.Option(help="What its SHA-256 must be; needed for an address.")] = None,
    as_json: Json = False,
) -> None:
    """Check a generator or a detector, and install it."""
    try:
        entry = model_files.store().add(source, name, sha256)
    except BadModel as problem:
        problem.hint = problem.hint or "Download it again, or write it with “gan-inpaint export”."
        raise
    if as_json:
        report.show_json(_description(entry))
    else:
        report.show(f"Added “{entry.name}”: {entry.manifest.title}.")


def remove(name: _Name, as_json: Json = False) -> None:
    """Delete a model that was added."""
    model_files.store().remove(name)
    if as_json:
        report.show_json({"removed": name})
    else:
        report.show(f"Removed “{name}”.")


def show_catalogue(as_json: Json = False) -> None:
    """Show well-known models that others have published. Nothing is downloaded."""
    from gan_inpaint.models.catalogue import CATALOGUE

    installed = {entry.sha256 for entry in model_files.store().list()}
    if as_json:
        about = [to_builtins(model) | {"installed": model.sha256 in installed} for model in CATALOGUE]
        report.show_json(about)
        return
    for model in CATALOGUE:
        state = "installed" if model.sha256 in installed else f"“gan-inpaint models get {model.name}” installs it"
        report.show(f"{model.name}: {model.title}, {model.size / 1e6:.0f} MB, licence {model.licence}")
        report.show(f"    Good for {model.good_for}.")
        report.show(f"    {model.page} ({state})")
        if not model.sha256:
            report.show("    Its SHA-256 is not stated publicly: give it with “--sha256”.")


def get(
    wanted: Annotated[
        str, typer.Argument(metavar="NAME", help="A name from “gan-inpaint models catalogue”.", show_default=False)
    ],
    name: Annotated[str | None, typer.Option(help="The name to give it; else that of the catalogue.")] = None,
    sha256: Annotated[str | None, typer.Option(help="What its SHA-256 must be, if the catalogue knows none.")] = None,
    as_json: Json = False,
) -> None:
    """Download a model of the catalogue, check it, and install it."""
    from gan_inpaint.models import catalogue

    model = catalogue.find(wanted)
    with progress.shown() as on_progress:
        entry = model_files.store().get_published(
            model, name, sha256, lambda done: on_progress(f"downloading {model.size / 1e6:.0f} MB", done / model.size)
        )
    if as_json:
        report.show_json(_description(entry))
    else:
        report.show(f"Added “{entry.name}”: {entry.manifest.title}, licence {entry.manifest.licence}.")


def _summary(entry: ModelEntry) -> dict[str, Any]:
    about = entry.manifest
    return {
        "name": entry.name,
        "title": about.title,
        "version": about.version,
        "kind": entry.kind,
        "default": entry.default,
        "built_in": entry.built_in,
        "licence": about.licence,
    }


def _description(entry: ModelEntry) -> dict[str, Any]:
    about = entry.manifest
    return {
        **_summary(entry),
        "training_data": about.training_data,
        "images_seen": about.images_seen,
        "window": about.window,
        "size_multiple": about.size_multiple,
        **_way(about),
        "metrics": about.metrics,
        "sha256": entry.sha256,
        "path": str(entry.path) if entry.path else "",
    }


def _way(about: AnyManifest) -> dict[str, Any]:
    """Return how the model works, in the manifest's terms."""
    if isinstance(about, DetectorManifest):
        return {"reach": about.reach, "threshold": about.threshold}
    return {"fixed": about.fixed, "guided": about.guided, "detail": about.detail}


def _in_words(about: AnyManifest) -> dict[str, str]:
    """Return the same in words for a photographer; the keys are the manifest's."""
    if isinstance(about, DetectorManifest):
        return {
            "reach": f"it decides on each pixel by the {about.reach} pixels around it",
            "threshold": f"a pixel is damage from a probability of {about.threshold * 100:.0f} % on",
        }
    seen = f"{about.window} × {about.window} pixels"
    return {
        "fixed": f"yes: it looks at {seen} at a time, also around a speck"
        if about.fixed
        else f"no: around small holes it looks at less than {seen}, which is faster",
        "guided": "yes: large holes are filled coarsely first, then refined up to the full resolution"
        if about.guided
        else "no: holes too large for it are filled at a lower resolution and enlarged",
        "detail": f"{about.detail * 100:.0f} % of the grain and texture around the hole is added to its fill"
        if about.detail
        else "none is added: it makes its own grain and texture",
    }
