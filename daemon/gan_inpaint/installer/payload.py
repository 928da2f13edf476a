"""What is installed: the files of a plug-in, the client with it, and the settings that lead it to the daemon."""

from __future__ import annotations

import importlib.util
import json
import sys
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from gan_inpaint import paths
from gan_inpaint.installer.locations import Editor
from gan_inpaint.version import __version__
from gan_inpaint_client import manual

SETTINGS = "settings.json"


@dataclass(frozen=True)
class Layout:
    """Where the files of a plug-in go; targets are relative to Place.folder.

    Attributes:
        own: the folder that belongs to the plug-in alone; its settings are there.
        packages: target folders, with the Python package that each one is a copy of.
        elsewhere: files of those packages, as `package/name`, that go to another target than their package.
        program: the target that the editor runs, where it must be executable.
        manual: the target of the whole manual, which the editor shows in its list of plug-ins.
    """

    own: PurePosixPath
    packages: dict[PurePosixPath, str]
    elsewhere: dict[PurePosixPath, PurePosixPath]
    program: PurePosixPath | None = None
    manual: PurePosixPath | None = None

    @property
    def beside(self) -> set[PurePosixPath]:
        """The targets outside the plug-in's own folder."""
        return {target for target in self.elsewhere.values() if self.own not in target.parents}


LAYOUTS: dict[Editor, Layout] = {
    # GIMP takes a file for a plug-in only if it is executable and its folder has the same name.
    "gimp": Layout(
        own=PurePosixPath("gan-inpaint"),
        packages={
            PurePosixPath("gan-inpaint/gan_inpaint_gimp"): "gan_inpaint_gimp",
            PurePosixPath("gan-inpaint/gan_inpaint_client"): "gan_inpaint_client",
        },
        elsewhere={PurePosixPath("gan_inpaint_gimp/gan-inpaint.py"): PurePosixPath("gan-inpaint/gan-inpaint.py")},
        program=PurePosixPath("gan-inpaint/gan-inpaint.py"),
    ),
    # Krita's settings name the plug-in by its folder, so it stays “gan_inpaint” for those who have turned it on.
    "krita": Layout(
        own=PurePosixPath("pykrita/gan_inpaint"),
        packages={
            PurePosixPath("pykrita/gan_inpaint"): "gan_inpaint_krita",
            PurePosixPath("pykrita/gan_inpaint/packages/gan_inpaint_client"): "gan_inpaint_client",
        },
        elsewhere={
            PurePosixPath("gan_inpaint_krita/gan_inpaint.desktop"): PurePosixPath("pykrita/gan_inpaint.desktop"),
            PurePosixPath("gan_inpaint_krita/gan_inpaint.action"): PurePosixPath("actions/gan_inpaint.action"),
        },
        manual=PurePosixPath("pykrita/gan_inpaint/manual.html"),
    ),
}


def payload(editor: Editor) -> dict[PurePosixPath, bytes]:
    """Return every file of a plug-in by its target, the settings included."""
    layout = LAYOUTS[editor]
    files = {
        layout.elsewhere.get(PurePosixPath(package) / name, folder / name): content
        for folder, package in layout.packages.items()
        for name, content in _tree(_folder_of(package)).items()
    }
    if layout.manual is not None:
        files[layout.manual] = manual.whole().encode()
    return files | {layout.own / SETTINGS: _settings([*files, layout.own / SETTINGS])}


def _settings(files: list[PurePosixPath]) -> bytes:
    """Return what the plug-in reads at run time, with the list of files that an uninstallation removes."""
    content = {
        "command": [sys.executable, "-m", "gan_inpaint", "serve", "--detach"],
        "runtime_file": str(paths.runtime_file()),
        "log_file": str(paths.log_file()),
        "version": __version__,
        "files": sorted(map(str, files)),
    }
    return json.dumps(content, indent=2, ensure_ascii=False).encode() + b"\n"


def _folder_of(package: str) -> Path:
    """Return a package's folder without importing it: outside its editor a plug-in cannot be imported."""
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError(f"the package {package} is missing from this installation", name=package)
    return Path(spec.submodule_search_locations[0])


def _tree(folder: Path) -> dict[PurePosixPath, bytes]:
    """Return the files below a folder, without what Python compiled."""
    return {
        PurePosixPath(path.relative_to(folder).as_posix()): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }
