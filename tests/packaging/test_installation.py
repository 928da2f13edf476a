"""What `pip install` makes of the wheel fills the example photographs."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import cv2
import numpy as np
import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture(scope="module")
def python(distributions, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of a fresh environment with the wheel; its dependencies are those of the tests' environment."""
    folder = tmp_path_factory.mktemp("installation")
    venv.create(folder, with_pip=False)
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    pip = [sys.executable, "-m", "pip", "--python", str(python), "--disable-pip-version-check"]
    subprocess.run([*pip, "install", "--quiet", "--no-index", "--no-deps", str(distributions.wheel)], check=True)
    # A path in a .pth file is searched last, and its own .pth files, an editable install's among them, are not read.
    (site,) = folder.rglob("site-packages")
    dependencies = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    (site / "dependencies.pth").write_text("\n".join(sorted(dependencies)) + "\n", "utf-8")
    return python


def run(python: Path, *arguments: str, cwd: Path) -> str:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        [str(python), *arguments],
        cwd=cwd,
        env={**environment, "GAN_INPAINT_LOG_DIR": str(cwd / "log"), "GAN_INPAINT_MODELS_DIR": str(cwd / "models")},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


def test_the_installed_wheel_is_the_one_that_is_imported(python: Path, packages: set[str], tmp_path: Path) -> None:
    for package in packages - {"gan_inpaint_gimp", "gan_inpaint_krita"}:  # those two need an editor around them
        where = run(python, "-c", f"import {package}; print({package}.__file__)", cwd=tmp_path)
        assert Path(where.strip()).is_relative_to(python.parents[1])


def test_the_installed_command_tells_its_version(python: Path, tmp_path: Path) -> None:
    command = python.with_name("gan-inpaint.exe" if os.name == "nt" else "gan-inpaint")
    done = subprocess.run([str(command), "--version"], cwd=tmp_path, stdout=subprocess.PIPE, text=True, check=True)
    version = run(python, "-c", "import gan_inpaint; print(gan_inpaint.__version__)", cwd=tmp_path)
    assert version.strip() in done.stdout


def test_the_demo_passes_with_the_installed_wheel(python: Path, tmp_path: Path) -> None:
    said = run(python, str(EXAMPLES / "demo.py"), "out", cwd=tmp_path)
    assert "object removal" in said and "scratched photograph" in said
    for name in ("rocket", "astronaut"):
        before, mask = (cv2.imread(str(EXAMPLES / f"{name}{part}.png")) for part in ("", "-mask"))
        after = cv2.imread(str(tmp_path / "out" / f"{name}-after.png"))
        kept = np.all(mask == 0, axis=2)
        assert np.array_equal(after[kept], before[kept])
        assert not np.array_equal(after[~kept], before[~kept])


def test_the_installed_product_has_both_plug_ins(python: Path, tmp_path: Path) -> None:
    run(python, "-m", "gan_inpaint", "plugin", "install", "gimp", "--dir", str(tmp_path / "gimp"), cwd=tmp_path)
    run(python, "-m", "gan_inpaint", "plugin", "install", "krita", "--dir", str(tmp_path / "krita"), cwd=tmp_path)
    assert list((tmp_path / "gimp").rglob("gan-inpaint.py"))
    assert list((tmp_path / "krita").rglob("*.desktop"))
