"""`install-linux.sh` installs the wheel beside it for one user, with the plug-ins, and can be run again."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "install-linux.sh"

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="it is a script for Linux")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """The home of a user who has run GIMP 3.0 and Krita."""
    (tmp_path / ".config" / "GIMP" / "3.0").mkdir(parents=True)
    (tmp_path / ".local" / "share" / "krita").mkdir(parents=True)
    return tmp_path


def run(folder: Path, home: Path, path: str = os.environ["PATH"]) -> subprocess.CompletedProcess[str]:
    """Run the script in `folder` without a terminal and without a network: the packages are those of the tests."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("XDG_", "GAN_INPAINT"))}
    packages = os.pathsep.join({sysconfig.get_path("purelib"), sysconfig.get_path("platlib")})
    offline = {"PIP_NO_INDEX": "1", "PIP_NO_DEPS": "1", "PYTHONPATH": packages}
    environment = {**kept, **offline, "HOME": str(home), "PATH": path}
    return subprocess.run(["sh", folder / SCRIPT.name], env=environment, capture_output=True, text=True)


@pytest.mark.timeout(300)
def test_a_double_click_installs_program_and_plug_ins_and_again_updates_them(
    distributions, home: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "Downloads"
    folder.mkdir()
    shutil.copy(SCRIPT, folder)
    shutil.copy(distributions.wheel, folder)
    for _ in range(2):
        done = run(folder, home)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "GAN Inpaint is installed" in done.stdout
        assert "GIMP 3.0: version" in done.stdout and "Krita: version" in done.stdout
    assert os.access(home / ".config/GIMP/3.0/plug-ins/gan-inpaint/gan-inpaint.py", os.X_OK)
    assert (home / ".local/share/krita/pykrita/gan_inpaint.desktop").is_file()
    link = home / ".local/bin/gan-inpaint"
    assert link.resolve() == home / ".local/share/gan-inpaint/program/bin/gan-inpaint"


def test_what_is_missing_is_said(home: Path, tmp_path: Path) -> None:
    folder, tools = tmp_path / "Downloads", tmp_path / "tools"
    for made in (folder, tools):
        made.mkdir()
    shutil.copy(SCRIPT, folder)
    done = run(folder, home)
    assert done.returncode == 1 and "There is no gan_inpaint-….whl beside" in done.stdout
    for tool in ("sh", "dirname", "mkdir"):
        (tools / tool).symlink_to(str(shutil.which(tool)))
    done = run(folder, home, path=str(tools))
    assert done.returncode == 1 and "needs Python 3.11" in done.stdout
    assert not (home / ".local/share/gan-inpaint/program").exists()
