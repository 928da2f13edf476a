"""The dialogs of Select scratches… and Repair scratches…"""

from __future__ import annotations

from functools import partial

from gan_inpaint_client import Client
from gan_inpaint_client.dialogs import REPAIR_BUTTON, REPAIR_TITLE, SELECT_BUTTON, SELECT_TITLE

from . import damage
from .bindings import Gimp, GimpUi
from .live import Live
from .procedure_dialog import new_dialog
from .search import Search
from .selection import Overlay


def ask(procedure: Gimp.Procedure, config: Gimp.ProcedureConfig) -> bool:
    """Let the user change the arguments; return False if the user cancels."""
    damage.recall(config)
    dialog = _dialog(procedure, config, REPAIR_TITLE, REPAIR_BUTTON)
    wanted = bool(dialog.run())
    dialog.destroy()
    if wanted:
        damage.remember(config)
    return wanted


def ask_and_show(
    procedure: Gimp.Procedure, config: Gimp.ProcedureConfig, client: Client, search: Search, overlay: Overlay
) -> bool:
    """Let the user change the arguments and show at once what they select; return False if the user cancels.

    Raises:
        Refusal: the user has closed the image or changed its size.
        ClientError: the daemon does not answer.
    """
    dialog = _dialog(procedure, config, SELECT_TITLE, SELECT_BUTTON)
    live = Live(dialog, client, search, overlay, partial(damage.chosen, config))
    for name in damage.NAMES:
        config.connect(f"notify::{name}", live.changed)
    wanted = bool(dialog.run())
    dialog.destroy()
    live.end(wanted)
    if wanted:
        damage.remember(config)
    return wanted


def _dialog(procedure: Gimp.Procedure, config: Gimp.ProcedureConfig, title: str, label: str) -> GimpUi.ProcedureDialog:
    dialog = new_dialog(procedure, config, title, label)
    dialog.get_scale_entry("sensitivity", 1.0)
    dialog.fill(damage.NAMES)
    return dialog
