"""Debian 13 roots with a real GIMP 3 and a real Krita 5.2, or with a real Chromium; built once, kept outside the tree.

`python tests/editors/root.py` builds the editors' where it is missing and prints its folder. The tester's own system
is left as it is, but for the small package debootstrap. The first build takes some minutes, about 500 MB of packages
and 1.5 GB of disk; it is found again under

    ${GAN_INPAINT_TEST_CACHE:-${XDG_CACHE_HOME:-~/.cache}/gan-inpaint-tests}/editors-trixie-HASH

where HASH follows the recipe below, so that another recipe makes another root.
"""

from __future__ import annotations

import hashlib
import os
import platform
import re
import shutil
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, NamedTuple

SUITE = "trixie"
BASE = ("ca-certificates",)  # for package sources at an https address
FILES = {
    "usr/sbin/policy-rc.d": "#!/bin/sh\nexit 101\n",  # installing a package starts no service
    "etc/apt/apt.conf.d/99tests": 'Acquire::Check-Valid-Until "false";\nAcquire::Languages "none";\n',
    "etc/dpkg/dpkg.cfg.d/tests": "".join(
        f"path-exclude=/usr/share/{unread}/*\n" for unread in ("doc", "man", "locale", "help")
    ),
}
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8", "DEBIAN_FRONTEND": "noninteractive"}


class Recipe(NamedTuple):
    """What is installed in a root; `name` begins its folder's."""

    name: str
    packages: tuple[str, ...]


EDITORS = Recipe(
    "editors",
    (
        *("gimp", "gir1.2-gimp-3.0", "gir1.2-gtk-3.0", "python3-gi", "python3-gi-cairo"),
        *("krita", "python3-pyqt5"),
        *("xvfb", "xdotool", "openbox", "imagemagick", "fonts-dejavu-core", "adwaita-icon-theme"),
    ),
)
BROWSER = Recipe("browser", ("chromium", "chromium-driver", "fonts-dejavu-core"))


class CannotProvision(Exception):
    """This machine cannot have the root; the message is the reason."""


class BuildFailed(Exception):
    """This machine should have the root, but building it went wrong; the message names the log."""


def folder(recipe: Recipe = EDITORS) -> Path:
    """Where the root of a recipe stands once it is complete."""
    user_cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    cache = Path(os.environ.get("GAN_INPAINT_TEST_CACHE") or user_cache / "gan-inpaint-tests")
    everything = repr((SUITE, BASE, recipe.packages, FILES)).encode()
    return cache.absolute() / f"{recipe.name}-{SUITE}-{hashlib.sha256(everything).hexdigest()[:12]}"


def provision(recipe: Recipe = EDITORS) -> Path:
    """The folder of a complete root, built now where it is missing.

    Raises:
        CannotProvision: not root, no Debian-like system, or none of its package sources has the suite.
        BuildFailed: a step of the build failed.
    """
    if sys.platform != "linux" or os.geteuid() != 0:
        raise CannotProvision("editors and browser run in a chroot, which needs root on a Debian-like Linux")
    root = folder(recipe)
    root.parent.mkdir(parents=True, exist_ok=True)
    with _locked(root.with_suffix(".lock")):
        if not root.is_dir():
            _build(root, recipe)
    return root


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    import fcntl  # not on Windows, where this module is imported all the same

    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _build(root: Path, recipe: Recipe) -> None:
    """Build under another name and rename at the end: a folder called `root` is always complete."""
    mirror = _mirror()
    unfinished, log = root.with_suffix(".building"), root.with_suffix(".log")
    shutil.rmtree(unfinished, ignore_errors=True)
    try:
        with log.open("w") as output:
            _install(unfinished, mirror, recipe.packages, output)
    except (OSError, subprocess.CalledProcessError) as problem:
        raise BuildFailed(f"the root for {recipe.name} could not be built; {log} tells why") from problem
    unfinished.rename(root)


def _install(target: Path, mirror: str, packages: tuple[str, ...], output: IO[str]) -> None:
    def run(*command: str) -> None:
        environment = os.environ | ENVIRONMENT  # a proxy may be named there
        subprocess.run(command, check=True, stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=environment)

    if not (shutil.which("debootstrap") and KEYRING.exists()):
        run("apt-get", "update")
        run("apt-get", "install", "--yes", "--no-install-recommends", "debootstrap", KEYRING.stem)
    options = ("--variant=minbase", f"--include={','.join(BASE)}", f"--keyring={KEYRING}")
    run("debootstrap", *options, *_bootstrap(target, mirror))
    for name, text in FILES.items():
        path = target / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(0o755 if text.startswith("#!") else 0o644)
    for name in ("/etc/resolv.conf", "/etc/hosts"):
        shutil.copy(name, target / name[1:])
    for step in (("update",), ("install", "--yes", "--no-install-recommends", *packages), ("clean",)):
        run("chroot", str(target), "apt-get", *step)


def _bootstrap(target: Path, mirror: str) -> list[str]:
    """Return debootstrap's positional arguments; an older debootstrap takes the suite for its newest one."""
    scripts = Path("/usr/share/debootstrap/scripts")
    known = scripts / SUITE
    return [SUITE, str(target), mirror, str(known if known.exists() else scripts / "sid")]


def _mirror() -> str:
    """The first of this system's own package sources that has the suite."""
    if "debian" not in (release := platform.freedesktop_os_release())["ID"] + release.get("ID_LIKE", ""):
        raise CannotProvision("editors and browser are installed from Debian packages, which this system does not have")
    sources = Path("/etc/apt")
    files = [sources / "sources.list", *sorted(sources.glob("sources.list.d/*"))]
    text = "\n".join(file.read_text() for file in files if file.suffix in {".list", ".sources"} and file.exists())
    for mirror in dict.fromkeys(re.findall(r"^(?:deb\s|URIs:).*?(https?://[^\s]+)", text, re.MULTILINE)):
        try:
            with urllib.request.urlopen(f"{mirror.rstrip('/')}/dists/{SUITE}/Release", timeout=20):
                return str(mirror)
        except (urllib.error.URLError, TimeoutError):
            continue
    raise CannotProvision(f"none of this system's package sources can be reached and has Debian {SUITE}")


if __name__ == "__main__":
    try:
        sys.stdout.write(f"{provision()}\n")
    except (CannotProvision, BuildFailed) as reason:
        sys.exit(str(reason))
