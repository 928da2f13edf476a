"""Zip files of the plug-ins: complete, always the same, and as the editors need them."""

from __future__ import annotations

import shutil
import stat
import subprocess
from pathlib import Path
from zipfile import ZipFile

import pytest

from gan_inpaint import installer
from gan_inpaint.errors import CannotWrite
from gan_inpaint.installer.locations import Editor


def tree(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("editor", ["gimp", "krita"])
def test_a_zip_holds_what_an_installation_writes(tmp_path: Path, editor: Editor) -> None:
    (installed, unpacked) = (tmp_path / name for name in ("installed", "unpacked"))
    installer.install(editor, installed)
    with ZipFile(installer.pack(editor, tmp_path)) as archive:
        archive.extractall(unpacked)
    assert tree(unpacked) == tree(installed)
    (state,) = installer.status(editor, unpacked)
    assert state.version is not None


@pytest.mark.parametrize("editor", ["gimp", "krita"])
def test_the_same_plug_in_gives_the_same_bytes(tmp_path: Path, editor: Editor) -> None:
    first = installer.pack(editor, tmp_path).read_bytes()
    assert installer.pack(editor, tmp_path, force=True).read_bytes() == first


def test_gimps_program_is_executable_when_it_is_unpacked(tmp_path: Path) -> None:
    packed = installer.pack("gimp", tmp_path)
    with ZipFile(packed) as archive:
        modes = {entry.filename: entry.external_attr >> 16 for entry in archive.infolist()}
    programs = {name for name, mode in modes.items() if stat.S_ISREG(mode) and mode & 0o111}
    assert programs == {"gan-inpaint/gan-inpaint.py"}
    if shutil.which("unzip"):
        subprocess.run(["unzip", "-q", packed, "-d", tmp_path / "plug-ins"], check=True)
        (state,) = installer.status("gimp", tmp_path / "plug-ins")
        assert state.up_to_date and state.enabled


def test_a_file_that_exists_is_not_replaced_unasked(tmp_path: Path) -> None:
    (tmp_path / "gan-inpaint-krita.zip").write_text("mine")
    with pytest.raises(CannotWrite):
        installer.pack("krita", tmp_path)
    assert (tmp_path / "gan-inpaint-krita.zip").read_text() == "mine"
