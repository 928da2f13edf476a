"""`gan-inpaint plugin`: the plug-ins of GIMP 3 and Krita."""

from __future__ import annotations

import typer


def register(app: typer.Typer) -> None:
    """Add the commands to `app`."""
    plugins = typer.Typer(help="The plug-ins for GIMP 3 and Krita.", no_args_is_help=True)
    app.add_typer(plugins, name="plugin")
