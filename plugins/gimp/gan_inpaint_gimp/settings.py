"""Filters → GAN Inpaint → Settings…, and the procedure `gan-inpaint-settings`."""

from __future__ import annotations

from gan_inpaint_client.language import _

from .bindings import Gimp, GObject
from .command import Call, Command
from .daemon import plugin_settings
from .settings_dialog import SettingsDialog


def _add_arguments(procedure: Gimp.Procedure) -> None:
    """Add what tells GIMP that this is a dialog."""
    procedure.add_enum_argument(
        "run-mode", "Run mode", "", Gimp.RunMode.__gtype__, Gimp.RunMode.INTERACTIVE, GObject.ParamFlags.READWRITE
    )


def _run(call: Call) -> bool:
    if not call.interactive:
        return False  # a script has nobody to show it to
    SettingsDialog(plugin_settings()).run()
    return True


SETTINGS = Command(
    name="gan-inpaint-settings",
    label=_("S_ettings…"),
    blurb=_("Show the daemon and its models, and add published models"),
    help=_(
        "The dialog shows whether the daemon is running, and which models there are. It downloads a published model if "
        "you say so."
    ),
    add_arguments=_add_arguments,
    run=_run,
    needs_image=False,
)
