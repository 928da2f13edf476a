"""Fill the example photographs through the daemon and write before, mask and after side by side.

python examples/demo.py [FOLDER]      (default: demo)
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import cv2
import numpy as np
from rich.console import Console

EXAMPLES = Path(__file__).parent
NAMES = {"rocket": "object removal", "astronaut": "scratched photograph"}


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="gi-") as runtime:  # the user's own daemon is not touched
        environment = {**os.environ, "GAN_INPAINT_RUNTIME_DIR": runtime}
        _gan_inpaint(environment, "serve", "--detach")
        for name, title in NAMES.items():
            _show(environment, folder, name, title)
        _gan_inpaint(environment, "stop")


def _show(environment: dict[str, str], folder: Path, name: str, title: str) -> None:
    before, mask, after = EXAMPLES / f"{name}.png", EXAMPLES / f"{name}-mask.png", folder / f"{name}-after.png"
    start = time.monotonic()
    _gan_inpaint(environment, "fill", str(before), str(mask), "-o", str(after), "--force")
    seconds = time.monotonic() - start
    strip = folder / f"{name}.png"
    cv2.imwrite(str(strip), np.hstack([cv2.imread(str(path)) for path in (before, mask, after)]))
    Console().print(f"{title}: {seconds:.1f} s, before | mask | after in {strip}")


def _gan_inpaint(environment: dict[str, str], *arguments: str) -> None:
    subprocess.run([sys.executable, "-m", "gan_inpaint", *arguments], env=environment, check=True)


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "demo"))
