"""`gan-inpaint plugin`: the plug-ins of GIMP 3 and Krita."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from gan_inpaint.cli import report
from gan_inpaint.cli.options import Json

if TYPE_CHECKING:
    from gan_inpaint.installer import Installation

_Editor = Annotated[
    Literal["gimp", "krita"], typer.Argument(metavar="EDITOR", help="gimp or krita.", show_default=False)
]
_Folder = Annotated[
    Path | None,
    typer.Option("--dir", help="GIMP's folder of plug-ins, or Krita's of resources; if not given, every one found."),
]


_EDITORS: tuple[Literal["gimp"], Literal["krita"]] = ("gimp", "krita")


def register(app: typer.Typer) -> None:
    """Add the commands to `app`."""
    plugins = typer.Typer(help="The plug-ins for GIMP 3 and Krita.", no_args_is_help=True)
    plugins.command()(install)
    plugins.command()(uninstall)
    plugins.command()(status)
    plugins.command()(pack)
    app.add_typer(plugins, name="plugin")


def install(editor: _Editor, directory: _Folder = None, as_json: Json = False) -> None:
    """Install the plug-in, or update it. Restart the editor afterwards."""
    from gan_inpaint import installer

    _show(installer.install(editor, directory), as_json, "")


def uninstall(editor: _Editor, directory: _Folder = None, as_json: Json = False) -> None:
    """Remove the plug-in, and nothing else."""
    from gan_inpaint import installer

    _show(installer.uninstall(editor, directory), as_json, "The plug-in is not installed.")


def status(as_json: Json = False) -> None:
    """Show where the plug-ins are installed, and whether the editors will load them."""
    from gan_inpaint import installer

    _show(installer.status(), as_json, "Neither GIMP 3 nor Krita has been found.")


def pack(
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="DIR", help="The folder for the zip files.")
    ] = Path(),
    force: Annotated[bool, typer.Option("--force", help="Replace existing files.")] = False,
    as_json: Json = False,
) -> None:
    """Write zip files of both plug-ins: one that Krita imports, one to unpack into GIMP's folder of plug-ins."""
    from gan_inpaint import installer

    packed: dict[installer.Editor, Path] = {}
    for editor in _EDITORS:
        packed[editor] = installer.pack(editor, output, force)
    if as_json:
        report.show_json({editor: str(path) for editor, path in packed.items()})
        return
    report.show(f"{packed['krita']}: in Krita, Tools → Scripts → Import Python Plugin from File…")
    report.show(f"{packed['gimp']}: unpack it into GIMP's folder of plug-ins (Preferences → Folders → Plug-ins).")


def _show(installations: Sequence[Installation], as_json: bool, if_none: str) -> None:
    if as_json:
        report.show_json([_as_dict(one) for one in installations])
        return
    for one in installations:
        report.show(f"{one.title}: {_state(one)}, {one.path}")
        if one.advice:
            report.show(f"    {one.advice}")
    if not installations:
        report.show(if_none)


def _as_dict(one: Installation) -> dict[str, Any]:
    return {
        "editor": one.editor,
        "title": one.title,
        "path": str(one.path),
        "version": one.version,
        "up_to_date": one.up_to_date,
        "enabled": one.enabled,
        "advice": one.advice,
    }


def _state(one: Installation) -> str:
    if one.version is None:
        return "not installed"
    state = f"version {one.version}"
    if not one.up_to_date:
        state += ", not up to date"
    if one.enabled is False:
        state += ", not enabled"
    return state
