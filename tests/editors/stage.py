"""What both editors' screenshots need: a daemon, the example photograph, and pictures that stand still."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import cv2
import numpy as np

from . import root
from .conftest import daemon_environment
from .workbench import Screen, Workbench

EXAMPLES = Path(__file__).parents[2] / "examples"
DAEMON = [sys.executable, "-m", "gan_inpaint"]
STILL = 0.002  # share of the screen; a selection's outline never stands still


@contextmanager
def staged() -> Iterator[tuple[Workbench, Path]]:
    """A workbench with `rocket.png` and its mask, and the runtime file of a daemon that runs meanwhile."""
    with ExitStack() as stack:
        workbench = stack.enter_context(closing(Workbench(root.provision())))
        environment = daemon_environment(workbench, "daemon")
        subprocess.run([*DAEMON, "serve", "--detach"], env=environment, check=True)
        stack.callback(subprocess.run, [*DAEMON, "stop"], env=environment, check=True)
        for picture in EXAMPLES.glob("rocket*.png"):
            shutil.copy(picture, workbench.path)
        yield workbench, workbench.path / "daemon" / "daemon.json"


def stands_still(screen: Screen, target: Path) -> bool:
    """Write a screenshot to `target`; whether it shows what the last one there showed."""
    earlier = cv2.imread(str(target)) if target.exists() else None
    shutil.copy(screen.screenshot(target.name), target)
    return earlier is not None and changed(earlier, cv2.imread(str(target))) < STILL


def changed(one: np.ndarray, other: np.ndarray) -> float:
    """The share of pixels that differ."""
    return float((one != other).any(axis=2).mean())
