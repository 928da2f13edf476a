"""Zip files of the plug-ins, for people who install from inside their editor or by hand.

Krita takes its own with Tools → Scripts → Import Python Plugin from File…; GIMP's is unpacked into a folder of
plug-ins. Both lead to the daemon of the computer that wrote them, as `install` does.
"""

from __future__ import annotations

import stat
from pathlib import Path, PurePosixPath
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from gan_inpaint.files import atomic
from gan_inpaint.installer.locations import Editor
from gan_inpaint.installer.payload import LAYOUTS, payload

_FOLDER, _FILE, _PROGRAM = (stat.S_IFDIR | 0o755, stat.S_IFREG | 0o644, stat.S_IFREG | 0o755)
_DIRECTORY = 0x10  # MS-DOS' mark of a folder


def pack(editor: Editor, folder: Path, force: bool = False) -> Path:
    """Write the zip file of a plug-in into a folder and return its path; the same plug-in gives the same bytes.

    Raises:
        CannotWrite: the file exists and `force` is not given, or the folder is missing or read-only.
    """
    target = folder / f"gan-inpaint-{editor}.zip"
    files = payload(editor)
    # Krita recognises a plug-in by the entry of its folder.
    folders = sorted({parent for path in files for parent in path.parents if parent.name})
    with atomic.writing(target, force) as temporary, ZipFile(temporary, "w", ZIP_DEFLATED) as archive:
        for path in folders:
            archive.writestr(_entry(f"{path}/", _FOLDER), b"")
        for path, content in sorted(files.items()):
            archive.writestr(_entry(str(path), _mode(editor, path)), content)
    return target


def _mode(editor: Editor, path: PurePosixPath) -> int:
    return _PROGRAM if path == LAYOUTS[editor].program else _FILE


def _entry(name: str, mode: int) -> ZipInfo:
    entry = ZipInfo(name)  # of 1980, so that nothing depends on the clock
    entry.create_system = 3  # Unix, whose modes these are
    entry.external_attr = mode << 16 | (_DIRECTORY if stat.S_ISDIR(mode) else 0)
    entry.compress_type = ZIP_DEFLATED
    return entry
