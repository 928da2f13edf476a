"""Remake the screenshots of Krita in the README: `python -m tests.editors.krita.screenshots FOLDER`.

The picture is examples/rocket.png, its mask the selection; all is done in a real Krita, through its own menu entries.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from contextlib import ExitStack, closing
from pathlib import Path

import cv2

from gan_inpaint_plugins import installer

from .. import root
from ..conftest import daemon_environment, write_settings
from ..workbench import Screen, Workbench, eventually
from .session import Krita, resources

EXAMPLES = Path(__file__).parents[3] / "examples"
DAEMON = [sys.executable, "-m", "gan_inpaint"]
STILL = 0.002  # share of the screen; a selection's outline never stands still


def main(folder: Path) -> None:
    with ExitStack() as stack:
        workbench = stack.enter_context(closing(Workbench(root.provision())))
        environment = daemon_environment(workbench, "daemon")
        subprocess.run([*DAEMON, "serve", "--detach"], env=environment, check=True)
        stack.callback(subprocess.run, [*DAEMON, "stop"], env=environment, check=True)
        plugins = resources(workbench)
        installer.install("krita", directory=plugins)
        write_settings(plugins / "pykrita" / "gan_inpaint", workbench.path / "daemon" / "daemon.json")
        for picture in EXAMPLES.glob("rocket*.png"):
            shutil.copy(picture, workbench.path)
        screen = Screen(workbench)
        krita = stack.enter_context(closing(Krita(workbench, screen)))
        _take(krita, screen, folder)


def _take(krita: Krita, screen: Screen, folder: Path) -> None:
    def shoot(name: str) -> None:
        krita.until("no_floating_message_is_shown")
        krita.until("calm")
        eventually(lambda: _still(screen, folder / name))

    krita.call("maximize")
    krita.call("open_file", path=str(screen.workbench.path / "rocket.png"))
    krita.until("ready")
    krita.call("trigger", action="KisToolSelectPolygonal")
    krita.call("trigger", action="zoom_to_fit")
    krita.call("select_mask", path=str(screen.workbench.path / "rocket-mask.png"))
    shoot("krita-before.png")
    krita.call("open_menu", name="Filter", entry="GAN Inpaint…")
    shoot("krita-menu.png")
    krita.call("close_menu", name="Filter")
    krita.call("trigger", action="gan_inpaint")
    krita.until("dialog_offers_models")
    shoot("krita-dialog.png")
    krita.call("press", button="Fill")
    krita.until("count_is", layers_wanted=2)
    krita.call("trigger", action="deselect")
    shoot("krita-after.png")


def _still(screen: Screen, target: Path) -> bool:
    """Take a screenshot; whether it shows what the last one of this name showed."""
    earlier = cv2.imread(str(target)) if target.exists() else None
    shutil.copy(screen.screenshot(target.name), target)
    now = cv2.imread(str(target))
    return earlier is not None and float((earlier != now).any(axis=2).mean()) < STILL


if __name__ == "__main__":
    main(Path(sys.argv[1]))
