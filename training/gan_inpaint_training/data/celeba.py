"""CelebA and CelebA-HQ: a folder of faces and a table of 40 attributes (Liu et al. 2015, “Deep Learning Face
Attributes in the Wild”; CelebAMask-HQ has the same table under another name)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from gan_inpaint_training.data import sources
from gan_inpaint_training.data.sources import DataError, FileMember

TABLES = ("list_attr_celeba.txt", "Anno/list_attr_celeba.txt", "CelebAMask-HQ-attribute-anno.txt")


def members(folder: Path, attributes: Sequence[str]) -> list[FileMember]:
    """Return the pictures under `folder` that have all of `attributes`, and none of those with a leading "-".

    The table is in the folder, in its `Anno`, or beside the folder; pictures that it does not list are skipped. Names
    are compared without their suffix, so that faces converted to PNG are found. Raises DataError for a missing table, a
    damaged line or an unknown attribute.
    """
    if not folder.is_dir():
        raise DataError(f"{folder} is not a folder; the layout celeba is a folder of faces and {TABLES[0]}.")
    chosen = _matching(_table(folder), attributes)
    return [member for member in sources.members(folder) if Path(member.name).stem in chosen]


def _table(folder: Path) -> Path:
    for place in (folder, folder.parent):
        for name in TABLES:
            if (place / name).is_file():
                return place / name
    raise DataError(f"{folder} has no table of attributes: none of {', '.join(TABLES)}.")


def _matching(table: Path, attributes: Sequence[str]) -> set[str]:
    """Return the stems of the pictures with these attributes.

    The table has the number of pictures, the attributes, then a line for each picture: its name and 1 or -1 for each
    attribute.
    """
    lines = table.read_text(encoding="utf-8", errors="replace").splitlines()
    names = lines[1].split() if len(lines) > 1 else []
    wanted = []
    for attribute in attributes:
        name = attribute.removeprefix("-")
        if name not in names:
            known = ", ".join(names) or "none"
            raise DataError(f"{table}, line 2 has no attribute {name!r}; there are {known}.", "data.attributes")
        wanted.append((1 + names.index(name), "-1" if attribute.startswith("-") else "1"))
    chosen = set()
    for number, line in enumerate(lines[2:], start=3):
        fields = line.split()
        if not fields:
            continue
        if len(fields) != 1 + len(names):
            raise DataError(f"{table}, line {number} has {len(fields) - 1} values for {len(names)} attributes.")
        if all(fields[column] == value for column, value in wanted):
            chosen.add(Path(fields[0]).stem)
    return chosen
