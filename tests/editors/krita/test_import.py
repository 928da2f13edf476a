"""Krita's own importer takes the zip file that `gan-inpaint plugin pack` writes."""

from __future__ import annotations

import shutil
from pathlib import Path

from gan_inpaint import installer

from ..workbench import Workbench

IMPORTER = Path("/usr/share/krita/pykrita/plugin_importer/plugin_importer.py")


def tree(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_kritas_importer_installs_what_our_installer_installs(workbench: Workbench) -> None:
    imported, installed = workbench.folder("imported"), workbench.folder("installed")
    packed = installer.pack("krita", workbench.path)
    said = workbench.run("python3", IMPORTER, packed, imported)
    assert "Imported plugin: GAN Inpaint" in said
    installer.install("krita", installed)
    assert tree(imported) == tree(installed)
    (state,) = installer.status("krita", imported)
    assert state.up_to_date
    said = workbench.run("python3", IMPORTER, packed, imported)  # an update replaces what is there
    assert "Overwriting plugin: GAN Inpaint" in said
    assert tree(imported) == tree(installed)
    for folder in (imported, installed):
        shutil.rmtree(folder)
