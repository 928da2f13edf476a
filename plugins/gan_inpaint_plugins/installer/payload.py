"""What is installed: the files of a plug-in, the client beside it, and the settings that lead it to the daemon."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from gan_inpaint import __version__, paths
from gan_inpaint_plugins.installer.locations import Editor

SETTINGS = "settings.json"

_PACKAGE = Path(__file__).parents[1]


@dataclass(frozen=True)
class Layout:
    """How a plug-in lies in an editor's folder; paths are relative to Place.folder, sources to this package.

    Attributes:
        own: the folder that is the plug-in's own.
        source: where its files are taken from.
        beside: files outside its own folder, and their sources.
        program: the file that the editor runs, where it must be executable.
    """

    own: PurePosixPath
    source: PurePosixPath
    beside: dict[PurePosixPath, PurePosixPath]
    program: PurePosixPath | None = None


LAYOUTS: dict[Editor, Layout] = {
    # GIMP takes a file for a plug-in only if it is executable and its folder has the same name
    "gimp": Layout(
        own=PurePosixPath("gan-inpaint"),
        source=PurePosixPath("gimp/gan-inpaint"),
        beside={},
        program=PurePosixPath("gan-inpaint/gan-inpaint.py"),
    ),
    "krita": Layout(
        own=PurePosixPath("pykrita/gan_inpaint"),
        source=PurePosixPath("krita/gan_inpaint"),
        beside={
            PurePosixPath("pykrita/gan_inpaint.desktop"): PurePosixPath("krita/gan_inpaint.desktop"),
            PurePosixPath("actions/gan_inpaint.action"): PurePosixPath("krita/gan_inpaint.action"),
        },
    ),
}


def payload(editor: Editor) -> dict[PurePosixPath, bytes]:
    """Every file of a plug-in with its content, the settings among them."""
    layout = LAYOUTS[editor]
    files = {layout.own / name: content for name, content in _tree(_PACKAGE / layout.source).items()}
    files |= {layout.own / "client" / name: content for name, content in _tree(_PACKAGE / "client").items()}
    files |= {target: (_PACKAGE / source).read_bytes() for target, source in layout.beside.items()}
    return files | {layout.own / SETTINGS: _settings([*files, layout.own / SETTINGS])}


def _settings(files: list[PurePosixPath]) -> bytes:
    """What the plug-in reads at run time, and which files are ours when it is taken out again."""
    content = {
        "command": [sys.executable, "-m", "gan_inpaint", "serve", "--detach"],
        "runtime_file": str(paths.runtime_file()),
        "version": __version__,
        "files": sorted(map(str, files)),
    }
    return json.dumps(content, indent=2, ensure_ascii=False).encode() + b"\n"


def _tree(folder: Path) -> dict[PurePosixPath, bytes]:
    """The files below a folder, without what Python compiled."""
    return {
        PurePosixPath(path.relative_to(folder).as_posix()): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }
